"""Social facilities that a town lists: maisons de quartier, espaces seniors, and a few others."""

from pathlib import Path

import geopandas as gpd

from loaders.formats.points import drop_duplicate_ids, stable_ids, to_points
from loaders.formats.texts import Layout, extract_layout, read_table
from loaders.paths import DATA, within
from loaders.quality import Reading, Report
from loaders.schema import Schema

SOURCE_ID = "social"
EXTRACT = DATA / "equipements" / "equipements_sociaux.csv"
PRODUCER_FILE = "locaux/equipements_sociaux.csv"
COLUMNS = ["id_equip", "nom", "categorie", "adresse", "code_postal", "lon", "lat"]
SCHEMA = Schema(
    SOURCE_ID, "id_equip", dict.fromkeys(["nom", "categorie", "adresse", "code_postal", "code_insee"], "str")
)

VILLE = Layout(
    "équipements sociaux d'une ville",
    {
        "Nom du site": "nom",
        "Categorie": "categorie",
        "Adresse 1": "adresse",
        "Code Postal": "code_postal",
        "Longitude": "lon",
        "Latitude": "lat",
    },
)
#: The producer writes without accents.
CATEGORIES = {
    "Maisons de quartiers": "Maison de quartier",
    "Espaces Services Aines": "Espace services aînés",
    "Cite des metiers": "Cité des métiers",
    "La Maison du Logement": "Maison du logement",
}


def read(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[gpd.GeoDataFrame]:
    """Read the social facilities.

    Parameters
    ----------
    path
        The producer's CSV or an extract; the embedded extract by default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Raises
    ------
    SourceError
        If the file is unusable or too many of its rows are at fault.
    """
    target = Path(path or within(EXTRACT, data_dir))
    rows, layout = read_table(target, [VILLE, extract_layout(COLUMNS)])
    if layout is VILLE:
        rows["id_equip"] = stable_ids("SOC", rows[["nom", "adresse", "lon", "lat"]])
        rows["categorie"] = rows["categorie"].replace(CATEGORIES)
    report = Report(SOURCE_ID, len(rows), rows["id_equip"])
    rows = drop_duplicate_ids(rows, "id_equip", report)
    report.ids = rows["nom"]
    points = to_points(rows, path=target, report=report, data_dir=data_dir)
    return SCHEMA.reading(points, report, target)


def load(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the social facilities.

    Returns
    -------
    GeoDataFrame
        Index `id_equip`; `nom`, `categorie`, `adresse`, `code_postal`, `code_insee` and points in EPSG:2154.
    """
    return SCHEMA.load(read, path)
