"""The search behind the view "Implantation": its options, the places that compete, the stops that count, the proposal and what it changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd

from facts.frames import Frames
from geo import candidates, gains
from geo.attachment import zone_of
from geo.crs import to_wgs84
from geo.cycling import serving
from geo.demand import spread_population
from geo.population import counted_under
from geo.proximity import TOUCH_M, nearest, nearest_distance
from geo.scope import in_scope
from geo.siting import greedy_curve, propose_sites
from pages.velos.gaps import NETWORK
from words.constants import UNCHECKED
from words.formats import pluriel

COUNT: Final = 10
MOST: Final = 40
#: Enough for the proof on the 41 QPV of a large ville, ten times over.
TIME_LIMIT_S: Final = 30.0
KINDS: Final[Mapping[str, str]] = {
    candidates.LINE: "Le long des lignes de métro, tramway et BHNS",
    candidates.RAILWAY: "Autour des gares",
    candidates.BROWNFIELD: "Friches vérifiées",
    candidates.SPORT: "Équipements sportifs",
}
DEFAULT_KINDS: Final = (candidates.LINE, candidates.RAILWAY)
#: Mode of a stop, as `loaders.brought.gtfs` names it, to its French name within a sentence.
MODES: Final[Mapping[str, str]] = {"metro": "métro", "tram": "tramway", "bhns": "BHNS", "bus": "bus"}
#: The modes that the atlas calls structuring.
STRUCTURING: Final = ("metro", "tram", "bhns")


@dataclass(frozen=True)
class Options:
    """What the user asks for.

    Attributes
    ----------
    radius_m, spacing_m
        Reach of a station, and least distance between two, in metres.
    transit_m
        Farthest distance in metres from a candidate of the atlas to a line or a stop, or to a railway station.
    communes
        INSEE codes of the communes to serve, all of them covered by the network.
    modes
        Modes of the stops that count, of `MODES`; none where transit is the atlas's lines.
    """

    count: int
    radius_m: int
    spacing_m: int
    transit_m: int
    kinds: tuple[str, ...]
    communes: tuple[str, ...]
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Proposal:
    """A proposal and what it changes.

    Attributes
    ----------
    sites
        The new stations by rank, in EPSG:2154, with the columns of `pages.velos.siting_shown`.
    changes
        The QPV to serve with the columns of `CHANGE_FIELDS` there, the largest gain first.
    curve
        The greedy choice, as `CURVE_FIELDS` says, from 0 stations on.
    objective, gap, proven, greedy
        As `geo.siting.propose_sites` says: inhabitants by cells, gap to the bound, whether nothing better exists,
        inhabitants of the greedy choice of as many.
    reason
        Why there are fewer sites than asked, or "".
    left_out
        Names of the QPV whose population is not published: they count for nobody.
    """

    sites: gpd.GeoDataFrame
    changes: gpd.GeoDataFrame
    curve: pd.DataFrame
    considered: int
    objective: float
    gap: float
    proven: bool
    greedy: float
    reason: str
    left_out: tuple[str, ...]

    @property
    def before(self) -> float:
        """Inhabitants within reach today."""
        return float(self.changes["habitants_avant"].sum())

    @property
    def after(self) -> float:
        """Inhabitants within reach with the proposal."""
        return float(self.changes["habitants_apres"].sum())

    @property
    def inhabitants(self) -> float:
        """Inhabitants of the QPV to serve."""
        return float(self.changes["population"].sum())


def proposal(
    frames: Frames,
    options: Options,
    own: gpd.GeoDataFrame | None = None,
    stops: gpd.GeoDataFrame | None = None,
) -> Proposal:
    """Search for the sites and measure what they change.

    Parameters
    ----------
    own
        A list that the user brings, as `loaders.brought.candidate_sites.read` gives its `frame`; None for none.
    stops
        The stops of a user's archive, as `loaders.transit.load_stops` gives them, which are transit in place of the
        lines; `options.modes` says which count. None for the lines.

    Returns
    -------
    Proposal
        With no site and a reason where nothing can be proposed.

    Raises
    ------
    ArgumentError
        If an option is out of bounds.
    """
    qpv = frames.qpv[in_scope(counted_under(frames.qpv["communes"]), options.communes)]
    stations = serving(frames.bikes)
    demand = spread_population(qpv)
    transit = frames.lines if stops is None else serving_modes(stops, options.modes)
    places = gathered(frames, qpv, options, transit, own)
    asked = {"radius_m": options.radius_m, "spacing_m": options.spacing_m}
    sites = propose_sites(demand, places, stations, count=options.count, time_limit_s=TIME_LIMIT_S, **asked)
    said = dict(sites.attrs)
    curve = greedy_curve(demand, places, stations, most=MOST, **asked)
    covered = frames.sources[NETWORK].communes
    changes = qpv.join(gains.before_after(qpv, stations, sites, radius_m=options.radius_m, covered=covered))
    return Proposal(
        sites=_described(sites, frames, qpv, stations, options.radius_m).assign(
            **_to_lines(sites, transit) if stops is None else _to_stops(sites, transit)
        ),
        changes=changes.sort_values(["habitants_gagnes", "population"], ascending=False),
        curve=_steps(curve),
        considered=len(places),
        objective=said["objective"],
        gap=said["gap"],
        proven=said["proven"],
        greedy=said["greedy_objective"],
        reason=said["reason"] or "",
        left_out=tuple(str(qpv.loc[code, "lib_qp"]) for code in said["left_out"]),
    )


def gathered(
    frames: Frames,
    qpv: gpd.GeoDataFrame,
    options: Options,
    transit: gpd.GeoDataFrame,
    own: gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame:
    """Give the places where a station could stand.

    Parameters
    ----------
    own
        The user's list, which the distance to transit leaves alone.
    """
    near = {"distance_m": float(options.radius_m)}
    kept = frames.friches[frames.friches["site_statut"] != UNCHECKED]
    makers = {
        candidates.LINE: lambda: candidates.along_lines(frames.lines),
        candidates.RAILWAY: lambda: candidates.around_stations(
            frames.railway_stations, distance_m=options.transit_m
        ),
        candidates.BROWNFIELD: lambda: candidates.near_qpv(
            kept, qpv, kind=candidates.BROWNFIELD, names=kept["site_nom"].fillna("friche sans nom"), **near
        ),
        candidates.SPORT: lambda: candidates.near_qpv(
            frames.sports, qpv, kind=candidates.SPORT, names=frames.sports["equip_type_name"], **near
        ),
    }
    found = [makers[kind]() for kind in KINDS if kind in options.kinds]
    connected = [
        frame[_from(frame, transit, frames.railway_stations) <= options.transit_m + TOUCH_M]
        for frame in found
        if len(frame)
    ]
    if own is not None and len(own):
        connected.append(candidates.imported(own, names=own["nom"]))
    territory = frames.communes.loc[[code for code in frames.communes.index if code in options.communes]]
    return candidates.gather(connected, territory=territory)


def _described(
    sites: gpd.GeoDataFrame, frames: Frames, qpv: gpd.GeoDataFrame, stations: gpd.GeoDataFrame, radius_m: int
) -> gpd.GeoDataFrame:
    covered = frames.sources[NETWORK].communes
    gained = gains.site_gains(qpv, stations, sites, radius_m=radius_m, covered=covered)
    names = qpv["lib_qp"]
    rail = frames.railway_stations
    described = sites.join(gained).assign(
        **_nearest(sites, stations, "station", station_proche=stations["name"]),
        **_nearest(sites, rail, "gare", gare_proche=rail["name"]),
    )
    degrees = to_wgs84(sites).geometry
    described["lon"], described["lat"] = degrees.x.round(6), degrees.y.round(6)
    described["place"] = _titles(sites, frames)
    described["kind"] = sites["kind"].str.capitalize()
    described["qpv_servis"] = [", ".join(names[code] for code in codes) for codes in gained["qpv_servis"]]
    return described


def _titles(sites: gpd.GeoDataFrame, frames: Frames) -> list[str]:
    """Name each site after what it is near, and its arrondissement or commune."""
    where = zone_of(sites, frames.arrondissements).map(frames.arrondissements["nom"])
    where = where.fillna(zone_of(sites, frames.communes).map(frames.communes["nom"])).fillna("")
    titles = []
    for kind, place, town in zip(sites["kind"], sites["place"], where, strict=True):
        head = {
            candidates.LINE: "Lignes " if "," in place else "Ligne ",
            candidates.RAILWAY: "Près de la gare ",
        }
        titles.append(", ".join(filter(None, [f"{head.get(kind, '')}{place}", town])))
    return titles


def _steps(curve: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({
        "stations": curve.index,
        "habitants_gagnes": curve.to_numpy(),
        "apport": curve.diff().fillna(0.0).to_numpy(),
    })  # fmt: skip


def _to_lines(sites: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> dict[str, pd.Series]:
    return _nearest(sites, lines, "ligne", ligne_proche=lines["route_short_name"])


def _to_stops(sites: gpd.GeoDataFrame, stops: gpd.GeoDataFrame) -> dict[str, pd.Series]:
    return _nearest(
        sites,
        stops,
        "arret",
        arret_proche=stops["nom"],
        arret_modes=stops["modes"].map(lambda several: ", ".join(MODES[mode] for mode in several)),
        arret_lignes=stops["lignes"].map(", ".join),
    )


def _nearest(
    sites: gpd.GeoDataFrame, layer: gpd.GeoDataFrame, what: str, **told: pd.Series
) -> dict[str, pd.Series]:
    """Measure the distance to the nearest object of a layer, and say of it what `told` does."""
    closest = nearest(sites, layer)
    columns = {name: closest["id"].map(values) for name, values in told.items()}
    return {f"distance_{what}_m": closest["distance_m"], **columns}


def _from(places: gpd.GeoDataFrame, *layers: gpd.GeoDataFrame) -> pd.Series:
    """Measure the distance to the nearest object of several layers."""
    return pd.concat([nearest_distance(places, layer) for layer in layers], axis="columns").min(
        axis="columns"
    )


def default_modes(stops: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Choose the modes that count unless the user says otherwise.

    Parameters
    ----------
    stops
        The stops of an archive, as `loaders.transit.load_stops` gives them.

    Returns
    -------
    tuple of str
        The structuring ones, or every mode where the archive has none of these.
    """
    return STRUCTURING if len(serving_modes(stops, STRUCTURING)) else tuple(MODES)


def serving_modes(stops: gpd.GeoDataFrame, modes: Collection[str]) -> gpd.GeoDataFrame:
    """Keep the stops of some modes.

    Returns
    -------
    GeoDataFrame
        The stops that at least one of these modes serves.
    """
    kept = [not set(modes).isdisjoint(several) for several in stops["modes"]]
    return stops[kept]


def counted_stops(stops: gpd.GeoDataFrame) -> str:
    """Say how many stops there are, in all and by mode.

    Returns
    -------
    str
        French words; a stop of two modes is in both.
    """
    by_mode = {name: len(serving_modes(stops, [mode])) for mode, name in MODES.items()}
    listed = ", ".join(f"{name} {count}" for name, count in by_mode.items() if count)
    return f"{pluriel(len(stops), 'arrêt')} ({listed})"


def any_of(modes: Collection[str]) -> str:
    """List modes in a sentence.

    Parameters
    ----------
    modes
        Keys of `MODES`, at least one.
    """
    *first, last = [MODES[mode] for mode in modes]
    return f"{', '.join(first)} ou {last}" if first else last
