"""Page quartier: figures beside median and rank, surroundings, comparison, links, address search."""

import dataclasses
import re
import statistics

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from errors import ServiceError
from loaders import friches, qpv
from loaders.live import geocoder
from loaders.live.geocoder import Address
from pages.quartier import address
from tests import today
from tests.pages import driver
from tests.pages.conftest import Tables
from tests.pages.driver import html, plain, spec

TOWN = shapely.box(893_000, 6_247_000, 903_000, 6_257_000)


def opened(**params):
    return driver.opened("quartier", **params)


def seen(**params):
    return driver.seen("quartier", **params)


def table(at, start):
    """The one table whose caption starts so, as lists of plain cells."""
    found = {plain(caption): rows for caption, rows in Tables(html(at)).tables.items()}
    (rows,) = [rows for caption, rows in found.items() if caption.startswith(start)]
    return [[plain(text) for text in row] for row in rows]


def figures(at):
    return {row[0]: row[1:] for row in table(at, "Chiffres clés") if len(row) == 4}


def test_figures_beside_median_and_rank():
    shown = figures(seen(qpv="QN01352M"))
    frame = qpv.load()
    people = sorted(frame["population"], reverse=True)
    own = frame.loc["QN01352M", "population"]
    median = statistics.median(people)
    assert shown["Habitants"] == [today.said(own), today.said(median), f"{people.index(own) + 1}e sur 66"]
    known = frame["taux_pauvrete_60_pct"].notna().sum()
    assert shown["Taux de pauvreté"][2].endswith(f"e sur {known}")


def test_missing_is_said_and_not_ranked():
    frame = qpv.load()
    code = frame.index[frame["taux_pauvrete_60_pct"].isna()][0]
    shown = figures(seen(qpv=code))
    assert shown["Taux de pauvreté"][0] == "non diffusé"
    assert shown["Taux de pauvreté"][2] == "sans rang"


def test_outside_several_sources():
    at = seen(qpv="QN08406M")
    shown = figures(at)
    assert shown["Station levélo la plus proche"][::2] == ["hors périmètre de la source", "sans rang"]
    assert shown["Équipements sportifs à 300 m au plus"][0] == "hors périmètre de la source"
    assert shown["Friches vérifiées à 300 m au plus"][0] == "0"
    counts = {row[0]: row[1:5] for row in table(at, "Ce qu'il y a dans le quartier")}
    assert counts["Stations levélo physiques"] == ["hors périmètre de la source"] * 4
    assert counts["Friches vérifiées"] == ["0"] * 4
    layers = {layer["id"]: layer for layer in spec(at)["couches"]}
    assert layers["stations"]["hors"]
    assert not layers["friches"]["hors"]


def test_two_communes():
    at = seen(qpv="QN01341I")
    assert plain(at.title[0].value).replace("\\", "") == "Les Escourtines (Marseille, La Penne-sur-Huveaune)"
    assert "comptés une fois, sous la première, Marseille" in plain(html(at))
    assert spec(at)["choix"] == [["qpv", "QN01341I"]]


def test_distance_moves_list_map_figures_and_counts_stay():
    at = opened(qpv="QN01352M")

    def state():
        listed = table(at, "Liste par distance")
        drawn = sum(len(layer["ids"]) for layer in spec(at)["couches"] if layer["ids"] is not None)
        return len(listed) - 1, drawn, figures(at), table(at, "Ce qu'il y a")

    listed, drawn, _, counts = state()
    assert listed == drawn
    reached = {row[0]: row[2] for row in counts[1:]}
    hidden = {"Stations levélo virtuelles", "Friches potentielles, non vérifiées", "Collèges REP et REP+"}
    assert reached["Collèges REP et REP+"] == "source non encore téléchargée"
    assert listed == sum(int(number) for title, number in reached.items() if title not in hidden)
    at.segmented_control(key="distance").set_value(500).run()
    assert not at.exception
    _, drawn, shown, later = state()
    assert later == counts
    # More than fifty rows come in pages; the map has them all.
    assert drawn == sum(int(row[3]) for row in later[1:] if row[0] not in hidden)
    sports = next(row for row in later if row[0] == "Équipements sportifs")
    assert shown["Équipements sportifs à 500 m au plus"][0] == sports[3]


def test_unchecked_brownfields_wait_to_be_asked_for():
    at = opened(qpv="QN01352M")
    assert "Friches potentielles, non vérifiées par le Cerema" not in plain(html(at))
    at.session_state["natures"] = ["friches_potentielles"]
    at.run()
    rows = table(at, "Friches potentielles, non vérifiées par le Cerema, à 300 m")
    sites, outline = friches.load(), qpv.load().geometry["QN01352M"]
    near = sites[(sites["site_statut"] == "friche potentielle") & (sites.distance(outline) <= 300)]
    assert len(rows) - 1 == len(near) > 0
    assert {row[1] for row in table(at, "Liste par distance")[1:]} == {"Friche potentielle, non vérifiée"}


def test_nothing_chosen_to_show():
    at = opened(qpv="QN01352M")
    at.session_state["natures"] = []
    at.run()
    assert not at.exception
    text = plain(html(at))
    assert "aucune ligne ne répond à ces filtres" in text
    assert "Aucune nature de friche n'est choisie" in text
    assert [layer["id"] for layer in spec(at)["couches"]] == ["communes", "qpv"]


