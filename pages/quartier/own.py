"""The layers that the visitor brought, around one priority neighbourhood."""

from typing import Final

import pandas as pd
import streamlit as st

from facts.fields import Field
from facts.snapshot import current
from ui import html, own_layers, rows
from ui.own_layers import UNOFFICIAL
from words.formats import distance

FIELDS: Final = (
    Field("couche", "Couche", "texte"),
    Field("dans", "Objets dans le quartier", "entier"),
    Field("nombre", "Objets à la distance choisie", "entier", help="L’intérieur du quartier est compris"),
    Field("distance_m", "Au plus près", "distance_m"),
    Field("origine", "Source indiquée par l’utilisateur", "texte"),
    Field("releve", "Date indiquée par l’utilisateur", "texte"),
)


def show(code_qp: str, radius_m: int) -> None:
    """Count the objects of the session's layers around a QPV; shows nothing in a session that has none.

    Parameters
    ----------
    radius_m
        Distance from the outline, in metres.
    """
    held = own_layers.held()
    if not held:
        return
    st.header("Vos couches importées", anchor="vos-couches")
    quarter = current().qpv.loc[[code_qp]]
    layers = [(one, one.rows) for one in held]
    inside, _ = own_layers.per_qpv(quarter, layers, radius_m=0)
    around, _ = own_layers.per_qpv(quarter, layers, radius_m=radius_m)
    counts = pd.DataFrame(
        {
            "couche": [one.title for one in held],
            "dans": [int(inside[f"{one.layer_id}_nombre"].iloc[0]) for one in held],
            "nombre": [int(around[f"{one.layer_id}_nombre"].iloc[0]) for one in held],
            "distance_m": [float(around[f"{one.layer_id}_distance_m"].iloc[0]) for one in held],
            "origine": [one.source.producteur for one in held],
            "releve": [one.source.millesime for one in held],
        },
        index=pd.Index([one.layer_id for one in held], name="id_couche"),
    )
    reach = f"{distance(radius_m)} au plus du contour, à vol d’oiseau"
    html.note(
        f"{UNOFFICIAL[0].upper()}{UNOFFICIAL[1:]}. Tous les objets de chaque couche, sans les filtres de la carte. "
        f"Distance choisie : {reach}."
    )
    name = str(quarter["lib_qp"].iloc[0])
    rows.show(
        counts,
        FIELDS,
        rows.about(
            [*(one.source for one in held), "qpv"],
            filters={"quartier": f"{name} ({code_qp})", "distance": reach, "nature": UNOFFICIAL},
            subject="couches importées",
            place=f"{name} {code_qp}",
        ),
        caption="Vos couches dans le quartier et autour",
        key="vos-couches",
        files_key="vos-couches-export",
    )
