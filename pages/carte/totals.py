"""What each commune holds, source by source."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd

from facts.fields import Field
from facts.naming import BIKES
from geo.facilities import in_communes
from geo.population import inhabitants_by_commune
from geo.proximity import pairs_within
from loaders.catalogue import Source
from pages.carte.filters import Types
from pages.carte.rows import of_types
from words.constants import PROXIMITY_M, UNCHECKED
from words.formats import BROAD, entier, pluriel

FIELDS: Final = (
    Field("nom", "Commune", "texte"),
    Field("nb_qpv", "QPV", "entier", "qpv"),
    Field("population_qpv", "Habitants des QPV", "entier", "indicateurs"),
    Field("friches_verifiees", "Friches vérifiées", "entier", "friches"),
    Field("friches_potentielles", "Friches potentielles, non vérifiées", "entier", "friches"),
    Field("sports", "Équipements sportifs", "entier", "sports"),
    Field("social", "Équipements sociaux", "entier", "social"),
    Field("colleges", "Collèges REP et REP+", "entier", "colleges"),
    Field("gares", "Gares", "entier", "sncf"),
    Field("stations", f"Stations {BIKES} physiques", "entier", "velos"),
)
SOURCES: Final = ("qpv", "indicateurs", "friches", "sports", "social", "colleges", "sncf", "velos")


def by_commune(
    frames: Mapping[str, gpd.GeoDataFrame], types: Types, sources: Mapping[str, Source]
) -> gpd.GeoDataFrame:
    """Count what lies in each commune, by the filters on types alone.

    Parameters
    ----------
    sources
        The catalogue: outside a source's communes a count is missing, not 0.

    Returns
    -------
    GeoDataFrame
        Index `code_insee`, by name; the columns of `FIELDS`. Inhabitants are 0 where a commune has no QPV; those of a
        QPV on two communes are counted once, under the first that the source names.
    """
    communes = frames["communes"].sort_values("nom")
    totals = communes[["nom", "geometry"]].join(inhabitants_by_commune(communes, frames["qpv"]))
    totals["population_qpv"] = totals["population_qpv"].mask(totals["nb_qpv"] == 0, 0.0)
    friches = of_types("friches", frames["friches"], types)
    unchecked = friches["site_statut"] == UNCHECKED
    counted = {
        "friches_verifiees": (friches[~unchecked], "friches"),
        "friches_potentielles": (friches[unchecked], "friches"),
        "sports": (of_types("sports", frames["sports"], types), "sports"),
        "social": (of_types("social", frames["social"], types), "social"),
        "colleges": (of_types("colleges", frames["colleges"], types), "colleges"),
        "gares": (frames["gares"], "sncf"),
        "stations": (frames["stations"][~frames["stations"]["is_virtual_station"]], "velos"),
    }
    for column, (frame, source_id) in counted.items():
        totals[column] = in_communes(communes, frame, covered=sources[source_id].communes)
    return totals


def finding(frames: Mapping[str, gpd.GeoDataFrame], commune: str | None) -> str:
    """Say in one sentence what there is in the territory, or in one commune.

    Parameters
    ----------
    commune
        INSEE code, None for the territory.
    """
    communes, qpv, friches = frames["communes"], frames["qpv"], frames["friches"]
    checked = friches[friches["site_statut"] != UNCHECKED]
    surveyed = not friches.empty
    near = checked.index[sorted(set(pairs_within(qpv, checked, PROXIMITY_M).point))]
    people = inhabitants_by_commune(communes, qpv)
    if commune is None:
        head = f"Les {pluriel(len(qpv), 'QPV', 'QPV')} comptent {pluriel(people['population_qpv'].sum(), 'habitant')}"
    else:
        head = _about_commune(
            str(communes.loc[commune, "nom"]), people["nb_qpv"][commune], people["population_qpv"][commune]
        )
        checked = checked[checked["code_insee"] == commune]
        near = near.intersection(checked.index)
    if not surveyed:
        return f"{head}."
    if checked.empty:
        return f"{head} ; aucune friche vérifiée n’y est recensée."
    reach = f"dans un QPV ou à {PROXIMITY_M} m au plus, à vol d’oiseau"
    if len(checked) == 1:
        return f"{head} ; la seule friche vérifiée {'est' if len(near) else 'n’est pas'} {reach}."
    verb = "est" if len(near) <= 1 else "sont"
    said = "aucune" if near.empty else entier(len(near))
    none = "n’" if near.empty else ""
    return f"{head} ; sur {entier(len(checked))}{BROAD}friches vérifiées, {said} {none}{verb} {reach}."


def _about_commune(name: str, count: int, inhabitants: float) -> str:
    if not count:
        return f"{name} n’a pas de QPV"
    verb = "compte" if count == 1 else "comptent"
    return f"À {name}, {pluriel(count, 'QPV', 'QPV')} {verb} {pluriel(inhabitants, 'habitant')}"
