"""What tests ask of a page that holds a map."""

import re
import time

from playwright.sync_api import TimeoutError as TooLateError

from tests.browser.conftest import MAP, settled


class MapPage:
    """A page with a map: its frame, its legend, its address.

    Parameters
    ----------
    page
        A Playwright page that is open and settled.
    """

    def __init__(self, page):
        self.page = page
        self.rest()

    @property
    def frame(self):
        """The map's frame, as it is now."""
        return next(frame for frame in self.page.frames if "streamlit_folium" in frame.url)

    def rest(self):
        """Wait until the map is painted and the address says what it shows."""
        settled(self.page)
        self.frame.wait_for_function("window.atlasAddress.isWritten()")

    def reload(self):
        # Streamlit may write an older address back; the map's script looks at it once a second.
        self.page.wait_for_timeout(1_100)
        self.rest()
        self.page.reload()
        self.page.wait_for_selector("h1")
        self.rest()

    def repaint(self, act):
        """Do something and wait until the map is painted again."""
        before = int(self.frame.evaluate("document.body.dataset.peint"))
        act()
        self.frame.wait_for_function("(before) => Number(document.body.dataset.peint) > before", arg=before)
        self.rest()

    def choose(self, label, value):
        """Pick the first option that begins with a text; a run of the page takes the list away, which is then opened again."""
        box = self.page.get_by_role("combobox", name=label).first
        option = self.page.get_by_role("option", name=re.compile(f"^{re.escape(value)}")).first
        for patience_ms in (3_000, 30_000):
            box.click()
            box.fill(value)
            try:
                option.click(timeout=patience_ms)
            except TooLateError:
                settled(self.page)
            else:
                return

    def close_list(self):
        """Close the list of options if it stays open: where there is none, the key would take the choice back."""
        settled(self.page)
        if self.page.get_by_role("listbox").count():
            self.page.keyboard.press("Escape")
            settled(self.page)

    def toggle(self, label):
        """Press a pill."""
        self.page.get_by_test_id("stButtonGroup").get_by_text(label, exact=True).click()

    def legend(self):
        """Count (None outside the source) and whole text of each line, by layer."""
        lines = self.frame.evaluate(
            """() => [...document.querySelectorAll('.atlas-legende li')].map(
              (li) => [li.dataset.couche, li.dataset.compte ?? null, li.textContent])"""
        )
        found = {}
        for layer, count, text in lines:
            found.setdefault(layer, []).append((None if count is None else int(count), plain(text)))
        return found

    def counts(self):
        """How many objects of each layer the legend says are drawn."""
        return {layer: sum(count or 0 for count, _ in lines) for layer, lines in self.legend().items()}

    def drawn(self, layer_id):
        """Ids of the objects of a layer that are on the map."""
        ids = self.frame.evaluate(
            """(layer) => Object.values(window.map._layers).flatMap((l) => l._all || [l])
              .filter((o) => o.atlas && o.atlas.layer.id === layer).map((o) => o.atlas.id)""",
            layer_id,
        )
        assert len(ids) == len(set(ids))
        return set(ids)

    def shows(self, layer_id, ids, patience_s=10.0):
        """Check the objects of a layer that are on the map, once what is under way has arrived."""
        until = time.monotonic() + patience_s
        while self.drawn(layer_id) != ids and time.monotonic() < until:
            self.page.wait_for_timeout(100)
        assert self.drawn(layer_id) == ids

    def view(self):
        """Zoom, latitude, longitude."""
        return self.frame.evaluate(
            "(() => { const c = window.map.getCenter(); return [window.map.getZoom(), c.lat, c.lng]; })()"
        )

    def address(self):
        """The query parameters, each with its values."""
        return self.page.evaluate(
            """() => { const asked = new URLSearchParams(location.search);
              return Object.fromEntries([...new Set(asked.keys())].map((name) => [name, asked.getAll(name)])); }"""
        )

    def place_of(self, layer_id, object_id):
        """Where on the page an outline can be clicked, free of what lies over it."""
        found = self.frame.evaluate(
            """([layer, id]) => {
              const map = window.map, all = Object.values(map._layers);
              const shape = all.find((l) => l.atlas && l.atlas.layer.id === layer && l.atlas.id === id);
              const box = shape.getBounds();
              const steps = [...Array(29).keys()].map((i) => (i + 1) / 30);
              for (const a of steps) for (const b of steps) {
                const at = [box.getSouth() + a * (box.getNorth() - box.getSouth()), box.getWest() + b * (box.getEast() - box.getWest())];
                const point = map.latLngToLayerPoint(at);
                const hits = all.filter((l) => l._containsPoint && l.options.interactive !== false && l._containsPoint(point));
                if (hits.length === 1 && hits[0] === shape) { const p = map.latLngToContainerPoint(at); return [p.x, p.y]; }
              }
              return null;
            }""",
            [layer_id, object_id],
        )
        assert found, "no free point on this object"
        return self.on_page(*found)

    def point_of(self, layer_id, object_id):
        """Where on the page a point of the map is."""
        found = self.frame.evaluate(
            """([layer, id]) => {
              const all = Object.values(window.map._layers).flatMap((l) => l._all || []);
              const p = window.map.latLngToContainerPoint(all.find((o) => o.atlas.layer.id === layer && o.atlas.id === id).latlng);
              return [p.x, p.y];
            }""",
            [layer_id, object_id],
        )
        return self.on_page(*found)

    def on_page(self, x, y):
        """Turn a position in the map into one on the page."""
        self.page.locator(MAP).scroll_into_view_if_needed()
        box = self.page.locator(MAP).bounding_box()
        return box["x"] + x, box["y"] + y

    def tooltip(self):
        """What the tooltip says, line by line."""
        return plain(self.frame.locator(".atlas-bulle").inner_text()).split("\n")

    def rows(self):
        """The table's caption."""
        return plain(self.page.locator(".st-key-carte-suite caption").first.inner_text())


def plain(text):
    """Give a text with ordinary spaces and apostrophes."""
    return re.sub(r"[\u00a0\u202f]", " ", text).replace("’", "'")
