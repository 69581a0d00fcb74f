"""Sports facilities of the national inventory: the RES as it circulated in 2016, or Data ES, its live successor."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from loaders import catalogue, checksums, territory
from loaders._data_es import read_facilities
from loaders.formats.empty import no_places
from loaders.formats.points import drop_duplicate_ids, numbers, stable_ids, to_points
from loaders.formats.texts import Layout, extract_layout, is_json, read_csv, read_table
from loaders.paths import DATA, reference, within
from loaders.quality import Reading, Report

SOURCE_ID = "sports"
EXTRACT = DATA / "equipements" / "sports.csv"
FAMILIES_FILE = reference(checksums.FAMILIES)
PRODUCER_FILE = "sports/res_fiches_equipements.csv"
COLUMNS = ["equip_id", "equip_type_name", "vintage", "comm_insee", "lon", "lat"]
#: What Data ES alone knows of a facility: texts, but for the year.
DETAILS = ["nom", "installation", "adresse", "acces_libre", "annee_service", "proprietaire", "gestionnaire"]
FIRST_YEAR, LAST_YEAR = 1500, 2100
MAX_FAULTY_SHARE = 0.1
VINTAGE = "2016"
#: Family of the types that the committed table does not name.
OTHER = "autre"
#: Families whose sites may lie at sea.
AT_SEA = ("sports nautiques et plongée",)

RES_2016 = Layout(
    "RES, fiches équipements 2016",
    {"ComInsee": "comm_insee", "EquipementTypeLib": "equip_type_name", "EquGpsX": "lon", "EquGpsY": "lat"},
)


def load_families(path: Path | str | None = None) -> pd.Series:
    """Load the family of each type of facility.

    Parameters
    ----------
    path
        A table in the project's schema; the embedded one by default.

    Returns
    -------
    Series
        Family, on an index of types.

    Raises
    ------
    SourceError
        If the file is missing or malformed.
    """
    frame = read_csv(Path(path or FAMILIES_FILE), columns=["equip_type_name", "famille"])
    return frame.set_index("equip_type_name")["famille"]


def read(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[gpd.GeoDataFrame]:
    """Read the sports facilities.

    Parameters
    ----------
    path
        The CSV of 2016, the GeoJSON export of Data ES, or an extract; the embedded extract by default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Raises
    ------
    SourceError
        If the file is unusable or too many of its rows are at fault.
    """
    target = Path(path or within(EXTRACT, data_dir))
    if is_json(target):
        found = read_facilities(target, communes=territory.load(data_dir).communes.index)
        rows, elsewhere = found.rows, found.elsewhere
    else:
        rows, layout = read_table(target, [RES_2016, extract_layout(COLUMNS, optional=DETAILS)])
        elsewhere = 0
        if layout is RES_2016:
            # Exact repeats are most likely several courts of one place: they are kept and numbered.
            rows["equip_id"] = stable_ids("RES", rows[["equip_type_name", "comm_insee", "lon", "lat"]])
            rows["vintage"] = VINTAGE
            rows[DETAILS] = ""
    report = Report(SOURCE_ID, len(rows) + elsewhere, rows["equip_id"])
    report.count_elsewhere(elsewhere, "autre commune de France")
    rows["equip_type_name"] = rows["equip_type_name"].str.replace("’", "'", regex=False)
    rows = drop_duplicate_ids(rows, "equip_id", report)
    rows["famille"] = rows["equip_type_name"].map(load_families()).fillna(OTHER)
    years = numbers(rows["annee_service"], low=FIRST_YEAR, high=LAST_YEAR, report=report)
    rows["annee_service"] = years.where(years == years.round()).astype("Int64")
    report.ids = rows["equip_type_name"]
    points = to_points(
        rows,
        path=target,
        report=report,
        declared=rows["comm_insee"],
        at_sea=rows["famille"].isin(AT_SEA),
        data_dir=data_dir,
    )
    report.check(target, max_faulty_share=MAX_FAULTY_SHARE)
    points = points.set_index("equip_id").sort_index()
    texts = [name for name in DETAILS if name != "annee_service"]
    points[texts] = points[texts].replace("", float("nan"))
    return Reading(
        points[["equip_type_name", "famille", *DETAILS, "vintage", "code_insee", "geometry"]], report
    )


def load(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the sports facilities.

    Returns
    -------
    GeoDataFrame
        Index `equip_id` (the same from one build to the next); `equip_type_name`, `famille` (the project's
        own grouping, "autre" where the table names no family); of Data ES alone, else missing: `nom`, `installation`
        (the place that holds it), `adresse`, `acces_libre` ("libre" or "non libre"), `annee_service` (Int64, year of
        entry into service), `proprietaire` and `gestionnaire` (kinds of owner and manager); `vintage` ("2016" or the
        day of the download, ISO), `code_insee` and points in EPSG:2154.
    """
    if path is None and not catalogue.has(SOURCE_ID):
        return no_places(
            "equip_id",
            dict.fromkeys(["equip_type_name", "famille", "vintage", *DETAILS, "code_insee"], "str")
            | {"annee_service": "float64"},
        )
    return read(path).frame
