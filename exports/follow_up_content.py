"""What the sheets of a project and of a commune say of the follow-up."""

from typing import Final

import pandas as pd

from exports import blocks
from facts import follow_up, follow_up_words
from facts.follow_up import FollowUp
from facts.snapshot import Snapshot
from geo.follow_up import by_project, communes_of
from words.formats import moment

#: A sheet lists the last recorded; the whole list is on page Suivi.
MOST: Final = 20
_OF_PROJECT: Final = ("commune", "qpv", "lieu", "statut", "debut", "fin", "partenaire")
_OF_COMMUNE: Final = ("titre", "qpv", "lieu", "statut", "debut", "fin", "partenaire")
_OF_INDICATOR: Final = ("indicateur", "territoire", "debut", "fin", "lue", "unite", "source")


def of_project(suivi: FollowUp | None, id_projet: str, held: Snapshot) -> list[blocks.Block]:
    """Write what was recorded of a project.

    Parameters
    ----------
    suivi
        What was read, None if nothing could be.
    """
    if suivi is None:
        return _unread()
    frames = held
    project = held.projects_in_order.loc[[id_projet]]
    promised = follow_up.facts(suivi, project, held.communes_in_order, frames.qpv)
    rows = follow_up.deployments(suivi, held.projects_in_order, held.communes_in_order, frames.qpv)
    values = follow_up.indicators(suivi, held.projects_in_order, held.communes_in_order, frames.qpv)
    parts = [blocks.title("Suivi")]
    if promised is not None:
        parts.append(blocks.text(follow_up_words.balance(by_project(promised).to_dict("index")[id_projet])))
    parts += _listed(rows[rows["id_projet"] == id_projet], _OF_PROJECT, suivi, held)
    own = values[values["id_projet"] == id_projet]
    if own.empty:
        return [*parts, blocks.text("Indicateurs de réussite : aucune valeur enregistrée.")]
    fields = [field for field in follow_up.INDICATOR_FIELDS if field.column in _OF_INDICATOR]
    shown = own.tail(MOST)
    caption = _counted("Valeurs enregistrées des indicateurs", len(shown), len(own))
    return [*parts, blocks.table(shown, fields, sources=frames.sources, caption=caption)]


def of_commune(suivi: FollowUp | None, code_insee: str, held: Snapshot) -> list[blocks.Block]:
    """Write what was recorded in a commune.

    Parameters
    ----------
    suivi
        What was read, None if nothing could be.
    """
    if suivi is None:
        return _unread()
    rows = follow_up.deployments(suivi, held.projects_in_order, held.communes_in_order, held.qpv)
    inside = [code_insee in codes for codes in communes_of(rows, held.qpv)]
    return [blocks.title("Suivi"), *_listed(rows[inside], _OF_COMMUNE, suivi, held)]


def _unread() -> list[blocks.Block]:
    return [blocks.title("Suivi"), blocks.text("Les enregistrements des partenaires n'ont pas été lus.")]


def _listed(
    rows: pd.DataFrame, columns: tuple[str, ...], suivi: FollowUp, held: Snapshot
) -> list[blocks.Block]:
    read = f"Enregistrements des partenaires, lus le {moment(suivi.read_at)}. {suivi.fault}".strip()
    if rows.empty:
        return [
            blocks.text(f"Déploiements : aucun enregistrement. {read} Cela ne dit pas que rien n'est fait.")
        ]
    fields = [
        next(field for field in follow_up.DEPLOYMENT_FIELDS if field.column == column) for column in columns
    ]
    shown = rows.head(MOST)
    rest = " Les autres sont sur la page Suivi." if len(shown) < len(rows) else ""
    caption = _counted("Déploiements enregistrés", len(shown), len(rows))
    return [blocks.table(shown, fields, sources=held.sources, caption=caption, remark=f"{read}{rest}")]


def _counted(title: str, shown: int, total: int) -> str:
    return f"{title} ({total})" if shown == total else f"{title} (les {shown} derniers sur {total})"
