import getpass

import pytest
from streamlit.errors import StreamlitSecretNotFoundError

from errors import ArgumentError, AtlasError, RightsError
from server import allowlist, local_machine, rights
from server.local_machine import Arrival

NOW_S = 1_800_000_000.0
AUTH = {
    "cookie_secret": "0123456789abcdef0123456789abcdef",
    "redirect_uri": "https://atlas.exemple.fr/oauth2callback",
}
DROITS = {
    "session_heures": 8,
    "saisie": {"adresses": ["Zoe.Martin@exemple.org"], "domaines": ["ampmetropole.fr"]},
    "administration": {"adresses": ["chef@ampmetropole.fr"]},
}
CLAIMS = {
    "is_logged_in": True,
    "iss": "https://identite.exemple.fr",
    "sub": "42",
    "iat": NOW_S - 60,
    "email": "agent@ampmetropole.fr",
    "email_verified": True,
    "name": "Agent d'exemple",
}
HEADERS = (("Host", "127.0.0.1:8501"), ("Origin", "http://127.0.0.1:8501"), ("User-Agent", "Mozilla/5.0"))


def login(*, auth=AUTH, droits=DROITS, headers_trusted=False, now_s=NOW_S, **claims):
    return rights.of_login(
        {**CLAIMS, **claims}, auth=auth, droits=droits, headers_trusted=headers_trusted, now_s=now_s
    )


def arrival(*, headers=HEADERS, **options):
    return Arrival(**{"switch": "1", "bound": {"127.0.0.1"}, "guarded": True, "headers": headers} | options)


def test_the_role_is_the_most_that_the_lists_give():
    assert login().role == "saisie"
    assert login(email="chef@ampmetropole.fr").role == "administration"
    assert login(email="zoe.martin@exemple.org").role == "saisie"
    assert (login().issuer, login().subject, login().name) == (
        "https://identite.exemple.fr",
        "42",
        "Agent d'exemple",
    )
    for nameless in ("", " ", None, 3):
        assert login(name=nameless).name == "personne sans nom déclaré"
    assert login(name=" Zoé\n Martin ").name == "Zoé Martin"


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("AGENT@AMPMETROPOLE.FR", "saisie"),
        ("Chef@AmpMetropole.fr", "administration"),
        ("chef+essai@ampmetropole.fr", "saisie"),
        ("zoe.martin+essai@exemple.org", "lecture"),
        ("agent@evil-ampmetropole.fr", "lecture"),
        ("agent@ampmetropole.fr.evil.org", "lecture"),
        ("agent@sous.ampmetropole.fr", "lecture"),
        ("agent@ampmetropole.fr.", "lecture"),
        ("agent@ampmetropole.com", "lecture"),
        ("agent@\u0430mpmetropole.fr", "lecture"),  # a Cyrillic a
        ("agent@xn--mpmetropole-2ij.fr", "lecture"),
        ("agent@\uff41mpmetropole.fr", "lecture"),  # a full-width a, which NFKC makes an a
        ("zoe.martin@e\u017emple.org", "lecture"),
        ("che\u017f@ampmetropole.fr", "lecture"),
        ("chef@ampmetropole.fr\n", "lecture"),
        (" chef@ampmetropole.fr", "lecture"),
        ("chef@ampmetropole.fr\x00.evil.org", "lecture"),
        ('"x@ampmetropole.fr"@evil.org', "lecture"),
        ("agent@evil.org@ampmetropole.fr", "lecture"),
        ("@ampmetropole.fr", "lecture"),
        ("ampmetropole.fr", "lecture"),
        ("", "lecture"),
        (None, "lecture"),
        (["agent@ampmetropole.fr"], "lecture"),
    ],
)
def test_only_the_listed_address_or_domain_writes(email, role):
    found = login(email=email)
    assert found.role == role
    assert bool(found.reason) == (role == "lecture")


