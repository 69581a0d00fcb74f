"""What an author may ask of the store; a batch of these is accepted or refused as a whole."""

from dataclasses import dataclass

from tracking.records import Record


@dataclass(frozen=True)
class Add:
    """A new record.

    Attributes
    ----------
    record
        Its content.
    """

    record: Record


@dataclass(frozen=True)
class Correct:
    """A new version of a record.

    Attributes
    ----------
    record_id
        The record.
    record
        The whole content, what did not change included.
    based_on
        Number of the version that the author saw.
    """

    record_id: str
    record: Record
    based_on: int


@dataclass(frozen=True)
class Withdraw:
    """The end of a record that should not have been, which stays in the history.

    Attributes
    ----------
    record_id
        The record.
    based_on
        Number of the version that the author saw.
    """

    record_id: str
    based_on: int


@dataclass(frozen=True)
class Restore:
    """A new version equal to an earlier one: it undoes a correction or a withdrawal.

    Attributes
    ----------
    record_id
        The record.
    version
        Number of the version to come back to.
    based_on
        Number of the version that the author saw.
    """

    record_id: str
    version: int
    based_on: int


Change = Add | Correct | Withdraw | Restore
