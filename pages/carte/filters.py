"""What the user of the map filters by; every choice lives in the address bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import streamlit as st

from facts.surroundings import MODES
from maps.layers import LAYERS
from ui import choices
from ui.choices import Where
from words.constants import UNCHECKED
from words.formats import is_missing

TITLES: Final[Mapping[str, str]] = {layer.layer_id: layer.titre for layer in LAYERS}
#: Thousands of sports facilities hide the rest at the scale of the territory: they wait for a click.
AT_FIRST: Final = ("communes", "qpv", "lignes", "friches", "gares", "stations")
#: No limit of distance: Streamlit shows a choice of None as an empty box.
EVERYTHING: Final = -1
#: Layer and column to the label of the choice; nothing chosen means everything.
TYPES: Final[Mapping[tuple[str, str], str]] = {
    ("sports", "famille"): "Familles d’équipements sportifs",
    ("sports", "acces_libre"): "Accès aux équipements sportifs",
    ("social", "categorie"): "Catégories d’équipements sociaux",
    ("colleges", "education_prioritaire"): "Réseaux d’éducation prioritaire",
    ("friches", "site_type"): "Types de friches",
    ("lignes", "mode"): "Modes de transport",
}
STATUTS: Final[Mapping[str, str]] = {
    "friche sans projet": "Sans projet",
    "friche avec projet": "Avec projet",
    UNCHECKED: "Potentielles, non vérifiées",
}
CHECKED: Final = [statut for statut in STATUTS if statut != UNCHECKED]
AROUND: Final[Mapping[int, str]] = {
    EVERYTHING: "Tout afficher",
    0: "Dans le quartier",
    300: "À 300 m au plus",
    500: "À 500 m au plus",
    1000: "À 1\u202f000 m au plus",
}

#: Pairs of a layer and column, and the values shown, for those that are limited.
Types = tuple[tuple[tuple[str, str], tuple[str, ...]], ...]


@dataclass(frozen=True)
class Filters:
    """The filters in force.

    Attributes
    ----------
    around_m
        Show only what lies at most so far from the chosen QPV, in metres, as the crow flies; None shows everything.
    """

    here: Where
    around_m: int | None
    layers: tuple[str, ...]
    statuts: tuple[str, ...]
    types: Types

    @property
    def described(self) -> dict[str, str]:
        """The filters in words, for files and paper, those in force only."""
        around = "" if self.around_m is None else f"{AROUND[self.around_m].lower()}, à vol d’oiseau"
        statuts = ", ".join(STATUTS[statut].lower() for statut in self.statuts) or "aucun statut"
        words = self.here.described | {"autour du quartier": around, "friches": statuts}
        return {name: value for name, value in words.items() if value} | described_types(self.types)

    @property
    def address(self) -> dict[str, list[str]]:
        """The query parameters that Streamlit does not always write itself; no value where the choice is the default."""
        changed, types = list(self.statuts) != CHECKED, dict(self.types)
        return {
            **self.here.address,
            "statuts": [STATUTS[statut] for statut in self.statuts] if changed else [],
            **{_name(key): [MODES.get(value, value) for value in types.get(key, ())] for key in TYPES},
        }


def described_types(types: Types) -> dict[str, str]:
    """Say the filters on types in words."""
    return {TYPES[key].lower(): ", ".join(MODES.get(v, v) for v in values) for key, values in types}


def values_of_types(frames: Mapping[str, gpd.GeoDataFrame]) -> dict[tuple[str, str], list[str]]:
    """List the values that each filter on types offers.

    Returns
    -------
    dict of (str, str) to list of str
        Layer and column to values, in order; none for a column of which the source knows nothing.
    """
    offered = {
        (layer_id, column): sorted(
            value for value in frames[layer_id][column].unique() if not is_missing(value)
        )
        for layer_id, column in TYPES
    }
    return {key: values for key, values in offered.items() if values}


def ask(offered: Mapping[tuple[str, str], list[str]], *, layers: Sequence[str]) -> Filters:
    """Show the filters and read them.

    Parameters
    ----------
    offered
        What `values_of_types` gives.
    layers
        Ids of the layers that the territory has.
    """
    with choices.row():
        here = choices.where()
        around = EVERYTHING
        if here.chosen is not None:
            around = st.selectbox(
                "Autour du quartier, à vol d’oiseau",
                list(AROUND),
                format_func=AROUND.__getitem__,
                key="autour",
                bind="query-params",
                help="Limite la carte et le tableau à ce qui est dans le quartier choisi ou près de son contour",
            )
    shown = st.pills(
        "Couches",
        list(layers),
        selection_mode="multi",
        format_func=TITLES.__getitem__,
        default=[layer_id for layer_id in AT_FIRST if layer_id in layers],
        key="couches",
        bind="query-params",
    )
    statuts, types = _ask_details(offered, brownfields="friches" in layers)
    return Filters(
        here=here,
        around_m=None if around == EVERYTHING else around,
        layers=tuple(shown),
        statuts=statuts,
        types=types,
    )


def _ask_details(
    offered: Mapping[tuple[str, str], list[str]], *, brownfields: bool
) -> tuple[tuple[str, ...], Types]:
    """Ask for statuses and types in a box that is built when it opens: a page draws its map sooner without it."""
    keys = {key: _name(key) for key in offered}
    asked = any(name in st.query_params for name in ("statuts", *keys.values()))
    if not offered and not brownfields:
        return tuple(CHECKED), ()
    title = "Filtrer par type"
    if brownfields:
        title = "Filtrer par type et par statut\u202f; friches potentielles masquées par défaut"
    with st.expander(title, expanded=asked, key="details", on_change="rerun") as box:
        if box.open:
            if brownfields:
                st.pills(
                    "Friches",
                    list(STATUTS),
                    selection_mode="multi",
                    format_func=STATUTS.__getitem__,
                    default=CHECKED,
                    key="statuts",
                    bind="query-params",
                    persist_state="page",
                    help="Le Cerema n’a pas vérifié sur place les friches potentielles : elles sont masquées par défaut",
                )
            for key, values in offered.items():
                st.multiselect(
                    TYPES[key],
                    values,
                    format_func=lambda value: MODES.get(value, value),
                    placeholder="Tous",
                    key=keys[key],
                    bind="query-params",
                    persist_state="page",
                )
    statuts = tuple(st.session_state.get("statuts", CHECKED))
    chosen = {key: tuple(st.session_state.get(name, ())) for key, name in keys.items()}
    return statuts, tuple((key, values) for key, values in chosen.items() if values)


def _name(key: tuple[str, str]) -> str:
    """Name a filter on types in the address bar."""
    return "-".join(key).replace("_", "-")
