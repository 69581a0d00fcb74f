"""The curve of inhabitants within reach against the number of stations, drawn as an image with its words."""

import base64
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from ui.html import html
from words.formats import entier, pluriel

_WIDTH: Final = 720
_HEIGHT: Final = 300
_LEFT: Final = 70
_RIGHT: Final = 20
_TOP: Final = 16
_BOTTOM: Final = 44
_MOST_TICKS: Final = 6
_STEPS: Final = (1, 2, 5)
_DIAMOND: Final = ((0, -9), (9, 0), (0, 9), (-9, 0))


def to_html(gained: Sequence[float], count: int, inhabitants: float, *, proven: bool) -> Markup:
    """Draw the inhabitants gained by the first one, two, three stations of the greedy choice.

    Parameters
    ----------
    gained
        Inhabitants brought within reach by the first 0, 1, 2, ... stations; it begins with 0 and never falls.

    Returns
    -------
    Markup
        An HTML figure; the image is SVG within, since Streamlit leaves out drawings that stand in a page, and its text says what it draws.
    """
    across = max(len(gained) - 1, count, 1)
    ticks = scale(max(*gained, inhabitants, 1.0))
    top = ticks[-1]

    def x(stations: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * stations / across

    def y(people: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * people / top

    at, up = x(count), y(inhabitants)
    drawing = html(
        "velos/drawing.jinja",
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        bottom=_HEIGHT - _BOTTOM,
        rules=[(f"{y(tick):.1f}", f"{y(tick) + 4:.1f}", entier(tick)) for tick in ticks],
        counts=[(f"{x(tick):.1f}", entier(tick)) for tick in scale(across) if tick <= across],
        dots=[(f"{x(rank):.1f}", f"{y(value):.1f}") for rank, value in enumerate(gained)],
        diamond=[(f"{at + right:.1f}", f"{up + down:.1f}") for right, down in _DIAMOND],
    )
    return html(
        "velos/curve.jinja",
        image=base64.b64encode(drawing.encode()).decode(),
        said=described(gained, count, inhabitants, proven=proven),
        name="Optimum" if proven else "Meilleure proposition trouvée",
        stations=pluriel(count, "station"),
    )


def described(gained: Sequence[float], count: int, inhabitants: float, *, proven: bool) -> str:
    """Say the curve in words."""
    steps = [step for step in (1, 5, 10, 20, 30, 40) if step < len(gained)]
    said = ", ".join(f"{entier(gained[step])} avec {pluriel(step, 'station')}" for step in steps)
    head = f"Choix glouton : {said} ; " if said else ""
    kind = "optimum" if proven else "meilleure proposition trouvée"
    return f"{head}{kind} : {entier(inhabitants)} habitants avec {pluriel(count, 'station')}"


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
