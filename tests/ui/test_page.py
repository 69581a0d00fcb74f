from streamlit.testing.v1 import AppTest

from ui.html import plain


def app(title, finding):
    from ui import page

    page.header(title, finding)


def test_one_heading_and_one_finding():
    at = AppTest.from_function(app, args=("Vélos : où ?", "12 % des habitants : « ici » !")).run()
    assert [title.value for title in at.title] == [plain("Vélos\u00a0: où\u202f?")]
    assert at.title[0].proto.anchor == "contenu"
    finding = next(
        element.proto.body
        for element in at.get("html")
        if "atlas-constat" in element.proto.body and "<p" in element.proto.body
    )
    assert "12\u202f% des habitants\u00a0: «\u00a0ici\u00a0»\u202f!" in finding


def part(fails):
    import streamlit as st

    from errors import SourceMissingError
    from ui import page

    @page.fragment
    def shown(name):
        st.write(f"bonjour {name}")
        if fails:
            raise SourceMissingError("data/qpv/qpv.geojson", "le fichier manque", "le remettre")

    shown("ici")


def test_a_part_that_runs_alone_says_a_fault_in_french():
    assert not AppTest.from_function(part, args=(False,)).run().error
    at = AppTest.from_function(part, args=(True,)).run()
    assert not at.exception
    assert at.markdown[0].value == "bonjour ici"
    assert "qpv.geojson : le fichier manque. À faire : le remettre." in at.error[0].value


def test_markup_is_text():
    at = AppTest.from_function(app, args=("<b>T</b> *x*", "<img src=x onerror=alert(1)>")).run()
    bodies = " ".join(element.proto.body for element in at.get("html"))
    assert "<img" not in bodies
    assert "&lt;img" in bodies
    assert at.title[0].value == r"\<b\>T\</b\> \*x\*"
