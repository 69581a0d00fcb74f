"""One priority neighbourhood: its figures beside the others', what is around, which projects cover it."""

import pandas as pd
import streamlit as st

from errors import AtlasError
from facts.fields import Field
from facts.portraits import QUARTIER
from facts.snapshot import current
from loaders.live import geocoder
from pages.lieu import asked, view
from pages.quartier import address
from ui import choices, geocoding, html, own_layers, rows
from ui.own_layers import UNOFFICIAL
from ui.page import fragment
from words.formats import distance

TITLE = "Quartiers prioritaires"
OWN_FIELDS = (
    Field("couche", "Couche", "texte"),
    Field("dans", "Objets dans le quartier", "entier"),
    Field("nombre", "Objets à la distance choisie", "entier", help="L’intérieur du quartier est compris"),
    Field("distance_m", "Au plus près", "distance_m"),
    Field("origine", "Source indiquée par l’utilisateur", "texte"),
    Field("releve", "Date indiquée par l’utilisateur", "texte"),
)


@fragment
def show() -> None:
    heading = st.container()
    with choices.row():
        chosen = choices.qpv(current().qpv, none="Choisir un quartier")
        radius_m = asked.distance()
        basemap = choices.basemap()
    show_address()
    if chosen is None:
        quarters = current().qpv.sort_values("lib_qp")
        with heading:
            asked.head(
                TITLE,
                f"Choisissez l’un des {len(quarters)} quartiers prioritaires, dans la liste ou sur la carte, "
                "ou cherchez une adresse.",
            )
        view.show_all(
            QUARTIER,
            quarters,
            view.QPV_FIELDS,
            title=TITLE,
            caption=TITLE,
            basemap=basemap,
            used=("qpv", "indicateurs", "communes"),
            on_click=asked.choose_qpv,
        )
        return
    view.show(heading, QUARTIER, chosen, radius_m=radius_m, basemap=basemap)
    show_own(chosen, radius_m)


@fragment
def show_address() -> None:
    with st.expander("Quel quartier à cette adresse\u202f?", key="lieu-adresse"):
        with st.form("adresse", border=False):
            text = st.text_input(
                "Adresse",
                placeholder="Par exemple : 12 rue de la République et le nom de la commune",
                max_chars=geocoder.LONGEST,
                key="adresse-texte",
            )
            sent = st.form_submit_button("Chercher")
        st.caption(
            "Le texte saisi est envoyé au service d’adresses de l’IGN (data.geopf.fr) par le serveur de l’atlas. "
            "Il n’entre ni dans l’adresse de la page ni dans un fichier."
        )
        if sent:
            answer_address(text or "")


def answer_address(text: str) -> None:
    """Say in which QPV an address lies; whatever befalls the service is said, and the rest of the page stays."""
    try:
        answer = address.answer(geocoding.search(text), current().qpv, current().communes)
    except AtlasError as error:
        html.show(
            '<div role="status"><p class="atlas-note">{{ said|t }}</p></div>',
            said=f"Recherche impossible. {error}",
        )
        return
    html.show(
        "quartier/answer.jinja",
        said=answer.text,
        code=answer.code_qp,
        name=current().qpv["lib_qp"][answer.code_qp] if answer.code_qp else "",
    )


def show_own(code_qp: str, radius_m: int) -> None:
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
        OWN_FIELDS,
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


show()
