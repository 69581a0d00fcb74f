"""The base map never changes, and a spec becomes one safe call of the browser's script."""

import base64
import json
import re
from dataclasses import replace

import pytest
from streamlit_folium import _get_feature_group_string, _get_map_string, generate_js_hash

from errors import ArgumentError
from facts.fields import Field
from maps import builder
from maps.builder import (
    base_map,
    describe,
    early_script,
    feature_group,
    script_json,
    session_script,
    settings,
)
from maps.files import ALL, Assets, Manifest
from maps.layers import LAYERS, REGISTRY, SESSION_LAYERS, get
from maps.spec import BASEMAPS, Cadrage, Classe, MapSpec, SessionObjects, ShownLayer

ASSETS = Assets(script="carte/carte-1.js", style="carte/carte-2.css")
NOTES = {source: "Producteur, 2026" for layer in LAYERS for source in layer.source_ids}
MANIFEST = Manifest(
    {
        "qpv": {
            ALL: "couches/qpv-toutes-0.json",
            "13055": "couches/qpv-13055-0.json",
        },
        "stations": {ALL: "couches/stations-toutes-0.json"},
        "communes": {ALL: "couches/communes-toutes-0.json"},
    }
)
SCOPES = {"qpv": {"13055", "13001"}, "velos": {"13055"}, "communes": {"13055", "13001"}}


def described(*layers, **options):
    return describe(MapSpec("Carte", layers, **options), MANIFEST, scopes=SCOPES)


def base():
    return base_map(ASSETS, notes=NOTES)


def call(spec):
    """The spec as the browser reads it, after all that streamlit-folium does to the script."""
    figure = base()
    figure.render()
    _get_map_string(figure)
    group = feature_group(spec, MANIFEST, scopes=SCOPES)
    script = _get_feature_group_string(group, map=figure)
    return json.JSONDecoder().raw_decode(script.split("atlas.show(", 1)[1])[0]


def test_base_is_the_same_each_time():
    scripts = []
    for _ in range(2):
        figure = base()
        figure.render()
        scripts.append(_get_map_string(figure))
    assert scripts[0] == scripts[1]
    assert generate_js_hash(scripts[0], "carte") == generate_js_hash(scripts[1], "carte")


def test_base_holds_the_registry_and_asks_nobody():
    figure = base()
    figure.render()
    settings = json.JSONDecoder().raw_decode(_get_map_string(figure).split('atlas.start("map_div", ', 1)[1])[
        0
    ]
    assert [layer["id"] for layer in settings["couches"]] == [layer.layer_id for layer in REGISTRY]
    own = {layer.layer_id for layer in SESSION_LAYERS}
    described = [layer for layer in settings["couches"] if layer["id"] not in own]
    assert all(layer["source"].startswith("Producteur, 2026") for layer in described)
    assert figure.default_js == [("carte", "../../app/static/carte/carte-1.js")]
    assert figure.default_css == [("carte", "../../app/static/carte/carte-2.css")]
    page = figure.get_root().render()
    outside = set(re.findall(r"https?://([^/\"' ]+)", page.replace("\\u005f", "_")))
    assert outside <= {"data.geopf.fr", "www.w3.org"}
    assert "user-scalable" not in page


def test_a_layer_without_a_dated_source_is_refused():
    with pytest.raises(ArgumentError, match="Couches sans source : indicateurs"):
        base_map(ASSETS, notes={key: note for key, note in NOTES.items() if key != "indicateurs"})


def test_a_source_that_the_territory_lacks_has_no_layer():
    notes = {key: note for key, note in NOTES.items() if key != "velos"}
    known = [layer["id"] for layer in json.loads(settings(notes))["couches"]]
    assert "stations" not in known
    assert [layer["id"] for layer in json.loads(settings(NOTES))["couches"]] == [
        *known[: known.index("gares") + 1], "stations", *known[known.index("gares") + 1 :],
    ]  # fmt: skip
    scopes = {key: {"13055"} for key in notes}
    with pytest.raises(ArgumentError, match="Couche sans source : stations"):
        describe(MapSpec("Carte", [ShownLayer("stations")]), MANIFEST, scopes=scopes)


