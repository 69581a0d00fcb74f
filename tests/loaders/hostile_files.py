"""Files made to harm, each kind in as many variants as there are seeds: what tests hand to the readers, and to a browser."""

import random
from collections.abc import Callable
from typing import NamedTuple

from loaders.brought.opened import Choice
from tests.loaders.hostile import geometries, packages, tables
from tests.loaders.test_premises_damaged import inventory

#: What the reader of each job is asked beside the file.
OPTIONS = {
    "couche": {"choice": Choice()},
    "locaux": {"ask": False, "answers": None},
    "emplacements": {},
    "arrets": {},
}


class Kind(NamedTuple):
    """One kind of hostile file: the job whose reader takes it, the file's name, and what makes its content."""

    job: str
    name: str
    make: Callable[[random.Random], bytes]


def _inventory_of(cell):
    def made(rng):
        return "\n".join([*inventory(2), f"L9;{cell(rng)};5.38;43.31;8;vacant;R;15/01/2026"]).encode()

    return made


KINDS = {
    "WKT emboîté": Kind("couche", "a.csv", lambda rng: tables.table(geometries.nested_wkt(rng))),
    "WKB emboîté": Kind("couche", "a.csv", lambda rng: tables.table(geometries.nested_wkb(rng).hex())),
    "WKT emboîté, classeur": Kind("couche", "a.xlsx", lambda rng: tables.sheet(geometries.nested_wkt(rng))),
    "WKB emboîté, classeur": Kind(
        "couche", "a.xlsx", lambda rng: tables.sheet(geometries.nested_wkb(rng).hex())
    ),
    "GeoJSON emboîté": Kind(
        "couche",
        "a.geojson",
        lambda rng: geometries.collection(geometries.feature(geometries.nested_json(rng))),
    ),
    "GeoJSON emboîté, cellule": Kind(
        "couche", "a.csv", lambda rng: tables.table(tables.quoted(geometries.nested_json(rng)))
    ),
    "GeoPackage emboîté": Kind("couche", "a.gpkg", packages.nested_in_package),
    "vue sans fin": Kind("couche", "a.gpkg", packages.endless_view),
    "vue sans fin seule": Kind("couche", "a.gpkg", packages.only_an_endless_view),
    "table virtuelle": Kind("couche", "a.gpkg", packages.virtual_table),
    "déclencheur": Kind("couche", "a.gpkg", packages.trigger),
    "suite de signes": Kind("couche", "a.csv", tables.long_cell),
    "suite de signes, inventaire": Kind("locaux", "a.csv", tables.long_cell_of_inventory),
    "nombre démesuré": Kind("couche", "a.csv", tables.numbers),
    "nombre démesuré, GeoJSON": Kind("couche", "a.geojson", tables.numbers_in_json),
    "nombre démesuré, classeur": Kind("couche", "a.xlsx", tables.numbers_in_sheet),
    "points par centaines de milliers": Kind(
        "couche",
        "a.geojson",
        lambda rng: geometries.collection(geometries.feature(geometries.many_points(rng))),
    ),
    "texte partagé": Kind("locaux", "a.xlsx", tables.shared_string),
    "texte partagé, couche": Kind("couche", "a.xlsx", tables.shared_string),
    "propriété démesurée": Kind(
        "couche",
        "a.geojson",
        lambda rng: geometries.collection(
            geometries.feature('{"type":"Point","coordinates":[5.4,43.3]}', geometries.nested_property(rng))
        ),
    ),
    "membres par milliers": Kind("couche", "a.zip", tables.many_members),
    "archive qui enfle": Kind("couche", "a.zip", tables.bomb),
    "cellule au loin": Kind("locaux", "a.xlsx", tables.far_cell),
}


def build(kind: str, seed: int = 0) -> tuple[str, bytes]:
    """Make a file of a kind: its name, and its content; the same for the same seed."""
    found = KINDS[kind]
    return found.name, found.make(random.Random(f"{kind} {seed}"))
