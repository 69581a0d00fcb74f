"""How the layers look on paper: symbols, strokes and hatchings as SVG."""

from collections.abc import Iterable
from typing import Final

from maps.layer import SYMBOLS, Layer, Symbole, Variante, svg_path
from maps.spec import Classe

#: Strokes are in pixels in the registry: a screen is read from farther than paper.
PT_PER_PX: Final = 0.5
SWATCH_PT: Final = (16.0, 9.0)
SWATCH_RADIUS_PT: Final = 3.2
_WHITE: Final = "#FFFFFF"
#: Data of the paths of the legend: a line, an outline.
STROKE: Final = f"M1 {SWATCH_PT[1] / 2}H{SWATCH_PT[0] - 1}"
_BOX: Final = f"M1 1H{SWATCH_PT[0] - 1}V{SWATCH_PT[1] - 1}H1Z"


class Look:
    """How some objects of a layer look.

    Parameters
    ----------
    variante
        What sets them apart in it, None for the layer's own look.
    """

    def __init__(self, layer: Layer, variante: Variante | None = None) -> None:
        look = layer.look(variante)
        self.titre = variante.titre if variante else layer.titre
        self.couleur, self.plein = look["couleur"], look["plein"]
        self.symbole: Symbole = look["symbole"]
        self.remplissage = layer.remplissage
        self.epaisseur_pt = PT_PER_PX * look["epaisseur"]
        self.tirets = " ".join(f"{PT_PER_PX * float(length):g}" for length in look["tirets"].split())

    @property
    def is_point(self) -> bool:
        """Whether it is a symbol."""
        return self.symbole in SYMBOLS

    def symbols(self, places: Iterable[tuple[float, float]], radius_pt: float) -> str:
        """Draw symbols, each over those before it."""
        fill, stroke = (self.couleur, _WHITE) if self.plein else (_WHITE, self.couleur)
        width = radius_pt * (0.12 if self.plein else 0.3)
        drawn = "".join(f'<path d="{svg_path(self.symbole, x, y, radius_pt)}"/>' for x, y in places)
        return f'<g fill="{fill}" stroke="{stroke}" stroke-width="{width:.2f}" stroke-linejoin="round">{drawn}</g>'

    def painted(self, path: str) -> str:
        """Paint lines or outlines."""
        dashes = f' stroke-dasharray="{self.tirets}"' if self.tirets else ""
        fill = (
            f'fill="{self.couleur}" fill-opacity="{self.remplissage:g}" fill-rule="evenodd"'
            if self.symbole == "contour" and self.remplissage
            else 'fill="none"'
        )
        return (
            f'<path d="{path}" {fill} stroke="{self.couleur}" stroke-width="{self.epaisseur_pt:g}" '
            f'stroke-linejoin="round"{dashes}/>'
        )

    def swatch(self) -> str:
        """Draw the sign of the legend."""
        if self.is_point:
            return image(self.symbols([(SWATCH_PT[0] / 2, SWATCH_PT[1] / 2)], SWATCH_RADIUS_PT))
        return image(self.painted(STROKE if self.symbole == "trait" else _BOX))


def shaded(path: str, classe: Classe) -> str:
    """Paint a path as a class of a shaded map.

    Returns
    -------
    str
        SVG elements; hatchings refer to the definition that `hatching` gives.
    """
    fill = (
        f'fill="url(#{_pattern_id(classe)})"'
        if classe.motif == "hachures"
        else f'fill="{classe.couleur}" fill-opacity="{classe.remplissage:g}"'
    )
    return (
        f'<path d="{path}" {fill} fill-rule="evenodd" stroke="{classe.couleur}" stroke-width="0.8" '
        'stroke-linejoin="round"/>'
    )


def hatching(classes: Iterable[Classe]) -> str:
    """Define the hatchings that some classes need.

    Returns
    -------
    str
        An SVG element, "" if none is hatched.
    """
    patterns = "".join(
        f'<pattern id="{_pattern_id(classe)}" width="3" height="3" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M0.5 0V3" stroke="{classe.couleur}" stroke-width="0.7"/></pattern>'
        for classe in classes
        if classe.motif == "hachures"
    )
    return f"<defs>{patterns}</defs>" if patterns else ""


def class_swatch(classe: Classe) -> str:
    """Draw the sign of a class for the legend."""
    return image(hatching([classe]) + shaded(_BOX, classe))


def image(content: str) -> str:
    """Make a sign of the legend."""
    width, height = SWATCH_PT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{height:g}pt" '
        f'viewBox="0 0 {width:g} {height:g}">{content}</svg>'
    )


def _pattern_id(classe: Classe) -> str:
    return f"h{classe.couleur.removeprefix('#')}"
