"""One priority neighbourhood: its figures beside the others', what is around, which projects cover it."""

import streamlit as st

from errors import AtlasError
from facts.portraits import QUARTIER
from facts.snapshot import current
from loaders.live import geocoder
from pages.lieu import asked, list_view, plan, view
from pages.quartier import address, own
from ui import choices, geocoding, html
from ui.page import fragment

TITLE = "Quartiers prioritaires"


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
        list_view.show(
            QUARTIER,
            quarters,
            list_view.QPV_FIELDS,
            title=TITLE,
            caption=TITLE,
            basemap=basemap,
            used=("qpv", "indicateurs", "communes"),
            on_click=plan.choose_qpv,
        )
        return
    view.show(heading, QUARTIER, chosen, radius_m=radius_m, basemap=basemap)
    own.show(chosen, radius_m)


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


show()
