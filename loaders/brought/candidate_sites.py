"""A list of places where a station could stand, as a user brings it: a CSV file with `nom`, `lon` and `lat`."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd

from errors import SourceFormatError
from loaders.brought.given import described
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
_HEADINGS: Final = {
    "nom": "nom", "name": "nom", "adresse": "nom", "libelle": "nom", "lieu": "nom",
    "lon": "lon", "longitude": "lon", "x": "lon", "lng": "lon",
    "lat": "lat", "latitude": "lat", "y": "lat",
}  # fmt: skip
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
    lost = [column for column in ("lon", "lat") if column not in table.cells.columns]
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
    names = restore(rows["nom"]) if "nom" in rows.columns else rows["lon"].map(lambda _: "")
    named = rows.assign(nom=[name or f"ligne {line}" for line, name in names.items()])
    report = Report(SOURCE_ID, len(rows), named["nom"])
    points = to_points(named[["nom", "lon", "lat"]], path=path, report=report)
    frame = points[["nom", "geometry"]]
    frame.index = points.index.map(str).rename("ligne")
    miscut = [f"ligne {line} : {fault}" for line, fault in table.miscut.items()]
    return SiteList(frame, report, (*table.notes, *miscut))


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
