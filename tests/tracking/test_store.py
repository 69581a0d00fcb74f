"""The store on SQLite and on PostgreSQL: versions, conflicts, replays, people, limits."""

import datetime as dt
from dataclasses import asdict, replace
from decimal import Decimal

import pandas as pd
import pytest
import sqlalchemy as sa

from tests.tracking.samples import HOSTILE, UNLIMITED, deployment, request, value
from tracking import _engine, _ledger, _schema
from tracking.changes import Add, Correct, Withdraw
from tracking.records import DeploymentInput, Nomenclature
from tracking.refusals import ConflictError, RateError, RecordError, ReplayError, StoreError, UnknownError
from tracking.store import ERASED, Limits, Store, open_store

DEPLOYMENT_TYPES = {"lon": "float64", "lat": "float64", "date_debut": "datetime64[s]", "date_fin": "datetime64[s]",
                    "version": "int64", "written_at": "datetime64[us, UTC]"}  # fmt: skip


def typed(table, names):
    return {name: str(table[name].dtype) for name in names}


def test_what_is_recorded_comes_back_as_typed(store, anne):
    record_id = store.add_deployment(deployment(), author=anne, request_id=request())
    other = store.add_indicator_value(value(), author=anne, request_id=request())
    assert store.record(record_id).record == deployment()
    assert store.record(other).record == value()
    assert str(store.record(other).record.valeur) == "2.50"
    table = store.deployments()
    assert list(table.index) == [record_id]
    assert table.loc[record_id, "note"] == "Première\r\nannée"
    assert table.loc[record_id, ["version", "author", "author_id"]].tolist() == [1, "Anne Martin", anne]
    assert abs(table.loc[record_id, "written_at"] - pd.Timestamp.now(tz="UTC")) < pd.Timedelta(minutes=1)
    assert store.indicator_values().loc[other, "valeur"] == Decimal("2.50")


def test_frames_have_the_same_types_with_and_without_rows(store, anne):
    empty = store.deployments()
    assert list(empty.columns)[:3] == ["id_projet", "statut", "code_insee"]
    assert typed(empty, DEPLOYMENT_TYPES) == DEPLOYMENT_TYPES
    record = deployment(lon=None, lat=None, date_debut=None, statut="envisagé", code_qp=None)
    store.add_deployment(record, author=anne, request_id=request())
    filled = store.deployments()
    assert filled.dtypes.equals(empty.dtypes)
    assert filled[["lon", "date_debut", "code_qp"]].isna().all(axis=None)


def test_filters(store, anne):
    def add(**changed):
        return store.add_deployment(deployment(**changed), author=anne, request_id=request())

    first, second, third = add(), add(code_qp=None), add(id_projet="reseau-culture", code_insee=None)
    assert set(store.deployments(id_projet="cites-educatives").index) == {first, second}
    assert set(store.deployments(code_insee="13055").index) == {first, second}
    assert set(store.deployments(code_qp="QN01359I").index) == {first, third}
    assert store.deployments(id_projet="' OR 1=1 --").empty
    kept = store.add_indicator_value(value(), author=anne, request_id=request())
    whole = value(echelle="ensemble", code=None)
    store.add_indicator_value(whole, author=anne, request_id=request())
    assert list(store.indicator_values(echelle="commune", code="13055").index) == [kept]


def test_a_form_sent_again_writes_once(store, anne, bruno):
    form = request()
    first = store.add_deployment(deployment(), author=anne, request_id=form)
    assert store.add_deployment(deployment(), author=anne, request_id=form) == first
    assert len(store.deployments()) == 1
    with pytest.raises(ReplayError):
        store.add_deployment(deployment(lieu="Ailleurs"), author=anne, request_id=form)
    # Another author cannot use it up.
    assert store.add_deployment(deployment(), author=bruno, request_id=form) != first
    corrected = request()
    for _ in range(2):
        assert (
            store.correct_deployment(
                first, deployment(lieu="B"), author=anne, based_on=1, request_id=corrected
            )
            == 2
        )
    assert list(store.history(first).index) == [1, 2]


