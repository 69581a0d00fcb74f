"""Pairs too close, covered by cliques: each pair at least once, nothing else ever."""

from itertools import combinations

import numpy as np
import pytest

from geo.reach import clique_cover


def conflicts(size, pairs):
    near = [set() for _ in range(size)]
    for one, other in pairs:
        near[one].add(other)
        near[other].add(one)
    return [np.array(sorted(others), dtype=np.intp) for others in near]


@pytest.mark.parametrize(
    ("size", "pairs", "expected"),
    [
        (0, [], []),
        (3, [], []),
        (2, [(0, 1)], [[0, 1]]),
        (4, list(combinations(range(4), 2)), [[0, 1, 2, 3]]),
        (4, [(0, 1), (1, 2), (2, 3)], [[0, 1], [1, 2], [2, 3]]),
    ],
)
def test_by_hand(size, pairs, expected):
    assert clique_cover(conflicts(size, pairs)) == expected


@pytest.mark.parametrize("seed", range(10))
def test_exactly_the_pairs_and_as_large_as_can_be(seed):
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 1000, (60, 2))
    near = np.hypot(*(places[:, None] - places).transpose(2, 0, 1)) < 250
    pairs = {(i, j) for i, j in combinations(range(60), 2) if near[i, j]}
    cliques = clique_cover(conflicts(60, pairs))
    covered = {pair for clique in cliques for pair in combinations(clique, 2)}
    assert covered == pairs
    assert len(cliques) < len(pairs) / 4
    for clique in cliques:
        others = set(range(60)) - set(clique)
        assert not any(all(near[other, member] for member in clique) for other in others)
