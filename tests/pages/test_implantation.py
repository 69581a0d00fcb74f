"""View "Implantation" of page vélos: the gain recomputed from areas, what is said, lists that users bring, files."""

import io
import json
import sqlite3
from html import unescape

import geopandas as gpd
import openpyxl
import pytest

from facts.fields import Field
from geo.candidates import LINE
from loaders import bikes, qpv, transit
from loaders.brought import gtfs_tables
from pages.velos import curve, siting, siting_shown
from tests import readback, today
from tests.loaders.gtfs_archives import ROUTES, STOP_TIMES, STOPS, archive
from tests.pages import driver
from tests.pages.conftest import FORMATS, Tables, on_screen
from tests.pages.driver import html, plain, spec

#: In the order in which the page offers them.
LIST, ARCHIVE = 0, 1
#: A proposal takes a second or two and is then kept for all sessions: as few as show what is to be shown.
FAR_APART = {"nombre": "8", "seuil": "400", "ecart": "450", "transports": "150"}
NEAR_STOPS = {"nombre": "4", "seuil": "350", "ecart": "400", "transports": "250"}
#: A tram stop by the course of line T2 at Arenc, and a stop of ordinary buses on the course of line B2.
MORE = {
    "stops": STOPS + b"ARENC,Arenc,43.3155,5.3675,0,\nLOUIS,Saint Louis,43.3500,5.3588,0,\n",
    "stop_times": STOP_TIMES + b"t2,10:00:00,10:00:00,ARENC,3\nt4,10:00:00,10:00:00,LOUIS,4\n",
    "agency": "agency_name\nRéseau d'essai\n".encode(),
    "feed_info": b"feed_publisher_name,feed_start_date,feed_end_date\nX,20260901,20261231\n",
}


def opened(**params):
    return driver.opened("velos", vue_velos="Implantation", **params)


def seen(**params):
    return driver.seen("velos", vue_velos="Implantation", **params)


def metrics(at):
    return {metric.label: plain(metric.value) for metric in at.metric}


def said(at):
    return plain(unescape(html(at)))


def number(text):
    return int(text.replace(" ", ""))


def proposed(at):
    """The sites that the map was given, in metres."""
    given = json.JSONDecoder().raw_decode(html(at).split("given = ", 1)[1])[0]
    (table,) = [table for table in given.values() if "habitants_gagnes" in table["colonnes"]]
    points = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoSeries(points, index=table["ids"], crs=4326).to_crs(2154), table["colonnes"]


def stations():
    frame = bikes.load()
    return frame[~frame["is_virtual_station"]].geometry


def reached(points, radius_m):
    """Inhabitants of the QPV of Marseille within reach, one QPV at a time, by a fine buffer."""
    discs = points.buffer(radius_m, quad_segs=256).union_all()
    rows = [row for row in qpv.load().itertuples() if row.communes[0] == "13055"]
    return sum(row.population * row.geometry.intersection(discs).area / row.geometry.area for row in rows)


def test_the_gain_is_that_of_areas():
    at = seen(**FAR_APART)
    sites, columns = proposed(at)
    shown = metrics(at)
    before = reached(stations(), 400)
    after = reached(gpd.GeoSeries([*stations(), *sites], crs=2154), 400)
    assert len(sites) == 8
    assert abs(number(shown["À portée aujourd'hui (estimation)"]) - before) <= 60
    assert abs(number(shown["À portée avec ces stations (estimation)"]) - after) <= 60
    assert abs(number(shown["Habitants gagnés (estimation)"]) - (after - before)) <= 60
    assert abs(sum(columns["habitants_gagnes"]) - (after - before)) <= 60
    assert "Optimum démontré" in said(at)


def test_sites_keep_their_distances():
    sites, _ = proposed(seen(**FAR_APART))
    lines = transit.load_lines().union_all()
    gares = transit.load_railway_stations().union_all()
    for name, site in sites.items():
        others = [*stations(), *sites.drop(name)]
        # Degrees have six decimals: a decimetre.
        assert min(site.distance(other) for other in others) >= 450 - 0.2
        assert min(site.distance(lines), site.distance(gares)) <= 150 + 0.2


