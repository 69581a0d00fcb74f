"""One place's figures in words, each beside the median of its likes and its rank among them."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import pandas as pd

from facts.fields import Field, stated
from facts.place_fields import ORIGIN
from facts.portraits import COMMUNE, QUARTIER, Genre, Portrait
from geo.territory import LOCALISED, NO_QPV
from loaders.catalogue import Source
from words.formats import M2_PER_HA, NUMBERS, REASONS, UNITS, Kind, decimal, figure, pluriel

#: What a median is taken over.
OVER: Final[Mapping[Genre, str]] = {QUARTIER: "Médiane des QPV", COMMUNE: "Médiane des communes"}
ALONE: Final = "sans comparaison"
UNRANKED: Final = "sans rang"
#: From the unit of the data to the one told.
SCALES: Final[Mapping[Kind, float]] = {"part": 100.0, "surface_m2": 1 / M2_PER_HA}
#: Columns of `table`.
FIELDS: Final = (
    Field("titre", "Donnée", "texte"),
    Field("valeur", "Valeur", "decimal"),
    Field("unite", "Unité", "texte"),
    Field("mediane", "Médiane", "decimal"),
    Field("rang", "Rang, 1 pour la plus grande valeur", "entier"),
    Field("classes", "Lieux dont le chiffre est connu", "entier"),
    ORIGIN,
)


class Line(NamedTuple):
    """One figure of a place, ready to show.

    Attributes
    ----------
    value
        It with its unit, or the reason why there is none.
    """

    field: Field
    value: str
    median: str
    rank: str
    origin: str


def lines(portrait: Portrait, sources: Mapping[str, Source]) -> list[Line]:
    """Write the figures of a place.

    Parameters
    ----------
    sources
        The catalogue, which says where each source applies.

    Returns
    -------
    list of Line
        In the order to show, those of one source together.
    """
    values = stated(portrait.row, portrait.fields, sources).iloc[0]
    standings = portrait.standing.to_dict("index")
    return [
        Line(
            field,
            figure(values[field.column], field.kind),
            median(standings[field.column]["mediane"], standings[field.column]["classes"], field),
            rank(standings[field.column]["rang"], standings[field.column]["classes"]),
            origin(field, sources),
        )
        for field in portrait.fields
    ]


def table(portrait: Portrait, sources: Mapping[str, Source]) -> pd.DataFrame:
    """Give the figures of a place one per row, for files.

    Parameters
    ----------
    sources
        The catalogue, which says where each source applies.

    Returns
    -------
    DataFrame
        Index `donnee` (column of the figure); the columns of `FIELDS`: numbers in the unit told (shares in percent, areas in hectares),
        or words where there is none.
    """
    values = stated(portrait.row, portrait.fields, sources).iloc[0]
    lines, standings = [], portrait.standing.to_dict("index")
    for field in portrait.fields:
        standing, value = standings[field.column], values[field.column]
        scale = SCALES.get(field.kind, 1.0)
        lines.append(
            {
                "donnee": field.column,
                "titre": field.title,
                "valeur": value if isinstance(value, str) else value * scale,
                "unite": UNITS.get(field.kind, "nombre"),
                "mediane": standing["mediane"] * scale if standing["classes"] > 1 else ALONE,
                "rang": UNRANKED if pd.isna(standing["rang"]) else standing["rang"],
                "classes": standing["classes"],
                "source": origin(field, sources),
            }
        )
    return pd.DataFrame(lines, dtype=object).set_index("donnee")


def origin(field: Field, sources: Mapping[str, Source]) -> str:
    """Say where a figure comes from, and from when.

    Returns
    -------
    str
        Producer and vintage, "" for a figure without source.
    """
    return "" if field.source_id is None else sources[field.source_id].origine


def median(value: float, count: int, field: Field) -> str:
    """Write a median with its unit.

    Returns
    -------
    str
        Such as "46,1 %"; half a unit is not rounded away; "sans comparaison" over one place or none.
    """
    if count <= 1 or field.kind not in NUMBERS:
        return ALONE
    if field.kind == "entier" and not float(value).is_integer():
        return decimal(value)
    return figure(value, field.kind)


def rank(value: float, count: int) -> str:
    """Write a rank.

    Parameters
    ----------
    value
        The rank, 1 for the largest value; NaN without a value.

    Returns
    -------
    str
        Such as "1er sur 66"; "sans rang" for a value that is missing.
    """
    if pd.isna(value):
        return UNRANKED
    if count <= 1:
        return ALONE
    return f"{ordinal(value)} sur {count}"


def ordinal(value: float) -> str:
    """Write a rank as an ordinal."""
    return "1er" if value == 1 else f"{value:.0f}e"


def is_word(text: str) -> bool:
    """Say whether words stand in place of a figure.

    Returns
    -------
    bool
        True for a reason why there is no figure, no median or no rank.
    """
    return text in REASONS or text in {NO_QPV, ALONE, UNRANKED}


def finding(portrait: Portrait, *, sources: Mapping[str, Source], projects: int) -> str:
    """Say in one sentence what stands out of a place.

    Parameters
    ----------
    projects
        How many projects the contrat has; nothing is said of them where there are none.
    """
    values = stated(portrait.row, portrait.fields, sources).iloc[0]
    standings = portrait.standing.to_dict("index")
    people = standings["population"]
    likes = "QPV" if portrait.kind == QUARTIER else "communes"
    if values["population"] in REASONS:
        said = [f"{portrait.name} : nombre d’habitants {values['population']}"]
    else:
        place = f"{ordinal(people['rang'])} rang sur {people['classes']:.0f} {likes}"
        said = [f"{portrait.name} compte {pluriel(values['population'], 'habitant')}, au {place}"]
    if portrait.kind == QUARTIER:
        rate, middle = values["taux_pauvrete_60_pct"], standings["taux_pauvrete_60_pct"]["mediane"]
        said.append(
            f"taux de pauvreté : {figure(rate, 'pourcentage')} (médiane : {figure(middle, 'pourcentage')})"
        )
    elif portrait.row["nb_qpv"].iloc[0] == 0:
        said.append("elle n’a aucun QPV")
    else:
        number = int(portrait.row["nb_qpv"].iloc[0])
        said.append(f"{pluriel(number, 'QPV', 'QPV')}, {_inhabitants(values['population_qpv'])}")
    located = int((portrait.projects["statut"] == LOCALISED).sum())
    if len(portrait.projects):
        said.append(
            f"{pluriel(len(portrait.projects), 'projet')} du contrat de ville sur {projects} "
            f"{'le' if portrait.kind == QUARTIER else 'la'} {'couvre' if len(portrait.projects) == 1 else 'couvrent'}, "
            f"dont {pluriel(located, 'localisé') if located else 'aucun localisé'}"
        )
    elif projects:
        said.append("aucun projet du contrat de ville ne la nomme")
    return " ; ".join(said) + "."


def _inhabitants(value: Any) -> str:
    return f"habitants : {value}" if isinstance(value, str) else pluriel(value, "habitant")
