"""Facilities in and around the QPV: counts, and rates per 1,000 inhabitants of the QPV."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from errors import ArgumentError
from geo._validate import check_columns, check_layers, check_same_index
from geo.population import counted_under, inhabitants_by_commune, per_1000
from geo.proximity import count_within, neighbours
from geo.scope import in_scope, mask


def qpv_figures(
    qpv: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, radius_m: float, covered: Iterable[str]
) -> pd.DataFrame:
    """Count the facilities in and around each QPV.

    A facility near two QPV counts for both: do not add these counts up, see `commune_figures`.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes) and `population`.
    facilities
        Points in Lambert-93.
    radius_m
        Distance from the outline in metres, as the crow flies, included.
    covered
        INSEE codes of the communes that the source covers.

    Returns
    -------
        On the index of `qpv`: `equipements_dans` (in the QPV or on its outline), `equipements_a_portee` (those included), `equipements_pour_1000_hab` (of the latter). Missing outside the source.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(qpv, "les QPV", ("communes", "population"))
    within = count_within(qpv, facilities, radius_m)
    figures = pd.DataFrame(
        {
            "equipements_dans": count_within(qpv, facilities, 0.0),
            "equipements_a_portee": within,
            "equipements_pour_1000_hab": per_1000(within, qpv["population"]),
        },
        index=qpv.index,
    )
    return mask(figures.astype(float), qpv["communes"], covered)


def qpv_counts_by(
    qpv: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    categories: pd.Series,
    *,
    radius_m: float,
    covered: Iterable[str],
) -> pd.DataFrame:
    """Count the facilities around each QPV, one column per category.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes).
    facilities
        Points in Lambert-93.
    categories
        Category of each facility, on the index of `facilities`.
    radius_m
        Distance from the outline in metres, as the crow flies, included.
    covered
        INSEE codes of the communes that the source covers.

    Returns
    -------
        Counts on the index of `qpv` (float), one column per category in alphabetical order, those near no QPV too; of a categorical, one per category that it knows, without any facility too. Missing outside the source.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a facility without category, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(qpv, "les QPV", ("communes",))
    check_layers(qpv, facilities, radius_m=radius_m)
    check_same_index(facilities.index, categories.index, "les équipements et leurs catégories")
    if categories.isna().any():
        without = ", ".join(map(str, categories.index[categories.isna()][:5]))
        raise ArgumentError(f"équipement(s) sans catégorie : {without}")
    known = isinstance(categories.dtype, pd.CategoricalDtype)
    names = list(categories.cat.categories) if known else sorted(categories.unique())
    zone, point = neighbours(qpv, facilities, radius_m)
    column = pd.Categorical(categories, categories=names).codes[point]
    counts = np.bincount(zone * len(names) + column, minlength=len(qpv) * len(names))
    table = pd.DataFrame(counts.reshape(len(qpv), len(names)), index=qpv.index, columns=names, dtype=float)
    return mask(table, qpv["communes"], covered)


def category_figures(
    qpv: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    categories: pd.Series,
    *,
    radius_m: float,
    covered: Iterable[str],
) -> pd.DataFrame:
    """Say of each category how many facilities serve the QPV, and how many QPV have none.

    A facility near several QPV counts once. QPV outside the source are in none of the figures.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes) and `population`.
    facilities
        Points in Lambert-93.
    categories
        Category of each facility, on the index of `facilities`.
    radius_m
        Distance from the outline in metres, as the crow flies, included.
    covered
        INSEE codes of the communes that the source covers.

    Returns
    -------
        One row per category, in alphabetical order: `equipements_dans` (in a QPV or on its outline), `equipements_a_portee` (those included), `qpv_avec`, `qpv_sans` (int), `habitants_sans` (of the QPV without; float, NaN where the population of one is missing).

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a facility without category, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(qpv, "les QPV", ("communes", "population"))
    counts = qpv_counts_by(qpv, facilities, categories, radius_m=radius_m, covered=covered)
    inside = in_scope(qpv["communes"], covered)
    within, without = qpv[inside], counts[inside].eq(0)
    served = {
        name: categories.iloc[np.unique(neighbours(within, facilities, distance_m)[1])].value_counts()
        for name, distance_m in (("equipements_dans", 0.0), ("equipements_a_portee", radius_m))
    }
    people = [within.loc[without[name], "population"].astype(float).sum(skipna=False) for name in counts]
    return pd.DataFrame(
        {
            **{name: found.reindex(counts.columns, fill_value=0) for name, found in served.items()},
            "qpv_avec": len(within) - without.sum(),
            "qpv_sans": without.sum(),
            "habitants_sans": pd.Series(people, index=counts.columns, dtype=float),
        },
        index=counts.columns,
    )


def commune_figures(
    communes: pd.DataFrame,
    qpv: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    radius_m: float,
    covered: Iterable[str],
) -> pd.DataFrame:
    """Count the facilities in and around the QPV of each commune, each facility once.

    A QPV on several communes is counted under the first that the source names, as its inhabitants are.

    Parameters
    ----------
    communes
        Communes indexed by INSEE code.
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes) and `population`.
    facilities
        Points in Lambert-93.
    radius_m
        Distance from the outline in metres, as the crow flies, included.
    covered
        INSEE codes of the communes that the source covers.

    Returns
    -------
        On the index of `communes`: `nb_qpv` (int), `population_qpv`, `equipements_a_portee`, `equipements_pour_1000_hab` (over the inhabitants of the commune's QPV). The last two are missing without a QPV and outside the source.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    totals = inhabitants_by_commune(communes, qpv)
    pairs = reach_by_commune(qpv, facilities, radius_m=radius_m)
    number = pairs["commune"].value_counts().reindex(communes.index, fill_value=0).astype(float)
    number = mask(number.where(totals["nb_qpv"] > 0), communes.index.to_series(), covered)
    totals["equipements_a_portee"] = number
    totals["equipements_pour_1000_hab"] = per_1000(number, totals["population_qpv"])
    return totals


def in_communes(communes: pd.DataFrame, objects: pd.DataFrame, *, covered: Iterable[str]) -> pd.Series:
    """Count the objects of each commune, by the commune that each one names.

    Parameters
    ----------
    communes
        Communes indexed by INSEE code.
    objects
        Objects with `code_insee`.
    covered
        INSEE codes of the communes that the source covers.

    Returns
    -------
        Counts on the index of `communes` (float). Missing outside the source.

    Raises
    ------
    ArgumentError
        The column is missing or an id repeated.
    """
    check_columns(objects, "les objets", ("code_insee",))
    number = objects["code_insee"].value_counts().reindex(communes.index, fill_value=0)
    return mask(number.astype(float), communes.index.to_series(), covered)


def reach_by_commune(qpv: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, radius_m: float) -> pd.DataFrame:
    """List once the facilities in and around the QPV of each commune.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes).
    facilities
        Points in Lambert-93.
    radius_m
        Distance from the outline in metres, as the crow flies, included.

    Returns
    -------
        One row per pair: `commune` (INSEE code under which the QPV is counted), `position` of the facility.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(qpv, "les QPV", ("communes",))
    check_layers(qpv, facilities, radius_m=radius_m)
    zone, point = neighbours(qpv, facilities, radius_m)
    place = counted_under(qpv["communes"]).to_numpy()
    return pd.DataFrame({"commune": place[zone], "position": point}).drop_duplicates(ignore_index=True)
