"""What a loader found wrong in the rows of a file, and what it did about it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import pandas as pd

from errors import SourceContentError
from loaders import checksums
from loaders.formats.texts import read_csv, read_text
from loaders.paths import DATA, within
from words.formats import grouped

REPORT_FILE = DATA / checksums.QUALITY
COLUMNS = ["source_id", "ligne", "identifiant", "faute", "valeur", "suite"]

SET_ASIDE = "écartée"
MENDED = "corrigée"
KEPT = "conservée"

#: Largest share of rows at fault of a file that is still believed, but where its loader has another.
MAX_FAULTY_SHARE = 0.1
#: A row of another territory is set aside without being a fault of the file.
OFF_TERRITORY = "hors du périmètre de l'atlas"
#: More such rows are counted, not listed: a national file has some thousands.
LISTED = 200
#: A report shows no more of a cell of a user's file.
LONGEST = 80

FrameT = TypeVar("FrameT", bound=pd.DataFrame)


@dataclass(frozen=True)
class Fault:
    """One fault of one row.

    Attributes
    ----------
    suite
        What was done: `SET_ASIDE`, `MENDED` or `KEPT`.
    """

    ligne: int
    identifiant: str
    faute: str
    valeur: str
    suite: str


@dataclass
class Report:
    """The faults of one file, gathered while it is read.

    Attributes
    ----------
    ids
        How each row is called, on an index that holds its line.
    longest
        How much of a value is shown; None for all.
    counted
        Reason to number of rows that are sound and belong elsewhere, too many to be listed.
    """

    source_id: str
    lignes_lues: int
    ids: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))
    longest: int | None = None
    faults: list[Fault] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        rows: pd.DataFrame | pd.Series,
        faute: str | pd.Series,
        suite: str,
        values: pd.Series | None = None,
    ) -> None:
        """Add one fault per row.

        Parameters
        ----------
        rows
            The rows at fault, indexed by line.
        faute
            What is wrong with them, or with each.
        values
            Value at fault of each row, on an index that holds these lines; None if there is none to show.
        """
        lines = rows.index
        told = [faute] * len(lines) if isinstance(faute, str) else faute.loc[lines]
        said = [""] * len(lines) if values is None else values.loc[lines]
        for line, identifiant, fault, value in zip(lines, self.ids.loc[lines], told, said, strict=True):
            text = str(value)[: self.longest]
            self.faults.append(Fault(int(line), str(identifiant), str(fault), text, suite))

    def add_elsewhere(self, frame: pd.DataFrame, detail: str, values: pd.Series) -> None:
        """Set aside rows that are sound and belong elsewhere: listed while they are few, else counted.

        Parameters
        ----------
        frame
            The rows, indexed by line.
        """
        if len(frame) > LISTED:
            self.count_elsewhere(len(frame), detail)
        else:
            self.add(frame, f"{OFF_TERRITORY} ({detail})", SET_ASIDE, values)

    def count_elsewhere(self, count: int, detail: str) -> None:
        """Set aside rows that are sound and belong elsewhere, without listing them.

        Parameters
        ----------
        count
            How many; none of them is in `faults`.
        """
        if count:
            reason = f"{OFF_TERRITORY} ({detail})"
            self.counted[reason] = self.counted.get(reason, 0) + count

    @property
    def lignes_ecartees(self) -> int:
        """Count the rows set aside, each once."""
        listed = {fault.ligne for fault in self.faults if fault.suite == SET_ASIDE}
        return len(listed) + sum(self.counted.values())

    @property
    def lignes_gardees(self) -> int:
        """Count the rows kept: those read less those set aside."""
        return self.lignes_lues - self.lignes_ecartees

    def check(self, path: Path, *, max_faulty_share: float | None = None) -> None:
        """Refuse the file once too many of its rows are at fault.

        Parameters
        ----------
        max_faulty_share
            Largest share of rows at fault, in [0, 1], `MAX_FAULTY_SHARE` by default; rows of another territory are not faults, and those that are
            counted without being listed are left out of the whole.

        Raises
        ------
        SourceContentError
            If more rows are at fault, or if no row is kept.
        """
        faulty = [fault for fault in self.faults if not fault.faute.startswith(OFF_TERRITORY)]
        lines = {fault.ligne for fault in faulty}
        share = MAX_FAULTY_SHARE if max_faulty_share is None else max_faulty_share
        about = self.lignes_lues - sum(self.counted.values())
        if about and len(lines) / about > share:
            worst = pd.Series([fault.faute for fault in faulty]).mode()[0]
            first = min(faulty, key=lambda fault: fault.ligne)
            raise SourceContentError(
                path,
                f"{len(lines)} lignes fautives sur {about} (au plus {share:.0%} sont admises) ; "
                f"faute la plus fréquente : {worst} ; première : ligne {first.ligne}, « {first.valeur} »",
                "corriger le fichier à la source ou vérifier que c'est le bon",
            )
        if self.lignes_gardees <= 0:
            raise SourceContentError(
                path, "aucune ligne ne concerne le territoire", "vérifier que le fichier couvre le territoire"
            )

    def frame(self) -> pd.DataFrame:
        """Give the faults as a table.

        Returns
        -------
        DataFrame
            Columns `COLUMNS`, in order of line; rows that are counted alone come first, as line 0.
        """
        rows: list[tuple[str, int, str, str, str, str]] = [
            (self.source_id, 0, f"{grouped(count)} lignes", reason, "", SET_ASIDE)
            for reason, count in self.counted.items()
        ]
        rows += [
            (self.source_id, fault.ligne, fault.identifiant, fault.faute, fault.valeur, fault.suite)
            for fault in self.faults
        ]
        return pd.DataFrame(rows, columns=COLUMNS).sort_values(["ligne", "faute"], kind="stable")


@dataclass(frozen=True)
class Reading(Generic[FrameT]):
    """A validated frame and what was found in the rows of its file."""

    frame: FrameT
    report: Report


def load(path: Path | str | None = None) -> pd.DataFrame:
    """Load the faults that the last build found, row by row.

    Parameters
    ----------
    path
        A report in the project's schema; the embedded one by default.

    Returns
    -------
    DataFrame
        Columns `source_id, ligne, identifiant, faute, valeur, suite`; `ligne` is an integer.

    Raises
    ------
    SourceError
        If the file is missing or is not a report; of the embedded one, if it is not the one that was recorded.
    """
    if path is None:
        checksums.check(checksums.QUALITY)
    target = Path(path or within(REPORT_FILE, DATA))
    # A build without any fault writes its headings alone.
    if read_text(target).strip() == ",".join(COLUMNS):
        return pd.DataFrame(columns=COLUMNS, dtype="str").astype({"ligne": int})
    frame = read_csv(target, columns=COLUMNS).reset_index(drop=True)
    return frame.astype({"ligne": int})


def of_folder(data_dir: Path) -> pd.DataFrame:
    """Load the faults that a folder of data knows, none if it has no report yet."""
    path = within(REPORT_FILE, data_dir)
    return load(path) if path.exists() else pd.DataFrame(columns=COLUMNS)
