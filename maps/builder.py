"""The Folium map that the component shows: a base that never changes, and what changes as a few kilobytes.

The base carries the scripts, the registry of layers and the basemaps; since it never changes, the component is
never mounted again. A change of filter sends a feature group whose only content is a call of `atlas.show` with
the names of the files to draw, so that Python rebuilds nothing.
"""

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final, cast

import folium
import numpy as np
import pyproj
from branca.element import Element, Figure
from folium.template import Template

from errors import ArgumentError
from facts.snapshot import current
from geo.crs import LAMBERT93, WGS84
from loaders import communes, territory
from loaders.live.offline import is_offline
from maps import layers as registry
from maps.files import ALL, STATIC_FROM_FRAME, STATIC_FROM_PAGE, Assets, Manifest
from maps.spec import BASEMAPS, Cadrage, MapSpec, SessionObjects, ShownLayer
from words.formats import NON_TELECHARGEE

#: What the addresses of a session's objects begin with: nothing that a browser could fetch.
SESSION: Final = "session:"
#: More of a session's objects than this are told by their ranks.
FEW_IDS: Final = 200
MIN_ZOOM: Final = 8
MAX_ZOOM: Final = 18

#: Around the box of the communes, as a share of its larger side: their neighbours remain in sight.
MARGIN: Final = 0.5


@dataclass(frozen=True)
class Extent:
    """The part of the world that a map is about, in degrees.

    Attributes
    ----------
    centre
        Latitude and longitude where a map starts.
    corners
        South-west and north-east corners, latitude first, that a map does not leave.
    """

    centre: tuple[float, float]
    zoom: int
    corners: tuple[tuple[float, float], tuple[float, float]]


class _Text(Element):
    """Markup that is ready: branca would compile it as a template at each run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_kwargs: Any) -> str:
        """Give the markup."""
        return self.text


class _Map(folium.Map):
    """A map without Folium's page around it, whose viewport forbids users to zoom the text."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = atlas.start({{ this.get_name()|tojson }}, {{ this.settings }});"
        "{% endmacro %}"
    )

    def __init__(self, settings: str, assets: Assets, place: Extent) -> None:
        super().__init__(location=place.centre, zoom_start=place.zoom, tiles=None)
        self.settings = settings
        self.default_js = [("carte", STATIC_FROM_FRAME + assets.script)]
        self.default_css = [("carte", STATIC_FROM_FRAME + assets.style)]

    def render(self, **_kwargs: Any) -> str:
        """Give the page its only style; the component reads scripts and styles from the lists above."""
        name = self.get_name()
        style = f"<style>html, body {{ margin: 0; }} #{name} {{ position: relative; width: 100%; height: 100%; }}</style>"
        figure = cast("Figure", self.get_root())
        figure.header.add_child(_Text(style), name="atlas")
        return ""


