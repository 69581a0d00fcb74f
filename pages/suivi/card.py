"""One deployment: what it says, who wrote what and when, and what may be done about it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from errors import AtlasError
from facts.fields import Field
from facts.snapshot import current
from pages.suivi import inputs, session
from pages.suivi.conflict import written
from tracking.changes import Restore, Withdraw
from tracking.records import DeploymentInput, IndicatorInput
from ui import choices, follow_up, html, table
from words.formats import moment

HISTORY_FIELDS: Final = (
    Field("numero", "Version", "entier"),
    Field("action", "Ce qui a été fait", "texte"),
    Field("author", "Par", "texte"),
    Field("quand", "Le", "texte"),
    Field("change", "Ce qui a changé", "texte"),
)
DRAFT_FIELDS: Final = (
    Field("quand", "Saisi le", "texte"),
    Field("author", "Par", "texte"),
    Field("change", "Contenu", "texte"),
)
WITHDRAWN: Final = "retrait"
#: Opens a form on a record, from its id and its row.
Correct = Callable[[str, Mapping[str, Any]], None]


def names() -> dict[str, str]:
    """Give the title or the name of each project, commune and QPV."""
    return {
        **{str(code): str(title) for code, title in current().projects["titre"].items()},
        **current().commune_names,
        **{str(code): str(name) for code, name in current().qpv["lib_qp"].items()},
    }


def show(record_id: str, *, may_write: bool, correct: Correct) -> None:
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


def titled(kind: type[DeploymentInput | IndicatorInput]) -> list[tuple[str, str]]:
    """Give the fields of a kind of records, each with its title."""
    return [(name, inputs.ALL_TITLES[name]) for name in kind.__dataclass_fields__]


def told(
    history: pd.DataFrame, kind: type[DeploymentInput | IndicatorInput], known: Mapping[str, str]
) -> pd.DataFrame:
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
    record_id: str,
    last: Mapping[str, Any],
    history: pd.DataFrame,
    *,
    gone: bool,
    correct: Correct,
) -> None:
    version = int(last["version"])
    # A button of its own for each version: a second click finds none.
    end = f"{record_id}-{version}"
    with choices.row(None):
        if not gone:
            st.button(
                "Corriger",
                key=f"corriger-{end}",
                type="primary",
                on_click=correct,
                args=(record_id, last),
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
    session.attempt(
        Restore(record_id, version, based_on),
        request_id=f"{record_id}-r{version}-{based_on}",
        said=f"La fiche est revenue à sa version {version} ; rien n'est effacé de son histoire.",
    )


def _withdraw(record_id: str, based_on: int) -> None:
    session.attempt(
        Withdraw(record_id, based_on),
        request_id=f"{record_id}-w-{based_on}",
        said="Fiche retirée. « Rétablir la fiche » la remet ; son histoire reste.",
    )


def _content(
    row: Mapping[Any, Any], kind: type[DeploymentInput | IndicatorInput], known: Mapping[str, str]
) -> str:
    return " ; ".join(
        f"{title} : {written(row[name], known)}"
        for name, title in titled(kind)
        if inputs.blank(row[name]) not in {None, ""}
    )
