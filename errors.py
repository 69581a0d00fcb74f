"""The errors that the project raises for a caller's or a file's fault.

Every one is an `AtlasError` and also the child of a builtin, so that a caller may catch either. Messages are in French, since pages show them as they are.
"""

from pathlib import Path


class AtlasError(Exception):
    """Parent of every error that the project raises on purpose."""


class ArgumentError(AtlasError, ValueError):
    """A function was called with a value that it cannot use."""


class CrsError(AtlasError, ValueError):
    """A frame has no coordinate system, or not the one that is needed."""


class RightsError(AtlasError, PermissionError):
    """Who asks may not do what they ask."""

    def __str__(self) -> str:
        """Give the message, which `OSError` would replace by its own."""
        return str(self.args[0])


class SheetError(AtlasError, RuntimeError):
    """A sheet could not be composed as a PDF."""


class SolverError(AtlasError, RuntimeError):
    """An optimum could not be computed, for another reason than time."""


class SourceError(AtlasError):
    """A file of data cannot be used as a whole.

    Parameters
    ----------
    fault
        What is wrong, in French, without a full stop.
    mend
        What to do about it, in French, without a full stop.
    """

    def __init__(self, path: Path | str, fault: str, mend: str) -> None:
        self.path = Path(path)
        self.fault = fault
        self.mend = mend
        super().__init__(f"{self.path.name} : {fault}. À faire : {mend}.")


class SourceMissingError(SourceError, FileNotFoundError):
    """The file does not exist or is not a file."""

    def __str__(self) -> str:
        """Give the message, which `OSError` would replace by its own."""
        return str(self.args[0])


class SourceFormatError(SourceError, ValueError):
    """The file is not what its loader reads: format, encoding, truncation, columns."""


class SourceContentError(SourceError, ValueError):
    """The file is readable and its content is wrong: territory, vintage, duplicates, too many faults."""


class SourceCrsError(SourceError, CrsError):
    """The file's coordinates are not degrees, swapped, or of no stated system."""


class ServiceError(AtlasError, ConnectionError):
    """A service of the network cannot be used: away, slow, overloaded, or its answer is not understood.

    Parameters
    ----------
    fault
        What is wrong, in French, without a full stop.
    mend
        What to do about it, in French, without a full stop.
    """

    def __init__(self, service: str, fault: str, mend: str) -> None:
        self.service = service
        self.fault = fault
        self.mend = mend
        super().__init__(f"{service} : {fault}. À faire : {mend}.")


class ServiceRefusalError(ServiceError):
    """The service works, and refuses what it was asked (400)."""


class ServiceBusyError(ServiceError):
    """The service asks to be left alone for a while.

    Parameters
    ----------
    wait_s
        Seconds before it may be asked again.
    """

    def __init__(self, service: str, fault: str, mend: str, *, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(service, fault, mend)
