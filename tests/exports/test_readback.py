import datetime as dt
import io
import json

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import Point

from errors import SourceFormatError
from exports.context import Context
from exports.tables import to_csv, to_geojson, to_gpkg, to_xlsx
from facts import matrix
from facts.fields import Field, stated
from facts.snapshot import current
from loaders import catalogue
from maps.layers import LAYERS, get
from pages.carte import rows as carte
from pages.velos import gaps
from tests import readback
from tests.shapes import apart_m

SOURCES = catalogue.load()
FORMATS = {
    "csv": (to_csv, readback.from_csv),
    "csv brut": (
        lambda frame, **kept: to_csv(frame, plain=True, **kept),
        lambda file, fields, **kept: readback.from_csv(file, fields, plain=True, **kept),
    ),
    "xlsx": (to_xlsx, readback.from_xlsx),
    "geojson": (to_geojson, readback.from_geojson),
    "gpkg": (to_gpkg, readback.from_gpkg),
}
#: What a file keeps of a number, in decimals.
KEPT = {"part": 6, "pourcentage": 4, "decimal": 6, "distance_m": 1, "surface_m2": 1}


def expected(frame, fields, sources):
    """The cells on screen, as precise as a file."""
    said = stated(frame, fields, sources)
    return {
        field.column: [
            round(value, KEPT[field.kind]) if isinstance(value, float) else value
            for value in said[field.column]
        ]
        for field in fields
    }


def check(form, frame, fields, sources, subject="essai"):
    write, read = FORMATS[form]
    context = Context.of(sources.values(), subject=subject, place="là", date=dt.date(2026, 3, 5))
    index = frame.index.name or "id"
    back = read(write(frame, context=context, fields=fields), fields, index=index)
    assert list(back.index) == [str(key) for key in frame.index]
    assert back.index.name == index
    wanted = expected(frame, fields, sources)
    for column, cells in wanted.items():
        got = back[column].tolist()
        assert got == cells, column
        assert [type(value) for value in got] == [type(value) for value in cells], column
    if form in {"geojson", "gpkg"}:
        assert back.crs.to_epsg() == 2154
        # Six decimals of a degree are at most 0.12 m on the ground.
        assert apart_m(back.geometry, frame.geometry.to_crs(2154)) < (0.2 if form == "geojson" else 0.001)
    return back


@pytest.fixture(scope="module")
def frames():
    return current().layers


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("layer_id", [layer.layer_id for layer in LAYERS])
def test_layers_of_page_carte(form, layer_id, frames):
    used = {key: SOURCES[key] for key in get(layer_id).source_ids}
    back = check(form, frames[layer_id], carte.FIELDS[layer_id], used)
    assert len(back) == len(frames[layer_id])
    # No source is empty but the one that waits for its first download.
    assert (len(back) > 0) == SOURCES[get(layer_id).source_id].telechargee


@pytest.mark.parametrize("form", FORMATS)
def test_gaps_of_page_velos(form, frames):
    rows = frames["qpv"].join(current().bike_reach(300))
    used = {key: SOURCES[key] for key in ("velos", "qpv", "indicateurs", "lignes", "sncf")}
    check(form, rows, gaps.ALL_FIELDS, used)


@pytest.mark.parametrize("form", ["csv", "csv brut", "xlsx"])
def test_matrix_of_page_projets(form):
    projects, communes = current().projects_in_order, current().communes_in_order
    filled = matrix.cells(projects, communes, current().qpv, current().measured)
    used = {
        key: SOURCES[key]
        for key in ("projets", "communes", "qpv", "indicateurs", "velos", "friches", "sports", "colleges")
    }
    check(form, matrix.wide(filled, projects, communes), matrix.wide_fields(communes), used)
    check(form, filled, matrix.LONG_FIELDS, used)


HARD = [
    '=HYPERLINK("http://x")',
    "-12",
    "+33",
    "@a",
    "'=déjà",
    "''",
    "\tretrait",
    "\rretour",
    "deux\nlignes",
    "deux\r\nlignes",
    'guillemets " et ; et ,',
    " espaces ",
    "L’Été à Noël, œuvre 1\u202f000 €",
    "_x000",
    "\x01",
    "<b>&amp;</b>",
    "#N/A",
    "non diffusé en 2020",
    "0012",
    "1e5",
    "NaN",
]


@pytest.mark.parametrize("form", FORMATS)
def test_hard_texts(form):
    frame = gpd.GeoDataFrame(
        {"nom": HARD}, index=pd.Index([f"-{at}" for at in range(len(HARD))], name="id_local"),
        geometry=[Point(893000 + at, 6247000) for at in range(len(HARD))], crs=2154,
    )  # fmt: skip
    check(form, frame, [Field("nom", "=Nom", "texte")], {"qpv": SOURCES["qpv"]}, subject="=sujet")


