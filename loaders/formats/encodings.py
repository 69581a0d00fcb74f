"""The encoding of texts: what a file states of it, what its letters say, and the cells where a letter was lost."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import charset_normalizer
import pandas as pd

from errors import SourceFormatError

#: Encodings by the name that Python gives them, and what users call them; of several that suit, the first is taken.
ENCODINGS: Final = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "iso8859-15": "ISO-8859-15",
    "cp850": "DOS (CP850)",
    "cp437": "DOS (CP437)",
    "mac_roman": "Mac Roman",
    "cp1250": "Windows-1250 (Europe centrale)",
    "cp1251": "Windows-1251 (cyrillique)",
}
UTF8: Final = "utf-8-sig"
#: Seldom met here, and told from few letters: to be looked at.
RARE: Final = frozenset({"cp1250", "cp1251"})
LOST: Final = "caractère perdu ou mal lu"
SAVE_AS_UTF8: Final = "enregistrer de nouveau le fichier d'origine en « CSV UTF-8 »"
#: A file that has lost letters in more of its rows is refused.
_MOST_ROWS: Final = 0.5
_UTF16: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
#: Encodings whose letters are weighed against each other, of several as good the first.
_WEIGHED: Final = (UTF8, "cp1252", "iso8859-15", "cp850", "cp437", "mac_roman")
#: "é" and its like once UTF-8 was taken for Windows-1252, and what stands for a letter that could not be read.
_MISREAD: Final = re.compile(r"Ã[\u00a0-\u00bf€-™]|â€[™œ¦]|\ufffd")
#: What an ".cpg" may write without saying that it is a code page of Windows or of DOS.
_STATED: Final = {
    "65001": UTF8, "utf8": UTF8, "utf-8": UTF8, "unicode": UTF8, "10000": "mac_roman", "macintosh": "mac_roman",
    "28591": "cp1252", "28605": "iso8859-15", "88591": "cp1252", "885915": "iso8859-15", "ansi": "cp1252", "oem": "cp850",
}  # fmt: skip
#: Byte 29 of a DBF to the code page of its texts; others are of no European language.
_DBF: Final = (
    dict.fromkeys((0x01, 0x09, 0x0B, 0x0D, 0x0F, 0x11, 0x15, 0x18, 0x19, 0x1B), "cp437")
    | dict.fromkeys((0x02, 0x0A, 0x0E, 0x10, 0x12, 0x14, 0x16, 0x1A, 0x1D, 0x25, 0x37), "cp850")
    | dict.fromkeys((0x03, 0x57, 0x58, 0x59), "cp1252")
    | dict.fromkeys((0x1F, 0x22, 0x23, 0x40, 0x64), "cp852")
    | {0x04: "mac_roman", 0x1C: "cp863", 0x24: "cp860", 0x65: "cp866", 0xC8: "cp1250", 0xC9: "cp1251"}
)
_DBF_MARK: Final = 29
#: Bytes beyond ASCII with their neighbours; the first ones tell the encoding.
_BEYOND: Final = re.compile(rb"([\x00-\x7f]?)([\x80-\xff]{1,24})(?=([\x00-\x7f]?))")
_SAMPLE: Final = 5_000
#: How French a letter is; what is not here is not French.
_WEIGHTS: Final = {
    **dict.fromkeys("é", 4), **dict.fromkeys("èàÉ", 3), **dict.fromkeys("êçôîâë", 2), **dict.fromkeys("ûùïœÈÀ", 1.5),
    **dict.fromkeys("üöäÿæÊÇÔÎÂŒ’°«»²", 1), **dict.fromkeys("ñóíáúãõßÛÙËÏÜÖ€–—“”‘•…³½¼·\u00a0§×", 0.5),
}  # fmt: skip
_FOREIGN: Final = -3.0
_LONE: Final = -2.0
_VOWELS: Final = frozenset("aeiouy")
_IN_WORDS: Final = frozenset("’‘-\u00ad")


def codec(stated: str) -> str | None:
    """Give the encoding that a `.cpg` states, None if it is none that is known."""
    name = stated.strip().strip("\x00\ufeff\"'").casefold()
    bare = re.sub(r"[^a-z0-9]", "", name)
    digits = re.sub(r"\D", "", name)
    if bare.startswith("ldid") and digits:
        return _DBF.get(int(digits))
    for text in (bare, bare.removeprefix("iso"), digits):
        if text in _STATED:
            return _STATED[text]
    numbered = (f"cp{digits}", f"iso8859-{digits.removeprefix('8859')}") if digits else ()
    for text in (name, *numbered):
        try:
            known = codecs.lookup(text).name
        except LookupError:
            continue
        return {"utf-8": UTF8, "ascii": UTF8, "iso8859-1": "cp1252"}.get(known, known)
    return None


def dbf_codec(dbf: bytes) -> str | None:
    """Give the encoding that a DBF states in its byte 29."""
    return _DBF.get(dbf[_DBF_MARK]) if len(dbf) > _DBF_MARK else None


def recognised(raw: bytes, *, stated: str | None = None) -> str:
    """Tell the encoding of a text by its letters; of several that suit, the one that it states."""
    if raw.isascii():
        return stated or UTF8
    if is_utf8(raw):
        return UTF8
    runs = Counter(found.groups() for found in islice(_BEYOND.finditer(raw), _SAMPLE))
    names = dict.fromkeys([*([stated] if stated else []), *_WEIGHED])
    # A sum of weights beyond what one letter of a file may weigh by chance.
    weights = {name: _weight(runs, name) for name in names}
    best = max(weights, key=lambda name: weights[name])
    # An accent that stands alone, as in a table of letters, is no sign of another language.
    strange = any(_one(run, best) <= _FOREIGN for run in runs)
    if weights[best] > 0 or stated or not strange:
        return best
    sample = b" ".join(b"".join(run) for run in runs)
    found = charset_normalizer.from_bytes(raw[:100_000] or sample, cp_isolation=_isolated()).best()
    return best if found is None else _named(found.encoding)


def decoded(path: Path, raw: bytes, *, encoding: str | None = None) -> tuple[str, str]:
    """Turn the bytes of a file into text; what cannot be read becomes U+FFFD, by which `damaged` finds its row."""
    if encoding is None:
        encoding = _UTF16.get(raw[:2]) or (_utf16(raw) if b"\x00" in raw[:200] else recognised(raw))
    codec_name = _utf16(raw) if encoding == "utf-16" and raw[:2] not in _UTF16 else encoding
    text = raw.decode(codec_name, errors="replace")
    if "\x00" in text:
        raise SourceFormatError(path, "fichier binaire ou encodage inconnu (octets nuls)", SAVE_AS_UTF8)
    return text.removeprefix("\ufeff"), "utf-16" if codec_name.startswith("utf-16") else encoding


def is_utf8(raw: bytes) -> bool:
    """Tell whether bytes are text in UTF-8."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def title(encoding: str) -> str:
    """Call an encoding as users do."""
    return ENCODINGS.get(encoding, encoding.upper())


