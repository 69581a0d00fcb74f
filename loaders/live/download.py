"""Whole files of the network, straight to disk: conditional, bounded, tried again, and never half a file."""

import ipaddress
import json
import math
import socket
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import HTTPError, MaxRetryError, ProtocolError
from urllib3.util import Retry

from errors import ServiceBusyError, ServiceError
from loaders.live import http_session

REDIRECTS: Final = 5
MOVED: Final = frozenset({301, 302, 303, 307, 308})
UNCHANGED: Final = 304
AGAIN: Final = frozenset({500, 502, 503, 504})
#: First wait between two tries; each is twice the one before.
BACKOFF_S: Final = 1.0
#: What the Opendatasoft services write at the end of an export that broke, with status 200.
INTERRUPTED: Final = b"Streaming interrupted due to the following error"
_TAIL_BYTES: Final = 4096
_FAULT_BYTES: Final = 65_536
_CLOSING: Final = {b"{": b"}", b"[": b"]"}


@dataclass(frozen=True)
class Patience:
    """How long and how often one file is asked for."""

    connect_s: float = 5.0
    read_s: float = 20.0
    total_s: float = 300.0
    tries: int = 4
    longest_wait_s: float = 60.0


@dataclass(frozen=True)
class Validators:
    """What tells one version of a file from another without its bytes."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """Give the headers of a conditional request."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True)
class Fetched:
    """What came of asking for a file."""

    path: Path | None
    validators: Validators


class _AgainError(Exception):
    """A fault that another try may mend."""

    def __init__(self, fault: ServiceError, wait_s: float = 0.0) -> None:
        self.fault = fault
        self.wait_s = wait_s
        super().__init__(fault)


def fetch(
    url: str,
    folder: Path,
    *,
    service: str,
    max_bytes: int,
    known: Validators | None = None,
    patience: Patience | None = None,
    loopback: bool = False,
    on_bytes: Callable[[int, int | None], object] | None = None,
) -> Fetched:
    """Fetch a file to disk, whole or not at all."""
    limits = patience or Patience()
    deadline = time.monotonic() + limits.total_s
    host = urlsplit(url).netloc
    left = Retry(total=limits.tries - 1, backoff_factor=BACKOFF_S, backoff_max=limits.longest_wait_s)
    http_session.refuse_if_resting(host, service)
    while True:
        one = _Try(service, folder, max_bytes, limits, deadline, loopback, on_bytes)
        try:
            return one.run(url, known or Validators())
        except _AgainError as again:
            fault, wait_s = again.fault, again.wait_s
        try:
            left = left.increment(method="GET", url=url)
            wait_s = max(wait_s, left.get_backoff_time())
        except MaxRetryError:
            wait_s = math.inf
        if wait_s > limits.longest_wait_s or time.monotonic() + wait_s > deadline:
            if isinstance(fault, ServiceBusyError):
                http_session.rest(host, fault.wait_s)
            raise fault
        time.sleep(wait_s)


