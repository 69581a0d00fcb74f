"""The sheet of one project, for a meeting."""

from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports.context import Context
from facts import coverage, project
from facts import follow_up as suivi
from facts.follow_up_words import balance
from facts.project import Affected
from facts.snapshot import current
from geo.follow_up import by_project
from maps.spec import ShownLayer
from pages.projets import prepared
from pages.projets import project as sheets
from ui import choices, downloads, follow_up, mapview, pdf, recorded, sources, table
from ui.markdown import plain
from words import formats


def show(heading: DeltaGenerator) -> None:
    projects, qpv = current().projects_in_order, current().qpv
    with st.container(horizontal=True, vertical_alignment="bottom", key="filtres"):
        chosen = choices.one_of(
            dict(projects["titre"]), key="projet", label="Projet", none="Choisir un projet"
        )
        basemap = choices.basemap()
    if chosen is None:
        with heading:
            prepared.head(f"Choisissez l'un des {len(projects)} projets de coopération pour ouvrir sa fiche.")
        return
    reached = current().reach(chosen)
    row = reached.project
    with heading:
        prepared.head(project.finding(reached))
    st.header(plain(formats.typographie(row["titre"])), anchor=False)

    pdf.project(row["id_projet"])
    followed = follow_up.read()
    deployed = recorded.of_project(followed, chosen)
    with st.container(key="projet-haut"):
        left, right = st.columns(2, gap="medium")
        with left:
            codes = (
                dict(current().communes["nom"]) | dict(current().arrondissements["nom"]) | dict(qpv["lib_qp"])
            )
            st.html(sheets.to_html(row, project.facts(row, codes)))
        with right:
            spec = sheets.spec(
                row,
                reached.touched.index,
                reached.outline,
                qpv.index,
                layers=[*_layer(reached), *recorded.layers(deployed, followed)],
                basemap=basemap,
            )
            mapview.show(spec, key="carte-projet", height=500)
            downloads.show_map(
                spec,
                subject="carte du projet",
                place=chosen,
                filters={"projet": row["titre"]},
                key="carte-projet-html",
                source_ids=["projets"],
                own=[suivi.source_of(followed)] if followed else [],
            )
    measured = [row["couche"]] if reached.objects is not None else []
    sources.note(*prepared.SOURCES, "indicateurs", *measured)

    facts = follow_up.facts(followed)
    recorded.show(
        deployed,
        followed,
        columns=recorded.OF_PROJECT,
        query=f"projet={chosen}",
        place=chosen,
        under=True,
        sentence="" if facts is None else balance(by_project(facts).to_dict("index")[chosen]),
    )
    st.subheader("Indicateurs de réussite", anchor=False)
    st.html(sheets.indicators(row))
    st.subheader("Partenaires", anchor=False)
    partners = project.partners(row["partenaires"], row["partenaires_ecritures"], current().partners)
    st.html(
        table.to_html(partners, project.PARTNER_FIELDS, sources={}, caption="Partenaires associés au projet")
    )
    st.subheader("Ce que le projet touche", anchor=False)
    with st.container(horizontal=True):
        for title, text in project.key_figures(reached, current().sources):
            st.metric(title, text, border=True)
    if project.reading(row):
        st.html(f'<p class="atlas-note">{escape(formats.typographie(project.reading(row)))}</p>')
    _touched_towns(reached)
    _touched_qpv(reached)


def _touched_towns(reached: Affected) -> None:
    catalogue = current().sources
    touched = project.by_commune(reached, current().measured, catalogue)
    if touched is None:
        return
    if touched.note:
        st.html(f'<p class="atlas-note">{escape(formats.typographie(touched.note))}</p>')
    st.html(
        table.to_html(
            touched.rows,
            touched.fields,
            sources=catalogue,
            caption=touched.caption,
            target="commune?commune=",
        )
    )
    downloads.show(
        touched.rows,
        touched.fields,
        context=Context.of(
            [catalogue[key] for key in ("projets", *touched.source_ids)],
            filters={"projet": reached.project["titre"]},
            subject="projet par commune",
            place=reached.project["id_projet"],
        ),
        key="export-projet-communes",
    )


def _touched_qpv(reached: Affected) -> None:
    catalogue, touched = current().sources, reached.touched
    long = len(touched) > table.PAGE_ROWS
    if long:
        st.html(f'<p class="atlas-papier-seul">La liste des {len(touched)} QPV touchés est en ligne.</p>')
    with st.container(key="projet-long" if long else "projet-court"):
        table.show(
            touched,
            project.QPV_FIELDS,
            sources=catalogue,
            caption="QPV touchés",
            key="qpv-touches",
            target="quartier?qpv=",
        )
    downloads.show(
        touched,
        project.QPV_FIELDS,
        context=Context.of(
            [catalogue[key] for key in ("projets", "qpv", "indicateurs")],
            filters={"projet": reached.project["titre"]},
            subject="QPV du projet",
            place=reached.project["id_projet"],
        ),
        key="export-projet-qpv",
    )


def _layer(reached: Affected) -> list[ShownLayer]:
    if reached.kept is None:
        return []
    couche = reached.project["couche"]
    # Thousands of ids need not travel where whole communes are shown.
    ids = None if couche == "sports" else list(reached.kept.index)
    return [ShownLayer(coverage.MESURES[couche].layer_id, communes=list(reached.inside.index), ids=ids)]