def test_the_map_stays_around_the_communes_of_the_territory():
    place = builder.of_territory()
    assert place.centre == (43.47, 5.25)
    assert place.zoom == 10
    (south, west), (north, east) = place.corners
    # The communes lie from 4.73 to 5.68 in longitude and from 43.16 to 43.73 in latitude; half of 0.95 on each side.
    assert (west, east) == pytest.approx((4.26, 6.15), abs=0.02)
    assert (south, north) == pytest.approx((42.68, 44.20), abs=0.02)


def test_layers_come_in_paint_order_with_their_files():
    layers = described(ShownLayer("stations"), ShownLayer("qpv", communes=["13055"], ids=["QN1"]))["couches"]
    assert [layer["id"] for layer in layers] == ["qpv", "stations"]
    assert layers[0] == {
        "id": "qpv",
        "fichiers": {"13055": "../../app/static/couches/qpv-13055-0.json"},
        "tout": "../../app/static/couches/qpv-toutes-0.json",
        "ids": ["QN1"],
        "hors": False,
    }
    assert layers[1]["fichiers"] == {ALL: "../../app/static/couches/stations-toutes-0.json"}
    assert layers[1]["ids"] is None


def test_outside_its_source_a_layer_is_not_empty_but_out_of_scope():
    assert described(ShownLayer("stations", communes=["13001"]))["couches"][0]["hors"] is True
    assert described(ShownLayer("stations", communes=["13001", "13055"]))["couches"][0]["hors"] is False
    # No object, yet covered: a true zero.
    assert described(ShownLayer("qpv", communes=["13001"]))["couches"][0]["hors"] is False


def test_classes_and_discs():
    shown = ShownLayer(
        "stations", classes=[Classe("Peu", "#FFE9A8", 0.7, "hachures")], classed={"a": 0}, radius_m=300
    )
    layer = described(shown)["couches"][0]
    assert layer["classes"] == [
        {"titre": "Peu", "couleur": "#FFE9A8", "remplissage": 0.7, "motif": "hachures"}
    ]
    assert (layer["classe"], layer["rayon"]) == ({"a": 0}, 300)


def test_files_are_asked_for_early():
    script = early_script(
        MapSpec("Carte", [ShownLayer("stations"), ShownLayer("qpv", communes=["13055"])]), MANIFEST
    )
    assert (
        re.search(r"of (\[.*?\])\)", script)[1]
        == '["couches/stations-toutes-0.json","couches/qpv-13055-0.json"]'
    )
    assert 'new URL("app/static/" + name' in script


OWN = SessionObjects(
    version="a1",
    columns={"adresse": ["1 rue <b>", "</script>"], "aspect": ["disponible", "autre"]},
    ids=["L1", "L2"],
    lon=[5.4, 5.5],
    lat=[43.3, 43.4],
    note="Inventaire, 2026",
)


def test_a_session_layer_is_named_by_its_version_and_needs_no_file():
    spec = MapSpec("Carte", [ShownLayer("locaux", ids=["L1"], session=OWN), ShownLayer("qpv")])
    first, last = describe(spec, MANIFEST, scopes=SCOPES)["couches"]
    assert first["id"] == "qpv"
    assert last == {
        "id": "locaux",
        "fichiers": {ALL: "session:a1"},
        "tout": "session:a1",
        "ids": ["L1"],
        "hors": False,
        "source": "Inventaire, 2026",
    }
    assert "locaux" not in early_script(spec, MANIFEST)


def test_a_session_script_hands_over_the_objects_and_no_markup():
    script = session_script(OWN)
    assert script.count("<") == 2
    assert script.count("</script>") == 1
    given = json.JSONDecoder().raw_decode(script.split("given = ", 1)[1])[0]
    assert given == {
        "session:a1": {
            "ids": ["L1", "L2"],
            "lon": [5.4, 5.5],
            "lat": [43.3, 43.4],
            "colonnes": {"adresse": ["1 rue <b>", "</script>"], "aspect": ["disponible", "autre"]},
        }
    }
    assert "given = {};" in session_script()  # all that was handed before is taken back


def test_frame_in_degrees():
    # EPSG:2154 of the Vieux-Port (43.2951 N, 5.3740 E), from the IGN's converter: 892 684, 6 247 036 to the metre.
    frame = described(cadrage=Cadrage("a", (892_684, 6_247_036, 892_684, 6_247_036), souple=True))["cadrage"]
    assert (frame["jeton"], frame["souple"], frame["impose"]) == ("a", True, False)
    assert frame["bornes"][0] == pytest.approx([43.295, 5.374], abs=0.002)
    assert described()["cadrage"] is None


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (MapSpec("Carte", [], basemap="osm"), "Fond de carte inconnu : osm"),
        (MapSpec("Carte", [ShownLayer("autobus")]), "Couche inconnue : autobus"),
        (MapSpec("Carte", [ShownLayer("gares")]), "Couche sans fichier : gares"),
    ],
)
def test_faults(spec, message):
    with pytest.raises(ArgumentError, match=message):
        describe(spec, MANIFEST, scopes=SCOPES | {"sncf": set()})


