"""What the files that users bring may be: tables of any columns, or of columns whose headings are known."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import pandas as pd

from errors import SourceFormatError
from loaders.brought.opened import NO_HEADER
from loaders.brought.own_values import named
from loaders.formats import uploads
from loaders.formats.cells import read_numbers
from loaders.formats.grids import HEADER_LINES, Lines, check_columns
from words.folding import fold

#: The sheet and the layer that are read of several, where the columns are known; the template fills the sheet.
SHEET: Final = "Locaux"
LAYER: Final = "locaux"
#: Fewer headings than this may be a title that holds a common word.
FEWEST_HEADINGS: Final = 2
#: A line is of the table when it fills most of the columns.
_MOST_LINES: Final = 0.6
#: A heading may be a year.
_YEARS: Final = (1900, 2100)
_HALF: Final = 0.5
_CHOOSE: Final = "choisir un fichier rempli"

#: The first lines of each sheet.
Heads = Mapping[str, Sequence[Sequence[str]]]


def one_of(path: Path, known: Collection[str], asked: str | None, first: str, what: str) -> str:
    """Give the part of a file that is asked for, the first where none is."""
    part = first if asked is None else asked
    if part not in known:
        raise SourceFormatError(path, f"pas de {what} « {part} »", f"choisir parmi : {', '.join(known)}")
    return part


class Schema:
    """Columns of any heading: the table is what looks most like one, unless one is asked for."""

    #: Lines by which separators are told apart.
    lines: ClassVar[int] = 60
    bare: str = "aucune ligne sous l'en-tête"
    fill: str = _CHOOSE
    no_layer: tuple[str, str] = ("aucune couche géographique", "exporter une couche qui a des géométries")
    no_object: tuple[str, str] = ("aucun objet géographique", "exporter une couche remplie")
    #: Whether a layer may lie in an archive, and whether the hours of its days are read.
    archives: ClassVar[bool] = True
    hours: ClassVar[bool] = True

    def score(self, cut: Sequence[Sequence[str]]) -> int:
        """Tell how early a line has the width that most lines agree on: a heading holds no decimal comma."""
        lines = [line for line in cut if any(map(str.strip, line))]
        width, count = max(Counter(map(len, lines)).items(), key=lambda pair: pair[1], default=(0, 0))
        if width <= 1 or count < _MOST_LINES * len(lines):
            return -self.lines
        return -next(at for at, line in enumerate(lines) if len(line) == width)

    def sheet(self, path: Path, heads: Heads, asked: str | None) -> tuple[str, tuple[str, ...]]:
        """Choose the fullest sheet; give all those that may be chosen."""
        filled = {title: sum(map(len, head)) for title, head in heads.items() if head}
        if not filled:
            raise SourceFormatError(
                path, "classeur sans aucune cellule remplie", "choisir un classeur rempli"
            )
        fullest = max(filled, key=lambda title: filled[title])
        return one_of(path, filled, asked, fullest, "feuille"), tuple(filled)

    def layer(self, path: Path, layers: Mapping[str, str], asked: str | None) -> str:
        """Choose a layer of several, each given with its kind of geometry."""
        return one_of(path, layers, asked, next(iter(layers)), "couche")

    def header(self, path: Path, lines: Lines, asked: int | None) -> int | None:
        """Find the rank of the first line that fills most columns with words, None if figures stand there."""
        if not lines:
            raise SourceFormatError(path, "aucune ligne remplie", _CHOOSE)
        if asked == NO_HEADER:
            return None
        if asked is not None:
            rank = next((rank for rank, (line, _) in enumerate(lines) if line == asked), None)
            if rank is None:
                raise SourceFormatError(
                    path, f"la ligne {asked} est vide", "choisir la ligne des titres de colonnes"
                )
            return rank
        words = [[cell for cell in cells if cell.strip()] for _, cells in lines[:HEADER_LINES]]
        least = _MOST_LINES * Counter(map(len, words)).most_common(1)[0][0]
        rank = next(at for at, filled in enumerate(words) if len(filled) >= least)
        figures = read_numbers(pd.Series(words[rank], dtype="str"))
        figures = figures.notna() & ~figures.between(*_YEARS)
        return None if figures.mean() >= _HALF else rank

    def widened(self, path: Path, header: Sequence[str], body: Lines, *, ragged: bool) -> list[str]:
        """Give a heading to each column that holds something, "" to those that have none."""
        header = list(header)
        if not header or ragged:
            header += [""] * (max(len(cells) for _, cells in body) - len(header))
        # Separators at the end of every line make columns without heading nor value.
        last = max(at for _, cells in body for at, cell in enumerate(cells, 1) if cell.strip())
        while len(header) > last and not header[-1].strip():
            header.pop()
        if not header:
            raise SourceFormatError(path, "aucune colonne", "vérifier le séparateur et la ligne d'en-tête")
        return header

    def keeps(self, heading: str) -> bool:
        """Tell whether a column of a layer is read beside its geometry."""
        del heading
        return True

    def places(self, path: Path, header: Sequence[str]) -> dict[str, int]:
        """Give the place of each column that is read."""
        check_columns(path, len(header))
        return {name: place for place, name in enumerate(named(header))}


@dataclass(frozen=True, kw_only=True)
class Expected(Schema):
    """Columns that are known: separator, sheet and header are those that name most of them.

    Attributes
    ----------
    names
        Folded heading to column.
    units
        Whether a heading may say its unit in brackets.
    kinds, otherwise
        Formats that are read, and what is wrong with the others.
    smaller, filled, fill
        What to do about a file that is too large, is empty, or ends with its header.
    one_line
        What to do where no header is found.
    """

    names: Mapping[str, str]
    units: bool = False
    kinds: tuple[uploads.Format, ...] = ("csv", "xlsx", "gpkg")
    otherwise: tuple[str, str] = ("", "")
    max_bytes: int = uploads.MAX_BYTES
    smaller: str
    filled: str
    fill: str
    one_line: str
    lines: ClassVar[int] = HEADER_LINES
    bare: str = "aucune ligne de données"
    archives: ClassVar[bool] = False
    hours: ClassVar[bool] = False
    no_layer: tuple[str, str] = ("aucune couche géographique", "exporter une couche de points")
    no_object: tuple[str, str] = ("aucune ligne de données", "remplir la couche")

    def recognise(self, heading: str) -> str | None:
        """Give the column that a heading names, whatever its case and accents."""
        return self.names.get(" ".join(fold(heading.partition("(")[0] if self.units else heading)))

    def score(self, cut: Sequence[Sequence[str]]) -> int:
        """Tell how many columns a line names."""
        return self._found(cut)[1]

    def sheet(self, path: Path, heads: Heads, asked: str | None) -> tuple[str, tuple[str, ...]]:
        """Choose the sheet that has a header, or the one of several that bears the name."""
        del asked
        found = [title for title, head in heads.items() if self.score(head)]
        if not found:
            raise SourceFormatError(path, "aucune feuille n'a d'en-tête reconnu", self.one_line)
        chosen = found if len(found) == 1 else [title for title in found if title == SHEET]
        if not chosen:
            titles = ", ".join(f"« {title} »" for title in found)
            raise SourceFormatError(
                path, f"plusieurs feuilles ont un en-tête : {titles}", f"nommer « {SHEET} » celle à lire"
            )
        return chosen[0], tuple(heads)

    def layer(self, path: Path, layers: Mapping[str, str], asked: str | None) -> str:
        """Choose the layer of points that is alone, or bears the name."""
        del asked
        named = [name for name in layers if name.casefold() == LAYER]
        if len(layers) > 1 and not named:
            names = ", ".join(f"« {name} »" for name in layers)
            raise SourceFormatError(
                path,
                f"{len(layers)} couches géographiques : {names}",
                f"n'en garder qu'une, ou nommer « {LAYER} » celle à lire",
            )
        name = next(iter(named or layers))
        kind = layers[name]
        if "Point" not in kind and kind not in {"Unknown", "GeometryCollection"}:
            raise SourceFormatError(
                path,
                f"la couche « {name} » contient des géométries « {kind} », des points sont attendus",
                "exporter un point par local (par exemple le centroïde de la parcelle)",
            )
        return name

    def header(self, path: Path, lines: Lines, asked: int | None) -> int:
        """Find the rank of the line that names most columns."""
        del asked
        start, found = self._found([cells for _, cells in lines[:HEADER_LINES]])
        if not found:
            raise SourceFormatError(path, "aucune ligne d'en-tête reconnue", self.one_line)
        return start

    def widened(self, path: Path, header: Sequence[str], body: Lines, *, ragged: bool) -> list[str]:
        """Refuse a column that holds something and has no heading."""
        del ragged
        self.places(path, header)  # what is there twice is told first
        for place, heading in enumerate(header):
            if not heading.strip() and any(place < len(cells) and cells[place].strip() for _, cells in body):
                raise SourceFormatError(
                    path,
                    f"la colonne n° {place + 1} a des valeurs et pas de titre (cellules fusionnées ?)",
                    "défusionner l'en-tête et donner un nom à chaque colonne",
                )
        return list(header)

    def keeps(self, heading: str) -> bool:
        """Tell whether a column of a layer is read: the geometry prevails on columns of coordinates."""
        return self.recognise(heading) not in {"lon", "lat"}

    def places(self, path: Path, header: Sequence[str]) -> dict[str, int]:
        """Give the place of each column that a heading names."""
        places: dict[str, int] = {}
        for place, heading in enumerate(header):
            name = self.recognise(heading)
            if name in places:
                raise SourceFormatError(
                    path,
                    f"colonne en double : « {heading.strip()} »",
                    "n'en garder qu'une, ou renommer l'autre",
                )
            if name:
                places[name] = place
        return places

    def _found(self, lines: Sequence[Sequence[str]]) -> tuple[int, int]:
        """Find the line that names most columns, and how many it names."""
        counts = [len({self.recognise(cell) for cell in cells} - {None}) for cells in lines]
        best = max(counts, default=0)
        return (counts.index(best), best) if best >= FEWEST_HEADINGS else (0, 0)


def folded(names: Mapping[str, str]) -> dict[str, str]:
    """Fold headings, which give columns."""
    return {" ".join(fold(heading)): column for heading, column in names.items()}
