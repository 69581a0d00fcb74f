"""Page carte against the obvious design, with every layer on and the table shown.

The commune goes back and forth between Marseille and Aix-en-Provence, in both designs in turn.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Final
from urllib.parse import urlencode

from playwright.sync_api import Browser

from benchmarks import driven, served, sessions
from benchmarks.measure import ROUNDS, Row
from maps.layers import LAYERS

HERE: Final = "Marseille"
THERE: Final = "Aix-en-Provence"
EVERYWHERE: Final = "Toutes les communes"
QUERY: Final = urlencode([*(("couches", layer.titre) for layer in LAYERS), ("commune", HERE)])
CROWD: Final = 10
CROWD_ROUNDS: Final = 10
#: Of what takes long and is far apart.
FEW_ROUNDS: Final = 3


@dataclass(frozen=True)
class Change:
    """One change of commune.

    Parameters
    ----------
    repaint_ms
        From the key that commits the choice to the painted map and table.
    cpu_ms
        Processor time of the server.
    """

    repaint_ms: float
    cpu_ms: float


@contextmanager
def designs() -> Iterator[tuple[Browser, served.Server, served.Server]]:
    """Run Chromium, the atlas and the obvious design."""
    with driven.chromium() as browser, served.Server() as atlas, served.obvious() as obvious:
        yield browser, atlas, obvious


@contextmanager
def opened(browser: Browser, server: served.Server, *, kind: str) -> Iterator[driven.Driven]:
    """Open a session that shows Marseille."""
    session = driven.Driven(browser, kind)
    try:
        if kind == "atlas":
            session.open(f"{server.url}/carte?{QUERY}", HERE)
        else:
            session.open(server.url, EVERYWHERE)
            server.settle()
            session.choose(HERE)
        server.settle()
        session.hear()
        yield session
    finally:
        session.close()


def changes(
    browser: Browser, atlas: served.Server, obvious: served.Server, *, rounds: int
) -> list[tuple[Change, Change]]:
    """Change the commune in both designs in turn.

    Parameters
    ----------
    browser
        The browser.
    atlas, obvious
        The servers.
    rounds
        How many times.

    Returns
    -------
    list of tuple of Change
        The obvious design's and the atlas's, round by round.
    """
    with (
        opened(browser, obvious, kind="obvious") as slow,
        opened(browser, atlas, kind="atlas") as fast,
    ):
        pairs = []
        # One change each before the count: files and code come once per session.
        for at in range(-2, rounds):
            place = (THERE, HERE)[at % 2]
            pair = (_change(slow, obvious, place), _change(fast, atlas, place))
            if at >= 0:
                pairs.append(pair)
        return pairs


def first_changes(browser: Browser, atlas: served.Server, obvious: served.Server) -> tuple[float, float]:
    """Count what a session receives for a commune that it has never asked for: messages and files.

    Parameters
    ----------
    browser
        The browser.
    atlas, obvious
        The servers.

    Returns
    -------
    tuple of float
        Kilobytes of the obvious design, of the atlas.
    """
    received = []
    for server, kind in ((obvious, "obvious"), (atlas, "atlas")):
        with opened(browser, server, kind=kind) as session:
            before = session.traffic.received
            session.choose(THERE)
            server.settle()
            session.hear()
            received.append((session.traffic.received - before) / 1000)
    return received[0], received[1]


def session_starts(
    browser: Browser, *servers: tuple[str, served.Server], rounds: int
) -> list[tuple[float, ...]]:
    """Open new sessions, with an empty cache each, in turn.

    Parameters
    ----------
    browser
        The browser.
    *servers
        Pairs of "blank", "obvious" or "atlas" and the server.
    rounds
        How many times.

    Returns
    -------
    list of tuple of float
        Milliseconds to the painted page, in the order of the servers.
    """
    pages = {"blank": ("", ""), "obvious": ("", EVERYWHERE), "atlas": (f"/carte?{QUERY}", HERE)}
    times = []
    # One session each before the count: the first one of a server loads its code and data.
    for at in range(-1, rounds):
        row = []
        for kind, server in servers:
            path, place = pages[kind]
            session = driven.Driven(browser, kind)
            row.append(session.open(server.url + path, place))
            server.settle()
            session.close()
            server.settle()
        if at >= 0:
            times.append(tuple(row))
    return times


def blank_page() -> served.Server:
    """Give a server of a page with nothing on it."""
    return served.Server("benchmarks/obvious/blank.py")


def runs_per_pan(browser: Browser, server: served.Server, *, kind: str) -> int:
    """Pan and zoom the map, and count the times that the app runs again.

    Parameters
    ----------
    browser
        The browser.
    server
        The server.
    kind
        "atlas" or "obvious".

    Returns
    -------
    int
        How often.
    """
    with opened(browser, server, kind=kind) as session:
        _quiet(session)
        before = session.traffic.sent
        frame = session.page.locator('iframe[src*="streamlit_folium"]')
        # What is off the screen takes no wheel and no drag.
        frame.scroll_into_view_if_needed()
        box = frame.bounding_box()
        if box is None:
            raise RuntimeError("The map is not there")
        x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
        mouse = session.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + 80, y + 40, steps=5)
        mouse.up()
        session.page.wait_for_timeout(1200)
        mouse.wheel(0, -300)
        session.page.wait_for_timeout(1500)
        return session.traffic.sent - before


def _quiet(session: driven.Driven) -> None:
    """Wait until the browser has sent nothing for a second: on a busy machine the first messages are late."""
    for _ in range(20):
        before = session.traffic.sent
        session.page.wait_for_timeout(1000)
        if session.traffic.sent == before:
            return


def crowd(server: served.Server, *, page: str, query: str, rounds: int) -> tuple[list[float], float]:
    """Change the commune of ten sessions at the same moment.

    Parameters
    ----------
    server
        The server.
    page, query
        As for `sessions.Session`.
    rounds
        How many times.

    Returns
    -------
    tuple of list and float
        Milliseconds that each change waited for its answer; megabytes that each session holds.
    """
    with ExitStack() as stack:
        first = stack.enter_context(sessions.Session(server, page=page, query=query))
        first.choose(THERE)
        first.choose(HERE)
        before = server.memory_mb()
        many = [stack.enter_context(sessions.Session(server, page=page, query=query)) for _ in range(CROWD)]
        waited = []
        for at in range(rounds):
            waited += sessions.at_once(many, (THERE, HERE)[at % 2])
        return [1000 * seconds for seconds in waited], (server.memory_mb() - before) / CROWD


def rows() -> Iterator[Row]:
    """Measure everything that the README claims of page carte.

    Yields
    ------
    Row
        One row per question; ratios are obvious over atlas, those of sessions blank over atlas.
    """
    if not driven.installed():
        print(f"pages: no {driven.CHROMIUM}, nothing measured", file=sys.stderr)
        return
    with designs() as (browser, atlas, obvious):
        yield from _change_rows(changes(browser, atlas, obvious, rounds=ROUNDS))
        sent = first_changes(browser, atlas, obvious)
        yield Row("carte: sent for a commune never asked before", *sent, "KB", sent[0] / sent[1], "1")
        pans = runs_per_pan(browser, obvious, kind="obvious"), runs_per_pan(browser, atlas, kind="atlas")
        ratio = float("inf") if not pans[1] else pans[0] / pans[1]
        yield Row("carte: runs of the app per pan and zoom", *pans, "", ratio, "1")
        with blank_page() as blank:
            empty = session_starts(browser, ("blank", blank), ("atlas", atlas), rounds=ROUNDS)
        yield _start_row("carte: new session to painted map (blank page first)", empty)
        slow = session_starts(browser, ("obvious", obvious), ("atlas", atlas), rounds=FEW_ROUNDS)
        yield _start_row("carte: new session to painted map", slow)
    with served.Server() as atlas:
        waited, memory = crowd(atlas, page="carte", query=QUERY, rounds=CROWD_ROUNDS)
    with served.obvious() as obvious:
        waited_obvious, memory_obvious = crowd(obvious, page="", query="", rounds=1)
    ten = f"10 sessions change at the same moment, {{}}, {CROWD_ROUNDS} rounds"
    yield _crowd_row(ten.format("median"), waited_obvious, waited, 0.5)
    yield _crowd_row(ten.format("p95"), waited_obvious, waited, 0.95)
    yield Row(
        "carte: memory per session", memory_obvious, memory, "MB", memory_obvious / max(memory, 0.1), "10"
    )


def _change_rows(pairs: list[tuple[Change, Change]]) -> Iterator[Row]:
    yield Row(
        "carte: change of commune to repaint",
        median(slow.repaint_ms for slow, _ in pairs),
        median(fast.repaint_ms for _, fast in pairs),
        "ms",
        median(slow.repaint_ms / fast.repaint_ms for slow, fast in pairs),
        str(len(pairs)),
    )
    slow_ms, fast_ms = sum(slow.cpu_ms for slow, _ in pairs), sum(fast.cpu_ms for _, fast in pairs)
    yield Row(
        "carte: processor time of the server per change, mean",
        slow_ms / len(pairs),
        fast_ms / len(pairs),
        "ms",
        slow_ms / fast_ms,
        str(len(pairs)),
    )


def _change(session: driven.Driven, server: served.Server, place: str) -> Change:
    before = server.cpu_s()
    repaint_ms = session.choose(place)
    server.settle()
    return Change(repaint_ms, 1000 * (server.cpu_s() - before))


def _start_row(question: str, starts: list[tuple[float, ...]]) -> Row:
    return Row(
        question,
        median(other for other, _ in starts),
        median(atlas for _, atlas in starts),
        "ms",
        median(other / atlas for other, atlas in starts),
        str(len(starts)),
    )


def _crowd_row(question: str, obvious: list[float], atlas: list[float], share: float) -> Row:
    slow, fast = _quantile(obvious, share), _quantile(atlas, share)
    return Row(f"carte: {question}", slow, fast, "ms", slow / fast, str(CROWD_ROUNDS))


def _quantile(values: list[float], share: float) -> float:
    return quantiles(values, n=100, method="inclusive")[round(100 * share) - 1]
