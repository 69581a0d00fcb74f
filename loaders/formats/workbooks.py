"""Read the XLSX workbooks that users have, once their archive is known to be one and to be of a bearable size."""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from errors import SourceContentError, SourceFormatError
from loaders.formats.cells import cell_text
from loaders.formats.grids import HEADER_LINES, MAX_COLUMNS, MAX_ROWS, Lines
from loaders.formats.uploads import Limits, check_members

MAX_MEMBERS = 1_000
MAX_INFLATED_BYTES = 300_000_000
#: A sheet of repeated cells shrinks some 50 times.
MAX_RATIO = 200
#: What the process that reads a workbook may take; 50,000 rows of 18 columns take 280 MB and 2 s.
MAX_MEMORY_MB = 1_500
MAX_TIME_S = 60
#: It ends so when it has told why itself; otherwise it was ended.
_TOLD = 1
_READER = Path(__file__).with_name("workbook_apart.py")
#: Each may take `MAX_MEMORY_MB`: others wait.
_readers = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Sheet:
    """A sheet as the process apart wrote it, turned into text on demand."""

    first: bytes
    whole: bytes

    def head(self) -> list[list[str]]:
        """Give the cells of the first lines."""
        return [cells for _, cells in _lines(self.first)]

    def lines(self) -> Lines:
        """Give all the lines that hold something."""
        return _lines(self.whole)


def open_workbook(path: Path, raw: bytes) -> dict[str, Sheet]:
    """Read every sheet of a workbook, in a process of its own; refuse an archive that is none, or would fill the memory."""
    members = check_members(
        path,
        raw,
        limits=Limits(MAX_MEMBERS, MAX_INFLATED_BYTES, MAX_RATIO),
        damaged=("classeur tronqué ou endommagé", "enregistrer ou télécharger de nouveau le classeur"),
        alone="enregistrer le tableau seul dans un nouveau classeur .xlsx ou en CSV",
    )
    names = [member.filename for member in members]
    if "xl/workbook.xml" not in names:
        kind = "classeur OpenDocument (.ods)" if "content.xml" in names else "archive ZIP"
        raise SourceFormatError(
            path,
            f"{kind}, pas un classeur Excel .xlsx",
            "enregistrer le tableau au format .xlsx, ou extraire le fichier de l'archive",
        )
    told = _told(path, raw)
    return {
        json.loads(title): Sheet(first, whole)
        for title, first, whole in zip(told[::3], told[1::3], told[2::3], strict=True)
    }


def _told(path: Path, raw: bytes) -> list[bytes]:
    """Read a workbook in a process of its own: what `workbook_apart` writes, line by line."""
    # One column more tells a sheet that has too many.
    limits = (HEADER_LINES, MAX_ROWS + HEADER_LINES, MAX_COLUMNS + 1, MAX_MEMORY_MB, MAX_TIME_S)
    try:
        with _readers:
            ran = subprocess.run(  # noqa: S603  our own script, given numbers; the file is its input
                [sys.executable, "-I", str(_READER), *map(str, limits)],
                input=raw,
                capture_output=True,
                timeout=MAX_TIME_S,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise _too_heavy(path) from error
    if ran.returncode == 0:
        return ran.stdout.splitlines()
    if ran.returncode != _TOLD or b"MemoryError" in ran.stderr:
        raise _too_heavy(path)
    raise SourceFormatError(
        path, "classeur illisible", "l'ouvrir et l'enregistrer de nouveau au format .xlsx, ou en CSV"
    )


def _too_heavy(path: Path) -> SourceContentError:
    return SourceContentError(
        path,
        "classeur trop lourd à lire, ou dont des cellules sont remplies très loin du tableau",
        "supprimer les lignes et les colonnes au-delà du tableau, ou enregistrer la feuille en CSV",
    )


def _lines(lines: bytes) -> Lines:
    return [(line, [cell_text(value) for value in cells]) for line, cells in json.loads(lines)]
