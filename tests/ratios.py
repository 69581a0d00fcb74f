"""Ratios that a test asserts: a machine that is busy with something else squeezes them, so one of three series must hold."""

SERIES = 3


def best(measure, *, least):
    """Measure until a ratio reaches its bound, three times at most, and give the best."""
    found = []
    while len(found) < SERIES and max(found, default=0) < least:
        found.append(measure())
    return max(found)