def test_the_kelvin_sign_is_no_k():
    droits = {"saisie": {"adresses": ["karim@exemple.org"]}}
    assert login(droits=droits, email="karim@exemple.org").may_write
    assert "\u212a".lower() == "k"
    assert not login(droits=droits, email="\u212aarim@exemple.org").may_write


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"is_logged_in": False}, "connectez-vous"),
        ({"is_logged_in": "true"}, "connectez-vous"),
        ({"iss": ""}, "ne dit pas qui vous êtes"),
        ({"sub": None}, "ne dit pas qui vous êtes"),
        ({"email_verified": False}, "n'a pas vérifié"),
        ({"email_verified": "true"}, "n'a pas vérifié"),
        ({"email_verified": None}, "n'a pas vérifié"),
        ({"iat": None}, "date certaine"),
        ({"iat": True}, "date certaine"),
        ({"iat": str(NOW_S)}, "date certaine"),
        ({"iat": float("nan")}, "date certaine"),
        ({"iat": NOW_S + 3600}, "date certaine"),
        ({"iat": NOW_S - 8 * 3600 - 1}, "plus de 8 h"),
        ({"email": "inconnu@exemple.org"}, "inconnu@exemple.org n'est pas dans la liste"),
    ],
)
def test_a_login_that_lacks_anything_only_reads(claims, words):
    found = login(**claims)
    assert not found.may_write
    assert not found.may_administer
    assert words in found.reason
    assert found.can_connect


def test_a_login_grows_old():
    assert login(now_s=NOW_S + 8 * 3600 - 61).may_write
    assert not login(now_s=NOW_S + 8 * 3600).may_write


@pytest.mark.parametrize(
    "options",
    [
        {"auth": {}},
        {"auth": {"cookie_secret": "court"}},
        {"auth": {"cookie_secret": "À REMPLACER par 32 octets tirés au hasard"}},
        {"headers_trusted": True},
        {"droits": {"saisies": {}}},
        {"droits": {"session_heures": 0}},
        {"droits": {"session_heures": 1000}},
        {"droits": {"session_heures": True}},
        {"droits": {"saisie": ["agent@ampmetropole.fr"]}},
        {"droits": {"saisie": {"adresses": "agent@ampmetropole.fr"}}},
        {"droits": {"saisie": {"domaine": ["ampmetropole.fr"]}}},
        {"droits": {"saisie": {"domaines": ["@ampmetropole.fr"]}}},
        {"droits": {"saisie": {"domaines": ["*.fr"]}}},
        {"droits": {"saisie": {"domaines": ["fr"]}}},
        {"droits": {"saisie": {"domaines": [""]}}},
    ],
)
def test_a_deployment_that_is_misset_only_reads_and_says_so(options):
    found = login(**options)
    assert not found.may_write
    assert "mal réglée" in found.reason


def test_without_a_list_nobody_writes():
    assert not login(droits=None).may_write
    assert not login(droits={}).may_write


def test_a_person_at_their_own_machine_writes():
    assert local_machine.refusal(arrival()) is None
    for host in ("localhost:8501", "[::1]:8501", "127.0.0.1", "LOCALHOST"):
        headers = (("host", host), ("origin", f"http://{host}"))
        assert local_machine.refusal(arrival(headers=headers)) is None


@pytest.mark.parametrize("switch", ["", "0", "true", " 1"])
def test_writing_needs_the_switch(switch):
    assert "ni saisie locale" in local_machine.refusal(arrival(switch=switch))


@pytest.mark.parametrize(
    "bound",
    [
        {"0.0.0.0"},
        {"192.168.1.4"},
        {"127.0.0.1", "10.0.0.2"},
        {"::"},
        {"atlas.exemple.fr"},
        {"/run/atlas.sock"},
    ],
)
def test_writing_needs_a_server_of_its_own_machine(bound):
    assert "joignable d'autres machines" in local_machine.refusal(arrival(bound=bound))


def test_writing_needs_a_server_that_knows_its_addresses():
    assert "n'a pas été démarré par « python -m server »" in local_machine.refusal(arrival(bound=()))


def test_writing_needs_the_guards():
    assert "protections" in local_machine.refusal(arrival(guarded=False))


@pytest.mark.parametrize(
    "name",
    [
        "Forwarded",
        "X-Forwarded-For",
        "x-forwarded-host",
        "X-Forwarded-Proto",
        "X-Real-IP",
        "X-Client-IP",
        "X-Envoy-External-Address",
        "X-Amzn-Trace-Id",
        "Via",
        "CF-Connecting-IP",
        "CF-Ray",
        "True-Client-IP",
        "Fastly-Client-IP",
        "Tailscale-User-Login",
    ],
)
def test_a_forwarded_request_does_not_write(name):
    refusal = local_machine.refusal(arrival(headers=(*HEADERS, (name, "127.0.0.1"))))
    assert "relais" in refusal
    assert name in refusal


