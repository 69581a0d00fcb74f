"""The DGFiP's file of the premises of legal persons, year after year: its columns, its encodings."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from errors import SourceFormatError
from loaders.formats.encodings import recognised
from words.folding import fold

#: The columns of the file in order; live files add a bracketed group, such as "(Adresse du local)".
COLUMNS: Final = (
    "Département", "Code Direction", "Code Commune", "Nom de la commune", "Préfixe", "Section", "N° plan", "Bâtiment",
    "Entrée", "Niveau", "Porte", "N° voirie", "Indice de répétition", "Code voie MAJIC", "Code voie Rivoli",
    "Nature voie", "Nom voie", "Code droit", "N° Majic", "N° SIREN", "Groupe personne", "Forme juridique",
    "Forme juridique abrégée", "Dénomination",
)  # fmt: skip
#: What columns are called in other years, and in the files that are made of it.
_OTHER_NAMES: Final = {
    "Nom Commune": "Nom de la commune", "Commune": "Nom de la commune", "Libellé commune": "Nom de la commune",
    "Numéro plan": "N° plan", "N° de plan": "N° plan", "Numéro voirie": "N° voirie", "N° de voirie": "N° voirie",
    "Numéro Majic": "N° Majic", "Numéro SIREN": "N° SIREN", "Groupe de personne": "Groupe personne",
    "Groupe de la personne": "Groupe personne", "Nature de voie": "Nature voie", "Nom de la voie": "Nom voie",
}  # fmt: skip
#: Bytes that only Windows-1252 has letters for, and those whose letters differ in ISO-8859-15.
_WINDOWS_ONLY: Final = re.compile(rb"[\x80-\x9f]")
_LATIN9: Final = re.compile(rb"[\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe]")
_CHUNK: Final = 1 << 20
NOT_THE_FILE: Final = (
    "fournir le fichier « locaux des personnes morales » d'un département, extrait de son archive"
)


def encoding_of(path: Path, stream: BinaryIO) -> str:
    """Tell the encoding from the bytes of the whole file, read by pieces."""
    start = stream.read(_CHUNK)
    if start.startswith((b"PK", b"\x1f\x8b")):
        raise SourceFormatError(path, "archive compressée", "extraire le fichier CSV de l'archive")
    if not start.strip():
        raise SourceFormatError(path, "fichier vide", NOT_THE_FILE)
    if start.lstrip().startswith(b"<"):
        raise SourceFormatError(path, "page web à la place des données", NOT_THE_FILE)
    if "Département".encode() in start[:200]:
        return "utf-8-sig"
    if (told := recognised(start)) in {"cp850", "mac_roman"}:
        return told
    latin9 = False
    while start:
        if _WINDOWS_ONLY.search(start):
            return "cp1252"
        latin9 = latin9 or _LATIN9.search(start) is not None
        start = stream.read(_CHUNK)
    return "iso8859-15" if latin9 else "cp1252"


def check_header(path: Path, header: Sequence[str]) -> None:
    """Refuse a file that has not the columns of the DGFiP, in their order."""
    other = {tuple(fold(name)): fold(known) for name, known in _OTHER_NAMES.items()}
    given = [fold(cell.partition(" (")[0]) for cell in header]
    given = [other.get(tuple(name), name) for name in given]
    absent = [name for name in COLUMNS if fold(name) not in given]
    fault = ""
    if absent:
        fault = f"colonnes absentes : {', '.join(absent[:5])}"
    elif len(given) != len(COLUMNS):
        fault = f"{len(given)} colonnes au lieu de {len(COLUMNS)}"
    elif given != [fold(name) for name in COLUMNS]:
        fault = "colonnes dans un autre ordre que celui de la DGFiP"
    if fault:
        raise SourceFormatError(path, fault, NOT_THE_FILE)
