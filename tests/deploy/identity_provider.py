"""A small OpenID Connect provider on the loopback, and the secrets that send the atlas to it."""

import json
import subprocess
import sys
import time

import requests

from tests.deploy.topology import free_port

#: Who the provider knows, by the name to give it.
PEOPLE = {
    "agent": {"email": "Agent@ampmetropole.fr", "email_verified": True, "name": "Agent d'exemple"},
    "chef": {"email": "chef@exemple.org", "email_verified": True, "name": "Cheffe d'exemple"},
    "inconnu": {"email": "inconnu@evil-ampmetropole.fr", "email_verified": True, "name": "Inconnu"},
    "douteux": {"email": "douteux@ampmetropole.fr", "email_verified": False, "name": "Douteux"},
}
COOKIE_SECRET = "pour-les-essais-seulement-0123456789"


class Provider:
    """The provider, as long as the block lasts."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        people = [f"--user-claims={json.dumps({'sub': name, **claims})}" for name, claims in PEOPLE.items()]
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "oidc_provider_mock",
                "--port",
                str(self.port),
                "--host",
                "127.0.0.1",
                *people,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(300):
            try:
                requests.get(self.metadata, timeout=5).raise_for_status()
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return self
        self.__exit__()
        raise RuntimeError("The identity provider does not start")

    def __exit__(self, *_error):
        self._process.terminate()
        self._process.wait(10)

    @property
    def metadata(self):
        """Address of what the provider says of itself."""
        return f"{self.url}/.well-known/openid-configuration"

    def secrets(self, path, *, atlas):
        """Write the secrets of servers that send their logins to this provider."""
        path.write_text(
            f"""
[auth]
redirect_uri = "{atlas}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "atlas"
client_secret = "secret-d-essai"
server_metadata_url = "{self.metadata}"
[droits.saisie]
domaines = ["ampmetropole.fr"]
[droits.administration]
adresses = ["chef@exemple.org"]
""",
            encoding="utf-8",
        )
        return path
