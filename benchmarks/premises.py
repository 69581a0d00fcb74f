"""An inventory of premises, read and then filtered on its page.

- CSV: columns at once and one question per QPV, against a loop over rows and QPV.
- XLSX: as the atlas reads it, against pandas with openpyxl and then the same checks.
- Page: a filter changes, with the inventory kept in its session, against everything read and made again.

All in processor time, that of the process that reads a workbook apart included. The premises are made up from a fixed seed, over Marseille; both ways read the same bytes and count the premises of each QPV.
"""

import csv
import io
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xlsxwriter
from shapely.geometry import Point
from streamlit.testing.v1 import AppTest

from benchmarks.measure import Row, compare, processor_s
from benchmarks.served import ROOT
from facts.snapshot import current
from geo.crs import LAMBERT93, WGS84
from loaders import premises
from loaders import qpv as qpv_loader
from loaders.brought.premises_schema import BY_NAME, COLUMNS
from pages.foncier import premises as shown

SEED = 20260302
MANY = 20_000
CHANGES = 5
VIEW = "Locaux en pied d'immeuble"
BOX = (5.35, 43.28, 5.45, 43.36)


def inventory(number: int, *, fictif: str = "oui") -> bytes:
    """Write an inventory without a fault.

    Parameters
    ----------
    number
        How many premises.
    fictif
        What each row says of itself: "oui" enters no total of the page.

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
            "statut": ("libre", "occupé", "inconnu")[rank % 3],
            "disponible_depuis": f"{1 + rank % 28:02d}/03/2025",
            "etat_bati": "Dégradé",
            "entree_plain_pied": "oui",
            "loyer_m2_an": "90",
            "source": "Relevé inventé",
            "date_releve": f"2026-01-{1 + rank % 28:02d}",
            "niveau_confiance": "eleve",
            "fictif": fictif,
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


def workbook(raw: bytes) -> bytes:
    """Write an inventory as a workbook, numbers as numbers.

    Parameters
    ----------
    raw
        As `inventory`.

    Returns
    -------
        XLSX.
    """
    numbers = {column.name for column in COLUMNS if column.kind in {"degres", "nombre"}}
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(csv.DictReader(io.StringIO(raw.decode()), delimiter=";"), 1):
            for place, (name, cell) in enumerate(row.items()):
                sheet.write_string(0, place, name)
                if name in numbers and cell:
                    sheet.write_number(line, place, float(cell.replace(",", ".")))
                elif cell:
                    sheet.write_string(line, place, cell)
    return buffer.getvalue()


def workbook_by_pandas(raw: bytes, zones: gpd.GeoDataFrame) -> pd.Series:
    """Read a workbook with pandas and openpyxl, then check its rows as the atlas does.

    Parameters
    ----------
    raw
        XLSX.
    zones
        Outlines of the QPV in Lambert-93.

    Returns
    -------
        Number of premises in each QPV.
    """
    table = pd.read_excel(io.BytesIO(raw), dtype="str", engine="openpyxl")
    return read_at_once(table.to_csv(sep=";", index=False).encode(), zones)


def workbook_at_once(raw: bytes, zones: gpd.GeoDataFrame) -> pd.Series:
    """Read a workbook as the atlas does.

    Parameters
    ----------
    raw
        XLSX.
    zones
        Outlines of the QPV in Lambert-93.

    Returns
    -------
        Number of premises in each QPV.
    """
    codes = premises.read(raw, name="inventaire.xlsx", zones=zones).frame["code_qp"]
    return codes.value_counts().reindex(zones.index, fill_value=0)


def opened(raw: bytes, name: str) -> AppTest:
    """Open page foncier and import an inventory.

    Parameters
    ----------
    raw, name
        The file.

    Returns
    -------
        The page, which shows all of it.
    """
    page = AppTest.from_file(ROOT / "pages" / "foncier" / "page.py", default_timeout=60)
    page.query_params["vue_foncier"] = VIEW
    page.run()
    page.file_uploader[0].set_value((name, raw, "application/octet-stream")).run()
    if shown.INVENTORY not in page.session_state:
        raise RuntimeError("The page has not taken the inventory")
    return page


def change(page: AppTest, value: str | None) -> float:
    """Change the filter on availability, and run the whole page again; a browser has only a part of it run.

    Parameters
    ----------
    page
        As `opened`.
    value
        One of `AVAILABILITIES`, None for any.

    Returns
    -------
        Milliseconds of processor time.
    """
    start = time.process_time()
    page.selectbox(key="disponibilite").set_value(value).run()
    return 1000 * (time.process_time() - start)


def made_again(raw: bytes, name: str) -> float:
    """Make all that the page keeps of an inventory in its session.

    Parameters
    ----------
    raw, name
        The file.

    Returns
    -------
        Milliseconds of processor time.
    """
    current()
    start = time.process_time()
    owned = shown.imported(premises.read(raw, name=name), name=name)
    shown.session_objects(owned)
    return 1000 * (time.process_time() - start)


def changes(raw: bytes, *, rounds: int) -> list[tuple[float, float]]:
    """Change the filter back and forth, with everything made again and with the inventory kept.

    Parameters
    ----------
    raw
        CSV.
    rounds
        How many times.

    Returns
    -------
        Milliseconds of processor time, of both, round by round.
    """
    page = opened(raw, "inventaire.csv")
    pairs = []
    # One change before the count: the first one compiles what the next ones use.
    for at in range(-1, rounds):
        kept = change(page, (None, "disponible")[at % 2])
        if at >= 0:
            pairs.append((kept + made_again(raw, "inventaire.csv"), kept))
    return pairs


def rows() -> Iterator[Row]:
    """Measure the reading of an inventory and a change of filter.

    Yields
    ------
    Row
        One line of the table.
    """
    raw = inventory(MANY)
    zones = qpv_loader.read().frame

    def fresh() -> Any:
        return gpd.GeoDataFrame(geometry=zones.geometry.copy(deep=True), crs=LAMBERT93)

    yield compare(
        f"{MANY:,} premises of a CSV validated, placed, in a QPV",
        lambda outlines: in_the_loop(raw, outlines),
        lambda outlines: read_at_once(raw, outlines),
        fresh=fresh,
        clock=processor_s,
    )
    book = workbook(raw)
    yield compare(
        f"the same of an XLSX ({len(book) / 1e6:.1f} MB)",
        lambda outlines: workbook_by_pandas(book, outlines),
        lambda outlines: workbook_at_once(book, outlines),
        fresh=fresh,
        clock=processor_s,
    )
    pairs = changes(inventory(MANY, fictif="non"), rounds=CHANGES)
    yield Row(
        f"foncier: change of filter over {MANY:,} premises",
        median(slow for slow, _ in pairs),
        median(fast for _, fast in pairs),
        "ms",
        median(slow / fast for slow, fast in pairs),
        f"1 x {CHANGES}",
    )
