/** What a viewer has chosen, in a form that is always usable. Pure. */

/**
 * @typedef {"none" | "raised" | "depressed" | "uniform" | "shadow"} Edge
 * @typedef {"sans" | "serif" | "mono"} Font
 *
 * @typedef {object} Preferences
 * @property {boolean | null} on null: not chosen yet
 * @property {string} lang the last language chosen, or ""
 * @property {string} second
 * @property {number} size per cent
 * @property {string} color a key of COLORS
 * @property {number} textOpacity per cent
 * @property {string} background a key of COLORS
 * @property {number} backgroundOpacity per cent, behind the text
 * @property {string} window a key of COLORS
 * @property {number} windowOpacity per cent, around the text
 * @property {Edge} edge
 * @property {Font} font
 * @property {boolean} announce to screen readers
 */

/** The eight colours of broadcast captions. @type {Readonly<Record<string, string>>} */
export const COLORS = {
  white: "#ffffff",
  black: "#000000",
  red: "#ff0000",
  green: "#00ff00",
  blue: "#0000ff",
  yellow: "#ffff00",
  magenta: "#ff00ff",
  cyan: "#00ffff",
};
export const SIZES = [50, 75, 100, 125, 150, 200, 300, 400];
export const OPACITIES = [0, 25, 50, 75, 100];
/** Text may fade, not vanish. */
export const TEXT_OPACITIES = [50, 75, 100];
/** @type {readonly Edge[]} */
export const EDGES = ["none", "raised", "depressed", "uniform", "shadow"];
/** @type {readonly Font[]} */
export const FONTS = ["sans", "serif", "mono"];

/** @type {Readonly<Preferences>} */
export const DEFAULTS = Object.freeze({
  on: null,
  lang: "",
  second: "",
  size: 100,
  color: "white",
  textOpacity: 100,
  background: "black",
  backgroundOpacity: 75,
  window: "black",
  windowOpacity: 0,
  edge: "none",
  font: "sans",
  announce: false,
});

/**
 * @param {unknown} raw anything, as found in storage
 * @returns {Preferences}
 */
export function normalise(raw) {
  const given = /** @type {Record<string, unknown>} */ (typeof raw === "object" && raw !== null ? raw : {});
  const nearest = (/** @type {number[]} */ steps, /** @type {unknown} */ value, /** @type {number} */ fallback) =>
    typeof value === "number" && Number.isFinite(value)
      ? steps.reduce((best, step) => (Math.abs(step - value) < Math.abs(best - value) ? step : best))
      : fallback;
  const color = (/** @type {unknown} */ value, /** @type {string} */ fallback) =>
    typeof value === "string" && Object.hasOwn(COLORS, value) ? value : fallback;
  const tag = (/** @type {unknown} */ value) => (typeof value === "string" && /^[A-Za-z0-9-]{0,35}$/.test(value) ? value : "");
  return {
    on: typeof given.on === "boolean" ? given.on : null,
    lang: tag(given.lang),
    second: tag(given.second),
    size: nearest(SIZES, given.size, DEFAULTS.size),
    color: color(given.color, DEFAULTS.color),
    textOpacity: nearest(TEXT_OPACITIES, given.textOpacity, DEFAULTS.textOpacity),
    background: color(given.background, DEFAULTS.background),
    backgroundOpacity: nearest(OPACITIES, given.backgroundOpacity, DEFAULTS.backgroundOpacity),
    window: color(given.window, DEFAULTS.window),
    windowOpacity: nearest(OPACITIES, given.windowOpacity, DEFAULTS.windowOpacity),
    edge: EDGES.find((edge) => edge === given.edge) ?? DEFAULTS.edge,
    font: FONTS.find((font) => font === given.font) ?? DEFAULTS.font,
    announce: given.announce === true,
  };
}

/**
 * Default looks, without forgetting which language is read.
 *
 * @param {Preferences} preferences
 * @returns {Preferences}
 */
export function reset({ on, lang, second }) {
  return { ...DEFAULTS, on, lang, second };
}

/** @type {Record<Edge, string>} */
const SHADOWS = {
  none: "none",
  raised: "-0.03em -0.03em 0 #ccc, 0.03em 0.03em 0 #222, 0.06em 0.06em 0 #222",
  depressed: "0.03em 0.03em 0 #ccc, -0.03em -0.03em 0 #222, -0.06em -0.06em 0 #222",
  uniform: "0 0.05em 0 #222, 0.05em 0 0 #222, 0 -0.05em 0 #222, -0.05em 0 0 #222, 0 0 0.1em #222",
  shadow: "0.08em 0.08em 0.12em #000",
};

/** @type {Record<Font, string>} */
const FAMILIES = {
  sans: "",
  serif: 'Georgia, "Noto Serif", "Songti SC", "Noto Serif CJK SC", "Noto Naskh Arabic", serif',
  mono: 'ui-monospace, "Noto Sans Mono", "Noto Sans Mono CJK SC", monospace',
};

/**
 * Custom properties for these looks; null takes a property away.
 *
 * @param {Preferences} p
 * @returns {Record<string, string | null>}
 */
export function looks(p) {
  return {
    "--lc-size": String(p.size / 100),
    "--lc-color": shade(p.color, p.textOpacity),
    "--lc-text-background": shade(p.background, p.backgroundOpacity),
    "--lc-background": shade(p.window, p.windowOpacity),
    "--lc-text-shadow": SHADOWS[p.edge],
    "--lc-font": FAMILIES[p.font] || null,
  };
}

/** @param {string} color @param {number} percent */
function shade(color, percent) {
  return COLORS[color] + Math.round((percent * 255) / 100).toString(16).padStart(2, "0");
}

const KEY = "live-captions";

/** What was remembered on this site; nothing where storage is forbidden or spoilt. @returns {Preferences} */
export function load() {
  try {
    return normalise(JSON.parse(localStorage.getItem(KEY) ?? "{}"));
  } catch {
    return normalise({});
  }
}

/** @param {Preferences} preferences */
export function save(preferences) {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // A site without storage forgets; captions go on.
  }
}
