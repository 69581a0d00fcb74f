"""Page projets: every cell of the matrix, sheets, communes, governance, filters, links, empty results."""

import dataclasses
import math
import re
import uuid
from html.parser import HTMLParser

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from exports.context import Context
from exports.tables import to_csv
from facts import coverage, matrix, snapshot
from facts.snapshot import current
from loaders import arrondissements, bikes, catalogue, communes, friches, projects, qpv, sports
from pages.projets.prepared import VUES
from tests import menus, today
from tests.pages import driver
from tests.pages.driver import html, plain, spec

WITHOUT_QPV = {"Gardanne", "La Ciotat"}
VELOS = "Implantation de stations de vélos électriques à proximité des QPV"
PAEJ = "Développement de l'offre de santé en direction des jeunes (Point d'Accueil Ecoute Jeune)"
FRICHES = "Développement de projets d'économie sociale et solidaire sur des friches urbaines en QPV"
SPORTS = "Requalification et modernisation des équipements sportifs de proximité"
COLLEGES = {
    "Accession à des stages de qualité au collège, en lycée général et professionnel",
    "Création et animation de tiers lieux « espace des parents » dans les collèges REP+ et REP",
}
HORS = "hors périmètre de la source"
MARSEILLAIS, PERTUISIENS = (today.said(sum(today.people(code).values())) for code in ("13055", "84089"))
#: What `files` puts within reach, of the inhabitants of the QPV of Marseille.
FEW = 41 * 10 / sum(today.people("13055").values())


class Table(HTMLParser):
    """Reads tables as a screen reader would: what is hidden from it is left out, the rest read in order."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.heads, self.classes, self.titles, self.scopes, self.groups = [], [], [], [], [], []
        self.muted, self.cell = 0, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "tr":
            self.rows.append([])
            self.classes.append([])
            self.titles.append([])
        elif tag in {"th", "td"} and self.rows:
            self.rows[-1].append("")
            self.classes[-1].append(attrs.get("class", ""))
            self.titles[-1].append(attrs.get("title", ""))
            self.scopes.append((tag, attrs.get("scope")))
            self.cell = tag
        elif self.muted or attrs.get("aria-hidden") == "true":
            self.muted += tag != "br"

    def handle_endtag(self, tag):
        if tag in {"th", "td"}:
            self.cell = None
        elif self.muted:
            self.muted -= 1

    def handle_data(self, text):
        if self.cell and not self.muted:
            self.rows[-1][-1] += text


def opened(**params):
    return driver.opened("projets", **params)


def seen(**params):
    return driver.seen("projets", **params)


def text_of(at):
    unescaped = html(at).replace("&#39;", "'").replace("&amp;", "&")
    return plain(re.sub(r"<[^>]+>", " ", unescaped))


def table_of(at, mark="projets-matrice"):
    (block,) = [b.proto.body for b in at.get("html") if f'class="{mark}"' in b.proto.body]
    return Table(block[block.index("<table") : block.index("</table>")])


def captioned(at, start):
    """Give the rows of the table whose caption starts so, headings first."""
    (block,) = [b.proto.body for b in at.get("html") if f"<caption>{start}" in plain(b.proto.body)]
    return [[plain(cell) for cell in row] for row in Table(block).rows]


def matrix_of(at):
    """Give the matrix as title of the project to commune to what a screen reader says."""
    rows = table_of(at).rows
    towns = [plain(head).split(" (")[0] for head in rows[0][2:]]
    cells = {}
    for row in rows[1:]:
        if len(row) > 1:
            title = next(title for title in TITLES if plain(row[0]).startswith(title))
            said = [plain(cell).strip() for cell in row[2:]]
            cells[title] = dict(zip(towns, said, strict=True))
    return cells


TITLES = {plain(title) for title in projects.load()["titre"]}


@pytest.fixture(scope="module")
def whole():
    """The page with all its projects and communes."""
    return seen()


@pytest.fixture(scope="module")
def cells(whole):
    return matrix_of(whole)


# --- The matrix ---------------------------------------------------------------------------------------------


def test_every_project_once_and_every_commune(cells):
    assert set(cells) == TITLES
    assert len(cells) == 34
    names = {plain(name) for name in communes.load()["nom"]}
    assert all(set(row) == names for row in cells.values())


def test_every_situation(cells):
    """Two projects name Marseille; elsewhere they do not concern; the others are the whole contrat's."""
    for title, row in cells.items():
        for town, said in row.items():
            if town in WITHOUT_QPV:
                expected = "sans objet"
            elif title not in {VELOS, PAEJ}:
                expected = "métropolitain"
            elif town != "Marseille":
                expected = "non concerné"
            elif title == PAEJ:
                expected = "localisé, périmètre à confirmer"
            else:
                expected = "localisé"
            measured = title in {VELOS, FRICHES, SPORTS, *COLLEGES} and town not in WITHOUT_QPV
            assert said.startswith(expected), (title, town)
            assert (said == expected) != measured, (title, town)
            if title in COLLEGES and measured:
                assert said == f"{expected} source non encore téléchargée"


