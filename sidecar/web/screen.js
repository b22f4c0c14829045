/**
 * What is known of the show, as a pure function of the messages so far. No clock, no DOM.
 *
 * @typedef {import("./wire.js").CaptionMessage} CaptionMessage
 * @typedef {import("./wire.js").ServerMessage} ServerMessage
 * @typedef {import("./wire.js").Phase} Phase
 * @typedef {"connecting" | "open" | "lost"} Link
 * @typedef {{ type: "link", link: Link } | { type: "select", lang: string, second: string }} LocalMessage
 *
 * @typedef {object} Screen
 * @property {string} session
 * @property {string} source language of the host, or "auto"
 * @property {readonly string[]} languages
 * @property {readonly string[]} speakers everybody captioned, the host first; none where that is one
 * @property {number} epochMs Unix time of audio position 0
 * @property {Phase} show what the server says of the show
 * @property {string} notice its sentence for people
 * @property {Link} link
 * @property {string | null} lang the language shown; "" for none, null for all that come
 * @property {string} second a second language, or ""
 * @property {readonly CaptionMessage[]} captions by id; at most `limit` of a language
 * @property {number} limit
 */

/**
 * @param {number} limit captions kept of each language
 * @returns {Screen}
 */
export function initial(limit) {
  return {
    session: "",
    source: "",
    languages: [],
    speakers: [],
    epochMs: 0,
    show: "waiting",
    notice: "",
    link: "connecting",
    lang: null,
    second: "",
    captions: [],
    limit,
  };
}

/**
 * The screen after `message`; the same object where nothing changed.
 *
 * @param {Screen} screen
 * @param {ServerMessage | LocalMessage} message
 * @returns {Screen}
 */
export function reduce(screen, message) {
  switch (message.type) {
    case "hello":
      return welcome(screen, message);
    case "caption":
      return wants(screen, message.lang) ? place(screen, message) : screen;
    case "remove":
      return withCaptions(screen, screen.captions.filter((c) => c.id !== message.id || c.lang !== message.lang));
    case "status":
      return { ...screen, show: message.state, notice: message.message };
    case "end":
      return { ...screen, show: "ended", notice: "", captions: screen.captions.filter((c) => c.final) };
    case "link":
      return screen.link === message.link ? screen : { ...screen, link: message.link };
    case "select":
      return select(screen, message.lang, message.second);
    default:
      return screen;
  }
}

/**
 * What to tell the viewer: the show's state, unless this page has lost the server.
 *
 * @param {Screen} screen
 * @returns {Phase}
 */
export function phase(screen) {
  if (screen.show === "ended") return "ended";
  return screen.link === "lost" ? "reconnecting" : screen.show;
}

/**
 * @param {Screen} screen
 * @param {string | null} lang null: every language but the second
 * @returns {readonly CaptionMessage[]}
 */
export function captionsIn(screen, lang) {
  return screen.captions.filter((c) => (lang === null ? c.lang !== screen.second : c.lang === lang));
}

/** @param {Screen} screen @param {string} lang */
function wants(screen, lang) {
  return screen.lang === null || lang === screen.lang || lang === screen.second;
}

/**
 * Another session starts afresh. In the same one the finals stay; partials go if the page was away, for nothing stored
 * would ever withdraw one that ended meanwhile.
 *
 * @param {Screen} screen
 * @param {import("./wire.js").Hello} hello
 * @returns {Screen}
 */
function welcome(screen, hello) {
  const same = screen.session === hello.session;
  return {
    ...screen,
    session: hello.session,
    source: hello.source,
    languages: hello.languages,
    speakers: hello.speakers ?? [],
    epochMs: hello.epoch_ms,
    show: same ? screen.show : "waiting",
    notice: same ? screen.notice : "",
    captions: same ? screen.captions.filter((c) => c.final || screen.link === "open") : [],
  };
}

/**
 * @param {Screen} screen
 * @param {string} lang
 * @param {string} second
 * @returns {Screen}
 */
function select(screen, lang, second) {
  if (screen.lang === lang && screen.second === second) return screen;
  const kept = screen.captions.filter((c) => c.lang === lang || c.lang === second);
  return { ...screen, lang, second, captions: kept };
}

/**
 * @param {Screen} screen
 * @param {CaptionMessage} caption
 * @returns {Screen}
 */
function place(screen, caption) {
  const captions = [...screen.captions];
  let at = captions.length;
  while (at > 0 && /** @type {CaptionMessage} */ (captions[at - 1]).id > caption.id) at -= 1;
  const index = captions.findIndex((c) => c.id === caption.id && c.lang === caption.lang);
  const known = captions[index];
  if (known && !replaces(known, caption)) return screen;
  if (known) captions[index] = caption;
  else captions.splice(at, 0, caption);
  const speaking = !caption.final && screen.show === "waiting";
  const show = speaking ? "live" : screen.show;
  return { ...screen, show, captions: trim(captions, caption.lang, screen.limit) };
}

/** @param {CaptionMessage} known @param {CaptionMessage} next */
function replaces(known, next) {
  return next.revision > known.revision || (next.final && !known.final);
}

/**
 * @param {CaptionMessage[]} captions
 * @param {string} lang
 * @param {number} limit
 */
function trim(captions, lang, limit) {
  const count = captions.reduce((n, c) => n + (c.lang === lang ? 1 : 0), 0);
  if (count > limit) captions.splice(captions.findIndex((c) => c.lang === lang), 1);
  return captions;
}

/**
 * @param {Screen} screen
 * @param {readonly CaptionMessage[]} captions
 * @returns {Screen}
 */
function withCaptions(screen, captions) {
  return captions.length === screen.captions.length ? screen : { ...screen, captions };
}
