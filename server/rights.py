"""Who may write: reading is open to all, writing is not.

Two ways lead to writing. A person at their own machine, if the server was started for that (`server.local_machine`); or a
login at an OpenID Connect provider, with a verified address that the secrets list (`server.allowlist`). Where logins are
set up they are the only way. Each write asks `authorize` again, on the server: a hidden button protects nothing.
"""

import getpass
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from errors import ArgumentError, RightsError
from server import allowlist, listening, local_machine
from server.allowlist import ROLES, WriterRole
from words.formats import entier

Role = Literal["lecture", "saisie", "administration"]
#: Issuer of the identity of a person at their own machine.
LOCAL_ISSUER: Final = "local"
#: Who has no name at their provider; the address stands in for none, since it is never kept.
NAMELESS: Final = "personne sans nom déclaré"
#: A secret shorter than this can be guessed, and with it every login forged.
SHORTEST_SECRET: Final = 32
#: Clocks of two machines differ a little.
CLOCK_DRIFT_S: Final = 300.0
_ADMINISTRATION_ONLY: Final = "Cette action est réservée aux personnes qui ont le rôle d'administration."


@dataclass(frozen=True)
class Rights:
    """What the person of this session may do.

    Attributes
    ----------
    reason
        Why the session only reads, in French; empty if it may write.
    issuer, subject
        Who the person is for their provider, empty for a visitor. They never change, as an address may.
    name
        What the person is called, empty for a visitor.
    connected
        True after a login, whatever it allows.
    can_connect
        True if logins are set up on this server.
    """

    role: Role
    reason: str = ""
    issuer: str = ""
    subject: str = ""
    name: str = ""
    connected: bool = False
    can_connect: bool = False

    @property
    def may_write(self) -> bool:
        """True if the person may write."""
        return self.role != "lecture"

    @property
    def may_administer(self) -> bool:
        """True if the person may also administer."""
        return self.role == "administration"


def current() -> Rights:
    """Tell what the person of this session may do now."""
    try:
        auth, droits = st.secrets.get("auth"), st.secrets.get("droits")
    except StreamlitSecretNotFoundError:
        # No file, or one that cannot be read: Streamlit knows no login either.
        auth, droits = None, None
    if auth is not None:
        return of_login(
            dict(st.user),
            auth=auth,
            droits=droits,
            headers_trusted=bool(st.get_option("server.trustedUserHeaders")),
            now_s=time.time(),
        )
    headers = st.context.headers
    refused = local_machine.refusal(
        local_machine.Arrival(
            switch=os.environ.get(local_machine.SWITCH, ""),
            bound=listening.bound_to(),
            guarded=bool(st.get_option("server.enableCORS") and st.get_option("server.enableXsrfProtection")),
            headers=[(name, value) for name in headers for value in headers.get_all(name)],
        )
    )
    if refused is not None:
        return Rights("lecture", refused)
    account = getpass.getuser()
    return Rights("administration", issuer=LOCAL_ISSUER, subject=account, name=account)


def authorize(role: WriterRole) -> Rights:
    """Check, before a write, that the person of this session may do it.

    Raises
    ------
    ArgumentError
        If there is no such role.
    RightsError
        If the person may not, with the reason in French.
    """
    if role not in ROLES:
        raise ArgumentError(f"Rôle inconnu : {role}")
    rights = current()
    if not rights.may_write:
        raise RightsError(rights.reason)
    if role == "administration" and not rights.may_administer:
        raise RightsError(_ADMINISTRATION_ONLY)
    return rights


def of_login(
    claims: Mapping[str, Any],
    *,
    auth: Mapping[str, Any],
    droits: Mapping[str, Any] | None,
    headers_trusted: bool,
    now_s: float,
) -> Rights:
    """Tell what a login allows.

    Parameters
    ----------
    claims
        What Streamlit read from the signed cookie: `is_logged_in`, and the claims of the provider's token.
    auth, droits
        The secrets' sections of the same names.
    headers_trusted
        True if the server takes identities from headers, which a visitor can write.
    now_s
        The time, in seconds since 1970.

    Returns
    -------
    Rights
        Of reading alone, with the reason, wherever anything is missing or not understood.
    """
    try:
        allowed = _settings(auth, droits, headers_trusted=headers_trusted)
    except ArgumentError as error:
        return Rights(
            "lecture",
            f"La saisie est fermée : la connexion par compte est mal réglée sur ce serveur ({error}).",
        )
    if claims.get("is_logged_in") is not True:
        return Rights("lecture", "Pour saisir, connectez-vous.", can_connect=True)
    try:
        issuer, subject = _identity(claims)
        _check_age(claims.get("iat"), now_s=now_s, session_h=allowed.session_h)
        role = _role(claims, allowed)
    except RightsError as error:
        return Rights("lecture", str(error), connected=True, can_connect=True)
    name = claims.get("name")
    return Rights(
        role,
        issuer=issuer,
        subject=subject,
        name=(" ".join(name.split()) if isinstance(name, str) else "") or NAMELESS,
        connected=True,
        can_connect=True,
    )


def _settings(
    auth: Mapping[str, Any], droits: Mapping[str, Any] | None, *, headers_trusted: bool
) -> allowlist.AllowList:
    secret = auth.get("cookie_secret")
    if not isinstance(secret, str) or len(secret) < SHORTEST_SECRET or "remplacer" in secret.lower():
        raise ArgumentError("secret des cookies absent, trop court ou d'exemple")
    if headers_trusted:
        raise ArgumentError("identités prises dans des en-têtes")
    return allowlist.read(droits or {})


def _identity(claims: Mapping[str, Any]) -> tuple[str, str]:
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
        raise RightsError("Votre fournisseur d'identité ne dit pas qui vous êtes : la saisie est fermée.")
    return issuer, subject


def _check_age(issued_s: Any, *, now_s: float, session_h: int) -> None:
    dated = isinstance(issued_s, int | float) and not isinstance(issued_s, bool)
    age_s = now_s - issued_s if dated else math.nan
    # Neither a date to come nor NaN is one.
    if not age_s >= -CLOCK_DRIFT_S:
        raise RightsError("Votre connexion n'a pas de date certaine : reconnectez-vous.")
    if age_s > session_h * 3600:
        raise RightsError(f"Votre connexion date de plus de {entier(session_h)} h : reconnectez-vous.")


def _role(claims: Mapping[str, Any], allowed: allowlist.AllowList) -> WriterRole:
    if claims.get("email_verified") is not True:
        raise RightsError(
            "Votre fournisseur d'identité n'a pas vérifié votre adresse électronique : la saisie est fermée."
        )
    try:
        address = allowlist.normal_address(str(claims.get("email", "")))
    except ArgumentError as error:
        raise RightsError(
            "Votre adresse électronique n'est pas d'une forme admise : la saisie est fermée."
        ) from error
    role = allowed.role(address)
    if role is None:
        raise RightsError(f"L'adresse {address} n'est pas dans la liste des personnes qui peuvent saisir.")
    return role
