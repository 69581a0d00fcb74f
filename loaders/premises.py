"""Ground-floor premises of social landlords, from the inventories that users have: CSV, XLSX or GeoPackage."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from errors import ArgumentError, SourceContentError, SourceFormatError
from geo.attachment import zone_of
from geo.crs import LAMBERT93
from loaders import addresses, qpv
from loaders._cells import SHEET_ERRORS, bare, read_dates, read_floors, read_list, read_numbers, restore
from loaders._delimited import read_delimited
from loaders._geopackages import NOT_A_POINT, read_geopackage
from loaders._grids import CUT_SHORT, MISCUT, RawTable, to_table
from loaders._points import drop_duplicate_ids, to_points
from loaders._uploads import format_of, take
from loaders._workbooks import read_workbook
from loaders.addresses import Geocode
from loaders.catalogue import Source
from loaders.paths import DATA
from loaders.premises_schema import (
    ADDRESS,
    BY_NAME,
    COLUMNS,
    COORDINATES,
    FICTIONAL,
    HEADINGS,
    NO,
    OUTSIDE_QPV,
    UNKNOWN,
    Column,
    heading,
)
from loaders.quality import KEPT, MENDED, OFF_TERRITORY, SET_ASIDE, Reading, Report

SOURCE_ID: Final = "locaux"
#: Invented premises for trying out, loaded on request alone.
FICTIONAL_FILE: Final = DATA / "equipements" / "locaux_fictifs.csv"
#: Where the position of a row comes from (column `origine_position`).
FROM_COORDINATES: Final = "coordonnées de l'inventaire"
#: Farther than this from the QPV that it declares, a row contradicts itself: neither is believed.
FAR_FROM_QPV_M: Final = 1_000.0
FIRST_DAY: Final = pd.Timestamp("1950-01-01")
_TEN_YEARS: Final = pd.DateOffset(years=10)
_QPV_2024: Final = r"QN\d{5}[A-Z]"
_VALUE_CHARACTERS: Final = 80

#: What to do about each fault; the rule of the column named in brackets completes it.
MENDS: Final = {
    "identifiant absent": "donner un identifiant propre au local",
    "identifiant en double": "donner à chaque local un identifiant différent, ou retirer la répétition",
    "valeur absente": "remplir la case",
    "valeur inconnue": "écrire",
    "texte au lieu d'un nombre": "écrire",
    "nombre hors bornes": "écrire",
    "étage illisible": "écrire",
    "date illisible": "écrire",
    "date hors bornes": "vérifier le jour, écrire",
    "formule sans valeur enregistrée": "recopier la colonne en valeurs (collage spécial), puis enregistrer",
    "erreur de tableur": "corriger la formule, puis recopier la colonne en valeurs",
    MISCUT: "vérifier les séparateurs et les guillemets de la ligne",
    CUT_SHORT: "compléter la ligne ; si c'est la dernière, exporter de nouveau le fichier entier",
    "coordonnées absentes": "remplir lon et lat, ou l'adresse",
    "coordonnées incomplètes": "remplir lon et lat toutes les deux",
    "coordonnées inversées": "échanger lon et lat dans l'inventaire",
    "coordonnées en mètres": "convertir lon et lat en degrés (WGS84)",
    "coordonnées hors de France": "vérifier lon et lat",
    NOT_A_POINT: "donner un seul point à chaque local",
    OFF_TERRITORY: "vérifier la position, ou retirer la ligne si le local est hors des communes du contrat",
    addresses.NO_ADDRESS: "remplir lon et lat, ou l'adresse",
    addresses.NOT_ASKED: "remplir lon et lat, ou demander le géocodage des adresses",
    addresses.NOT_FOUND: "vérifier l'adresse, ou remplir lon et lat",
    addresses.IMPRECISE: "compléter l'adresse (numéro, voie, code postal, commune), ou remplir lon et lat",
    addresses.TOO_MANY: "remplir lon et lat, ou importer l'inventaire en plusieurs fois",
    addresses.SERVICE_AWAY: "recommencer plus tard, ou remplir lon et lat",
    "code de QPV de 2015": "laisser code_qp vide ou donner le code de 2024 (QN…)",
    "code de QPV inconnu": "laisser code_qp vide ou donner le code de 2024 (QN…)",
    "hors du QPV déclaré": "vérifier la position, ou laisser code_qp vide",
    "loin du QPV déclaré": "corriger la position ou code_qp, qui se contredisent",
    "local hors du rez-de-chaussée": "vérifier l'étage, ou retirer la ligne",
}


@dataclass(frozen=True)
class Inventory(Reading[gpd.GeoDataFrame]):
    """An inventory as it was read: the premises kept, the faults, and every row as the file gave it.

    Attributes
    ----------
    rows
        Every row of the file as text, indexed by line, in the columns recognised.
    notes
        What was understood of the file as a whole, in French.
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
        table = self.report.frame().drop(columns="source_id").reset_index(drop=True)
        return table.assign(a_faire=pd.Series([mend(fault) for fault in table["faute"]], dtype="str"))

    def set_aside(self) -> pd.DataFrame:
        """Give the rows set aside as the file gave them, each with all its faults and what to do.

        Returns
        -------
        DataFrame
            Indexed by `ligne`: the columns of the file, `faute` and `a_faire`.
        """
        found = self.faults()
        found = found[found["suite"] == SET_ASIDE]
        told = {name: found.groupby("ligne")[name].agg(" ; ".join) for name in ("faute", "a_faire")}
        return self.rows.loc[told["faute"].index].assign(**told)


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
    rows = _without_broken(cells, table, ids, report)
    rows = rows.apply(restore)
    rows = drop_duplicate_ids(rows, "id_local", report)
    values, kept = _values(rows, ids, report, pd.Timestamp.now() if today is None else today)
    rows = rows[kept]
    placed = _placed(rows, path, ids, report, geocode)
    values = values.loc[placed.index]
    outlines = qpv.read().frame if zones is None else zones
    code, believed = _attached(placed, rows.loc[placed.index, "code_qp"], outlines, ids, report)
    frame = gpd.GeoDataFrame(
        values.assign(
            code_qp=code, origine_position=placed["origine_position"], code_insee=placed["code_insee"]
        ),
        geometry=placed.geometry,
        crs=LAMBERT93,
    )[believed]
    frame = frame.set_index("id_local").sort_index()
    return Inventory(frame[[*_FRAME_COLUMNS, "geometry"]], report, table.cells, tuple(table.notes))


