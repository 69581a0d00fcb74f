"""One place, one project or the whole matrix as a PDF to take to a meeting."""

import datetime as dt
from collections.abc import Collection, Mapping

from exports import matrix_content, place_content, project_content
from facts.follow_up import FollowUp
from facts.portraits import COMMUNE, QUARTIER
from facts.snapshot import current
from words import clock
from words.constants import PROXIMITY_M


def qpv_sheet(code_qp: str, *, radius_m: float = PROXIMITY_M, date: dt.date | None = None) -> bytes:
    """Compose the sheet of a QPV.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach, in metres, as the crow flies.
    date
        The day of the sheet, today if None.

    Raises
    ------
    ArgumentError
        If there is no such QPV, or the threshold is not a length.
    SheetError
        If the PDF cannot be composed.
    """
    held = current()
    sheet = place_content.content(QUARTIER, code_qp, held, radius_m=radius_m)
    return sheet.compose("fiche", held, date or clock.today())


def commune_sheet(
    code_insee: str,
    *,
    radius_m: float = PROXIMITY_M,
    date: dt.date | None = None,
    suivi: FollowUp | None = None,
) -> bytes:
    """Compose the sheet of one commune of the contrat.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach of its QPV, in metres, as the crow flies.
    date
        The day of the sheet, today if None.
    suivi
        What the partners recorded, as read; None says that it was not read.

    Raises
    ------
    ArgumentError
        If it is not one of the contrat's, or the threshold is not a length.
    SheetError
        If the PDF cannot be composed.
    """
    held = current()
    sheet = place_content.content(COMMUNE, code_insee, held, radius_m=radius_m, suivi=suivi)
    return sheet.compose("fiche", held, date or clock.today())


def project_sheet(id_projet: str, *, date: dt.date | None = None, suivi: FollowUp | None = None) -> bytes:
    """Compose the sheet of a project.

    Parameters
    ----------
    date
        The day of the sheet, today if None.
    suivi
        What the partners recorded, as read; None says that it was not read.

    Raises
    ------
    ArgumentError
        If there is no such project.
    SheetError
        If the PDF cannot be composed.
    """
    held = current()
    return project_content.content(id_projet, held, suivi=suivi).compose("fiche", held, date or clock.today())


def matrix_sheet(
    projets: Collection[str] | None = None,
    *,
    communes: Collection[str] | None = None,
    orientation: str | None = None,
    filters: Mapping[str, str] | None = None,
    date: dt.date | None = None,
    suivi: FollowUp | None = None,
) -> bytes:
    """Compose the matrix of projects and communes as one sheet.

    Parameters
    ----------
    projets
        Ids of the projects to show, None for all.
    communes
        INSEE codes of the communes to show, None for all.
    orientation
        The only orientation shown, None for all.
    filters
        The filters in force, name to value, in French; they are only said.
    date
        The day of the sheet, today if None.
    suivi
        What the partners recorded, as read; None says that it was not read.

    Returns
    -------
    bytes
        A PDF/UA-1 file: one page, A3, landscape.

    Raises
    ------
    ArgumentError
        If there is no such project, commune or orientation, or none is left.
    SheetError
        If the PDF cannot be composed.
    """
    held = current()
    sheet = matrix_content.content(
        held, projets=projets, communes=communes, orientation=orientation, filters=filters or {}, suivi=suivi
    )
    return sheet.compose("matrice", held, date or clock.today())
