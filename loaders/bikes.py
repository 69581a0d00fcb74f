"""Stations of the networks of shared bikes that the territory names."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from errors import SourceFormatError
from loaders import territory
from loaders.formats.points import drop_duplicate_ids, numbers, to_points
from loaders.formats.texts import extract_layout, is_json, read_json, read_table
from loaders.paths import DATA, within
from loaders.quality import Reading, Report
from loaders.schema import Schema
from loaders.territory import BikeNetwork

SOURCE_ID = "velos"
EXTRACT = DATA / "transport" / "velos_stations.csv"
PRODUCER_FILE = "velos/stations.csv"
COLUMNS = ["station_id", "name", "capacity", "is_virtual_station", "lon", "lat"]
#: Name of the network, in the extract of a territory that has several.
NETWORK = "reseau"
MAX_CAPACITY = 500
_LAYOUTS = (extract_layout([*COLUMNS, NETWORK]), extract_layout(COLUMNS))
SCHEMA = Schema(
    SOURCE_ID,
    "station_id",
    {"name": "str", "capacity": "Int64", "is_virtual_station": "bool", "code_insee": "str", NETWORK: "str"},
)


def read(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[gpd.GeoDataFrame]:
    """Read the stations.

    Parameters
    ----------
    path
        A GBFS 2.x or 3.0 `station_information` answer (JSON), the same as CSV, or an extract; the embedded extract by
        default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Raises
    ------
    SourceError
        If the file is unusable or too many of its rows are at fault.
    """
    target = Path(path or within(EXTRACT, data_dir))
    rows = _gbfs_rows(target) if is_json(target) else read_table(target, _LAYOUTS)[0]
    report = Report(SOURCE_ID, len(rows), rows["station_id"])
    rows = drop_duplicate_ids(rows, "station_id", report)
    rows["capacity"] = numbers(rows["capacity"], low=0, high=MAX_CAPACITY, report=report)
    # The flag is blank for new stations: a station is physical unless it is said to be virtual.
    rows["is_virtual_station"] = rows["is_virtual_station"].str.lower().eq("true")
    points = to_points(rows, path=target, report=report, data_dir=data_dir)
    points[NETWORK] = _networks(points, territory.load(data_dir).velos)
    return SCHEMA.reading(points.astype({"capacity": "Int64"}), report, target)


def load(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the stations of the networks.

    Returns
    -------
    GeoDataFrame
        Index `station_id`; `name`, `capacity` (docks), `is_virtual_station` (bool), `code_insee`, `reseau` (name of the
        network) and points in EPSG:2154; no row in a territory without bikes.
    """
    return SCHEMA.load(read, path)


def _networks(points: gpd.GeoDataFrame, networks: Sequence[BikeNetwork]) -> pd.Series:
    """Name each station's network: as the file says, else the first one that serves its commune."""
    first = networks[0].nom if networks else ""
    by_commune = {code: network.nom for network in reversed(networks) for code in network.communes}
    found = points["code_insee"].map(by_commune).fillna(first).astype("str")
    if NETWORK not in points:
        return found
    return points[NETWORK].where(points[NETWORK].isin([network.nom for network in networks]), found)


def _gbfs_rows(path: Path) -> pd.DataFrame:
    document = read_json(path)
    data = document.get("data") if isinstance(document, dict) else None
    stations = data.get("stations") if isinstance(data, dict) else None
    if (
        not isinstance(stations, list)
        or not all(isinstance(station, dict) for station in stations)
        or not stations
    ):
        raise SourceFormatError(
            path, "ce n'est pas une réponse GBFS station_information", "télécharger le fichier de nouveau"
        )
    required = {"station_id", "name", "lat", "lon"}
    missing = required - {name for station in stations for name in station}
    if missing:
        raise SourceFormatError(
            path,
            f"champs absents : {', '.join(sorted(missing))}",
            "fournir une réponse GBFS station_information",
        )
    index = pd.RangeIndex(1, len(stations) + 1, name="ligne")
    values = {column: [_text(station.get(column)) for station in stations] for column in COLUMNS}
    return pd.DataFrame(values, index=index, dtype="str")


def _text(value: Any) -> str:
    """Give a value as text: GBFS 3.0 gives names as a list, one per language."""
    if isinstance(value, list):
        named = [item for item in value if isinstance(item, dict) and item.get("text")]
        french = [item for item in named if str(item.get("language", "")).lower().startswith("fr")]
        return str((french or named)[0]["text"]).strip() if named else ""
    return "" if value is None or isinstance(value, dict) else str(value).strip()
