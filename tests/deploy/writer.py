"""A page with a button that anybody sees and presses: what keeps a visitor from writing is the server alone."""

import uuid
from html import escape

import streamlit as st

from errors import RightsError
from server import rights
from tracking.records import DeploymentInput
from tracking.store import Store, open_store

PROJECT = "cites-educatives"


@st.cache_resource
def store() -> Store:
    """Open the store that the environment names, once per server."""
    return open_store()


def write() -> str:
    """Write one deployment, and give the author's pseudonym."""
    person = rights.authorize("saisie")
    author = store().person(person.issuer, person.subject, name=person.name)
    record = DeploymentInput(id_projet=PROJECT, statut="envisagé", code_insee="13055")
    store().add_deployment(record, author=author, request_id=str(uuid.uuid4()))
    return author


if st.button("Saisir"):
    try:
        st.html(f"<p>Écrit par {escape(write())}</p>")
    except RightsError as error:
        st.html(f"<p>Refusé : {escape(str(error))}</p>")
