"""Brownfields of the Cartofriches inventory, in the field names of the CNIG standard.

The Cerema gives them as CSV of the standard, as GeoPackage, or as answers of its API.
"""

import re
import sqlite3
import warnings
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from errors import SourceContentError, SourceCrsError, SourceFormatError
from geo.arrondissements import OF_COMMUNE, commune_of
from geo.crs import WGS84
from loaders import territory
from loaders.formats.national import read_kept
from loaders.formats.points import drop_duplicate_ids, numbers, to_points
from loaders.formats.shapes import geometry_of
from loaders.formats.texts import (
    Layout,
    check_layout,
    extract_layout,
    is_json,
    read_features,
    read_json,
    start_of,
    text_of,
)
from loaders.paths import DATA, within
from loaders.quality import MENDED, SET_ASIDE, Reading, Report
from loaders.schema import Schema
from words.constants import UNCHECKED

SOURCE_ID = "friches"
EXTRACT = DATA / "equipements" / "friches.csv"
PRODUCER_FILE = "friches/friches-standard.csv"
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
SCHEMA = Schema(
    SOURCE_ID,
    "site_id",
    dict.fromkeys([*FIELDS[1:], "code_insee"], "str")
    | {"unite_fonciere_surface": "float64", "unite_fonciere_refcad": "object"},
    blank=tuple(name for name in FIELDS[1:] if not name.startswith("unite_fonciere")),
)
#: Without these, in any format, a row says nothing of a site; summaries of the API leave others out.
REQUIRED = ("site_id", "site_nom", "site_statut", "comm_insee", "unite_fonciere_surface")
OPTIONAL = tuple(name for name in FIELDS if name not in REQUIRED)
STATUSES = (UNCHECKED, "friche sans projet", "friche avec projet", "friche reconvertie")
#: The layer of the national GeoPackage; another one is read if it is alone.
LAYER: Final = "friches_surfaces"
CNIG: Final = "CNIG Friches 1.0.5"
_SQLITE: Final = b"SQLite format 3"
_POINT: Final = re.compile(r"(?i)^\s*POINT\s*\(\s*(?P<lon>\S+)\s+(?P<lat>\S+)\s*\)\s*$")
_MISSING: Final = frozenset({"NA", "NA (NA)"})
_DECIMALS: Final = 9
_DOWNLOAD_AGAIN: Final = "télécharger le fichier de nouveau"


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
    rows, elsewhere = _sites(target, territory.load(data_dir).communes.index)
    report = Report(SOURCE_ID, len(rows) + elsewhere, rows["site_id"])
    report.count_elsewhere(elsewhere, "autre commune de France")
    rows = drop_duplicate_ids(rows, "site_id", report)
    strange = rows[~rows["site_statut"].isin(STATUSES)]
    report.add(strange, "statut inconnu", SET_ASIDE, rows["site_statut"])
    rows = rows.drop(index=strange.index)
    rows["unite_fonciere_surface"] = numbers(
        rows["unite_fonciere_surface"], low=0, high=MAX_SURFACE_M2, report=report
    )
    rows["site_actu_date"] = _dates(rows["site_actu_date"], report)
    rows["unite_fonciere_refcad"] = [_parcels(cell) for cell in rows["unite_fonciere_refcad"]]
    points = to_points(rows, path=target, report=report, declared=rows["comm_insee"], data_dir=data_dir)
    return SCHEMA.reading(points, report, target)


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
    return SCHEMA.load(read, path)


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


def _parcels(cell: str) -> list[str]:
    """Read a list of cadastral parcels."""
    items = re.split(r"[,|;]", cell.strip().strip("{}[]"))
    return [code for item in items if (code := item.strip().strip("'\"").strip())]


def _standard(rows: pd.DataFrame) -> pd.DataFrame:
    """Write every cell as the standard means it: straight apostrophes, nothing for NA, one code per commune."""
    straight = pd.DataFrame(
        {name: rows[name].str.replace("’", "'", regex=False).replace(list(_MISSING), "") for name in rows},
        index=rows.index,
        dtype="str",
    )
    straight["comm_insee"] = straight["comm_insee"].map(commune_of).astype("str")
    return straight


def _sites(path: Path, communes: Collection[str]) -> tuple[pd.DataFrame, int]:
    """Read the sites of a territory, whatever the format, and count the others."""
    known = frozenset(communes) | {part for code in communes for part in OF_COMMUNE.get(code, ())}
    if start_of(path).startswith(_SQLITE):
        rows, elsewhere = _of_geopackage(path, known)
    elif is_json(path):
        rows, elsewhere = _of_answers(path, known)
    else:
        return _of_table(path, known)
    return _standard(rows), elsewhere


