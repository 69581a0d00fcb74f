import json
import re

import pytest

from maps.layer import SYMBOLS, script, svg_path
from maps.layers import REGISTRY


def test_the_map_s_script_and_paper_draw_the_same_shapes():
    told = json.loads(script().split(" = ", 1)[1])["shapes"]
    assert set(told) == set(SYMBOLS)
    for name, shape in told.items():
        drawn = svg_path(name, 100.0, 50.0, 10.0)
        if not shape["corners"]:
            assert "a" in drawn
            continue
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", drawn)]
        r = 10 * shape["size"]
        expected = [value for dx, dy in shape["corners"] for value in (100 + r * dx, 50 + r * dy)]
        assert numbers == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        # Twice the radius of 9 wide, from the left corner.
        ("carre", "M1.00 11.00L19.00 11.00L19.00 29.00L1.00 29.00Z"),
        # A radius of 10 x 1.25, the flat side 5 below the middle.
        ("demicercle", "M-2.50 25.00a12.50 12.50 0 0 1 25.00 0Z"),
        # Corners at the four cardinal points, 12 away.
        ("losange", "M10.00 8.00L22.00 20.00L10.00 32.00L-2.00 20.00Z"),
    ],
)
def test_shapes_by_hand(name, path):
    assert svg_path(name, 10.0, 20.0, 10.0) == path


def test_every_layer_of_points_can_be_drawn_on_paper():
    looks = [look for layer in REGISTRY for look in (layer, *layer.variantes)]
    named = {look.symbole for look in looks} - {None, "contour", "trait"}
    assert named <= set(SYMBOLS)
