"""Rows as files that keep where they come from, one function per format; CSV and GeoJSON are written here."""

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from errors import CrsError
from exports import _rows
from exports._rows import PROVENANCE
from exports.context import Context
from exports.geopackage import to_gpkg
from exports.xlsx import to_xlsx
from facts.fields import Field
from loaders.formats.cells import neutralised
from words.formats import REASONS, Kind

__all__ = ["PROVENANCE", "to_csv", "to_geojson", "to_gpkg", "to_xlsx"]

COORDINATE_DIGITS: Final = 6


def to_csv(
    frame: pd.DataFrame, *, context: Context, fields: Sequence[Field] | None = None, plain: bool = False
) -> bytes:
    """Write rows as CSV, each with its id, its values and where they come from.

    Parameters
    ----------
    frame
        Rows indexed by their official id, which comes first; a geometry is left out.
    context
        Producer, vintage, licence, attribution, filters and date, repeated on each row so that one copied
        elsewhere keeps them.
    fields
        The columns to write, all of the frame's if None.
    plain
        False writes what a French Excel opens: semicolons, decimal commas, a byte order mark, French titles,
        shares in percent. True writes commas, decimal points, column names and shares from 0 to 1.

    Returns
    -------
    bytes
        UTF-8 text with CRLF line ends. A missing cell gives its reason in words. Texts that a spreadsheet would
        run as a formula begin with an apostrophe. Distances and areas have one decimal, shares and other
        numbers at most six.

    Raises
    ------
    ArgumentError
        If a field is not in the frame, its source not in the context, or two columns would bear the same name.
    """
    fields = _rows.written(frame, fields)
    columns = [*(field.column if plain else _rows.heading(field) for field in fields), *_rows.PROVENANCE]
    _rows.refuse_twins(columns)
    origin = [neutralised(value) for value in _rows.provenance(context).values()]
    rows = _rows.cells(frame, fields, context)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="," if plain else ";", lineterminator="\r\n")
    writer.writerow(neutralised(column) for column in columns)
    for row in rows.itertuples(index=False, name=None):
        cells = [_cell(value, field.kind, plain=plain) for value, field in zip(row, fields, strict=True)]
        writer.writerow([*cells, *origin])
    return buffer.getvalue().encode("utf-8" if plain else "utf-8-sig")


def _cell(value: Any, kind: Kind, *, plain: bool) -> str:
    if isinstance(value, str):
        return neutralised(value)
    if isinstance(value, dt.date):
        return value.isoformat() if plain else _rows.french_date(value)
    if kind == "part" and not plain:
        value = round(value * 100, _rows.DIGITS["pourcentage"])
    text = _number(value)
    return text if plain else text.replace(".", ",")


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    # Fixed notation: a spreadsheet reads "1e-05" as text in some locales.
    return np.format_float_positional(value, trim="-")


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
        {"type": "Feature", "id": str(row[0]), "geometry": shape, "properties": _properties(row[1:], fields)}
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
    snapped = shapely.set_precision(geometry.to_crs(4326).to_numpy(), 10.0**-COORDINATE_DIGITS)
    turned = shapely.orient_polygons(snapped, exterior_cw=False)
    rounded = shapely.transform(turned, lambda points: points.round(COORDINATE_DIGITS))
    return [
        None if shape is None or shape.is_empty else json.loads(text)
        for shape, text in zip(rounded, shapely.to_geojson(rounded), strict=True)
    ]
