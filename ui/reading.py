"""How a file that a visitor brought was read."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from exports.context import Context
from facts.fields import Field
from loaders.catalogue import Source
from loaders.quality import Report
from ui import downloads
from words.formats import pluriel, typographie

#: What is wrong in a file, line by line, and what to do about it.
FAULTS: Final = (
    Field("ligne", "Ligne du fichier", "texte"),
    Field("identifiant", "Identifiant", "texte"),
    Field("faute", "Ce qui ne va pas", "texte"),
    Field("valeur", "Valeur lue", "texte"),
    Field("suite", "Suite donnée", "texte"),
    Field("a_faire", "À faire", "texte"),
)
NOTHING: Final = "Rien à signaler : chaque ligne a été lue telle quelle."


def counted(report: Report | Source) -> str:
    """Say how many lines were read, kept and set aside."""
    return (
        f"{pluriel(report.lignes_lues, 'ligne lue', 'lignes lues')} = "
        f"{pluriel(report.lignes_gardees, 'gardée', 'gardées')} + "
        f"{pluriel(report.lignes_ecartees, 'écartée', 'écartées')}"
    )


def set_aside(rows: pd.DataFrame, fields: Sequence[Field], context: Context, *, key: str) -> None:
    """Offer the lines set aside as the file gives them; nothing where there is none."""
    if rows.empty:
        return
    st.caption(
        typographie("Les lignes écartées, telles que le fichier les donne, avec ce qu’il faut y corriger :")
    )
    downloads.show(rows, fields, context=context, key=key)
