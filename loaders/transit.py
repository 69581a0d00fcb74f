"""Metro, tram and BHNS lines, railway stations, and the stops of any network that a user provides."""

from collections.abc import Collection
from pathlib import Path

import geopandas as gpd

from errors import SourceContentError
from geo.crs import WGS84
from loaders.brought import gtfs
from loaders.formats.points import check_on_territory, drop_duplicate_ids, numbers, to_points
from loaders.formats.shapes import to_shapes
from loaders.formats.texts import Layout, extract_layout, read_features, read_table
from loaders.paths import DATA, within
from loaders.quality import OFF_TERRITORY, SET_ASIDE, Reading, Report
from loaders.schema import Schema

LINES_ID = "lignes"
LINES_EXTRACT = DATA / "transport" / "lignes.geojson"
LINES_PRODUCER_FILE = "transport/lignes.geojson"
LINES_COLUMNS = ["route_id", "route_short_name", "route_long_name", "mode", "color"]
LINES_SCHEMA = Schema(LINES_ID, "route_id", dict.fromkeys(LINES_COLUMNS[1:], "str"))
#: The lines that the atlas calls structuring; buses and sea shuttles are left out.
MODES = ("metro", "tram", "bhns")

RAILWAY_ID = "sncf"
RAILWAY_EXTRACT = DATA / "transport" / "gares.csv"
RAILWAY_PRODUCER_FILE = "transport/gares.csv"
RAILWAY_SCHEMA = Schema(RAILWAY_ID, "uic", {"name": "str", "voyageurs_2024": "Int64", "code_insee": "str"})


def read_lines(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[gpd.GeoDataFrame]:
    """Read the metro, tram and BHNS lines.

    Parameters
    ----------
    path
        The producer's GeoJSON or an extract; the embedded extract by default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Raises
    ------
    SourceError
        If the file is unusable or holds a line twice.
    """
    target = Path(path or within(LINES_EXTRACT, data_dir))
    rows, _ = read_features(target, [extract_layout(LINES_COLUMNS)])
    report = Report(LINES_ID, lignes_lues=len(rows))
    frame = to_shapes(rows, path=target, id_column="route_id", report=report, polygons=False)
    middles = frame.geometry.to_crs(WGS84).bounds
    lon, lat = middles[["minx", "maxx"]].mean(axis=1), middles[["miny", "maxy"]].mean(axis=1)
    check_on_territory(target, lon, lat, data_dir)
    others = frame[~frame["mode"].isin(MODES)]
    report.add(others, f"{OFF_TERRITORY} (autre mode)", SET_ASIDE, frame["mode"])
    frame = frame.drop(index=others.index)
    frame["route_id"] = frame["route_id"].astype("str")
    nameless = frame.index[frame["route_id"].isna()]
    if len(nameless):
        raise SourceContentError(target, f"objet {nameless[0]} : route_id absent", "lui en donner un")
    twice = frame.loc[frame["route_id"].duplicated(), "route_id"]
    if len(twice):
        raise SourceContentError(
            target, f"ligne en double : {', '.join(sorted(set(twice)))}", "n'en garder qu'une"
        )
    return LINES_SCHEMA.reading(frame, report, target)


def load_lines(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the metro, tram and BHNS lines.

    Returns
    -------
    GeoDataFrame
        Index `route_id`; `route_short_name`, `route_long_name`, `mode` ("metro", "tram" or "bhns"), `color`
        and lines in EPSG:2154. They are lines, not stops: passing by is no access.
    """
    return LINES_SCHEMA.load(read_lines, path)


SNCF = Layout(
    "SNCF Gares & Connexions",
    {"uic": "uic", "name": "name", "lon": "lon", "lat": "lat", "voyageurs_2024": "voyageurs_2024"},
)


def read_railway_stations(
    path: Path | str | None = None, *, data_dir: Path = DATA
) -> Reading[gpd.GeoDataFrame]:
    """Read the railway stations.

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
    target = Path(path or within(RAILWAY_EXTRACT, data_dir))
    rows, _ = read_table(target, [SNCF])
    report = Report(RAILWAY_ID, len(rows), rows["uic"])
    rows = drop_duplicate_ids(rows, "uic", report)
    rows["voyageurs_2024"] = numbers(rows["voyageurs_2024"], low=0, high=2e8, report=report)
    # The published commune codes are wrong for some stations: the place alone decides.
    points = to_points(rows, path=target, report=report, everywhere=True, data_dir=data_dir)
    return RAILWAY_SCHEMA.reading(points.astype({"voyageurs_2024": "Int64"}), report, target)


def load_railway_stations(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the railway stations.

    Returns
    -------
    GeoDataFrame
        Index `uic`; `name`, `voyageurs_2024` (passengers of the year), `code_insee` ("" off the communes of
        the contrat) and points in EPSG:2154.
    """
    return RAILWAY_SCHEMA.load(read_railway_stations, path)


#: The name of before.
load_stations = load_railway_stations
#: The stops of a GTFS archive, and what is said of them.
read_stops = gtfs.read


def load_stops(
    source: Path | str | bytes, *, name: str | None = None, bhns: Collection[str] | None = None
) -> gpd.GeoDataFrame:
    """Load the stops of metro, tram, BHNS and bus of a GTFS archive that a user provides.

    Returns
    -------
    GeoDataFrame
        Index `stop_id`; `nom`, `modes` and `lignes` (tuples of text), `nb_poteaux`, `code_insee` and points in
        EPSG:2154.
    """
    return read_stops(source, name=name, bhns=bhns).frame
