"""The layers that one visitor brings: they live in the visitor's session, in no file and in no cache that sessions share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from errors import ArgumentError
from facts.fields import Field
from facts.place_fields import QPV
from facts.placed import OFF_COMMUNES
from facts.snapshot import current
from geo.attachment import zones_of
from geo.proximity import count_within, nearest_distance
from loaders.catalogue import Source
from loaders.own_layer import OwnLayer, source_of
from maps.layers import OWN_LAYERS
from maps.own_layer import objects_of
from maps.spec import SessionObjects
from words.formats import distance

MOST: Final = len(OWN_LAYERS)
#: What every page and file says of such a layer.
UNOFFICIAL: Final = "hors source officielle : couche importée par l’utilisateur, non vérifiée"
_KEY: Final = "couches-importees"


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
    made = Held(layer_id, title, own, source, placed(own.frame), objects, thinned_m)
    st.session_state[_KEY] = found | {layer_id: made}
    return made


def remove(layer_id: str) -> None:
    """Take a layer out of the session."""
    found: dict[str, Held] = st.session_state.get(_KEY, {})
    st.session_state[_KEY] = {key: one for key, one in found.items() if key != layer_id}


def placed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Say which communes each object touches.

    Parameters
    ----------
    frame
        Objects in EPSG:2154.

    Returns
    -------
    GeoDataFrame
        A new frame, with `communes` and `commune`.
    """
    codes, names = zones_of(frame, current().communes), current().commune_names
    said = {
        found: ", ".join(names[code] for code in found) or OFF_COMMUNES for found in set(map(tuple, codes))
    }
    return frame.assign(communes=codes, commune=[said[tuple(found)] for found in codes])


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
    return (
        rows
        if commune is None
        else rows[pd.Series([commune in codes for codes in rows["communes"]], index=rows.index, dtype=bool)]
    )
