"""The file of the territory: what it states, and the message of each of its faults."""

import pytest

from errors import SourceContentError, SourceFormatError, SourceMissingError
from loaders import territory

GOOD = """
nom = "Métropole d'essai"
contrat = "contrat de ville 2024-2030"
epci = ["200000001", "200000002"]
[vue]
lon = 4.85
lat = 45.75
zoom = 11
[[velos]]
nom = "vélo d'essai"
gbfs = "https://gbfs.exemple.fr/gbfs/2.3/"
communes = ["69123"]
[[communes]]
code = "69123"
nom = "Grande-Ville"
statut = "avec QPV"
[[communes]]
code = "01004"
nom = "Petite-Ville"
statut = "territoire à enjeux"
a_confirmer = true
[[communes]]
code = "2A004"
nom = "Île-Ville"
statut = "voisine"
"""


@pytest.fixture
def stated(tmp_path):
    def state(text):
        (tmp_path / "territoire.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return state


def test_the_file_is_read_as_it_states(stated):
    place = territory.load(stated(GOOD))
    assert place.nom == "Métropole d'essai"
    assert place.epci == ("200000001", "200000002")
    assert (place.vue.lon, place.vue.lat, place.vue.zoom) == (4.85, 45.75, 11)
    assert place.projets is None
    assert place.velos[0].gbfs == "https://gbfs.exemple.fr/gbfs/2.3"
    assert place.velos[0].communes == {"69123"}
    assert list(place.communes.index) == ["01004", "2A004", "69123"]
    assert place.communes.loc["01004", "a_confirmer"]
    assert place.contract_codes == {"01004", "69123"}
    assert list(place.arrondissements) == ["69123"]
    assert place.arrondissements["69123"][::8] == ("69381", "69389")


def test_a_change_of_the_file_is_seen(stated):
    folder = stated(GOOD)
    assert len(territory.load(folder).velos) == 1
    i, j = GOOD.index("[[velos]]"), GOOD.index("[[communes]]")
    stated(GOOD[:i] + GOOD[j:])
    assert territory.load(folder).velos == ()


def test_the_atlas_own_file():
    place = territory.load()
    assert len(place.communes) == 18
    assert len(place.contract_codes) == 16
    doubtful = place.communes.index[place.communes["a_confirmer"]]
    assert list(doubtful) == ["13028", "13041"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('nom = "Métropole d\'essai"', "", "« nom » : texte absent"),
        ('contrat = "', 'contrats = "', "clé inconnue : contrats ; « contrat » : texte absent"),
        ('"200000002"', "200000002", "SIREN"),
        ('["200000001", "200000002"]', "[]", "SIREN"),
        ("lon = 4.85", "lon = 45.75", "« lon » entre -5.5 et 10"),
        ("zoom = 11", "", "« zoom »"),
        ('statut = "voisine"', 'statut = "voisin"', "commune 2A004 : statut « voisin » inconnu"),
        ("a_confirmer = true", 'a_confirmer = "oui"', "a_confirmer vaut « oui »"),
        ('code = "01004"', 'code = "69123"', "69123 en double"),
        ('code = "01004"', "code = 1004", "commune n° 2 : code Insee"),
        ("https://gbfs", "http://gbfs", "adresse en https"),
        ('communes = ["69123"]', 'communes = ["69001"]', "doit lister des communes du territoire"),
        ('communes = ["69123"]', "", "doit lister"),
        ("[vue]", '[projets]\ndossier = "../projets"\ndocument = "cahier 3"\n[vue]', "sans chemin"),
    ],
)
def test_each_fault_is_named(old, new, words, stated):
    assert old in GOOD
    with pytest.raises(SourceContentError, match=words):
        territory.load(stated(GOOD.replace(old, new)))


def test_all_faults_are_named_at_once(stated):
    text = GOOD.replace('"voisine"', '"voisin"').replace("zoom = 11", "zoom = 40")
    with pytest.raises(SourceContentError, match=r"voisin.*zoom"):
        territory.load(stated(text))


def test_no_toml(stated):
    with pytest.raises(SourceFormatError, match="TOML"):
        territory.load(stated("nom = "))


def test_no_file(tmp_path):
    with pytest.raises(SourceMissingError, match="introuvable"):
        territory.load(tmp_path)
