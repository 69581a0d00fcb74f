/* Figures as French readers write them, and text nodes: no text of the data ever becomes markup. */
window.atlasTexts = (function () {
  "use strict";

  const MISSING = "non diffusé";
  const number = (digits) => new Intl.NumberFormat("fr-FR", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const whole = number(0);
  /* As in words/formats.py: what is too small for its decimals has two significant digits, so that only a zero reads as 0. */
  const small = new Intl.NumberFormat("fr-FR", { maximumSignificantDigits: 2 });
  const LEAST = 1e-6;
  const written = (digits) => {
    const usual = number(digits);
    return (value) => (Math.abs(value) >= LEAST && Math.abs(value) < 10 ** -digits ? small : usual).format(value);
  };
  const one = written(1), two = written(2);
  const day = new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const FORMATS = {
    texte: String,
    entier: (value) => whole.format(value),
    decimal: (value) => one(value),
    part: (value) => one(value * 100) + "\u202f%",
    pourcentage: (value) => one(value) + "\u202f%",
    distance_m: (value) => (value >= 10000 ? one(value / 1000) + "\u202fkm" : whole.format(value) + "\u202fm"),
    surface_m2: (value) => (value < 10000 ? two : one)(value / 10000) + "\u202fha",
    date: (value) => day.format(new Date(value)).replace(/^1 /, "1er "),
  };
  const DAY = /^\d{4}-\d{2}-\d{2}/;
  /* A word among figures or days is the reason why there is none. */
  const isWord = (value, kind) => typeof value === "string" && !(kind === "date" && DAY.test(value));

  function format(value, kind) {
    if (value === null || value === undefined || value === "") return MISSING;
    return isWord(value, kind) ? value : FORMATS[kind](value);
  }

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  return { element, format };
})();
