"""Read files of text as they are, and say in French what is wrong with the file as a whole."""

import csv
import io
import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow

from errors import SourceCrsError, SourceFormatError, SourceMissingError
from words.constants import FRANCE

_DOWNLOAD_AGAIN = "télécharger le fichier de nouveau"
#: A fault that this share of the coordinates has is a fault of the file.
_MOST_POSITIONS = 0.5
_HALF_TURN, _QUARTER_TURN = 180, 90
_START_BYTES = 200
_END_BYTES = 2000
#: Integers beyond it are no numbers of any source, and frames cannot hold them.
_TOO_LARGE = 2**63
#: Half of a character, written as JSON lets it: no text can hold it.
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_DEGREES_SYSTEMS = ("CRS84", "EPSG::4326", "EPSG:4326")


@dataclass(frozen=True)
class Layout:
    """The columns that one kind of file has, and the names that the project gives them."""

    name: str
    columns: Mapping[str, str]
    delimiter: str = ","
    optional: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, str]:
        """Every column of the file that is read to its name in the project."""
        return {**self.columns, **self.optional}


def extract_layout(columns: Sequence[str], *, optional: Sequence[str] = ()) -> Layout:
    """Describe the project's own extract, whose columns keep their names."""
    return Layout(
        "extrait de l'atlas",
        {column: column for column in columns},
        optional={column: column for column in optional},
    )


def read_text(path: Path, *, encoding: str = "utf-8-sig") -> str:
    """Read a whole file of text."""
    check_text_ends(path)
    try:
        return path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        raise decoding_error(path, error, encoding=encoding) from error


def start_of(path: Path) -> bytes:
    """Give the first bytes of a file, by which formats are told apart."""
    if not path.is_file():
        return b""
    with path.open("rb") as stream:
        return stream.read(_START_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()


def is_json(path: Path) -> bool:
    """Tell a file that starts as JSON does from any other."""
    return start_of(path).startswith((b"{", b"["))


def check_text_ends(path: Path) -> None:
    """Look at the two ends of a file of text: what is no data, and what stopped halfway, shows there."""
    if not path.is_file():
        raise SourceMissingError(path, "fichier introuvable", "vérifier le chemin ou reconstruire l'extrait")
    with path.open("rb") as stream:
        head = stream.read(_END_BYTES)
        stream.seek(max(0, path.stat().st_size - _END_BYTES))
        tail = stream.read()
    if not head.strip() and not tail.strip():
        raise SourceFormatError(path, "fichier vide", _DOWNLOAD_AGAIN)
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"SQLite format 3", b"%PDF")):
        raise SourceFormatError(
            path,
            "fichier binaire (archive, base ou PDF) là où un fichier texte est attendu",
            "extraire le fichier de données de l'archive",
        )
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise SourceFormatError(path, "page web ou message d'erreur à la place des données", _DOWNLOAD_AGAIN)
    if b"Streaming interrupted due to the following error" in tail:
        raise SourceFormatError(path, "export interrompu par le serveur avant la fin", _DOWNLOAD_AGAIN)


def decoding_error(path: Path, error: UnicodeDecodeError, *, encoding: str) -> SourceFormatError:
    """Say that a file is not in its encoding."""
    return SourceFormatError(
        path,
        f"encodage inattendu à l'octet {error.start} (attendu : {encoding.removesuffix('-sig').upper()})",
        "enregistrer le fichier en UTF-8",
    )


def read_csv(path: Path, *, columns: Collection[str], delimiter: str = ",") -> pd.DataFrame:
    """Read a CSV file as text, blanks as ""."""
    return table_of(
        path, read_text(path), Layout("fichier", {column: column for column in columns}, delimiter)
    )


def table_of(path: Path, text: str, layout: Layout) -> pd.DataFrame:
    """Read the text of a CSV file, blanks as ""."""
    return _parsed(path, text, [layout])[0]


def read_table(path: Path, layouts: Sequence[Layout]) -> tuple[pd.DataFrame, Layout]:
    """Read a CSV file that has one of several layouts."""
    frame, layout = _parsed(path, read_text(path), layouts)
    for name in layout.optional:
        if name not in frame:
            frame[name] = ""
    return frame[list(layout.known)].rename(columns=layout.known), layout


def count_rows(path: Path) -> int:
    """Count the features of a GeoJSON file, the records of a JSON list, or the rows of a CSV file under its header."""
    if is_json(path):
        return len(_features(path, read_json(path)))
    text = read_text(path)
    delimiter = max((",", ";"), key=text.split("\n", 1)[0].count)
    try:
        return sum(1 for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if cells) - 1
    except csv.Error as error:
        raise SourceFormatError(path, f"fichier illisible ou tronqué ({error})", _DOWNLOAD_AGAIN) from error


