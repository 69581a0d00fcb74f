"""Pure functions on frames in Lambert-93 (EPSG:2154): distances, coverage, territories."""
