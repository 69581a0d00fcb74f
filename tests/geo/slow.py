"""The same measures by other means: plain arithmetic on coordinates, no index, no geometry library.

Shapely is used here for one thing, to read the corners of the outlines.
"""

from itertools import combinations, pairwise
from math import hypot, sqrt

import numpy as np
import shapely


def rings(geometry):
    """Corners of every ring, holes included."""
    return [
        shapely.get_coordinates(ring).tolist()
        for part in shapely.get_parts(geometry)
        for ring in shapely.get_rings(part)
    ]


def segments(geometry):
    return [(*start, *end) for ring in rings(geometry) for start, end in pairwise(ring)]


def inside(sides, x, y):
    """Even-odd rule: a ray to the east crosses the outline an odd number of times."""
    odd = False
    for ax, ay, bx, by in sides:
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            odd = not odd
    return odd


def to_side(side, x, y):
    ax, ay, bx, by = side
    dx, dy = bx - ax, by - ay
    along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)
    along = min(1.0, max(0.0, along))
    return hypot(x - ax - along * dx, y - ay - along * dy)


def distance(sides, x, y):
    """Distance from a zone to a point, 0 inside."""
    return 0.0 if inside(sides, x, y) else min(to_side(side, x, y) for side in sides)


def distances(zones, points):
    """Distance of every zone to every point, one row per zone."""
    places = shapely.get_coordinates(points.geometry.array).tolist()
    return np.array([[distance(sides, x, y) for x, y in places] for sides in map(segments, zones.geometry)])


def share(geometry, centres, radius_m, step_m):
    """Share of a zone in circles, by lines from west to east every `step_m` metres.

    Along a line both the outline and the circles are exact: only the height of the strips is approached.
    """
    sides = segments(geometry)
    _, south, _, north = geometry.bounds
    total = covered = 0.0
    strips = max(1, round((north - south) / step_m))
    for strip in range(strips):
        y = south + (strip + 0.5) * (north - south) / strips
        cuts = sorted(
            ax + (y - ay) * (bx - ax) / (by - ay) for ax, ay, bx, by in sides if (ay > y) != (by > y)
        )
        chords = merged(
            (cx - sqrt(radius_m**2 - (y - cy) ** 2), cx + sqrt(radius_m**2 - (y - cy) ** 2))
            for cx, cy in centres
            if abs(y - cy) < radius_m
        )
        for west, east in zip(cuts[::2], cuts[1::2], strict=True):
            total += east - west
            covered += sum(max(0.0, min(east, b) - max(west, a)) for a, b in chords)
    return covered / total


def merged(intervals):
    """Intervals that overlap, as one."""
    result = []
    for low, high in sorted(intervals):
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return result


def course(lines, step_m):
    """Points every `step_m` metres along each line."""
    places = []
    for line in lines.geometry:
        for part in shapely.get_parts(line):
            corners = shapely.get_coordinates(part)
            for (ax, ay), (bx, by) in pairwise(corners):
                pieces = max(1, int(np.ceil(hypot(bx - ax, by - ay) / step_m)))
                at = np.linspace(0, 1, pieces + 1)[:, None]
                places.append(np.array([ax, ay]) + at * np.array([bx - ax, by - ay]))
    return np.vstack(places)


def nearest_of(places, geometry):
    """Distance from a zone to the nearest of many places, one side at a time; 0 if one is inside."""
    best = np.inf
    odd = np.zeros(len(places), dtype=bool)
    x, y = places[:, 0], places[:, 1]
    for ax, ay, bx, by in segments(geometry):
        dx, dy = bx - ax, by - ay
        along = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0, 1)
        best = min(best, float(np.hypot(x - ax - along * dx, y - ay - along * dy).min()))
        if ay != by:
            odd ^= ((ay > y) != (by > y)) & (x < ax + (y - ay) * dx / dy)
    return 0.0 if odd.any() else best


def land(sites):
    """Groups of sites that share parcels, by asking again until nothing changes."""
    groups = [({site}, set(parcels)) for site, parcels in sites.items()]
    changed = True
    while changed:
        changed = False
        for i, kept in enumerate(groups):
            for j in range(len(groups) - 1, i, -1):
                if kept[1] & groups[j][1]:
                    names, parcels = groups.pop(j)
                    kept[0].update(names)
                    kept[1].update(parcels)
                    changed = True
    return [names for names, _ in groups]


def best_sites(demand, candidates, existing, *, radius_m, count, spacing_m):
    """Most inhabitants that any allowed choice of candidates brings within reach, by trying every choice."""
    cells = shapely.get_coordinates(demand.geometry.array).tolist()
    people = demand["population"].tolist()
    stations = shapely.get_coordinates(existing.geometry.array).tolist()
    places = shapely.get_coordinates(candidates.geometry.array).tolist()

    def apart(one, other):
        return hypot(one[0] - other[0], one[1] - other[1])

    unserved = [cell for cell, at in enumerate(cells) if all(apart(at, it) > radius_m for it in stations)]
    reached = [{cell for cell in unserved if apart(at, cells[cell]) <= radius_m} for at in places]
    best = 0.0
    for number in range(1, count + 1):
        for choice in combinations(range(len(places)), number):
            near = [apart(places[one], places[other]) for one, other in combinations(choice, 2)]
            near += [apart(places[one], station) for one in choice for station in stations]
            if all(it >= spacing_m for it in near):
                best = max(best, sum(people[cell] for cell in set().union(*(reached[it] for it in choice))))
    return best
