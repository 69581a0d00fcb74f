"""What a service of the network does wrong, whatever it should have sent: replies for `played.service`."""

import datetime as dt
import json

#: Far enough to be no pause, near enough to be today or tomorrow.
HOURS_AWAY = 5
INTERRUPTED = b"\nStreaming interrupted due to the following error: TimeoutError"


def reset_time() -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(hours=HOURS_AWAY)).isoformat()


def overloaded() -> bytes:
    """Body of an Opendatasoft service whose calls of the day are spent."""
    told = {"errorcode": 10002, "reset_time": reset_time(), "limit_time_unit": "day", "call_limit": 5000}
    return json.dumps(told).encode()


def _status(code, headers=None, body=b"?"):
    return lambda _good: {"status": code, "headers": headers or {}, "pieces": [body]}


def _cut(good):
    return {"headers": {"Content-Length": str(len(good))}, "pieces": [good[: len(good) // 2]]}


#: Name to what makes the reply of the right body, and what is said of it. Each of these never ends well.
LASTING = {
    "absent": (_status(404), "code 404"),
    "retiré": (_status(410), "code 410"),
    "refusé": (_status(403), "code 403"),
    "en panne": (_status(500), "code 500"),
    "indisponible": (_status(503), "code 503"),
    "trop de demandes, des heures": (
        lambda _good: {"status": 429, "headers": {}, "pieces": [overloaded()]},
        "réessayer après le ",
    ),
    "redirigé en http": (_status(302, {"Location": "http://example.org/x"}), "pas en https"),
    "redirigé vers un fichier": (
        _status(302, {"Location": "file:///etc/passwd"}),
        "sans adresse|pas en https",
    ),
    "redirigé vers une adresse privée": (_status(301, {"Location": "https://10.0.0.1/x"}), "adresse privée"),
    "redirigé vers lui-même": (_status(302, {"Location": "?encore"}), "plus de 5 redirections"),
    "coupé": (_cut, "interrompu avant la fin"),
    "export interrompu": (
        lambda good: {"headers": {}, "pieces": [good[: len(good) // 2], INTERRUPTED]},
        "export interrompu",
    ),
    "page web": (
        lambda _good: {"headers": {}, "pieces": [b"<!doctype html><title>Proxy</title>"]},
        "page web",
    ),
    "vide": (lambda _good: {"headers": {}, "pieces": [b""]}, "réponse vide"),
}
