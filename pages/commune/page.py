"""One commune of the contrat de ville: its figures beside the others', its QPV, what it holds, its projects."""

import streamlit as st

from facts.fields import Field
from facts.portraits import COMMUNE
from facts.snapshot import current
from pages.lieu import asked, view
from ui import choices, table
from ui.page import fragment
from ui.rows import TO_QPV

LIST_FIELDS = (
    Field("nom", "Commune", "texte"),
    Field("code_insee", "Code Insee", "texte"),
    Field("statut", "Statut", "texte"),
    Field("a_confirmer", "Statut à confirmer", "texte"),
    Field("population", "Habitants", "entier", "communes"),
)


@fragment
def show() -> None:
    heading = st.container()
    with choices.row():
        chosen = choices.commune(current().commune_names, none="Choisir une commune")
        radius_m = asked.distance()
        basemap = choices.basemap()
    if chosen is None:
        towns = current().communes.sort_values("nom")
        with heading:
            asked.head("Communes", f"Choisissez l’une des {len(towns)} communes du contrat de ville.")
        view.show_all(
            COMMUNE,
            towns,
            LIST_FIELDS,
            title="Communes",
            caption="Communes du contrat de ville",
            basemap=basemap,
            used=("communes", "qpv"),
        )
        return
    portrait = view.show(heading, COMMUNE, chosen, radius_m=radius_m, basemap=basemap)
    show_quarters(chosen, portrait.name)


def show_quarters(code: str, name: str) -> None:
    st.header("Ses quartiers prioritaires", anchor=False)
    quarters = current().qpv
    quarters = quarters[[code in codes for codes in quarters["communes"]]].sort_values("lib_qp")
    table.show(quarters, view.QPV_FIELDS, caption=f"QPV à {name}", key="qpv-commune", target=TO_QPV)


show()
