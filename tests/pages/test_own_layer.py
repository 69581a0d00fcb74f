"""Section "Votre couche": given, corrected, added, shown on the map, counted around each QPV, taken away."""

import pytest
from streamlit.testing.v1 import AppTest

from facts.frames import OFF_COMMUNES, placed
from facts.snapshot import current
from geo.attachment import zones_of
from geo.crs import LAMBERT93
from loaders import own_layer, qpv
from tests import readback
from tests.loaders import own_files as files
from tests.pages import driver
from tests.pages.conftest import FORMATS, Tables, on_screen
from tests.pages.driver import html, plain, spec
from ui import own_layers

#: Kalliste, where the points of `NEAR` lie.
KALLISTE = "QN01359I"
KEY = "couches-importees"


def near():
    """A CSV of two points in Kalliste and one far from any QPV, of two categories."""
    inside = qpv.load().representative_point().to_crs(4326)[KALLISTE]
    rows = ["Nom;Type;Valeur;Jour;lon;lat"]
    rows += [f"<b>Un</b>;a;1,5;01/02/2024;{inside.x:.6f};{inside.y:.6f}"]
    rows += [
        f"=Deux;b;20;02/02/2024;{inside.x:.6f};{inside.y:.6f}",
        "Trois;b;300;;5,60;43,65",
        "Perdu;b;4;;;",
    ]
    return "\n".join(rows).encode()


def given(content, name="Mes lieux.csv"):
    at = driver.opened("donnees")
    at.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not at.exception
    return at


def submit(at, origin="Mairie <i>", vintage="mars 2026"):
    fields = {field.label.split(" ?")[0].split("\u202f")[0]: field for field in at.text_input}
    fields["D’où viennent ces données"].set_value(origin)
    fields["De quand datent-elles"].set_value(vintage)
    next(button for button in at.button if button.label == "Ajouter à l’atlas").click().run()
    assert not at.exception
    return at


def held(*contents):
    """The layers of a session, as the page puts them there."""
    at = given(contents[0])
    submit(at)
    for content in contents[1:]:
        at.file_uploader[0].set_value(("autre.geojson", content, "application/geo+json")).run()
        submit(at)
    return at.session_state[KEY]


def on_page(page, layers, **params):
    """Open a page in a session that holds layers."""
    at = AppTest.from_file(driver.ROOT / "pages" / page / "page.py", default_timeout=120)
    for name, value in params.items():
        at.query_params[name] = value
    at.session_state[KEY] = layers
    at.run()
    assert not at.exception
    return at


@pytest.fixture(scope="module")
def layers():
    return held(near(), files.geojson())


def tables(at):
    return {plain(caption): rows for caption, rows in Tables(html(at)).tables.items()}


def table(at, start):
    (rows,) = [rows for caption, rows in tables(at).items() if caption.startswith(start)]
    return [dict(zip(map(plain, rows[0]), map(plain, row), strict=True)) for row in rows[1:]]


def test_the_guess_is_shown_in_words_and_what_is_set_aside_in_rows():
    at = given(near())
    text = plain(html(at))
    assert "Tableau CSV : 4 lignes, 6 colonnes." in text
    assert "Position : « lon » et « lat »." in text
    assert "4 lignes lues = 3 gardées + 1 écartée ; 3 points." in text
    (fault,) = table(at, "Ce qui a été trouvé")
    assert (fault["Objet"], fault["Constat"], fault["Suite donnée"]) == (
        "Perdu",
        "position absente",
        "écartée",
    )
    assert fault["À faire"] == "donner une position à cette ligne"
    assert [row["Nom"] for row in table(at, "Premières lignes")] == ["<b>Un</b>", "=Deux", "Trois"]
    (shown,) = [shown for shown in spec(at)["couches"] if shown["id"] == "couche1"]
    assert shown["couche"]["titre"] == "Aperçu de votre couche"
    # Nothing is in the atlas before the user says so.
    assert KEY not in at.session_state


def test_a_correction_is_read_at_once_and_one_that_breaks_is_refused():
    at = given(b"nom;x;y\nA;43.30;5.37\nB;43.31;5.38\n")
    assert any("Axes inversés" in warning.value for warning in at.warning)
    box = next(box for box in at.selectbox if box.label == "Système de coordonnées")
    box.set_value("EPSG:2154").run()
    assert any("aucune ligne n" in error.value for error in at.error)
    assert not [button for button in at.button if button.label == "Ajouter à l’atlas"]
    next(box for box in at.selectbox if box.label == "Système de coordonnées").set_value("EPSG:4326").run()
    assert "2 lignes lues = 2 gardées" in plain(html(at))
    next(box for box in at.selectbox if box.label == "Titres des colonnes").set_value(9).run()
    assert not at.exception
    assert any("Correction refusée" in error.value for error in at.error)
    assert "2 lignes lues = 2 gardées" in plain(html(at))


