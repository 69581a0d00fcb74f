"""Sheets to take away: composed from what the process already holds, against reading the files for each."""

from collections.abc import Callable, Iterator

import geopandas as gpd

from benchmarks.measure import Row, compare
from exports import sheets
from facts.snapshot import forget

WAYS: tuple[tuple[str, Callable[[], bytes]], ...] = (
    ("sheet of a QPV (PDF)", lambda: sheets.qpv_sheet("QN01362I")),
    ("sheet of Marseille (PDF)", lambda: sheets.commune_sheet("13055")),
    ("sheet of a project with 2,413 facilities (PDF)", lambda: sheets.project_sheet("equipements-sportifs")),
    ("matrix of 34 projects and 16 communes (PDF, A3)", sheets.matrix_sheet),
)


def rows() -> Iterator[Row]:
    """Measure every sort of sheet.

    Yields
    ------
    Row
        One line of the table; both ways must give files of the same size.
    """
    for question, make in WAYS:
        yield compare(
            question,
            lambda _, make=make: _anew(make),
            lambda _, make=make: [len(make())],
            fresh=gpd.GeoDataFrame,
        )


def _anew(make: Callable[[], bytes]) -> list[int]:
    forget()
    return [len(make())]
