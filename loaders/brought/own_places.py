"""Where the rows of a user's layer are: the columns that say it, and geometries in Lambert-93, in France, valid, of one kind.

A place is two columns of figures, or one that holds a pair or a whole geometry.
"""

import json
import re
from collections.abc import Sequence
from itertools import permutations
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import LAMBERT93, WGS84
from loaders.brought.opened import Position
from loaders.brought.own_values import numbers
from loaders.formats import systems
from loaders.formats.shapes import REPAIRED, geometry_of, repaired, without_blanks
from loaders.quality import KEPT, MENDED, SET_ASIDE, Report
from words.constants import FRANCE
from words.folding import fold

ABSENT: Final = "position absente"
UNREADABLE: Final = "position illisible"
#: Names of columns of eastings and northings, the surest first.
_PAIRS: Final = (
    ("lon", "lat"), ("longitude", "latitude"), ("lng", "lat"), ("long", "lat"), ("x", "y"), ("easting", "northing"),
    ("lonwgs84", "latwgs84"), ("longwgs84", "latwgs84"), ("longitudewgs84", "latitudewgs84"), ("geolon", "geolat"),
    ("coordxet", "coordyet"), ("lambertx", "lamberty"), ("xcoord", "ycoord"), ("coordonneex", "coordonneey"),
    ("coordx", "coordy"), ("xl93", "yl93"), ("xlambert", "ylambert"), ("xlambert93", "ylambert93"), ("xwgs84", "ywgs84"),
)  # fmt: skip
_MOST_CELLS: Final = 0.5
#: Pairs of columns are tried by their values in the first rows, and among the first columns of figures alone.
_SAMPLE: Final = 200
_FIGURES: Final = 12
_SURE: Final = 0.8
_NUMBER: Final = r"[+-]?\d+(?:[.,]\d+)?"
_SPACED: Final = re.compile(rf"[\[(]?\s*({_NUMBER})(?:\s*(?:;|,\s)\s*|\s+)({_NUMBER})\s*[\])]?")
_POINTED: Final = re.compile(r"[\[(]?\s*([+-]?\d+(?:\.\d+)?),([+-]?\d+(?:\.\d+)?)\s*[\])]?")
_WKT: Final = re.compile(
    r"(?i)\s*(?:SRID=(\d+);\s*)?((?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION)(?:25D|ZM|Z|M)?\b.*",
    re.DOTALL,
)
#: Figures of a vertex after the first two, and the word that announces them.
_ALTITUDES: Final = re.compile(
    r"(?i)([-+.\de]{1,40}[ \t]{1,8}[-+.\de]{1,40})(?:[ \t]{1,8}(?:[-+.\de]{1,40}|nan|null)){1,2}"
)
_DIMENSIONS: Final = re.compile(r"(?i)(?<=[a-z])(?:25D|[ \t]{0,8}(?:ZM|Z|M))(?=[ \t]{0,8}(?:\(|EMPTY))")
#: How a collection begins, in WKT and in WKB of both orders: libraries that read them call themselves for each.
_COLLECTIONS: Final = ("COLLECTION", "collection", "0107000000", "0000000007")
_DEEPEST: Final = 1_000
_WKB: Final = re.compile(r"0[01][0-9A-Fa-f]{40,}")
ABROAD: Final = "hors de France métropolitaine"
OTHER_SYSTEM: Final = "coordonnées d'un autre système que les autres lignes"
FLAT: Final = "géométrie sans longueur ni surface"
OPENED: Final = "points multiples, séparés"
MIXED: Final = "géométrie mêlée, dont une partie est laissée"
#: The kinds of objects, by the dimension of their geometry.
GENRES: Final = ("point", "ligne", "surface")
_COLLECTION: Final = 7
_MULTIPOINT: Final = 4


