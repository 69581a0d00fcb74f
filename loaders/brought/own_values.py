"""The columns of a user's table: numbers with French decimals, days, or texts; and names that files accept."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, Literal

import numpy as np
import pandas as pd

from loaders.formats.cells import (
    FORMULA_SIGNS,
    NOT_A_NUMBER,
    SHEET_ERROR,
    SHEET_ERRORS,
    each,
    read_dates,
    read_numbers,
)
from loaders.quality import KEPT, MENDED
from words.folding import fold

Sort = Literal["entier", "decimal", "date", "texte"]
NOT_A_DAY: Final = "texte au lieu d'une date"
#: What users write where there is no value, once bare.
_NOTHING: Final = frozenset(
    {"", "nd", "n d", "nc", "n c", "na", "n a", "null", "none", "nan", "so", "s o", "-", "?", "/"}
)
_SHORT: Final = 5
#: A column of figures whose name holds one of these words is a code.
_CODES: Final = frozenset({
    "code", "codes", "id", "identifiant", "insee", "siret", "siren", "tel", "telephone", "mobile", "fax", "cp", "postal",
    "depcom", "codgeo", "dep", "reg", "com", "dcom", "iris", "dciris", "irisr", "epci", "ape", "naf", "departement", "region",
    "canton", "nofinesset", "nofinessej", "codepostal", "codeinsee", "codecommune", "inseecom", "codeiris", "codedep",
    "uai", "rna", "finess", "uic", "num", "numero", "no", "cle", "ref", "reference", "fid", "ogc", "gid", "rivoli", "parcelle",
})  # fmt: skip
_CODE_STARTS: Final = ("code", "codg", "insee", "dept")
#: Figures with a zero before them, or as many as in a SIREN, are no quantity.
_CODE: Final = re.compile(r"[+-]?0\d+|\d{9,}")
#: What spreadsheets make of a long code, of which they drop the last figures: "1,30025E+13".
_ROUNDED: Final = re.compile(r"[+-]?\d(?:[.,]\d{1,20})?[eE]\+\d{1,3}")
ROUNDED: Final = "code arrondi par un tableur"
_HOUR: Final = re.compile(r".*\d:\d.*")
_MIDNIGHT: Final = re.compile(r".*[ T]0?0:00(?::00(?:\.0+)?)?Z?$")
#: A column is of numbers, or of days, when most of its filled cells are.
_NEARLY_ALL: Final = 0.9
#: Columns that files add of their own, and names that formats keep for themselves.
_TAKEN: Final = frozenset({
    "producteur", "millesime", "licence", "attribution", "filtres", "date_export", "geometry", "geom", "fid", "id", "ogc_fid",
    "communes", "commune", "id_objet", "genre", "etiquette", "code_insee", "ligne", "faute", "a_faire", "rang",
})  # fmt: skip
_TITLES: Final = frozenset({
    *_TAKEN, "identifiant", "numéro de la ligne", "millésime", "numéro", "ligne du fichier", "ce qui ne va pas", "à faire",
})  # fmt: skip
_LONGEST: Final = 48


@dataclass(frozen=True)
class Column:
    """One column of a user's layer."""

    name: str
    title: str
    sort: Sort


def numbers(values: pd.Series, *, decimal: str | None = None) -> pd.Series:
    """Read text as numbers."""
    if decimal is not None:
        other = "." if decimal == "," else ","
        grouped = values.str.fullmatch(rf"\s*[+-]?\d{{1,3}}(?:[{other}]\d{{3}})+(?:[{decimal}]\d*)?\s*")
        values = values.mask(grouped, values.str.replace(other, "", regex=False))
    return read_numbers(values)


def typed(
    cells: pd.DataFrame,
    *,
    decimal: str | None,
    as_text: Collection[str],
    as_number: Collection[str] = (),
    no_figures: Collection[str] = (),
) -> tuple[pd.DataFrame, tuple[Column, ...], list[tuple[str, str, pd.Series]]]:
    """Read each column as what most of its cells are; tell each fault, what was done, and the cells that have it."""
    values: dict[str, pd.Series] = {}
    columns = []
    faults: list[tuple[str, str, pd.Series]] = []
    for heading, (name, title) in zip(cells.columns, named_for_files(list(cells.columns)), strict=True):
        text = cells[heading]
        read, sort = (
            (None, "texte")
            if heading in as_text
            else _forced(text, decimal)
            if heading in as_number
            else _read(text, heading, decimal, figures=heading not in no_figures)
        )
        if read is None:
            rounded = text.str.fullmatch(_ROUNDED)
            if rounded.any():
                faults.append((f"{ROUNDED} ({title})", KEPT, text[rounded]))
            values[name] = text.where(text != "", None).astype(object)
        else:
            lost = read.isna() & ~_nothing(text)
            error = text.str.upper().isin(SHEET_ERRORS)
            fault = NOT_A_DAY if sort == "date" else NOT_A_NUMBER
            faults += [
                (f"{told} ({title})", MENDED, text[wrong])
                for told, wrong in ((fault, lost & ~error), (SHEET_ERROR, lost & error))
                if wrong.any()
            ]
            values[name] = read
        columns.append(Column(name, title, sort))
    return pd.DataFrame(values, index=cells.index), tuple(columns), faults


