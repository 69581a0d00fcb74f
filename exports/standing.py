"""One place's figures in words, each beside the median of its likes and its rank among them."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from exports.fields import NUMBERS, REASONS, Field, stated
from exports.formats import decimal, figure, pluriel
from exports.portraits import COMMUNE, QUARTIER, Genre, Portrait
from geo.territory import LOCALISED, NO_QPV
from loaders.catalogue import Source

#: What a median is taken over.
OVER: Final[Mapping[Genre, str]] = {QUARTIER: "Médiane des QPV", COMMUNE: "Médiane des communes"}
ALONE: Final = "sans comparaison"
UNRANKED: Final = "sans rang"
FIELDS: Final = (
    Field("titre", "Donnée", "texte"),
    Field("valeur", "Valeur", "texte"),
    Field("mediane", "Médiane", "texte"),
    Field("rang", "Rang", "texte"),
    Field("source", "Source et millésime", "texte"),
)


def rows(portrait: Portrait, sources: Mapping[str, Source]) -> pd.DataFrame:
    """Write the figures of a place as text, one per row.

    Parameters
    ----------
    portrait
        The place.
    sources
        The catalogue, which says where each source applies.

    Returns
    -------
    DataFrame
        Index `donnee` (column of the figure); the columns of `FIELDS`. A median over one place and a rank among one are
        "sans comparaison"; a figure without value has no rank.
    """
    values = stated(portrait.row, portrait.fields, sources).iloc[0]
    lines, standings = [], portrait.standing.to_dict("index")
    for field in portrait.fields:
        standing = standings[field.column]
        value = figure(values[field.column], field.kind)
        source = sources[field.source_id] if field.source_id else None
        lines.append(
            {
                "donnee": field.column,
                "titre": field.title,
                "valeur": value,
                "mediane": median(standing["mediane"], standing["classes"], field),
                "rang": rank(standing["rang"], standing["classes"], value),
                "source": f"{source.producteur}, {source.millesime}" if source else "",
            }
        )
    return pd.DataFrame(lines).set_index("donnee")


def median(value: float, count: int, field: Field) -> str:
    """Write a median with its unit.

    Parameters
    ----------
    value
        The median.
    count
        Over how many places.
    field
        The figure.

    Returns
    -------
    str
        Such as "46,1 %"; half a unit is not rounded away; "sans comparaison" over one place or none.
    """
    if count < 2 or field.kind not in NUMBERS:  # noqa: PLR2004
        return ALONE
    if field.kind == "entier" and not float(value).is_integer():
        return decimal(value)
    return figure(value, field.kind)


def rank(value: float, count: int, shown: str) -> str:
    """Write a rank.

    Parameters
    ----------
    value
        The rank, 1 for the largest value; NaN without a value.
    count
        Among how many places.
    shown
        What is shown in place of the value: a reason leaves no rank.

    Returns
    -------
    str
        Such as "1er sur 66"; "sans rang" for a value that is missing.
    """
    if is_word(shown) or pd.isna(value):
        return UNRANKED
    if count < 2:  # noqa: PLR2004
        return ALONE
    return f"{ordinal(value)} sur {count}"


def ordinal(value: float) -> str:
    """Write a rank as an ordinal.

    Parameters
    ----------
    value
        The rank.

    Returns
    -------
    str
        "1er", "2e", ...
    """
    return "1er" if value == 1 else f"{value:.0f}e"


def is_word(text: str) -> bool:
    """Say whether words stand in place of a figure.

    Parameters
    ----------
    text
        What a cell shows.

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
    portrait
        The place.
    sources
        The catalogue.
    projects
        How many projects the contrat has.

    Returns
    -------
    str
        French sentence.
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
        rate, middle = (
            values["taux_pauvrete_60_pct"],
            standings["taux_pauvrete_60_pct"]["mediane"],
        )
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
    else:
        said.append("aucun projet du contrat de ville ne la nomme")
    return " ; ".join(said) + "."


def _inhabitants(value: Any) -> str:
    return f"habitants : {value}" if isinstance(value, str) else pluriel(value, "habitant")