def load(
    source: Path | str | bytes | None = None, *, name: str | None = None, geocode: Geocode | None = None
) -> gpd.GeoDataFrame:
    """Load the premises of an inventory.

    Parameters
    ----------
    source
        As `read`; None gives no premises, since none are public.
    name, geocode
        As `read`.

    Returns
    -------
    GeoDataFrame
        Index `id_local`; the columns of `premises_schema.COLUMNS` but the coordinates, `code_qp` being the QPV where
        the point lies or `OUTSIDE_QPV`, dates as datetime64, numbers and floors as float64 (NaN where missing),
        lists in their documented spelling, `fictif` "fictif" or "non"; `origine_position`, `code_insee` and points
        in EPSG:2154.

    Raises
    ------
    SourceError
        As `read`, or if no row can be kept.
    """
    if source is None:
        empty = {column: pd.Series(dtype="str") for column in _FRAME_COLUMNS}
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


def read_fictional(path: Path | str = FICTIONAL_FILE) -> Inventory:
    """Read the fictitious inventory for trying out, which is loaded on a user's request alone.

    Parameters
    ----------
    path
        The inventory; the embedded one by default.

    Returns
    -------
    Inventory
        As `read`; every row says "fictif".

    Raises
    ------
    SourceError
        As `read`, or if a row does not say that it is invented.
    """
    inventory = read(path)
    if not is_fictional(inventory.frame).all():
        raise SourceContentError(
            Path(path),
            "des lignes ne sont pas marquées « fictif »",
            "refaire le fichier : python -m loaders fictifs",
        )
    return inventory


def mend(fault: str) -> str:
    """Say what to do about a fault.

    Parameters
    ----------
    fault
        A fault of the report, with the column in brackets if it is about one.

    Returns
    -------
    str
        In French, without a full stop.
    """
    base, _, rest = fault.partition(" (")
    advice = MENDS[base.partition(" : ")[0]]
    column = BY_NAME.get(rest.rstrip(")"))
    return f"{advice} {column.rule}" if column and advice.endswith("écrire") else advice


def is_fictional(frame: pd.DataFrame) -> pd.Series:
    """Tell which premises are invented.

    Parameters
    ----------
    frame
        As `load`.

    Returns
    -------
    Series
        True for a row that says so.
    """
    return frame["fictif"].eq(FICTIONAL)


