"""What is said of one project: its document's words, its perimeter, its partners, what it touches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import geopandas as gpd
import pandas as pd

from errors import ArgumentError
from facts import coverage
from facts.coverage import MESURES
from facts.fields import Field
from facts.frames import Frames
from facts.matrix import PERIMETERS, TO_CONFIRM
from facts.naming import DOCUMENT
from facts.place_fields import PEOPLE, QPV
from geo.territory import (
    ARRONDISSEMENTS,
    LOCALISED,
    METROPOLE,
    project_perimeter,
    projects_by_commune,
    qpv_of_project,
)
from loaders.catalogue import Source
from loaders.projects import ABSENT_FROM_TABLES, SHEET
from words.formats import HORS_PERIMETRE, entier, pluriel

#: What a cell says where the document says nothing.
NOT_STATED: Final = "non précisé"
NOTHING: Final = frozenset({"sans objet", "sans remarque", NOT_STATED})
QPV_FIELDS: Final = (*QPV, PEOPLE)
PARTNER_FIELDS: Final = (
    Field("ecriture", "Dans le document", "texte"),
    Field("nom_complet", "Nom complet", "texte"),
    Field("type", "Nature", "texte"),
    Field("note", "Remarque", "texte"),
)
TOWN_FIELDS: Final = (
    Field("nom", "Commune", "texte"),
    Field("nb_qpv", "QPV touchés", "entier"),
    Field("population_qpv", "Habitants de ces QPV", "entier", "indicateurs"),
)


@dataclass(frozen=True, eq=False)
class Affected:
    """Whom and what a project touches.

    Attributes
    ----------
    project
        The project, its id as `id_projet`.
    outline
        Its perimeter, in EPSG:2154.
    named
        The communes that it names, none if it is the whole contrat's.
    objects
        What counts in the layer that it acts on, None where nothing is measured.
    """

    project: Mapping[str, Any]
    outline: gpd.GeoSeries
    touched: gpd.GeoDataFrame
    named: gpd.GeoDataFrame
    inside: gpd.GeoDataFrame
    objects: gpd.GeoDataFrame | None
    kept: gpd.GeoDataFrame | None

    @property
    def people(self) -> float:
        """Give the inhabitants of the QPV touched.

        Returns
        -------
        float
            Each QPV once; NaN if the figure of one is missing.
        """
        return float(self.touched["population"].astype(float).sum(skipna=False))


@dataclass(frozen=True, eq=False)
class Touched:
    """What a project touches, commune by commune.

    Attributes
    ----------
    fields
        Its columns, in order.
    note
        How the measure is computed, "" without one.
    source_ids
        The sources that the rows draw on beside the project's own.
    """

    rows: pd.DataFrame
    fields: tuple[Field, ...]
    caption: str
    note: str
    source_ids: tuple[str, ...]


def reach(held: Frames, id_projet: str, *, projects: pd.DataFrame, communes: gpd.GeoDataFrame) -> Affected:
    """Find whom and what a project touches.

    Parameters
    ----------
    projects
        The projects, as `facts.matrix.prepared` gives them.
    communes
        Those held, in the order to show.

    Raises
    ------
    ArgumentError
        If there is no such project.
    """
    if id_projet not in projects.index:
        raise ArgumentError(f"projet inconnu : {id_projet}")
    qpv, arrondissements = held.qpv, held.arrondissements
    row = cast("pd.Series", projects.loc[id_projet])
    project = {"id_projet": id_projet, **row}
    status = projects_by_commune(projects.loc[[id_projet]], communes, qpv).loc[id_projet]
    named = communes[(status == LOCALISED).to_numpy()]
    inside = communes if named.empty else named
    outline = project_perimeter(row, communes, qpv, arrondissements)
    objects = coverage.counted(row["couche"], held)
    return Affected(
        project,
        outline,
        qpv.loc[qpv_of_project(row, qpv, arrondissements)],
        named,
        inside,
        objects,
        None if objects is None else coverage.within(project, objects, inside, outline),
    )


def key_figures(reached: Affected, sources: Mapping[str, Source]) -> list[tuple[str, str]]:
    """Give the figures of a project in a few words."""
    said = [("QPV touchés", entier(len(reached.touched))), ("Habitants de ces QPV", entier(reached.people))]
    if reached.kept is not None:
        couche = reached.project["couche"]
        source = sources[couche]
        beyond = [name for code, name in reached.inside["nom"].items() if not source.covers([str(code)])]
        title = f"{MESURES[couche].objets[:1].upper()}{MESURES[couche].objets[1:]} dans le périmètre"
        if beyond and source.telechargee:
            title += f" (hors {', '.join(beyond)} : {HORS_PERIMETRE})"
        said.append((title, entier(len(reached.kept)) if source.telechargee else source.silence))
    return said


def reading(project: Mapping[str, Any]) -> str:
    """Say how a QPV was found to be touched, where no file says so.

    Returns
    -------
    str
        French sentence, "" where the perimeter needs no reading.
    """
    if project["perimetre"] != ARRONDISSEMENTS:
        return ""
    return (
        "Aucun fichier ne dit dans quel arrondissement est un QPV : il est touché quand plus de la moitié de sa "
        "surface s'y trouve."
    )


def by_commune(reached: Affected, measured: pd.DataFrame, sources: Mapping[str, Source]) -> Touched | None:
    """Tell what a project touches in each commune of its perimeter.

    Parameters
    ----------
    measured
        What `facts.coverage.by_commune` gives.

    Returns
    -------
    Touched or None
        None where one commune alone has nothing to tell that the key figures do not.
    """
    inside, touched = reached.inside, reached.touched
    if reached.objects is None and len(inside) == 1:
        return None
    rows = inside[["nom"]].join(coverage.towns(inside, touched))
    used = ("communes", "qpv", "indicateurs")
    if reached.objects is None:
        return Touched(rows, TOWN_FIELDS, "QPV touchés, par commune", "", used)
    couche = reached.project["couche"]
    mesure = MESURES[couche]
    counts = coverage.in_perimeter(mesure, inside, touched, reached.objects, source=sources[couche])
    return Touched(
        rows.join(counts).join(measured[mesure.field.column]),
        (*TOWN_FIELDS, *coverage.object_fields(mesure), mesure.field),
        f"QPV touchés et {mesure.objets}, par commune",
        f"Mesure : {mesure.detail}.",
        (*used, couche),
    )


def partners(listed: Sequence[str], wordings: Sequence[str], register: pd.DataFrame) -> pd.DataFrame:
    """Give partners their full names.

    Parameters
    ----------
    wordings
        How the document writes them, in the same order.

    Returns
    -------
    DataFrame
        The columns of `PARTNER_FIELDS`, in the document's order.
    """
    rows = register.loc[list(listed), ["nom_complet", "type", "note"]]
    return rows.assign(ecriture=list(wordings), note=rows["note"].replace("sans objet", "aucune"))


def place(project: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Name the perimeter of a project.

    Returns
    -------
    str
        French text, "à confirmer" said where it is.
    """
    if project["perimetre"] == METROPOLE:
        text = f"{PERIMETERS[METROPOLE]}, toutes les communes du contrat"
    else:
        listed = ", ".join(names[code] for code in project["perimetre_codes"])
        text = f"{PERIMETERS[project['perimetre']]} : {listed}"
    return text + (f" ({TO_CONFIRM})" if project["a_confirmer"] else "")


