"""Collèges in éducation prioritaire (REP and REP+), of the Annuaire de l'éducation."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from geo.arrondissements import commune_of
from loaders import catalogue, territory
from loaders.formats.national import read_kept
from loaders.formats.points import drop_duplicate_ids, to_points
from loaders.formats.texts import Layout, extract_layout
from loaders.paths import DATA, within
from loaders.quality import Reading, Report
from loaders.schema import Schema
from words.folding import slug

SOURCE_ID: Final = "colleges"
EXTRACT: Final = DATA / "equipements" / "colleges.csv"
PRODUCER_FILE: Final = "colleges/fr-en-annuaire-education.csv"
TEXTS: Final = ("nom", "statut", "education_prioritaire", "etat")
COLUMNS: Final = ["uai", *TEXTS, "vintage", "comm_insee", "lon", "lat"]
SCHEMA: Final = Schema(SOURCE_ID, "uai", dict.fromkeys((*TEXTS, "vintage", "code_insee"), "str"), blank=TEXTS)
#: The two networks of éducation prioritaire.
NETWORKS: Final = ("REP", "REP+")
COLLEGE: Final = "college"
OPEN: Final = "ouvert"
#: A section of a collège has an entry of its own, at the address of the collège.
SECTION: Final = "section"

ANNUAIRE: Final = Layout(
    "Annuaire de l'éducation",
    {
        "identifiant_de_l_etablissement": "uai",
        "nom_etablissement": "nom",
        "type_etablissement": "type",
        "statut_public_prive": "statut",
        "code_commune": "comm_insee",
        "libelle_nature": "nature",
        "appartenance_education_prioritaire": "education_prioritaire",
        "latitude": "lat",
        "longitude": "lon",
        "etat": "etat",
    },
    delimiter=";",
)


def read(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[gpd.GeoDataFrame]:
    """Read the collèges of éducation prioritaire.

    Parameters
    ----------
    path
        The CSV or the JSON export of the annuaire, of all of France or of some communes, or an extract; the extract of
        the folder by default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Returns
    -------
    Reading of GeoDataFrame
        As `load`, with the faults found; establishments of other kinds, without REP or closed are set aside, counted
        with their reason.

    Raises
    ------
    SourceError
        If the file is unusable or too many of its rows are at fault.
    """
    target = Path(path or within(EXTRACT, data_dir))
    known = frozenset(territory.load(data_dir).communes.index)

    def keep(layout: Layout, row: Mapping[str, str]) -> bool:
        return layout is not ANNUAIRE or commune_of(row["comm_insee"]) in known

    kept = read_kept(target, [ANNUAIRE, extract_layout(COLUMNS)], keep=keep)
    rows = kept.rows
    report = Report(SOURCE_ID, kept.read, rows["uai"])
    report.count_elsewhere(kept.elsewhere, "autre commune de France")
    if kept.layout is ANNUAIRE:
        rows = _of_interest(rows, report)
        day = dt.datetime.fromtimestamp(target.stat().st_mtime, tz=dt.UTC).date()
        rows = rows.assign(vintage=day.isoformat())
    rows = drop_duplicate_ids(rows, "uai", report)
    points = to_points(
        rows,
        path=target,
        report=report,
        declared=rows["comm_insee"].map(commune_of).astype("str"),
        data_dir=data_dir,
    )
    return SCHEMA.reading(points, report, target)


def load(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the collèges of éducation prioritaire of the territory.

    Returns
    -------
    GeoDataFrame
        Index `uai`; `nom`, `statut` ("Public" or "Privé"), `education_prioritaire` ("REP" or "REP+"), `etat`,
        `vintage` (day of the download, ISO), `code_insee` and points in EPSG:2154. No row while the catalogue says
        that the source was never downloaded: there is then no figure, not a zero.
    """
    source = catalogue.load()[SOURCE_ID]
    if path is None and (source.absente or not source.telechargee):
        return SCHEMA.empty()
    return read(path).frame


def _of_interest(rows: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Keep the open collèges of éducation prioritaire, and count the others by reason."""
    networks = rows["education_prioritaire"].str.upper().str.replace(" ", "", regex=False)
    rows = rows.assign(education_prioritaire=networks)
    reasons = {
        "autre type d'établissement": rows["type"].map(slug) != COLLEGE,
        "section d'un collège": rows["nature"].map(slug).str.startswith(SECTION),
        "hors éducation prioritaire": ~rows["education_prioritaire"].isin(NETWORKS),
        "établissement qui n'est pas ouvert": rows["etat"].map(slug) != OPEN,
    }
    for reason, aside in reasons.items():
        here = aside[rows.index]
        report.add_elsewhere(rows[here], reason, rows["nom"])
        rows = rows[~here]
    return rows
