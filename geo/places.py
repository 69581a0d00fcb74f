"""What stands around one place, and where the place stands among its likes."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from errors import ArgumentError
from geo._validate import check_columns
from geo.crs import LAMBERT93
from geo.proximity import TOUCH_M, pairs_within

#: Distances from the outline that pages and sheets offer, in metres, as the crow flies.
RADII_M = (300, 500, 1000)


def standing(figures: pd.DataFrame, place: str) -> pd.DataFrame:
    """Set the figures of one place beside the median of all and give its rank.

    Parameters
    ----------
    figures
        Numbers, one row per place and one column per figure; missing ones are left out of the median and of the ranks.
    place
        Label of the place in the index.

    Returns
    -------
        One row per column of `figures`: `mediane` (float; NaN if no place has the figure), `rang` (float; 1 for the largest value, equal values share the best rank, NaN if the place's own is missing), `classes` (int; how many places have the figure).

    Raises
    ------
    ArgumentError
        A label is repeated, or the place is not one of them.
    """
    check_columns(figures, "les lieux", ())
    if place not in figures.index:
        raise ArgumentError(f"lieu inconnu : {place}")
    numbers = figures.astype(float)
    return pd.DataFrame(
        {
            "mediane": numbers.median(),
            "rang": numbers.rank(method="min", ascending=False).loc[place],
            "classes": numbers.count(),
        },
        index=figures.columns,
    )


def around(
    place: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    radius_m: float,
    code_insee: str | None = None,
) -> gpd.GeoDataFrame:
    """List what lies in a place and near its outline, as one frame by growing distance.

    Parameters
    ----------
    place
        One place, its outline in Lambert-93.
    layers
        Layer id to objects in Lambert-93, indexed by their id.
    radius_m
        Largest distance from the outline in metres, as the crow flies, included.
    code_insee
        For a commune, its code: objects whose `code_insee` says so are in it, at 0 m, even where the outline, thinner than the source's, leaves them out. None lets geometry alone decide.

    Returns
    -------
        Index `cle` ("couche/identifiant"); `couche`, `objet` (id in its layer), `distance_m` (0 inside) and the object's geometry. Equal distances keep the order of the layers, then that of the ids.

    Raises
    ------
    ArgumentError
        There is not exactly one place, a geometry is missing, or the radius is not a length.
    CrsError
        A layer is not in Lambert-93.
    """
    if len(place) != 1:
        raise ArgumentError(f"il faut un lieu et un seul, pas {len(place)}")
    parts = [_near(place, layer_id, frame, radius_m, code_insee) for layer_id, frame in layers.items()]
    if not parts:
        return gpd.GeoDataFrame(
            {"couche": [], "objet": [], "distance_m": []}, geometry=[], crs=LAMBERT93
        ).rename_axis("cle")
    found = pd.concat(parts)
    found["rang_couche"] = found["couche"].map({layer_id: at for at, layer_id in enumerate(layers)})
    ordered = found.sort_values(["distance_m", "rang_couche", "objet"], kind="stable")
    return gpd.GeoDataFrame(ordered.drop(columns="rang_couche"), geometry="geometry", crs=LAMBERT93)


def count_by_distance(objects: pd.DataFrame, layers: Sequence[str]) -> pd.DataFrame:
    """Count the objects of each layer inside a place and at most each of `RADII_M` from it.

    Parameters
    ----------
    objects
        What `around` gave, at the largest of the distances at least, with `couche` and `distance_m`.
    layers
        Layers to answer for, those without any object included.

    Returns
    -------
        Index `couche`, in the order of `layers`; `dans` and one column `a_<distance>_m` per distance, the inside included in each (int).
    """
    table = pd.DataFrame(index=pd.Index(layers, name="couche"))
    for name, radius_m in (("dans", 0.0), *((f"a_{radius_m:g}_m", radius_m) for radius_m in RADII_M)):
        within = objects.loc[objects["distance_m"] <= radius_m + TOUCH_M, "couche"]
        table[name] = within.value_counts().reindex(table.index, fill_value=0).astype("int64")
    return table


def _near(
    place: gpd.GeoDataFrame, layer_id: str, frame: gpd.GeoDataFrame, radius_m: float, code_insee: str | None
) -> gpd.GeoDataFrame:
    pairs = pairs_within(place, frame, radius_m)
    distance_m = np.full(len(frame), np.nan)
    distance_m[pairs.point] = pairs.distance_m
    if code_insee is not None and "code_insee" in frame.columns:
        distance_m[(frame["code_insee"] == code_insee).to_numpy(dtype=bool)] = 0.0
    kept = np.flatnonzero(~np.isnan(distance_m))
    ids = frame.index.astype("str").take(kept)
    return gpd.GeoDataFrame(
        {"couche": layer_id, "objet": ids, "distance_m": distance_m[kept]},
        geometry=np.asarray(frame.geometry.array)[kept],
        crs=LAMBERT93,
        index=pd.Index(layer_id + "/" + ids, name="cle", dtype="str"),
    )
