import pytest
from jinja2 import UndefinedError
from streamlit.testing.v1 import AppTest

from ui import html


def test_what_a_template_names_is_escaped_and_in_french_typography():
    evil = "<b>Un</b> : 3 % & plus"
    escaped = "&lt;b&gt;Un&lt;/b&gt;\u00a0: 3\u202f% &amp; plus"
    assert html.html("<p>{{ x|t }}</p>", x=evil) == f"<p>{escaped}</p>"
    # HTML that is made so stands in another template as it is.
    assert (
        html.html("<ul>{{ x }}</ul>", x=html.html("<li>{{ x|t }}</li>", x=evil))
        == f"<ul><li>{escaped}</li></ul>"
    )
    facts = html.html("facts.jinja", facts=[('"Nom"', evil)])
    assert facts == f'<dl class="atlas-fiche"><dt>&#34;Nom&#34;</dt><dd>{escaped}</dd></dl>'


def test_a_name_that_nobody_gave_is_a_fault():
    with pytest.raises(UndefinedError, match="oubli"):
        html.html("<p>{{ oubli }}</p>")


def app():
    from ui import html

    html.note("Un < deux")
    html.note("Fait", role="status")
    html.fault("Faux")
    html.fault("Manque", role="")


def test_remarks_and_faults():
    at = AppTest.from_function(app, default_timeout=60).run()
    assert not at.exception
    assert [block.proto.body for block in at.get("html")] == [
        '<p class="atlas-note">Un &lt; deux</p>',
        '<p class="atlas-note" role="status">Fait</p>',
        '<p class="atlas-faute" role="alert">Faux</p>',
        '<p class="atlas-faute">Manque</p>',
    ]