def find(cells: pd.DataFrame) -> tuple[Position, bool]:
    """Find the columns that hold the place of the rows."""
    sample = cells.iloc[np.linspace(0, len(cells) - 1, min(len(cells), _SAMPLE)).astype(int)]
    holding = {name: _holding(sample[name]) for name in cells.columns}
    shapes = [name for name, held in holding.items() if held == "forme"]
    if shapes:
        return Position(whole=shapes[0]), False
    pair = _named(list(cells.columns))
    if pair is not None and _are_figures(sample, pair):
        return Position(*pair), False
    wholes = [name for name, held in holding.items() if held == "paire"]
    if wholes:
        return Position(whole=wholes[0]), False
    read = {name: numbers(sample[name]) for name in cells.columns}
    figures = [name for name, values in read.items() if values.notna().mean() > _MOST_CELLS][:_FIGURES]
    best, share = Position(), _SURE
    for x, y in permutations(figures, 2):
        found = systems.fits(np.column_stack([read[x], read[y]]))
        if found and not found[0].swapped and found[0].nearby > share:
            best, share = Position(x, y), found[0].nearby
    return best, bool(best.columns)


def place(
    cells: pd.DataFrame, position: Position, *, decimal: str | None
) -> tuple[pd.Series, pd.Series, str | None]:
    """Read the place of each row, in the coordinates of the file."""
    if position.whole:
        return _wholes(cells[position.whole])
    x, y = (numbers(cells[name], decimal=decimal) for name in (position.x, position.y))
    blank = (cells[position.x] == "") | (cells[position.y] == "")
    known = x.notna() & y.notna()
    points = np.full(len(cells), None, dtype=object)
    points[known.to_numpy()] = shapely.points(x[known], y[known])
    fault = pd.Series("", index=cells.index).mask(~known, UNREADABLE).mask(blank, ABSENT)
    return pd.Series(points, index=cells.index, dtype=object), fault, None


def shown(cells: pd.DataFrame, position: Position) -> pd.Series:
    """Give what the file says of the place of each row."""
    said = pd.Series("", index=cells.index)
    for name in position.columns:
        said = cells[name] if name == position.columns[0] else said + " ; " + cells[name]
    return said.mask(said == " ; ", "")


def coordinates_of(shapes: pd.Series) -> npt.NDArray[np.float64]:
    """Give the coordinates of geometries."""
    return shapely.get_coordinates(np.asarray(shapes, dtype=object))


def _named(columns: Sequence[str]) -> tuple[str, str] | None:
    """Find the two columns by their headings."""
    ranks: list[dict[int, str]] = [{}, {}]
    for name in columns:
        words = fold(name)
        joined = "".join(words)
        for found, known in zip(ranks, zip(*_PAIRS, strict=True), strict=True):
            exact = [at for at, word in enumerate(known) if joined == word]
            partial = [len(known) + at for at, word in enumerate(known) if word in words]
            for rank in (exact or partial)[:1]:
                found.setdefault(rank, name)
    for rank in sorted(set(ranks[0]) & set(ranks[1])):
        return ranks[0][rank], ranks[1][rank]
    if ranks[0] and ranks[1]:
        return ranks[0][min(ranks[0])], ranks[1][min(ranks[1])]
    return None


def _are_figures(sample: pd.DataFrame, names: tuple[str, str]) -> bool:
    return all(
        bool((filled := sample[name][sample[name] != ""]).size)
        and numbers(filled).notna().mean() >= _MOST_CELLS
        for name in names
    )


def _holding(values: pd.Series) -> str:
    """Tell what most filled cells of a column hold: "forme", "paire" or ""."""
    filled = values[values != ""]
    if filled.empty:
        return ""
    shape = filled.map(lambda text: bool(_WKT.fullmatch(text) or _WKB.fullmatch(text) or _is_geojson(text)))
    if shape.mean() >= _MOST_CELLS:
        return "forme"
    pair = filled.map(lambda text: bool(_SPACED.fullmatch(text) or _POINTED.fullmatch(text)))
    # "12 500" and "6247424,65" are numbers.
    pair &= numbers(filled).isna()
    placed = pd.Series([_pair(text) for text in filled[pair]], dtype=object)
    if pair.mean() < _MOST_CELLS or not systems.fits(coordinates_of(placed)):
        return ""
    return "paire"


