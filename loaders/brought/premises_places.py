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
from loaders.brought.premises_faults import note
from loaders.brought.premises_schema import ADDRESS, COORDINATES, OUTSIDE_QPV
from loaders.formats.cells import bare, bares, read_numbers
from loaders.formats.points import to_points
from loaders.quality import MENDED, SET_ASIDE, Report

#: Where the position of a row comes from (column `origine_position`), else `addresses.FROM_ADDRESS`.
FROM_COORDINATES: Final = "coordonnées de l'inventaire"
#: Farther than this from the QPV that it declares, a row contradicts itself: neither is believed.
FAR_FROM_QPV_M: Final = 1_000.0
#: A larger share of rows in metres is a fault of the file, which `to_points` tells.
MOST_IN_METRES: Final = 0.5


def placed(
    rows: pd.DataFrame, *, path: Path, ids: pd.Series, report: Report, geocode: Geocode | None
) -> gpd.GeoDataFrame:
    """Give rows their points, from their coordinates, else from their address."""
    lon, lat = (read_numbers(rows[name]) for name in COORDINATES)
    shown = rows["lon"] + " " + rows["lat"]
    for name, degrees in zip(COORDINATES, (lon, lat), strict=True):
        wrong = (rows[name] != "") & degrees.isna()
        note(
            rows[wrong],
            f"texte au lieu d'un nombre ({name})",
            SET_ASIDE,
            ids=ids,
            values=shown,
            report=report,
        )
    unreadable = ((rows["lon"] != "") & lon.isna()) | ((rows["lat"] != "") & lat.isna())
    half = ~unreadable & ((rows["lon"] == "") != (rows["lat"] == ""))
    note(rows[half], "coordonnées incomplètes", SET_ASIDE, ids=ids, values=shown, report=report)
    metres = lon.abs().gt(1_000) & lat.abs().gt(1_000)
    without = (rows["lon"] == "") & (rows["lat"] == "")
    found = addresses.locate(rows.loc[without, ADDRESS], geocode)
    for fault in found["faute"].unique():
        if fault:
            lost = rows.loc[found.index[found["faute"] == fault]]
            note(lost, fault, SET_ASIDE, ids=ids, values=rows[ADDRESS], report=report)
    located = found[found["faute"] == ""]
    lon = lon.fillna(located["lon"])
    lat = lat.fillna(located["lat"])
    usable = rows[lon.notna() & lat.notna() & ~half]
    if usable.empty:
        return gpd.GeoDataFrame(
            {"origine_position": pd.Series(dtype="str"), "code_insee": pd.Series(dtype="str")},
            geometry=gpd.GeoSeries([], crs=LAMBERT93),
            index=usable.index,
        )
    few = metres.loc[usable.index]
    if few.mean() <= MOST_IN_METRES:
        note(usable[few], "coordonnées en mètres", SET_ASIDE, ids=ids, values=shown, report=report)
        usable = usable[~few]
    place = pd.DataFrame({
        "lon": lon[usable.index].map("{:.10g}".format),
        "lat": lat[usable.index].map("{:.10g}".format),
    })  # fmt: skip
    points = to_points(place, path=path, ids=ids, report=report)
    origin = pd.Series(FROM_COORDINATES, index=points.index).mask(
        points.index.isin(located.index), addresses.FROM_ADDRESS
    )
    return points.assign(origine_position=origin)


def attached(
    points: gpd.GeoDataFrame, declared: pd.Series, zones: gpd.GeoDataFrame, *, ids: pd.Series, report: Report
) -> tuple[pd.Series, pd.Series]:
    """Give the QPV of each point, and tell which rows do not contradict themselves."""
    code = zone_of(points, zones).fillna(OUTSIDE_QPV).astype("str")
    said = declared.str.upper().where(bares(declared) != bare(OUTSIDE_QPV), "")
    old = said.str.fullmatch(r"QP\d{6}")
    note(points[old], "code de QPV de 2015", MENDED, ids=ids, values=declared, report=report)
    unknown = (said != "") & ~old & ~said.isin(zones.index)
    note(points[unknown], "code de QPV inconnu", MENDED, ids=ids, values=declared, report=report)
    differs = said.isin(zones.index) & (said != code)
    far_m = pd.Series(0.0, index=points.index)
    if differs.any():
        outlines = np.asarray(zones.geometry.loc[said[differs]].array)
        far_m[differs] = shapely.distance(outlines, np.asarray(points.geometry[differs].array))
    told = said + " déclaré, point à " + far_m.round().astype(int).astype("str") + " m, " + code
    far = differs & (far_m > FAR_FROM_QPV_M)
    report.add(points[far], "loin du QPV déclaré", SET_ASIDE, ids=ids, values=told)
    report.add(points[differs & ~far], "hors du QPV déclaré", MENDED, ids=ids, values=told)
    return code, ~far