def test_a_correction_is_a_version_and_the_first_stays(store, anne, bruno):
    record_id = store.add_deployment(deployment(), author=anne, request_id=request())
    done = deployment(statut="réalisé", note="")
    assert store.correct_deployment(record_id, done, author=bruno, based_on=1, request_id=request()) == 2
    told = store.history(record_id)
    assert told["action"].tolist() == ["ajout", "correction"]
    assert told["author"].tolist() == ["Anne Martin", "Bruno N’Diaye"]
    assert told["statut"].tolist() == ["engagé", "réalisé"]
    assert store.version(record_id, 1) == deployment()
    assert store.deployments().loc[record_id, "statut"] == "réalisé"


def test_two_people_correct_the_same_record(store, anne, bruno):
    record_id = store.add_deployment(deployment(), author=anne, request_id=request())
    theirs, yours = deployment(statut="réalisé"), deployment(lieu="Gymnase", note="vu le 3")
    store.correct_deployment(record_id, theirs, author=anne, based_on=1, request_id=request())
    form = request()
    for _ in range(2):  # sent again, kept once
        with pytest.raises(ConflictError, match="Anne Martin") as refusal:
            store.correct_deployment(record_id, yours, author=bruno, based_on=1, request_id=form)
    (conflict,) = refusal.value.conflicts
    assert (conflict.record_id, conflict.based_on, conflict.last) == (record_id, 1, 2)
    assert conflict.base == asdict(deployment())
    assert conflict.yours == asdict(yours)
    assert conflict.theirs == asdict(theirs)
    assert (conflict.author, conflict.withdrawn) == ("Anne Martin", False)
    assert conflict.fields == ("statut", "lieu", "note")
    assert store.record(record_id).record == theirs
    kept = store.drafts(record_id)
    assert kept[["author", "based_on", "lieu", "note"]].to_numpy().tolist() == [
        ["Bruno N’Diaye", 1, "Gymnase", "vu le 3"]
    ]
    assert kept["date_debut"].tolist() == [pd.Timestamp("2025-09-01")]
    merged = replace(yours, statut="réalisé")
    assert store.correct_deployment(record_id, merged, author=bruno, based_on=2, request_id=request()) == 3


def test_a_withdrawn_record_leaves_and_comes_back(store, anne, bruno):
    record_id = store.add_deployment(deployment(), author=anne, request_id=request())
    assert store.withdraw_deployment(record_id, author=bruno, based_on=1, request_id=request()) == 2
    assert store.deployments().empty
    assert store.record(record_id).withdrawn
    with pytest.raises(RecordError, match="la rétablir"):
        store.correct_deployment(record_id, deployment(), author=anne, based_on=2, request_id=request())
    with pytest.raises(ConflictError):
        store.correct_deployment(record_id, deployment(), author=anne, based_on=1, request_id=request())
    assert store.restore(record_id, 1, author=anne, based_on=2, request_id=request()) == 3
    assert store.record(record_id).record == deployment()
    assert store.history(record_id)["action"].tolist() == ["ajout", "retrait", "rétablissement"]
    with pytest.raises(RecordError, match="déjà"):
        store.restore(record_id, 3, author=anne, based_on=3, request_id=request())
    other = store.add_indicator_value(value(), author=anne, request_id=request())
    store.correct_indicator_value(other, value(unite="cités"), author=anne, based_on=1, request_id=request())
    store.restore(other, 1, author=anne, based_on=2, request_id=request())
    assert store.record(other).record == value()
    store.withdraw_indicator_value(other, author=anne, based_on=3, request_id=request())
    assert store.indicator_values().empty


