"""Promise against fact: what a project's text says of each commune, and what its records say was done there."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from errors import ArgumentError
from geo.territory import LOCALISED, METROPOLITAN

DONE: Final = "réalisé"
UNDER_WAY: Final = "engagé"
PLANNED: Final = "envisagé"
DROPPED: Final = "abandonné"
#: The furthest first: a commune is said to be where its furthest deployment is.
STATUSES: Final = (DONE, UNDER_WAY, PLANNED, DROPPED)
#: Statuses by which a project reaches a place, or will.
REACHING: Final = (DONE, UNDER_WAY, PLANNED)
NO_RECORD: Final = "aucun enregistrement"
#: What the text promises to a commune.
PROMISES: Final = (LOCALISED, METROPOLITAN)


def communes_of(deployments: pd.DataFrame, qpv: pd.DataFrame) -> pd.Series:
    """Give the communes that each deployment reaches.

    Parameters
    ----------
    deployments
        Deployments: `code_insee` and `code_qp`, one of them maybe missing.
    qpv
        QPV by code: `communes`, the list of INSEE codes that each one spans.

    Returns
    -------
    Series
        On the index of the deployments, lists of INSEE codes: the commune recorded, else those of its QPV, as a perimeter that names a QPV reads; empty for a QPV that is not in `qpv`.
    """
    spans = {str(code): [str(town) for town in towns] for code, towns in qpv["communes"].items()}
    reached = [
        spans.get(str(code_qp), []) if pd.isna(code_insee) else [str(code_insee)]
        for code_insee, code_qp in zip(deployments["code_insee"], deployments["code_qp"], strict=True)
    ]
    return pd.Series(reached, index=deployments.index, dtype=object)


def by_commune(promises: pd.DataFrame, deployments: pd.DataFrame, qpv: pd.DataFrame) -> pd.DataFrame:
    """Set what was recorded beside what was promised, for each project and commune.

    Parameters
    ----------
    promises
        What `geo.territory.projects_by_commune` gives: projects x communes.
    deployments
        The deployments that stand, withdrawn ones left out: `id_projet`, `code_insee`, `code_qp`, `statut`.
    qpv
        QPV by code, with `communes`.

    Returns
    -------
    DataFrame
        Index `id_projet`, `code_insee`, in the order of `promises`; `promesse`; `fait` (the furthest status recorded there, "abandonné" if nothing else is, "aucun enregistrement" without any: never a zero); `hors_promesse` (reached, or to be, though the text does not say so); and one count of deployments per status. Records of other projects or communes are left out.

    Raises
    ------
    ArgumentError
        A deployment has a status that is none of `STATUSES`.
    """
    unknown = sorted(set(deployments["statut"]) - set(STATUSES))
    if unknown:
        raise ArgumentError(f"statut inconnu : {', '.join(unknown)}")
    order = pd.MultiIndex.from_product([promises.index, promises.columns], names=["id_projet", "code_insee"])
    cells = pd.Series(promises.to_numpy().ravel(), index=order, dtype="str")
    located = deployments.assign(code_insee=communes_of(deployments, qpv)).explode("code_insee")
    counted = pd.crosstab([located["id_projet"], located["code_insee"]], located["statut"])
    counted = counted.reindex(index=cells.index, columns=list(STATUSES)).fillna(0).astype("int64")
    fact = pd.Series(NO_RECORD, index=cells.index, dtype="str")
    for status in reversed(STATUSES):
        fact = fact.mask(counted[status] > 0, status)
    beyond = fact.isin(REACHING) & ~cells.isin(PROMISES)
    return pd.DataFrame({"promesse": cells, "fait": fact, "hors_promesse": beyond}).join(counted)


def by_project(facts: pd.DataFrame) -> pd.DataFrame:
    """Count, for each project, the communes of its promise by what was recorded there.

    Parameters
    ----------
    facts
        What `by_commune` gives.

    Returns
    -------
    DataFrame
        Index `id_projet`, in order: `communes_promises`; one count of them per status and under "aucun enregistrement", which together make `communes_promises`; `communes_hors_promesse`.
    """
    promised = facts["promesse"].isin(PROMISES)
    names = [*STATUSES, NO_RECORD]
    order = facts.index.get_level_values("id_projet").unique()
    kept = facts[promised].reset_index()
    table = pd.crosstab(kept["id_projet"], kept["fait"])
    table = table.reindex(index=order, columns=names).fillna(0).astype("int64")
    table.insert(0, "communes_promises", table.sum(axis=1))
    table["communes_hors_promesse"] = facts["hors_promesse"].groupby("id_projet").sum()[order]
    return table.rename_axis("id_projet").rename_axis(None, axis="columns")


def years(deployments: pd.DataFrame) -> pd.DataFrame:
    """Give the first and the last year of each deployment, for an agenda.

    Parameters
    ----------
    deployments
        Deployments: `date_debut` and `date_fin`, either maybe missing.

    Returns
    -------
    DataFrame
        On their index, `premiere` and `derniere` (Int64): a deployment with one date has that year alone, one without a date has none.
    """
    start, end = deployments["date_debut"].dt.year, deployments["date_fin"].dt.year
    return pd.DataFrame(
        {"premiere": start.fillna(end).astype("Int64"), "derniere": end.fillna(start).astype("Int64")},
        index=deployments.index,
    )


def in_year(deployments: pd.DataFrame, year: int) -> Sequence[bool]:
    """Tell which deployments are of a year.

    Returns
    -------
    Sequence of bool
        One per deployment: those without a date are of no year.
    """
    spans = years(deployments)
    return ((spans["premiere"] <= year) & (spans["derniere"] >= year)).fillna(value=False).tolist()
