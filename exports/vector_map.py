"""A map that stays sharp on paper: outlines, lines and symbols of the layers as one SVG image, and its legend."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from errors import ArgumentError
from exports import signs
from geo.crs import check_lambert93
from maps import layers
from maps.spec import Classe
from words.formats import NARROW, entier

FONT: Final = "Source Sans 3"
MARGIN: Final = 0.04
#: The smallest width shown: one small place alone says nothing of where it is.
LEAST_WIDTH_M: Final = 1_200.0
#: Vertices closer than this are not told apart on paper.
THINNING_PT: Final = 0.25
#: The more symbols of a look, the smaller: at most so many of each radius, in points.
SYMBOL_PT: Final = ((120, 2.7), (500, 1.9), (math.inf, 1.4))
LABEL_PT: Final = 6.5
_INK: Final = "#1C2530"
#: The sea, and the land of which the atlas says nothing.
_BEYOND: Final = "#E9EEF3"
_LAND: Final = "communes"
_M_PER_KM: Final = 1_000
#: Shapely's dimension of polygons.
_AREAS: Final = 2

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Drawn:
    """One layer on the map.

    Attributes
    ----------
    frame
        The objects to draw, in EPSG:2154.
    classes, classed
        Classes of a shaded map, and the class of each object by id (its rank in `classes`).
    labels
        Whether the objects' names are written where there is room.
    """

    layer_id: str
    frame: gpd.GeoDataFrame
    classes: Sequence[Classe] = ()
    classed: Mapping[str, int] = field(default_factory=dict)
    labels: bool = False


@dataclass(frozen=True, eq=False)
class Ring:
    """How far a distance reaches.

    Attributes
    ----------
    outline
        All that is at most so far, in EPSG:2154.
    radius_m
        The distance, in metres, as the crow flies.
    """

    outline: gpd.GeoSeries
    radius_m: float


@dataclass(frozen=True)
class Entry:
    """One line of the legend.

    Attributes
    ----------
    text
        French text, with the number shown where symbols can be counted.
    """

    sign: str
    text: str


@dataclass(frozen=True)
class VectorMap:
    """A map and what explains it.

    Attributes
    ----------
    legend
        What its signs mean, only those that can be seen.
    scale_text
        What the scale bar stands for, such as "500 m".
    """

    svg: str
    legend: tuple[Entry, ...]
    scale_text: str


class _View:
    """From metres to points of the page, y downwards."""

    def __init__(self, bounds: Bounds, size_pt: tuple[float, float]) -> None:
        width_pt, height_pt = size_pt
        west, south, east, north = bounds
        wide = max(east - west, LEAST_WIDTH_M) * (1 + 2 * MARGIN)
        high = max(north - south, 1.0) * (1 + 2 * MARGIN)
        self.m_per_pt = max(wide / width_pt, high / height_pt)
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        self.width_pt, self.height_pt = width_pt, height_pt
        self._west = middle_x - width_pt * self.m_per_pt / 2
        self._north = middle_y + height_pt * self.m_per_pt / 2

    def seen(self, shapes: Any) -> Any:
        """Project shapes onto the page, cut at its edges, a little beyond so that no stroke runs along them."""
        placed = shapely.transform(np.asarray(shapes), self._to_page)
        return shapely.clip_by_rect(placed, -9, -9, self.width_pt + 9, self.height_pt + 9)

    def holds(self, points: Any) -> Any:
        """Tell which points of the page can be seen."""
        x, y = shapely.get_x(points), shapely.get_y(points)
        return (x >= 0) & (x <= self.width_pt) & (y >= 0) & (y <= self.height_pt)

    def place(self, points: Any) -> Any:
        """Project points onto the page."""
        return shapely.transform(np.asarray(points), self._to_page)

    def _to_page(self, metres: Any) -> Any:
        return np.column_stack(
            [(metres[:, 0] - self._west) / self.m_per_pt, (self._north - metres[:, 1]) / self.m_per_pt]
        )


def draw(
    drawn: Sequence[Drawn],
    *,
    bounds: Bounds,
    size_pt: tuple[float, float],
    chosen: gpd.GeoSeries | None = None,
    rings: Sequence[Ring] = (),
) -> VectorMap:
    """Draw layers in the registry's order, as on the pages' maps.

    Parameters
    ----------
    drawn
        The layers, in any order.
    bounds
        West, south, east, north of what must be seen, in EPSG:2154, in metres; the map shows more on two sides.
    chosen
        Outlines to set off, in EPSG:2154.

    Raises
    ------
    ArgumentError
        If the bounds are not a box.
    CrsError
        If a layer is not in EPSG:2154.
    """
    if not all(math.isfinite(edge) for edge in bounds) or bounds[0] > bounds[2] or bounds[1] > bounds[3]:
        raise ArgumentError(f"Emprise de carte inutilisable : {bounds}")
    for one in drawn:
        check_lambert93(one.frame, f"la couche {one.layer_id}")
    view = _View(bounds, size_pt)
    width_pt, height_pt = size_pt
    order = {layer.layer_id: at for at, layer in enumerate(layers.LAYERS)}
    paths: list[str] = []
    legend: list[Entry] = []
    for one in sorted(drawn, key=lambda one: order[one.layer_id]):
        for path, entry in _layer(one, view):
            paths.append(path)
            legend.append(entry)
    if rings:
        edges = "".join(_outlines(view.seen(ring.outline.array)) for ring in rings)
        paths.append(_ring(edges))
        said = ", ".join(_length(ring.radius_m) for ring in rings)
        legend.append(Entry(signs.image(_ring(signs.STROKE)), f"Distances au contour : {said}"))
    if chosen is not None:
        paths.append(
            f'<path d="{_outlines(view.seen(chosen.array))}" fill="none" stroke="{_INK}" stroke-width="1.3" '
            'stroke-linejoin="round"/>'
        )
    names = "".join(_labels([one for one in drawn if one.labels], view, order))
    bar, scale_text = _scale(view)
    classes = [classe for one in drawn for classe in one.classes]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_pt:g}pt" height="{height_pt:g}pt" '
        f'viewBox="0 0 {width_pt:g} {height_pt:g}" font-family="{FONT}">{signs.hatching(classes)}'
        f'<rect width="{width_pt:g}" height="{height_pt:g}" fill="{_BEYOND}"/>{"".join(paths)}{names}{bar}'
        f"{_north(view)}</svg>"
    )
    return VectorMap(svg, tuple(legend), scale_text)


def _layer(one: Drawn, view: _View) -> Iterator[tuple[str, Entry]]:
    """Give each look of a layer that can be seen: its objects as one path, and its line of the legend."""
    layer = layers.get(one.layer_id)
    if one.classes:
        ranks = np.array([one.classed[str(code)] for code in one.frame.index], dtype=int)
        for rank, classe in enumerate(one.classes):
            path = _outlines(view.seen(one.frame.geometry.array[ranks == rank]))
            if path:
                yield signs.shaded(path, classe), Entry(signs.class_swatch(classe), classe.titre)
        return
    rest = np.ones(len(one.frame), dtype=bool)
    parts: list[tuple[Any, signs.Look]] = []
    if layer.variable is not None:
        values = np.array([_as_text(value) for value in one.frame[layer.variable]], dtype=object)
        for variante in layer.variantes:
            here = values == variante.valeur
            rest &= ~here
            parts.append((here, signs.Look(layer, variante)))
    parts.append((rest, signs.Look(layer)))
    for here, look in parts:
        shapes = one.frame.geometry.array[here]
        if look.is_point:
            placed = view.place(shapes)
            kept = placed[view.holds(placed)]
            if len(kept):
                radius_pt = next(size for most, size in SYMBOL_PT if len(kept) <= most)
                places = zip(shapely.get_x(kept).tolist(), shapely.get_y(kept).tolist(), strict=True)
                text = f"{look.titre} ({entier(len(kept))})"
                yield look.symbols(places, radius_pt), Entry(look.swatch(), text)
            continue
        path = _outlines(view.seen(shapes))
        if path:
            land = f'<path d="{path}" fill="#FFFFFF" fill-rule="evenodd"/>' if one.layer_id == _LAND else ""
            yield land + look.painted(path), Entry(look.swatch(), look.titre)


def _as_text(value: Any) -> str:
    return str(bool(value)).lower() if isinstance(value, (bool, np.bool_)) else str(value)


def _outlines(shapes: Any) -> str:
    """Write lines and outlines as the data of one path, "" if nothing is left of them."""
    parts = shapely.get_parts(np.asarray(shapes))
    rings = shapely.get_rings(parts[shapely.get_dimensions(parts) == _AREAS])
    lines = parts[shapely.get_dimensions(parts) == 1]
    written = []
    for shape in (*rings, *lines):
        points = shapely.get_coordinates(shapely.simplify(shape, THINNING_PT, preserve_topology=False))
        if len(points) > 1:
            closed = shape.geom_type == "LinearRing"
            steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in (points[:-1] if closed else points))
            written.append(f"M{steps}{'Z' if closed else ''}")
    return "".join(written)


def _labels(drawn: Sequence[Drawn], view: _View, order: Mapping[str, int]) -> Iterator[str]:
    """Write the names that fit, the largest objects first, none over another."""
    taken: list[tuple[float, float, float, float]] = []
    for one in sorted(drawn, key=lambda one: -order[one.layer_id]):
        page = shapely.box(0, 0, view.width_pt, view.height_pt)
        seen = shapely.intersection(shapely.make_valid(view.seen(one.frame.geometry.array)), page)
        areas = shapely.area(seen)
        for at in np.argsort(-areas, kind="stable"):
            if areas[at] <= 0:
                continue
            text = str(one.frame[layers.get(one.layer_id).entete].iloc[at])
            middle = shapely.get_point(shapely.maximum_inscribed_circle(seen[at], 1.0), 0)
            half = 0.26 * LABEL_PT * len(text)
            x = min(max(middle.x, half + 2), view.width_pt - half - 2)
            y = min(max(middle.y, LABEL_PT + 2), view.height_pt - 3)
            box = (x - half, y - LABEL_PT, x + half, y + LABEL_PT / 2)
            if half * 2 > view.width_pt or any(_over(box, other) for other in taken):
                continue
            taken.append(box)
            yield (
                f'<text x="{x:.1f}" y="{y + 2:.1f}" font-size="{LABEL_PT}" text-anchor="middle" '
                f'font-weight="600" fill="{_INK}" stroke="#FFFFFF" stroke-width="1.6" stroke-linejoin="round" '
                f'paint-order="stroke">{escape(text)}</text>'
            )


def _over(box: Bounds, other: Bounds) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _scale(view: _View) -> tuple[str, str]:
    """Draw a bar of a round length, at most a quarter of the width."""
    largest_m = view.width_pt * view.m_per_pt / 4
    power: float = 10 ** math.floor(math.log10(largest_m))
    length_m = max(step * power for step in (1, 2, 5) if step * power <= largest_m)
    text = _length(length_m)
    length_pt = length_m / view.m_per_pt
    x, y = 8.0, view.height_pt - 8
    bar = (
        f'<rect x="{x - 5:g}" y="{y - 12:g}" width="{length_pt + 10:.1f}" height="17" fill="#FFFFFF" '
        f'fill-opacity="0.85"/><path d="M{x:g} {y - 3:g}V{y:g}H{x + length_pt:.1f}V{y - 3:g}" fill="none" '
        f'stroke="{_INK}" stroke-width="0.9"/><text x="{x + length_pt / 2:.1f}" y="{y - 4:g}" font-size="6.5" '
        f'font-weight="600" text-anchor="middle" fill="{_INK}">{text}</text>'
    )
    return bar, text


def _length(metres: float) -> str:
    if metres < _M_PER_KM:
        return f"{entier(metres)}{NARROW}m"
    return f"{entier(metres / _M_PER_KM)}{NARROW}km"


def _ring(path: str) -> str:
    return f'<path d="{path}" fill="none" stroke="{_INK}" stroke-width="0.5" stroke-dasharray="1 1.6"/>'


def _north(view: _View) -> str:
    x = view.width_pt - 11
    return (
        f'<path d="M{x:g} 5l3.6 10l-3.6 -2.4l-3.6 2.4Z" fill="{_INK}"/>'
        f'<text x="{x:g}" y="22" font-size="7" font-weight="600" text-anchor="middle" fill="{_INK}">N</text>'
    )