def test_a_batch_is_all_or_nothing(store, anne, bruno):
    first, second = store.apply([Add(deployment()), Add(value())], author=anne, request_id=request())
    wrong = [Add(deployment()), Correct(first, deployment(statut="fini"), 1), Add(value(source=""))]
    with pytest.raises(RecordError) as refusal:
        store.apply(wrong, author=anne, request_id=request())
    assert refusal.value.faults.keys() == {"2.statut", "3.source"}
    store.correct_deployment(first, deployment(lieu="B"), author=bruno, based_on=1, request_id=request())
    late = [Add(deployment(lieu="Neuf")), Correct(first, deployment(lieu="C"), 1), Withdraw(second, 1)]
    with pytest.raises(ConflictError) as conflict:
        store.apply(late, author=anne, request_id=request())
    assert [each.record_id for each in conflict.value.conflicts] == [first]
    with pytest.raises(RecordError, match="deux fois"):
        store.apply([Withdraw(first, 2), Withdraw(first, 2)], author=anne, request_id=request())
    with pytest.raises(RecordError, match="lignes à la fois"):
        store.apply([], author=anne, request_id=request())
    assert (len(store.deployments()), len(store.indicator_values())) == (1, 1)
    assert store.drafts(first)["lieu"].tolist() == ["C"]


def test_hostile_texts_are_stored_as_typed(store, anne):
    for text in HOSTILE:
        record = deployment(lieu=text, partenaire=text, note=text)
        kept = value(indicateur=text, unite=text, source=text)
        ids = store.apply([Add(record), Add(kept)], author=anne, request_id=request())
        assert [store.record(each).record for each in ids] == [record, kept]
        person = store.person(text, text, name=text)
        assert store.people().loc[person, "name"] == text
        assert store.deployments(id_projet=text).empty
    assert len(store.deployments()) == len(HOSTILE)


def test_forged_requests_change_nothing(store, anne):
    record_id = store.add_deployment(deployment(), author=anne, request_id=request())
    nobody = "f" * 32
    for author in (nobody, "", "' OR 1=1 --", None, anne + "x"):
        with pytest.raises(UnknownError):
            store.add_deployment(deployment(), author=author, request_id=request())
    for form in ("", "court", "x" * 65, "avec espace", "é" * 10, None, 12345678):
        with pytest.raises(RecordError, match="request_id"):
            store.add_deployment(deployment(), author=anne, request_id=form)
    for forged in (nobody, "", "' OR 1=1 --", None):
        with pytest.raises(UnknownError):
            store.correct_deployment(forged, deployment(), author=anne, based_on=1, request_id=request())
        with pytest.raises(UnknownError):
            store.history(forged)
    for based_on in (0, -1, 2, 10**30, "1", None, 1.0):
        with pytest.raises(UnknownError):
            store.correct_deployment(
                record_id, deployment(), author=anne, based_on=based_on, request_id=request()
            )
    with pytest.raises(UnknownError):
        store.correct_indicator_value(record_id, value(), author=anne, based_on=1, request_id=request())
    with pytest.raises(UnknownError):
        store.restore(record_id, 7, author=anne, based_on=1, request_id=request())
    oversized = DeploymentInput(
        id_projet="x" * 10**6, statut="y" * 10**6, lieu="z" * 10**6, note="\x00" * 10**6
    )
    with pytest.raises(RecordError):
        store.add_deployment(oversized, author=anne, request_id=request())
    assert store.history(record_id).index.tolist() == [1]
    assert len(store.deployments()) == 1
    assert not store.audit()["reason"].str.contains("zzz|x{9}").any()


def test_the_store_knows_what_exists(url):
    known = Nomenclature(projets={"cites-educatives": set()}, communes={"13055"}, qpv={"QN01359I": {"13055"}})
    with_codes = open_store(url, nomenclature=known)
    author = with_codes.person("i", "s", name="Anne")
    with_codes.add_deployment(deployment(), author=author, request_id=request())
    with pytest.raises(RecordError, match="projet inconnu"):
        with_codes.add_deployment(deployment(id_projet="autre"), author=author, request_id=request())
    with_codes.close()


