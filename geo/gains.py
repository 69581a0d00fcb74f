"""What proposed sites bring, from areas: the figures to show, where the search goes by the points of a grid."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from geo._validate import check_columns, check_layers
from geo.coverage import covered_share
from geo.crs import Layer
from geo.cycling import physical
from geo.proximity import neighbours
from geo.scope import in_scope, mask

# Areas of the same place by another order of circles differ by that much of a QPV at most.
LAST_DECIMALS = 1e-9


def before_after(
    qpv: gpd.GeoDataFrame, existing: Layer, sites: Layer, *, radius_m: float, covered: Iterable[str]
) -> pd.DataFrame:
    """Measure what each QPV has within reach before and after new sites.

    Inhabitants within reach are the QPV's inhabitants times its share of area within reach, as in `geo.cycling.qpv_figures`.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes) and `population`.
    existing
        Points in Lambert-93: the stations there are, virtual ones serving nobody (as `geo.siting.propose_sites`).
    sites
        Points in Lambert-93: the new ones.
    radius_m
        Reach in metres, as the crow flies.
    covered
        INSEE codes of the communes that the network covers.

    Returns
    -------
        On the index of `qpv` (float): `part_avant` and `part_apres` (0 to 1), `habitants_avant`, `habitants_apres`, `habitants_gagnes`. Missing outside the network; inhabitants missing where the population is.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing or invalid, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(qpv, "les QPV", ("communes", "population"))
    population, existing = qpv["population"].astype(float), physical(existing)
    check_layers(qpv, sites, radius_m=radius_m, area=True)
    before = covered_share(qpv, existing, radius_m)
    after = _share_with(qpv, existing, sites, radius_m=radius_m, before=before)
    figures = pd.DataFrame(
        {
            "part_avant": before,
            "part_apres": after,
            "habitants_avant": population * before,
            "habitants_apres": population * after,
            "habitants_gagnes": population * (after - before),
        },
        index=qpv.index,
    )
    return mask(figures, qpv["communes"], covered)


def site_gains(
    qpv: gpd.GeoDataFrame,
    existing: Layer,
    sites: gpd.GeoDataFrame,
    *,
    radius_m: float,
    covered: Iterable[str],
) -> pd.DataFrame:
    """Measure what each new site brings, alone and to those before it.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes) and `population`; those outside the network count for nobody.
    existing
        Points in Lambert-93: the stations there are, virtual ones serving nobody (as `geo.siting.propose_sites`).
    sites
        Points in Lambert-93, in their rank's order.
    radius_m
        Reach in metres, as the crow flies.
    covered
        INSEE codes of the communes that the network covers.

    Returns
    -------
        On the index of `sites`: `habitants_gagnes` (added to the sites before it; they sum to the gain of all), `habitants_gagnes_seul`, both missing where the population of a QPV that the site serves is; `qpv_servis` (codes of the QPV of which it reaches a part, lists).

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing or invalid, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(qpv, "les QPV", ("communes", "population"))
    check_columns(sites, "les sites", ())
    within = qpv[in_scope(qpv["communes"], covered)]
    population, existing = within["population"].astype(float), physical(existing)
    check_layers(within, sites, radius_m=radius_m, area=True)
    start = covered_share(within, existing, radius_m)
    zone, site = neighbours(within, sites, radius_m)
    served = [zone[site == rank] for rank in range(len(sites))]
    share, added, alone = start.copy(), [], []
    for rank, rows in enumerate(served):
        near, only = within.iloc[rows], sites.iloc[[rank]]
        by_itself = _share_with(near, existing, only, radius_m=radius_m, before=start.iloc[rows])
        together = _share_with(
            near, existing, sites.iloc[: rank + 1], radius_m=radius_m, before=share.iloc[rows]
        )
        alone.append(_people(population.iloc[rows], by_itself - start.iloc[rows]))
        added.append(_people(population.iloc[rows], together - share.iloc[rows]))
        share.iloc[rows] = together
    return pd.DataFrame(
        {
            "habitants_gagnes": np.asarray(added, dtype=float),
            "habitants_gagnes_seul": np.asarray(alone, dtype=float),
            "qpv_servis": [sorted(within.index[rows]) for rows in served],
        },
        index=sites.index,
    )


def _share_with(
    zones: gpd.GeoDataFrame, existing: Layer, sites: Layer, *, radius_m: float, before: pd.Series
) -> pd.Series:
    """Measure shares with more stations: never less than before, where the last decimals might say so."""
    stations = gpd.GeoSeries(
        np.concatenate([existing.geometry.to_numpy(), sites.geometry.to_numpy()]), crs=zones.crs
    )
    return covered_share(zones, stations, radius_m).clip(lower=before)


def _people(population: pd.Series, share: pd.Series) -> float:
    """Add up inhabitants; a QPV of which nothing is gained needs no population."""
    return float((population * share)[share > LAST_DECIMALS].sum(skipna=False))
