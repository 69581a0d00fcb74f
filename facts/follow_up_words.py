"""What was recorded of the projects, in sentences: how far they are, beside what the texts promise."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from facts.follow_up import BEYOND, PLURALS, FollowUp
from geo.follow_up import DROPPED, NO_RECORD, REACHING, STATUSES
from words.formats import pluriel


def detail(cell: Mapping[Any, Any]) -> str:
    """Say what a cell of `facts` holds.

    Returns
    -------
    str
        Such as "2 réalisés, 1 engagé" or "aucun enregistrement".
    """
    if cell["fait"] == NO_RECORD:
        return NO_RECORD
    said = ", ".join(pluriel(cell[s], s, PLURALS[s]) for s in STATUSES if cell[s])
    return f"{said}, {BEYOND}" if cell["hors_promesse"] else said


def finding(followed: FollowUp, facts_: pd.DataFrame) -> str:
    """Say in one sentence what was recorded."""
    rows = followed.deployments
    if rows.empty:
        return (
            "Aucun déploiement n'est encore enregistré : la couverture que montrent les autres pages est celle que "
            "les textes promettent, pas un constat."
        )
    counts = rows["statut"].value_counts()
    said = ", ".join(pluriel(counts[s], s, PLURALS[s]) for s in STATUSES if s in counts)
    reached = facts_[facts_["fait"].isin(REACHING)]
    projects = reached.index.get_level_values("id_projet")
    towns = reached.index.get_level_values("code_insee")
    all_projects, all_towns = (level.nunique() for level in _levels(facts_))
    return (
        f"{pluriel(len(rows), 'déploiement enregistré', 'déploiements enregistrés')} ({said}), pour "
        f"{pluriel(projects.nunique(), 'projet')} sur {all_projects} et dans "
        f"{pluriel(towns.nunique(), 'commune')} sur {all_towns}."
    )


def observed(counts: Mapping[Any, Any]) -> str:
    """Say what was recorded in the communes that a project's text concerns.

    Parameters
    ----------
    counts
        A row of `geo.follow_up.by_project`.

    Returns
    -------
    str
        Such as "réalisé : 2 communes ; aucun enregistrement : 12 communes", "aucun enregistrement" if there is none: never a zero.
    """
    if counts[NO_RECORD] == counts["communes_promises"]:
        return NO_RECORD
    names = {**{status: status for status in REACHING}, DROPPED: "tout abandonné", NO_RECORD: NO_RECORD}
    return " ; ".join(
        f"{name} : {pluriel(counts[key], 'commune')}" for key, name in names.items() if counts[key]
    )


def beyond(facts_: pd.DataFrame, id_projet: str, names: Mapping[str, str]) -> str:
    """Name the communes that a project reaches, or will, though its text does not concern them.

    Parameters
    ----------
    names
        Name of each commune by INSEE code.

    Returns
    -------
    str
        Their names, "aucune" without any.
    """
    own = facts_.loc[[id_projet]]
    codes = own.index.get_level_values("code_insee")[own["hors_promesse"]]
    return ", ".join(f"{names[code]} ({own.loc[(id_projet, code), 'fait']})" for code in codes) or "aucune"


def balance(counts: Mapping[Any, Any]) -> str:
    """Say of one project how the records stand beside its promise.

    Parameters
    ----------
    counts
        A row of `geo.follow_up.by_project`.
    """
    total = counts["communes_promises"]
    said = [f"{counts[s]} avec un déploiement {s}" for s in REACHING if counts[s]]
    if counts[DROPPED]:
        said.append(f"{counts[DROPPED]} où tout est abandonné")
    if counts[NO_RECORD]:
        said.append(f"{counts[NO_RECORD]} sans aucun enregistrement")
    text = f"Le texte concerne {pluriel(total, 'commune')} : {', '.join(said)}." if total else ""
    if beyond := counts["communes_hors_promesse"]:
        text += f" {pluriel(beyond, 'commune')} {BEYOND} : des enregistrements y disent le projet présent ou prévu."
    return text.strip()


def _levels(facts_: pd.DataFrame) -> Sequence[pd.Index]:
    return [facts_.index.get_level_values(name) for name in ("id_projet", "code_insee")]
