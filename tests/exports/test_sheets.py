"""The sheets of real places and projects, read back: what they say, how they are tagged, what they leave unsaid."""

import datetime as dt
import re
import time
from zoneinfo import ZoneInfo

import pytest

from errors import ArgumentError
from exports import sheets
from facts import coverage, matrix, standing
from facts.snapshot import current
from loaders import catalogue, communes, friches, projects, qpv
from tests import today
from tests.exports.reading_pdf import A3_LANDSCAPE, A4, bare, fonts, plain, reader, tags, text_of
from tests.ratios import best
from words.formats import HORS_PERIMETRE, NON_DIFFUSE, entier

SOURCES = catalogue.load()
DAY = dt.date(2026, 3, 5)
VELOS = "velos-electriques"


@pytest.fixture(scope="module")
def made():
    """Each sheet, made once."""
    kept = {}

    def make(kind, code):
        if (kind, code) not in kept:
            compose = {
                "qpv": sheets.qpv_sheet,
                "commune": sheets.commune_sheet,
                "projet": sheets.project_sheet,
            }
            kept[kind, code] = compose[kind](code, date=DAY)
        return kept[kind, code]

    return make


@pytest.fixture(scope="module")
def whole():
    return sheets.matrix_sheet(date=DAY)


ASKED = [
    ("qpv", "QN01362I"),
    ("qpv", "QN01341I"),
    ("qpv", "QN08406M"),
    ("commune", "13055"),
    ("commune", "13041"),
    ("commune", "84089"),
    ("projet", VELOS),
    ("projet", "paej"),
    ("projet", "friches-ess"),
    ("projet", "equipements-sportifs"),
]


@pytest.mark.parametrize(("kind", "code"), ASKED)
def test_every_sheet_is_an_accessible_a4_file(made, kind, code):
    pdf = made(kind, code)
    root = reader(pdf).trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    for page in reader(pdf).pages:
        assert [round(float(side), 2) for side in page.mediabox[2:]] == list(A4)
    found = tags(pdf)
    roles = [role for role, _, _ in found]
    assert roles.count("H1") == 1
    assert roles.count("H2") >= 4
    assert roles.count("Table") == roles.count("Caption") >= 2
    assert roles.count("THead") == roles.count("Table") or kind != "projet"
    (alternative,) = [alt for role, _, alt in found if role == "Figure"]
    assert plain(alternative).startswith("Carte d")
    assert "Nord en haut" in alternative
    assert all(fonts(pdf).values())


@pytest.mark.parametrize(("kind", "code"), ASKED)
def test_every_sheet_says_its_day_its_threshold_and_its_sources(made, kind, code):
    text = text_of(made(kind, code))
    assert "Établi le 5 mars 2026." in text
    assert "Seuil : 300 m à vol d'oiseau." in text or code == "paej"
    used = ["projets", "communes", "qpv", "indicateurs"]
    used += {VELOS: ["velos"], "friches-ess": ["friches"], "equipements-sportifs": ["sports"]}.get(code, [])
    used += ["velos", "lignes", "sncf", "friches", "sports", "social"] if kind != "projet" else []
    used += ["arrondissements"] if code in {"QN01362I", "13055", "paej"} else []
    for source_id in used:
        source = SOURCES[source_id]
        for said in (source.producteur, source.millesime, source.licence, source.attribution):
            assert bare(said) in bare(text), (source_id, said)


def test_two_networks_under_odbl_are_named_as_they_ask(made):
    text = bare(text_of(made("qpv", "QN01362I")))
    for source_id in ("velos", "sncf"):
        source = SOURCES[source_id]
        assert "ODbL" in source.licence
        assert bare(source.attribution) in text


@pytest.mark.parametrize(("kind", "code"), [each for each in ASKED if each[0] != "projet"])
def test_the_figures_of_a_place_are_those_of_its_page(made, kind, code):
    held = current()
    portrait = held.portrait("quartier" if kind == "qpv" else "commune", code, 300)
    text = bare(text_of(made(kind, code)))
    for line in standing.lines(portrait, held.sources):
        assert bare(line.field.title + line.value + line.median + line.rank) in text, line.field.title
        assert bare(line.origin) in text


