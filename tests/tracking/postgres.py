"""A PostgreSQL server of the machine's own, with its data in a folder of the test."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER = "postgres"


def programs() -> Path | None:
    """Find the folder of PostgreSQL's programs, which Debian keeps off the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    if folders:
        return folders[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def absence() -> str | None:
    """Say why no server can be started here."""
    if programs() is None:
        return "PostgreSQL absent : tests du suivi sur PostgreSQL non exécutés (apt-get install postgresql)"
    if os.geteuid():
        return None
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return f"pas d'utilisateur {USER} : PostgreSQL refuse root, tests du suivi non exécutés"
    return None


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """Start a server on a free port of the loopback, and stop it at the end of the block.

    `folder` is empty and every user can reach it, which pytest's own folders do not allow.
    """
    if reason := absence():
        pytest.fail(reason)
    bin_, data = programs(), folder / "data"
    identity = {}
    if not os.geteuid():
        # PostgreSQL refuses to run as root.
        owner = pwd.getpwnam(USER)
        identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60, **identity)

    run(
        f"{bin_}/initdb",
        "-D",
        str(data),
        "-U",
        "atlas",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "--no-sync",
    )
    # Processes are killed here, never the machine: what the system was given is not lost.
    options = f"-c fsync=off -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c max_connections=200"
    run(f"{bin_}/pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield f"postgresql://atlas@127.0.0.1:{port}/postgres"
    finally:
        run(f"{bin_}/pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
