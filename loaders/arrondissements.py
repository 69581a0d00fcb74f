"""The 16 arrondissements of Marseille."""

from pathlib import Path

import geopandas as gpd

from loaders.communes import ARRONDISSEMENT, read_territories
from loaders.paths import DATA
from loaders.quality import Reading

SOURCE_ID = "arrondissements"
EXTRACT = DATA / "qpv" / "arrondissements.geojson"
PRODUCER_FILE = "communes/communes_amp.geojson"
COLUMNS = ["code_insee", "nom", "population"]
CODES = [str(code) for code in range(13201, 13217)]


def read(path: Path | str | None = None) -> Reading[gpd.GeoDataFrame]:
    """Read the arrondissements.

    Parameters
    ----------
    path
        The producer's GeoJSON or an extract; the embedded extract by default.

    Returns
    -------
    Reading of GeoDataFrame
        As `load`, with the faults found.

    Raises
    ------
    SourceError
        If the file is unusable or an arrondissement is missing or double.
    """
    target = Path(path or EXTRACT)
    return Reading(*read_territories(target, kind=ARRONDISSEMENT, codes=CODES, source_id=SOURCE_ID))


def load(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the arrondissements of Marseille.

    Parameters
    ----------
    path
        The producer's GeoJSON or an extract; the embedded extract by default.

    Returns
    -------
    GeoDataFrame
        Index `code_insee` (13201 to 13216); `nom`, `population`, outlines in EPSG:2154.

    Raises
    ------
    SourceError
        As `read`.
    """
    return read(path).frame
