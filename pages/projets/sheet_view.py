"""The sheet of one project, for a meeting."""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports import sheets
from exports.context import Context
from facts import coverage, project
from facts import follow_up as suivi
from facts.follow_up import balance
from facts.project import Affected
from facts.snapshot import current
from geo.follow_up import by_project
from geo.territory import ARRONDISSEMENTS, METROPOLE
from maps.spec import TOUCHED, Cadrage, MapSpec, ShownLayer
from pages.projets import prepared
from ui import choices, downloads, follow_up, html, mapview, sources, table
from ui.html import prose
from ui.rows import TO_COMMUNE, TO_QPV, about


def show(heading: DeltaGenerator) -> None:
    with choices.row():
        chosen = choices.project(none="Choisir un projet")
        basemap = choices.basemap()
    if chosen is None:
        with heading:
            prepared.head(
                f"Choisissez l'un des {len(current().projects)} projets de coopération pour ouvrir sa fiche."
            )
        return
    reached = current().reach(chosen)
    row = reached.project
    with heading:
        prepared.head(project.finding(reached))
    st.header(prose(row["titre"]), anchor=False)

    followed = follow_up.read()
    make = partial(sheets.project_sheet, chosen, suivi=followed)
    downloads.sheet("Fiche PDF", make, subject="fiche projet", place=chosen)
    deployed = follow_up.of_project(followed, chosen)
    with st.container(key="projet-haut"):
        left, right = st.columns(2, gap="medium")
        with left:
            said = project.facts(row, current().place_names)
            html.show("projets/sheet.jinja", summary=row["resume"], facts=said)
        with right:
            spec = _spec(reached, [*_layer(reached), *follow_up.layer(deployed, followed)], basemap)
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
    follow_up.show(
        deployed,
        followed,
        columns=follow_up.OF_PROJECT,
        query=f"projet={chosen}",
        place=chosen,
        under=True,
        sentence="" if facts is None else balance(by_project(facts).to_dict("index")[chosen]),
    )
    st.subheader("Indicateurs de réussite", anchor=False)
    _indicators(project.indicators(row))
    st.subheader("Partenaires", anchor=False)
    partners = project.partners(row["partenaires"], row["partenaires_ecritures"], current().partners)
    table.show_whole(partners, project.PARTNER_FIELDS, caption="Partenaires associés au projet")
    st.subheader("Ce que le projet touche", anchor=False)
    html.figures(*project.key_figures(reached, current().sources))
    if project.reading(row):
        html.note(project.reading(row))
    _touched_towns(reached)
    _touched_qpv(reached)


def _touched_towns(reached: Affected) -> None:
    catalogue = current().sources
    touched = project.by_commune(reached, current().measured, catalogue)
    if touched is None:
        return
    if touched.note:
        html.note(touched.note)
    table.show_whole(touched.rows, touched.fields, caption=touched.caption, target=TO_COMMUNE)
    context = _about(reached, "projet par commune", touched.source_ids)
    downloads.show(touched.rows, touched.fields, context=context, key="export-projet-communes")


def _touched_qpv(reached: Affected) -> None:
    touched = reached.touched
    long = len(touched) > table.PAGE_ROWS
    if long:
        html.show(
            '<p class="atlas-papier-seul">La liste des {{ count }} QPV touchés est en ligne.</p>',
            count=len(touched),
        )
    with st.container(key="projet-long" if long else "projet-court"):
        table.show(touched, project.QPV_FIELDS, caption="QPV touchés", key="qpv-touches", target=TO_QPV)
    context = _about(reached, "QPV du projet", ("qpv", "indicateurs"))
    downloads.show(touched, project.QPV_FIELDS, context=context, key="export-projet-qpv")


def _indicators(given: Sequence[str]) -> None:
    if not given:
        html.note("Le document ne donne aucun indicateur pour ce projet.")
        return
    html.show(
        '<ul class="projets-liste">{% for text in given %}<li>{{ text|t }}</li>{% endfor %}</ul>', given=given
    )


def _about(reached: Affected, subject: str, used: Sequence[str]) -> Context:
    words = reached.project
    return about(
        ["projets", *used], filters={"projet": words["titre"]}, subject=subject, place=words["id_projet"]
    )


def _layer(reached: Affected) -> list[ShownLayer]:
    if reached.kept is None:
        return []
    couche = reached.project["couche"]
    # Thousands of ids need not travel where whole communes are shown.
    ids = None if couche == "sports" else list(reached.kept.index)
    return [ShownLayer(coverage.MESURES[couche].layer_id, communes=list(reached.inside.index), ids=ids)]


def _spec(reached: Affected, layers: Sequence[ShownLayer], basemap: str) -> MapSpec:
    """Describe the map of a project: the QPV touched stand out, what the text names is outlined."""
    row, kind = reached.project, reached.project["perimetre"]
    qpv, inside = current().qpv.index, set(reached.touched.index)
    shown = [
        ShownLayer("communes"),
        ShownLayer(
            "qpv",
            classes=TOUCHED if len(inside) < len(qpv) else TOUCHED[:1],
            classed={str(code): int(code not in inside) for code in qpv},
        ),
        *([ShownLayer(ARRONDISSEMENTS)] if kind == ARRONDISSEMENTS else []),
        *layers,
    ]
    return MapSpec(
        titre=f"Carte du périmètre du projet : {row['titre']}",
        layers=shown,
        basemap=basemap,
        chosen=[] if kind == METROPOLE else [(kind, code) for code in row["perimetre_codes"]],
        cadrage=Cadrage.around(row["id_projet"], reached.outline),
    )