@pytest.mark.parametrize(
    "host",
    [
        "atlas.exemple.fr",
        "127.0.0.1.exemple.fr:8501",
        "localhost.exemple.fr",
        "exemple.fr:127",
        "0.0.0.0:8501",
        "user@localhost:8501",
        "localhost:8501\n",
        "",
    ],
)
def test_another_name_of_the_machine_does_not_write(host):
    """A name that an attacker's DNS resolves to the loopback: the browser takes the page for the attacker's."""
    headers = (("Host", host), ("Origin", f"http://{host}"))
    assert "adresse locale" in local_machine.refusal(arrival(headers=headers))


def test_two_hosts_or_none_do_not_write():
    assert "adresse locale" in local_machine.refusal(arrival(headers=HEADERS[1:]))
    assert "adresse locale" in local_machine.refusal(arrival(headers=(*HEADERS, HEADERS[0])))


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:8502",
        "https://127.0.0.1:8501",
        "https://exemple.fr",
        "null",
        "http://localhost:8501",
        "",
    ],
)
def test_another_site_does_not_write(origin):
    assert "autre site" in local_machine.refusal(arrival(headers=(HEADERS[0], ("Origin", origin))))


def test_a_request_without_origin_does_not_write():
    assert "autre site" in local_machine.refusal(arrival(headers=HEADERS[:1]))


@pytest.fixture
def session(monkeypatch):
    """Give a function that sets what the session and the server are."""

    def set_up(
        *, secrets=None, user=None, headers=None, options=None, switch="1", bound=frozenset({"127.0.0.1"})
    ):
        class Secrets:
            def get(self, name):
                if secrets is None:
                    raise StreamlitSecretNotFoundError("aucun fichier")
                return secrets.get(name)

        class Headers(dict):
            def get_all(self, name):
                return [self[name]]

        class Context:
            pass

        known = {
            "server.enableCORS": True,
            "server.enableXsrfProtection": True,
            "server.trustedUserHeaders": {},
        } | (options or {})
        context = Context()
        context.headers = Headers(HEADERS if headers is None else headers)
        monkeypatch.setattr(rights.st, "secrets", Secrets())
        monkeypatch.setattr(rights.st, "user", user or {})
        monkeypatch.setattr(rights.st, "context", context)
        monkeypatch.setattr(rights.st, "get_option", known.__getitem__)
        monkeypatch.setattr(rights.listening, "bound_to", lambda: bound)
        monkeypatch.setattr(rights.time, "time", lambda: NOW_S)
        monkeypatch.setenv(local_machine.SWITCH, switch)

    return set_up


def test_at_their_own_machine_a_person_administers(session):
    session()
    found = rights.authorize("administration")
    assert (found.issuer, found.subject) == ("local", getpass.getuser())
    assert not found.can_connect


def test_without_the_switch_the_server_refuses(session):
    session(switch="0")
    with pytest.raises(RightsError, match="n'est pas ouverte") as refused:
        rights.authorize("saisie")
    assert isinstance(refused.value, PermissionError)
    assert isinstance(refused.value, AtlasError)


def test_where_logins_are_set_up_they_are_the_only_way(session):
    session(secrets={"auth": AUTH, "droits": DROITS}, user={"is_logged_in": False})
    assert rights.current().can_connect
    with pytest.raises(RightsError, match="connectez-vous"):
        rights.authorize("saisie")


def test_the_role_is_checked(session):
    session(secrets={"auth": AUTH, "droits": DROITS}, user=CLAIMS)
    assert rights.authorize("saisie").subject == "42"
    with pytest.raises(RightsError, match="administration"):
        rights.authorize("administration")
    with pytest.raises(ArgumentError, match="Rôle inconnu"):
        rights.authorize("lecture")


def test_headers_never_make_a_login(session):
    session(
        secrets={"auth": AUTH, "droits": DROITS},
        user=CLAIMS,
        options={"server.trustedUserHeaders": {"X-User": "email"}},
    )
    assert not rights.current().may_write


def test_the_lists_hold_every_role():
    assert allowlist.read({}).role("agent@ampmetropole.fr") is None
