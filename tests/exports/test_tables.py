import csv
import io
import itertools
import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from errors import ArgumentError, CrsError
from exports.tables import PROVENANCE, to_csv, to_geojson
from facts.fields import Field
from words.formats import HORS_PERIMETRE, NON_DIFFUSE

ORIGIN = {
    "producteur": "Producteur A (Titre velos) ; Insee (Titre indicateurs)",
    "millesime": "mars 2026 (Titre velos) ; 2023 (Titre indicateurs)",
    "licence": "ODbL 1.0 (Titre velos) ; Licence Ouverte 2.0 (Titre indicateurs)",
    "attribution": "Source : velos ; Source : indicateurs",
    "filtres": "commune : toutes ; seuil : 300 m",
    "date_export": "2026-03-05",
}


def read(data, *, delimiter, encoding):
    return list(csv.DictReader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter))


def test_excel_reads_french_titles_numbers_and_reasons(frame, fields, context):
    rows = read(to_csv(frame, context=context, fields=fields), delimiter=";", encoding="utf-8-sig")
    assert (
        rows[0]
        == {
            "Identifiant": "QN1",
            "Quartier": "La Castellane",
            "Distance à la station (m)": "123,5",
            "Stations à portée": "2",
            "Part de la surface à portée (%)": "42,13",
            "Taux de pauvreté (%)": "45,5",
            "Surface (m²)": "10000",
            "Relevé": "02/03/2026",
        }
        | ORIGIN
    )
    assert rows[1]["Distance à la station (m)"] == HORS_PERIMETRE
    assert rows[2]["Taux de pauvreté (%)"] == NON_DIFFUSE
    assert rows[2]["Stations à portée"] == "0"


def test_excel_gets_its_mark_and_its_line_ends(frame, fields, context):
    data = to_csv(frame, context=context, fields=fields)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == 4
    assert data.count(b"\n") == 4


def test_plain_csv_gives_back_the_rows(frame, fields, context):
    data = to_csv(frame, context=context, fields=fields, plain=True)
    assert not data.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(
        io.BytesIO(data), index_col="code_qp", na_values=[HORS_PERIMETRE, NON_DIFFUSE], parse_dates=["releve"]
    )
    assert list(back.columns) == [*(field.column for field in fields), *PROVENANCE]
    for column in ("stations_a_portee", "part_surface_couverte", "taux_pauvrete_60_pct"):
        pd.testing.assert_series_equal(back[column], frame[column], check_index_type=False)
    # To the decimetre, and to a tenth of a square metre.
    assert back["distance_station_m"].tolist()[::2] == [123.5, 0.0]
    assert back["surface_m2"].tolist() == [10000.0, 80000.0, 100.0]
    assert back["releve"].tolist() == [pd.Timestamp("2026-03-02"), pd.NaT, pd.Timestamp("2025-12-31")]


def test_every_row_says_where_it_comes_from(frame, fields, context):
    for plain, delimiter in ((True, ","), (False, ";")):
        data = to_csv(frame, context=context, fields=fields, plain=plain)
        for row in read(data, delimiter=delimiter, encoding="utf-8-sig"):
            assert {name: row[name] for name in PROVENANCE} == ORIGIN


@pytest.mark.parametrize("text", ["=1+1", "+33", "-Corderie", "@SUM(A1)", "\tx", "\rx", "\nx", "'=1+1"])
@pytest.mark.parametrize("plain", [True, False])
def test_no_text_runs_as_a_formula(text, plain, context):
    frame = pd.DataFrame({"nom": [text]}, index=pd.Index([text], name="id"))
    data = to_csv(frame, context=context, fields=[Field("nom", text, "texte")], plain=plain)
    head, row = list(
        csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter="," if plain else ";")
    )
    assert row[:2] == ["'" + text] * 2
    assert plain or head[1] == "'" + text


def test_negative_numbers_stay_numbers(context):
    frame = pd.DataFrame({"ecart": [-12.5, 1e-5, 123456789.0]}, index=["a", "b", "c"])
    data = to_csv(frame, context=context, fields=[Field("ecart", "Écart", "decimal")])
    assert [row["Écart"] for row in read(data, delimiter=";", encoding="utf-8-sig")] == [
        "-12,5",
        "0,00001",
        "123456789",
    ]


def test_without_fields_all_columns_but_the_geometry_are_written(frame, context):
    data = to_csv(frame, context=context, plain=True)
    head = read(data, delimiter=",", encoding="utf-8")[0]
    assert list(head) == ["code_qp", *frame.columns.drop("geometry"), *PROVENANCE]
    assert read(data, delimiter=",", encoding="utf-8")[2]["communes"] == "13055 ; 13070"


def test_no_rows_make_a_file_with_its_headings(frame, fields, context):
    data = to_csv(frame.iloc[:0], context=context, fields=fields, plain=True)
    assert data.decode().strip().split(",") == ["code_qp", *(field.column for field in fields), *PROVENANCE]


