"""Layer files: what is written, under which names, and that two servers may start at once."""

import json
import os
import threading
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.affinity import translate
from shapely.geometry import Point, Polygon

from errors import ArgumentError
from facts.fields import Field
from maps.files import ALL, STALE_AFTER_S, write_layers, write_once
from maps.layer import Layer

LAYER = Layer("lieux", "Lieux", "source", "#123456", "cercle", "nom", (Field("valeur", "Valeur", "entier"),))
TOWNS = Layer("communes", "Communes", "source", "#123456", "contour", "nom", etiquettes=True)


def places(**columns):
    """Three places: one in 13055, one in two communes, one off the territory."""
    frame = gpd.GeoDataFrame(
        {
            "nom": ["Un", "Deux <img src=x onerror=alert(1)>", 'Trois "&" \u2028'],
            "valeur": [3, np.nan, 2.5],
            "communes": [["13055"], ["13055", "13001"], []],
        },
        index=pd.Index(["a", "b", "c"], name="id_lieu"),
        geometry=gpd.points_from_xy([5.3698412, 5.4471, 4.9], [43.2964849, 43.5297, 43.4], crs=4326),
    )
    return frame.assign(**columns).to_crs(2154)


def written(tmp_path, frame=None, layer=LAYER):
    frame = places() if frame is None else frame
    return write_layers({layer.layer_id: frame}, layers=[layer], static_dir=tmp_path)


def read(tmp_path, name):
    return json.loads((tmp_path / name).read_text(encoding="utf-8"))


def test_one_file_per_commune_and_one_for_all(tmp_path):
    files = written(tmp_path).files["lieux"]
    ids = {
        code: [feature["id"] for feature in read(tmp_path, name)["features"]] for code, name in files.items()
    }
    assert {code: len(own) for code, own in ids.items()} == {ALL: 3, "13055": 2, "13001": 1}
    assert ids == {ALL: ["a", "b", "c"], "13055": ["a", "b"], "13001": ["b"]}


def test_feature_holds_what_the_map_shows_and_nothing_else(tmp_path):
    first, second, third = read(tmp_path, written(tmp_path, places(prive="secret")).files["lieux"][ALL])[
        "features"
    ]
    assert first == {
        "type": "Feature",
        "id": "a",
        "communes": ["13055"],
        "properties": {"nom": "Un", "valeur": 3},
        "geometry": {"type": "Point", "coordinates": [5.36984, 43.29648]},
    }
    # A missing figure is null, never 0; markup goes out as it is, for the browser to show as text.
    assert second["properties"] == {"nom": "Deux <img src=x onerror=alert(1)>", "valeur": None}
    assert third["properties"] == {"nom": 'Trois "&" \u2028', "valeur": 2.5}


def test_name_follows_the_content(tmp_path):
    names = dict(written(tmp_path).files["lieux"])
    assert dict(written(tmp_path).files["lieux"]) == names
    changed = written(tmp_path, places(valeur=[3, 1, 2.5])).files["lieux"]
    assert changed["13055"] != names["13055"]
    assert all(name.startswith(f"couches/lieux-{code}-") for code, name in names.items())


def test_old_files_go_and_recent_ones_stay(tmp_path):
    old = written(tmp_path).files["lieux"]["13001"]
    changed = places(valeur=[1, 2, 3])
    written(tmp_path, changed)
    # Another server may still serve it.
    assert (tmp_path / old).exists()
    long_ago = time.time() - STALE_AFTER_S - 60
    os.utime(tmp_path / old, (long_ago, long_ago))
    kept = written(tmp_path, changed)
    assert not (tmp_path / old).exists()
    assert all((tmp_path / name).exists() for name in kept.files["lieux"].values())


def test_a_file_in_use_never_gets_old(tmp_path):
    name = written(tmp_path).files["lieux"][ALL]
    long_ago = time.time() - STALE_AFTER_S - 60
    os.utime(tmp_path / name, (long_ago, long_ago))
    written(tmp_path)
    assert (tmp_path / name).exists()


def test_two_servers_start_at_once(tmp_path):
    content = os.urandom(2_000_000)
    names = []
    threads = [
        threading.Thread(target=lambda: names.append(write_once(tmp_path, "gros", ".json", content)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 1
    assert (tmp_path / names[0]).read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == [names[0]]


def test_everyone_may_read_the_files(tmp_path):
    name = written(tmp_path).files["lieux"][ALL]
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o644


def test_missing_column_is_named(tmp_path):
    with pytest.raises(ArgumentError, match="Couche lieux, colonnes absentes : valeur"):
        written(tmp_path, places().drop(columns="valeur"))


def test_neighbours_stay_joined_when_outlines_are_thinned(tmp_path):
    # A common border with a vertex every metre: thinned on both sides alike.
    border = [(1000.0, float(y)) for y in range(1001)]
    west = Polygon([(0, 0), *border, (0, 1000)])
    east = Polygon([*border, (2000, 1000), (2000, 0)])
    frame = gpd.GeoDataFrame(
        {"nom": ["Ouest", "Est"], "communes": [["13001"], ["13005"]]},
        index=pd.Index(["13001", "13005"], name="code_insee"),
        geometry=[translate(shape, 890_000, 6_250_000) for shape in (west, east)],
        crs=2154,
    )
    features = read(tmp_path, written(tmp_path, frame, TOWNS).files["communes"][ALL])["features"]
    rings = [{tuple(point) for point in feature["geometry"]["coordinates"][0]} for feature in features]
    assert all(len(ring) < 20 for ring in rings)
    shared = rings[0] & rings[1]
    assert len(shared) == 2
    # The name of the western square stands in its middle.
    middle = gpd.GeoSeries([Point(890_500, 6_250_500)], crs=2154).to_crs(4326).iloc[0]
    assert features[0]["etiquette"] == pytest.approx([middle.x, middle.y], abs=0.002)


def test_manifest_names(tmp_path):
    manifest = written(tmp_path)
    assert list(manifest.names("lieux")) == [ALL]
    assert list(manifest.names("lieux", ["13001", "84089", "13001"])) == ["13001"]
    with pytest.raises(ArgumentError, match="Couche sans fichier : autre"):
        manifest.names("autre")
