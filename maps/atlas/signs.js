/* How the atlas's objects look: symbols, hatchings, legend signs, and the cloud that draws a whole layer of points. */
window.atlasSigns = (function () {
  "use strict";

  /* Size of each symbol beside a circle's, so that they weigh alike to the eye. */
  const SIZES = { cercle: 1, carre: 0.9, triangle: 1.15, losange: 1.2, croix: 1.1, etoile: 1.3, maison: 1.1, ecusson: 1.1, hexagone: 1.2, pentagone: 1.15, eclat: 1.4, demicercle: 1.25, drapeau: 1.1, fanion: 1.15 };
  const hatchings = new Map();
  const swatches = new Map();

  function trace(ctx, sign, x, y, r) {
    ctx.beginPath();
    if (sign === "cercle") {
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      return;
    }
    if (sign === "demicercle") {
      ctx.arc(x, y + 0.4 * r, r, Math.PI, 0);
      ctx.closePath();
      return;
    }
    if (sign === "carre") {
      ctx.rect(x - r, y - r, 2 * r, 2 * r);
      return;
    }
    let corners;
    if (sign === "croix") {
      const a = 0.36 * r;
      corners = [[-a, -r], [a, -r], [a, -a], [r, -a], [r, a], [a, a], [a, r], [-a, r], [-a, a], [-r, a], [-r, -a], [-a, -a]];
    } else if (sign === "ecusson") {
      corners = [[-0.85 * r, -r], [0.85 * r, -r], [0.85 * r, 0.1 * r], [0, r], [-0.85 * r, 0.1 * r]];
    } else if (sign === "maison") {
      corners = [[0, -r], [r, -0.15 * r], [0.7 * r, -0.15 * r], [0.7 * r, 0.85 * r], [-0.7 * r, 0.85 * r], [-0.7 * r, -0.15 * r], [-r, -0.15 * r]];
    } else if (sign === "drapeau") {
      corners = [[-0.8 * r, -r], [r, -r], [r, 0.2 * r], [-0.4 * r, 0.2 * r], [-0.4 * r, r], [-0.8 * r, r]];
    } else if (sign === "fanion") {
      corners = [[-0.8 * r, -r], [r, -0.4 * r], [-0.4 * r, 0.2 * r], [-0.4 * r, r], [-0.8 * r, r]];
    } else {
      const count = { triangle: 3, losange: 4, pentagone: 5, hexagone: 6, eclat: 8, etoile: 10 }[sign];
      const hollow = { etoile: 0.45, eclat: 0.34 }[sign];
      corners = Array.from({ length: count }, (_, i) => {
        const reach = hollow && i % 2 ? hollow * r : r;
        const angle = (2 * Math.PI * i) / count - Math.PI / 2;
        return [reach * Math.cos(angle), reach * Math.sin(angle)];
      });
    }
    corners.forEach(([dx, dy], i) => (i ? ctx.lineTo(x + dx, y + dy) : ctx.moveTo(x + dx, y + dy)));
    ctx.closePath();
  }

  function drawSymbol(ctx, look, x, y, r) {
    trace(ctx, look.symbole, x, y, r);
    ctx.setLineDash([]);
    ctx.globalAlpha = 1;
    ctx.lineJoin = "round";
    ctx.fillStyle = look.plein ? look.couleur : "#fff";
    ctx.strokeStyle = look.plein ? "#fff" : look.couleur;
    ctx.lineWidth = look.plein ? 1 : 1.8;
    ctx.fill();
    ctx.stroke();
  }

  const radiusAt = (zoom) => Math.max(3, Math.min(9, 3 + 0.85 * (zoom - 10)));

  /* All the points of a layer as one path: adding a thousand of them costs what one costs. */
  const Cloud = L.Path.extend({
    initialize(points, options) {
      L.setOptions(this, options);
      this._all = points;
    },
    _project() {
      const scale = this._map.getZoomScale(this._map.getZoom(), 0);
      const origin = this._map.getPixelOrigin();
      this._radius = radiusAt(this._map.getZoom());
      this._at = this._all.map(({ world }) => L.point(world.x * scale - origin.x, world.y * scale - origin.y));
      const margin = L.point(1, 1).multiplyBy(2 * this._radius + this.options.weight);
      const box = L.bounds(this._at);
      this._pxBounds = L.bounds(box.min.subtract(margin), box.max.add(margin));
    },
    _update() {
      this._updatePath();
    },
    _updatePath() {
      const { _drawing, _ctx, _bounds } = this._renderer;
      if (!_drawing) return;
      this._all.forEach(({ look }, i) => {
        if (_bounds.contains(this._at[i])) drawSymbol(_ctx, look, this._at[i].x, this._at[i].y, this._radius * SIZES[look.symbole]);
      });
    },
    /* The symbol under the mouse is kept: it is what the tooltip describes and what a click chooses. */
    _containsPoint(point) {
      const reach = this._radius + this._clickTolerance();
      for (let i = this._all.length - 1; i >= 0; i--) {
        if (Math.abs(point.x - this._at[i].x) > reach || point.distanceTo(this._at[i]) > reach) continue;
        this.atlas = this._all[i].atlas;
        return true;
      }
      return false;
    },
  });

  function hatching(color) {
    if (!hatchings.has(color)) hatchings.set(color, drawHatching(color));
    return hatchings.get(color);
  }

  function drawHatching(color) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const ctx = tile.getContext("2d");
    ctx.strokeStyle = color;
    ctx.lineWidth = 2;
    for (const shift of [-8, 0, 8]) {
      ctx.moveTo(shift, 8);
      ctx.lineTo(shift + 8, 0);
    }
    ctx.stroke();
    return ctx.createPattern(tile, "repeat");
  }

  /* Each sign is drawn once and moved from one legend to the next. */
  function swatch(look) {
    const name = JSON.stringify(look, ["couleur", "symbole", "plein", "epaisseur", "tirets", "remplissage", "motif"]);
    if (!swatches.has(name)) swatches.set(name, drawSwatch(look));
    return swatches.get(name);
  }

  function drawSwatch(look) {
    const node = document.createElement("canvas");
    node.className = "atlas-signe";
    const scale = 2;
    node.width = 30 * scale;
    node.height = 18 * scale;
    const ctx = node.getContext("2d");
    ctx.scale(scale, scale);
    if (look.symbole in SIZES) {
      drawSymbol(ctx, look, 15, 9, 6.5 * SIZES[look.symbole]);
      return node;
    }
    if (look.symbole === "contour" && look.remplissage) {
      ctx.globalAlpha = look.motif === "hachures" ? 1 : look.remplissage;
      ctx.fillStyle = look.motif === "hachures" ? hatching(look.couleur) : look.couleur;
      ctx.fillRect(2, 3, 26, 12);
      ctx.globalAlpha = 1;
    }
    ctx.strokeStyle = look.couleur;
    ctx.lineWidth = look.epaisseur;
    ctx.setLineDash(look.tirets ? look.tirets.split(" ").map(Number) : []);
    if (look.symbole === "trait") {
      ctx.beginPath();
      ctx.moveTo(1, 9);
      ctx.lineTo(29, 9);
      ctx.stroke();
    } else ctx.strokeRect(2, 3, 26, 12);
    return node;
  }

  return { isPoint: (look) => look.symbole in SIZES, Cloud, hatching, swatch };
})();
