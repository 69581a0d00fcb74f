"""Open a page without a browser and read what it says."""

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parent.parent.parent


def opened(page, **params):
    """Run a page as its address would, and refuse any exception."""
    at = AppTest.from_file(ROOT / "pages" / page / "page.py", default_timeout=30)
    for name, value in params.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def html(at):
    """Give all the HTML that the page wrote."""
    return " ".join(block.proto.body for block in at.get("html"))


def plain(text):
    """Give a text with ordinary spaces and apostrophes."""
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")


def component(at):
    """Give what the page sent to its map."""
    return json.loads(at.get("component_instance")[0].proto.json_args)


def spec(at):
    """Give what the page told its map to draw."""
    script = component(at)["feature_group"]
    return json.JSONDecoder().raw_decode(script.split("atlas.show(", 1)[1])[0]
