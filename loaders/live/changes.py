"""What changed between two versions of an extract: rows that came, went, changed, moved."""

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

#: An outline or a point that is nearer than this to where it was has not moved: no source is more precise.
MOVED_M: Final = 1.0
#: Computed from the outline, which counts by itself; or the day of the download, which every row repeats.
_COMPUTED: Final = ("surface_m2", "vintage")


@dataclass(frozen=True)
class Changes:
    """Numbers of rows."""

    before: int = 0
    after: int = 0
    added: int = 0
    gone: int = 0
    edited: int = 0
    moved: int = 0

    @property
    def none(self) -> bool:
        """Whether no row changed, to the precision of the sources."""
        return not (self.added or self.gone or self.edited or self.moved)


def compare(before: gpd.GeoDataFrame | None, after: gpd.GeoDataFrame) -> Changes:
    """Compare two versions of an extract."""
    if before is None:
        return Changes(after=len(after), added=len(after))
    both = before.index.intersection(after.index)
    old, new = before.loc[both], after.loc[both]
    columns = [name for name in new.columns if name in old and name != "geometry" and name not in _COMPUTED]
    edited = pd.Series(False, index=both)
    for name in columns:
        edited |= old[name].map(_said) != new[name].map(_said)
    was, now = old.geometry.to_numpy(), new.geometry.to_numpy()
    away = np.zeros(len(both))
    # Most outlines are what they were, to the corner: only the others are measured.
    other = ~shapely.equals_exact(was, now)
    away[other] = shapely.hausdorff_distance(was[other], now[other])
    return Changes(
        before=len(before),
        after=len(after),
        added=len(after.index.difference(both)),
        gone=len(before.index.difference(both)),
        edited=int(edited.sum()),
        moved=int((away > MOVED_M).sum()),
    )


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(value)
    return "" if pd.isna(value) else str(value)
