"""Open a page without a browser and read what it says."""

import json
from functools import cache
from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

ROOT = Path(__file__).resolve().parent.parent.parent


def opened(page, **params):
    """Run a page as its address would, and refuse any exception."""
    at = AppTest.from_file(ROOT / "pages" / page / "page.py", default_timeout=120)
    for name, value in params.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def at_address(page):
    """Give the whole app, frame included, about to run the page of an address."""
    at = AppTest.from_file(ROOT / "app.py", default_timeout=120)
    if page != "accueil":
        # What `switch_page` does after a run of the home page: a page is known by its address.
        at._page_hash = calc_hash(page)
    return at


def seen(page, **params):
    """Give a page as its address shows it, run once a process: to be read, for whoever runs it again opens its own."""
    return _seen(page, tuple((name, _frozen(value)) for name, value in sorted(params.items())))


def _frozen(value):
    return tuple(value) if isinstance(value, list) else value


@cache
def _seen(page, params):
    return read_only(
        opened(page, **{name: list(value) if isinstance(value, tuple) else value for name, value in params})
    )


def read_only(at):
    """Refuse that a page which several tests read be run again."""

    def refuse(*_args, **_options):
        raise RuntimeError("this page is shared: open one of your own to change it")

    at._run = refuse
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
