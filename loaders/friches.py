"""Brownfields of the Cartofriches inventory, in the field names of the CNIG standard."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from loaders import catalogue, territory
from loaders._friches_formats import parcels, read_sites
from loaders.formats.empty import no_places
from loaders.formats.points import drop_duplicate_ids, numbers, to_points
from loaders.formats.texts import extract_layout
from loaders.paths import DATA, within
from loaders.quality import MENDED, SET_ASIDE, Reading, Report
from words.constants import UNCHECKED

SOURCE_ID = "friches"
EXTRACT = DATA / "equipements" / "friches.csv"
PRODUCER_FILE = "friches/friches-standard.csv"
MAX_FAULTY_SHARE = 0.1
MAX_SURFACE_M2 = 1e8

#: What the atlas uses of the standard's 50 fields; owners and contacts are left out.
FIELDS = [
    "site_id",
    "site_nom",
    "site_type",
    "site_statut",
    "site_occupation",
    "site_actu_date",
    "activite_libelle",
    "bati_pollution",
    "sol_pollution_existe",
    "unite_fonciere_surface",
    "unite_fonciere_refcad",
    "urba_zone_type",
    "urba_zone_lib",
    "source_nom",
]
COLUMNS = [*FIELDS, "comm_insee", "lon", "lat"]
#: Without these, in any format, a row says nothing of a site; summaries of the API leave others out.
REQUIRED = ("site_id", "site_nom", "site_statut", "comm_insee", "unite_fonciere_surface")
OPTIONAL = tuple(name for name in FIELDS if name not in REQUIRED)
STATUSES = (UNCHECKED, "friche sans projet", "friche avec projet", "friche reconvertie")


def read(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[gpd.GeoDataFrame]:
    """Read the brownfields.

    Parameters
    ----------
    path
        A CSV in the layout of the CNIG standard or a GeoPackage, of all of France or of some communes, answers of
        the Cartofriches API joined as one FeatureCollection, or an extract; the embedded extract by default. Where
        a format gives outlines alone, a point inside stands for the site.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Raises
    ------
    SourceError
        If the file is unusable or too many of its rows are at fault.
    """
    target = Path(path or within(EXTRACT, data_dir))
    sites = read_sites(
        target,
        required=REQUIRED,
        optional=OPTIONAL,
        extract=extract_layout(COLUMNS),
        communes=territory.load(data_dir).communes.index,
    )
    rows = sites.rows
    report = Report(SOURCE_ID, len(rows) + sites.elsewhere, rows["site_id"])
    report.count_elsewhere(sites.elsewhere, "autre commune de France")
    rows = drop_duplicate_ids(rows, "site_id", report)
    strange = rows[~rows["site_statut"].isin(STATUSES)]
    report.add(strange, "statut inconnu", SET_ASIDE, rows["site_statut"])
    rows = rows.drop(index=strange.index)
    rows["unite_fonciere_surface"] = numbers(
        rows["unite_fonciere_surface"], low=0, high=MAX_SURFACE_M2, report=report
    )
    rows["site_actu_date"] = _dates(rows["site_actu_date"], report)
    rows["unite_fonciere_refcad"] = [parcels(cell) for cell in rows["unite_fonciere_refcad"]]
    points = to_points(rows, path=target, report=report, declared=rows["comm_insee"], data_dir=data_dir)
    report.check(target, max_faulty_share=MAX_FAULTY_SHARE)
    points = points.set_index("site_id").sort_index()
    texts = [name for name in FIELDS[1:] if name not in {"unite_fonciere_surface", "unite_fonciere_refcad"}]
    points[texts] = points[texts].replace("", float("nan"))
    return Reading(points[[*FIELDS[1:], "code_insee", "geometry"]], report)


def load(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the brownfields.

    Returns
    -------
    GeoDataFrame
        Index `site_id`; fields of the CNIG standard (NaN where the producer gives no value;
        `unite_fonciere_surface` in m2, `unite_fonciere_refcad` a list of parcels), `code_insee` and points in
        EPSG:2154. Sites may share parcels: surfaces are never added as they are. Status "friche potentielle"
        was not checked by the Cerema.
    """
    if path is None and not catalogue.has(SOURCE_ID):
        numbers_apart = {"unite_fonciere_surface": "float64", "unite_fonciere_refcad": "object"}
        return no_places("site_id", dict.fromkeys([*FIELDS[1:], "code_insee"], "str") | numbers_apart)
    return read(path).frame


def sheet_url(site_id: str) -> str:
    """Give the address of a site's Cartofriches sheet; `site_url` of the standard is another page."""
    return f"https://cartofriches.cerema.fr/cartofriches/?site={site_id}"


def _dates(values: pd.Series, report: Report) -> pd.Series:
    """Keep ISO dates; some cells of the live file hold Unix seconds."""
    seconds = values.str.fullmatch(r"\d{9,10}")
    read = pd.to_datetime(values.where(~seconds, ""), format="%Y-%m-%d", errors="coerce")
    read[seconds] = pd.to_datetime(values[seconds].astype(float), unit="s")
    bad = values[(values != "") & read.isna()]
    report.add(bad, "date illisible (site_actu_date)", MENDED, values)
    return read.dt.strftime("%Y-%m-%d").fillna("")
