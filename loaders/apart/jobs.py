"""What a process apart may be asked to read, and the records in which it answers."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from errors import AtlasError
from loaders import communes, own_layer, premises, qpv
from loaders.apart import wire
from loaders.brought import candidate_sites, gtfs, opened, own_values, personnes_morales, tables
from loaders.brought.addresses import Answers
from loaders.brought.opened import Choice, Opened
from loaders.formats import systems
from loaders.own_layer import OwnLayer
from loaders.premises import Inventory
from loaders.quality import Fault, Report

#: What a page shows of a file as it was cut into rows.
SHOWN_ROWS: Final = 20
_SAMPLE: Final = b"nom;lon;lat;code;surface;jour\nEssai;5,3795;43,3125;13203;12,5;01/03/2026\n"


def _own_layer(content: bytes, *, name: str, choice: Choice) -> tuple[Opened, OwnLayer | None, str]:
    """Look at a layer and place it: how it was opened, its objects, and why there is none."""
    found = own_layer.look(name, content, choice)
    layer, fault = None, ""
    try:
        layer = own_layer.place(found)
    except AtlasError as error:
        fault = str(error)
    return _in_short(found), layer, fault


def _in_short(found: Opened) -> Opened:
    none = found.shapes.iloc[:0]
    return replace(found, cells=found.cells.head(SHOWN_ROWS), shapes=none, faults=found.faults.iloc[:0])


def _premises(
    content: bytes, *, name: str, ask: bool, answers: Answers | None
) -> tuple[Inventory, tuple[str, ...]]:
    """Read an inventory; where its addresses are to be asked, name those that answers are missing for."""
    to_ask: list[str] = []
    geocode = answers.given if answers is not None else to_ask.append if ask else None
    return premises.read(content, name=name, geocode=geocode), tuple(to_ask)


def _sites(content: bytes, *, name: str) -> candidate_sites.SiteList:
    return candidate_sites.read(content, name=name)


def _stops(content: bytes, *, name: str) -> gtfs.Stops:
    return gtfs.read(content, name=name)


def _candidates(
    content: bytes, *, name: str, millesime: str, known: pd.DataFrame
) -> personnes_morales.Candidates:
    return personnes_morales.read(content, name=name, millesime=millesime, known=known)


def _table(content: bytes, *, name: str, headings: Collection[str]) -> Opened:
    return tables.read(content, name=name, headings=headings)


JOBS: Final[Mapping[str, Callable[..., Any]]] = {
    "couche": _own_layer,
    "locaux": _premises,
    "emplacements": _sites,
    "arrets": _stops,
    "pistes": _candidates,
    "tableau": _table,
}
RECORDS: Final = (
    Report, Fault, Answers, Choice, opened.Position, Opened, systems.Fit, OwnLayer, own_values.Column, Inventory,
    candidate_sites.SiteList, gtfs.Stops, gtfs.Feed, personnes_morales.Candidates,
)  # fmt: skip


def warm() -> None:
    """Read what every reading compares with, and a layer of the atlas's own: those who fork do nothing for the first time."""
    communes.load_with_neighbours()
    qpv.load()
    wire.dump(_own_layer(_SAMPLE, name="essai.csv", choice=Choice()))


#: What the readers load late, loaded before they fork.
MODULES: Final = ("pyogrio.raw", "pyarrow.csv", "pyarrow.compute", "python_calamine")
