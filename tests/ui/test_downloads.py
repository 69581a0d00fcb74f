import csv
import datetime as dt
import io
import json
import re
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from facts.fields import Field
from tests import menus, readback
from ui import downloads


def app(source, count, with_places):
    import datetime as dt

    import geopandas as gpd
    import pandas as pd
    from shapely.geometry import Point

    from exports.context import Context
    from facts.fields import Field
    from ui import downloads

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
    downloads.show(frame, [Field("nom", "Nom", "texte", "velos")], context=context, key="essai")


@pytest.fixture
def taken(monkeypatch):
    """What each button would give, by label."""
    buttons = {}

    def record(label, data, **options):
        buttons[label] = {"data": data} | options

    monkeypatch.setattr(downloads.st, "download_button", record)
    menus.open_all(monkeypatch.setattr)
    return buttons


ALL = ["Excel (XLSX)", "CSV pour Excel", "CSV brut", "GeoPackage", "GeoJSON"]


def test_every_format_has_all_the_rows(velos_source, taken):
    at = AppTest.from_function(app, args=(velos_source, 120, True), default_timeout=60).run()
    assert not at.exception
    stem = "atlas_stations_marseille_2026-03-05"
    assert {label: button["file_name"] for label, button in taken.items()} == {
        "Excel (XLSX)": f"{stem}.xlsx",
        "CSV pour Excel": f"{stem}.csv",
        "CSV brut": f"{stem}.brut.csv",
        "GeoPackage": f"{stem}.gpkg",
        "GeoJSON": f"{stem}.geojson",
    }
    fields = [Field("nom", "Nom", "texte", "velos")]
    names = [f"Station {at}" for at in range(120)]
    for label, read in {
        "Excel (XLSX)": readback.from_xlsx,
        "CSV pour Excel": readback.from_csv,
        "CSV brut": partial(readback.from_csv, plain=True),
        "GeoPackage": readback.from_gpkg,
        "GeoJSON": readback.from_geojson,
    }.items():
        rows = read(taken[label]["data"](), fields, index="station_id")
        assert rows["nom"].tolist() == names, label
        assert rows.index.tolist() == [str(at) for at in range(120)], label
    brut = list(csv.DictReader(io.StringIO(taken["CSV brut"]["data"]().decode(), newline="")))
    assert {row["licence"] for row in brut} == {"ODbL 1.0"}
    assert json.loads(taken["GeoJSON"]["data"]())["filtres"] == "commune : Marseille"


def test_files_are_made_at_the_click_and_do_not_run_the_page_again(velos_source, taken):
    AppTest.from_function(app, args=(velos_source, 1, True)).run()
    assert len(taken) == len(ALL)
    assert all(callable(button["data"]) and button["on_click"] == "ignore" for button in taken.values())


def test_the_menu_is_closed_and_holds_nothing_until_it_opens(velos_source):
    at = AppTest.from_function(app, args=(velos_source, 1, True)).run()
    menu = at.expander[0]
    assert plain(menu.label) == "Télécharger : Stations"
    assert not menu.proto.expanded
    assert not menu.get("download_button")
    assert not menu.caption


def test_the_menu_says_what_it_takes_and_what_each_file_is_for(velos_source, monkeypatch):
    menus.open_all(monkeypatch.setattr)
    menu = AppTest.from_function(app, args=(velos_source, 1, True)).run().expander[0]
    assert [button.proto.label for button in menu.get("download_button")] == ALL
    said = [plain(caption.value) for caption in menu.caption]
    assert said[0] == "1 ligne, Marseille. Chaque fichier dit ses sources."
    assert len(said) == 1 + len(ALL)


def test_rows_without_places_have_no_map_files(velos_source, taken):
    AppTest.from_function(app, args=(velos_source, 1, False)).run()
    assert list(taken) == ["Excel (XLSX)", "CSV pour Excel", "CSV brut"]


def test_nothing_to_take_away(velos_source, monkeypatch):
    menus.open_all(monkeypatch.setattr)
    at = AppTest.from_function(app, args=(velos_source, 0, True)).run()
    assert not at.exception
    assert "rien à télécharger" in plain(at.expander[0].caption[0].value)
    assert not at.get("download_button")


def places_with_figures():
    import pandas as pd

    from exports.context import Context
    from facts.fields import Field
    from facts.snapshot import current
    from maps.spec import MapSpec, ShownLayer
    from ui import downloads

    rows = current().communes.loc[["13055", "84089"], ["nom", "geometry"]]
    rows = rows.assign(taux=[0.0004, None], jour=[None, pd.Timestamp("2026-03-02")])
    fields = [
        Field("nom", "Nom", "texte"),
        Field("taux", "Taux", "decimal", "velos"),
        Field("jour", "Jour", "date"),
    ]
    context = Context.of(
        [current().sources["velos"]], filters={"seuil": "300 m"}, subject="Essai", place="Ici"
    )
    drawn = MapSpec("Essai", [ShownLayer("communes", ids=list(rows.index))])
    downloads.show(rows, fields, context=context, key="essai", drawn=drawn)


def test_the_map_of_rows_says_what_the_rows_say(taken):
    at = AppTest.from_function(places_with_figures, default_timeout=60).run()
    assert not at.exception
    assert list(taken) == [*ALL, "Carte (HTML)"]
    button = taken["Carte (HTML)"]
    assert re.fullmatch(r"atlas_essai_ici_\d{4}-\d\d-\d\d\.html", button["file_name"])
    data = button["data"]()
    fields = [Field("nom", "Nom", "texte"), Field("taux", "Taux", "decimal"), Field("jour", "Jour", "date")]
    back = readback.rows_of_html_map(data, "communes", fields, index="code_insee")
    assert back.to_dict("index") == {
        "13055": {"nom": "Marseille", "taux": 0.0004, "jour": "non diffusé"},
        "84089": {"nom": "Pertuis", "taux": "hors périmètre de la source", "jour": dt.date(2026, 3, 2)},
    }
    text = data.decode()
    # The bubble's own fields, the sources of the map and of the figures, the threshold.
    assert '["Taux","taux","decimal"]' in text
    assert "Stations de vélos électriques levélo" in text
    assert "Communes du contrat de ville" in text
    assert "seuil" in text


def page_with_a_map():
    from maps.spec import MapSpec, ShownLayer
    from ui import downloads

    downloads.show_map(
        MapSpec("Gares de Pertuis", [ShownLayer("communes"), ShownLayer("gares", communes=["84089"])]),
        subject="carte des gares",
        place="Pertuis",
        filters={"commune": "Pertuis"},
        key="carte",
        source_ids=["projets"],
    )


def test_the_map_is_taken_away_with_its_sources(taken):
    at = AppTest.from_function(page_with_a_map, default_timeout=60).run()
    assert not at.exception
    button = taken["Télécharger la carte (HTML)"]
    assert re.fullmatch(r"atlas_carte-des-gares_pertuis_\d{4}-\d\d-\d\d\.html", button["file_name"])
    assert button["on_click"] == "ignore"
    data = button["data"]()
    held = readback.from_html_map(data)
    assert {layer_id: len(ids) for layer_id, ids in held.items()} == {"communes": 16, "gares": 1}
    text = data.decode()
    for title in ("Gares de voyageurs", "Communes du contrat de ville", "Projets de coopération"):
        assert title in text


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\\", "")
