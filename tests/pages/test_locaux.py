"""Page foncier, premises: what is public first, imports in the session alone, invented rows never in a total."""

import base64
import csv
import datetime as dt
import io
import json
import math
import threading
from contextlib import ExitStack
from functools import partial

import geopandas as gpd
import pytest

from exports.context import Context
from exports.tables import to_csv
from facts.fields import Field
from loaders import communes, indicators, premises, qpv, social
from loaders.brought import premises_template
from loaders.live import geocoder
from loaders.live.geocoder import Address
from pages.foncier import candidates
from pages.foncier import premises as shown
from tests import dgfip, geocoding, menus, readback
from tests.pages import driver
from tests.pages.conftest import FORMATS, Tables, on_screen
from tests.pages.driver import html, plain, spec
from ui import downloads, reading

VIEW = "Locaux en pied d'immeuble"
HEADER = [
    "id_local", "adresse", "lon", "lat", "bailleur", "usage", "statut", "disponible_depuis", "surface_m2", "source",
    "date_releve",
]  # fmt: skip
#: Beyond today, whenever the tests run.
LATER = (dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=400)).isoformat()


INSIDE = qpv.load().representative_point().to_crs(4326)


def place(code_qp):
    """Longitude and latitude of a point in a QPV."""
    point = INSIDE[code_qp]
    return round(point.x, 6), round(point.y, 6)


#: Two in Kalliste, one in the centre of Marseille, one in Martigues and in no QPV.
ROWS = [
    ["L1", "1 rue A", *place("QN01359I"), "Bailleur <b>Un</b>", "vacant", "disponible", "", 80, "Relevé", "2026-01-15"],
    ["L2", "2 rue A", *place("QN01359I"), "Bailleur Deux", "associatif", "occupé", "", "", "Relevé", "2026-01-15"],
    ["L3", "3 rue B", *place("QN01330M"), "Bailleur Deux", "commercial", "inconnu", LATER, 40, "Relevé", "2026-01-15"],
    ["L4", "4 rue C", 5.06, 43.4, "Bailleur <b>Un</b>", "vacant", "disponible", "", 30, "Relevé", "2026-01-15"],
]  # fmt: skip


def written(rows, header=HEADER):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()


def opened(**params):
    return driver.opened("foncier", vue_foncier=VIEW, **params)


def seen(**params):
    return driver.seen("foncier", vue_foncier=VIEW, **params)


def uploaded(content=None, name="parc.csv", **params):
    at = opened(**params)
    at.file_uploader[0].set_value((name, written(ROWS) if content is None else content, "text/csv")).run()
    assert not at.exception
    return at


def metrics(at):
    return {metric.label: plain(metric.value) for metric in at.metric}


def tables(at):
    return {plain(caption): rows for caption, rows in Tables(html(at)).tables.items()}


def table(at, start):
    (rows,) = [rows for caption, rows in tables(at).items() if caption.startswith(start)]
    return [dict(zip(map(plain, rows[0]), map(plain, row), strict=True)) for row in rows[1:]]


def listed(at):
    return [row["Identifiant"] for row in table(at, "Locaux de l'inventaire importé")]


def last_layer(at):
    return next(layer for layer in spec(at)["couches"] if layer["id"] == "locaux")


# --- before any import


def test_before_an_import_only_what_is_public_is_shown():
    at = seen(commune="13055")
    assert "Aucun inventaire public" in plain(html(at))
    assert "atlas-fictif" not in html(at).split("</style>")[-1]
    assert [layer["id"] for layer in spec(at)["couches"]] == ["communes", "qpv", "social"]
    figures = indicators.load()["logements_sociaux"]
    rows = table(at, "Logements sociaux par QPV")
    assert len(rows) == 41
    for row in rows:
        expected = figures[row["Code"]]
        read = row["Logements sociaux"].replace(" ", "")
        assert read == ("nondiffusé" if math.isnan(expected) else str(int(expected)))


def test_missing_dwellings_are_said_and_never_0():
    missing = indicators.load()["logements_sociaux"].isna()
    assert missing.sum() == 2
    quarters = qpv.load()
    code = missing.index[missing][0]
    (row,) = table(seen(qpv=code), "Logements sociaux par QPV")
    assert row["Logements sociaux"] == "non diffusé"
    towns = {row["Commune"]: row for row in table(seen(), "Logements sociaux par commune")}
    for name in {quarters.loc[code, "lib_communes"] for code in missing.index[missing]}:
        assert towns[name.split(",")[0]]["Logements sociaux de ses QPV"] == "non diffusé"
    assert towns["Gardanne"]["Logements sociaux de ses QPV"] == "sans objet"


