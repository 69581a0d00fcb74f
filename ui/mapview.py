"""The map of a page: it draws a spec, tells what the user clicks, never reruns the page on a pan or a zoom, and is a file."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import streamlit as st
from streamlit_folium import st_folium

from loaders.catalogue import Source
from maps.builder import base_map, early_script, feature_group, session_script
from maps.spec import MapSpec, SessionObjects
from ui import downloads, html, sources, startup

HEIGHT_PX: Final = 560
_RETURNED: Final = "last_active_drawing"
_HANDED: Final = "carte-objets-de-session"


def hand(*objects: SessionObjects) -> None:
    """Hand the maps of the page a session's own objects, and take back those of before.

    What it writes is as long as the objects are many: it stands outside the fragment that a filter runs again, so
    that it is written and sent once.

    Parameters
    ----------
    *objects
        The objects of each layer; none, in a session that never had any, writes nothing.
    """
    if objects or st.session_state.get(_HANDED):
        st.session_state[_HANDED] = True
        st.html(session_script(*objects), unsafe_allow_javascript=True)


def show(
    spec: MapSpec,
    *,
    key: str,
    height: int = HEIGHT_PX,
    on_click: Callable[[dict[str, Any]], None] | None = None,
    handed: bool = False,
) -> dict[str, Any] | None:
    """Draw a map, and give the object that the user has just clicked.

    Parameters
    ----------
    spec
        What the map shows; layers that the territory does not have are left out. Only what differs from the last spec is sent; objects of the session by `hand` alone.
    on_click
        Called with the clicked object before the page runs again, when widgets may still be set.
    handed
        Whether the page hands its maps the session's objects by `hand`, and hides some of them now.

    Returns
    -------
    dict[str, Any] or None
        `couche` and `id` of the object clicked since the last run; None if this run has another cause.
    """
    ready = startup.ready()
    spec = spec.of(ready.layer_ids)

    def clicked() -> None:
        found = _properties(st.session_state.get(key))
        if on_click is not None and found is not None:
            on_click(found)

    # Constant during a session, so that the page runs it once.
    early = st.session_state.setdefault(f"{key}-premier", early_script(spec, ready.manifest))
    st.html(early, unsafe_allow_javascript=True)
    # Once a session was handed objects, each of its maps that shows none takes them back.
    own = any(shown.session is not None for shown in spec.layers)
    if st.session_state.get(_HANDED) and not own and not handed:
        st.html(session_script(), unsafe_allow_javascript=True)
    # The frame has no height until its scripts run: keep its place, so that the page does not jump.
    html.show(
        "<style>@media screen { .st-key-{{ key }}-cadre { min-height: {{ height }}px; } }</style>",
        key=key,
        height=height,
    )
    with st.container(key=f"{key}-cadre"):
        value = st_folium(
            base_map(ready.assets, notes=ready.notes),
            key=key,
            height=height,
            use_container_width=True,
            returned_objects=[_RETURNED],
            feature_group_to_add=feature_group(spec, ready.manifest, scopes=ready.scopes),
            on_change=clicked,
            # The figure around the map would be rendered for nothing: only the map's own parts are sent.
            render=False,
        )
    found = _properties(value)
    seen = f"{key}-clic"
    if found is None or found.get("clic") == st.session_state.get(seen):
        return None
    st.session_state[seen] = found.get("clic")
    return found


def with_sources(
    spec: MapSpec,
    *,
    key: str,
    subject: str,
    place: str,
    filters: Mapping[str, str],
    used: Sequence[str],
    own: Sequence[Source] = (),
    on_click: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Draw a map, offer it as a file, and list its sources.

    Parameters
    ----------
    subject, place
        What it is about and where, in a few words; they name the file.
    used
        Ids of the catalogue.
    own
        Sources that the session brings.
    on_click
        As for `show`.
    """
    show(spec, key=key, on_click=on_click)
    downloads.show_map(spec, subject=subject, place=place, filters=filters, key=f"{key}-html", own=own)
    sources.note(*used)
    sources.own(own)


def _properties(value: Any) -> dict[str, Any] | None:
    """Read what the component returns: nothing, or the properties of the last object clicked."""
    drawing = (value or {}).get(_RETURNED)
    return dict(drawing["properties"]) if drawing else None
