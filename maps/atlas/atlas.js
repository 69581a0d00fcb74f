/* Draws the atlas's layers on one canvas, from files fetched once.

   Python calls atlas.start once, with the registry of layers, then atlas.show at each change, with the names of
   the files to draw; atlas.onMap and atlas.describe tell what is drawn. Texts of the data only ever become text nodes. */
(function () {
  "use strict";

  const { isPoint, Cloud, hatching, swatch } = window.atlasSigns;
  const { element, format } = window.atlasTexts;
  const OUT_OF_SCOPE = "hors périmètre de la source";
  const LABELS_UNTIL_ZOOM = 13;
  const SESSION = "session:";
  const HANDED_MS = 10_000;
  const SMALL_PX = 90;
  const LEGEND_PX = 240;
  // A4 upright within its margins of 12 mm.
  const PAPER_PX = (186 / 25.4) * 96;
  // A map in a column of the screen is enlarged on paper, as long as it stays sharp and fits its sheet.
  const LARGEST = 1.35;
  // The legend's text on the screen, and the 7 points that it has on paper.
  const LEGEND_TEXT_PX = 12;
  const LEGEND_PAPER_PX = (7 / 72) * 96;

  let map, canvas, scene, halo, labels, settings, looks, styled;
  let asked = 0;
  let clicks = 0;
  let frameToken = null;
  let viewFromAddress = false;
  let shownBasemap = null;
  let tilesSeen = false;
  let layersOn = [];
  let named = [];
  const heavier = [];
  const requests = new Map();
  const arrived = new Set();
  const objects = new Map();
  const own = new Map();
  const tiles = {};
  const parts = {};

  /* --- Objects ------------------------------------------------------------------------------------------ */

  function lookOf(layer, properties) {
    return (layer.variable && layer.variantes[String(properties[layer.variable])]) || layer;
  }

  /* A layer of the session may say itself what it is called and what its tooltip tells. */
  function layerOf(shown) {
    if (!shown.couche) return looks.get(shown.id);
    if (!own.has(shown.tout)) own.set(shown.tout, withFill(shown.couche));
    return own.get(shown.tout);
  }

  function withFill(layer) {
    for (const variant of Object.values(layer.variantes)) variant.remplissage = layer.remplissage;
    return layer;
  }

  function strokeOf(layer, look) {
    const opacity = look.symbole === "contour" ? layer.remplissage : 0;
    return {
      color: look.couleur,
      weight: look.epaisseur,
      opacity: 1,
      dashArray: look.tirets || null,
      fill: opacity > 0,
      fillColor: look.couleur,
      fillOpacity: opacity,
    };
  }

  /* What Python receives at a click: small, and never twice the same. */
  function forPython() {
    return { type: "Feature", geometry: null, properties: { couche: this.atlas.layer.id, id: this.atlas.id, clic: ++clicks } };
  }

  /* An outline without fill answers on its stroke only, or a whole commune would hide what lies in it. */
  function answersAt(point) {
    const filled = this.atlas.layer.remplissage > 0 || this.atlas.rank !== undefined;
    return (filled ? L.Polygon : L.Polyline).prototype._containsPoint.call(this, point, true);
  }

  function makeObject(layer, feature, source) {
    const look = lookOf(layer, feature.properties);
    const atlas = { layer, look, id: feature.id, label: feature.etiquette, communes: feature.communes, properties: feature.properties, source };
    if (isPoint(look)) {
      const latlng = L.GeoJSON.coordsToLatLng(feature.geometry.coordinates);
      return { atlas, look, latlng, world: map.project(latlng, 0) };
    }
    const made = L.GeoJSON.geometryToLayer(feature);
    Object.assign(made.options, { renderer: canvas, bubblingMouseEvents: false });
    Object.assign(made, { atlas, toGeoJSON: forPython });
    if (look.symbole === "contour") made._containsPoint = answersAt;
    return made;
  }

  /* What a standalone page holds, or what the page has begun to fetch while this frame was loading. */
  function early(url) {
    try {
      return (window.atlasFichiers || parent.atlasFichiers || {})[new URL(url, location.href).href];
    } catch {
      return undefined;
    }
  }

  /* What belongs to the session stands in the page: a script beside the map's frame puts it there, maybe a little later. */
  async function handed(url) {
    for (let waited = 0; waited < HANDED_MS && !early(url); waited += 50) await new Promise((done) => setTimeout(done, 50));
    if (!early(url)) throw new Error(url);
    return early(url);
  }

  function download(url) {
    if (url.startsWith(SESSION)) return handed(url);
    return fetch(url).then((answer) => {
      if (!answer.ok) throw new Error(url + " : " + answer.status);
      return answer.json();
    });
  }

  function fetchFile(url) {
    if (!requests.has(url)) {
      requests.set(
        url,
        (early(url) || download(url))
          .then((collection) => {
            arrived.add(url);
            return collection.features;
          })
          .catch((error) => {
            requests.delete(url);
            throw error;
          })
      );
    }
    return requests.get(url);
  }

  /* The objects made so far of a layer; those of a session's layer go when what was handed changes. */
  function knownObjects(shown) {
    const last = objects.get(shown.id);
    if (last && (last.tout === shown.tout || !shown.tout.startsWith(SESSION))) return last;
    if (last) requests.delete(last.tout);
    return objects.set(shown.id, Object.assign(new Map(), { tout: shown.tout })).get(shown.id);
  }

  /* The objects of one shown layer, in the order of its files, each once. */
  async function objectsOf(shown) {
    const layer = layerOf(shown);
    const codes = Object.keys(shown.fichiers);
    const whole = !codes.length || codes[0] === "toutes";
    const urls = !whole && arrived.has(shown.tout) ? [shown.tout] : Object.values(shown.fichiers);
    const known = knownObjects(shown);
    const kept = shown.ids && new Set(shown.ids);
    // Of many objects of a session, one bit each tells which are shown.
    const mask = shown.masque && atob(shown.masque);
    const seen = new Map();
    for (const features of await Promise.all(urls.map(fetchFile))) {
      for (const [at, feature] of features.entries()) {
        if (mask && !(mask.charCodeAt(at >> 3) & (128 >> (at & 7)))) continue;
        if (kept && !kept.has(feature.id)) continue;
        if (!whole && !feature.communes.some((code) => codes.includes(code))) continue;
        if (!known.has(feature.id)) known.set(feature.id, makeObject(layer, feature, shown.source));
        seen.set(feature.id, known.get(feature.id));
      }
    }
    return [...seen.values()];
  }

  function dress(shown, object, basemap) {
    const { layer, look } = object.atlas;
    object.atlas.rank = shown.classe ? shown.classe[object.atlas.id] : undefined;
    const klass = shown.classes && shown.classes[object.atlas.rank];
    if (isPoint(look)) {
      object.look = klass ? { ...look, couleur: klass.couleur, plein: klass.motif !== "hachures" } : look;
      return;
    }
    const stroke = strokeOf(layer, look);
    // Without tiles the territory stands out in white from what surrounds it.
    if (layer.etiquettes && basemap === "aucun") Object.assign(stroke, { fill: true, fillColor: "#fff", fillOpacity: 1 });
    if (klass) {
      const hatched = klass.motif === "hachures";
      Object.assign(stroke, {
        color: klass.couleur,
        fill: true,
        fillColor: hatched ? hatching(klass.couleur) : klass.couleur,
        fillOpacity: hatched ? 1 : klass.remplissage,
      });
    }
    object.setStyle(stroke);
  }

  /* --- Tooltip ------------------------------------------------------------------------------------------ */

  function tooltip(object) {
    const node = element("div", "atlas-bulle");
    if (!object.atlas) return node;
    const { layer, look, properties } = object.atlas;
    node.append(element("strong", "", format(properties[layer.entete], "texte")));
    node.append(element("div", "atlas-genre", look.titre));
    const list = element("dl");
    for (const [title, column, kind, optional] of layer.champs) {
      if (optional && (properties[column] === null || properties[column] === undefined)) continue;
      list.append(element("dt", "", title), element("dd", "", format(properties[column], kind)));
    }
    node.append(list, element("small", "", object.atlas.source || layer.source));
    return node;
  }

  /* --- Legend ------------------------------------------------------------------------------------------- */

  function legendLines(shown, drawn) {
    const layer = layerOf(shown);
    const lines = [];
    const count = (test) => drawn.filter(test).length;
    const outline = (look) => ({ ...look, remplissage: layer.remplissage });
    if (shown.classes) {
      shown.classes.forEach((klass, rank) => {
        const look = { ...layer, couleur: klass.couleur, remplissage: klass.remplissage, motif: klass.motif, plein: klass.motif !== "hachures" };
        lines.push([look, klass.titre, count((object) => object.atlas.rank === rank)]);
      });
      return lines;
    }
    for (const variant of new Set(drawn.map((object) => object.atlas.look))) {
      lines.push([outline(variant), variant.titre, count((object) => object.atlas.look === variant)]);
    }
    const order = [layer, ...Object.values(layer.variantes)];
    lines.sort((a, b) => order.findIndex((look) => look.titre === a[1]) - order.findIndex((look) => look.titre === b[1]));
    return lines.length ? lines : [[outline(layer), layer.titre, 0]];
  }

  function fillLegend(shownLayers, drawn, failed) {
    const list = element("ul");
    shownLayers.forEach((shown, at) => {
      const layer = layerOf(shown);
      if (failed.has(shown.id)) {
        list.append(element("li", "atlas-panne", layer.titre + "\u00a0: la couche n’a pas pu être chargée"));
        return;
      }
      for (const [look, title, count] of legendLines(shown, drawn[at])) {
        const said = shown.hors ? shown.raison || OUT_OF_SCOPE : format(count, "entier");
        const item = element("li");
        item.dataset.couche = shown.id;
        if (!shown.hors) item.dataset.compte = count;
        item.title = shown.source || layer.source;
        const text = element("span", "", title + " ");
        text.append(element("span", "atlas-compte", "(" + said + ")"));
        item.append(swatch(look), text);
        list.append(item);
      }
    });
    parts.legend.replaceChildren(list);
  }

  /* --- Controls ----------------------------------------------------------------------------------------- */

  function control(position, node) {
    const made = L.control({ position });
    made.onAdd = () => {
      L.DomEvent.disableClickPropagation(node);
      L.DomEvent.disableScrollPropagation(node);
      return node;
    };
    return made.addTo(map);
  }

  function addLegend() {
    const box = element("details", "atlas-legende");
    box.open = window.innerWidth > 600;
    parts.box = box;
    parts.legend = element("div");
    box.append(element("summary", "", "Légende"), parts.legend);
    control("topright", box);
  }

  function addFullScreen() {
    const root = document.documentElement;
    if (!root.requestFullscreen) return;
    const button = element("button", "atlas-plein-ecran");
    button.type = "button";
    const label = () => {
      const text = document.fullscreenElement ? "Quitter le plein écran" : "Plein écran";
      button.title = text;
      button.setAttribute("aria-label", text);
      button.classList.toggle("ouvert", document.fullscreenElement !== null);
      map.invalidateSize({ animate: false });
    };
    button.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()));
    document.addEventListener("fullscreenchange", label);
    const box = element("div", "leaflet-bar");
    box.append(button);
    control("topleft", box);
    label();
  }

  /* --- Basemap and names -------------------------------------------------------------------------------- */

  function setBasemap(name) {
    if (name === shownBasemap) return;
    if (tiles[shownBasemap]) map.removeLayer(tiles[shownBasemap]);
    shownBasemap = name;
    tilesSeen = false;
    const described = settings.fonds[name];
    if (described) {
      tiles[name] =
        tiles[name] ||
        L.tileLayer(described.adresse, {
          attribution: '<a href="https://www.ign.fr/" target="_blank" rel="noopener">IGN</a>, ' + described.titre,
          maxNativeZoom: described.zoomMax,
          maxZoom: settings.zoomMax,
        }).on("tileload", () => {
          if (tilesSeen) return;
          tilesSeen = true;
          placeLabels();
        });
      tiles[name].addTo(map);
    }
    placeLabels();
  }

  /* Names of communes, as long as no tile names the places. */
  function placeLabels() {
    const wanted = !tilesSeen && map.getZoom() <= LABELS_UNTIL_ZOOM;
    if (wanted) labels.addTo(map);
    else labels.remove();
  }

  function nameObjects(drawn) {
    const wanted = drawn.flat().filter(({ atlas }) => atlas.label);
    if (wanted.length === named.length && wanted.every((object, i) => object === named[i])) return;
    named = wanted;
    labels.clearLayers();
    for (const { atlas } of wanted) {
      const options = { permanent: true, direction: "center", className: "atlas-etiquette", interactive: false };
      const text = element("span", "", atlas.properties[atlas.layer.entete]);
      labels.addLayer(L.tooltip([atlas.label[1], atlas.label[0]], options).setContent(text));
    }
  }

  function moveTo(frame) {
    if (!frame || frame.jeton === frameToken) return;
    const first = frameToken === null;
    frameToken = frame.jeton;
    if (first && viewFromAddress && !frame.impose) return;
    const bounds = L.latLngBounds(frame.bornes);
    if (frame.souple && map.getBounds().contains(bounds)) {
      const size = map.latLngToContainerPoint(bounds.getSouthEast()).subtract(map.latLngToContainerPoint(bounds.getNorthWest()));
      if (Math.max(size.x, size.y) >= SMALL_PX) return;
    }
    const aside = parts.box.open && map.getSize().x > 600 ? LEGEND_PX : 0;
    map.fitBounds(bounds, { animate: false, paddingTopLeft: [20, 20], paddingBottomRight: [20 + aside, 20], maxZoom: 16 });
  }

  /* --- The two calls ------------------------------------------------------------------------------------ */

  function start(id, given) {
    settings = given;
    looks = new Map(settings.couches.map((layer) => [layer.id, withFill(layer)]));
    document.documentElement.lang = "fr";
    const view = window.atlasAddress.readView();
    viewFromAddress = view !== null;
    map = L.map(id, {
      center: view ? view.centre : settings.centre,
      zoom: view ? view.zoom : settings.zoom,
      minZoom: settings.zoomMin,
      maxZoom: settings.zoomMax,
      maxBounds: settings.coins,
      zoomSnap: 0.5,
      zoomControl: false,
      attributionControl: false,
    });
    canvas = L.canvas({ padding: 0.2, tolerance: 4 });
    L.control.zoom({ zoomInTitle: "Zoom avant", zoomOutTitle: "Zoom arrière" }).addTo(map);
    addFullScreen();
    addLegend();
    L.control.scale({ imperial: false }).addTo(map);
    L.control.attribution({ prefix: '<a href="https://leafletjs.com" target="_blank" rel="noopener">Leaflet</a>' }).addTo(map);
    scene = L.featureGroup().bindTooltip(tooltip, { sticky: true, opacity: 1, className: "atlas-info" }).addTo(map);
    // Inside a cloud the mouse goes from one symbol to the next without leaving the path.
    let described = null;
    scene.on("mouseover mousemove", ({ layer }) => {
      if (layer.atlas === described) return;
      described = layer.atlas;
      scene.getTooltip()._source = layer;
      scene.getTooltip().update();
    });
    halo = L.layerGroup().addTo(map);
    labels = L.layerGroup();
    // The component does not wait for the styles, without which the width of a name is measured wrong.
    const sheets = [...document.querySelectorAll('link[rel="stylesheet"]')].filter((link) => !link.sheet);
    styled = Promise.all(sheets.map((link) => new Promise((done) => (link.onload = link.onerror = done))));
    map.on("zoomend", placeLabels);
    window.atlasAddress.follow(map);
    // Leaflet takes the focus at each click: its ring is for those who came with the keyboard.
    const byKeyboard = (is) => () => document.documentElement.classList.toggle("atlas-clavier", is);
    document.addEventListener("keydown", byKeyboard(true), true);
    document.addEventListener("keyup", byKeyboard(true), true);
    document.addEventListener("pointerdown", byKeyboard(false), true);
    window.addEventListener("beforeprint", onPaper);
    return map;
  }

  /* Paper has its legend, even where a narrow screen keeps it closed, and the whole map, however wide the screen:
     the page's style shrinks or enlarges the frame by the share given here. */
  function onPaper() {
    parts.box.open = true;
    const place = window.frameElement && window.frameElement.closest("[class*='-cadre']");
    if (!place) return;
    const share = Math.min(LARGEST, PAPER_PX / window.innerWidth);
    place.style.setProperty("--papier", share);
    document.documentElement.style.setProperty("--legende", Math.min(1.25, LEGEND_PAPER_PX / LEGEND_TEXT_PX / share));
    place.style.setProperty("--papier-haut", `${share * window.innerHeight}px`);
  }

  async function show(spec) {
    // The page is at rest once the last that was asked is painted.
    const mine = (document.body.dataset.demande = ++asked);
    // streamlit-folium keeps every group it was ever given: forget those already removed.
    if (window.feature_group) window.feature_group.length = 0;
    document.title = spec.titre;
    map.getContainer().setAttribute("aria-label", spec.titre);
    if (window.frameElement) window.frameElement.title = spec.titre;
    // The first tiles asked for are those of the place shown, not of the middle of the territory.
    if (frameToken === null) moveTo(spec.cadrage);
    setBasemap(spec.fond);
    const failed = new Set();
    const drawn = await Promise.all(
      spec.couches.map((shown) =>
        objectsOf(shown).catch((error) => {
          console.error(error);
          failed.add(shown.id);
          return [];
        })
      )
    );
    // A newer request came while the files were on their way: it alone may paint.
    if (mine !== asked) return;
    window.atlasAddress.hold(spec.adresse);
    paint(spec, drawn);
    fillLegend(spec.couches, drawn, failed);
    styled.then(() => mine === asked && nameObjects(drawn));
    requestAnimationFrame(() => requestAnimationFrame(() => (document.body.dataset.peint = mine)));
  }

  /* What the objects of a layer look like beyond the layer's own style. */
  function mannerOf(spec, shown) {
    return JSON.stringify([shown.id, shown.classes, shown.classe, shown.rayon, spec.fond === "aucun"]);
  }

  function paint(spec, drawn) {
    const next = spec.couches.map((shown, at) => ({ shown, manner: mannerOf(spec, shown), drawn: drawn[at], added: [] }));
    const same = (a, b) => a.manner === b.manner && a.drawn.length === b.drawn.length && a.drawn.every((object, i) => object === b.drawn[i]);
    // Layers lie on top of each other: those under the first that changes stay.
    let kept = 0;
    while (kept < layersOn.length && kept < next.length && same(layersOn[kept], next[kept])) kept++;
    scene.closeTooltip();
    for (const { added } of layersOn.slice(kept)) for (const object of added) scene.removeLayer(object);
    halo.clearLayers();
    for (const [object, stroke] of heavier.splice(0)) object.setStyle(stroke);
    moveTo(spec.cadrage);
    for (const layer of next.slice(kept)) addObjects(layer, spec);
    layersOn = [...layersOn.slice(0, kept), ...next.slice(kept)];
    for (const [layerId, id] of spec.choix) {
      const layer = layersOn.find(({ shown }) => shown.id === layerId);
      const object = layer && layer.drawn.find(({ atlas }) => atlas.id === id);
      if (object) setOff(object);
    }
  }

  function addObjects(layer, spec) {
    const { shown, drawn, added } = layer;
    if (shown.rayon) {
      const color = layerOf(shown).couleur;
      const options = { radius: shown.rayon, renderer: canvas, interactive: false, color, weight: 1, fillOpacity: 0.12 };
      // What is drawn hollow is there without serving: a virtual station reaches nobody.
      for (const object of drawn) if (object.atlas.look.plein) added.push(L.circle(object.latlng, options));
    }
    for (const object of drawn) dress(shown, object, spec.fond);
    const points = drawn.filter((object) => object.world);
    if (points.length) {
      const cloud = new Cloud(points, { renderer: canvas, bubblingMouseEvents: false });
      added.push(Object.assign(cloud, { toGeoJSON: forPython }));
    }
    added.push(...drawn.filter((object) => !object.world));
    for (const object of added) scene.addLayer(object);
  }

  /* A chosen object without fill has a heavier stroke; another one is ringed. */
  function setOff(object) {
    if (object.atlas.look.symbole === "contour" && !object.atlas.layer.remplissage) {
      const { color, weight, dashArray } = object.options;
      heavier.push([object, { color, weight, dashArray }]);
      object.setStyle({ color: "#111827", weight: 3, dashArray: null });
      return;
    }
    const dark = { renderer: canvas, interactive: false, fill: false, color: "#111827", weight: 3 };
    const light = { ...dark, color: "#ffffff", weight: 7 };
    for (const style of [light, dark]) {
      if (object.getLatLngs) halo.addLayer(L.polygon(object.getLatLngs(), style));
      else halo.addLayer(L.circleMarker(object.latlng, { ...style, radius: 13 }));
    }
  }

  /* What is on the map, layer by layer in the legend's order: what was asked, and its objects. */
  const onMap = () => layersOn.map(({ shown, drawn }) => ({ shown, layer: layerOf(shown), drawn }));

  window.atlas = { start, show, onMap, describe: tooltip };
})();
