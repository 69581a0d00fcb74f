"""Brownfields in and around the QPV, the same land counted once."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from geo._geometry import connected
from geo._validate import check_columns, check_layers
from geo.cycling import serving
from geo.facilities import reach_by_commune
from geo.population import inhabitants_by_commune
from geo.proximity import count_within, nearest, neighbours
from geo.scope import mask
from words.constants import UNCHECKED


def checked(friches: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the sites that Cerema has checked.

    Parameters
    ----------
    friches
        Sites with `site_statut`.

    Returns
    -------
        The sites whose status is not "friche potentielle".

    Raises
    ------
    ArgumentError
        The column is missing or an id repeated.
    """
    check_columns(friches, "les friches", ("site_statut",))
    return friches.loc[friches["site_statut"] != UNCHECKED]


def land_units(parcels: pd.Series) -> pd.Series:
    """Group the sites that share a cadastral parcel, directly or through other sites.

    Parameters
    ----------
    parcels
        List of parcels of each site (`unite_fonciere_refcad`), indexed by site id; a site without parcels stands alone.

    Returns
    -------
        On the same index, the smallest site id of the group.
    """
    return connected(parcels)


def merged_surface_m2(friches: pd.DataFrame) -> float:
    """Add up the surfaces of sites, land that several sites share once.

    Each group of `land_units` counts for its largest surface. That is exact where one site's parcels hold those of all the others; where they only overlap it is a lower bound, since the source gives no surface per parcel. In the inventory of March 2024 two groups of 202 are so, and the land they may hide is at most 27 ha of 1,107.

    Parameters
    ----------
    friches
        Sites with `unite_fonciere_surface` (m²) and `unite_fonciere_refcad` (lists of parcels).

    Returns
    -------
        Square metres: 0 without sites, NaN where the surface of a whole group is missing.

    Raises
    ------
    ArgumentError
        A column is missing or an id repeated.
    """
    check_columns(friches, "les friches", ("unite_fonciere_surface", "unite_fonciere_refcad"))
    if friches.empty:
        return 0.0
    groups = land_units(friches["unite_fonciere_refcad"])
    largest = friches["unite_fonciere_surface"].astype(float).groupby(groups).max()
    return float(largest.sum(skipna=False))


def land_by_qpv(
    qpv: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, *, radius_m: float, covered: Iterable[str]
) -> pd.DataFrame:
    """Count sites in and around each QPV, whatever their status, and their land.

    A site is a point in the source, however large its land. A site near two QPV counts for both: do not add these figures up, see `commune_figures`.

    Parameters
    ----------
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes).
    sites
        Those to count in Lambert-93, with `unite_fonciere_surface` (m²) and `unite_fonciere_refcad` (lists of parcels).
    radius_m
        Distance from the outline in metres, as the crow flies, included.
    covered
        INSEE codes of the communes that the source covers.

    Returns
    -------
        On the index of `qpv` (float): `friches_dans` (sites in the QPV), `friches_a_portee` (sites, those included), `friches_lieux` (the same, sites that share parcels counted once), `friches_surface_m2` (see `merged_surface_m2`). Missing outside the source.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(qpv, "les QPV", ("communes",))
    check_layers(qpv, sites, radius_m=radius_m)
    zone, position = neighbours(qpv, sites, radius_m)
    pairs = pd.DataFrame({"place": qpv.index.to_numpy()[zone], "position": position})
    figures = _land(pairs, sites, qpv.index)
    figures.insert(0, "friches_dans", count_within(qpv, sites, 0.0).astype(float))
    return mask(figures, qpv["communes"], covered)


def commune_figures(
    communes: pd.DataFrame,
    qpv: gpd.GeoDataFrame,
    friches: gpd.GeoDataFrame,
    *,
    radius_m: float,
    covered: Iterable[str],
) -> pd.DataFrame:
    """Count the checked brownfields in and around the QPV of each commune, each site once.

    A QPV on several communes is counted under the first that the source names.

    Parameters
    ----------
    communes
        Communes indexed by INSEE code.
    qpv
        QPV in Lambert-93, with `communes` (lists of INSEE codes) and `population`.
    friches
        Sites in Lambert-93, with `site_statut`, `unite_fonciere_surface` (m²) and `unite_fonciere_refcad` (lists of parcels).
    radius_m
        Distance from the outline in metres, as the crow flies, included.
    covered
        INSEE codes of the communes that the source covers.

    Returns
    -------
        On the index of `communes` (float): `friches_a_portee`, `friches_lieux`, `friches_surface_m2`. Missing without a QPV and outside the source.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, a geometry missing, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    sites = checked(friches)
    with_qpv = inhabitants_by_commune(communes, qpv)["nb_qpv"] > 0
    pairs = reach_by_commune(qpv, sites, radius_m=radius_m).rename(columns={"commune": "place"})
    figures = _land(pairs, sites, communes.index)
    return mask(figures.where(with_qpv), communes.index.to_series(), covered)


