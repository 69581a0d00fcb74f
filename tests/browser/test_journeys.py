"""Three users walk from their question to the file that they take away, each in one test."""

import csv
import io
import re

from facts.fields import heading
from geo.friches import checked
from loaders import friches, qpv
from pages.foncier import brownfields, premises
from pages.velos import gaps, siting_shown
from tests import readback
from tests.browser.conftest import menu, settled
from tests.browser.map_page import MapPage, plain
from tests.exports.reading_pdf import reader, tags, text_of
from words.formats import cell

LOCAUX = "vue_foncier=Locaux+en+pied+d%27immeuble"
#: Two rows to keep, in Kalliste and in the centre, and two at fault.
INVENTORY = """id_local;adresse;lon;lat;bailleur;usage;statut;surface_m2;source;date_releve
L1;2 rue du Relevé;5,3795;43,3125;Office;vacant;disponible;60;Relevé;15/01/2026
L2;4 rue du Relevé;5,3905;43,3125;Office;associatif;occupé;;Relevé;15/01/2026
L3;6 rue du Relevé;893500;6249000;Office;vacant;disponible;40;Relevé;15/01/2026
L4;8 rue du Relevé;5,38;43,31;Office;bureau;disponible;30;Relevé;15/01/2026
"""


def metric(page, label):
    box = page.get_by_test_id("stMetric").filter(has_text=label)
    return plain(box.get_by_test_id("stMetricValue").inner_text())


def on_screen(page, caption):
    """The rows of the one table whose caption starts so, by heading."""
    table = page.locator("table", has=page.locator("caption", has_text=re.compile(f"^{caption}")))
    return rows_of(table)


