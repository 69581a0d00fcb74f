"""All of France at once: 1,600 QPV in the layout of the national file and 334,000 sports facilities.

Loaded by the project's readers with their checks, indexed, and answered for one threshold (facilities within 300 m of
each QPV, nearest facility of each), in a process of its own whose peak of memory is read; against the same by
geopandas alone, without a check of any row. The data are made up from a fixed seed.

The communes are squares of 5 km side by side in Lambert-93; two QPV of 400 m stand in each, and the facilities anywhere.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping

from benchmarks.measure import Row, peak_mb
from geo.crs import LAMBERT93, WGS84
from loaders import catalogue, checksums

ROOT = Path(__file__).resolve().parent.parent
SEED = 20260302
QPV, FACILITIES = 1_600, 334_000
RADIUS_M = 300.0
SIDE_M = 5_000.0
CORNER = (300_000.0, 6_300_000.0)
ACROSS = 40
EPCI = "999000000"
KINDS = ("Court de tennis", "Terrain de football", "Salle de cours collectifs", "Boulodrome", "Plateau EPS")
ROUNDS = 2


def write(folder: Path, *, qpv: int = QPV, facilities: int = FACILITIES) -> None:
    """Write the folder of data of a made-up France.

    Parameters
    ----------
    folder
        Where; it must not exist.
    qpv, facilities
        How many of each.
    """
    for name in ("qpv", "equipements"):
        (folder / name).mkdir(parents=True)
    rng = np.random.default_rng(SEED)
    towns = -(-qpv // 2)
    west = CORNER[0] + SIDE_M * (np.arange(towns) % ACROSS)
    south = CORNER[1] + SIDE_M * (np.arange(towns) // ACROSS)
    codes = [f"{1 + rank // 900:02}{rank % 900:03}" for rank in range(towns)]
    # As many vertices as outlines of communes and QPV have.
    squares = shapely.segmentize(shapely.box(west, south, west + SIDE_M, south + SIDE_M), 100.0)
    _features(
        folder / "qpv/communes.geojson",
        squares,
        [{"code_insee": code, "nom": f"Commune {code}", "population": 20_000} for code in codes],
    )
    x = np.repeat(west, 2)[:qpv] + np.tile([800.0, 3_200.0], towns)[:qpv]
    y = np.repeat(south, 2)[:qpv] + rng.uniform(500.0, 4_000.0, qpv)
    _features(
        folder / "qpv/qpv.geojson",
        shapely.segmentize(shapely.box(x, y, x + 400.0, y + 400.0), 20.0),
        [
            {
                "code_qp": f"QN{rank:05}Z", "lib_qp": f"Quartier {rank}", "siren_epci": EPCI, "insee_reg": "00",
                "insee_dep": "00", "insee_com": codes[rank // 2], "lib_com": f"Commune {codes[rank // 2]}",
            }
            for rank in range(qpv)
        ],
    )  # fmt: skip
    town = rng.integers(0, towns, facilities)
    places = gpd.GeoSeries(
        gpd.points_from_xy(
            west[town] + rng.uniform(0.0, SIDE_M, facilities),
            south[town] + rng.uniform(0.0, SIDE_M, facilities),
            crs=LAMBERT93,
        )
    ).to_crs(WGS84)
    pd.DataFrame(
        {
            "equip_id": [f"E{rank:07}" for rank in range(facilities)],
            "equip_type_name": np.array(KINDS)[rng.integers(0, len(KINDS), facilities)],
            "vintage": "2026",
            "comm_insee": np.array(codes)[town],
            "lon": places.x.round(6),
            "lat": places.y.round(6),
        }
    ).to_csv(folder / "equipements/sports.csv", index=False)
    listed = "".join(
        f'\n[[communes]]\ncode = "{code}"\nnom = "Commune {code}"\nstatut = "avec QPV"\n' for code in codes
    )
    (folder / "territoire.toml").write_text(
        f'nom = "France fictive"\ncontrat = "contrat fictif"\nepci = ["{EPCI}"]\n\n'
        f"[vue]\nlon = 2.0\nlat = 46.0\nzoom = 6\n{listed}",
        encoding="utf-8",
    )
    (folder / "qpv/indicateurs.csv").write_text("code_qp\n", encoding="utf-8")
    listed_files = {
        "qpv": ("qpv/qpv.geojson", qpv),
        "communes": ("qpv/communes.geojson", towns),
        "indicateurs": ("qpv/indicateurs.csv", 0),
        "sports": ("equipements/sports.csv", facilities),
    }
    with (folder / "sources.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, catalogue.COLUMNS)
        writer.writeheader()
        for source_id, (file, number) in listed_files.items():
            row = dict.fromkeys(catalogue.COLUMNS, "fictif") | {
                "source_id": source_id,
                "fichier": file,
                "date": "2026-01-01",
                "lignes_lues": max(number, 1),
                "lignes_gardees": number,
                "lignes_ecartees": 0,
            }
            writer.writerow(
                row
                | {"communes": "|".join(codes), "empreinte": checksums.of(folder / file), "telecharge_le": ""}
            )


def _features(path: Path, outlines: Any, properties: list[dict[str, Any]]) -> None:
    degrees = shapely.set_precision(gpd.GeoSeries(outlines, crs=LAMBERT93).to_crs(WGS84).array, 1e-6)
    document = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": row, "geometry": mapping(outline)}
            for row, outline in zip(properties, degrees, strict=True)
        ],
    }
    path.write_text(json.dumps(document), encoding="utf-8")


def answered_by_atlas(folder: Path) -> tuple[int, float]:
    """Read, index and answer by the project: the count of all pairs, and the metres to the nearest facilities, added up."""
    from geo.proximity import count_within, nearest_distance
    from loaders import qpv, sports

    zones = qpv.read(folder / "qpv/qpv.geojson").frame
    points = sports.load()
    return int(count_within(zones, points, RADIUS_M).sum()), float(nearest_distance(zones, points).sum())


def answered_by_geopandas(folder: Path) -> tuple[int, float]:
    """Read and answer by geopandas alone, with no check."""
    zones = gpd.read_file(folder / "qpv/qpv.geojson").to_crs(LAMBERT93)
    towns = gpd.read_file(folder / "qpv/communes.geojson").to_crs(LAMBERT93)
    rows = pd.read_csv(folder / "equipements/sports.csv", dtype={"comm_insee": str})
    points = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows["lon"], rows["lat"], crs=WGS84)).to_crs(
        LAMBERT93
    )
    points = points.sjoin(towns, predicate="within").drop(columns="index_right")
    found = zones.sjoin(points[["geometry"]], predicate="dwithin", distance=RADIUS_M)
    nearest = (
        zones.sjoin_nearest(points[["geometry"]], distance_col="away").groupby("code_qp")["away"].first()
    )
    return len(found), float(nearest.sum())


WAYS: dict[str, Callable[[Path], tuple[int, float]]] = {
    "atlas": answered_by_atlas,
    "geopandas": answered_by_geopandas,
}


def run(way: str, folder: Path) -> dict[str, Any]:
    """Answer in a process of its own.

    Parameters
    ----------
    way
        Key of `WAYS`.
    folder
        As `write` made it.

    Returns
    -------
        `wall_s`, `processor_s`, `peak_mb` of the whole process, `pairs` and `nearest_m`; times are without Python's
        start and imports.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.national", way, str(folder)],
        env=os.environ | {"ATLAS_DONNEES": str(folder)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def rows() -> Iterator[Row]:
    """Measure both ways in turn.

    Yields
    ------
    Row
        Seconds of the processor, then of the wall, in milliseconds; then the peak of memory, in KB.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "france"
        write(folder)
        rounds = [{way: run(way, folder) for way in WAYS} for _ in range(ROUNDS)]
    for title, name, unit, scale in (
        ("processor", "processor_s", "ms", 1000),
        ("wall", "wall_s", "ms", 1000),
        ("peak of memory", "peak_mb", "KB", 1024),
    ):
        yield Row(
            f"France, {QPV:,} QPV and {FACILITIES:,} facilities: {title}",
            median(pair["geopandas"][name] for pair in rounds) * scale,
            median(pair["atlas"][name] for pair in rounds) * scale,
            unit,
            median(pair["geopandas"][name] / pair["atlas"][name] for pair in rounds),
            f"{ROUNDS}",
        )


def _main(way: str, folder: Path) -> None:
    from geo import proximity  # noqa: F401
    from loaders import qpv, sports  # noqa: F401

    wall_s, processor_s = time.perf_counter(), time.process_time()
    pairs, nearest_m = WAYS[way](folder)
    print(
        json.dumps(
            {
                "wall_s": time.perf_counter() - wall_s,
                "processor_s": time.process_time() - processor_s,
                "peak_mb": peak_mb(),
                "pairs": pairs,
                "nearest_m": nearest_m,
            }
        )
    )


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