@pytest.mark.parametrize(
    "text",
    [
        "</script><img src=x onerror=alert(1)>",
        "{{ 'map_div' }}",
        "{{{{ 7 * 7 }}}} {%raw%} {{{% x %} {# note #}",
        "taux_pauvrete et _div",
        'd\'Aix \u2028 "été" \\ & <b>',
        "feature_group_feature_group_0",
    ],
)
def test_any_text_arrives_as_it_was(text):
    written = script_json({text: [text]})
    assert written.isascii()
    assert not set("<>&'_") & set(written)
    assert json.loads(written) == {text: [text]}
    spec = MapSpec(text, [ShownLayer("qpv", ids=[text])], chosen=[("qpv", text)], adresse={"qpv": [text]})
    received = call(spec)
    assert received["titre"] == text
    assert received["couches"][0]["ids"] == [text]
    assert received["adresse"] == {"qpv": [text]}


def test_a_number_that_json_does_not_know_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json({"a": float("nan")})


def test_basemaps():
    assert list(BASEMAPS) == ["plan", "ortho", "aucun"]


def test_offline_the_map_asks_for_no_tile(monkeypatch):
    monkeypatch.setenv("ATLAS_HORS_LIGNE", "1")
    figure = base()
    figure.render()
    assert '"fonds":{}' in _get_map_string(figure)
    monkeypatch.delenv("ATLAS_HORS_LIGNE")
    figure = base()
    figure.render()
    assert "data.geopf.fr" in _get_map_string(figure)


def test_many_ids_of_a_session_are_told_by_a_bit_each():
    ids = [f"L{rank}" for rank in range(1000)]
    many = SessionObjects(version="b2", columns={}, ids=ids, lon=[5.0] * 1000, lat=[43.0] * 1000, note="")
    kept = ids[3:900:2]
    (shown,) = describe(
        MapSpec("Carte", [ShownLayer("locaux", ids=kept, session=many)]), MANIFEST, scopes=SCOPES
    )["couches"]
    assert shown["ids"] is None
    # Read as the browser reads it: bit 7 - i % 8 of byte i // 8.
    packed = base64.b64decode(shown["masque"])
    assert [name for at, name in enumerate(ids) if packed[at >> 3] & (128 >> (at & 7))] == kept
    assert len(shown["masque"]) < 200
    few = ShownLayer("locaux", ids=ids[:3], session=many)
    (shown,) = describe(MapSpec("Carte", [few]), MANIFEST, scopes=SCOPES)["couches"]
    assert (shown["ids"], "masque" in shown) == (ids[:3], False)


def test_a_session_layer_may_hold_shapes_and_say_itself_what_it_is_called():
    shape = {"type": "LineString", "coordinates": [[5.4, 43.3], [5.5, 43.4]]}
    layer = replace(
        get("couche2"),
        titre="Voies <vertes>",
        entete="nom",
        fields=(Field("km", "Longueur", "decimal"),),
    )
    lines = SessionObjects(
        version="c3",
        columns={"nom": ["Voie"], "km": [1.5], "genre": ["ligne"]},
        ids=["1"],
        lon=[],
        lat=[],
        note="Agence, 2026",
        shapes=[shape],
        layer=layer,
    )
    spec = MapSpec("Carte", [ShownLayer("locaux", session=OWN), ShownLayer("couche2", session=lines)])
    first, last = describe(spec, MANIFEST, scopes=SCOPES)["couches"]
    # Points lie over outlines, so that the mouse finds them.
    assert (first["id"], last["id"]) == ("couche2", "locaux")
    assert (first["couche"]["titre"], first["couche"]["champs"]) == (
        "Voies <vertes>",
        [["Longueur", "km", "decimal"]],
    )
    assert "couche" not in last
    given = json.JSONDecoder().raw_decode(session_script(lines).split("given = ", 1)[1])[0]
    assert given["session:c3"]["formes"] == [shape]