def choices(encoding: str | None) -> list[str]:
    """Give the encodings that may be chosen, that of the file among them."""
    return list(dict.fromkeys([*ENCODINGS, *([encoding] if encoding else [])]))


def damaged(path: Path, cells: pd.DataFrame, *, mend: str = SAVE_AS_UTF8) -> pd.Series:
    """Give the cells in which a letter was lost, joined by row; refuse a file where most rows are so."""
    told: dict[int, list[str]] = {}
    first = ""
    for name in cells.columns:
        column = cells[name]
        # Few cells hold any of these: each is looked at once found.
        for line, text in column[column.str.contains("[Ãâ\ufffd]", regex=True)].items():
            if sign := _MISREAD.search(text):
                told.setdefault(int(str(line)), []).append(text)
                first = first or f"« {sign.group()} », ligne {line}"
    if len(told) > _MOST_ROWS * len(cells):
        raise SourceFormatError(
            path,
            f"accents perdus par un mauvais encodage dans {len(told)} lignes sur {len(cells)} ({first}) ; "
            "au-delà de la moitié des lignes, le fichier est refusé",
            mend,
        )
    return pd.Series({line: " ; ".join(texts) for line, texts in sorted(told.items())}, dtype="str")


def is_damaged(texts: Iterable[str]) -> bool:
    """Tell whether a letter was lost in any of some texts."""
    return any(_MISREAD.search(text) for text in texts)


def _utf16(raw: bytes) -> str:
    """Tell the order of the bytes of UTF-16 without its mark: the upper half of a letter is mostly nil."""
    return "utf-16-be" if raw[:200:2].count(0) > raw[1:200:2].count(0) else "utf-16-le"


def _isolated() -> list[str]:
    return [name for name in ENCODINGS if name not in {UTF8, "utf-16"}]


def _named(encoding: str) -> str:
    known = {codecs.lookup(name).name: name for name in ENCODINGS}
    return known.get(codecs.lookup(encoding).name, encoding)


def _weight(runs: Counter[tuple[bytes, ...]], encoding: str) -> float:
    return sum(count * _one(run, encoding) for run, count in runs.items())


def _one(run: Sequence[bytes], encoding: str) -> float:
    before, between, after = (part.decode(encoding, errors="replace") for part in run)
    word = (before or " ") + between + (after or " ")
    return sum(_letter(*word[at - 1 : at + 2]) for at in range(1, len(word) - 1))


def _letter(before: str, sign: str, after: str) -> float:
    weight = _WEIGHTS.get(sign, _FOREIGN)
    if not sign.isalpha():
        inside = before.isalpha() and after.isalpha() and sign not in _IN_WORDS
        return _FOREIGN if inside else weight
    if (sign.isupper() and before.islower()) or (sign.islower() and after.isupper()):
        return _FOREIGN
    if sign in "àÀ":
        # "à" stands alone or ends "là" and "déjà"; capitals have fewer habits.
        return weight if sign == "À" or not before.isalpha() or before in "lj" else -1.0
    if not (before.isalpha() or after.isalpha()):
        return _LONE
    return 1.0 if sign == "ë" and before not in _VOWELS else weight
