"""Streamlit servers on free ports of the loopback, with what they cost."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 60.0
# A server rests once it has used less than this in so many seconds.
REST_S = 0.2
REST_CPU_S = 0.01
REST_TIMEOUT_S = 30.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Server:
    """A Streamlit app that runs as long as the block that opened it.

    Parameters
    ----------
    script
        The app that Streamlit runs, relative to the repository; None for the atlas, which starts by itself.
    options
        Options of Streamlit, such as {"server.baseUrlPath": "atlas"}.
    environment
        Variables of the process, beside those of this one.
    """

    def __init__(
        self,
        script: str | None = None,
        *,
        options: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.script, self.name = script, script or "The atlas"
        self.options = dict(options or {})
        self.environment = {**os.environ, **(environment or {})}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    @property
    def url(self) -> str:
        """Address of the app, without a final slash."""
        base = self.options.get("server.baseUrlPath", "").strip("/")
        return f"http://127.0.0.1:{self.port}" + (f"/{base}" if base else "")

    def __enter__(self) -> Self:
        """Start the server and wait until it answers."""
        self._log = tempfile.TemporaryFile()
        options = {
            "server.port": str(self.port),
            "server.address": "127.0.0.1",
            "server.headless": "true",
            **self.options,
        }
        start = ["streamlit", "run", self.script] if self.script else ["server"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", *start] + [f"--{name}={value}" for name, value in options.items()],
            cwd=ROOT,
            env=self.environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                requests.get(f"{self.url}/_stcore/health", timeout=2).raise_for_status()
            except requests.RequestException:
                time.sleep(0.1)
            else:
                return self
        said = self.log
        self.__exit__(None, None, None)
        raise RuntimeError(f"{self.name} does not start:\n{said}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._log.close()

    def kill(self) -> None:
        """End the server at once, as a machine that loses its power does."""
        self._process.kill()
        self._process.wait(10)

    def revive(self) -> None:
        """Start again, on the same port, if it was killed."""
        if self._process.poll() is not None:
            self._log.close()
            self.__enter__()

    @property
    def log(self) -> str:
        """What the server has written so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def cpu_s(self) -> float:
        """Give the processor time that the server has used, in seconds."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    def settle(self) -> None:
        """Wait until the server rests: what one design still does must not slow the next one's round."""
        deadline = time.monotonic() + REST_TIMEOUT_S
        before = self.cpu_s()
        while time.monotonic() < deadline:
            time.sleep(REST_S)
            now = self.cpu_s()
            if now - before <= REST_CPU_S:
                return
            before = now
        raise RuntimeError(f"{self.name} does not come to rest in {REST_TIMEOUT_S:.0f} s")

    def memory_mb(self) -> float:
        """Give the memory that the server holds, in megabytes."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("No memory in the process's status")


def obvious() -> Server:
    """Give the obvious design, with Leaflet's files from the same package beside it."""
    from xstatic.pkg import leaflet

    folder = ROOT / "benchmarks" / "obvious" / "static" / "leaflet"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("leaflet.js", "leaflet.css"):
        shutil.copy(Path(leaflet.BASE_DIR) / name, folder / name)
    return Server("benchmarks/obvious/app.py")
