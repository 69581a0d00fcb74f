"""Visit pages over a folder of data in which the live files have replaced today's: `python -m tests.pages.live_visit`."""

import csv
import json
import shutil
import sys

from loaders import colleges, quality, sports
from loaders.build import STEPS, write_extract
from loaders.paths import DATA
from loaders.record import record
from tests import components
from tests.pages import driver

#: Source to the reader of its live file and the file in the folder of the producers.
LIVE = {"sports": (sports, "sports/data-es.json"), "colleges": (colleges, colleges.PRODUCER_FILE)}
VINTAGE = "24 novembre 2026"


def make(folder, producers):
    """Write a folder of data: the embedded one, with the extracts of the made-up live files."""
    shutil.copytree(DATA, folder)
    counts = {}
    quality.MAX_FAULTY_SHARE = 1.0
    for source_id, (module, file) in LIVE.items():
        reading = module.read(producers / file)
        step = next(step for step in STEPS if step.source_id == source_id)
        write_extract(reading.frame, folder / step.extract.relative_to(DATA), renamed=step.renamed)
        counts[source_id] = reading.report
    with (folder / "sources.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["source_id"] in counts:
            report = counts[row["source_id"]]
            row |= {
                "millesime": VINTAGE, "date": "2026-11-24", "lignes_lues": report.lignes_lues,
                "lignes_gardees": report.lignes_gardees, "lignes_ecartees": report.lignes_ecartees,
            }  # fmt: skip
    with (folder / "sources.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    record(["sources.csv", *LIVE], data_dir=folder)


def main():
    """Open the pages in this process, whose folder of data the environment names, and print what they say."""
    components.scan_once(setattr)
    pages = {
        "sport": driver.opened("sport", equipements="Tous"),
        "sport libre": driver.opened("sport", equipements="Tous", acces="libre"),
        "carte": driver.opened("carte", couches=["Collèges REP et REP+"], tableau="Collèges REP et REP+"),
        "carte sports": driver.opened(
            "carte", couches=["Équipements sportifs"], tableau="Équipements sportifs"
        ),
        "quartier": driver.opened("quartier", qpv="QN01352M"),
        "projets": driver.opened("projets"),
    }
    told = {
        name: {"html": driver.html(at), "acces": "acces" in {box.key for box in at.selectbox}}
        for name, at in pages.items()
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
