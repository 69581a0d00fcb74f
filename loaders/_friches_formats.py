"""The formats in which the Cerema gives the brownfields: CSV of the CNIG standard, GeoPackage, answers of its API."""

import re
import sqlite3
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from errors import SourceContentError, SourceCrsError, SourceFormatError
from geo.arrondissements import OF_COMMUNE, commune_of
from geo.crs import WGS84
from loaders.formats.national import read_kept
from loaders.formats.shapes import geometry_of
from loaders.formats.texts import Layout, check_layout, is_json, read_features, read_json, start_of, text_of

#: The layer of the national GeoPackage; another one is read if it is alone.
LAYER: Final = "friches_surfaces"
CNIG: Final = "CNIG Friches 1.0.5"
_SQLITE: Final = b"SQLite format 3"
_POINT: Final = re.compile(r"(?i)^\s*POINT\s*\(\s*(?P<lon>\S+)\s+(?P<lat>\S+)\s*\)\s*$")
_MISSING: Final = frozenset({"NA", "NA (NA)"})
_DECIMALS: Final = 9
_DOWNLOAD_AGAIN: Final = "télécharger le fichier de nouveau"


@dataclass(frozen=True, eq=False)
class Sites:
    """The rows of a file that name a commune of the territory."""

    rows: pd.DataFrame
    elsewhere: int


def read_sites(
    path: Path,
    *,
    required: Collection[str],
    optional: Collection[str],
    extract: Layout,
    communes: Collection[str],
) -> Sites:
    """Read the sites of a territory, whatever the format."""
    known = frozenset(communes) | {part for code in communes for part in OF_COMMUNE.get(code, ())}
    if start_of(path).startswith(_SQLITE):
        sites = _of_geopackage(path, [*required, *optional], set(required), known)
    elif is_json(path):
        sites = _of_answers(path, required, optional, known)
    else:
        return _of_table(path, [*required, *optional], extract, known)
    return Sites(_standard(sites.rows), sites.elsewhere)


def parcels(cell: str) -> list[str]:
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


def _of_table(path: Path, fields: list[str], extract: Layout, known: frozenset[str]) -> Sites:
    cnig = Layout(CNIG, {name: name for name in [*fields, "geompoint"]}, delimiter=";")

    def keep(layout: Layout, row: Mapping[str, str]) -> bool:
        return layout is not cnig or row["comm_insee"] in known

    kept = read_kept(path, [cnig, extract], keep=keep, escaped=cnig)
    if kept.layout is not cnig:
        return Sites(kept.rows, kept.elsewhere)
    rows = kept.rows.join(kept.rows["geompoint"].str.extract(_POINT).fillna("")).drop(columns="geompoint")
    return Sites(_standard(rows), kept.elsewhere)


def _of_answers(
    path: Path, required: Collection[str], optional: Collection[str], known: frozenset[str]
) -> Sites:
    layout = Layout(
        "API Cartofriches (geofriches)",
        {name: name for name in required},
        optional={name: name for name in optional},
    )
    features, _ = read_features(path, [layout])
    stated = read_json(path).get("count")
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
    return Sites(kept.join(_places(pd.Series(shapes, index=kept.index, dtype=object))), int((~inside).sum()))


def _of_geopackage(path: Path, fields: list[str], required: set[str], known: frozenset[str]) -> Sites:
    codes = ", ".join(f"'{code}'" for code in sorted(known))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's, of metadata that the project does not use
            layer = _layer(path)
            info = pyogrio.read_info(path, layer=layer)
            present = [str(name) for name in info["fields"]]
            check_layout(path, present, [Layout(CNIG, {name: name for name in sorted(required)})])
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
    return Sites(rows.join(places), count - len(rows))


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
