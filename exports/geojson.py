"""Rows as GeoJSON, with where they come from beside the features."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import shapely

from errors import CrsError
from exports import _rows
from exports.context import Context
from facts.fields import Field
from words.missing import REASONS

COORDINATE_DIGITS: Final = 6


def to_geojson(frame: gpd.GeoDataFrame, *, context: Context, fields: Sequence[Field] | None = None) -> bytes:
    """Write rows as a GeoJSON of RFC 7946, with where they come from as members of the collection.

    Parameters
    ----------
    frame
        Rows indexed by their official id, with a geometry in any system.
    context
        Its sources, filters and date become the members `sources`, `filtres` and `date`.
    fields
        The columns to write, all of the frame's if None.

    Returns
    -------
    bytes
        UTF-8. Degrees of WGS84 with at most 6 decimals, outlines by the right-hand rule, no `crs` member. A
        missing property is null, and `<colonne>_statut` says why.

    Raises
    ------
    CrsError
        If the frame has no coordinate system.
    ArgumentError
        If a field is not in the frame, or its source not in the context.
    """
    fields = _rows.written(frame, fields)
    if frame.crs is None:
        raise CrsError("Export GeoJSON : le tableau n'a pas de système de coordonnées")
    _rows.refuse_twins([field.column for field in fields])
    rows = _rows.cells(frame, fields, context)
    features = [
        {
            "type": "Feature",
            "id": str(row[0]),
            "geometry": shape,
            "properties": _properties(row[1:], fields),
        }
        for row, shape in zip(rows.itertuples(name=None), _wgs84(frame.geometry), strict=True)
    ]
    collection = {
        "type": "FeatureCollection",
        "sources": _rows.origins(context),
        "filtres": context.filters,
        "date": context.date.isoformat(),
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _properties(values: Sequence[Any], fields: Sequence[Field]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for value, field in zip(values, fields, strict=True):
        if isinstance(value, str) and value in REASONS:
            properties |= {field.column: None, field.column + _rows.STATUS: value}
        else:
            properties[field.column] = value.isoformat() if isinstance(value, dt.date) else value
    return properties


def _wgs84(geometry: gpd.GeoSeries) -> list[dict[str, Any] | None]:
    """Give GeoJSON geometries in degrees, rounded without breaking outlines, by the right-hand rule."""
    degrees = geometry.to_crs(4326).to_numpy()
    snapped = shapely.set_precision(degrees, 10.0**-COORDINATE_DIGITS)
    turned = shapely.orient_polygons(snapped, exterior_cw=False)
    return [
        None if shape is None or shape.is_empty else _rounded(shapely.geometry.mapping(shape))
        for shape in turned
    ]


def _rounded(shape: dict[str, Any]) -> dict[str, Any]:
    if "geometries" in shape:
        return shape | {"geometries": [_rounded(part) for part in shape["geometries"]]}
    return shape | {"coordinates": _round(shape["coordinates"])}


def _round(coordinates: Any) -> Any:
    if isinstance(coordinates, float):
        return round(coordinates, COORDINATE_DIGITS)
    return [_round(part) for part in coordinates]
