"""Who the visitor is for the atlas, what they may do, and the buttons to log in and out."""

import streamlit as st
from markupsafe import Markup

from server import rights
from server.rights import LOCAL_ISSUER, Rights
from words.formats import typographie

_ROLES = {"saisie": "vous pouvez saisir", "administration": "vous pouvez saisir et administrer"}


def show(*, key: str) -> Rights:
    """Write who the visitor is and why they may write or not, with a button to log in or out where there are logins.

    What it returns is for showing or hiding controls: a write asks `rights.authorize` again.
    """
    found = rights.current()
    st.html(Markup('<p class="atlas-note" role="status">{}</p>').format(typographie(sentence(found))))
    if found.connected:
        if st.button("Se déconnecter", key=f"{key}-sortir"):
            st.logout()
    elif found.can_connect and st.button("Se connecter", key=f"{key}-entrer"):
        st.login()
    return found


def sentence(found: Rights) -> str:
    """Say who the visitor is and what they may do."""
    if not found.may_write:
        return f"Lecture seule. {found.reason}"
    if found.issuer == LOCAL_ISSUER:
        return f"Saisie locale, sous le compte {found.name} de cette machine : {_ROLES[found.role]}."
    return f"Connexion de {found.name} : {_ROLES[found.role]}."
