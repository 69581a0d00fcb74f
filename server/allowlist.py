"""Who is on the list: addresses and domains of e-mail, each with a role, as the secrets of a deployment give them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from errors import ArgumentError

#: From the least to the most: who may do more may do less.
WriterRole = Literal["saisie", "administration"]
ROLES: Final[tuple[WriterRole, ...]] = ("saisie", "administration")
#: A login older than this, in hours, must be made again; and the longest that a deployment may set.
SESSION_H: Final = 8
LONGEST_SESSION_H: Final = 72

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_LOCAL_PART: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_KEYS: Final = frozenset({"session_heures", *ROLES})
_LISTS: Final = frozenset({"adresses", "domaines"})


@dataclass(frozen=True)
class AllowList:
    """Who may write, and for how long after their login.

    Attributes
    ----------
    session_h
        Hours after which a login must be made again.
    """

    addresses: Mapping[WriterRole, frozenset[str]]
    domains: Mapping[WriterRole, frozenset[str]]
    session_h: int = SESSION_H

    def role(self, address: str) -> WriterRole | None:
        """Give the most that an address may do.

        Parameters
        ----------
        address
            An e-mail address that its provider has verified, as `normal_address` gives it.

        Returns
        -------
        str or None
            None for an address that is on no list. A subdomain, or a name that only looks alike, is another domain;
            an address with a "+label" is another address, but of the same domain.
        """
        domain = address.rpartition("@")[2]
        for role in reversed(ROLES):
            if address in self.addresses[role] or domain in self.domains[role]:
                return role
        return None


def read(section: Mapping[str, Any]) -> AllowList:
    """Read the section `[droits]` of the secrets.

    Parameters
    ----------
    section
        Role to its lists `adresses` and `domaines`; `session_heures`.

    Raises
    ------
    ArgumentError
        If anything is not understood: a list that is half understood would let in, or keep out, the wrong people.
    """
    unknown = sorted(set(section) - _KEYS)
    if unknown:
        raise ArgumentError(f"[droits] : clé inconnue « {unknown[0]} »")
    hours = section.get("session_heures", SESSION_H)
    if isinstance(hours, bool) or not isinstance(hours, int) or not 1 <= hours <= LONGEST_SESSION_H:
        raise ArgumentError(
            f"[droits] session_heures : un nombre entier d'heures, de 1 à {LONGEST_SESSION_H}"
        )
    addresses: dict[WriterRole, frozenset[str]] = {}
    domains: dict[WriterRole, frozenset[str]] = {}
    for role in ROLES:
        lists = section.get(role, {})
        if not isinstance(lists, Mapping) or set(lists) - _LISTS:
            raise ArgumentError(f"[droits.{role}] : deux listes au plus, « adresses » et « domaines »")
        addresses[role] = frozenset(
            normal_address(text) for text in _texts(lists.get("adresses", []), f"[droits.{role}] adresses")
        )
        domains[role] = frozenset(
            _normal_domain(text) for text in _texts(lists.get("domaines", []), f"[droits.{role}] domaines")
        )
    return AllowList(addresses=addresses, domains=domains, session_h=hours)


def normal_address(text: str) -> str:
    """Write an e-mail address so that two can be compared.

    Raises
    ------
    ArgumentError
        If it is not a plain address in ASCII. Other letters are refused before the case is lowered: some look like
        ASCII letters, and some become one when lowered (the kelvin sign becomes "k").
    """
    local, at, domain = text.rpartition("@")
    if not text.isascii() or not at or not _LOCAL_PART.fullmatch(local.lower()):
        raise ArgumentError(f"Adresse électronique non reconnue : {text!r}")
    return f"{local.lower()}@{_normal_domain(domain)}"


def _normal_domain(text: str) -> str:
    if not text.isascii() or not _DOMAIN.fullmatch(text.lower()):
        raise ArgumentError(f"Domaine non reconnu : {text!r}")
    return text.lower()


def _texts(value: object, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ArgumentError(f"{name} : une liste de textes")
    return value
