"""What today's extracts say, worked out apart from the code under test: the data may be refreshed, the tests stay.

Figures that are known by heart stand in `test_todays_figures.py`, and there alone.
"""

import csv
import json
import statistics
from functools import cache
from pathlib import Path

from loaders import bikes, qpv

DATA = Path(__file__).resolve().parent.parent / "data"
MARSEILLE = "13055"
UNCHECKED = "friche potentielle"


@cache
def rows(name):
    """Give the rows of an extract."""
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def source(source_id):
    """Give what the catalogue says of a source."""
    return next(row for row in rows("sources.csv") if row["source_id"] == source_id)


def said(number):
    """Write a number of inhabitants as a page does, with ordinary spaces: half of one may be their median."""
    return f"{number:,.1f}".removesuffix(".0").translate({ord(","): " ", ord("."): ","})


@cache
def towns():
    """Give the communes of each QPV, the one that counts it first."""
    features = json.loads((DATA / "qpv" / "qpv.geojson").read_text(encoding="utf-8"))["features"]
    told = [feature["properties"] for feature in features]
    return {row["code_qp"]: row["communes"].split("|") for row in told}


@cache
def people(code_insee=None):
    """Give the inhabitants of each QPV, or of those that a commune counts."""
    return {
        row["code_qp"]: int(row["population"])
        for row in rows("qpv/indicateurs.csv")
        if code_insee in {None, towns()[row["code_qp"]][0]}
    }


def outside_people():
    """Give the inhabitants of the QPV that Marseille does not count."""
    return sum(people().values()) - sum(people(MARSEILLE).values())


def median_people():
    return statistics.median(people().values())


def stations():
    """Give the ids of the physical stations."""
    found = rows("transport/velos_stations.csv")
    return [row["station_id"] for row in found if row["is_virtual_station"] == "false"]


def sites(*, checked, code_insee=None):
    """Give the brownfields that Cerema has checked, or the others."""
    return [
        row
        for row in rows("equipements/friches.csv")
        if (row["site_statut"] != UNCHECKED) == checked and code_insee in {None, row["comm_insee"]}
    ]


@cache
def served(radius_m):
    """Give how many QPV of Marseille have a station within reach, and the inhabitants within it: one QPV at a time, by a fine buffer."""
    frame = bikes.load()
    physical = frame[~frame["is_virtual_station"]]
    discs = physical.buffer(radius_m, quad_segs=256).union_all()
    number, reached = 0, 0.0
    for row in qpv.load().itertuples():
        if MARSEILLE in row.communes:
            number += bool((physical.distance(row.geometry) <= radius_m).any())
            reached += row.population * row.geometry.intersection(discs).area / row.geometry.area
    return number, reached


def share_served():
    """Give the share of the inhabitants of the QPV of Marseille at 300 m at most of a station, as pages write it."""
    _, reached = served(300)
    return f"{100 * reached / sum(people(MARSEILLE).values()):.1f}".replace(".", ",")