def test_social_facilities_are_those_of_marseille():
    (aix,) = table(seen(commune="13001"), "Logements sociaux par commune")
    assert aix["Équipements sociaux de la commune, 2018"] == "hors périmètre de la source"
    (town,) = table(seen(commune="13055"), "Logements sociaux par commune")
    assert town["Équipements sociaux de la commune, 2018"] == str(len(social.load()))


def test_a_commune_without_a_qpv_has_its_map():
    at = seen(commune="13041")
    assert table_is_empty(at)
    (west, south), (east, north) = (corner[::-1] for corner in spec(at)["cadrage"]["bornes"])
    inside = communes.load().to_crs(4326).geometry["13041"].bounds
    assert west < inside[0] < inside[2] < east
    assert south < inside[1] < inside[3] < north


def table_is_empty(at):
    return "Logements sociaux par QPV, Gardanne : aucune ligne" in plain(html(at))


# --- an inventory


def test_an_import_shows_its_rows_on_the_map_and_in_the_table():
    at = uploaded()
    assert metrics(at) == {"Locaux affichés": "4", "Disponibles aujourd'hui": "2", "Dans un QPV": "3"}
    assert set(listed(at)) == {"L1", "L2", "L3", "L4"}
    layer = last_layer(at)
    assert layer["ids"] is None
    assert layer["tout"].startswith("session:")
    assert any('"ids":["L1","L2","L3","L4"]' in body for body in html_scripts(at))
    assert "<b>Un" not in html(at).replace("&lt;b&gt;Un", "")
    assert "DONNÉES FICTIVES" not in plain(html(at))


def html_scripts(at):
    return [block.proto.body for block in at.get("html") if "session:" in block.proto.body]


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({"commune": "13055"}, {"L1", "L2", "L3"}),
        ({"qpv": "QN01359I"}, {"L1", "L2"}),
        ({"usages": "vacant"}, {"L1", "L4"}),
        ({"statuts-locaux": "occupé"}, {"L2"}),
        ({"disponibilite": "Disponibles aujourd'hui"}, {"L1", "L4"}),
        ({"disponibilite": "Disponibles plus tard, à une date connue"}, {"L3"}),
        ({"disponibilite": "Non disponibles, ou inconnu"}, {"L2"}),
    ],
)
def test_filters_of_the_address(filters, kept):
    at = uploaded(**filters)
    assert set(listed(at)) == kept
    assert set(last_layer(at)["ids"]) == kept


def test_the_filter_on_landlords_stays_out_of_the_address():
    at = uploaded()
    at.multiselect(key="bailleurs").set_value(["Bailleur Deux"]).run()
    assert not at.exception
    assert set(listed(at)) == {"L2", "L3"}
    assert "bailleurs" not in at.query_params


def test_totals_count_what_answers_and_say_where_the_inventory_is_silent():
    at = uploaded()
    rows = {row["Code"]: row for row in table(at, "Locaux par QPV")}
    kalliste = rows["QN01359I"]
    assert kalliste["Locaux de l'inventaire"] == "2"
    assert kalliste["Disponibles aujourd'hui"] == "1"
    assert (kalliste["Surface connue (m²)"], kalliste["Locaux de surface inconnue"]) == ("80,0", "1")
    towns = {row["Commune"]: row for row in table(at, "Locaux par commune")}
    assert towns["Marseille"]["Locaux de l'inventaire"] == "3"
    assert towns["Martigues"]["Locaux de l'inventaire"] == "1"
    assert towns["Aix-en-Provence"]["Locaux de l'inventaire"] == "hors périmètre de la source"


def test_nothing_answers():
    at = uploaded(usages="stockage")
    assert metrics(at)["Locaux affichés"] == "0"
    assert "aucune ligne ne répond à ces filtres" in plain(html(at))
    assert last_layer(at)["ids"] == []


