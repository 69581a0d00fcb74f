"""Take the file that a user gives, and tell what it is from what it holds, whatever its name says."""

from pathlib import Path
from typing import Final, Literal

from errors import ArgumentError, SourceContentError, SourceFormatError, SourceMissingError

#: Far beyond `MAX_ROWS` rows of the inventory.
MAX_BYTES: Final = 60_000_000

Format = Literal["csv", "xlsx", "gpkg"]
_OPEN_XML: Final = b"PK"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SQLITE: Final = b"SQLite format 3\x00"
#: First bytes of what is no inventory: what it is, and what to do.
_OTHERS: Final = (
    (b"\x1f\x8b", "fichier compressé (gzip)", "le décompresser"),
    (b"7z\xbc\xaf", "archive 7-Zip", "extraire le fichier de l'archive"),
    (b"Rar!", "archive RAR", "extraire le fichier de l'archive"),
    (b"%PDF", "document PDF", "demander le tableau d'origine (CSV, XLSX ou GeoPackage)"),
)


def take(
    source: Path | str | bytes,
    name: str | None,
    *,
    max_bytes: int,
    smaller: str,
    filled: str,
) -> tuple[Path, bytes]:
    """Give the bytes of a file and the name by which messages call it."""
    if isinstance(source, bytes):
        if not name:
            raise ArgumentError("Un fichier donné par son contenu doit avoir un nom")
        path, size = Path(name), len(source)
    else:
        path = Path(source)
        if not path.is_file():
            raise SourceMissingError(path, "fichier introuvable", "vérifier le chemin")
        size = path.stat().st_size
    shown = Path(name) if name else path
    if size > max_bytes:
        raise SourceContentError(
            shown,
            f"fichier de {size / 1e6:.0f} Mo, {max_bytes / 1e6:.0f} Mo au plus sont acceptés",
            smaller,
        )
    raw = source if isinstance(source, bytes) else path.read_bytes()
    if not raw.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise SourceFormatError(shown, "fichier vide", filled)
    return shown, raw


def format_of(path: Path, raw: bytes) -> Format:
    """Tell the format of an inventory."""
    if raw.startswith(_OPEN_XML):
        return "xlsx"
    if raw.startswith(_SQLITE):
        return "gpkg"
    if raw.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise SourceFormatError(
                path,
                "classeur protégé par un mot de passe",
                "l'enregistrer sans mot de passe au format .xlsx",
            )
        raise SourceFormatError(path, "classeur d'un ancien format (.xls)", "l'enregistrer au format .xlsx")
    for mark, kind, mend in _OTHERS:
        if raw.startswith(mark):
            raise SourceFormatError(path, kind, mend)
    start = raw[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        raise SourceFormatError(
            path,
            "page web ou fichier XML à la place des données",
            "télécharger de nouveau le fichier, ou l'enregistrer en CSV, XLSX ou GeoPackage",
        )
    if start.startswith((b"{", b"[")):
        raise SourceFormatError(path, "fichier JSON ou GeoJSON", "l'enregistrer en CSV, XLSX ou GeoPackage")
    return "csv"