def test_before_the_new_stations_are_not_on_the_map():
    after, before = spec(seen(**FAR_APART)), spec(seen(**FAR_APART, moment="Avant"))
    assert [layer["id"] for layer in after["couches"]][-1] == "propositions"
    assert "propositions" not in [layer["id"] for layer in before["couches"]]
    shades = [
        next(layer for layer in drawn["couches"] if layer["id"] == "qpv")["classe"]
        for drawn in (before, after)
    ]
    assert any(shades[0][code] > shades[1][code] for code in shades[0])
    assert all(shades[0][code] >= shades[1][code] for code in shades[0])


def test_nothing_to_choose_from_says_so():
    at = opened(nombre="1")
    at.multiselect(key="emplacements").set_value([]).run()
    assert not at.exception
    assert "Choisissez au moins une commune" in said(at)


def test_places_too_near_of_stations_give_a_reason():
    at = opened(nombre="1")
    at.multiselect(key="emplacements").set_value([]).run()
    taken = stations().iloc[:1].to_crs(4326)
    listed = f"nom;lon;lat\nÀ côté;{taken.x.iloc[0]:.6f};{taken.y.iloc[0]:.6f}\n"
    at.file_uploader[LIST].set_value(("liste.csv", listed.encode(), "text/csv")).run()
    assert not at.exception
    assert "Aucune station ne peut être proposée" in said(at)
    assert "à moins de 300 m d'une station existante" in said(at)


def test_a_list_of_places_competes_with_those_of_the_atlas():
    inside = qpv.load().loc[["QN01359I"]].representative_point().to_crs(4326)
    listed = f"nom;lon;lat\nParvis <b>essai</b>;{inside.x.iloc[0]:.6f};{inside.y.iloc[0]:.6f}\nPerdu;43,3;5,4\nSans;;\n"
    at = opened(nombre="1")
    at.multiselect(key="emplacements").set_value([]).run()
    at.file_uploader[LIST].set_value(("liste.csv", listed.encode(), "text/csv")).run()
    assert not at.exception
    text = said(at)
    assert "Parvis &lt;b&gt;essai" in html(at)
    assert "Liste importée" in text
    assert "coordonnées inversées" in text
    assert "coordonnées absentes" in text


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"%PDF-1.7 liste", "document PDF"),
        (b"nom;adresse\nA;rue B\n", "colonne"),
        (b"nom;lon;lat\n" + b"a;5.4;43.3\n" * 2001, "2001 lignes"),
        (b"nom;lon;lat\na;893000;6247000\nb;893100;6247100\n", "degrés"),
    ],
    ids=["another document", "no coordinates", "too many", "metres"],
)
def test_a_list_that_cannot_be_read_says_why(content, fault):
    at = opened(nombre="1")
    at.file_uploader[LIST].set_value(("liste.csv", content, "text/csv")).run()
    assert not at.exception
    (error,) = at.error
    assert fault in plain(error.value)
    assert "liste\\.csv" in error.value
    # The proposal from the atlas's own places stays.
    assert "Sites proposés" in [heading.value for heading in at.header]


def test_assumptions_are_named():
    text = said(seen(nombre="1"))
    for words in ("ni son coût", "pas un arrêt", "à vol d'oiseau", "à vérifier sur place"):
        assert words in text


def test_curve_never_falls_and_marks_the_optimum():
    gained = [0.0, 3000.0, 5000.0, 6000.0]
    words = plain(curve.described(gained, 3, 6100.0, proven=True))
    assert words == "Choix glouton : 3 000 avec 1 station ; optimum : 6 100 habitants avec 3 stations"
    drawing = curve.to_html(gained, 3, 6100.0, proven=False)
    assert "Meilleure proposition trouvée" in drawing
    assert "alt=" in drawing


