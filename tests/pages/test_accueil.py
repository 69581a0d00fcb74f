import re
from types import SimpleNamespace

import pandas as pd
import pytest

from facts.fields import Field
from loaders import bikes, friches, qpv
from pages.accueil import figures as key
from pages.accueil.search import COMMUNE, KINDS, PROJET, QUARTIER, SIGLE, Entry, index, search
from tests import readback, today
from tests.pages.conftest import FORMATS, on_screen, plain


def test_the_finding_and_the_figures_hold(atlas):
    page = atlas.seen("accueil")
    served, _ = today.served(300)
    assert f"{served} des 41 quartiers couverts par levélo ont une station à 300 m au plus" in page.text
    assert "2 des 34 projets de coopération nomment un lieu" in page.text
    assert re.search(
        rf"66 quartiers</strong><span>prioritaires \(QPV\), où vivent {today.said(sum(today.people().values()))} habitants, dans 14 des 16",
        page.text,
    )
    assert "les 25 autres QPV sont hors périmètre de la source" in page.text
    assert f"{len(today.sites(checked=False))} friches potentielles non vérifiées" in page.text


def test_inhabitants_out_of_reach_hold_against_fine_circles(atlas):
    stations = bikes.load()
    discs = stations[~stations["is_virtual_station"]].buffer(300, quad_segs=256).union_all()
    covered = qpv.load()
    covered = covered[["13055" in codes for codes in covered["communes"]]]
    out = covered["population"] * (1 - covered.geometry.intersection(discs).area / covered.geometry.area)
    shown = re.search(r">([\d ]+) habitants</strong><span>de ces 41 quartiers", atlas.seen("accueil").text)
    assert abs(int(shown.group(1).replace(" ", "")) - out.sum()) < 20


def test_checked_brownfields_near_a_qpv_hold_one_by_one(atlas):
    sites, quarters = friches.load(), qpv.load()
    sites = sites[sites["site_statut"] != "friche potentielle"]
    near = sum(bool((quarters.distance(point) <= 300).any()) for point in sites.geometry)
    assert f"{near} friches vérifiées</strong><span>sur {len(sites)} " in atlas.seen("accueil").text


def test_each_figure_names_its_source_and_vintage(atlas):
    page = atlas.seen("accueil")
    figures = re.findall(r'<span class="atlas-origine">(.*?)</span>', page.text)
    assert len(figures) == 5
    assert all(re.match(r"Sources? : \w", origin) for origin in figures)
    assert f"Inurba-Fifteen, {today.source('velos')['millesime']}" in figures[1]
    assert f"Cerema, {today.source('friches')['millesime']}" in figures[3]


def test_each_commune_has_its_figures_and_its_page(atlas):
    page = atlas.seen("accueil")
    rows = {row["Commune"]: row for row in page.table("Quartiers prioritaires, habitants")}
    assert len(rows) == 16
    assert sum(int(row["QPV"]) for row in rows.values()) == 66
    people = [row["Habitants des QPV"].replace(" ", "") for row in rows.values()]
    assert sum(int(number) for number in people if number != "sansobjet") == sum(today.people().values())
    assert rows["Gardanne"]["Friches vérifiées à 300 m au plus de ses QPV"] == "sans objet"
    share = "Habitants des QPV à 300 m au plus d'une station levélo (estimation) (%)"
    assert rows["Aubagne"][share] == "hors périmètre de la source"
    assert rows["Marseille"][share] == today.share_served()
    assert 'href="commune?commune=13055"' in page.html


@pytest.mark.parametrize("form", FORMATS)
def test_the_figures_of_communes_are_taken_away_as_on_screen(form, atlas):
    page, taken = atlas.with_files("accueil")
    shown = page.table("Quartiers prioritaires, habitants")
    fields = key.town_fields(300)
    name, make = taken[f"export-communes-{form}"]
    assert name.startswith("atlas_chiffres-par-commune_16-communes_")
    back = FORMATS[form](make(), fields, index="code_insee")
    assert on_screen(back, fields) == [list(row.values()) for row in shown]


