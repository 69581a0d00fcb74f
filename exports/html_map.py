"""A map as one HTML file that opens from a disk, without any network: scripts, styles and objects are in it."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import pandas as pd

from errors import ArgumentError
from exports import _rows
from exports.context import Context
from exports.markup import environment
from facts.fields import Field
from geo.scope import in_scope
from maps.builder import describe, settings
from maps.files import ALL, Manifest, bundle, collection, describe_objects, describe_session
from maps.layer import Layer
from maps.spec import MapSpec, ShownLayer

#: A map that opens without network has no basemap: the territory and its names are drawn.
NO_BASEMAP: Final = "aucun"
#: Address of a layer in the page; a browser fetches nothing of that scheme.
ADDRESS: Final = "couche:"
_FOLDER: Final = Path(__file__).parent / "standalone"
_TEMPLATES: Final = environment(_FOLDER)


@dataclass(frozen=True, eq=False)
class Figures:
    """What a map says of the objects of a layer beside what the layer says of itself.

    Attributes
    ----------
    frame
        The figures, indexed by the ids of the objects.
    fields
        Their columns; a column that the layer has too is said once, as the figures give it.
    """

    frame: pd.DataFrame
    fields: Sequence[Field]


class _Data(NamedTuple):
    """JSON that the page holds in an element of its own; `file` is its address for a layer's script."""

    name: str
    text: str
    file: str = ""


def to_html_map(
    spec: MapSpec,
    frames: Mapping[str, gpd.GeoDataFrame],
    *,
    context: Context,
    notes: Mapping[str, str],
    figures: Mapping[str, Figures] = {},
) -> bytes:
    """Write a map as a page of its own, which holds exactly the objects that the map shows.

    Parameters
    ----------
    frames
        Layer id to frame in any system, indexed by id, with the columns that the registry names and `communes` (list of
        the INSEE codes of each object). A layer of a session has its objects in the spec.

    Returns
    -------
    bytes
        UTF-8. No text of the data is ever markup: the page's own policy refuses any script but its two, and any request.

    Raises
    ------
    ArgumentError
        If the context does not name the sources of a layer shown or of its figures, or a layer has no frame: nothing is
        drawn without its source.
    """
    known = {source.source_id: source for source in context.sources}
    shown_ids = [shown.layer_id for shown in spec.layers]
    lost = sorted({key for shown in spec.layers for key in shown.layer.source_ids} - set(known))
    if lost:
        raise ArgumentError(f"Carte sans ses sources : {', '.join(lost)}")
    missing = [
        shown.layer_id for shown in spec.layers if shown.session is None and shown.layer_id not in frames
    ]
    if missing:
        raise ArgumentError(f"Couche sans données : {', '.join(missing)}")
    said = {shown.layer_id: _said_by(shown.layer, figures.get(shown.layer_id)) for shown in spec.layers}
    files, held = _held(spec.layers, frames, said, figures, context)
    described = describe(
        replace(spec, basemap=NO_BASEMAP, adresse={}),
        files,
        scopes={key: source.communes for key, source in known.items()},
    )
    for layer in described["couches"]:
        # The page holds the files themselves.
        address = ADDRESS + layer["id"]
        layer |= {"fichiers": dict.fromkeys(layer["fichiers"], address), "tout": address}
        # It holds what is shown, and nothing else.
        layer.pop("masque", None)
    given = json.loads(settings(notes))
    given |= {
        "fonds": {},
        "couches": [
            layer | _described(said[layer["id"]], figures.get(layer["id"]), notes)
            for layer in given["couches"]
            if layer["id"] in shown_ids
        ],
    }
    names = dict(frames["communes"]["nom"]) if "communes" in frames else {}
    script, style = bundle()
    script = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", script)
    start = _read("objects.js") + _read("page.js")
    settled = {"reglages": given, "carte": described, "communes": names}
    page = _TEMPLATES.get_template("page.jinja").render(
        politique=_policy(script, start),
        titre=spec.titre,
        filtres=_said(context),
        style=style + _read("page.css"),
        sources=context.sources,
        date=_rows.french_date(context.date),
        donnees=[
            _Data(
                "carte",
                _safe(json.dumps(settled, ensure_ascii=False, allow_nan=False, separators=(",", ":"))),
            ),
            *held,
        ],
        script=script,
        depart=start,
    )
    return page.encode()


def _said_by(layer: Layer, figures: Figures | None) -> Layer:
    """Give a layer the fields of its figures, after its own."""
    if figures is None:
        return layer
    own = {layer.entete, *(field.column for field in layer.fields)}
    added = (field for field in figures.fields if field.column not in own)
    return replace(layer, fields=(*layer.fields, *added))


def _described(layer: Layer, figures: Figures | None, notes: Mapping[str, str]) -> dict[str, Any]:
    """Say what changes in the description of a layer that has figures: its fields, and the sources that date them."""
    if figures is None:
        return {}
    used = [*layer.source_ids, *(field.source_id for field in figures.fields if field.source_id)]
    texts = dict.fromkeys(notes[key] for key in used)
    return {"champs": layer.describe()["champs"], "source": "\u202f; ".join(texts)}


def _held(
    layers: Sequence[ShownLayer],
    frames: Mapping[str, gpd.GeoDataFrame],
    said: Mapping[str, Layer],
    figures: Mapping[str, Figures],
    context: Context,
) -> tuple[Manifest, list[_Data]]:
    """Give the objects of each layer shown, and nothing else, as the page holds them, with the list of them."""
    files: dict[str, dict[str, str]] = {}
    held = []
    for shown in layers:
        layer = said[shown.layer_id]
        members: list[Sequence[str]] = []
        if shown.session is not None:
            features = describe_session(shown.session, shown.ids)
        else:
            frame = _kept(frames[shown.layer_id], shown)
            if shown.layer_id in figures:
                frame = _with_figures(frame, figures[shown.layer_id], context)
            features, members = describe_objects(frame, layer)
        codes = [ALL, *sorted({code for codes in members for code in codes})]
        files[shown.layer_id] = dict.fromkeys(codes, "")
        held.append(_Data(f"couche-{shown.layer_id}", _safe(collection(features)), ADDRESS + shown.layer_id))
    return Manifest(files), held


def _kept(frame: gpd.GeoDataFrame, shown: ShownLayer) -> gpd.GeoDataFrame:
    if shown.communes is not None:
        frame = frame[in_scope(frame["communes"], shown.communes)]
    if shown.ids is not None:
        frame = frame[frame.index.isin(list(shown.ids))]
    return frame


def _with_figures(frame: gpd.GeoDataFrame, figures: Figures, context: Context) -> gpd.GeoDataFrame:
    """Give objects their figures as files write them: rounded, and in words the reason why there is none."""
    stated = _rows.cells(figures.frame, figures.fields, context)
    columns = [column for column in stated.columns if column != frame.index.name]
    return frame.assign(**{column: stated[column].reindex(frame.index) for column in columns})


def _safe(text: str) -> str:
    """Keep JSON from closing the element that holds it; outside its texts JSON has no such sign."""
    return text.replace("<", "\\u003c")


def _policy(*scripts: str) -> str:
    """Allow these scripts and inline styles, and no request at all."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _said(context: Context) -> str:
    place = f"{context.place}. " if context.place else ""
    return f"{place}Filtres\u00a0: {context.filters}. Établie le {_rows.french_date(context.date)}."


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
