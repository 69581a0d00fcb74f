"""A layer that a user brings: what the file seems to be, then its objects in Lambert-93 and every row set aside.

`look` guesses, the user corrects, `read` gives the objects. Nothing here keeps anything: the layer lives in the session
of its user.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from errors import SourceContentError, SourceCrsError
from loaders.brought import own_positions, own_shapes, own_tables, own_values, own_vectors
from loaders.brought.given import MENDS, Given, described
from loaders.brought.own_guess import FORMATS, NO_HEADER, Choice, Guess, Position
from loaders.brought.own_shapes import GENRES, settled, vertices
from loaders.brought.own_values import Column, named_for_files, typed
from loaders.catalogue import Source
from loaders.formats import uploads
from loaders.formats.archives import is_workbook
from loaders.formats.cells import NOT_A_NUMBER
from loaders.formats.delimited import DELIMITERS, ENCODINGS
from loaders.formats.shapes import REPAIRED
from loaders.formats.systems import SYSTEMS, Fit, equally_good, fit, fits, title
from loaders.quality import LONGEST, MENDED, SET_ASIDE, Report
from words.folding import fold
from words.formats import grouped

__all__ = [
    "DELIMITERS", "ENCODINGS", "FORMATS", "GENRES", "MAX_BYTES", "MAX_VERTICES", "NO_HEADER", "SYSTEMS", "Choice", "Column",
    "Fit", "Guess", "OwnLayer", "Position", "look", "place", "read", "source_of", "title",
]  # fmt: skip

MAX_BYTES: Final = 60_000_000
MAX_VERTICES: Final = 1_000_000
#: Words by which a column names its objects, the surest first.
_LABELS: Final = (
    "nom", "name", "libelle", "intitule", "titre", "denomination", "designation", "lib", "label", "adresse", "id", "identifiant",
)  # fmt: skip
#: What to do about each fault.
_MENDS: Final = MENDS | {
    own_positions.ABSENT: "donner une position à cette ligne",
    own_positions.UNREADABLE: "écrire la position en chiffres, comme sur les autres lignes",
    own_vectors.UNREADABLE: "dessiner de nouveau cet objet, ou le retirer",
    own_shapes.ABROAD: "vérifier la position et le système de coordonnées, ou retirer la ligne",
    own_shapes.FLAT: "dessiner de nouveau cet objet, ou le retirer",
    REPAIRED: "vérifier le contour, qui se recoupait",
    own_shapes.OPENED: "rien, si chaque point compte pour un objet",
    own_shapes.MIXED: "séparer points, lignes et surfaces si toutes comptent",
    NOT_A_NUMBER: "écrire un nombre, ou choisir de garder cette colonne comme texte",
    own_values.NOT_A_DAY: "écrire une date (31/12/2025), ou choisir de garder cette colonne comme texte",
}


@dataclass(frozen=True)
class OwnLayer(Given[gpd.GeoDataFrame]):
    """A layer as it was read: its objects in EPSG:2154, and the faults of its rows.

    Attributes
    ----------
    columns
        The columns of the file; `frame` has them by name, `genre` (one of `GENRES`) and the geometry.
    label
        The column that names an object, `id_objet` if none does.
    located
        The columns that hold the place of a row, by name.
    headings
        The columns of `rows`, by name: those of the frame, and the one that held the geometry.
    """

    columns: tuple[Column, ...] = ()
    label: str = "id_objet"
    located: tuple[str, ...] = ()
    headings: tuple[Column, ...] = ()

    @staticmethod
    def mend(fault: str) -> str:
        """Say what to do about a fault."""
        return _MENDS[fault.partition(" (")[0].partition(" : ")[0]]


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
    content_of = {"": raw}
    if raw.startswith(b"PK") and not is_workbook(raw):
        member, members, content_of = own_vectors.open_archive(path, raw, member=asked.member)
        asked = replace(asked, member=member)
    return replace(_located(_opened(path, content_of, asked)), members=members)


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
    position = choice.position or Position()
    attributes = cells.drop(columns=[position.whole] if position.whole else [])
    label = _label(attributes)
    ids = cells[label].str.slice(stop=LONGEST) if label else pd.Series("", index=cells.index)
    report = Report("couche", len(cells), ids, longest=LONGEST)
    said = own_positions.shown(cells, position)
    miscut = pd.Series(guess.miscut, dtype="str")
    unplaced = guess.faults[(guess.faults != "") & ~guess.faults.index.isin(miscut.index)]
    for faults in (miscut, unplaced):
        report.add(faults, faults, SET_ASIDE, said)
    sound = ~cells.index.isin([*miscut.index, *unplaced.index])
    values, columns, lost = typed(
        attributes,
        decimal=choice.decimal,
        as_text=(*choice.as_text, *position.columns),
        no_figures=guess.declared_text,
    )
    frame = settled(
        values[sound],
        guess.shapes[sound],
        crs=choice.crs,
        swapped=bool(choice.swapped),
        said=said,
        report=report,
    )
    for fault, texts in lost:
        report.add(texts[texts.index.isin(cells.index[sound])], fault, MENDED, texts)
    names = {heading: column.name for heading, column in zip(attributes, columns, strict=True)}
    headings = tuple(Column(name, title, "texte") for name, title in named_for_files(list(cells.columns)))
    rows = cells.set_axis([column.name for column in headings], axis="columns")
    held = tuple(names[heading] for heading in position.columns if heading in names)
    return OwnLayer(frame, report, rows, columns, names.get(label, "id_objet"), held, headings)


def source_of(layer: OwnLayer, *, source_id: str, name: str, title: str, origin: str, vintage: str) -> Source:
    """Describe an imported layer as the catalogue describes a source."""
    return Source(
        source_id=source_id,
        titre=f"{title} (couche importée « {name} »)",
        producteur=f"{origin} (source indiquée par l'utilisateur)",
        millesime=f"{vintage} (indiqué par l'utilisateur)",
        date=None,
        licence="celle du fichier importé, non vérifiée",
        attribution=f"Source indiquée par l'utilisateur : {origin} ; couche importée par l'utilisateur, non vérifiée",
        limites="Hors source officielle : couche importée par l'utilisateur, non vérifiée ; ce qu'elle ne liste pas n'est "
        "pas absent pour autant.",
        communes=frozenset(),
        **described(layer.report, name),
    )


def _opened(path: Path, content: Mapping[str, bytes], choice: Choice) -> Guess:
    """Open a file, or the members of a Shapefile by their extension."""
    if "" not in content:
        return own_vectors.open_shapefile(path, content, choice)
    raw = content[""]
    if raw[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
        return own_vectors.open_geojson(path, raw, choice)
    kind = uploads.format_of(path, raw)
    if kind == "gpkg":
        return own_vectors.open_geopackage(path, raw, choice)
    return own_tables.open_table(path, raw, kind, choice)


def _located(guess: Guess) -> Guess:
    """Complete a guess with the system of its coordinates."""
    number = vertices(guess.shapes)
    if number > MAX_VERTICES:
        raise SourceContentError(
            Path(guess.name),
            f"{grouped(number)} sommets, {grouped(MAX_VERTICES)} au plus sont acceptés",
            "simplifier les tracés, ou découper la couche par commune",
        )
    asked, stated, notes, doubts = guess.choice, guess.stated, list(guess.notes), list(guess.doubts)
    coordinates = own_positions.coordinates_of(guess.shapes)
    known = coordinates[np.isfinite(coordinates).all(axis=1)]
    found = fits(known, stated=stated)
    crs, swapped, systems = asked.crs, asked.swapped, tuple(equally_good(found))
    if crs is not None:
        if swapped is None and len(known):
            straight, turned = (fit(known, crs, swapped=way) for way in (False, True))
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
