"""A file that a user brings, once opened: its rows as text, their geometries, and how all of it was read."""

from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from loaders.formats.systems import Fit
from loaders.formats.uploads import Format

FORMATS: Final[dict[Format, str]] = {
    "csv": "tableau CSV",
    "xlsx": "classeur XLSX",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "shp": "Shapefile",
}
#: The first line of a table is not a heading: columns are named by their rank.
NO_HEADER: Final = 0


@dataclass(frozen=True)
class Position:
    """The columns that hold the place of a row."""

    x: str = ""
    y: str = ""
    whole: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the columns."""
        return tuple(name for name in (self.x, self.y, self.whole) if name)


@dataclass(frozen=True)
class Choice:
    """How a file is read; what is None is guessed.

    Attributes
    ----------
    encoding, separator
        Names of `ENCODINGS` and `DELIMITERS`.
    header_line
        Number of the line of the headings, `NO_HEADER` without one.
    decimal
        "," if points stand between thousands, "." if commas do; None reads either as decimals.
    position
        The columns that hold the place of a row of a table.
    swapped
        Whether the second coordinate is the easting.
    as_text, as_number
        Headings of the columns that are read neither as numbers nor as days, and of those that are read as numbers.
    label
        Heading of the column that names the objects.
    """

    member: str | None = None
    part: str | None = None
    encoding: str | None = None
    separator: str | None = None
    header_line: int | None = None
    decimal: str | None = None
    position: Position | None = None
    crs: str | None = None
    swapped: bool | None = None
    as_text: tuple[str, ...] = ()
    as_number: tuple[str, ...] = ()
    label: str | None = None


@dataclass(frozen=True, eq=False)
class Opened:
    """What a file holds, or seems to hold.

    Attributes
    ----------
    choice
        How it was read: what was asked, and what was found out.
    headings
        Those of the file, as it writes them.
    cells
        Every row as text, indexed by line, in the columns that its schema reads.
    shapes, faults
        Geometries in the coordinates of the file, None where there is none, and what is wrong with the others.
    stated
        The coordinate system that the file declares.
    damaged
        The cells in which a letter was lost, joined by line.
    grave
        The doubts that have to be confirmed before the file is used.
    miscut
        What is wrong with the lines that are not cut as the headings.
    above
        Filled lines above the headings.
    declared_text
        Headings of the columns that the file declares as text.
    systems
        Coordinate systems between which the coordinates do not tell; one where there is no doubt.
    """

    name: str
    kind: Format
    choice: Choice
    headings: tuple[str, ...]
    cells: pd.DataFrame
    shapes: pd.Series
    faults: pd.Series
    stated: str | None = None
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    grave: tuple[str, ...] = ()
    damaged: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))
    parts: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    miscut: dict[int, str] = field(default_factory=dict)
    above: int = 0
    declared_text: frozenset[str] = frozenset()
    systems: tuple[Fit, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether the place of a row is in its cells."""
        return self.kind in {"csv", "xlsx"}

    @property
    def is_text(self) -> bool:
        """Whether its letters depend on an encoding."""
        return self.choice.encoding is not None