def test_rows_set_aside_are_listed_and_can_be_taken_away():
    bad = [*ROWS, ["L5", "sans position", "", "", "B", "vacant", "", "", 1, "Relevé", "2026-01-15"]]
    bad += [["L6", "usage inconnu", 5.41, 43.38, "B", "bureau", "", "", 1, "Relevé", "2026-01-15"]]
    at = uploaded(written(bad))
    assert "6 lignes lues = 4 gardées + 2 écartées" in plain(html(at))
    faults = table(at, "Ce qui a été trouvé")
    assert [(row["Ligne du fichier"], row["Identifiant"], row["Suite donnée"]) for row in faults] == [
        ("6", "L5", "écartée"),
        ("7", "L6", "écartée"),
    ]
    assert all(row["À faire"] for row in faults)
    aside, fields = shown.set_aside_of(at.session_state[shown.INVENTORY])
    context = Context.of([at.session_state[shown.INVENTORY].source], subject="écartées", place="parc")
    (first, second) = csv.DictReader(
        io.StringIO(to_csv(aside, context=context, fields=fields, plain=True).decode())
    )
    assert (first["id_local"], first["adresse"]) == ("L5", "sans position")
    assert "bureau" in second["usage"]
    assert second["faute"].startswith("valeur inconnue")


@pytest.mark.parametrize("form", ["xlsx", "csv-excel", "csv"])
def test_what_was_found_is_taken_away_as_on_screen(form, taken):
    at = uploaded(
        written([*ROWS, ["L5", "nulle part", "", "", "B", "vacant", "", "", 1, "Relevé", "2026-01-15"]])
    )
    back = FORMATS[form](taken[f"export-locaux-fautes-{form}"][1](), reading.FAULTS, index="numero")
    assert on_screen(back, reading.FAULTS) == [list(row.values()) for row in table(at, "Ce qui a été trouvé")]


def answered(score):
    lon, lat = place("QN01359I")
    return lambda text, **_: [Address(text, score, "housenumber", "Marseille", lon, lat)]


@pytest.mark.parametrize(
    ("asked", "score", "kept"),
    [(False, 0.95, ["L1"]), (True, 0.95, ["L1", "L5"]), (True, 0.5, ["L1"])],
    ids=["not asked", "sure", "not sure enough"],
)
def test_rows_without_coordinates_are_placed_by_their_address_on_request(monkeypatch, asked, score, kept):
    if asked:
        monkeypatch.setattr(geocoder, "search", answered(score))
    else:
        monkeypatch.setattr(
            "loaders.live.http_session._session.get", lambda *_args, **_options: pytest.fail("sent")
        )
    without = ["L5", "5 rue D", "", "", *ROWS[0][4:]]
    at = opened()
    at.checkbox(key=shown.GEOCODE).set_value(asked)
    at.file_uploader[0].set_value(("parc.csv", written([ROWS[0], without]), "text/csv")).run()
    assert not at.exception
    assert listed(at) == kept
    if len(kept) == 1:
        assert any("L5" in row.values() for row in table(at, "Ce qui a été trouvé"))


def test_a_file_that_cannot_be_used_says_why_and_shows_what_is_public():
    at = uploaded(b"a;b\n1;2\n")
    (error,) = at.error
    assert "en\\-tête" in error.value
    assert "Aucun inventaire public" in plain(html(at))


def test_the_inventory_goes_when_asked_and_another_session_never_sees_it():
    at = uploaded()
    assert listed(at)
    other = opened()
    assert "Aucun inventaire public" in plain(html(other))
    at.button(key="locaux-retirer").click().run()
    assert not at.exception
    assert "Aucun inventaire public" in plain(html(at))
    assert shown.INVENTORY not in at.session_state


def test_the_inventory_survives_a_look_at_the_brownfields():
    at = uploaded()
    at.button_group(key="vue_foncier").set_value("friches").run()
    at.button_group(key="vue_foncier").set_value("locaux").run()
    assert not at.exception
    assert set(listed(at)) == {"L1", "L2", "L3", "L4"}


def test_nothing_of_an_import_is_written_to_disk():
    folder = driver.ROOT / "static"
    uploaded(written([["SECRET-7", *ROWS[0][1:]]]))
    holders = [path for path in folder.rglob("*") if path.is_file() and b"SECRET-7" in path.read_bytes()]
    assert holders == []


def static_files():
    return {path for path in (driver.ROOT / "static").rglob("*") if path.is_file()}


