"""Ground-floor premises of social landlords, from the inventories that users have: CSV, XLSX or GeoPackage."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from errors import ArgumentError, SourceContentError, SourceFormatError
from geo.crs import LAMBERT93
from loaders import checksums, qpv
from loaders.brought.addresses import Geocode
from loaders.brought.premises_faults import mend
from loaders.brought.premises_places import attached, placed
from loaders.brought.premises_rows import read_values, without_broken
from loaders.brought.premises_schema import (
    ADDRESS,
    BY_NAME,
    COLUMNS,
    COORDINATES,
    FICTIONAL,
    HEADINGS,
    heading,
)
from loaders.catalogue import Source
from loaders.formats.cells import restore
from loaders.formats.delimited import read_delimited
from loaders.formats.geopackages import read_geopackage
from loaders.formats.grids import RawTable, to_table
from loaders.formats.points import drop_duplicate_ids
from loaders.formats.uploads import format_of, take
from loaders.formats.workbooks import read_workbook
from loaders.paths import DATA
from loaders.quality import Reading, Report, aside, told
from words.formats import date_courte

SOURCE_ID: Final = "locaux"
#: Invented premises for trying out, loaded on request alone.
FICTIONAL_FILE: Final = DATA / checksums.FICTIONAL


@dataclass(frozen=True)
class Inventory(Reading[gpd.GeoDataFrame]):
    """An inventory as it was read: the premises kept, the faults, and every row as the file gave it.

    Attributes
    ----------
    rows
        Every row of the file as text, indexed by line, in the columns recognised.
    """

    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()

    def faults(self) -> pd.DataFrame:
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
        return aside(self.rows, self.faults())


def read(
    source: Path | str | bytes,
    *,
    name: str | None = None,
    geocode: Geocode | None = None,
    zones: gpd.GeoDataFrame | None = None,
    today: pd.Timestamp | None = None,
) -> Inventory:
    """Read an inventory, row by row.

    A row is set aside when a cell that must be filled is not, when a value is not of its list, or when its place
    cannot be believed. A number or a date that cannot be read becomes missing, and is reported. Every row is
    attached to the QPV in which its point lies, whatever code it declares.

    Parameters
    ----------
    source
        The file or its bytes: at most 60 MB and 50,000 rows.
    name
        Name of the file for messages; needed with bytes.
    geocode
        Finds the addresses of rows without coordinates; without it those rows are set aside.
    zones
        Outlines of the QPV, indexed by `code_qp`, in EPSG:2154; the embedded ones by default.
    today
        No row was surveyed after this day; today by default.

    Returns
    -------
    Inventory
        `frame` as `load`, which may hold no row; `report.lignes_lues` is the rows kept plus those set aside.

    Raises
    ------
    SourceError
        If the file is unusable as a whole: format, encoding, columns, size, coordinates.
    """
    path, raw = take(source, name)
    table = _table(path, raw)
    _check_columns(path, table)
    report = Report(SOURCE_ID, lignes_lues=len(table.cells))
    cells = table.cells.reindex(columns=list(BY_NAME), fill_value="").astype("str")
    ids = cells["id_local"]
    rows = without_broken(cells, table, ids=ids, report=report)
    rows = rows.apply(restore)
    rows = drop_duplicate_ids(rows, "id_local", report)
    day = pd.Timestamp.now() if today is None else today
    values, kept = read_values(rows, ids=ids, report=report, today=day)
    rows = rows[kept]
    points = placed(rows, path=path, ids=ids, report=report, geocode=geocode)
    values = values.loc[points.index]
    outlines = qpv.read().frame if zones is None else zones
    code, believed = attached(points, rows.loc[points.index, "code_qp"], outlines, ids=ids, report=report)
    frame = gpd.GeoDataFrame(
        values.assign(
            code_qp=code, origine_position=points["origine_position"], code_insee=points["code_insee"]
        ),
        geometry=points.geometry,
        crs=LAMBERT93,
    )[believed]
    frame = frame.set_index("id_local").sort_index()
    return Inventory(frame[[*_FRAME_COLUMNS, "geometry"]], report, table.cells, tuple(table.notes))


def load(
    source: Path | str | bytes | None = None, *, name: str | None = None, geocode: Geocode | None = None
) -> gpd.GeoDataFrame:
    """Load the premises of an inventory.

    Returns
    -------
    GeoDataFrame
        Index `id_local`; the columns of `premises_schema.COLUMNS` but the coordinates, `code_qp` being the QPV where
        the point lies or `OUTSIDE_QPV`, dates as datetime64, numbers and floors as float64 (NaN where missing),
        lists in their documented spelling, `fictif` "fictif" or "non"; `origine_position`, `code_insee` and points
        in EPSG:2154.
    """
    if source is None:
        empty = {name: pd.Series(dtype=_dtype(name)) for name in _FRAME_COLUMNS}
        return gpd.GeoDataFrame(
            empty, geometry=gpd.GeoSeries([], crs=LAMBERT93), index=pd.Index([], name="id_local", dtype="str")
        )
    inventory = read(source, name=name, geocode=geocode)
    if inventory.frame.empty:
        first = inventory.faults().iloc[0]
        raise SourceContentError(
            Path(name or str(source)),
            f"aucune des {inventory.report.lignes_lues} lignes n'a pu être gardée ; première : ligne "
            f"{first['ligne']}, {first['faute']}",
            str(first["a_faire"]),
        )
    return inventory.frame


def read_fictional(path: Path | str | None = None) -> Inventory:
    """Read the fictitious inventory for trying out, which is loaded on a user's request alone.

    Parameters
    ----------
    path
        The inventory; the embedded one by default.
    """
    if path is None:
        checksums.check(checksums.FICTIONAL)
    target = Path(path or FICTIONAL_FILE)
    inventory = read(target)
    if not is_fictional(inventory.frame).all():
        raise SourceContentError(
            target,
            "des lignes ne sont pas marquées « fictif »",
            "refaire le fichier : python -m loaders fictifs",
        )
    return inventory


def is_fictional(frame: pd.DataFrame) -> pd.Series:
    """Tell which premises are invented."""
    return frame["fictif"].eq(FICTIONAL)


def real(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the premises that may enter a total: those that are not invented."""
    return frame[~is_fictional(frame)].copy()


