"""Choices of a place that several pages share; each lives in the address bar, as a code or as its label."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, TypeVar

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from facts.snapshot import current
from geo.scope import in_scope
from loaders.live.offline import is_offline
from maps.spec import BASEMAPS
from words.constants import PROXIMITY_M

ThingT = TypeVar("ThingT")
EVERYWHERE: Final = "Toutes les communes"
NO_QPV_CHOSEN: Final = "Aucun en particulier"


def row(key: str | None = "filtres") -> DeltaGenerator:
    """Give a row for choices to stand side by side in."""
    return st.container(horizontal=True, vertical_alignment="bottom", key=key)


def commune(names: Mapping[str, str], *, none: str = EVERYWHERE) -> str | None:
    """Let the user choose one commune or all.

    Parameters
    ----------
    names
        Name of each commune by INSEE code.

    Returns
    -------
    str or None
        INSEE code; None for all.
    """
    return one_of(by_title(names), key="commune", label="Commune", none=none)


def qpv(frame: pd.DataFrame, *, none: str = NO_QPV_CHOSEN) -> str | None:
    """Let the user choose one QPV or none.

    Parameters
    ----------
    frame
        The QPV to choose from: index `code_qp`, columns `lib_qp` and `lib_communes`.
    """
    return one_of(titles_of_qpv(frame), key="qpv", label="Quartier prioritaire", none=none)


def project(*, none: str) -> str | None:
    """Let the user choose one project or none."""
    return one_of(dict(current().projects_in_order["titre"]), key="projet", label="Projet", none=none)


def by_title(titles: Mapping[str, str]) -> dict[str, str]:
    """Put choices in the order of their titles."""
    return dict(sorted(titles.items(), key=lambda item: item[1]))


def view(titles: Mapping[str, str], *, key: str) -> str:
    """Let the user choose one view of a page.

    Parameters
    ----------
    titles
        Title of each view, the first one shown at first.
    """
    return segments("Vue", titles, key=key, label_shown=False)


def segments(
    label: str,
    titles: Mapping[ThingT, str] | Sequence[ThingT],
    *,
    key: str,
    default: ThingT | None = None,
    label_shown: bool = True,
    in_address: bool = True,
) -> ThingT:
    """Let the user choose one of a few things side by side.

    Parameters
    ----------
    titles
        Title of each thing, or the things where they say it themselves.
    default
        What is chosen at first; None is the first of them.
    in_address
        False for what only a session has.
    """
    return st.segmented_control(
        label,
        list(titles),
        format_func=_titled(titles),
        default=next(iter(titles)) if default is None else default,
        required=True,
        key=key,
        bind="query-params" if in_address else None,
        label_visibility="visible" if label_shown else "collapsed",
    )


def several(
    label: str,
    titles: Mapping[str, str] | Sequence[str],
    *,
    key: str,
    none: str = "Tous",
    default: Sequence[str] = (),
    width: int | Literal["stretch"] = "stretch",
    said: str | None = None,
) -> list[str]:
    """Let the user choose any number of things; the parameters are those of `segments`, `none` stands where none is chosen."""
    return st.multiselect(
        label,
        list(titles),
        default=list(default) or None,
        format_func=_titled(titles),
        key=key,
        bind="query-params",
        placeholder=none,
        width=width,
        help=said,
    )


def metres(
    label: str = "Seuil de distance à vol d'oiseau (m)",
    *,
    least: int = 100,
    key: str = "seuil",
    width: int = 320,
    said: str | None = None,
) -> int:
    """Let the user choose a distance, up to 1,000 m.

    Parameters
    ----------
    said
        What there is to know of it.
    """
    return st.slider(
        label, least, 1000, PROXIMITY_M, 50, key=key, bind="query-params", width=width, help=said
    )


def titles_of_qpv(frame: pd.DataFrame) -> dict[str, str]:
    """Name QPV for a list of choices.

    Parameters
    ----------
    frame
        The QPV: index `code_qp`, columns `lib_qp` and `lib_communes`.

    Returns
    -------
    dict of str to str
        Title by code, in the order of titles.
    """
    rows = zip(frame.index, frame["lib_qp"], frame["lib_communes"], strict=True)
    return by_title({str(code): f"{name}, {towns} ({code})" for code, name, towns in rows})


def basemap(*, label_shown: bool = True) -> str:
    """Let the user choose what lies under the map.

    Parameters
    ----------
    label_shown
        Whether the label stands above the choice, or for screen readers alone.
    """
    titles = {key: title for key, (title, *_) in BASEMAPS.items()}
    chosen = segments("Fond de carte", titles, key="fond", default="plan", label_shown=label_shown)
    if is_offline() and BASEMAPS[chosen][1] is not None:
        st.caption("L'atlas est hors ligne\N{NO-BREAK SPACE}: la carte est montrée sans fond.")
    return chosen


def one_of(titles: Mapping[str, str], *, key: str, label: str, none: str) -> str | None:
    """Let the user choose one of several things, or none of them.

    Streamlit writes labels into the address bar; a link from elsewhere may hold the code.

    Parameters
    ----------
    titles
        Label of each thing by code, in order.

    Returns
    -------
    str or None
        A code of `titles`; None for none.
    """
    asked, state, followed = st.query_params.get(key), st.session_state, f"{key}-lien"
    # A code in the address is a link; labels are Streamlit's own.
    linked = asked is not None and asked in titles and titles[asked] != asked
    if linked and (key not in state or state.get(followed) != asked):
        state[key] = asked
    state[followed] = asked if linked else None
    # Bound, the widget would take the code out of the address: it is, once the user chooses something else.
    kept = linked and state[key] == asked
    if linked and not kept:
        state[key] = state[key]
    return st.selectbox(
        label,
        [None, *titles],
        format_func=lambda code: none if code is None else titles[code],
        key=key,
        bind=None if kept else "query-params",
    )


def _titled(titles: Mapping[ThingT, str] | Sequence[ThingT]) -> Callable[[ThingT], str]:
    return titles.__getitem__ if isinstance(titles, Mapping) else str


@dataclass(frozen=True)
class Where:
    """The places chosen.

    Attributes
    ----------
    commune
        INSEE code, None for all.
    chosen
        Code of a QPV, None for none in particular.
    """

    commune: str | None = None
    chosen: str | None = None

    @property
    def town(self) -> str:
        """Name of the commune, "" for all."""
        return current().commune_names[self.commune] if self.commune else ""

    @property
    def name(self) -> str:
        """The commune by its name, or the whole territory in a few words."""
        return self.town or current().everywhere

    @cached_property
    def qpv(self) -> gpd.GeoDataFrame:
        """The QPV of the commune, or all."""
        qpv = current().qpv
        return qpv if self.commune is None else qpv[in_scope(qpv["communes"], [self.commune])]

    @property
    def communes(self) -> gpd.GeoDataFrame:
        """The commune alone, or all."""
        communes = current().communes
        return communes if self.commune is None else communes.loc[[self.commune]]

    @property
    def found(self) -> str | None:
        """The QPV chosen, if it is one of the commune's."""
        return self.chosen if self.chosen in self.qpv.index else None

    @property
    def described(self) -> dict[str, str]:
        """The places in words, "" where nothing is chosen."""
        name = f"{current().qpv['lib_qp'][self.chosen]} ({self.chosen})" if self.chosen else ""
        return {"commune": self.town, "quartier": name}

    @property
    def address(self) -> dict[str, list[str]]:
        """What the address bar holds of the places."""
        return {
            "commune": [self.commune] if self.commune else [],
            "qpv": [self.chosen] if self.chosen else [],
        }

    def follow(self, clicked: Mapping[str, Any]) -> None:
        """Choose the QPV that was clicked on the map, if it is one of the commune's."""
        if clicked.get("couche") == "qpv" and clicked.get("id") in self.qpv.index:
            st.session_state["qpv"] = clicked["id"]


def with_qpv() -> dict[str, str]:
    """Name the communes under which a QPV is counted, by INSEE code."""
    first = set(current().qpv["communes"].str[0])
    return {code: name for code, name in current().commune_names.items() if code in first}


def where(names: Mapping[str, str] | None = None) -> Where:
    """Let the user choose a commune, and a QPV there.

    Parameters
    ----------
    names
        Name of each commune offered by INSEE code; None for all of the contrat.
    """
    town = commune(current().commune_names if names is None else names)
    return Where(town, qpv(Where(town).qpv))
