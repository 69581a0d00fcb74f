"""The rows of an inventory: what their cells say, where they are, in which QPV, and what is wrong with them."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.attachment import zone_of
from geo.crs import LAMBERT93
from loaders.brought import addresses
from loaders.brought import premises_schema as schema
from loaders.brought.addresses import Geocode
from loaders.brought.opened import Opened
from loaders.brought.premises_schema import COORDINATES, OUTSIDE_QPV, Column
from loaders.formats import cells
from loaders.formats.points import to_points
from loaders.quality import KEPT, MENDED, SET_ASIDE, Report

FIRST_DAY: Final = pd.Timestamp("1950-01-01")
_TEN_YEARS: Final = pd.DateOffset(years=10)
#: Where the position of a row comes from (column `origine_position`), else `addresses.FROM_ADDRESS`.
FROM_COORDINATES: Final = "coordonnées de l'inventaire"
#: Farther than this from the QPV that it declares, a row contradicts itself: neither is believed.
FAR_FROM_QPV_M: Final = 1_000.0
#: A larger share of rows in metres is a fault of the file, which `to_points` tells.
MOST_IN_METRES: Final = 0.5


def without_broken(texts: pd.DataFrame, table: Opened, *, report: Report) -> pd.DataFrame:
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
    for column in schema.COLUMNS:
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
    frame["fictif"] = frame["fictif"].mask(_named_fictional(frame), schema.FICTIONAL)
    above = kept & frame["etage"].notna() & (frame["etage"] != 0)
    report.add(rows[above], "local hors du rez-de-chaussée (etage)", KEPT, rows["etage"])
    return frame, kept


def _column(
    column: Column, text: pd.Series, today: pd.Timestamp
) -> tuple[pd.Series, list[tuple[str, pd.Series]]]:
    """Read one column: its values, and the faults with the rows that have them."""
    if column.kind == "liste":
        words = {cells.bare(word): value for value, others in column.choices for word in (value, *others)}
        unset = schema.UNKNOWN if schema.UNKNOWN in words else schema.NO
        read_ = cells.read_list(text, words)
        return read_.mask(text == "", unset).astype("str"), [("valeur inconnue", read_.isna())]
    if column.kind == "nombre":
        number = cells.read_numbers(text, unit=column.unit)
        outside = number.notna() & ~number.between(*column.bounds)
        return number.mask(outside), [(cells.NOT_A_NUMBER, number.isna()), ("nombre hors bornes", outside)]
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


def placed(rows: pd.DataFrame, *, path: Path, report: Report, geocode: Geocode | None) -> gpd.GeoDataFrame:
    """Give rows their points, from their coordinates, else from their address."""
    texts = rows[list(COORDINATES)]
    degrees = pd.DataFrame({name: cells.read_numbers(texts[name]) for name in COORDINATES})
    shown = rows["lon"] + " " + rows["lat"]
    blank = texts == ""
    wrong = ~blank & degrees.isna()
    for name in COORDINATES:
        report.add(rows[wrong[name]], f"{cells.NOT_A_NUMBER} ({name})", SET_ASIDE, shown)
    half = ~wrong.any(axis=1) & (blank["lon"] != blank["lat"])
    report.add(rows[half], "coordonnées incomplètes", SET_ASIDE, shown)
    metres = degrees.abs().gt(1_000).all(axis=1)
    found = addresses.locate(rows.loc[blank.all(axis=1), schema.ADDRESS], geocode)
    lost = found["faute"] != ""
    report.add(found[lost], found["faute"], SET_ASIDE, rows[schema.ADDRESS])
    located = found[~lost]
    degrees = degrees.fillna(located[list(COORDINATES)])
    usable = rows[degrees.notna().all(axis=1) & ~half]
    if usable.empty:
        return gpd.GeoDataFrame(
            {"origine_position": pd.Series(dtype="str"), "code_insee": pd.Series(dtype="str")},
            geometry=gpd.GeoSeries([], crs=LAMBERT93),
            index=usable.index,
        )
    few = metres.loc[usable.index]
    if few.mean() <= MOST_IN_METRES:
        report.add(usable[few], "coordonnées en mètres", SET_ASIDE, shown)
        usable = usable[~few]
    place = degrees.loc[usable.index].map("{:.10g}".format)
    points = to_points(place, path=path, report=report)
    origin = pd.Series(FROM_COORDINATES, index=points.index).mask(
        points.index.isin(located.index), addresses.FROM_ADDRESS
    )
    return points.assign(origine_position=origin)


def attached(
    points: gpd.GeoDataFrame, declared: pd.Series, zones: gpd.GeoDataFrame, *, report: Report
) -> tuple[pd.Series, pd.Series]:
    """Give the QPV of each point, and tell which rows do not contradict themselves."""
    code = zone_of(points, zones).fillna(OUTSIDE_QPV).astype("str")
    said = declared.str.upper().where(cells.bares(declared) != cells.bare(OUTSIDE_QPV), "")
    old = said.str.fullmatch(r"QP\d{6}")
    report.add(points[old], "code de QPV de 2015", MENDED, declared)
    unknown = (said != "") & ~old & ~said.isin(zones.index)
    report.add(points[unknown], "code de QPV inconnu", MENDED, declared)
    differs = said.isin(zones.index) & (said != code)
    far_m = pd.Series(0.0, index=points.index)
    if differs.any():
        outlines = np.asarray(zones.geometry.loc[said[differs]].array)
        far_m[differs] = shapely.distance(outlines, np.asarray(points.geometry[differs].array))
    told = said + " déclaré, point à " + far_m.round().astype(int).astype("str") + " m, " + code
    far = differs & (far_m > FAR_FROM_QPV_M)
    report.add(points[far], "loin du QPV déclaré", SET_ASIDE, told)
    report.add(points[differs & ~far], "hors du QPV déclaré", MENDED, told)
    return code, ~far
