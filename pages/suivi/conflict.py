"""Two people corrected the same record: the two contents side by side, and three ways out. Nothing is lost."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import streamlit as st

from pages.suivi import inputs, session
from tracking.changes import Correct
from tracking.records import Record
from tracking.refusals import Conflict
from ui import follow_up, html
from ui.markdown import plain
from words.formats import cell, grouped, moment

THEIRS, YOURS, MERGED = "la leur", "la mienne", "fusion"
WAYS: Final[Mapping[str, str]] = {
    THEIRS: "Garder la leur",
    YOURS: "Garder la mienne",
    MERGED: "Fusionner champ par champ",
}
KEY: Final = "conflit-"


def show(conflict: Conflict, names: Mapping[str, str]) -> None:
    """Show a conflict and the ways out of it."""
    st.header("Deux corrections de la même fiche", anchor=False)
    done = "retiré la fiche" if conflict.withdrawn else "enregistré une autre version"
    words = (
        f"{conflict.author} a {done} le {moment(conflict.written_at)}, après que vous l'avez "
        "ouverte. Rien n'est écrasé : votre saisie est gardée en brouillon. "
    )
    if conflict.withdrawn:
        words += "Pour la reprendre : rétablir la fiche, puis la corriger."
    else:
        words += "Choisissez ce qui doit rester."
    html.fault(words)
    lines = []
    for name, yours in conflict.yours.items():
        base, theirs = conflict.base.get(name), conflict.theirs.get(name)
        texts = [written(value, names) for value in (base, theirs, yours)]
        lines.append((inputs.ALL_TITLES[name], texts, theirs != yours))
    html.show(
        "suivi/conflict.jinja",
        title="Les deux versions côte à côte",
        heads=(
            "Champ",
            f"Version {conflict.based_on}, que vous aviez lue",
            f"La leur, version {conflict.last}",
            "La vôtre",
            "Comparaison",
        ),
        lines=lines,
    )
    if conflict.withdrawn:
        st.button("Revenir à la fiche", key=f"{KEY}fermer", type="primary", on_click=session.close)
        return
    way = st.radio(
        "Que garder ?", list(WAYS), format_func=WAYS.__getitem__, key=f"{KEY}voie", horizontal=True
    )
    if way == MERGED:
        for name in conflict.fields:
            said = {
                THEIRS: f"La leur : {written(conflict.theirs[name], names)}",
                YOURS: f"La mienne : {written(conflict.yours[name], names)}",
            }
            st.radio(
                inputs.ALL_TITLES[name],
                list(said),
                index=list(said).index(kept(conflict, name)),
                format_func=_plainly(said),
                key=f"{KEY}{name}",
                horizontal=True,
            )
    st.button(
        "Enregistrer ce choix",
        type="primary",
        key=f"{KEY}enregistrer-{conflict.last}",
        on_click=_settle,
        args=(conflict, follow_up.new_request()),
    )


def written(value: Any, names: Mapping[str, str]) -> str:
    """Write a value of a record for a reader."""
    value = inputs.blank(value)
    if value is None or value == "":
        return "non précisé"
    if isinstance(value, dt.date):
        return cell(value, "date")
    if isinstance(value, Decimal):
        return grouped(value)
    if isinstance(value, float):
        return f"{value:.6f}".replace(".", ",")
    return names.get(str(value), str(value))


def kept(conflict: Conflict, name: str) -> str:
    """Propose whose value of a field to keep: theirs where you had changed nothing."""
    return THEIRS if conflict.yours[name] == conflict.base.get(name) else YOURS


def merged(conflict: Conflict, taken: Mapping[str, str]) -> Record:
    """Make a record of two, field by field.

    Parameters
    ----------
    taken
        Field to `THEIRS` or `YOURS`; a field that is not there is yours.
    """
    content = {
        name: conflict.theirs[name] if taken.get(name) == THEIRS else value
        for name, value in conflict.yours.items()
    }
    return inputs.content_of(content)


def _plainly(said: Mapping[str, str]) -> Callable[[str], str]:
    return lambda key: plain(said[key])


def _settle(conflict: Conflict, request_id: str) -> None:
    way = st.session_state.get(f"{KEY}voie")
    if session.conflict() is None:  # a second click
        return
    if way == THEIRS:
        session.close()
        st.session_state[session.SAID] = (
            "La leur est gardée ; la vôtre reste parmi les brouillons de la fiche."
        )
        return
    taken = (
        {name: st.session_state.get(f"{KEY}{name}", kept(conflict, name)) for name in conflict.fields}
        if way == MERGED
        else {}
    )

    change = Correct(conflict.record_id, merged(conflict, taken), conflict.last)
    session.attempt(change, request_id=request_id, said="Votre choix est enregistré comme nouvelle version.")
