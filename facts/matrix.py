"""Projects x communes: what each project is to each commune, and what is measured there."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import pandas as pd

from facts.coverage import FIELDS as MEASURED
from facts.coverage import MESURES
from facts.fields import Field
from facts.follow_up import BEYOND, BEYOND_SIGN, SIGNS, UNREAD
from facts.follow_up_words import detail
from geo.territory import (
    ARRONDISSEMENTS,
    COMMUNES,
    LOCALISED,
    METROPOLE,
    METROPOLITAN,
    NO_QPV,
    NOT_CONCERNED,
    QPV,
    projects_by_commune,
)
from words.formats import figure, pluriel
from words.missing import HORS_PERIMETRE, NON_DIFFUSE, NON_TELECHARGEE

STATUSES: Final = (LOCALISED, METROPOLITAN, NOT_CONCERNED, NO_QPV)
TO_CONFIRM: Final = "à confirmer"
PERIMETERS: Final[Mapping[str, str]] = {
    METROPOLE: "Tout le territoire",
    COMMUNES: "Communes nommées",
    ARRONDISSEMENTS: "Arrondissements nommés",
    QPV: "QPV nommés",
}
PROJECT_COLUMNS: Final = ("id_projet", "titre", "orientations", "registre", "perimetre", "a_confirmer")
DOUBT: Final = "?"
SHORT: Final[Mapping[str, str]] = {
    HORS_PERIMETRE: "h.\u00a0p.",
    NON_DIFFUSE: "n.\u00a0d.",
    NON_TELECHARGEE: "n.\u00a0t.",
}
MEANINGS: Final[Mapping[str, str]] = {
    HORS_PERIMETRE: "la source ne dit rien de cette commune, ce n'est pas un zéro",
    NON_DIFFUSE: "la source couvre la commune mais ne donne pas ce chiffre",
    NON_TELECHARGEE: "la source existe mais n'est pas encore dans l'atlas, ce n'est pas un zéro",
}
LONG_FIELDS: Final = (
    Field("id_projet", "Identifiant du projet", "texte"),
    Field("titre", "Projet", "texte"),
    Field("orientations", "Orientations", "texte"),
    Field("registre", "Registre", "texte"),
    Field("perimetre", "Périmètre", "texte"),
    Field("a_confirmer", "Périmètre à confirmer", "texte"),
    Field("code_insee", "Code Insee", "texte"),
    Field("commune", "Commune", "texte"),
    Field("statut", "Situation", "texte"),
    Field(
        "suivi", "Suivi", "texte", None, "Le déploiement le plus avancé que les partenaires ont enregistré"
    ),
    Field("suivi_detail", "Déploiements enregistrés", "texte"),
    *MEASURED,
)


class Mark(NamedTuple):
    """How a situation looks and what it means."""

    name: str
    sign: str
    meaning: str


LOOKS: Final[Mapping[str, Mark]] = {
    LOCALISED: Mark("localise", "●", "le texte nomme la commune, un de ses arrondissements ou un de ses QPV"),
    METROPOLITAN: Mark(
        "metropolitain", "○", "le périmètre est celui de tout le contrat, aucune commune n'est nommée"
    ),
    NOT_CONCERNED: Mark("ailleurs", "–", "le projet est localisé dans une autre commune"),
    NO_QPV: Mark("sans-objet", "/", "la commune n'a aucun QPV"),
}


class Line(NamedTuple):
    """One line of the legend.

    Attributes
    ----------
    look
        Name of a look, "" without one.
    name
        What it is called, "" if `sign` says it.
    """

    look: str
    sign: str
    name: str
    meaning: str


class Group(NamedTuple):
    """The projects of one orientation.

    Attributes
    ----------
    number
        How many projects stand under it, and which stand higher up, in French.
    """

    title: str
    number: str
    projects: pd.DataFrame


class Fact(NamedTuple):
    """What the records say in a cell.

    Attributes
    ----------
    look
        Name of the status in style sheets, "" without a record.
    sign
        Its symbol, marked where the text promises nothing, "" without a record.
    """

    look: str
    sign: str
    words: str


class Said(NamedTuple):
    """What a cell says.

    Attributes
    ----------
    sign
        Its symbol, with a doubt if the perimeter is to be confirmed.
    value
        The figure or the reason why there is none; None where nothing is measured.
    """

    look: Mark
    sign: str
    status: str
    value: str | None
    fact: Fact


def prepared(projects: pd.DataFrame, orientations: pd.DataFrame) -> pd.DataFrame:
    """Put the projects in their document's order, their orientations in words.

    Parameters
    ----------
    orientations
        Orientations by id, with `titre_court`.

    Returns
    -------
    DataFrame
        The same rows, with `liste_orientations` (ids) and `orientations` (text).
    """
    titles = dict(orientations["titre_court"])
    ordered = projects.sort_values("ordre")
    return ordered.assign(
        liste_orientations=ordered["orientations"],
        orientations=[" ; ".join(titles[code] for code in listed) for listed in ordered["orientations"]],
    )


def cells(
    projects: pd.DataFrame,
    communes: pd.DataFrame,
    qpv: pd.DataFrame,
    measured: pd.DataFrame,
    *,
    facts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Fill the matrix, one row per cell.

    Parameters
    ----------
    projects
        Projects to show, in order, with `orientations` as text.
    communes
        All the communes of the contrat, in order, with `nom`.
    measured
        What `coverage.by_commune` gives.
    facts
        What `facts.follow_up.facts` gives for these projects at least; None where the records could not be read.

    Returns
    -------
    DataFrame
        Index `id_case` ("projet/commune"), project by project; the columns of `LONG_FIELDS`. A measure that a
        project does not act on is "sans objet".
    """
    statuses = projects_by_commune(projects, communes, qpv).to_dict("index")
    figures = measured.to_dict("index")
    recorded = {} if facts is None else facts.to_dict("index")
    rows = [
        {
            "id_case": f"{project['id_projet']}/{insee}",
            **{name: project[name] for name in PROJECT_COLUMNS},
            "code_insee": insee,
            "commune": name,
            "statut": statuses[project["id_projet"]][insee],
            **_recorded(recorded.get((project["id_projet"], insee))),
            **{
                field.column: figures[insee][field.column] if field.source_id == project["couche"] else NO_QPV
                for field in MEASURED
            },
        }
        for project in projects.reset_index().to_dict("records")
        for insee, name in communes["nom"].items()
    ]
    columns = ["id_case", *(field.column for field in LONG_FIELDS)]
    return pd.DataFrame(rows, columns=columns).set_index("id_case")


