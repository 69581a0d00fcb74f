"""Read a file in a process of its own and say how much memory it took: `python -m tests.loaders.read_apart READER FILE`."""

import json
import sys
from pathlib import Path

from loaders import colleges, communes, friches, quality, sports

READERS = {"friches": friches.read, "sports": sports.read, "colleges": colleges.read}


def memory_bytes(name):
    """Resident memory of this process: now (`VmRSS`) or at most so far (`VmHWM`)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def main():
    """Read once what every process holds, then the file, and print what the file added."""
    communes.load_with_neighbours()
    friches.read()
    # The committed sample has more rows at fault than a real file may.
    quality.MAX_FAULTY_SHARE = 1.0
    before = memory_bytes("VmRSS")
    reading = READERS[sys.argv[1]](Path(sys.argv[2]))
    report = reading.report
    told = {
        "added": memory_bytes("VmHWM") - before,
        "read": report.lignes_lues,
        "kept": report.lignes_gardees,
        "aside": report.lignes_ecartees,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
