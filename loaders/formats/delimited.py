"""Read text cut by separators: its encoding and separator are found out, not demanded."""

import csv
import io
import itertools
import re
from collections.abc import Callable
from pathlib import Path

from errors import SourceFormatError
from loaders.formats.grids import HEADER_LINES, MAX_ROWS, Lines, check_rows

DELIMITERS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
#: "é" and its like once UTF-8 was taken for Windows-1252.
_MISREAD = re.compile(r"Ã[\u00a0-\u00bf€-™]|â€[™œ¦]|\ufffd")
#: "é" and "à" of Mac Roman taken for Windows-1252.
_MAC_ROMAN = re.compile("[Žˆ]")
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
    lines = []
    start = 1
    try:
        for cells in reader:
            if any(cells) and any(cell.strip() for cell in cells):
                lines.append((start, cells))
                if len(lines) > MAX_ROWS + HEADER_LINES:
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
