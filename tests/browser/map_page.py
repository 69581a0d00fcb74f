"""What tests ask of a page that holds a map."""

import re

FRAME = 'iframe[src*="streamlit_folium"]'


class MapPage:
    """A page with a map: its frame, its legend, its address."""

    def __init__(self, page, url):
        self.page = page
        page.goto(url)
        self.painted()

    def painted(self):
        """Wait for the first paint."""
        self.page.frame_locator(FRAME).locator("body[data-peint]").wait_for(state="attached")
        self.page.wait_for_timeout(600)

    @property
    def frame(self):
        """The map's frame, as it is now."""
        return next(frame for frame in self.page.frames if "streamlit_folium" in frame.url)

    def paints(self):
        return int(self.frame.evaluate("document.body.dataset.peint"))

    def repaint(self, act):
        """Do something and wait until the map is painted again."""
        before = self.paints()
        act()
        self.frame.wait_for_function("(before) => Number(document.body.dataset.peint) > before", arg=before)
        self.page.wait_for_timeout(600)

    def choose(self, label, value):
        box = self.page.get_by_role("combobox", name=label).first
        box.click()
        box.fill(value)
        self.page.get_by_role("option", name=value).first.click()

    def legend(self):
        """Text and count of each line, by layer; the count is None outside the source."""
        lines = self.frame.evaluate(
            """() => [...document.querySelectorAll('.atlas-legende li')].map(
              (li) => [li.dataset.couche, li.textContent, li.dataset.compte ?? null])"""
        )
        return [(layer, text, None if count is None else int(count)) for layer, text, count in lines]

    def drawn(self, layer_id):
        """Ids of the objects of a layer that are on the map."""
        return set(
            self.frame.evaluate(
                """(layer) => Object.values(window.map._layers).flatMap((l) => l._all || [l])
                  .filter((o) => o.atlas && o.atlas.layer.id === layer).map((o) => o.atlas.id)""",
                layer_id,
            )
        )

    def view(self):
        """Zoom and centre."""
        return self.frame.evaluate(
            "(() => { const c = window.map.getCenter(); return [window.map.getZoom(), c.lat, c.lng]; })()"
        )

    def address(self):
        """The query parameters, each with its values."""
        return self.page.evaluate(
            """() => Object.fromEntries([...new Set(new URLSearchParams(location.search).keys())].map(
              (name) => [name, new URLSearchParams(location.search).getAll(name)]))"""
        )

    def place_of(self, layer_id, object_id):
        """Where on the page an object of the map can be clicked, free of the others."""
        found = self.frame.evaluate(
            """([layer, id]) => {
              const map = window.map;
              const shape = Object.values(map._layers).find((l) => l.atlas && l.atlas.layer.id === layer && l.atlas.id === id);
              const box = shape.getBounds();
              const steps = [...Array(19).keys()].map((i) => (i + 1) / 20);
              for (const a of steps) for (const b of steps) {
                const at = L.latLng(box.getSouth() + a * (box.getNorth() - box.getSouth()), box.getWest() + b * (box.getEast() - box.getWest()));
                const point = map.latLngToLayerPoint(at);
                const hits = Object.values(map._layers).filter((l) => l._containsPoint && l.options.interactive !== false && l._containsPoint(point));
                if (hits.length === 1 && hits[0] === shape) { const p = map.latLngToContainerPoint(at); return [p.x, p.y]; }
              }
              return null;
            }""",
            [layer_id, object_id],
        )
        assert found, "no free point on this object"
        box = self.page.locator(FRAME).bounding_box()
        return box["x"] + found[0], box["y"] + found[1]

    def text(self):
        """All that the page says, with ordinary spaces."""
        return re.sub(r"[\u00a0\u202f]", " ", self.page.locator("body").inner_text())