def test_bikes_are_measured_in_marseille_alone(cells):
    row = cells[VELOS]
    assert row["Marseille"] == f"localisé {today.share_served()} %"
    for town, said in row.items():
        if town != "Marseille" and town not in WITHOUT_QPV:
            assert said == f"non concerné {HORS}", town
    assert row["Gardanne"] == row["La Ciotat"] == "sans objet"


def near_by_town(points):
    """Count one town at a time the points at most 300 m from one of its QPV."""
    quarters = qpv.load()
    names = communes.load()["nom"]
    counts = {}
    for code, name in names.items():
        own = quarters[[codes[0] == code for codes in quarters["communes"]]]
        if not own.empty:
            near = pd.concat([points.distance(outline) <= 300 for outline in own.geometry], axis=1)
            counts[plain(name)] = (int(near.any(axis=1).sum()), float(own["population"].sum()))
    return counts


def test_brownfields_count_even_when_there_are_none(cells):
    sites = friches.load()
    checked = sites[sites["site_statut"] != "friche potentielle"]
    expected = {town: number for town, (number, _) in near_by_town(checked).items()}
    assert 0 in expected.values()
    for town, number in expected.items():
        assert cells[FRICHES][town] == f"métropolitain {number}", town
    assert cells[FRICHES]["La Ciotat"] == "sans objet"


def test_sports_facilities_per_1000_inhabitants(cells):
    for town, (number, people) in near_by_town(sports.load()).items():
        rate = f"{1000 * number / people:.1f}".replace(".", ",")
        expected = HORS if town == "Pertuis" else rate
        assert cells[SPORTS][town] == f"métropolitain {expected}", town
    assert cells[SPORTS]["Gardanne"] == "sans objet"


def test_eyes_get_a_symbol_a_colour_and_a_title(whole):
    table = table_of(whole)
    (row,) = [at for at, cells in enumerate(table.rows) if plain(cells[0]).startswith(VELOS)]
    looks = dict(zip([plain(head) for head in table.rows[0][2:]], table.classes[row][2:], strict=True))
    assert looks["Marseille"] == "localise"
    assert looks["Aubagne"] == "ailleurs"
    assert plain(table.titles[row][3]) == f"Aubagne : non concerné, {HORS} ; suivi : aucun enregistrement"
    body = html(whole)
    for name, sign in {"localise": "●", "metropolitain": "○", "ailleurs": "–", "sans-objet": "/"}.items():
        assert f'<b class="{name}" aria-hidden="true">{sign}</b>' in body
        assert re.search(f'<td class="{name}" [^>]*><span class="signe" aria-hidden="true">{sign}', body)
    assert "●?" in body


def test_table_is_marked_up(whole):
    table = table_of(whole)
    scopes = [scope for tag, scope in table.scopes if tag == "th"]
    assert scopes.count("col") == 18
    assert scopes.count("rowgroup") == 5
    assert scopes.count("row") == 34
    body = html(whole)
    assert '<div class="projets-cadre" role="region" tabindex="0" aria-label="Projets et communes' in body
    assert "<caption>Projets et communes" in body


