"""Tables made to harm: cells, numbers and workbooks that cost far more than they weigh."""

import io
import zipfile

from tests.loaders.test_premises_damaged import archive, inventory, workbook

_SIGNS = " \t\u00a0\u202f0179.,;+-eE()[]{}<>/\\\"'\u0301\u0300éœßﬃﷺ#=@%_:|aZµ²\u200b\ufffdÃâ"
#: A run of these is what a pattern names, between what it wants before and after.
_AROUND = ("", "5,4", "5.4 43.3", "(", "POINT (", "1 rue ", "2026-", "=", "00", "-")
_SHEET = "xl/worksheets/sheet1.xml"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def table(*cells, headings="nom;geom"):
    return "\n".join(
        [headings, *(f"a{rank};{cell}" for rank, cell in enumerate(cells)), "b;POINT (5.4 43.3)", ""]
    ).encode()


def sheet(*cells, headings="nom;geom"):
    """Write a workbook of such cells, which no spreadsheet has cut at its own limit."""
    return workbook([headings, *(f"a{rank};{cell}" for rank, cell in enumerate(cells)), "b;POINT (5.4 43.3)"])


def run(rng):
    """Draw a long run of a sign or of a few, between what a pattern may want before and after it."""
    signs = "".join(rng.sample(_SIGNS.replace(";", ""), rng.choice([1, 1, 1, 2, 3])))
    length = int(10 ** rng.uniform(2, 5))
    return rng.choice(_AROUND) + signs * (length // len(signs) + 1) + rng.choice([*_AROUND, "x", "\x01"])


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def long_cell(rng):
    at = rng.choice(["nom", "lon", "geom", "date", "n"])
    headings = ["nom", "lon", "lat", "date", "n", "geom"]
    rows = [dict(zip(headings, ("a", "5.38", "43.31", "31/12/2025", "7", ""), strict=True)) for _ in range(3)]
    rows[0][at] = run(rng)
    return "\n".join(
        [";".join(headings), *(";".join(map(quoted, row.values())) for row in rows), ""]
    ).encode()


def long_cell_of_inventory(rng):
    header, *rows = inventory(3)
    cells = rows[1].split(";")
    cells[rng.randrange(len(cells))] = quoted(run(rng))
    return "\n".join([header, rows[0], ";".join(cells), rows[2]]).encode()


def number(rng):
    digits = "".join(rng.choices("0123456789", k=rng.choice([1, 3, 20, 400, 5_000]))) or "0"
    exponent = rng.choice(["", "", "e999", "E+308", "e-999", "e" + digits, "e99999999999999999999"])
    part = rng.choice(["", "", ".", ",", "." + digits])
    return rng.choice(["", "-", "+"]) + digits + part + exponent


def numbers(rng):
    rows = [f"a;5.3795;43.3125;{number(rng)}", f"b;{number(rng)};43.4;{number(rng)}", f"c;5.04;43.4;{rng.choice(['inf', 'NaN', '-Infinity', '1e999', '٣', '½'])}"]  # fmt: skip
    return "\n".join(["nom;lon;lat;n", *rows, ""]).encode()


def numbers_in_json(rng):
    features = [
        f'{{"type":"Feature","properties":{{"n":{_json_number(rng)}}},"geometry":{{"type":"Point","coordinates":[{x},{y}]}}}}'
        for x, y in ((5.38, 43.31), (_json_number(rng), 43.3), (5.4, _json_number(rng)))
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()


def _json_number(rng):
    digits = str(rng.randrange(1, 10)) + "0" * rng.choice([0, 17, 400, 4_400, 20_000])
    return rng.choice(["", "-"]) + digits + rng.choice(["", "", "e999", "e-999", ".5e308"]) if rng.random() < 0.8 else rng.choice(["NaN", "Infinity", "-Infinity"])  # fmt: skip


def numbers_in_sheet(rng):
    rows = "".join(
        f"<row>{''.join(f'<c><v>{number(rng)}</v></c>' for _ in range(3))}</row>" for _ in range(3)
    )
    return made_sheet("<row>" + "".join(f'<c t="inlineStr"><is><t>{title}</t></is></c>' for title in ("nom", "lon", "lat")) + "</row>" + rows)  # fmt: skip


def made_sheet(rows, *, before="", after="", **parts):
    """Write a workbook whose sheet holds some rows as they are given, with other parts of the archive."""
    with zipfile.ZipFile(io.BytesIO(workbook(inventory(1)))) as file:
        members = {name: file.read(name).decode() for name in file.namelist()}
    members[_SHEET] = f"{before}<worksheet {_MAIN}><sheetData>{rows}</sheetData>{after}</worksheet>"
    return archive(members | parts)


def shared_string(rng):
    """Write a workbook of a few kilobytes whose every cell is one long shared string."""
    columns, lines = rng.choice([1, 8, 100, 201]), rng.choice([10, 500, 3_000])
    length = rng.choice([100, 32_000, 300_000])
    heads = (
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t>{title}</t></is></c>' for title in inventory(0)[0].split(";"))
        + "</row>"
    )
    rows = "".join("<row>" + '<c t="s"><v>0</v></c>' * columns + "</row>" for _ in range(lines))
    relation = '<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>'  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(workbook(inventory(1)))) as file:
        relations = file.read("xl/_rels/workbook.xml.rels").decode()
    return made_sheet(
        heads + rows,
        **{
            "xl/sharedStrings.xml": f"<sst {_MAIN}><si><t>{'x' * length}</t></si></sst>",
            "xl/_rels/workbook.xml.rels": relations.replace("</Relationships>", relation),
        },
    )


def far_cell(rng):
    row, column = rng.choice([3, 70_000, 1_048_576, 2**31]), rng.choice(["B", "ZZ", "XFD", "ZZZZZZZ"])
    return made_sheet(f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>')


def many_members(rng):
    stream = io.BytesIO()
    number = int(10 ** rng.uniform(2, 4.3))
    name = rng.choice(
        ["{}.txt", "{}.csv", "dossier/" * 50 + "{}.shp", "stops{}.txt", "xl/worksheets/sheet{}.xml"]
    )
    with zipfile.ZipFile(stream, "w") as file:
        for rank in range(number):
            file.writestr(name.format(rank), b"")
    return stream.getvalue()


def bomb(rng):
    name = rng.choice(["a.csv", "a.geojson", "xl/workbook.xml", "stops.txt", "a.dbf"])
    return archive({name: rng.choice(["0", "a;", " ", "[", "\n"]) * int(10 ** rng.uniform(4, 7.3))})
