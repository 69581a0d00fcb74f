"""What lies in and around a place: sorts of objects, their names, how many there are, the nearest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from facts import place_fields
from facts.frames import Frames
from facts.naming import BIKES
from geo import cycling, facilities
from geo import friches as brownfields
from geo.places import count_by_distance
from geo.proximity import nearest
from loaders.catalogue import Source

MODES: Final[Mapping[str, str]] = {
    "metro": "Métro",
    "tram": "Tramway",
    "bhns": "Bus à haut niveau de service",
}


@dataclass(frozen=True)
class Sort:
    """One sort of object that lies around a place.

    Attributes
    ----------
    nom, type
        The columns of its frame that name it and say its type, "" without one.
    """

    layer_id: str
    source_id: str
    quoi: str
    titre: str
    nom: str
    type: str


#: Sort of object by its key, in the order to show.
SORTS: Final[Mapping[str, Sort]] = {
    "stations": Sort("stations", "velos", f"Station {BIKES}", f"Stations {BIKES} physiques", "name", ""),
    "stations_virtuelles": Sort("stations", "velos", f"Station {BIKES} virtuelle", f"Stations {BIKES} virtuelles", "name", ""),
    "lignes": Sort("lignes", "lignes", "Ligne", "Lignes de métro, tramway et BHNS", "route_short_name", "mode"),
    "gares": Sort("gares", "sncf", "Gare", "Gares", "name", ""),
    "social": Sort("social", "social", "Équipement social", "Équipements sociaux", "nom", "categorie"),
    "colleges": Sort("colleges", "colleges", "Collège REP ou REP+", "Collèges REP et REP+", "nom", "education_prioritaire"),
    "sports": Sort("sports", "sports", "Équipement sportif", "Équipements sportifs", "appellation", "famille"),
    "friches": Sort("friches", "friches", "Friche vérifiée", "Friches vérifiées", "site_nom", "site_type"),
    "friches_potentielles": Sort("friches", "friches", "Friche potentielle, non vérifiée", "Friches potentielles, non vérifiées", "site_nom", "site_type"),
}  # fmt: skip
#: Column of the counts per commune to the sort that it counts.
COUNTED: Final[Mapping[str, str]] = {
    "friches_verifiees": "friches",
    "friches_potentielles": "friches_potentielles",
    "sports": "sports",
    "social": "social",
    "colleges": "colleges",
    "gares": "gares",
    "stations": "stations",
}
#: The sorts whose nearest object is told, and what that one is called.
NEAREST: Final[Mapping[str, str]] = {
    "stations": f"Station {BIKES}",
    "lignes": "Ligne de métro, tramway ou BHNS (la ligne, non un arrêt)",
    "gares": "Gare",
    "colleges": "Collège REP ou REP+",
}


def sorts(sources: Mapping[str, Source]) -> dict[str, Sort]:
    """Give the sorts of object whose source the territory has.

    Returns
    -------
    dict of str to Sort
        Part of `SORTS`, in order.
    """
    return {key: sort for key, sort in SORTS.items() if not sources[sort.source_id].absente}


def objects_by_sort(frames: Frames) -> dict[str, gpd.GeoDataFrame]:
    """Give the objects of each sort, what nobody checked and what serves nobody apart.

    Returns
    -------
    dict of str to GeoDataFrame
        Key of `SORTS` to its rows, in EPSG:2154; no row where the territory lacks the source.
    """
    stations = cycling.serving(frames.bikes)
    checked = brownfields.checked(frames.friches)
    by_sort = {
        "stations": stations,
        "stations_virtuelles": frames.bikes.drop(index=stations.index),
        "lignes": frames.lines,
        "gares": frames.railway_stations,
        "social": frames.social,
        "colleges": frames.colleges,
        "sports": frames.sports.assign(appellation=_called(frames.sports)),
        "friches": checked,
        "friches_potentielles": frames.friches.drop(index=checked.index),
    }
    return {key: by_sort[key] for key in SORTS}


def in_communes(
    communes: gpd.GeoDataFrame, by_sort: Mapping[str, gpd.GeoDataFrame], sources: Mapping[str, Source]
) -> dict[str, pd.Series]:
    """Count the objects of each sort of `COUNTED` that lie in each commune.

    Returns
    -------
    dict of str to Series
        By column, on the index of the communes; missing outside the sort's source.
    """
    return {
        column: facilities.in_communes(communes, by_sort[key], covered=sources[SORTS[key].source_id].communes)
        for column, key in COUNTED.items()
    }


def _called(sports: gpd.GeoDataFrame) -> pd.Series:
    """Call each sports facility by its type, and by the place that holds it where the source names it."""
    types = sports["equip_type_name"]
    return types.where(sports["installation"].isna(), types + ", " + sports["installation"].fillna(""))


def described(
    found: gpd.GeoDataFrame, by_sort: Mapping[str, gpd.GeoDataFrame], origins: Mapping[str, str]
) -> gpd.GeoDataFrame:
    """Name each object found, from its layer's frame.

    Returns
    -------
    GeoDataFrame
        The same rows with `quoi`, `nom`, `type` and `source`.
    """
    parts = []
    for key, rows in found.groupby("couche", sort=False):
        sort, frame = SORTS[str(key)], by_sort[str(key)].loc[rows["objet"]]
        types = frame[sort.type].replace(dict(MODES)).to_numpy() if sort.type else sort.quoi
        parts.append(
            pd.DataFrame(
                {
                    "quoi": sort.quoi,
                    "nom": frame[sort.nom].to_numpy(),
                    "type": types,
                    "source": origins[str(key)],
                },
                index=rows.index,
                dtype=object,
            )
        )
    words = (
        pd.concat(parts) if parts else pd.DataFrame(columns=["quoi", "nom", "type", "source"], dtype=object)
    )
    return found.join(words)


def counts(found: pd.DataFrame, origins: Mapping[str, str], outside: Mapping[str, str]) -> pd.DataFrame:
    """Count the objects of each sort by distance.

    Returns
    -------
    DataFrame
        One row per sort: `titre`, the counts of `geo.places.count_by_distance` or the reason why there is none, `source`.
    """
    counts = count_by_distance(found, list(origins)).astype(object)
    for key, silence in outside.items():
        counts.loc[key] = silence
    counts.insert(0, "titre", [SORTS[key].titre for key in origins])
    return counts.assign(source=pd.Series(origins))


def closest(
    row: gpd.GeoDataFrame,
    found: pd.DataFrame,
    by_sort: Mapping[str, gpd.GeoDataFrame],
    origins: Mapping[str, str],
    outside: Mapping[str, str],
) -> pd.DataFrame:
    """Find the nearest object of each sort of `NEAREST`.

    Parameters
    ----------
    row
        The place alone, in EPSG:2154.
    found
        What lies around it, as `geo.places.around` gives it.

    Returns
    -------
    DataFrame
        One row per sort: `facts.place_fields.NEAREST_FIELDS`, distances in metres from the outline, or the reason.
    """
    rows = []
    for key, title in NEAREST.items():
        if key not in origins:
            continue
        line: dict[str, Any] = {"couche": key, "titre": title, "source": origins[key]}
        frame = by_sort[key]
        inside = found[(found["couche"] == key) & (found["distance_m"] == 0)]
        if key in outside:
            line |= dict.fromkeys(("nom", "distance_m", "dans"), outside[key])
        elif len(inside):
            names = frame.loc[inside["objet"], SORTS[key].nom]
            line |= {"nom": names.iloc[0], "distance_m": 0.0, "dans": len(inside)}
        else:
            closest = nearest(row, frame).iloc[0]
            line |= {
                "nom": frame[SORTS[key].nom].get(closest["id"]),
                "distance_m": closest["distance_m"],
                "dans": 0,
            }
        rows.append(line)
    columns = ["couche", *(field.column for field in place_fields.NEAREST_FIELDS)]
    return pd.DataFrame(rows, columns=columns, dtype=object).set_index("couche")
