"""The files of `exports.tables` read back into the rows that were written, whatever their format did to them.

Every function gives the cells as `facts.fields.stated` does: numbers, dates and texts, or in words the reason why
there is none. Numbers have the precision that the files keep. A text that stands among figures and reads as a
number comes back as one.
"""

import csv
import datetime as dt
import io
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import pyogrio.errors
import shapely
from python_calamine import CalamineError, CalamineWorkbook

from errors import SourceFormatError
from exports import _rows
from exports.xlsx import DATA_SHEET
from facts.fields import Field
from geo.crs import LAMBERT93, WGS84
from loaders.formats.cells import restored
from words.formats import Kind

MEND: Final = "reprenez le fichier tel que l'atlas l'a écrit"
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_FRENCH_DAY: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_HELD: Final = re.compile(r'<script [^>]*data-fichier="couche:([a-z0-9]+)">(.*?)</script>', re.DOTALL)


def from_csv(
    data: bytes, fields: Sequence[Field], *, index: str = "id", plain: bool = False, name: str = "export.csv"
) -> pd.DataFrame:
    """Read back what `to_csv` wrote.

    Returns
    -------
    DataFrame
        Columns of objects, one per field, indexed by the id as text.

    Raises
    ------
    SourceFormatError
        If the file is not UTF-8, has no heading, lacks a column, or a row has more or fewer cells than it.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceFormatError(name, "le fichier n'est pas en UTF-8", MEND) from error
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter="," if plain else ";"))
    if not lines:
        raise SourceFormatError(name, "le fichier est vide", MEND)
    heads = [restored(head) for head in lines[0]]
    for at, line in enumerate(lines[1:], start=2):
        if len(line) != len(heads):
            raise SourceFormatError(name, f"ligne {at} : {len(line)} cellules au lieu de {len(heads)}", MEND)
    return _frame(
        heads,
        lines[1:],
        fields,
        index=index,
        title=(lambda field: field.column) if plain else _rows.heading,
        read=_from_plain if plain else _from_french,
        name=name,
    )


def from_xlsx(
    data: bytes, fields: Sequence[Field], *, index: str = "id", name: str = "export.xlsx"
) -> pd.DataFrame:
    """Read back what `to_xlsx` wrote.

    Raises
    ------
    SourceFormatError
        If the file is no workbook, or lacks the sheet of rows or a column.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            if DATA_SHEET not in book.sheet_names:
                raise SourceFormatError(name, f"la feuille « {DATA_SHEET} » manque", MEND)
            lines = book.get_sheet_by_name(DATA_SHEET).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise SourceFormatError(name, "ce n'est pas un classeur Excel", MEND) from error
    if not lines:
        raise SourceFormatError(name, f"la feuille « {DATA_SHEET} » est vide", MEND)
    heads = [restored(head) if isinstance(head, str) else "" for head in lines[0]]
    return _frame(heads, lines[1:], fields, index=index, title=_rows.heading, read=_from_workbook, name=name)


def from_geojson(
    data: bytes, fields: Sequence[Field], *, index: str = "id", name: str = "export.geojson"
) -> gpd.GeoDataFrame:
    """Read back what `to_geojson` wrote.

    Raises
    ------
    SourceFormatError
        If the file is no collection of features, or lacks a column.
    """
    try:
        features = json.loads(data)["features"]
        properties = [feature["properties"] for feature in features]
        shapes = [feature["geometry"] and shapely.geometry.shape(feature["geometry"]) for feature in features]
    except (
        UnicodeDecodeError,
        json.JSONDecodeError,
        KeyError,
        TypeError,
        shapely.errors.ShapelyError,
    ) as error:
        raise SourceFormatError(name, "ce n'est pas une collection GeoJSON", MEND) from error
    places = gpd.GeoSeries(shapes, crs=WGS84).to_crs(LAMBERT93)
    return _placed(properties, fields, places, index=index, name=name)


def from_gpkg(
    data: bytes, fields: Sequence[Field], *, index: str = "id", name: str = "export.gpkg"
) -> gpd.GeoDataFrame:
    """Read back what `to_gpkg` wrote.

    Raises
    ------
    SourceFormatError
        If the file is no GeoPackage, has no layer of shapes, or lacks a column.
    """
    with tempfile.TemporaryDirectory() as folder:
        # In memory, GDAL misses the file's extension and says so.
        path = Path(folder) / "lu.gpkg"
        path.write_bytes(data)
        try:
            layers = [layer for layer, kind in pyogrio.list_layers(path) if kind is not None]
            if not layers:
                raise SourceFormatError(name, "le fichier n'a aucune couche", MEND)
            read = pyogrio.read_dataframe(path, layer=layers[0])
        except pyogrio.errors.DataSourceError as error:
            raise SourceFormatError(name, "ce n'est pas un GeoPackage", MEND) from error
    properties = [
        {key: None if pd.isna(value) else value for key, value in row.items()}
        for row in read.drop(columns=read.geometry.name).to_dict("records")
    ]
    return _placed(properties, fields, read.geometry.to_crs(LAMBERT93), index=index, name=name)


