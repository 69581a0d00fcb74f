"""The stops of a GTFS archive that count as transit, in the view "Implantation"."""

from collections.abc import Collection, Mapping
from typing import Final

import geopandas as gpd

from words.formats import pluriel

#: Mode of a stop, as `loaders.brought.gtfs` names it, to its French name within a sentence.
MODES: Final[Mapping[str, str]] = {"metro": "métro", "tram": "tramway", "bhns": "BHNS", "bus": "bus"}
#: The modes that the atlas calls structuring.
STRUCTURING: Final = ("metro", "tram", "bhns")


def default_modes(stops: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Choose the modes that count unless the user says otherwise.

    Parameters
    ----------
    stops
        The stops of an archive, as `loaders.transit.load_stops` gives them.

    Returns
    -------
    tuple of str
        The structuring ones, or every mode where the archive has none of these.
    """
    return STRUCTURING if len(serving_modes(stops, STRUCTURING)) else tuple(MODES)


def serving_modes(stops: gpd.GeoDataFrame, modes: Collection[str]) -> gpd.GeoDataFrame:
    """Keep the stops of some modes.

    Returns
    -------
    GeoDataFrame
        The stops that at least one of these modes serves.
    """
    kept = [not set(modes).isdisjoint(several) for several in stops["modes"]]
    return stops[kept]


def counted(stops: gpd.GeoDataFrame) -> str:
    """Say how many stops there are, in all and by mode.

    Returns
    -------
    str
        French words; a stop of two modes is in both.
    """
    by_mode = {name: len(serving_modes(stops, [mode])) for mode, name in MODES.items()}
    listed = ", ".join(f"{name} {count}" for name, count in by_mode.items() if count)
    return f"{pluriel(len(stops), 'arrêt')} ({listed})"


def any_of(modes: Collection[str]) -> str:
    """List modes in a sentence.

    Parameters
    ----------
    modes
        Keys of `MODES`, at least one.
    """
    *first, last = [MODES[mode] for mode in modes]
    return f"{', '.join(first)} ou {last}" if first else last
