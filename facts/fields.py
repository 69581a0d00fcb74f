"""What a column is called, measured in and drawn from, and why a cell has no figure."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from errors import ArgumentError
from loaders.catalogue import Source
from words.formats import KINDS, NON_DIFFUSE, UNITS, Kind, is_missing

# Loaders keep the days of some files as text.
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Field:
    """A column as users meet it.

    Attributes
    ----------
    column
        Name of the column in the frame.
    title
        Its French title, without the unit, which `kind` gives.
    kind
        How the values read: "part" is a share from 0 to 1, "pourcentage" a number already in percent.
    source_id
        The source whose scope says why a figure is missing, or None if no source limits it.
    help
        One French sentence on what the figure means, "" if the title says it.
    """

    column: str
    title: str
    kind: Kind = "texte"
    source_id: str | None = None
    help: str = ""

    def __post_init__(self) -> None:
        """Refuse a kind that no format knows."""
        if self.kind not in KINDS:
            raise ArgumentError(f"Sorte de champ inconnue : {self.kind}")


def texts(titles: Mapping[str, str]) -> tuple[Field, ...]:
    """Make columns of texts that no source limits, from the title of each."""
    return tuple(Field(column, title, "texte") for column, title in titles.items())


def heading(field: Field) -> str:
    """Write a column's title and its unit."""
    unit = UNITS.get(field.kind)
    return f"{field.title} ({unit})" if unit else field.title


def pick(fields: Iterable[Field], columns: Iterable[str]) -> tuple[Field, ...]:
    """Choose columns by their names, in the order of these."""
    known = {field.column: field for field in fields}
    return tuple(known[column] for column in columns)


def present(fields: Sequence[Field], sources: Mapping[str, Source]) -> tuple[Field, ...]:
    """Leave out the columns of the sources that the territory does not have: they would be empty from end to end.

    Returns
    -------
    tuple of Field
        Those to show, in order.
    """
    named = {field.source_id for field in fields if field.source_id}
    absent = {source_id for source_id in named if _given(sources, source_id) and sources[source_id].absente}
    return tuple(field for field in fields if field.source_id not in absent)


def stated(frame: pd.DataFrame, fields: Sequence[Field], sources: Mapping[str, Source]) -> pd.DataFrame:
    """Give every cell a value, or in words the reason why it has none.

    Parameters
    ----------
    frame
        Rows to state. Their communes are read from the column `communes` (lists of INSEE codes), else from
        the column or the index `code_insee`; rows without either are within every source's scope.
    fields
        Columns to keep, in order; one of them may be the index, by its name.

    Returns
    -------
    pd.DataFrame
        Columns of objects, one per field, on the frame's index: int, float, date or text, HORS_PERIMETRE where
        the value is missing and the field's source covers none of the row's communes, NON_TELECHARGEE if that source
        waits for its first download, else NON_DIFFUSE.

    Raises
    ------
    ArgumentError
        If a column is missing from the frame, or a field's source from `sources`: without its scope, nothing
        tells a missing figure from one that does not apply.
    """
    known = {frame.index.name, *frame.columns}
    lost = [field.column for field in fields if field.column not in known]
    if lost:
        raise ArgumentError(f"Colonnes absentes : {', '.join(lost)}")
    needed = {field.source_id for field in fields if field.source_id}
    unknown = sorted(source_id for source_id in needed if not _given(sources, source_id))
    if unknown:
        raise ArgumentError(f"Sources non fournies : {', '.join(unknown)}")
    communes = row_communes(frame)
    silences = {
        source_id: [
            NON_DIFFUSE if codes is None or sources[source_id].covers(codes) else sources[source_id].silence
            for codes in communes
        ]
        for source_id in needed
    }
    columns: dict[str, pd.Series] = {}
    for field in fields:
        said = silences.get(field.source_id or "", [NON_DIFFUSE] * len(frame))
        cells = [
            _cell(value, field.kind, silence)
            for value, silence in zip(values_of(frame, field.column), said, strict=True)
        ]
        columns[field.column] = pd.Series(cells, index=frame.index, dtype=object)
    return pd.DataFrame(columns, index=frame.index, columns=[field.column for field in fields])


def values_of(frame: pd.DataFrame, column: str) -> list[Any]:
    """Read a column, or the index if it bears that name.

    Parameters
    ----------
    column
        Name of the column or of the index.
    """
    return (frame[column] if column in frame.columns else frame.index).tolist()


def row_communes(frame: pd.DataFrame) -> list[list[str] | None]:
    """Read the INSEE codes of each row's communes.

    Parameters
    ----------
    frame
        Rows with a column `communes` (lists), or a column or an index `code_insee`.

    Returns
    -------
    list[list[str] | None]
        One list per row, None for a row that names no commune.
    """
    if "communes" in frame.columns:
        values: Iterable[Any] = frame["communes"].tolist()
    elif "code_insee" in frame.columns:
        values = frame["code_insee"].tolist()
    elif frame.index.name == "code_insee":
        values = frame.index.tolist()
    else:
        return [None] * len(frame)
    return [_codes(value) for value in values]


def _given(sources: Mapping[str, Source], source_id: str) -> bool:
    """Tell whether a source can be asked; a catalogue knows those that its territory lacks, without holding them."""
    try:
        sources[source_id]
    except KeyError:
        return False
    return True


def _codes(value: object) -> list[str] | None:
    if is_missing(value):
        return None
    if isinstance(value, str):
        return [value]
    return [str(code) for code in value] if isinstance(value, Iterable) else [str(value)]


def _cell(value: Any, kind: Kind, silence: str) -> Any:  # noqa: PLR0911
    if is_missing(value):
        return silence
    if isinstance(value, (bool, np.bool_)):
        return "oui" if value else "non"
    if isinstance(value, str):
        return _day(value) if kind == "date" else value
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        return " ; ".join(str(item) for item in value)
    if isinstance(value, (dt.datetime, pd.Timestamp)):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if kind == "texte":
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return round(value) if kind == "entier" else float(value)


def _day(text: str) -> dt.date | str:
    try:
        return dt.date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else text
    except ValueError:
        return text