def box_of(at, label):
    return next(box for box in at.selectbox if box.label == label)


def test_the_encoding_the_name_and_the_numbers_are_shown_and_corrected():
    raw = (driver.ROOT / "tests/loaders/cases/cpg_dit_utf8.zip").read_bytes()
    at = given(raw, name="couche.zip")
    assert any("vérifiez les accents" in plain(warning.value) for warning in at.warning)
    assert box_of(at, "Encodage").value == "cp1252"
    assert table(at, "Premières lignes")[2]["nom"] == "Crèche"
    box_of(at, "Encodage").set_value("mac_roman").run()
    assert table(at, "Premières lignes")[2]["nom"] == "CrËche"
    at = given(b"nom;ref;code;lon;lat\nA;R1;012;5,37;43,30\nB;R2;013;5,38;43,31\n")
    assert box_of(at, "Nom des objets").value == "nom"
    box_of(at, "Nom des objets").set_value("ref").run()
    assert next(iter(table(at, "Premières lignes")[0])) == "ref"

    def numbers():
        return next(one for one in at.multiselect if one.label == "Colonnes à lire comme des nombres")

    assert table(at, "Premières lignes")[0]["code"] == "012"
    numbers().set_value(["code"]).run()
    assert table(at, "Premières lignes")[0]["code"] == "12"
    assert box_of(at, "Nom des objets").value == "ref"
    numbers().set_value([]).run()
    assert table(at, "Premières lignes")[0]["code"] == "012"


def test_a_doubt_that_the_file_itself_states_must_be_ticked():
    raw = (driver.ROOT / "tests/loaders/cases/page_seule_wfs.geojson").read_bytes()
    at = submit(given(raw, name="wfs.geojson"))
    assert any("plus haut, le doute" in plain(error.value) for error in at.error)
    assert KEY not in at.session_state
    next(box for box in at.checkbox if "malgré ce doute" in plain(box.label)).check().run()
    submit(at)
    assert "couche1" in at.session_state[KEY]


def test_a_file_without_position_asks_for_its_columns():
    at = given(b"nom;a;b\nA;5.37;12\nB;5.38;13\n")
    assert any("Aucune colonne de position" in warning.value for warning in at.warning)
    assert len(table(at, "Premières lignes du fichier")) == 2
    assert not [button for button in at.button if button.label == "Ajouter à l’atlas"]


def test_an_unusable_file_says_why():
    at = given(b"%PDF-1.7 lieux", name="lieux.csv")
    assert any("PDF" in error.value for error in at.error)


def test_nothing_is_added_without_saying_where_it_comes_from():
    at = given(near())
    submit(at, origin="", vintage=" ")
    assert any("la provenance et la date" in plain(error.value) for error in at.error)
    assert KEY not in at.session_state


def test_a_layer_lives_in_its_session_alone_and_goes_when_asked():
    before = {path for path in (driver.ROOT / "static").rglob("*") if path.is_file()}
    at = submit(given(near().replace(b"Trois", b"SECRET-9")))
    assert "couche1" in at.session_state[KEY]
    assert any("est dans l’atlas" in message.value for message in at.success)
    assert "couche-brouillon" not in at.session_state
    holders = [
        path
        for path in (driver.ROOT / "static").rglob("*")
        if path.is_file() and path not in before and b"SECRET-9" in path.read_bytes()
    ]
    assert holders == []
    other = driver.opened("donnees")
    assert KEY not in other.session_state
    at.button(key="retirer-couche1").click().run()
    assert at.session_state[KEY] == {}


def test_three_layers_at_most(layers):
    many = {
        f"couche{rank}": own_layers.Held(
            f"couche{rank}", str(rank), one.own, one.source, one.rows, one.objects, one.thinned_m
        )
        for rank, one in enumerate([*layers.values(), layers["couche1"]], 1)
    }
    at = on_page("donnees", many)
    assert not at.file_uploader
    assert any("3 couches au plus" in message.value for message in at.info)


def test_the_map_shows_the_layers_with_the_others_and_hides_them(layers):
    at = on_page("carte", layers)
    shown = {one["id"]: one for one in spec(at)["couches"]}
    # Points lie over outlines.
    assert list(shown)[-2:] == ["couche2", "couche1"]
    assert shown["couche1"]["couche"]["titre"] == "Mes lieux"
    assert [title for title, *_ in shown["couche1"]["couche"]["champs"]] == ["Type", "Valeur", "Jour"]
    assert "Mairie <i>" in shown["couche1"]["source"]
    # The objects themselves stand in the page, once: the spec of the map holds their names alone.
    handed = html(at)
    assert handed.count("session:" + layers["couche1"].objects.version) == 1
    pills = next(group for group in at.button_group if group.label.startswith("Vos couches"))
    pills.set_value(["couche2"]).run()
    assert not at.exception
    assert "couche1" not in {one["id"] for one in spec(at)["couches"]}
    # Hidden is not taken back: the pill must find it again.
    assert "given = {};" not in html(at)


