"""What the sheet of one project says: the cahier's words, its perimeter, its partners."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from exports.fields import Field
from geo.territory import ARRONDISSEMENTS, METROPOLE
from loaders.projects import ABSENT_FROM_TABLES, SHEET
from maps.spec import Cadrage, Classe, MapSpec, ShownLayer
from pages.projets.coverage import MESURES
from pages.projets.matrix import PERIMETERS, TO_CONFIRM
from ui.formats import entier, pluriel, typographie

#: What a cell says where the cahier says nothing.
NOT_STATED: Final = "non précisé"
NOTHING: Final = frozenset({"sans objet", "sans remarque", NOT_STATED})
TOUCHED: Final = (
    Classe("QPV touchés par le projet", "#B34700", 0.6),
    Classe("Autres QPV", "#6A7482", 0.6, "hachures"),
)
QPV_FIELDS: Final = (
    Field("lib_qp", "QPV", "texte"),
    Field("code_qp", "Code", "texte"),
    Field("lib_communes", "Commune", "texte"),
    Field("population", "Habitants", "entier", "indicateurs"),
)
PARTNER_FIELDS: Final = (
    Field("ecriture", "Dans le cahier", "texte"),
    Field("nom_complet", "Nom complet", "texte"),
    Field("type", "Nature", "texte"),
    Field("note", "Remarque", "texte"),
)
TOWN_FIELDS: Final = (
    Field("nom", "Commune", "texte"),
    Field("nb_qpv", "QPV touchés", "entier"),
    Field("population_qpv", "Habitants de ces QPV", "entier", "indicateurs"),
)


def partners(listed: Sequence[str], wordings: Sequence[str], register: pd.DataFrame) -> pd.DataFrame:
    """Give partners their full names.

    Parameters
    ----------
    listed
        Ids of partners.
    wordings
        How the cahier writes them, in the same order.
    register
        The register of partners.

    Returns
    -------
    DataFrame
        The columns of `PARTNER_FIELDS`, in the cahier's order.
    """
    rows = register.loc[list(listed), ["nom_complet", "type", "note"]]
    return rows.assign(ecriture=list(wordings), note=rows["note"].replace("sans objet", "aucune"))


def place(project: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Name the perimeter of a project.

    Parameters
    ----------
    project
        The project.
    names
        Name of each commune, arrondissement and QPV by code.

    Returns
    -------
    str
        French text, "à confirmer" said where it is.
    """
    if project["perimetre"] == METROPOLE:
        text = f"{PERIMETERS[METROPOLE]}, les 16 communes du contrat"
    else:
        listed = ", ".join(names[code] for code in project["perimetre_codes"])
        text = f"{PERIMETERS[project['perimetre']]} : {listed}"
    return text + (f" ({TO_CONFIRM})" if project["a_confirmer"] else "")


