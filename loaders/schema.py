"""The columns that a loader gives, whichever layout its file has, and none of whose rows where the territory lacks it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from loaders import catalogue
from loaders.formats.points import no_places
from loaders.quality import Reading, Report


@dataclass(frozen=True)
class Schema:
    """The columns of a source's frame, by their type, beside its geometry.

    Attributes
    ----------
    blank
        Texts that are missing where the producer gives none.
    """

    source_id: str
    index: str
    columns: Mapping[str, str]
    blank: tuple[str, ...] = ()

    def reading(
        self, frame: gpd.GeoDataFrame, report: Report, path: Path, *, max_faulty_share: float | None = None
    ) -> Reading[gpd.GeoDataFrame]:
        """Give these columns, sorted by id, or refuse the file if too many of its rows are at fault."""
        report.check(path, max_faulty_share=max_faulty_share)
        kept = frame.set_index(self.index).sort_index()[[*self.columns, "geometry"]]
        kept[list(self.blank)] = kept[list(self.blank)].replace("", float("nan"))
        return Reading(kept, report)

    def load(
        self, read: Callable[[Path | str | None], Reading[gpd.GeoDataFrame]], path: Path | str | None
    ) -> gpd.GeoDataFrame:
        """Read a file, the embedded extract by default; no row where the territory does not have the source."""
        if path is None and not catalogue.has(self.source_id):
            return self.empty()
        return read(path).frame

    def empty(self) -> gpd.GeoDataFrame:
        """Give the frame without rows."""
        return no_places(self.index, self.columns)
