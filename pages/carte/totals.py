"""What each commune holds, source by source."""

from typing import Final

import geopandas as gpd

from facts.fields import Field
from facts.snapshot import Snapshot
from facts.surroundings import COUNTED, SORTS, in_communes
from geo.population import inhabitants_by_commune
from geo.proximity import pairs_within
from pages.carte.filters import Types
from pages.carte.rows import objects
from words.constants import PROXIMITY_M
from words.formats import BROAD, entier, pluriel

FIELDS: Final = (
    Field("nom", "Commune", "texte"),
    Field("nb_qpv", "QPV", "entier", "qpv"),
    Field("population_qpv", "Habitants des QPV", "entier", "indicateurs"),
    *(Field(column, SORTS[key].titre, "entier", SORTS[key].source_id) for column, key in COUNTED.items()),
)
SOURCES: Final = tuple(dict.fromkeys(field.source_id for field in FIELDS if field.source_id))


def by_commune(held: Snapshot, types: Types) -> gpd.GeoDataFrame:
    """Count what lies in each commune, by the filters on types alone.

    Returns
    -------
    GeoDataFrame
        Index `code_insee`, by name; the columns of `FIELDS`. Inhabitants are 0 where a commune has no QPV; those of a
        QPV on two communes are counted once, under the first that the source names.
    """
    communes = held.communes.sort_values("nom")
    totals = communes[["nom", "geometry"]].join(inhabitants_by_commune(communes, held.qpv))
    totals["population_qpv"] = totals["population_qpv"].mask(totals["nb_qpv"] == 0, 0.0)
    return totals.assign(**in_communes(communes, objects(held, types), held.sources))


def finding(held: Snapshot, commune: str | None) -> str:
    """Say in one sentence what there is in the territory, or in one commune.

    Parameters
    ----------
    commune
        INSEE code, None for the territory.
    """
    communes, qpv = held.communes, held.qpv
    checked = held.objects["friches"]
    surveyed = not held.friches.empty
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
