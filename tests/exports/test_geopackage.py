import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.geometry import LineString, MultiPoint, Point, box

from errors import ArgumentError, CrsError
from exports.tables import to_gpkg
from facts.fields import Field
from facts.snapshot import current
from maps.layers import LAYERS, get
from words.formats import HORS_PERIMETRE, NON_DIFFUSE


@pytest.fixture
def read(tmp_path):
    """Give a function that reads one layer, or what is said of it."""

    def layer(data, name="ecarts_velos", *, by=pyogrio.read_dataframe):
        path = tmp_path / "couche.gpkg"
        path.write_bytes(data)
        return by(path, layer=name)

    return layer


def tree(text):
    return ET.fromstring(text)  # noqa: S314


def asked(data, query, tmp_path):
    path = tmp_path / "lu.gpkg"
    path.write_bytes(data)
    with closing(sqlite3.connect(path)) as base:
        base.row_factory = sqlite3.Row
        return [dict(row) for row in base.execute(query)]


def test_layer_is_in_lambert_with_typed_columns(read, frame, fields, context):
    data = to_gpkg(frame.to_crs(4326), context=context, fields=fields)
    info = read(data, by=pyogrio.read_info)
    assert info["crs"] == "EPSG:2154"
    assert info["geometry_type"] == "MultiPolygon"
    assert dict(zip(info["fields"], info["ogr_types"], strict=True)) == {
        "code_qp": "OFTString",
        "lib_qp": "OFTString",
        "distance_station_m": "OFTReal",
        "distance_station_m_statut": "OFTString",
        "stations_a_portee": "OFTInteger64",
        "stations_a_portee_statut": "OFTString",
        "part_surface_couverte": "OFTReal",
        "part_surface_couverte_statut": "OFTString",
        "taux_pauvrete_60_pct": "OFTReal",
        "taux_pauvrete_60_pct_statut": "OFTString",
        "surface_m2": "OFTReal",
        "releve": "OFTDate",
        "releve_statut": "OFTString",
    }
    back = read(data)
    assert back["code_qp"].tolist() == ["QN1", "QN2", "QN3"]
    assert back["lib_qp"].tolist() == ["La Castellane", "=CMD()", "-Corderie ; Aix"]
    gaps = shapely.hausdorff_distance(back.geometry.to_numpy(), frame.geometry.to_numpy())
    assert np.all(gaps < 0.001)


def test_a_missing_cell_is_null_and_says_why(read, frame, fields, context):
    back = read(to_gpkg(frame, context=context, fields=fields))
    np.testing.assert_array_equal(back["stations_a_portee"], [2.0, np.nan, 0.0])
    assert back["stations_a_portee_statut"].tolist()[1] == HORS_PERIMETRE
    assert pd.isna(back["stations_a_portee_statut"].tolist()[2])
    assert back["taux_pauvrete_60_pct_statut"].tolist()[2] == NON_DIFFUSE
    assert pd.isna(back["releve"].tolist()[1])


def test_words_among_figures_stand_beside_them(read, frame, context):
    words = frame.assign(rang=pd.Series([1, "sans objet", 3], index=frame.index, dtype=object))
    back = read(to_gpkg(words, context=context, fields=[Field("rang", "Rang", "entier")]))
    np.testing.assert_array_equal(back["rang"], [1.0, np.nan, 3.0])
    assert back["rang_statut"].tolist()[1] == "sans objet"


@pytest.mark.parametrize(
    ("shapes", "kind"),
    [
        ([Point(0, 0), Point(1, 1), None], "Point"),
        ([Point(0, 0), MultiPoint([(1, 1), (2, 2)]), Point(2, 2)], "MultiPoint"),
        ([box(0, 0, 1, 1), Point(0, 0), LineString([(0, 0), (1, 1)])], "Unknown"),
        ([LineString([(0, 0), (1, 1)])] * 3, "MultiLineString"),
        ([None, None, None], "Unknown"),
    ],
)
def test_shapes_of_every_family_are_kept(read, shapes, kind, frame, context):
    placed = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=2154))
    data = to_gpkg(placed, context=context, fields=[Field("lib_qp", "Nom", "texte")])
    info = read(data, by=pyogrio.read_info)
    assert info["geometry_type"] == kind
    back = read(data)
    assert len(back) == 3
    for kept, given in zip(back.geometry, shapes, strict=True):
        assert (kept is None) if given is None else kept.equals(given)


def test_the_sources_have_a_table(read, frame, fields, context, tmp_path):
    data = to_gpkg(frame, context=context, fields=fields)
    rows = asked(data, "SELECT * FROM sources ORDER BY id", tmp_path)
    assert rows[0] == {
        "id": 1,
        "titre": "Titre velos",
        "producteur": "Producteur A",
        "millesime": "mars 2026",
        "licence": "ODbL 1.0",
        "attribution": "Source : velos",
        "adresse": "https://exemple.fr",
        "communes": "13055",
        "limites": "aucune",
        "filtres": "commune : toutes ; seuil : 300 m",
        "date_export": "2026-03-05",
    }
    assert [row["titre"] for row in rows] == ["Titre velos", "Titre indicateurs"]
    assert read(data, "sources")["licence"].tolist() == ["ODbL 1.0", "Licence Ouverte 2.0"]