class _Show(folium.FeatureGroup):
    """A feature group that draws nothing itself: its script is a call that draws a spec."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.featureGroup(); atlas.show({{ this.spec }});"
        "{% endmacro %}"
    )

    def __init__(self, spec: str) -> None:
        super().__init__(name="atlas")
        self.spec = spec

    def render(self, **_kwargs: Any) -> str:
        """Add nothing to the page."""
        return ""


def base_map(assets: Assets, *, notes: Mapping[str, str]) -> folium.Map:
    """Make the base of a map; a new one at each run, since Folium's maps cannot be used twice.

    Parameters
    ----------
    notes
        Source id to the French text that dates it; a layer whose source is not there is none of the territory's.

    Returns
    -------
    folium.Map
        Always the same script for the same arguments.

    Raises
    ------
    ArgumentError
        If one of the other sources of a layer has no note: nothing is drawn without its source.
    """
    return _Map(settings(notes), assets, of_territory())


def settings(notes: Mapping[str, str]) -> str:
    """Say to the browser what never changes: the registry of layers, the basemaps, the territory.

    Returns
    -------
    str
        JSON, as `script_json` writes it.
    """
    # Offline, browsers too ask nobody: the map has no tiles.
    return _settings(tuple(sorted(notes.items())), of_territory(), with_tiles=not is_offline())


def feature_group(
    spec: MapSpec, manifest: Manifest, *, scopes: Mapping[str, Collection[str]]
) -> folium.FeatureGroup:
    """Make what tells the browser to draw a spec.

    Parameters
    ----------
    scopes
        Source id to the INSEE codes that it covers: elsewhere a layer is "hors périmètre", never empty.

    Raises
    ------
    ArgumentError
        If the spec names a layer or a basemap that does not exist, or a layer without files or scope.
    """
    return _Show(script_json(describe(spec, manifest, scopes=scopes)))


def early_script(spec: MapSpec, manifest: Manifest) -> str:
    """Write what makes the page fetch a map's files while the map's frame is still loading its code.

    Returns
    -------
    str
        A script element for the page; `atlas.js` takes over what it fetches.

    Raises
    ------
    ArgumentError
        If the spec names a layer that does not exist or has no file.
    """
    names = [
        name
        for shown in spec.layers
        if shown.session is None
        for name in manifest.names(shown.layer_id, shown.communes).values()
    ]
    return (
        f"<script>(() => {{ const files = (window.atlasFichiers ??= {{}}); for (const name of {script_json(names)}) {{"
        f'const url = new URL("{STATIC_FROM_PAGE}" + name, location.href).href;'
        "files[url] ??= fetch(url).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)));"
        "files[url].catch(() => delete files[url]); } })();</script>"
    )


def session_script(*objects: SessionObjects) -> str:
    """Write what hands the maps of a page the objects of its session's layers, and takes back those handed before.

    They are written into the page of the one user, where the map's frame reads them: a change of filter then sends
    ids, not the objects again.

    Returns
    -------
    str
        A script element for the page; the same as long as the objects are.
    """
    given = {
        _session_address(session): {
            "ids": list(session.ids),
            "lon": list(session.lon),
            "lat": list(session.lat),
            "colonnes": {name: list(values) for name, values in session.columns.items()},
            **({} if session.shapes is None else {"formes": list(session.shapes)}),
        }
        for session in objects
    }
    return (
        f"<script>(() => {{ const files = (window.atlasFichiers ??= {{}}), given = {script_json(given)};"
        f'for (const name of Object.keys(files)) if (name.startsWith("{SESSION}") && !(name in given)) delete files[name];'
        "for (const [name, table] of Object.entries(given)) files[name] ??= Promise.resolve({ features: table.ids.map((id, i) => ({"
        'type: "Feature", id, communes: [], properties: Object.fromEntries(Object.entries(table.colonnes).map(([c, v]) => [c, v[i]])),'
        'geometry: table.formes ? table.formes[i] : { type: "Point", coordinates: [table.lon[i], table.lat[i]] } })) }); })();</script>'
    )


def describe(spec: MapSpec, manifest: Manifest, *, scopes: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """Say to the browser what to draw.

    Returns
    -------
    dict[str, Any]
        Ready for JSON; layers in paint order.
    """
    if spec.basemap not in BASEMAPS:
        raise ArgumentError(f"Fond de carte inconnu : {spec.basemap}")
    rank = {layer.layer_id: at for at, layer in enumerate(registry.REGISTRY)}
    unknown = [shown.layer_id for shown in spec.layers if shown.layer_id not in rank]
    if unknown:
        raise ArgumentError(f"Couche inconnue : {', '.join(unknown)}")
    ordered = sorted(spec.layers, key=lambda shown: (_is_of_points(shown.session), rank[shown.layer_id]))
    return {
        "titre": spec.titre,
        "couches": [_shown(shown, manifest, scopes) for shown in ordered],
        "fond": spec.basemap,
        "choix": [list(pair) for pair in spec.chosen],
        "cadrage": spec.cadrage and _cadrage(spec.cadrage),
        "adresse": {name: list(values) for name, values in spec.adresse.items()},
    }


def script_json(value: Any) -> str:
    """Write JSON that is safe inside a script, and that streamlit-folium leaves as it is.

    Returns
    -------
    str
        ASCII. Markup, quotes, underscores and the openings of templates are escaped: branca reads every script as a
        Jinja template, and streamlit-folium rewrites `_name` wherever it meets it.
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    # Outside texts JSON has none of these signs, so that escaping them all changes nothing of the value.
    for sign in "<>&'_":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    for opening in ("{{", "{%", "{#"):
        text = text.replace(opening, "\\u007b" + opening[1:].replace("{", "\\u007b"))
    return text


def _is_of_points(session: SessionObjects | None) -> bool:
    """Tell a session's points, which lie over the outlines of its other layers: the mouse must find them."""
    return session is not None and session.shapes is None


def _session_address(session: SessionObjects) -> str:
    return f"{SESSION}{session.version}"


