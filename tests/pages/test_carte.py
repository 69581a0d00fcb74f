"""Page carte without a browser: rows, figures and scopes under every filter, empty results included."""

import re

import pytest
import shapely

from loaders import bikes, communes, friches, qpv, social, sports, transit
from maps.layers import LAYERS
from tests import today
from tests.pages import driver
from tests.pages.driver import html, plain, spec

MARSEILLAIS = today.said(sum(today.people("13055").values()))
TITLES = {layer.layer_id: layer.titre for layer in LAYERS}


def opened(**params):
    return driver.opened("carte", **params)


def seen(**params):
    return driver.seen("carte", **params)


def shown(at):
    """The layers that the map was told to draw."""
    return {layer["id"]: layer for layer in spec(at)["couches"]}


def finding(at):
    return plain(re.search(r'class="atlas-constat">(.*?)</p>', html(at))[1])


def captions(at):
    return [plain(text) for text in re.findall(r"<caption>(.*?)</caption>", html(at))]


def cells(at, caption, head):
    """The cells of the row of a table that begins with a name."""
    table = next(text for text in re.findall(r"<table.*?</table>", html(at)) if caption in plain(text))
    row = next(text for text in re.findall(r"<tr>.*?</tr>", table) if f'"row">{head}<' in text)
    return [plain(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row)]


def test_first_view():
    at = seen()
    assert list(shown(at)) == ["communes", "qpv", "lignes", "friches", "gares", "stations"]
    assert spec(at)["cadrage"]["jeton"] == "territoire"
    # Most sites Cerema has not checked: they are not on the map.
    assert set(shown(at)["friches"]["ids"]) == {row["site_id"] for row in today.sites(checked=True)}
    # Everything else is drawn from whole files, without a list of ids.
    assert [layer["ids"] for name, layer in shown(at).items() if name != "friches"] == [None] * 5
    assert len(at.title) == 1


def test_finding_of_the_territory_and_of_communes():
    quarters, sites = qpv.load(), friches.load()
    checked = sites[sites["site_statut"] != "friche potentielle"]
    # Slowly, one site at a time.
    near = checked[[quarters.distance(point).min() <= 300 for point in checked.geometry]]
    assert finding(seen()) == (
        f"Les 66 QPV comptent {today.said(sum(today.people().values()))} habitants ; sur {len(checked)} friches vérifiées, {len(near)} sont dans un QPV ou à 300 m au "
        "plus, à vol d'oiseau."
    )
    here = int((near["code_insee"] == "13055").sum())
    # Les Escourtines, on two communes, counts here.
    people, number = MARSEILLAIS, len(today.sites(checked=True, code_insee="13055"))
    assert finding(seen(commune="13055")) == (
        f"À Marseille, 41 QPV comptent {people} habitants ; sur {number} friches vérifiées, {here} sont dans un QPV ou à 300 m "
        "au plus, à vol d'oiseau."
    )
    assert finding(seen(commune="84089")).startswith("À Pertuis, 1 QPV compte ")
    assert finding(seen(commune="84089")).endswith("; aucune friche vérifiée n'y est recensée.")
    assert finding(seen(commune="13041")).startswith("Gardanne n'a pas de QPV ; ")


@pytest.mark.parametrize("code", list(communes.load().index))
def test_every_commune(code):
    at = seen(commune=code, couches=list(TITLES.values()))
    layers = shown(at)
    assert list(layers) == list(TITLES)
    # No commune is in the scope of a source that waits for its first download.
    in_scope = {
        "colleges": set(),
        "arrondissements": {"13055"},
        "lignes": {"13055"},
        "social": {"13055"},
        "stations": {"13055"},
    }
    for layer_id, layer in layers.items():
        # The communes are the map's background, whole.
        expected = layer_id != "communes" and layer_id in in_scope and code not in in_scope[layer_id]
        assert layer["hors"] is (expected or (layer_id == "sports" and code == "84089")), layer_id
    assert spec(at)["cadrage"]["jeton"] == code
    assert spec(at)["adresse"]["commune"] == [code]


@pytest.mark.parametrize(
    ("layer_id", "load"),
    [
        ("sports", sports.load),
        ("social", social.load),
        ("stations", bikes.load),
        ("gares", transit.load_railway_stations),
    ],
)
def test_table_lists_the_commune(layer_id, load):
    frame = load()
    count = int((frame["code_insee"] == "13055").sum())
    at = seen(commune="13055", couches=TITLES[layer_id], tableau=TITLES[layer_id])
    said = f"sur {count:,})".replace(",", " ") if count > 50 else f"({count} ligne{'s' if count > 1 else ''})"
    assert captions(at)[0].startswith(f"{TITLES[layer_id]}, Marseille (")
    assert captions(at)[0].endswith(said)


