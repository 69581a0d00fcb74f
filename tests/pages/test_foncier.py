"""Page foncier, brownfields: land counted once under every filter, the unchecked apart, scope and gaps in words."""

import pytest

from loaders import bikes, friches, qpv, transit
from tests.geo import slow
from tests.pages import driver
from tests.pages.conftest import Tables
from tests.pages.driver import html, plain, spec

UNCHECKED = "friche potentielle"


def opened(**params):
    return driver.opened("foncier", **params)


def seen(**params):
    return driver.seen("foncier", **params)


def metrics(at):
    return {metric.label: plain(metric.value) for metric in at.metric}


def table(at, start):
    """The rows of the one table whose caption starts so, as dicts by heading."""
    (rows,) = [rows for caption, rows in Tables(html(at)).tables.items() if plain(caption).startswith(start)]
    return [dict(zip(map(plain, rows[0]), map(plain, row), strict=True)) for row in rows[1:]]


def drawn(at):
    return set(next(layer for layer in spec(at)["couches"] if layer["id"] == "friches")["ids"])


def merged_ha(sites):
    """Surface of sites, those that share land counted once, by joining sets until none touch."""
    surface = sites["unite_fonciere_surface"]
    return sum(surface[list(group)].max() for group in slow.land(sites["unite_fonciere_refcad"])) / 10_000


def written(hectares):
    digits = 2 if hectares < 1 else 1
    return f"{hectares:,.{digits}f} ha".replace(",", " ").replace(".", ",")


def shown_figures(at, sites):
    """Check the figures against the sites that should be shown."""
    shown = metrics(at)
    assert shown["Sites vérifiés"] == str(len(sites))
    assert shown["Unités foncières vérifiées"] == str(len(slow.land(sites["unite_fonciere_refcad"])))
    assert shown["Surface vérifiée"] == written(merged_ha(sites))
    assert drawn(at) == set(sites.index)


@pytest.fixture(scope="module")
def sites():
    found = friches.load()
    return found[found["site_statut"] != UNCHECKED]


def test_at_first_only_checked_sites_their_land_once(sites):
    at = seen()
    shown_figures(at, sites)
    text = plain(html(at))
    for words, column in (("le type est", "site_type"), ("la pollution du sol est", "sol_pollution_existe")):
        unknown = int((sites[column] == "inconnu").sum())
        assert f"{words} « inconnu » pour {unknown} ({unknown / len(sites):.0%})".replace("%)", " %)") in text
    everything = friches.load()
    added, once = everything["unite_fonciere_surface"].sum() / 10_000, merged_ha(everything)
    # Those alone whose lists of parcels are the same to the letter.
    identical = everything.groupby(everything["unite_fonciere_refcad"].map(tuple))[
        "unite_fonciere_surface"
    ].max()
    for hectares in (added, once, identical.sum() / 10_000):
        assert written(hectares) in text
    assert f"{added / once - 1:.0%}".replace("%", " %") in text


def test_the_unchecked_stand_apart():
    everything = friches.load()
    at = opened()
    at.button_group(key="statuts").set_value(["friche sans projet", "friche avec projet", UNCHECKED]).run()
    assert not at.exception
    shown = metrics(at)
    potential = everything[everything["site_statut"] == UNCHECKED]
    checked = everything[everything["site_statut"] != UNCHECKED]
    assert shown["Sites vérifiés"] == str(len(checked))
    assert shown["Sites potentiels, non vérifiés"] == str(len(potential))
    assert shown["Surface potentielle, non vérifiée"] == written(merged_ha(potential))
    assert drawn(at) == set(everything.index)
    common = merged_ha(potential) + merged_ha(checked) - merged_ha(everything)
    said = f"elles ont {written(common)} en commun, et font ensemble {written(merged_ha(everything))}"
    assert said in plain(html(at))
    assert all(UNCHECKED not in row["Statut"] for row in table(at, "Unités foncières, friches vérifiées"))
    assert {row["Statut"] for row in table(at, "Unités foncières, friches potentielles non vérifiées")} == {
        UNCHECKED
    }


@pytest.mark.parametrize(
    ("params", "column", "value"),
    [
        ({"types": "friche industrielle"}, "site_type", "friche industrielle"),
        ({"pollutions": "pollution avérée"}, "sol_pollution_existe", "pollution avérée"),
        ({"zonages": "N, naturelle"}, "urba_zone_type", "N"),
        ({"commune": "13056"}, "code_insee", "13056"),
    ],
)
def test_filters_on_what_a_site_is(sites, params, column, value):
    expected = sites[sites[column] == value]
    assert 0 < len(expected) < len(sites)
    shown_figures(seen(**params), expected)


