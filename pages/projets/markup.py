"""The matrix as a table that eyes, screen readers, keyboards and one sheet of A3 can use."""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from facts import matrix, matrix_words
from facts.matrix import SHORT, TO_CONFIRM
from facts.snapshot import current
from loaders.catalogue import Source
from pages.projets.views import VUES
from ui import html


def show(
    filled: pd.DataFrame,
    projects: pd.DataFrame,
    communes: pd.DataFrame,
    orientations: pd.DataFrame,
    *,
    only: str | None,
    caption: str,
    details: Sequence[str],
) -> None:
    """Show the matrix, a project of several orientations under the first, and under it what explains its figures.

    Parameters
    ----------
    filled
        What `matrix.cells` gives.
    projects
        Projects shown, in order, with `liste_orientations` (ids).
    communes
        Communes shown, with `nom` and `a_confirmer`.
    orientations
        Orientations by id, with `titre_court` and `ordre`.
    only
        The only orientation shown, None for all.
    details
        What `details` gives.
    """
    html.show(
        '{% include "projets/matrix.jinja" %}{% include "projets/details.jinja" %}',
        caption=caption,
        towns=communes.to_dict("records"),
        groups=matrix.groups(projects, orientations, only=only),
        cells={code: cells.to_dict("records") for code, cells in filled.groupby("id_projet")},
        notes=partial(matrix_words.notes, sources=current().sources),
        say=matrix.say,
        short=SHORT,
        to_confirm=TO_CONFIRM,
        views=VUES,
        details=details,
    )


def show_legend(filled: pd.DataFrame, couches: Sequence[str]) -> None:
    """Explain the symbols of the matrix.

    Parameters
    ----------
    filled
        What `matrix.cells` gives.
    """
    html.show("projets/legend.jinja", lines=matrix_words.legend(filled, couches))


def show_details(details: Sequence[str]) -> None:
    """Explain the figures of the matrix."""
    html.show("projets/details.jinja", details=details)


def details(couches: Sequence[str], recorded: Source | None = None) -> list[str]:
    """Say how each measure of the matrix is computed, with its vintage.

    Parameters
    ----------
    recorded
        The follow-up, whose squares are shown; None where there are none.
    """
    texts = matrix_words.details(
        couches, {key: source.millesime for key, source in current().sources.items()}
    )
    if recorded is not None:
        texts.append(f"Suivi : enregistrements des {recorded.producteur}, {recorded.millesime}.")
    return texts
