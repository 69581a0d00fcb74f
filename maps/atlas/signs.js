/* How the atlas's objects look: symbols, hatchings, legend signs, and the cloud that draws a whole layer of points. */
window.atlasSigns = (function () {
  "use strict";

  const { drop, shapes } = window.atlasSymbols;
  const hatchings = new Map();
  const swatches = new Map();

  function trace(ctx, sign, x, y, r) {
    const { corners, half } = shapes[sign];
    ctx.beginPath();
    if (half) ctx.arc(x, y + drop * r, r, Math.PI, 0);
    else if (!corners.length) ctx.arc(x, y, r, 0, 2 * Math.PI);
    corners.forEach(([dx, dy], i) => (i ? ctx.lineTo(x + dx * r, y + dy * r) : ctx.moveTo(x + dx * r, y + dy * r)));
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
        if (_bounds.contains(this._at[i])) drawSymbol(_ctx, look, this._at[i].x, this._at[i].y, this._radius * shapes[look.symbole].size);
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
    if (look.symbole in shapes) {
      drawSymbol(ctx, look, 15, 9, 6.5 * shapes[look.symbole].size);
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

  return { isPoint: (look) => look.symbole in shapes, Cloud, hatching, swatch };
})();
