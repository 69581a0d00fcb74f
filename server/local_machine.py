"""Whether a request comes from the machine that the app runs on, with nothing between the browser and the app.

The client's address proves nothing: behind a proxy of the same machine every visitor has the loopback's, and a header
can claim any other. So each other sign is looked at, and one that fails is enough to refuse.
"""

import ipaddress
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

SWITCH: Final = "ATLAS_SAISIE_LOCALE"

# A browser sends no header of its own that starts with "x-" when it opens a WebSocket, and no script can add one:
# whatever has one went through a proxy, or wants to look so. The others are those of known proxies.
_PROXY_STARTS: Final = (
    "x-", "forwarded", "via", "cf-", "cdn-", "client-ip", "true-client-ip", "fastly-", "fly-", "ngrok-", "proxy-", "remote-",
    "tailscale-", "wl-proxy-",
)  # fmt: skip
_LOOPBACK_HOST: Final = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?", re.IGNORECASE)


@dataclass(frozen=True)
class Arrival:
    """How a session reached the app.

    Attributes
    ----------
    bound
        Addresses that the server listens on; empty if it does not know them.
    guarded
        True if Streamlit refuses other sites' requests (`enableCORS`, `enableXsrfProtection`).
    """

    switch: str
    bound: Collection[str]
    guarded: bool
    headers: Sequence[tuple[str, str]]


def refusal(arrival: Arrival) -> str | None:
    """Say why a session may not write as the person at the machine.

    Returns
    -------
    str or None
        A sentence in French, or None if it may write.
    """
    return _fault_of_server(arrival) or _fault_of_request(arrival)


def _fault_of_server(arrival: Arrival) -> str | None:
    if arrival.switch != "1":
        return "La saisie n'est pas ouverte sur ce serveur : ni connexion par compte, ni saisie locale n'y sont réglées."
    if not arrival.bound:
        return "La saisie locale est refusée : l'atlas n'a pas été démarré par « python -m server », et rien ne dit qui peut le joindre."
    if not all(_is_loopback(address) for address in arrival.bound):
        return "La saisie locale est refusée : le serveur est joignable d'autres machines."
    if not arrival.guarded:
        return (
            "La saisie locale est refusée : les protections contre les requêtes d'autres sites sont coupées."
        )
    return None


def _fault_of_request(arrival: Arrival) -> str | None:
    proxies = sorted({name for name, _ in arrival.headers if name.lower().startswith(_PROXY_STARTS)})
    if proxies:
        return f"La saisie locale est refusée : la requête est passée par un relais (en-tête {proxies[0]})."
    hosts = _values(arrival, "host")
    if len(hosts) != 1 or not _LOOPBACK_HOST.fullmatch(hosts[0]):
        return "La saisie locale est refusée : l'atlas n'a pas été ouvert par l'adresse locale de la machine."
    if [origin.lower() for origin in _values(arrival, "origin")] != [f"http://{hosts[0]}".lower()]:
        return "La saisie locale est refusée : la requête vient d'un autre site."
    return None


def _values(arrival: Arrival, wanted: str) -> list[str]:
    return [value for name, value in arrival.headers if name.lower() == wanted]


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
