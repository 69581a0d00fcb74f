"""What a layer of the maps is made of: its symbol, for screen and paper, its look, the lines of its tooltip."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from facts.fields import Field

Symbole = Literal[
    "contour", "trait",
    "cercle", "carre", "triangle", "losange", "croix", "etoile", "maison", "ecusson", "hexagone", "pentagone",
    "eclat", "demicercle", "drapeau", "fanion",
]  # fmt: skip

Corners = tuple[tuple[float, float], ...]

#: How far below the middle a half disc lies, so that it seems centred.
HALF_DISC_DROP: Final = 0.4


@dataclass(frozen=True)
class Symbol:
    """The shape of a symbol of radius 1 around the origin, y downwards.

    Attributes
    ----------
    size
        Radius beside that of a circle, so that all weigh alike to the eye.
    corners
        Of a polygon; none for a disc, or for the upper half of one.
    """

    size: float
    corners: Corners = ()
    half: bool = False


def _star(count: int, hollow: float = 1.0) -> Corners:
    """Give corners at equal angles from the top, every other one drawn in."""
    reaches = [hollow if rank % 2 else 1.0 for rank in range(count)]
    angles = [2 * math.pi * rank / count - math.pi / 2 for rank in range(count)]
    return tuple(
        (reach * math.cos(angle), reach * math.sin(angle))
        for reach, angle in zip(reaches, angles, strict=True)
    )


_ARM: Final = 0.36
SYMBOLS: Final[Mapping[Symbole, Symbol]] = {
    "cercle": Symbol(1.0),
    "demicercle": Symbol(1.25, half=True),
    "carre": Symbol(0.9, ((-1, -1), (1, -1), (1, 1), (-1, 1))),
    "triangle": Symbol(1.15, _star(3)),
    "losange": Symbol(1.2, _star(4)),
    "pentagone": Symbol(1.15, _star(5)),
    "hexagone": Symbol(1.2, _star(6)),
    "eclat": Symbol(1.4, _star(8, 0.34)),
    "etoile": Symbol(1.3, _star(10, 0.45)),
    "croix": Symbol(
        1.1,
        (
            (-_ARM, -1), (_ARM, -1), (_ARM, -_ARM), (1, -_ARM), (1, _ARM), (_ARM, _ARM),
            (_ARM, 1), (-_ARM, 1), (-_ARM, _ARM), (-1, _ARM), (-1, -_ARM), (-_ARM, -_ARM),
        ),
    ),
    "ecusson": Symbol(1.1, ((-0.85, -1), (0.85, -1), (0.85, 0.1), (0, 1), (-0.85, 0.1))),
    "maison": Symbol(
        1.1, ((0, -1), (1, -0.15), (0.7, -0.15), (0.7, 0.85), (-0.7, 0.85), (-0.7, -0.15), (-1, -0.15))
    ),
    "drapeau": Symbol(1.1, ((-0.8, -1), (1, -1), (1, 0.2), (-0.4, 0.2), (-0.4, 1), (-0.8, 1))),
    "fanion": Symbol(1.15, ((-0.8, -1), (1, -0.4), (-0.4, 0.2), (-0.4, 1), (-0.8, 1))),
}  # fmt: skip


def script() -> str:
    """Give the shapes to the map's script, as `atlasSymbols`."""
    shapes = {name: asdict(symbol) for name, symbol in SYMBOLS.items()}
    return f"window.atlasSymbols = {json.dumps({'drop': HALF_DISC_DROP, 'shapes': shapes})}"


def svg_path(name: Symbole, x: float, y: float, radius: float) -> str:
    """Give the data of a path that draws a symbol."""
    symbol = SYMBOLS[name]
    r = radius * symbol.size
    if symbol.half:
        return f"M{x - r:.2f} {y + HALF_DISC_DROP * r:.2f}a{r:.2f} {r:.2f} 0 0 1 {2 * r:.2f} 0Z"
    if not symbol.corners:
        return (
            f"M{x - r:.2f} {y:.2f}a{r:.2f} {r:.2f} 0 1 0 {2 * r:.2f} 0a{r:.2f} {r:.2f} 0 1 0 {-2 * r:.2f} 0Z"
        )
    return "M" + "L".join(f"{x + dx * r:.2f} {y + dy * r:.2f}" for dx, dy in symbol.corners) + "Z"


@dataclass(frozen=True)
class Variante:
    """How the objects of a layer look that share one value of its `variable`."""

    valeur: str
    titre: str
    couleur: str | None = None
    symbole: Symbole | None = None
    plein: bool | None = None
    epaisseur: float | None = None
    tirets: str | None = None


#: What a variant may set otherwise than its layer.
_LOOK: Final = ("couleur", "symbole", "plein", "epaisseur", "tirets")


@dataclass(frozen=True)
class Layer:
    """A layer of the maps.

    Attributes
    ----------
    entete
        The column that names an object.
    fields
        The lines of the tooltip.
    facultatifs
        The columns whose line is left out where there is no value: what only one format of the source knows.
    remplissage
        Opacity of an outline's fill, from 0 (none, and the inside does not answer to the mouse) to 1.
    tirets
        Lengths of dashes and gaps in pixels, "" for a solid stroke.
    variable, variantes
        The column whose values change the look, and how.
    etiquettes
        Whether names are written on the map when it has no basemap.
    """

    layer_id: str
    titre: str
    source_id: str
    couleur: str
    symbole: Symbole
    entete: str
    fields: tuple[Field, ...] = ()
    plein: bool = True
    remplissage: float = 0.0
    epaisseur: float = 1.5
    tirets: str = ""
    variable: str | None = None
    variantes: tuple[Variante, ...] = ()
    etiquettes: bool = False
    autres_sources: tuple[str, ...] = ()
    facultatifs: frozenset[str] = frozenset()

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Give all the sources that the layer draws on."""
        return (self.source_id, *self.autres_sources)

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the columns of the frame that the map needs."""
        names = [self.entete, *(field.column for field in self.fields), self.variable]
        return tuple(dict.fromkeys(name for name in names if name))

    def look(self, variante: Variante | None = None) -> dict[str, Any]:
        """Say how the layer looks, or those of its objects that a variant sets apart."""
        own = {name: getattr(self, name) for name in _LOOK}
        changed = {name: value for name in _LOOK if (value := getattr(variante, name, None)) is not None}
        return own | changed

    def describe(self) -> dict[str, Any]:
        """Say to the browser what it needs to draw the layer."""
        return {
            "id": self.layer_id,
            "titre": self.titre,
            "entete": self.entete,
            "champs": [
                [field.title, field.column, field.kind, *([True] if field.column in self.facultatifs else [])]
                for field in self.fields
            ],
            **self.look(),
            "remplissage": self.remplissage,
            "variable": self.variable,
            "variantes": {
                variante.valeur: self.look(variante) | {"titre": variante.titre}
                for variante in self.variantes
            },
            "etiquettes": self.etiquettes,
        }
