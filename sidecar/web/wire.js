/**
 * The messages of `WS /v1/captions`, as a viewer sees them. Contract: docs/wire.md.
 *
 * @typedef {{ type: "hello", session: string, source: string, languages: string[], seq: number, epoch_ms: number,
 *   speakers?: string[] }} Hello
 * @typedef {object} CaptionMessage
 * @property {"caption"} type
 * @property {number} [seq] absent on a partial
 * @property {number} id names the caption, together with `lang`
 * @property {number} revision a later one replaces an earlier one
 * @property {boolean} final
 * @property {string} lang
 * @property {string} text
 * @property {string[]} lines `text` broken for the screen
 * @property {number} start_ms
 * @property {number} end_ms
 * @property {string} source_lang
 * @property {string} [speaker] one of the speakers of hello
 * @property {boolean} [untranslated] `text` is the source line
 * @property {number} [stable] code points of a partial that will most likely stay
 * @typedef {{ type: "remove", seq?: number, id: number, lang: string }} Remove
 * @typedef {"waiting" | "live" | "reconnecting" | "ended"} Phase
 * @typedef {{ type: "status", state: Phase, message: string }} StatusMessage
 * @typedef {{ type: "end" }} End
 * @typedef {{ type: "error", code: string, message: string }} ErrorMessage
 * @typedef {Hello | CaptionMessage | Remove | StatusMessage | End | ErrorMessage} ServerMessage
 */

const PHASES = ["waiting", "live", "reconnecting", "ended"];

/** @param {unknown} value @returns {value is string} */
const isText = (value) => typeof value === "string";
/** @param {unknown} value @returns {value is number} */
const isCount = (value) => typeof value === "number" && Number.isFinite(value);
/** @param {unknown} value @returns {value is string[]} */
const isTexts = (value) => Array.isArray(value) && value.every(isText);

/** What each type must carry for the pages to rely on it. @type {Record<string, (m: Record<string, unknown>) => boolean>} */
const SHAPES = {
  hello: (m) => isText(m.session) && isText(m.source) && isTexts(m.languages) && isCount(m.seq) && isCount(m.epoch_ms) &&
    (m.speakers === undefined || isTexts(m.speakers)),
  caption: (m) =>
    isCount(m.id) && isCount(m.revision) && typeof m.final === "boolean" && isText(m.lang) && isText(m.text) &&
    isTexts(m.lines) && isCount(m.start_ms) && isCount(m.end_ms) && isText(m.source_lang),
  remove: (m) => isCount(m.id) && isText(m.lang),
  status: (m) => PHASES.includes(/** @type {string} */ (m.state)) && isText(m.message),
  end: () => true,
  error: (m) => isText(m.code) && isText(m.message),
};

/**
 * The message in `data`, or null for anything this page does not know or cannot use.
 *
 * @param {unknown} data
 * @returns {ServerMessage | null}
 */
export function parse(data) {
  if (!isText(data)) return null;
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const message = /** @type {Record<string, unknown>} */ (value);
  const fits = isText(message.type) && Object.hasOwn(SHAPES, message.type) && SHAPES[message.type]?.(message);
  return fits ? /** @type {ServerMessage} */ (value) : null;
}

/**
 * Address of the caption stream of a server.
 *
 * @param {string} base the server, http(s)
 * @param {Record<string, string | number | null>} query null: left out
 * @returns {string}
 */
export function captionsUrl(base, query) {
  const url = new URL("v1/captions", base.endsWith("/") ? base : `${base}/`);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  for (const [name, value] of Object.entries(query)) {
    if (value !== null) url.searchParams.set(name, String(value));
  }
  return url.href;
}