def named_for_files(headings: Sequence[str]) -> list[tuple[str, str]]:
    """Give columns names and titles that every format of file accepts."""
    return list(zip(_names(headings), _titles(headings), strict=True))


def named(header: Sequence[str]) -> list[str]:
    """Give each column a heading of its own."""
    taken: set[str] = set()
    names = []
    for rank, cell in enumerate(header, 1):
        base = re.sub(r"\s+", " ", cell).strip() or f"colonne {rank}"
        copies = (base if copy == 1 else f"{base} ({copy})" for copy in count(1))
        names.append(next(name for name in copies if name.casefold() not in taken))
        taken.add(names[-1].casefold())
    return names


def _names(headings: Sequence[str]) -> list[str]:
    taken = set(_TAKEN)
    names = []
    for rank, heading in enumerate(headings, 1):
        base = "_".join(fold(heading.replace("+", " plus ")))[:_LONGEST].strip("_") or f"colonne_{rank}"
        if base[0].isdigit():
            base = f"c_{base}"
        copies = (base if copy == 1 else f"{base}_{copy}" for copy in count(1))
        # Files put why a figure is missing beside it, in a column of this suffix.
        names.append(
            next(
                name
                for name in copies
                if taken.isdisjoint({name, name.removesuffix("_statut"), f"{name}_statut"})
            )
        )
        taken.add(names[-1])
    return names


def _titles(headings: Sequence[str]) -> list[str]:
    """Keep headings from looking like formulas, or like the columns that files add."""
    titles = []
    for heading in headings:
        bare = heading.lstrip("".join(FORMULA_SIGNS) + " ") or heading
        titles.append(f"{bare} (fichier)" if bare.casefold() in _TITLES else bare)
    twice = {title for title in titles if titles.count(title) > 1}
    return [f"{title} (colonne {rank})" if title in twice else title for rank, title in enumerate(titles, 1)]


def _forced(text: pd.Series, decimal: str | None) -> tuple[pd.Series, Sort]:
    """Read a column as numbers because its user says so."""
    read = numbers(text, decimal=decimal)
    whole = read.notna().any() and np.isclose(read.dropna() % 1, 0).all()
    return read, "entier" if whole else "decimal"


def _read(
    text: pd.Series, heading: str, decimal: str | None, *, figures: bool
) -> tuple[pd.Series | None, Sort]:
    filled = text[~_nothing(text)]
    if filled.empty:
        return None, "texte"
    read = numbers(filled, decimal=decimal)
    if read.notna().mean() >= _NEARLY_ALL:
        if not figures or _is_code(heading) or filled.str.fullmatch(_CODE).any():
            return None, "texte"
        whole = (
            np.isclose(read.dropna() % 1, 0).all() and not filled.str.contains(r"[.,]\d", regex=True).any()
        )
        return read.reindex(text.index).astype("float64"), "entier" if whole else "decimal"
    # A day alone: what has an hour stays as it is written, and so do figures.
    if (
        filled.str.fullmatch(_HOUR).any()
        and not filled[filled.str.fullmatch(_HOUR)].str.fullmatch(_MIDNIGHT).all()
    ):
        return None, "texte"
    days = read_dates(filled).where(read.isna())
    if days.notna().mean() >= _NEARLY_ALL:
        return days.reindex(text.index), "date"
    return None, "texte"


def _is_code(heading: str) -> bool:
    words = fold(heading)
    return bool(set(words) & _CODES) or any(word.startswith(_CODE_STARTS) for word in words)


def _nothing(text: pd.Series) -> pd.Series:
    return each(text, lambda cell: " ".join(fold(cell)) in _NOTHING and len(cell.strip()) <= _SHORT).astype(
        bool
    )