def _is_geojson(text: str) -> bool:
    return text.startswith("{") and '"coordinates"' in text and '"type"' in text


def _wholes(values: pd.Series) -> tuple[pd.Series, pd.Series, str | None]:
    shapes = np.full(len(values), None, dtype=object)
    faults = np.full(len(values), "", dtype=object)
    systems = set()
    for at, text in enumerate(values):
        if not text:
            faults[at] = ABSENT
            continue
        try:
            shapes[at] = _shape(text)
        except ValueError:
            faults[at] = UNREADABLE
        if (found := _WKT.fullmatch(text)) and found[1]:
            systems.add(found[1])
    stated = f"EPSG:{systems.pop()}" if len(systems) == 1 else None
    return pd.Series(shapes, index=values.index), pd.Series(faults, index=values.index), stated


def _shape(text: str) -> Any:
    """Read a geometry, or a pair as a point."""
    if any(text.count(mark) > _DEEPEST for mark in _COLLECTIONS):
        raise ValueError("nested without end")
    try:
        if found := _WKT.fullmatch(text):
            with np.errstate(over="ignore", invalid="ignore"):
                return _from_wkt(text[found.start(2) :])
        if _WKB.fullmatch(text):
            return shapely.from_wkb(text)
        if _is_geojson(text):
            return geometry_of(json.loads(text))
    except (shapely.errors.ShapelyError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return _pair(text)


def _from_wkt(text: str) -> Any:
    """Read a geometry, whose vertices may have an altitude here and none there."""
    try:
        return shapely.from_wkt(text)
    except shapely.errors.ShapelyError:
        return shapely.from_wkt(_ALTITUDES.sub(r"\1", _DIMENSIONS.sub("", text)))


def _pair(text: str) -> shapely.Point:
    found = _POINTED.fullmatch(text) or _SPACED.fullmatch(text)
    if not found:
        raise ValueError(text)
    return shapely.Point(*(float(number.replace(",", ".")) for number in found.groups()))


def settled(
    rows: pd.DataFrame, shapes: pd.Series, *, crs: str, swapped: bool, said: pd.Series, report: Report
) -> gpd.GeoDataFrame:
    """Give rows their geometries, and set aside those whose place cannot be believed."""
    found = np.asarray(shapely.force_2d(np.asarray(shapes, dtype=object)), dtype=object)
    absent = shapely.is_missing(found) | shapely.is_empty(found)
    report.add(rows[absent], ABSENT, SET_ASIDE, said)
    kept = without_blanks(_one_kind(pd.Series(found[~absent], index=rows.index[~absent]), report))

    degrees = _projected(kept.to_numpy(), crs, WGS84, swapped=swapped)
    west, south, east, north = FRANCE
    box = shapely.bounds(degrees).reshape(-1, 4)
    # An infinite or missing coordinate is in no box.
    inside = (box[:, 0] >= west) & (box[:, 1] >= south) & (box[:, 2] <= east) & (box[:, 3] <= north)
    outside = kept[~inside]
    report.add(rows.loc[outside.index], _why_outside(outside, crs), SET_ASIDE, said)
    kept = kept[inside]
    kept = pd.Series(_projected(kept.to_numpy(), crs, LAMBERT93, swapped=swapped), index=kept.index)

    kept = _valid(kept, report)
    kinds = pd.Series(shapely.get_dimensions(kept.to_numpy()), index=kept.index)
    frame = gpd.GeoDataFrame(
        rows.loc[kept.index].assign(genre=[GENRES[kind] for kind in kinds]),
        geometry=gpd.GeoSeries(kept, crs=LAMBERT93),
    )
    return _apart(frame, report)


def _why_outside(shapes: pd.Series, crs: str) -> str:
    """Tell rows that lie nowhere near from those that are in another system than the others."""
    if shapes.empty:
        return ABROAD
    fitting = [one for one in systems.fits(coordinates_of(shapes)) if one.crs != crs]
    return f"{OTHER_SYSTEM} ({systems.title(fitting[0].crs)})" if fitting else ABROAD


def _one_kind(shapes: pd.Series, report: Report) -> pd.Series:
    """Of a collection keep the parts of the largest dimension, as one geometry."""
    collections = shapes[shapely.get_type_id(shapes.to_numpy()) == _COLLECTION]
    if collections.empty:
        return shapes
    made, told = {}, {}
    for line, collection in collections.items():
        # `make_valid` does not dissolve what is sound, and parts of parts are flat after two rounds of real files.
        parts = shapely.get_parts(shapely.get_parts(collection))
        while (shapely.get_type_id(parts) == _COLLECTION).any():
            parts = shapely.get_parts(parts)
        dimensions = shapely.get_dimensions(parts)
        largest = parts[dimensions == dimensions.max()]
        multiple = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimensions.max()]
        made[line] = largest[0] if len(largest) == 1 else multiple(shapely.get_parts(largest))
        if len(largest) < len(parts):
            told[line] = f"{len(largest)} parties gardées sur {len(parts)}"
    lost = pd.Series(told, dtype="str")
    report.add(lost, MIXED, MENDED, lost)
    shapes = shapes.copy()
    shapes.loc[collections.index] = pd.Series(made, dtype=object)
    return shapes