def test_columns_have_french_titles(frame, fields, context, tmp_path):
    rows = asked(to_gpkg(frame, context=context, fields=fields), "SELECT * FROM gpkg_data_columns", tmp_path)
    said = {row["column_name"]: (row["title"], row["description"]) for row in rows}
    assert said["distance_station_m"] == ("Distance à la station (m)", "Producteur A, mars 2026")
    # A share stays from 0 to 1 here: no percent.
    assert said["part_surface_couverte"][0] == "Part de la surface à portée"
    assert said["taux_pauvrete_60_pct"][0] == "Taux de pauvreté (%)"


def test_the_style_is_the_one_of_the_maps(frame, fields, context, tmp_path):
    (row,) = asked(to_gpkg(frame, context=context, fields=fields), "SELECT * FROM layer_styles", tmp_path)
    assert (row["f_table_name"], row["f_geometry_column"], row["useAsDefault"]) == ("ecarts_velos", "geom", 1)
    assert row["styleName"] == "QPV 2024"
    options = {option.get("name"): option.get("value") for option in tree(row["styleQML"]).iter("Option")}
    # #B34700, filled at 18 %: 0.18 * 255 = 45.9.
    assert options["color"] == "179,71,0,46"
    assert options["line_color"] == "179,71,0,255"
    assert options["line_width"] == "2"


@pytest.mark.parametrize(
    ("layer_id", "shape", "color"),
    [
        ("friches", "diamond", "168,36,110,255"),
        ("sports", "triangle", "133,100,4,255"),
        ("social", "star", "86,65,154,255"),
        ("gares", "square", "28,37,48,255"),
        ("stations", "circle", "0,121,92,255"),
    ],
)
def test_points_have_the_symbol_of_their_layer(layer_id, shape, color, frame, context, tmp_path):
    placed = frame.set_geometry(frame.centroid)
    data = to_gpkg(placed, context=context, fields=[Field("lib_qp", "Nom", "texte")], layer_id=layer_id)
    (row,) = asked(data, "SELECT * FROM layer_styles", tmp_path)
    marker = tree(row["styleQML"]).find(".//layer[@class='SimpleMarker']")
    options = {option.get("name"): option.get("value") for option in marker.iter("Option")}
    assert (options["name"], options["color"]) == (shape, color)


def test_variants_are_categories_and_every_other_value_shows_too(read, frame, context, tmp_path):
    placed = frame.set_geometry(frame.centroid).assign(is_virtual_station=[True, False, False])
    data = to_gpkg(
        placed,
        context=context,
        fields=[Field("is_virtual_station", "Virtuelle", "texte")],
        layer_id="stations",
    )
    (row,) = asked(data, "SELECT * FROM layer_styles", tmp_path)
    root = tree(row["styleQML"])
    assert root.find("renderer-v2").get("attr") == "is_virtual_station"
    categories = [
        (category.get("value"), category.get("label"), category.get("symbol"))
        for category in root.iter("category")
    ]
    assert categories == [
        ("non", "Stations levélo", "0"),
        ("oui", "Stations levélo virtuelles", "1"),
        ("", "Stations levélo", "2"),
    ]
    # The values of the style are those of the file.
    assert read(data)["is_virtual_station"].tolist() == ["oui", "non", "non"]
    colours = {
        symbol.get("name"): {o.get("name"): o.get("value") for o in symbol.iter("Option")}["color"]
        for symbol in root.iter("symbol")
    }
    assert colours == {"0": "0,121,92,255", "1": "255,255,255,255", "2": "0,121,92,255"}


def test_dashes_of_lines_are_kept(frame, context, tmp_path):
    lines = [LineString([(0, 0), (at, 1)]) for at in range(3)]
    placed = frame.set_geometry(gpd.GeoSeries(lines, index=frame.index, crs=2154)).assign(mode="tram")
    data = to_gpkg(placed, context=context, fields=[Field("mode", "Mode", "texte")], layer_id="lignes")
    (row,) = asked(data, "SELECT * FROM layer_styles", tmp_path)
    symbols = tree(row["styleQML"]).findall(".//symbol")
    dashes = [{o.get("name"): o.get("value") for o in s.iter("Option")}.get("customdash") for s in symbols]
    assert dashes == [None, "9;4", "2;5", None]


def test_every_layer_of_the_maps_finds_its_style_by_its_id():
    from exports.qgis import layer_of

    found = {layer_id: layer_of(frame, None).layer_id for layer_id, frame in current().layers.items()}
    assert found == {layer.layer_id: layer.layer_id for layer in LAYERS} | {"arrondissements": "communes"}
    assert layer_of(current().layers["arrondissements"], "arrondissements") == get("arrondissements")


def test_the_same_rows_make_the_same_bytes(frame, fields, context):
    assert to_gpkg(frame, context=context, fields=fields) == to_gpkg(frame, context=context, fields=fields)


def test_no_rows_make_a_layer_without_rows(read, frame, fields, context):
    data = to_gpkg(frame.iloc[:0], context=context, fields=fields)
    back = read(data)
    assert len(back) == 0
    assert list(back.columns) == ["code_qp", *(field.column for field in fields), "geometry"]


def test_a_frame_without_system_or_with_twins_is_refused(frame, fields, context):
    bare = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=frame.geometry.to_numpy())
    with pytest.raises(CrsError):
        to_gpkg(bare, context=context, fields=fields)
    twins = [
        Field("stations_a_portee", "a", "entier", "velos"),
        Field("stations_a_portee_statut", "b", "texte"),
    ]
    with pytest.raises(ArgumentError, match="stations_a_portee_statut"):
        to_gpkg(frame.assign(stations_a_portee_statut="x"), context=context, fields=twins)
    with pytest.raises(ArgumentError, match="inconnue"):
        to_gpkg(frame, context=context, layer_id="inconnue")
