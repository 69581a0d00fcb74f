"""Page suivi: forms, faults, conflicts, replays, rights asked on the server, texts that something might run."""

import datetime as dt
import io
from html import unescape

import pandas as pd
import pytest
from pypdf import PdfReader

from errors import RightsError, SourceError
from exports import sheets
from exports.context import Context
from exports.tables import to_csv, to_xlsx
from facts import follow_up as words
from loaders.brought import tables
from pages.suivi import bulk, inputs, listing
from server.rights import Rights
from tests import geocoding, suivi
from tests.pages import driver
from tests.pages.driver import html
from tracking import exchange
from tracking.changes import Add
from tracking.records import DeploymentInput
from ui import follow_up

READER = Rights("lecture", "Pour saisir, connectez-vous.")


@pytest.fixture
def base(tmp_path, monkeypatch):
    suivi.allow(monkeypatch)
    return suivi.Base(tmp_path, monkeypatch)


def plain(text):
    return unescape(driver.plain(text))


def opened(**params):
    return driver.opened("suivi", **params)


def fill(at, **values):
    for name, value in values.items():
        at.session_state[f"saisie-{name}"] = value
    return at


def send(at, key="saisie-enregistrer"):
    at.button(key=key).click().run()
    assert not at.exception
    return at


def test_the_map_goes_to_what_was_recorded_or_to_the_commune_asked_for(base):
    base.add(suivi.deployment(lon=5.37, lat=43.30))
    at = opened()
    (south, west), (north, east) = driver.spec(at)["cadrage"]["bornes"]
    # 2 km on each side: a degree of latitude is 111.1 km, one of longitude 80.9 km at 43.3 degrees.
    assert (west, east) == pytest.approx((5.37 - 2 / 80.9, 5.37 + 2 / 80.9), abs=0.001)
    assert (south, north) == pytest.approx((43.30 - 2 / 111.1, 43.30 + 2 / 111.1), abs=0.001)
    at.selectbox(key="commune").set_value("13055").run()
    (south, west), (north, east) = driver.spec(at)["cadrage"]["bornes"]
    # From the Frioul to the north of Saint-Antoine.
    assert (south < 43.18, west < 5.30) == (True, True)
    assert (north > 43.38, east > 5.53) == (True, True)


def test_a_form_that_is_open_waits_while_another_view_is_looked_at(base):
    record = base.add(suivi.deployment(note="Ouvert le mardi", partenaire="Ville"))
    at = send(opened(fiche=record), f"corriger-{record}-1")
    at = fill(at, lieu="Maison du projet").run()
    for view in ("agenda", "indicateurs", "deploiements"):
        at.segmented_control(key="vue_suivi").set_value(view).run()
    send(at)
    [row] = base.store.deployments().to_dict("records")
    assert (row["lieu"], row["note"], row["partenaire"]) == ("Maison du projet", "Ouvert le mardi", "Ville")


def test_the_form_of_a_value_is_of_one_project_alone(base):
    record = base.add(suivi.value(2024, "3"))
    at = opened(vue_suivi="Indicateurs")
    at.selectbox(key="projet").set_value("cites-educatives").run()
    at.selectbox(key="valeur").set_value(record).run()
    send(at, f"corriger-{record}-1")
    at.selectbox(key="projet").set_value("paej").run()
    assert not [button for button in at.button if button.key == "valeur-enregistrer"]
    at.selectbox(key="projet").set_value("cites-educatives").run()
    send(at, "valeur-enregistrer")
    [row] = base.store.indicator_values().to_dict("records")
    assert (row["id_projet"], int(row["valeur"]), row["source"], int(row["version"])) == (
        "cites-educatives",
        3,
        "Bilan annuel",
        2,
    )


def test_without_a_record_the_page_says_so_and_shows_no_zero(base):
    at = opened()
    text = plain(html(at))
    assert "Aucun déploiement n'est encore enregistré" in text
    assert "Aucun enregistrement pour le moment" in text
    assert text.count("aucun enregistrement") >= 34