def facts(project: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """List what the cahier and the atlas say of a project.

    Parameters
    ----------
    project
        The project, with `orientations` as text.
    names
        Name of each commune, arrondissement and QPV by code.

    Returns
    -------
    list of (str, str)
        Title and French text, in order.
    """
    several = len(project["liste_orientations"]) > 1
    line = f"ligne {project['perimetre_ligne']} du cahier 3, version texte"
    quote = f"« {project['perimetre_texte']} » ({line})"
    if project["perimetre_origine"] != SHEET:
        quote = f"{quote[:-1]}, qui fixe le périmètre de tout le contrat)"
    said = [
        ("Orientations" if several else "Orientation", project["orientations"]),
        ("Registre", project["registre"]),
        ("Périmètre", place(project, names)),
        ("Ce que dit le cahier", quote),
    ]
    if project["perimetre_note"] not in NOTHING:
        said.append(("Lecture de l'atlas", project["perimetre_note"]))
    said.append(("Le texte insiste sur", _emphasis(project)))
    layer = MESURES[project["couche"]].objets if project["couche"] in MESURES else project["couche"]
    said.append(("Données de l'atlas", f"{layer[0].upper()}{layer[1:]}. {project['couche_motif']}"))
    said.append(("Dans le cahier 3", _where(project)))
    if project["remarque"] not in NOTHING:
        said.append(("Remarque", project["remarque"]))
    return said


def to_html(project: Mapping[str, Any], said: Sequence[tuple[str, str]]) -> str:
    """Write a project's summary and facts.

    Parameters
    ----------
    project
        The project.
    said
        What `facts` gives.

    Returns
    -------
    str
        HTML in which every text of the data is escaped.
    """
    lines = "".join(
        f"<dt>{escape(typographie(title))}</dt><dd>{escape(typographie(text))}</dd>" for title, text in said
    )
    summary = escape(typographie(project["resume"]))
    return (
        f'<p class="projets-resume">{summary} <span class="atlas-note">(résumé rédigé par l\'atlas)</span></p>'
        f'<dl class="atlas-fiche">{lines}</dl>'
    )


def indicators(project: Mapping[str, Any]) -> str:
    """Write the indicators of a project.

    Parameters
    ----------
    project
        The project.

    Returns
    -------
    str
        HTML list, or a sentence if the cahier gives none.
    """
    given = [text for text in project["indicateurs"] if text != NOT_STATED]
    if not given:
        return '<p class="atlas-note">Le cahier ne donne aucun indicateur pour ce projet.</p>'
    return (
        f'<ul class="projets-liste">{"".join(f"<li>{escape(typographie(text))}</li>" for text in given)}</ul>'
    )


def finding(project: Mapping[str, Any], touched: gpd.GeoDataFrame, towns: Sequence[str]) -> str:
    """Say in one sentence whom a project reaches.

    Parameters
    ----------
    project
        The project.
    touched
        The QPV that it touches.
    towns
        Names of the communes that it names.

    Returns
    -------
    str
        French sentence.
    """
    where = f"nomme {', '.join(towns)}" if towns else "vise toute la métropole"
    doubt = f" (périmètre {TO_CONFIRM})" if project["a_confirmer"] else ""
    people = touched["population"].sum(skipna=False)
    lived = f", où vivent {entier(people)} habitants" if people == people else ""  # noqa: PLR0124 (NaN)
    return f"Ce projet {where}{doubt} : son périmètre compte {pluriel(len(touched), 'QPV', 'QPV')}{lived}."


def spec(
    project: Mapping[str, Any],
    touched: pd.Index,
    perimeter: gpd.GeoSeries,
    qpv: pd.Index,
    *,
    layer: ShownLayer | None,
    basemap: str,
) -> MapSpec:
    """Describe the map of a project's perimeter.

    Parameters
    ----------
    project
        The project.
    touched
        Codes of the QPV that it touches.
    perimeter
        Its outline, in EPSG:2154.
    qpv
        Codes of all the QPV.
    layer
        The layer that it acts on, None without one.
    basemap
        Id of a basemap.

    Returns
    -------
    MapSpec
        The QPV touched stand out; what the text names is outlined.
    """
    inside = set(touched)
    shown = [
        ShownLayer("communes"),
        ShownLayer(
            "qpv",
            classes=TOUCHED if len(inside) < len(qpv) else TOUCHED[:1],
            classed={str(code): int(code not in inside) for code in qpv},
        ),
    ]
    kind = project["perimetre"]
    if kind == ARRONDISSEMENTS:
        shown.append(ShownLayer(ARRONDISSEMENTS))
    if layer is not None:
        shown.append(layer)
    west, south, east, north = (float(edge) for edge in perimeter.total_bounds)
    return MapSpec(
        titre=f"Carte du périmètre du projet : {project['titre']}",
        layers=shown,
        basemap=basemap,
        chosen=[] if kind == METROPOLE else [(kind, code) for code in project["perimetre_codes"]],
        cadrage=Cadrage(project["id_projet"], (west, south, east, north)),
    )


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
