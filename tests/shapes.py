"""How far the shapes read back lie from those that were written, in the time of their vertices and not of its square."""

import numpy as np
import shapely


def apart_m(found, expected):
    """Give the farthest that a vertex lies from the nearest one of the same row's other shape: no less than Hausdorff's."""
    return max(
        (
            _apart_m(one, other)
            for pair in zip(found, expected, strict=True)
            for one, other in (pair, pair[::-1])
        ),
        default=0.0,
    )


def _apart_m(one, other):
    vertices, others = (shapely.points(shapely.get_coordinates(shape)) for shape in (one, other))
    _, distances = shapely.STRtree(others).query_nearest(vertices, return_distance=True, all_matches=False)
    assert len(distances) == len(vertices)
    return np.max(distances)
