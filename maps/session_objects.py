"""Objects that a session brings to a map: points in degrees, values ready for JSON, what tells two sets apart."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.crs import WGS84
from maps.spec import SessionObjects


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
