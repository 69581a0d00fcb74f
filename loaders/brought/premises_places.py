"""Where the premises of an inventory are: their points, and the QPV in which these lie."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.attachment import zone_of
from geo.crs import LAMBERT93
from loaders.brought import addresses
from loaders.brought.addresses import Geocode
from loaders.brought.premises_schema import ADDRESS, COORDINATES, OUTSIDE_QPV
from loaders.formats.cells import NOT_A_NUMBER, bare, bares, read_numbers
from loaders.formats.points import to_points
from loaders.quality import MENDED, SET_ASIDE, Report

#: Where the position of a row comes from (column `origine_position`), else `addresses.FROM_ADDRESS`.
FROM_COORDINATES: Final = "coordonnées de l'inventaire"
#: Farther than this from the QPV that it declares, a row contradicts itself: neither is believed.
FAR_FROM_QPV_M: Final = 1_000.0
#: A larger share of rows in metres is a fault of the file, which `to_points` tells.
MOST_IN_METRES: Final = 0.5


def placed(rows: pd.DataFrame, *, path: Path, report: Report, geocode: Geocode | None) -> gpd.GeoDataFrame:
    """Give rows their points, from their coordinates, else from their address."""
    texts = rows[list(COORDINATES)]
    degrees = pd.DataFrame({name: read_numbers(texts[name]) for name in COORDINATES})
    shown = rows["lon"] + " " + rows["lat"]
    blank = texts == ""
    wrong = ~blank & degrees.isna()
    for name in COORDINATES:
        report.add(rows[wrong[name]], f"{NOT_A_NUMBER} ({name})", SET_ASIDE, shown)
    half = ~wrong.any(axis=1) & (blank["lon"] != blank["lat"])
    report.add(rows[half], "coordonnées incomplètes", SET_ASIDE, shown)
    metres = degrees.abs().gt(1_000).all(axis=1)
    found = addresses.locate(rows.loc[blank.all(axis=1), ADDRESS], geocode)
    lost = found["faute"] != ""
    report.add(found[lost], found["faute"], SET_ASIDE, rows[ADDRESS])
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
    said = declared.str.upper().where(bares(declared) != bare(OUTSIDE_QPV), "")
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
