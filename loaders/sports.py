"""Sports facilities of the national inventory: the RES as it circulated in 2016, or Data ES, its live successor."""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geo.arrondissements import commune_of
from loaders import checksums, territory
from loaders.formats.points import drop_duplicate_ids, numbers, stable_ids, to_points
from loaders.formats.texts import (
    Layout,
    extract_layout,
    is_json,
    read_csv,
    read_features,
    read_table,
    text_of,
)
from loaders.paths import DATA, reference, within
from loaders.quality import Reading, Report
from loaders.schema import Schema

SOURCE_ID = "sports"
EXTRACT = DATA / "equipements" / "sports.csv"
FAMILIES_FILE = reference(checksums.FAMILIES)
PRODUCER_FILE = "sports/res_fiches_equipements.csv"
COLUMNS = ["equip_id", "equip_type_name", "vintage", "comm_insee", "lon", "lat"]
#: What Data ES alone knows of a facility: texts, but for the year.
DETAILS = ["nom", "installation", "adresse", "acces_libre", "annee_service", "proprietaire", "gestionnaire"]
SCHEMA = Schema(
    SOURCE_ID,
    "equip_id",
    dict.fromkeys(["equip_type_name", "famille", *DETAILS, "vintage", "code_insee"], "str")
    | {"annee_service": "Int64"},
    blank=tuple(name for name in DETAILS if name != "annee_service"),
)
FIRST_YEAR, LAST_YEAR = 1500, 2100
VINTAGE = "2016"
#: Family of the types that the committed table does not name.
OTHER = "autre"
#: Families whose sites may lie at sea.
AT_SEA = ("sports nautiques et plongée",)

RES_2016 = Layout(
    "RES, fiches équipements 2016",
    {"ComInsee": "comm_insee", "EquipementTypeLib": "equip_type_name", "EquGpsX": "lon", "EquGpsY": "lat"},
)
DATA_ES: Final = Layout(
    "Data ES, export JSON",
    {
        "equip_numero": "equip_id",
        "equip_type_name": "equip_type_name",
        "new_code": "comm_insee",
    },
    optional={
        "equip_coordonnees": "place",  # a GeoJSON export leaves it out, for it is the geometry
        "equip_nom": "nom",
        "inst_nom": "installation",
        "inst_adresse": "rue",
        "inst_cp": "code_postal",
        "new_name": "ville",
        "equip_acc_libre": "libre",
        "equip_service_date": "service",
        "equip_prop_type": "proprietaire",
        "equip_gest_type": "gestionnaire",
    },
)
#: What the flag of free access means; anything else is unknown.
ACCESS: Final[Mapping[str, str]] = {"true": "libre", "false": "non libre"}
_YEAR: Final = re.compile(r"(\d{4})(?:\.0)?(?:-\d{2}(?:-\d{2})?(?:T.*)?)?")
_SECONDS: Final = re.compile(r"-?\d{8,10}")
_COORDINATE: Final = re.compile(r'"(lon|lat)"\s*:\s*(-?[0-9.eE+-]+)')


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
        The CSV of 2016, the JSON (or GeoJSON) export of Data ES, or an extract; the embedded extract by default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Raises
    ------
    SourceError
        If the file is unusable or too many of its rows are at fault.
    """
    target = Path(path or within(EXTRACT, data_dir))
    if is_json(target):
        rows, elsewhere = _data_es(target, territory.load(data_dir).communes.index)
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
    return SCHEMA.reading(points, report, target)


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
    return SCHEMA.load(read, path)


def _data_es(path: Path, communes: Collection[str]) -> tuple[pd.DataFrame, int]:
    """Read the rows of Data ES that name a commune of the territory, and count the others."""
    features, _ = read_features(path, [DATA_ES])
    codes = {
        rank: commune_of(text_of(feature["comm_insee"])) for rank, feature in enumerate(features, start=1)
    }
    rows = {rank: _row(features[rank - 1], code) for rank, code in codes.items() if code in communes}
    frame = pd.DataFrame(
        list(rows.values()),
        index=pd.Index(list(rows), name="ligne", dtype="int64"),
        columns=[name for name in [*COLUMNS, *DETAILS] if name != "vintage"],
        dtype="str",
    )
    day = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).date()
    return frame.assign(vintage=day.isoformat()), len(features) - len(rows)


def _row(feature: Mapping[str, Any], code: str) -> dict[str, str]:
    told = {name: text_of(value) for name, value in feature.items() if name not in {"place", "geometry"}}
    lon, lat = _place(feature)
    town = " ".join(text for name in ("code_postal", "ville") if (text := told[name]))
    return told | {
        "comm_insee": code,
        "adresse": ", ".join(text for text in (told["rue"], town) if text) if told["rue"] else "",
        "acces_libre": ACCESS.get(told["libre"].lower(), ""),
        "annee_service": _year(told["service"]),
        "lon": lon,
        "lat": lat,
    }


def _place(feature: Mapping[str, Any]) -> tuple[str, str]:
    """Give the coordinates that the producer states, else those of the feature's point."""
    stated = feature["place"]
    if isinstance(stated, str):
        found = dict(_COORDINATE.findall(stated))
        if {"lon", "lat"} <= set(found):
            return found["lon"], found["lat"]
    geometry = feature["geometry"]
    pair = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if isinstance(pair, list) and len(pair) > 1 and not any(isinstance(part, list | dict) for part in pair):
        return text_of(pair[0]), text_of(pair[1])
    return "", ""


def _year(text: str) -> str:
    """Give the year of a date; some cells hold Unix seconds where a year is meant."""
    year = _YEAR.fullmatch(text)
    if year:
        return year[1]
    if _SECONDS.fullmatch(text):
        return str((dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=int(text))).year)
    return text
