"""Requests to services of the network: one session, little patience, every fault said in French."""

import json
import time
from collections.abc import Mapping
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from errors import ArgumentError, ServiceBusyError, ServiceError

USER_AGENT: Final = "AtlasDesPossibles/0.1 (contrat de ville Aix-Marseille-Provence)"
TIMEOUT_S: Final = 3.0
MAX_BYTES: Final = 1_000_000
#: How long a service that answers 429 is left alone, at least and at most.
PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 120.0
TOO_MANY: Final = 429
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_LATER: Final = "réessayer dans quelques minutes"

_session = requests.Session()
_session.headers["User-Agent"] = USER_AGENT
_lock = Lock()
_resting_until: dict[str, float] = {}


class Pace:
    """Keeps the requests of the whole process to one service apart, whatever the number of sessions."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._next = 0.0

    def wait(self, rate_per_s: float) -> None:
        """Wait for one's turn.

        Parameters
        ----------
        rate_per_s
            Requests in a second at most.
        """
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + 1.0 / rate_per_s
        time.sleep(turn - now)


def check_address(url: str, *, service: str) -> None:
    """Refuse an address that is not in HTTPS; plain HTTP is for the loopback alone.

    Parameters
    ----------
    url
        Address.
    service
        What the service is called in messages, in French.

    Raises
    ------
    ArgumentError
        If it is not.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ArgumentError(f"{service} : il faut une adresse en https, pas {url!r}")


def get_json(
    url: str,
    *,
    params: Mapping[str, str | int],
    service: str,
    timeout_s: float | None = None,
) -> Any:
    """Ask a service for a JSON document.

    Parameters
    ----------
    url
        Address, in HTTPS; plain HTTP is for the loopback alone.
    params
        Query parameters.
    service
        What the service is called in messages, in French.
    timeout_s
        Longest wait for an answer and for the whole of it; three seconds by default.

    Returns
    -------
    Any
        The document.

    Raises
    ------
    ServiceBusyError
        If the service answers 429, or did so a moment ago: it is not asked again before the time that it gave.
    ServiceError
        If nothing comes in time or the answer is not whole soon after, or if it is an error, a redirection or anything
        but JSON.
    ArgumentError
        If the address is not in HTTPS.
    """
    check_address(url, service=service)
    host = urlsplit(url).netloc
    _refuse_if_resting(host, service)
    patience_s = TIMEOUT_S if timeout_s is None else timeout_s
    deadline = time.monotonic() + patience_s
    try:
        # The session's cookies and redirections are of no use to a plain question.
        with _session.get(
            url, params=dict(params), timeout=patience_s, stream=True, allow_redirects=False
        ) as answer:
            if answer.status_code == TOO_MANY:
                _rest(host, answer.headers.get("Retry-After"))
                _refuse_if_resting(host, service)
            if answer.status_code != requests.codes.ok:
                raise ServiceError(service, f"réponse en erreur (code {answer.status_code})", _LATER)
            body = _read(answer, deadline, service)
    except requests.Timeout as error:
        raise ServiceError(service, f"pas de réponse en {patience_s:.0f} secondes", _LATER) from error
    except requests.RequestException as error:
        raise ServiceError(
            service, "service injoignable", "vérifier la connexion du serveur ou " + _LATER
        ) from error
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ServiceError(service, "réponse illisible", _LATER) from error


def _read(answer: requests.Response, deadline: float, service: str) -> bytes:
    """Read a body that is neither too long nor too slow: the session's time-out only bounds each wait."""
    body = bytearray()
    for piece in answer.iter_content(8192):
        body += piece
        if len(body) > MAX_BYTES:
            raise ServiceError(service, "réponse trop longue", _LATER)
        if time.monotonic() > deadline:
            raise requests.Timeout
    return bytes(body)


def _rest(host: str, retry_after: str | None) -> None:
    asked = float(retry_after) if retry_after is not None and retry_after.isdecimal() else PAUSE_S
    with _lock:
        _resting_until[host] = time.monotonic() + min(max(asked, PAUSE_S), LONGEST_PAUSE_S)


def _refuse_if_resting(host: str, service: str) -> None:
    with _lock:
        left_s = _resting_until.get(host, 0.0) - time.monotonic()
    if left_s > 0:
        raise ServiceBusyError(
            service,
            "trop de demandes en ce moment",
            f"réessayer dans {round(left_s) or 1} s",
            wait_s=left_s,
        )