def test_a_missing_zoning_can_be_asked_for(sites):
    expected = sites[sites["urba_zone_type"].isna()]
    at = seen(zonages="non diffusé", maille="Par site")
    assert drawn(at) == set(expected.index)
    assert {row["Zonage d'urbanisme"] for row in table(at, "Sites, friches vérifiées")} <= {"non diffusé"}


def test_filter_on_surface(sites):
    shown_figures(seen(surface="Au moins 5,0\u202fha"), sites[sites["unite_fonciere_surface"] >= 50_000])


@pytest.mark.parametrize(("where", "limit_m"), [("Dans un QPV", 0), ("À portée d'un QPV", 500)])
def test_filter_on_the_distance_to_a_qpv(sites, where, limit_m):
    quarters = qpv.load()
    nearest = sites.geometry.apply(lambda place: quarters.distance(place).min())
    shown_figures(seen(lieu=where, seuil="500"), sites[nearest <= limit_m])


def test_filters_on_transport_say_what_they_cannot_know(sites):
    stations, lines = bikes.load(), transit.load_lines()
    physical = stations[~stations["is_virtual_station"]]
    here = sites[sites["code_insee"] == "13055"]
    by_bike = here[here.geometry.apply(lambda place: physical.distance(place).min()) <= 500]
    at = seen(station="Au plus 500 m")
    shown_figures(at, by_bike)
    outside = len(sites) - len(here)
    assert f"{outside} sites sont hors périmètre" in plain(html(at))
    by_line = here[here.geometry.apply(lambda place: lines.distance(place).min()) <= 300]
    shown_figures(seen(ligne="Au plus 300 m"), by_line)


def test_a_site_reads_its_distances_and_its_sheet(sites):
    rows = {row["Identifiant"]: row for row in table(seen(maille="Par site"), "Sites, friches vérifiées")}
    quarters = qpv.load()
    for site in list(rows)[:5]:
        place = sites.geometry[site]
        distances = quarters.distance(place)
        assert int(rows[site]["QPV le plus proche (m)"].replace(" ", "")) == round(distances.min())
        assert rows[site]["Nom du QPV"] == plain(quarters.loc[distances.idxmin(), "lib_qp"])
        in_scope = sites.loc[site, "code_insee"] == "13055"
        assert (rows[site]["Station levélo la plus proche (m)"] != "hors périmètre de la source") == in_scope
    text = html(seen(maille="Par site"))
    assert f"https://cartofriches.cerema.fr/cartofriches/?site={next(iter(rows))}" in text


def test_rows_by_land_unit_add_up_to_the_total(sites):
    here = sites[sites["code_insee"] == "13055"]
    rows = table(seen(commune="13055"), "Unités foncières, friches vérifiées")
    assert sum(int(row["Nombre de sites"]) for row in rows) == len(here)
    total = sum(float(row["Surface (ha)"].replace(" ", "").replace(",", ".")) for row in rows)
    assert total == pytest.approx(merged_ha(here), abs=0.05 * len(rows))
    assert len(rows) == len(slow.land(here["unite_fonciere_refcad"]))


def test_totals_per_commune_and_per_qpv(sites):
    at = seen()
    rows = {row["Commune"]: row for row in table(at, "Friches par commune")}
    assert len(rows) == 16
    here = sites[sites["code_insee"] == "13055"]
    assert rows["Marseille"]["Sites vérifiés"] == str(len(here))
    assert f"{rows['Marseille']['Surface vérifiée (ha)']} ha" == written(merged_ha(here))
    assert rows["Pertuis"]["Sites vérifiés"] == "0"  # covered by the inventory, which lists none
    first = table(at, "Friches à portée de chaque QPV")[0]
    near = sites[sites.distance(qpv.load().geometry[first["Code"]]) <= 300]
    assert first["Sites vérifiés"] == str(len(near))
    assert f"{first['Surface vérifiée (ha)']} ha" == written(merged_ha(near))


def test_nothing_answers():
    at = seen(commune="84089")
    assert metrics(at)["Sites vérifiés"] == "0"
    text = plain(html(at))
    assert "ne liste aucune friche vérifiée" in text.replace("L&#x27;", "L'")
    assert "aucune ligne ne répond à ces filtres" in text
    assert drawn(at) == set()


def test_no_status_at_all():
    at = opened()
    at.button_group(key="statuts").set_value([]).run()
    assert not at.exception
    assert drawn(at) == set()


def test_unknown_values_in_the_address_are_ignored(sites):
    at = seen(types="<img src=x onerror=alert(1)>", seuil="abc", vue_foncier="autre", maille="?")
    shown_figures(at, sites)
    assert "onerror" not in html(at)