def _of_table(path: Path, known: frozenset[str]) -> tuple[pd.DataFrame, int]:
    cnig = Layout(CNIG, {name: name for name in [*REQUIRED, *OPTIONAL, "geompoint"]}, delimiter=";")

    def keep(layout: Layout, row: Mapping[str, str]) -> bool:
        return layout is not cnig or row["comm_insee"] in known

    kept = read_kept(path, [cnig, extract_layout(COLUMNS)], keep=keep, escaped=cnig)
    if kept.layout is not cnig:
        return kept.rows, kept.elsewhere
    rows = kept.rows.join(kept.rows["geompoint"].str.extract(_POINT).fillna("")).drop(columns="geompoint")
    return _standard(rows), kept.elsewhere


def _of_answers(path: Path, known: frozenset[str]) -> tuple[pd.DataFrame, int]:
    layout = Layout(
        "API Cartofriches (geofriches)",
        {name: name for name in REQUIRED},
        optional={name: name for name in OPTIONAL},
    )
    features, _ = read_features(path, [layout])
    document = read_json(path)
    stated = document.get("count") if isinstance(document, dict) else None
    if isinstance(stated, int) and stated > len(features):
        raise SourceContentError(
            path,
            f"réponse incomplète : {len(features)} sites sur {stated}",
            "télécharger toutes les pages de la réponse",
        )
    rows = pd.DataFrame(
        [{name: text_of(feature[name]) for name in layout.known} for feature in features],
        index=pd.RangeIndex(1, len(features) + 1, name="ligne"),
        dtype="str",
    )
    inside = rows["comm_insee"].isin(list(known))
    shapes = {}
    for rank in rows.index[inside]:
        try:
            shapes[rank] = geometry_of(features[rank - 1]["geometry"])
        except ValueError as error:
            raise SourceFormatError(
                path, f"géométrie illisible pour l'objet n° {rank} ({error})", _DOWNLOAD_AGAIN
            ) from error
    kept = rows[inside]
    return kept.join(_places(pd.Series(shapes, index=kept.index, dtype=object))), int((~inside).sum())


def _of_geopackage(path: Path, known: frozenset[str]) -> tuple[pd.DataFrame, int]:
    fields = [*REQUIRED, *OPTIONAL]
    codes = ", ".join(f"'{code}'" for code in sorted(known))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's, of metadata that the project does not use
            layer = _layer(path)
            info = pyogrio.read_info(path, layer=layer)
            present = [str(name) for name in info["fields"]]
            check_layout(path, present, [Layout(CNIG, {name: name for name in sorted(REQUIRED)})])
            columns = [name for name in [*fields, "geompoint"] if name in present]
            # The base sorts out the rows: neither the other sites nor their outlines are read.
            frame = pyogrio.read_dataframe(
                path, layer=layer, columns=columns, where=f"comm_insee IN ({codes})", fid_as_index=True
            )
            count = int(info["features"])
    except SourceFormatError:
        raise
    except (
        RuntimeError,
        ValueError,
        OSError,
        TypeError,
        sqlite3.Error,
        shapely.errors.ShapelyError,
    ) as error:
        raise SourceFormatError(
            path, "fichier binaire illisible : GeoPackage tronqué ou endommagé", _DOWNLOAD_AGAIN
        ) from error
    if count < len(frame) or not isinstance(frame, gpd.GeoDataFrame):
        raise SourceFormatError(path, "GeoPackage sans géométrie ou endommagé", _DOWNLOAD_AGAIN)
    frame.index = pd.Index(frame.index, name="ligne", dtype="int64")
    rows = pd.DataFrame(
        {name: [text_of(value) for value in frame[name]] if name in columns else "" for name in fields},
        index=frame.index,
        dtype="str",
    )
    places = _places(_degrees(path, frame))
    if "geompoint" in columns:
        stated = frame["geompoint"].map(text_of).astype("str").str.extract(_POINT)
        places = stated.fillna(places).astype("str")
    return rows.join(places), count - len(rows)


def _layer(path: Path) -> str:
    layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if LAYER in layers:
        return LAYER
    if len(layers) != 1:
        raise SourceFormatError(
            path,
            f"couche « {LAYER} » absente ({', '.join(layers) or 'aucune couche géographique'})",
            "fournir le GeoPackage national des friches",
        )
    return layers[0]


def _degrees(path: Path, frame: gpd.GeoDataFrame) -> pd.Series:
    if frame.crs is None:
        raise SourceCrsError(
            path, "la couche ne déclare aucun système de coordonnées", "lui donner le sien (EPSG:2154)"
        )
    return pd.Series(frame.geometry.to_crs(WGS84), dtype=object)


def _places(shapes: pd.Series) -> pd.DataFrame:
    """Give each site a point: its own, else one inside its outline."""
    points = [None if shape is None or shape.is_empty else shape.representative_point() for shape in shapes]
    texts = [
        ("", "") if point is None else (f"{point.x:.{_DECIMALS}f}", f"{point.y:.{_DECIMALS}f}")
        for point in points
    ]
    return pd.DataFrame(texts, index=shapes.index, columns=["lon", "lat"], dtype="str")
