"""Rows as files that keep, on each row, where they come from: CSV and GeoJSON."""

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

from errors import ArgumentError, CrsError
from exports.context import Context
from exports.fields import REASONS, Field, Kind, stated

PROVENANCE: Final = ("producteur", "millesime", "licence", "attribution", "filtres", "date_export")
# Signs by which a spreadsheet takes a text for a formula.
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
COORDINATE_DIGITS: Final = 6
DIGITS: Final[dict[Kind, int]] = {"part": 6, "pourcentage": 4, "decimal": 6, "distance_m": 1, "surface_m2": 1}
UNITS: Final[dict[Kind, str]] = {"part": "%", "pourcentage": "%", "distance_m": "m", "surface_m2": "m²"}
STATUS: Final = "_statut"


def to_csv(
    frame: pd.DataFrame,
    *,
    context: Context,
    fields: Sequence[Field] | None = None,
    plain: bool = False,
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
    fields = _written(frame, fields)
    columns = [*(field.column if plain else _heading(field) for field in fields), *PROVENANCE]
    _refuse_twins(columns)
    origin = [_text(value) for value in _provenance(context).values()]
    rows = stated(frame.rename_axis(_id_name(frame)), fields, _catalogue(context))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="," if plain else ";", lineterminator="\r\n")
    writer.writerow(_text(column) for column in columns)
    for row in rows.itertuples(index=False, name=None):
        cells = [_csv_cell(value, field.kind, plain=plain) for value, field in zip(row, fields, strict=True)]
        writer.writerow([*cells, *origin])
    return buffer.getvalue().encode("utf-8" if plain else "utf-8-sig")


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
    fields = _written(frame, fields)
    if frame.crs is None:
        raise CrsError("Export GeoJSON : le tableau n'a pas de système de coordonnées")
    _refuse_twins([field.column for field in fields])
    rows = stated(frame.rename_axis(_id_name(frame)), fields, _catalogue(context))
    shapes = _wgs84(frame.geometry)
    features = [
        {
            "type": "Feature",
            "id": str(row[0]),
            "geometry": shape,
            "properties": _properties(row[1:], fields),
        }
        for row, shape in zip(rows.itertuples(name=None), shapes, strict=True)
    ]
    collection = {
        "type": "FeatureCollection",
        "sources": [
            {
                "titre": source.titre,
                "producteur": source.producteur,
                "millesime": source.millesime,
                "licence": source.licence,
                "attribution": source.attribution,
                "adresse": source.adresse,
                "communes": sorted(source.communes),
            }
            for source in context.sources
        ]
        or [{name: value for name, value in _provenance(context).items() if name in PROVENANCE[:4]}],
        "filtres": context.filters,
        "date": context.date.isoformat(),
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _written(frame: pd.DataFrame, fields: Sequence[Field] | None) -> list[Field]:
    """Choose the columns to write, the id first unless a field already gives it."""
    name = _id_name(frame)
    if fields is None:
        kept = [str(column) for column, dtype in frame.dtypes.items() if str(dtype) != "geometry"]
        fields = [Field(column, column, _kind(frame[column])) for column in kept]
    if any(field.column == name for field in fields):
        return list(fields)
    return [Field(name, "Identifiant", "texte"), *fields]


def _kind(column: pd.Series) -> Kind:
    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    if pd.api.types.is_bool_dtype(column):
        return "texte"
    if pd.api.types.is_integer_dtype(column):
        return "entier"
    return "decimal" if pd.api.types.is_float_dtype(column) else "texte"


def _catalogue(context: Context) -> dict[str, Any]:
    return {source.source_id: source for source in context.sources}


def _provenance(context: Context) -> dict[str, str]:
    values = (
        context.producer, context.vintage, context.licence, context.attribution, context.filters,
        context.date.isoformat(),
    )  # fmt: skip
    return dict(zip(PROVENANCE, values, strict=True))


def _id_name(frame: pd.DataFrame) -> str:
    return str(frame.index.name or "id")


def _heading(field: Field) -> str:
    unit = UNITS.get(field.kind)
    return f"{field.title} ({unit})" if unit else field.title


def _refuse_twins(columns: Sequence[str]) -> None:
    twins = sorted({name for name in columns if columns.count(name) > 1})
    if twins:
        raise ArgumentError(f"Colonnes de même nom dans le fichier : {', '.join(twins)}")


def _text(value: str) -> str:
    return "'" + value if value.startswith(FORMULA_SIGNS) else value


def _csv_cell(value: Any, kind: Kind, *, plain: bool) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dt.date):
        return value.isoformat() if plain else value.strftime("%d/%m/%Y")
    if kind == "part" and not plain:
        value *= 100
    text = _number(value, kind)
    return text if plain else text.replace(".", ",")


def _number(value: float, kind: Kind) -> str:
    if isinstance(value, int):
        return str(value)
    # Fixed notation: a spreadsheet reads "1e-05" as text in some locales.
    return np.format_float_positional(round(value, DIGITS.get(kind, 6)), trim="-")


def _properties(values: Sequence[Any], fields: Sequence[Field]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for value, field in zip(values, fields, strict=True):
        if isinstance(value, str) and value in REASONS:
            properties |= {field.column: None, field.column + STATUS: value}
        elif isinstance(value, dt.date):
            properties[field.column] = value.isoformat()
        elif isinstance(value, float):
            properties[field.column] = round(value, DIGITS.get(field.kind, 6))
        else:
            properties[field.column] = value
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
