"""Two servers of the atlas behind nginx, with logins: what a visitor sees, who may write, and a server that dies.

The containers of deploy/compose.yaml are the same topology; no test starts them, since that needs a container engine.
"""

import json
import re
import threading
import time
from contextlib import ExitStack

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets.exceptions import ConnectionClosed

from benchmarks.served import ROOT, Server
from benchmarks.sessions import Session
from tests.browser.conftest import drawn, settled
from tests.deploy.identity_provider import COOKIE_SECRET, PEOPLE, Provider
from tests.deploy.topology import Proxy

INVENTORY = ROOT / "data" / "equipements" / "locaux_fictifs.csv"
CROWD = 6
FULL_CROWD = 30


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """Start the whole of it once for the module: a provider of identities, two servers, nginx."""
    folder = tmp_path_factory.mktemp("atlas")
    with ExitStack() as stack:
        provider = stack.enter_context(Provider())
        # The address is known before the servers are: they are told it in their secrets.
        running = Proxy(folder, [])
        secrets = provider.secrets(folder / "secrets.toml", atlas=running.url)
        servers = [Server(options={"secrets.files": str(secrets)}) for _ in range(2)]
        running.ports = [server.port for server in servers]
        # A second server starts while the first one does, as they do in a deployment.
        starts = [threading.Thread(target=stack.enter_context, args=(server,)) for server in servers]
        for start in starts:
            start.start()
        for start in starts:
            start.join()
        stack.enter_context(running)
        running.servers, running.provider = servers, provider
        yield running


@pytest.fixture
def visitor(chromium, proxy):
    """Give a function that opens a page as a new visitor, through nginx."""
    contexts = []

    def opened(path, *, cookies=()):
        context = chromium.new_context(
            ignore_https_errors=True, viewport={"width": 1280, "height": 800}, locale="fr-FR"
        )
        context.add_cookies(list(cookies))
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.refused = []
        page.on(
            "console",
            lambda message: (
                "Content Security Policy" in message.text and page.refused.append(message.text[:300])
            ),
        )
        page.goto(f"{proxy.url}{path}")
        page.wait_for_selector("h1")
        settled(page)
        return page

    yield opened
    for context in contexts:
        context.close()


def test_a_deep_link_shows_its_map_and_nothing_is_refused(visitor):
    page = visitor("/carte")
    assert page.locator("h1").count() == 1
    assert drawn(page)
    assert page.refused == []


def test_files_go_out_and_come_in_through_the_visitor_s_server(visitor):
    page = visitor("/donnees")
    page.locator("summary", has_text="Télécharger").first.click()
    with page.expect_download() as taken:
        page.locator('[data-testid="stDownloadButton"] button').first.click()
    assert taken.value.failure() is None
    assert taken.value.path().stat().st_size > 1000
    page.goto(re.sub(r"/donnees.*", "/foncier?vue_foncier=Locaux+en+pied+d%27immeuble", page.url))
    page.wait_for_selector("h1")
    settled(page)
    page.locator("input[type=file]").first.set_input_files(INVENTORY)
    page.get_by_text("lignes lues").first.wait_for()
    assert page.refused == []


def standing(page):
    """Give what page methode says of the visitor's rights."""
    page.goto(re.sub(r"(https://[^/]+).*", r"\1/methode", page.url))
    return plain(page.locator("p[role=status]").inner_text())


def said(session):
    """Give what page methode says of the rights of a session without a browser."""
    return plain(next(html for html in session.html if 'role="status"' in html))


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("&#39;", "'")


@pytest.fixture(scope="module")
def logins(chromium, proxy):
    """Log each of the provider's people in, with the keyboard: what they are then told, and their cookies."""
    context = chromium.new_context(ignore_https_errors=True, locale="fr-FR")
    context.set_default_timeout(30_000)
    page, found = context.new_page(), {}
    for person in ("agent", "inconnu", "douteux"):
        page.goto(f"{proxy.url}/methode")
        page.get_by_role("button", name="Se connecter").focus()
        assert "Pour saisir, connectez-vous" in plain(page.locator("p[role=status]").inner_text())
        page.keyboard.press("Enter")
        page.get_by_role("button", name=person, exact=True).click()
        page.wait_for_url(f"{proxy.url}/**", wait_until="commit")
        words = standing(page)
        found[person] = (words, {cookie["name"]: cookie for cookie in context.cookies(proxy.url)})
        context.clear_cookies()
    context.close()
    return found


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("agent", "Connexion de Agent d'exemple : vous pouvez saisir."),
        ("inconnu", "Lecture seule. L'adresse inconnu@evil-ampmetropole.fr n'est pas dans la liste"),
        ("douteux", "Lecture seule. Votre fournisseur d'identité n'a pas vérifié votre adresse"),
    ],
)
def test_a_login_gives_the_rights_of_its_verified_address(person, words, logins):
    assert words in logins[person][0]