def facts(project: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """List what the document and the atlas say of a project.

    Parameters
    ----------
    project
        The project, with `orientations` as text.

    Returns
    -------
    list of (str, str)
        Title and French text, in order.
    """
    several = len(project["liste_orientations"]) > 1
    line = f"ligne {project['perimetre_ligne']} de {DOCUMENT}, version texte"
    quote = f"« {project['perimetre_texte']} » ({line})"
    if project["perimetre_origine"] != SHEET:
        quote = f"{quote[:-1]}, qui fixe le périmètre de tout le contrat)"
    said = [
        ("Orientations" if several else "Orientation", project["orientations"]),
        ("Registre", project["registre"]),
        ("Périmètre", place(project, names)),
        ("Ce que dit le document", quote),
    ]
    if project["perimetre_note"] not in NOTHING:
        said.append(("Lecture de l'atlas", project["perimetre_note"]))
    said.append(("Le texte insiste sur", _emphasis(project)))
    layer = MESURES[project["couche"]].objets if project["couche"] in MESURES else project["couche"]
    said.append(("Données de l'atlas", f"{layer[0].upper()}{layer[1:]}. {project['couche_motif']}"))
    said.append((f"Dans {DOCUMENT}", _where(project)))
    if project["remarque"] not in NOTHING:
        said.append(("Remarque", project["remarque"]))
    return said


def indicators(project: Mapping[str, Any]) -> list[str]:
    """Give the indicators of a project.

    Returns
    -------
    list of str
        The document's words, none if it gives none.
    """
    return [text for text in project["indicateurs"] if text != NOT_STATED]


def finding(reached: Affected) -> str:
    """Say in one sentence whom a project reaches."""
    towns = list(reached.named["nom"])
    where = f"nomme {', '.join(towns)}" if towns else "vise tout le territoire"
    doubt = f" (périmètre {TO_CONFIRM})" if reached.project["a_confirmer"] else ""
    people = reached.people
    lived = f", où vivent {entier(people)} habitants" if people == people else ""  # noqa: PLR0124 (NaN)
    return f"Ce projet {where}{doubt} : son périmètre compte {pluriel(len(reached.touched), 'QPV', 'QPV')}{lived}."


def _emphasis(project: Mapping[str, Any]) -> str:
    given = [text for text in project["accents"] if text not in NOTHING]
    if not given:
        return "rien en particulier"
    quoted = " ; ".join(f"« {text} »" for text in given)
    return f"{quoted} (ligne {project['accent_ligne']}) : c'est un accent, pas un périmètre"


def _where(project: Mapping[str, Any]) -> str:
    lines = [str(line) for line in project["lignes"]]
    if project["provenance"] != SHEET:
        return f"tableau des projets seulement, ligne {lines[0]}"
    sheets = f"fiche, ligne {lines[0]}" if len(lines) == 1 else f"fiches, lignes {' et '.join(lines)}"
    if project["ligne_tableau"] == ABSENT_FROM_TABLES:
        return f"{sheets} ; absent des tableaux"
    table = f"{sheets} ; tableau, ligne {project['ligne_tableau']}"
    if project["titre_tableau"] != project["titre"]:
        table += f", sous le titre « {project['titre_tableau']} »"
    written = ", ".join(project["partenaires_tableau_ecritures"])
    return f"{table}, avec pour partenaires : {written}"
