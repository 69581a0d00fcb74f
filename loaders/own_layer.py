"""A layer that a user brings: what the file seems to be, then its objects in Lambert-93 and every row set aside.

`look` guesses, the user corrects, `read` gives the objects. Nothing here keeps anything: the layer lives in the session
of its user.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from errors import SourceContentError, SourceCrsError
from loaders.brought import own_archives, own_crs, own_positions, own_tables, own_vectors
from loaders.brought.own_crs import SYSTEMS, Fit, title
from loaders.brought.own_faults import mend
from loaders.brought.own_positions import Position
from loaders.brought.own_shapes import KINDS, settled, vertices
from loaders.brought.own_tables import NO_HEADER
from loaders.brought.own_values import Column, named_for_files, typed
from loaders.catalogue import Source
from loaders.formats import uploads
from loaders.formats.delimited import DELIMITERS, ENCODINGS
from loaders.quality import MENDED, SET_ASIDE, Reading, Report, aside, told
from words.folding import fold
from words.formats import grouped

__all__ = [
    "DELIMITERS", "ENCODINGS", "FORMATS", "KINDS", "MAX_BYTES", "MAX_VERTICES", "NO_HEADER", "SYSTEMS", "Choice", "Column",
    "Fit", "Guess", "OwnLayer", "Position", "look", "place", "read", "source_of", "title",
]  # fmt: skip

MAX_BYTES: Final = 60_000_000
MAX_VERTICES: Final = 1_000_000
#: A report shows no more of a cell.
_VALUE_CHARACTERS: Final = 80
#: Words by which a column names its objects, the surest first.
_LABELS: Final = (
    "nom", "name", "libelle", "intitule", "titre", "denomination", "designation", "lib", "label", "adresse", "id", "identifiant",
)  # fmt: skip

Format = Literal["csv", "xlsx", "geojson", "gpkg", "shp"]
FORMATS: Final[dict[Format, str]] = {
    "csv": "tableau CSV",
    "xlsx": "classeur XLSX",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "shp": "Shapefile",
}


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
    as_text
        Headings of the columns that are read neither as numbers nor as days.
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


@dataclass(frozen=True, eq=False)
class Guess:
    """What a file seems to be.

    Attributes
    ----------
    cells
        Every row as text, indexed by line.
    systems
        Coordinate systems between which the coordinates do not tell; one where there is no doubt.
    shapes, faults
        Geometries in the coordinates of the file, None where there is none, and what is wrong with the others.
    declared_text
        Headings of the columns that the file declares as text.
    """

    name: str
    kind: Format
    choice: Choice
    notes: tuple[str, ...]
    doubts: tuple[str, ...]
    cells: pd.DataFrame
    members: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    systems: tuple[Fit, ...] = ()
    miscut: dict[int, str] = field(default_factory=dict)
    shapes: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))
    faults: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))
    declared_text: frozenset[str] = frozenset()

    @property
    def is_table(self) -> bool:
        """Whether the place of a row is in its cells."""
        return self.kind in {"csv", "xlsx"}


@dataclass(frozen=True)
class OwnLayer(Reading[gpd.GeoDataFrame]):
    """A layer as it was read: its objects in EPSG:2154, and the faults of its rows.

    Attributes
    ----------
    columns
        The columns of the file; `frame` has them by name, `genre` (one of `KINDS`) and the geometry.
    label
        The column that names an object, `id_objet` if none does.
    located
        The columns that hold the place of a row, by name.
    rows
        Every row of the file as text, indexed by line, its columns named as in `headings`.
    headings
        The columns of `rows`: those of the frame, and the one that held the geometry.
    """

    columns: tuple[Column, ...] = ()
    label: str = "id_objet"
    located: tuple[str, ...] = ()
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    headings: tuple[Column, ...] = ()

    def found(self) -> pd.DataFrame:
        """List the faults found, in order of line.

        Returns
        -------
        DataFrame
            `ligne`, `identifiant`, `faute`, `valeur`, `suite` and `a_faire`.
        """
        return told(self.report, mend)

    def set_aside(self) -> pd.DataFrame:
        """Give the rows set aside as the file gave them, each with all its faults and what to do.

        Returns
        -------
        DataFrame
            Indexed by `ligne`: the columns of the file, `faute` and `a_faire`.
        """
        return aside(self.rows, self.found())


def look(name: str, content: bytes, corrected: Choice | None = None) -> Guess:
    """Guess how a file is to be read.

    Parameters
    ----------
    content
        Its bytes, at most `MAX_BYTES`.

    Raises
    ------
    SourceError
        If the file is unusable as a whole: format, encoding, size, number of rows, columns or vertices.
    """
    asked = corrected or Choice()
    path, raw = uploads.take(
        content,
        name,
        max_bytes=MAX_BYTES,
        smaller="découper la couche, par exemple par commune",
        filled="choisir un fichier rempli",
    )
    members: tuple[str, ...] = ()
    if raw.startswith(b"PK") and not own_archives.is_workbook(raw):
        found = own_archives.open_archive(path, raw, member=asked.member)
        asked, members = replace(asked, member=found.member), found.members
        if "" not in found.content:
            opened = own_vectors.open_shapefile(path, found.content, encoding=asked.encoding)
            return _of_vectors(path, "shp", opened, asked, members)
        raw = found.content[""]
    start = raw[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return _of_vectors(path, "geojson", own_vectors.open_geojson(path, raw), asked, members)
    kind = uploads.format_of(path, raw)
    if kind == "gpkg":
        return _of_vectors(
            path, kind, own_vectors.open_geopackage(path, raw, part=asked.part), asked, members
        )
    if kind == "xlsx":
        table = own_tables.open_sheet(path, raw, part=asked.part, header_line=asked.header_line)
    else:
        table = own_tables.open_text(
            path, raw, encoding=asked.encoding, separator=asked.separator, header_line=asked.header_line
        )
    return _of_table(path, kind, table, asked, members)


def read(content: bytes, choice: Choice, *, name: str) -> OwnLayer:
    """Read the objects of a file.

    Parameters
    ----------
    choice
        How it is read; what is None is guessed.
    """
    return place(look(name, content, choice))


def place(guess: Guess) -> OwnLayer:
    """Give the objects of a file that was looked at.

    Returns
    -------
    OwnLayer
        Its objects, maybe none; `report.lignes_lues` is the rows kept plus those set aside.

    Raises
    ------
    SourceContentError
        If no column holds a position.
    SourceCrsError
        If the system of the coordinates is not known.
    """
    path, choice, cells = Path(guess.name), guess.choice, guess.cells
    if choice.position is not None and not choice.position.columns:
        raise SourceContentError(
            path, "aucune colonne de position reconnue", "choisir les colonnes qui la donnent"
        )
    if choice.crs is None:
        raise SourceCrsError(
            path, "le système des coordonnées n'est pas reconnu", "choisir le système de coordonnées"
        )
    report = Report("couche", lignes_lues=len(cells))
    whole = choice.position.whole if choice.position else ""
    attributes = cells.drop(columns=[whole] if whole else [])
    label = _label(attributes)
    ids = cells[label].str.slice(stop=_VALUE_CHARACTERS) if label else pd.Series("", index=cells.index)
    said = pd.Series("", index=cells.index)
    if choice.position is not None:
        said = own_positions.shown(cells, choice.position).str.slice(stop=_VALUE_CHARACTERS)
    miscut = pd.Series(guess.miscut, dtype="str")
    unplaced = guess.faults[(guess.faults != "") & ~guess.faults.index.isin(miscut.index)]
    for faults in (miscut, unplaced):
        for fault, lines in faults.groupby(faults).groups.items():
            report.add(cells.loc[lines], str(fault), SET_ASIDE, ids=ids, values=said)
    sound = ~cells.index.isin([*miscut.index, *unplaced.index])
    located = () if choice.position is None else choice.position.columns
    values, columns, lost = typed(
        attributes,
        decimal=choice.decimal,
        as_text=(*choice.as_text, *located),
        no_figures=guess.declared_text,
    )
    frame = settled(
        values[sound],
        guess.shapes[sound],
        crs=choice.crs,
        swapped=bool(choice.swapped),
        ids=ids,
        said=said,
        report=report,
    )
    for fault, heading, wrong in lost:
        texts = attributes[
            next(head for head, column in zip(attributes, columns, strict=True) if column.title == heading)
        ]
        rows = cells[wrong & sound]
        report.add(
            rows, f"{fault} ({heading})", MENDED, ids=ids, values=texts.str.slice(stop=_VALUE_CHARACTERS)
        )
    names = {heading: column.name for heading, column in zip(attributes, columns, strict=True)}
    headings = tuple(Column(name, title, "texte") for name, title in named_for_files(list(cells.columns)))
    rows = cells.set_axis([column.name for column in headings], axis="columns")
    held = tuple(names[heading] for heading in located if heading in names)
    return OwnLayer(frame, report, columns, names.get(label, "id_objet"), held, rows, headings)


def source_of(layer: OwnLayer, *, source_id: str, name: str, title: str, origin: str, vintage: str) -> Source:
    """Describe an imported layer as the catalogue describes a source."""
    report = layer.report
    return Source(
        source_id=source_id,
        titre=f"{title} (couche importée « {name} »)",
        producteur=f"{origin} (source indiquée par l'utilisateur)",
        millesime=f"{vintage} (indiqué par l'utilisateur)",
        date=None,
        licence="celle du fichier importé, non vérifiée",
        attribution=f"Source indiquée par l'utilisateur : {origin} ; couche importée par l'utilisateur, non vérifiée",
        adresse="fichier importé par l'utilisateur, non conservé",
        fichier=name,
        lignes_lues=report.lignes_lues,
        lignes_gardees=report.lignes_gardees,
        lignes_ecartees=report.lignes_ecartees,
        limites="Hors source officielle : couche importée par l'utilisateur, non vérifiée ; ce qu'elle ne liste pas n'est "
        "pas absent pour autant.",
        communes=frozenset(),
    )


def _of_table(
    path: Path, kind: Format, table: own_tables.OwnTable, asked: Choice, members: tuple[str, ...]
) -> Guess:
    cells, notes, doubts = table.cells, [], []
    if kind == "csv":
        notes.append(
            f"Encodage : {ENCODINGS[table.encoding]} ; séparateur : {DELIMITERS.get(table.separator, table.separator)}."
        )
    if table.header_line == NO_HEADER:
        doubts.append("Aucune ligne de titres reconnue : les colonnes sont numérotées.")
    else:
        notes.append(f"Titres des colonnes : ligne {table.header_line}.")
    position, by_values = asked.position, False
    if position is None:
        position, by_values = own_positions.find(cells)
    shapes = pd.Series(np.full(len(cells), None, dtype=object), index=cells.index)
    faults, stated = pd.Series("", index=cells.index), None
    if position.columns:
        shapes, faults, stated = own_positions.place(cells, position, decimal=asked.decimal)
        named = " et ".join(f"« {name} »" for name in position.columns)
        notes.append(f"Position : {named}.")
        if by_values:
            doubts.append(
                "Position reconnue d'après les seules valeurs des colonnes : vérifiez sur la carte."
            )
    else:
        doubts.append("Aucune colonne de position reconnue : choisissez celles qui la donnent.")
    choice = replace(
        asked,
        encoding=table.encoding or None,
        separator=table.separator or None,
        header_line=table.header_line,
        part=table.part or None,
        position=position,
    )
    return _guessed(
        Guess(
            path.name, kind, choice, tuple(notes), tuple(doubts), cells, members, table.parts, (), table.miscut, shapes, faults
        ),
        stated,
    )  # fmt: skip


def _of_vectors(
    path: Path, kind: Format, opened: own_vectors.Vectors, asked: Choice, members: tuple[str, ...]
) -> Guess:
    choice = replace(asked, part=opened.part or None)
    return _guessed(
        Guess(
            path.name,
            kind,
            choice,
            tuple(f"{note}." for note in opened.notes),
            (),
            opened.cells,
            members,
            opened.parts,
            (),
            {},
            opened.shapes,
            opened.faults,
            opened.kept_as_text,
        ),
        opened.crs,
    )


def _guessed(guess: Guess, stated: str | None) -> Guess:
    """Complete a guess with the system of its coordinates."""
    number = vertices(guess.shapes)
    if number > MAX_VERTICES:
        raise SourceContentError(
            Path(guess.name),
            f"{grouped(number)} sommets, {grouped(MAX_VERTICES)} au plus sont acceptés",
            "simplifier les tracés, ou découper la couche par commune",
        )
    asked, notes, doubts = guess.choice, list(guess.notes), list(guess.doubts)
    coordinates = own_positions.coordinates_of(guess.shapes)
    known = coordinates[np.isfinite(coordinates).all(axis=1)]
    found = own_crs.fits(known, stated=stated)
    crs, swapped, systems = asked.crs, asked.swapped, tuple(own_crs.equally_good(found))
    if crs is not None:
        if swapped is None and len(known):
            straight, turned = (own_crs.fit(known, crs, swapped=way) for way in (False, True))
            swapped = turned.in_france > straight.in_france
        notes.append(f"Système de coordonnées choisi : {title(crs)}.")
    elif found:
        crs = found[0].crs
        swapped = found[0].swapped if swapped is None else swapped
        how = "déclaré par le fichier" if crs == stated else "d'après les valeurs"
        notes.append(f"Système de coordonnées : {title(crs)}, {how}.")
        if stated and crs != stated:
            doubts.append(
                f"Le fichier annonce « {title(stated)} », où ses coordonnées seraient hors de France : vérifiez le système retenu."
            )
        elif len(systems) > 1 and crs != stated:
            others = ", ".join(dict.fromkeys(title(one.crs) for one in systems))
            doubts.append(
                f"Les coordonnées conviennent à plusieurs systèmes ({others}) : vérifiez sur la carte."
            )
    elif len(known):
        doubts.append(
            "Aucun système connu ne place ces coordonnées en France métropolitaine : choisissez-en un."
        )
    if swapped:
        doubts.append("Axes inversés : la première coordonnée est lue comme la latitude, ou le y.")
    heading = FORMATS[guess.kind][0].upper() + FORMATS[guess.kind][1:]
    rows, columns = len(guess.cells), len(guess.cells.columns)
    size = f"{heading} : {grouped(rows)} ligne{'s' * (rows > 1)}, {columns} colonne{'s' * (columns > 1)}."
    return replace(
        guess,
        choice=replace(asked, crs=crs, swapped=bool(swapped)),
        notes=(size, *notes),
        doubts=tuple(doubts),
        systems=systems,
    )


def _label(cells: pd.DataFrame) -> str:
    """Find the column that names the objects, "" if there is no column."""
    for word in _LABELS:
        for heading in cells.columns:
            if word in fold(heading):
                return str(heading)
    return str(cells.columns[0]) if len(cells.columns) else ""