def land_by_commune(
    communes: pd.DataFrame, sites: gpd.GeoDataFrame, *, covered: Iterable[str]
) -> pd.DataFrame:
    """Count the sites that lie in each commune, near a QPV or not, and their land.

    Land whose sites lie in two communes is counted in both: these totals may exceed that of all the sites.

    Parameters
    ----------
    communes
        Communes indexed by INSEE code.
    sites
        Those to count, with `code_insee`, `unite_fonciere_surface` (m²) and `unite_fonciere_refcad` (lists of parcels).
    covered
        INSEE codes of the communes that the source covers.

    Returns
    -------
        On the index of `communes` (float): `friches` (sites), `friches_lieux` (sites that share parcels counted once), `friches_surface_m2` (see `merged_surface_m2`). Missing outside the source.

    Raises
    ------
    ArgumentError
        A column is missing or an id repeated.
    """
    check_columns(communes, "les communes", ())
    check_columns(sites, "les friches", ("code_insee", "unite_fonciere_surface", "unite_fonciere_refcad"))
    pairs = pd.DataFrame({"place": sites["code_insee"].to_numpy(), "position": np.arange(len(sites))})
    figures = _land(pairs, sites, communes.index).rename(columns={"friches_a_portee": "friches"})
    return mask(figures, communes.index.to_series(), covered)


def merged(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make one row of the sites that share land, as `land_units` groups them.

    Parameters
    ----------
    sites
        Sites with `unite_fonciere_surface` (m²) and `unite_fonciere_refcad` (lists of parcels).

    Returns
    -------
        Index `unite` (smallest site id), sorted: `sites` (list of ids, the largest land first), `surface_m2` (the largest of the group, NaN if none is known: these surfaces add up to `merged_surface_m2`) and the point of the site with the largest land.

    Raises
    ------
    ArgumentError
        A column is missing or an id repeated.
    """
    check_columns(sites, "les friches", ("unite_fonciere_surface", "unite_fonciere_refcad"))
    ranked = sites.iloc[
        np.lexsort((sites.index.to_numpy(), -sites["unite_fonciere_surface"].fillna(-1.0).to_numpy()))
    ]
    groups = land_units(ranked["unite_fonciere_refcad"])
    first = ~groups.duplicated()
    frame = gpd.GeoDataFrame(
        {"surface_m2": ranked.loc[first, "unite_fonciere_surface"].astype(float).to_numpy()},
        index=pd.Index(groups[first], name="unite", dtype="str"),
        geometry=ranked.geometry[first].array,
        crs=sites.crs,
    )
    members = groups.index.to_series().groupby(groups.to_numpy()).agg(list)
    frame.insert(0, "sites", members.reindex(frame.index))
    return frame.sort_index()


def identical_surface_m2(friches: pd.DataFrame) -> float:
    """Add up the surfaces of sites, only those whose lists of parcels are written the same being merged.

    What this gives more than `merged_surface_m2` is land that sites share in part.

    Parameters
    ----------
    friches
        Sites with `unite_fonciere_surface` (m²) and `unite_fonciere_refcad` (lists of parcels).

    Returns
    -------
        Square metres: NaN where the surface of a whole group is missing.

    Raises
    ------
    ArgumentError
        A column is missing or an id repeated.
    """
    check_columns(friches, "les friches", ("unite_fonciere_surface", "unite_fonciere_refcad"))
    groups = [
        "|".join(parcels) or f"site {site}" for site, parcels in friches["unite_fonciere_refcad"].items()
    ]
    return float(friches["unite_fonciere_surface"].astype(float).groupby(groups).max().sum(skipna=False))


def site_distances(
    sites: gpd.GeoDataFrame,
    qpv: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame,
    *,
    stations_covered: Iterable[str],
    lines_covered: Iterable[str],
) -> pd.DataFrame:
    """Measure from each site to the nearest QPV, e-bike station and metro, tram or BHNS line.

    A site is a point in the source, however large its land, and a line is not a stop. Virtual stations serve nobody.

    Parameters
    ----------
    sites
        Points in Lambert-93, with `code_insee`.
    qpv
        QPV in Lambert-93.
    stations
        Stations in Lambert-93, with `is_virtual_station`.
    lines
        Lines in Lambert-93.
    stations_covered, lines_covered
        INSEE codes of the communes that each network covers.

    Returns
    -------
        On the index of `sites`: `distance_qpv_m` (0 inside), `code_qp_proche`, `distance_station_m`, `station_id`, `distance_ligne_m`, `route_id`; those of a network missing where it does not cover the site's commune.

    Raises
    ------
    ArgumentError
        A column is missing, an id repeated, or a geometry missing.
    CrsError
        A layer is not in Lambert-93.
    """
    check_columns(sites, "les friches", ("code_insee",))
    parts = []
    for targets, name, id_name, covered in (
        (qpv, "distance_qpv_m", "code_qp_proche", None),
        (serving(stations), "distance_station_m", "station_id", stations_covered),
        (lines, "distance_ligne_m", "route_id", lines_covered),
    ):
        found = nearest(sites, targets).rename(columns={"distance_m": name, "id": id_name})
        parts.append(found if covered is None else mask(found, sites["code_insee"], covered))
    return pd.concat(parts, axis="columns")


def _land(pairs: pd.DataFrame, sites: gpd.GeoDataFrame, places: pd.Index) -> pd.DataFrame:
    """Count the sites, distinct places and land of each place from its pairs with sites."""
    figures = pd.DataFrame(
        0.0, index=places, columns=["friches_a_portee", "friches_lieux", "friches_surface_m2"]
    )
    for place, positions in pairs.groupby("place")["position"]:
        if place in figures.index:
            near = sites.iloc[np.sort(positions)]
            groups = land_units(near["unite_fonciere_refcad"])
            figures.loc[place] = (len(near), groups.nunique(), merged_surface_m2(near))
    return figures
