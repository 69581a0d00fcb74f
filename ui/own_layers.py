"""The layers that one visitor brings: they live in the visitor's session, in no file and in no cache that sessions share; filters on their columns."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import geopandas as gpd
import pandas as pd
import streamlit as st

from errors import ArgumentError
from facts.fields import Field
from facts.frames import placed
from facts.place_fields import QPV
from facts.snapshot import current
from geo.attachment import zones_of
from geo.proximity import count_within, nearest_distance
from geo.scope import in_scope
from loaders.brought.own_values import Column
from loaders.catalogue import Source
from loaders.own_layer import OwnLayer, source_of
from maps.layers import OWN_LAYERS
from maps.session_objects import objects_of
from maps.spec import SessionObjects
from ui import choices
from ui.html import plain
from words.folding import fold
from words.formats import date, decimal, distance

MOST: Final = len(OWN_LAYERS)
#: What every page and file says of such a layer.
UNOFFICIAL: Final = "hors source officielle : couche importée par l’utilisateur, non vérifiée"
_KEY: Final = "couches-importees"
#: A column of more distinct texts is searched, not listed.
MOST_VALUES: Final = 60


@dataclass(frozen=True, eq=False)
class Held:
    """A layer of the session.

    Attributes
    ----------
    layer_id
        One of `maps.layers.OWN_LAYERS`.
    rows
        Its objects with `communes` (INSEE codes that each touches, of the contrat) and `commune` (their names).
    objects
        The same as maps draw them.
    thinned_m
        By how many metres the map thins their tracings.
    """

    layer_id: str
    title: str
    own: OwnLayer
    source: Source
    rows: gpd.GeoDataFrame
    objects: SessionObjects
    thinned_m: float

    @property
    def fields(self) -> tuple[Field, ...]:
        """Give the columns of its tables and files."""
        ordered = sorted(self.own.columns, key=lambda column: column.name != self.own.label)
        named = tuple(Field(column.name, column.title, column.sort) for column in ordered)
        return (*named, Field("genre", "Genre", "texte"), Field("commune", "Commune", "texte"))

    @property
    def words(self) -> dict[str, str]:
        """Say what files must say of the layer beside their filters."""
        return {"couche": self.title, "nature": UNOFFICIAL}


def held() -> list[Held]:
    """Give the layers of the session.

    Returns
    -------
    list of Held
        In the order of the registry.
    """
    found: dict[str, Held] = st.session_state.get(_KEY, {})
    return [found[layer.layer_id] for layer in OWN_LAYERS if layer.layer_id in found]


def add(own: OwnLayer, *, name: str, title: str, origin: str, vintage: str) -> Held:
    """Put a layer into the session.

    Raises
    ------
    ArgumentError
        If the session holds as many as it may.
    """
    found: dict[str, Held] = dict(st.session_state.get(_KEY, {}))
    free = [layer.layer_id for layer in OWN_LAYERS if layer.layer_id not in found]
    if not free:
        raise ArgumentError(f"{MOST} couches au plus à la fois : retirez-en une")
    layer_id = free[0]
    titles = {one.title for one in found.values()}
    # Columns of tables and files bear the title.
    title = next(
        said for said in (title, *(f"{title} ({rank})" for rank in range(2, MOST + 1))) if said not in titles
    )
    source = source_of(own, source_id=layer_id, name=name, title=title, origin=origin, vintage=vintage)
    objects, thinned_m = objects_of(
        own, layer_id, title=title, note=f"{source.attribution}, {source.millesime}"
    )
    communes = current().communes
    rows = placed(own.frame, zones_of(own.frame, communes), communes["nom"])
    made = Held(layer_id, title, own, source, rows, objects, thinned_m)
    st.session_state[_KEY] = found | {layer_id: made}
    return made


def remove(layer_id: str) -> None:
    """Take a layer out of the session."""
    found: dict[str, Held] = st.session_state.get(_KEY, {})
    st.session_state[_KEY] = {key: one for key, one in found.items() if key != layer_id}


def per_qpv(
    qpv: gpd.GeoDataFrame, kept: Sequence[tuple[Held, gpd.GeoDataFrame]], *, radius_m: int
) -> tuple[gpd.GeoDataFrame, tuple[Field, ...]]:
    """Count the objects of each layer around each QPV, and measure the distance to the nearest.

    Parameters
    ----------
    radius_m
        Distance from the outline, in metres, as the crow flies.

    Returns
    -------
    tuple of GeoDataFrame and tuple of Field
        The QPV by name with two columns per layer, the distance missing for a layer without objects; their fields.
    """
    rows = qpv[["lib_qp", "lib_communes", "communes", "geometry"]].copy()
    within = f"à {distance(radius_m)} au plus" if radius_m else "dans le quartier"
    fields = list(QPV)
    for one, objects in kept:
        number, nearest = f"{one.layer_id}_nombre", f"{one.layer_id}_distance_m"
        rows[number] = count_within(rows, objects, radius_m)
        rows[nearest] = nearest_distance(rows, objects)
        fields += [
            Field(number, f"{one.title} : objets {within}", "entier"),
            Field(nearest, f"{one.title} : au plus près", "distance_m"),
        ]
    return rows.sort_values("lib_qp"), tuple(fields)


def in_commune(rows: gpd.GeoDataFrame, commune: str | None) -> gpd.GeoDataFrame:
    """Keep the objects that touch a commune.

    Parameters
    ----------
    commune
        INSEE code; None keeps everything.
    """
    return rows if commune is None else rows[in_scope(rows["communes"], [commune])]


class Condition(NamedTuple):
    """A filter in force on one column: its title, the filter in words, which objects answer to it."""

    title: str
    said: str
    kept: pd.Series


def select(rows: gpd.GeoDataFrame, conditions: Sequence[Condition]) -> gpd.GeoDataFrame:
    """Keep the objects that answer to all the filters."""
    for condition in conditions:
        rows = rows[condition.kept.loc[rows.index]]
    return rows


def ask(one: Held) -> list[Condition]:
    """Ask by which columns a layer is filtered, and how; nothing of it goes into the address."""
    columns = {column.name: column for column in one.own.columns if one.rows[column.name].notna().any()}
    if not columns:
        return []
    chosen = st.multiselect(
        plain(f"Colonnes de « {one.title} » par lesquelles filtrer"),
        list(columns),
        format_func=lambda name: columns[name].title,
        placeholder="Aucune",
        key=f"{one.layer_id}-{one.objects.version}-colonnes",
        help="Un objet dont la case est vide est masqué dès que sa colonne est filtrée",
    )
    asked = [_ask(one, columns[name]) for name in chosen]
    return [condition for condition in asked if condition is not None]


def _ask(one: Held, column: Column) -> Condition | None:
    """Ask how a column is filtered; an empty cell answers to no filter, and None is no filter."""
    key, cells = f"{one.layer_id}-{one.objects.version}-{column.name}", one.rows[column.name]
    title, given = plain(column.title), cells.dropna()
    if column.sort == "texte":
        values = given.unique()
        if len(values) <= MOST_VALUES:
            picked = st.multiselect(title, sorted(values), placeholder="Toutes les valeurs", key=key)
            return Condition(column.title, ", ".join(picked), cells.isin(picked)) if picked else None
        words = (st.text_input(f"{title} : contient", key=key) or "").strip()
        wanted = " ".join(fold(words))
        found = [isinstance(text, str) and wanted in " ".join(fold(text)) for text in cells]
        kept = pd.Series(found, index=cells.index, dtype=bool)
        return Condition(column.title, f"contient « {words} »", kept) if words else None
    with choices.row(None):
        low, high = _days(title, given, key) if column.sort == "date" else _numbers(title, given, key)
    said, kept = [], cells.notna()
    if low is not None:
        said.append(f"à partir de {_spoken(low)}")
        kept &= cells >= _bound(low)
    if high is not None:
        said.append(f"jusqu’à {_spoken(high)}")
        kept &= cells <= _bound(high)
    return Condition(column.title, " ; ".join(said), kept) if said else None


def _days(title: str, given: pd.Series, key: str) -> list[dt.date | None]:
    dates = [
        st.date_input(
            f"{title} : {way}",
            value=None,
            min_value=given.min().date(),
            max_value=given.max().date(),
            format="DD/MM/YYYY",
            key=f"{key}-{way}",
        )
        for way in ("à partir du", "jusqu’au")
    ]
    return [day if isinstance(day, dt.date) else None for day in dates]


def _numbers(title: str, given: pd.Series, key: str) -> list[float | None]:
    edges = {"à partir de": float(given.min()), "jusqu’à": float(given.max())}
    return [
        st.number_input(
            f"{title} : {way}", value=None, placeholder=f"{edge:g}".replace(".", ","), key=f"{key}-{way}"
        )
        for way, edge in edges.items()
    ]


def _bound(limit: float | dt.date) -> float | pd.Timestamp:
    return pd.Timestamp(limit) if isinstance(limit, dt.date) else limit


def _spoken(limit: float | dt.date) -> str:
    return date(limit) if isinstance(limit, dt.date) else decimal(limit)
