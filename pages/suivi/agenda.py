"""The agenda: which deployments stand in which year."""

from collections.abc import Mapping
from typing import Final

import pandas as pd
import streamlit as st

from facts import follow_up as words
from facts.follow_up import SIGNS, FollowUp
from facts.snapshot import current
from geo.follow_up import STATUSES, in_year, years
from ui import follow_up, html, table
from words.formats import pluriel

UNDATED: Final = "Sans date"
FIELDS: Final = tuple(
    field
    for field in words.DEPLOYMENT_FIELDS
    if field.column in {"titre", "statut", "commune", "qpv", "lieu", "debut", "fin", "partenaire"}
)


def show(followed: FollowUp) -> None:
    """Show the view."""
    rows = follow_up.deployments(followed)
    st.header("Agenda", anchor=False)
    if rows.empty:
        html.note("Aucun enregistrement pour le moment : l’agenda se remplit avec les déploiements.")
        return
    spans = columns(rows)
    lines = _lines(rows, spans)
    html.show("suivi/legend.jinja", signs=SIGNS)
    html.show(
        "suivi/agenda.jinja",
        title=f"Déploiements par projet et par année ({pluriel(len(lines), 'projet')})",
        labels=spans,
        lines=lines,
        signs=SIGNS,
        plurals=words.PLURALS,
    )
    chosen = st.selectbox(
        "Année",
        [None, *spans],
        format_func=lambda label: "Toutes les années" if label is None else label,
        key="annee",
        bind="query-params",
        width=240,
    )
    kept = rows if chosen is None else rows[spans[chosen]]
    table.show(
        kept.sort_values(["date_debut", "date_fin"], na_position="last"),
        FIELDS,
        caption="Déploiements" if chosen is None else f"Déploiements : {chosen.lower()}",
        key="agenda",
        target="suivi?fiche=",
    )


def columns(rows: pd.DataFrame) -> dict[str, list[bool]]:
    """Give the years of the agenda, from the first to the last, and then those without a date.

    Parameters
    ----------
    rows
        What `facts.follow_up.deployments` gives.

    Returns
    -------
    dict of str to list of bool
        Heading of the column to which rows stand there.
    """
    spans = years(rows)
    dated = spans.dropna()
    found = {}
    if not dated.empty:
        first, last = int(dated["premiere"].min()), int(dated["derniere"].max())
        found = {str(year): list(in_year(rows, year)) for year in range(first, last + 1)}
    undated = spans["premiere"].isna().tolist()
    return found | ({UNDATED: undated} if any(undated) else {})


def _lines(
    rows: pd.DataFrame, spans: Mapping[str, list[bool]]
) -> list[tuple[str, list[list[tuple[str, int]]]]]:
    """Count the statuses of each project in each column of the agenda, the projects in their document's order."""
    order = {title: rank for rank, title in enumerate(current().projects_in_order["titre"])}
    parts = [rows[inside] for inside in spans.values()]
    lines = []
    for title in sorted(rows["titre"].unique(), key=lambda title: (order.get(title, len(order)), title)):
        counts = [part.loc[part["titre"] == title, "statut"].value_counts() for part in parts]
        cells = [[(status, int(found[status])) for status in STATUSES if status in found] for found in counts]
        lines.append((title, cells))
    return lines
