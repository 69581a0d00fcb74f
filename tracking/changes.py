"""What an author may ask of the store; a batch of these is accepted or refused as a whole."""

from dataclasses import dataclass

from tracking.records import Record


@dataclass(frozen=True)
class Add:
    """A new record."""

    record: Record


@dataclass(frozen=True)
class Correct:
    """A new version of a record."""

    record_id: str
    record: Record
    based_on: int


@dataclass(frozen=True)
class Withdraw:
    """The end of a record that should not have been, which stays in the history."""

    record_id: str
    based_on: int


@dataclass(frozen=True)
class Restore:
    """A new version equal to an earlier one: it undoes a correction or a withdrawal."""

    record_id: str
    version: int
    based_on: int


Change = Add | Correct | Withdraw | Restore
