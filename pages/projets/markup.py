"""The matrix as a table that eyes, screen readers, keyboards and one sheet of A3 can use."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from facts import matrix
from facts.matrix import SHORT, TO_CONFIRM
from loaders.catalogue import Source
from pages.projets.views import COMMUNE, FICHE, VUES
from words.formats import typographie


def table(
    filled: pd.DataFrame,
    projects: pd.DataFrame,
    communes: pd.DataFrame,
    orientations: pd.DataFrame,
    *,
    only: str | None,
    caption: str,
) -> str:
    """Write the matrix.

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

    Returns
    -------
    str
        HTML in which every text of the data is escaped. A project of several orientations has one row, under the
        first; the others name it.
    """
    records: dict[str, list[dict[Any, Any]]] = {}
    for cell in filled.to_dict("records"):
        records.setdefault(cell["id_projet"], []).append(cell)
    heads = "".join(_town(town) for _, town in communes.iterrows())
    bodies = [
        f'<tbody><tr class="groupe"><th scope="rowgroup" colspan="{len(communes) + 2}"><span>'
        f"{escape(typographie(group.title))} <small>({escape(typographie(group.number))})</small></span></th></tr>"
        + "".join(_row(row, records[str(key)]) for key, row in group.projects.iterrows())
        + "</tbody>"
        for group in matrix.groups(projects, orientations, only=only)
    ]
    title = escape(typographie(caption))
    return (
        f'<div class="projets-cadre" role="region" tabindex="0" aria-label="{title}">'
        f'<table class="projets-matrice"><caption>{title}</caption><thead><tr>'
        f'<th scope="col" class="projet">Projet</th><th scope="col" class="registre">Registre</th>{heads}'
        f"</tr></thead>{''.join(bodies)}</table></div>"
    )


def legend(filled: pd.DataFrame, couches: Sequence[str]) -> str:
    """Explain the symbols of the matrix.

    Parameters
    ----------
    filled
        What `matrix.cells` gives.
    """
    lines = "".join(_line(line) for line in matrix.legend(filled, couches))
    return f'<ul class="projets-legende" aria-label="Légende de la matrice">{lines}</ul>'


def details(couches: Sequence[str], vintages: Mapping[str, str], recorded: Source | None = None) -> str:
    """Say how each measure of the matrix is computed, with its vintage.

    Parameters
    ----------
    recorded
        The follow-up, whose squares are shown; None where there are none.

    Returns
    -------
    str
        HTML list, empty without a measure nor a follow-up.
    """
    texts = matrix.details(couches, vintages)
    if recorded is not None:
        texts.append(f"Suivi : enregistrements des {recorded.producteur}, {recorded.millesime}.")
    items = [f"<li>{escape(typographie(text))}</li>" for text in texts]
    return f'<ul class="projets-details">{"".join(items)}</ul>' if items else ""


def _town(town: pd.Series) -> str:
    doubt = ""
    if town["a_confirmer"]:
        doubt = (
            f' <small>({TO_CONFIRM})</small><span class="atlas-cache"> territoire à enjeux, sans QPV</span>'
        )
    return f'<th scope="col" class="commune"><span class="nom"><a href="{_link(COMMUNE, town["nom"])}">{escape(town["nom"])}</a>{doubt}</span></th>'


def _row(project: pd.Series, cells: Sequence[Mapping[Any, Any]]) -> str:
    said = "".join(f"<small>{escape(typographie(note))}</small>" for note in matrix.notes(project))
    return (
        f'<tr><th scope="row"><a href="{_link(FICHE, project["titre"])}">{escape(typographie(project["titre"]))}</a>{said}</th>'
        f'<td class="registre">{escape(project["registre"])}</td>'
        f"{''.join(_cells(project['couche'], cells))}</tr>"
    )


def _cells(couche: str, cells: Sequence[Mapping[Any, Any]]) -> Iterator[str]:
    for cell in cells:
        look, sign, status, value, fact = matrix.say(cell, couche)
        words = f"{status if value is None else f'{status}, {value}'} ; suivi : {fact.words}"
        shown = ""
        if value is not None and value in SHORT:
            shown = f'<b aria-hidden="true"><i>{SHORT[value]}</i></b><span class="atlas-cache">{value}</span>'
        elif value is not None:
            shown = f"<b>{escape(value)}</b>"
        title = escape(typographie(f"{cell['commune']} : {words}"))
        yield (
            f'<td class="{look.name}" title="{title}">'
            f'<span class="signe" aria-hidden="true">{sign}</span>'
            f'<span class="atlas-cache">{status} </span>{_square(fact)}{shown}</td>'
        )


def _square(fact: matrix.Fact) -> str:
    """Write what the records say: a square and its words; nothing without a record, as the legend and the title say."""
    if not fact.look:
        return ""
    return (
        f'<span class="fait fait-{fact.look}" aria-hidden="true">{fact.sign}</span>'
        f'<span class="atlas-cache">suivi : {escape(typographie(fact.words))} </span>'
    )


def _line(line: matrix.Line) -> str:
    meaning = escape(typographie(f" : {line.meaning}" if line.name else line.meaning))
    if line.look:
        sign = f'<b class="{line.look}" aria-hidden="true">{line.sign}</b>'
    else:
        sign = f"<b><i>{line.sign}</i></b>" if line.name else f"<b>{line.sign}</b>"
    name = f"<strong>{line.name}</strong>" if line.name else ""
    return f"<li>{sign}<span>{name}{meaning}</span></li>"


def _link(vue: str, label: str) -> str:
    """Write the address that Streamlit itself would: a choice by its label, under the name of the view."""
    key = "projet" if vue == FICHE else "commune"
    return "?" + escape(urlencode({"vue_projets": VUES[vue], key: label}))
