"""Turn rows with coordinates into points in Lambert-93, each in the commune where it lies."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from errors import SourceCrsError
from geo.crs import LAMBERT93, WGS84
from loaders import communes
from loaders._files import check_degrees, in_france, is_swapped
from loaders.paths import DATA
from loaders.quality import KEPT, MENDED, OFF_TERRITORY, SET_ASIDE, Report

#: Farther than this from its commune, a point that lies in no commune of the territory is not believed.
COAST_TOLERANCE_M = 200.0
#: Nearer than this, a point that is off its commune is within the precision of the outlines.
OUTLINE_TOLERANCE_M = 50.0
#: Farthest from its commune that a site at sea is believed.
SEA_TOLERANCE_M = 5000.0


def numbers(values: pd.Series, *, low: float, high: float, ids: pd.Series, report: Report) -> pd.Series:
    """Read text as numbers; what cannot be read or is out of bounds becomes missing and is reported.

    Parameters
    ----------
    values
        Text, "" where the producer gives no value.
    low, high
        Bounds, included.
    ids
        Ids of the rows, for the report.
    report
        Where faults go.

    Returns
    -------
    Series
        float64, NaN where missing.
    """
    read = pd.to_numeric(values.str.replace(",", ".", regex=False), errors="coerce")
    text = values[(values != "") & read.isna()]
    report.add(text.to_frame(), f"texte au lieu d'un nombre ({values.name})", MENDED, ids=ids, values=values)
    outside = read[read.notna() & ~read.between(low, high)]
    report.add(outside.to_frame(), f"nombre hors bornes ({values.name})", MENDED, ids=ids, values=values)
    return read.where(read.between(low, high)).astype("float64")


def drop_duplicate_ids(rows: pd.DataFrame, column: str, report: Report) -> pd.DataFrame:
    """Keep the first row of each id and report the others; rows without id are set aside too."""
    blank = rows[rows[column] == ""]
    report.add(blank, "identifiant absent", SET_ASIDE, ids=rows[column], values=rows[column])
    twice = rows[rows[column].duplicated() & (rows[column] != "")]
    report.add(twice, "identifiant en double", SET_ASIDE, ids=rows[column], values=rows[column])
    return rows.drop(index=blank.index.union(twice.index))


def to_points(
    rows: pd.DataFrame,
    *,
    path: Path,
    ids: pd.Series,
    report: Report,
    declared: pd.Series | None = None,
    at_sea: pd.Series | None = None,
    everywhere: bool = False,
    data_dir: Path = DATA,
) -> gpd.GeoDataFrame:
    """Give rows their points, and set aside those whose place cannot be believed.

    A row whose axes are swapped is mended. A row declared in another commune than the one where its point
    lies takes the commune of the point. A point in no commune of the territory is kept when it is at most
    200 m from its commune (coast, harbours), or at sea for what is meant to be there.

    Parameters
    ----------
    rows
        Indexed by line, with `lon` and `lat` as text in degrees.
    path
        The file, for messages.
    ids
        Ids of the rows, for the report.
    report
        Where faults go.
    declared
        INSEE codes that the producer gives; without them only the place counts.
    at_sea
        Rows that may lie at sea.
    everywhere
        Keep points off the territory, with no commune.
    data_dir
        Folder of the data, whose communes count.

    Returns
    -------
    GeoDataFrame
        The rows kept, without `lon` and `lat`, with `code_insee` ("" off the territory) and `geometry` in
        EPSG:2154.

    Raises
    ------
    SourceCrsError
        If the coordinates as a whole are not degrees, or none is near the territory.
    """
    lon = numbers(rows["lon"], low=-1e9, high=1e9, ids=ids, report=report)
    lat = numbers(rows["lat"], low=-1e9, high=1e9, ids=ids, report=report)
    check_degrees(path, lon, lat)
    check_on_territory(path, lon, lat, data_dir)
    shown = rows["lon"] + " " + rows["lat"]

    absent = lon.isna() | lat.isna()
    report.add(rows[absent], "coordonnées absentes", SET_ASIDE, ids=ids, values=shown)
    swapped = is_swapped(lon, lat)
    report.add(rows[swapped], "coordonnées inversées", MENDED, ids=ids, values=shown)
    lon, lat = lon.where(~swapped, lat), lat.where(~swapped, lon)
    foreign = ~absent & ~in_france(lon, lat)
    report.add(rows[foreign], "coordonnées hors de France", SET_ASIDE, ids=ids, values=shown)

    kept = rows[~absent & ~foreign].drop(columns=["lon", "lat"])
    points = gpd.GeoDataFrame(
        kept, geometry=gpd.points_from_xy(lon[kept.index], lat[kept.index], crs=WGS84)
    ).to_crs(LAMBERT93)
    points["code_insee"], off = _communes(points, declared, data_dir)
    if everywhere:
        return points

    seaborne = pd.Series(False, index=points.index) if at_sea is None else at_sea[points.index]
    off_m = off.round().astype(int).astype(str) + " m"
    if declared is not None:
        elsewhere = (off > OUTLINE_TOLERANCE_M) & (points["code_insee"] != declared[points.index])
        values = declared + " déclarée, point en " + points["code_insee"] + ", à " + off_m
        report.add(
            points[elsewhere & (points["code_insee"] != "")],
            "hors de sa commune",
            MENDED,
            ids=ids,
            values=values,
        )
        near = (off > OUTLINE_TOLERANCE_M) & (points["code_insee"] == declared[points.index])
        report.add(points[near], "hors de sa commune", KEPT, ids=ids, values=declared + ", à " + off_m)
    lost = points["code_insee"] == ""
    if declared is not None and at_sea is not None:
        afloat = lost & seaborne & (off <= SEA_TOLERANCE_M)
        report.add(
            points[afloat], "en mer, hors de sa commune", KEPT, ids=ids, values=declared + ", à " + off_m
        )
        points.loc[afloat, "code_insee"] = declared[points.index][afloat]
        lost &= ~afloat
    fault = "hors de sa commune" if declared is not None else OFF_TERRITORY
    report.add(points[lost], fault, SET_ASIDE, ids=ids, values=shown)
    return points[~lost]


def check_on_territory(path: Path, lon: pd.Series, lat: pd.Series, data_dir: Path) -> None:
    """Refuse a file that has nothing in the box of the territory.

    Parameters
    ----------
    path
        The file, for the message.
    lon, lat
        Degrees, NaN where unknown; axes may be swapped.
    data_dir
        Folder of the data, whose communes make the box.

    Raises
    ------
    SourceCrsError
        If no coordinate falls in it.
    """
    west, south, east, north = communes.bounds(data_dir)
    there = lon.between(west, east) & lat.between(south, north)
    swapped = lat.between(west, east) & lon.between(south, north)
    if not (there | swapped).any():
        raise SourceCrsError(
            path,
            f"aucune coordonnée n'est dans l'emprise du territoire (de {west:.2f} ; {south:.2f} à {east:.2f} ; {north:.2f})",
            "vérifier que le fichier est celui du territoire",
        )


def _communes(
    points: gpd.GeoDataFrame, declared: pd.Series | None, data_dir: Path
) -> tuple[pd.Series, pd.Series]:
    """Give each point's commune ("" if none) and its distance in metres to the declared (or nearest) commune."""
    outlines = communes.load_with_neighbours(data_dir).geometry
    # Asked by outline, each prepared once: ten times faster than by point.
    territory, point = points.sindex.query(np.asarray(outlines.array), predicate="intersects")
    inside = pd.Series(outlines.index[territory], index=points.index[point], dtype="str")
    found = inside.groupby(level=0).min().reindex(points.index).fillna("")
    # Most points lie in the commune that counts: only the others are measured.
    stray = found == ""
    if declared is not None:
        stray |= declared[points.index].isin(outlines.index) & (declared[points.index] != found)
    away = points.loc[stray, "geometry"]
    distances = pd.DataFrame({code: away.distance(shape) for code, shape in outlines.items()})
    nearest = found.copy()
    nearest[stray] = distances.idxmin(axis=1) if len(away) else pd.Series(dtype="str")
    reference = nearest
    if declared is not None:
        reference = declared[points.index].where(declared[points.index].isin(outlines.index), nearest)
    off = pd.Series(0.0, index=points.index)
    chosen = distances.columns.get_indexer(pd.Index(reference[stray]))
    off[stray] = distances.to_numpy()[np.arange(len(away)), chosen]
    coast = (found == "") & (off <= COAST_TOLERANCE_M)
    return found.where(~coast, reference), off
