"""Requests to the network, all of them: one session, HTTPS, little patience, every fault said in French.

Proxies are those of the environment (`HTTPS_PROXY`, `NO_PROXY`); with `ATLAS_HORS_LIGNE=1` nothing is asked.
"""

import datetime as dt
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from babel.dates import format_datetime
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError
from urllib3.util import Retry

from errors import ArgumentError, ServiceBusyError, ServiceError, ServiceRefusalError
from loaders.live import offline
from words import clock

#: A deployment that sets it accepts no address in plain HTTP, not even of its own machine.
PRODUCTION: Final = "ATLAS_PRODUCTION"
USER_AGENT: Final = "AtlasDesPossibles/0.1 (contrat de ville)"
TIMEOUT_S: Final = 3.0
MAX_BYTES: Final = 1_000_000
PIECE_BYTES: Final = 65_536
#: How long a service that answers 429 is left alone, at least and at most.
PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 120.0
#: Above it a wait is told by the clock, not in seconds.
BY_CLOCK_S: Final = 600.0
TOO_MANY: Final = 429
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
LATER: Final = "réessayer dans quelques minutes"

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
        """Wait for one's turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + 1.0 / rate_per_s
        time.sleep(turn - now)


def is_loopback(url: str) -> bool:
    """Tell whether an address is in plain HTTP on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def check_address(url: str, *, service: str, loopback: bool = False) -> None:
    """Refuse an address that is not in HTTPS."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if is_loopback(url) and loopback:
        if os.environ.get(PRODUCTION, "") in {"", "0"}:
            return
        raise ArgumentError(f"{service} : en production il faut une adresse en https, pas {url!r}")
    raise ArgumentError(f"{service} : il faut une adresse en https, pas {url!r}")


@contextmanager
def ask(
    url: str,
    *,
    service: str,
    params: Mapping[str, str | int] | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float | tuple[float, float] = TIMEOUT_S,
    loopback: bool = False,
) -> Iterator[requests.Response]:
    """Send one question; the body of the answer is still to be read, and redirections are not followed."""
    check_address(url, service=service, loopback=loopback)
    if offline.is_offline():
        raise ServiceError(
            service,
            "l’atlas est hors ligne : rien n’a été demandé",
            f"démarrer le serveur sans {offline.VARIABLE} pour interroger ce service",
        )
    # No proxy reaches this machine for us.
    direct = {"http": "", "https": ""} if is_loopback(url) else None
    wait_s = timeout_s[1] if isinstance(timeout_s, tuple) else timeout_s
    try:
        # The session's cookies and redirections are of no use to a plain question.
        with _session.get(
            url,
            params=dict(params or {}),
            headers=dict(headers or {}),
            timeout=timeout_s,
            stream=True,
            allow_redirects=False,
            proxies=direct,
        ) as answer:
            yield answer
    except (requests.Timeout, ReadTimeoutError) as error:
        raise ServiceError(service, f"pas de réponse en {wait_s:.0f} secondes", LATER) from error
    except (requests.RequestException, HTTPError) as error:
        raise ServiceError(
            service, "service injoignable", "vérifier la connexion du serveur ou " + LATER
        ) from error


def pieces(answer: requests.Response) -> Iterator[bytes]:
    """Read a body as it comes, so that a clock may be looked at between two pieces, however small they are."""
    while piece := answer.raw.read1(PIECE_BYTES, decode_content=True):
        yield piece


def get_json(
    url: str,
    *,
    params: Mapping[str, str | int],
    service: str,
    timeout_s: float | None = None,
    loopback: bool = False,
) -> Any:
    """Ask a service for a JSON document."""
    check_address(url, service=service, loopback=loopback)
    host = urlsplit(url).netloc
    refuse_if_resting(host, service)
    patience_s = TIMEOUT_S if timeout_s is None else timeout_s
    deadline = time.monotonic() + patience_s
    with ask(url, service=service, params=params, timeout_s=patience_s, loopback=loopback) as answer:
        if answer.status_code == TOO_MANY:
            rest(host, wait_asked_s(answer, {}))
            refuse_if_resting(host, service)
        if answer.status_code != requests.codes.ok:
            kind = ServiceRefusalError if answer.status_code == requests.codes.bad_request else ServiceError
            raise kind(service, f"réponse en erreur (code {answer.status_code})", LATER)
        body = _read(answer, deadline, service)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ServiceError(service, "réponse illisible", LATER) from error


def _read(answer: requests.Response, deadline: float, service: str) -> bytes:
    """Read a body that is neither too long nor too slow: the session's time-out only bounds each wait."""
    body = bytearray()
    for piece in pieces(answer):
        body += piece
        if len(body) > MAX_BYTES:
            raise ServiceError(service, "réponse trop longue", LATER)
        if time.monotonic() > deadline:
            raise requests.Timeout
    return bytes(body)


def wait_asked_s(answer: requests.Response, document: Any) -> float | None:
    """Read how long a busy service asks to be left alone."""
    told = answer.headers.get("Retry-After", "")
    try:
        header_s = Retry().parse_retry_after(told) if told else None
    except InvalidHeader:
        header_s = None
    reset = document.get("reset_time") if isinstance(document, Mapping) else None
    try:
        moment = dt.datetime.fromisoformat(reset) if isinstance(reset, str) else None
    except ValueError:
        moment = None
    if moment is None:
        return header_s
    left = moment.replace(tzinfo=moment.tzinfo or dt.UTC) - dt.datetime.now(dt.UTC)
    return max(header_s or 0.0, left.total_seconds())


def busy(service: str, wait_s: float) -> ServiceBusyError:
    """Make the error of a service that asks to be left alone."""
    if wait_s <= BY_CLOCK_S:
        mend = f"réessayer dans {round(wait_s) or 1} s"
    else:
        moment = clock.local(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=wait_s))
        mend = "réessayer après le " + format_datetime(moment, "d MMMM y 'à' HH:mm", locale="fr")
    return ServiceBusyError(service, "trop de demandes en ce moment", mend, wait_s=wait_s)


def rest(host: str, asked_s: float | None) -> None:
    """Leave a host alone for as long as it asks, within bounds."""
    wait_s = min(max(asked_s or PAUSE_S, PAUSE_S), LONGEST_PAUSE_S)
    with _lock:
        _resting_until[host] = time.monotonic() + wait_s


def refuse_if_resting(host: str, service: str) -> None:
    """Refuse to ask a host that asked to be left alone."""
    with _lock:
        left_s = _resting_until.get(host, 0.0) - time.monotonic()
    if left_s > 0:
        raise busy(service, left_s)
