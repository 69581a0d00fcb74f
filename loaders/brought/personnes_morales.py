"""Candidate ground-floor addresses of social landlords, inferred from the DGFiP's open file of the premises of legal persons.

The file says neither where an address lies nor what a local is (dwelling, cellar, garage or shop), and the coding of its floors is not documented: what comes out is to be checked on the spot.
"""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import geopandas as gpd
import pandas as pd

from errors import ArgumentError, SourceContentError, SourceFormatError
from geo.arrondissements import commune_of
from geo.attachment import zone_of
from geo.crs import LAMBERT93
from loaders import qpv, territory
from loaders.brought import addresses, landlords
from loaders.brought.addresses import Geocode
from loaders.brought.dgfip_layout import COLUMNS, NOT_THE_FILE, check_header, encoding_of
from loaders.brought.premises_schema import OUTSIDE_QPV
from loaders.catalogue import Source
from loaders.formats.encodings import LOST, is_damaged
from loaders.formats.points import to_points
from loaders.formats.uploads import called
from loaders.quality import KEPT, SET_ASIDE, Fault, Reading, Report
from words.folding import fold
from words.formats import pluriel

SOURCE_ID: Final = "personnes_morales"
TO_CHECK: Final = "à vérifier"
#: How floors are read, said in each row.
READING: Final = "niveau 00 lu comme rez-de-chaussée (codage non documenté), nature du local inconnue"
FROM_LIST: Final = "liste des bailleurs"
FROM_GROUP: Final = "groupe « 5 - Office HLM » du fichier"
#: Why an address that the geocoder knows has no position (column `position` of `place`).
ELSEWHERE_FOUND: Final = "adresse trouvée dans une autre commune"
NO_VINTAGE: Final = "millésime non précisé"
#: What a row of the file is.
LANDLORDS: Final = "bailleurs"
OTHERS: Final = "autres propriétaires"
ELSEWHERE: Final = "hors du périmètre"
ASIDE: Final = "écartées"
#: What the floors of an address say; the first are the candidates.
SITUATIONS: Final = ("rez-de-chaussée lu", "aucun rez-de-chaussée lu", "aucun niveau lisible")
#: A département has some two million rows.
MAX_ROWS: Final = 5_000_000
#: Beyond, it is not a row that is wrong but the file.
MAX_FAULTS: Final = 1_000
#: Levels above the ground that are taken for floors; what lies beyond (81, letters) is not read.
HIGHEST_FLOOR: Final = 50

_DEPARTEMENT, _COMMUNE, _TOWN, _PREFIX = 0, 2, 3, 4
_LEVEL, _DOOR = 9, 10
_NUMBER, _REPEAT, _WAY_KIND, _WAY = 11, 12, 15, 16
_SIREN, _GROUP, _NAME = 19, 20, 23
#: The group stands with its name, or alone in the files of before 2025.
_OFFICE: Final = re.compile(r"\s*0?5\s*(?:[-–—]|$)")
#: More groups than this are no groups.
_MOST_GROUPS: Final = 20
_REPEATS: Final = {"B": "bis", "T": "ter", "Q": "quater"}
#: Columns of the candidates.
FRAME_COLUMNS: Final = (
    "adresse", "commune", "code_insee", "bailleurs", "sirens", "origine_bailleur", "nb_locaux", "nb_rdc",
    "nb_niveaux_lus", "part_niveaux_lus", "lecture", "verification", "millesime",
)  # fmt: skip


@dataclass(frozen=True)
class Candidates(Reading[pd.DataFrame]):
    """Candidate addresses, and what became of every row of the file.

    Attributes
    ----------
    counts
        Rows by what they are (`LANDLORDS`, `OTHERS`, `ELSEWHERE`, `ASIDE`); they add up to `report.lignes_lues`.
    addresses
        Addresses of landlords by what their floors say (`SITUATIONS`).
    """

    counts: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass
