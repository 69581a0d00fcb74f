"""The fictitious inventory for trying out: premises drawn at random in real QPV, each of which says that it is invented."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import LAMBERT93, WGS84
from loaders import communes, qpv
from loaders.brought.premises_schema import COLUMNS, FICTIONAL

SEED: Final = 20260101
#: QPV drawn in the commune that has most and elsewhere, where there are as many, and premises in each.
DRAWN: Final = ((12, 3), (8, 3))
_LANDLORDS: Final = tuple(f"Bailleur fictif {letter}" for letter in "ABCDE")
#: Shares of the premises whose surface and rent are known.
_SURFACES_KNOWN: Final = 0.9
_RENTS_KNOWN: Final = 0.6
_USAGES: Final = ("vacant", "associatif", "commercial", "service public", "stockage", "inconnu")
_USAGE_SHARES: Final = (0.35, 0.25, 0.15, 0.1, 0.1, 0.05)


def make() -> bytes:
    """Draw the fictitious inventory: the same at each call.

    Returns
    -------
    bytes
        CSV in UTF-8 with its mark, semicolons and decimal commas, in the columns of the schema.
    """
    rng = np.random.default_rng(SEED)
    zones = qpv.read().frame
    towns = communes.load()["nom"]
    first = zones["communes"].str[0]
    rows: list[dict[str, str]] = []
    for inside, (zone_count, premises) in zip((True, False), DRAWN, strict=True):
        codes = zones.index[(first == first.mode()[0]) == inside]
        for code in sorted(rng.choice(codes, min(zone_count, len(codes)), replace=False)):
            for point in _points(zones.loc[code, "geometry"], premises, rng):
                rows.append(_row(len(rows) + 1, towns[first[code]], point, rng))
    table = pd.DataFrame(rows, columns=[column.name for column in COLUMNS])
    return table.to_csv(sep=";", index=False, lineterminator="\r\n").encode("utf-8-sig")


def _points(outline: Any, count: int, rng: np.random.Generator) -> list[Any]:
    """Draw points inside an outline, in degrees: at least 5 m from its border, beyond what rounding moves."""
    inner = shapely.buffer(outline, -5)
    west, south, east, north = shapely.bounds(inner)
    found: list[Any] = []
    while len(found) < count:
        point = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if shapely.contains(inner, point):
            found.append(point)
    return list(gpd.GeoSeries(found, crs=LAMBERT93).to_crs(WGS84))


def _row(number: int, town: str, point: Any, rng: np.random.Generator) -> dict[str, str]:
    usage = str(rng.choice(_USAGES, p=_USAGE_SHARES))
    vacant = usage == "vacant"
    status = (
        str(rng.choice(["disponible", "en travaux", "réservé"], p=[0.7, 0.2, 0.1])) if vacant else "occupé"
    )
    surface = f"{rng.uniform(25, 320):.1f}".replace(".", ",")
    rent = f"{rng.uniform(40, 160):.0f}"
    condition = str(rng.choice(["bon", "moyen", "dégradé", "inconnu"], p=[0.3, 0.4, 0.2, 0.1]))
    level = str(rng.choice(["oui", "non", "inconnu"], p=[0.6, 0.25, 0.15]))
    since = f"{rng.integers(1, 29):02d}/{rng.integers(1, 13):02d}/2025"
    surveyed = f"{rng.integers(5, 31):02d}/01/2026"
    return {
        "id_local": f"FICTIF-{number:03d}",
        "adresse": f"{number} rue fictive, {town}",
        "lon": f"{point.x:.6f}".replace(".", ","),
        "lat": f"{point.y:.6f}".replace(".", ","),
        "bailleur": str(rng.choice(_LANDLORDS)),
        "etage": "RDC",
        # What real inventories lack is lacking here too.
        "surface_m2": surface if rng.random() < _SURFACES_KNOWN else "",
        "usage": usage,
        "statut": "inconnu" if usage == "inconnu" else status,
        "disponible_depuis": since if status == "disponible" else "",
        "etat_bati": condition,
        "entree_plain_pied": level,
        "loyer_m2_an": rent if rng.random() < _RENTS_KNOWN else "",
        "source": "Inventaire fictif de l'atlas",
        "date_releve": surveyed,
        "niveau_confiance": "faible",
        "fictif": FICTIONAL,
    }