def test_filters_on_columns_reach_the_map_the_table_and_the_files(layers, taken):
    at = on_page("carte", layers)
    chosen = next(box for box in at.multiselect if "Mes lieux" in plain(box.label))
    chosen.set_value(["type", "valeur", "jour"]).run()
    next(box for box in at.multiselect if box.label == "Type").set_value(["b"]).run()
    assert not at.exception
    assert [row["Nom"] for row in table(at, "Mes lieux,")] == ["=Deux", "Trois"]
    low = next(box for box in at.number_input if "à partir de" in plain(box.label))
    low.set_value(100.0).run()
    assert [row["Nom"] for row in table(at, "Mes lieux,")] == ["Trois"]
    (shown,) = [one for one in spec(at)["couches"] if one["id"] == "couche1"]
    assert shown["ids"] == ["4"]
    name, make = taken["couche1-export-csv"]
    assert name.startswith("atlas_mes-lieux_16-communes_")
    text = make().decode()
    assert "non vérifiée" in text
    assert "Type : b" in text
    assert "Valeur : à partir de 100" in plain(text)


@pytest.mark.parametrize("layer_id", ["couche1", "couche2"])
def test_each_format_gives_back_what_the_table_shows(layers, taken, layer_id):
    at = on_page("carte", layers)
    one = layers[layer_id]
    rows = table(at, f"{one.title},")
    for kind, read in FORMATS.items():
        back = read(taken[f"{layer_id}-export-{kind}"][1](), fields=list(one.fields), index="id_objet")
        wanted = [[row[plain(field.title)] for field in one.fields] for row in rows]
        assert on_screen(back, one.fields) == wanted, kind


def test_the_map_leaves_with_its_layers_and_their_shapes(layers, taken):
    on_page("carte", layers)
    data = taken["carte-html"][1]()
    found = readback.from_html_map(data)
    assert sorted(found["couche1"]) == ["2", "3", "4"]
    assert sorted(found["couche2"]) == ["1", "2", "3", "4"]
    text = plain(data.decode())
    assert "couche importée par l'utilisateur, non vérifiée" in text
    assert "<b>Un</b>" not in text


def test_counts_and_distances_are_those_of_a_slow_way(layers):
    at = on_page("carte", layers)
    quarters = qpv.load()
    said = {row["Code"]: row for row in table(at, "Vos couches autour")}
    for code in [KALLISTE, *list(said)[:5]]:
        if code not in said:  # on the second page of the table
            continue
        outline = quarters.geometry[code]
        for one in layers.values():
            away = [outline.distance(shape) for shape in one.rows.geometry]
            assert said[code][f"{one.title} : objets à 300 m au plus"] == str(sum(m <= 300 for m in away))
            nearest = said[code][f"{one.title} : au plus près (m)"].replace(" ", "")
            assert float(nearest) == pytest.approx(min(away), abs=0.51)


def test_a_quarter_says_what_the_layers_hold_around_it(layers):
    at = on_page("quartier", layers, qpv=KALLISTE)
    rows = {row["Couche"]: row for row in table(at, "Vos couches dans le quartier")}
    assert rows["Mes lieux"]["Objets dans le quartier"] == "2"
    assert rows["Mes lieux"]["Au plus près (m)"] == "0"
    assert (
        "Mairie <i> (source indiquée par l'utilisateur)"
        in rows["Mes lieux"]["Source indiquée par l'utilisateur"]
    )
    assert "Hors source officielle" in plain(html(at))
    assert "Mairie <i>" not in html(at)


def test_a_session_without_layer_sees_none_of_it():
    assert "Vos couches" not in plain(html(driver.seen("quartier", qpv=KALLISTE)))
    at = driver.seen("carte")
    assert "en fait une couche de cette carte" in plain(html(at))
    assert not [group for group in at.button_group if group.label.startswith("Vos couches")]


def test_rows_are_placed_in_the_communes_that_they_touch(layers):
    rows = layers["couche2"].rows
    assert rows.crs == LAMBERT93
    assert rows["commune"].tolist() == ["Marseille"] * 4
    towns = current().communes
    far = own_layer.place(own_layer.look("a.csv", b"nom;lon;lat\nA;2.35;48.85\n"))
    assert placed(far.frame, zones_of(far.frame, towns), towns["nom"])["commune"].tolist() == [OFF_COMMUNES]