def _projected(shapes: npt.NDArray[Any], crs: str, target: str, *, swapped: bool) -> npt.NDArray[Any]:
    turn = systems.transformer(crs, target)

    def moved(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = points.T[::-1] if swapped else points.T
        return np.column_stack(turn.transform(x, y))

    return np.asarray(shapely.transform(shapes, moved), dtype=object)


def _valid(shapes: pd.Series, report: Report) -> pd.Series:
    """Repair outlines that cross themselves, and set aside what has no extent."""
    shapes = shapes.copy()
    wrong = shapes[
        (shapely.get_dimensions(shapes.to_numpy()) == GENRES.index("surface"))
        & ~shapely.is_valid(shapes.to_numpy())
    ]
    if len(wrong):
        mended, changes = repaired(wrong)
        report.add(mended[~shapely.is_empty(mended.to_numpy())], REPAIRED, MENDED, changes)
        shapes.loc[wrong.index] = mended
    array = shapes.to_numpy()
    dimensions = shapely.get_dimensions(array)
    extent = np.where(dimensions == GENRES.index("ligne"), shapely.length(array), shapely.area(array))
    flat = shapely.is_empty(array) | ((dimensions > 0) & (extent <= 0))
    report.add(shapes[flat], FLAT, SET_ASIDE)
    return shapes[~flat]


def _apart(frame: gpd.GeoDataFrame, report: Report) -> gpd.GeoDataFrame:
    """Make of each multiple point as many objects as it has points."""
    several = frame[shapely.get_type_id(frame.geometry.to_numpy()) == _MULTIPOINT]
    counts = pd.Series(shapely.get_num_geometries(several.geometry.to_numpy()), index=several.index)
    many = counts[counts > 1]
    report.add(many, OPENED, KEPT, many.map("{} points".format))
    exploded = frame
    if len(several):
        points = several.explode(index_parts=False)
        exploded = gpd.GeoDataFrame(
            pd.concat([frame.drop(index=several.index), points]).sort_index(kind="stable")
        )
    rank = exploded.groupby(level=0).cumcount() + 1
    split = exploded.index.isin(many.index)
    names = [
        f"{line}.{at}" if apart else str(line)
        for line, at, apart in zip(exploded.index, rank, split, strict=True)
    ]
    return exploded.set_index(pd.Index(names, name="id_objet", dtype="str"))