@pytest.mark.parametrize(
    ("largest", "marks"),
    [
        (1, [0, 1]),
        (7, [0, 2, 4, 6, 8]),
        (33_830, [0, 10_000, 20_000, 30_000, 40_000]),
        (40, [0, 10, 20, 30, 40]),
    ],
)
def test_marks_are_round(largest, marks):
    assert curve.scale(largest) == marks


# --- the stops of an archive


def with_stops(raw=None, name="reseau.zip", **params):
    at = opened(**params)
    content = archive(**MORE) if raw is None else raw
    at.file_uploader[ARCHIVE].set_value((name, content, "application/zip")).run()
    assert not at.exception
    return at


def tables(at):
    return {plain(caption): rows for caption, rows in Tables(html(at)).tables.items()}


def rows(at, start):
    (found,) = [found for caption, found in tables(at).items() if caption.startswith(start)]
    return [list(map(plain, row)) for row in found[1:]]


def table(at, start):
    (found,) = [found for caption, found in tables(at).items() if caption.startswith(start)]
    return [dict(zip(map(plain, found[0]), map(plain, row), strict=True)) for row in found[1:]]


def of_modes(*modes):
    """The stops of the archive by name, apart from the code that the page runs."""
    frame = transit.load_stops(archive(**MORE), name="reseau.zip")
    return frame[[any(mode in several for mode in modes) for several in frame["modes"]]]


def test_modes_are_those_of_the_reader():
    assert tuple(siting.MODES) == gtfs_tables.MODES


def test_stops_of_an_archive_take_the_place_of_lines():
    at = with_stops(**NEAR_STOPS)
    sites, _ = proposed(at)
    counted = of_modes("metro", "tram", "bhns")
    gares = transit.load_railway_stations().union_all()
    assert len(counted) == 4
    shown = table(at, "Sites proposés")
    for (_, site), row in zip(sites.items(), shown, strict=True):
        away = counted.geometry.distance(site)
        assert min(away.min(), site.distance(gares)) <= 250 + 0.2
        # Degrees have six decimals, and the page no decimal of a metre.
        assert abs(number(row["Arrêt le plus proche (m)"]) - away.min()) <= 0.5 + 0.2
        closest = counted.loc[away.idxmin()]
        assert row["Nom de l'arrêt"] == plain(closest["nom"])
        assert row["Lignes de l'arrêt"] == ", ".join(closest["lignes"])
    # Without the archive, sites along lines lie further than that from these stops.
    (near, _), (far, _) = proposed(at), proposed(seen(**NEAR_STOPS))
    assert set(near.index) != set(far.index)
    assert "tracé" not in said(at).split("Ce qui a été trouvé")[0]
    assert [slider.label for slider in at.slider][-1] == "Distance aux arrêts et aux gares (m)"
    assert at.slider(key="transports").value == 250


def test_a_site_far_from_every_stop_has_its_distance_and_no_reason():
    at = with_stops(nombre="10")
    shown = table(at, "Sites proposés")
    assert max(number(row["Arrêt le plus proche (m)"]) for row in shown) > 300
    assert "hors périmètre de la source" not in str(shown)


def test_the_archive_says_how_it_was_read():
    at = with_stops(nombre="10")
    text = said(at)
    assert "14 lignes lues = 10 gardées + 4 écartées" in text
    assert "BHNS d'après leur seul numéro, à vérifier : B1" in text
    assert "calendrier n'est pas lu" in text
    assert "6 arrêts (métro 1, tramway 2, BHNS 2, bus 3)" in text
    assert (
        "Réseau d'essai, arrêts de l'archive GTFS importée « reseau.zip », horaires du 01/09/2026 au 31/12/2026"
        in text
    )
    assert "communes non précisées" in text
    found = table(at, "Ce qui a été trouvé dans « reseau.zip »")
    assert {row["Identifiant"] for row in found} == {"CASTE", "QUAI", "LOIN", "VIDE"}
    drawn = next(layer for layer in spec(at)["couches"] if layer["id"] == "arrets")
    assert drawn["tout"].startswith("session:")


