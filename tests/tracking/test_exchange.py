"""The follow-up out as a table and in again: what would be added, corrected, left, set aside, and why."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from tests.tracking.samples import HOSTILE, deployment, request, value
from tracking.exchange import TableError, plan, to_table
from tracking.records import IndicatorInput, Nomenclature
from tracking.refusals import ConflictError
from tracking.store import open_store

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def store(sqlite_url):
    known = Nomenclature(
        projets={"cites-educatives": {"Nombre de cités éducatives mises en place"}},
        communes={"13055", "13056"},
        qpv={"QN01359I": {"13055"}},
    )
    opened = open_store(sqlite_url, nomenclature=known)
    yield opened
    opened.close()


@pytest.fixture
def first(store, anne):
    return store.add_deployment(deployment(), author=anne, request_id=request())


def listed(table):
    return table.drop(columns="modifié le", errors="ignore").to_numpy().tolist()


def empty(found):
    return found.added.empty and found.corrected.empty and found.conflicts.empty and found.set_aside.empty


def test_the_table_has_french_headings_and_texts(store, first):
    table = to_table(store)
    assert list(table.columns) == [
        "Fiche", "Version", "Projet", "Statut", "Commune (code Insee)", "Code du QPV", "Lieu", "Longitude", "Latitude",
        "Date de début", "Date de fin", "Partenaire chef de file", "Note",
    ]  # fmt: skip
    assert table.to_numpy().tolist() == [
        [
            first, "1", "cites-educatives", "engagé", "13055", "QN01359I", "École Kalliste", "5,364", "43,369",
            "2025-09-01", "", "Éducation nationale", "Première\r\nannée",
        ]
    ]  # fmt: skip


def test_what_went_out_comes_back_unchanged(store, anne, first):
    for text in HOSTILE:
        store.add_deployment(deployment(lieu=text, note=text), author=anne, request_id=request())
    store.add_indicator_value(value(), author=anne, request_id=request())
    whole = value(echelle="ensemble", code=None, valeur=None, unite="", texte="Réseau créé\nen mars")
    store.add_indicator_value(whole, author=anne, request_id=request())
    back = plan(store, to_table(store), today=TODAY)
    assert (back.unchanged, back.absent, back.changes, back.notes, empty(back)) == (7, 0, (), (), True)
    back = plan(store, to_table(store, kind=IndicatorInput), kind=IndicatorInput, today=TODAY)
    assert (back.unchanged, back.absent, back.changes, empty(back)) == (2, 0, (), True)


def test_spreadsheets_may_change_how_cells_are_written(store, first):
    table = to_table(store)
    table.columns = table.columns.str.upper()
    table["NOTE"] = "Première\nannée"
    table["DATE DE DÉBUT"] = "01/09/2025"
    table["LONGITUDE"] = "5.364"
    table["STATUT"] = "ENGAGE"
    back = plan(store, table[list(reversed(table.columns))], today=TODAY)
    assert (back.unchanged, empty(back)) == (1, True)


def test_corrections_are_shown_field_by_field_then_written(store, anne, bruno, first):
    table = to_table(store)
    table["Statut"] = "Réalisé"
    table["Date de fin"] = "30/06/2026"
    table["Partenaire chef de file"] = ""
    back = plan(store, table, today=TODAY)
    assert listed(back.corrected) == [
        [0, first, "Statut", "engagé", "réalisé"],
        [0, first, "Date de fin", "", "2026-06-30"],
        [0, first, "Partenaire chef de file", "Éducation nationale", ""],
    ]
    assert store.record(first).version == 1
    assert store.apply(back.changes, author=bruno, request_id=request()) == [first]
    wanted = deployment(statut="réalisé", date_fin=dt.date(2026, 6, 30), partenaire="")
    assert store.record(first).record == wanted
    assert store.history(first)["author"].tolist() == ["Anne Martin", "Bruno N’Diaye"]


def test_rows_without_a_record_are_added(store, anne, first):
    rows = pd.DataFrame({
        "Projet": ["cites-educatives", "cites-educatives", "", ""],
        "statut": ["envisagé", "Abandonné", "", ""],
        "Commune (code Insee)": ["13056", "13055", "", ""],
        "Observation": ["ignorée", "", "", ""],
    }, index=[2, 3, 4, 5])  # fmt: skip
    back = plan(store, rows, today=TODAY)
    assert listed(back.added) == [
        [2, "Projet", "cites-educatives"], [2, "Statut", "envisagé"], [2, "Commune (code Insee)", "13056"],
        [3, "Projet", "cites-educatives"], [3, "Statut", "abandonné"], [3, "Commune (code Insee)", "13055"],
    ]  # fmt: skip
    assert back.absent == 1
    assert back.notes[0] == "colonnes laissées de côté : Observation"
    assert back.notes[1].startswith("colonnes absentes, champs inchangés : Code du QPV, Lieu")
    ids = store.apply(back.changes, author=anne, request_id=request())
    assert [store.record(each).record.code_insee for each in ids] == ["13056", "13055"]
    # The same file once more: nothing is doubled.
    again = plan(store, rows, today=TODAY)
    assert again.changes == ()
    assert again.set_aside["faute"].tolist() == [
        f"déjà enregistrée : fiche {each} dit la même chose" for each in ids
    ]
    twice = pd.concat([rows.loc[[2]].assign(Lieu="Neuf")] * 2, ignore_index=True)
    assert plan(store, twice, today=TODAY).set_aside["faute"].tolist() == [
        "déjà enregistrée : une autre ligne dit la même chose"
    ]


@pytest.mark.parametrize(
    ("heading", "cell", "fault", "mend"),
    [
        ("Statut", "fini", "un statut parmi", "écrire envisagé, engagé"),
        ("Date de début", "demain", "date illisible", "JJ/MM/AAAA"),
        ("Date de début", "31/02/2026", "jour qui n'existe pas", "JJ/MM/AAAA"),
        ("Date de début", "01/01/2027", "dans l'avenir", "JJ/MM/AAAA"),
        ("Longitude", "à côté", "nombre illisible", "degrés décimaux"),
        ("Longitude", "43,3", "hors de France", "degrés décimaux"),
        ("Latitude", "", "vont ensemble", "degrés décimaux"),
        ("Commune (code Insee)", "75056", "hors du contrat", "13055"),
        ("Code du QPV", "QN09999Z", "QPV inconnu", "QN…"),
        ("Projet", "inconnu", "projet inconnu", "reprendre l'identifiant"),
        ("Projet", "", "code attendu", "reprendre l'identifiant"),
        ("Lieu", "x" * 201, "200 caractères au plus", "raccourcir"),
        ("Note", "zéro\x00", "U+0000", "retaper"),
        ("Version", "", "version absente ou inconnue", "exporter de nouveau"),
        ("Version", "99999999999999999999", "version absente ou inconnue", "exporter de nouveau"),
        ("Version", "²", "version absente ou inconnue", "exporter de nouveau"),
        ("Fiche", "f" * 32, "fiche inconnue", "vider la case « Fiche »"),
        ("Fiche", "'; DROP TABLE suivi_record; --", "fiche inconnue", "vider la case « Fiche »"),
    ],
)
def test_a_row_at_fault_is_set_aside_with_its_line_and_the_mend(store, first, heading, cell, fault, mend):
    table = to_table(store).set_axis([7], axis=0)
    table[heading] = cell
    back = plan(store, table, today=TODAY)
    assert back.changes == ()
    told = back.set_aside.iloc[0]
    assert told["ligne"] == 7
    assert fault in told["faute"]
    assert mend in told["a_faire"]
    assert len(told["valeur"]) <= 80


@pytest.mark.parametrize(
    ("cell", "read"),
    [("1 234,5", "1234.5"), ("1\u202f234", "1234"), ("-3", "-3"), ("0.25", "0.25"), ("12,345", "12.345")],
)
def test_numbers_as_french_users_write_them(store, anne, cell, read):
    store.add_indicator_value(value(), author=anne, request_id=request())
    table = to_table(store, kind=IndicatorInput).assign(Valeur=cell)
    back = plan(store, table, kind=IndicatorInput, today=TODAY)
    assert back.changes[0].record.valeur == Decimal(read)


@pytest.mark.parametrize("cell", ["1.234", "douze", "1,2,3", "١٢", "1e3", "inf", "NaN"])
def test_numbers_that_cannot_be_read_or_read_two_ways(store, anne, cell):
    store.add_indicator_value(value(), author=anne, request_id=request())
    table = to_table(store, kind=IndicatorInput).assign(Valeur=cell)
    back = plan(store, table, kind=IndicatorInput, today=TODAY)
    assert (back.changes, back.set_aside["champ"].tolist()) == ((), ["Valeur"])


def test_what_others_changed_since_the_export_is_a_conflict(store, anne, bruno, first):
    second = store.add_deployment(deployment(lieu="Deux"), author=anne, request_id=request())
    third = store.add_deployment(deployment(lieu="Trois"), author=anne, request_id=request())
    fourth = store.add_deployment(deployment(lieu="Quatre"), author=anne, request_id=request())
    table = to_table(store).set_index("Fiche", drop=False)
    store.correct_deployment(
        first, deployment(statut="réalisé"), author=bruno, based_on=1, request_id=request()
    )
    store.correct_deployment(second, deployment(lieu="2"), author=bruno, based_on=1, request_id=request())
    store.correct_deployment(third, deployment(lieu="3"), author=bruno, based_on=1, request_id=request())
    store.withdraw_deployment(fourth, author=bruno, based_on=1, request_id=request())
    table.loc[first, "Statut"] = "abandonné"  # both changed it
    table.loc[third, "Lieu"] = "3"  # both to the same
    back = plan(store, table, today=TODAY)
    assert listed(back.conflicts) == [
        [first, first, "Statut", "engagé", "réalisé", "abandonné", "Bruno N’Diaye"]
    ]
    assert back.set_aside[["fiche", "faute"]].to_numpy().tolist() == [
        [fourth, "fiche retirée par Bruno N’Diaye depuis l'export"]
    ]
    assert (back.unchanged, back.changes) == (2, ())


def test_a_change_between_the_plan_and_its_writing_stops_it_whole(store, anne, bruno, first):
    table = to_table(store).assign(Lieu="Du fichier")
    new = pd.concat([table, table.assign(Fiche="", Version="", Lieu="Neuf")], ignore_index=True)
    back = plan(store, new, today=TODAY)
    assert len(back.changes) == 2
    store.correct_deployment(
        first, deployment(lieu="Entre-temps"), author=bruno, based_on=1, request_id=request()
    )
    with pytest.raises(ConflictError):
        store.apply(back.changes, author=anne, request_id=request())
    assert store.deployments()["lieu"].tolist() == ["Entre-temps"]
    assert store.drafts(first)["lieu"].tolist() == ["Du fichier"]


def test_a_record_twice_in_the_file_is_set_aside(store, first):
    table = to_table(store)
    back = plan(store, pd.concat([table, table.assign(Lieu="B")], ignore_index=True), today=TODAY)
    assert back.set_aside["ligne"].tolist() == [0, 1]
    assert back.changes == ()


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ([], "ce n'est pas le tableau du suivi"),
        (["nom", "prénom"], "ce n'est pas le tableau du suivi"),
        (["Fiche", "Version"], "Aucune colonne du suivi"),
        (["Projet", "Statut", "STATUT"], "présente deux fois"),
    ],
)
def test_another_table_is_refused(store, columns, told):
    with pytest.raises(TableError, match=told):
        plan(store, pd.DataFrame(columns=columns, dtype="str"), today=TODAY)
