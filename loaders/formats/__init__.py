"""Formats of files: texts, workbooks, archives, GeoPackages, positions and their coordinate systems."""
