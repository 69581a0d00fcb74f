"""The agenda: which deployments stand in which year."""

from collections.abc import Mapping
from html import escape
from typing import Final

import pandas as pd
import streamlit as st

from facts import follow_up as words
from facts.follow_up import SIGNS, FollowUp
from facts.snapshot import current
from geo.follow_up import STATUSES, in_year, years
from ui import table
from words.formats import pluriel, typographie

UNDATED: Final = "Sans date"
FIELDS: Final = tuple(
    field
    for field in words.DEPLOYMENT_FIELDS
    if field.column in {"titre", "statut", "commune", "qpv", "lieu", "debut", "fin", "partenaire"}
)


def show(followed: FollowUp) -> None:
    """Show the view."""
    rows = words.deployments(followed, current().projects, current().communes, current().qpv)
    st.header("Agenda", anchor=False)
    if rows.empty:
        st.html(
            '<p class="atlas-note">Aucun enregistrement pour le moment : l’agenda se remplit avec les déploiements.</p>'
        )
        return
    spans = columns(rows)
    st.html(legend())
    st.html(to_html(rows, spans))
    chosen = st.selectbox(
        "Année",
        [None, *spans],
        format_func=lambda label: "Toutes les années" if label is None else label,
        key="annee",
        bind="query-params",
        width=240,
    )
    kept = rows if chosen is None else rows[spans[chosen]]
    source = words.source_of(followed)
    table.show(
        kept.sort_values(["date_debut", "date_fin"], na_position="last"),
        FIELDS,
        sources={source.source_id: source},
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


def to_html(rows: pd.DataFrame, spans: Mapping[str, list[bool]]) -> str:
    """Write projects x years, each cell with its squares and their words.

    Parameters
    ----------
    rows
        What `facts.follow_up.deployments` gives.
    spans
        What `columns` gives.
    """
    order = {title: rank for rank, title in enumerate(current().projects.sort_values("ordre")["titre"])}
    heads = "".join(f'<th scope="col" class="nombre">{escape(label)}</th>' for label in spans)
    lines = []
    for title in sorted(rows["titre"].unique(), key=lambda title: (order.get(title, len(order)), title)):
        own = (rows["titre"] == title).tolist()
        cells = "".join(
            f'<td class="nombre">{_cell(rows.loc[[a and b for a, b in zip(own, inside, strict=True)], "statut"])}</td>'
            for inside in spans.values()
        )
        lines.append(f'<tr><th scope="row">{escape(typographie(title))}</th>{cells}</tr>')
    caption = f"Déploiements par projet et par année ({pluriel(len(lines), 'projet')})"
    return (
        f'<div class="atlas-cadre" role="region" tabindex="0" aria-label="{caption}"><table class="atlas-table suivi-agenda">'
        f'<caption>{caption}</caption><thead><tr><th scope="col">Projet</th>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def legend() -> str:
    """Explain the squares."""
    items = "".join(
        f'<li><b class="fait fait-{sign.name}" aria-hidden="true">{sign.sign}</b> {status}</li>'
        for status, sign in SIGNS.items()
    )
    return f'<ul class="suivi-legende" aria-label="Légende des statuts">{items}</ul>'


def _cell(statuses: pd.Series) -> str:
    counts = statuses.value_counts()
    return (
        " ".join(
            f'<span class="fait fait-{SIGNS[s].name}"><span aria-hidden="true">{SIGNS[s].sign}</span> {counts[s]}'
            f'<span class="atlas-cache"> {s if counts[s] == 1 else words.PLURALS[s]}</span></span>'
            for s in STATUSES
            if s in counts
        )
        or '<span class="atlas-cache">rien d’enregistré</span>'
    )