class _Address:
    """What is known of one address while the file is read."""

    text: str
    town: str
    code_insee: str
    names: dict[str, str] = field(default_factory=dict)
    origins: set[str] = field(default_factory=set)
    premises: set[int] = field(default_factory=set)
    read: int = 0
    ground: int = 0

    @property
    def situation(self) -> str:
        """Say what its floors say."""
        return SITUATIONS[0 if self.ground else 1 if self.read else 2]


def read(
    source: Path | str | bytes | BinaryIO,
    *,
    name: str | None = None,
    millesime: str = NO_VINTAGE,
    known: pd.DataFrame | None = None,
) -> Candidates:
    """Find the addresses where landlords hold a local whose level reads as the ground floor.

    The file is read line by line: memory grows with the landlords' addresses, not with the file. Rows of other
    owners are counted and forgotten.

    Parameters
    ----------
    source
        The CSV file of one département, its bytes, or an open binary file that can be read twice.
    name
        Name of the file for messages; needed without a path.
    millesime
        The day or the year that the file describes, which it does not say itself.
    known
        Landlords as `loaders.brought.landlords.load` gives them, the default; those of the file's group
        "5 - Office HLM" are always added.

    Returns
    -------
    Candidates
        `frame`: index `id_adresse` (the same from one reading to the next); `adresse`, `commune`, `code_insee`
        (that of the whole commune where there are arrondissements), `bailleurs` and `sirens` (lists), `origine_bailleur`, `nb_locaux` (distinct premises of
        any kind), `nb_rdc` and `nb_niveaux_lus` among them, `part_niveaux_lus` in [0, 1], `lecture`, `verification`
        ("à vérifier") and `millesime`. It may hold no row.

    Raises
    ------
    ArgumentError
        If the content comes without a name, or the vintage is blank.
    SourceError
        If it is not that file, or too many of its rows are cut wrong.
    """
    if not millesime.strip():
        raise ArgumentError("Le millésime du fichier est vide : écrire « millésime non précisé »")
    path = called(source, name)
    listed = dict((landlords.load() if known is None else known)["denomination"])
    content = io.BytesIO(source) if isinstance(source, bytes) else source
    with Path(content).open("rb") if isinstance(content, Path | str) else nullcontext(content) as stream:
        encoding = encoding_of(path, stream)
        stream.seek(0)
        return _gathered(path, stream, encoding, listed, millesime)