@pytest.mark.parametrize("form", FORMATS)
def test_hard_numbers_and_days(form):
    frame = gpd.GeoDataFrame(
        {
            "nombre": [0.0, -0.5, 1e-5, 123456789.123456, np.nan],
            "entier": [0, -3, 2**40, 7.0, np.nan],
            "part": [0.0, 1.0, 0.333333, -0.05, np.nan],
            "taux": [0.0, 100.0, 33.3333, 7.1, np.nan],
            "distance": [0.0, 0.04, 12345.67, 5.0, np.inf],
            "jour": [
                dt.date(1850, 7, 4),
                dt.date(2026, 3, 2),
                dt.date(1900, 2, 28),
                dt.date(1900, 3, 1),
                None,
            ],
            "rang": pd.Series([1, "sans objet", 3, "-", None], dtype=object),
            "vrai": pd.Series([True, False, True, None, False], dtype=object),
            "liste": [["a", "b"], [], ["c"], ["=d"], None],
        },
        geometry=[Point(893000 + at, 6247000) for at in range(5)],
        crs=2154,
    )
    fields = [
        Field("nombre", "Nombre", "decimal"),
        Field("entier", "Entier", "entier"),
        Field("part", "Part", "part"),
        Field("taux", "Taux", "pourcentage"),
        Field("distance", "Distance", "distance_m"),
        Field("jour", "Jour", "date"),
        Field("rang", "Rang", "entier"),
        Field("vrai", "Vrai", "texte"),
        Field("liste", "Liste", "texte"),
    ]
    back = check(form, frame, fields, {"qpv": SOURCES["qpv"]})
    # By hand, for the reader and the writer might share a fault.
    assert back["nombre"].tolist() == [0.0, -0.5, 1e-5, 123456789.123456, "non diffusé"]
    assert back["part"].tolist() == [0.0, 1.0, 0.333333, -0.05, "non diffusé"]
    assert back["rang"].tolist() == [1, "sans objet", 3, "-", "non diffusé"]
    assert back["vrai"].tolist() == ["oui", "non", "oui", "non diffusé", "non"]
    assert back["jour"].tolist()[0] == dt.date(1850, 7, 4)


@pytest.mark.parametrize("form", FORMATS)
def test_rows_out_of_scope_and_two_quarters_of_one_name(form, frame, fields, sources):
    twins = frame.assign(lib_qp="Centre Ville")
    back = check(form, twins, fields, sources)
    assert back["lib_qp"].tolist() == ["Centre Ville"] * 3
    assert back["distance_station_m"].tolist() == [123.5, "hors périmètre de la source", 0.0]


@pytest.mark.parametrize("form", FORMATS)
def test_no_rows(form, frame, fields, sources):
    assert check(form, frame.iloc[:0], fields, sources).empty


def test_files_that_the_atlas_did_not_write_are_refused(frame, fields, context):
    whole = to_csv(frame, context=context, fields=fields)
    for read, bad, said in (
        (readback.from_csv, b"\xff\xfe\x00", "UTF-8"),
        (readback.from_csv, b"", "vide"),
        (readback.from_csv, b"a;b\r\n1;2\r\n", "colonnes absentes : Identifiant"),
        (readback.from_csv, whole[:-30], "ligne 4"),
        (readback.from_xlsx, b"PK rien", "classeur"),
        (readback.from_xlsx, whole, "classeur"),
        (readback.from_geojson, b"{}", "GeoJSON"),
        (readback.from_geojson, b"[1", "GeoJSON"),
        (readback.from_geojson, b'{"features": [{"properties": {"a": 1}, "geometry": null}]}', "code_qp"),
        (readback.from_gpkg, b"rien", "GeoPackage"),
    ):
        with pytest.raises(SourceFormatError, match=said) as caught:
            read(bad, fields, index="code_qp")
        assert "À faire" in str(caught.value)


def test_a_workbook_without_its_rows_is_refused(fields):
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    with pytest.raises(SourceFormatError, match="Données"):
        readback.from_xlsx(buffer.getvalue(), fields)


def test_geojson_keeps_a_row_without_a_place(frame, fields, context):
    lost = frame.copy()
    lost.loc["QN1", "geometry"] = None
    for write, read in (FORMATS["geojson"], FORMATS["gpkg"]):
        back = read(write(lost, context=context, fields=fields), fields, index="code_qp")
        assert back.geometry.isna().tolist() == [True, False, False]
    assert json.loads(to_geojson(lost, context=context))["features"][0]["geometry"] is None
