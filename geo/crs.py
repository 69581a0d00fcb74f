"""Coordinate systems: degrees at the door, Lambert-93 metres inside."""

LAMBERT93 = "EPSG:2154"
WGS84 = "EPSG:4326"
