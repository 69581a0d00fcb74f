"""What every file that a user brings has in common: rows set aside with what to do, and a source that is the user's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, TypeVar

import pandas as pd

from loaders.formats.cells import SHEET_ERROR
from loaders.formats.encodings import LOST
from loaders.formats.grids import CUT_SHORT, MISCUT
from loaders.quality import KEPT, SET_ASIDE, Reading, Report

#: What to do about the faults that any table may have.
MENDS: Final = {
    MISCUT: "vérifier les séparateurs et les guillemets de la ligne",
    CUT_SHORT: "compléter la ligne ; si c'est la dernière, exporter de nouveau le fichier entier",
    LOST: "écrire de nouveau ce texte, dont une lettre manque ou est mal lue",
    SHEET_ERROR: "corriger la formule, puis recopier la colonne en valeurs",
}

FrameT = TypeVar("FrameT", bound=pd.DataFrame)


@dataclass(frozen=True)
class Given(Reading[FrameT]):
    """A user's file as it was read: what is kept, the faults, and every row as the file gave it.

    Attributes
    ----------
    rows
        Every row of the file as text, indexed by line.
    """

    mends: ClassVar[Mapping[str, str]] = MENDS

    rows: pd.DataFrame = field(default_factory=pd.DataFrame)

    @classmethod
    def mend(cls, fault: str) -> str:
        """Say what to do about a fault, whatever it adds in brackets or after a colon; without a full stop."""
        return cls.mends[fault.partition(" (")[0].partition(" : ")[0]]

    def faults(self) -> pd.DataFrame:
        """List the faults found, in order of line.

        Returns
        -------
        DataFrame
            `ligne`, `identifiant`, `faute`, `valeur`, `suite` and `a_faire`.
        """
        found = self.report.frame().drop(columns="source_id").reset_index(drop=True)
        mends = {fault: self.mend(fault) for fault in found["faute"].unique()}
        return found.assign(a_faire=found["faute"].map(mends).astype("str"))

    def set_aside(self) -> pd.DataFrame:
        """Give the rows set aside as the file gave them, each with all its faults and what to do.

        Returns
        -------
        DataFrame
            Indexed by `ligne`: the columns of the file, `faute` and `a_faire`.
        """
        found = self.faults()
        found = found[found["suite"] == SET_ASIDE].astype({"faute": object, "a_faire": object})
        by_line = found.groupby("ligne")
        told = {name: by_line[name].agg(" ; ".join) for name in ("faute", "a_faire")}
        return self.rows.loc[told["faute"].index].assign(**told)


def report_damaged(report: Report, damaged: pd.Series) -> None:
    """Report the rows that are kept and lost a letter, each with the cells that did."""
    aside = {fault.ligne for fault in report.faults if fault.suite == SET_ASIDE}
    kept = damaged[~damaged.index.isin(list(aside))]
    report.add(kept, LOST, KEPT, kept)


def described(report: Report, name: str) -> dict[str, Any]:
    """Describe a file that is not kept, as the catalogue's `Source` wants it: where it comes from, and its rows."""
    return {
        "adresse": "fichier importé par l'utilisateur, non conservé",
        "fichier": name,
        "lignes_lues": report.lignes_lues,
        "lignes_gardees": report.lignes_gardees,
        "lignes_ecartees": report.lignes_ecartees,
    }
