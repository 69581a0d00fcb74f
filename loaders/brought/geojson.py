"""GeoJSON as users bring it: whole or by lines, and what it says itself of objects that it does not hold."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from errors import SourceFormatError
from geo.crs import WGS84
from loaders.brought.opened import Choice, Opened
from loaders.brought.own_values import named
from loaders.formats import encodings
from loaders.formats.cells import cell_text
from loaders.formats.grids import check_columns, check_rows
from loaders.formats.shapes import geometry_of
from loaders.formats.systems import stated_system
from loaders.formats.texts import json_of
from words.formats import grouped, pluriel

UNREADABLE: Final = "géométrie illisible"
#: Where services say how many objects answer to a request; those of one page are in `features`.
_TOTALS: Final = (
    "numberMatched",
    "numberReturned",
    "totalFeatures",
    "numberOfFeatures",
    "count",
    "total",
    "total_count",
    "totalCount",
    "nhits",
)
_LONGEST_COUNT: Final = 16
#: A GeoJSON by lines has more than one.
FEWEST_LINES: Final = 2


def open_geojson(path: Path, raw: bytes, choice: Choice) -> Opened:
    """Open a GeoJSON file."""
    text, encoding = encodings.decoded(path, raw, encoding=choice.encoding)
    document = _document(path, text)
    grave = _partial(document)
    stated, unknown = _stated(document)
    features = [found if isinstance(found, dict) else {} for found in _features(path, document)]
    check_rows(path, len(features))
    index = pd.RangeIndex(1, len(features) + 1, name="ligne")
    shapes = np.full(len(features), None, dtype=object)
    faults = np.full(len(features), "", dtype=object)
    rows: list[dict[str, Any]] = []
    for at, feature in enumerate(features):
        properties = feature.get("properties")
        rows.append(properties if isinstance(properties, dict) else {})
        try:
            shapes[at] = geometry_of(feature.get("geometry"))
        except (ValueError, RecursionError):
            faults[at] = UNREADABLE
    headings = list(dict.fromkeys(name for row in rows for name in row))
    check_columns(path, len(headings))
    titles = dict(zip(named(headings), headings, strict=True))
    cells = {title: [cell_text(row.get(heading)) for row in rows] for title, heading in titles.items()}
    texts = {
        title for title, heading in titles.items() if any(isinstance(row.get(heading), str) for row in rows)
    }
    return Opened(
        path.name,
        "geojson",
        replace(choice, encoding=encoding),
        tuple(headings),
        pd.DataFrame(cells, index=index, dtype="str"),
        pd.Series(shapes, index=index, dtype=object),
        pd.Series(faults, index=index, dtype="str"),
        stated,
        doubts=(*grave, *to_declare(unknown)),
        grave=grave,
        declared_text=frozenset(texts),
    )


def _document(path: Path, text: str) -> Any:
    """Parse a GeoJSON, also one that has an object a line."""
    try:
        return json_of(path, text)
    except SourceFormatError:
        lines = [line for line in text.replace("\x1e", "\n").split("\n") if line.strip()]
        if len(lines) < FEWEST_LINES or not all(_is_whole(line) for line in lines[:FEWEST_LINES]):
            raise
    check_rows(path, len(lines))
    features: list[Any] = []
    for rank, line in enumerate(lines, 1):
        try:
            features.append(json_of(path, line))
        except SourceFormatError as error:
            fault = "dernière ligne tronquée" if rank == len(lines) else "ligne illisible"
            raise SourceFormatError(
                path, f"GeoJSON par lignes : {fault} (ligne {rank})", "exporter de nouveau le fichier entier"
            ) from error
    return {"type": "FeatureCollection", "features": features}


def _is_whole(line: str) -> bool:
    """Tell whether a line is an object of GeoJSON by itself."""
    text = line.strip().rstrip(",")
    if not (text.startswith("{") and text.endswith("}")):
        return False
    try:
        return isinstance(found := json.loads(text), dict) and found.get("type") == "Feature"
    except (ValueError, RecursionError):
        return False


def _partial(document: Any) -> tuple[str, ...]:
    """Say what a GeoJSON says itself of objects that it does not hold."""
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        return ()
    own = document.get("properties")
    said = [document, *([own] if isinstance(own, dict) else [])]
    here = len(document["features"])
    totals = [one.get(name) for one in said for name in _TOTALS]
    most = max(map(_count, totals))
    links = document.get("links")
    links = links if isinstance(links, list | dict) else []
    following = any(
        isinstance(link, dict) and str(link.get("rel", "")).casefold() == "next"
        for link in (links if isinstance(links, list) else [{"rel": name} for name in links])
    ) or any(isinstance(one.get("next"), str) and one["next"] for one in said)
    cut = any(one.get("exceededTransferLimit") is True for one in said)
    if most > here:
        told = f"le service en annonce {grouped(most)}"
    elif cut:
        told = "le service dit avoir atteint sa limite d'envoi"
    elif following:
        told = "le fichier renvoie à une page suivante"
    else:
        return ()
    doubt = (
        f"Ce fichier dit lui-même qu'il n'est pas entier : {pluriel(here, 'objet')} ici, et {told}. Les comptes seraient "
        "trop petits : téléchargez-le en entier, page par page s'il le faut."
    )
    return (doubt,)


def _count(value: Any) -> int:
    """Read a number of objects, 0 where it is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < _LONGEST_COUNT:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _features(path: Path, document: Any) -> list[Any]:
    stated = document if isinstance(document, dict) else {}
    kind, features = stated.get("type"), stated.get("features")
    if kind == "Topology":
        raise SourceFormatError(path, "fichier TopoJSON", "l'enregistrer en GeoJSON")
    if kind == "Feature":
        return [document]
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise SourceFormatError(
            path, "ce n'est pas une FeatureCollection GeoJSON", "exporter de nouveau en GeoJSON"
        )
    if not features:
        raise SourceFormatError(path, "aucun objet dans le fichier", "exporter une couche remplie")
    return features


def _stated(document: Mapping[str, Any]) -> tuple[str | None, str]:
    crs = document.get("crs", WGS84)
    if isinstance(crs, dict) and isinstance(crs.get("properties"), dict):
        crs = crs["properties"].get("name")
    if not isinstance(crs, str):
        return None, ""
    return stated_system(WGS84 if crs.endswith("CRS84") else crs)


def to_declare(unknown: str) -> tuple[str, ...]:
    """Give the doubt that an unknown system leaves."""
    return (f"{unknown} : vérifiez celui qui est retenu, ou déclarez-le.",) if unknown else ()
