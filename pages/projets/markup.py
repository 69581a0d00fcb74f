"""The matrix as a table that eyes, screen readers, keyboards and one sheet of A3 can use."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import pandas as pd

from exports.fields import HORS_PERIMETRE, NON_DIFFUSE
from geo.territory import LOCALISED, METROPOLITAN, NO_QPV, NOT_CONCERNED
from pages.projets.coverage import MESURES
from pages.projets.matrix import COMMUNE, FICHE, TO_CONFIRM, VUES, measure
from ui.formats import pluriel, typographie


class Look(NamedTuple):
    """How a situation looks and what it means.

    Parameters
    ----------
    name
        Its class in the style sheet.
    sign
        Its symbol.
    meaning
        French sentence of the legend.
    """

    name: str
    sign: str
    meaning: str


LOOKS: Final[Mapping[str, Look]] = {
    LOCALISED: Look("localise", "●", "le texte nomme la commune, un de ses arrondissements ou un de ses QPV"),
    METROPOLITAN: Look(
        "metropolitain", "○", "le périmètre est celui de tout le contrat, aucune commune n'est nommée"
    ),
    NOT_CONCERNED: Look("ailleurs", "–", "le projet est localisé dans une autre commune"),
    NO_QPV: Look("sans-objet", "/", "la commune n'a aucun QPV"),
}
DOUBT: Final = "?"
SHORT: Final[Mapping[str, str]] = {HORS_PERIMETRE: "h.\u00a0p.", NON_DIFFUSE: "n.\u00a0d."}
MEANINGS: Final[Mapping[str, str]] = {
    HORS_PERIMETRE: "la source ne dit rien de cette commune, ce n'est pas un zéro",
    NON_DIFFUSE: "la source couvre la commune mais ne donne pas ce chiffre",
}


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
    caption
        Title of the table.

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
    bodies = []
    for code, orientation in orientations.sort_values("ordre").iterrows():
        inside = [code in listed and code == (only or listed[0]) for listed in projects["liste_orientations"]]
        beside = [code in listed[1:] and only is None for listed in projects["liste_orientations"]]
        here, elsewhere = projects[inside], projects[beside]
        if here.empty and elsewhere.empty:
            continue
        count = pluriel(len(here), "projet")
        also = "".join(f", et {_quoted(title)}, classé plus haut" for title in elsewhere["titre"])
        bodies.append(
            f'<tbody><tr class="groupe"><th scope="rowgroup" colspan="{len(communes) + 2}"><span>'
            f"{escape(typographie(orientation['titre_court']))} <small>({count}{also})</small></span></th></tr>"
            + "".join(_row(row, records[str(key)]) for key, row in here.iterrows())
            + "</tbody>"
        )
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
    couches
        Layers that the projects shown act on.

    Returns
    -------
    str
        HTML list.
    """
    lines = []
    for status, look in LOOKS.items():
        lines.append(_line(look, look.sign, status, look.meaning))
        if status == LOCALISED and filled["a_confirmer"].any():
            meaning = "le périmètre est une lecture du texte par l'atlas, à confirmer"
            lines.append(_line(look, look.sign + DOUBT, f"{status}, périmètre {TO_CONFIRM}", meaning))
    fields = [MESURES[couche].field for couche in couches if couche in MESURES]
    if fields:
        lines.append(
            "<li><b>chiffre</b><span>dans un projet qui agit sur des équipements, leur couverture dans la commune, "
            "détaillée sous la matrice</span></li>"
        )
    values = {value for field in fields for value in filled[field.column] if isinstance(value, str)}
    lines += [
        f"<li><b><i>{short}</i></b><span><strong>{reason}</strong>{escape(typographie(f' : {MEANINGS[reason]}'))}</span></li>"
        for reason, short in SHORT.items()
        if reason in values
    ]
    return f'<ul class="projets-legende" aria-label="Légende de la matrice">{"".join(lines)}</ul>'


def details(couches: Sequence[str], vintages: Mapping[str, str]) -> str:
    """Say how each measure of the matrix is computed, with its vintage.

    Parameters
    ----------
    couches
        Layers that the projects shown act on.
    vintages
        Producer and vintage of each source.

    Returns
    -------
    str
        HTML list, empty without a measure.
    """
    items = [
        f"<li>{escape(typographie(f'{MESURES[couche].nom[0].upper()}{MESURES[couche].nom[1:]} : {MESURES[couche].detail} ({vintages[couche]}).'))}</li>"
        for couche in couches
        if couche in MESURES
    ]
    return f'<ul class="projets-details">{"".join(items)}</ul>' if items else ""


def _town(town: pd.Series) -> str:
    doubt = ""
    if town["a_confirmer"]:
        doubt = (
            f' <small>({TO_CONFIRM})</small><span class="atlas-cache"> territoire à enjeux, sans QPV</span>'
        )
    return f'<th scope="col" class="commune"><span class="nom"><a href="{_link(COMMUNE, town["nom"])}">{escape(town["nom"])}</a>{doubt}</span></th>'


def _row(project: pd.Series, cells: Sequence[Mapping[Any, Any]]) -> str:
    notes = []
    if project["a_confirmer"]:
        notes.append(f"périmètre {TO_CONFIRM}")
    if project["couche"] in MESURES:
        notes.append(MESURES[project["couche"]].nom)
    said = "".join(f"<small>{escape(typographie(note))}</small>" for note in notes)
    return (
        f'<tr><th scope="row"><a href="{_link(FICHE, project["titre"])}">{escape(typographie(project["titre"]))}</a>{said}</th>'
        f'<td class="registre">{escape(project["registre"])}</td>'
        f"{''.join(_cells(project['couche'], cells))}</tr>"
    )


def _cells(couche: str, cells: Sequence[Mapping[Any, Any]]) -> Iterator[str]:
    for cell in cells:
        look = LOOKS[cell["statut"]]
        doubtful = cell["a_confirmer"] and cell["statut"] == LOCALISED
        status = f"{cell['statut']}, périmètre {TO_CONFIRM}" if doubtful else cell["statut"]
        value = measure(cell, couche)
        words = status if value is None else f"{status}, {value}"
        shown = ""
        if value is not None and value in SHORT:
            shown = f'<b aria-hidden="true"><i>{SHORT[value]}</i></b><span class="atlas-cache">{value}</span>'
        elif value is not None:
            shown = f"<b>{escape(value)}</b>"
        title = escape(typographie(f"{cell['commune']} : {words}"))
        yield (
            f'<td class="{look.name}" title="{title}">'
            f'<span class="signe" aria-hidden="true">{look.sign}{DOUBT if doubtful else ""}</span>'
            f'<span class="atlas-cache">{status} </span>{shown}</td>'
        )


def _line(look: Look, sign: str, status: str, meaning: str) -> str:
    return (
        f'<li><b class="{look.name}" aria-hidden="true">{sign}</b><span><strong>{status}</strong>'
        f"{escape(typographie(f' : {meaning}'))}</span></li>"
    )


def _quoted(title: str) -> str:
    return escape(typographie(f"« {title} »"))


def _link(vue: str, label: str) -> str:
    """Write the address that Streamlit itself would: a choice by its label, under the name of the view."""
    key = "projet" if vue == FICHE else "commune"
    return "?" + escape(urlencode({"vue_projets": VUES[vue], key: label}))
