"""Objects that a session brings to a map: in degrees, with what their tooltips say, and what tells two sets apart."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from facts.fields import Field
from geo.crs import WGS84
from loaders.brought.own_places import GENRES
from loaders.brought.own_values import Column
from loaders.own_layer import OwnLayer
from maps.layer import Layer
from maps.layers import get
from maps.spec import SessionObjects

#: More lines than these make a tooltip that nobody reads, and a page that is long to send.
TOOLTIP_COLUMNS: Final = 8
#: A cell is cut here in a tooltip.
CELL_CHARACTERS: Final = 160
#: Tracings of more vertices are thinned on the map, and there alone.
MAX_DRAWN_VERTICES: Final = 150_000
_THINNING_M: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
_DIGITS: Final = 6
_KINDS_SAID: Final[Mapping[str, str]] = {"point": "points", "ligne": "lignes", "surface": "surfaces"}


def layer_of(own: OwnLayer, layer_id: str, *, title: str) -> Layer:
    """Describe the layer as the maps do theirs.

    Parameters
    ----------
    layer_id
        One of `maps.layers.OWN_LAYERS`.

    Returns
    -------
    Layer
        In the colour and with the symbols of the registry, the user's title and the columns of the file.
    """
    base = get(layer_id)
    present = [kind for kind in GENRES if (own.frame["genre"] == kind).any()]
    variants = tuple(
        replace(variant, titre=title if len(present) < 2 else f"{title} : {_KINDS_SAID[variant.valeur]}")  # noqa: PLR2004
        for variant in base.variantes
    )
    others = [column for column in own.columns if column.name not in {own.label, *own.located}][
        :TOOLTIP_COLUMNS
    ]
    fields = tuple(Field(column.name, column.title, column.sort) for column in others)
    return replace(base, titre=title, entete=own.label, fields=fields, variantes=variants)


def objects_of(
    own: OwnLayer, layer_id: str, *, title: str, note: str, most: int | None = None
) -> tuple[SessionObjects, float]:
    """Give the map the objects of a layer.

    Parameters
    ----------
    note
        French text that says where they come from and from when.
    most
        Only so many objects, the first ones; None for all.

    Returns
    -------
    tuple of SessionObjects and float
        The objects, and by how many metres their tracings were thinned: 0 for none.
    """
    frame = own.frame if most is None else own.frame.head(most)
    layer = layer_of(own, layer_id, title=title)
    sorts = {column.name: column for column in own.columns}
    columns = {name: _values(frame, name, sorts.get(name)) for name in layer.columns}
    ids = [str(name) for name in frame.index]
    if (frame["genre"] == GENRES[0]).all():
        degrees = frame.geometry.to_crs(WGS84)
        lon, lat = degrees.x.round(_DIGITS).tolist(), degrees.y.round(_DIGITS).tolist()
        shapes, thinned_m = None, 0.0
    else:
        lon, lat = [], []
        drawn, thinned_m = _thinned(frame.geometry)
        rounded = shapely.transform(
            np.asarray(drawn.to_crs(WGS84).array), lambda points: points.round(_DIGITS)
        )
        shapes = [json.loads(text) for text in shapely.to_geojson(rounded)]
    made = SessionObjects(
        version=version((layer, note, ids, columns), frame.geometry),
        columns=columns,
        ids=ids,
        lon=lon,
        lat=lat,
        note=note,
        shapes=shapes,
        layer=layer,
    )
    return made, thinned_m


def _thinned(shapes: gpd.GeoSeries) -> tuple[gpd.GeoSeries, float]:
    """Thin tracings as little as brings them under `MAX_DRAWN_VERTICES`."""
    drawn, thinned_m = shapes, 0.0
    for step_m in _THINNING_M:
        if shapely.get_num_coordinates(np.asarray(drawn.array)).sum() <= MAX_DRAWN_VERTICES:
            break
        drawn, thinned_m = shapes.simplify(step_m), step_m
    return drawn, thinned_m


def _values(frame: gpd.GeoDataFrame, name: str, column: Column | None) -> Sequence[Any]:
    """Give the values of a column, or of the index that bears its name."""
    found = frame.index.to_series() if name == frame.index.name else frame[name]
    if column is not None and column.sort == "date":
        found = found.dt.strftime("%Y-%m-%d")
    return values(found, lambda value: _plain(value, column))


def _plain(value: Any, column: Column | None) -> Any:
    if column is not None and column.sort == "entier":
        return int(value)
    return value[:CELL_CHARACTERS] if isinstance(value, str) else value


def points(
    places: gpd.GeoDataFrame, columns: Mapping[str, Any], *, note: str, digits: int = 5
) -> SessionObjects:
    """Give the map points, and what their tooltips say.

    Parameters
    ----------
    columns
        A value per place; None is shown for a missing one.
    note
        French text that says where they come from and from when.
    digits
        Decimals of the degrees.
    """
    told = {
        name: values(found if isinstance(found, pd.Series) else pd.Series(list(found), dtype=object))
        for name, found in columns.items()
    }
    ids = [str(name) for name in places.index]
    degrees = places.geometry.to_crs(WGS84)
    return SessionObjects(
        version=version((note, ids, told), places.geometry),
        columns=told,
        ids=ids,
        lon=degrees.x.round(digits).tolist(),
        lat=degrees.y.round(digits).tolist(),
        note=note,
    )


def values(found: pd.Series, plain: Callable[[Any], Any] = lambda value: value) -> list[Any]:
    """Give values ready for JSON, None where there is none; what repeats is held once."""
    ranks, distinct = pd.factorize(found)
    known = [*map(plain, distinct.tolist()), None]
    return [known[rank] for rank in ranks]


def version(told: object, shapes: gpd.GeoSeries) -> str:
    """Tell objects that say the same in the same places from all others."""
    digest = hashlib.sha256(repr(told).encode("utf-8", "surrogatepass"))
    for shape in shapes.to_wkb():
        digest.update(shape)
    return digest.hexdigest()[:16]
