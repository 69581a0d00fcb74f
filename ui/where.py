"""Where a page looks: one commune or all of them, and perhaps one QPV there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import streamlit as st

from facts.snapshot import current
from geo.scope import in_scope
from ui import choices


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


def ask(names: Mapping[str, str] | None = None) -> Where:
    """Let the user choose a commune, and a QPV there.

    Parameters
    ----------
    names
        Name of each commune offered by INSEE code; None for all of the contrat.
    """
    commune = choices.commune(current().commune_names if names is None else names)
    return Where(commune, choices.qpv(Where(commune).qpv))
