"""What a record may hold: every fault is named at once, and nothing else is refused."""

import datetime as dt
from decimal import Decimal

import pytest

from loaders import communes, projects, qpv
from tests.tracking.samples import HOSTILE, deployment, value
from tracking.records import LENGTHS, DeploymentInput, Nomenclature, faults
from tracking.refusals import RecordError

TODAY = dt.date(2026, 11, 24)
LATER = dt.date(2026, 11, 25)
KNOWN = Nomenclature(
    projets={"cites-educatives": {"Nombre de cités éducatives mises en place"}, "libre": frozenset()},
    communes={"13055", "13056"},
    qpv={"QN01359I": {"13055"}},
)


def test_sound_records_have_no_fault():
    assert faults(deployment(), nomenclature=KNOWN, today=TODAY) == {}
    assert faults(value(), nomenclature=KNOWN, today=TODAY) == {}
    assert (
        faults(value(echelle="ensemble", code=None, valeur=None, unite="", texte="Réseau créé"), today=TODAY)
        == {}
    )
    assert faults(value(id_projet="libre", indicateur="Tout autre"), nomenclature=KNOWN, today=TODAY) == {}
    planned = deployment(statut="envisagé", date_debut=None, lon=None, lat=None, code_qp=None)
    assert faults(planned, nomenclature=KNOWN, today=TODAY) == {}


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"id_projet": "Cites"}, "id_projet", "code attendu"),
        ({"id_projet": "a" * 81}, "id_projet", "code attendu"),
        ({"id_projet": None}, "id_projet", "code attendu"),
        ({"statut": "fini"}, "statut", "envisagé, engagé, réalisé, abandonné"),
        ({"statut": ["réalisé"]}, "statut", "un statut parmi"),
        ({"code_insee": None, "code_qp": None}, "code_insee", "une commune ou un QPV au moins"),
        ({"code_insee": "1305"}, "code_insee", "13055"),
        ({"code_insee": "١٣٠٥٥"}, "code_insee", "13055"),
        ({"code_qp": "QP013001"}, "code_qp", "QN01359I"),
        ({"lieu": "x" * 201}, "lieu", "200 caractères au plus (201 reçus)"),
        ({"note": "x" * 2001}, "note", "2\u202f000 caractères au plus (2\u202f001 reçus)"),
        ({"lieu": "deux\nlignes"}, "lieu", "U+000A"),
        ({"note": "zéro\x00"}, "note", "U+0000"),
        ({"note": "\ud800"}, "note", "U+D800"),
        ({"partenaire": "abc\u202edcb"}, "partenaire", "U+202E"),
        ({"lieu": b"octets"}, "lieu", "texte attendu"),
        ({"lon": None}, "lon", "vont ensemble"),
        ({"lon": 43.369, "lat": 5.364}, "lat", "longitude puis latitude"),
        ({"lon": float("nan")}, "lon", "hors de France"),
        ({"lon": "5,36"}, "lon", "degrés décimaux"),
        ({"date_debut": None}, "date_debut", "à remplir pour un déploiement engagé"),
        ({"date_debut": LATER}, "date_debut", "dans l'avenir"),
        ({"date_debut": dt.date(1999, 12, 31)}, "date_debut", "entre 2000 et 2050"),
        ({"date_debut": dt.datetime(2025, 9, 1, tzinfo=dt.UTC)}, "date_debut", "jour du calendrier"),
        ({"date_fin": dt.date(2025, 8, 31)}, "date_fin", "avant la date de début"),
        ({"statut": "réalisé", "date_fin": LATER}, "date_fin", "dans l'avenir"),
    ],
)
def test_faults_of_deployments(changed, field, told):
    found = faults(deployment(**changed), today=TODAY)
    assert list(found) == [field] or set(found) == {"lon", "lat"}
    assert told in found[field]


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"indicateur": " "}, "indicateur", "à remplir"),
        ({"source": ""}, "source", "à remplir"),
        ({"unite": ""}, "unite", "à remplir"),
        ({"valeur": None, "unite": ""}, "texte", "à remplir"),
        ({"texte": "aussi"}, "texte", "pas les deux"),
        ({"valeur": 2.5}, "valeur", "nombre attendu"),
        ({"valeur": Decimal("NaN")}, "valeur", "nombre attendu"),
        ({"valeur": Decimal("Infinity")}, "valeur", "nombre attendu"),
        ({"valeur": Decimal("1E+1000000")}, "valeur", "18 chiffres"),
        ({"valeur": Decimal("0.0000001")}, "valeur", "6 décimales"),
        ({"valeur": Decimal(10**18)}, "valeur", "18 chiffres"),
        ({"echelle": "quartier"}, "echelle", "commune, qpv, ensemble"),
        ({"echelle": "qpv"}, "code", "QN01359I"),
        ({"echelle": "ensemble"}, "code", "aucun code"),
        ({"code": None}, "code", "à remplir"),
        ({"periode_debut": LATER, "periode_fin": LATER}, "periode_debut", "dans l'avenir"),
        ({"periode_fin": dt.date(2024, 12, 31)}, "periode_fin", "avant le début"),
        ({"periode_fin": None}, "periode_fin", "jour du calendrier"),
    ],
)
def test_faults_of_indicator_values(changed, field, told):
    found = faults(value(**changed), today=TODAY)
    assert list(found) == [field]
    assert told in found[field]


