"""One deployment: what it says, who wrote what and when, what may be done about it, and two corrections of it side by side."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import pandas as pd
import streamlit as st

from errors import AtlasError
from facts.fields import Field, texts
from facts.snapshot import current
from pages.suivi import inputs
from tracking.changes import Correct, Restore, Withdraw
from tracking.records import DeploymentInput, IndicatorInput, Record
from tracking.refusals import Conflict
from ui import choices, follow_up, html, table
from ui.html import plain
from words.formats import cell, grouped, moment

_DONE: Final = {"action": "Ce qui a été fait", "author": "Par", "quand": "Le", "change": "Ce qui a changé"}
HISTORY_FIELDS: Final = (Field("numero", "Version", "entier"), *texts(_DONE))
DRAFT_FIELDS: Final = texts({"quand": "Saisi le", "author": "Par", "change": "Contenu"})
WITHDRAWN: Final = "retrait"
#: Opens a form on a record, from its id and its row.
Opener = Callable[[str, Mapping[str, Any]], None]
THEIRS, YOURS, MERGED = "la leur", "la mienne", "fusion"
WAYS: Final[Mapping[str, str]] = {
    THEIRS: "Garder la leur",
    YOURS: "Garder la mienne",
    MERGED: "Fusionner champ par champ",
}
KEY: Final = "conflit-"


def names() -> dict[str, str]:
    """Give the title or the name of each project, commune and QPV."""
    return {
        **{str(code): str(title) for code, title in current().projects["titre"].items()},
        **current().commune_names,
        **{str(code): str(name) for code, name in current().qpv["lib_qp"].items()},
    }


def show(record_id: str, *, may_write: bool, correct: Opener) -> None:
    """Show a record and its history."""
    try:
        opened = follow_up.store()
        history, drafts = opened.history(record_id), opened.drafts(record_id)
    except AtlasError as error:
        st.error(str(error))
        return
    known = names()
    last = dict(history.iloc[-1]) | {"version": int(history.index[-1])}
    gone = last["action"] == WITHDRAWN
    kind = DeploymentInput if "statut" in history.columns else IndicatorInput
    st.header("La fiche", anchor=False)
    if gone:
        html.fault("Fiche retirée : elle ne compte plus nulle part. Son histoire reste.", role="status")
    html.show("facts.jinja", facts=[(title, written(last[name], known)) for name, title in titled(kind)])
    if may_write:
        _buttons(record_id, last, history, gone=gone, correct=correct)
    table.show_whole(
        told(history, kind, known), HISTORY_FIELDS, caption="Histoire de la fiche, version par version"
    )
    if not drafts.empty:
        rows = pd.DataFrame(
            {
                "quand": [moment(when.to_pydatetime()) for when in drafts["written_at"]],
                "author": drafts["author"],
                "change": [_content(row, kind, known) for row in drafts.to_dict("records")],
            },
            index=drafts.index,
        )
        table.show_whole(rows, DRAFT_FIELDS, caption="Brouillons : saisies refusées par un conflit, gardées")


def titled(kind: type[Record]) -> list[tuple[str, str]]:
    """Give the fields of a kind of records, each with its title."""
    return [(name, inputs.ALL_TITLES[name]) for name in kind.__dataclass_fields__]


def told(history: pd.DataFrame, kind: type[Record], known: Mapping[str, str]) -> pd.DataFrame:
    """Tell each version by what it changed.

    Returns
    -------
    DataFrame
        The last version first, with the columns of `HISTORY_FIELDS`.
    """
    lines, before = [], None
    for number, row in history.to_dict("index").items():
        if before is None:
            change = "première version"
        else:
            change = " ; ".join(
                f"{title} : {written(before[name], known)} → {written(row[name], known)}"
                for name, title in titled(kind)
                if written(before[name], known) != written(row[name], known)
            )
        lines.append({
            "numero": int(str(number)),
            "action": row["action"],
            "author": row["author"],
            "quand": moment(row["written_at"].to_pydatetime()),
            "change": change or "rien dans les champs",
        })  # fmt: skip
        before = row
    return pd.DataFrame(lines[::-1])


def _buttons(
    record_id: str, last: Mapping[str, Any], history: pd.DataFrame, *, gone: bool, correct: Opener
) -> None:
    version = int(last["version"])
    # A button of its own for each version: a second click finds none.
    end = f"{record_id}-{version}"
    with choices.row(None):
        if not gone:
            st.button(
                "Corriger", key=f"corriger-{end}", type="primary", on_click=correct, args=(record_id, last)
            )
        if version > 1:
            label = "Rétablir la fiche" if gone else "Annuler la dernière modification"
            st.button(label, key=f"annuler-{end}", on_click=_restore, args=(record_id, version - 1, version))
        if not gone:
            st.button("Retirer la fiche", key=f"retirer-{end}", on_click=_withdraw, args=(record_id, version))
        if version > 2:
            earlier = [int(str(number)) for number in history.index if int(str(number)) < version]
            wanted = st.selectbox(
                "Revenir à une version",
                earlier[::-1],
                key=f"version-{end}",
                width=180,
                format_func=lambda n: f"Version {n}",
            )
            st.button(
                "Revenir à celle-ci",
                key=f"revenir-{end}",
                on_click=_restore,
                args=(record_id, wanted, version),
            )


def _restore(record_id: str, version: int, based_on: int) -> None:
    inputs.attempt(
        Restore(record_id, version, based_on),
        request_id=f"{record_id}-r{version}-{based_on}",
        said=f"La fiche est revenue à sa version {version} ; rien n'est effacé de son histoire.",
    )


def _withdraw(record_id: str, based_on: int) -> None:
    inputs.attempt(
        Withdraw(record_id, based_on),
        request_id=f"{record_id}-w-{based_on}",
        said="Fiche retirée. « Rétablir la fiche » la remet ; son histoire reste.",
    )


def _content(row: Mapping[Any, Any], kind: type[Record], known: Mapping[str, str]) -> str:
    return " ; ".join(
        f"{title} : {written(row[name], known)}"
        for name, title in titled(kind)
        if inputs.blank(row[name]) not in {None, ""}
    )


def show_conflict(conflict: Conflict, names: Mapping[str, str]) -> None:
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
        st.button("Revenir à la fiche", key=f"{KEY}fermer", type="primary", on_click=inputs.close)
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
    if inputs.conflict() is None:  # a second click
        return
    if way == THEIRS:
        inputs.close()
        st.session_state[inputs.SAID] = (
            "La leur est gardée ; la vôtre reste parmi les brouillons de la fiche."
        )
        return
    taken = (
        {name: st.session_state.get(f"{KEY}{name}", kept(conflict, name)) for name in conflict.fields}
        if way == MERGED
        else {}
    )

    change = Correct(conflict.record_id, merged(conflict, taken), conflict.last)
    inputs.attempt(change, request_id=request_id, said="Votre choix est enregistré comme nouvelle version.")