def test_towns_without_qpv_are_to_be_confirmed_in_their_heads(whole):
    heads = [plain(head) for head in table_of(whole).rows[0][2:]]
    doubtful = {head.split(" (")[0] for head in heads if "(à confirmer)" in head}
    assert doubtful == WITHOUT_QPV
    assert heads == sorted(heads, key=lambda name: name.replace("É", "E").replace("-", " ").lower())


def test_groups_follow_the_orientations(whole):
    groups = [plain(row[0]) for row in table_of(whole).rows if len(row) == 1]
    assert groups == [
        "Grandir et s'épanouir (9 projets)",
        "Travailler et entreprendre (7 projets)",
        "Habiter son logement, son quartier, sa ville (10 projets)",
        "Accéder aux services publics et à ses droits (5 projets)",
        f"Préserver sa santé (3 projets, et « {PAEJ} », classé plus haut)",
    ]


def test_measures_say_source_and_vintage(whole):
    text = text_of(whole)
    assert "à 300 m au plus d'une station levélo physique, à vol d'oiseau ; estimation" in text
    assert f"({today.source('velos')['millesime']})" in text
    assert "0 veut dire qu'il n'y en a aucune" in text
    assert f"({today.source('friches')['millesime']})" in text
    assert f"fermetures et créations depuis sont inconnues ({today.source('sports')['millesime']})" in text
    assert "couvre : 15 communes sur 16, sans Pertuis" in text
    assert "h. p." in text
    assert "n. d." not in text


def test_finding_is_counted(whole):
    assert (
        "Sur 34 projets de coopération, 2 nomment un lieu (Marseille), 32 visent tout le territoire et 5 agissent"
        in text_of(whole)
    )


# --- Filters ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"orientation": "Travailler et entreprendre"}, 7),
        ({"orientation": "sante"}, 4),
        ({"registre": "Essaimage"}, 10),
        ({"registre": "non précisé"}, 3),
        ({"perimetre": "Communes nommées"}, 1),
        ({"perimetre": "arrondissements"}, 1),
        ({"perimetre": "Tout le territoire"}, 32),
        ({"mesure": "true"}, 5),
        ({"mesure": "true", "orientation": "Habiter son logement, son quartier, sa ville"}, 2),
    ],
)
def test_filters_keep_projects(params, count):
    at = seen(**params)
    assert len(matrix_of(at)) == count
    assert f"{count} projet" in text_of(at)
    assert not at.error


def test_a_project_of_two_orientations_is_under_the_one_asked():
    at = seen(orientation="Préserver sa santé")
    assert PAEJ in matrix_of(at)
    assert [plain(row[0]) for row in table_of(at).rows if len(row) == 1] == ["Préserver sa santé (4 projets)"]


def test_commune_filter_keeps_one_column():
    at = seen(vue_projets="Matrice", commune="Aubagne")
    cells = matrix_of(at)
    assert all(set(row) == {"Aubagne"} for row in cells.values())
    assert len(cells) == 34
    assert cells[VELOS]["Aubagne"] == f"non concerné {HORS}"
    assert "Aubagne : aucun projet ne nomme la commune, 32 la concernent" in text_of(at)


def test_filters_by_hand_and_nothing_left():
    at = opened()
    at.selectbox(key="perimetre").set_value("qpv").run()
    assert not at.exception
    text = text_of(at)
    assert "Aucun projet ne répond à ces filtres." in text
    assert "La matrice est vide" in text
    assert "<table" not in html(at)
    at.selectbox(key="perimetre").set_value(None).run()
    at.selectbox(key="registre").set_value("Essaimage").run()
    assert len(matrix_of(at)) == 10


# --- Files --------------------------------------------------------------------------------------------------


def files():
    rows = matrix.prepared(projects.load(), projects.load_orientations())
    places, quarters, sources = communes.load(), qpv.load(), catalogue.load()
    reach = pd.DataFrame(
        {"stations_a_portee": 0.0, "habitants_a_portee": 10.0, "habitants_hors_portee": 1.0},
        index=quarters.index,
    ).where(pd.Series([codes[0] == "13055" for codes in quarters["communes"]], index=quarters.index))
    measured = coverage.by_commune(current(), reach)
    filled = matrix.cells(rows, places, quarters, measured)
    context = Context.of(sources.values(), filters={"commune": ""}, subject="matrice", place="16 communes")
    return rows, places, filled, context