def test_the_map_of_an_import_is_taken_away_from_the_session_alone(taken):
    at = uploaded()
    at.selectbox(key="disponibilite").set_value("disponible").run()
    assert not at.exception
    before = static_files()
    name, make = taken["carte-locaux-html"]
    assert name.startswith("atlas_carte-locaux-en-pied-d-immeuble_16-communes_")
    data = make()
    held = readback.from_html_map(data)
    assert sorted(held["locaux"]) == sorted(listed(at)) == ["L1", "L4"]
    assert {key: len(ids) for key, ids in held.items() if key != "locaux"} == {"communes": 16, "qpv": 66}
    fields = [Field("adresse", "Adresse", "texte"), Field("bailleur", "Bailleur", "texte")]
    fields += [Field("surface_m2", "Surface (m²)", "decimal"), Field("statut", "Statut", "texte")]
    back = readback.rows_of_html_map(data, "locaux", fields)
    wanted = {row["Identifiant"]: [row[field.title] for field in fields] for row in table(at, "Locaux de")}
    assert dict(zip(back.index, on_screen(back, fields), strict=True)) == wanted
    text = plain(data.decode())
    assert "inventaire importé « parc.csv »" in text
    assert "disponibilité : disponibles aujourd'hui" in text.replace("&#39;", "'")
    assert "DONNÉES FICTIVES : carte" not in text
    assert static_files() == before


def test_the_map_of_invented_premises_says_so(taken):
    at = opened()
    at.button(key="locaux-fictifs").click().run()
    assert not at.exception
    name, make = taken["carte-locaux-html"]
    assert "donnees-fictives" in name
    text = plain(make().decode())
    assert "<h1>DONNÉES FICTIVES : carte des locaux</h1>" in text
    assert "nature : DONNÉES FICTIVES" in text
    assert "DONNÉES FICTIVES, inventaire importé" in text
    ids = readback.from_html_map(make())["locaux"]
    assert ids == premises.load(premises.FICTIONAL_FILE).index.tolist()


def test_the_map_of_what_is_public_is_taken_away(taken):
    opened(commune="13005")
    held = readback.from_html_map(taken["carte-social-html"][1]())
    quarters = qpv.load()
    assert held["qpv"] == quarters.index[["13005" in codes for codes in quarters["communes"]]].tolist()


def test_a_filter_over_20000_rows_sends_a_bit_each_and_fifty_rows():
    many = [[f"L{at:05d}", *ROWS[at % 4][1:]] for at in range(20_000)]
    at = uploaded(written(many))
    assert metrics(at)["Locaux affichés"] == "20 000"
    (handed,) = html_scripts(at)
    at.selectbox(key="disponibilite").set_value("disponible plus tard").run()
    assert not at.exception
    assert metrics(at)["Locaux affichés"] == "5 000"
    # The points are the same text as before, which Streamlit does not send again; the map is told ids alone.
    assert html_scripts(at) == [handed]
    shown = last_layer(at)
    assert shown["ids"] is None
    assert sum(byte.bit_count() for byte in base64.b64decode(shown["masque"])) == 5_000
    assert len(driver.component(at)["feature_group"]) < 200_000
    assert len(table(at, "Locaux de l'inventaire importé")) == 50


# --- invented premises


def test_invented_premises_stand_under_a_banner_and_enter_no_total():
    at = opened()
    at.button(key="locaux-fictifs").click().run()
    assert not at.exception
    text = plain(html(at))
    assert '<p class="atlas-fictif" role="note"><strong>DONNÉES FICTIVES</strong>' in text
    invented = premises.load(premises.FICTIONAL_FILE)
    assert metrics(at) == {"Locaux FICTIFS affichés": str(len(invented))}
    rows = table(at, "DONNÉES FICTIVES, Locaux de l'inventaire importé")
    assert len(rows) == min(50, len(invented))
    assert {row["Donnée fictive"] for row in rows} == {"fictif"}
    assert "Aucun total" in text
    assert not [caption for caption in tables(at) if caption.startswith("Locaux par")]
    assert spec(at)["titre"].startswith("DONNÉES FICTIVES")
    assert last_layer(at)["source"].startswith("DONNÉES FICTIVES")


def test_files_of_invented_premises_say_so_in_each_row():
    at = uploaded(premises_template.to_xlsx(), name="modele.xlsx")
    owned = at.session_state[shown.INVENTORY]
    fields = shown.marked(owned.rows, shown.FIELDS)
    context = Context.of([owned.source], subject="locaux", place="essai")
    for plain_file in (True, False):
        text = to_csv(owned.rows, context=context, fields=fields, plain=plain_file).decode("utf-8-sig")
        assert all("fictif" in line and "DONNÉES FICTIVES" in line for line in text.splitlines()[1:])
    with pytest.raises(ValueError, match="fictif"):
        shown.marked(owned.rows, shown.FIELDS[:1])


