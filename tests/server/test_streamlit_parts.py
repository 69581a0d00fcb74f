"""What the atlas touches of Streamlit's insides: where it may, and whether this version of Streamlit still has it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from streamlit import file_util
from streamlit.runtime.scriptrunner_utils import script_run_context

from benchmarks.served import ROOT
from server import process

PRODUCT = [
    "app.py",
    *("exports", "facts", "geo", "loaders", "maps", "pages", "server", "tracking", "ui", "words"),
]
TESTID = re.compile(r"""data-testid=["']?(\w+)""")
#: Streamlit's modules that its documentation does not name.
INSIDE = re.compile(r"streamlit\.(proto|web|runtime|elements|config)\b")


def files(*suffixes):
    found = [file for name in PRODUCT for file in (ROOT / name, *(ROOT / name).rglob("*"))]
    return [file for file in found if file.suffix in suffixes]


def imported(file):
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@cache
def bundle():
    scripts = Path(file_util.get_static_dir(), "static", "js").glob("*.js")
    return "\n".join(script.read_text("utf-8") for script in scripts)


def names():
    return sorted(
        {
            name
            for file in files(".py", ".js", ".css", ".jinja")
            for name in TESTID.findall(file.read_text("utf-8"))
        }
    )


@pytest.mark.parametrize("name", names())
def test_streamlit_has_a_part_of_this_name(name):
    assert re.search(rf"""["'`]{name}["'`]""", bundle())


def test_only_the_server_knows_the_names_of_parts():
    holders = {
        file.relative_to(ROOT).as_posix()
        for file in files(".py", ".js", ".css", ".jinja")
        if TESTID.search(file.read_text("utf-8"))
    }
    assert holders == {"server/style.css", "server/body.jinja"}


def test_only_the_server_imports_what_is_inside():
    holders = {
        file.relative_to(ROOT).as_posix(): [module for module in imported(file) if INSIDE.match(module)]
        for file in files(".py")
    }
    assert {name: modules for name, modules in holders.items() if modules} == {
        "server/__main__.py": ["streamlit.web", "streamlit.web.cli"],
        "server/reconnection.py": ["streamlit.proto.BackMsg_pb2"],
    }


def test_the_logger_that_is_silenced_at_the_start_is_streamlits():
    assert script_run_context._LOGGER.name == process._NO_VISIT


def test_the_page_can_be_told_where_its_server_is():
    assert "BACKEND_BASE_URL" in bundle()
    assert "__streamlit" in bundle()
