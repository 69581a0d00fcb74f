"""Which inhabitants each candidate would reach, with those alike put together, which stand too close, and the greedy answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.intp]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reach:
    """Groups of inhabitants that the same candidates reach.

    Attributes
    ----------
    start
        Where each group's candidates begin in `candidate`, and the end.
    """

    size: int
    people: Numbers
    start: Positions
    candidate: Positions

    @property
    def group(self) -> Positions:
        """Group of each entry of `candidate`.

        Returns
        -------
            Positions of groups.
        """
        return np.repeat(np.arange(len(self.people)), np.diff(self.start))

    def alone(self) -> Numbers:
        """Give the inhabitants that each candidate reaches.

        Returns
        -------
            Inhabitants by candidate.
        """
        return _sums(self.candidate, self.people[self.group], self.size)

    def reached(self, chosen: Sequence[int] | Positions) -> float:
        """Give the inhabitants that at least one of some candidates reaches.

        Returns
        -------
            Inhabitants.
        """
        by_chosen = np.isin(self.candidate, np.asarray(chosen, dtype=np.intp))
        groups = np.unique(self.group[by_chosen])
        return float(self.people[groups].sum())

    def without_useless(self, chosen: Sequence[int]) -> list[int]:
        """Leave out, of some candidates, those whose inhabitants the others reach anyway.

        Those that reach fewest alone go first, of equal ones the last.

        Returns
        -------
            Positions of those that are kept, growing.
        """
        group, alone = self.group, self.alone()
        groups = {site: group[self.candidate == site] for site in chosen}
        times = np.zeros(len(self.people), dtype=np.intp)
        for reached in groups.values():
            times[reached] += 1
        kept = []
        for site in sorted(chosen, key=lambda site: (alone[site], -site)):
            if (times[groups[site]] > 1).all():
                times[groups[site]] -= 1
            else:
                kept.append(site)
        return sorted(kept)


def merge(cell: Positions, candidate: Positions, people: Numbers, size: int) -> Reach:
    """Put together the cells that the same candidates reach: to the choice they are one.

    Returns
    -------
        The groups in the order of their first cell.
    """
    cells, start = np.unique(cell, return_index=True)
    bounds = [*start.tolist(), len(cell)]
    raw = candidate.astype(np.int64).tobytes()
    keys: dict[bytes, int] = {}
    group = np.empty(len(cells), dtype=np.intp)
    for rank, (first, last) in enumerate(pairwise(bounds)):
        group[rank] = keys.setdefault(raw[8 * first : 8 * last], len(keys))
    members = [np.frombuffer(key, dtype=np.int64) for key in keys]
    return Reach(
        size=size,
        people=_sums(group, people[cells], len(keys)),
        start=np.cumsum([0, *map(len, members)], dtype=np.intp),
        candidate=np.concatenate([*members, np.empty(0, dtype=np.int64)]).astype(np.intp),
    )


def greedy(
    reach: Reach, conflicts: Sequence[Positions], *, count: int, among: Positions | None = None
) -> tuple[list[int], list[float]]:
    """Take the candidate that adds most inhabitants, again and again; of equal ones the first.

    Parameters
    ----------
    count
        How many to take at most.
    among
        Candidates to take from; None for all.

    Returns
    -------
        Positions in the order taken, and the inhabitants that each adds, all above 0.
    """
    group = reach.group
    order = np.argsort(reach.candidate, kind="stable")
    reaches = np.split(group[order], np.searchsorted(reach.candidate[order], np.arange(1, reach.size)))
    left = reach.people.copy()
    free = np.zeros(reach.size, dtype=bool)
    free[slice(None) if among is None else among] = True
    taken: list[int] = []
    gains: list[float] = []
    while len(taken) < count:
        gain = np.where(free, _sums(reach.candidate, left[group], reach.size), 0.0)
        best = int(gain.argmax()) if reach.size else 0
        if not reach.size or gain[best] <= 0:
            break
        taken.append(best)
        gains.append(float(gain[best]))
        left[reaches[best]] = 0.0
        free[conflicts[best]] = False
        free[best] = False
    return taken, gains


def bound(reach: Reach, taken: Sequence[int], gains: Sequence[float], *, count: int) -> float:
    """Give inhabitants that no choice of candidates can exceed.

    Whatever is chosen adds, to what some candidates reach, at most what each of it adds alone: a sum of the largest `count` such gains is never exceeded, and neither are all inhabitants.

    Returns
    -------
        The smallest of these bounds, whatever part of the greedy answer they start from.
    """
    left, group = reach.people.copy(), reach.group
    bounds = [float(reach.people.sum())]
    for step in range(len(taken) + 1):
        more = _sums(reach.candidate, left[group], reach.size)
        bounds.append(sum(gains[:step]) + float(np.sort(more)[::-1][:count].sum()))
        if step < len(taken):
            left[group[reach.candidate == taken[step]]] = 0.0
    return min(bounds)


def _sums(positions: Positions, values: Numbers, size: int) -> Numbers:
    sums: Numbers = np.bincount(positions, values, minlength=size).astype(float)
    return sums


def clique_cover(conflicts: Sequence[Positions]) -> list[list[int]]:
    """Cover every pair in conflict by cliques: sets in which each is in conflict with every other.

    "At most one of each clique" says the same as one row for each pair, in far fewer rows, and its linear relaxation is tighter. A clique grows from a pair not yet covered, by the candidates that cover more such pairs with the first where there are any, until none can be added. Sets are bits of whole numbers: 59,000 pairs of 1,500 candidates take some hundredths of a second.

    Parameters
    ----------
    conflicts
        For each candidate, the positions of those too close to it; if one holds the other, so does the other.

    Returns
    -------
        Cliques of at least two, each as large as it can be.
    """
    near = [_bits(others, len(conflicts)) for others in conflicts]
    uncovered = near.copy()
    cliques = []
    for first, neighbours in enumerate(near):
        while uncovered[first]:
            clique, common = [first], neighbours
            while common:
                pool = common & uncovered[first] or common
                member = (pool & -pool).bit_length() - 1
                clique.append(member)
                common &= near[member]
            covered = ~sum(1 << member for member in clique)
            for member in clique:
                uncovered[member] &= covered
            cliques.append(sorted(clique))
    return cliques


def _bits(positions: Positions, size: int) -> int:
    flags = np.zeros(size, dtype=np.uint8)
    flags[positions] = 1
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")
