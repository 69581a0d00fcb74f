"""Projects x communes: what each project is to each commune and what is measured there, in cells and in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from facts.coverage import FIELDS as MEASURED
from facts.coverage import MESURES
from facts.fields import Field
from facts.follow_up import BEYOND, BEYOND_MEANING, BEYOND_SIGN, NO_RECORD_MEANING, SIGNS, UNREAD, detail
from geo.follow_up import NO_RECORD
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
from loaders.catalogue import Source
from words.formats import HORS_PERIMETRE, NON_DIFFUSE, NON_TELECHARGEE, figure, pluriel

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
    """One line of the legend: the name of a look, "" without one; what it is called, "" if `sign` says it."""

    look: str
    sign: str
    name: str
    meaning: str


class Group(NamedTuple):
    """The projects of one orientation; how many stand under it, and which stand higher up, in French."""

    title: str
    number: str
    projects: pd.DataFrame


class Fact(NamedTuple):
    """What the records say in a cell: status in style sheets and symbol, marked where the text promises nothing, or ""."""

    look: str
    sign: str
    words: str


class Said(NamedTuple):
    """What a cell says: its symbol, with a doubt if there is one; the figure or why there is none, None where unmeasured."""

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
    """Give the columns of `wide` for the communes shown."""
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


def notes(project: pd.Series, sources: Mapping[str, Source]) -> list[str]:
    """Say under a project's title what its row holds."""
    said = [f"périmètre {TO_CONFIRM}"] if project["a_confirmer"] else []
    couche = project["couche"]
    if couche not in MESURES:
        return said
    source = sources[couche]
    year = f" ({source.date.year})" if MESURES[couche].dated and source.date else ""
    return [*said, MESURES[couche].nom + year]


def legend(filled: pd.DataFrame, couches: Sequence[str]) -> list[Line]:
    """Explain the symbols of the matrix that `cells` gives."""
    lines = []
    for status, look in LOOKS.items():
        lines.append(Line(look.name, look.sign, status, look.meaning))
        if status == LOCALISED and filled["a_confirmer"].any():
            lines.append(
                Line(
                    look.name,
                    look.sign + DOUBT,
                    f"{status}, périmètre {TO_CONFIRM}",
                    "le périmètre est une lecture du texte par l'atlas, à confirmer",
                )
            )
    lines += _legend_of_facts(filled)
    fields = [MESURES[couche].field for couche in couches if couche in MESURES]
    if fields:
        lines.append(
            Line(
                "",
                "chiffre",
                "",
                "dans un projet qui agit sur des équipements, leur couverture dans la commune, détaillée sous la matrice",
            )
        )
    values = {value for field in fields for value in filled[field.column] if isinstance(value, str)}
    return [
        *lines,
        *(Line("", short, reason, MEANINGS[reason]) for reason, short in SHORT.items() if reason in values),
    ]


def details(couches: Sequence[str], sources: Mapping[str, Source]) -> list[str]:
    """Say how each measure of the matrix is computed, with its vintage.

    Returns
    -------
    list of str
        French sentences, none without a measure.
    """
    return [
        f"{MESURES[couche].nom[0].upper()}{MESURES[couche].nom[1:]} : {MESURES[couche].detail} ({sources[couche].millesime})."
        for couche in couches
        if couche in MESURES
    ]


def finding(projects: pd.DataFrame, filled: pd.DataFrame, *, filtered: bool) -> str:
    """Say in one sentence what the matrix shows."""
    if projects.empty:
        return "Aucun projet ne répond à ces filtres."
    places = filled.loc[filled["statut"] == LOCALISED, "commune"].unique()
    where = f" ({', '.join(places)})" if len(places) else ""
    local = int((projects["perimetre"] != METROPOLE).sum())
    measured = int(projects["couche"].isin(MESURES).sum())
    kept = " que les filtres retiennent" if filtered else " de coopération"
    return (
        f"Sur {pluriel(len(projects), 'projet')}{kept}, {some(local, 'nomme', 'nomment')} un lieu{where}, "
        f"{some(len(projects) - local, 'vise', 'visent')} tout le territoire "
        f"et {some(measured, 'agit', 'agissent')} sur des équipements que l'atlas mesure."
    )


def some(count: int, singular: str, plural: str) -> str:
    """Write how many do something."""
    if count == 0:
        joint = "n'" if singular[0] in "aeiouhé" else "ne "
        return f"aucun {joint}{singular}"
    return pluriel(count, singular, plural)


def _legend_of_facts(filled: pd.DataFrame) -> list[Line]:
    """Explain the squares that can be seen; where the records could not be read, say so."""
    if (filled["suivi"] == UNREAD).all():
        return [Line("", "sans carré", UNREAD, "les enregistrements des partenaires n'ont pas pu être lus")]
    seen = {status for text in filled["suivi"] for status in (text, text.partition(", ")[0])}
    lines = [
        Line(f"fait-{look.name}", look.sign, f"suivi, {status}", look.meaning)
        for status, look in SIGNS.items()
        if status in seen
    ]
    if filled["suivi"].str.endswith(BEYOND).any():
        lines.append(Line("", f"{SIGNS['réalisé'].sign}{BEYOND_SIGN}", BEYOND, BEYOND_MEANING))
    return [*lines, Line("", "sans carré", NO_RECORD, NO_RECORD_MEANING)]
