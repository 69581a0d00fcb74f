"""A visitor's file read in a process apart, while the page says how it goes and lets the visitor stop it."""

import secrets
from typing import Any, Final

import streamlit as st

from loaders.apart import pool
from loaders.apart.pool import State
from ui import html
from words.formats import entier, pluriel

#: A file that is read faster says nothing.
_PATIENCE_S: Final = 0.8
#: A button of Streamlit's waits for the end of the run that it should end: this one asks the server by itself.
_STOP: Final = """<button type="button" id="atlas-annuler">Annuler la lecture</button>
<script>
  document.getElementById("atlas-annuler").addEventListener("click", ({ target }) => {
    target.disabled = true;
    fetch(new URL("_lecture/{{ token }}", window.__streamlit.BACKEND_BASE_URL), { method: "POST" });
  });
</script>"""


def read(job: str, name: str, content: bytes | memoryview, **options: Any) -> Any:
    """Read a file that a visitor brought.

    Parameters
    ----------
    job
        One of `loaders.apart.jobs.JOBS`.

    Raises
    ------
    SourceError
        What its reader says of the file, that it took too much memory or time, or that the visitor stopped it.
    """
    token, place = secrets.token_urlsafe(16), st.empty()
    words: Any = None

    def tell(state: State) -> None:
        nonlocal words
        if state.before == 0 and state.running_s < _PATIENCE_S:
            return
        if words is None:
            with place.container(key=f"lecture-{token}", horizontal=True, vertical_alignment="center"):
                words = st.empty()
                st.html(html.html(_STOP, token=token), unsafe_allow_javascript=True)
        if state.before:
            said = f"« {name} » attend son tour : {pluriel(state.before, 'lecture')} avant la sienne."
        else:
            said = f"Lecture de « {name} » depuis {entier(state.running_s)} s."
        with words:
            html.show('<p role="status">{{ said|t }}</p>', said=said)

    try:
        return pool.run(job, name, content, {"name": name, **options}, tell=tell, token=token)
    finally:
        place.empty()
