"""The municipal arrondissements of the territory, where a commune has some."""

from pathlib import Path

import geopandas as gpd

from loaders import territory
from loaders.communes import ARRONDISSEMENT, read_territories
from loaders.paths import DATA, within
from loaders.quality import Reading, Report
from loaders.schema import Schema

SOURCE_ID = "arrondissements"
EXTRACT = DATA / "qpv" / "arrondissements.geojson"
PRODUCER_FILE = "communes/communes.geojson"
SCHEMA = Schema(SOURCE_ID, "code_insee", {"nom": "str", "population": "int64"})


def read(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[gpd.GeoDataFrame]:
    """Read the arrondissements.

    Parameters
    ----------
    path
        The producer's GeoJSON or an extract; the embedded extract by default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Raises
    ------
    SourceError
        If the file is unusable or an arrondissement is missing or double.
    """
    target = Path(path or within(EXTRACT, data_dir))
    codes = [code for parts in territory.load(data_dir).arrondissements.values() for code in parts]
    if not codes:
        return Reading(SCHEMA.empty(), Report(SOURCE_ID, lignes_lues=0))
    return Reading(*read_territories(target, kind=ARRONDISSEMENT, codes=codes, source_id=SOURCE_ID))


def load(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the municipal arrondissements.

    Parameters
    ----------
    path
        The producer's GeoJSON or an extract; the embedded extract by default.

    Returns
    -------
    GeoDataFrame
        Index `code_insee`; `nom`, `population`, outlines in EPSG:2154; no row where no commune has arrondissements.
    """
    return SCHEMA.load(read, path)