def rows_of(table):
    """The rows of a table by heading; those that only name a source are left out."""
    heads, *lines = table.evaluate(
        "(table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    names = [plain(text) for text in heads]
    return [dict(zip(names, map(plain, row), strict=True)) for row in lines if len(row) == len(names)]


def check_file(frame, fields, screen):
    """Compare the rows of a file with those of the page, cell by cell."""
    assert len(frame) == len(screen)
    for row, shown in zip(frame.to_dict("records"), screen, strict=True):
        for field in fields:
            value, text = row[field.column], shown[plain(heading(field))]
            if field.kind == "distance_m" and not isinstance(value, str):
                # Files have a decimetre, the page a metre: neither is rounded from the other.
                assert abs(float(text.replace(" ", "")) - value) <= 0.5 + 0.05
            else:
                assert plain(cell(value, field.kind)) == text


def taken(page, subject, kind):
    """Take a file away from the menu of a subject: its name and its bytes."""
    files = menu(page, subject)
    files.locator("summary").click()
    with page.expect_download() as download:
        files.get_by_role("button", name=kind, exact=True).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def bring_an_inventory(page):
    """Bring one's own rows: two are at fault, each is named, and can be taken away to be mended."""
    page.locator("input[type=file]").first.set_input_files(
        {"name": "parc.csv", "mimeType": "text/csv", "buffer": INVENTORY.encode()}
    )
    page.get_by_text("4 lignes lues = 2 gardées + 2 écartées").wait_for()
    settled(page)
    faults = on_screen(page, "Ce qui a été trouvé, ligne par ligne")
    assert [(row["Ligne du fichier"], row["Identifiant"], row["Ce qui ne va pas"]) for row in faults] == [
        ("4", "L3", "coordonnées en mètres"),
        ("5", "L4", "valeur inconnue (usage)"),
    ]
    _, data = taken(page, "locaux lignes écartées", "CSV brut")
    aside = list(csv.DictReader(io.StringIO(data.decode())))
    assert [(row["id_local"], row["lon"], row["usage"]) for row in aside] == [
        ("L3", "893500", "vacant"),
        ("L4", "5,38", "bureau"),
    ]
    assert all(row["a_faire"] for row in aside)
    _, data = taken(page, "locaux en pied d'immeuble", "GeoPackage")
    read = readback.from_gpkg(data, premises.FIELDS, index="id_local")
    check_file(read, premises.FIELDS, on_screen(page, "Locaux de l'inventaire importé, 16 communes"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger la carte (HTML)").click()
    held = readback.from_html_map(download.value.path().read_bytes())
    assert (held["locaux"], len(held["qpv"])) == (["L1", "L2"], 66)
    assert page.faults == []


def test_the_planner_from_a_brownfield_to_its_quarter_and_an_inventory(visit):
    opened = MapPage(visit("/foncier"))
    page = opened.page
    assert metric(page, "Surface vérifiée") == "736,5 ha"
    assert opened.counts()["friches"] == 63
    opened.repaint(lambda: opened.choose("Commune", "Marseille"))
    assert metric(page, "Surface vérifiée") == "78,4 ha"
    assert opened.counts()["friches"] == 33
    opened.repaint(lambda: opened.choose("Lieu", "Dans un QPV"))
    assert metric(page, "Sites vérifiés") == "15"
    address = opened.address()
    assert (address["commune"], address["lieu"]) == (["13055"], ["Dans un QPV"])
    opened.reload()
    assert metric(page, "Sites vérifiés") == "15"
    link = page.get_by_role("link", name="cartofriches.cerema.fr").first
    assert link.get_attribute("href").startswith("https://cartofriches.cerema.fr/cartofriches/?site=13055_")

    # What leaves is what is shown.
    name, data = taken(page, "friches vérifiées par unité foncière", "GeoPackage")
    assert re.fullmatch(r"atlas_friches-verifiees-par-unite-fonciere_marseille_[\d-]{10}\.gpkg", name)
    read = readback.from_gpkg(data, brownfields.UNIT_FILE_FIELDS, index="unite")
    shown = [field for field in brownfields.UNIT_FIELDS if field.column != "fiche"]
    screen = on_screen(page, "Unités foncières, friches vérifiées, Marseille")
    for row in screen:
        assert row.pop("Fiche du plus grand site").startswith("cartofriches.cerema.fr")
    check_file(read, shown, screen)
    assert sum(int(row["Nombre de sites"]) for row in screen) == 15
    outlines = qpv.load()
    assert read.distance(outlines.union_all()).max() == 0

    # From the totals to the page of one quarter.
    nearest = page.get_by_role("link", name="Cap Janet La Cabucelle Les Crottes")
    nearest.click()
    page.get_by_role("heading", name="Cap Janet La Cabucelle Les Crottes (Marseille)").wait_for()
    settled(page)
    figures = {row["Donnée"]: row["Valeur"] for row in rows_of(page.locator(".st-key-lieu-haut table"))}
    by_hand = sum(
        point.distance(outlines.geometry["QN01362I"]) <= 300 for point in checked(friches.load()).geometry
    )
    assert figures["Friches vérifiées à 300 m au plus"] == str(by_hand)
    assert page.faults == []

    bring_an_inventory(visit(f"/foncier?{LOCAUX}"))


def propose_stations(opened):
    """Go on from the gaps to a proposal: its number changed by keyboard, taken away, and on the map."""
    page = opened.page
    page.get_by_role("radio", name="Implantation").click()
    page.get_by_role("heading", name="Sites proposés").wait_for()
    settled(page)
    finding = page.locator(".atlas-constat")
    # The threshold goes along from one view to the other.
    assert plain(finding.inner_text()).startswith("10 nouvelles stations mettraient")
    assert "500 m à vol d'oiseau" in plain(finding.inner_text())
    number = page.get_by_role("slider", name="Nouvelles stations")
    number.focus()
    opened.repaint(lambda: page.keyboard.press("ArrowLeft"))
    page.get_by_text("9 nouvelles stations mettraient").wait_for()
    opened.rest()
    assert opened.address()["nombre"] == ["9"]
    screen = on_screen(page, "Sites proposés")
    assert [row["Rang"] for row in screen] == [str(rank) for rank in range(1, 10)]
    # The finding says what the rows add up to, each rounded.
    gained = int(re.search(r"mettraient ([\d ]+) habitants", plain(finding.inner_text()))[1].replace(" ", ""))
    assert abs(sum(int(row["Habitants gagnés"].replace(" ", "")) for row in screen) - gained) <= 2

    name, data = taken(page, "sites vélos proposés", "CSV pour Excel")
    assert re.fullmatch(r"atlas_sites-velos-proposes_marseille_[\d-]{10}\.csv", name)
    fields = siting_shown.of_site_files(to_stops=False)
    read = readback.from_csv(data, fields, index="candidate_id")
    check_file(read, siting_shown.of_sites(to_stops=False), screen)
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert all("seuil : 500 m" in plain(row["filtres"]) and "ODbL" in row["licence"] for row in lines)
    assert opened.drawn("propositions") == set(read.index)


def test_the_mobility_team_from_a_threshold_to_a_file_for_excel(visit):
    opened = MapPage(visit("/velos"))
    page = opened.page
    assert "16 sur 41" in plain(page.locator("body").inner_text())
    slider = page.get_by_role("slider")
    slider.focus()

    def four_steps():
        for _ in range(4):
            page.keyboard.press("ArrowRight")

    opened.repaint(four_steps)
    page.get_by_text("20 sur 41").wait_for()
    opened.rest()
    assert opened.address()["seuil"] == ["500"]
    opened.repaint(lambda: opened.choose("Commune", "Marseille"))
    screen = on_screen(page, "QPV couverts par le réseau")
    without = [row["Code"] for row in screen if row["Stations à portée"] == "0"]
    assert (len(screen), len(without)) == (41, 21)

    name, data = taken(page, "manques vélos", "CSV pour Excel")
    assert re.fullmatch(r"atlas_manques-velos_marseille_[\d-]{10}\.csv", name)
    # Excel knows the encoding by its mark, and French separators by the semicolon.
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert all("500 m" in plain(row["filtres"]) for row in lines)
    assert all("ODbL" in row["licence"] and "2 mars 2026" in row["millesime"] for row in lines)
    read = readback.from_csv(data, gaps.ALL_FIELDS, index="code_qp")
    assert read.index[read["stations_a_portee"] == 0].tolist() == without
    check_file(read, gaps.GAP_FIELDS, screen)
    propose_stations(opened)
    assert page.faults == []


def test_the_elected_person_from_a_commune_to_the_sheet_of_a_project(visit):
    page = visit("/projets")
    page.get_by_role("radio", name="Projets d'une commune").click()
    page.get_by_role("combobox", name="Commune").click()
    page.get_by_role("option", name="Marseille").click()
    page.get_by_role("heading", name="Marseille", exact=True).wait_for()
    settled(page)
    title = "Implantation de stations de vélos électriques à proximité des QPV"
    page.get_by_role("link", name=title).click()
    page.get_by_role("heading", name=title).wait_for()
    settled(page)
    assert page.get_by_text("« à l'échelle de Marseille »").is_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Fiche PDF").click()
    assert re.fullmatch(
        r"atlas_fiche-projet_velos-electriques_[\d-]{10}\.pdf", download.value.suggested_filename
    )
    sheet = download.value.path().read_bytes()
    text = text_of(sheet)
    for said in (title, "41 QPV", "243 471 habitants", "à vol d'oiseau", "données levélo sous ODbL"):
        assert said in text, said
    # Screen readers find a title, headings, tables with their heads, and a map with words in its place.
    roles = tags(sheet)
    assert next(role for role, _, _ in roles if role.startswith("H")) == "H1"
    assert {"H2", "Table", "TH", "Figure"} <= {role for role, _, _ in roles}
    assert all(alt for role, _, alt in roles if role == "Figure")
    assert str(reader(sheet).trailer["/Root"]["/Lang"]).startswith("fr")
    assert page.faults == []
