"""Files made to harm, each kind in as many variants as there are seeds: what tests hand to the readers, and to a browser."""

import random
from collections.abc import Callable
from typing import NamedTuple

from loaders.brought import landlords
from loaders.brought.opened import Choice
from tests.loaders.hostile import archives, geometries, networks, packages, texts, workbooks

#: What the reader of each job is asked beside the file.
OPTIONS = {
    "couche": {"choice": Choice()},
    "locaux": {"ask": True, "answers": None},
    "emplacements": {},
    "arrets": {},
    "pistes": {"millesime": "2025", "known": landlords.load()},
    "tableau": {"headings": ["Mesure", "Valeur", "Date"]},
}


class Kind(NamedTuple):
    """One kind of hostile file: the job whose reader takes it, the file's name, and what makes its content."""

    job: str
    name: str
    make: Callable[[random.Random], bytes]


def _layer(name, make):
    return Kind("couche", name, make)


def _premises(name, make):
    return Kind("locaux", name, make)


KINDS = {
    "WKT emboîté": _layer("a.csv", lambda rng: texts.table(geometries.nested_wkt(rng))),
    "WKB emboîté": _layer("a.csv", lambda rng: texts.table(geometries.nested_wkb(rng).hex())),
    "WKB menteur": _layer("a.csv", lambda rng: texts.table(geometries.lying_wkb(rng).hex())),
    "WKT emboîté, classeur": _layer("a.xlsx", lambda rng: workbooks.sheet(geometries.nested_wkt(rng))),
    "WKB emboîté, classeur": _layer("a.xlsx", lambda rng: workbooks.sheet(geometries.nested_wkb(rng).hex())),
    "GeoJSON emboîté": _layer("a.geojson", lambda rng: geometries.one(geometries.nested_json(rng))),
    "GeoJSON emboîté, cellule": _layer("a.csv", lambda rng: texts.table(texts.quoted(geometries.nested_json(rng)))),
    "GeoPackage emboîté": _layer("a.gpkg", packages.nested),
    "parties vides": _layer("a.csv", lambda rng: texts.table(geometries.blank_parts(rng), geometries.blank_parts(rng))),
    "parties vides, GeoPackage": _layer("a.gpkg", packages.blank_geometry),
    "vue sans fin": _layer("a.gpkg", packages.endless_view),
    "vue sans fin seule": _layer("a.gpkg", packages.only_an_endless_view),
    "vue sans fin du format": _layer("a.gpkg", packages.system_view),
    "table virtuelle": _layer("a.gpkg", packages.virtual_table),
    "déclencheur": _layer("a.gpkg", packages.trigger),
    "colonnes coûteuses": _layer("a.gpkg", packages.dear_columns),
    "GeoPackage menteur": _layer("a.gpkg", packages.odd_content),
    "GeoPackage menteur, locaux": _premises("a.gpkg", packages.odd_content),
    "tables par centaines": _layer("a.gpkg", packages.many_tables),
    "GeoPackage abîmé": _layer("a.gpkg", packages.damaged),
    "suite de signes": _layer("a.csv", texts.long_cell),
    "suite de signes, titre": _layer("a.csv", texts.long_heading),
    "suite de signes, locaux": _premises("a.csv", texts.long_cell_of_inventory),
    "suite de signes, classeur": _layer("a.xlsx", workbooks.long_cell),
    "nombre démesuré": _layer("a.csv", texts.numbers),
    "nombre démesuré, GeoJSON": _layer("a.geojson", texts.numbers_in_json),
    "nombre démesuré, classeur": _layer("a.xlsx", workbooks.numbers),
    "colonnes par milliers": _layer("a.csv", texts.wide),
    "colonnes par milliers, locaux": _premises("a.csv", texts.wide),
    "lignes par milliers": _layer("a.csv", texts.lines),
    "guillemet jamais fermé": _layer("a.csv", texts.open_quote),
    "fautes partout": _layer("a.csv", texts.faulty),
    "octets sans encodage": _layer("a.csv", texts.letters),
    "emplacements": Kind("emplacements", "a.csv", texts.places),
    "tableau": Kind("tableau", "a.csv", lambda rng: texts.wide(rng).replace(b"nom", b"Mesure;Valeur;Date", 1)),
    "points par centaines de milliers": _layer("a.geojson", lambda rng: geometries.one(geometries.many_points(rng))),
    "texte recopié par point": _layer("a.geojson", geometries.copies),
    "contour qui se recoupe": _layer("a.geojson", geometries.tangled),
    "trous par milliers": _layer("a.geojson", geometries.holes),
    "coordonnées absurdes": _layer("a.geojson", geometries.absurd),
    "propriété emboîtée": _layer("a.geojson", lambda rng: geometries.one(properties=geometries.nested_property(rng))),
    "propriété démesurée": _layer("a.geojson", lambda rng: geometries.one(properties=geometries.large_property(rng))),
    "GeoJSON étrange": _layer("a.geojson", geometries.odd_json),
    "GeoJSON par lignes": _layer("a.geojson", geometries.by_lines),
    "texte partagé": _premises("a.xlsx", workbooks.shared_string),
    "texte partagé, couche": _layer("a.xlsx", workbooks.shared_string),
    "cellule au loin": _premises("a.xlsx", workbooks.far_cell),
    "cellules éparses": _layer("a.xlsx", workbooks.scattered),
    "styles par milliers": _layer("a.xlsx", workbooks.styles),
    "cellules fusionnées": _layer("a.xlsx", workbooks.merged),
    "feuilles par milliers": _layer("a.xlsx", workbooks.sheets),
    "entités XML": _layer("a.xlsx", workbooks.entities),
    "feuille emmêlée": _layer("a.xlsx", workbooks.tangled),
    "membres par milliers": _layer("a.zip", archives.many_members),
    "archive qui enfle": _layer("a.zip", archives.bomb),
    "noms de membres": _layer("a.zip", archives.names),
    "archive menteuse": _layer("a.zip", archives.lying),
    "membres superposés": _layer("a.zip", archives.overlapping),
    "Shapefile menteur": _layer("a.zip", archives.shapes),
    "attributs menteurs": _layer("a.zip", archives.attributes),
    "système démesuré": _layer("a.zip", archives.system),
    "Shapefile abîmé": _layer("a.zip", archives.damaged_shapefile),
    "GTFS": Kind("arrets", "a.zip", networks.gtfs),
    "GTFS qui enfle": Kind("arrets", "a.zip", networks.gtfs_bomb),
    "fichier de la DGFiP": Kind("pistes", "a.csv", networks.dgfip_file),
}  # fmt: skip


def build(kind: str, seed: int = 0) -> tuple[str, bytes]:
    """Make a file of a kind: its name, and its content; the same for the same seed."""
    found = KINDS[kind]
    return found.name, found.make(random.Random(f"{kind} {seed}"))