def test_a_deployment_is_recorded_once_however_often_the_form_is_sent(base):
    at = opened()
    send(at, "ouvrir-saisie")
    request = at.session_state["suivi-formulaire"].request_id
    fill(
        at,
        id_projet="paej",
        code_qp="QN01341I",
        statut="réalisé",
        date_debut=dt.date(2025, 1, 2),
        lieu=suivi.MARKUP,
    )
    fill(at, point="43,29650 ; 5,36980", note=f"{suivi.FORMULA}\n#set text(red)")
    at.session_state["saisie-code_insee"] = "13055"
    send(at)
    assert [said.value for said in at.success] == ["Déploiement enregistré."]
    rows = base.store.deployments()
    (row,) = rows.to_dict("records")
    assert (row["lieu"], row["author"]) == (suivi.MARKUP, "Camille")
    assert (row["lon"], row["lat"]) == (5.3698, 43.2965)
    record = inputs.content_of(row)
    # The same form again: the same record, whoever sends it.
    (again,) = follow_up.write([Add(record)], request_id=request)
    assert [again] == list(base.store.deployments().index)
    assert "<img" not in html(at)
    assert "&lt;img" in html(at)


def test_every_fault_is_told_under_its_field_and_nothing_is_written(base):
    at = opened()
    send(at, "ouvrir-saisie")
    fill(at, statut="réalisé", point="ici", date_fin=dt.date(2020, 1, 1))
    send(at)
    text = plain(html(at))
    for fault in (
        "Projet : à choisir dans la liste",
        "Commune : une commune ou un QPV au moins",
        "Date de début : à remplir pour un déploiement réalisé",
        "Position : deux nombres en degrés",
    ):
        assert text.count(fault) == 2, fault
    assert base.store.deployments().empty
    at.selectbox(key="saisie-id_projet").set_value("paej").run()
    assert "Projet : à choisir" not in plain(html(at))


def test_a_qpv_fills_its_commune(base):
    at = opened()
    send(at, "ouvrir-saisie")
    at.selectbox(key="saisie-code_qp").set_value("QN01341I").run()
    assert at.selectbox(key="saisie-code_insee").value == "13055"


def test_two_corrections_meet_side_by_side_and_are_merged_field_by_field(base):
    record = base.add(suivi.deployment(lieu="Ancien lieu", partenaire="ARS"))
    at = opened(fiche=record)
    send(at, f"corriger-{record}-1")
    fill(at, lieu="Mon lieu", note="ma note")
    base.correct(record, suivi.deployment(lieu="Leur lieu", partenaire="DRAC"), 1)
    send(at)
    text = plain(html(at))
    assert "Dominique a enregistré une autre version" in text
    for said in ("Ancien lieu", "Leur lieu", "Mon lieu", "diffère"):
        assert said in text
    at.radio(key="conflit-voie").set_value("fusion").run()
    # What was not changed here is theirs unless said otherwise.
    assert at.radio(key="conflit-partenaire").value == "la leur"
    assert at.radio(key="conflit-note").value == "la mienne"
    send(at, "conflit-enregistrer-2")
    (row,) = base.store.deployments().to_dict("records")
    assert (row["version"], row["lieu"], row["partenaire"], row["note"]) == (3, "Mon lieu", "DRAC", "ma note")
    assert len(base.store.drafts(record)) == 1


def test_history_undo_and_withdrawal(base):
    record = base.add(suivi.deployment(lieu="Premier"))
    base.correct(record, suivi.deployment(lieu="Second"), 1)
    at = opened(fiche=record)
    assert "Lieu : Premier → Second" in plain(html(at))
    send(at, f"annuler-{record}-2")
    assert base.store.deployments()["lieu"].tolist() == ["Premier"]
    send(at, f"retirer-{record}-3")
    assert base.store.deployments().empty
    assert "Fiche retirée" in plain(html(at))
    send(at, f"annuler-{record}-4")
    assert base.store.deployments()["version"].tolist() == [5]


def test_who_may_not_write_reads_everything_and_is_told_why(base, monkeypatch):
    record = base.add(suivi.deployment(lieu="Lisible"))
    suivi.allow(monkeypatch, READER)
    at = opened(fiche=record)
    assert "Pour saisir, connectez-vous." in plain(html(at))
    assert "Lisible" in html(at)
    assert [button.label for button in at.button] == []


def test_the_server_asks_again_whatever_the_buttons_show(base, monkeypatch):
    at = opened()
    send(at, "ouvrir-saisie")
    fill(at, id_projet="paej", code_insee="13055")
    suivi.allow(monkeypatch, READER)
    at.button(key="saisie-enregistrer").click().run()
    assert base.store.deployments().empty
    assert [error.value for error in at.error] == ["Pour saisir, connectez-vous."]
    with pytest.raises(RightsError):
        follow_up.write([Add(suivi.deployment())], request_id=follow_up.new_request())


