"""A table as a user's file gives it: text cut by separators into lines of cells, of which one is the header."""

import csv
import io
import itertools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from errors import SourceContentError, SourceFormatError
from words.formats import grouped

#: More rows than this are refused: an imported inventory lives in the memory of its user's session.
MAX_ROWS = 50_000
MAX_COLUMNS: Final = 200
#: A header is looked for in the first lines alone.
HEADER_LINES: Final = 20
MISCUT: Final = "ligne mal découpée"
CUT_SHORT: Final = "ligne incomplète"

#: Lines that hold something, each with its number in the file.
Lines = list[tuple[int, list[str]]]
DELIMITERS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
#: "é" and its like once UTF-8 was taken for Windows-1252.
_MISREAD = re.compile(r"Ã[\u00a0-\u00bf€-™]|â€[™œ¦]|\ufffd")
#: "é" and "à" of Mac Roman taken for Windows-1252.
_MAC_ROMAN = re.compile("[Žˆ]")
#: What a Mac writes beyond ASCII in a French text.
_FRENCH = frozenset("éèêëàâäîïôöùûüçœæÉÈÊËÀÂÄÎÏÔÖÙÛÜÇŒÆ«»’‘“”…€°–—•\u00a0²³")
_SAVE_AS_UTF8 = "enregistrer de nouveau le fichier d'origine en « CSV UTF-8 »"
#: Encodings by the name that Python gives them, and what users call them.
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp850": "DOS (CP850)",
}


def separator_of(text: str, score: Callable[[list[list[str]]], int], *, lines: int) -> str:
    """Find the separator that cuts the first lines of a text best."""
    head = list(itertools.islice(io.StringIO(text, newline=""), lines))

    def scored(delimiter: str) -> int:
        try:
            return score(list(csv.reader(head, delimiter=delimiter)))
        except csv.Error:
            return score([])

    return max(DELIMITERS, key=scored)


def split(path: Path, text: str, delimiter: str) -> Lines:
    """Cut a text into lines of cells."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: Lines = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((start, cells))
                check_rows(path, len(lines) - HEADER_LINES)
            start = reader.line_num + 1
    except csv.Error as error:
        raise SourceFormatError(
            path,
            f"ligne {start} illisible ou fichier tronqué : des guillemets ne sont pas refermés",
            "vérifier cette ligne, ou exporter de nouveau le fichier entier",
        ) from error
    return lines


def decoded(path: Path, raw: bytes, *, encoding: str | None = None) -> tuple[str, str]:
    """Turn the bytes of a file into text."""
    asked = encoding
    encoding = asked or ("utf-16" if raw.startswith(_UTF16) else "utf-8-sig")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if asked:
            raise SourceFormatError(
                path, f"l'octet {error.start} n'est pas de l'{ENCODINGS[asked]}", "choisir un autre encodage"
            ) from error
        try:
            encoding = "cp1252"
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            raise SourceFormatError(
                path, f"encodage inconnu à l'octet {error.start}", _SAVE_AS_UTF8
            ) from error
    if "\x00" in text:
        raise SourceFormatError(path, "fichier binaire ou encodage inconnu (octets nuls)", _SAVE_AS_UTF8)
    misread = _MISREAD.search(text) or (_MAC_ROMAN.search(text) if encoding == "cp1252" else None)
    if misread:
        line = text.count("\n", 0, misread.start()) + 1
        raise SourceFormatError(
            path,
            f"accents perdus par un mauvais encodage (« {misread.group()} », ligne {line})",
            _SAVE_AS_UTF8,
        )
    return text, encoding


def guessed(path: Path, raw: bytes, *, encoding: str | None) -> tuple[str, str]:
    """Turn the bytes of a file into text, those of old Macs and of UTF-16 without its mark included."""
    if encoding is None and not raw.startswith(_UTF16) and b"\x00" in raw[:200]:
        encoding = "utf-16"
    try:
        return decoded(path, raw, encoding=encoding)
    except SourceFormatError:
        if encoding is not None:
            raise
        text = raw.decode("mac_roman")
        beyond = {sign for sign in text if not sign.isascii()}
        if "\x00" in text or not beyond <= _FRENCH:
            raise
        return text, "mac_roman"


def table_under(
    body: Lines, width: int, places: Mapping[str, int], *, ragged: bool
) -> tuple[pd.DataFrame, dict[int, str]]:
    """Give the columns that stand at some places of the rows, each row cut as a header of that width.

    `ragged` rows may end before the header: spreadsheets do not write the empty cells at their end.
    """
    miscut = {}
    rows = []
    for line, cells in body:
        extra = [cell for cell in cells[width:] if cell.strip()]
        if extra or (len(cells) < width and not ragged):
            miscut[line] = f"{MISCUT if extra else CUT_SHORT} : {len(cells)} cellules au lieu de {width}"
        if extra:  # nothing is lost
            rows.append([*cells[: width - 1], " ; ".join([cells[width - 1], *extra])])
        else:
            rows.append(cells if len(cells) >= width else cells + [""] * (width - len(cells)))
    index = pd.Index([line for line, _ in body], name="ligne")
    data = {name: [cells[place].strip() for cells in rows] for name, place in places.items()}
    return pd.DataFrame(data, index=index, dtype="str"), miscut


def check_rows(path: Path, number: int) -> None:
    """Refuse a file of more rows than `MAX_ROWS`."""
    if number > MAX_ROWS:
        raise SourceContentError(
            path, f"plus de {grouped(MAX_ROWS)} lignes", "découper le fichier, par exemple par commune"
        )


def check_columns(path: Path, number: int) -> None:
    """Refuse a file of more columns than `MAX_COLUMNS`."""
    if number > MAX_COLUMNS:
        raise SourceContentError(
            path, f"{number} colonnes, {MAX_COLUMNS} au plus sont acceptées", "retirer des colonnes"
        )
