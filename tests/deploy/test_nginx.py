"""What nginx.conf does by itself, before two servers that say what they were asked."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from tests.deploy.topology import Proxy

FORGED = {
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Host": "localhost",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "80",
    "X-Forwarded-Prefix": "/x",
    "X-Real-IP": "127.0.0.1",
    "Forwarded": "for=127.0.0.1",
    "Via": "1.1 x",
}


class Echo:
    """A server that answers with the headers it was sent, and can die and come back on its port."""

    def __init__(self, port=0):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = json.dumps(dict(self.headers)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Set-Cookie", "_streamlit_xsrf=1; Path=/; SameSite=Lax")
                self.send_header("Set-Cookie", "_streamlit_user=2; HttpOnly; Path=/; SameSite=lax")
                self.send_header("Set-Cookie", "_streamlit_user_tokens_1=3; Path=/")
                self.send_header("Set-Cookie", "_streamlit_session=4; path=/; httponly; samesite=lax")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def echoes():
    servers = [Echo(), Echo()]
    try:
        yield servers
    finally:
        for server in servers:
            server.stop()


@pytest.fixture
def proxy(tmp_path):
    with echoes() as servers, Proxy(tmp_path, [server.port for server in servers]) as running:
        running.servers = servers
        yield running


def server_of(answer):
    """Give the number of the server that a visitor is told to keep, or None if nothing new is said."""
    return answer.cookies.get("atlas_serveur")


def test_what_a_client_says_of_its_way_is_thrown_away(proxy):
    said = proxy.get("/", headers=FORGED).json()
    kept = {
        name: value for name, value in said.items() if name.lower().startswith(("x-", "forwarded", "via"))
    }
    # The servers see that there was a proxy: writing as the person at the machine is refused behind it.
    assert kept == {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "127.0.0.1",
    }
    assert said["Host"] == f"127.0.0.1:{proxy.port}"


def test_cookies_are_secure(proxy):
    said = proxy.get("/").raw.headers.getlist("Set-Cookie")
    flags = {
        cookie.split("=")[0]: {flag.strip().lower() for flag in cookie.split(";")[1:]} for cookie in said
    }
    kept = {"path=/", "secure", "samesite=lax"}
    assert flags == {
        "_streamlit_xsrf": kept,
        "_streamlit_user": kept | {"httponly"},
        "_streamlit_user_tokens_1": kept | {"httponly"},
        "_streamlit_session": kept | {"httponly"},
        "atlas_serveur": kept | {"httponly"},
    }


def test_a_visitor_stays_with_their_server_and_follows_it_when_it_dies(proxy):
    first, second = proxy.servers
    assert {server_of(proxy.get("/")) for _ in range(6)} == {"1", "2"}

    def ask(kept):
        answer = proxy.get("/", cookies={"atlas_serveur": kept})
        assert answer.status_code == 200
        return server_of(answer) or kept

    assert {ask("1") for _ in range(4)} == {"1"}
    assert {ask("2") for _ in range(4)} == {"2"}
    first.stop()
    assert {ask("1") for _ in range(4)} == {"2"}
    assert {ask("2") for _ in range(2)} == {"2"}
    # A session that moved stays: what it sent is in the memory of the server that it moved to.
    proxy.servers[0] = Echo(first.port)
    assert {ask("2") for _ in range(4)} == {"2"}
    second.stop()
    proxy.servers[1] = Echo(second.port)


@pytest.mark.parametrize("forged", ["3", "x", "1; a=b", "../1", ""])
def test_a_server_that_is_not_is_any_server(forged, proxy):
    answer = proxy.get("/", headers={"Cookie": f"atlas_serveur={forged}"})
    assert answer.status_code == 200
    assert server_of(answer) in {"1", "2"} or forged.startswith("1")


def test_plain_http_goes_to_https(proxy):
    answer = requests.get(f"http://127.0.0.1:{proxy.plain_port}/carte?x=1", allow_redirects=False, timeout=5)
    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://127.0.0.1/carte?x=1"


def test_sessions_uploads_and_logins_are_limited(proxy):
    codes = [proxy.get("/auth/login").status_code for _ in range(60)]
    assert codes[:30] == [200] * 30
    assert 429 in codes
    # Only that: the pages go on.
    assert proxy.get("/").status_code == 200
    too_large = requests.post(
        f"{proxy.url}/", data=b"0" * 1_100_000, verify=str(proxy.folder / "certificat.pem"), timeout=10
    )
    assert too_large.status_code == 413


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"]
)
def test_what_visitors_need_not_ask_is_not_there(path, proxy):
    assert proxy.get(path).status_code == 404


def test_no_address_is_written_down(proxy):
    proxy.get("/carte")
    log, deadline = proxy.folder / "access.log", time.monotonic() + 10
    # The line is written once the answer is on its way.
    while "GET /carte 200" not in (written := log.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline, written
        time.sleep(0.05)
    assert "127.0.0.1 " not in written.replace("127.0.0.1:", "")


@pytest.mark.parametrize(
    "path", ["/", "/carte", "/static/a.js", "/app/static/a.json", "/media/a.html", "/absent"]
)
def test_every_answer_says_what_a_page_may_do(path, proxy):
    headers = proxy.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert "nginx/" not in headers["Server"]
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors" in policy
    assert "unsafe-eval" not in policy
    assert "*" not in policy
    assert "http:" not in policy
    if path.startswith(("/media/", "/app/static/")):
        assert "script-src" not in policy
        assert "sandbox" in policy
    else:
        assert "connect-src 'self';" in policy
        assert "form-action 'self';" in policy


def test_only_the_map_s_frame_may_evaluate(proxy):
    policy = proxy.get("/component/streamlit_folium.st_folium/index.html").headers["Content-Security-Policy"]
    assert "'unsafe-eval'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "connect-src 'self';" in policy