def test_a_base_that_is_away_is_said_and_the_last_reading_kept(base, monkeypatch):
    base.add(suivi.deployment(lieu="Gardé"))
    followed = follow_up.read()
    assert followed is not None

    class Away:
        def revision(self):
            raise follow_up.StoreError("absente")

    monkeypatch.setattr(follow_up, "store", Away)
    kept = follow_up.read()
    assert kept.deployments.equals(followed.deployments)
    assert kept.fault.startswith("Le suivi ne répond plus")
    monkeypatch.setenv("ATLAS_BASE", "sqlite:////nulle/part.sqlite3")
    assert follow_up.read() is None
    assert "Le suivi ne répond pas" in plain(html(opened()))


def test_a_page_reads_the_base_once_until_something_is_written(base):
    base.add(suivi.deployment())
    first = follow_up.read()
    assert follow_up.read().deployments is first.deployments
    base.add(suivi.deployment(code_insee="13001"))
    assert len(follow_up.read().deployments) == 2


def test_the_grid_gives_back_what_it_was_given(base):
    base.add(suivi.deployment(lieu="", lon=5.3698, lat=43.2965, date_fin=dt.date(2026, 1, 31)))
    base.add(suivi.deployment(code_insee=None, code_qp="QN01341I", note=suivi.FORMULA))
    table = exchange.to_table(base.store)
    back = bulk.written(bulk.typed(table))
    plan = exchange.plan(base.store, back)
    assert (plan.unchanged, plan.changes) == (2, ())


def test_the_grid_previews_and_records(base, monkeypatch):
    base.add(suivi.deployment(lieu="Avant"))
    real = bulk.typed

    def edited(table):
        frame = real(table)
        frame.loc[0, "Lieu"] = "Après"
        return frame

    monkeypatch.setattr(
        bulk.st, "data_editor", lambda _frame, **_options: edited(exchange.to_table(base.store))
    )
    at = opened(vue_suivi="Saisie en nombre")
    text = plain(html(at))
    assert "1 correction" in text
    assert "Avant" in text
    assert "Après" in text
    assert base.store.deployments()["lieu"].tolist() == ["Avant"]
    send(at, "grille-enregistrer")
    assert base.store.deployments()["lieu"].tolist() == ["Après"]


def test_values_of_an_indicator_are_drawn_with_their_numbers_in_words(base):
    for year, number in ((2024, "6"), (2025, "9.5")):
        base.add(suivi.value(year, number))
    at = opened(vue_suivi="Indicateurs", projet="cites-educatives")
    text = plain(html(at))
    assert 'alt="ensemble du contrat (cités). 12/2024 : 6 ; 12/2025 : 9,5."' in text
    assert "Aucun enregistrement : rien n'est dit de cet indicateur" in text
    send(at, "ouvrir-valeur")
    for name, given in {"mesure": "1 250,5", "unite": "élèves", "source": suivi.FORMULA}.items():
        at.session_state[f"valeur-{name}"] = given
    send(at, "valeur-enregistrer")
    values = base.store.indicator_values()
    assert sorted(map(str, values["valeur"])) == ["1250.5", "6", "9.5"]
    (record,) = values.index[values["unite"] == "élèves"]
    at.selectbox(key="valeur").set_value(record).run()
    send(at, f"corriger-{record}-1")
    assert at.text_input(key="valeur-mesure").value == "1\u202f250,5"
    at.session_state["valeur-mesure"] = "en cours"
    send(at, "valeur-enregistrer")
    assert base.store.record(record).record.texte == "en cours"


def test_the_agenda_puts_each_deployment_in_its_years(base):
    base.add(
        suivi.deployment(statut="réalisé", date_debut=dt.date(2024, 9, 1), date_fin=dt.date(2025, 6, 30))
    )
    base.add(suivi.deployment(statut="envisagé", date_debut=None))
    rows = base.store.deployments().sort_values("statut")
    assert listing.agenda_columns(rows) == {
        "2024": [False, True],
        "2025": [False, True],
        "Sans date": [True, False],
    }
    assert "Sans date" in html(opened(vue_suivi="Agenda"))


def test_the_matrix_says_promise_and_fact(base):
    base.add(suivi.deployment(statut="réalisé"))
    base.add(suivi.deployment(statut="envisagé", code_insee="13001"))
    at = driver.opened("projets")
    text = plain(html(at))
    assert 'title="Marseille : localisé, périmètre à confirmer ; suivi : 1 réalisé"' in text
    assert "suivi : 1 envisagé, hors du périmètre du texte" in text
    assert 'class="fait fait-realise" aria-hidden="true">■<' in text
    assert 'class="fait fait-envisage" aria-hidden="true">□+<' in text
    assert "Vitrolles : non concerné ; suivi : aucun enregistrement" in text


