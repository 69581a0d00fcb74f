"""The values of an indicator as a small drawing, its numbers written beside its points, and words for who cannot see it."""

import base64
from collections.abc import Sequence
from typing import Final, NamedTuple

from ui import html

_WIDTH: Final = 460
_HEIGHT: Final = 170
_SIDE: Final = 46
_TOP: Final = 34
_BOTTOM: Final = 34


class Drawing(NamedTuple):
    """A series drawn: the image in base64, and all that it says in words."""

    title: str
    image: str
    text: str


class _Mark(NamedTuple):
    """A value and its day, in pixels."""

    x: float
    y: float
    text: str
    day: str


def draw(title: str, points: Sequence[tuple[str, float, str]]) -> Drawing:
    """Draw a series.

    Parameters
    ----------
    title
        What is counted, where and in which unit.
    points
        End of the period, value, and the value as text, in order of time.
    """
    values = [value for _, value, _ in points]
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1.0
    step = (_WIDTH - 2 * _SIDE) / max(len(points) - 1, 1)

    def y(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / span

    marks = [
        _Mark(_SIDE + step * at if len(points) > 1 else _WIDTH / 2, y(value), text, day)
        for at, (day, value, text) in enumerate(points)
    ]
    svg = html.html(
        "suivi/series.svg.jinja",
        width=_WIDTH,
        height=_HEIGHT,
        left=_SIDE - 20,
        right=_WIDTH - _SIDE + 20,
        zero=y(0),
        marks=marks,
    )
    told = " ; ".join(f"{day} : {text}" for day, _, text in points)
    return Drawing(title, base64.b64encode(svg.encode()).decode(), f"{title}. {told}.")
