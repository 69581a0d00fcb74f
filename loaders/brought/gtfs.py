"""Stops of metro, tram, BHNS and bus, from the GTFS archive of any network."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from errors import SourceContentError
from geo.proximity import neighbours
from geo.stops import central, same_place
from loaders import communes
from loaders.brought import gtfs_tables
from loaders.brought.given import described
from loaders.brought.gtfs_tables import BHNS, MODES, Tables, with_modes
from loaders.catalogue import Source
from loaders.formats.points import drop_duplicate_ids, to_points
from loaders.formats.uploads import take
from loaders.quality import KEPT, OFF_TERRITORY, SET_ASIDE, Reading, Report
from words.folding import fold
from words.formats import date_courte

SOURCE_ID: Final = "gtfs"
MAX_BYTES: Final = 150_000_000
MAX_FAULTY_SHARE: Final = 0.1
#: An archive of a region names dozens of networks.
FEW: Final = 3
#: Posts of the same name that stand at most so far apart are one stop: both sides of an avenue, a crossing.
SAME_PLACE_M: Final = 100.0
#: A stop further than this from the communes serves none of their QPV.
AROUND_M: Final = 2000.0

_POST, _STATION = "0", "1"
_KINDS: Final = {"": _POST, "0": _POST, "1": _STATION, "2": "entrée", "3": "nœud", "4": "zone d'embarquement"}


@dataclass(frozen=True)
class Feed:
    """What an archive says of itself."""

    producers: tuple[str, ...]
    start: dt.date | None
    end: dt.date | None
    version: str

    @property
    def producer(self) -> str:
        """Name the producers in French, the first ones of many."""
        if not self.producers:
            return "producteur non précisé par l'archive"
        head = ", ".join(self.producers[:FEW])
        rest = len(self.producers) - FEW
        return head if rest <= 0 else f"{head} et {rest} autre{'s' if rest > 1 else ''}"

    @property
    def vintage(self) -> str:
        """Say in French for which days the archive holds."""
        first, last = (date_courte(day) if day else "" for day in (self.start, self.end))
        if first and last:
            return f"horaires du {first} au {last}"
        if first or last:
            return f"horaires à partir du {first}" if first else f"horaires jusqu'au {last}"
        named = f", version « {self.version} »" if self.version else ""
        return f"millésime non précisé par l'archive{named}"


@dataclass(frozen=True)
class Stops(Reading[gpd.GeoDataFrame]):
    """The stops of an archive, the faults, and what the whole of it says.

    Attributes
    ----------
    lines
        Number of lines by mode: metro, tram, bhns, bus, and "" for the modes that are left out.
    doubtful
        Names of the bus lines taken for BHNS because of their number alone (B1 to B9): to be checked.
    orphans
        Rows of `stop_times.txt` whose stop or trip is in no other table.
    """

    lines: dict[str, int]
    doubtful: tuple[str, ...]
    orphans: int
    notes: tuple[str, ...]
    feed: Feed


def read(
    source: Path | str | bytes, *, name: str | None = None, bhns: Collection[str] | None = None
) -> Stops:
    """Read the stops of a GTFS archive.

    The posts of a station are one stop, where the station is. Posts without one are one stop if they have the same name, whatever its capitals and accents, and stand at most 100 m apart, directly or through others; the stop is then the post nearest to their middle. The calendar is not read: a stop that a single trip of the year serves is a stop.

    Parameters
    ----------
    source
        The ZIP archive or its bytes, at most 150 MB; the table of passages is read in pieces, whatever its size.
    name
        Name of the file for messages; needed with bytes.
    bhns
        Names or ids of the bus lines that are BHNS. None takes those whose name says so (BHNS, TCSP, "haut niveau de service") and those numbered B1 to B9, which `doubtful` lists.

    Returns
    -------
    Stops
        `frame`: index `stop_id` (of the station, or the first of the posts), sorted; `nom`, `modes` and `lignes` (tuples of text), `nb_poteaux` (posts served), `code_insee` ("" off the communes of the contrat) and points in EPSG:2154, up to 2 km around the communes.

    Raises
    ------
    ArgumentError
        If bytes come without a name, or a line said to be a BHNS is unknown.
    SourceError
        If it is no whole GTFS archive, too large, or has no stop of these modes on the territory.
    """
    path, raw = take(
        source,
        name,
        max_bytes=MAX_BYTES,
        smaller="demander un GTFS limité au réseau local",
        filled="choisir une archive GTFS",
    )
    tables = Tables(path, raw)
    rows, routes = tables.whole(gtfs_tables.STOPS), with_modes(tables.whole(gtfs_tables.ROUTES), bhns=bhns)
    if not (routes["mode"] != "").any():
        raise SourceContentError(
            path, "aucune ligne de métro, de tramway ou de bus", "vérifier que c'est le GTFS du bon réseau"
        )
    ids = rows["stop_id"]
    report = Report(SOURCE_ID, len(rows), ids)
    rows = _posts(rows, report)
    points = _placed(rows, path, report)
    report.check(path, max_faulty_share=MAX_FAULTY_SHARE)
    served, orphans = _served(tables, pd.Index(ids[ids != ""].unique()), routes.index)
    frame = _frame(points, served, routes, report)
    report.check(path, max_faulty_share=1.0)  # something is left
    doubtful = tuple(sorted(set(routes.loc[routes["bhns_par_numero"], "ligne"])))
    lines = {mode: int((routes["mode"] == mode).sum()) for mode in (*MODES, "")}
    notes = _notes(tables, lines, doubtful, orphans)
    return Stops(frame, report, lines, doubtful, orphans, notes, _feed(tables))


def source_of(stops: Stops, *, name: str) -> Source:
    """Describe an imported archive as the catalogue describes a source.

    Returns
    -------
    Source
        Its producers and its vintage are those that the archive states. It covers no commune by name: an archive does not say where the absence of a stop means that there is none.
    """
    producer = stops.feed.producer
    return Source(
        source_id=SOURCE_ID,
        titre=f"arrêts de l'archive GTFS importée « {name} »",
        producteur=producer,
        millesime=stops.feed.vintage,
        date=stops.feed.start,
        licence="licence de l'archive importée",
        attribution=f"Source : {producer}, archive GTFS importée « {name} »",
        limites="Arrêts de l'archive importée, dont le calendrier n'est pas lu : un arrêt desservi un seul jour compte. L'archive ne dit pas quelles communes elle couvre.",
        **described(stops.report, name),
    )


def _feed(tables: Tables) -> Feed:
    """Read what an archive says of itself."""
    info = tables.origin(gtfs_tables.FEED_INFO)
    names = _texts(tables.origin(gtfs_tables.AGENCY), "agency_name") or _texts(info, "feed_publisher_name")
    starts, ends = ([_day(text) for text in _texts(info, f"feed_{end}_date")] for end in ("start", "end"))
    return Feed(
        producers=tuple(names),
        start=min((day for day in starts if day), default=None),
        end=max((day for day in ends if day), default=None),
        version=", ".join(_texts(info, "feed_version")),
    )


def _texts(table: pd.DataFrame, column: str) -> list[str]:
    """Give the different texts of a column, in order."""
    return [text for text in dict.fromkeys(table[column]) if text] if column in table.columns else []


def _day(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None


def _posts(rows: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Keep posts and stations."""
    rows = rows.reindex(
        columns=["stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station"],
        fill_value="",
    )
    rows = drop_duplicate_ids(rows, "stop_id", report)
    kinds = rows["location_type"].map(_KINDS)
    unknown = rows[kinds.isna()]
    report.add(unknown, "type d'arrêt inconnu (location_type)", SET_ASIDE, rows["location_type"])
    others = rows[kinds.notna() & ~kinds.isin([_POST, _STATION])]
    report.add(others, f"{OFF_TERRITORY} (entrée ou nœud, pas un arrêt)", SET_ASIDE, kinds)
    kept = rows.drop(index=unknown.index.union(others.index))
    return kept.assign(station=kinds[kept.index] == _STATION)