def place(
    candidates: pd.DataFrame, geocode: Geocode, *, zones: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    """Give candidates their points, on request: their address goes to the geocoder.

    Parameters
    ----------
    candidates
        Rows of `read(...).frame`, at most `addresses.MAX_ADDRESSES` at a time.
    zones
        Outlines of the QPV, indexed by `code_qp`, in EPSG:2154; the embedded ones by default.

    Returns
    -------
    GeoDataFrame
        All the rows, in the order given: `position` (`addresses.FROM_ADDRESS`, else why the row has none), `code_qp`
        (or `OUTSIDE_QPV`; missing without position) and points in EPSG:2154, None where no position is believed.

    Raises
    ------
    SourceCrsError
        If most of the geocoder's answers lie outside France.
    """
    rows = candidates.reset_index()
    rows.index = pd.RangeIndex(1, len(rows) + 1, name="ligne")
    found = addresses.locate(rows["adresse"] + " " + rows["commune"], geocode)
    position = found["faute"].where(found["faute"] != "", addresses.FROM_ADDRESS)
    points = gpd.GeoSeries(index=rows.index, crs=LAMBERT93, dtype="geometry")
    located = found.loc[found["faute"] == "", ["lon", "lat"]].map("{:.9f}".format)
    if len(located):
        report = Report(SOURCE_ID, len(rows), rows["id_adresse"])
        placed = to_points(located, path=Path("géocodage"), report=report)
        for fault in report.faults:
            if fault.suite == SET_ASIDE:
                position[fault.ligne] = fault.faute
        # Another commune than the file's: a street of the same name, elsewhere.
        elsewhere = placed["code_insee"] != rows.loc[placed.index, "code_insee"]
        position[placed.index[elsewhere]] = ELSEWHERE_FOUND
        points[placed.index[~elsewhere]] = placed.geometry[~elsewhere]
    frame = gpd.GeoDataFrame(rows.assign(position=position), geometry=points)
    outlines = qpv.read().frame if zones is None else zones
    known = frame[points.notna()]
    frame["code_qp"] = zone_of(known, outlines).fillna(OUTSIDE_QPV).reindex(frame.index)
    return frame.set_index("id_adresse")[[*FRAME_COLUMNS, "position", "code_qp", "geometry"]]


def source_of(candidates: Candidates, *, name: str) -> Source:
    """Describe the file as a source of the communes of its candidates alone: a landlord may be missing from the list."""
    vintages = candidates.frame["millesime"].unique()
    kept = candidates.counts[LANDLORDS]
    return Source(
        source_id=SOURCE_ID,
        titre="Locaux des personnes morales : adresses candidates, à vérifier",
        producteur="DGFiP, d'après le cadastre",
        millesime=str(vintages[0]) if len(vintages) else NO_VINTAGE,
        licence="Licence Ouverte 2.0",
        attribution="Source : DGFiP, fichiers des locaux et des parcelles des personnes morales",
        adresse="https://www.data.gouv.fr",
        fichier=name,
        lignes_lues=candidates.report.lignes_lues,
        lignes_gardees=kept,
        lignes_ecartees=candidates.report.lignes_lues - kept,
        limites=f"Déduit, à vérifier : {READING}. Les bailleurs absents de la liste manquent.",
        communes=frozenset(candidates.frame["code_insee"]),
    )


def _gathered(
    path: Path, stream: BinaryIO, encoding: str, listed: dict[str, str], millesime: str
) -> Candidates:
    rows = _rows(stream, encoding)
    check_header(path, next(rows)[1])
    inside = frozenset(territory.load().communes.index)
    counts = dict.fromkeys((LANDLORDS, OTHERS, ELSEWHERE, ASIDE), 0)
    report = Report(SOURCE_ID, lignes_lues=0)
    found: dict[str, _Address] = {}
    groups: set[str] = set()
    for line, cells in rows:
        report.lignes_lues += 1
        if report.lignes_lues > MAX_ROWS:
            raise SourceContentError(path, f"plus de {MAX_ROWS} lignes", "fournir un département à la fois")
        kind, fault = _judged(cells, listed, inside)
        counts[kind] += 1
        if kind != ASIDE and len(groups) < _MOST_GROUPS:
            groups.add(cells[_GROUP])
        if kind == LANDLORDS:
            _add(found, cells, listed)
            if is_damaged(cells):
                told = ";".join(cell for cell in cells if is_damaged([cell]))[:80]
                report.faults.append(Fault(line, "", LOST, told, KEPT))
        elif kind == ASIDE:
            # Where the row is, without its owner.
            report.faults.append(Fault(line, "", fault, ";".join(cells[:_NUMBER])[:80], SET_ASIDE))
            if counts[ASIDE] > MAX_FAULTS:
                raise SourceFormatError(
                    path,
                    f"plus de {MAX_FAULTS} lignes fautives ; dernière : ligne {line}, {fault}",
                    NOT_THE_FILE,
                )
    if not report.lignes_lues:
        raise SourceFormatError(path, "aucune ligne de données", NOT_THE_FILE)
    situations = [address.situation for address in found.values()]
    return Candidates(
        _frame(found, millesime),
        report,
        counts,
        {name: situations.count(name) for name in SITUATIONS},
        (
            f"Encodage reconnu : {encoding.removesuffix('-sig').upper()}",
            *([] if counts[LANDLORDS] else [_nobody(counts, groups)]),
        ),
    )


def _nobody(counts: dict[str, int], groups: set[str]) -> str:
    """Say why a file yields no landlord."""
    why = []
    if counts[ELSEWHERE]:
        why.append(f"{pluriel(counts[ELSEWHERE], 'ligne')} de bailleurs hors du périmètre de l'atlas")
    if counts[OTHERS]:
        named = ", ".join(f"« {group or 'vide'} »" for group in sorted(groups))
        why.append(
            f"{pluriel(counts[OTHERS], 'ligne')} d'autres propriétaires, ni du groupe 5 (offices HLM) ni d'un SIREN de la "
            f"liste des bailleurs ; groupes rencontrés : {named}"
        )
    if counts[ASIDE]:
        why.append(f"{pluriel(counts[ASIDE], 'ligne écartée', 'lignes écartées')}")
    return f"Aucun bailleur reconnu : {' ; '.join(why)}"


def _judged(cells: list[str], listed: dict[str, str], inside: frozenset[str]) -> tuple[str, str]:
    """Tell what a row is, and what is wrong with it."""
    if len(cells) != len(COLUMNS):
        return ASIDE, f"ligne mal découpée : {len(cells)} champs au lieu de {len(COLUMNS)}"
    siren = cells[_SIREN]
    if siren not in listed and not _OFFICE.match(cells[_GROUP]):
        return OTHERS, ""
    if _code_insee(cells) not in inside:
        return ELSEWHERE, ""
    if not (siren.isdecimal() and len(siren) == landlords.SIREN_DIGITS):
        return ASIDE, "bailleur sans numéro SIREN"
    return (LANDLORDS, "") if cells[_WAY] else (ASIDE, "adresse absente")


def _rows(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, list[str]]]:
    for line, raw in enumerate(stream, 1):
        # What cannot be read is a fault of its row alone.
        text = raw.decode(encoding, errors="replace").rstrip("\r\n")
        if not text.strip():
            continue
        # A quote that never closes must not swallow the lines after it: each line is cut alone.
        cells = next(csv.reader([text], delimiter=";")) if '"' in text else text.split(";")
        yield line, [cell.strip() for cell in cells]


