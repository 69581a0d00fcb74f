# The scripts given to AppTest import what they need.
import html.parser
import re

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from facts.fields import Field
from ui.table import PAGE_ROWS, ordered, to_html
from words.formats import HORS_PERIMETRE, NON_DIFFUSE

FIELDS = [
    Field("nom", "Nom", "texte"),
    Field("n", "Habitants", "entier"),
    Field("d", "Distance", "distance_m"),
]


class Reader(html.parser.HTMLParser):
    """Reads a table as a screen reader would: rows of cells, each with its tag and attributes."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.caption, self.tags = [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.tags[-1][0] == "caption":
            self.caption += data
        else:
            self.rows[-1][-1] += data


def frame_of(count):
    return pd.DataFrame({"nom": [f"Ligne {at}" for at in range(count)], "n": range(count), "d": 1.0})


def test_cells_are_french_and_say_why_they_are_empty(velos_source):
    frame = pd.DataFrame(
        {
            "nom": ["Aix", "Marseille"],
            "code_insee": ["13001", "13055"],
            "n": [1234.0, np.nan],
            "d": [np.nan, 12345.6],
        }
    )
    fields = [*FIELDS[:2], Field("d", "Distance", "distance_m", "velos")]
    read = Reader(to_html(frame, fields, sources={"velos": velos_source}, caption="Communes : deux"))
    assert read.caption == "Communes\u00a0: deux"
    assert read.rows == [
        ["Nom", "Habitants", "Distance (m)"],
        ["Aix", "1\u202f234", HORS_PERIMETRE],
        ["Marseille", NON_DIFFUSE, "12\u202f346"],
    ]


def test_headings_have_a_scope_and_the_frame_can_be_reached():
    read = Reader(to_html(frame_of(1), FIELDS, sources={}, caption="Lignes"))
    scopes = [attributes.get("scope") for tag, attributes in read.tags if tag == "th"]
    assert scopes == ["col", "col", "col", "row"]
    assert (
        "div",
        {"class": "atlas-cadre", "role": "region", "tabindex": "0", "aria-label": "Lignes"},
    ) in read.tags


def test_markup_in_the_data_is_text():
    evil = '<img src=x onerror="alert(1)">'
    frame = pd.DataFrame({"nom": [evil], "n": [1], "d": [2.0]})
    text = to_html(frame, FIELDS, sources={}, caption=evil)
    assert "<img" not in text
    assert Reader(text).rows[1][0] == evil


def test_only_https_addresses_are_links():
    fields = [FIELDS[0], Field("lien", "Fiche", "texte")]
    frame = pd.DataFrame(
        {"nom": ["a", "b"], "lien": ["https://sig.ville.gouv.fr/territoire/QN1", "javascript:alert(1)"]}
    )
    links = [
        attributes
        for tag, attributes in Reader(to_html(frame, fields, sources={}, caption="c")).tags
        if tag == "a"
    ]
    assert [link["href"] for link in links] == ["https://sig.ville.gouv.fr/territoire/QN1"]


def test_names_lead_to_the_page_of_their_row():
    frame = pd.DataFrame({"nom": ['<b>"A', "B"]}, index=["QN 1&", "QN2"])
    tags = Reader(to_html(frame, FIELDS[:1], sources={}, caption="c", target="quartier?qpv=")).tags
    links = [attributes for tag, attributes in tags if tag == "a"]
    assert [link["href"] for link in links] == ["quartier?qpv=QN%201%26", "quartier?qpv=QN2"]
    assert "b" not in [tag for tag, _ in tags]
    assert not [
        tag for tag, _ in Reader(to_html(frame, FIELDS[:1], sources={}, caption="c")).tags if tag == "a"
    ]


def test_rows_sort_as_french_readers_expect():
    frame = pd.DataFrame({"nom": ["zèbre", "Étang", "école", None], "n": [10.0, 9.0, np.nan, 100.0]})
    assert ordered(frame, "nom")["nom"].tolist()[:3] == ["école", "Étang", "zèbre"]
    assert ordered(frame, "n").index.tolist() == [1, 0, 3, 2]
    assert ordered(frame, "n", falling=True).index.tolist() == [3, 0, 1, 2]


def test_words_among_figures_come_last():
    frame = pd.DataFrame({"n": [3, "sans objet", 1, None]})
    assert ordered(frame, "n").index.tolist() == [2, 0, 1, 3]
    assert ordered(frame, "n", falling=True).index.tolist() == [0, 2, 1, 3]


def test_equal_rows_keep_their_order_either_way():
    frame = pd.DataFrame({"n": [1, 2, 1, 2]})
    assert ordered(frame, "n").index.tolist() == [0, 2, 1, 3]
    assert ordered(frame, "n", falling=True).index.tolist() == [1, 3, 0, 2]


def app(count):
    import pandas as pd
    import streamlit as st

    from facts.fields import Field
    from ui import table

    count = st.session_state.get("count", count)
    frame = pd.DataFrame({"nom": [f"Ligne {at}" for at in range(count)], "n": range(count)})
    table.show(
        frame,
        [Field("nom", "Nom", "texte"), Field("n", "Rang", "entier")],
        sources={},
        caption="Lignes",
        key="essai",
    )


def shown(at):
    assert not at.exception
    return [Reader(element.proto.body) for element in at.get("html")]


def test_fifty_rows_a_page():
    at = AppTest.from_function(app, args=(120,)).run()
    (table,) = shown(at)
    assert [row[1] for row in table.rows[1:]] == [str(rank) for rank in range(50)]
    assert table.caption == "Lignes (lignes 1 à 50 sur 120)"
    at.get("pagination")[0].set_value(3).run()
    (table,) = shown(at)
    assert [row[1] for row in table.rows[1:]] == [str(rank) for rank in range(100, 120)]
    assert table.caption == "Lignes (lignes 101 à 120 sur 120)"


def test_other_rows_start_again_at_the_first_page():
    at = AppTest.from_function(app, args=(200,)).run()
    at.get("pagination")[0].set_value(4).run()
    at.session_state["count"] = 60
    at.run()
    (table,) = shown(at)
    assert table.rows[1] == ["Ligne 0", "0"]
    assert table.caption == "Lignes (lignes 1 à 50 sur 60)"


def test_counts_over_a_thousand_are_whole():
    at = AppTest.from_function(app, args=(2463,)).run()
    (table,) = shown(at)
    assert table.caption == "Lignes (lignes 1 à 50 sur 2\u202f463)"


def test_one_page_has_no_page_selector():
    at = AppTest.from_function(app, args=(PAGE_ROWS,)).run()
    (table,) = shown(at)
    assert len(table.rows) == 51
    assert table.caption == "Lignes (50\u00a0lignes)"
    assert not at.get("pagination")


def test_sorting_is_over_all_the_rows():
    at = AppTest.from_function(app, args=(120,)).run()
    at.selectbox[0].select("Rang").run()
    at.get("button_group")[0].set_value("Décroissant").run()
    (table,) = shown(at)
    assert [row[1] for row in table.rows[1:4]] == ["119", "118", "117"]


def test_no_rows_are_said_in_words():
    at = AppTest.from_function(app, args=(0,)).run()
    assert not at.exception
    assert re.search("aucune ligne", at.get("html")[0].proto.body)
    assert not at.selectbox
