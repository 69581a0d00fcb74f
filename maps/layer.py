"""What a layer of the maps is made of: its look, those of its parts, the lines of its tooltip."""

from dataclasses import dataclass
from typing import Any

from maps.symbols import Symbole
from words.kinds import Kind


@dataclass(frozen=True)
class LayerField:
    """One line of a tooltip.

    Attributes
    ----------
    kind
        How the value reads, as in `facts.fields`.
    facultatif
        Whether the line is left out where there is no value: what only one format of the source knows.
    """

    column: str
    titre: str
    kind: Kind = "texte"
    facultatif: bool = False


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


@dataclass(frozen=True)
class Layer:
    """A layer of the maps.

    Attributes
    ----------
    entete
        The column that names an object.
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
    fields: tuple[LayerField, ...] = ()
    plein: bool = True
    remplissage: float = 0.0
    epaisseur: float = 1.5
    tirets: str = ""
    variable: str | None = None
    variantes: tuple[Variante, ...] = ()
    etiquettes: bool = False
    autres_sources: tuple[str, ...] = ()

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Give all the sources that the layer draws on."""
        return (self.source_id, *self.autres_sources)

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the columns of the frame that the map needs."""
        names = [self.entete, *(field.column for field in self.fields), self.variable]
        return tuple(dict.fromkeys(name for name in names if name))

    def describe(self) -> dict[str, Any]:
        """Say to the browser what it needs to draw the layer."""
        look = {
            "couleur": self.couleur,
            "symbole": self.symbole,
            "plein": self.plein,
            "epaisseur": self.epaisseur,
            "tirets": self.tirets,
        }
        return {
            "id": self.layer_id,
            "titre": self.titre,
            "entete": self.entete,
            "champs": [
                [field.titre, field.column, field.kind, *([True] if field.facultatif else [])]
                for field in self.fields
            ],
            **look,
            "remplissage": self.remplissage,
            "variable": self.variable,
            "variantes": {
                variante.valeur: look
                | {"titre": variante.titre}
                | {name: value for name in look if (value := getattr(variante, name)) is not None}
                for variante in self.variantes
            },
            "etiquettes": self.etiquettes,
        }
