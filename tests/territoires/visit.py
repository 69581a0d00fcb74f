"""Visit every page of the atlas on the data that the environment names, and write what was shown as JSON.

Run in a process of its own: what a territory is called is read once, when the modules are imported.
"""

import io
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import openpyxl  # noqa: E402

from exports import sheets  # noqa: E402
from tests import components, menus  # noqa: E402
from tests.exports.reading_pdf import text_of  # noqa: E402
from tests.pages.driver import at_address  # noqa: E402
from ui import downloads  # noqa: E402

KINDS = (
    "title", "header", "subheader", "markdown", "caption", "warning", "error", "info", "metric", "selectbox", "multiselect",
    "slider", "text_input", "toggle", "expander",
)  # fmt: skip
#: Where each kind says something besides its label.
SAID = ("label", "value", "help", "options", "placeholder", "body")


def visit(page, **params):
    """Open a page by its address, in its frame, and give what it shows."""
    at = at_address(page)
    for name, value in params.items():
        at.query_params[name] = value
    at.run()
    return told(at, page, params)


def told(at, page, params):
    """Give what a page shows."""
    return {
        "page": page,
        "params": params,
        "exceptions": [element.value for element in at.exception],
        "errors": [element.value for element in at.error],
        "warnings": [element.value for element in at.warning],
        "html": [block.proto.body for block in at.get("html")],
        "links": [link.proto.page for link in at.get("page_link")],
        "maps": [block.proto.json_args for block in at.get("component_instance")],
        "said": [
            str(getattr(element, name))
            for kind in KINDS
            for element in at.get(kind)
            for name in SAID
            if getattr(element, name, None)
        ]
        + [str(getattr(element.proto, name, "")) for kind in ("button_group", "expandable") for element in at.get(kind) for name in ("label", "options")],
    }  # fmt: skip


def main(asked):
    """Make the visits and the files asked for."""
    offered = {}
    downloads.st.download_button = lambda _label, data, *, file_name, key, **_options: offered.setdefault(
        key, (file_name, data)
    )
    menus.open_all(setattr)
    components.scan_once(setattr)
    visits = [visit(page, **params) for page, params in asked["visits"]]
    files = {}
    for key in asked["files"]:
        name, make = offered[key]
        content = make()
        if name.endswith("xlsx"):
            sheets_of = openpyxl.load_workbook(io.BytesIO(content)).worksheets
            files[key] = [list(row) for sheet in sheets_of for row in sheet.iter_rows(values_only=True)]
        else:
            files[key] = [[content.decode("utf-8")]]
    pdfs = [text_of(getattr(sheets, name)(*codes)) for name, codes in asked["sheets"]]
    return {"visits": visits, "offered": sorted(offered), "files": files, "sheets": pdfs}


if __name__ == "__main__":
    shown = main(json.loads(sys.argv[1]))
    Path(sys.argv[2]).write_text(json.dumps(shown, default=str), encoding="utf-8")
