"""The values of an indicator as a small drawing, its numbers written beside its points, and words for who cannot see it."""

import base64
from collections.abc import Sequence
from html import escape
from typing import Final

from words.formats import typographie

_WIDTH: Final = 460
_HEIGHT: Final = 170
_SIDE: Final = 46
_TOP: Final = 34
_BOTTOM: Final = 34
_STYLE: Final = (
    "text{font:12px sans-serif;fill:#1c2530;text-anchor:middle}.date{fill:#45505e}"
    "polyline{fill:none;stroke:#1b4f8c;stroke-width:2}line{stroke:#8a97a8}"
    "rect{fill:#fff;stroke:#1b4f8c;stroke-width:2}"
)


def to_html(title: str, points: Sequence[tuple[str, float, str]]) -> str:
    """Draw a series.

    Parameters
    ----------
    title
        What is counted, where and in which unit.
    points
        End of the period, value, and the value as text, in order of time.

    Returns
    -------
    str
        An HTML figure: the image is SVG within, since Streamlit leaves out drawings that stand in a page, and its text says all that it draws.
    """
    values = [value for _, value, _ in points]
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1.0
    step = (_WIDTH - 2 * _SIDE) / max(len(points) - 1, 1)

    def y(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / span

    places = [
        (_SIDE + step * at if len(points) > 1 else _WIDTH / 2, y(value)) for at, value in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{height:.1f}" for x, height in places)
    marks = "".join(
        f'<rect x="{x - 4:.1f}" y="{height - 4:.1f}" width="8" height="8"/>'
        f'<text x="{x:.1f}" y="{height - 10:.1f}">{escape(text)}</text>'
        f'<text class="date" x="{x:.1f}" y="{_HEIGHT - 10}">{escape(day)}</text>'
        for (x, height), (day, _, text) in zip(places, points, strict=True)
    )
    base = f'<line x1="{_SIDE - 20}" x2="{_WIDTH - _SIDE + 20}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"><style>{_STYLE}</style>'
        f'{base}<polyline points="{line}"/>{marks}</svg>'
    )
    image = base64.b64encode(svg.encode()).decode()
    told = " ; ".join(f"{day} : {text}" for day, _, text in points)
    words = escape(typographie(f"{title}. {told}."))
    return (
        f'<figure class="suivi-serie"><figcaption>{escape(typographie(title))}</figcaption>'
        f'<img src="data:image/svg+xml;base64,{image}" alt="{words}"></figure>'
    )
