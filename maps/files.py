"""The layers as GeoJSON files that the browser fetches: one per layer and commune, and one for all of it.

A file's name ends with a digest of its content, so that a browser may keep it for ever and two versions of the
data never mix. Coordinates have 5 decimals (about a metre); texts go out as data, the browser never reads them
as markup. The scripts and styles of the maps stand beside them: no map ever asks a public CDN, for behind a town
hall's proxy a refused script leaves an empty frame without a word.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from xstatic.pkg import leaflet

from errors import ArgumentError
from geo.crs import WGS84
from maps.layer import Layer
from maps.layer import script as symbols_script
from maps.spec import SessionObjects

ALL: Final = "toutes"
FOLDER: Final = "couches"
COORDINATE_DIGITS: Final = 5
#: Outlines of communes are drawn for the eye: their vertices are thinned, neighbours staying joined.
THINNING_M: Final = 5.0
THINNED: Final = frozenset({"communes", "arrondissements"})
#: A server that runs another version may still name a file: only files unused for a day are removed.
STALE_AFTER_S: Final = 86_400
MAP_FOLDER: Final = "carte"
SCRIPTS: Final = ("texts.js", "signs.js", "address.js", "atlas.js")
_HERE: Final = Path(__file__).parent / "atlas"
#: From a page of the app, and from the component's frame (component/streamlit_folium.st_folium/index.html), to the folder
#: that is served; relative, so that the app may live under any base path.
STATIC_FROM_PAGE: Final = "app/static/"
STATIC_FROM_FRAME: Final = "../../app/static/"


@dataclass(frozen=True)
class Manifest:
    """The files of every layer.

    Attributes
    ----------
    files
        Layer id to INSEE code (or `ALL`) to the name of the file; no entry where a commune has no object.
    """

    files: Mapping[str, Mapping[str, str]]

    def names(self, layer_id: str, communes: Iterable[str] | None = None) -> dict[str, str]:
        """Give the files that hold a layer's objects of some communes.

        Parameters
        ----------
        communes
            INSEE codes; None for all the objects, those off the communes included.

        Returns
        -------
        dict of str to str
            INSEE code (or `ALL`) to name.

        Raises
        ------
        ArgumentError
            If the layer has no file at all.
        """
        if layer_id not in self.files:
            raise ArgumentError(f"Couche sans fichier : {layer_id}")
        files = self.files[layer_id]
        keys = [ALL] if communes is None else [code for code in dict.fromkeys(communes) if code in files]
        return {key: files[key] for key in keys}


def write_layers(
    frames: Mapping[str, gpd.GeoDataFrame], *, layers: Sequence[Layer], static_dir: Path
) -> Manifest:
    """Write every layer's files, those that are not there yet.

    Parameters
    ----------
    frames
        Layer id to frame in any system, indexed by id; `communes` lists the INSEE codes of each object, none for
        one that is off the territory: only the file of the whole layer holds it.

    Raises
    ------
    ArgumentError
        If a column that a layer shows is missing from its frame.
    """
    folder = static_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, dict[str, str]] = {}
    for layer in layers:
        frame = frames[layer.layer_id]
        features, members = describe_objects(frame, layer)
        groups: dict[str, list[str]] = {ALL: features}
        for feature, codes in zip(features, members, strict=True):
            for code in codes:
                groups.setdefault(code, []).append(feature)
        files[layer.layer_id] = {
            code: _write(folder, f"{layer.layer_id}-{code}", group) for code, group in groups.items()
        }
    kept = {Path(name).name for group in files.values() for name in group.values()}
    _sweep(folder, kept)
    return Manifest(files)


def write_once(folder: Path, stem: str, suffix: str, content: bytes) -> str:
    """Write a file under a name that holds a digest of its content, whole or not at all.

    Returns
    -------
    str
        The file's name, without its folder.
    """
    digest = hashlib.sha256(content).hexdigest()[:12]
    target = folder / f"{stem}-{digest}{suffix}"
    if target.exists():
        os.utime(target)
        return target.name
    # Two servers may start at once: each writes its own file, and the last to rename wins with the same bytes.
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".tmp", delete=False) as file:
        file.write(content)
    temporary = Path(file.name)
    temporary.chmod(0o644)
    temporary.replace(target)
    return target.name


def collection(features: Sequence[str]) -> str:
    """Join features as one collection.

    Parameters
    ----------
    features
        GeoJSON of each, as `describe_objects` gives them.

    Returns
    -------
    str
        GeoJSON that `atlas.js` reads.
    """
    return '{"type":"FeatureCollection","features":[' + ",\n".join(features) + "]}"


def _write(folder: Path, stem: str, features: Sequence[str]) -> str:
    return f"{folder.name}/{write_once(folder, stem, '.json', collection(features).encode())}"


def _sweep(folder: Path, kept: Collection[str]) -> None:
    limit = time.time() - STALE_AFTER_S
    for path in folder.iterdir():
        try:
            if path.name not in kept and path.stat().st_mtime < limit:
                path.unlink()
        except FileNotFoundError:
            # Another server that starts at the same moment removed it.
            continue


def describe_objects(frame: gpd.GeoDataFrame, layer: Layer) -> tuple[list[str], list[Sequence[str]]]:
    """Write the objects of a layer as the browser reads them.

    Parameters
    ----------
    frame
        The objects in any system, indexed by id; `communes` lists the INSEE codes of each.

    Returns
    -------
    tuple of list of str and list of Sequence of str
        GeoJSON of each object in degrees, with the columns that the layer shows, the optional ones where they have a
        value; the INSEE codes of each.

    Raises
    ------
    ArgumentError
        If a column that the layer shows is missing from the frame.
    """
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index()
    lost = [column for column in (*layer.columns, "communes") if column not in table.columns]
    if lost:
        raise ArgumentError(f"Couche {layer.layer_id}, colonnes absentes : {', '.join(lost)}")
    members: list[Sequence[str]] = table["communes"].tolist()
    outlines = frame.geometry
    if layer.layer_id in THINNED:
        outlines = gpd.GeoSeries(
            shapely.coverage_simplify(outlines.to_numpy(), THINNING_M), index=outlines.index, crs=outlines.crs
        )
    degrees = _rounded(outlines.to_crs(WGS84).array)
    labels: Sequence[str | None] = [None] * len(frame)
    if layer.etiquettes:
        labels = [_label_point(shape, frame.crs) for shape in outlines]
    columns = [table[column].tolist() for column in layer.columns]
    features = []
    for at, geometry in enumerate(shapely.to_geojson(degrees)):
        plain = {name: _plain(values[at]) for name, values in zip(layer.columns, columns, strict=True)}
        properties = {
            name: value for name, value in plain.items() if value is not None or name not in layer.facultatifs
        }
        extra = f',"etiquette":{labels[at]}' if labels[at] else ""
        features.append(
            f'{{"type":"Feature","id":{json.dumps(str(frame.index[at]))},"communes":{json.dumps(list(members[at]))}'
            f'{extra},"properties":{json.dumps(properties, ensure_ascii=False, separators=(",", ":"))}'
            f',"geometry":{geometry}}}'
        )
    return features, members


def describe_session(session: SessionObjects, ids: Collection[str] | None = None) -> list[str]:
    """Write the objects that a session brings as the browser reads them.

    Parameters
    ----------
    ids
        The only objects to write; None for all.

    Returns
    -------
    list of str
        GeoJSON of each object in degrees; they name no commune.
    """
    kept = None if ids is None else set(ids)
    features = []
    for at, name in enumerate(session.ids):
        if kept is not None and name not in kept:
            continue
        feature = {
            "type": "Feature",
            "id": name,
            "communes": [],
            "properties": {column: _plain(values[at]) for column, values in session.columns.items()},
            "geometry": {"type": "Point", "coordinates": [session.lon[at], session.lat[at]]}
            if session.shapes is None
            else session.shapes[at],
        }
        features.append(json.dumps(feature, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    return features


def _label_point(shape: shapely.Geometry, crs: Any) -> str:
    """Give [lon, lat] of the middle of the largest circle that fits in, where a name is best read."""
    middle = shapely.get_point(shapely.maximum_inscribed_circle(np.asarray([shape]), 50.0)[0], 0)
    point = gpd.GeoSeries([middle], crs=crs).to_crs(WGS84)
    return f"[{point.x.iloc[0]:.5f},{point.y.iloc[0]:.5f}]"


def _rounded(shapes: Any) -> Any:
    return shapely.transform(np.asarray(shapes), lambda points: points.round(COORDINATE_DIGITS))


def _plain(value: Any) -> str | float | bool | None:
    """Give a value that JSON knows: missing ones are null, dates are ISO text."""
    if isinstance(value, (list, tuple)):
        return " ; ".join(map(str, value)) or None
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.integer, np.floating)):
        number = float(value)
        return None if not np.isfinite(number) else int(number) if number.is_integer() else number
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value) or None


@dataclass(frozen=True)
class Assets:
    """What a map loads."""

    script: str
    style: str


def install(static_dir: Path) -> Assets:
    """Copy what maps load to the folder that is served, if it is not there yet.

    Returns
    -------
    Assets
        One script and one style: each more would be one more wait before the first map.
    """
    folder = static_dir / MAP_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    script, style = bundle()
    return Assets(
        script=f"{MAP_FOLDER}/{write_once(folder, MAP_FOLDER, '.js', script.encode())}",
        style=f"{MAP_FOLDER}/{write_once(folder, MAP_FOLDER, '.css', style.encode())}",
    )


def bundle() -> tuple[str, str]:
    """Join what maps load."""
    packaged = Path(leaflet.BASE_DIR)
    return (
        ";\n".join(
            [_read(packaged / "leaflet.js"), symbols_script(), *(_read(_HERE / name) for name in SCRIPTS)]
        ),
        "\n".join([_read(packaged / "leaflet.css"), _read(_HERE / "atlas.css")]),
    )


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
