/** How the overlay looks, from its address and back. Pure: anything unusable falls to its default. */

/**
 * @typedef {"start" | "left" | "center" | "right"} Align
 * @typedef {"top" | "middle" | "bottom"} VerticalAlign
 *
 * @typedef {object} OverlayOptions
 * @property {string} lang "" for the host's own language
 * @property {string} second a second language, or ""
 * @property {boolean} dual the host's own language as the second one
 * @property {number} font_size pixels
 * @property {string} color
 * @property {string} bg
 * @property {number} bg_opacity per cent
 * @property {Align} align
 * @property {VerticalAlign} valign
 * @property {number} lines of each language and speaker
 * @property {boolean} speakers whether they are named, where there are several
 * @property {string} font
 * @property {boolean} uppercase
 * @property {boolean} settings whether the gear may be shown
 * @property {number} showtime seconds that a finished caption stays
 * @property {number} outline pixels
 * @property {boolean} shadow
 * @property {number} max_width per cent of the frame
 * @property {number} margin per cent of the frame's height
 * @property {number} delay seconds
 * @property {boolean} answers whether the shop's answers to viewers are shown
 * @property {string} token
 */

/** @template T @typedef {{ fallback: T, read: (text: string) => T | undefined }} Field */

/** @type {Record<string, string>} */
const NAMED_COLORS = {
  white: "#ffffff", black: "#000000", red: "#ff0000", lime: "#00ff00", blue: "#0000ff", yellow: "#ffff00",
  cyan: "#00ffff", magenta: "#ff00ff", orange: "#ffa500", green: "#008000", silver: "#c0c0c0", gray: "#808080",
  navy: "#000080", teal: "#008080", purple: "#800080", pink: "#ffc0cb", gold: "#ffd700",
};

/** @param {string} text @returns {string | undefined} as #rrggbb */
function readColor(text) {
  const color = text.trim().toLowerCase();
  if (Object.hasOwn(NAMED_COLORS, color)) return NAMED_COLORS[color];
  const hex = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/.exec(color)?.[1];
  return hex && `#${hex.length === 3 ? hex.replaceAll(/./g, "$&$&") : hex}`;
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} fallback
 * @param {(n: number) => number} [round]
 * @returns {Field<number>}
 */
function number(low, high, fallback, round = Math.round) {
  const read = (/** @type {string} */ text) => {
    const value = /^\s*[-+]?(\d+\.?\d*|\.\d+)\s*(px|%|s)?\s*$/.test(text) ? Number.parseFloat(text) : Number.NaN;
    return Number.isFinite(value) ? Math.min(high, Math.max(low, round(value))) : undefined;
  };
  return { fallback, read };
}

/** @param {boolean} fallback @returns {Field<boolean>} */
function flag(fallback) {
  const words = new Map([["1", true], ["true", true], ["on", true], ["yes", true], ["", true]]);
  for (const no of ["0", "false", "off", "no"]) words.set(no, false);
  return { fallback, read: (text) => words.get(text.trim().toLowerCase()) };
}

/**
 * @template {string} T
 * @param {readonly T[]} words the first is the default
 * @returns {Field<T>}
 */
function word(...words) {
  const [fallback] = /** @type {[T]} */ (/** @type {unknown} */ (words));
  return { fallback, read: (text) => words.find((w) => w === text.trim().toLowerCase()) };
}

/** @param {string} fallback @param {RegExp} pattern @returns {Field<string>} */
function text(fallback, pattern) {
  return { fallback, read: (value) => (pattern.test(value.trim()) ? value.trim() : undefined) };
}

const LANGUAGE = /^([a-z]{2,3}([-_][a-z0-9]{2,8}){0,3})?$/i;

