"""Ground-floor premises of social landlords, from the inventories that users have: CSV, XLSX or GeoPackage."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from errors import ArgumentError, SourceContentError
from geo.crs import LAMBERT93
from loaders import checksums, qpv
from loaders.brought import addresses, given
from loaders.brought.addresses import Geocode
from loaders.brought.given import Given, described
from loaders.brought.opened import Opened
from loaders.brought.opener import NOT_A_POINT, open_known
from loaders.brought.premises_rows import attached, placed, read_values, without_broken
from loaders.brought.premises_schema import ADDRESS, BY_NAME, COLUMNS, COORDINATES, FICTIONAL, INVENTORY
from loaders.catalogue import Source
from loaders.formats.cells import NOT_A_NUMBER, restore
from loaders.formats.points import drop_duplicate_ids, no_places
from loaders.formats.texts import absent_columns
from loaders.paths import DATA
from loaders.quality import LONGEST, OFF_TERRITORY, Report
from words.formats import date_courte

SOURCE_ID: Final = "locaux"
#: Invented premises for trying out, loaded on request alone.
FICTIONAL_FILE: Final = DATA / checksums.FICTIONAL
#: What to do about each fault; the rule of the column named in brackets completes it.
MENDS: Final = given.MENDS | {
    "identifiant absent": "donner un identifiant propre au local",
    "identifiant en double": "donner à chaque local un identifiant différent, ou retirer la répétition",
    "valeur absente": "remplir la case",
    "valeur inconnue": "écrire",
    NOT_A_NUMBER: "écrire",
    "nombre hors bornes": "écrire",
    "étage illisible": "écrire",
    "date illisible": "écrire",
    "date hors bornes": "vérifier le jour, écrire",
    "formule sans valeur enregistrée": "recopier la colonne en valeurs (collage spécial), puis enregistrer",
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
class Inventory(Given[gpd.GeoDataFrame]):
    """An inventory as it was read; its rows are in the columns recognised."""

    mends = MENDS

    notes: tuple[str, ...] = ()

    @classmethod
    def mend(cls, fault: str) -> str:
        """Say what to do about a fault; the column that it names in brackets adds its rule."""
        advice = super().mend(fault)
        column = BY_NAME.get(fault.partition(" (")[2].rstrip(")"))
        return f"{advice} {column.rule}" if column and advice.endswith("écrire") else advice


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
    path, table = open_known(source, name, INVENTORY)
    _check_columns(path, table)
    cells = table.cells.reindex(columns=list(BY_NAME), fill_value="").astype("str")
    report = Report(SOURCE_ID, len(cells), cells["id_local"], longest=LONGEST)
    rows = without_broken(cells, table, report=report)
    rows = rows.apply(restore)
    rows = drop_duplicate_ids(rows, "id_local", report)
    day = pd.Timestamp.now() if today is None else today
    values, kept = read_values(rows, report=report, today=day)
    rows = rows[kept]
    points = placed(rows, path=path, report=report, geocode=geocode)
    values = values.loc[points.index]
    outlines = qpv.read().frame if zones is None else zones
    code, believed = attached(points, rows.loc[points.index, "code_qp"], outlines, report=report)
    frame = gpd.GeoDataFrame(
        values.assign(
            code_qp=code, origine_position=points["origine_position"], code_insee=points["code_insee"]
        ),
        geometry=points.geometry,
        crs=LAMBERT93,
    )[believed]
    frame = frame.set_index("id_local").sort_index()
    given.report_damaged(report, table.damaged)
    return Inventory(frame[[*_FRAME_COLUMNS, "geometry"]], report, table.cells, table.notes)


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
        return no_places("id_local", {name: _dtype(name) for name in _FRAME_COLUMNS})
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
        limites="Inventaire importé par l'utilisateur : ce qu'il ne liste pas n'est pas absent pour autant.",
        communes=frozenset(frame["code_insee"]),
        **described(inventory.report, name),
    )


_FRAME_COLUMNS: Final = [
    *(column.name for column in COLUMNS if column.name not in {"id_local", *COORDINATES}),
    "origine_position",
    "code_insee",
]


def _dtype(name: str) -> str:
    kind = BY_NAME[name].kind if name in BY_NAME else "texte"
    return {"nombre": "float64", "etage": "float64", "date": "datetime64[s]"}.get(kind, "str")


def _check_columns(path: Path, table: Opened) -> None:
    present = set(table.cells.columns)
    absent = [column.name for column in COLUMNS if column.required and column.name not in present]
    if ADDRESS not in present and not present.issuperset(COORDINATES):
        absent += ["lon et lat (ou adresse)"]
    elif len(present.intersection(COORDINATES)) == 1:
        absent += [name for name in COORDINATES if name not in present]
    if absent:
        raise absent_columns(path, absent, "partir du modèle d'inventaire et garder les noms de ses colonnes")
