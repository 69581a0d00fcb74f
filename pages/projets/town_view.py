"""The projects of one commune, or the communes side by side."""

from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports.context import Context
from facts import coverage, matrix
from facts.snapshot import current
from pages.projets import markup, prepared, town
from ui import choices, downloads, sources, table
from words import formats


def show(heading: DeltaGenerator) -> None:
    names, projects, communes, qpv = (
        current().commune_names,
        current().projects_in_order,
        current().communes_in_order,
        current().qpv,
    )
    with st.container(key="filtres", width=420):
        commune = choices.commune(names)
    filled = matrix.cells(projects, communes, qpv, current().measured, facts=prepared.facts())
    catalogue = current().sources
    if commune is None:
        with heading:
            prepared.head(matrix.finding(projects, filled, filtered=False))
            rows = town.overview(filled, communes, qpv)
        used = [*prepared.SOURCES, "indicateurs"]
        table.show(
            rows,
            town.OVERVIEW_FIELDS,
            sources=catalogue,
            caption="Projets par situation dans chaque commune",
            key="communes",
            target="commune?commune=",
        )
        downloads.show(
            rows,
            town.OVERVIEW_FIELDS,
            context=Context.of(
                [catalogue[key] for key in used], subject="projets par situation", place=current().everywhere
            ),
            key="export-communes",
        )
        sources.note(*used)
        return
    name = names[commune]
    rows = town.rows(filled, projects, commune, qpv=qpv, arrondissements=current().arrondissements)
    with heading:
        prepared.head(town.finding(name, rows), {"commune": name})
    st.header(name, anchor=False)
    st.html(
        f'<p class="atlas-note"><a href="commune?commune={commune}" target="_self">Ouvrir la page de la commune</a></p>'
    )
    people = coverage.towns(communes, qpv).to_dict("index")[commune]
    if people["nb_qpv"] == 0:
        st.html(
            f'<p class="atlas-note">{escape(formats.typographie(town.why_void(name, dict(communes[["statut", "a_confirmer"]].loc[commune]))))}</p>'
        )
    if rows.empty:
        sources.note(*prepared.SOURCES)
        return
    with st.container(horizontal=True):
        st.metric("QPV", formats.entier(people["nb_qpv"]), border=True)
        st.metric("Habitants des QPV", formats.figure(people["population_qpv"], "entier"), border=True)
        for status, number in town.counts(rows).items():
            st.metric(town.SITUATIONS[status], formats.entier(number), border=True)
    used = [*prepared.SOURCES, "indicateurs", *coverage.MESURES]
    table.show(
        rows,
        town.FIELDS,
        sources=catalogue,
        caption=f"Projets de coopération et {name}",
        key="projets-commune",
        target="projets?vue_projets=Fiche+d%27un+projet&projet=",
    )
    downloads.show(
        rows,
        town.FIELDS,
        context=Context.of(
            [catalogue[key] for key in used], filters={"commune": name}, subject="projets", place=name
        ),
        key="export-commune",
    )
    st.html(
        markup.details(list(coverage.MESURES), {key: catalogue[key].millesime for key in coverage.MESURES})
    )
    sources.note(*used)
