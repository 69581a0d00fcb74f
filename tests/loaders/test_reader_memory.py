"""A national file is not held in memory: what one territory takes of it is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Polygon

from loaders import friches
from loaders.paths import ROOT
from tests.loaders import samples

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="la mémoire se lit dans /proc")

MEGA = 1_000_000
#: What reading the whole files may add to a process; a tenth of the file, a tenth of it, and what any reading takes.
BOUND_BYTES, FLOOR_BYTES = 400 * MEGA, 40 * MEGA
CSV_BYTES, GPKG_BYTES = 200 * MEGA, 67 * MEGA


def padded(rows, elsewhere):
    """Give rows of the standard for other communes, under ids of their own."""
    repeated = pd.concat([rows] * (elsewhere // len(rows) + 1), ignore_index=True).iloc[:elsewhere]
    ids = [f"75118_{number}" for number in range(elsewhere)]
    return repeated.assign(site_id=ids, comm_insee="75118")


def national_csv(rows, path, size):
    """Write the rows among others until the file has a size."""
    head = ";".join(f'"{name}"' for name in rows.columns) + "\n"

    def lines(frame):
        cells = frame.astype(str).apply(lambda column: column.str.replace('"', '\\"', regex=False))
        return "".join('"' + '";"'.join(row) + '"\n' for row in cells.itertuples(index=False))

    others = padded(rows, 2000)
    # An outline of some hundred vertices, as the live file has.
    outline = "POLYGON ((" + ", ".join(f"2.{at:06d} 48.{at:06d}" for at in range(100)) + "))"
    block = lines(others.assign(geomsurf=outline))
    with path.open("w", encoding="utf-8") as stream:
        stream.write(head + lines(rows))
        while stream.tell() < size:
            stream.write(block)
    return path


def national_geopackage(rows, path, size):
    """Write the rows among others, whose outlines have vertices enough for the file to have a size."""
    vertices = 150
    others = padded(rows, max(1, int(size) // (vertices * 16 + 3500)))
    table = pd.concat([others, rows], ignore_index=True)
    samples.write_geopackage(table, path)
    frame = gpd.read_file(path)
    turns = np.linspace(0, 2 * np.pi, vertices)
    circle = np.column_stack([np.cos(turns), np.sin(turns)]) * 20
    middles = np.column_stack([frame.geometry.centroid.x, frame.geometry.centroid.y])
    frame["geometry"] = [Polygon(circle + middle) for middle in middles]
    path.unlink()
    frame.to_file(path, layer="friches_surfaces", engine="pyogrio")
    return path


def added(reader, path):
    """Read a file apart."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.loaders.read_apart", reader, str(path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def check(producers, tmp_path, share):
    rows = samples.friches_rows(producers / friches.PRODUCER_FILE)
    makers = {
        "friches.csv": (national_csv, CSV_BYTES),
        "friches.gpkg": (national_geopackage, GPKG_BYTES),
    }
    for name, (make, size) in makers.items():
        path = make(rows, tmp_path / name, size * share)
        assert path.stat().st_size > 0.8 * size * share
        told = added("friches", path)
        print(f"{name}: {path.stat().st_size / MEGA:.0f} Mo, {told}")  # noqa: T201
        assert (told["kept"], told["read"] - told["aside"]) == (5, 5)
        assert told["added"] < max(FLOOR_BYTES, BOUND_BYTES * share), told


def test_a_tenth_of_the_national_files_of_friches(producers, tmp_path):
    check(producers, tmp_path, 0.1)


@pytest.mark.soak
def test_the_national_files_of_friches(producers, tmp_path):
    check(producers, tmp_path, 1.0)
