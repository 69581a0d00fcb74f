"""What the image and the compose file promise, read from them: no container engine runs in the tests."""

import re
import tomllib

import pytest
import yaml

from benchmarks.served import ROOT
from server import rights
from tests.deploy.topology import ADDRESSES, CONF

COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = [
    line.split(maxsplit=1)
    for line in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]
VERSION = re.compile(r"\d+\.\d+(\.\d+)?(-[a-z-]+)?")


def instructions(name):
    return [argument for instruction, argument in DOCKERFILE if instruction == name]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_no_right_that_it_can_do_without(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert "privileged" not in service
    assert any(place.startswith("/tmp") for place in service["tmpfs"])
    assert service["pids_limit"] > 0


@pytest.mark.parametrize("name", SERVICES)
def test_versions_are_pinned(name):
    image, _, tag = SERVICES[name]["image"].partition(":")
    assert image
    assert VERSION.fullmatch(tag)


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_says_whether_it_is_well(name):
    if SERVICES[name]["image"].startswith("atlas:"):
        (check,) = instructions("HEALTHCHECK")
        assert "/_stcore/health" in check
    else:
        assert SERVICES[name]["healthcheck"]["test"]
    for other in SERVICES[name].get("depends_on", {}).values():
        assert other == {"condition": "service_healthy"}


def test_only_nginx_is_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["atlas"]["internal"] is True
    assert set(SERVICES["base"]["networks"]) == {"atlas"}


def test_nginx_and_compose_name_the_same_servers():
    named = {
        f"{service['networks']['atlas']['ipv4_address']}:8501"
        for name, service in SERVICES.items()
        if name.startswith("atlas")
    }
    assert named == set(ADDRESSES)
    assert set(re.findall(r"server (\d[\d.]+:\d+)", CONF.read_text(encoding="utf-8"))) == named


def test_the_servers_share_what_they_write():
    written = {tuple(SERVICES[name]["volumes"]) for name in SERVICES if name.startswith("atlas")}
    assert written == {("donnees:/donnees", "couches:/atlas/static", "cache:/cache")}
    for volume in COMPOSE["volumes"].values():
        assert not volume


def test_no_secret_is_in_a_file_of_the_repository():
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("./secrets/")
    for name in SERVICES:
        said = SERVICES[name].get("environment", {})
        assert not [key for key in said if "PASSWORD" in key and not key.endswith("_FILE")]
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"deploy/secrets/", ".streamlit/secrets.toml"} <= set(ignored)
    kept_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"deploy/secrets", ".streamlit/secrets.toml", ".git"} <= set(kept_out)
    assert not [copied for copied in instructions("COPY") if "secret" in copied]


def test_the_example_of_secrets_opens_nothing():
    example = tomllib.loads((ROOT / ".streamlit" / "secrets.example.toml").read_text(encoding="utf-8"))
    claims = {"is_logged_in": True, "iss": "x", "sub": "1", "iat": 0, "email_verified": True}
    found = rights.of_login(
        claims | {"email": "prenom.nom@exemple.fr"},
        auth=example["auth"],
        droits=example["droits"],
        headers_trusted=False,
        now_s=0,
    )
    assert "mal réglée" in found.reason
    # Once its secret is set, the example's lists are read as they are meant.
    filled = rights.of_login(
        claims | {"email": "prenom.nom@exemple.fr"},
        auth=example["auth"] | {"cookie_secret": "0" * 32},
        droits=example["droits"],
        headers_trusted=False,
        now_s=0,
    )
    assert filled.role == "administration"


def test_the_image_runs_as_nobody_and_holds_every_room():
    (base,) = instructions("FROM")
    assert VERSION.fullmatch(base.partition(":")[2])
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", instructions("USER")[-1])
    assert instructions("USER")[-1] == SERVICES["atlas1"]["user"]
    copied = {word for line in instructions("COPY") for word in line.split()}
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"pages", "data"}
    assert rooms - {"benchmarks"} <= copied
    assert {"app.py", "errors.py", "requirements.txt", ".streamlit/config.toml"} <= copied