def check_marked(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Refuse to write invented premises without the column that says so in each row.

    Parameters
    ----------
    columns
        The columns that will be written.

    Raises
    ------
    ArgumentError
        If a row is invented and `fictif` is not among the columns.
    """
    if "fictif" not in set(columns) and is_fictional(frame).any():
        raise ArgumentError("Des locaux fictifs ne s'exportent pas sans la colonne « fictif »")


def source_of(inventory: Inventory, *, name: str) -> Source:
    """Describe an imported inventory as the catalogue describes a source.

    Returns
    -------
    Source
        Its producers are those that its rows name, its vintage the days of its surveys; it covers the communes of
        its rows alone, so that elsewhere its silence says nothing.
    """
    frame = inventory.frame
    fictional = bool(is_fictional(frame).any())
    days = frame["date_releve"].dropna()
    vintage = "date de relevé inconnue"
    if len(days):
        first, last = (date_courte(day) for day in (days.min(), days.max()))
        vintage = f"relevé du {first}" if first == last else f"relevés du {first} au {last}"
    producers = ", ".join(sorted(frame["source"].unique())) or "inventaire sans ligne gardée"
    mention = "DONNÉES FICTIVES, " if fictional else ""
    return Source(
        source_id=SOURCE_ID,
        titre=f"{mention}inventaire importé « {name} »",
        producteur=producers,
        millesime=vintage,
        date=days.max().date() if len(days) else None,
        licence="celle de l'inventaire importé",
        attribution=f"{mention}source : {producers}",
        adresse="fichier importé par l'utilisateur, non conservé",
        fichier=name,
        lignes_lues=inventory.report.lignes_lues,
        lignes_gardees=inventory.report.lignes_gardees,
        lignes_ecartees=inventory.report.lignes_ecartees,
        limites="Inventaire importé par l'utilisateur : ce qu'il ne liste pas n'est pas absent pour autant.",
        communes=frozenset(frame["code_insee"]),
    )


_FRAME_COLUMNS: Final = [
    *(column.name for column in COLUMNS if column.name not in {"id_local", *COORDINATES}),
    "origine_position",
    "code_insee",
]


def recognise(title: str) -> str | None:
    """Give the column that a heading of an inventory names.

    Parameters
    ----------
    title
        A heading: the column's name or its French title, whatever the case, the accents and the unit in brackets.

    Returns
    -------
    str or None
        Name of the column.
    """
    return HEADINGS.get(heading(title))


def _dtype(name: str) -> str:
    kind = BY_NAME[name].kind if name in BY_NAME else "texte"
    return {"nombre": "float64", "etage": "float64", "date": "datetime64[s]"}.get(kind, "str")


def _table(path: Path, raw: bytes) -> RawTable:
    kind = format_of(path, raw)
    if kind == "gpkg":
        return read_geopackage(path, raw, recognise)
    grid = read_workbook(path, raw, recognise) if kind == "xlsx" else read_delimited(path, raw, recognise)
    return to_table(path, grid, recognise)


def _check_columns(path: Path, table: RawTable) -> None:
    present = set(table.cells.columns)
    absent = [column.name for column in COLUMNS if column.required and column.name not in present]
    if ADDRESS not in present and not present.issuperset(COORDINATES):
        absent += ["lon et lat (ou adresse)"]
    elif len(present.intersection(COORDINATES)) == 1:
        absent += [name for name in COORDINATES if name not in present]
    if absent:
        plural = "s" if len(absent) > 1 else ""
        raise SourceFormatError(
            path,
            f"colonne{plural} absente{plural} : {', '.join(absent)}",
            "partir du modèle d'inventaire et garder les noms de ses colonnes",
        )
