"""The one opener of the files that users bring: bytes and a name in, rows as text and geometries out.

It knows nothing of sessions nor of pages, and keeps nothing: what a schema reads of the rows stands on top of it.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from errors import CrsError, SourceCrsError, SourceFormatError
from geo.crs import to_lambert93, to_wgs84
from loaders.brought import geojson, vectors
from loaders.brought.opened import NO_HEADER, Choice, Opened
from loaders.brought.schemas import Expected, Schema
from loaders.formats import encodings
from loaders.formats.grids import DELIMITERS, HEADER_LINES, check_rows, separator_of, split, table_under
from loaders.formats.uploads import Format, format_of, is_workbook, take
from loaders.formats.workbooks import hidden_lines, open_workbook, texts
from words.formats import pluriel

ANY_COLUMNS: Final = Schema()
NOT_A_POINT: Final = "géométrie autre qu'un point"


def open_file(path: Path, raw: bytes, choice: Choice, schema: Schema = ANY_COLUMNS) -> Opened:
    """Open a file, or one of the layers of an archive."""
    members: tuple[str, ...] = ()
    content = {"": raw}
    kind = format_of(path, raw)
    if schema.archives and kind == "xlsx" and not is_workbook(raw):
        member, members, content = vectors.open_archive(path, raw, member=choice.member)
        choice = replace(choice, member=member)
        kind = format_of(path, content[""]) if "" in content else "shp"
    if kind == "shp":
        opened = vectors.open_shapefile(path, content, choice, schema)
    elif kind == "gpkg":
        opened = vectors.open_geopackage(path, content[""], choice, schema)
    elif kind == "geojson":
        opened = geojson.open_geojson(path, content[""], choice)
    else:
        opened = _open_table(path, content[""], kind, choice, schema)
    mend = encodings.SAVE_AS_UTF8 if opened.is_text else "corriger ces textes dans le logiciel d'origine"
    return replace(opened, members=members, damaged=encodings.damaged(path, opened.cells, mend=mend))


def open_known(source: Path | str | bytes, name: str | None, expected: Expected) -> tuple[Path, Opened]:
    """Open a table whose columns are known, and give the name by which messages call it."""
    path, raw = take(
        source, name, max_bytes=expected.max_bytes, smaller=expected.smaller, filled=expected.filled
    )
    kind = format_of(path, raw)
    if kind == "geojson":
        raise SourceFormatError(path, "fichier JSON ou GeoJSON", "l'enregistrer en CSV, XLSX ou GeoPackage")
    if kind not in expected.kinds:
        raise SourceFormatError(path, *expected.otherwise)
    opened = open_file(path, raw, Choice(), expected)
    choice, notes = opened.choice, list(opened.notes)
    if opened.kind == "csv":
        if choice.encoding != encodings.UTF8:
            notes.append(f"Encodage reconnu : {encodings.title(str(choice.encoding))}")
        if choice.separator != ";":
            notes.append(f"Séparateur reconnu : {DELIMITERS[str(choice.separator)]}")
    elif opened.kind == "gpkg":
        notes += opened.grave
        opened = _with_degrees(path, opened)
    elif len(opened.parts) > 1:
        notes.append(f"Feuille lue : {choice.part}")
    if opened.above:
        plural = "s" if opened.above > 1 else ""
        notes.append(f"{opened.above} ligne{plural} de titre avant l'en-tête, non lue{plural}")
    ignored = [text.strip() for text in opened.headings if text.strip() and not expected.recognise(text)]
    if ignored:
        notes.append("Colonnes inconnues, non lues : " + ", ".join(ignored))
    return path, replace(opened, notes=tuple(notes))


def _open_table(path: Path, raw: bytes, kind: Format, choice: Choice, schema: Schema) -> Opened:
    """Open a table written as text, or a sheet of a workbook."""
    parts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    ragged = kind == "xlsx"
    if ragged:
        sheets = open_workbook(path, raw)
        heads = {
            title: [cells for _, cells in texts(lines[:HEADER_LINES])] for title, lines in sheets.items()
        }
        part, parts = schema.sheet(path, heads, choice.part)
        lines = texts(sheets[part])
        notes = _hidden(hidden_lines(raw, part, sheets[part]))
        choice = replace(choice, encoding=None, separator=None, part=part or None)
    else:
        text, encoding = encodings.decoded(path, raw, encoding=choice.encoding)
        separator = choice.separator or separator_of(text, schema.score, lines=schema.lines)
        lines = split(path, text, separator)
        choice = replace(choice, encoding=encoding, separator=separator, part=None)
    start = schema.header(path, lines, choice.header_line)
    body = lines if start is None else lines[start + 1 :]
    if not body:
        raise SourceFormatError(path, schema.bare, schema.fill)
    check_rows(path, len(body))
    header = schema.widened(path, [] if start is None else lines[start][1], body, ragged=ragged)
    cells, miscut = table_under(body, len(header), schema.places(path, header), ragged=ragged)
    return Opened(
        path.name,
        kind,
        replace(choice, header_line=NO_HEADER if start is None else lines[start][0]),
        tuple(header),
        cells,
        shapes=pd.Series(np.full(len(cells), None, dtype=object), index=cells.index),
        faults=pd.Series("", index=cells.index),
        notes=notes,
        parts=parts,
        miscut=miscut,
        above=start or 0,
    )


def _hidden(lines: int) -> tuple[str, ...]:
    """Say that lines are read which the spreadsheet does not show."""
    if not lines:
        return ()
    said = pluriel(
        lines, "ligne masquée (filtre ou masquage) est lue", "lignes masquées (filtre ou masquage) sont lues"
    )
    return (f"{said} comme les autres.",)


def _with_degrees(path: Path, opened: Opened) -> Opened:
    """Put the points of a layer where tables have their coordinates, in columns `lon` and `lat`."""
    if opened.stated is None:
        unknown = any("inconnu ou local" in doubt for doubt in opened.doubts)
        raise SourceCrsError(
            path,
            "la couche déclare un système de coordonnées inconnu ou local"
            if unknown
            else "la couche ne déclare aucun système de coordonnées",
            "lui donner le sien dans le logiciel SIG (EPSG:2154 ou EPSG:4326) et l'exporter de nouveau",
        )
    shapes = gpd.GeoSeries(opened.shapes, crs=opened.stated)
    points = shapes.map(_single)
    try:
        degrees = to_wgs84(to_lambert93(gpd.GeoSeries(points[points.notna()], crs=opened.stated)))
    except CrsError as error:
        raise SourceCrsError(
            path,
            f"coordonnées incompatibles avec le système déclaré ({error})",
            "corriger le système de la couche",
        ) from error
    lon, lat = (
        axis.map("{:.9f}".format).reindex(shapes.index).fillna("").astype("str")
        for axis in (degrees.x, degrees.y)
    )
    cells = opened.cells.assign(lon=lon, lat=lat)
    unplaced = shapes.notna() & ~shapes.is_empty & (lon == "")
    return replace(opened, cells=cells, miscut=dict.fromkeys(cells.index[unplaced], NOT_A_POINT))


def _single(geometry: Any) -> shapely.Point | None:
    """Give the point, of a multipoint that has one too; nothing for what has no single place."""
    parts = shapely.get_parts(geometry)
    if len(parts) == 1 and isinstance(parts[0], shapely.Point):
        return shapely.force_2d(parts[0])
    return None
