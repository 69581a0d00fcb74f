"""Thirty sessions on one server for two minutes, each changing its commune every five seconds on average.

Sessions speak to the server as a browser's page does: one WebSocket each, and the layer files that the page names. When
each change is due is drawn beforehand, so a slow answer delays none of the next ones, and the wait is counted from the
moment when the change was due. Run by `make load`; the exit status says whether the limits hold.
"""

import random
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Final

from benchmarks import pages, served, sessions

SESSIONS: Final = 30
SECONDS: Final = 120.0
EVERY_S: Final = 5.0
SEED: Final = 20_240_101
LIMIT_S: Final = 1.0
#: Memory is flat if the last readings exceed those just after the first minute by no more than this.
FLAT_SHARE: Final = 0.03
_READ_EVERY_S: Final = 2.0
_READINGS: Final = 5


@dataclass
class Load:
    """What the sessions and the server's memory have told.

    Parameters
    ----------
    waited_s
        Seconds from the moment when each change was due to the end of its answer.
    errors
        What went wrong, one text per change or session.
    files
        Layer files fetched.
    memory_mb
        Time since the start in seconds, and memory of the server in megabytes.
    """

    waited_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    files: int = 0
    memory_mb: list[tuple[float, float]] = field(default_factory=list)

    @property
    def p95_s(self) -> float:
        """Wait under which 95 % of the changes were answered, in seconds."""
        return quantiles(self.waited_s, n=20)[-1]

    def growth(self, *, after_s: float) -> float:
        """Give the growth of memory from some moment to the end, as a share of what it was.

        Parameters
        ----------
        after_s
            The moment, in seconds since the start.

        Returns
        -------
        float
            0.01 for one per cent.
        """
        later = [memory for at, memory in self.memory_mb if at >= after_s]
        return median(later[-_READINGS:]) / median(later[:_READINGS]) - 1.0


def run(
    server: served.Server, *, count: int = SESSIONS, seconds: float = SECONDS, every_s: float = EVERY_S
) -> Load:
    """Open sessions and let each change its commune at random moments.

    Parameters
    ----------
    server
        The atlas.
    count
        Number of sessions.
    seconds
        How long they go on once all are open.
    every_s
        Mean time between two changes of one session.

    Returns
    -------
    Load
        What was measured.
    """
    load = Load()
    lock = threading.Lock()
    with ExitStack() as stack:
        opened = [
            stack.enter_context(sessions.Session(server, page="carte", query=pages.QUERY))
            for _ in range(count)
        ]
        for session in opened:
            session.fetch()
        start = time.monotonic()

        def visit(at: int) -> None:
            draw = random.Random(SEED + at)  # noqa: S311
            due = draw.expovariate(1 / every_s)
            while due < seconds:
                time.sleep(max(0.0, start + due - time.monotonic()))
                try:
                    opened[at].choose(draw.choice(opened[at].options))
                    waited = time.monotonic() - start - due
                    fetched = opened[at].fetch()
                except Exception as error:  # noqa: BLE001
                    with lock:
                        load.errors.append(f"session {at + 1}, {due:.0f} s : {error!r}")
                    return
                with lock:
                    load.waited_s.append(waited)
                    load.files += fetched
                due += draw.expovariate(1 / every_s)

        threads = [threading.Thread(target=visit, args=(at,)) for at in range(count)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            load.memory_mb.append((time.monotonic() - start, server.memory_mb()))
            time.sleep(_READ_EVERY_S)
        for thread in threads:
            thread.join()
    return load


def main() -> int:
    """Run the load, print it, and give the exit status."""
    with served.Server() as server:
        load = run(server)
    p95_s, growth = load.p95_s, load.growth(after_s=SECONDS / 2)
    print(
        f"{SESSIONS} sessions, {SECONDS:.0f} s: {len(load.waited_s)} changes, {load.files} files, "
        f"{len(load.errors)} errors"
    )
    print(f"answered: median {median(load.waited_s) * 1000:.0f} ms, p95 {p95_s * 1000:.0f} ms (limit 1000)")
    print(
        f"memory: {load.memory_mb[0][1]:.0f} MB at first, {load.memory_mb[-1][1]:.0f} MB at the end, "
        f"{growth:+.1%} after the first minute (limit {FLAT_SHARE:+.0%})"
    )
    for error in load.errors[:10]:
        print(error)
    return int(bool(load.errors) or p95_s > LIMIT_S or growth > FLAT_SHARE)


if __name__ == "__main__":
    sys.exit(main())
