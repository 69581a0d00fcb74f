"""Frames without rows, for the sources that a territory does not have."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from geo.crs import LAMBERT93


def no_rows(index: str, columns: Mapping[str, str]) -> pd.DataFrame:
    """Make a table without rows."""
    frame = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})
    frame.index = pd.Index([], name=index, dtype="str")
    return frame


def no_places(index: str, columns: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Make a layer without objects."""
    return gpd.GeoDataFrame(
        no_rows(index, columns), geometry=gpd.GeoSeries([], crs=LAMBERT93, index=pd.Index([], dtype="str"))
    )
