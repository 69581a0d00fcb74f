"""A table that users took away, filled in a spreadsheet and bring back: CSV or XLSX, under headings that are known."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from errors import SourceError, SourceFormatError
from loaders.formats import delimited, grids, uploads, workbooks
from loaders.formats.cells import restore
from words.folding import fold

#: Far beyond what a contrat follows.
MAX_BYTES: Final = 10_000_000
MEND: Final = (
    "exporter le tableau depuis cette page, et garder les titres de ses colonnes sur une seule ligne"
)


@dataclass(frozen=True, eq=False)
class FilledTable:
    """The rows of a file, as text.

    Attributes
    ----------
    cells
        One column per heading found, under the heading as it was given to `read`, indexed by line of the file.
    miscut
        What is wrong with each line whose cells are not those of the header, by line; they are not in `cells`.
    """

    cells: pd.DataFrame
    notes: list[str]
    miscut: dict[int, str]


def read(source: Path | str | bytes, *, name: str | None = None, headings: Collection[str]) -> FilledTable:
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
    FilledTable
        Texts as they were before the export: without the apostrophe that keeps a spreadsheet from running them, nothing for "non diffusé".

    Raises
    ------
    SourceError
        If the file is neither CSV nor XLSX, is damaged or too large, or has no such heading.
    """
    known = {" ".join(fold(heading)): heading for heading in headings}

    def recognise(heading: str) -> str | None:
        return known.get(" ".join(fold(heading)))

    path, raw = uploads.take(
        source, name, max_bytes=MAX_BYTES, smaller="découper le tableau", filled="choisir un tableau rempli"
    )
    try:
        kind = uploads.format_of(path, raw)
        if kind == "gpkg":
            raise SourceFormatError(path, "ce n'est ni un CSV ni un XLSX", MEND)
        reader = delimited.read_delimited if kind == "csv" else workbooks.read_workbook
        table = grids.to_table(path, reader(path, raw, recognise), recognise)
    except SourceError as error:
        # The readers speak of the inventory that they were made for.
        raise type(error)(path, error.fault, MEND if "inventaire" in error.mend else error.mend) from error
    whole = table.cells.drop(index=list(table.miscut))
    cells = whole.apply(restore)
    return FilledTable(cells, table.notes, dict(table.miscut))
