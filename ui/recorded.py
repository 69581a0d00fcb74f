"""What the partners recorded of one project or one place, on its own page: a table, a map's layer, or that there is none."""

from collections.abc import Sequence
from html import escape
from typing import Final

import pandas as pd
import streamlit as st

from exports.context import Context
from facts import follow_up as words
from facts.follow_up import FollowUp
from facts.snapshot import current
from geo.follow_up import communes_of
from maps.spec import ShownLayer
from ui import downloads, follow_up, table
from words.formats import moment, typographie

OF_PROJECT: Final = ("commune", "statut", "qpv", "lieu", "debut", "fin", "partenaire")
OF_PLACE: Final = ("titre", "statut", "qpv", "lieu", "debut", "fin", "partenaire")


def of_project(followed: FollowUp | None, id_projet: str) -> pd.DataFrame:
    """Give the deployments of a project.

    Parameters
    ----------
    followed
        What `ui.follow_up.read` gives.

    Returns
    -------
    DataFrame
        Rows of `facts.follow_up.deployments`, none if nothing could be read.
    """
    rows = _rows(followed)
    return rows if followed is None else rows[rows["id_projet"] == id_projet]


def of_place(followed: FollowUp | None, code: str) -> pd.DataFrame:
    """Give the deployments in a commune or a QPV.

    Parameters
    ----------
    followed
        What `ui.follow_up.read` gives.
    code
        INSEE code, or code of the QPV.

    Returns
    -------
    DataFrame
        Rows of `facts.follow_up.deployments`, none if nothing could be read.
    """
    rows = _rows(followed)
    if followed is None:
        return rows
    towns = communes_of(rows, current().qpv)
    return rows[[code in (own, *codes) for own, codes in zip(rows["code_qp"], towns, strict=True)]]


def layers(rows: pd.DataFrame, followed: FollowUp | None) -> list[ShownLayer]:
    """Hand the map what is recorded.

    Parameters
    ----------
    rows
        What `of_project` or `of_place` gives.

    Returns
    -------
    list of ShownLayer
        One layer, or none without a point.
    """
    return [] if followed is None or rows.empty else follow_up.layer(rows, followed)


def show(
    rows: pd.DataFrame,
    followed: FollowUp | None,
    *,
    columns: Sequence[str],
    query: str,
    place: str,
    sentence: str = "",
    under: bool = False,
) -> None:
    """Show what is recorded, with the moment of its reading.

    Parameters
    ----------
    rows
        What `of_project` or `of_place` gives.
    columns
        Columns of `facts.follow_up.DEPLOYMENT_FIELDS` to show, the first names the row.
    sentence
        What the records say of it, in French, "" for nothing.
    """
    (st.subheader if under else st.header)("Suivi", anchor=False)
    if followed is None:
        _note("Le suivi ne répond pas : rien n’est montré de ce que les partenaires ont enregistré.")
        return
    read = f"Enregistrements des partenaires, lus le {moment(followed.read_at)}. {followed.fault}".strip()
    link = f'<a href="suivi?{escape(query)}" target="_self">Ouvrir le suivi</a>'
    if rows.empty:
        _note(
            f"{sentence} Déploiements : aucun enregistrement, ce qui ne dit pas que rien n’est fait. {read}".strip(),
            link,
        )
        return
    _note(f"{sentence} {read}".strip(), link)
    known = {field.column: field for field in words.DEPLOYMENT_FIELDS}
    fields = [known[column] for column in columns]
    source = words.source_of(followed)
    table.show(
        rows,
        fields,
        sources={source.source_id: source},
        caption="Déploiements enregistrés, le dernier d’abord",
        key="suivi-deploiements",
        target="suivi?fiche=",
    )
    downloads.show(
        rows,
        words.DEPLOYMENT_FIELDS,
        context=Context.of([source], filters={"lieu ou projet": place}, subject="déploiements", place=place),
        key="suivi-export",
    )


def _rows(followed: FollowUp | None) -> pd.DataFrame:
    if followed is None:
        return pd.DataFrame()
    return words.deployments(followed, current().projects, current().communes, current().qpv)


def _note(text: str, link: str = "") -> None:
    st.html(f'<p class="atlas-note">{escape(typographie(text))} {link}</p>')
