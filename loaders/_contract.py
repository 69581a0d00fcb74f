"""Tables of the contrat de ville, edited by hand: every fault is gathered, then told at once with its row."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from errors import SourceContentError
from loaders import catalogue
from loaders.formats.points import no_rows
from loaders.formats.texts import read_csv

#: The source of all these tables.
SOURCE_ID = "projets"

#: What a cell says where the document says nothing: no cell is blank.
NOT_STATED = "non précisé"
SEPARATOR = "|"
MENTION = "="


class ContractTable:
    """One table under checking: its cells as text and the faults found so far."""

    def __init__(self, path: Path, *, columns: Sequence[str]) -> None:
        self.path = path
        self.key = columns[0]
        self.cells = read_csv(path, columns=columns)[list(columns)]
        self.columns: dict[str, list[object]] = {name: list(self.cells[name]) for name in columns}
        self.faults: dict[int, list[str]] = {}
        for line, row in self.cells.iterrows():
            blank = [name for name in columns if not row[name]]
            if blank:
                self.fault(
                    line,
                    f"champ vide ({', '.join(blank)}) : écrire « {NOT_STATED} » si le document ne dit rien",
                )
        self.unique(self.key)

    def fault(self, line: object, message: str) -> None:
        """Note what is wrong with one row, told once."""
        told = self.faults.setdefault(int(str(line)), [])
        if message not in told:
            told.append(message)

    def unique(self, column: str) -> None:
        """Refuse a value that stands in two rows."""
        first: dict[str, object] = {}
        for line, value in self.cells[column].items():
            if value and value in first:
                self.fault(line, f"{column} « {value} » en double (déjà à la ligne {first[value]})")
            first.setdefault(value, line)

    def one_of(self, column: str, allowed: Collection[str]) -> None:
        """Refuse a cell, or an item of a list, that is not among these."""
        for line, value in self._filled(column):
            items = [str(item) for item in value] if isinstance(value, list) else [str(value)]
            for item in items:
                if item not in allowed:
                    self.fault(line, f"{column} « {item} » inconnu ; connus : {', '.join(sorted(allowed))}")

    def integers(self, column: str) -> None:
        """Read a column, or the items of its lists, as whole numbers from 1."""

        def number(line: object, text: str) -> int:
            if text.isdecimal() and int(text) > 0:
                return int(text)
            self.fault(line, f"{column} « {text} » n'est pas un nombre entier à partir de 1")
            return 0

        for rank, (line, value) in enumerate(zip(self.cells.index, self.columns[column], strict=True)):
            if isinstance(value, list):
                self.columns[column][rank] = [number(line, str(item)) for item in value]
            elif value:
                self.columns[column][rank] = number(line, str(value))

    def lists(self, column: str) -> None:
        """Split the cells of a column at "|", refusing an item that is blank or repeated."""
        for rank, (line, cell) in enumerate(self.cells[column].items()):
            items = [item.strip() for item in str(cell).split(SEPARATOR)]
            if cell and "" in items:
                self.fault(line, f"{column} : élément vide entre deux « {SEPARATOR} »")
            for item in sorted({item for item in items if item and items.count(item) > 1}):
                self.fault(line, f"{column} : « {item} » est répété")
            self.columns[column][rank] = items

    def mentions(
        self, column: str, *, known: Mapping[str, Collection[str]], unless: Collection[str] = ()
    ) -> None:
        """Read a list of partners, each an id and the document's own wording: `metropole=Métropole (Mobilités)`.

        The column becomes the list of ids, and `<column>_ecritures` the list of wordings. The wording, its brackets aside, must be one that the register gives for this id, whatever the case.
        """
        self.lists(column)
        ids, wordings = [], []
        for line, items in self._rows(column):
            pairs = [
                (item, item) if item in unless else self._mention(line, column, item, known) for item in items
            ]
            names = [identifier for identifier, _ in pairs]
            for name in sorted({name for name in names if name and names.count(name) > 1}):
                self.fault(line, f"{column} : partenaire « {name} » cité deux fois")
            ids.append(names)
            wordings.append([wording for _, wording in pairs])
        self.columns[column] = list(ids)
        self.columns[f"{column}_ecritures"] = list(wordings)

    def frame(self, *, mend: str) -> pd.DataFrame:
        """Give the table, or raise for all its faults at once."""
        if self.faults:
            names = dict(zip(self.cells.index, self.cells[self.key], strict=True))
            named = [
                f"ligne {line} ({names[line] or 'sans identifiant'}) : {' ; '.join(told)}"
                for line, told in sorted(self.faults.items())
            ]
            raise SourceContentError(self.path, " | ".join(named), mend)
        frame = pd.DataFrame({name: pd.Series(values) for name, values in self.columns.items()})
        return frame.set_index(self.key).sort_index()

    def _mention(
        self, line: object, column: str, item: str, known: Mapping[str, Collection[str]]
    ) -> tuple[str, str]:
        identifier, mark, wording = (part.strip() for part in item.partition(MENTION))
        if item and not (mark and identifier and wording):
            self.fault(line, f"{column} : « {item} » ne s'écrit pas identifiant{MENTION}écriture du document")
        elif item and identifier not in known:
            self.fault(line, f"{column} : partenaire « {identifier} » inconnu du registre")
        elif item and wording.partition(" (")[0].casefold() not in {
            text.casefold() for text in known[identifier]
        }:
            self.fault(
                line, f"{column} : l'écriture « {wording} » n'est pas au registre pour « {identifier} »"
            )
        return identifier, wording

    def _filled(self, column: str) -> list[tuple[object, object]]:
        rows = zip(self.cells.index, self.cells[column], self.columns[column], strict=True)
        return [(line, value) for line, cell, value in rows if cell]

    def _rows(self, column: str) -> list[tuple[object, list[str]]]:
        pairs = zip(self.cells.index, self.columns[column], strict=True)
        return [(line, [str(item) for item in value]) for line, value in pairs if isinstance(value, list)]


@dataclass(frozen=True)
class Description:
    """How one table is read; its first column is the key."""

    file: Path
    columns: Sequence[str]
    lists: Sequence[str] = ()
    integers: Sequence[str] = ()
    unique: Sequence[str] = ()
    #: Lists of partners, each with the words that stand for none.
    mentions: Mapping[str, Collection[str]] = field(default_factory=dict)
    #: Columns of "oui" or "non".
    flags: Sequence[str] = ()
    mend: str = "corriger les lignes nommées"

    def load(
        self,
        path: Path | str | None,
        *,
        known: Callable[[], Mapping[str, Collection[str]]] = dict,
        also: Callable[[ContractTable], None] | None = None,
    ) -> pd.DataFrame:
        """Read a table, the embedded one by default; no row in a territory without projects.

        `known` gives the partners' wordings, where there are mentions; `also` checks more.
        """
        if path is None and not catalogue.has(SOURCE_ID):
            types = dict.fromkeys(
                [*self.columns[1:], *(f"{name}_ecritures" for name in self.mentions)], "object"
            )
            types |= {name: "int64" for name in self.integers if name not in self.lists}
            return no_rows(self.columns[0], types | dict.fromkeys(self.flags, "bool"))
        table = ContractTable(Path(path or self.file), columns=self.columns)
        for column in self.lists:
            table.lists(column)
        for column in self.integers:
            table.integers(column)
        for column in self.unique:
            table.unique(column)
        for column, unless in self.mentions.items():
            table.mentions(column, known=known(), unless=unless)
        for column in self.flags:
            table.one_of(column, ["oui", "non"])
            table.columns[column] = [cell == "oui" for cell in table.cells[column]]
        if also is not None:
            also(table)
        return table.frame(mend=self.mend)
