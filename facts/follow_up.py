"""What was recorded of the projects, in words: deployments, the values of indicators, promise against fact."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import pandas as pd

from facts.fields import Field
from geo.follow_up import DONE, DROPPED, PLANNED, UNDER_WAY, by_commune
from geo.territory import projects_by_commune
from loaders.catalogue import Source
from words import clock
from words.formats import grouped, moment

SOURCE_ID: Final = "suivi"
NOT_STATED: Final = "non précisé"
#: What stands where the records could not be read.
UNREAD: Final = "suivi non lu"
BEYOND: Final = "hors du périmètre du texte"
BEYOND_SIGN: Final = "+"
PLURALS: Final[Mapping[str, str]] = {
    DONE: "réalisés",
    UNDER_WAY: "engagés",
    PLANNED: "envisagés",
    DROPPED: "abandonnés",
}


class Sign(NamedTuple):
    """How a status looks: a square that fills up, beside the circles of the promise.

    Attributes
    ----------
    couleur
        Its colour, at 4.5:1 at least on white.
    """

    name: str
    sign: str
    couleur: str
    meaning: str


SIGNS: Final[Mapping[str, Sign]] = {
    DONE: Sign("realise", "■", "#00614A", "le déploiement le plus avancé enregistré dans la commune est réalisé"),
    UNDER_WAY: Sign("engage", "◧", "#8A4B08", "le plus avancé y est engagé"),
    PLANNED: Sign("envisage", "□", "#6A3D9A", "le plus avancé y est envisagé"),
    DROPPED: Sign("abandonne", "×", "#45505E", "tout ce qui y était enregistré est abandonné"),
}  # fmt: skip
NO_RECORD_MEANING: Final = (
    "personne n'a encore rien enregistré dans la commune ; cela ne dit pas que rien n'y est fait"
)
BEYOND_MEANING: Final = (
    "le texte ne promet rien à cette commune, un enregistrement la dit atteinte ou à atteindre"
)

DEPLOYMENT_FIELDS: Final = (
    Field("titre", "Projet", "texte"),
    Field("statut", "Statut", "texte"),
    Field("commune", "Commune", "texte"),
    Field("qpv", "QPV", "texte"),
    Field("lieu", "Lieu", "texte"),
    Field("debut", "Début", "date"),
    Field("fin", "Fin", "date"),
    Field("partenaire", "Partenaire chef de file", "texte"),
    Field("note", "Note", "texte"),
    Field("author", "Enregistré par", "texte"),
    Field("jour", "Enregistré le", "date"),
)
INDICATOR_FIELDS: Final = (
    Field("indicateur", "Indicateur", "texte"),
    Field("titre", "Projet", "texte"),
    Field("territoire", "Territoire", "texte"),
    Field("debut", "Début de la période", "date"),
    Field("fin", "Fin de la période", "date"),
    Field("lue", "Valeur", "texte"),
    Field("unite", "Unité", "texte"),
    Field("source", "Source de la valeur", "texte"),
    Field("author", "Enregistré par", "texte"),
    Field("jour", "Enregistré le", "date"),
)
WHOLE: Final = "ensemble du contrat"


@dataclass(frozen=True, eq=False)
class FollowUp:
    """What the partners recorded, as read at one moment.

    Attributes
    ----------
    deployments
        The deployments that stand, indexed by record: `id_projet`, `statut`, `code_insee`, `code_qp`, `lieu`, `lon`,
        `lat`, `date_debut`, `date_fin`, `partenaire`, `note`, `version`, `author`, `written_at`.
    indicators
        The values that stand, indexed by record: `id_projet`, `indicateur`, `periode_debut`, `periode_fin`,
        `echelle`, `code`, `valeur`, `texte`, `unite`, `source`, `version`, `author`, `written_at`.
    fault
        Why they are not of now, in French; "" if they are.
    """

    deployments: pd.DataFrame
    indicators: pd.DataFrame
    read_at: dt.datetime
    fault: str = ""
    revision: tuple[int, ...] = ()


def source_of(followed: FollowUp) -> Source:
    """Describe the records as the catalogue describes a source."""
    count = len(followed.deployments) + len(followed.indicators)
    return Source(
        source_id=SOURCE_ID,
        titre="suivi des projets par les partenaires",
        producteur="partenaires du contrat",
        millesime=f"lu le {moment(followed.read_at)}",
        date=clock.local(followed.read_at).date(),
        licence="lecture publique, réutilisation à demander à l'éditeur de l'atlas",
        attribution="Source : enregistrements des partenaires dans l'atlas",
        adresse="page Suivi de l'atlas",
        fichier="base du suivi",
        lignes_lues=count,
        lignes_gardees=count,
        limites="Ce que les partenaires ont enregistré, sans contrôle sur place : ce qui n'est pas enregistré n'est pas "
        "absent pour autant.",
    )


def facts(
    followed: FollowUp | None, projects: pd.DataFrame, communes: pd.DataFrame, qpv: pd.DataFrame
) -> pd.DataFrame | None:
    """Set the records beside the promise of the texts.

    Parameters
    ----------
    followed
        What was read, None if nothing could be.
    """
    if followed is None:
        return None
    return by_commune(projects_by_commune(projects, communes, qpv), followed.deployments, qpv)


def deployments(
    followed: FollowUp, projects: pd.DataFrame, communes: pd.DataFrame, qpv: pd.DataFrame
) -> pd.DataFrame:
    """Write the deployments out, for tables and files.

    Parameters
    ----------
    projects, communes, qpv
        With `titre`, `nom` and `lib_qp`.

    Returns
    -------
    DataFrame
        The same rows, the last recorded first, with the columns of `DEPLOYMENT_FIELDS`: what was left blank reads "non précisé".
    """
    rows = followed.deployments.sort_values("written_at", ascending=False, kind="stable")
    return rows.assign(
        titre=_named(rows["id_projet"], projects["titre"]),
        commune=_named(rows["code_insee"], communes["nom"]),
        qpv=_named(rows["code_qp"], qpv["lib_qp"]),
        lieu=_said(rows["lieu"]),
        debut=_days(rows["date_debut"]),
        fin=_days(rows["date_fin"]),
        partenaire=_said(rows["partenaire"]),
        note=_said(rows["note"]),
        jour=_local_days(rows["written_at"]),
    )


def indicators(
    followed: FollowUp, projects: pd.DataFrame, communes: pd.DataFrame, qpv: pd.DataFrame
) -> pd.DataFrame:
    """Write the values of indicators out, for tables and files.

    Parameters
    ----------
    projects, communes, qpv
        With `titre`, `nom` and `lib_qp`.

    Returns
    -------
    DataFrame
        The same rows, by project, indicator, territory and period, with the columns of `INDICATOR_FIELDS`.
    """
    rows = followed.indicators
    names = pd.concat([communes["nom"], qpv["lib_qp"]])
    rows = rows.assign(
        titre=_named(rows["id_projet"], projects["titre"]),
        territoire=_named(rows["code"], names, missing=WHOLE),
        debut=_days(rows["periode_debut"]),
        fin=_days(rows["periode_fin"]),
        lue=[
            texte if pd.isna(valeur) else grouped(valeur)
            for valeur, texte in zip(rows["valeur"], rows["texte"], strict=True)
        ],
        unite=_said(rows["unite"]),
        jour=_local_days(rows["written_at"]),
    )
    return rows.sort_values(["id_projet", "indicateur", "territoire", "periode_debut"], kind="stable")


def _named(codes: pd.Series, names: pd.Series, *, missing: str = NOT_STATED) -> list[str]:
    known = dict(names)
    return [missing if pd.isna(code) else str(known.get(code, f"{code} (inconnu)")) for code in codes]


def _said(texts: pd.Series) -> list[str]:
    return [text if isinstance(text, str) and text.strip() else NOT_STATED for text in texts]


def _days(times: pd.Series) -> pd.Series:
    days = [NOT_STATED if pd.isna(when) else when.date() for when in times]
    return pd.Series(days, index=times.index, dtype=object)


def _local_days(times: pd.Series) -> pd.Series:
    days = [clock.local(when.to_pydatetime()).date() for when in times]
    return pd.Series(days, index=times.index, dtype=object)