def test_comparison_of_four_places():
    at = opened(qpv="QN01352M")
    assert "Choisissez un autre lieu" in plain(html(at))
    others = ["QN01338I", "QN08406M", "QN01341I"]
    at.multiselect(key="avec").set_value(others).run()
    assert not at.exception
    rows = {row[0]: row[1:] for row in table(at, "Comparaison")}
    frame = qpv.load()
    assert rows["Donnée"][:4] == [plain(frame.loc[code, "lib_qp"]) for code in ["QN01352M", *others]]
    assert rows["Habitants"][0] == today.said(today.people()["QN01352M"])
    assert rows["Habitants"][4] == today.said(today.median_people())
    assert rows["Station levélo la plus proche"][2] == "hors périmètre de la source"
    bars = re.findall(r"<figure>.*?</figure>", html(at))
    (station,) = [bar for bar in bars if "Station levélo la plus proche" in bar]
    # Four places and the median; the first is at 0 m and Pertuis is outside the source: neither has a bar.
    assert station.count("<li>") == 5
    assert station.count('class="barre"') == 3
    assert "hors périmètre de la source" in station
    assert "width:100.0%" in station


def test_projects_that_cover_it_are_linked():
    at = seen(qpv="QN01352M")
    rows = table(at, "Projets dont le périmètre couvre le quartier")
    assert len(rows) - 1 == 34
    assert rows[1][1] == "localisé, périmètre à confirmer"
    assert 'href="projets?vue_projets=Fiche+d%27un+projet&amp;projet=paej"' in html(at)


def test_without_a_choice_all_are_listed_with_links():
    at = seen()
    assert "66 quartiers prioritaires" in plain(html(at))
    # Fifty a page.
    assert len(table(at, "Quartiers prioritaires")) - 1 == 50
    assert 'href="quartier?qpv=QN01338I"' in html(at)
    assert [layer["id"] for layer in spec(at)["couches"]] == ["communes", "qpv"]


def test_unknown_code_in_the_address_is_ignored():
    at = seen(qpv="<img src=x onerror=alert(1)>")
    assert at.selectbox(key="qpv").value is None
    assert "onerror" not in html(at)


def places():
    """Two squares of 100 m in a town of 10 km."""
    shapes = [
        shapely.box(894_000, 6_248_000, 894_100, 6_248_100),
        shapely.box(896_000, 6_248_000, 896_100, 6_248_100),
    ]
    quarters = gpd.GeoDataFrame({"lib_qp": ["Un", "Deux"]}, geometry=shapes, index=["QN1", "QN2"], crs=2154)
    return quarters, gpd.GeoDataFrame(geometry=[TOWN], index=pd.Index(["13055"]), crs=2154)


def at_point(x, y, **options):
    point = gpd.GeoSeries([shapely.Point(x, y)], crs=2154).to_crs(4326).iloc[0]
    known = Address("1 rue X", 0.9, "housenumber", "Marseille", point.x, point.y)
    return dataclasses.replace(known, **options)


@pytest.mark.parametrize(
    ("found", "said", "code"),
    [
        (at_point(894_050, 6_248_050), "« 1 rue X » est dans le QPV Un (QN1).", "QN1"),
        (at_point(894_350, 6_248_050), "le plus proche, Un (QN1), est à 250 m à vol d'oiseau.", "QN1"),
        (at_point(895_900, 6_248_050), "le plus proche, Deux (QN2), est à 100 m", "QN2"),
        (at_point(894_110, 6_248_050), "moins de 20 m : seul l'outil officiel", "QN1"),
        (at_point(894_050, 6_248_050, kind="street"), "au milieu de la voie", "QN1"),
        (at_point(892_000, 6_248_050), "hors des communes du contrat", None),
        (Address("Paris", 0.95, "street", "Paris", 2.35, 48.85), "hors des communes du contrat", None),
        (at_point(894_050, 6_248_050, score=0.79), "Adresse trop imprécise", None),
        (at_point(894_050, 6_248_050, kind="municipality"), "Adresse trop imprécise", None),
    ],
)
def test_answers(found, said, code):
    given = address.answer([found], *places())
    assert said in plain(given.text)
    assert given.code_qp == code


def test_no_answer_is_too_vague():
    assert "trop imprécise" in address.answer([], *places()).text


def ask(at, text):
    at.text_input(key="adresse-texte").set_value(text)
    at.button[0].click().run()
    assert not at.exception
    return plain(html(at))


def test_address_answered_with_a_link_and_kept_out_of_the_address_bar(monkeypatch):
    inside = qpv.load().geometry["QN01352M"].representative_point()
    monkeypatch.setattr(geocoder, "search", lambda text, **_: [at_point(inside.x, inside.y, label=text)])
    at = opened()
    text = ask(at, "3 rue <b>Z</b>")
    assert "« 3 rue &lt;b&gt;Z&lt;/b&gt; » est dans le QPV Grand Saint Barthélémy (QN01352M)" in text
    assert 'href="quartier?qpv=QN01352M"' in text
    assert "rue" not in str(dict(at.query_params))


def test_service_away_breaks_nothing_else(monkeypatch):
    def away(text, base_url):
        raise ServiceError("Service d’adresses de l’IGN", "pas de réponse en 3 secondes", "réessayer")

    monkeypatch.setattr(geocoder, "search", away)
    at = opened(qpv="QN01352M")
    text = ask(at, "3 rue X")
    assert "Recherche impossible. Service d'adresses de l'IGN : pas de réponse en 3 secondes" in text
    assert figures(at)["Habitants"][0] == today.said(today.people()["QN01352M"])


def test_text_too_short_is_not_sent(monkeypatch):
    monkeypatch.setattr(
        "loaders.live.http_session._session.get", lambda *_args, **_options: pytest.fail("sent")
    )
    assert "l'adresse doit compter de 3 à 200 signes" in ask(opened(), "a")
