"""What one visitor imports in the view "Implantation": it lives in the visitor's session, in no file and no shared cache."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import streamlit as st

from errors import AtlasError
from loaders import transit
from loaders.brought import candidate_sites, gtfs
from loaders.brought.candidate_sites import SiteList
from loaders.catalogue import Source

ReadT = TypeVar("ReadT")


@dataclass(frozen=True, eq=False)
class Imported(Generic[ReadT]):
    """A file as the session holds it."""

    name: str
    content: ReadT
    source: Source


@dataclass(frozen=True)
class Slot(Generic[ReadT]):
    """A place of the session for one file, which another one replaces.

    Attributes
    ----------
    read
        Reads the bytes of a file that has a name.
    describe
        Says of what was read, and of the file's name, what the catalogue would.
    """

    key: str
    read: Callable[[bytes, str], ReadT]
    describe: Callable[[ReadT, str], Source]

    def imported(self) -> Imported[ReadT] | None:
        """Give the file of the session.

        Returns
        -------
        Imported or None
            None until one is imported.
        """
        found: Imported[ReadT] | None = st.session_state.get(self.key)
        return found

    def fault(self) -> str:
        """Say why the last file could not be read.

        Returns
        -------
        str
            French text, "" if it was read.
        """
        return str(st.session_state.get(f"{self.key}-faute", ""))

    def uploader_key(self) -> str:
        """Give the key of the uploader.

        Returns
        -------
        str
            Another one each time that the file is taken away, which empties it.
        """
        return f"{self.key}-depot-{st.session_state.get(f'{self.key}-tour', 0)}"

    def take(self) -> None:
        """Read the file just given, or forget the one of the session if it was taken back."""
        file = st.session_state.get(self.uploader_key())
        st.session_state.pop(self.key, None)
        st.session_state.pop(f"{self.key}-faute", None)
        if file is None:
            return
        try:
            content = self.read(file.getvalue(), file.name)
        except AtlasError as error:
            st.session_state[f"{self.key}-faute"] = str(error)
            return
        st.session_state[self.key] = Imported(file.name, content, self.describe(content, file.name))

    def forget(self) -> None:
        """Take the file out of the session."""
        st.session_state.pop(self.key, None)
        st.session_state.pop(f"{self.key}-faute", None)
        st.session_state[f"{self.key}-tour"] = st.session_state.get(f"{self.key}-tour", 0) + 1


SITES: Final[Slot[SiteList]] = Slot(
    "implantation-liste",
    lambda raw, name: candidate_sites.read(raw, name=name),
    lambda content, name: candidate_sites.source_of(content, name=name),
)
STOPS: Final[Slot[gtfs.Stops]] = Slot(
    "implantation-arrets",
    lambda raw, name: transit.read_stops(raw, name=name),
    lambda content, name: gtfs.source_of(content, name=name),
)
