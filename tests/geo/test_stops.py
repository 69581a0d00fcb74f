"""Posts of one place, grouped by name and distance along a line of posts worked out by hand."""

import pandas as pd
import pytest

from errors import ArgumentError, CrsError
from geo.stops import central, same_place
from tests.geo.helpers import points


def names(posts, *texts):
    return pd.Series(texts, index=posts.index, dtype="str")


def test_near_and_of_the_same_name():
    # z-y 100 m exactly, y-x 101 m, x-w 50 m with another name, v beside w through no name.
    posts = points((0, 0), (100, 0), (201, 0), (251, 0), (251, 1), index=["z", "y", "x", "w", "v"])
    result = same_place(posts, names(posts, "gare", "gare", "gare", "port", ""), within_m=100)
    assert result.to_dict() == {"z": "y", "y": "y", "x": "x", "w": "w", "v": "v"}
    assert result.index.equals(posts.index)


def test_through_other_posts():
    posts = points((0, 0), (90, 0), (180, 0), (270, 0), index=["b", "d", "a", "c"])
    assert same_place(posts, names(posts, *["gare"] * 4), within_m=100).tolist() == ["a"] * 4
    # Without its third post the line is cut.
    cut = posts.drop(index="a")
    assert same_place(cut, names(cut, *["gare"] * 3), within_m=100).tolist() == ["b", "b", "c"]


def test_posts_without_a_name_stand_alone():
    posts = points((0, 0), (0, 0))
    assert same_place(posts, names(posts, "", ""), within_m=100).tolist() == ["p1", "p2"]


def test_order_of_rows_changes_nothing():
    posts = points((0, 0), (60, 0), (120, 0), (500, 0), index=["k", "c", "m", "a"])
    labels = names(posts, "gare", "gare", "gare", "gare")
    turned = posts.iloc[::-1]
    expected = same_place(posts, labels, within_m=70)
    assert same_place(turned, labels[turned.index], within_m=70).sort_index().equals(expected.sort_index())


def test_central_post():
    # Middle of a, b, c: (100, 0), where b is nearest; d and e are as far from theirs: the first by id.
    posts = points((0, 0), (90, 0), (210, 0), (0, 500), (10, 500), index=["a", "b", "c", "e", "d"])
    place = pd.Series(["1", "1", "1", "0", "0"], index=posts.index)
    assert central(posts, place).to_dict() == {"0": "d", "1": "b"}


def test_what_cannot_be_grouped():
    posts = points((0, 0), (1, 0))
    labels = names(posts, "a", "a")
    with pytest.raises(ArgumentError, match="en double"):
        same_place(posts.set_axis(["p", "p"]), labels, within_m=100)
    with pytest.raises(ArgumentError, match="les arrêts et leurs noms"):
        same_place(posts, labels.iloc[::-1], within_m=100)
    with pytest.raises(ArgumentError, match="rayon"):
        same_place(posts, labels, within_m=-1)
    with pytest.raises(CrsError, match="EPSG:4326"):
        same_place(posts.to_crs(4326), labels, within_m=100)