def _placed(rows: pd.DataFrame, path: Path, report: Report) -> gpd.GeoDataFrame:
    """Give posts and stations their points, on the territory and a little around it."""
    named = rows.rename(columns={"stop_lon": "lon", "stop_lat": "lat", "stop_name": "nom"})
    points = to_points(named, path=path, report=report, everywhere=True)
    territory = communes.load_with_neighbours()
    _, near = neighbours(territory, points, AROUND_M)
    far = points.drop(index=points.index[np.unique(near)])
    report.add(far, OFF_TERRITORY, SET_ASIDE, points["nom"])
    return points.drop(index=far.index)


def _served(tables: Tables, stops: pd.Index, routes: pd.Index) -> tuple[pd.DataFrame, int]:
    """Find which lines serve each stop: one row per pair, and the number of rows that lead nowhere."""
    trips: list[pd.Index] = []
    lines: list[npt.NDArray[np.intp]] = []
    for piece in tables.pieces(gtfs_tables.TRIPS):
        trips.append(pd.Index(piece["trip_id"]))
        lines.append(routes.get_indexer(pd.Index(piece["route_id"])))
    trip = pd.Index(np.concatenate(trips)) if trips else pd.Index([], dtype="str")
    line = np.concatenate(lines) if lines else np.array([], dtype=np.intp)
    first = ~trip.duplicated()
    trip, line = trip[first], line[first]
    pairs = np.array([], dtype=np.int64)
    orphans = 0
    for piece in tables.pieces(gtfs_tables.STOP_TIMES):
        at = trip.get_indexer(pd.Index(piece["trip_id"]))
        stop = stops.get_indexer(pd.Index(piece["stop_id"]))
        known = (at >= 0) & (stop >= 0)
        known[known] = line[at[known]] >= 0
        orphans += int((~known).sum())
        pairs = np.union1d(pairs, stop[known].astype(np.int64) * len(routes) + line[at[known]])
    stop, line = np.divmod(pairs, len(routes))
    return pd.DataFrame({"stop_id": stops[stop], "route_id": routes[line]}), orphans


