"""The projects of one commune, or the communes side by side."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from facts import coverage, matrix, matrix_words
from facts.snapshot import current
from pages.projets import markup, prepared, town
from ui import choices, figures, html, rows, sources
from words import formats


def show(heading: DeltaGenerator) -> None:
    projects, communes, qpv = current().projects_in_order, current().communes_in_order, current().qpv
    with st.container(key="filtres", width=420):
        commune = choices.commune(current().commune_names)
    filled = matrix.cells(projects, communes, qpv, current().measured, facts=prepared.facts())
    if commune is not None:
        _show_town(heading, commune, filled)
        return
    with heading:
        prepared.head(matrix_words.finding(projects, filled, filtered=False))
    used = [*prepared.SOURCES, "indicateurs"]
    rows.show(
        town.overview(filled, communes, qpv),
        town.OVERVIEW_FIELDS,
        rows.about(used, subject="projets par situation"),
        caption="Projets par situation dans chaque commune",
        key="communes",
        files_key="export-communes",
        target=rows.TO_COMMUNE,
    )
    sources.note(*used)


def _show_town(heading: DeltaGenerator, commune: str, filled: pd.DataFrame) -> None:
    communes, qpv, name = current().communes_in_order, current().qpv, current().commune_names[commune]
    listed = town.rows(
        filled, current().projects_in_order, commune, qpv=qpv, arrondissements=current().arrondissements
    )
    with heading:
        prepared.head(town.finding(name, listed), {"commune": name})
    st.header(name, anchor=False)
    html.show(
        '<p class="atlas-note"><a href="commune?commune={{ code }}" target="_self">Ouvrir la page de la commune</a></p>',
        code=commune,
    )
    people = coverage.towns(communes, qpv).to_dict("index")[commune]
    if people["nb_qpv"] == 0:
        html.note(town.why_void(name, dict(communes[["statut", "a_confirmer"]].loc[commune])))
    if listed.empty:
        sources.note(*prepared.SOURCES)
        return
    counts = town.counts(listed).items()
    figures.show(
        ("QPV", formats.entier(people["nb_qpv"])),
        ("Habitants des QPV", formats.figure(people["population_qpv"], "entier")),
        *((town.SITUATIONS[status], formats.entier(number)) for status, number in counts),
    )
    rows.show(
        listed,
        town.FIELDS,
        rows.about(prepared.MEASURED, filters={"commune": name}, subject="projets", place=name),
        caption=f"Projets de coopération et {name}",
        key="projets-commune",
        files_key="export-commune",
        target=rows.TO_PROJECT,
    )
    markup.show_details(markup.details(list(coverage.MESURES)))
    sources.note(*prepared.MEASURED)