def test_a_qpv_reads_as_the_source_says(made):
    text = text_of(made("qpv", "QN01362I"))
    row = qpv.load().loc["QN01362I"]
    people = sorted(today.people().values(), reverse=True)
    own = today.people()["QN01362I"]
    rank = f"{people.index(own) + 1}e sur 66"
    assert f"Habitants {today.said(own)} {today.said(today.median_people())} {rank}" in text
    assert f"Ménages {plain(entier(row['menages']))}" in text


def test_pertuis_lies_outside_several_sources(made):
    text = text_of(made("qpv", "QN08406M"))
    for title in ("Station levélo la plus proche", "Stations levélo à 300 m au plus"):
        assert re.search(rf"{title} {HORS_PERIMETRE} \S+( m)? sans rang", text), title
    assert f"Indice de jeunesse {NON_DIFFUSE} 1,6 sans rang" in text
    assert "Hors périmètre de la source : stations levélo physiques, " in text
    (alternative,) = [alt for role, _, alt in tags(made("qpv", "QN08406M")) if role == "Figure"]
    assert "Hors périmètre de la source" in alternative
    # Its inventory of brownfields covers it and lists none: that is a figure.
    assert "Friches vérifiées à 300 m au plus 0 0" in text
    assert "Aucune friche vérifiée à 1 000 m au plus dans l'inventaire." in text


def test_what_lies_across_the_border_is_not_the_source_s_word():
    """La Gavotte - Peyret, in Septèmes, has social facilities of Marseille near it and is outside their source."""
    near = current().portrait("quartier", "QN01306M", 300)
    text = text_of(sheets.qpv_sheet("QN01306M", date=DAY))
    assert "social" in set(near.objects["couche"])
    assert near.counts.loc["social", "a_1000_m"] == HORS_PERIMETRE
    assert f"Équipements sociaux {HORS_PERIMETRE}" in text
    assert (
        "La carte n'en montre rien, ou seulement ce qui est de l'autre côté de la limite communale." in text
    )


def test_gardanne_has_no_qpv(made):
    text = text_of(made("commune", "13041"))
    assert "territoire à enjeux (à confirmer)" in text
    assert "Gardanne n'a aucun QPV" in text
    assert "Habitants des QPV sans objet" in text
    assert "Aucun QPV dans cette commune." in text
    assert "Aucun projet : les projets agissent pour les habitants des QPV." in text


def test_les_escourtines_lie_on_two_communes(made):
    text = text_of(made("qpv", "QN01341I"))
    assert "Marseille, La Penne-sur-Huveaune" in text
    assert "ses habitants sont comptés une fois, sous la première, Marseille." in text


def test_the_map_of_a_qpv_counts_what_its_table_counts(made):
    held = current()
    counts = held.portrait("quartier", "QN01362I", 300).counts["a_1000_m"]
    (alternative,) = [alt for role, _, alt in tags(made("qpv", "QN01362I")) if role == "Figure"]
    seen = dict(re.findall(r"([^;(]+) \((\d+)\)", plain(alternative).split("On y voit : ")[1]))
    seen = {title.strip(): int(number) for title, number in seen.items()}
    assert seen["Stations levélo"] == counts["stations"]
    assert seen["Équipements sportifs"] == counts["sports"]
    assert seen["Équipements sociaux"] == counts["social"]
    assert seen["Friches sans projet"] + seen["Friches avec projet"] == counts["friches"]
    assert seen["Friches potentielles, non vérifiées"] == counts["friches_potentielles"]


def test_a_long_list_says_what_it_leaves_out(made):
    held = current()
    number = len(held.portrait("quartier", "QN01362I", 300).objects)
    assert number > 30
    assert f"(les 30 premiers sur {number})" in text_of(made("qpv", "QN01362I"))


def test_the_threshold_is_the_one_asked_for():
    text = text_of(sheets.qpv_sheet("QN01362I", radius_m=500, date=DAY))
    assert "Seuil : 500 m à vol d'oiseau." in text
    assert "Stations levélo à 500 m au plus" in text


