"""A layer that a user brings: what the file seems to be, then its objects in Lambert-93 and every row set aside.

`look` guesses, the user corrects, `place` gives the objects. Nothing here keeps anything: the layer lives in the session
of its user.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from errors import SourceContentError, SourceCrsError
from loaders.brought import geojson, opener, own_labels, own_places, own_values
from loaders.brought.given import MENDS, Given, described, report_damaged
from loaders.brought.opened import FORMATS, NO_HEADER, Choice, Opened, Position
from loaders.brought.own_values import Column, named_for_files, typed
from loaders.catalogue import Source
from loaders.formats import encodings, uploads
from loaders.formats.cells import NOT_A_NUMBER, restore
from loaders.formats.grids import DELIMITERS
from loaders.formats.shapes import REPAIRED
from loaders.formats.systems import MOST_PLACES, equally_good, fit, fits, name_of, title
from loaders.quality import LONGEST, SET_ASIDE, Report
from words.formats import grouped

MAX_BYTES: Final = 60_000_000
MAX_VERTICES: Final = 1_000_000
#: What to do about each fault.
_MENDS: Final = MENDS | {
    own_places.ABSENT: "donner une position à cette ligne",
    own_places.UNREADABLE: "écrire la position en chiffres, comme sur les autres lignes",
    geojson.UNREADABLE: "dessiner de nouveau cet objet, ou le retirer",
    own_places.ABROAD: "vérifier la position et le système de coordonnées, ou retirer la ligne",
    own_places.OTHER_SYSTEM: "convertir ces lignes dans le système des autres",
    own_places.FLAT: "dessiner de nouveau cet objet, ou le retirer",
    REPAIRED: "vérifier le contour, qui se recoupait",
    own_places.OPENED: "rien, si chaque point compte pour un objet",
    own_places.MIXED: "séparer points, lignes et surfaces si toutes comptent",
    NOT_A_NUMBER: "écrire un nombre, ou choisir de garder cette colonne comme texte",
    own_values.ROUNDED: "reprendre ce code dans le fichier d'origine, sans passer par un tableur, ou en colonne de texte",
    own_values.NOT_A_DAY: "écrire une date (31/12/2025), ou choisir de garder cette colonne comme texte",
}


@dataclass(frozen=True)
class OwnLayer(Given[gpd.GeoDataFrame]):
    """A layer as it was read: its objects in EPSG:2154, and the faults of its rows.

    Attributes
    ----------
    columns
        The columns of the file; `frame` has them by name, `genre` (one of `own_places.GENRES`) and the geometry.
    label
        The column that names an object, `id_objet` if none does.
    located
        The columns that hold the place of a row, by name.
    headings
        The columns of `rows`, by name: those of the frame, and the one that held the geometry.
    """

    mends = _MENDS

    columns: tuple[Column, ...] = ()
    label: str = "id_objet"
    located: tuple[str, ...] = ()
    headings: tuple[Column, ...] = ()


def look(name: str, content: bytes, corrected: Choice | None = None) -> Opened:
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
    path, raw = uploads.take(
        content,
        name,
        max_bytes=MAX_BYTES,
        smaller="découper la couche, par exemple par commune",
        filled="choisir un fichier rempli",
    )
    opened = opener.open_file(path, raw, corrected or Choice())
    opened = _located(_placed(opened) if opened.is_table else replace(opened, stated=name_of(opened.stated)))
    position = opened.choice.position or Position()
    asked = opened.choice.label
    known = opened.cells.drop(columns=[position.whole] if position.whole else [])
    label = (
        asked
        if asked in known.columns
        else own_labels.find(known.drop(columns=list(position.columns), errors="ignore"))
    )
    return replace(opened, choice=replace(opened.choice, label=label or None))


def place(opened: Opened) -> OwnLayer:
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
    path, choice, cells = Path(opened.name), opened.choice, opened.cells
    if choice.position is not None and not choice.position.columns:
        raise SourceContentError(
            path, "aucune colonne de position reconnue", "choisir les colonnes qui la donnent"
        )
    if choice.crs is None and opened.shapes.isna().all():
        raise SourceContentError(
            path,
            "aucune position lisible dans les colonnes choisies",
            "choisir d'autres colonnes de position",
        )
    if choice.crs is None:
        raise SourceCrsError(
            path, "le système des coordonnées n'est pas reconnu", "choisir le système de coordonnées"
        )
    position = choice.position or Position()
    attributes = cells.drop(columns=[position.whole] if position.whole else [])
    label = choice.label or ""
    ids = cells[label].str.slice(stop=LONGEST) if label else pd.Series("", index=cells.index)
    report = Report("couche", len(cells), ids, longest=LONGEST)
    said = own_places.shown(cells, position)
    unplaced = opened.faults[(opened.faults != "") & ~opened.faults.index.isin(list(opened.miscut))]
    lost = pd.concat([pd.Series(opened.miscut, dtype="str"), unplaced.astype("str")])
    report.add(lost, lost, SET_ASIDE, said)
    sound = ~cells.index.isin(lost.index)
    values, columns, mended = typed(
        attributes,
        decimal=choice.decimal,
        as_text=(*choice.as_text, *position.columns),
        as_number=choice.as_number,
        no_figures=opened.declared_text,
    )
    frame = own_places.settled(
        values[sound],
        opened.shapes[sound],
        crs=choice.crs,
        swapped=bool(choice.swapped),
        said=said,
        report=report,
    )
    report_damaged(report, opened.damaged)
    for fault, suite, texts in mended:
        report.add(texts[texts.index.isin(cells.index[sound])], fault, suite, texts)
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
        licence="celle du fichier importé, non vérifiée",
        attribution=f"Source indiquée par l'utilisateur : {origin} ; couche importée par l'utilisateur, non vérifiée",
        limites="Hors source officielle : couche importée par l'utilisateur, non vérifiée ; ce qu'elle ne liste pas n'est "
        "pas absent pour autant.",
        **described(layer.report, name),
    )


def _placed(opened: Opened) -> Opened:
    """Complete a table with the place of its rows."""
    choice, notes, doubts = opened.choice, list(opened.notes), list(opened.doubts)
    if opened.kind == "csv":
        separator = str(choice.separator)
        notes.append(f"Séparateur : {DELIMITERS.get(separator, separator)}.")
    if choice.header_line == NO_HEADER:
        doubts.append("Aucune ligne de titres reconnue : les colonnes sont numérotées.")
    else:
        notes.append(f"Titres des colonnes : ligne {choice.header_line}.")
    cells = opened.cells.apply(restore)
    shapes, faults, stated = opened.shapes, opened.faults, opened.stated
    position, by_values = choice.position, False
    if position is None:
        position, by_values = own_places.find(cells)
    if position.columns:
        shapes, faults, stated = own_places.place(cells, position, decimal=choice.decimal)
        notes.append(f"Position : {' et '.join(f'« {name} »' for name in position.columns)}.")
        if by_values:
            doubts.append(
                "Position reconnue d'après les seules valeurs des colonnes : vérifiez sur la carte."
            )
    else:
        doubts.append("Aucune colonne de position reconnue : choisissez celles qui la donnent.")
    return replace(
        opened,
        choice=replace(choice, position=position),
        cells=cells,
        shapes=shapes,
        faults=faults,
        stated=stated,
        notes=tuple(notes),
        doubts=tuple(doubts),
    )


def _located(opened: Opened) -> Opened:
    """Complete a guess with the system of its coordinates."""
    coordinates = own_places.coordinates_of(opened.shapes)
    if len(coordinates) > MAX_VERTICES:
        raise SourceContentError(
            Path(opened.name),
            f"{grouped(len(coordinates))} sommets, {grouped(MAX_VERTICES)} au plus sont acceptés",
            "simplifier les tracés, ou découper la couche par commune",
        )
    asked, stated, notes, doubts = opened.choice, opened.stated, list(opened.notes), list(opened.doubts)
    known = coordinates[np.isfinite(coordinates).all(axis=1)]
    found = fits(known, stated=stated)
    crs, swapped, systems = asked.crs, asked.swapped, tuple(equally_good(found))
    if crs is not None:
        swapped, doubt = _chosen(known, crs, swapped=swapped)
        notes.append(f"Système de coordonnées choisi : {title(crs)}.")
        doubts += doubt
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
    heading = FORMATS[opened.kind][0].upper() + FORMATS[opened.kind][1:]
    rows, columns = len(opened.cells), len(opened.cells.columns)
    if asked.encoding in encodings.RARE:
        doubts.append(
            f"Encodage peu courant ({encodings.title(str(asked.encoding))}) : vérifiez les accents."
        )
    if opened.is_text:
        notes.insert(0, f"Encodage : {encodings.title(str(asked.encoding))}.")
    size = f"{heading} : {grouped(rows)} ligne{'s' * (rows > 1)}, {columns} colonne{'s' * (columns > 1)}."
    return replace(
        opened,
        choice=replace(asked, crs=crs, swapped=bool(swapped)),
        notes=(size, *notes),
        doubts=tuple(doubts),
        systems=systems,
    )


def _chosen(
    known: npt.NDArray[np.float64], crs: str, *, swapped: bool | None
) -> tuple[bool | None, list[str]]:
    """Give the order of the axes in a system that the user chose, and the doubt that it leaves."""
    if not len(known):
        return swapped, []
    if swapped is None:
        straight, turned = (fit(known, crs, swapped=way) for way in (False, True))
        swapped = turned.in_france > straight.in_france
    if fit(known, crs, swapped=swapped).in_france > MOST_PLACES:
        return swapped, []
    return swapped, [f"Le système choisi ({title(crs)}) place ces coordonnées hors de France métropolitaine."]
