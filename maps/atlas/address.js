/* The view of the map and the choices of the page in the address bar, without running the app. */
window.atlasAddress = (function () {
  "use strict";

  let map = null;
  let path = null;
  let held = {};
  let writing = 0;

  /* The view that the address asks for, or null. */
  function readView() {
    try {
      const text = new URLSearchParams(parent.location.search).get("vue") || "";
      const found = /^(\d{1,2}\.?\d*)\/(-?\d+\.?\d*)\/(-?\d+\.?\d*)$/.exec(text);
      return found && { zoom: Number(found[1]), centre: [Number(found[2]), Number(found[3])] };
    } catch {
      return null;
    }
  }

  /* The query string that says what the map shows, beside what others keep there. */
  function wanted() {
    const { lat, lng } = map.getCenter();
    const ours = { ...held, vue: [map.getZoom() + "/" + lat.toFixed(4) + "/" + lng.toFixed(4)] };
    const pairs = parent.location.search.slice(1).split("&").filter((pair) => pair && !(pair.split("=")[0] in ours));
    for (const [name, values] of Object.entries(ours)) {
      for (const value of values) pairs.push(name + "=" + encodeURIComponent(value).replaceAll("%2F", "/"));
    }
    return "?" + pairs.join("&");
  }

  const isWritten = () => parent.location.search === wanted();

  function write() {
    try {
      if (!map || parent.location.pathname !== path || isWritten()) return;
      parent.history.replaceState(parent.history.state, "", parent.location.pathname + wanted() + parent.location.hash);
    } catch {
      /* Shown inside another site's page: the address is not ours to write. */
    }
  }

  /* Not at once: Chromium takes its time to change an address, and the map comes first. */
  function writeSoon(delay_ms) {
    clearTimeout(writing);
    writing = setTimeout(write, delay_ms);
  }

  /* Write the view at each move. Streamlit takes a parameter off the address as its widget leaves the page, and
     writes back older addresses: so look at it every second too. */
  function follow(given) {
    map = given;
    try {
      path = parent.location.pathname;
    } catch {
      return;
    }
    map.on("moveend", () => writeSoon(100));
    setInterval(write, 1000);
  }

  /* Parameters that the address must hold beside the view, each with its values. */
  function hold(parameters) {
    held = parameters;
    writeSoon(300);
  }

  return { readView, follow, hold, isWritten };
})();