def test_two_columns_of_one_name_are_refused(frame, context):
    with pytest.raises(ArgumentError, match="Même titre"):
        to_csv(
            frame,
            context=context,
            fields=[Field("lib_qp", "Même titre", "texte"), Field("communes", "Même titre", "texte")],
        )
    with pytest.raises(ArgumentError, match="licence"):
        to_csv(frame.assign(licence="x"), context=context)


def test_the_id_is_not_written_twice(frame, context):
    fields = [Field("lib_qp", "Quartier", "texte"), Field("code_qp", "Code", "texte")]
    row = read(to_csv(frame, context=context, fields=fields), delimiter=";", encoding="utf-8-sig")[0]
    assert list(row) == ["Quartier", "Code", *PROVENANCE]
    assert row["Code"] == "QN1"


def test_geojson_gives_back_rows_and_reasons(frame, fields, context):
    collection = json.loads(to_geojson(frame, context=context, fields=fields))
    assert [feature["id"] for feature in collection["features"]] == ["QN1", "QN2", "QN3"]
    first, aix, shared = (feature["properties"] for feature in collection["features"])
    assert first == {
        "code_qp": "QN1",
        "lib_qp": "La Castellane",
        "distance_station_m": 123.5,
        "stations_a_portee": 2,
        "part_surface_couverte": 0.4213,
        "taux_pauvrete_60_pct": 45.5,
        "surface_m2": 10000.0,
        "releve": "2026-03-02",
    }
    assert aix["distance_station_m"] is None
    assert aix["distance_station_m_statut"] == HORS_PERIMETRE
    assert aix["lib_qp"] == "=CMD()"
    assert shared["taux_pauvrete_60_pct"] is None
    assert shared["taux_pauvrete_60_pct_statut"] == NON_DIFFUSE
    assert shared["stations_a_portee"] == 0
    assert "stations_a_portee_statut" not in shared


def test_geojson_names_its_sources_filters_and_date(frame, fields, context):
    collection = json.loads(to_geojson(frame, context=context, fields=fields))
    assert collection["date"] == "2026-03-05"
    assert collection["filtres"] == ORIGIN["filtres"]
    assert collection["sources"][0] == {
        "titre": "Titre velos",
        "producteur": "Producteur A",
        "millesime": "mars 2026",
        "licence": "ODbL 1.0",
        "attribution": "Source : velos",
        "adresse": "https://exemple.fr",
        "communes": ["13055"],
        "limites": "aucune",
    }
    assert [source["titre"] for source in collection["sources"]] == ["Titre velos", "Titre indicateurs"]
    assert "crs" not in collection


def test_geojson_outlines_turn_as_the_standard_asks(frame, fields, context):
    collection = json.loads(to_geojson(frame, context=context, fields=fields))
    polygons = [
        rings
        for feature in collection["features"]
        for rings in (
            [feature["geometry"]["coordinates"]]
            if feature["geometry"]["type"] == "Polygon"
            else feature["geometry"]["coordinates"]
        )
    ]
    assert [len(rings) for rings in polygons] == [1, 2, 1]
    for outer, *holes in polygons:
        assert signed_area(outer) > 0
        assert all(signed_area(hole) < 0 for hole in holes)


def signed_area(ring):
    """Shoelace formula, positive anticlockwise."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise(ring)) / 2


def test_geojson_places_are_degrees_with_six_decimals(frame, fields, context):
    data = to_geojson(frame, context=context, fields=fields)
    numbers = re.findall(r"-?\d+\.\d+", data.decode().split('"features"')[1].replace(" ", ""))
    assert max(len(number.split(".")[1]) for number in numbers) <= 6
    back = gpd.read_file(io.BytesIO(data)).set_crs(4326, allow_override=True).to_crs(2154)
    assert shapely.is_valid(back.geometry).all()
    # Six decimals of a degree are at most 0.12 m on the ground.
    gaps = shapely.hausdorff_distance(back.geometry.to_numpy(), frame.geometry.to_numpy())
    assert np.all(gaps < 0.2)


def test_geojson_of_a_frame_without_system_is_refused(frame, fields, context):
    bare = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=frame.geometry.to_numpy())
    with pytest.raises(CrsError):
        to_geojson(bare, context=context, fields=fields)


def test_geojson_keeps_a_row_without_a_place(frame, fields, context):
    lost = frame.copy()
    lost.loc["QN1", "geometry"] = None
    collection = json.loads(to_geojson(lost, context=context, fields=fields))
    assert collection["features"][0]["geometry"] is None
    assert len(collection["features"]) == 3


def test_a_file_names_the_source_of_each_of_its_columns(frame, context):
    foreign = [Field("distance_station_m", "Distance à la gare", "distance_m", "sncf")]
    with pytest.raises(ArgumentError, match="sncf"):
        to_csv(frame, context=context, fields=foreign)
    with pytest.raises(ArgumentError, match="sncf"):
        to_geojson(frame, context=context, fields=foreign)
