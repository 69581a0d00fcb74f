"""A list of places where a station could stand, as a user brings it: a CSV file with `nom`, `lon` and `lat`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from errors import SourceFormatError
from loaders.brought.given import described, report_damaged
from loaders.brought.opener import open_known
from loaders.brought.premises_schema import INVENTORY
from loaders.catalogue import Source
from loaders.formats.cells import restore
from loaders.formats.points import to_points
from loaders.quality import Reading, Report

SOURCE_ID: Final = "liste_emplacements"
#: A search among more than that many places would keep its user waiting.
MAX_SITES: Final = 2_000
TEMPLATE: Final = "nom;lon;lat\nParvis de la mairie de secteur (exemple);5,3698;43,2965\n"
#: Columns that name a place, the first that is filled in a row; a Base Adresse Locale has its address in parts.
_NAMES: Final = ("nom", "name", "libelle", "lieu", "intitule", "adresse")
_ADDRESS: Final = ("numero", "suffixe", "voie nom", "commune nom")
#: Columns of degrees, the surest first: a file may have several, and its metres too.
_PAIRS: Final = (("lon", "lat"), ("longitude", "latitude"), ("long", "lat"), ("lng", "lat"), ("x", "y"))
_HEADINGS: Final = {name: name for name in (*_NAMES, *_ADDRESS, *(axis for pair in _PAIRS for axis in pair))}
_LIST: Final = replace(
    INVENTORY,
    names=_HEADINGS,
    units=False,
    kinds=("csv",),
    otherwise=("ce n'est pas un fichier CSV", "enregistrer la liste en CSV"),
)


@dataclass(frozen=True, eq=False)
class SiteList(Reading[gpd.GeoDataFrame]):
    """A list of places, as read: points in EPSG:2154 indexed by line of the file (text), with `nom`."""

    notes: tuple[str, ...]


def read(source: Path | str | bytes, *, name: str | None = None) -> SiteList:
    """Read a list of places.

    Parameters
    ----------
    source
        A path, or the bytes of the file.
    name
        Name of the file, for messages; needed with bytes.

    Raises
    ------
    SourceError
        If the file is no CSV, has no `lon` or `lat`, holds too many rows, or its coordinates are not degrees.
    """
    path, table = open_known(source, name, _LIST)
    axes = _axes(list(table.cells.columns))
    lost = [column for column, known in zip(("lon", "lat"), axes, strict=True) if not known]
    if lost:
        raise SourceFormatError(
            path,
            f"colonne absente : {', '.join(lost)}",
            "donner la longitude (lon) et la latitude (lat) en degrés",
        )
    rows = table.cells
    if len(rows) > MAX_SITES:
        raise SourceFormatError(
            path,
            f"{len(rows)} lignes, {MAX_SITES} au plus sont acceptées",
            "garder les emplacements à comparer",
        )
    named = pd.DataFrame({"nom": _names(rows), "lon": rows[axes[0]], "lat": rows[axes[1]]})
    report = Report(SOURCE_ID, len(rows), named["nom"])
    points = to_points(named[["nom", "lon", "lat"]], path=path, report=report)
    report_damaged(report, table.damaged)
    frame = points[["nom", "geometry"]]
    frame.index = points.index.map(str).rename("ligne")
    miscut = [f"ligne {line} : {fault}" for line, fault in table.miscut.items()]
    return SiteList(frame, report, (*table.notes, *miscut))


def _axes(columns: Sequence[str]) -> tuple[str, str]:
    """Choose the two columns of degrees, "" for one that is not there."""
    for lon, lat in _PAIRS:
        if lon in columns and lat in columns:
            return lon, lat
    easting, northing = zip(*_PAIRS, strict=True)
    return tuple(next((name for name in axis if name in columns), "") for axis in (easting, northing))  # type: ignore[return-value]


def _names(rows: pd.DataFrame) -> pd.Series:
    """Name each place, by its line where nothing else does."""
    names = pd.Series("", index=rows.index, dtype="str")
    for column in _NAMES:
        if column in rows.columns:
            names = names.where(names != "", restore(rows[column]))
    parts = [rows[column] for column in _ADDRESS if column in rows.columns]
    if parts:
        told = [" ".join(filter(None, row)) for row in zip(*parts, strict=True)]
        names = names.where(names != "", restore(pd.Series(told, index=rows.index, dtype="str")))
    lines = pd.Series([f"ligne {line}" for line in rows.index], index=rows.index, dtype="str")
    return names.where(names != "", lines)


def source_of(sites: SiteList, *, name: str) -> Source:
    """Describe an imported list as the catalogue describes a source."""
    return Source(
        source_id=SOURCE_ID,
        titre=f"liste d'emplacements importée « {name} »",
        producteur="utilisateur de l'atlas",
        millesime="date non précisée par le fichier",
        licence="licence du fichier importé",
        attribution=f"Source : liste importée « {name} »",
        limites="Emplacements donnés par l'utilisateur : ce que la liste ne dit pas n'est pas absent pour autant.",
        **described(sites.report, name),
    )