def test_the_pages_of_a_project_and_a_commune_list_what_was_recorded(base):
    base.add(suivi.deployment(lieu=suivi.MARKUP, lon=5.3698, lat=43.2965))
    for at in (driver.opened("projets", projet="paej"), driver.opened("commune", commune="13055")):
        assert "Déploiements enregistrés" in html(at)
        assert "<img" not in html(at)
        assert "deploiements" in [layer["id"] for layer in driver.spec(at)["couches"]]
    at = driver.opened("commune", commune="13001")
    assert "aucun enregistrement, ce qui ne dit pas que rien n'est fait" in plain(html(at))


def test_sheets_say_what_was_read_and_when(base):
    base.add(suivi.deployment(lieu=suivi.MARKUP, note="#panic()"))
    followed = follow_up.read()
    for made in (
        sheets.project_sheet("paej", suivi=followed),
        sheets.commune_sheet("13055", suivi=followed),
        sheets.matrix_sheet(["paej"], suivi=followed),
    ):
        text = plain(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages))
        assert f"lus le {plain(words.moment(followed.read_at))}" in " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("43.2965, 5.3698", (5.3698, 43.2965)),
        ("43,2965 ; 5,3698", (5.3698, 43.2965)),
        ("43.2965 5.3698", (5.3698, 43.2965)),
        ("43,2965", None),
        ("Marseille", None),
        ("43.2965, 5.3698, 12", None),
    ],
)
def test_a_point_is_read_as_it_is_pasted(text, point):
    assert inputs.parse_point(text) == point
    if point:
        assert inputs.parse_point(inputs.write_point(*point)) == point


def test_a_blank_cell_of_a_frame_is_no_text():
    assert inputs.blank(pd.NaT) is None


@pytest.mark.parametrize("write", [to_csv, to_xlsx])
def test_what_goes_out_comes_back_unchanged_and_corrected(base, write):
    first = base.add(suivi.deployment(lieu=suivi.FORMULA, note="deux\nlignes", lon=5.3698, lat=43.2965))
    base.add(suivi.deployment(code_insee=None, code_qp="QN01341I", partenaire=suivi.MARKUP))
    frame, fields = bulk.outgoing(DeploymentInput)
    context = Context.of([words.source_of(follow_up.read())], subject="suivi", place="contrat")
    name = "suivi.csv" if write is to_csv else "suivi.xlsx"
    titles = exchange.headings().values()
    given = tables.read(write(frame, context=context, fields=fields), name=name, headings=titles)
    plan = exchange.plan(base.store, given.cells)
    assert (plan.unchanged, len(plan.changes), len(plan.set_aside)) == (2, 0, 0)
    frame.loc[first, "Lieu"] = "Ailleurs"
    given = tables.read(write(frame, context=context, fields=fields), name=name, headings=titles)
    plan = exchange.plan(base.store, given.cells)
    assert plan.corrected[["champ", "avant", "après"]].to_numpy().tolist() == [
        ["Lieu", suivi.FORMULA, "Ailleurs"]
    ]
    assert bulk.sentence(plan).startswith("0\u00a0ajout, 1\u00a0correction, 1\u00a0ligne inchangée")


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"a;b\n1;2\n", "aucune ligne d'en-tête reconnue"),
        (b"%PDF-1.7", "document PDF"),
        (b"SQLite format 3\x00", "ni un CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_mend(raw, fault):
    with pytest.raises(SourceError, match=fault) as caught:
        tables.read(raw, name="rempli.csv", headings=exchange.headings().values())
    assert "inventaire" not in caught.value.mend
    assert "rempli.csv" in str(caught.value)


def test_an_address_is_looked_up_on_request_alone(base, monkeypatch):
    with geocoding.playing(lambda _text: [geocoding.answer("12 Rue *Fauchier*", 5.3698, 43.2965)]) as service:
        monkeypatch.setenv("ATLAS_GEOCODEUR", service.url)
        at = opened()
        send(at, "ouvrir-saisie")
        fill(at, adresse="12 rue Fauchier")
        send(at, "saisie-chercher")
        assert len(service.asked) == 1
        send(at, "saisie-prendre")
        assert at.text_input(key="saisie-point").value == "43,296500 ; 5,369800"
        assert at.text_input(key="saisie-lieu").value == "12 Rue *Fauchier*"
        assert "Position dans la commune : Marseille" in plain(html(at))
        assert len(service.asked) == 1