def test_modes_choose_which_stops_count():
    at = with_stops(**NEAR_STOPS)
    at.multiselect(key="emplacements").set_value([LINE])
    at.slider(key="transports").set_value(100)
    at.multiselect(key="arrets").set_value(["bus"]).run()
    assert not at.exception
    sites, _ = proposed(at)
    counted, gares = of_modes("bus"), transit.load_railway_stations().union_all()
    assert set(counted["nom"]) == {"La Blancarde", "Saint Louis"}
    for site in sites:
        assert min(counted.distance(site).min(), site.distance(gares)) <= 100 + 0.2
    at.multiselect(key="arrets").set_value([]).run()
    assert not at.exception
    assert "Choisissez au moins un mode de transport" in said(at)
    assert "Lecture de vos fichiers" in [heading.value for heading in at.header]


def test_an_archive_of_buses_alone_counts_them_unless_told_otherwise():
    at = with_stops(
        archive(routes=ROUTES.replace(b",1\n", b",3\n").replace(b",0\n", b",3\n").replace(b"B1", b"21")),
        nombre="1",
    )
    assert at.multiselect(key="arrets").value == list(siting.MODES)
    assert "Sites proposés" in [heading.value for heading in at.header]


def test_an_archive_goes_with_its_session_and_on_request():
    at = with_stops(**NEAR_STOPS)
    assert "Arrêt le plus proche (m)" in table(at, "Sites proposés")[0]
    assert "Ligne la plus proche (m)" in table(seen(**NEAR_STOPS), "Sites proposés")[0]
    at.button(key="implantation-arrets-retirer").click().run()
    assert not at.exception
    assert "Ligne la plus proche (m)" in table(at, "Sites proposés")[0]
    assert "arrets" not in [layer["id"] for layer in spec(at)["couches"]]
    assert "Une ligne est un tracé, pas un arrêt" in said(at)
    assert not [heading for heading in at.header if heading.value == "Lecture de vos fichiers"]


def test_a_list_can_be_taken_away():
    at = opened(nombre="1")
    at.file_uploader[LIST].set_value(("liste.csv", b"nom;lon;lat\nA;5,4;43,35\n", "text/csv")).run()
    assert "liste importée « liste.csv »" in said(
        at
    ) or "liste d'emplacements importée « liste.csv »" in said(at)
    at.button(key="implantation-liste-retirer").click().run()
    assert not at.exception
    assert "liste.csv" not in said(at)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"<html>non trouv\xc3\xa9</html>", "page web"),
        (archive(trips=None), "il manque : trips.txt"),
        (archive(stops=b"stop_id,stop_name,stop_lat,stop_lon\nCAST1,Nice,43.7,7.26\n"), "territoire"),
        (archive()[:-300], "endommagée"),
    ],
    ids=["page", "no trips", "elsewhere", "cut"],
)
def test_an_archive_that_cannot_be_read_says_why(content, fault):
    at = with_stops(content, nombre="1")
    (error,) = at.error
    assert fault in plain(error.value).replace("\\", "")
    assert "Ligne la plus proche (m)" in table(at, "Sites proposés")[0]


# --- files


def text_of(form, data):
    """All that a file says, in one text."""
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
        return plain(" ".join(map(str, cells)))
    if form == "gpkg":
        base = sqlite3.connect(":memory:")
        base.deserialize(data)
        return plain(" ".join(map(str, base.execute("SELECT * FROM sources").fetchall())))
    return plain(unescape(data.decode("utf-8-sig")))


