"""What the matrix of projects and communes says in words: its finding, its legend, its remarks."""

from collections.abc import Mapping, Sequence

import pandas as pd

from facts.coverage import MESURES
from facts.follow_up import BEYOND, BEYOND_MEANING, BEYOND_SIGN, NO_RECORD_MEANING, SIGNS, UNREAD
from facts.matrix import DOUBT, LOOKS, MEANINGS, SHORT, TO_CONFIRM, Line
from geo.follow_up import NO_RECORD
from geo.territory import LOCALISED, METROPOLE
from loaders.catalogue import Source
from words.formats import pluriel


def notes(project: pd.Series, sources: Mapping[str, Source]) -> list[str]:
    """Say under a project's title what its row holds."""
    said = [f"périmètre {TO_CONFIRM}"] if project["a_confirmer"] else []
    couche = project["couche"]
    if couche not in MESURES:
        return said
    source = sources[couche]
    year = f" ({source.date.year})" if MESURES[couche].dated and source.date else ""
    return [*said, MESURES[couche].nom + year]


def legend(filled: pd.DataFrame, couches: Sequence[str]) -> list[Line]:
    """Explain the symbols of the matrix.

    Parameters
    ----------
    filled
        What `cells` gives.
    """
    lines = []
    for status, look in LOOKS.items():
        lines.append(Line(look.name, look.sign, status, look.meaning))
        if status == LOCALISED and filled["a_confirmer"].any():
            lines.append(
                Line(
                    look.name,
                    look.sign + DOUBT,
                    f"{status}, périmètre {TO_CONFIRM}",
                    "le périmètre est une lecture du texte par l'atlas, à confirmer",
                )
            )
    lines += _legend_of_facts(filled)
    fields = [MESURES[couche].field for couche in couches if couche in MESURES]
    if fields:
        lines.append(
            Line(
                "",
                "chiffre",
                "",
                "dans un projet qui agit sur des équipements, leur couverture dans la commune, détaillée sous la matrice",
            )
        )
    values = {value for field in fields for value in filled[field.column] if isinstance(value, str)}
    return [
        *lines,
        *(Line("", short, reason, MEANINGS[reason]) for reason, short in SHORT.items() if reason in values),
    ]


def details(couches: Sequence[str], vintages: Mapping[str, str]) -> list[str]:
    """Say how each measure of the matrix is computed, with its vintage.

    Returns
    -------
    list of str
        French sentences, none without a measure.
    """
    return [
        f"{MESURES[couche].nom[0].upper()}{MESURES[couche].nom[1:]} : {MESURES[couche].detail} ({vintages[couche]})."
        for couche in couches
        if couche in MESURES
    ]


def finding(projects: pd.DataFrame, filled: pd.DataFrame, *, filtered: bool) -> str:
    """Say in one sentence what the matrix shows."""
    if projects.empty:
        return "Aucun projet ne répond à ces filtres."
    places = filled.loc[filled["statut"] == LOCALISED, "commune"].unique()
    where = f" ({', '.join(places)})" if len(places) else ""
    local = int((projects["perimetre"] != METROPOLE).sum())
    measured = int(projects["couche"].isin(MESURES).sum())
    kept = " que les filtres retiennent" if filtered else " de coopération"
    return (
        f"Sur {pluriel(len(projects), 'projet')}{kept}, {some(local, 'nomme', 'nomment')} un lieu{where}, "
        f"{some(len(projects) - local, 'vise', 'visent')} tout le territoire "
        f"et {some(measured, 'agit', 'agissent')} sur des équipements que l'atlas mesure."
    )


def some(count: int, singular: str, plural: str) -> str:
    """Write how many do something."""
    if count == 0:
        joint = "n'" if singular[0] in "aeiouhé" else "ne "
        return f"aucun {joint}{singular}"
    return pluriel(count, singular, plural)


def _legend_of_facts(filled: pd.DataFrame) -> list[Line]:
    """Explain the squares that can be seen; where the records could not be read, say so."""
    if (filled["suivi"] == UNREAD).all():
        return [Line("", "sans carré", UNREAD, "les enregistrements des partenaires n'ont pas pu être lus")]
    seen = {status for text in filled["suivi"] for status in (text, text.partition(", ")[0])}
    lines = [
        Line(f"fait-{look.name}", look.sign, f"suivi, {status}", look.meaning)
        for status, look in SIGNS.items()
        if status in seen
    ]
    if filled["suivi"].str.endswith(BEYOND).any():
        lines.append(Line("", f"{SIGNS['réalisé'].sign}{BEYOND_SIGN}", BEYOND, BEYOND_MEANING))
    return [*lines, Line("", "sans carré", NO_RECORD, NO_RECORD_MEANING)]
