"""The buttons that take a sheet away, as a PDF made when it is asked for."""

from collections.abc import Callable, Collection, Mapping
from functools import partial

import streamlit as st

from exports import sheets
from exports.context import Context
from facts.portraits import QUARTIER, Portrait
from facts.snapshot import current
from ui import follow_up

HELP = (
    "PDF balisé, lisible par un lecteur d'écran ; il porte ses sources, leurs millésimes et la date du jour"
)


def place(portrait: Portrait) -> None:
    """Offer the sheet of a QPV or of a commune."""
    if portrait.kind == QUARTIER:
        make = partial(sheets.qpv_sheet, portrait.code, radius_m=portrait.radius_m)
    else:
        make = partial(
            sheets.commune_sheet, portrait.code, radius_m=portrait.radius_m, suivi=follow_up.read()
        )
    _offer(
        "Fiche PDF",
        make,
        subject=f"fiche {portrait.kind}",
        place=f"{portrait.name} {portrait.code}",
    )


def project(id_projet: str) -> None:
    """Offer the sheet of a project."""
    _offer(
        "Fiche PDF",
        partial(sheets.project_sheet, id_projet, suivi=follow_up.read()),
        subject="fiche projet",
        place=id_projet,
    )


def matrix(
    projets: Collection[str],
    *,
    communes: Collection[str],
    orientation: str | None,
    filters: Mapping[str, str],
    place: str,
) -> None:
    """Offer the matrix of projects and communes."""
    _offer(
        "Matrice A3 (PDF)",
        partial(
            sheets.matrix_sheet,
            list(projets),
            communes=list(communes),
            orientation=orientation,
            filters=dict(filters),
            suivi=follow_up.read(),
        ),
        subject="matrice projets et communes",
        place=place,
    )


def _offer(label: str, make: Callable[[], bytes], *, subject: str, place: str) -> None:
    context = Context.of([current().sources["qpv"]], subject=subject, place=place)
    st.download_button(
        label,
        make,
        file_name=context.filename("pdf"),
        mime="application/pdf",
        key="fiche-pdf",
        help=HELP,
        on_click="ignore",
        icon=":material/picture_as_pdf:",
    )
