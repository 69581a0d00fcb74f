import datetime as dt
import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from errors import ArgumentError
from exports.context import Context
from exports.tables import to_xlsx
from facts.fields import Field
from words.formats import HORS_PERIMETRE, NON_DIFFUSE


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def lines(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture
def book(frame, fields, context):
    return opened(to_xlsx(frame, context=context, fields=fields))


def test_cells_have_the_type_and_the_format_of_their_column(book):
    row = book["Données"][2]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in row] == [
        ("QN1", "s", "@"),
        ("La Castellane", "s", "@"),
        (123.5, "n", '#,##0" m"'),
        (2, "n", "#,##0"),
        (0.4213, "n", "0.0%"),
        (0.455, "n", "0.0%"),
        (10000, "n", '#,##0" m²"'),
        (pd.Timestamp("2026-03-02"), "d", "dd/mm/yyyy"),
    ]


def test_headings_are_french_bold_frozen_and_filtered(book):
    sheet = book["Données"]
    assert lines(sheet)[0] == [
        "Identifiant",
        "Quartier",
        "Distance à la station (m)",
        "Stations à portée",
        "Part de la surface à portée (%)",
        "Taux de pauvreté (%)",
        "Surface (m²)",
        "Relevé",
    ]
    assert all(cell.font.bold for cell in sheet[1])
    assert not any(cell.font.bold for cell in sheet[2])
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:H4"
    assert sheet.print_title_rows == "$1:$1"
    # The longest cell of the column is "hors périmètre de la source".
    assert sheet.column_dimensions["C"].width == pytest.approx(len(HORS_PERIMETRE) + 3, abs=1)


def test_a_missing_cell_says_why_and_a_zero_is_a_number(book):
    _, _, aix, shared = lines(book["Données"])
    assert aix[2:5] == [HORS_PERIMETRE] * 3
    assert aix[7] == NON_DIFFUSE
    assert shared[5] == NON_DIFFUSE
    assert [(cell.value, cell.data_type) for cell in book["Données"][4][2:5]] == [(0, "n")] * 3


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+33",
        "-Corderie",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "'=1",
        "{=1}",
        "#N/A",
        "http://a.fr",
        "1,5",
        "001",
    ],
)
def test_texts_stay_texts_and_none_runs(text, context):
    frame = pd.DataFrame({"nom": [text]}, index=pd.Index(["a"], name="id"))
    data = to_xlsx(frame, context=context, fields=[Field("nom", text, "texte")])
    kept = "'" + text if text[0] in "=+-@\t\r\n'" else text
    sheet = opened(data)["Données"]
    # Excel writes a carriage return so, and shows it as one.
    written = [(row[1].value.replace("_x000D_", "\r"), row[1].data_type) for row in sheet.iter_rows()]
    assert written == [(kept, "s")] * 2
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_negative_numbers_stay_numbers(context):
    frame = pd.DataFrame({"ecart": [-12.5, -0.0, 123456789.0]}, index=list("abc"))
    sheet = opened(to_xlsx(frame, context=context, fields=[Field("ecart", "Écart", "decimal")]))["Données"]
    assert [(row[1].value, row[1].data_type) for row in sheet.iter_rows(min_row=2)] == [
        (-12.5, "n"),
        (0, "n"),
        (123456789, "n"),
    ]


def test_days_that_excel_cannot_count_are_texts(context):
    frame = pd.DataFrame({"jour": [dt.date(1850, 7, 4), dt.date(1900, 3, 1)]}, index=list("ab"))
    sheet = opened(to_xlsx(frame, context=context, fields=[Field("jour", "Jour", "date")]))["Données"]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["04/07/1850", pd.Timestamp("1900-03-01")]


def test_the_sources_have_a_sheet(book):
    said = [row[:2] for row in lines(book["Sources"])]
    assert said == [
        ["Écarts vélos, Métropole", None],
        ["Lignes", "3"],
        ["Export du", "05/03/2026"],
        ["Commune", "toutes"],
        ["Seuil", "300 m"],
        [None, None],
        ["Source", "Titre velos"],
        ["Producteur", "Producteur A"],
        ["Millésime", "mars 2026"],
        ["Licence", "ODbL 1.0"],
        ["Attribution", "Source : velos"],
        ["Adresse", "https://exemple.fr"],
        ["Périmètre (codes Insee)", "13055"],
        ["Limites", "aucune"],
        [None, None],
        ["Source", "Titre indicateurs"],
        ["Producteur", "Insee"],
        ["Millésime", "2023"],
        ["Licence", "Licence Ouverte 2.0"],
        ["Attribution", "Source : indicateurs"],
        ["Adresse", "https://exemple.fr"],
        ["Périmètre (codes Insee)", "13001, 13055, 84089"],
        ["Limites", "aucune"],
    ]


def test_filters_given_as_a_sentence_are_told_too(frame, velos):
    context = Context.of(
        [velos], filters="Marseille seulement", subject="a", place="b", date=dt.date(2026, 3, 5)
    )
    said = lines(opened(to_xlsx(frame, context=context))["Sources"])
    assert ["Filtres", "Marseille seulement"] in said


def test_each_column_says_its_source(book):
    said = {row[1]: row for row in lines(book["Colonnes"])[1:]}
    assert said["distance_station_m"] == [
        "Distance à la station (m)",
        "distance_station_m",
        "distance_m",
        "Titre velos, Producteur A",
        "mars 2026",
        None,
    ]
    assert said["lib_qp"][3:5] == [None, None]
    assert len(said) == 8


def test_the_same_rows_make_the_same_bytes(frame, fields, context):
    first = to_xlsx(frame, context=context, fields=fields)
    assert first == to_xlsx(frame.copy(), context=context, fields=list(fields))
    assert opened(first).properties.created == pd.Timestamp("2026-03-05")


def test_no_rows_make_a_file_with_its_headings(frame, fields, context):
    sheet = opened(to_xlsx(frame.iloc[:0], context=context, fields=fields))["Données"]
    assert sheet.max_row == 1
    assert sheet.auto_filter.ref == "A1:H1"


def test_a_text_that_a_cell_cannot_hold_is_cut_and_says_so(frame, context):
    fields = [Field("lib_qp", "Nom", "texte")]
    for length, cut in ((32_767, False), (32_768, True), (100_000, True)):
        sheet = opened(to_xlsx(frame.assign(lib_qp="a" * length), context=context, fields=fields))["Données"]
        held = sheet["B2"].value
        assert len(held) == 32_767
        assert held.endswith("le CSV le donne en entier)") == cut


def test_what_a_workbook_does_not_hold_is_refused(frame, context):
    with pytest.raises(ArgumentError, match="Même titre"):
        to_xlsx(
            frame,
            context=context,
            fields=[Field("lib_qp", "Même titre", "texte"), Field("communes", "Même titre", "texte")],
        )
    long = pd.DataFrame({"a": np.zeros(1_048_576)})
    with pytest.raises(ArgumentError, match="1048575"):
        to_xlsx(long, context=context)


def test_a_file_names_the_source_of_each_of_its_columns(frame, context):
    with pytest.raises(ArgumentError, match="sncf"):
        to_xlsx(frame, context=context, fields=[Field("distance_station_m", "Gare", "distance_m", "sncf")])
