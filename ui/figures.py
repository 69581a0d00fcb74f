"""The few figures that open a page, side by side."""

import streamlit as st


def show(*figures: tuple[str, ...]) -> None:
    """Show figures: title, value and, where the title does not say it, what it means."""
    with st.container(horizontal=True):
        for title, value, *said in figures:
            st.metric(title, value, border=True, help=said[0] if said else None)