def test_only_the_real_rows_of_a_mixed_inventory_are_counted():
    mixed = [*ROWS, ["FICTIF-1", *ROWS[0][1:]]]
    at = uploaded(written(mixed))
    assert metrics(at)["Locaux FICTIFS affichés"] == "1"
    assert metrics(at)["Locaux affichés"] == "4"
    rows = {row["Code"]: row for row in table(at, "Locaux par QPV")}
    assert rows["QN01359I"]["Locaux de l'inventaire"] == "2"


# --- candidates of the DGFiP's file


def test_candidates_are_each_to_check_with_the_share_of_floors_read():
    at = opened()
    content = dgfip.file(
        ("12", "00", "111222337", "5 - Office HLM"),
        ("12", "XX", "111222337", "5 - Office HLM"),
        ("14", "01", "111222337", "5 - Office HLM"),
        ("16", "00", "999888779", "0 - Autres"),
    )
    at.file_uploader[1].set_value(("PM_13.csv", content, "text/csv")).run()
    assert not at.exception
    assert metrics(at)["Adresses à vérifier"] == "1"
    assert metrics(at)["Part des locaux dont le niveau a pu être lu"] == "50,0 %"
    (row,) = table(at, "Pistes à vérifier")
    assert row["À vérifier"] == "à vérifier"
    assert row["Adresse"].startswith("12 RUE DE L ESSAI")
    assert row["Niveaux lisibles (%)"] == "50,0"
    assert "[" not in row["Bailleurs"]


def test_landlords_can_be_listed_by_siren():
    at = opened()
    at.text_area(key="pistes-sirens").set_value("999 888 779 ; Société d'essai")
    content = dgfip.file(("16", "00", "999888779", "0 - Autres"))
    at.file_uploader[1].set_value(("PM_13.csv", content, "text/csv")).run()
    (row,) = table(at, "Pistes à vérifier")
    assert row["Bailleurs"] == "Société d'essai"
    assert row["SIREN"] == "999888779"


@pytest.mark.parametrize("wrong", ["12", "111222333"], ids=["two digits", "a checking digit that is not"])
def test_a_wrong_siren_is_named(wrong):
    at = opened()
    at.text_area(key="pistes-sirens").set_value(f"111222337 ; bon\n{wrong} ; faux")
    at.file_uploader[1].set_value(("PM_13.csv", dgfip.file(("1", "00", "111222337", "")), "text/csv")).run()
    (error,) = at.error
    assert "ligne 2" in error.value
    assert not [caption for caption in tables(at) if caption.startswith("Pistes")]


def test_another_file_than_the_dgfip_one_says_so():
    at = opened()
    at.file_uploader[1].set_value(("autre.csv", b"a;b\n1;2\n", "text/csv")).run()
    assert not at.exception
    assert "colonnes absentes" in at.error[0].value


NORTH = (5.3795, 43.3125)  # in QN01332M
FILES = {
    "xlsx": readback.from_xlsx,
    "csv-excel": readback.from_csv,
    "csv": partial(readback.from_csv, plain=True),
    "geojson": readback.from_geojson,
    "gpkg": readback.from_gpkg,
}


@pytest.fixture
def placing(monkeypatch):
    """Give a function that opens the page with candidates 12, 14, ... and a geocoder of the loopback."""
    running = ExitStack()

    def opening(answers, *numbers):
        server = running.enter_context(geocoding.playing(answers))
        monkeypatch.setenv("ATLAS_GEOCODEUR", server.url)
        at = opened()
        content = dgfip.file(*((number, *dgfip.OFFICE) for number in numbers))
        at.file_uploader[1].set_value(("PM_13.csv", content, "text/csv")).run()
        assert server.asked == []
        return at, server

    with running:
        yield opening


def sent(text):
    """In a QPV, outside, not sure enough, in another commune, unknown."""
    number = text.split()[0]
    found = {
        "12": geocoding.answer(text, *NORTH),
        "14": geocoding.answer(text, 5.3700, 43.2650, score=0.8),
        "16": geocoding.answer(text, *NORTH, score=0.79),
        "18": geocoding.answer(text, 5.0480, 43.4060, city="Martigues"),
    }
    return [found[number]] if number in found else []


