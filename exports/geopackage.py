"""Rows as a GeoPackage: one layer in Lambert-93 with its style, and a table of its sources."""

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio.raw
import shapely

from errors import CrsError
from exports import _rows
from exports.context import Context
from exports.qgis import layer_of, style
from facts.fields import Field
from geo.crs import LAMBERT93
from words.folding import slug
from words.formats import REASONS, Kind

SOURCES_TABLE: Final = "sources"
#: One family of shapes makes a typed layer, its single and multiple shapes together; several make an untyped one.
FAMILIES: Final = {
    "Point": "Point",
    "MultiPoint": "MultiPoint",
    "LineString": "MultiLineString",
    "LinearRing": "MultiLineString",
    "MultiLineString": "MultiLineString",
    "Polygon": "MultiPolygon",
    "MultiPolygon": "MultiPolygon",
}
UNTYPED: Final = "Unknown"
_NOTHING: Final = np.array([None], dtype=object)

# The extensions that give columns a title, and the table where QGIS looks for styles.
_SCHEMA: Final = """
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
  description TEXT, mime_type TEXT, constraint_name TEXT, PRIMARY KEY (table_name, column_name));
CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
  definition TEXT NOT NULL, scope TEXT NOT NULL, UNIQUE (table_name, column_name, extension_name));
INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema',
  'http://www.geopackage.org/spec121/#extension_schema', 'read-write');
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME);
CREATE TABLE sources (id INTEGER PRIMARY KEY, titre TEXT, producteur TEXT NOT NULL, millesime TEXT NOT NULL,
  licence TEXT NOT NULL, attribution TEXT NOT NULL, adresse TEXT, communes TEXT, limites TEXT, filtres TEXT NOT NULL,
  date_export DATE NOT NULL);
"""


def to_gpkg(
    frame: gpd.GeoDataFrame,
    *,
    context: Context,
    fields: Sequence[Field] | None = None,
    layer_id: str | None = None,
) -> bytes:
    """Write rows as a GeoPackage that QGIS opens with its style.

    Parameters
    ----------
    frame
        Rows indexed by their official id, with a geometry in any system.
    context
        Its subject names the layer; its sources, filters and date fill the table "sources".
    fields
        The columns to write, all of the frame's if None.
    layer_id
        The layer of the maps whose colour and symbol the rows take; if None, the one whose objects bear the same id.

    Returns
    -------
    bytes
        The layer in EPSG:2154, column titles with their units, tables `layer_styles` and `sources`. A missing cell is
        null, and `<colonne>_statut` says why; so does a word in a column of figures.

    Raises
    ------
    CrsError
        If the frame has no coordinate system.
    ArgumentError
        If a field is not in the frame, its source not in the context, two columns would bear the same name, or
        `layer_id` is not in the registry.
    """
    fields = _rows.written(frame, fields)
    if frame.crs is None:
        raise CrsError("Export GeoPackage : le tableau n'a pas de système de coordonnées")
    _rows.refuse_twins([field.column for field in fields])
    cells = _rows.cells(frame, fields, context)
    names, columns, masks = _columns(cells, fields)
    shapes = frame.geometry.to_crs(LAMBERT93)
    family = _family(shapes)
    name = slug(context.subject).replace("-", "_") or "lignes"
    if name == SOURCES_TABLE:
        name += "_lignes"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "atlas.gpkg"
        pyogrio.raw.write(
            str(path),
            shapely.to_wkb(shapes.to_numpy()),
            columns,
            names,
            field_mask=masks,
            layer=name,
            driver="GPKG",
            geometry_type=family,
            promote_to_multi=family.startswith("Multi"),
            crs=LAMBERT93,
            layer_options={"GEOMETRY_NAME": "geom", "IDENTIFIER": f"{context.subject}, {context.place}"},
        )
        with closing(sqlite3.connect(path)) as base, base:
            base.executescript(_SCHEMA)
            _say_columns(base, name, fields, context)
            _say_sources(base, context)
            layer = layer_of(frame, layer_id)
            qml = style(layer, shapes, columns=names)
            title = layer.titre if layer else context.subject
            base.execute(
                "INSERT INTO layer_styles VALUES (1, '', '', ?, 'geom', ?, ?, NULL, 1, ?, '', NULL, ?)",
                (
                    name,
                    title[:30],
                    qml,
                    f"Style de l'atlas : {title}",
                    f"{context.date.isoformat()}T00:00:00.000Z",
                ),
            )
            # The same rows make the same file: its only moment is the day of the export.
            base.execute(
                "UPDATE gpkg_contents SET last_change = ?", (f"{context.date.isoformat()}T00:00:00.000Z",)
            )
        return path.read_bytes()


def _columns(cells: pd.DataFrame, fields: Sequence[Field]) -> tuple[list[str], list[Any], list[Any]]:
    """Give each column one type, with its mask of nulls; words among figures go to a column of their own."""
    names: list[str] = []
    columns: list[Any] = []
    masks: list[Any] = []
    for field in fields:
        values = cells[field.column].to_numpy(dtype=object)
        # A cell has a value, or in words the reason why it has none.
        is_word = [isinstance(value, str) and (field.kind != "texte" or value in REASONS) for value in values]
        words = np.array(is_word, dtype=bool)
        names.append(field.column)
        columns.append(_typed(np.where(words, _NOTHING, values), field.kind))
        masks.append(words)
        if words.any():
            names.append(field.column + _rows.STATUS)
            columns.append(np.where(words, values, _NOTHING))
            masks.append(~words)
    _rows.refuse_twins(names)
    return names, columns, masks


def _typed(values: Any, kind: Kind) -> Any:
    if kind == "texte":
        return values
    if kind == "date":
        days = [None if value is None else value.isoformat() for value in values]
        return np.array(days, dtype="datetime64[D]")
    if kind == "entier":
        return np.array([0 if value is None else value for value in values], dtype=np.int64)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _family(shapes: gpd.GeoSeries) -> str:
    kinds = {FAMILIES.get(kind, UNTYPED) for kind in shapes.geom_type.dropna().unique()}
    if kinds == {"Point", "MultiPoint"}:
        return "MultiPoint"
    return kinds.pop() if len(kinds) == 1 else UNTYPED


def _say_columns(base: sqlite3.Connection, name: str, fields: Sequence[Field], context: Context) -> None:
    known = {source.source_id: source for source in context.sources}
    for field in fields:
        source = known[field.source_id] if field.source_id else None
        said = [field.help, source.origine if source else ""]
        base.execute(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, NULL, ?, ?, NULL, NULL)",
            (name, field.column, _title(field), " ; ".join(text for text in said if text) or None),
        )


def _title(field: Field) -> str:
    """Give a column its title; a share stays between 0 and 1 here, and bears no unit."""
    return field.title if field.kind == "part" else _rows.heading(field)


def _say_sources(base: sqlite3.Connection, context: Context) -> None:
    for at, origin in enumerate(_rows.origins(context), start=1):
        base.execute(
            "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                at,
                origin.get("titre"),
                *(origin[key] for key in ("producteur", "millesime", "licence", "attribution")),
                origin.get("adresse"),
                ", ".join(origin.get("communes", ())),
                origin.get("limites"),
                context.filters,
                context.date.isoformat(),
            ),
        )
    for table, told in (
        (SOURCES_TABLE, "Sources, licences, filtres et date"),
        ("layer_styles", "Styles pour QGIS"),
    ):
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
            "VALUES (?, 'attributes', ?, ?, 0)",
            (table, table, told),
        )
