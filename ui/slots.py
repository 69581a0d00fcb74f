"""Files that one visitor brings: each lives in the visitor's session, in no file and in no cache that sessions share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from errors import AtlasError

HeldT = TypeVar("HeldT")


@dataclass(frozen=True)
class Slot(Generic[HeldT]):
    """A place of the session for one file, which another one replaces.

    Attributes
    ----------
    key
        What the session holds the file under; the keys of its widgets begin with it.
    read
        Reads the bytes of a file that has a name.
    """

    key: str
    read: Callable[[bytes, str], HeldT]

    def held(self) -> HeldT | None:
        """Give what was read; None until a file is."""
        found: HeldT | None = st.session_state.get(self.key)
        return found

    def fault(self) -> str:
        """Say why the last file could not be read, in French; "" if it was."""
        return str(st.session_state.get(self._fault, ""))

    def uploader_key(self) -> str:
        """Give the key of the uploader: another one each time that the file is taken away, which empties it."""
        return f"{self.key}-depot-{st.session_state.get(self._round, 0)}"

    def take(self) -> None:
        """Read the file just given, or let go of the one of the session if it was taken back."""
        file: Any = st.session_state.get(self.uploader_key())
        if file is None:
            self._empty()
        else:
            self.keep(lambda: self.read(file.getvalue(), file.name))

    def keep(self, read: Callable[[], HeldT]) -> None:
        """Hold what is read from elsewhere than the uploader."""
        self._empty()
        try:
            st.session_state[self.key] = read()
        except AtlasError as error:
            st.session_state[self._fault] = str(error)

    def forget(self) -> None:
        """Take the file out of the session."""
        self._empty()
        st.session_state[self._round] = st.session_state.get(self._round, 0) + 1

    @property
    def _fault(self) -> str:
        return f"{self.key}-faute"

    @property
    def _round(self) -> str:
        return f"{self.key}-tour"

    def _empty(self) -> None:
        st.session_state.pop(self.key, None)
        st.session_state.pop(self._fault, None)
