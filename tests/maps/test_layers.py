"""The registry: no layer is told apart by colour alone, and all can be read on white."""

import pytest

from errors import ArgumentError
from loaders import catalogue
from maps.layer import SYMBOLS
from maps.layers import LAYERS, REGISTRY, SESSION_LAYERS, get


def luminance(color):
    """Relative luminance of WCAG 2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def looks(layer):
    """Every way in which the layer's objects are drawn."""
    described = layer.describe()
    return list(described["variantes"].values()) or [described]


def test_luminance_of_known_colours():
    assert luminance("#FFFFFF") == 1
    assert luminance("#000000") == 0
    # WCAG's own example of the least grey that passes 4.5:1 on white.
    assert 1.05 / (luminance("#767676") + 0.05) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("layer", REGISTRY, ids=lambda layer: layer.layer_id)
def test_colour_stands_out_on_white(layer):
    for look in looks(layer):
        assert 1.05 / (luminance(look["couleur"]) + 0.05) >= 3


def test_no_two_signs_are_alike_without_their_colour():
    points = [
        (look["symbole"], look["plein"])
        for layer in REGISTRY
        for look in looks(layer)
        if look["symbole"] in SYMBOLS
        # Fictitious premises are told by their title, in capitals, and by the tooltip.
        and "FICTIVES" not in look.get("titre", "")
    ]
    assert len(points) == len(set(points)) == 22
    lines = [
        (look["epaisseur"], look["tirets"])
        for layer in REGISTRY
        for look in looks(layer)
        if look["symbole"] == "trait"
    ]
    assert len(lines) == len(set(lines)) == 6
    outlines = {
        (look["epaisseur"], look["tirets"], layer.remplissage > 0)
        for layer in REGISTRY
        for look in looks(layer)
        if look["symbole"] == "contour"
    }
    # Full communes, communes "à enjeux" (confirmed or not: the same dashes), arrondissements, QPV, three layers of users.
    assert len(outlines) == 7


def test_every_source_is_in_the_catalogue():
    known = catalogue.load()
    assert {source for layer in LAYERS for source in layer.source_ids} <= set(known)


def test_unknown_layer():
    with pytest.raises(ArgumentError, match="Couche inconnue : autobus"):
        get("autobus")


def test_a_variant_keeps_what_it_does_not_change():
    friches = get("friches").describe()
    potential = friches["variantes"]["friche potentielle"]
    assert (potential["couleur"], potential["symbole"], potential["plein"]) == ("#A8246E", "losange", False)
    assert friches["variantes"]["friche avec projet"]["symbole"] == "croix"


def test_layers_of_a_session_have_no_source_of_the_catalogue_and_no_file():
    assert {layer.source_id for layer in SESSION_LAYERS}.isdisjoint(catalogue.load())
    assert {layer.layer_id for layer in SESSION_LAYERS}.isdisjoint(layer.layer_id for layer in LAYERS)