def test_candidates_are_placed_on_request(placing, monkeypatch):
    at, server = placing(sent, "12", "14", "16", "18", "20")
    assert not [layer for layer in spec(at)["couches"] if layer["id"] == "pistes"]
    assert "Position" not in table(at, "Pistes à vérifier")[0]
    given = {}
    monkeypatch.setattr(
        downloads.st, "download_button", lambda _label, data, **told: given.update({told["key"]: data})
    )
    menus.open_all(monkeypatch.setattr)
    at.button(key="pistes-placer").click().run()
    assert not at.exception
    assert len(server.asked) == 5
    rows = {row["Adresse"].split()[0]: row for row in table(at, "Pistes à vérifier")}
    assert {number: row["Position"] for number, row in rows.items()} == {
        "12": "adresse géocodée, à vérifier",
        "14": "adresse géocodée, à vérifier",
        "16": "adresse trop imprécise",
        "18": "adresse trouvée dans une autre commune",
        "20": "adresse introuvable",
    }
    outlines = qpv.load()
    point = gpd.points_from_xy([5.3700], [43.2650], crs=4326).to_crs(2154)[0]
    away_m = outlines.distance(point)
    assert rows["12"]["QPV"] == outlines["lib_qp"]["QN01332M"]
    assert rows["12"]["Distance à ce QPV, à vol d'oiseau (m)"] == "0"
    assert rows["14"]["QPV"] == "hors QPV"
    assert away_m.idxmin() in rows["14"]["QPV le plus proche"]
    assert rows["14"]["Distance à ce QPV, à vol d'oiseau (m)"].replace(" ", "") == str(round(away_m.min()))
    assert {rows[number]["QPV"] for number in ("16", "18", "20")} == {"sans position"}
    assert "adresse géocodée, à vérifier : 2 (dont 1 dans un QPV)" in " ".join(
        map(plain, (c.value for c in at.caption))
    )
    # On the map, those that have a position; in no total.
    (layer,) = [layer for layer in spec(at)["couches"] if layer["id"] == "pistes"]
    ids = [f"PM-13-203-{number}-0-rue-de-l-essai" for number in ("12", "14", "16", "18", "20")]
    assert any(f'"ids":{json.dumps(ids[:2], separators=(",", ":"))}' in body for body in html_scripts(at))
    assert layer["tout"].startswith("session:")
    assert "Dans un QPV" not in metrics(at)
    # And in each file, the map included.
    fields = candidates.PLACED_FIELDS
    for ending, read in FILES.items():
        read_back = read(given[f"export-pistes-{ending}"](), fields, index="id_adresse")
        assert read_back.index.tolist() == ids
        assert read_back["position"].tolist() == [rows[n]["Position"] for n in rows]
        if isinstance(read_back, gpd.GeoDataFrame):
            assert read_back.geometry.notna().tolist() == [True, True, False, False, False]
            assert read_back.geometry.iloc[1].distance(point) < 0.2
    assert readback.from_html_map(given["carte-social-html"]())["pistes"] == ids[:2]
    assert "Base Adresse Nationale" in given["carte-social-html"]().decode()
    # Nothing is left to ask; a QPV keeps what lies in it.
    assert not [button for button in at.button if button.key == "pistes-placer"]
    at.selectbox(key="qpv").set_value("QN01332M").run()
    assert [row["Adresse"].split()[0] for row in table(at, "Pistes à vérifier")] == ["12"]


def test_a_service_that_stops_leaves_the_rest_to_ask_again(placing):
    down = threading.Event()
    down.set()
    at, server = placing(
        lambda text: None if down.is_set() and "14 " in text else sent(text), "12", "14", "16"
    )
    at.button(key="pistes-placer").click().run()
    assert not at.exception
    (warning,) = at.warning
    assert "2 pistes restent dans le tableau" in plain(warning.value)
    assert [row["Position"].split(" (")[0] for row in table(at, "Pistes à vérifier")] == [
        "adresse géocodée, à vérifier",
        "géocodage interrompu",
        "géocodage interrompu",
    ]
    assert len(server.asked) == 2
    down.clear()
    at.button(key="pistes-placer").click().run()
    assert not at.warning
    # The first address is not asked twice.
    assert len(server.asked) == 4
    assert [row["QPV"] == "sans position" for row in table(at, "Pistes à vérifier")] == [False, False, True]