def test_the_login_s_cookies_are_kept_from_scripts_and_other_sites(logins):
    cookies = logins["agent"][1]
    assert {"_streamlit_user", "_streamlit_user_tokens", "_streamlit_xsrf", "atlas_serveur"} <= set(cookies)
    for name, cookie in cookies.items():
        assert cookie["secure"], name
        assert cookie["httpOnly"] == (name != "_streamlit_xsrf"), name
        assert cookie["sameSite"] == "Lax", name


def test_who_logs_out_only_reads(visitor, logins):
    page = visitor("/methode", cookies=logins["agent"][1].values())
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/end_session**")
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] == "_streamlit_user"]


def forged(claims, *, secret="0" * 36, name="_streamlit_user"):
    return create_signed_value(secret, name, json.dumps(claims)).decode()


def test_a_forged_cookie_is_nobody(proxy, logins):
    """Each goes with the token that protects from other sites: without it no login at all is looked at."""
    cookies = {name: cookie["value"] for name, cookie in logins["agent"][1].items()}
    true, xsrf = cookies["_streamlit_user"], cookies["_streamlit_xsrf"]
    claims = {
        "origin": proxy.url,
        "is_logged_in": True,
        "iss": proxy.provider.url,
        "sub": "agent",
        "iat": int(time.time()),
        **PEOPLE["agent"],
    }

    def told(value, token=xsrf):
        headers = {"Cookie": f"_streamlit_xsrf={xsrf}; _streamlit_user={value}"}
        with Session(proxy, page="methode", headers=headers, xsrf=token, trust=proxy.trust) as session:
            return said(session)

    writes = "Connexion de Agent d'exemple : vous pouvez saisir."
    nobody = "Lecture seule. Pour saisir, connectez-vous."
    assert writes in told(true)
    # The secret makes the login, and nothing else does.
    assert writes in told(forged(claims, secret=COOKIE_SECRET))
    assert "saisir et administrer" in told(forged(claims | PEOPLE["chef"], secret=COOKIE_SECRET))
    for value in (
        json.dumps(claims).replace('"', "'").replace(",", "").replace(" ", ""),
        forged(claims),
        true[:-4] + ("aaaa" if not true.endswith("aaaa") else "bbbb"),
        ("A" if true[0] != "A" else "B") + true[1:],
        cookies["_streamlit_user_tokens"],
        # The right secret, but signed as another cookie, or for another site.
        forged(claims, secret=COOKIE_SECRET, name="_streamlit_session"),
        forged(claims | {"origin": "https://atlas.exemple.fr"}, secret=COOKIE_SECRET),
    ):
        assert nobody in told(value), value
    # Another site's page sends the cookies, but cannot read the token.
    assert nobody in told(true, token="")
    # A true cookie that has grown old.
    assert "plus de 8 h" in told(forged(claims | {"iat": int(time.time()) - 9 * 3600}, secret=COOKIE_SECRET))


def test_a_header_is_no_login(proxy):
    for name in ("X-User", "X-Forwarded-User", "Remote-User", "X-Auth-Request-Email", "Authorization"):
        with Session(proxy, page="methode", headers={name: "chef@exemple.org"}, trust=proxy.trust) as session:
            assert "Pour saisir, connectez-vous" in said(session)


def crowd(count):
    return pytest.param(count, marks=pytest.mark.soak) if count == FULL_CROWD else count


def server_of(session):
    """Give the number of the server that a session was told to keep."""
    said = [value for name, value in session.answered if name.lower() == "set-cookie"]
    return next(re.search(r"atlas_serveur=(\d)", value)[1] for value in said if "atlas_serveur" in value)


@pytest.mark.parametrize("count", [CROWD, crowd(FULL_CROWD)])
def test_a_server_dies_under_its_sessions(count, visitor, proxy, logins):
    """Those of the other go on, those of the dead one come back on the other, a login included."""
    for server in proxy.servers:
        server.revive()
    page = visitor("/carte", cookies=logins["agent"][1].values())
    page.evaluate("window.sameVisit = true")
    doomed = int(
        next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "atlas_serveur")
    )
    with ExitStack() as stack:
        sessions = [Session(proxy, page="carte", trust=proxy.trust) for _ in range(count)]
        for session in sessions:
            stack.enter_context(session)
        homes = [int(server_of(session)) for session in sessions]
        assert set(homes) == {1, 2}
        proxy.servers[doomed - 1].kill()
        for session, home in zip(sessions, homes, strict=True):
            if home != doomed:
                session.choose("Marseille")
                continue
            with pytest.raises(ConnectionClosed):
                session.choose("Marseille")
            headers = {"Cookie": f"atlas_serveur={doomed}"}
            again = stack.enter_context(Session(proxy, page="carte", headers=headers, trust=proxy.trust))
            assert int(server_of(again)) == 3 - doomed
            again.choose("Marseille")
    # A browser comes back by itself, without loading its page again, with the login that it had.
    box = page.get_by_role("combobox", name="Commune").first
    box.click()
    box.fill("Martigues")
    page.get_by_role("option", name="Martigues", exact=True).first.click()
    page.locator(".atlas-table caption", has_text="Martigues").first.wait_for()
    assert page.evaluate("window.sameVisit")
    moved = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "atlas_serveur")
    assert int(moved) == 3 - doomed
    assert "vous pouvez saisir" in standing(page)
