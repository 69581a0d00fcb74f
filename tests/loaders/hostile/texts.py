"""Tables of text made to harm: cells, lines and headings that cost far more than they weigh."""

from tests.loaders.test_premises_damaged import inventory

SIGNS = " \t\u00a0\u202f0179.,+-eE()[]{}<>/\\\"'\u0301\u0300éœßﬃﷺ#=@%_:|aZµ²\u200b\ufffdÃâ"
#: A run of signs stands between what a pattern names before and after.
_AROUND = (
    "",
    "5,4",
    "5.4 43.3",
    "(",
    "POINT (",
    "1 rue ",
    "2026-",
    "=",
    "00",
    "-",
    "1er ",
    "R+",
    "\x01",
    "x",
)
_HEADINGS = ("nom", "lon", "lat", "date", "n", "geom")
_ROW = ("a", "5.38", "43.31", "31/12/2025", "7", "")


def many(rng, most=5):
    """Draw a number: as often some ten as some hundred thousand."""
    return int(10 ** rng.uniform(0, most))


def run(rng, most=5):
    """Draw a long run of a sign or of a few."""
    signs = "".join(rng.sample(SIGNS, rng.choice([1, 1, 1, 2, 3])))
    return rng.choice(_AROUND) + signs * (many(rng, most) // len(signs) + 1) + rng.choice(_AROUND)


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def table(*cells, headings="nom;geom"):
    rows = [f"a{rank};{cell}" for rank, cell in enumerate(cells)]
    return "\n".join([headings, *rows, "b;POINT (5.4 43.3)", ""]).encode()


def in_inventory(cell):
    return "\n".join([*inventory(2), f"L9;{cell};5.38;43.31;8;vacant;R;15/01/2026", ""]).encode()


def long_cell(rng):
    rows = [list(_ROW) for _ in range(3)]
    rows[0][rng.randrange(len(_ROW))] = run(rng)
    return "\n".join([";".join(_HEADINGS), *(";".join(map(quoted, row)) for row in rows), ""]).encode()


def long_cell_of_inventory(rng):
    header, *rows = inventory(3)
    cells = rows[1].split(";")
    cells[rng.randrange(len(cells))] = quoted(run(rng))
    return "\n".join([header, rows[0], ";".join(cells), rows[2]]).encode()


def long_heading(rng):
    header = [*_HEADINGS]
    header[rng.randrange(len(header))] = quoted(run(rng))
    return "\n".join([";".join(header), ";".join(_ROW), ";".join(_ROW), ""]).encode()


def number(rng):
    digits = "".join(rng.choices("0123456789", k=rng.choice([1, 3, 20, 400, 5_000])))
    exponent = rng.choice(["", "", "e999", "E+308", "e-999", "e" + digits, "e99999999999999999999"])
    part = rng.choice(["", "", ".", ",", "." + digits])
    return rng.choice(["", "-", "+"]) + digits + part + exponent


def numbers(rng):
    odd = rng.choice(["inf", "NaN", "-Infinity", "1e999", "٣", "½", "0x10", "1_000", "१२"])
    rows = [f"a;5.3795;43.3125;{number(rng)}", f"b;{number(rng)};43.4;{number(rng)}", f"c;5.04;43.4;{odd}"]
    return "\n".join(["nom;lon;lat;n", *rows, ""]).encode()


def numbers_in_json(rng):
    def figure():
        if rng.random() < 0.2:
            return rng.choice(["NaN", "Infinity", "-Infinity"])
        digits = str(rng.randrange(1, 10)) + "0" * rng.choice([0, 17, 30, 400, 4_400, 20_000])
        return rng.choice(["", "-"]) + digits + rng.choice(["", "", "e999", "e-999", ".5e308"])

    places = ((5.38, 43.31), (figure(), 43.3), (5.4, figure()))
    features = [
        f'{{"type":"Feature","properties":{{"n":{figure()}}},"geometry":{{"type":"Point","coordinates":[{x},{y}]}}}}'
        for x, y in places
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()


def wide(rng):
    """Write a header, or a row, of as many columns as there are signs in it."""
    mark, columns = rng.choice(";,\t|"), many(rng, 5.7)
    name = rng.choice(["", "c", "nom", "c{}", "lon", "é"])
    header = mark.join(["nom", "lon", "lat", *(name.format(rank) for rank in range(columns))])
    row = mark.join(["a", "5.38", "43.31"]) + mark * rng.choice([0, columns, columns * 3])
    return "\n".join([header] * rng.choice([1, 1, 2]) + [row] * rng.choice([1, 2, 30]) + [""]).encode()


def lines(rng):
    """Write as many lines as there are signs in them."""
    start = "nom;lon;lat\na;5.38;43.31\n"
    line = rng.choice(["", " ", ";", ";;", '""', "a;5.38;43.31", "a", '"', ";;;;;;;;", "\x0b", "é;é;é"])
    return (start * rng.choice([0, 1, 1]) + (line + rng.choice("\n\r")) * many(rng, 5.5)).encode()


def open_quote(rng):
    rows = [f"a{rank};5.38;43.31" for rank in range(many(rng, 4.5))]
    rows[rng.randrange(len(rows))] = (
        rng.choice(['"a', 'a"', '"a"b', '""";"', '"a;5.38;43.31']) + ";5.38;43.31"
    )
    return "\n".join(["nom;lon;lat", *rows, ""]).encode()


def faulty(rng):
    """Write rows of which every cell has a fault of its own."""
    columns, rows = many(rng, 2.3), many(rng, 4)
    cells = [
        rng.choice(["x", "12 €", "#REF!", "1e999", "32/13/2025", "Ã©", "\ufffd", "=1+1", "1,30025E+13", "-"])
        for _ in range(columns)
    ]
    sound = ["7"] * columns
    body = [";".join([f"a{rank}", "5.38", "43.31", *(sound if rank % 10 else cells)]) for rank in range(rows)]
    return "\n".join(
        [";".join(["nom", "lon", "lat", *(f"n{rank}" for rank in range(columns))]), *body, ""]
    ).encode()


def letters(rng):
    """Write bytes of no encoding, or of one that is seldom met."""
    size = many(rng, 5.5)
    content = rng.choice([
        rng.randbytes(size), b"\xff\xfe" + rng.randbytes(size), bytes([rng.randrange(128, 256)]) * size,
        "nom;lon;lat\né;5.38;43.31\n".encode("utf-16-le") * (size // 50 + 1), b"\x00;" * size, b"a\x00" * size,
        "nom;lon;lat\nÃ©;5.38;43.31\n".encode() * (size // 30 + 1), b"+AAA-" * size, "\U0010ffff;\ud7ff\n".encode() * (size // 8),
    ])  # fmt: skip
    return rng.choice([b"", b"nom;lon;lat\na;5.38;43.31\n", b"\xef\xbb\xbf"]) + content


def places(rng):
    """Write a list of places: names, figures, and rows beyond what a search may have."""
    names = [quoted(run(rng, 3)) for _ in range(3)]
    rows = [f"{rng.choice(names)};{rng.choice(['5.38', number(rng)])};43.31" for _ in range(many(rng, 3.5))]
    return "\n".join([rng.choice(["nom;lon;lat", "numero;voie nom;long;lat;x;y"]), *rows, ""]).encode()