def measure(cell: Mapping[Any, Any], couche: str) -> str | None:
    """Say what is measured in a cell.

    Returns
    -------
    str or None
        A figure with its unit or the reason why there is none; None where there is nothing to measure.
    """
    if couche not in MESURES:
        return None
    field = MESURES[couche].field
    value = cell[field.column]
    return None if value == NO_QPV else figure(value, field.kind)


def groups(projects: pd.DataFrame, orientations: pd.DataFrame, *, only: str | None) -> list[Group]:
    """Put the projects under their orientations.

    Parameters
    ----------
    projects
        Projects shown, in order, with `liste_orientations` (ids).
    orientations
        Orientations by id, with `titre_court` and `ordre`.
    only
        The only orientation shown, None for all.

    Returns
    -------
    list of Group
        In the document's order, without the orientations that no project has.
    """
    found = []
    for code, orientation in orientations.sort_values("ordre").iterrows():
        inside = [code in listed and code == (only or listed[0]) for listed in projects["liste_orientations"]]
        beside = [code in listed[1:] and only is None for listed in projects["liste_orientations"]]
        here, elsewhere = projects[inside], projects[beside]
        if here.empty and elsewhere.empty:
            continue
        also = "".join(f", et « {title} », classé plus haut" for title in elsewhere["titre"])
        found.append(Group(orientation["titre_court"], f"{pluriel(len(here), 'projet')}{also}", here))
    return found


def say(cell: Mapping[Any, Any], couche: str) -> Said:
    """Say what a cell holds."""
    look, status = LOOKS[cell["statut"]], cell["statut"]
    doubtful = cell["a_confirmer"] and status == LOCALISED
    return Said(
        look,
        look.sign + (DOUBT if doubtful else ""),
        f"{status}, périmètre {TO_CONFIRM}" if doubtful else status,
        measure(cell, couche),
        _fact(cell),
    )


def wide(filled: pd.DataFrame, projects: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """Turn the cells into one row per project and one column per commune, as the page shows them.

    Parameters
    ----------
    filled
        What `cells` gives, for the communes shown.

    Returns
    -------
    DataFrame
        Index `id_projet`; the project's columns, `mesure` (what the figures are) and one column per INSEE code.
    """
    couches = projects["couche"]
    said = [_said(cell, couches[cell["id_projet"]]) for cell in filled.to_dict("records")]
    width = len(communes)
    lines = [said[at : at + width] for at in range(0, len(said), width)]
    table = pd.DataFrame(lines, index=projects.index, columns=communes.index, dtype="str")
    named = projects[list(PROJECT_COLUMNS[1:])].assign(
        mesure=[MESURES[code].field.title if code in MESURES else NO_QPV for code in couches]
    )
    return named.join(table)


def wide_fields(communes: pd.DataFrame) -> tuple[Field, ...]:
    """Give the columns of `wide`.

    Parameters
    ----------
    communes
        Communes shown, with `nom`.
    """
    return (
        *LONG_FIELDS[:6],
        Field("mesure", "Mesure dans les cases", "texte"),
        *(Field(str(code), str(name), "texte") for code, name in communes["nom"].items()),
    )


def _said(cell: Mapping[Any, Any], couche: str) -> str:
    said = say(cell, couche)
    words = said.status + (f" ; {said.value}" if said.value is not None else "")
    return f"{words} ; suivi : {said.fact.words}" if said.fact.look else words


def _recorded(fact: Mapping[Any, Any] | None) -> dict[str, str]:
    if fact is None:
        return {"suivi": UNREAD, "suivi_detail": UNREAD}
    beyond = f", {BEYOND}" if fact["hors_promesse"] else ""
    return {"suivi": fact["fait"] + beyond, "suivi_detail": detail(fact)}


def _fact(cell: Mapping[Any, Any]) -> Fact:
    status, _, beyond = cell["suivi"].partition(", ")
    if status not in SIGNS:
        return Fact("", "", cell["suivi"])
    look = SIGNS[status]
    return Fact(look.name, look.sign + (BEYOND_SIGN if beyond else ""), cell["suivi_detail"])
