/* The list of a standalone map's objects, for those who have no mouse: each object is a button that brings the map to it
   and opens what the map says of it. A layer's buttons are made when its part is opened. */
window.atlasObjets = (function () {
  "use strict";

  const { element, format } = window.atlasTexts;
  const OUT_OF_SCOPE = "hors périmètre de la source";
  const AT_ONCE = 500;
  const POINT_ZOOM = 15;
  const OUTLINE_ZOOM = 16;
  const order = new Intl.Collator("fr", { numeric: true });
  let names = {};
  let opened = null;

  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const several = (count, one, many) => `${format(count, "entier")}\u00a0${count < 2 ? one : many}`;

  function nameOf({ atlas }) {
    return format(atlas.properties[atlas.layer.entete], "texte");
  }

  /* What tells an object from its namesakes: its kind where a layer has several, its communes. */
  function detailOf({ atlas }, kinds) {
    const places = (atlas.communes || []).map((code) => names[code]).filter((name) => name && name !== nameOf({ atlas }));
    return [...(kinds > 1 ? [atlas.look.titre] : []), ...places].join(", ");
  }

  /* --- One object ------------------------------------------------------------------------------------------ */

  function ringOf(object) {
    const dark = { interactive: false, fill: false, color: "#111827", weight: 3 };
    const light = { ...dark, color: "#ffffff", weight: 7 };
    const around = (style) => {
      if (object.latlng) return L.circleMarker(object.latlng, { ...style, radius: 13 });
      return (object instanceof L.Polygon ? L.polygon : L.polyline)(object.getLatLngs(), style);
    };
    return L.layerGroup([around(light), around(dark)]);
  }

  function boxOf(object) {
    const box = element("div", "atlas-fiche-objet");
    const button = element("button", "", "Fermer");
    button.type = "button";
    button.addEventListener("click", () => close({ back: true }));
    box.append(window.atlas.describe(object), button);
    box.tabIndex = -1;
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", nameOf(object));
    return box;
  }

  function open(object, from, part) {
    close({ back: false });
    const { map } = window;
    map.getContainer().scrollIntoView({ block: "nearest" });
    if (object.latlng) map.setView(object.latlng, Math.max(map.getZoom(), POINT_ZOOM), { animate: false });
    else map.fitBounds(object.getBounds(), { animate: false, maxZoom: OUTLINE_ZOOM, padding: [30, 30] });
    const box = boxOf(object);
    const ring = ringOf(object).addTo(map);
    const size = map.getSize();
    const bubble = L.popup({ closeButton: false, maxWidth: Math.min(320, size.x - 60), maxHeight: size.y - 80 });
    bubble.setLatLng(object.latlng || object.getCenter()).setContent(box);
    opened = { bubble, ring, from, part };
    map.getContainer().classList.add("atlas-fiche-ouverte");
    map.openPopup(bubble);
    box.focus({ preventScroll: true });
  }

  /* back: whether the focus goes back to the button that opened the bubble, or to its list if a filter took it away. */
  function close({ back }) {
    if (!opened) return;
    const { bubble, ring, from, part } = opened;
    opened = null;
    ring.remove();
    bubble.remove();
    window.map.getContainer().classList.remove("atlas-fiche-ouverte");
    if (back) (from.isConnected ? from : part.querySelector("summary")).focus();
  }

  /* --- One layer ------------------------------------------------------------------------------------------- */

  function entriesOf(drawn) {
    const kinds = new Set(drawn.map(({ atlas }) => atlas.look)).size;
    const entries = drawn.map((object) => ({ object, name: nameOf(object), detail: detailOf(object, kinds) }));
    for (const entry of entries) entry.words = folded(`${entry.name} ${entry.detail}`);
    return entries.sort((a, b) => order.compare(a.name, b.name) || order.compare(a.detail, b.detail));
  }

  function lineOf({ object, name, detail }, part) {
    const line = element("li");
    const button = element("button");
    button.type = "button";
    button.append(element("strong", "", name));
    if (detail) button.append(element("span", "", `, ${detail}`));
    button.addEventListener("click", () => open(object, button, part));
    line.append(button);
    return line;
  }

  function fill(part, drawn) {
    const entries = entriesOf(drawn);
    const list = element("ul");
    let kept = entries;
    if (entries.length <= AT_ONCE) {
      list.append(...entries.map((entry) => lineOf(entry, part)));
      part.append(list);
      return;
    }
    const label = element("label", "", `Filtrer ${several(entries.length, "objet", "objets")} par nom, nature ou commune`);
    const field = element("input");
    field.type = "search";
    label.append(field);
    const said = element("p");
    said.setAttribute("role", "status");
    const more = element("button", "atlas-suite", `${format(AT_ONCE, "entier")} de plus`);
    more.type = "button";
    const count = () => {
      const shown = list.childElementCount;
      more.hidden = shown >= kept.length;
      said.textContent = kept.length
        ? `${several(shown, "objet listé", "objets listés")} sur ${format(kept.length, "entier")}`
        : "Aucun objet ne répond à ce filtre";
    };
    const add = () => {
      const first = list.childElementCount;
      list.append(...kept.slice(first, first + AT_ONCE).map((entry) => lineOf(entry, part)));
      count();
      return list.children[first];
    };
    field.addEventListener("input", () => {
      const words = folded(field.value).split(/\s+/).filter(Boolean);
      kept = entries.filter((entry) => words.every((word) => entry.words.includes(word)));
      list.replaceChildren();
      add();
    });
    more.addEventListener("click", () => {
      const first = add();
      if (first) first.firstElementChild.focus();
    });
    part.append(label, said, list, more);
    add();
  }

  function partOf({ shown, layer, drawn }) {
    const said = shown.hors ? shown.raison || OUT_OF_SCOPE : format(drawn.length, "entier");
    const title = `${layer.titre} (${said})`;
    if (!drawn.length) return element("p", "", title);
    const part = element("details");
    part.dataset.couche = shown.id;
    part.append(element("summary", "", title));
    part.addEventListener("toggle", () => part.open && part.childElementCount === 1 && fill(part, drawn));
    return part;
  }

  /* List what the map shows.

     box: the element that takes the list. communes: INSEE code to name. */
  function list(box, communes) {
    names = communes;
    box.replaceChildren(...window.atlas.onMap().map(partOf));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !opened) return;
      event.preventDefault();
      close({ back: true });
    });
    // A click on the map closes the bubble too: the focus is then where the click put it.
    window.map.on("popupclose", ({ popup }) => opened && popup === opened.bubble && close({ back: false }));
  }

  return { list };
})();
