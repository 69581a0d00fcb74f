"""The deployment without containers: the repository's nginx.conf before servers on the loopback."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import requests

from benchmarks.served import ROOT

CONF = ROOT / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
OPENSSL = shutil.which("openssl")
REQUIRED = os.environ.get("ATLAS_NGINX") == "requis"
#: As `deploy/nginx.conf` names the servers.
ADDRESSES = ("172.28.0.11:8501", "172.28.0.12:8501")
# Started by root, nginx would give its work to an account that may not enter the test's folder.
_AS_ROOT = "user root;" if os.geteuid() == 0 else ""


def missing():
    """Say what this machine lacks, or give an empty text."""
    lacking = [package for package, found in (("nginx-light", NGINX), ("openssl", OPENSSL)) if not found]
    return f"Absent : {', '.join(lacking)} ; installer ces paquets pour jouer ces tests" if lacking else ""


def free_port():
    """Give a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """nginx before two servers, as long as the block lasts.

    Parameters
    ----------
    folder
        Where it writes.
    ports
        Ports of the servers, in the order of their names in the configuration.
    """

    def __init__(self, folder, ports):
        self.folder, self.ports = Path(folder), ports
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}"

    @property
    def trust(self):
        """The certificates that a client of this nginx trusts."""
        context = ssl.create_default_context(cafile=self.folder / "certificat.pem")
        # After its handshake TLS 1.3 still sends, and Python's sockets lose a request that another thread writes then.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    def __enter__(self):
        self._certify()
        self._configure()
        self._log = (self.folder / "nginx.log").open("wb")
        self._process = subprocess.Popen(
            [NGINX, "-c", self.folder / "nginx.conf", "-e", "stderr", "-g", f"daemon off; {_AS_ROOT}"],
            stdout=self._log,
            stderr=self._log,
        )
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except ConnectionRefusedError:
                time.sleep(0.05)
            else:
                return self
        self.__exit__()
        raise RuntimeError(self.log)

    def __exit__(self, *_error):
        self._process.terminate()
        self._process.wait(10)
        self._log.close()

    @property
    def log(self):
        """What nginx complained of, its requests apart."""
        return (self.folder / "nginx.log").read_text(encoding="utf-8")

    def get(self, path, **options):
        """Ask for a path."""
        trusted = str(self.folder / "certificat.pem")
        return requests.get(self.url + path, verify=trusted, timeout=20, allow_redirects=False, **options)

    def _certify(self):
        words = (
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
        )
        subprocess.run(
            [
                *(OPENSSL, *words.split(), "-addext", "subjectAltName=IP:127.0.0.1"),
                *("-keyout", self.folder / "cle.pem", "-out", self.folder / "certificat.pem"),
            ],
            check=True,
            capture_output=True,
        )

    def _configure(self):
        text = CONF.read_text(encoding="utf-8")
        swaps = {
            " /tmp/": f" {self.folder}/",
            "/etc/nginx/tls/": f"{self.folder}/",
            "listen 8443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "listen 8080": f"listen 127.0.0.1:{self.plain_port}",
            "access_log /dev/stdout": f"access_log {self.folder}/access.log",
        }
        for address, port in zip(ADDRESSES, self.ports, strict=True):
            swaps[address] = f"127.0.0.1:{port}"
            swaps[re.escape(address)] = re.escape(f"127.0.0.1:{port}")
        for old, new in swaps.items():
            assert old in text, old
            text = text.replace(old, new)
        (self.folder / "nginx.conf").write_text(text, encoding="utf-8")
