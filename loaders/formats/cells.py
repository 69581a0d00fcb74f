"""Read cells of text as numbers, dates, floors and values of a list, as French users write them; keep formulas harmless."""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from words.folding import fold
from words.formats import MONTHS, REASONS

#: Signs by which a spreadsheet takes a text for a formula.
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
MARK: Final = "'"
NOT_A_NUMBER: Final = "texte au lieu d'un nombre"
SHEET_ERROR: Final = "erreur de tableur"
#: What spreadsheets show in a cell that they could not work out, in French and in English.
SHEET_ERRORS: Final = (
    "#REF!", "#N/A", "#VALUE!", "#VALEUR!", "#DIV/0!", "#NAME?", "#NOM?", "#NULL!", "#NUL!", "#NUM!", "#NOMBRE!",
)  # fmt: skip
_SHORT_MONTHS: Final = {"janv": 1, "fevr": 2, "fev": 2, "juil": 7, "sept": 9, "oct": 10, "nov": 11, "dec": 12}
_MONTHS: Final = {fold(name)[0]: rank for rank, name in MONTHS.items()} | _SHORT_MONTHS
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?")
_FRENCH: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: 0?0:00(?::00)?)?")
#: Once folded: "1er mars 2026".
_WRITTEN: Final = re.compile(r"(\d+)(?:er)? ([a-z]+) (\d{4})")
_SPREADSHEET: Final = re.compile(r"\d{5}(?:\.0+)?")
_SPREADSHEET_EPOCH: Final = dt.date(1899, 12, 30)
_FLOOR: Final = re.compile(r"(?:r ?)?([+-]?\d{1,2})(?: ?(?:er|e|eme|nd|nde))?(?: etages?)?")
_GROUND: Final = frozenset({
    "rdc", "rc", "rez de chaussee", "rez de chausse", "rez de jardin", "rdj", "pied d immeuble", "00",
})  # fmt: skip
_BASEMENT: Final = frozenset({"sous sol", "ss", "s sol"})
_THREE_DECIMALS: Final = 3


def neutralised(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula.

    Returns
    -------
    str
        The text, or the text after one apostrophe. A text that has apostrophes before its sign gets one more, so that
        `restored` always gives back the text.
    """
    return MARK + text if _runs(text) else text


def restored(text: str) -> str:
    """Give back a text as it was before `neutralised`.

    Returns
    -------
    str
        The text without the apostrophe that the atlas put there; other apostrophes stay.
    """
    return text[len(MARK) :] if text.startswith(MARK) and _runs(text) else text


def _runs(text: str) -> bool:
    return text.lstrip(MARK).startswith(FORMULA_SIGNS)


def restore(values: pd.Series) -> pd.Series:
    """Undo what our exports do: the apostrophe before what a spreadsheet would run, the words of a missing value."""
    values = values.mask(values.isin(REASONS), "")  # what our exports write where there is no value
    quoted = values[values.str.startswith("'")]
    if quoted.empty:
        return values
    given = values.copy()
    given[quoted.index] = quoted.map(restored)
    return given


def read_numbers(values: pd.Series, *, unit: str = "") -> pd.Series:
    """Read text as numbers: decimal comma or point, spaces between thousands, the unit after."""
    # Each distinct text once: inventories repeat their surfaces and rents.
    ranks, distinct = pd.factorize(values, use_na_sentinel=False)
    bare = pd.Series(distinct, dtype="str").str.replace(r"[\s\u00a0\u202f]", "", regex=True)
    if unit:
        bare = bare.str.replace(_unit_pattern(unit), "", regex=True)
        bare = bare.mask(bare.str.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}"), "?")
    thousands = bare.str.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+")
    bare = bare.mask(thousands, bare.str.replace(".", "", regex=False))
    plain = bare.str.replace(",", ".", regex=False)
    written = plain.str.fullmatch(r"[+-]?\d+(?:\.\d*)?")
    numbers = pd.to_numeric(plain.where(written, ""), errors="coerce").to_numpy("float64")
    return pd.Series(numbers[ranks], index=values.index, name=values.name)


def number_text(value: float) -> str:
    """Write a number that a file holds as a number."""
    if pd.isna(value):
        return ""
    if float(value).is_integer():
        return str(int(value))
    text = f"{float(value):.12f}".rstrip("0")
    return text + "0" if len(text.partition(".")[2]) == _THREE_DECIMALS else text


def cell_text(value: Any) -> str:
    """Write a value that a file holds with its type as the cell of a text file would be."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, int) else number_text(value)


def column_texts(values: pd.Series, *, hours: bool = False) -> pd.Series:
    """Write the values of a typed column as the cells of a text file would be; `hours` keeps those of days."""
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: "oui", False: "non"}).astype("str")
    if pd.api.types.is_datetime64_any_dtype(values):
        if hours and (values.dropna() != values.dropna().dt.normalize()).any():
            return values.map(pd.Timestamp.isoformat, na_action="ignore").fillna("").astype("str")
        days: pd.Series = values.dt.strftime("%Y-%m-%d").fillna("").astype("str")
        return days
    if pd.api.types.is_numeric_dtype(values):
        return values.map(number_text).astype("str")
    texts = ["" if pd.isna(value) else str(value).strip() for value in values]
    return pd.Series(texts, index=values.index, dtype="str")


def read_dates(values: pd.Series) -> pd.Series:
    """Read text as days."""
    return pd.to_datetime(each(values, _day), errors="coerce").astype("datetime64[s]")


def read_floors(values: pd.Series) -> pd.Series:
    """Read text as floors."""
    return pd.to_numeric(each(values, _floor)).astype("float64")


def read_list(values: pd.Series, words: Mapping[str, str]) -> pd.Series:
    """Read text as values of a list, whatever the case, the accents and the punctuation."""
    return each(values, lambda text: words.get(bare(text)))


def bares(values: pd.Series) -> pd.Series:
    """Reduce cells to bare words, each distinct text once."""
    return each(values, bare).astype("str")


def bare(text: str) -> str:
    """Reduce a cell to bare words; one without any letter or digit stays as it is."""
    return " ".join(fold(text)) or text.strip()


def each(values: pd.Series, read: Callable[[str], object]) -> pd.Series:
    """Read each distinct text once."""
    ranks, distinct = pd.factorize(values, use_na_sentinel=False)
    read_ = np.empty(len(distinct), dtype=object)
    read_[:] = [read(text) for text in distinct]
    return pd.Series(read_[ranks], index=values.index, dtype=object)


def _day(text: str) -> dt.date | None:
    text = text.strip()
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _FRENCH.fullmatch(text):
        day, month, year = map(int, found.groups())
    elif _SPREADSHEET.fullmatch(text):
        return _SPREADSHEET_EPOCH + dt.timedelta(days=int(float(text)))
    else:
        written = _WRITTEN.fullmatch(" ".join(fold(text)))
        if written is None or written[2] not in _MONTHS:
            return None
        day, month, year = int(written[1]), _MONTHS[written[2]], int(written[3])
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _floor(text: str) -> float | None:
    words = " ".join(fold(text))
    if words in _GROUND:
        return 0.0
    if words in _BASEMENT:
        return -1.0
    signed = " ".join(fold(text.replace("-", " moins "))).replace("moins ", "-")
    found = _FLOOR.fullmatch(signed)
    return float(found.group(1)) if found else None


def _unit_pattern(unit: str) -> str:
    first = re.escape(unit.partition("/")[0]).replace("²", "[²2]")
    return rf"(?i)(?<=\d){first}(?:/.*)?$"
