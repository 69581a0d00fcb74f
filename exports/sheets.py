"""One place, one project or the whole matrix as a PDF to take to a meeting."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from errors import ArgumentError
from exports import sheet_content
from exports.pdf import Content
from facts import coverage, matrix
from facts.follow_up import FollowUp, facts
from facts.naming import CONTRAT
from facts.portraits import COMMUNE, QUARTIER
from facts.snapshot import current
from loaders.catalogue import Source
from words.constants import PROXIMITY_M
from words.formats import moment, pluriel, typographie


def qpv_sheet(code_qp: str, *, radius_m: float = PROXIMITY_M, date: dt.date | None = None) -> bytes:
    """Compose the sheet of a QPV.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach, in metres, as the crow flies.
    date
        The day of the sheet, today if None.

    Raises
    ------
    ArgumentError
        If there is no such QPV, or the threshold is not a length.
    SheetError
        If the PDF cannot be composed.
    """
    held = current()
    return sheet_content.of_place(QUARTIER, code_qp, held, radius_m=radius_m).compose("fiche", held, date)


def commune_sheet(
    code_insee: str,
    *,
    radius_m: float = PROXIMITY_M,
    date: dt.date | None = None,
    suivi: FollowUp | None = None,
) -> bytes:
    """Compose the sheet of one commune of the contrat.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach of its QPV, in metres, as the crow flies.
    date
        The day of the sheet, today if None.
    suivi
        What the partners recorded, as read; None says that it was not read.

    Raises
    ------
    ArgumentError
        If it is not one of the contrat's, or the threshold is not a length.
    SheetError
        If the PDF cannot be composed.
    """
    held = current()
    sheet = sheet_content.of_place(COMMUNE, code_insee, held, radius_m=radius_m, suivi=suivi)
    return sheet.compose("fiche", held, date)


def project_sheet(id_projet: str, *, date: dt.date | None = None, suivi: FollowUp | None = None) -> bytes:
    """Compose the sheet of a project.

    Parameters
    ----------
    date
        The day of the sheet, today if None.
    suivi
        What the partners recorded, as read; None says that it was not read.

    Raises
    ------
    ArgumentError
        If there is no such project.
    SheetError
        If the PDF cannot be composed.
    """
    held = current()
    return sheet_content.of_project(id_projet, held, suivi=suivi).compose("fiche", held, date)


def matrix_sheet(
    projets: Collection[str] | None = None,
    *,
    communes: Collection[str] | None = None,
    orientation: str | None = None,
    filters: Mapping[str, str] | None = None,
    date: dt.date | None = None,
    suivi: FollowUp | None = None,
) -> bytes:
    """Compose the matrix of projects and communes as one sheet.

    Parameters
    ----------
    projets
        Ids of the projects to show, None for all.
    communes
        INSEE codes of the communes to show, None for all.
    orientation
        The only orientation shown, None for all.
    filters
        The filters in force, name to value, in French; they are only said.
    date
        The day of the sheet, today if None.
    suivi
        What the partners recorded, as read; None says that it was not read.

    Returns
    -------
    bytes
        A PDF/UA-1 file: one page, A3, landscape.

    Raises
    ------
    ArgumentError
        If there is no such project, commune or orientation, or none is left.
    SheetError
        If the PDF cannot be composed.
    """
    held = current()
    unknown = {
        *set(projets or ()).difference(held.projects_in_order.index),
        *set(communes or ()).difference(held.communes_in_order.index),
        *({orientation} if orientation else set()).difference(held.orientations.index),
    }
    if unknown:
        raise ArgumentError(f"code inconnu : {', '.join(sorted(unknown))}")
    kept, towns = held.projects_in_order, held.communes_in_order
    if projets is not None:
        kept = kept[kept.index.isin(list(projets))]
    if communes is not None:
        towns = towns[towns.index.isin(list(communes))]
    if kept.empty or towns.empty:
        raise ArgumentError("une matrice sans projet ou sans commune ne se compose pas")
    filled = matrix.cells(kept, held.communes_in_order, held.qpv, held.measured, facts=facts(suivi, held))
    filled = filled[filled["code_insee"].isin(towns.index)]
    couches = [couche for couche in coverage.MESURES if couche in set(kept["couche"])]
    words = " ; ".join(f"{name} : {value}" for name, value in (filters or {}).items())
    groups = matrix.groups(kept, held.orientations, only=orientation)
    details = [typographie(line) for line in matrix.details(couches, held.sources)]
    if suivi:
        details.append(
            typographie(f"Suivi : enregistrements des partenaires, lus le {moment(suivi.read_at)}.")
        )
    sheet = Content(
        kind=CONTRAT[0].upper() + CONTRAT[1:],
        name="Projets et communes",
        subtitle="",
        finding=matrix.finding(kept, filled, filtered=len(kept) < len(held.projects_in_order)),
        keywords=("contrat de ville", "QPV", "projets de coopération"),
        source_ids=("projets", "communes", "qpv", *(["indicateurs"] if couches else []), *couches),
        said=f"Filtres : {words}." if words else "Aucun filtre.",
        parts={
            "titre-tableau": typographie(
                f"Situation de {pluriel(len(kept), 'projet')} dans {pluriel(len(towns), 'commune')}"
            ),
            "communes": [
                f"{name} ({matrix.TO_CONFIRM})" if doubt else name
                for name, doubt in zip(towns["nom"], towns["a_confirmer"], strict=True)
            ],
            "legende": [_line(line) for line in matrix.legend(filled, couches)],
            "groupes": [_group(group, filled, held.sources) for group in groups],
            "details": details,
        },
    )
    return sheet.compose("matrice", held, date)


def _line(line: matrix.Line) -> Mapping[str, str]:
    meaning = f" : {line.meaning}" if line.name else line.meaning
    return {"aspect": line.look, "signe": line.sign, "nom": line.name, "sens": typographie(meaning)}


def _group(group: matrix.Group, filled: pd.DataFrame, sources: Mapping[str, Source]) -> Mapping[str, Any]:
    lines = []
    for id_projet, row in group.projects.iterrows():
        cells = filled[filled["id_projet"] == id_projet].to_dict("records")
        lines.append(
            {
                "titre": typographie(row["titre"]),
                "notes": typographie(" ; ".join(matrix.notes(row, sources))),
                "registre": row["registre"],
                "cases": [_cell(matrix.say(cell, row["couche"])) for cell in cells],
            }
        )
    return {"titre": typographie(group.title), "nombre": typographie(group.number), "lignes": lines}


def _cell(said: matrix.Said) -> Mapping[str, str | bool]:
    value = said.value or ""
    return {
        "aspect": said.look.name,
        "signe": said.sign,
        "valeur": matrix.SHORT.get(value, value),
        "raison": value in matrix.SHORT,
        "fait": said.fact.look and f"fait-{said.fact.look}",
        "carre": said.fact.sign,
    }
