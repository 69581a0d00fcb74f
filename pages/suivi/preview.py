"""What a grid or a file would change, shown before anything is written."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from errors import AtlasError
from facts.fields import Field
from pages.suivi import card, session
from tracking.exchange import Plan
from tracking.refusals import ConflictError
from ui import follow_up, html, table
from ui.markdown import prose
from words.formats import pluriel

ADDED_FIELDS: Final = (Field("ligne", "Ligne", "texte"), Field("contenu", "À ajouter", "texte"))
CORRECTED_FIELDS: Final = (
    Field("ligne", "Ligne", "texte"),
    Field("champ", "Champ", "texte"),
    Field("avant", "Avant", "texte"),
    Field("après", "Après", "texte"),
)
CONFLICT_FIELDS: Final = (
    Field("ligne", "Ligne", "texte"),
    Field("champ", "Champ", "texte"),
    Field("à l'export", "Lu au départ", "texte"),
    Field("en base", "Enregistré depuis", "texte"),
    Field("dans le fichier", "Votre valeur", "texte"),
    Field("modifié par", "Modifié par", "texte"),
)
ASIDE_FIELDS: Final = (
    Field("ligne", "Ligne", "texte"),
    Field("champ", "Champ", "texte"),
    Field("valeur", "Valeur", "texte"),
    Field("faute", "Faute", "texte"),
    Field("a_faire", "À faire", "texte"),
)
REQUEST: Final = "suivi-requete-"


def show(plan: Plan, *, key: str, may_write: bool) -> None:
    """Show what a plan would write, what it would not and why, and the button that writes it."""
    st.header("Ce qui va changer", anchor=False)
    html.note(sentence(plan), role="status")
    for note in plan.notes:
        st.caption(prose(note))
    names = card.names()
    for rows, fields, caption in (
        (_texts(plan.set_aside, {}), ASIDE_FIELDS, "Lignes mises de côté : rien n’en est enregistré"),
        (
            _texts(plan.conflicts, names),
            CONFLICT_FIELDS,
            "Conflits : modifiés par d’autres depuis le départ, rien n’en est enregistré",
        ),
        (added(plan.added, names), ADDED_FIELDS, "Enregistrements à ajouter"),
        (_texts(plan.corrected, names), CORRECTED_FIELDS, "Corrections, champ par champ"),
    ):
        if not rows.empty:
            table.show_whole(rows, fields, caption=f"{caption} ({len(rows)})")
    if plan.changes and may_write:
        st.button(
            f"Enregistrer {pluriel(len(plan.changes), 'changement')}",
            type="primary",
            key=f"{key}-enregistrer",
            on_click=_apply,
            args=(plan, key),
        )


def sentence(plan: Plan) -> str:
    """Count what a plan would do."""
    added_lines = plan.added["ligne"].nunique()
    corrected = plan.corrected["fiche"].nunique()
    said = [
        pluriel(added_lines, "ajout"),
        pluriel(corrected, "correction"),
        pluriel(plan.unchanged, "ligne inchangée", "lignes inchangées"),
    ]
    if len(plan.set_aside):
        said.append(pluriel(plan.set_aside["ligne"].nunique(), "ligne mise de côté", "lignes mises de côté"))
    if len(plan.conflicts):
        said.append(f"{pluriel(plan.conflicts['fiche'].nunique(), 'fiche')} en conflit")
    absent = (
        f" {pluriel(plan.absent, 'fiche enregistrée n’y est', 'fiches enregistrées n’y sont')} pas : rien n'y change."
        if plan.absent
        else ""
    )
    return f"{', '.join(said)}.{absent} Rien n'est encore enregistré."


def added(cells: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Gather the cells of each new record in one row.

    Returns
    -------
    DataFrame
        `ligne` and `contenu`.
    """
    lines: dict[Any, list[str]] = {}
    for cell in cells.to_dict("records"):
        lines.setdefault(cell["ligne"], []).append(
            f"{cell['champ']} : {names.get(cell['valeur'], cell['valeur'])}"
        )
    return pd.DataFrame(
        {"ligne": [str(line) for line in lines], "contenu": [" ; ".join(told) for told in lines.values()]}
    )


def _texts(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Write every cell for a reader: a blank is said."""
    return rows.map(lambda value: names.get(str(value), str(value)) if str(value).strip() else "vide")


def _apply(plan: Plan, key: str) -> None:
    request = st.session_state.setdefault(f"{REQUEST}{key}", follow_up.new_request())
    for name in (session.SAID, session.REFUSED):
        st.session_state.pop(name, None)
    try:
        ids = follow_up.write(plan.changes, request_id=request)
    except ConflictError as error:
        st.session_state[session.REFUSED] = f"{error} Rien n'est enregistré de ce lot."
    except AtlasError as error:
        st.session_state[session.REFUSED] = str(error)
    else:
        st.session_state[session.SAID] = (
            f"{pluriel(len(ids), 'enregistrement fait', 'enregistrements faits')}."
        )
        forget(key)


def forget(key: str) -> None:
    """Take what was being prepared out of the session, once it is written or given up."""
    st.session_state.pop(f"{REQUEST}{key}", None)
    for name in [name for name in st.session_state if str(name).startswith(f"{key}-")]:
        if not str(name).endswith("-enregistrer"):
            st.session_state.pop(name, None)
    st.session_state[f"{key}-tour"] = follow_up.new_request()[:8]
