"""The works of the governance and the tools of the toolbox, as tables."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from facts.fields import Field
from facts.naming import DOCUMENT

WORK_FIELDS: Final = (
    Field("titre", "Travail", "texte"),
    Field("chefs_de_file", "Chefs de file", "texte"),
    Field("partenaires", "Partenaires", "texte"),
    Field("ligne", f"Ligne de {DOCUMENT}", "entier"),
)
TOOL_FIELDS: Final = (
    Field("outil", "Outil", "texte"),
    Field("famille", "Famille", "texte"),
    Field("ligne", f"Ligne de {DOCUMENT}", "entier"),
)


def works(governance: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """Name the leaders and partners of each work in full.

    Returns
    -------
    DataFrame
        The columns of `WORK_FIELDS`, in the document's order.
    """
    full = register["nom_complet"]

    def named(ids: Sequence[str]) -> str:
        return " ; ".join(full[list(ids)])

    return governance.sort_values("ordre").assign(
        chefs_de_file=governance["chefs_de_file"].map(named), partenaires=governance["partenaires"].map(named)
    )[[field.column for field in WORK_FIELDS]]


def tools(toolbox: pd.DataFrame) -> pd.DataFrame:
    """Put the tools in the document's order.

    Returns
    -------
    DataFrame
        The columns of `TOOL_FIELDS`.
    """
    return toolbox.sort_values(["famille_ordre", "ordre"])[[field.column for field in TOOL_FIELDS]]
