"""The sheet of one project, for a meeting."""

from html import escape
from typing import Any, cast

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports.context import Context
from exports.fields import HORS_PERIMETRE
from geo.territory import ARRONDISSEMENTS, LOCALISED, project_perimeter, projects_by_commune, qpv_of_project
from maps.spec import ShownLayer
from pages.projets import coverage, prepared
from pages.projets import project as sheets
from ui import choices, data, downloads, formats, mapview, sources, table


def show(heading: DeltaGenerator) -> None:
    projects, communes, qpv, districts = (
        prepared.projects(),
        prepared.communes(),
        data.qpv(),
        data.arrondissements(),
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="filtres"):
        chosen = choices.one_of(
            dict(projects["titre"]), key="projet", label="Projet", none="Choisir un projet"
        )
        basemap = choices.basemap()
    if chosen is None:
        with heading:
            prepared.head(f"Choisissez l'un des {len(projects)} projets de coopération pour ouvrir sa fiche.")
        return
    row = cast("pd.Series", projects.loc[chosen])
    project = {"id_projet": chosen, **row}
    touched = qpv.loc[qpv_of_project(row, qpv, districts)]
    status = projects_by_commune(projects.loc[[chosen]], communes, qpv).loc[chosen]
    named = communes[(status == LOCALISED).to_numpy()]
    inside = communes if named.empty else named
    with heading:
        prepared.head(sheets.finding(project, touched, list(named["nom"])))
    st.header(formats.plain(formats.typographie(project["titre"])), anchor=False)

    outline = project_perimeter(row, communes, qpv, districts)
    objects = prepared.objects(project["couche"])
    kept = None if objects is None else coverage.within(project, objects, inside, outline)
    with st.container(key="projet-haut"):
        left, right = st.columns(2, gap="medium")
        with left:
            codes = dict(communes["nom"]) | dict(districts["nom"]) | dict(qpv["lib_qp"])
            st.html(sheets.to_html(project, sheets.facts(project, codes)))
        with right:
            layer = _layer(project, kept, inside)
            spec = sheets.spec(project, touched.index, outline, qpv.index, layer=layer, basemap=basemap)
            mapview.show(spec, key="carte-projet", height=500)
    sources.note(*prepared.SOURCES, "indicateurs", *([project["couche"]] if objects is not None else []))

    st.subheader("Indicateurs de réussite", anchor=False)
    st.html(sheets.indicators(project))
    st.subheader("Partenaires", anchor=False)
    partners = sheets.partners(project["partenaires"], project["partenaires_ecritures"], data.partners())
    st.html(
        table.to_html(partners, sheets.PARTNER_FIELDS, sources={}, caption="Partenaires associés au projet")
    )
    st.subheader("Ce que le projet touche", anchor=False)
    _metrics(project, touched, kept, inside)
    if objects is not None or len(inside) > 1:
        _touched_towns(project, touched, objects, inside)
    _touched_qpv(project, touched)


def _metrics(
    project: dict[str, Any],
    touched: gpd.GeoDataFrame,
    kept: gpd.GeoDataFrame | None,
    inside: gpd.GeoDataFrame,
) -> None:
    with st.container(horizontal=True):
        st.metric("QPV touchés", formats.entier(len(touched)), border=True)
        people = touched["population"].sum(skipna=False)
        st.metric("Habitants de ces QPV", formats.entier(people), border=True)
        if kept is not None:
            source = data.sources()[project["couche"]]
            beyond = [name for code, name in inside["nom"].items() if not source.covers([str(code)])]
            title = f"{coverage.MESURES[project['couche']].objets.capitalize()} dans le périmètre"
            if beyond:
                title += f" (hors {', '.join(beyond)} : {HORS_PERIMETRE})"
            st.metric(title, formats.entier(len(kept)), border=True)
    if project["perimetre"] == ARRONDISSEMENTS:
        st.html(
            '<p class="atlas-note">Aucun fichier ne dit dans quel arrondissement est un QPV : il est touché quand plus '
            "de la moitié de sa surface s'y trouve.</p>"
        )


def _touched_towns(
    project: dict[str, Any],
    touched: gpd.GeoDataFrame,
    objects: gpd.GeoDataFrame | None,
    inside: gpd.GeoDataFrame,
) -> None:
    catalogue, fields, caption = data.sources(), list(sheets.TOWN_FIELDS), "QPV touchés, par commune"
    rows = inside[["nom"]].join(coverage.towns(inside, touched))
    used = [*prepared.SOURCES, "indicateurs"]
    if objects is not None:
        mesure = coverage.MESURES[project["couche"]]
        counts = coverage.in_perimeter(mesure, inside, touched, objects, source=catalogue[project["couche"]])
        rows = rows.join(counts).join(prepared.measured()[mesure.field.column])
        fields += [*coverage.object_fields(mesure), mesure.field]
        used.append(project["couche"])
        caption = f"QPV touchés et {mesure.objets}, par commune"
        st.html(f'<p class="atlas-note">{escape(formats.typographie(f"Mesure : {mesure.detail}."))}</p>')
    st.html(table.to_html(rows, fields, sources=catalogue, caption=caption))
    downloads.show(
        rows,
        fields,
        context=Context.of(
            [catalogue[key] for key in used],
            filters={"projet": project["titre"]},
            subject="projet par commune",
            place=project["id_projet"],
        ),
        key="export-projet-communes",
    )


def _touched_qpv(project: dict[str, Any], touched: gpd.GeoDataFrame) -> None:
    catalogue, long = data.sources(), len(touched) > table.PAGE_ROWS
    if long:
        st.html(f'<p class="atlas-papier-seul">La liste des {len(touched)} QPV touchés est en ligne.</p>')
    with st.container(key="projet-long" if long else "projet-court"):
        table.show(touched, sheets.QPV_FIELDS, sources=catalogue, caption="QPV touchés", key="qpv-touches")
    downloads.show(
        touched,
        sheets.QPV_FIELDS,
        context=Context.of(
            [catalogue[key] for key in ("projets", "qpv", "indicateurs")],
            filters={"projet": project["titre"]},
            subject="QPV du projet",
            place=project["id_projet"],
        ),
        key="export-projet-qpv",
    )


def _layer(
    project: dict[str, Any], objects: gpd.GeoDataFrame | None, inside: pd.DataFrame
) -> ShownLayer | None:
    if objects is None:
        return None
    # Thousands of ids need not travel where whole communes are shown.
    ids = None if project["couche"] == "sports" else list(objects.index)
    return ShownLayer(coverage.MESURES[project["couche"]].layer_id, communes=list(inside.index), ids=ids)