def read_json(path: Path) -> Any:
    """Read a JSON document."""
    return json_of(path, read_text(path))


def json_of(path: Path, text: str) -> Any:
    """Parse the text of a JSON document."""
    try:
        document = json.loads(text)
        if _HALF_CHARACTER.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) - 1
        fault = "fichier tronqué" if cut else "ce n'est pas du JSON"
        raise SourceFormatError(
            path, f"{fault} (ligne {error.lineno}, colonne {error.colno})", _DOWNLOAD_AGAIN
        ) from error
    except (RecursionError, ValueError) as error:
        raise SourceFormatError(
            path, "JSON illisible : imbrication, nombre ou caractère démesuré", _DOWNLOAD_AGAIN
        ) from error
    return document


def read_features(
    path: Path, layouts: Sequence[Layout], *, text: str | None = None
) -> tuple[list[dict[str, Any]], Layout]:
    """Read the features of a GeoJSON file, or the records of a JSON list, that has one of several layouts."""
    document = json_of(path, read_text(path) if text is None else text)
    features = _features(path, document)
    _check_stated_crs(path, document)
    stated = [feature.get("properties") or {} for feature in features]
    if not all(isinstance(properties, dict) for properties in stated):
        raise SourceFormatError(path, "les propriétés d'un objet n'en sont pas", _DOWNLOAD_AGAIN)
    layout = check_layout(path, sorted({name for properties in stated for name in properties}), layouts)
    return [
        {ours: _plain(properties.get(theirs)) for theirs, ours in layout.known.items()}
        | {"geometry": feature.get("geometry")}
        for feature, properties in zip(features, stated, strict=True)
    ], layout


def _features(path: Path, document: Any) -> list[dict[str, Any]]:
    if isinstance(document, list):  # what the Explore services export: records, which are properties alone
        document = {"type": "FeatureCollection", "features": [{"properties": record} for record in document]}
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise SourceFormatError(path, "ce n'est pas une FeatureCollection GeoJSON", _DOWNLOAD_AGAIN)
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise SourceFormatError(path, "aucun objet dans le fichier", _DOWNLOAD_AGAIN)
    if not all(isinstance(feature, dict) for feature in features):
        raise SourceFormatError(path, "un objet du fichier n'est pas une entité GeoJSON", _DOWNLOAD_AGAIN)
    return features


