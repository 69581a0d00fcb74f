"""What was recorded of the projects, in tables and sentences: deployments, values of indicators, promise against fact."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pandas as pd

from facts.fields import Field
from facts.frames import Frames
from geo.follow_up import DONE, DROPPED, NO_RECORD, PLANNED, REACHING, STATUSES, UNDER_WAY, by_commune
from geo.territory import projects_by_commune
from loaders.catalogue import Source
from words import clock
from words.formats import grouped, moment, pluriel

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

    @property
    def reading(self) -> str:
        """Say whose records they are, when they were read, and why they are not of now."""
        return f"Enregistrements des partenaires, lus le {moment(self.read_at)}. {self.fault}".strip()


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


def facts(followed: FollowUp | None, held: Frames) -> pd.DataFrame | None:
    """Set the records beside the promise of the texts, for all the projects and communes.

    Parameters
    ----------
    followed
        What was read, None if nothing could be.
    """
    if followed is None:
        return None
    promised = projects_by_commune(held.projects, held.communes, held.qpv)
    return by_commune(promised, followed.deployments, held.qpv)


def deployments(followed: FollowUp, held: Frames) -> pd.DataFrame:
    """Write the deployments out, for tables and files.

    Returns
    -------
    DataFrame
        The same rows, the last recorded first, with the columns of `DEPLOYMENT_FIELDS`: what was left blank reads "non précisé".
    """
    rows = followed.deployments.sort_values("written_at", ascending=False, kind="stable")
    return rows.assign(
        titre=_named(rows["id_projet"], held.projects["titre"]),
        commune=_named(rows["code_insee"], held.communes["nom"]),
        qpv=_named(rows["code_qp"], held.qpv["lib_qp"]),
        lieu=_said(rows["lieu"]),
        debut=_days(rows["date_debut"]),
        fin=_days(rows["date_fin"]),
        partenaire=_said(rows["partenaire"]),
        note=_said(rows["note"]),
        jour=_local_days(rows["written_at"]),
    )


def indicators(followed: FollowUp, held: Frames) -> pd.DataFrame:
    """Write the values of indicators out, for tables and files.

    Returns
    -------
    DataFrame
        The same rows, by project, indicator, territory and period, with the columns of `INDICATOR_FIELDS`.
    """
    rows = followed.indicators
    rows = rows.assign(
        titre=_named(rows["id_projet"], held.projects["titre"]),
        territoire=_named(rows["code"], pd.concat([held.communes["nom"], held.qpv["lib_qp"]]), missing=WHOLE),
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
    all_projects, all_towns = (
        facts_.index.get_level_values(name).nunique() for name in ("id_projet", "code_insee")
    )
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