def test_wide_file_reads_as_the_matrix():
    rows, places, filled, context = files()
    wide = matrix.wide(filled, rows, places)
    assert wide.shape[0] == 34
    # 41 QPV of Marseille at 10 inhabitants each, over all of theirs.
    share = f"{100 * FEW:.1f}".replace(".", ",")
    assert plain(wide.loc["velos-electriques", "13055"]) == f"localisé ; {share} %"
    assert wide.loc["velos-electriques", "13005"] == f"non concerné ; {HORS}"
    assert wide.loc["paej", "13055"] == "localisé, périmètre à confirmer"
    assert wide.loc["cites-educatives", "13041"] == "sans objet"
    text = to_csv(wide, context=context, fields=matrix.wide_fields(places)).decode("utf-8-sig")
    head, *lines = text.splitlines()
    assert len(lines) == 34
    assert all(name in head for name in ("Projet", "Registre", "Marseille", "Gardanne", "millesime"))


def test_long_file_has_one_line_per_case():
    _, _, filled, context = files()
    text = to_csv(filled, context=context, fields=matrix.LONG_FIELDS, plain=True).decode()
    lines = text.splitlines()
    assert len(lines) == 1 + 34 * 16
    bikes_there = next(line for line in lines if line.startswith("velos-electriques/13055"))
    assert f",localisé,suivi non lu,suivi non lu,{FEW:.6f},sans objet,sans objet," in bikes_there
    pertuis = next(line for line in lines if line.startswith("equipements-sportifs/84089"))
    assert f",métropolitain,suivi non lu,suivi non lu,sans objet,sans objet,{HORS}," in pertuis


def test_files_are_offered(monkeypatch):
    menus.open_all(monkeypatch.setattr)
    labels = [button.proto.label for button in opened().get("download_button")]
    assert labels == ["Matrice A3 (PDF)", *["Excel (XLSX)", "CSV pour Excel", "CSV brut"] * 2]


# --- Links --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["velos-electriques", VELOS])
def test_link_to_a_project(asked):
    at = seen(projet=asked)
    assert [heading.value for heading in at.header] == [VELOS]
    assert at.selectbox(key="projet").value == "velos-electriques"


@pytest.mark.parametrize(
    "params", [{"commune": "13005"}, {"vue_projets": VUES["commune"], "commune": "Aubagne"}]
)
def test_link_to_a_commune(params):
    at = seen(**params)
    assert [heading.value for heading in at.header] == ["Aubagne"]


def test_a_link_with_both_opens_the_sheet_and_stays_there():
    at = opened(projet="paej", commune="13005")
    at.run()
    assert at.selectbox(key="projet").value == "paej"
    at.segmented_control(key="vue_projets").set_value("commune").run()
    assert at.selectbox(key="commune").value == "13005"


def test_an_unknown_project_leaves_the_choice_open():
    at = seen(projet="projet-inconnu")
    assert not at.header
    assert "Choisissez l'un des 34 projets" in text_of(at)


def test_links_of_the_matrix_are_those_of_streamlit(whole):
    body = html(whole)
    assert 'href="?vue_projets=Fiche+d%27un+projet&amp;projet=Implantation+de+stations' in body
    assert 'href="?vue_projets=Projets+d%27une+commune&amp;commune=Berre-l%27%C3%89tang"' in body


def test_filters_survive_a_look_at_a_sheet():
    at = opened(registre="Essaimage")
    at.segmented_control(key="vue_projets").set_value("fiche").run()
    at.segmented_control(key="vue_projets").set_value("matrice").run()
    assert not at.exception
    assert len(matrix_of(at)) == 10


# --- Sheets -------------------------------------------------------------------------------------------------


def metrics(at):
    return {plain(metric.label): plain(metric.value) for metric in at.metric}