@dataclass(frozen=True)
class _Try:
    """One try to fetch one file."""

    service: str
    folder: Path
    max_bytes: int
    limits: Patience
    deadline: float
    loopback: bool
    on_bytes: Callable[[int, int | None], object] | None

    def run(self, url: str, known: Validators) -> Fetched:
        for _ in range(REDIRECTS + 1):
            try:
                with http_session.ask(
                    url,
                    service=self.service,
                    # A file is stored as it comes: its length is then the one that was announced.
                    headers={"Accept-Encoding": "identity", **known.headers()},
                    timeout_s=(self.limits.connect_s, self.limits.read_s),
                    loopback=self.loopback,
                ) as answer:
                    if answer.status_code not in MOVED:
                        return self._answered(answer, known)
                    target = answer.headers.get("Location", "")
            except ServiceError as error:
                cause = error.__cause__
                if isinstance(cause, (requests.RequestException, HTTPError)) and not isinstance(
                    cause, requests.exceptions.SSLError
                ):
                    raise _AgainError(error) from cause
                raise
            url = self._next(url, target)
        raise self._fault(f"plus de {REDIRECTS} redirections", "vérifier l’adresse de la source")

    def _next(self, url: str, target: str) -> str:
        """Give the address that a redirection names, if it may be asked."""
        mend = "vérifier l’adresse de la source"
        address = urljoin(url, target)
        parts = urlsplit(address)
        if not target or not parts.hostname:
            raise self._fault("redirection sans adresse", mend)
        if self.loopback and http_session.is_loopback(url) and http_session.is_loopback(address):
            return address
        if parts.scheme != "https":
            raise self._fault(
                f"redirection refusée vers une adresse qui n’est pas en https ({address})", mend
            )
        if _is_private(parts.hostname, parts.port or 443, address):
            raise self._fault(f"redirection refusée vers une adresse privée ({address})", mend)
        return address

    def _answered(self, answer: requests.Response, known: Validators) -> Fetched:
        status = answer.status_code
        if status == UNCHANGED and known.headers():
            return Fetched(None, known)
        if status == http_session.TOO_MANY:
            document = self._document(answer)
            wait_s = http_session.wait_asked_s(answer, document) or 0.0
            raise _AgainError(http_session.busy(self.service, wait_s or http_session.PAUSE_S), wait_s)
        if status in AGAIN:
            wait_s = http_session.wait_asked_s(answer, None) or 0.0
            raise _AgainError(self._fault(f"réponse en erreur (code {status})", http_session.LATER), wait_s)
        if status != requests.codes.ok:
            raise self._fault(
                f"réponse en erreur (code {status})",
                "vérifier l’adresse de la source" if status in {404, 410} else http_session.LATER,
            )
        return self._received(answer)

    def _received(self, answer: requests.Response) -> Fetched:
        announced = answer.headers.get("Content-Length", "")
        total = int(announced) if announced.isdecimal() else None
        self._bound(total or 0)
        # The name stands in messages of the loaders.
        path, size = self.folder / f"fichier_recu_{len(list(self.folder.iterdir())) + 1}", 0
        try:
            with path.open("xb") as stream:
                for piece in self._pieces(answer):
                    size += len(piece)
                    self._bound(size)
                    stream.write(piece)
                    if self.on_bytes is not None:
                        self.on_bytes(size, total)
            self._check_whole(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        told = Validators(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
        return Fetched(path, told)

    def _pieces(self, answer: requests.Response) -> Any:
        try:
            for piece in http_session.pieces(answer):
                if time.monotonic() > self.deadline:
                    raise self._fault(
                        f"fichier incomplet après {self.limits.total_s:.0f} secondes",
                        "réessayer plus tard, ou vérifier le débit de la connexion",
                    )
                yield piece
        except ProtocolError as error:
            raise _AgainError(self._fault("transfert interrompu avant la fin", http_session.LATER)) from error

    def _bound(self, size: int) -> None:
        if size > self.max_bytes:
            raise self._fault(
                f"fichier de plus de {self.max_bytes / 1e6:.0f} Mo",
                "vérifier que l’adresse est celle de la source",
            )

    def _check_whole(self, path: Path) -> None:
        """Recognise what status 200 and the announced length let through."""
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(_TAIL_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
            stream.seek(max(0, size - _TAIL_BYTES))
            tail = stream.read().rstrip()
        if not head:
            raise _AgainError(self._fault("réponse vide", http_session.LATER))
        if INTERRUPTED in tail:
            raise _AgainError(
                self._fault("export interrompu par le serveur avant la fin", http_session.LATER)
            )
        if head.startswith(b"PK\x03\x04"):
            if not zipfile.is_zipfile(path):
                raise _AgainError(self._fault("archive tronquée", http_session.LATER))
        elif head.startswith(b"<"):
            raise self._fault(
                "page web ou message d’erreur à la place des données",
                "vérifier l’adresse de la source, ou le proxy de la connexion",
            )
        elif head.startswith((b"{", b"[")) and tail[-1:] != _CLOSING[head[:1]]:
            raise _AgainError(self._fault("document JSON tronqué", http_session.LATER))

    def _document(self, answer: requests.Response) -> Any:
        """Read the JSON of an error, if it is one and short."""
        body = bytearray()
        for piece in self._pieces(answer):
            body += piece
            if len(body) > _FAULT_BYTES:
                return None
        try:
            document = json.loads(body)
        except ValueError:
            return None
        return document if isinstance(document, Mapping) else None

    def _fault(self, fault: str, mend: str) -> ServiceError:
        return ServiceError(self.service, fault, mend)


def _is_private(host: str, port: int, url: str) -> bool:
    """Tell whether a host stands on this machine or its network; behind a proxy only the proxy knows names."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    if host.lower() in http_session.LOOPBACK or host.lower().endswith((".localhost", ".local", ".internal")):
        return True
    if select_proxy(url, get_environ_proxies(url)):
        return False
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return False  # the request itself will say that there is no such host
    return any(not ipaddress.ip_address(address[4][0]).is_global for address in found)
