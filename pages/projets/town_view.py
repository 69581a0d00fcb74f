"""The projects of one commune, or the communes side by side."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from facts import coverage, matrix
from facts.coverage import MESURES, towns
from facts.fields import Field
from facts.matrix import STATUSES, TO_CONFIRM, measure, some
from facts.snapshot import current
from geo.territory import LOCALISED, METROPOLITAN, NO_QPV, NOT_CONCERNED, qpv_of_project
from loaders.projects import NO_LAYER
from pages.projets import prepared
from ui import choices, follow_up, html, rows, sources
from words import formats
from words.formats import NON_LUE, pluriel

SITUATIONS: Final[Mapping[str, str]] = {
    LOCALISED: "Projets localisés",
    METROPOLITAN: "Projets métropolitains",
    NOT_CONCERNED: "Projets localisés ailleurs",
}
FIELDS: Final = (
    Field("titre", "Projet", "texte"),
    Field("statut", "Situation", "texte"),
    Field("orientations", "Orientation", "texte"),
    Field("registre", "Registre", "texte"),
    Field("qpv_touches", "QPV de la commune touchés", "entier"),
    Field("mesure", "Mesuré dans la commune", "texte"),
    Field("suivi", "Déploiements enregistrés", "texte"),
)
OVERVIEW_FIELDS: Final = (
    Field("nom", "Commune", "texte"),
    Field("statut_commune", "Statut", "texte"),
    Field("nb_qpv", "QPV", "entier"),
    Field("population_qpv", "Habitants des QPV", "entier", "indicateurs"),
    *(Field(status, title, "entier") for status, title in SITUATIONS.items()),
)


def show(heading: DeltaGenerator) -> None:
    projects, communes, qpv = current().projects_in_order, current().communes_in_order, current().qpv
    with st.container(key="filtres", width=420):
        commune = choices.commune(current().commune_names)
    filled = matrix.cells(
        projects, communes, qpv, current().measured, facts=follow_up.facts(follow_up.read())
    )
    if commune is not None:
        _show_town(heading, commune, filled)
        return
    with heading:
        prepared.head(matrix.finding(projects, filled, filtered=False))
    used = [*prepared.SOURCES, "indicateurs"]
    rows.show(
        overview(filled),
        OVERVIEW_FIELDS,
        rows.about(used, subject="projets par situation"),
        caption="Projets par situation dans chaque commune",
        key="communes",
        files_key="export-communes",
        target=rows.TO_COMMUNE,
    )
    sources.note(*used)


def _show_town(heading: DeltaGenerator, commune: str, filled: pd.DataFrame) -> None:
    communes, qpv, name = current().communes_in_order, current().qpv, current().commune_names[commune]
    listed = projects_of(filled, commune)
    with heading:
        prepared.head(finding(name, listed), {"commune": name})
    st.header(name, anchor=False)
    html.show(
        '<p class="atlas-note"><a href="commune?commune={{ code }}" target="_self">Ouvrir la page de la commune</a></p>',
        code=commune,
    )
    people = coverage.towns(communes, qpv).to_dict("index")[commune]
    if people["nb_qpv"] == 0:
        html.note(why_void(name, dict(communes[["statut", "a_confirmer"]].loc[commune])))
    if listed.empty:
        sources.note(*prepared.SOURCES)
        return
    html.figures(
        ("QPV", formats.entier(people["nb_qpv"])),
        ("Habitants des QPV", formats.figure(people["population_qpv"], "entier")),
        *((SITUATIONS[status], formats.entier(number)) for status, number in counts(listed).items()),
    )
    rows.show(
        listed,
        FIELDS,
        rows.about(prepared.MEASURED, filters={"commune": name}, subject="projets", place=name),
        caption=f"Projets de coopération et {name}",
        key="projets-commune",
        files_key="export-commune",
        target=rows.TO_PROJECT,
    )
    html.show("projets/details.jinja", details=prepared.details(list(coverage.MESURES)))
    sources.note(*prepared.MEASURED)


def projects_of(filled: pd.DataFrame, commune: str) -> pd.DataFrame:
    """List the projects of a commune by id, those that name it first; none in one without QPV that no project names."""
    projects, qpv, arrondissements = current().projects_in_order, current().qpv, current().arrondissements
    here = filled[(filled["code_insee"] == commune) & (filled["statut"] != NO_QPV)].set_index("id_projet")
    order = here["statut"].map(STATUSES.index)
    here = here.loc[order.sort_values(kind="stable").index]
    own = {str(code) for code, codes in qpv["communes"].items() if commune in codes}
    touched = [
        len(own.intersection(qpv_of_project(projects.loc[code], qpv, arrondissements))) for code in here.index
    ]
    doubt = here["a_confirmer"] & (here["statut"] == LOCALISED)
    return here.assign(
        statut=here["statut"].where(~doubt, here["statut"] + f", périmètre {TO_CONFIRM}"),
        qpv_touches=touched,
        mesure=[
            _measured(cell, projects.loc[code, "couche"])
            for code, cell in zip(here.index, here.to_dict("records"), strict=True)
        ],
        suivi=here["suivi_detail"],
    )


def overview(filled: pd.DataFrame) -> pd.DataFrame:
    """Count the projects of each commune by situation, "sans objet" without a QPV."""
    communes = current().communes_in_order
    tally = pd.DataFrame(
        {status: filled.loc[filled["statut"] == status, "code_insee"].value_counts() for status in STATUSES}
    )
    tally = tally.reindex(communes.index).fillna(0).astype(int)
    doubt = communes["a_confirmer"].map({True: f" ({TO_CONFIRM})", False: ""})
    table = pd.DataFrame({"nom": communes["nom"], "statut_commune": communes["statut"] + doubt})
    table = table.join(towns(communes, current().qpv)).join(tally.drop(columns=NO_QPV).astype(object))
    void = tally[NO_QPV] > 0
    table.loc[void, [METROPOLITAN, NOT_CONCERNED]] = NO_QPV
    table.loc[void & (tally[LOCALISED] == 0), LOCALISED] = NO_QPV
    return table


def counts(listed: pd.DataFrame) -> dict[str, int]:
    """Count the projects of a commune by situation, from its cells of the matrix."""
    return {status: int(listed["statut"].str.startswith(status).sum()) for status in SITUATIONS}


def finding(name: str, listed: pd.DataFrame) -> str:
    """Say in one sentence which projects concern a commune."""
    number = counts(listed)
    if not any(number.values()):
        return f"{name} n'a aucun QPV : la question de savoir quels projets la concernent est sans objet."
    named = number[LOCALISED]
    naming = pluriel(named, "projet nomme", "projets nomment") if named else "aucun projet ne nomme"
    return (
        f"{name} : {naming} la commune, {some(number[METROPOLITAN], 'la concerne', 'la concernent')} par le "
        f"périmètre de tout le territoire et {some(number[NOT_CONCERNED], 'est localisé', 'sont localisés')} ailleurs."
    )


def why_void(name: str, commune: Mapping[str, Any]) -> str:
    """Explain why the question has no object in a commune.

    Parameters
    ----------
    commune
        Its row, with `statut` and `a_confirmer`.
    """
    text = (
        f"Les projets de coopération agissent pour les habitants des quartiers prioritaires. {name} n'en a aucun : "
        "aucun projet ne peut y être dit métropolitain ou non concerné, et rien n'y est mesuré."
    )
    if commune["a_confirmer"]:
        text += (
            f" Son statut de « {commune['statut']} » est lui-même {TO_CONFIRM} : le contrat ne nomme pas toutes "
            "ses communes, et pas celle-là."
        )
    return text


def _measured(cell: Mapping[Any, Any], couche: str) -> str:
    text = measure(cell, couche)
    if text is None:
        return couche if couche == NON_LUE else NO_LAYER
    title = MESURES[couche].field.title
    return f"{text} ({title[0].lower()}{title[1:]})"
