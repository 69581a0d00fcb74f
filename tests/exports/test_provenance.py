"""What every file says of its rows, with the real sources: who made them, when, under which licence, how they were chosen."""

import datetime as dt
import html
import importlib
import io
import pkgutil
import sqlite3
from contextlib import closing

import openpyxl
import pytest

import exports
import facts
import pages
from exports._rows import PROVENANCE, heading
from exports.context import Context
from exports.html_map import to_html_map
from exports.tables import to_csv, to_geojson, to_gpkg, to_xlsx
from facts.fields import Field
from facts.snapshot import current
from loaders import catalogue
from maps.layers import get
from maps.spec import MapSpec, ShownLayer

SOURCES = catalogue.load()
NOTES = {key: f"{source.producteur}, {source.millesime}" for key, source in SOURCES.items()}
FILTERS = {"commune": "Marseille", "seuil": "300 m d'un QPV, à vol d'oiseau"}
#: Both are under the ODbL, which asks to be named with its producer.
SHARE_ALIKE = {"stations": "velos", "gares": "sncf"}


def workbook(data):
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)


def geopackage(data, tmp_path):
    path = tmp_path / "lu.gpkg"
    path.write_bytes(data)
    with closing(sqlite3.connect(path)) as base:
        return " ".join(str(cell) for row in base.execute("SELECT * FROM sources") for cell in row)


def said(form, layer_id, context, tmp_path):
    """All that a file says, as text."""
    frame = current().layers[layer_id]
    fields = [Field(get(layer_id).entete, "Nom", "texte", get(layer_id).source_id)]
    match form:
        case "xlsx":
            return workbook(to_xlsx(frame, context=context, fields=fields))
        case "gpkg":
            return geopackage(to_gpkg(frame, context=context, fields=fields), tmp_path)
        case "geojson":
            return to_geojson(frame, context=context, fields=fields).decode()
        case "html":
            spec = MapSpec("Carte", [ShownLayer(layer_id)])
            return to_html_map(spec, current().layers, context=context, notes=NOTES).decode()
    return to_csv(frame, context=context, fields=fields, plain=form == "csv").decode("utf-8-sig")


def bare(text):
    for sign in ("\u00a0", "\u202f"):
        text = text.replace(sign, " ")
    return html.unescape(text).replace("’", "'")


@pytest.mark.parametrize("form", ["csv", "csv-excel", "xlsx", "gpkg", "geojson", "html"])
@pytest.mark.parametrize("layer_id", ["stations", "gares", "friches", "sports", "social", "lignes"])
def test_every_file_says_where_its_rows_come_from(form, layer_id, tmp_path):
    source = SOURCES[get(layer_id).source_id]
    day = dt.date(2026, 11, 24)
    context = Context.of([source], filters=FILTERS, subject="essai", place="Marseille", date=day)
    text = bare(said(form, layer_id, context, tmp_path))
    for told in (source.producteur, source.millesime, source.licence, source.attribution, *FILTERS.values()):
        assert bare(told) in text, told
    assert "2026-11-24" in text or "24/11/2026" in text
    if layer_id in SHARE_ALIKE:
        assert SOURCES[SHARE_ALIKE[layer_id]] == source
        assert source.licence.startswith("ODbL")
        assert source.attribution.startswith("©")


def column_lists():
    """Every list of columns that a module of the pages or of the exports offers, with its name."""
    for room in (pages, facts, exports):
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            # A page is a script: to import it would run it.
            if found.name.endswith((".page", "__main__")):
                continue
            for name, value in vars(importlib.import_module(found.name)).items():
                if isinstance(value, tuple) and value and all(isinstance(item, Field) for item in value):
                    yield f"{found.name}.{name}", value


def test_no_column_of_a_page_hides_another_one_in_a_file():
    lists = dict(column_lists())
    assert len(lists) > 10
    for name, fields in lists.items():
        columns = [field.column for field in fields]
        assert len(set(columns)) == len(columns), name
        assert set(columns).isdisjoint(PROVENANCE), name
        titles = [heading(field) for field in fields]
        assert len(set(titles)) == len(titles), name
