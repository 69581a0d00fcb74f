import pytest

from loaders.formats.cells import neutralised, restored


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("+33 4", "'+33 4"),
        ("-Corderie", "'-Corderie"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        # One that has an apostrophe already gets another, or it would lose its own when read.
        ("'=1", "''=1"),
        ("''-", "'''-"),
        ("'hui", "'hui"),
        ("aujourd'hui = 1", "aujourd'hui = 1"),
        ("", ""),
        ("'", "'"),
    ],
)
def test_texts_are_made_harmless_and_given_back(text, kept):
    assert neutralised(text) == kept
    assert restored(kept) == text