def _shown(shown: ShownLayer, manifest: Manifest, scopes: Mapping[str, Collection[str]]) -> dict[str, Any]:
    if shown.session is not None:
        address = _session_address(shown.session)
        many = shown.ids is not None and len(shown.ids) > FEW_IDS
        return {
            "id": shown.layer_id,
            "fichiers": {ALL: address},
            "tout": address,
            "ids": None if shown.ids is None or many else list(shown.ids),
            "hors": False,
            "source": shown.session.note,
            **({"masque": _mask(shown.session.ids, shown.ids)} if shown.ids is not None and many else {}),
            **({} if shown.session.layer is None else {"couche": shown.session.layer.describe()}),
        }
    names = manifest.names(shown.layer_id, shown.communes)
    source_id = registry.get(shown.layer_id).source_id
    if source_id not in scopes:
        raise ArgumentError(f"Couche sans source : {shown.layer_id}")
    covered = scopes[source_id]
    described: dict[str, Any] = {
        "id": shown.layer_id,
        "fichiers": {code: STATIC_FROM_FRAME + name for code, name in names.items()},
        "tout": STATIC_FROM_FRAME + manifest.files[shown.layer_id][ALL],
        "ids": None if shown.ids is None else list(shown.ids),
        "hors": not covered or (shown.communes is not None and not set(covered).intersection(shown.communes)),
    }
    if not covered:
        described["raison"] = NON_TELECHARGEE
    if shown.classes:
        described["classes"] = [asdict(classe) for classe in shown.classes]
        described["classe"] = dict(shown.classed)
    if shown.radius_m is not None:
        described["rayon"] = shown.radius_m
    return described


def _mask(ids: Sequence[str], kept: Collection[str]) -> str:
    """Write which of a session's objects are shown, one bit each: a hundredth of their ids."""
    wanted = set(kept)
    bits = np.fromiter((name in wanted for name in ids), dtype=bool, count=len(ids))
    return base64.b64encode(np.packbits(bits).tobytes()).decode()


def _cadrage(cadrage: Cadrage) -> dict[str, Any]:
    west, south, east, north = _degrees(cadrage.bounds)
    return {
        "jeton": cadrage.token,
        "bornes": [[south, west], [north, east]],
        "souple": cadrage.souple,
        "impose": cadrage.impose,
    }


@lru_cache(maxsize=1024)
def _degrees(bounds: tuple[float, float, float, float]) -> tuple[float, ...]:
    # Kept, since pyproj prepares its transformer anew in each thread and Streamlit runs each script in one.
    transformer = pyproj.Transformer.from_crs(LAMBERT93, WGS84, always_xy=True)
    return tuple(round(edge, 5) for edge in transformer.transform_bounds(*bounds))


@lru_cache(maxsize=4)
def _settings(notes: tuple[tuple[str, str], ...], place: Extent, *, with_tiles: bool) -> str:
    known = dict(notes)
    layers = registry.of(known)
    lost = sorted({key for layer in layers for key in layer.source_ids} - set(known))
    if lost:
        raise ArgumentError(f"Couches sans source : {', '.join(lost)}")
    return script_json(
        {
            "centre": place.centre,
            "zoom": place.zoom,
            "zoomMin": MIN_ZOOM,
            "zoomMax": MAX_ZOOM,
            "coins": place.corners,
            "couches": [
                layer.describe() | {"source": "\u202f; ".join(known[key] for key in layer.source_ids)}
                for layer in layers
            ]
            + [layer.describe() for layer in registry.SESSION_LAYERS],
            "fonds": {
                basemap: {"titre": title, "adresse": tiles.build_url(), "zoomMax": tiles.max_zoom}
                for basemap, (title, tiles) in BASEMAPS.items()
                if tiles is not None and with_tiles
            },
        }
    )


def of_territory() -> Extent:
    """Give the extent of the territory.

    Raises
    ------
    SourceError
        If the territory's file or the outlines of its communes are unusable.
    """
    return _of(current().version)


@lru_cache(maxsize=2)
def _of(_version: str) -> Extent:
    view = territory.load().vue
    west, south, east, north = communes.bounds(margin=0.0)
    margin = MARGIN * max(east - west, north - south)
    corners = (
        (round(south - margin, 2), round(west - margin, 2)),
        (round(north + margin, 2), round(east + margin, 2)),
    )
    return Extent((view.lat, view.lon), view.zoom, corners)
