"""What holds for any user's layer: guessed, then read, it gives back the places written; damaged, it is refused in words."""

import csv
import io

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import AtlasError
from loaders import own_layer
from loaders.formats.grids import DELIMITERS
from loaders.formats.systems import SYSTEMS
from tests.loaders import own_files as files

#: Encodings as software writes them, and what the guess calls them.
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16",
    "cp1252": "cp1252",
    "mac_roman": "mac_roman",
}
TURNS = {crs: pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True) for crs in SYSTEMS}
LAMBERT93 = TURNS["EPSG:2154"]
#: Nothing that is a separator in one of the files is kept from the cells.
words = st.text("abc xyzéèàç;,|\t'-", min_size=1, max_size=12)
#: A measure that may be a coordinate makes a file that nobody could tell apart: here it is negative.
places = st.lists(
    st.tuples(words, st.floats(4.9, 5.7), st.floats(43.15, 43.75), st.floats(-1e6, -10)),
    min_size=1,
    max_size=12,
)


def written(rows, *, encoding, separator, crs, swapped, decimal, headings):
    """Write places as a CSV, and give them in Lambert-93 by another way than the code under test."""
    turn = TURNS[crs]
    digits = 9 if crs == "EPSG:4326" else 4
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    # The accent keeps a file of plain letters from being of every encoding.
    writer.writerow(["libellé", "mesure", *headings])
    expected = []
    for word, lon, lat, value in rows:
        pair = turn.transform(lon, lat)
        texts = [f"{number:.{digits}f}".replace(".", decimal) for number in (pair[::-1] if swapped else pair)]
        writer.writerow([f"é{word}", f"{value:.2f}".replace(".", decimal), *texts])
        expected.append(LAMBERT93.transform(lon, lat))
    return buffer.getvalue().encode(encoding), np.array(expected)


def check_round_trip(rows, encoding, separator, crs, swapped, decimal, headings):
    raw, expected = written(
        rows,
        encoding=encoding,
        separator=separator,
        crs=crs,
        swapped=swapped,
        decimal=decimal,
        headings=headings,
    )
    guess = own_layer.look("couche.csv", raw)
    assert guess.choice.encoding == ENCODINGS[encoding]
    assert (guess.choice.separator, guess.choice.crs, guess.choice.swapped) == (separator, crs, swapped)
    layer = own_layer.place(guess)
    assert layer.report.faults == []
    found = np.column_stack([layer.frame.geometry.x, layer.frame.geometry.y])
    assert np.abs(found - expected).max() <= 0.01
    assert list(layer.frame["libelle"]) == [f"é{word}".strip() for word, *_ in rows]
    assert layer.frame["mesure"].to_numpy(float) == pytest.approx(
        [round(value, 2) for *_, value in rows], abs=0.006
    )


round_trips = given(
    rows=places,
    encoding=st.sampled_from(list(ENCODINGS)),
    separator=st.sampled_from(list(DELIMITERS)),
    crs=st.sampled_from(list(SYSTEMS)),
    swapped=st.booleans(),
    decimal=st.sampled_from([",", "."]),
    headings=st.sampled_from([("x", "y"), ("Longitude", "Latitude"), ("coord_x", "coord_y"), ("X (m)", "Y (m)"), ("a", "b")]),
)  # fmt: skip


def without_names(check):
    """Headings that tell nothing give no order of axes: the easting is then the first of the two that fits."""

    def checked(rows, encoding, separator, crs, swapped, decimal, headings):
        check(rows, encoding, separator, crs, swapped and headings != ("a", "b"), decimal, headings)

    return checked


@settings(max_examples=20, deadline=None, derandomize=True)
@round_trips
def test_what_was_written_is_guessed_and_read_back(
    rows, encoding, separator, crs, swapped, decimal, headings
):
    without_names(check_round_trip)(rows, encoding, separator, crs, swapped, decimal, headings)


@pytest.mark.soak
@settings(max_examples=3000, deadline=None)
@round_trips
def test_what_was_written_is_read_back_many_times(rows, encoding, separator, crs, swapped, decimal, headings):
    without_names(check_round_trip)(rows, encoding, separator, crs, swapped, decimal, headings)


SOUND = {
    "a.csv": files.CSV.encode("cp1252"),
    "b.csv": files.CSV.replace(";", "\t").encode("utf-16"),
    "c.csv": files.WKT.encode(),
    "a.geojson": files.geojson(),
    "a.gpkg": files.geopackage(),
    "a.zip": files.shapefile(),
    "b.zip": files.zipped(x__geojson=files.geojson()),
}


def damaged(raw, rng):
    """Change, take away, repeat or cut a few bytes."""
    raw = bytearray(raw)
    for _ in range(rng.integers(1, 7)):
        if not raw:
            break
        at, act = int(rng.integers(len(raw))), rng.random()
        if act < 0.5:
            raw[at] = int(rng.integers(256))
        elif act < 0.65:
            del raw[at : at + int(rng.integers(1, 51))]
        elif act < 0.8:
            raw[at:at] = rng.bytes(int(rng.integers(1, 9)))
        elif act < 0.9:
            del raw[at:]
        else:
            raw[at:at] = raw[at // 2 : at]
    return bytes(raw)


def check_damaged(seed, count):
    rng, kept, refused = np.random.default_rng(seed), 0, 0
    for _ in range(count):
        name = str(rng.choice(list(SOUND)))
        raw = damaged(SOUND[name], rng)
        try:
            layer = own_layer.place(own_layer.look(name, raw))
        except AtlasError as error:
            refused += "À faire : " in str(error)
            continue
        kept += 1
        assert layer.frame.geometry.is_valid.all()
        assert layer.report.lignes_gardees == len({name.partition(".")[0] for name in layer.frame.index})
    assert kept + refused == count
    # Neither outcome is the only one.
    assert min(kept, refused) > count / 20


def test_a_damaged_file_is_read_or_refused_in_words():
    check_damaged(20, 60)


@pytest.mark.soak
def test_many_damaged_files_are_read_or_refused_in_words():
    check_damaged(21, 20_000)
