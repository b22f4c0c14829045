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
 * @typedef {object} Answer the shop's, for everyone to see; a later one of the same `id` replaces it
 * @property {"answer"} type
 * @property {string} id
 * @property {string} lang of `text` and `asked`
 * @property {string} text
 * @property {string} [asked] a question that it answers
 * @property {boolean} [retracted] it is taken back
 * @typedef {"received" | "answered" | "on_air" | "closed" | "expired" | "retracted"} Fate
 * @typedef {object} Question of this viewer
 * @property {string} id
 * @property {Fate} state
 * @property {string} asked
 * @property {number} at_ms Unix time
 * @property {string} [answer]
 * @property {string} [lang] of `answer`
 * @typedef {Question & { type: "question" }} QuestionMessage a later one of the same `id` replaces it
 * @typedef {{ type: "end" }} End
 * @typedef {{ type: "error", code: string, message: string }} ErrorMessage
 * @typedef {Hello | CaptionMessage | Remove | StatusMessage | Answer | QuestionMessage | End | ErrorMessage} ServerMessage
 */

const PHASES = ["waiting", "live", "reconnecting", "ended"];
const FATES = ["received", "answered", "on_air", "closed", "expired", "retracted"];

/** @param {unknown} value @returns {value is string} */
const isText = (value) => typeof value === "string";
/** @param {unknown} value @returns {value is number} */
const isCount = (value) => typeof value === "number" && Number.isFinite(value);
/** @param {unknown} value @returns {value is string[]} */
const isTexts = (value) => Array.isArray(value) && value.every(isText);
/** @param {unknown} value @returns {value is string | undefined} */
const isTextOrNone = (value) => value === undefined || isText(value);

/** What each type must carry for the pages to rely on it. @type {Record<string, (m: Record<string, unknown>) => boolean>} */
const SHAPES = {
  hello: (m) => isText(m.session) && isText(m.source) && isTexts(m.languages) && isCount(m.seq) && isCount(m.epoch_ms) &&
    (m.speakers === undefined || isTexts(m.speakers)),
  caption: (m) =>
    isCount(m.id) && isCount(m.revision) && typeof m.final === "boolean" && isText(m.lang) && isText(m.text) &&
    isTexts(m.lines) && isCount(m.start_ms) && isCount(m.end_ms) && isText(m.source_lang),
  remove: (m) => isCount(m.id) && isText(m.lang),
  status: (m) => PHASES.includes(/** @type {string} */ (m.state)) && isText(m.message),
  answer: (m) => isText(m.id) && isText(m.lang) && isText(m.text) && isTextOrNone(m.asked),
  question: (m) => isQuestion(m),
  end: () => true,
  error: (m) => isText(m.code) && isText(m.message),
};

/**
 * Whether this is a question that a page can show; `GET /v1/questions` lists the same.
 *
 * @param {Record<string, unknown>} m
 */
export function isQuestion(m) {
  const known = isText(m.id) && FATES.includes(/** @type {string} */ (m.state));
  return known && isText(m.asked) && isCount(m.at_ms) && isTextOrNone(m.answer) && isTextOrNone(m.lang);
}

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
