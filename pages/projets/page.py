"""Which projects reach which commune? The page of the club des élus."""

from functools import partial
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports import sheets
from facts import coverage, matrix
from facts import follow_up as suivi
from facts.fields import Field
from facts.naming import DOCUMENT
from facts.snapshot import current
from pages.projets import prepared, sheet_view, town_view
from pages.projets.prepared import CADRE, COMMUNE, FICHE, MATRICE, VUES
from ui import downloads, follow_up, html, presence, rows, sources
from ui.page import fragment
from words import formats

#: The link that the page has followed, in the session.
LINK: Final = "lien_projets"
WORK_FIELDS: Final = (
    Field("titre", "Travail", "texte"),
    Field("chefs_de_file", "Chefs de file", "texte"),
    Field("partenaires", "Partenaires", "texte"),
    Field("ligne", f"Ligne de {DOCUMENT}", "entier"),
)
TOOL_FIELDS: Final = (
    Field("outil", "Outil", "texte"),
    Field("famille", "Famille", "texte"),
    Field("ligne", f"Ligne de {DOCUMENT}", "entier"),
)


@fragment
def show() -> None:
    heading = st.container()
    _follow_link()
    vue = st.segmented_control(
        "Vue",
        list(VUES),
        format_func=VUES.__getitem__,
        required=True,
        key="vue_projets",
        bind="query-params",
        label_visibility="collapsed",
    )
    views = {MATRICE: _matrix, FICHE: sheet_view.show, COMMUNE: town_view.show, CADRE: _works}
    views[vue or MATRICE](heading)


def _follow_link() -> None:
    """Open the view that the address asks for.

    A link from elsewhere names a project or a commune by its code; Streamlit itself writes labels into the address,
    so that a code that was not there at the last run is a link just followed.
    """
    asked, state = st.query_params, st.session_state
    known = {"projet": current().projects.index, "commune": current().communes.index}
    linked = {key: asked[key] for key, codes in known.items() if asked.get(key) in codes}
    fresh = any(state.get(LINK, {}).get(key) != code for key, code in linked.items())
    state[LINK] = linked
    if fresh:
        state.update(linked)
    if "vue_projets" in asked:
        return
    if fresh:
        state["vue_projets"] = FICHE if "projet" in linked else COMMUNE
    elif "vue_projets" not in state:
        state["vue_projets"] = FICHE if "projet" in asked else MATRICE
    else:
        # Streamlit writes into the address what is set again, not what was set before the widget's first run.
        state["vue_projets"] = state["vue_projets"]


def _matrix(heading: DeltaGenerator) -> None:
    names, orientations = current().commune_names, current().orientations
    asked = prepared.ask(names, orientations, current().registers)
    kept = prepared.select(current().projects_in_order, asked)
    communes = current().communes_in_order
    followed = follow_up.read()
    facts = follow_up.facts(followed)
    filled = matrix.cells(kept, communes, current().qpv, current().measured, facts=facts)
    finding = matrix.finding(kept, filled, filtered=asked.on_projects)
    if asked.commune is not None:
        communes = communes.loc[[asked.commune]]
        filled = filled[filled["code_insee"] == asked.commune]
        if not kept.empty:
            finding = town_view.finding(names[asked.commune], filled)
    words = asked.described(names, dict(orientations["titre_court"]))
    with heading:
        prepared.head(finding, words, style="matrix.css")
    if kept.empty:
        html.note("La matrice est vide : élargissez les filtres pour retrouver des projets.")
        return
    couches = [couche for couche in coverage.MESURES if couche in set(kept["couche"])]
    html.show("projets/legend.jinja", lines=matrix.legend(filled, couches))
    place = names[asked.commune] if asked.commune else current().everywhere
    make = partial(
        sheets.matrix_sheet,
        list(kept.index),
        communes=list(communes.index),
        orientation=asked.orientation,
        filters=words,
        suivi=followed,
    )
    downloads.sheet("Matrice A3 (PDF)", make, subject="matrice projets et communes", place=place)
    recorded = None if followed is None else suivi.source_of(followed)
    html.show(
        '{% include "projets/matrix.jinja" %}{% include "projets/details.jinja" %}',
        caption=f"Projets et communes : {formats.pluriel(len(kept), 'projet')}, {formats.pluriel(len(communes), 'commune')}",
        towns=communes.to_dict("records"),
        groups=matrix.groups(kept, orientations, only=asked.orientation),
        cells={code: cells.to_dict("records") for code, cells in filled.groupby("id_projet")},
        notes=partial(matrix.notes, sources=current().sources),
        say=matrix.say,
        short=matrix.SHORT,
        to_confirm=matrix.TO_CONFIRM,
        views=VUES,
        details=prepared.details(couches, recorded),
    )
    sources.note(*prepared.SOURCES, *(["indicateurs"] if couches else []), *couches)
    with st.container(key="exports-matrice"):
        for said, subject, frame, fields, key in (
            (
                "La matrice, une ligne par projet et une colonne par commune",
                "projets et communes",
                matrix.wide(filled, kept, communes),
                matrix.wide_fields(communes),
                "export-matrice",
            ),
            (
                "La même, une ligne par projet et par commune, avec les mesures en nombres",
                "projets par commune",
                filled,
                matrix.LONG_FIELDS,
                "export-cases",
            ),
        ):
            st.caption(said)
            context = rows.about(
                [*prepared.MEASURED, *([recorded] if recorded else [])],
                filters=words,
                subject=subject,
                place=place,
            )
            downloads.show(frame, fields, context=context, key=key)


def _works(heading: DeltaGenerator) -> None:
    full, listed = current().partners["nom_complet"], current().governance.sort_values("ordre")
    for role in ("chefs_de_file", "partenaires"):
        listed = listed.assign(**{role: [" ; ".join(full[list(ids)]) for ids in listed[role]]})
    tools = current().toolbox.sort_values(["famille_ordre", "ordre"])
    with heading:
        prepared.head(
            f"La gouvernance du contrat engage {formats.pluriel(len(listed), 'travail', 'travaux')}, et sa boîte à outils "
            f"réunit {formats.pluriel(len(tools), 'outil')} en {formats.pluriel(tools['famille'].nunique(), 'famille')}."
        )
    for title, listing, fields, key in (
        ("Travaux de la gouvernance", listed, WORK_FIELDS, "gouvernance"),
        ("Boîte à outils", tools, TOOL_FIELDS, "outils"),
    ):
        st.header(title, anchor=False)
        rows.show(
            listing,
            fields,
            rows.about(["projets"], subject=title),
            caption=f"{title}, dans l'ordre du document",
            key=key,
            files_key=f"export-{key}",
        )
    html.note(
        f"Intitulés cités de {DOCUMENT} ; les numéros de ligne sont ceux de sa version texte. "
        "Les noms complets des partenaires sont ceux du registre de l'atlas."
    )
    sources.note("projets")


if presence.has("projets"):
    show()
else:
    presence.say_absent(prepared.TITLE, "projets")
