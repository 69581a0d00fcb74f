"""Why the store refuses a write or cannot answer."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from errors import AtlasError


class StoreError(AtlasError, RuntimeError):
    """The database cannot be used: away, locked, damaged, newer than the code, or not the atlas's."""


class UnknownError(AtlasError, LookupError):
    """No such record, version or person."""


class ReplayError(AtlasError, ValueError):
    """A request's identifier comes back with another content."""


class RecordError(AtlasError, ValueError):
    """Fields of a record cannot be accepted.

    Parameters
    ----------
    faults
        Field to what is wrong with it, in French, without a full stop. In a batch of several changes a field reads
        `3.date_fin`: the rank of the change, from 1, then the field.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        listed = " ; ".join(f"{field} : {fault}" for field, fault in self.faults.items())
        super().__init__(f"Enregistrement refusé. {listed}.")


@dataclass(frozen=True)
class Conflict:
    """A record that somebody else has changed meanwhile, the three contents side by side.

    Attributes
    ----------
    fields
        Names of the fields in which `theirs` and `yours` differ.
    """

    record_id: str
    based_on: int
    last: int
    author: str
    written_at: dt.datetime
    withdrawn: bool
    base: Mapping[str, Any]
    theirs: Mapping[str, Any]
    yours: Mapping[str, Any]

    @property
    def fields(self) -> tuple[str, ...]:
        """Name the fields in which the two differ.

        Returns
        -------
        tuple[str, ...]
            In the order of the record.
        """
        return tuple(field for field, value in self.yours.items() if self.theirs.get(field) != value)


class ConflictError(AtlasError, RuntimeError):
    """Records were changed by somebody else since the author saw them. What was refused is kept as drafts.

    Parameters
    ----------
    conflicts
        One for each record, at least one.
    """

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        self.conflicts = conflicts
        first = conflicts[0]
        several = f" (et {len(conflicts) - 1} autres)" if len(conflicts) > 1 else ""
        super().__init__(
            f"Fiche {first.record_id}{several} : modifiée entre-temps par {first.author} "
            f"(version {first.last}, la vôtre part de la version {first.based_on}). Rien n'est écrasé, votre saisie "
            "est gardée en brouillon. À faire : comparer les deux, puis enregistrer de nouveau."
        )


class RateError(AtlasError, RuntimeError):
    """An author writes more in a short time than a person does.

    Parameters
    ----------
    wait_s
        Seconds before a write may be tried again, at least 1.
    """

    def __init__(self, *, wait_s: int) -> None:
        self.wait_s = wait_s
        span = f"{wait_s} s" if wait_s < 120 else f"{-(-wait_s // 60)} min"  # noqa: PLR2004
        super().__init__(f"Trop d'enregistrements en peu de temps. À faire : réessayer dans {span}.")
