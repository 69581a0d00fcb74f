"""Turn rows with coordinates into points in Lambert-93, each in the commune where it lies; no rows into no points."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from errors import SourceCrsError
from geo.crs import LAMBERT93, WGS84
from loaders import communes
from loaders.formats.cells import NOT_A_NUMBER
from loaders.formats.systems import transformer
from loaders.formats.texts import check_degrees, in_france, is_swapped
from loaders.paths import DATA
from loaders.quality import KEPT, MENDED, OFF_TERRITORY, SET_ASIDE, Report

#: Farther than this from its commune, a point that lies in no commune of the territory is not believed.
COAST_TOLERANCE_M = 200.0
#: Nearer than this, a point that is off its commune is within the precision of the outlines.
OUTLINE_TOLERANCE_M = 50.0
#: Farthest from its commune that a site at sea is believed.
SEA_TOLERANCE_M = 5000.0


def numbers(values: pd.Series, *, low: float, high: float, report: Report) -> pd.Series:
    """Read text as numbers; what cannot be read or is out of bounds becomes missing and is reported."""
    read = _as_numbers(values.str.replace(",", ".", regex=False))
    text = values[(values != "") & read.isna()]
    report.add(text, f"{NOT_A_NUMBER} ({values.name})", MENDED, values)
    outside = read[read.notna() & ~read.between(low, high)]
    report.add(outside, f"nombre hors bornes ({values.name})", MENDED, values)
    return read.where(read.between(low, high)).astype("float64")


def _as_numbers(texts: pd.Series) -> pd.Series:
    if isinstance(texts.dtype, pd.StringDtype):
        try:
            # Ten times faster than one by one, where every text is blank or a number.
            given = pa.array(texts.array)
            read = pc.cast(pc.if_else(pc.equal(given, ""), None, given), pa.float64())
        except pa.ArrowInvalid:
            pass
        else:
            return pd.Series(read.to_numpy(zero_copy_only=False), index=texts.index)
    return pd.to_numeric(texts, errors="coerce")


def stable_ids(prefix: str, rows: pd.DataFrame) -> pd.Series:
    """Give each row an id drawn from what it says, whatever the order of the rows.

    Rows that say the same (several courts of one place) are numbered.
    """
    texts = rows.astype("str").agg("|".join, axis=1)
    digests = texts.map(lambda text: hashlib.sha256(text.encode()).hexdigest()[:10])
    return prefix + "-" + digests + "-" + (digests.groupby(digests).cumcount() + 1).astype("str")


def drop_duplicate_ids(rows: pd.DataFrame, column: str, report: Report) -> pd.DataFrame:
    """Keep the first row of each id and report the others; rows without id are set aside too."""
    if _rises(rows[column]):
        return rows
    blank = rows[rows[column] == ""]
    report.add(blank, "identifiant absent", SET_ASIDE, rows[column])
    twice = rows[rows[column].duplicated() & (rows[column] != "")]
    report.add(twice, "identifiant en double", SET_ASIDE, rows[column])
    return rows.drop(index=blank.index.union(twice.index))


def _rises(ids: pd.Series) -> bool:
    """Tell whether ids rise from each row to the next, as those of an extract do: each is then there, and once."""
    if ids.empty or not isinstance(ids.dtype, pd.StringDtype) or ids.isna().any():
        return False
    texts = pa.array(ids.array)
    return bool(ids.iloc[0]) and pc.all(pc.less(texts[:-1], texts[1:])).as_py() is not False


def to_points(
    rows: pd.DataFrame,
    *,
    path: Path,
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
    """
    lon = numbers(rows["lon"], low=-1e9, high=1e9, report=report)
    lat = numbers(rows["lat"], low=-1e9, high=1e9, report=report)
    check_degrees(path, lon, lat)
    check_on_territory(path, lon, lat, data_dir)

    def blame(lines: pd.Index, faute: str, suite: str) -> None:
        """Report rows with the coordinates that they have; texts are made for the rows at fault alone."""
        found = rows.loc[lines]
        report.add(found, faute, suite, found["lon"] + " " + found["lat"])

    absent = lon.isna() | lat.isna()
    blame(rows.index[absent], "coordonnées absentes", SET_ASIDE)
    swapped = is_swapped(lon, lat)
    blame(rows.index[swapped], "coordonnées inversées", MENDED)
    if swapped.any():
        lon, lat = lon.where(~swapped, lat), lat.where(~swapped, lon)
    foreign = ~absent & ~in_france(lon, lat)
    blame(rows.index[foreign], "coordonnées hors de France", SET_ASIDE)

    here = ~absent & ~foreign
    kept = (rows if here.all() else rows[here]).drop(columns=["lon", "lat"])
    metres = transformer(WGS84, LAMBERT93).transform(lon[here].to_numpy(), lat[here].to_numpy())
    points = gpd.GeoDataFrame(kept, geometry=gpd.points_from_xy(*metres, crs=LAMBERT93))
    told = None if declared is None else declared[here]
    points["code_insee"], off = _communes(points, told, data_dir)
    if everywhere:
        return points

    off_m = off[off > 0].round().astype(int).astype(str) + " m"
    if told is not None:
        far = off > OUTLINE_TOLERANCE_M
        elsewhere = points.index[far & (points["code_insee"] != told) & (points["code_insee"] != "")]
        values = told[elsewhere] + " déclarée, point en " + points.loc[elsewhere, "code_insee"]
        report.add(values, "hors de sa commune", MENDED, values + ", à " + off_m[elsewhere])
        near = told[far & (points["code_insee"] == told)]
        report.add(near, "hors de sa commune", KEPT, near + ", à " + off_m[near.index])
    lost = points["code_insee"] == ""
    if told is not None and at_sea is not None:
        afloat = points.index[lost & at_sea[points.index] & (off <= SEA_TOLERANCE_M)]
        values = told[afloat] + ", à " + off_m[afloat]
        report.add(values, "en mer, hors de sa commune", KEPT, values)
        points.loc[afloat, "code_insee"] = told[afloat]
        lost[afloat] = False
    fault = "hors de sa commune" if declared is not None else OFF_TERRITORY
    blame(points.index[lost], fault, SET_ASIDE)
    return points[~lost] if lost.any() else points


