"""Rows as files that keep where they come from, one function per format."""

from exports._rows import PROVENANCE
from exports.csv_file import to_csv
from exports.geojson import to_geojson
from exports.geopackage import to_gpkg
from exports.xlsx import to_xlsx

__all__ = ["PROVENANCE", "to_csv", "to_geojson", "to_gpkg", "to_xlsx"]
