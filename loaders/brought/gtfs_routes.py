"""Modes of the lines of a GTFS: what their type says, and for BHNS what their name or the user says."""

import re
from collections.abc import Collection
from typing import Final

import pandas as pd

from errors import ArgumentError
from words.folding import fold

METRO: Final = "metro"
TRAM: Final = "tram"
BHNS: Final = "bhns"
BUS: Final = "bus"
#: In the order in which they are told.
MODES: Final = (METRO, TRAM, BHNS, BUS)

#: Types of the GTFS reference, then those of its extension (hierarchical vehicle types), to modes. Others are left
#: out: trains, boats, cable cars, and the buses that carry not everybody (705 to 716 apart from 705, night, and 716).
TYPES: Final = (
    dict.fromkeys((1, *range(400, 405)), METRO)
    | dict.fromkeys((0, *range(900, 907)), TRAM)
    | dict.fromkeys((3, 11, 200, 204, 208, 209, *range(700, 706), 716, 800), BUS)
)
#: Words by which a bus line says that it is a BHNS.
_WORDS: Final = ("bhns", "tcsp")
_PHRASE: Final = "haut niveau de service"
#: The numbers of some networks: B1, B3A. Elsewhere they may be those of ordinary buses.
_NUMBER: Final = re.compile(r"B[1-9][AB]?")


def with_modes(routes: pd.DataFrame, *, bhns: Collection[str] | None) -> pd.DataFrame:
    """Give lines their mode and the name by which they are told."""
    table = routes.reindex(
        columns=["route_id", "route_type", "route_short_name", "route_long_name", "route_desc"], fill_value=""
    )
    table = table[(table["route_id"] != "") & ~table["route_id"].duplicated()].set_index("route_id")
    short, long = table["route_short_name"], table["route_long_name"]
    line = short.where(short != "", long)
    line = line.where(line != "", table.index.to_series())
    mode = pd.to_numeric(table["route_type"], errors="coerce").map(TYPES).fillna("").astype("str")
    bus = mode == BUS
    if bhns is None:
        told = pd.Series(
            [_says_bhns(*names) for names in zip(short, long, table["route_desc"], strict=True)],
            index=table.index,
            dtype=bool,
        )
        numbered = pd.Series(
            [_NUMBER.fullmatch(name) is not None for name in short], index=table.index, dtype=bool
        )
    else:
        wanted = _collection(bhns)
        told = table.index.to_series().isin(wanted) | line.isin(wanted)
        numbered = pd.Series(data=False, index=table.index)
        lost = wanted - set(table.index[bus]) - set(line[bus])
        if lost:
            raise ArgumentError(f"lignes de bus inconnues, données comme BHNS : {', '.join(sorted(lost))}")
    mode = mode.where(~(bus & (told | numbered)), BHNS)
    return pd.DataFrame({"ligne": line, "mode": mode, "bhns_par_numero": bus & numbered & ~told})


def _says_bhns(*names: str) -> bool:
    words = fold(" ".join(names))
    return any(word in words for word in _WORDS) or _PHRASE in " ".join(words)


def _collection(names: Collection[str]) -> set[str]:
    if isinstance(names, str):
        raise ArgumentError(f"il faut une collection de lignes, pas le texte {names!r}")
    return set(names)