def _plain(value: Any) -> str | float | bool | None:
    """Give a property as a text or a number: lists read as their items, what else nests as its JSON."""
    if value is None or isinstance(value, str | float | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < _TOO_LARGE else str(value)
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return " ; ".join(str(item) for item in value if item is not None)
    return json.dumps(value, ensure_ascii=False)


def check_degrees(path: Path, lon: pd.Series, lat: pd.Series) -> None:
    """Refuse a file whose coordinates as a whole are metres, swapped, or far from metropolitan France."""
    known = lon.notna() & lat.notna()
    if not known.any():
        raise SourceFormatError(path, "aucune coordonnée lisible", "vérifier les colonnes de coordonnées")
    x, y = lon[known], lat[known]
    if (x.abs().gt(_HALF_TURN) | y.abs().gt(_QUARTER_TURN)).mean() > _MOST_POSITIONS:
        raise SourceCrsError(
            path,
            "coordonnées en mètres, des degrés (WGS84) sont attendus",
            "convertir le fichier en EPSG:4326",
        )
    if is_swapped(x, y).mean() > _MOST_POSITIONS:
        raise SourceCrsError(
            path, "longitudes et latitudes inversées", "échanger les deux colonnes de coordonnées"
        )
    if (~in_france(x, y)).mean() > _MOST_POSITIONS:
        raise SourceCrsError(
            path,
            "coordonnées hors de la France métropolitaine",
            "vérifier le territoire et le système de coordonnées",
        )


def in_france(lon: pd.Series, lat: pd.Series) -> pd.Series:
    """Tell which coordinates lie in the box of metropolitan France (degrees)."""
    west, south, east, north = FRANCE
    return lon.between(west, east) & lat.between(south, north)


def is_swapped(lon: pd.Series, lat: pd.Series) -> pd.Series:
    """Tell which coordinates lie in metropolitan France once their axes are exchanged (degrees)."""
    return ~in_france(lon, lat) & in_france(lat, lon)


def plain_table(text: str, delimiter: str) -> pd.DataFrame | None:
    """Read a CSV file that quotes nothing, where each line is a row and each row is whole.

    What is not so simple is for the reader by rows, which knows how to say what is wrong with which line.
    """
    if '"' in text or "\x00" in text or text.count("\r") != text.count("\r\n"):
        return None
    head, _, body = text.partition("\n")
    names = [name.strip() for name in head.split(delimiter)]
    rows = body.count("\n") + (not body.endswith("\n"))
    if not body or len(set(names)) < len(names):
        return None
    try:
        table = arrow.read_csv(
            pa.BufferReader(body.encode()),
            read_options=arrow.ReadOptions(use_threads=False, column_names=names),
            parse_options=arrow.ParseOptions(delimiter=delimiter, quote_char=False),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None
    if len(table) != rows:
        return None
    frame: pd.DataFrame = table.to_pandas(
        types_mapper={pa.string(): pd.StringDtype(na_value=float("nan"))}.get
    )
    frame.index = pd.RangeIndex(2, rows + 2, name="ligne")
    stripped: pd.DataFrame = frame.apply(lambda column: column.str.strip())
    return stripped


def _parsed(path: Path, text: str, layouts: Sequence[Layout]) -> tuple[pd.DataFrame, Layout]:
    delimiter = max((layout.delimiter for layout in layouts), key=text.split("\n", 1)[0].count)
    plain = plain_table(text, delimiter)
    if plain is not None:
        return plain, check_layout(path, list(plain.columns), layouts)
    (_, titles), *lines = [*cells_of(path, io.StringIO(text, newline=""), delimiter)] or [(0, [])]
    header = [name.strip() for name in titles]
    layout = check_layout(path, header, layouts)
    check_unique(path, header)
    if not lines:
        raise SourceFormatError(path, "aucune ligne de données", _DOWNLOAD_AGAIN)
    for number, cells in lines:
        if len(cells) != len(header):
            raise badly_cut(path, (number, len(cells)), len(header), final=number == lines[-1][0])
    index = pd.Index([number for number, _ in lines], name="ligne")
    columns = zip(*(cells for _, cells in lines), strict=True)
    data = {name: [cell.strip() for cell in column] for name, column in zip(header, columns, strict=True)}
    return pd.DataFrame(data, index=index, dtype="str"), layout


def cells_of(
    path: Path, lines: Iterable[str], delimiter: str, *, before: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each row and the line where it starts."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    start = before + 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = before + reader.line_num + 1
    except csv.Error as error:
        raise SourceFormatError(
            path, f"ligne {before + reader.line_num} illisible ou fichier tronqué ({error})", _DOWNLOAD_AGAIN
        ) from error


def check_unique(path: Path, header: Sequence[str]) -> None:
    """Refuse a header that names a column twice."""
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise SourceFormatError(
            path, f"colonne en double : {', '.join(twice)}", "renommer ou retirer la colonne"
        )


def badly_cut(path: Path, line: tuple[int, int], width: int, *, final: bool) -> SourceFormatError:
    """Say that a row, given by its line and its number of cells, is not as wide as the header."""
    number, count = line
    fault = "fichier tronqué" if final and count < width else "ligne mal découpée"
    return SourceFormatError(
        path,
        f"{fault} : la ligne {number} a {count} champs au lieu de {width}",
        _DOWNLOAD_AGAIN if final else "vérifier le séparateur et les guillemets de cette ligne",
    )


def check_layout(path: Path, header: Sequence[str], layouts: Sequence[Layout]) -> Layout:
    """Choose the layout that a header has."""
    present = set(header)
    nearest = min(layouts, key=lambda layout: len(set(layout.columns) - present))
    absent = sorted(set(nearest.columns) - present)
    if not absent:
        return nearest
    names = [f"« {name} »" for name in absent]
    raise absent_columns(path, names, f"fournir un fichier au format « {nearest.name} »")


def absent_columns(path: Path, names: Sequence[str], mend: str) -> SourceFormatError:
    """Say which columns a file has not."""
    plural = "s" if len(names) > 1 else ""
    return SourceFormatError(path, f"colonne{plural} absente{plural} : {', '.join(names)}", mend)


def _check_stated_crs(path: Path, document: Mapping[str, Any]) -> None:
    if "crs" not in document:
        return
    crs = document["crs"]
    if crs is None:
        raise SourceCrsError(
            path, "le fichier déclare n'avoir aucun système de coordonnées", "l'exporter en EPSG:4326"
        )
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else str(crs)
    if not name.endswith(_DEGREES_SYSTEMS):
        raise SourceCrsError(
            path, f"système de coordonnées « {name} » au lieu de WGS84", "l'exporter en EPSG:4326"
        )


def text_of(value: Any) -> str:
    """Give a property or a cell as text, "" when it is blank or absent; dates in ISO, whole numbers without decimals."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value) if isinstance(value, dict) else str(value)