def test_the_bike_project_counts_the_stations_of_marseille(made):
    text = text_of(made("projet", VELOS))
    number, people = len(today.stations()), today.said(sum(today.people("13055").values()))
    assert f"Stations physiques dans le périmètre {number}" in text
    assert f"Stations levélo ({number})" in text
    assert f"Ce projet nomme Marseille : son périmètre compte 41 QPV, où vivent {people} habitants." in text
    assert today.share_served() in text
    inside = qpv.load()
    inside = inside[[codes[0] == "13055" for codes in inside["communes"]]]
    for code, name in inside["lib_qp"].items():
        assert bare(f"{name}{code}") in bare(text)


def test_a_doubtful_perimeter_says_so(made):
    text = text_of(made("projet", "paej"))
    assert "périmètre à confirmer" in text
    assert "plus de la moitié de sa surface s'y trouve" in text
    assert "Arrondissements" in text


def test_the_brownfield_project_counts_the_checked_ones(made):
    sites = friches.load()
    places = communes.load()
    checked = sites[(sites["site_statut"] != "friche potentielle") & sites["code_insee"].isin(places.index)]
    assert f"Friches vérifiées dans le périmètre {len(checked)}" in text_of(made("projet", "friches-ess"))


def test_the_sports_project_leaves_pertuis_out(made):
    text = text_of(made("projet", "equipements-sportifs"))
    assert "Équipements sportifs dans le périmètre (hors Pertuis : hors périmètre de la source)" in text
    assert (
        f"Pertuis 1 {today.said(sum(today.people('84089').values()))} {HORS_PERIMETRE} {HORS_PERIMETRE} {HORS_PERIMETRE}"
        in text
    )
    assert "Gardanne 0 sans objet" in text


def test_the_words_of_the_cahier_are_on_the_sheet(made):
    row = projects.load().loc[VELOS]
    text = bare(text_of(made("projet", VELOS)))
    for said in (row["titre"], row["resume"], row["perimetre_texte"], *row["indicateurs"]):
        assert bare(said) in text
    for written in row["partenaires_ecritures"]:
        assert bare(written) in text


@pytest.mark.parametrize("code", ["ctai", "locaux-pied-immeuble", "coproprietes-accompagnement"])
def test_a_project_without_layer_has_no_measure(made, code):
    text = text_of(made("projet", code))
    assert "Aucun seuil, aucun filtre." in text
    assert "levélo" not in text
    assert "66 QPV" in text


def test_the_same_day_gives_the_same_sheet(made):
    assert sheets.qpv_sheet("QN08406M", date=DAY) == made("qpv", "QN08406M")
    assert sheets.project_sheet(VELOS, date=DAY) == made("projet", VELOS)


def test_today_is_the_day_by_default():
    text = text_of(sheets.project_sheet("paej"))
    assert f"{dt.datetime.now(tz=ZoneInfo('Europe/Paris')).date().year}" in text


@pytest.mark.parametrize(
    ("make", "code"),
    [(sheets.qpv_sheet, "QN99999X"), (sheets.commune_sheet, "13070"), (sheets.project_sheet, "inconnu")],
)
def test_an_unknown_place_or_project_is_refused(make, code):
    with pytest.raises(ArgumentError, match=code):
        make(code)


def test_a_threshold_that_is_no_length_is_refused():
    with pytest.raises(ArgumentError):
        sheets.qpv_sheet("QN01362I", radius_m=-1)


# --- The matrix ---------------------------------------------------------------------------------------------


def test_the_matrix_is_one_a3_sheet(whole):
    (page,) = reader(whole).pages
    assert [round(float(side), 2) for side in page.mediabox[2:]] == list(A3_LANDSCAPE)
    roles = [role for role, _, _ in tags(whole)]
    assert roles.count("Table") == 1
    assert roles.count("H1") == 1
    # 34 projects, 5 orientations and the heading.
    assert roles.count("TR") == 34 + 5 + 1
    assert roles.count("TD") == 34 * 18 + 5
    assert all(fonts(whole).values())