def _frame(
    points: gpd.GeoDataFrame, served: pd.DataFrame, routes: pd.DataFrame, report: Report
) -> gpd.GeoDataFrame:
    """Make one row of the posts of each stop."""
    by_id = points.reset_index().set_index("stop_id")
    mode = served["route_id"].map(routes["mode"])
    useful = by_id.index.isin(served.loc[mode != "", "stop_id"])
    left_out = by_id.index.isin(served["stop_id"]) & ~useful
    place = _place(by_id[useful], by_id[by_id["station"]], report)
    kept_stations = by_id["station"] & by_id.index.isin(place)
    for rows, reason in (
        (by_id[left_out & ~kept_stations], "autre mode"),
        (by_id[~useful & ~left_out & ~by_id["station"]], "arrêt sans passage"),
        (by_id[~useful & ~left_out & by_id["station"] & ~kept_stations], "station sans arrêt desservi"),
    ):
        lines = rows.set_index("ligne")
        report.add(lines, f"{OFF_TERRITORY} ({reason})", SET_ASIDE, points["nom"])
    # Where the station is, or else the post in the middle.
    post = central(by_id[useful], place)
    where = post.where(~post.index.isin(by_id.index[by_id["station"]]), post.index.to_series())
    told = served[mode != ""].assign(lieu=served["stop_id"].map(place), mode=mode)
    told = told.assign(line=told["route_id"].map(routes["ligne"])).dropna(subset="lieu")
    stops = gpd.GeoDataFrame(
        {
            "nom": by_id["nom"].reindex(post.index),
            "modes": _tuples(told, "mode", post.index, key=MODES.index),
            "lignes": _tuples(told, "line", post.index, key=str),
            "nb_poteaux": told.groupby("lieu")["stop_id"].nunique().reindex(post.index),
            "code_insee": by_id["code_insee"].reindex(where).set_axis(post.index),
        },
        geometry=gpd.GeoSeries(by_id.geometry.reindex(where).set_axis(post.index), crs=points.crs),
    )
    return stops.rename_axis("stop_id")


def _tuples(told: pd.DataFrame, column: str, index: pd.Index, *, key: Callable[[str], Any]) -> pd.Series:
    """Give the different values of each place, in the order of a key."""
    values = {place: tuple(sorted(set(cells), key=key)) for place, cells in told.groupby("lieu")[column]}
    return pd.Series([values[place] for place in index], index=index, dtype=object)


def _place(posts: gpd.GeoDataFrame, stations: gpd.GeoDataFrame, report: Report) -> pd.Series:
    """Give each post served the stop that it is part of: its station, or the first of its group."""
    parent = posts["parent_station"].where(~posts["station"], posts.index.to_series())
    known = parent.isin(stations.index)
    lost = posts[(parent != "") & ~known].set_index("ligne")
    report.add(lost, "station parente absente ou sans position", KEPT, lost["parent_station"])
    alone = posts[~known]
    names = pd.Series([" ".join(fold(name)) for name in alone["nom"]], index=alone.index, dtype="str")
    grouped = same_place(alone, names, within_m=SAME_PLACE_M) if len(alone) else names
    return parent[known].combine_first(grouped).reindex(posts.index).astype("str")


def _notes(tables: Tables, lines: dict[str, int], doubtful: tuple[str, ...], orphans: int) -> tuple[str, ...]:
    notes = [
        "Le calendrier n'est pas lu : un arrêt desservi un seul jour de l'année compte comme les autres.",
        f"Les poteaux de même nom distants de {SAME_PLACE_M:.0f} m au plus forment un seul arrêt.",
    ]
    if tables.encoding != "utf-8-sig":
        notes.append("Encodage reconnu : Windows-1252")
    if doubtful:
        notes.append(
            f"Lignes prises pour des BHNS d'après leur seul numéro, à vérifier : {', '.join(doubtful)}"
        )
    elif not lines[BHNS]:
        notes.append("Aucune ligne de bus ne se dit BHNS : les indiquer s'il y en a.")
    if lines[""]:
        notes.append(
            f"Lignes d'un autre mode (train, bateau, transport à la demande), non lues : {lines['']}"
        )
    if orphans:
        notes.append(f"Passages dont l'arrêt ou la course est inconnu, non lus : {orphans}")
    return tuple(notes)
