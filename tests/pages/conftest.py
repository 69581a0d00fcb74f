from contextlib import contextmanager
from functools import cache, partial
from html.parser import HTMLParser

import pytest

from tests import menus, readback
from tests.pages import driver
from ui import downloads
from words.formats import cell

#: Of each format that a menu offers, what reads its files back.
FORMATS = {
    "xlsx": readback.from_xlsx,
    "csv-excel": readback.from_csv,
    "csv": partial(readback.from_csv, plain=True),
    "gpkg": readback.from_gpkg,
    "geojson": readback.from_geojson,
}


class Tables(HTMLParser):
    """Reads the tables of a page: caption to rows of cells."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.caption, self.within, self.rows = {}, "", "", []
        self.feed(text)

    def handle_starttag(self, tag, _attrs):
        if tag == "table":
            self.rows, self.caption = [], ""
        elif tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append("")
        self.within = tag if tag in {"caption", "th", "td"} else self.within

    def handle_endtag(self, tag):
        if tag == "table":
            self.tables[self.caption] = self.rows
        if tag == self.within:
            self.within = ""

    def handle_data(self, data):
        if self.within == "caption":
            self.caption += data
        elif self.within:
            self.rows[-1][-1] += data


class Atlas:
    """The whole app, frame included, as a visitor finds it on the page of an address."""

    def __init__(self, page):
        self.at = driver.at_address(page).run()
        self.check()

    @classmethod
    @cache
    def seen(cls, page):
        """Give a page that several tests read, run once a process."""
        found = cls(page)
        driver.read_only(found.at)
        return found

    @classmethod
    @cache
    def with_files(cls, page):
        """Give a page whose menus are open, run once a process, and what `taken` holds of it."""
        with taking() as offered:
            found = cls(page)
        driver.read_only(found.at)
        return found, offered

    def check(self):
        assert not self.at.exception
        assert not self.at.error
        assert len(self.at.title) == 1

    def choose(self, key, value):
        self.at.selectbox(key=key).set_value(value).run()
        self.check()

    def type(self, key, value):
        self.at.text_input(key=key).set_value(value).run()
        self.check()

    @property
    def html(self):
        return " ".join(element.proto.body for element in self.at.get("html"))

    @property
    def text(self):
        """All that is written, with ordinary spaces."""
        pieces = [self.html, *(element.value for element in self.at.markdown)]
        return plain(" ".join(pieces))

    @property
    def tables(self):
        return {plain(caption): rows for caption, rows in Tables(self.html).tables.items()}

    def table(self, start):
        """The one table whose caption starts so: its rows as dicts by heading."""
        (rows,) = [rows for caption, rows in self.tables.items() if caption.startswith(start)]
        return [dict(zip(map(plain, rows[0]), map(plain, row), strict=True)) for row in rows[1:]]

    @property
    def links(self):
        return [
            (link.proto.label, link.proto.page, link.proto.query_string) for link in self.at.get("page_link")
        ]


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'").replace("&#39;", "'")


def on_screen(back, fields):
    """Write what was read back from a file as the table on screen writes it."""
    columns = [[plain(cell(value, field.kind)) for value in back[field.column]] for field in fields]
    return [list(row) for row in zip(*columns, strict=True)]


@contextmanager
def taking():
    """Give what each download button of the pages opened in this block would give: key to name of the file and its maker."""
    offered = {}

    def record(_label, data, *, file_name, key, **_options):
        offered[key] = (file_name, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(downloads.st, "download_button", record)
        menus.open_all(patch.setattr)
        yield offered


@pytest.fixture
def taken():
    with taking() as offered:
        yield offered


@pytest.fixture
def atlas():
    return Atlas
