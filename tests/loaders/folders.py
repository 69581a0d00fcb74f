"""A folder of data that a test may change, and what makes one whole."""

import csv
import hashlib
import os
import shutil

from loaders import catalogue, paths, quality, territory
from loaders.build import STEPS
from loaders.paths import ROOT


def linked(source, target):
    """Copy a folder of data by links: files are replaced, never written into."""
    return shutil.copytree(source, target, copy_function=os.link)


def digests(folder):
    """Give the bytes of each file that is not the atlas's own business, by name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".actualisation" not in path.parts
    }


def check_sums(folder):
    """Compare each extract with what the catalogue says of it, as the first reader after a crash finds them."""
    territory.load(folder)
    paths.within(catalogue.CATALOGUE_FILE, folder)
    for source in catalogue.load(folder / "sources.csv").values():
        path = folder / source.fichier
        if path.is_file():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == source.empreinte, source.source_id


def check_whole(folder):
    """Read everything, and compare each extract with what the catalogue says of it."""
    territory.load(folder)
    for step in STEPS:
        if step.embedded or (folder / step.extract.relative_to(EMBEDDED)).exists():
            assert len(step.read(data_dir=folder).frame)
    check_sums(folder)
    sources = catalogue.load(folder / "sources.csv")
    faults = quality.load(folder / "qualite.csv")
    assert set(faults["source_id"]) <= set(sources)
    for source in sources.values():
        path = folder / source.fichier
        assert path.exists() == source.telechargee
        own = faults[(faults["source_id"] == source.source_id) & (faults["suite"] == quality.SET_ASIDE)]
        # Line 0 counts rows that are too many to be listed.
        counted = own.loc[own["ligne"] == 0, "identifiant"].str.replace(r"\D", "", regex=True).astype(int)
        assert own.loc[own["ligne"] > 0, "ligne"].nunique() + counted.sum() == source.lignes_ecartees
        assert source.lignes_lues == source.lignes_gardees + source.lignes_ecartees


def cells(folder, source_id):
    with (folder / "sources.csv").open(encoding="utf-8", newline="") as stream:
        return next(row for row in csv.DictReader(stream) if row["source_id"] == source_id)


EMBEDDED = ROOT / "data"