def test_sheet_of_the_bikes():
    at = seen(projet="velos-electriques")
    text = text_of(at)
    assert (
        f"Ce projet nomme Marseille : son périmètre compte 41 QPV, où vivent {MARSEILLAIS} habitants." in text
    )
    assert "résumé rédigé par l'atlas" in text
    assert "« à l'échelle de Marseille » (ligne 459 de « cahier 3 », version texte)" in text
    assert "« à proximité des QPV » (ligne 456) : c'est un accent, pas un périmètre" in text
    assert "Communes nommées : Marseille" in text
    assert "Nombre de sites équipés" in text
    partners = captioned(at, "Partenaires")
    assert [row[:2] for row in partners[1:]] == [
        ["Métropole (Mobilités)", "Métropole Aix-Marseille-Provence"],
        ["Communes", "Communes du contrat de ville"],
    ]
    assert metrics(at) == {
        "QPV touchés": "41",
        "Habitants de ces QPV": MARSEILLAIS,
        "Stations physiques dans le périmètre": str(len(today.stations())),
    }
    quarters, stations = qpv.load(), bikes.load()
    physical = stations[~stations["is_virtual_station"]]
    own = quarters[["13055" in codes for codes in quarters["communes"]]]
    near = sum((own.distance(point) <= 300).any() for point in physical.geometry)
    assert captioned(at, "QPV touchés et stations")[1:] == [
        ["Marseille", "41", MARSEILLAIS, str(len(today.stations())), str(near), today.share_served()]
    ]
    assert len(captioned(at, "QPV touchés (")) == 42


def test_map_of_the_bikes():
    drawn = spec(seen(projet="velos-electriques"))
    assert drawn["choix"] == [["communes", "13055"]]
    layers = {layer["id"]: layer for layer in drawn["couches"]}
    assert list(layers["qpv"]["classe"].values()).count(0) == 41
    assert list(layers["qpv"]["classe"].values()).count(1) == 25
    assert set(layers["stations"]["ids"]) == set(today.stations())


def test_sheet_of_the_paej():
    at = seen(projet="paej")
    text = text_of(at)
    quarters, districts = qpv.load(), arrondissements.load()
    north = districts.loc[["13213", "13214", "13215", "13216"]].union_all()
    shares = [row.geometry.intersection(north).area / row.geometry.area for row in quarters.itertuples()]
    touched = quarters[[share > 0.5 for share in shares]]
    assert metrics(at) == {
        "QPV touchés": str(len(touched)),
        "Habitants de ces QPV": f"{int(touched['population'].sum()):,}".replace(",", " "),
    }
    assert "Grandir et s'épanouir ; Préserver sa santé" in text
    assert "Marseille 16e Arrondissement (à confirmer)" in text
    assert "« sur les quartiers Nord de Marseille » (ligne 292" in text
    assert "13e, 14e, 15e et 16e arrondissements par usage courant, à confirmer" in text
    assert "fiches, lignes 289 et 602" in text
    assert "Deux fiches identiques" in text
    assert "plus de la moitié de sa surface" in text
    assert "Aucune couche de l'atlas ne recense les points d'accueil écoute jeunes" in text
    assert "Caisse primaire d'assurance maladie des Bouches-du-Rhône" in text
    assert {row[1] for row in captioned(at, "QPV touchés (")[1:]} == set(touched.index)
    drawn = spec(at)
    assert [layer["id"] for layer in drawn["couches"]] == ["communes", "arrondissements", "qpv"]
    assert drawn["choix"] == [["arrondissements", f"132{number}"] for number in (13, 14, 15, 16)]


