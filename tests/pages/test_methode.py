import re

from tests import today


def test_the_sections_and_the_links_to_them(atlas):
    page = atlas.seen("methode")
    anchors = {header.proto.anchor for header in page.at.header}
    links = set(re.findall(r"\]\(#([^)]+)\)", page.text))
    assert links == anchors
    assert {"mentions-legales", "accessibilite", "velos", "friches"} <= anchors
    assert len(anchors) == len(page.at.header)


def test_the_counts_come_from_the_data(atlas):
    text = atlas.seen("methode").text
    assert (
        f"25 QPV, soit {today.said(today.outside_people())} habitants, sont hors du périmètre de levélo"
        in text
    )
    assert "Les 66 QPV" in text
    assert "Sur plusieurs communes à la fois : Les Escourtines (QN01341I)." in text
    assert "16 communes : 14 ont un QPV, 2 sont des « territoires à enjeux »" in text
    assert "La Ciotat et Gardanne" in text or "Gardanne et La Ciotat" in text
    assert "Les 34 projets" in text
    assert not re.search(r"[{}]", text.split("</style>")[-1])


def test_limits_are_told(atlas):
    text = atlas.seen("methode").text
    for words in (
        "à vol d'oiseau",
        "répartis uniformément",
        "Stations virtuelles",
        "à la **ligne**, pas à l'arrêt",
        "à confirmer",
        "fusionnés",
    ):
        assert words in text


def test_the_legal_notice_says_what_is_left_to_the_deployer(atlas):
    text = atlas.seen("methode").text
    assert "À compléter par le service qui met l'atlas en ligne" in text
    assert "_streamlit_xsrf" in text
    assert "aucune donnée personnelle" in text


def test_who_may_write_and_what_is_kept(atlas):
    text = atlas.seen("methode").text
    assert "Lecture seule. La saisie n'est pas ouverte sur ce serveur" in text
    for words in ("pseudonyme", "Combien de temps", "Les loyers, les occupants et les inventaires importés"):
        assert words in text


def test_the_accessibility_statement_is_honest(atlas):
    text = atlas.seen("methode").text
    assert "non audité" in text
    for label in ("App pages", "Link to heading", "Clear entry", "Previous page", "No results"):
        assert label in text
