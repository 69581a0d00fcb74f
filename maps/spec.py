"""What a map shows at one moment, as pages say it."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import geopandas as gpd
import numpy as np
import pandas as pd
from xyzservices import providers

from maps.layer import Layer
from maps.layers import get

#: Basemap id to French title and tiles; the IGN serves them without a key.
BASEMAPS: Final[Mapping[str, tuple[str, Any]]] = {
    "plan": ("Plan IGN", providers.GeoportailFrance.plan),
    "ortho": ("Photos aériennes", providers.GeoportailFrance.orthos),
    "aucun": ("Sans fond", None),
}


@dataclass(frozen=True)
class Classe:
    """One class of a map that shades its objects by a figure.

    Attributes
    ----------
    motif
        "plein", or "hachures" to tell classes apart without their colour.
    """

    titre: str
    couleur: str
    remplissage: float = 0.6
    motif: str = "plein"


def classed(values: pd.Series, steps: Sequence[float], *, covered: pd.Series | None = None) -> dict[str, int]:
    """Give each object its class by its figure.

    Parameters
    ----------
    values
        The figures by id; one that is missing is taken for 0.
    steps
        Where each class but the first begins.
    covered
        Whether the source covers each object; those that it does not are in one more class, the last.
    """
    ranks = np.digitize(values.fillna(0), steps)
    if covered is not None:
        ranks[~covered.to_numpy(dtype=bool)] = len(steps) + 1
    return dict(zip(values.index, ranks.tolist(), strict=True))


#: The QPV of a map of one project.
TOUCHED: Final = (
    Classe("QPV touchés par le projet", "#B34700", 0.6),
    Classe("Autres QPV", "#6A7482", 0.6, "hachures"),
)


@dataclass(frozen=True)
class SessionObjects:
    """The objects of a layer that belong to one session: they go to that user alone, never into a file that is served.

    Attributes
    ----------
    version
        Changes with the objects, never otherwise: the browser keeps what it was given under it.
    note
        French text that says where they come from and from when.
    shapes
        GeoJSON geometry in degrees of each object, for a layer that holds lines or outlines; None for one of points
        alone, which `lon` and `lat` place.
    layer
        What the layer is called and what its tooltip says, where the session decides it; None for what the registry
        says. Its id is one of the registry's.
    """

    version: str
    columns: Mapping[str, Sequence[Any]]
    ids: Sequence[str]
    lon: Sequence[float]
    lat: Sequence[float]
    note: str
    shapes: Sequence[Mapping[str, Any]] | None = None
    layer: Layer | None = None


@dataclass(frozen=True)
class ShownLayer:
    """What one layer shows.

    Attributes
    ----------
    communes
        INSEE codes of the communes whose objects are shown; None for all, those off the communes included.
    ids
        Among these, the only objects shown; None for all.
    classes, classed
        Classes of a shaded map, and the class of each object by id (its rank in `classes`).
    radius_m
        Draws around each point a disc of this radius, in metres, but around hollow ones; None draws none.
    session
        The objects themselves, for a layer of `SESSION_LAYERS`; None for one that has files.
    """

    layer_id: str
    communes: Sequence[str] | None = None
    ids: Sequence[str] | None = None
    classes: Sequence[Classe] = ()
    classed: Mapping[str, int] = field(default_factory=dict)
    radius_m: float | None = None
    session: SessionObjects | None = None

    @property
    def layer(self) -> Layer:
        """Give the layer as it is described here.

        Returns
        -------
        Layer
            The session's own, else the registry's.

        Raises
        ------
        ArgumentError
            If the registry does not hold it.
        """
        own = self.session.layer if self.session else None
        return own or get(self.layer_id)


@dataclass(frozen=True)
class Cadrage:
    """Where the map goes, once per token.

    Attributes
    ----------
    token
        The map moves when it changes, never otherwise.
    bounds
        West, south, east, north in EPSG:2154, in metres.
    souple
        Stay where the map is if the place can already be seen well.
    impose
        Go there first even if the address holds a view: it is about what the user has just brought.
    """

    token: str
    bounds: tuple[float, float, float, float]
    souple: bool = False
    impose: bool = False

    @classmethod
    def around(
        cls,
        token: str,
        places: gpd.GeoDataFrame | gpd.GeoSeries,
        *,
        margin_m: float = 0.0,
        souple: bool = False,
        impose: bool = False,
    ) -> Self:
        """Frame places in EPSG:2154, with a margin in metres."""
        west, south, east, north = (float(edge) for edge in places.total_bounds)
        bounds = (west - margin_m, south - margin_m, east + margin_m, north + margin_m)
        return cls(token, bounds, souple=souple, impose=impose)


@dataclass(frozen=True)
class MapSpec:
    """All that a map shows at one moment.

    Attributes
    ----------
    layers
        The layers shown, in any order: the registry's prevails.
    cadrage
        Where the map goes; None leaves it.
    adresse
        Query parameters that the address bar must hold beside the view, each with its values (none: must not hold).
        Streamlit writes there what a user picks in a widget that is on the page, not what a click on the map or a
        link chose.
    """

    titre: str
    layers: Sequence[ShownLayer]
    basemap: str = "plan"
    chosen: Sequence[tuple[str, str]] = ()
    cadrage: Cadrage | None = None
    adresse: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, layer_ids: Container[str]) -> Self:
        """Leave out the layers that a territory does not have.

        Returns
        -------
        MapSpec
            The same map of the others.
        """
        return replace(self, layers=[shown for shown in self.layers if shown.layer_id in layer_ids])
