"""The follow-up as a table that goes out, is filled in a spreadsheet, and comes back.

Cells are texts: reading and writing the bytes of a file is the business of the door.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import pandas as pd

from errors import AtlasError
from tracking import records
from tracking._columns import COLUMNS, KEYS, RECORD_ID, VERSION, Column, bare, read, same, written
from tracking.changes import Add, Change, Correct
from tracking.records import DeploymentInput, Record, Standing
from tracking.refusals import UnknownError
from tracking.store import Store

_ROW: Final = "ligne"
ADDED_COLUMNS: Final = (_ROW, "champ", "valeur")
CORRECTED_COLUMNS: Final = (_ROW, "fiche", "champ", "avant", "après")
SET_ASIDE_COLUMNS: Final = (_ROW, "fiche", "champ", "valeur", "faute", "a_faire")
CONFLICT_COLUMNS: Final = (_ROW, "fiche", "champ", "à l'export", "en base", "dans le fichier", "modifié par", "modifié le")  # fmt: skip
_EXPORT_AGAIN: Final = "exporter de nouveau le tableau et reporter la ligne"


class TableError(AtlasError, ValueError):
    """A table cannot be read as the follow-up: its columns are not those of the export."""


@dataclass(frozen=True)
class Plan:
    """What bringing a table back would do. Nothing is written: `changes` is for `Store.apply`.

    Attributes
    ----------
    kind
        `DeploymentInput` or `IndicatorInput`.
    added
        One row for each filled cell of a new record: `ADDED_COLUMNS`.
    corrected
        One row for each field that changes: `CORRECTED_COLUMNS`.
    conflicts
        One row for each field of the records that somebody else changed since the export and that the file changes
        too: `CONFLICT_COLUMNS`. They are not written.
    set_aside
        One row for each fault: `SET_ASIDE_COLUMNS`. Their rows are not written.
    changes
        The rows to add and to correct; a record changed between the plan and its writing is a `ConflictError`.
    """

    kind: type[Record]
    added: pd.DataFrame
    corrected: pd.DataFrame
    conflicts: pd.DataFrame
    set_aside: pd.DataFrame
    unchanged: int
    absent: int
    notes: tuple[str, ...]
    changes: tuple[Change, ...]


def headings(kind: type[Record] = DeploymentInput) -> dict[str, str]:
    """Give the headings of the table.

    Parameters
    ----------
    kind
        `DeploymentInput` or `IndicatorInput`.

    Returns
    -------
    dict of str to str
        Field to French heading, in order, `record_id` and `version` first.
    """
    return {**KEYS, **{column.field: column.heading for column in COLUMNS[kind]}}


def to_table(store: Store, *, kind: type[Record] = DeploymentInput) -> pd.DataFrame:
    """Give the records that stand as a table of texts.

    Parameters
    ----------
    kind
        `DeploymentInput` or `IndicatorInput`.

    Returns
    -------
    DataFrame
        French headings; "Fiche" and "Version" say which record a row is and from which version it was taken. Days are
        written AAAA-MM-JJ, decimals with a comma, nothing where there is none.
    """
    headings = [*KEYS.values(), *(column.heading for column in COLUMNS[kind])]
    rows = [
        [
            record_id,
            str(each.version),
            *(written(getattr(each.record, column.field)) for column in COLUMNS[kind]),
        ]
        for record_id, each in store.standing(kind).items()
        if not each.withdrawn
    ]
    return pd.DataFrame(rows, columns=headings, dtype="str")


def plan(
    store: Store, table: pd.DataFrame, *, kind: type[Record] = DeploymentInput, today: dt.date | None = None
) -> Plan:
    """Compare a table with what stands, row by row.

    A row without "Fiche" is a new record. A column that is not in the table leaves its field as it is; an empty cell
    empties it.

    Parameters
    ----------
    table
        Texts under the headings of `to_table`, in any order, whatever the case and the accents; the index is the line
        in the file.
    kind
        `DeploymentInput` or `IndicatorInput`.
    today
        Nothing was done after this day; today by default.

    Raises
    ------
    TableError
        If the columns are not those of the export.
    """
    known, notes = _recognised(table, kind)
    reader = _Reader(store, kind, fields=known, today=today)
    cells = table.fillna("").astype("str")
    ids = cells[known[RECORD_ID]].str.strip() if RECORD_ID in known else pd.Series("", index=cells.index)
    repeated = {record_id for record_id, count in Counter(ids).items() if record_id and count > 1}
    for line, *texts in cells.itertuples(name=None):
        if not "".join(texts).strip():
            continue
        given = dict(zip(map(str, cells.columns), texts, strict=True))
        row = _Row(line, ids[line], {field: given[heading] for field, heading in known.items()})
        if row.fiche in repeated:
            reader.refuse(row, "fiche présente plusieurs fois", "garder une seule ligne par fiche")
        elif row.fiche:
            reader.correct(row)
        else:
            reader.add(row)
    standing = {record_id for record_id, each in reader.standing.items() if not each.withdrawn}
    return Plan(
        kind=kind,
        added=_frame(reader.added, ADDED_COLUMNS),
        corrected=_frame(reader.corrected, CORRECTED_COLUMNS),
        conflicts=_frame(reader.conflicts, CONFLICT_COLUMNS),
        set_aside=_frame(reader.set_aside, SET_ASIDE_COLUMNS),
        unchanged=reader.unchanged,
        absent=len(standing - set(ids)),
        notes=notes,
        changes=tuple(reader.changes),
    )


class _Row(NamedTuple):
    """A row: its line in the file, the record that it corrects or "", the cell of each field."""

    line: Any
    fiche: str
    cells: Mapping[str, str]


class _Reader:
    """Reads rows one after the other and sorts what they come to."""

    def __init__(
        self, store: Store, kind: type[Record], *, fields: Iterable[str], today: dt.date | None
    ) -> None:
        self.store = store
        self.kind = kind
        self.today = today
        self.columns = {column.field: column for column in COLUMNS[kind]}
        self.read = [column for field, column in self.columns.items() if field in fields]
        self.standing: dict[str, Standing] = store.standing(kind)
        self.contents = {
            each.record: record_id for record_id, each in self.standing.items() if not each.withdrawn
        }
        self.added: list[tuple[Any, ...]] = []
        self.corrected: list[tuple[Any, ...]] = []
        self.conflicts: list[tuple[Any, ...]] = []
        self.set_aside: list[tuple[Any, ...]] = []
        self.unchanged = 0
        self.changes: list[Change] = []

    def refuse(self, row: _Row, fault: str, mend: str, *, champ: str = "", valeur: str = "") -> None:
        self.set_aside.append((row.line, row.fiche, champ, valeur[:80], fault, mend))

    def add(self, row: _Row) -> None:
        values = self._values(row)
        if values is None:
            return
        # A field that must be there and is not is left to the record's own check.
        blank = {field: "" if column.form == "texte" else None for field, column in self.columns.items()}
        record = self.kind(**(blank | values))
        if not self._sound(row, record):
            return
        if (twin := self.contents.get(record)) is not None:
            fault = f"déjà enregistrée : {f'fiche {twin}' if twin else 'une autre ligne'} dit la même chose"
            self.refuse(row, fault, "retirer la ligne, ou la préciser")
            return
        self.contents[record] = ""
        self.changes.append(Add(record))
        self.added += [
            (row.line, column.heading, written(value))
            for column in self.read
            if (value := getattr(record, column.field)) not in {None, ""}
        ]

    def correct(self, row: _Row) -> None:
        current = self.standing.get(row.fiche)
        if current is None or current.withdrawn:
            gone = f"fiche retirée par {current.author} depuis l'export" if current else "fiche inconnue"
            self.refuse(row, gone, f"{_EXPORT_AGAIN}, ou vider la case « Fiche » pour l'ajouter")
            return
        base = self._base(row, current)
        if base is None:
            self.refuse(row, "version absente ou inconnue", _EXPORT_AGAIN, champ=KEYS[VERSION])
            return
        values = self._values(row)
        if values is None:
            return
        seen, number = base
        changed = {name for name, value in values.items() if not same(value, getattr(seen, name))}
        moved = {name for name in changed if not same(values[name], getattr(current.record, name))}
        if not moved:
            self.unchanged += 1
        elif number != current.version:
            self._conflict(row, seen, current, values)
        else:
            record = replace(current.record, **{name: values[name] for name in moved})
            if self._sound(row, record):
                self.changes.append(Correct(row.fiche, record, number))
                self.corrected += [
                    (row.line, row.fiche, column.heading, written(getattr(seen, name)), written(values[name]))
                    for name, column in self.columns.items()
                    if name in moved
                ]

    def _base(self, row: _Row, current: Standing) -> tuple[Record, int] | None:
        text = row.cells.get(VERSION, "").strip()
        if not text.isascii() or not text.isdigit():
            return None
        number = int(text)
        if number == current.version:
            return current.record, number
        try:
            return self.store.version(row.fiche, number), number
        except UnknownError:
            return None

    def _conflict(self, row: _Row, seen: Record, current: Standing, values: Mapping[str, Any]) -> None:
        for column in self.read:
            name = column.field
            three = (getattr(seen, name), getattr(current.record, name), values[name])
            if not all(same(three[0], other) for other in three):
                told = (column.heading, *map(written, three), current.author, current.written_at)
                self.conflicts.append((row.line, row.fiche, *told))

    def _values(self, row: _Row) -> dict[str, Any] | None:
        """Read the cells of a row; None if some cannot be read, each of which is told."""
        values = {}
        for column in self.read:
            try:
                values[column.field] = read(column, row.cells[column.field])
            except ValueError as fault:
                self._refuse_cell(row, column, str(fault))
        return values if len(values) == len(self.read) else None

    def _sound(self, row: _Row, record: Record) -> bool:
        found = records.faults(record, nomenclature=self.store.nomenclature, today=self.today)
        for name, fault in found.items():
            self._refuse_cell(row, self.columns[name], fault)
        return not found

    def _refuse_cell(self, row: _Row, column: Column, fault: str) -> None:
        cell = row.cells.get(column.field, "")
        self.refuse(row, fault, column.mend, champ=column.heading, valeur=cell)


def _recognised(table: pd.DataFrame, kind: type[Record]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Find the columns: field to the heading in the table; and what to tell of the others."""
    wanted = {bare(heading): field for field, heading in KEYS.items()}
    wanted |= {bare(column.heading): column.field for column in COLUMNS[kind]}
    found: dict[str, str] = {}
    others = []
    for heading in map(str, table.columns):
        field = wanted.get(bare(heading))
        if field is None:
            others.append(heading)
        elif field in found:
            raise TableError(f"Colonne « {heading} » présente deux fois. À faire : n'en garder qu'une.")
        else:
            found[field] = heading
    if not found.keys() & {RECORD_ID, COLUMNS[kind][0].field}:
        raise TableError(
            "Colonnes « Fiche » et « Projet » absentes : ce n'est pas le tableau du suivi. "
            "À faire : partir du tableau exporté."
        )
    if not found.keys() - KEYS.keys():
        raise TableError(
            "Aucune colonne du suivi en dehors de « Fiche ». À faire : partir du tableau exporté."
        )
    notes = [f"colonnes laissées de côté : {', '.join(others)}"] if others else []
    missing = [column.heading for column in COLUMNS[kind] if column.field not in found]
    if missing:
        notes.append(f"colonnes absentes, champs inchangés : {', '.join(missing)}")
    return found, tuple(notes)


def _frame(rows: list[tuple[Any, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame.from_records(rows, columns=list(columns))