def check_on_territory(path: Path, lon: pd.Series, lat: pd.Series, data_dir: Path) -> None:
    """Refuse a file that has nothing in the box of the territory."""
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
    """Give each point's commune ("" if none) and its distance in metres to the declared (or nearest) commune.

    The codes that are declared are those of the points, on the same index.
    """
    outlines = communes.load_with_neighbours(data_dir).geometry
    # Asked by outline, each prepared once: ten times faster than by point. Codes are sorted: the first rank is the
    # least code, and the rank after the last one stands for no commune.
    territory, point = points.sindex.query(np.asarray(outlines.array), predicate="intersects")
    rank = np.full(len(points), len(outlines))
    np.minimum.at(rank, point, territory)
    codes = pd.array([*outlines.index, ""], dtype="str")
    found = pd.Series(codes.take(rank), index=points.index)
    # Most points lie in the commune that counts: only the others are measured.
    stray = found == ""
    if declared is not None:
        stray |= (declared != found) & declared.isin(outlines.index)
    away = points.loc[stray, "geometry"]
    metres = shapely.distance(np.asarray(away.array)[:, None], np.asarray(outlines.array)[None, :])
    distances = pd.DataFrame(metres, index=away.index, columns=outlines.index)
    nearest = found.copy()
    nearest[stray] = distances.idxmin(axis=1) if len(away) else pd.Series(dtype="str")
    reference = nearest
    if declared is not None:
        reference = declared.where(declared.isin(outlines.index), nearest)
    off = pd.Series(0.0, index=points.index)
    chosen = distances.columns.get_indexer(pd.Index(reference[stray]))
    off[stray] = distances.to_numpy()[np.arange(len(away)), chosen]
    coast = (found == "") & (off <= COAST_TOLERANCE_M)
    return found.where(~coast, reference), off


def no_rows(index: str, columns: Mapping[str, str]) -> pd.DataFrame:
    """Make a table without rows."""
    frame = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})
    frame.index = pd.Index([], name=index, dtype="str")
    return frame


def no_places(index: str, columns: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Make a layer without objects."""
    return gpd.GeoDataFrame(
        no_rows(index, columns), geometry=gpd.GeoSeries([], crs=LAMBERT93, index=pd.Index([], dtype="str"))
    )
