"""What the sheet of the matrix says."""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from errors import ArgumentError
from exports.content import Content
from facts import coverage, matrix, matrix_words
from facts.follow_up import FollowUp, facts
from facts.naming import CONTRAT
from facts.snapshot import Snapshot
from loaders.catalogue import Source
from words.formats import moment, pluriel, typographie


def content(
    held: Snapshot,
    *,
    projets: Collection[str] | None,
    communes: Collection[str] | None,
    orientation: str | None,
    filters: Mapping[str, str],
    suivi: FollowUp | None = None,
) -> Content:
    """Put together the matrix of projects and communes.

    Parameters
    ----------
    projets
        Ids of the projects to show, None for all.
    communes
        INSEE codes of the communes to show, None for all.
    orientation
        The only orientation shown, None for all.
    suivi
        What the partners recorded, None where it could not be read.

    Raises
    ------
    ArgumentError
        If there is no such project, commune or orientation, or none is left.
    """
    frames = held
    unknown = {
        *set(projets or ()).difference(held.projects_in_order.index),
        *set(communes or ()).difference(held.communes_in_order.index),
        *({orientation} if orientation else set()).difference(frames.orientations.index),
    }
    if unknown:
        raise ArgumentError(f"code inconnu : {', '.join(sorted(unknown))}")
    kept = (
        held.projects_in_order
        if projets is None
        else held.projects_in_order[held.projects_in_order.index.isin(list(projets))]
    )
    towns = (
        held.communes_in_order
        if communes is None
        else held.communes_in_order[held.communes_in_order.index.isin(list(communes))]
    )
    if kept.empty or towns.empty:
        raise ArgumentError("une matrice sans projet ou sans commune ne se compose pas")
    recorded = facts(suivi, kept, held.communes_in_order, frames.qpv)
    filled = matrix.cells(kept, held.communes_in_order, frames.qpv, held.measured, facts=recorded)
    filled = filled[filled["code_insee"].isin(towns.index)]
    couches = [couche for couche in coverage.MESURES if couche in set(kept["couche"])]
    vintages = {key: source.millesime for key, source in frames.sources.items()}
    words = " ; ".join(f"{name} : {value}" for name, value in filters.items())
    groups = matrix.groups(kept, frames.orientations, only=orientation)
    return Content(
        kind=CONTRAT[0].upper() + CONTRAT[1:],
        name="Projets et communes",
        subtitle="",
        finding=matrix_words.finding(kept, filled, filtered=len(kept) < len(held.projects_in_order)),
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
            "legende": [_line(line) for line in matrix_words.legend(filled, couches)],
            "groupes": [_group(group, filled, frames.sources) for group in groups],
            "details": [
                *(typographie(line) for line in matrix_words.details(couches, vintages)),
                *(
                    [typographie(f"Suivi : enregistrements des partenaires, lus le {moment(suivi.read_at)}.")]
                    if suivi
                    else []
                ),
            ],
        },
    )


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
                "notes": typographie(" ; ".join(matrix_words.notes(row, sources))),
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
