"""Projects x communes: what each project is to each commune, and what is measured there."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from exports.fields import Field
from geo.territory import (
    ARRONDISSEMENTS,
    COMMUNES,
    LOCALISED,
    METROPOLE,
    METROPOLITAN,
    NO_QPV,
    NOT_CONCERNED,
    QPV,
    projects_by_commune,
)
from pages.projets.coverage import FIELDS as MEASURED
from pages.projets.coverage import MESURES
from ui.formats import figure, pluriel

MATRICE, FICHE, COMMUNE, CADRE = "matrice", "fiche", "commune", "cadre"
#: The views of the page; the address holds their labels.
VUES: Final[Mapping[str, str]] = {
    MATRICE: "Matrice",
    FICHE: "Fiche d'un projet",
    COMMUNE: "Projets d'une commune",
    CADRE: "Gouvernance et boîte à outils",
}
STATUSES: Final = (LOCALISED, METROPOLITAN, NOT_CONCERNED, NO_QPV)
TO_CONFIRM: Final = "à confirmer"
PERIMETERS: Final[Mapping[str, str]] = {
    METROPOLE: "Toute la métropole",
    COMMUNES: "Communes nommées",
    ARRONDISSEMENTS: "Arrondissements nommés",
    QPV: "QPV nommés",
}
PROJECT_COLUMNS: Final = ("id_projet", "titre", "orientations", "registre", "perimetre", "a_confirmer")
LONG_FIELDS: Final = (
    Field("id_projet", "Identifiant du projet", "texte"),
    Field("titre", "Projet", "texte"),
    Field("orientations", "Orientations", "texte"),
    Field("registre", "Registre", "texte"),
    Field("perimetre", "Périmètre", "texte"),
    Field("a_confirmer", "Périmètre à confirmer", "texte"),
    Field("code_insee", "Code Insee", "texte"),
    Field("commune", "Commune", "texte"),
    Field("statut", "Situation", "texte"),
    *MEASURED,
)


def prepared(projects: pd.DataFrame, orientations: pd.DataFrame) -> pd.DataFrame:
    """Put the projects in the cahier's order, their orientations in words.

    Parameters
    ----------
    projects
        The projects, as loaded.
    orientations
        Orientations by id, with `titre_court`.

    Returns
    -------
    DataFrame
        The same rows, with `liste_orientations` (ids) and `orientations` (text).
    """
    titles = dict(orientations["titre_court"])
    ordered = projects.sort_values("ordre")
    return ordered.assign(
        liste_orientations=ordered["orientations"],
        orientations=[" ; ".join(titles[code] for code in listed) for listed in ordered["orientations"]],
    )


def cells(
    projects: pd.DataFrame, communes: pd.DataFrame, qpv: pd.DataFrame, measured: pd.DataFrame
) -> pd.DataFrame:
    """Fill the matrix, one row per cell.

    Parameters
    ----------
    projects
        Projects to show, in order, with `orientations` as text.
    communes
        All the communes of the contrat, in order, with `nom`.
    qpv
        QPV, with `communes`.
    measured
        What `coverage.by_commune` gives.

    Returns
    -------
    DataFrame
        Index `id_case` ("projet/commune"), project by project; the columns of `LONG_FIELDS`. A measure that a
        project does not act on is "sans objet".
    """
    statuses = projects_by_commune(projects, communes, qpv).to_dict("index")
    figures = measured.to_dict("index")
    rows = [
        {
            "id_case": f"{project['id_projet']}/{insee}",
            **{name: project[name] for name in PROJECT_COLUMNS},
            "code_insee": insee,
            "commune": name,
            "statut": statuses[project["id_projet"]][insee],
            **{
                field.column: figures[insee][field.column] if field.source_id == project["couche"] else NO_QPV
                for field in MEASURED
            },
        }
        for project in projects.reset_index().to_dict("records")
        for insee, name in communes["nom"].items()
    ]
    columns = ["id_case", *(field.column for field in LONG_FIELDS)]
    return pd.DataFrame(rows, columns=columns).set_index("id_case")


def measure(cell: Mapping[Any, Any], couche: str) -> str | None:
    """Say what is measured in a cell.

    Parameters
    ----------
    cell
        A row of `cells`.
    couche
        Layer that the project acts on.

    Returns
    -------
    str or None
        A figure with its unit or the reason why there is none; None where there is nothing to measure.
    """
    if couche not in MESURES:
        return None
    field = MESURES[couche].field
    value = cell[field.column]
    return None if value == NO_QPV else figure(value, field.kind)


def wide(filled: pd.DataFrame, projects: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """Turn the cells into one row per project and one column per commune, as the page shows them.

    Parameters
    ----------
    filled
        What `cells` gives, for the communes shown.
    projects
        As given to `cells`.
    communes
        Those of `filled`.

    Returns
    -------
    DataFrame
        Index `id_projet`; the project's columns, `mesure` (what the figures are) and one column per INSEE code.
    """
    couches = projects["couche"]
    said = [_said(cell, couches[cell["id_projet"]]) for cell in filled.to_dict("records")]
    width = len(communes)
    lines = [said[at : at + width] for at in range(0, len(said), width)]
    table = pd.DataFrame(lines, index=projects.index, columns=communes.index, dtype="str")
    named = projects[list(PROJECT_COLUMNS[1:])].assign(
        mesure=[MESURES[code].field.title if code in MESURES else NO_QPV for code in couches]
    )
    return named.join(table)


def wide_fields(communes: pd.DataFrame) -> tuple[Field, ...]:
    """Give the columns of `wide`.

    Parameters
    ----------
    communes
        Communes shown, with `nom`.

    Returns
    -------
    tuple of Field
        Those of the project, then one per commune.
    """
    return (
        *LONG_FIELDS[:6],
        Field("mesure", "Mesure dans les cases", "texte"),
        *(Field(str(code), str(name), "texte") for code, name in communes["nom"].items()),
    )


def finding(projects: pd.DataFrame, filled: pd.DataFrame, *, filtered: bool) -> str:
    """Say in one sentence what the matrix shows.

    Parameters
    ----------
    projects
        Projects shown.
    filled
        Their cells.
    filtered
        Whether filters leave some projects out.

    Returns
    -------
    str
        French sentence.
    """
    if projects.empty:
        return "Aucun projet ne répond à ces filtres."
    places = filled.loc[filled["statut"] == LOCALISED, "commune"].unique()
    where = f" ({', '.join(places)})" if len(places) else ""
    local = int((projects["perimetre"] != METROPOLE).sum())
    measured = int(projects["couche"].isin(MESURES).sum())
    kept = " que les filtres retiennent" if filtered else " de coopération"
    return (
        f"Sur {pluriel(len(projects), 'projet')}{kept}, {some(local, 'nomme', 'nomment')} un lieu{where}, "
        f"{some(len(projects) - local, 'vise', 'visent')} toute la métropole "
        f"et {some(measured, 'agit', 'agissent')} sur des équipements que l'atlas mesure."
    )


def some(count: int, singular: str, plural: str) -> str:
    """Write how many do something.

    Parameters
    ----------
    count
        How many.
    singular, plural
        The verb.

    Returns
    -------
    str
        Such as "2 nomment", "1 nomme" or "aucun ne nomme".
    """
    if count == 0:
        joint = "n'" if singular[0] in "aeiouhé" else "ne "
        return f"aucun {joint}{singular}"
    return pluriel(count, singular, plural)


def _said(cell: Mapping[Any, Any], couche: str) -> str:
    status = cell["statut"]
    doubt = f", périmètre {TO_CONFIRM}" if cell["a_confirmer"] and status == LOCALISED else ""
    figure_text = measure(cell, couche)
    return f"{status}{doubt}" + (f" ; {figure_text}" if figure_text is not None else "")
