"""The look of the layers of the maps, as QGIS writes it (QML)."""

from collections.abc import Collection, Mapping
from typing import Final
from xml.etree import ElementTree as ET

import geopandas as gpd

from maps.layer import SYMBOLS, Layer, Symbole, Variante
from maps.layers import get

#: Name of the id of a layer's objects to the layer; arrondissements bear codes of communes.
BY_ID: Final[Mapping[str, str]] = {
    "code_insee": "communes",
    "code_qp": "qpv",
    "route_id": "lignes",
    "equip_id": "sports",
    "id_equip": "social",
    "uai": "colleges",
    "site_id": "friches",
    "uic": "gares",
    "station_id": "stations",
    "id_adresse": "pistes",
}
SHAPES: Final[Mapping[Symbole, str]] = {
    "cercle": "circle",
    "carre": "square",
    "triangle": "triangle",
    "losange": "diamond",
    "hexagone": "hexagon",
    "croix": "cross_fill",
    "etoile": "star",
    "maison": "pentagon",
    "ecusson": "trapezoid",
    "pentagone": "pentagon",
    "eclat": "diamond_star",
    "demicercle": "semi_circle",
    "drapeau": "shield",
    "fanion": "right_half_triangle",
}
#: Rows that no layer of the maps draws: a plain look, in the grey of the communes' outlines.
PLAIN_COLOUR: Final = "#3D4757"
_PLAIN: Final = Layer("", "", "", PLAIN_COLOUR, "cercle", "", remplissage=0.18)
POINT_SIZE_PX: Final = 11
#: Truth values go out as French words.
WORDS: Final = {"true": "oui", "false": "non"}
_DOCTYPE: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def layer_of(frame: gpd.GeoDataFrame, layer_id: str | None) -> Layer | None:
    """Find the layer of the maps that draws some rows.

    Parameters
    ----------
    frame
        Rows indexed by their official id.
    layer_id
        The layer, if it is known.

    Returns
    -------
    Layer or None
        The layer asked for, else the one whose objects bear the same id; None if there is none.

    Raises
    ------
    ArgumentError
        If the registry does not hold the layer asked for.
    """
    found = layer_id or BY_ID.get(str(frame.index.name))
    return get(found) if found else None


def style(layer: Layer | None, shapes: gpd.GeoSeries, *, columns: Collection[str]) -> str:
    """Write the look of a layer as QGIS reads it.

    Parameters
    ----------
    layer
        The layer, None for a plain look.
    shapes
        What is drawn: a layer whose symbol is made for other shapes only gives its colour.
    columns
        The columns that the file holds: objects differ by the layer's variable if it is one of them.
    """
    family = _family(shapes, layer)
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology")
    variable = layer.variable if layer is not None else None
    if layer is None or variable is None or variable not in columns:
        renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", enableorderby="0", forceraster="0")
        _add_symbol(ET.SubElement(renderer, "symbols"), "0", family, layer, None)
        return _DOCTYPE + ET.tostring(root, encoding="unicode")
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=variable, enableorderby="0", forceraster="0"
    )
    categories, symbols = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for at, variant in enumerate([*layer.variantes, None]):
        # The last one takes every other value, so that no object disappears.
        value = "" if variant is None else WORDS.get(variant.valeur, variant.valeur)
        label = layer.titre if variant is None else variant.titre
        kind = "NULL" if variant is None else "string"
        ET.SubElement(
            categories, "category", type=kind, value=value, symbol=str(at), label=label, render="true"
        )
        _add_symbol(symbols, str(at), family, layer, variant)
    return _DOCTYPE + ET.tostring(root, encoding="unicode")


def _family(shapes: gpd.GeoSeries, layer: Layer | None) -> str:
    kinds = [kind.removeprefix("Multi") for kind in shapes.geom_type.dropna().unique()]
    if not kinds and layer is not None:
        return "marker" if layer.symbole in SYMBOLS else "line" if layer.symbole == "trait" else "fill"
    if set(kinds) == {"Point"}:
        return "marker"
    return "line" if kinds and set(kinds) <= {"LineString", "LinearRing"} else "fill"


def _add_symbol(
    parent: ET.Element, name: str, family: str, layer: Layer | None, variant: Variante | None
) -> None:
    drawn = _PLAIN if layer is None else layer
    look = drawn.look(variant)
    symbol = ET.SubElement(parent, "symbol", type=family, name=name, alpha="1", clip_to_extent="1")
    if family == "marker":
        hollow = not look["plein"]
        _add_layer(
            symbol,
            "SimpleMarker",
            {
                "name": SHAPES.get(look["symbole"], "circle"),
                "color": _rgba("#FFFFFF" if hollow else look["couleur"]),
                "outline_color": _rgba(look["couleur"] if hollow else "#FFFFFF"),
                "outline_style": "solid",
                "outline_width": "1.8" if hollow else "1",
                "outline_width_unit": "Pixel",
                "size": str(POINT_SIZE_PX),
                "size_unit": "Pixel",
            },
        )
        return
    if family == "fill":
        fill = {
            "color": _rgba(look["couleur"], drawn.remplissage),
            "style": "solid" if drawn.remplissage else "no",
            "outline_style": "no",
        }
        _add_layer(symbol, "SimpleFill", fill)
    stroke = {
        "line_color": _rgba(look["couleur"]),
        "line_style": "solid",
        "line_width": f"{look['epaisseur']:g}",
        "line_width_unit": "Pixel",
        "joinstyle": "round",
    }
    if look["tirets"]:
        stroke |= {
            "use_custom_dash": "1",
            "customdash": look["tirets"].replace(" ", ";"),
            "customdash_unit": "Pixel",
        }
    _add_layer(symbol, "SimpleLine", stroke)


def _add_layer(symbol: ET.Element, kind: str, options: Mapping[str, str]) -> None:
    layer = ET.SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    listed = ET.SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(listed, "Option", type="QString", name=name, value=value)


def _rgba(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"