def from_html_map(data: bytes, *, name: str = "carte.html") -> dict[str, list[str]]:
    """Read back which objects a standalone map holds.

    Returns
    -------
    dict of str to list of str
        Layer id to the ids of its objects, in order.

    Raises
    ------
    SourceFormatError
        If the file holds no layer.
    """
    return {
        layer_id: [feature["id"] for feature in features]
        for layer_id, features in _features(data, name).items()
    }


def rows_of_html_map(
    data: bytes, layer_id: str, fields: Sequence[Field], *, index: str = "id", name: str = "carte.html"
) -> pd.DataFrame:
    """Read back what a standalone map says of the objects of a layer.

    Raises
    ------
    SourceFormatError
        If the file does not hold the layer, or the layer lacks a column.
    """
    held = _features(data, name)
    if layer_id not in held:
        raise SourceFormatError(name, f"le fichier ne contient pas la couche « {layer_id} »", MEND)
    properties = [{index: feature["id"], **feature["properties"]} for feature in held[layer_id]]
    return _typed(properties, fields, index=index, name=name)


def _features(data: bytes, name: str) -> dict[str, list[dict[str, Any]]]:
    """Give the objects of each layer of a standalone map."""
    found = _HELD.findall(data.decode("utf-8", "replace"))
    if not found:
        raise SourceFormatError(name, "le fichier ne contient aucune couche", MEND)
    return {layer_id: json.loads(text)["features"] for layer_id, text in found}


def _complete(fields: Sequence[Field], index: str) -> list[Field]:
    if any(field.column == index for field in fields):
        return list(fields)
    return [_rows.id_field(index, fields), *fields]


def _frame(
    heads: Sequence[str],
    lines: Sequence[Sequence[Any]],
    fields: Sequence[Field],
    *,
    index: str,
    title: Callable[[Field], str],
    read: Callable[[Any, Kind], Any],
    name: str,
) -> pd.DataFrame:
    whole = _complete(fields, index)
    places = {head: at for at, head in enumerate(heads)}
    _refuse_lost([title(field) for field in whole], places, name)
    columns = {
        field.column: [read(line[places[title(field)]], field.kind) for line in lines] for field in whole
    }
    return _indexed(columns, fields, index=index)


def _placed(
    properties: Sequence[dict[str, Any]],
    fields: Sequence[Field],
    places: gpd.GeoSeries,
    *,
    index: str,
    name: str,
) -> gpd.GeoDataFrame:
    frame = _typed(properties, fields, index=index, name=name)
    return gpd.GeoDataFrame(frame, geometry=places.to_numpy(), crs=LAMBERT93)


def _typed(
    properties: Sequence[dict[str, Any]], fields: Sequence[Field], *, index: str, name: str
) -> pd.DataFrame:
    """Give the rows of a format that knows numbers from texts."""
    whole = _complete(fields, index)
    if properties:
        _refuse_lost([field.column for field in whole], properties[0], name)
    columns = {
        field.column: [
            _from_typed(row[field.column], row.get(field.column + _rows.STATUS), field.kind)
            for row in properties
        ]
        for field in whole
    }
    return _indexed(columns, fields, index=index)


def _indexed(columns: dict[str, list[Any]], fields: Sequence[Field], *, index: str) -> pd.DataFrame:
    ids = pd.Index([str(value) for value in columns[index]], name=index, dtype=object)
    kept = [field.column for field in fields]
    return pd.DataFrame({name: pd.Series(columns[name], index=ids, dtype=object) for name in kept}, index=ids)


def _refuse_lost(wanted: Sequence[str], known: Any, name: str) -> None:
    lost = [column for column in wanted if column not in known]
    if lost:
        raise SourceFormatError(name, f"colonnes absentes : {', '.join(lost)}", MEND)


def _from_plain(cell: str, kind: Kind) -> Any:
    if kind == "date" and _ISO_DAY.fullmatch(cell):
        return dt.date.fromisoformat(cell)
    if kind not in {"texte", "date"} and _NUMBER.fullmatch(cell):
        return _number(float(cell), kind)
    return restored(cell)


def _from_french(cell: str, kind: Kind) -> Any:
    number = cell.replace(",", ".")
    if kind == "part" and _NUMBER.fullmatch(number):
        return _number(float(number) / 100, kind)
    if kind == "date":
        return _french_day(cell)
    return _from_plain(number if _NUMBER.fullmatch(number) and kind != "texte" else cell, kind)


def _from_workbook(cell: Any, kind: Kind) -> Any:
    if isinstance(cell, dt.date):
        return cell.date() if isinstance(cell, dt.datetime) else cell
    if isinstance(cell, str):
        return _french_day(cell) if kind == "date" else restored(cell)
    return _number(cell * 100 if kind == "pourcentage" else cell, kind)


def _from_typed(cell: Any, status: Any, kind: Kind) -> Any:
    if cell is None:
        return status
    if isinstance(cell, str):
        return dt.date.fromisoformat(cell) if kind == "date" and _ISO_DAY.fullmatch(cell) else cell
    if isinstance(cell, dt.datetime):
        return cell.date()
    return _number(cell, kind)


def _number(value: float, kind: Kind) -> Any:
    if kind == "entier":
        return round(value)
    return _rows.rounded(float(value), kind)


def _french_day(text: str) -> Any:
    found = _FRENCH_DAY.fullmatch(text)
    return dt.date(int(found[3]), int(found[2]), int(found[1])) if found else restored(text)