def check_files(at, taken, *, to_stops, words):
    """Read every file of the view back, and compare it with the rows on screen."""
    shown = [
        ("sites", "candidate_id", siting_shown.of_sites(to_stops=to_stops), "Sites proposés", FORMATS),
        ("changements", "code_qp", siting_shown.CHANGE_FIELDS, "QPV du réseau", FORMATS),
        (
            "courbe",
            "stations",
            siting_shown.CURVE_FIELDS,
            "Habitants gagnés selon",
            ("xlsx", "csv-excel", "csv"),
        ),
    ]
    for menu, index, fields, caption, forms in shown:
        screen = rows(at, caption)
        for form in forms:
            _, make = taken[f"export-{menu}-{form}"]
            data = make()
            back = FORMATS[form](data, fields, index=index)
            # Files keep a decimetre, the page a metre: neither is rounded from the other.
            whole = [at for at, field in enumerate(fields) if field.kind == "distance_m"]
            for given, row in zip(on_screen(back, fields), screen, strict=True):
                for place, (cell, text) in enumerate(zip(given, row, strict=True)):
                    assert cell == text or (place in whole and abs(number(cell) - number(text)) <= 1)
            for said_of_it in words:
                assert said_of_it in text_of(form, data), (menu, form, said_of_it)


WORDS = (
    "ODbL 1.0",
    today.source("velos")["millesime"],
    "350 m à vol d'oiseau",
    "400 m au moins",
    "Marseille",
    "Autour des gares".lower(),
)


def test_files_hold_the_rows_on_screen_and_say_what_was_asked(taken):
    at = opened(**NEAR_STOPS)
    words = (*WORDS, "250 m au plus d'une ligne de métro, de tramway ou de BHNS, ou d'une gare")
    check_files(at, taken, to_stops=False, words=words)
    sites, _ = proposed(at)
    place = (
        Field("lon", "Longitude (degrés, WGS 84)", "decimal"),
        Field("lat", "Latitude (degrés, WGS 84)", "decimal"),
    )
    for form in FORMATS:
        name, make = taken[f"export-sites-{form}"]
        assert name.startswith("atlas_sites-velos-proposes_marseille_")
        back = FORMATS[form](make(), place, index="candidate_id")
        assert back.index.tolist() == sites.index.tolist()
        written = gpd.GeoSeries(gpd.points_from_xy(back["lon"], back["lat"]), index=back.index, crs=4326)
        assert written.to_crs(2154).distance(sites).max() < 0.2
        if "geometry" in back:
            assert back.geometry.distance(sites).max() < 0.2
    data = taken["carte-implantation-html"][1]()
    held = readback.from_html_map(data)
    assert held["propositions"] == sites.index.tolist()
    assert (len(held["qpv"]), len(held["stations"])) == (41, len(bikes.load()))
    fields = [
        field
        for field in siting_shown.of_sites(to_stops=False)
        if field.column in {"habitants_gagnes", "qpv_servis"}
    ]
    back = readback.rows_of_html_map(data, "propositions", fields)
    assert on_screen(back, fields) == [
        [row["Habitants gagnés"], row["QPV desservis"]] for row in table(at, "Sites proposés")
    ]
    for words in WORDS:
        assert words in text_of("html", data), words


def test_files_about_an_archive_name_it(taken):
    at = with_stops(**NEAR_STOPS)
    words = (
        *WORDS,
        "250 m au plus d'un arrêt de métro, tramway ou BHNS de l'archive GTFS importée, ou d'une gare",
        "archive « reseau.zip »",
        "Réseau d'essai",
        "horaires du 01/09/2026 au 31/12/2026",
    )
    check_files(at, taken, to_stops=True, words=words)
    data = taken["carte-implantation-html"][1]()
    held = readback.from_html_map(data)
    assert held["arrets"] == of_modes("metro", "tram", "bhns").index.tolist()
    assert "Réseau d'essai" in text_of("html", data)
    fields = siting_shown.FAULT_FIELDS
    for form in ("xlsx", "csv-excel", "csv"):
        back = FORMATS[form](taken[f"export-fautes-arrets-{form}"][1](), fields, index="numero")
        assert on_screen(back, fields) == rows(at, "Ce qui a été trouvé")
