"""Stops of public transport: the posts of one place are one stop."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo._geometry import connected
from geo._validate import check_columns, check_same_index
from geo.proximity import pairs_within


def same_place(posts: gpd.GeoDataFrame, names: pd.Series, *, within_m: float) -> pd.Series:
    """Group the posts that have the same name and stand near one another, directly or through other posts.

    Parameters
    ----------
    posts
        Points in Lambert-93, indexed by a unique id.
    names
        Name of each post, as it is compared, on the same index; a post without a name stands alone.
    within_m
        Distance in metres, included.

    Returns
    -------
        On the index of `posts`, the smallest id of the group.

    Raises
    ------
    ArgumentError
        An id is repeated, a geometry missing, or the distance is not a length.
    CrsError
        The layer is not in Lambert-93.
    """
    check_columns(posts, "les arrêts", ())
    check_same_index(posts.index, names.index, "les arrêts et leurs noms")
    pairs = pairs_within(posts, posts, within_m)
    text = names.to_numpy(dtype=object)
    alike = (pairs.zone < pairs.point) & (text[pairs.zone] == text[pairs.point]) & (text[pairs.zone] != "")
    references: list[list[int]] = [[] for _ in range(len(posts))]
    for number, (one, other) in enumerate(zip(pairs.zone[alike], pairs.point[alike], strict=True)):
        references[one].append(number)
        references[other].append(number)
    return connected(pd.Series(references, index=posts.index, dtype=object))


def central(posts: gpd.GeoDataFrame, place: pd.Series) -> pd.Series:
    """Choose the post that stands for each place: the nearest to their middle, the first by id of several.

    Parameters
    ----------
    posts
        Points in Lambert-93, indexed by a unique id.
    place
        Place of each post, on the same index.

    Returns
    -------
        Id of the post, indexed by place, sorted.

    Raises
    ------
    ArgumentError
        The two indexes differ.
    """
    check_same_index(posts.index, place.index, "les arrêts et leurs lieux")
    table = pd.DataFrame({"x": posts.geometry.x, "y": posts.geometry.y, "lieu": place})
    middle = table.groupby("lieu")[["x", "y"]].transform("mean")
    off_m = np.hypot(table["x"] - middle["x"], table["y"] - middle["y"]).round(6)
    order = table.assign(ecart_m=off_m, post=table.index).sort_values(["lieu", "ecart_m", "post"])
    return order.drop_duplicates("lieu").set_index("lieu")["post"].astype("str")
