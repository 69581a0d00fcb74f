"""Layers proven once and measured many times."""

from geo._validate import keep_proven
from geo.crs import Layer


def prove(layer: Layer, *, outlines: bool) -> None:
    """Check a layer as every measure would, so that measures of this very object need not do it again.

    The caller promises to write nothing into it from then on; a copy or a part of it is checked as any other layer.

    Parameters
    ----------
    outlines
        Whether it holds valid polygons; single points if not.

    Raises
    ------
    ArgumentError
        If a geometry is missing, invalid or of another kind.
    CrsError
        If it is not in EPSG:2154, or its coordinates are not.
    """
    keep_proven(layer, outlines=outlines)
