"""The agenda followed together: what the texts promise, what the partners recorded. Reading is open, writing is not."""

from pathlib import Path

import streamlit as st

from facts import follow_up as words
from facts.follow_up import finding
from pages.suivi import bulk, card, form, indicators, inputs, listing
from server import identity
from ui import choices, follow_up, page, presence, sources

TITLE = "Suivi : promesse et constat"
DEPLOIEMENTS, AGENDA, INDICATEURS = "deploiements", "agenda", "indicateurs"
GRILLE, ECHANGE = "grille", "echange"
#: The views, by what the code calls them; the address holds their labels.
VUES = {
    DEPLOIEMENTS: "Déploiements",
    AGENDA: "Agenda",
    INDICATEURS: "Indicateurs",
    GRILLE: "Saisie en nombre",
    ECHANGE: "Importer, exporter",
}
#: The kind of form that a view shows while one is open.
FORMS = {DEPLOIEMENTS: form.KIND, INDICATEURS: indicators.KIND}


def show() -> None:
    heading = st.container()
    followed = follow_up.read()
    facts = follow_up.facts(followed)
    if followed is None or facts is None:
        with heading:
            page.header(TITLE, "Le suivi ne répond pas : rien n’en est montré.")
        listing.unread()
        return
    with heading:
        page.header(TITLE, finding(followed, facts), {}, styles=[Path(__file__).with_name("page.css")])
        if followed.fault:
            st.warning(followed.fault)
    vue = choices.view(VUES, key="vue_suivi")
    person = identity.show(key="identite")
    may_write = person.may_write and not followed.fault
    _say()
    if inputs.conflict() is not None or inputs.form(FORMS.get(vue, "")) is None:
        inputs.keep()
    if (found := inputs.conflict()) is not None:
        card.show_conflict(found, card.names())
    elif vue == AGENDA:
        listing.show_agenda(followed)
    elif vue == INDICATEURS:
        indicators.show(followed, may_write=may_write)
    elif vue == GRILLE:
        bulk.show_grid(may_write=may_write)
    elif vue == ECHANGE:
        bulk.show_exchange(followed, may_write=may_write)
    else:
        listing.show(followed, facts, may_write=may_write)
    source = words.source_of(followed)
    sources.write([f"Source : {source.origine}. {source.limites}"])


def _say() -> None:
    if refused := st.session_state.pop(inputs.REFUSED, None):
        st.error(refused)
    if said := st.session_state.pop(inputs.SAID, None):
        st.success(said)


if presence.has("projets"):
    show()
else:
    presence.say_absent(TITLE, "projets")
