"""The curve of inhabitants within reach against the number of stations, drawn as an image with its words."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from words.formats import entier, pluriel, typographie

_WIDTH: Final = 720
_HEIGHT: Final = 300
_LEFT: Final = 70
_RIGHT: Final = 20
_TOP: Final = 16
_BOTTOM: Final = 44
_MOST_TICKS: Final = 6
_STEPS: Final = (1, 2, 5)
_STYLE: Final = (
    "text{font:13px sans-serif;fill:#45505e}line{stroke:#d6dde6}polyline{fill:none;stroke:#00609c;stroke-width:2}"
    "circle{fill:#00609c}polygon{fill:#b30059;stroke:#fff;stroke-width:1.5}"
)


@dataclass(frozen=True)
class Optimum:
    """The proposal, as the curve marks it."""

    count: int
    inhabitants: float
    proven: bool


def to_html(gained: Sequence[float], optimum: Optimum) -> str:
    """Draw the inhabitants gained by the first one, two, three stations of the greedy choice.

    Parameters
    ----------
    gained
        Inhabitants brought within reach by the first 0, 1, 2, ... stations; it begins with 0 and never falls.

    Returns
    -------
    str
        An HTML figure; the image is SVG within, since Streamlit leaves out drawings that stand in a page, and its text says what it draws.
    """
    across = max(len(gained) - 1, optimum.count, 1)
    ticks = scale(max(*gained, optimum.inhabitants, 1.0))
    top = ticks[-1]

    def x(count: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * count / across

    def y(inhabitants: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * inhabitants / top

    rules = "".join(
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text x="{_LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{entier(tick)}</text>'
        for tick in ticks
    )
    counts = "".join(
        f'<text x="{x(tick):.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{entier(tick)}</text>'
        for tick in scale(across)
        if tick <= across
    )
    line = " ".join(f"{x(count):.1f},{y(value):.1f}" for count, value in enumerate(gained))
    dots = "".join(
        f'<circle cx="{x(count):.1f}" cy="{y(value):.1f}" r="3"/>' for count, value in enumerate(gained)
    )
    at, up = x(optimum.count), y(optimum.inhabitants)
    diamond = f"{at:.1f},{up - 9:.1f} {at + 9:.1f},{up:.1f} {at:.1f},{up + 9:.1f} {at - 9:.1f},{up:.1f}"
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"><style>{_STYLE}</style>{rules}{counts}'
        f'<polyline points="{line}"/>{dots}<polygon points="{diamond}"/>'
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{_HEIGHT - 6}" text-anchor="middle">Nouvelles stations</text></svg>'
    )
    image = base64.b64encode(drawing.encode()).decode()
    name = "Optimum" if optimum.proven else "Meilleure proposition trouvée"
    return (
        '<figure class="atlas-courbe"><figcaption>Habitants gagnés selon le nombre de nouvelles stations (estimation)'
        f'</figcaption><img src="data:image/svg+xml;base64,{image}" alt="{escape(typographie(described(gained, optimum)))}">'
        '<p class="atlas-note"><span class="glouton" aria-hidden="true">●</span> Choix glouton, station après station '
        f'<span class="optimum" aria-hidden="true">◆</span> {name} pour {pluriel(optimum.count, "station")}</p></figure>'
    )


def described(gained: Sequence[float], optimum: Optimum) -> str:
    """Say the curve in words."""
    steps = [count for count in (1, 5, 10, 20, 30, 40) if count < len(gained)]
    said = ", ".join(f"{entier(gained[count])} avec {pluriel(count, 'station')}" for count in steps)
    head = f"Choix glouton : {said} ; " if said else ""
    kind = "optimum" if optimum.proven else "meilleure proposition trouvée"
    return f"{head}{kind} : {entier(optimum.inhabitants)} habitants avec {pluriel(optimum.count, 'station')}"


def scale(largest: float) -> list[int]:
    """Give round marks from 0 to at least the largest value.

    Returns
    -------
    list of int
        Six marks or fewer beyond 0, a power of ten times 1, 2 or 5 apart.
    """
    power = 1
    while True:
        for step in _STEPS:
            width = step * power
            if largest <= width * _MOST_TICKS:
                return list(range(0, -(-int(-(-largest // 1)) // width) * width + 1, width))
        power *= 10
