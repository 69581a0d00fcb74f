"""What the census of sports facilities gives: from when, who may enter, which columns."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import pandas as pd

from facts.fields import Field
from facts.place_fields import SPORT_HELD, SPORT_NAMES, SPORT_YEAR, known
from words.formats import NON_DIFFUSE, date

#: Choice of access to the values that it keeps; missing ones are a choice of their own.
ACCESS: Final[Mapping[str, str]] = {"libre": "Libre", "non libre": "Non libre", NON_DIFFUSE: "Non diffusé"}
_PLACED: Final = (
    Field("equip_type_name", "Type", "texte"),
    Field("famille", "Famille", "texte"),
    Field("commune", "Commune", "texte"),
    Field("qpv_proche", "QPV le plus proche", "texte"),
    Field("distance_qpv_m", "Distance à ce QPV", "distance_m", help="À vol d'oiseau ; 0 dans le QPV"),
)
_ORIGIN: Final = (Field("vintage", "Millésime", "date"), Field("equip_id", "Identifiant", "texte"))


def fields(facilities: pd.DataFrame) -> tuple[Field, ...]:
    """Give the columns of the list of facilities: those that the source knows.

    Returns
    -------
    tuple of Field
        Columns in order; the year of entry into service stands even where nobody discloses it.
    """
    named, held = known(SPORT_NAMES, facilities), known(SPORT_HELD, facilities)
    return (*named, *_PLACED, SPORT_YEAR, *held, *_ORIGIN)


def knows_access(facilities: pd.DataFrame) -> bool:
    """Tell whether the source says of any facility who may enter."""
    return bool(facilities["acces_libre"].notna().any())


def of_access(facilities: gpd.GeoDataFrame, access: str | None) -> gpd.GeoDataFrame:
    """Keep the facilities of one kind of access.

    Parameters
    ----------
    access
        Key of `ACCESS`; None keeps all.

    Returns
    -------
    GeoDataFrame
        The rows kept; `famille` still knows every family.
    """
    if access is None:
        return facilities
    # A family whose facilities are all left out is still one that lacks.
    named = facilities.assign(famille=facilities["famille"].astype("category"))
    return named[named["acces_libre"].fillna(NON_DIFFUSE) == access]


def silent_about(facilities: pd.DataFrame) -> str:
    """Say what the source does not give of its facilities; "" if each of year and access is known of some."""
    silent = [
        word
        for column, word in (("annee_service", "année"), ("acces_libre", "accès"))
        if facilities[column].isna().all()
    ]
    if len(silent) > 1:
        return "L’âge des équipements est non diffusé par cette source, qui ne donne ni année, ni état, ni accès."
    return f"Cette source ne donne pas leur {silent[0]}." if silent else ""


def vintage_of(facilities: pd.DataFrame) -> str:
    """Say from when the facilities are, as their rows say.

    Returns
    -------
    str
        Such as "2016", the month of a download ("novembre 2026"), or both ends where rows differ.
    """
    days = sorted(facilities["vintage"].dropna().unique())
    ends = [days[0]] if len(days) == 1 else [days[0], days[-1]]
    said = [date(dt.date.fromisoformat(day)).split(maxsplit=1)[1] if "-" in day else day for day in ends]
    return " à ".join(dict.fromkeys(said))
