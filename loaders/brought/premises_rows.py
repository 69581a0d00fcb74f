"""The cells of an inventory's rows: what they say, and what is wrong with them."""

from typing import Final

import numpy as np
import pandas as pd

from loaders.brought.premises_schema import COLUMNS, FICTIONAL, NO, UNKNOWN, Column
from loaders.formats import cells
from loaders.formats.grids import RawTable
from loaders.quality import KEPT, MENDED, SET_ASIDE, Report

FIRST_DAY: Final = pd.Timestamp("1950-01-01")
_TEN_YEARS: Final = pd.DateOffset(years=10)


def without_broken(texts: pd.DataFrame, table: RawTable, *, report: Report) -> pd.DataFrame:
    """Set aside the rows that are not cut as the header, or that hold formulas or errors of a spreadsheet."""
    broken = pd.Series(table.miscut, dtype="str")
    miscut = table.cells.loc[broken.index]
    shown = pd.Series([" ; ".join(filter(None, row)) for row in miscut.to_numpy()], index=miscut.index)
    report.add(miscut, broken, SET_ASIDE, shown)
    rows = texts.drop(index=broken.index)
    kept = pd.Series(True, index=rows.index)
    for name in rows.columns:
        for fault, wrong in (
            ("formule sans valeur enregistrée", rows[name].str.startswith("=")),
            (cells.SHEET_ERROR, rows[name].str.upper().isin(cells.SHEET_ERRORS)),
        ):
            if wrong.any():
                report.add(rows[wrong], f"{fault} ({name})", SET_ASIDE, rows[name])
                kept &= ~wrong
    return rows[kept]


def read_values(rows: pd.DataFrame, *, report: Report, today: pd.Timestamp) -> tuple[pd.DataFrame, pd.Series]:
    """Read every column but the place, and tell which rows may be kept."""
    kept = pd.Series(True, index=rows.index)
    values: dict[str, pd.Series] = {}
    for column in COLUMNS:
        text = rows[column.name]
        if column.kind in {"degres", "code_qp"}:
            continue
        filled = text != ""
        if column.filled:
            report.add(rows[~filled & kept], f"valeur absente ({column.name})", SET_ASIDE, text)
            kept &= filled
        result = SET_ASIDE if column.filled or column.kind == "liste" else MENDED
        read_, faults = _column(column, text, today)
        for fault, wrong in faults:
            report.add(rows[wrong & filled], f"{fault} ({column.name})", result, text)
            if result == SET_ASIDE:
                kept &= ~(wrong & filled)
        values[column.name] = read_
    frame = pd.DataFrame(values, index=rows.index)
    frame["fictif"] = frame["fictif"].mask(_named_fictional(frame), FICTIONAL)
    above = kept & frame["etage"].notna() & (frame["etage"] != 0)
    report.add(rows[above], "local hors du rez-de-chaussée (etage)", KEPT, rows["etage"])
    return frame, kept


def _column(
    column: Column, text: pd.Series, today: pd.Timestamp
) -> tuple[pd.Series, list[tuple[str, pd.Series]]]:
    """Read one column: its values, and the faults with the rows that have them."""
    if column.kind == "liste":
        words = {cells.bare(word): value for value, others in column.choices for word in (value, *others)}
        unset = UNKNOWN if UNKNOWN in words else NO
        read_ = cells.read_list(text, words)
        return read_.mask(text == "", unset).astype("str"), [("valeur inconnue", read_.isna())]
    if column.kind == "nombre":
        number = cells.read_numbers(text, unit=column.unit)
        outside = number.notna() & ~number.between(*column.bounds)
        return number.mask(outside), [
            (cells.NOT_A_NUMBER, number.isna()),
            ("nombre hors bornes", outside),
        ]
    if column.kind == "date":
        day = cells.read_dates(text)
        last = today if column.filled else today + _TEN_YEARS
        outside = day.notna() & ~day.between(FIRST_DAY, last)
        return day.mask(outside), [("date illisible", day.isna()), ("date hors bornes", outside)]
    if column.kind == "etage":
        floor = cells.read_floors(text)
        return floor, [("étage illisible", floor.isna())]
    return text.where(text != "", np.nan), []


def _named_fictional(frame: pd.DataFrame) -> pd.Series:
    """Tell which rows say that they are invented elsewhere than in their column, which a copy may have lost."""
    said = pd.Series(False, index=frame.index)
    for name in ("id_local", "bailleur", "source"):
        said |= frame[name].astype("str").str.contains(r"(?i)\bficti[fv]", regex=True, na=False)
    return said
