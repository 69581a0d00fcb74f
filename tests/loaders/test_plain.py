"""Plain CSV files, read by columns, give what the reader by rows gives."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from errors import SourceFormatError
from loaders.formats.texts import Layout, plain_table, table_of

CELLS = ["", "a", " é ", "01001", "\u00a0x", "NA", "null", "1,5", "-3", "l'été", "nan", "\ttab"]
LAYOUT = Layout("essai", {"un": "un", "deux": "deux"}, ";")


def by_rows(text):
    """The same text with its first heading in quotes, which the reader by columns leaves to the other."""
    assert plain_table(text.replace("un", '"un"', 1), ";") is None
    return table_of(Path("essai.csv"), text.replace("un", '"un"', 1), LAYOUT)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("seed", range(5))
def test_both_readers_agree(seed, end):
    chance = np.random.default_rng(seed)
    rows = [["un", "deux", "trois"], *([chance.choice(CELLS) for _ in range(3)] for _ in range(50))]
    text = end.join(";".join(row) for row in rows) + chance.choice(["", end])
    assert plain_table(text, ";") is not None
    frame = table_of(Path("essai.csv"), text, LAYOUT)
    pd.testing.assert_frame_equal(frame, by_rows(text), check_index_type=False)
    assert frame.index.tolist() == list(range(2, 52))  # the heading is line 1


@pytest.mark.parametrize(
    "text",
    [
        "un;deux\na;b\n\nc;d\n",  # a blank line: the lines after it keep their numbers
        "un;deux\na;b;c\n",
        "un;deux\na\n",
        "un;un\na;b\n",
        "un;deux\n",
        "un;deux",
        "un;deux\ra;b\r",
        'un;deux\n"a;b";c\n',
    ],
)
def test_what_is_not_plain_is_left_to_the_reader_by_rows(text):
    assert plain_table(text, ";") is None


def test_a_line_cut_short_is_still_named():
    with pytest.raises(SourceFormatError, match="la ligne 3 a 1 champs au lieu de 2"):
        table_of(Path("essai.csv"), "un;deux\na;b\nc\nd;e\n", LAYOUT)
