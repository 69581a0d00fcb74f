"""Workbooks made to harm: a few kilobytes of XML that claim to be a large table, or something else."""

import io
import zipfile
from functools import cache

from tests.loaders.hostile.texts import many, number
from tests.loaders.test_premises_damaged import archive, inventory, workbook

_SHEET = "xl/worksheets/sheet1.xml"
_SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "0123456789">' + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)) + "]>"
)  # fmt: skip


@cache
def _members():
    with zipfile.ZipFile(io.BytesIO(workbook(inventory(1)))) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def words(*cells):
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>"


def made(rows, *, before="", inside="", after="", parts=None):
    """Write a workbook whose sheet holds some rows as they are given, and other parts."""
    content = f"{before}<worksheet {_SPACE}>{inside}<sheetData>{rows}</sheetData>{after}</worksheet>"
    return archive(_members() | {_SHEET: content} | (parts or {}))


def linked(part, kind):
    """Give the relations of a workbook that has one more part."""
    relation = f'<Relationship Id="r2" Type="{_KIND}{kind}" Target="{part}"/></Relationships>'
    relations = "xl/_rels/workbook.xml.rels"
    return {relations: _members()[relations].replace("</Relationships>", relation)}


def sheet(*cells):
    """Write a workbook of such cells, which no spreadsheet has cut at its own limit."""
    rows = [f"a{rank};{cell}" for rank, cell in enumerate(cells)]
    return workbook(["nom;geom", *rows, "b;POINT (5.4 43.3)"])


def long_cell(rng):
    signs = rng.choice([" ", "7", "5,4 ", "-", "é", "&amp;", "&#10;", "_x0041_", "\t", "&#x1F98A;"])
    return made(words("nom", "lon", "lat") + words(signs * many(rng, 5), "5.38", "43.31") * 2)


def numbers(rng):
    def cell():
        kind = rng.choice(
            ["", "", ' t="n"', ' t="d"', ' t="b"', ' t="e"', ' t="s"', ' t="str"', ' s="1"', ' s="999999"']
        )
        return f"<c{kind}><v>{rng.choice([number(rng), number(rng), 'NaN', 'inf', '', ' ', '99999999999', '-1'])}</v></c>"

    rows = "".join(f"<row>{''.join(cell() for _ in range(3))}</row>" for _ in range(4))
    return made(words("nom", "lon", "lat") + words("a", "5.38", "43.31") + rows)


def shared_string(rng):
    """Write a sheet of which every cell is the same long text."""
    columns, lines = rng.choice([1, 8, 100, 201]), rng.choice([10, 100, 500, 3_000])
    length, stated = rng.choice([100, 32_000, 300_000]), rng.choice([1, 1, 0, 4_000_000_000, -1])
    rows = (
        words(*inventory(0)[0].split(";")) + ("<row>" + '<c t="s"><v>0</v></c>' * columns + "</row>") * lines
    )
    text = "".join(rng.choices("abcdé", k=length)) if length < 1_000 else "x" * length
    strings = f'<sst {_SPACE} count="{stated}" uniqueCount="{stated}"><si><t>{text}</t></si></sst>'
    return made(rows, parts=linked("sharedStrings.xml", "sharedStrings") | {"xl/sharedStrings.xml": strings})


def far_cell(rng):
    row, column = (
        rng.choice([3, 70_000, 1_048_576, 2**31, 2**70, -1, "x"]),
        rng.choice(["B", "ZZ", "XFD", "ZZZZZZZ", "", "é"]),
    )
    return made(words("nom", "lon", "lat") + f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>')


def scattered(rng):
    """Write cells, rows and formulas in no order, each far from the others."""
    cells = [
        f'<row r="{many(rng, 6)}"><c r="{rng.choice("ABZ")}{many(rng, 6)}" t="{rng.choice(["n", "e", "str"])}">'
        f"{rng.choice(['<f/>', '<f>A1</f>', ''])}<v>{rng.choice(['1', '', '#REF!'])}</v></c></row>"
        for _ in range(many(rng, 3.5))
    ]
    return made(words("nom", "lon", "lat") + "".join(cells))


def styles(rng):
    count = many(rng, 4.7)
    formats = "".join(f'<numFmt numFmtId="{164 + rank}" formatCode="{rng.choice(["yyyy-mm-dd", "[h]:mm", "0" * 50])}"/>' for rank in range(count))  # fmt: skip
    kinds = "".join(f'<xf numFmtId="{164 + rank}"/>' for rank in range(count))
    content = f"<styleSheet {_SPACE}><numFmts>{formats}</numFmts><cellXfs>{kinds}</cellXfs></styleSheet>"
    rows = (
        words("nom", "lon", "lat")
        + f'<row><c s="{count - 1}"><v>46000.5</v></c><c s="0"><v>5.38</v></c></row>'
    )
    return made(rows, parts=linked("styles.xml", "styles") | {"xl/styles.xml": content})


def merged(rng):
    far = rng.choice(["A1:XFD1048576", "A1:B2", "B2:A1", "A0:A0", "ZZZZZZ1:A1", ""])
    ranges = f'<mergeCell ref="{far}"/>' * many(rng, 5)
    size = f'<dimension ref="{rng.choice(["A1:XFD1048576", "A1", "B2:A1", ":", "A1:A99999999999"])}"/>'
    return made(words("nom", "lon", "lat") + words("a", "5.38", "43.31") * 2, inside=size, after=f"<mergeCells>{ranges}</mergeCells>")  # fmt: skip


def sheets(rng):
    """Name one sheet thousands of times."""
    titles = "".join(f'<sheet name="{rng.choice(["Locaux", f"s{rank}", "x" * 1_000])}" sheetId="{rank}" r:id="r1"/>' for rank in range(many(rng, 4)))  # fmt: skip
    book = "xl/workbook.xml"
    return archive(_members() | {book: _members()[book].replace("</sheets>", titles + "</sheets>")})


def entities(rng):
    """Write a text that doubles each time it is read, or one that is another file."""
    before, cell = rng.choice([
        (_ENTITIES, "&i;"), (_ENTITIES, "&d;" * 2_000), ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"),
        ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "a"), ('<!DOCTYPE x [<!ENTITY a "&a;">]>', "&a;"),
        ("<!--" + "-" * many(rng, 5) + "-->", "a"), ("<?" + "x " * many(rng, 5) + "?>", "a"),
    ])  # fmt: skip
    # A formula makes every reader look at the sheet.
    rows = words("nom", "lon", "lat") + words(cell, "5.38", "43.31") + "<row><c><f>A1</f></c></row>"
    return made(
        rows,
        before=before,
        parts=rng.choice([{}, {"xl/workbook.xml": before + _members()["xl/workbook.xml"]}]),
    )


def tangled(rng):
    """Write a sheet nested in itself, of attributes without number, or cut anywhere."""
    deep = many(rng, 5)
    rows = words("nom", "lon", "lat") + words("a", "5.38", "43.31")
    odd = rng.choice([
        "<row>" * deep, "<c>" * deep + "</c>" * deep, "<row " + "".join(f' a{rank}="1"' for rank in range(deep // 10)) + "/>",
        f'<c r="{"A" * deep}1"/>', f"<{'x' * deep}/>", "<row hidden='1'/>" * deep, "&" + "a" * deep, "<row r='-5'/>", "\ud7ff",
    ])  # fmt: skip
    return made(rows + odd)
