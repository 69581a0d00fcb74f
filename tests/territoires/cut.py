"""Look at the data while one file of them is cut in the middle, file after file, and write what was said.

Run in a process of its own, whose environment names the folder of data: `python -m tests.territoires.cut`.
"""

import json
import sys
from contextlib import contextmanager
from pathlib import Path

from streamlit.testing.v1 import AppTest

from errors import SourceError
from facts import snapshot
from loaders import catalogue, premises, quality
from loaders.brought import landlords
from loaders.paths import DATA
from tests import components
from tests.territoires.visit import ROOT, told


@contextmanager
def cut(path):
    """Leave the first half of the lines of a file."""
    before = path.read_bytes()
    lines = before.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    snapshot.forget()
    yield
    path.write_bytes(before)
    snapshot.forget()


def visits(pages):
    """Visit the home page, then others by their name, their parameters and what is clicked there."""
    at = AppTest.from_file(ROOT / "app.py", default_timeout=120).run()
    yield told(at, "accueil", {})
    for page, params, click in pages:
        at.switch_page(f"pages/{page}/page.py")
        for name, value in params.items():
            at.query_params[name] = value
        at.run()
        if click:
            at.button(key=click).click().run()
        yield told(at, page, params | {"click": click})


def refusals():
    """Read the data as pages do, and give what is refused."""
    said = []
    for read in (catalogue.load, quality.load, landlords.load, premises.read_fictional):
        try:
            found = read()
        except SourceError as error:
            said.append(str(error))
        else:
            said += [source.refus for source in getattr(found, "refused", ())]
    return said


def main(asked):
    """Give what is refused by file, or where pages are asked for, what they show; "" cuts none."""
    components.scan_once(setattr)
    shown = {}
    for name, pages in asked.items():
        look = refusals if pages is None else lambda pages=pages: list(visits(pages))
        if name:
            with cut(DATA / name):
                shown[name] = look()
        else:
            shown[name] = look()
    return shown


if __name__ == "__main__":
    shown = main(json.loads(sys.argv[1]))
    Path(sys.argv[2]).write_text(json.dumps(shown, default=str), encoding="utf-8")