def test_table_outside_the_source_is_not_empty_but_out_of_scope():
    at = seen(commune="13001", couches=TITLES["stations"], tableau=TITLES["stations"])
    assert "Stations levélo : Aix-en-Provence est hors périmètre de la source." in plain(html(at))
    assert not [caption for caption in captions(at) if caption.startswith("Stations")]


def test_totals_per_commune():
    at = seen()
    # QPV, inhabitants, checked and unchecked brownfields, sports, social, collèges, railway stations, levélo.
    aix = cells(at, "Totaux par commune", "Aix-en-Provence")
    rows = sports.load()
    assert aix[4] == f"{(rows['code_insee'] == '13001').sum():,}".replace(",", " ")
    assert aix[5] == aix[8] == "hors périmètre de la source"
    assert aix[6] == "source non encore téléchargée"
    pertuis = cells(at, "Totaux par commune", "Pertuis")
    assert (pertuis[0], pertuis[2], pertuis[3]) == ("1", "0", "0")
    assert pertuis[4] == "hors périmètre de la source"
    marseille = cells(at, "Totaux par commune", "Marseille")
    assert (marseille[0], marseille[1], marseille[2], marseille[8]) == (
        "41",
        MARSEILLAIS,
        str(len(today.sites(checked=True, code_insee="13055"))),
        str(len(today.stations())),
    )
    assert cells(at, "Totaux par commune", "Gardanne")[:2] == ["0", "0"]


def test_filters_on_types_change_map_table_and_totals():
    at = opened(commune="13055", couches=TITLES["sports"], **{"sports-famille": ["tir", "golf"]})
    rows = sports.load()
    kept = rows[rows["famille"].isin(["tir", "golf"])]
    here = kept[kept["code_insee"] == "13055"]
    assert set(shown(at)["sports"]["ids"]) == set(here.index)
    assert cells(at, "Totaux par commune", "Marseille")[4] == str(len(here))
    # Back to everything.
    at.multiselect(key="sports-famille").set_value([]).run()
    assert not at.exception
    assert shown(at)["sports"]["ids"] is None
    assert cells(at, "Totaux par commune", "Marseille")[
        4
    ] == f"{(rows['code_insee'] == '13055').sum():,}".replace(",", " ")


def test_no_layer_and_no_row():
    at = opened(commune="84089", couches=[TITLES["friches"]])
    assert shown(at)["friches"]["ids"] is None
    assert "aucune ligne ne répond à ces filtres" in plain(html(at))
    at.pills(key="couches").set_value([]).run()
    assert not at.exception
    assert spec(at)["couches"] == []
    assert "Aucune couche n'est affichée." in plain(html(at))


def test_chosen_qpv_shows_its_figures():
    at = seen(commune="13055", qpv="QN01304I")
    figures = qpv.load()
    sheet = next(text for text in re.findall(r"<table.*?</table>", html(at)) if "atlas-quartier" in text)
    values = dict(re.findall(r'"row"[^>]*>(.*?)</th><td class="nombre[^"]*">(.*?)</td>', sheet))
    assert plain(values["Habitants"]) == f"{int(figures.loc['QN01304I', 'population']):,}".replace(",", " ")
    assert values["Taux de pauvreté"] == "non diffusé"
    assert 'href="https://sig.ville.gouv.fr/territoire/QN01304I"' in html(at)
    assert ["qpv", "QN01304I"] in spec(at)["choix"]


def test_counts_around_a_qpv_by_a_slow_way():
    at = seen(qpv="QN01332M", autour="À 500 m au plus", couches=list(TITLES.values()))
    outline = qpv.load().geometry["QN01332M"]
    for layer_id, frame in (
        ("sports", sports.load()),
        ("social", social.load()),
        ("gares", transit.load_railway_stations()),
    ):
        near = [name for name, point in frame.geometry.items() if shapely.distance(point, outline) <= 500]
        assert sorted(shown(at)[layer_id]["ids"]) == sorted(near), layer_id
    stations = bikes.load()
    physical = stations[~stations["is_virtual_station"]]
    expected = sum(shapely.distance(point, outline) <= 500 for point in physical.geometry)
    sheet = next(text for text in re.findall(r"<table.*?</table>", html(at)) if "atlas-quartier" in text)
    said = dict(re.findall(r'"row"[^>]*>(.*?)</th><td class="nombre[^"]*">(.*?)</td>', plain(sheet)))
    assert said["Stations levélo physiques à 500 m au plus"] == str(expected)


def test_qpv_of_another_commune_is_forgotten():
    at = opened(commune="13055", qpv="QN01304I")
    at.selectbox(key="commune").set_value("13001").run()
    assert not at.exception
    assert at.selectbox(key="qpv").value is None
    assert spec(at)["adresse"]["qpv"] == []


def test_link_with_an_unknown_value():
    at = seen(commune="99999", qpv="QP013001", couches="Autobus", fond="Lune")
    assert spec(at)["fond"] == "plan"
    assert spec(at)["adresse"]["commune"] == []
