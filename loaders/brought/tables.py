"""A table that users took away, filled in a spreadsheet and bring back: CSV or XLSX, under headings that are known."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Final

from loaders.brought.opened import Opened
from loaders.brought.opener import open_known
from loaders.brought.schemas import Expected, folded
from loaders.formats.cells import restore
from loaders.formats.encodings import LOST

#: Far beyond what a contrat follows.
MAX_BYTES: Final = 10_000_000
MEND: Final = (
    "exporter le tableau depuis cette page, et garder les titres de ses colonnes sur une seule ligne"
)


def read(source: Path | str | bytes, *, name: str | None = None, headings: Collection[str]) -> Opened:
    """Read a table.

    Parameters
    ----------
    source
        A path, or the bytes of the file.
    name
        Name of the file, for messages; needed with bytes.
    headings
        Those of the columns to read, whatever their case and accents.

    Returns
    -------
    Opened
        One column per heading found, under the heading as it was given, indexed by line; lines in `miscut` are left out. Texts as they were before the export: without the apostrophe that keeps a spreadsheet from running them, nothing for "non diffusé".

    Raises
    ------
    SourceError
        If the file is neither CSV nor XLSX, is damaged or too large, or has no such heading.
    """
    expected = Expected(
        names=folded({heading: heading for heading in headings}),
        kinds=("csv", "xlsx"),
        otherwise=("ce n'est ni un CSV ni un XLSX", MEND),
        max_bytes=MAX_BYTES,
        smaller="découper le tableau",
        filled="choisir un tableau rempli",
        fill=MEND,
        one_line=MEND,
    )
    _, table = open_known(source, name, expected)
    # A letter that was lost would be written over the one that is there.
    lost = {int(str(line)): f"{LOST} : « {text} »" for line, text in table.damaged.items()}
    miscut = lost | table.miscut
    return replace(table, miscut=miscut, cells=table.cells.drop(index=list(miscut)).apply(restore))
