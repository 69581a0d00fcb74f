"""What a large GTFS archive costs: time and memory of reading it, against its table of passages."""

import io
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Row, peak_mb

STOPS, TRIPS, LINES = 5_000, 60_000, 120
#: Bytes written at once while an archive is made.
BLOCK_ROWS = 100_000


def archive(passages_mb: float) -> bytes:
    """Make an archive of a whole métropole: 5,000 posts, 120 lines, 60,000 trips, and passages of a given size."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        rng = np.random.default_rng(1)
        lon, lat = rng.uniform(5.3, 5.45, STOPS), rng.uniform(43.25, 43.38, STOPS)
        file.writestr(
            "stops.txt",
            "stop_id,stop_name,stop_lat,stop_lon\n"
            + "".join(f"S{i},Arrêt {i // 2},{lat[i // 2]:.5f},{lon[i // 2]:.5f}\n" for i in range(STOPS)),
        )
        file.writestr(
            "routes.txt",
            "route_id,route_short_name,route_type\n" + "".join(f"R{i},{i},3\n" for i in range(LINES)),
        )
        file.writestr(
            "trips.txt",
            "route_id,service_id,trip_id\n"
            + "".join(f"R{i % LINES},S,course-{i:06}\n" for i in range(TRIPS)),
        )
        with file.open("stop_times.txt", "w", force_zip64=True) as member:
            for block in _passages(int(passages_mb * 1e6)):
                member.write(block)
    return buffer.getvalue()


def _passages(size: int) -> Iterator[bytes]:
    yield b"trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n"
    written = row = 0
    while written < size:
        block = "".join(
            f"course-{at % TRIPS:06},{at % 24:02}:{at % 60:02}:00,{at % 24:02}:{at % 60:02}:00,S{at % STOPS},{at % 40},0,0\n"
            for at in range(row, row + BLOCK_ROWS)
        ).encode()
        row += BLOCK_ROWS
        written += len(block)
        yield block


def reading(raw: bytes, *, whole: bool) -> tuple[float, float]:
    """Read an archive in a process of its own: processor time in seconds, memory in MB beyond the archive's own.

    `whole` reads the table of passages at once, every column, as a notebook would.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gtfs", "whole" if whole else "atlas"],
        input=raw,
        capture_output=True,
        check=True,
    )
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def _apart(kind: str) -> None:
    import pandas as pd

    from loaders import communes
    from loaders.brought import gtfs

    raw = sys.stdin.buffer.read()
    communes.load_with_neighbours()
    gtfs.read(archive(0.1), name="essai.zip")  # whatever the first call loads
    before_mb, begun = peak_mb(), time.process_time()
    if kind == "whole":
        with zipfile.ZipFile(io.BytesIO(raw)) as file, file.open("stop_times.txt") as member:
            pd.read_csv(member, dtype="str").merge(
                pd.read_csv(file.open("trips.txt"), dtype="str"), on="trip_id"
            )[["stop_id", "route_id"]].drop_duplicates()
    else:
        gtfs.read(raw, name="essai.zip")
    sys.stdout.write(f"{time.process_time() - begun:.3f} {peak_mb() - before_mb:.1f}\n")


def compared(passages_mb: float) -> tuple[Row, Row]:
    """Compare both ways on one archive, each in a process of its own: memory, then processor time."""
    raw = archive(passages_mb)
    (atlas_s, atlas_mb), (whole_s, whole_mb) = reading(raw, whole=False), reading(raw, whole=True)
    what = f"stops of a GTFS, {passages_mb:.0f} MB of passages"
    return (
        Row(f"{what}: memory", whole_mb, atlas_mb, "MB", whole_mb / atlas_mb, "1"),
        Row(f"{what}: processor time", whole_s, atlas_s, "s", whole_s / atlas_s, "1"),
    )


def rows() -> Iterator[Row]:
    """Measure what the README claims of large archives."""
    yield from compared(100)


if __name__ == "__main__" and len(sys.argv) > 1:
    _apart(sys.argv[1])