def test_the_map_of_communes_says_the_rows_and_holds_what_they_count(atlas):
    page, taken = atlas.with_files("accueil")
    shown = page.table("Quartiers prioritaires, habitants")
    data = taken["export-communes-carte"][1]()
    assert {key: len(ids) for key, ids in readback.from_html_map(data).items()} == {
        "communes": 16,
        "qpv": 66,
        "friches": len(today.sites(checked=True)),
        "stations": len(today.stations()),
    }
    fields = key.town_fields(300)
    back = readback.rows_of_html_map(data, "communes", fields, index="code_insee")
    assert sorted(on_screen(back, fields)) == sorted(list(row.values()) for row in shown)


@pytest.mark.parametrize("form", ["xlsx", "csv-excel", "csv"])
def test_key_figures_and_freshness_are_taken_away_as_on_screen(form, atlas):
    page, taken = atlas.with_files("accueil")
    shown = re.findall(r'class="atlas-chiffre">(.*?)</strong><span>(.*?)</span>', page.text)
    back = FORMATS[form](taken[f"export-chiffres-{form}"][1](), key.FIELDS, index="rang")
    assert [(plain(row.chiffre), plain(row.sens)) for row in back.itertuples()] == shown
    assert len(shown) == 5
    assert f"Inurba-Fifteen, {today.source('velos')['millesime']}" in plain(back.loc["2", "origine"])


@pytest.mark.parametrize("form", ["xlsx", "csv-excel", "csv"])
def test_freshness_is_taken_away_as_on_screen(form, atlas):
    page, taken = atlas.with_files("accueil")
    shown = page.table("Millésime et âge")
    titles = {
        "titre": "Source",
        "producteur_source": "Producteur",
        "millesime_source": "Millésime",
        "age": "Âge",
    }
    fields = [Field(column, title, "texte") for column, title in titles.items()]
    back = FORMATS[form](taken[f"export-fraicheur-{form}"][1](), fields, index="source_id")
    assert on_screen(back, fields) == [list(row.values()) for row in shown]


def test_cards_lead_to_the_pages(atlas):
    targets = [target for label, target, _ in atlas.seen("accueil").links if label.startswith("**")]
    assert targets == [
        *("carte", "foncier", "sport"),
        *("velos", "projets", "quartier"),
        *("suivi", "donnees", "methode"),
    ]


def test_old_and_undated_sources_are_told_in_words(atlas):
    ages = {row["Source"]: row["Âge"] for row in atlas.seen("accueil").table("Millésime et âge")}
    assert len(ages) == len(today.rows("sources.csv"))
    assert ages["Recensement des équipements sportifs (RES)"].endswith("(donnée ancienne)")
    assert ages["Équipements sociaux de Marseille"].endswith("(donnée ancienne)")
    assert ages["Indicateurs des quartiers prioritaires"] == "date non précisée"
    assert "ancienne" not in ages["Stations de vélos électriques levélo"]


@pytest.mark.parametrize(
    ("query", "link"),
    [
        ("air bel", ("Voir sur la carte", "carte", "qpv=QN01338I")),
        ("air bel", ("Page du quartier", "quartier", "qpv=QN01338I")),
        ("aubagne", ("Page de la commune", "commune", "commune=13005")),
        ("AIR BEL", ("Voir sur la carte", "carte", "qpv=QN01338I")),
        ("aubagne", ("Voir sur la carte", "carte", "commune=13005")),
        ("septemes", ("Projets de la commune", "projets", "commune=13106")),
        ("QN08406M", ("Voir sur la carte", "carte", "qpv=QN08406M")),
        (
            "velos electriques",
            (
                "Implantation de stations de vélos électriques à proximité des QPV",
                "projets",
                "projet=velos-electriques",
            ),
        ),
        (
            "ctai",
            (
                "Essaimage des Contrats Territoriaux d'Accueil et d'Intégration \\(CTAI\\)",
                "projets",
                "projet=ctai",
            ),
        ),
        ("castelane", ("Voir sur la carte", "carte", "qpv=QN01354M")),
    ],
)
def test_search_leads_to_the_right_page(atlas, query, link):
    page = atlas("accueil")
    before = len(page.links)
    page.type("recherche", query)
    assert len(page.links) > before
    assert link in [(plain_label, target, params) for plain_label, target, params in page.links]


