import csv
import io
import json

import pytest
from streamlit.testing.v1 import AppTest

from ui import downloads


def app(source, count, with_places):
    import datetime as dt  # noqa: PLC0415

    import geopandas as gpd  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    from shapely.geometry import Point  # noqa: PLC0415

    from exports.context import Context  # noqa: PLC0415
    from exports.fields import Field  # noqa: PLC0415
    from ui import downloads  # noqa: PLC0415

    frame = pd.DataFrame(
        {"nom": [f"Station {at}" for at in range(count)]}, index=pd.RangeIndex(count, name="station_id")
    )
    if with_places:
        places = [Point(893000 + at, 6247000) for at in range(count)]
        frame = gpd.GeoDataFrame(frame, geometry=places, crs=2154)
    context = Context.of(
        [source],
        filters={"commune": "Marseille"},
        subject="Stations",
        place="Marseille",
        date=dt.date(2026, 3, 5),
    )
    downloads.show(frame, [Field("nom", "Nom", "texte", "levelo")], context=context, key="essai")


@pytest.fixture
def taken(monkeypatch):
    """What each button would give, by label."""
    buttons = {}

    def record(label, data, **options):
        buttons[label] = {"data": data} | options

    monkeypatch.setattr(downloads.st, "download_button", record)
    return buttons


def test_three_files_with_all_the_rows(levelo_source, taken):
    at = AppTest.from_function(app, args=(levelo_source, 120, True)).run()
    assert not at.exception
    assert {label: button["file_name"] for label, button in taken.items()} == {
        "CSV pour Excel": "atlas_stations_marseille_2026-03-05.csv",
        "CSV brut": "atlas_stations_marseille_2026-03-05.brut.csv",
        "GeoJSON": "atlas_stations_marseille_2026-03-05.geojson",
    }
    excel = taken["CSV pour Excel"]["data"]().decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(excel, newline=""), delimiter=";"))) == 120
    brut = list(csv.DictReader(io.StringIO(taken["CSV brut"]["data"]().decode(), newline="")))
    assert [row["nom"] for row in brut] == [f"Station {at}" for at in range(120)]
    assert {row["licence"] for row in brut} == {"ODbL 1.0"}
    collection = json.loads(taken["GeoJSON"]["data"]())
    assert len(collection["features"]) == 120
    assert collection["filtres"] == "commune : Marseille"


def test_files_are_made_at_the_click_and_do_not_run_the_page_again(levelo_source, taken):
    AppTest.from_function(app, args=(levelo_source, 1, True)).run()
    assert all(callable(button["data"]) and button["on_click"] == "ignore" for button in taken.values())


def test_rows_without_places_have_no_geojson(levelo_source, taken):
    AppTest.from_function(app, args=(levelo_source, 1, False)).run()
    assert list(taken) == ["CSV pour Excel", "CSV brut"]


def test_nothing_to_take_away(levelo_source):
    at = AppTest.from_function(app, args=(levelo_source, 0, True)).run()
    assert not at.exception
    assert [button.proto.disabled for button in at.get("download_button")] == [True] * 3