def test_sheet_of_the_sports_facilities():
    at = seen(projet="equipements-sportifs")
    text = text_of(at)
    assert (
        "Ce projet vise tout le territoire : son périmètre compte 66 QPV, "
        f"où vivent {today.said(sum(today.people().values()))} habitants" in text
    )
    assert "(ligne 201 de « cahier 3 », version texte, qui fixe le périmètre de tout le contrat)" in text
    assert "absent des tableaux" in text
    rows = {row[0]: row[1:] for row in captioned(at, "QPV touchés et équipements")[1:]}
    assert len(rows) == 16
    assert rows["Pertuis"] == ["1", PERTUISIENS, HORS, HORS, HORS]
    assert rows["Gardanne"][0] == "0"
    assert rows["Gardanne"][1] == rows["Gardanne"][3] == rows["Gardanne"][4] == "sans objet"
    assert rows["Gardanne"][2] == str((sports.load()["code_insee"] == "13041").sum())
    near, people = near_by_town(sports.load())["Marseille"]
    assert rows["Marseille"][3:] == [str(near), f"{1000 * near / people:.1f}".replace(".", ",")]
    known = sports.load()["code_insee"].isin(communes.load().index).sum()
    assert metrics(at)[
        f"Équipements sportifs dans le périmètre (hors Pertuis : {HORS})"
    ] == f"{known:,}".replace(",", " ")
    assert spec(at)["choix"] == []


def test_a_project_of_the_tables_alone_has_no_indicator():
    at = seen(projet="loisirs-vacances")
    text = text_of(at)
    assert "Le document ne donne aucun indicateur pour ce projet." in text
    assert "tableau des projets seulement, ligne 229" in text
    assert "non précisé" in text
    assert "<li>non précisé</li>" not in html(at)


def test_every_sheet_opens():
    at = opened(vue_projets="Fiche d'un projet")
    for code, title in projects.load()["titre"].items():
        at.selectbox(key="projet").set_value(code).run()
        assert not at.exception, code
        assert plain(title) in plain(at.header[0].value.replace("\\", "")), code
        assert captioned(at, "Partenaires"), code


def test_objects_are_kept_by_outline_where_communes_are_not_whole():
    outline = gpd.GeoSeries([box(0, 0, 10, 10)], index=["p"], crs=2154)
    places = pd.DataFrame({"nom": ["M"]}, index=pd.Index(["13055"], name="code_insee"))
    objects = gpd.GeoDataFrame(
        {"code_insee": ["13055", "13055", "13001"]},
        geometry=[Point(5, 5), Point(20, 5), Point(10, 10)],
        index=["in", "out", "edge"],
        crs=2154,
    )
    by_outline = coverage.within({"perimetre": "arrondissements"}, objects, places, outline)
    assert list(by_outline.index) == ["in", "edge"]
    by_code = coverage.within({"perimetre": "communes"}, objects, places, outline)
    assert list(by_code.index) == ["in", "out"]


# --- Communes -----------------------------------------------------------------------------------------------


def test_projects_of_marseille():
    at = seen(commune="13055")
    assert "Marseille : 2 projets nomment la commune, 32 la concernent" in text_of(at)
    rows = captioned(at, "Projets de coopération et Marseille")[1:]
    assert len(rows) == 34
    assert [row[:2] for row in rows[:2]] == [
        [PAEJ, "localisé, périmètre à confirmer"],
        [VELOS, "localisé"],
    ]
    assert rows[1][4:] == [
        "41",
        f"{today.share_served()} % (habitants des QPV à 300 m au plus d'une station levélo)",
        "aucun enregistrement",
    ]
    assert {row[1] for row in rows[2:]} == {"métropolitain"}
    assert metrics(at)["Projets métropolitains"] == "32"


def test_projects_of_aubagne():
    at = seen(commune="13005")
    assert (
        "Aubagne : aucun projet ne nomme la commune, 32 la concernent par le périmètre de tout le territoire et "
        "2 sont localisés ailleurs." in text_of(at)
    )
    rows = captioned(at, "Projets de coopération et Aubagne")[1:]
    (bike,) = [row for row in rows if row[0] == VELOS]
    assert bike[1] == "non concerné"
    assert bike[4] == "0"
    assert bike[5].startswith(f"{HORS} (")


@pytest.mark.parametrize("code", ["13041", "13028"])
def test_a_commune_without_qpv_says_why(code):
    at = seen(commune=code)
    text = text_of(at)
    assert "n'a aucun QPV" in text
    assert "sans objet" in text
    assert "Son statut de « territoire à enjeux » est lui-même à confirmer" in text
    assert "<table" not in html(at)
    assert not at.metric


