/* Draws a standalone map from what the page holds: nothing is fetched. */
(function () {
  "use strict";

  // A4 upright within its margins of 12 mm.
  const PAPER_PX = (186 / 25.4) * 96;
  const read = (node) => JSON.parse(node.textContent);
  window.atlasFichiers = {};
  for (const node of document.querySelectorAll("script[data-fichier]")) {
    window.atlasFichiers[node.dataset.fichier] = Promise.resolve(read(node));
  }
  const { reglages, carte, communes } = read(document.getElementById("carte"));
  window.map = window.atlas.start("map_div", reglages);
  window.atlas.show(carte).then(() => window.atlasObjets.list(document.getElementById("objets"), communes));
  window.addEventListener("beforeprint", () => {
    const { style } = document.documentElement;
    style.setProperty("--papier", Math.min(1, PAPER_PX / window.map.getSize().x));
    style.setProperty("--papier-haut", window.map.getSize().y + "px");
  });
})();
