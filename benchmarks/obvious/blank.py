"""A Streamlit page with nothing on it: what no design can be faster than."""

import streamlit as st

st.set_page_config(layout="wide")
st.title("Page vide")
