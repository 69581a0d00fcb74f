"""Which projects concern one commune, and how many concern each commune."""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from facts.coverage import MESURES, towns
from facts.fields import Field
from facts.matrix import STATUSES, TO_CONFIRM, measure
from facts.matrix_words import some
from geo.territory import LOCALISED, METROPOLITAN, NO_QPV, NOT_CONCERNED, qpv_of_project
from loaders.projects import NO_LAYER
from words.formats import pluriel
from words.missing import NON_LUE

SITUATIONS: Final[Mapping[str, str]] = {
    LOCALISED: "Projets localisés",
    METROPOLITAN: "Projets métropolitains",
    NOT_CONCERNED: "Projets localisés ailleurs",
}
FIELDS: Final = (
    Field("titre", "Projet", "texte"),
    Field("statut", "Situation", "texte"),
    Field("orientations", "Orientation", "texte"),
    Field("registre", "Registre", "texte"),
    Field("qpv_touches", "QPV de la commune touchés", "entier"),
    Field("mesure", "Mesuré dans la commune", "texte"),
    Field("suivi", "Déploiements enregistrés", "texte"),
)
OVERVIEW_FIELDS: Final = (
    Field("nom", "Commune", "texte"),
    Field("statut_commune", "Statut", "texte"),
    Field("nb_qpv", "QPV", "entier"),
    Field("population_qpv", "Habitants des QPV", "entier", "indicateurs"),
    *(Field(status, title, "entier") for status, title in SITUATIONS.items()),
)


def rows(
    filled: pd.DataFrame,
    projects: pd.DataFrame,
    commune: str,
    *,
    qpv: gpd.GeoDataFrame,
    arrondissements: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """List the projects of a commune, those that name it first.

    Parameters
    ----------
    filled
        What `matrix.cells` gives, for this commune at least.
    commune
        INSEE code.
    qpv, arrondissements
        Outlines in EPSG:2154.

    Returns
    -------
    DataFrame
        Index `id_projet`; the columns of `FIELDS`. Empty in a commune without QPV that no project names.
    """
    here = filled[(filled["code_insee"] == commune) & (filled["statut"] != NO_QPV)].set_index("id_projet")
    order = here["statut"].map(STATUSES.index)
    here = here.loc[order.sort_values(kind="stable").index]
    own = {str(code) for code, codes in qpv["communes"].items() if commune in codes}
    touched = [
        len(own.intersection(qpv_of_project(projects.loc[code], qpv, arrondissements))) for code in here.index
    ]
    doubt = here["a_confirmer"] & (here["statut"] == LOCALISED)
    return pd.DataFrame(
        {
            "titre": here["titre"],
            "statut": here["statut"].where(~doubt, here["statut"] + f", périmètre {TO_CONFIRM}"),
            "orientations": here["orientations"],
            "registre": here["registre"],
            "qpv_touches": touched,
            "mesure": [
                _measured(cell, projects.loc[code, "couche"])
                for code, cell in zip(here.index, here.to_dict("records"), strict=True)
            ],
            "suivi": here["suivi_detail"],
        },
        index=here.index,
        columns=[field.column for field in FIELDS],
    )


def overview(filled: pd.DataFrame, communes: pd.DataFrame, qpv: pd.DataFrame) -> pd.DataFrame:
    """Count the projects of each commune by situation.

    Parameters
    ----------
    filled
        What `matrix.cells` gives for all the projects and communes.
    communes
        The communes, with `nom`, `statut` and `a_confirmer`.
    qpv
        QPV, with `communes` and `population`.

    Returns
    -------
    DataFrame
        On the index of `communes`; the columns of `OVERVIEW_FIELDS`, "sans objet" without a QPV.
    """
    tally = pd.DataFrame(
        {status: filled.loc[filled["statut"] == status, "code_insee"].value_counts() for status in STATUSES}
    )
    tally = tally.reindex(communes.index).fillna(0).astype(int)
    doubt = communes["a_confirmer"].map({True: f" ({TO_CONFIRM})", False: ""})
    table = pd.DataFrame({"nom": communes["nom"], "statut_commune": communes["statut"] + doubt})
    table = table.join(towns(communes, qpv)).join(tally.drop(columns=NO_QPV).astype(object))
    void = tally[NO_QPV] > 0
    table.loc[void, [METROPOLITAN, NOT_CONCERNED]] = NO_QPV
    table.loc[void & (tally[LOCALISED] == 0), LOCALISED] = NO_QPV
    return table


def counts(listed: pd.DataFrame) -> dict[str, int]:
    """Count the projects of a commune by situation.

    Parameters
    ----------
    listed
        What `rows` gives, or the commune's cells of the matrix.
    """
    return {status: int(listed["statut"].str.startswith(status).sum()) for status in SITUATIONS}


def finding(name: str, listed: pd.DataFrame) -> str:
    """Say in one sentence which projects concern a commune."""
    number = counts(listed)
    if not any(number.values()):
        return f"{name} n'a aucun QPV : la question de savoir quels projets la concernent est sans objet."
    named = number[LOCALISED]
    naming = pluriel(named, "projet nomme", "projets nomment") if named else "aucun projet ne nomme"
    return (
        f"{name} : {naming} la commune, {some(number[METROPOLITAN], 'la concerne', 'la concernent')} par le "
        f"périmètre de tout le territoire et {some(number[NOT_CONCERNED], 'est localisé', 'sont localisés')} ailleurs."
    )


def why_void(name: str, commune: Mapping[str, Any]) -> str:
    """Explain why the question has no object in a commune.

    Parameters
    ----------
    commune
        Its row, with `statut` and `a_confirmer`.
    """
    text = (
        f"Les projets de coopération agissent pour les habitants des quartiers prioritaires. {name} n'en a aucun : "
        "aucun projet ne peut y être dit métropolitain ou non concerné, et rien n'y est mesuré."
    )
    if commune["a_confirmer"]:
        text += (
            f" Son statut de « {commune['statut']} » est lui-même {TO_CONFIRM} : le contrat ne nomme pas toutes "
            "ses communes, et pas celle-là."
        )
    return text


def _measured(cell: Mapping[Any, Any], couche: str) -> str:
    text = measure(cell, couche)
    if text is None:
        return couche if couche == NON_LUE else NO_LAYER
    title = MESURES[couche].field.title
    return f"{text} ({title[0].lower()}{title[1:]})"