/** @type {{ [K in keyof OverlayOptions]: Field<OverlayOptions[K]> }} */
const FIELDS = {
  lang: text("", LANGUAGE),
  second: text("", LANGUAGE),
  dual: flag(false),
  font_size: number(10, 120, 32),
  color: { fallback: "#ffffff", read: readColor },
  bg: { fallback: "#000000", read: readColor },
  bg_opacity: number(0, 100, 70),
  align: word("start", "left", "center", "right"),
  valign: word("bottom", "middle", "top"),
  lines: number(1, 10, 2),
  speakers: flag(true),
  font: text("", /^[\p{L}\p{N} ,_-]{0,80}$/u),
  uppercase: flag(false),
  settings: flag(true),
  showtime: number(1, 60, 7, (n) => n),
  outline: number(0, 8, 0),
  shadow: flag(false),
  max_width: number(20, 100, 90),
  margin: number(0, 40, 5),
  delay: number(0, 120, 0, (n) => n),
  answers: flag(true),
  token: text("", /^[\w.~-]{0,512}$/),
};

/** @type {(keyof OverlayOptions)[]} */
const NAMES = /** @type {(keyof OverlayOptions)[]} */ (Object.keys(FIELDS));

export const DEFAULTS = readOptions("");

/**
 * @param {string} query the address from its "?"
 * @returns {OverlayOptions}
 */
export function readOptions(query) {
  const given = new URLSearchParams(query);
  const read = (/** @type {keyof OverlayOptions} */ name) => {
    const value = given.get(name);
    return (value === null ? undefined : FIELDS[name].read(value)) ?? FIELDS[name].fallback;
  };
  return /** @type {OverlayOptions} */ (Object.fromEntries(NAMES.map((name) => [name, read(name)])));
}

/**
 * The shortest query that reads as `options`.
 *
 * @param {OverlayOptions} options
 * @returns {string} with its "?", or ""
 */
export function writeOptions(options) {
  const query = new URLSearchParams();
  for (const name of NAMES) {
    const value = options[name];
    if (value !== FIELDS[name].fallback) query.set(name, typeof value === "boolean" ? String(Number(value)) : String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/**
 * The custom properties that give `options` their looks.
 *
 * @param {OverlayOptions} options
 * @returns {Record<string, string>}
 */
export function looks(options) {
  const edge = options.shadow ? "0.06em 0.06em 0.12em #000" : "none";
  return {
    "--lc-font-size": `${options.font_size}px`,
    "--lc-color": options.color,
    "--lc-background": `${options.bg}${alpha(options.bg_opacity)}`,
    "--lc-align": options.align,
    "--lc-transform": options.uppercase ? "uppercase" : "none",
    "--lc-stroke": options.outline > 0 ? `${options.outline * 2}px #000` : "0",
    "--lc-text-shadow": edge,
    "--lc-max-width": `${options.max_width}vw`,
    "--overlay-lines": String(options.lines),
    "--overlay-margin": `${options.margin}vh`,
    "--lc-stacking": options.valign === "top" ? "2" : "-2",
    "--lc-lane-edge": options.valign === "top" ? "flex-start" : "flex-end",
    "--overlay-valign": { top: "flex-start", middle: "center", bottom: "flex-end" }[options.valign],
    "--overlay-rows": ROWS[options.valign],
    "--overlay-languages": options.second !== "" || options.dual ? "1.85" : "1",
    "--lc-answer-edge": options.valign === "top" ? "flex-start" : "flex-end",
    "--lc-answer-color": options.color,
    "--lc-answer-background": `${options.bg}${alpha(Math.max(options.bg_opacity, CARD_OPACITY))}`,
    ...(options.font === "" ? {} : { "--lc-font": `${fontList(options.font)}, system-ui, sans-serif` }),
  };
}

/** A card is one whatever is behind the captions; per cent. */
const CARD_OPACITY = 85;
/** Where captions and answer stand: the answer above, except where captions are at the top. @type {Record<VerticalAlign, string>} */
const ROWS = {
  bottom: "[answer] minmax(0, 1fr) [captions] minmax(0, auto)",
  middle: "[answer] minmax(0, 1fr) [captions] minmax(0, auto) minmax(0, 1fr)",
  top: "[captions] minmax(0, auto) [answer] minmax(0, 1fr)",
};

/** Two hexadecimal digits. @param {number} percent */
const alpha = (percent) => Math.round((percent * 255) / 100).toString(16).padStart(2, "0");

/** @param {string} names */
function fontList(names) {
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => `"${name}"`)
    .join(", ");
}