def real(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the premises that may enter a total: those that are not invented.

    Parameters
    ----------
    frame
        As `load`.

    Returns
    -------
    GeoDataFrame
        A new frame.
    """
    return frame[~is_fictional(frame)].copy()


def check_marked(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Refuse to write invented premises without the column that says so in each row.

    Parameters
    ----------
    frame
        As `load`.
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

    Parameters
    ----------
    inventory
        As `read` gives it.
    name
        Name of its file.

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
        first, last = (day.strftime("%d/%m/%Y") for day in (days.min(), days.max()))
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


def _without_broken(cells: pd.DataFrame, table: RawTable, ids: pd.Series, report: Report) -> pd.DataFrame:
    """Set aside the rows that are not cut as the header, or that hold formulas or errors of a spreadsheet."""
    broken = pd.Series(table.miscut, dtype="str")
    for fault, lines in broken.groupby(broken).groups.items():
        miscut = table.cells.loc[lines]
        shown = pd.Series([" ; ".join(filter(None, row)) for row in miscut.to_numpy()], index=miscut.index)
        _note(miscut, str(fault), SET_ASIDE, ids, shown, report)
    rows = cells.drop(index=broken.index)
    kept = pd.Series(True, index=rows.index)
    for name in rows.columns:
        for fault, wrong in (
            ("formule sans valeur enregistrée", rows[name].str.startswith("=")),
            ("erreur de tableur", rows[name].str.upper().isin(SHEET_ERRORS)),
        ):
            _note(rows[wrong], f"{fault} ({name})", SET_ASIDE, ids, rows[name], report)
            kept &= ~wrong
    return rows[kept]


def _note(
    rows: pd.DataFrame, fault: str, result: str, ids: pd.Series, values: pd.Series, report: Report
) -> None:
    report.add(rows, fault, result, ids=ids, values=values.str.slice(stop=_VALUE_CHARACTERS))


def _values(
    rows: pd.DataFrame, ids: pd.Series, report: Report, today: pd.Timestamp
) -> tuple[pd.DataFrame, pd.Series]:
    """Read every column but the place, and tell which rows may be kept."""
    kept = pd.Series(True, index=rows.index)
    values: dict[str, pd.Series] = {}
    for column in COLUMNS:
        text = rows[column.name]
        if column.kind in {"degres", "code_qp"}:
            continue
        filled = text != ""
        if column.filled:
            _note(rows[~filled & kept], f"valeur absente ({column.name})", SET_ASIDE, ids, text, report)
            kept &= filled
        result = SET_ASIDE if column.filled or column.kind == "liste" else MENDED
        read_, faults = _column(column, text, today)
        for fault, wrong in faults:
            _note(rows[wrong & filled], f"{fault} ({column.name})", result, ids, text, report)
            if result == SET_ASIDE:
                kept &= ~(wrong & filled)
        values[column.name] = read_
    frame = pd.DataFrame(values, index=rows.index)
    frame["fictif"] = frame["fictif"].mask(_named_fictional(frame), FICTIONAL)
    _doubts(frame, rows, kept, ids, report)
    return frame, kept


def _column(
    column: Column, text: pd.Series, today: pd.Timestamp
) -> tuple[pd.Series, list[tuple[str, pd.Series]]]:
    """Read one column: its values, and the faults with the rows that have them."""
    if column.kind == "liste":
        words = {bare(word): value for value, others in column.choices for word in (value, *others)}
        unset = UNKNOWN if UNKNOWN in words else NO
        read_ = read_list(text, words)
        return read_.mask(text == "", unset).astype("str"), [("valeur inconnue", read_.isna())]
    if column.kind == "nombre":
        number = read_numbers(text, unit=column.unit)
        outside = number.notna() & ~number.between(*column.bounds)
        return number.mask(outside), [
            ("texte au lieu d'un nombre", number.isna()),
            ("nombre hors bornes", outside),
        ]
    if column.kind == "date":
        day = read_dates(text)
        last = today if column.filled else today + _TEN_YEARS
        outside = day.notna() & ~day.between(FIRST_DAY, last)
        return day.mask(outside), [("date illisible", day.isna()), ("date hors bornes", outside)]
    if column.kind == "etage":
        floor = read_floors(text)
        return floor, [("étage illisible", floor.isna())]
    return text.where(text != "", np.nan), []


def _named_fictional(frame: pd.DataFrame) -> pd.Series:
    """Tell which rows say that they are invented elsewhere than in their column, which a copy may have lost."""
    said = pd.Series(False, index=frame.index)
    for name in ("id_local", "bailleur", "source"):
        said |= frame[name].astype("str").str.contains(r"(?i)\bfictif|\bfictive", regex=True, na=False)
    return said


def _doubts(frame: pd.DataFrame, rows: pd.DataFrame, kept: pd.Series, ids: pd.Series, report: Report) -> None:
    above = kept & frame["etage"].notna() & (frame["etage"] != 0)
    _note(rows[above], "local hors du rez-de-chaussée (etage)", KEPT, ids, rows["etage"], report)


def _placed(
    rows: pd.DataFrame, path: Path, ids: pd.Series, report: Report, geocode: Geocode | None
) -> gpd.GeoDataFrame:
    """Give rows their points, from their coordinates, else from their address."""
    lon, lat = (read_numbers(rows[name]) for name in COORDINATES)
    shown = rows["lon"] + " " + rows["lat"]
    for name, degrees in zip(COORDINATES, (lon, lat), strict=True):
        wrong = (rows[name] != "") & degrees.isna()
        _note(rows[wrong], f"texte au lieu d'un nombre ({name})", SET_ASIDE, ids, shown, report)
    unreadable = ((rows["lon"] != "") & lon.isna()) | ((rows["lat"] != "") & lat.isna())
    half = ~unreadable & ((rows["lon"] == "") != (rows["lat"] == ""))
    _note(rows[half], "coordonnées incomplètes", SET_ASIDE, ids, shown, report)
    metres = lon.abs().gt(1_000) & lat.abs().gt(1_000)
    without = (rows["lon"] == "") & (rows["lat"] == "")
    found = addresses.locate(rows.loc[without, ADDRESS], geocode)
    for fault in found["faute"].unique():
        if fault:
            lost = rows.loc[found.index[found["faute"] == fault]]
            _note(lost, fault, SET_ASIDE, ids, rows[ADDRESS], report)
    located = found[found["faute"] == ""]
    lon = lon.fillna(located["lon"])
    lat = lat.fillna(located["lat"])
    usable = rows[lon.notna() & lat.notna() & ~half]
    if usable.empty:
        return gpd.GeoDataFrame(
            {"origine_position": pd.Series(dtype="str"), "code_insee": pd.Series(dtype="str")},
            geometry=gpd.GeoSeries([], crs=LAMBERT93),
            index=usable.index,
        )
    few = metres.loc[usable.index]
    if few.mean() <= 0.5:  # noqa: PLR2004  beyond, it is a fault of the file, which `to_points` tells
        _note(usable[few], "coordonnées en mètres", SET_ASIDE, ids, shown, report)
        usable = usable[~few]
    place = pd.DataFrame({
        "lon": lon[usable.index].map("{:.10g}".format),
        "lat": lat[usable.index].map("{:.10g}".format),
    })  # fmt: skip
    points = to_points(place, path=path, ids=ids, report=report)
    origin = pd.Series(FROM_COORDINATES, index=points.index).mask(
        points.index.isin(located.index), addresses.FROM_ADDRESS
    )
    return points.assign(origine_position=origin)


def _attached(
    points: gpd.GeoDataFrame,
    declared: pd.Series,
    zones: gpd.GeoDataFrame,
    ids: pd.Series,
    report: Report,
) -> tuple[pd.Series, pd.Series]:
    """Give the QPV of each point, and tell which rows do not contradict themselves."""
    code = zone_of(points, zones).fillna(OUTSIDE_QPV).astype("str")
    said = declared.str.upper().where(declared.map(bare) != bare(OUTSIDE_QPV), "")
    old = said.str.fullmatch(r"QP\d{6}")
    _note(points[old], "code de QPV de 2015", MENDED, ids, declared, report)
    unknown = (said != "") & ~old & ~said.isin(zones.index)
    _note(points[unknown], "code de QPV inconnu", MENDED, ids, declared, report)
    differs = said.isin(zones.index) & (said != code)
    far_m = pd.Series(0.0, index=points.index)
    if differs.any():
        outlines = np.asarray(zones.geometry.loc[said[differs]].array)
        far_m[differs] = shapely.distance(outlines, np.asarray(points.geometry[differs].array))
    told = said + " déclaré, point à " + far_m.round().astype(int).astype("str") + " m, " + code
    far = differs & (far_m > FAR_FROM_QPV_M)
    report.add(points[far], "loin du QPV déclaré", SET_ASIDE, ids=ids, values=told)
    report.add(points[differs & ~far], "hors du QPV déclaré", MENDED, ids=ids, values=told)
    return code, ~far
