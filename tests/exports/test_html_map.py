import base64
import dataclasses
import datetime as dt
import hashlib
import json
import re
from html.parser import HTMLParser

import geopandas as gpd
import pytest
from shapely.geometry import Point

from errors import ArgumentError, SourceFormatError
from exports.context import Context
from exports.html_map import to_html_map
from facts.snapshot import current
from loaders import catalogue
from maps.layers import LAYERS
from maps.spec import Cadrage, Classe, MapSpec, SessionObjects, ShownLayer
from pages.carte import filters as asked
from pages.carte import rows as carte
from tests.readback import from_html_map
from ui.choices import Where

SOURCES = catalogue.load()
NOTES = {key: f"{source.producteur}, {source.millesime}" for key, source in SOURCES.items()}


class Page(HTMLParser):
    """The elements of a page: their attributes and their text."""

    def __init__(self, data):
        super().__init__()
        self.elements, self.within, self.text = [], False, ""
        self.feed(data.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append([tag, dict(attrs), ""])
        self.within = True

    def handle_endtag(self, _tag):
        self.within = False

    def handle_data(self, data):
        self.text += data
        if self.within:
            self.elements[-1][2] += data

    def all(self, tag):
        return [(attrs, text) for name, attrs, text in self.elements if name == tag]


def context(source_ids, **changes):
    values = {
        "filters": {"commune": "Marseille"},
        "subject": "carte",
        "place": "Marseille",
        "date": dt.date(2026, 3, 5),
    }
    return Context.of([SOURCES[key] for key in source_ids], **(values | changes))


@pytest.fixture(scope="module")
def frames():
    return current().layers


@pytest.fixture
def stations():
    """Three stations with texts that would break out of a page that took them as they are."""
    names = [
        "</script><script>window.pirate = 1</script>",
        "<img src=x onerror=alert(1)>",
        '<!-- l’Été & "co"',
    ]
    return gpd.GeoDataFrame(
        {
            "name": names,
            "capacity": [10, 0, None],
            "is_virtual_station": [False, False, True],
            "communes": [["13055"], ["13055", "13070"], []],
        },
        index=["b", "a", "c"],
        geometry=[Point(893000 + 100 * at, 6247000) for at in range(3)],
        crs=2154,
    ).rename_axis("station_id")


def station_map(stations, **changes):
    spec = MapSpec("Carte d’<b>essai</b>", [ShownLayer("stations", **changes)])
    return to_html_map(spec, {"stations": stations}, context=context(["velos"]), notes=NOTES)


def held(data):
    """The settings, the description and the layers that a page holds, by id of their element."""
    return {
        attrs["id"]: json.loads(text)
        for attrs, text in Page(data).all("script")
        if attrs.get("type") == "application/json"
    }


def test_no_text_of_the_data_becomes_markup(stations):
    data = station_map(stations)
    page = Page(data)
    assert [attrs.get("type") for attrs, _ in page.all("script")] == ["application/json"] * 2 + [None] * 2
    assert page.all("img") == page.all("b") == []
    assert [text for _, text in page.all("h1")] == ["Carte d’<b>essai</b>"]
    features = held(data)["couche-stations"]["features"]
    assert [feature["properties"]["name"] for feature in features] == stations["name"].tolist()


def test_the_policy_allows_the_two_scripts_and_no_request(stations):
    page = Page(station_map(stations))
    policy = next(
        attrs["content"]
        for attrs, _ in page.all("meta")
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    run = [text for attrs, text in page.all("script") if "type" not in attrs]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in run]
    assert rules["script-src"] == " ".join(f"'sha256-{digest}'" for digest in digests)
    # Nothing is loaded: no address in what loads, none of a basemap.
    assert not [attrs for _, attrs, _ in page.elements if "src" in attrs]
    assert not [attrs for attrs, _ in page.all("link")]
    assert "data.geopf.fr" not in station_map(stations).decode()


@pytest.mark.parametrize(
    ("shown", "ids"),
    [
        ({}, ["b", "a", "c"]),
        ({"communes": ["13055"]}, ["b", "a"]),
        ({"communes": ["13070"]}, ["a"]),
        ({"communes": ["13001"]}, []),
        ({"ids": ["c", "b"]}, ["b", "c"]),
        ({"ids": ["c", "b"], "communes": ["13055"]}, ["b"]),
        ({"ids": []}, []),
    ],
)
def test_the_page_holds_what_the_map_shows_and_nothing_else(shown, ids, stations):
    assert from_html_map(station_map(stations, **shown)) == {"stations": ids}


def test_objects_are_in_degrees_with_what_the_tooltip_says(stations):
    features = held(station_map(stations))["couche-stations"]["features"]
    assert features[1]["properties"] == {
        "name": stations["name"]["a"],
        "capacity": 0,
        "is_virtual_station": False,
    }
    assert features[2]["properties"]["capacity"] is None
    lon, lat = features[0]["geometry"]["coordinates"]
    # Lambert-93 (893000, 6247000) is in Marseille.
    assert (lon, lat) == (pytest.approx(5.385, abs=0.01), pytest.approx(43.29, abs=0.02))


def test_out_of_scope_is_told_apart_from_empty(stations):
    def said(commune):
        (layer,) = held(station_map(stations, communes=[commune]))["carte"]["carte"]["couches"]
        return layer["hors"], layer["fichiers"]

    assert said("13055") == (False, {"13055": "couche:stations"})
    assert said("13001") == (True, {})


def test_the_map_keeps_its_frame_its_classes_and_its_choices(frames):
    spec = MapSpec(
        "Carte",
        [
            ShownLayer(
                "qpv", classes=[Classe("a", "#112233"), Classe("b", "#445566")], classed={"QN01362I": 1}
            )
        ],
        basemap="plan",
        chosen=[("qpv", "QN01362I")],
        cadrage=Cadrage("x", (890000, 6245000, 895000, 6250000)),
        adresse={"commune": ["13055"]},
    )
    data = to_html_map(spec, frames, context=context(["qpv", "indicateurs"]), notes=NOTES)
    given = held(data)["carte"]
    assert given["carte"]["fond"] == "aucun"
    assert given["carte"]["adresse"] == {}
    assert given["carte"]["choix"] == [["qpv", "QN01362I"]]
    assert given["carte"]["couches"][0]["classe"] == {"QN01362I": 1}
    assert given["carte"]["cadrage"]["jeton"] == "x"
    assert [layer["id"] for layer in given["reglages"]["couches"]] == ["qpv"]
    assert "2024" in given["reglages"]["couches"][0]["source"]
    assert given["reglages"]["fonds"] == {}


def test_the_page_says_its_sources_filters_and_date(stations):
    page = Page(station_map(stations))
    text = plain(page.text)
    source = SOURCES["velos"]
    for said in (
        source.titre,
        source.producteur,
        source.millesime,
        "ODbL 1.0",
        source.attribution,
        "commune : Marseille",
    ):
        assert said in text
    assert text.count("05/03/2026") == 2
    assert [attrs["href"] for attrs, _ in page.all("a")] == [source.adresse]


def test_nothing_is_drawn_without_its_source(stations, frames):
    spec = MapSpec("Carte", [ShownLayer("qpv")])
    with pytest.raises(ArgumentError, match="indicateurs"):
        to_html_map(spec, frames, context=context(["qpv"]), notes=NOTES)
    with pytest.raises(ArgumentError, match="gares"):
        to_html_map(
            MapSpec("Carte", [ShownLayer("gares")]),
            {"stations": stations},
            context=context(["sncf"]),
            notes=NOTES,
        )
    with pytest.raises(ArgumentError, match="inconnue"):
        to_html_map(MapSpec("Carte", [ShownLayer("inconnue")]), frames, context=context(["qpv"]), notes=NOTES)


@pytest.mark.parametrize("commune", [None, "13055", "84089"])
def test_page_carte_with_every_layer(commune, frames):
    filters = asked.Filters(Where(commune), None, tuple(frames), tuple(asked.STATUTS), ())
    placed = carte.in_commune(frames, commune)
    rows = carte.select(placed, filters)
    spec = carte.spec(placed, rows, filters, titre="Carte", basemap="plan")
    used = [key for layer in LAYERS for key in layer.source_ids]
    data = to_html_map(spec, frames, context=context(used), notes=NOTES)
    assert len(data) < 3_000_000
    assert from_html_map(data) == {layer_id: list(kept.index) for layer_id, kept in rows.items()}
    assert data == to_html_map(spec, frames, context=context(used), notes=NOTES)


def test_a_page_without_layers_is_refused_when_read():
    with pytest.raises(SourceFormatError, match="aucune couche"):
        from_html_map(b"<html></html>")


def plain(text):
    return re.sub(r"[\u00a0\u202f]", " ", text)


def test_objects_of_a_session_are_taken_away_as_data_with_their_source():
    objects = SessionObjects(
        version="a1",
        columns={"adresse": ["</script><b>1 rue</b>", "2 rue", "3 rue"], "nb_rdc": [1, None, 2]},
        ids=["P1", "P2", "P3"],
        lon=[5.37, 5.38, 5.39],
        lat=[43.3, 43.31, 43.32],
        note="Producteur d’essai, 2025",
    )
    spec = MapSpec("Pistes", [ShownLayer("pistes", ids=["P1", "P3"], session=objects)])
    with pytest.raises(ArgumentError, match="personnes_morales"):
        to_html_map(spec, {}, context=context(["velos"]), notes=NOTES)
    own = dataclasses.replace(SOURCES["velos"], source_id="personnes_morales", titre="Fichier importé")
    told = Context.of([own], subject="carte", place="Marseille")
    data = to_html_map(spec, {}, context=told, notes=NOTES)
    assert from_html_map(data) == {"pistes": ["P1", "P3"]}
    (first, _) = held(data)["couche-pistes"]["features"]
    assert first["properties"] == {"adresse": "</script><b>1 rue</b>", "nb_rdc": 1}
    assert first["geometry"]["coordinates"] == [5.37, 43.3]
    assert held(data)["carte"]["carte"]["couches"][0]["source"] == "Producteur d’essai, 2025"
    assert Page(data).all("b") == []
    assert "Fichier importé" in Page(data).text