def _code_insee(cells: list[str]) -> str:
    """Give the commune; municipal arrondissements are in theirs."""
    return commune_of(cells[_DEPARTEMENT] + cells[_COMMUNE].zfill(3))


def _add(found: dict[str, _Address], cells: list[str], listed: dict[str, str]) -> None:
    number = cells[_NUMBER].lstrip("0")
    parts = (cells[_DEPARTEMENT], cells[_COMMUNE], number, cells[_REPEAT], cells[_WAY_KIND], cells[_WAY])
    key = "-".join(("PM", *("-".join(fold(part)) or "0" for part in parts)))
    address = found.get(key)
    if address is None:
        repeat = _REPEATS.get(cells[_REPEAT].upper(), cells[_REPEAT])
        text = " ".join(part for part in (number, repeat, cells[_WAY_KIND], cells[_WAY]) if part)
        address = found[key] = _Address(text, cells[_TOWN], _code_insee(cells))
    siren = cells[_SIREN]
    address.names.setdefault(siren, listed.get(siren) or cells[_NAME])
    address.origins.add(FROM_LIST if siren in listed else FROM_GROUP)
    # The parcel, with its prefix, and the place in it: one local may stand in several rows, one per right.
    local = hash(tuple(cells[_PREFIX : _DOOR + 1]))
    if local in address.premises:
        return
    address.premises.add(local)
    level = cells[_LEVEL]
    if level.isdecimal() and int(level) <= HIGHEST_FLOOR:
        address.read += 1
        address.ground += int(level) == 0


def _frame(found: dict[str, _Address], millesime: str) -> pd.DataFrame:
    rows = {
        key: (
            address.text,
            address.town,
            address.code_insee,
            [address.names[siren] for siren in sorted(address.names)],
            sorted(address.names),
            " ; ".join(sorted(address.origins)),
            len(address.premises),
            address.ground,
            address.read,
            address.read / len(address.premises),
            READING,
            TO_CHECK,
            millesime,
        )
        for key, address in found.items()
        if address.ground
    }
    index = pd.Index(list(rows), name="id_adresse", dtype="str")
    frame = pd.DataFrame(list(rows.values()), index=index, columns=list(FRAME_COLUMNS))
    return frame.astype(dict.fromkeys(("nb_locaux", "nb_rdc", "nb_niveaux_lus"), int)).sort_index()