def test_an_erased_person_leaves_a_pseudonym(store, anne, bruno):
    record_id = store.add_deployment(deployment(), author=anne, request_id=request())
    store.erase_person(anne)
    assert store.history(record_id)[["author", "author_id"]].to_numpy().tolist() == [[ERASED, anne]]
    assert store.record(record_id).author == ERASED
    assert store.audit()["author"].tolist() == [ERASED]
    assert list(store.people().index) == [bruno]
    with pytest.raises(UnknownError):
        store.add_deployment(deployment(), author=anne, request_id=request())
    with pytest.raises(UnknownError):
        store.erase_person(anne)
    # Coming back, the same identity is somebody else.
    again = store.person("https://connexion.example", "anne", name="Anne Martin")
    assert again != anne
    assert store.history(record_id)["author"].tolist() == [ERASED]
    for table in _schema.METADATA.sorted_tables:
        with store._base.reading() as connection:
            rows = connection.execute(sa.select(table)).all()
        found = "Anne Martin" in str(rows)
        assert found == (table.name == "suivi_person")


def test_a_name_follows_the_last_visit(store, anne):
    assert store.person("https://connexion.example", "anne", name="Anne Martin-Roux") == anne
    assert store.people()["name"].tolist() == ["Anne Martin-Roux"]
    assert store.person("https://autre.example", "anne", name="Anne") != anne
    with pytest.raises(RecordError) as refusal:
        store.person("", "x" * 501, name="a\nb")
    assert refusal.value.faults.keys() == {"issuer", "subject", "name"}


def test_the_log_says_who_asked_what_without_content(store, anne, bruno):
    record_id = store.add_deployment(deployment(), author=anne, request_id=request())
    store.apply([Add(value()), Add(value(code="13056"))], author=bruno, request_id=request())
    with pytest.raises(RecordError):
        store.correct_deployment(
            record_id, deployment(lieu="secret\x00"), author=anne, based_on=1, request_id=request()
        )
    told = store.audit()[["author", "action", "record_id", "changes", "outcome", "reason"]]
    assert told.fillna("").to_numpy().tolist() == [
        ["Anne Martin", "correction", record_id, 1, "refusé", "champs : lieu"],
        ["Bruno N’Diaye", "2 ajouts", "", 2, "accepté", ""],
        ["Anne Martin", "ajout", "", 1, "accepté", ""],
    ]
    assert len(store.audit(author_id=bruno)) == 1
    soon = dt.datetime.now(tz=dt.UTC) + dt.timedelta(hours=1)
    assert store.audit(since=soon).empty
    assert store.purge(soon - dt.timedelta(hours=2)) == 0
    assert store.purge(soon) == 3
    assert store.audit().empty
    assert len(store.deployments()) == 1


class Clock:
    """A time that moves when told."""

    def __init__(self):
        self.now = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += dt.timedelta(seconds=seconds)


def test_the_limit_holds_over_several_servers(url):
    clock, limits = Clock(), Limits(requests_per_minute=3, changes_per_hour=10)
    opened = [open_store(url) for _ in range(2)]
    one, two = (Store(each._base, nomenclature=None, limits=limits, clock=clock) for each in opened)
    author, other = one.person("i", "s", name="Anne"), one.person("i", "t", name="Bruno")

    def write(store, changes=1, author=author):
        store.apply([Add(deployment())] * changes, author=author, request_id=request())

    write(one)
    clock.wait(10)
    write(two)
    with pytest.raises(RecordError):
        one.add_deployment(deployment(statut="?"), author=author, request_id=request())
    for store in (one, two, one):
        with pytest.raises(RateError) as refusal:
            write(store)
        assert refusal.value.wait_s == 50
    write(two, author=other)
    assert one.audit(author_id=author)["reason"].tolist().count("limite d'écritures") == 1
    clock.wait(60)
    write(two, changes=8)
    with pytest.raises(RateError) as refusal:
        write(one)
    # 10 of the hour are used up; the first falls out of it 3,600 s after the start, 70 s ago.
    assert refusal.value.wait_s == 3530
    clock.wait(3530)
    write(one)
    with pytest.raises(RecordError, match="de 1 à 10 lignes"):
        write(two, changes=11)
    for each in opened:
        each.close()