def test_every_row_of_the_matrix_is_the_page_s(whole):
    held = current()
    text = bare(text_of(whole))
    filled = matrix.cells(held.projects_in_order, held.communes_in_order, held.qpv, held.measured)
    for id_projet, cells in filled.groupby("id_projet", sort=False):
        row = held.projects_in_order.loc[id_projet]
        said = [matrix.say(cell, row["couche"]) for cell in cells.to_dict("records")]
        signs = "".join(one.sign + matrix.SHORT.get(one.value, one.value or "") for one in said)
        notes = " ; ".join(matrix.notes(row, held.sources))
        assert bare(f"{row['titre']}{notes}{row['registre']}{signs}") in text, id_projet


def test_two_projects_alone_name_a_place(whole):
    text = text_of(whole)
    # Once each in the legend, once each in the table.
    assert text.count("●") == 4
    assert text.count("●?") == 2
    assert "2 nomment un lieu (Marseille)" in text


def test_the_matrix_explains_itself(whole):
    text = bare(text_of(whole))
    held = current()
    filled = matrix.cells(held.projects_in_order, held.communes_in_order, held.qpv, held.measured)
    for line in matrix.legend(filled, list(coverage.MESURES)):
        assert bare(f"{line.name}{' : ' if line.name else ''}{line.meaning}") in text
    for source_id in ("projets", "velos", "friches", "sports"):
        assert bare(SOURCES[source_id].attribution) in text
    assert "Aucunfiltre." in text


def test_the_matrix_keeps_to_its_filters():
    pdf = sheets.matrix_sheet(
        ["paej", VELOS],
        communes=["13055", "84089"],
        orientation="habiter" if "habiter" in projects.load_orientations().index else None,
        filters={"commune": "deux", "registre": "essaimage"},
        date=DAY,
    )
    text = text_of(pdf)
    assert "Filtres : commune : deux ; registre : essaimage." in text
    assert "2 communes" in text
    assert "Aubagne" not in text
    assert len(reader(pdf).pages) == 1


def test_a_project_of_two_orientations_has_one_row(whole):
    title = bare(projects.load().loc["paej", "titre"])
    # Its row, and the mention under its second orientation.
    assert bare(text_of(whole)).count(title) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"projets": ["inconnu"]}, "code inconnu : inconnu"),
        ({"communes": ["13070"]}, "code inconnu : 13070"),
        ({"orientation": "rien"}, "code inconnu : rien"),
        ({"projets": []}, "sans projet"),
    ],
)
def test_a_matrix_of_nothing_is_refused(options, said):
    with pytest.raises(ArgumentError, match=said):
        sheets.matrix_sheet(**options)


def test_material_is_read_anew_only_when_the_data_change():
    assert current() is current()


@pytest.mark.bench
@pytest.mark.parametrize(
    ("kind", "code"), [("qpv", "QN01362I"), ("commune", "13055"), ("projet", "equipements-sportifs")]
)
def test_a_sheet_takes_half_a_second_at_most(made, kind, code):
    """Of processor time, one of three: the largest sheets, once the data are there."""
    made(kind, code)
    compose = {"qpv": sheets.qpv_sheet, "commune": sheets.commune_sheet, "projet": sheets.project_sheet}[kind]

    def sheets_a_second():
        start = time.process_time()
        compose(code, date=DAY)
        return 1 / (time.process_time() - start)

    assert best(sheets_a_second, least=2) >= 2


@pytest.mark.soak
def test_every_place_and_project_has_its_sheet():
    names = qpv.load()["lib_qp"]
    for code in names.index:
        assert bare(names[code]) in bare(text_of(sheets.qpv_sheet(code, date=DAY)))
    for code, name in communes.load()["nom"].items():
        assert bare(name) in bare(text_of(sheets.commune_sheet(code, date=DAY)))
    for code, title in projects.load()["titre"].items():
        assert bare(title) in bare(text_of(sheets.project_sheet(code, date=DAY)))