def test_all_the_communes_side_by_side():
    at = seen(vue_projets=VUES["commune"])
    rows = {row[0]: row[1:] for row in captioned(at, "Projets par situation")[1:]}
    assert len(rows) == 16
    assert rows["Marseille"] == ["avec QPV", "41", MARSEILLAIS, "2", "32", "0"]
    assert rows["Pertuis"] == ["avec QPV", "1", PERTUISIENS, "0", "32", "2"]
    assert rows["La Ciotat"] == ["territoire à enjeux (à confirmer)", "0", *["sans objet"] * 4]


# --- Governance and toolbox ---------------------------------------------------------------------------------


def test_works_and_tools():
    at = seen(vue_projets=VUES["cadre"])
    assert "15 travaux, et sa boîte à outils réunit 20 outils en 5 familles" in text_of(at)
    works = captioned(at, "Travaux de la gouvernance")[1:]
    assert len(works) == 15
    assert works[13] == [
        "L'expérimentation du programme ANCT « Impact collectif »",
        "Agence nationale de la cohésion des territoires ; Métropole Aix-Marseille-Provence ; État, service non précisé",
        "Communes du contrat de ville ; Représentants des habitants",
        "182",
    ]
    tools = captioned(at, "Boîte à outils")[1:]
    assert len(tools) == 20
    assert tools[0][1] == "La simplification des démarches pour les porteurs de projets"
    assert tools[-1][2] == "137"


# --- What the tables may hold one day -----------------------------------------------------------------------


def with_projects(monkeypatch, change):
    frame = projects.load()
    change(frame)
    held = dataclasses.replace(snapshot.current(), projects=frame, version=uuid.uuid4().hex)
    # Held as if it had just been read, for ever.
    monkeypatch.setattr(snapshot, "_held", [(math.inf, held)])


def put(frame, code, column, value):
    """Write a list into one cell."""
    frame[column] = [value if index == code else old for index, old in frame[column].items()]


@pytest.mark.parametrize("params", [{}, {"projet": "ctai"}, {"commune": "13001"}])
def test_markup_of_the_data_is_shown_as_text(monkeypatch, params):
    attack = '<img src=x onerror="alert(1)"> & **gras**'

    def change(frame):
        for column in ("titre", "resume", "perimetre_texte", "remarque"):
            frame.loc["ctai", column] = attack
        put(frame, "ctai", "indicateurs", [attack])
        put(frame, "ctai", "partenaires_ecritures", [attack] * len(frame.loc["ctai", "partenaires"]))

    with_projects(monkeypatch, change)
    at = opened(**params)
    body = html(at)
    assert "<img" not in body
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt; &amp; **gras**" in body
    if "projet" in params:
        assert at.header[0].value.startswith("\\<img")
        assert "\\*\\*gras\\*\\*" in at.header[0].value


def test_a_layer_without_a_measure_shows_none(monkeypatch):
    def change(frame):
        frame.loc["ctai", "couche"] = "social"

    with_projects(monkeypatch, change)
    title = plain(projects.load().loc["ctai", "titre"])
    assert matrix_of(opened())[title]["Marseille"] == "métropolitain"
    at = opened(projet="ctai")
    assert "Social." in text_of(at)


def test_a_commune_without_qpv_that_a_project_names(monkeypatch):
    def change(frame):
        frame.loc["velos-electriques", "perimetre"] = "communes"
        put(frame, "velos-electriques", "perimetre_codes", ["13055", "13041"])

    with_projects(monkeypatch, change)
    row = matrix_of(opened())[VELOS]
    assert row["Gardanne"] == "localisé"
    assert row["La Ciotat"] == "sans objet"
    at = opened(commune="13041")
    rows = captioned(at, "Projets de coopération et Gardanne")[1:]
    assert [(row[0], row[1], row[4]) for row in rows] == [(VELOS, "localisé", "0")]
    assert "n'en a aucun" in text_of(at)


def test_every_layer_of_the_projects_has_its_measure():
    acted = set(projects.load()["couche"]) - {projects.NO_LAYER}
    assert acted == set(coverage.MESURES)
