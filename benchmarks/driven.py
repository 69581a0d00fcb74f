"""A Chromium that opens a page with a map, changes its commune, and says when the screen shows the change.

Times are read inside the page, from the key that commits the choice to the second animation frame after both the
table and the map hold the new commune: what is timed is what the user waits for.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
#: No sandbox inside containers; nothing but the loopback can be reached, so that no outside host is measured.
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
TIMEOUT_MS: Final = 60_000

# What the screen shows. The map and the table each count as shown at the second animation frame after they hold the
# new commune: the atlas's map says so itself, in a counter on its frame's body. The obvious design makes a new frame
# whose script draws everything at once, and each of its features bears the name of the commune it was drawn for.
_SHOWS: Final = """
window.bench = {
  frames: () => [...document.querySelectorAll('iframe[src*="streamlit_folium"]')].map((f) => f.contentWindow).filter((w) => w && w.map),
  atlas: {
    mark: () => Number(bench.frames()[0].document.body.dataset.peint),
    map: (place, mark) => bench.frames().some((w) => Number(w.document.body.dataset.peint || 0) > mark),
    table: (place) => [...document.querySelectorAll(".atlas-table caption")].some((c) => c.textContent.includes(place)),
    counted: true,
  },
  obvious: {
    mark: () => 0,
    map: (place) => bench.frames().some((w) => {
      for (const layer of Object.values(w.map._layers)) if (layer.feature) return layer.feature.properties.lieu === place;
      return false;
    }),
    table: (place) => [...document.querySelectorAll('[data-testid="stCaptionContainer"]')].some((c) => c.textContent === "Lignes de " + place),
    counted: false,
  },
  blank: { mark: () => 0, map: () => document.querySelector("h1") !== null, table: () => true, counted: false },
  until: (test, counted) => new Promise((resolve) => {
    const look = () => {
      if (!test()) setTimeout(look, 4);
      else if (counted) resolve(performance.now());
      else requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
    };
    look();
  }),
  map: (kind, place, mark) => bench.until(() => bench[kind].map(place, mark), bench[kind].counted),
  both: (kind, place, mark) => Promise.all([bench.map(kind, place, mark), bench.until(() => bench[kind].table(place), false)])
    .then((times) => Math.max(...times)),
};
"""


@dataclass
class Traffic:
    """What the browser has received.

    Parameters
    ----------
    received
        Bytes of messages and files, as sent over the wire.
    sent
        Messages that the browser has sent: each may run the app again.
    """

    received: int = 0
    sent: int = 0


def installed() -> bool:
    """Say whether there is a Chromium to drive."""
    return shutil.which(CHROMIUM) is not None


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a Chromium as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Driven:
    """One session: a fresh browser context on one page.

    Parameters
    ----------
    browser
        The browser.
    kind
        "atlas", "obvious" or "blank".
    """

    def __init__(self, browser: Browser, kind: str) -> None:
        self.kind = kind
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 1280, "height": 800}, locale="fr-FR"
        )
        self.context.set_default_timeout(TIMEOUT_MS)
        self.context.add_init_script(f"if (window === window.top) {{ {_SHOWS} }}")
        self.page: Page = self.context.new_page()
        self.traffic = Traffic()
        network = self.context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.on("Network.webSocketFrameReceived", self._on_message)
        network.on("Network.webSocketFrameSent", self._on_sent)
        network.on("Network.loadingFinished", self._on_file)

    def close(self) -> None:
        """End the session."""
        self.context.close()

    def open(self, url: str, place: str) -> float:
        """Open a page and wait for its map.

        Parameters
        ----------
        url
            Address of the page.
        place
            The commune that its table must name.

        Returns
        -------
        float
            Milliseconds from the start of the navigation to the painted map.
        """
        self.page.goto(url, wait_until="commit")
        return float(self.page.evaluate("([kind, place]) => bench.map(kind, place, 0)", [self.kind, place]))

    def choose(self, place: str) -> float:
        """Change the commune and wait for the map and the table.

        Parameters
        ----------
        place
            Name of the commune.

        Returns
        -------
        float
            Milliseconds from the key that commits the choice to the repaint.
        """
        box = self.page.get_by_role("combobox", name="Commune").first
        box.click()
        box.fill(place)
        self.page.get_by_role("option", name=place, exact=True).first.wait_for()
        self.page.evaluate(
            """([kind, place]) => {
              let pressed = null;
              document.addEventListener("keydown", () => { pressed = performance.now(); }, { once: true, capture: true });
              bench.done = bench.both(kind, place, bench[kind].mark()).then((shown) => shown - pressed);
            }""",
            [self.kind, place],
        )
        box.press("Enter")
        return float(self.page.evaluate("window.bench.done"))

    def hear(self) -> None:
        """Take in what the browser has told of its traffic while this process did something else."""
        self.page.wait_for_timeout(450)

    def _on_message(self, event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]
        # Binary messages come in base 64.
        self.traffic.received += len(payload) * 3 // 4 if event["response"]["opcode"] == 2 else len(payload)

    def _on_sent(self, _event: dict[str, Any]) -> None:
        self.traffic.sent += 1

    def _on_file(self, event: dict[str, Any]) -> None:
        self.traffic.received += int(event["encodedDataLength"])