def test_an_acronym_gives_its_full_name_and_its_projects(atlas):
    page = atlas("accueil")
    page.type("recherche", "ademe")
    assert "Agence de la transition écologique" in page.text
    assert any(target == "projets" and params.startswith("projet=") for _, target, params in page.links)


def test_no_result_is_told_in_words(atlas):
    page = atlas("accueil")
    page.type("recherche", "xyzzyxyzzy")
    assert "Aucun résultat" in page.text
    assert not [link for link in page.links if link[2]]


@pytest.mark.parametrize("query", ["", "   ", "<img src=x onerror=alert(1)>", "((((", "a" * 5000])
def test_odd_queries_break_nothing(atlas, query):
    page = atlas("accueil")
    page.type("recherche", query)
    assert "onerror" not in page.text


ENTRIES = [
    Entry(QUARTIER, "La Castellane", "QN1, Marseille", ()),
    Entry(QUARTIER, "Étang de Berre", "QN2, Berre", ()),
    Entry(COMMUNE, "Marseille", "avec QPV", (), terms="13055"),
    Entry(PROJET, "Développement des réseaux", "Essaimage", (), terms="vélos"),
    Entry(SIGLE, "REP+", "Réseau renforcé", ()),
]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("etang", ["Étang de Berre"]),
        ("ÉTANG DE BERRE", ["Étang de Berre"]),
        ("marseille", ["Marseille", "La Castellane"]),
        ("13055", ["Marseille"]),
        ("rep+", ["REP+"]),
        ("velo", ["Développement des réseaux"]),
        ("castelane", ["La Castellane"]),
        ("marsseil", ["Marseille", "La Castellane"]),
        ("castellane berre", []),
        ("la", ["La Castellane"]),
        ("zzzz", []),
        ("...", []),
    ],
)
def test_search_is_tolerant_and_ranked(query, titles):
    assert [entry.title for entry in search(query, ENTRIES)] == titles


def test_the_index_holds_each_thing_once_with_its_link():
    held = SimpleNamespace(
        qpv=pd.DataFrame({"lib_qp": ["A"], "lib_communes": ["Marseille"]}, index=["QN1"]),
        communes=pd.DataFrame(
            {"nom": ["Gardanne"], "statut": ["territoire à enjeux"], "a_confirmer": [True]}, index=["13041"]
        ),
        projects=pd.DataFrame(
            {
                "titre": ["Projet des CTAI", "Autre"],
                "registre": ["Essaimage"] * 2,
                "resume": ["Texte.", "Sans CTAIX."],
                "partenaires": [["caf-13"], []],
            },
            index=["p1", "p2"],
        ),
        partners=pd.DataFrame(
            {
                "nom_court": ["CAF 13"],
                "sigle": ["CAF 13"],
                "nom_complet": ["Caisse"],
                "ecritures": [["CAF 13", "CAF"]],
            },
            index=["caf-13"],
        ),
        acronyms=pd.DataFrame({"developpe": ["Caisse", "Contrat"]}, index=["CAF", "CTAI"]),
    )
    entries = index(held)
    assert [entry.title for entry in entries] == [
        "A",
        "Gardanne",
        "Projet des CTAI",
        "Autre",
        "CAF 13",
        "CTAI",
    ]
    assert [dict(link.params) for link in entries[4].links] == [{"projet": "p1"}]
    assert [dict(link.params) for link in entries[5].links] == [{"projet": "p1"}]
    assert entries[1].detail == "territoire à enjeux, à confirmer"
    assert {entry.kind for entry in entries} == set(KINDS)