def test_every_fault_is_told_at_once():
    wrong = DeploymentInput(id_projet="", statut="", lieu="x" * 300, lon=5.0, date_fin=dt.date(1990, 1, 1))
    found = faults(wrong, today=TODAY)
    assert found.keys() == {"id_projet", "statut", "lieu", "lat", "date_fin", "code_insee"}
    assert all(fault in str(RecordError(found)) for fault in found.values())


@pytest.mark.parametrize(
    ("record", "field", "told"),
    [
        (deployment(id_projet="inconnu"), "id_projet", "projet inconnu"),
        (deployment(code_insee="75056", code_qp=None), "code_insee", "hors du contrat"),
        (deployment(code_qp="QN09999Z"), "code_qp", "QPV inconnu"),
        (deployment(code_insee="13056"), "code_qp", "pas dans cette commune"),
        (value(code="75056"), "code", "hors du contrat"),
        (value(echelle="qpv", code="QN09999Z"), "code", "QPV inconnu"),
        (value(indicateur="Autre"), "indicateur", "pas un indicateur de ce projet"),
    ],
)
def test_what_does_not_exist_is_refused(record, field, told):
    found = faults(record, nomenclature=KNOWN, today=TODAY)
    assert list(found) == [field]
    assert told in found[field]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_taken_as_typed(text):
    assert faults(deployment(lieu=text, partenaire=text, note=text), today=TODAY) == {}
    assert faults(value(indicateur=text, unite=text, source=text), today=TODAY) == {}


def test_texts_may_be_as_long_as_the_schema_says():
    filled = {name: "é" * LENGTHS[name] for name in ("lieu", "partenaire", "note")}
    assert faults(deployment(**filled), today=TODAY) == {}


def test_the_atlas_s_own_projects_and_places_can_all_be_recorded():
    listed = projects.load()
    zones = qpv.load()
    known = Nomenclature(
        projets={id_projet: set(each) for id_projet, each in listed["indicateurs"].items()},
        communes=set(communes.load().index),
        qpv={code: set(each) for code, each in zones["communes"].items()},
    )
    found = {}
    for id_projet, indicators in known.projets.items():
        found |= faults(deployment(id_projet=id_projet), nomenclature=known, today=TODAY)
        for indicator in indicators:
            found |= faults(value(id_projet=id_projet, indicateur=indicator), nomenclature=known, today=TODAY)
    for code, around in known.qpv.items():
        # Some QPV reach into a commune that is not of the contrat.
        inside = around & known.communes
        assert inside, code
        for insee in inside:
            found |= faults(deployment(code_insee=insee, code_qp=code), nomenclature=known, today=TODAY)
    assert found == {}
    assert (len(known.projets), len(known.communes), len(known.qpv)) == (34, 16, 66)
