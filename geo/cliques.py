"""Points too close to one another, as few groups of which at most one can be chosen."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.intp]


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
