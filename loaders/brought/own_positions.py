"""Where the rows of a user's table are: two columns of figures, or one that holds a pair or a whole geometry."""

import json
import re
from collections.abc import Sequence
from itertools import permutations
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from loaders.brought.own_guess import Position
from loaders.brought.own_values import numbers
from loaders.formats import systems
from loaders.formats.shapes import geometry_of
from words.folding import fold

ABSENT: Final = "position absente"
UNREADABLE: Final = "position illisible"
#: Names of columns of eastings and northings, the surest first.
_PAIRS: Final = (
    ("lon", "lat"), ("longitude", "latitude"), ("lng", "lat"), ("long", "lat"), ("x", "y"), ("easting", "northing"),
    ("coordx", "coordy"), ("xl93", "yl93"), ("xlambert", "ylambert"), ("xlambert93", "ylambert93"), ("xwgs84", "ywgs84"),
)  # fmt: skip
_MOST_CELLS: Final = 0.5
#: Pairs of columns are tried by their values in the first rows, and among the first columns of figures alone.
_SAMPLE: Final = 200
_FIGURES: Final = 12
_SURE: Final = 0.8
_NUMBER: Final = r"[+-]?\d+(?:[.,]\d+)?"
_SPACED: Final = re.compile(rf"[\[(]?\s*({_NUMBER})\s*(?:;\s*|,\s+|\s+)({_NUMBER})\s*[\])]?")
_POINTED: Final = re.compile(r"[\[(]?\s*([+-]?\d+(?:\.\d+)?),([+-]?\d+(?:\.\d+)?)\s*[\])]?")
_WKT: Final = re.compile(
    r"(?i)\s*(?:SRID=(\d+);)?\s*((?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION)\b.*", re.DOTALL
)
_WKB: Final = re.compile(r"0[01][0-9A-Fa-f]{40,}")


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
    figures = [name for name in cells.columns if numbers(sample[name]).notna().mean() > _MOST_CELLS][
        :_FIGURES
    ]
    best, share = Position(), _SURE
    for x, y in permutations(figures, 2):
        pairs = _pairs(sample, x, y)
        found = systems.fits(pairs)
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


def _pairs(sample: pd.DataFrame, x: str, y: str) -> npt.NDArray[np.float64]:
    return np.column_stack([numbers(sample[x]), numbers(sample[y])])


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
    try:
        if found := _WKT.fullmatch(text):
            with np.errstate(over="ignore", invalid="ignore"):
                return shapely.from_wkt(text[found.start(2) :])
        if _WKB.fullmatch(text):
            return shapely.from_wkb(text)
        if _is_geojson(text):
            return geometry_of(json.loads(text))
    except (shapely.errors.ShapelyError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return _pair(text)


def _pair(text: str) -> shapely.Point:
    found = _POINTED.fullmatch(text) or _SPACED.fullmatch(text)
    if not found:
        raise ValueError(text)
    return shapely.Point(*(float(number.replace(",", ".")) for number in found.groups()))
