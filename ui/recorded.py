"""What the partners recorded of one project or one place, on its own page: a table, a map's layer, or that there is none."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from facts import follow_up as words
from facts.follow_up import FollowUp
from facts.snapshot import current
from geo.follow_up import communes_of
from maps.spec import ShownLayer
from ui import downloads, follow_up, html, table
from ui.rows import about
from words.formats import moment

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
    if followed is None:
        return pd.DataFrame()
    rows = follow_up.deployments(followed)
    return rows[rows["id_projet"] == id_projet]


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
    if followed is None:
        return pd.DataFrame()
    rows = follow_up.deployments(followed)
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
    none = "Déploiements : aucun enregistrement, ce qui ne dit pas que rien n’est fait." if rows.empty else ""
    _note(" ".join(filter(None, (sentence, none, read))), link=f"suivi?{query}")
    if rows.empty:
        return
    known = {field.column: field for field in words.DEPLOYMENT_FIELDS}
    table.show(
        rows,
        [known[column] for column in columns],
        caption="Déploiements enregistrés, le dernier d’abord",
        key="suivi-deploiements",
        target="suivi?fiche=",
    )
    # Files hold all the columns.
    context = about(
        [words.source_of(followed)],
        filters={"lieu ou projet": place},
        subject="déploiements",
        place=place,
    )
    downloads.show(rows, words.DEPLOYMENT_FIELDS, context=context, key="suivi-export")


def _note(text: str, *, link: str = "") -> None:
    html.show(
        '<p class="atlas-note">{{ text|t }}{% if link %} <a href="{{ link }}" target="_self">Ouvrir le suivi</a>{% endif %}</p>',
        text=text,
        link=link,
    )