def test_the_database_itself_refuses_to_rewrite_history(store, anne, bruno):
    record_id = store.add_deployment(deployment(), author=anne, request_id=request())
    store.correct_deployment(record_id, deployment(lieu="B"), author=anne, based_on=1, request_id=request())
    table = _schema.DEPLOYMENT
    with store._base.reading() as connection:
        last = dict(connection.execute(sa.select(table).where(table.c.version == 2)).mappings().one())
    for statement in (
        sa.update(table).values(note="x"),
        sa.delete(table),
        sa.delete(_schema.RECORD),
        sa.update(_schema.RECORD).values(kind="indicator"),
    ):
        with pytest.raises((StoreError, sa.exc.IntegrityError)), store._base.writing() as connection:
            connection.execute(statement)
    for forged in (
        last,  # the same version twice
        last | {"version": 4, "previous": 3},  # a version that follows nothing
        last | {"version": 3, "previous": 1},
        last | {"version": 3, "previous": None},
        last | {"version": 3, "previous": 2, "action": "ajout"},
        last | {"version": 3, "previous": 2, "statut": "fini"},
        last | {"version": 3, "previous": 2, "code_insee": None, "code_qp": None},
        last | {"version": 3, "previous": 2, "lon": None},
        last | {"version": 3, "previous": 2, "date_fin": dt.date(2001, 1, 1)},
        last | {"version": 3, "previous": 2, "note": "x" * 2001},
        last | {"version": 3, "previous": 2, "author_id": "f" * 32},
        last | {"record_id": "f" * 32, "version": 1, "previous": None, "action": "ajout"},
    ):
        with pytest.raises(sa.exc.IntegrityError), store._base.writing() as connection:
            connection.execute(table.insert().values(forged))
    with store._base.writing() as connection:
        connection.execute(table.insert().values(last | {"version": 3, "previous": 2}))
    assert store.history(record_id).index.tolist() == [1, 2, 3]


def test_a_base_held_by_another_is_said_busy(store, anne, url, monkeypatch):
    monkeypatch.setattr(_engine, "BUSY_TIMEOUT_S", 0.2 if store._base.file else 1)
    other = open_store(url)
    with store._base.writing() as connection:
        _ledger.hold_author(connection, anne)
        with pytest.raises(StoreError, match="occupée par d'autres écritures"):
            other.add_deployment(deployment(), author=anne, request_id=request())
    other.add_deployment(deployment(), author=anne, request_id=request())
    other.close()


def test_a_thousand_rows_at_once(url):
    store = open_store(url, limits=UNLIMITED)
    author = store.person("i", "s", name="Anne")
    ids = store.apply(
        [Add(deployment(lieu=f"Lieu {n}")) for n in range(1000)], author=author, request_id=request()
    )
    assert len(set(ids)) == 1000
    corrections = [Correct(record_id, deployment(lieu="B"), 1) for record_id in ids]
    assert store.apply(corrections, author=author, request_id=request()) == ids
    assert store.deployments()["version"].eq(2).all()
    store.close()


def test_a_database_that_does_not_answer_is_said_without_its_password():
    with pytest.raises(StoreError, match="ne répond pas") as away:
        open_store("postgresql://atlas:secret@127.0.0.1:1/atlas")
    assert "secret" not in str(away.value)
    with pytest.raises(StoreError, match="ATLAS_BASE") as unread:
        open_store("mysql://atlas:secret@127.0.0.1/atlas")
    assert "secret" not in str(unread.value)
