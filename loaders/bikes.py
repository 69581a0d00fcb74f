"""Stations of levélo, the e-bike service of Marseille."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from errors import SourceFormatError
from loaders._files import extract_layout, read_json, read_table, read_text
from loaders._points import drop_duplicate_ids, numbers, to_points
from loaders.paths import DATA, within
from loaders.quality import Reading, Report

SOURCE_ID = "velos"
EXTRACT = DATA / "transport" / "velos_stations.csv"
PRODUCER_FILE = "velos/stations_2026-03-02.csv"
COLUMNS = ["station_id", "name", "capacity", "is_virtual_station", "lon", "lat"]
MAX_FAULTY_SHARE = 0.1
MAX_CAPACITY = 500


def read(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[gpd.GeoDataFrame]:
    """Read the stations.

    Parameters
    ----------
    path
        A GBFS 2.x `station_information` answer (JSON), the same as CSV, or an extract; the embedded extract by
        default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Returns
    -------
    Reading of GeoDataFrame
        As `load`, with the faults found.

    Raises
    ------
    SourceError
        If the file is unusable or too many of its rows are at fault.
    """
    target = Path(path or within(EXTRACT, data_dir))
    is_json = read_text(target).lstrip().startswith(("{", "["))
    rows = _gbfs_rows(target) if is_json else read_table(target, [extract_layout(COLUMNS)])[0]
    report = Report(SOURCE_ID, lignes_lues=len(rows))
    rows = drop_duplicate_ids(rows, "station_id", report)
    rows["capacity"] = numbers(
        rows["capacity"], low=0, high=MAX_CAPACITY, ids=rows["station_id"], report=report
    )
    # The flag is blank for new stations: a station is physical unless it is said to be virtual.
    rows["is_virtual_station"] = rows["is_virtual_station"].str.lower().eq("true")
    points = to_points(rows, path=target, ids=rows["station_id"], report=report, data_dir=data_dir)
    report.check(target, max_faulty_share=MAX_FAULTY_SHARE)
    points = points.astype({"capacity": "Int64"}).set_index("station_id").sort_index()
    return Reading(points[["name", "capacity", "is_virtual_station", "code_insee", "geometry"]], report)


def load(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the stations of levélo.

    Parameters
    ----------
    path
        As `read`.

    Returns
    -------
    GeoDataFrame
        Index `station_id`; `name`, `capacity` (docks), `is_virtual_station` (bool), `code_insee` and points in
        EPSG:2154.

    Raises
    ------
    SourceError
        As `read`.
    """
    return read(path).frame


def _gbfs_rows(path: Path) -> pd.DataFrame:
    document = read_json(path)
    stations = document.get("data", {}).get("stations") if isinstance(document, dict) else None
    if not isinstance(stations, list) or not stations:
        raise SourceFormatError(
            path, "ce n'est pas une réponse GBFS station_information", "télécharger le fichier de nouveau"
        )
    required = {"station_id", "name", "lat", "lon"}
    missing = required - {name for station in stations for name in station}
    if missing:
        raise SourceFormatError(
            path,
            f"champs absents : {', '.join(sorted(missing))}",
            "fournir une réponse GBFS 2.x station_information",
        )
    index = pd.RangeIndex(1, len(stations) + 1, name="ligne")
    values = {
        column: ["" if station.get(column) is None else str(station[column]) for station in stations]
        for column in COLUMNS
    }
    return pd.DataFrame(values, index=index, dtype="str")
