"""Reading an inventory of premises: columns at once and one question per QPV, against a loop over rows and QPV.

The premises are made up from a fixed seed, over Marseille; both ways read the same bytes and count the premises of each QPV.
"""

import csv
import io
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from benchmarks.measure import Row, compare
from geo.crs import LAMBERT93, WGS84
from loaders import premises
from loaders import qpv as qpv_loader
from loaders.premises_schema import BY_NAME, COLUMNS

SEED = 20260302
MANY = 20_000
BOX = (5.35, 43.28, 5.45, 43.36)


def inventory(number: int) -> bytes:
    """Write an inventory without a fault.

    Parameters
    ----------
    number
        How many premises.

    Returns
    -------
        CSV in UTF-8, semicolons and decimal commas.
    """
    rng = np.random.default_rng(SEED)
    west, south, east, north = BOX
    lon, lat = rng.uniform(west, east, number), rng.uniform(south, north, number)
    usages = [usage for usage, _ in BY_NAME["usage"].choices]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [column.name for column in COLUMNS], delimiter=";", restval="")
    writer.writeheader()
    for rank in range(number):
        writer.writerow({
            "id_local": f"L{rank}",
            "adresse": f"{rank} rue inventée, Marseille",
            "lon": f"{lon[rank]:.6f}".replace(".", ","),
            "lat": f"{lat[rank]:.6f}".replace(".", ","),
            "bailleur": f"Bailleur {rank % 9}",
            "etage": "RDC",
            "surface_m2": f"{20 + rank % 300},5",
            "usage": usages[rank % len(usages)].upper(),
            "statut": "libre",
            "disponible_depuis": f"{1 + rank % 28:02d}/03/2025",
            "etat_bati": "Dégradé",
            "entree_plain_pied": "oui",
            "loyer_m2_an": "90",
            "source": "Relevé inventé",
            "date_releve": f"2026-01-{1 + rank % 28:02d}",
            "niveau_confiance": "eleve",
            "fictif": "oui",
        })  # fmt: skip
    return buffer.getvalue().encode()


def in_the_loop(raw: bytes, zones: gpd.GeoDataFrame) -> list[int]:
    """Read row by row, and ask each QPV about each row.

    Parameters
    ----------
    raw
        The inventory.
    zones
        Outlines of the QPV in Lambert-93.

    Returns
    -------
        Number of premises in each QPV.
    """
    counts = dict.fromkeys(zones.index, 0)
    shapes = list(zones.to_crs(WGS84).geometry.items())
    for row in csv.DictReader(io.StringIO(raw.decode()), delimiter=";"):
        pd.to_datetime(row["date_releve"])
        place = Point(float(row["lon"].replace(",", ".")), float(row["lat"].replace(",", ".")))
        code = next((code for code, shape in shapes if shape.contains(place)), None)
        if code is not None:
            counts[code] += 1
    return list(counts.values())


def read_at_once(raw: bytes, zones: gpd.GeoDataFrame) -> pd.Series:
    """Read as the atlas does.

    Parameters
    ----------
    raw
        The inventory.
    zones
        Outlines of the QPV in Lambert-93.

    Returns
    -------
        Number of premises in each QPV.
    """
    codes = premises.read(raw, name="inventaire.csv", zones=zones).frame["code_qp"]
    return codes.value_counts().reindex(zones.index, fill_value=0)


def rows() -> Iterator[Row]:
    """Measure the reading of an inventory.

    Yields
    ------
    Row
        One line of the table.
    """
    raw = inventory(MANY)
    zones = qpv_loader.read().frame
    yield compare(
        f"{MANY:,} premises of a CSV validated, placed, in a QPV",
        lambda outlines: in_the_loop(raw, outlines),
        lambda outlines: read_at_once(raw, outlines),
        fresh=lambda: gpd.GeoDataFrame(geometry=zones.geometry.copy(deep=True), crs=LAMBERT93),
    )
