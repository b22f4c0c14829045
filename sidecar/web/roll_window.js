/** The rows of captions of one speaker in one language on the screen: what overlay and widget have in common. */

import { autonym, direction, lineHeight, measureEm } from "./language.js";
import { pieces } from "./line_breaks.js";
import { advance, isCurrent, lift, rest, rowMs } from "./roll.js";

/**
 * Looks of the rows, all through custom properties and without specificity, so that any rule of a page wins.
 */
export const ROLL_WINDOW_CSS = `
:where(.lc-window) {
  box-sizing: border-box;
  inline-size: min(var(--lc-max-width, 100%), calc(var(--lc-measure, 24) * 1em + 2 * var(--lc-padding, 0.45em)));
  max-inline-size: 100%;
  padding: calc(var(--lc-padding, 0.45em) * 0.4) 0;
  background: var(--lc-background, rgb(0 0 0 / 0.7));
  border-radius: var(--lc-radius, 0.15em);
  color: var(--lc-color, #fff);
  font-family: var(--lc-font, system-ui, "Noto Sans", "Noto Sans CJK SC", "Noto Sans Thai", "Noto Sans Arabic", sans-serif);
  font-size: calc(var(--lc-font-size, 32px) * var(--lc-scale, 1));
  font-weight: var(--lc-font-weight, 500);
  line-height: var(--lc-line-height, 1.35);
  text-align: var(--lc-align, start);
  text-shadow: var(--lc-text-shadow, none);
  -webkit-text-stroke: var(--lc-stroke, 0);
  paint-order: stroke fill;
  text-transform: var(--lc-transform, none);
}
:where(.lc-window[hidden]) { display: none; }
:where(.lc-view) {
  max-height: calc(var(--lc-lines, 2) * var(--lc-line-height, 1.35) * 1em);
  padding-inline: var(--lc-padding, 0.45em);
  overflow: hidden;
}
:where(.lc-track) {
  transform: translateY(calc(var(--lc-offset, 0) * var(--lc-line-height, 1.35) * -1em));
  background: var(--lc-text-background, none); /* one for all captions: between several, seams would show */
}
:where(.lc-caption) {
  margin: 0;
  white-space: pre-line;
  overflow-wrap: anywhere;
  line-break: strict;
  word-break: auto-phrase;
}
:where(.lc-tentative) { opacity: var(--lc-tentative-opacity, 0.8); }
:where(.lc-label) {
  margin-inline-end: 0.4em;
  padding-inline: 0.35em;
  border: 1px solid currentColor;
  border-radius: 0.2em;
  font-size: 0.6em;
  line-height: 1;
  vertical-align: 0.15em;
  text-transform: none;
}
:where(.lc-speaker) { font-size: 0.6em; line-height: 1.4; }
:where(.lc-speaker[hidden]) { display: none; }
:where(.lc-speaker > span) {
  padding-inline: calc(var(--lc-padding, 0.45em) / 0.6);
  background: var(--lc-text-background, none);
  font-weight: 700;
}
@media (forced-colors: active) {
  :where(.lc-window) { background: Canvas; color: CanvasText; border: 1px solid CanvasText; text-shadow: none; }
  :where(.lc-tentative) { opacity: 1; }
}
`;

/**
 * @typedef {import("./wire.js").CaptionMessage} CaptionMessage
 * @typedef {object} Entry
 * @property {HTMLElement} element
 * @property {CaptionMessage} caption
 * @property {number} rows
 * @property {number | null} restedAt since when it is whole and unchanged on the screen
 */

export class RollWindow {
  /** @type {Map<number, Entry>} */
  #entries = new Map();
  /** Revisions that have left the screen and do not come back. @type {Map<number, number>} */
  #gone = new Map();
  /** @type {readonly CaptionMessage[]} */
  #captions = [];
  #roll = rest(0);
  #width = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #speaker = document.createElement("div");
  #name = document.createElement("span");
  #view = document.createElement("div");
  #track = document.createElement("div");

  /** Rows in the window. */
  lines = 2;
  /** How long a caption stays once it is whole and unchanged; Infinity: until it is taken away. */
  showtimeMs = 7_000;

  constructor() {
    this.element = document.createElement("div");
    this.element.className = "lc-window";
    this.element.hidden = true;
    this.#view.className = "lc-view";
    this.#track.className = "lc-track";
    this.#view.append(this.#track);
    this.#speaker.className = "lc-speaker";
    this.#speaker.hidden = true;
    this.#name.dir = "auto";
    this.#speaker.append(this.#name);
    this.element.append(this.#speaker, this.#view);
    new ResizeObserver(() => this.#resized()).observe(this.element);
  }

  /** Name over the rows; "" for none. */
  set speaker(/** @type {string} */ name) {
    if (this.#name.textContent === name) return;
    this.#name.textContent = name;
    this.#speaker.hidden = name === "";
  }

  /**
   * Show the newest of `captions`: all that is known in this language, by id.
   *
   * @param {readonly CaptionMessage[]} captions
   */
  show(captions) {
    this.#captions = captions;
    this.#render();
  }

  /** Measure again: a font, a size or the number of lines has changed. */
  refresh() {
    for (const entry of this.#entries.values()) this.#fill(entry);
    this.#render();
  }

  /** Take everything off at once, and forget it. */
  clear() {
    clearTimeout(this.#timer);
    this.#captions = [];
    this.#entries.clear();
    this.#gone.clear();
    this.#track.replaceChildren();
    this.element.hidden = true;
  }

  #resized() {
    const width = this.element.clientWidth;
    if (width === this.#width || width === 0) return;
    this.#width = width;
    this.refresh();
  }

  #render() {
    const now = performance.now();
    this.element.style.setProperty("--lc-lines", String(this.lines));
    this.#reconcile(now);
    const wakeAt = Math.min(this.#advance(now), this.#expire(now));
    this.element.hidden = this.#entries.size === 0;
    clearTimeout(this.#timer);
    if (Number.isFinite(wakeAt)) this.#timer = setTimeout(() => this.#render(), Math.max(20, wakeAt - now));
  }

  /** Make the elements those of the captions to show, in their order. @param {number} now */
  #reconcile(now) {
    const shown = this.#current();
    const ids = new Set(shown.map((c) => c.id));
    for (const [id, entry] of this.#entries) if (!ids.has(id)) this.#remove(id, entry);
    if (this.#entries.size === 0) this.#roll = rest(now);
    if (shown.length > 0) this.element.hidden = false;
    let previous = /** @type {Element | null} */ (null);
    for (const caption of shown) {
      const entry = this.#entry(caption);
      const place = previous ? previous.nextSibling : this.#track.firstChild;
      if (entry.element !== place) this.#track.insertBefore(entry.element, place);
      if (entry.caption !== caption || entry.rows === 0) {
        entry.caption = caption;
        entry.restedAt = null;
        this.#fill(entry);
      }
      previous = entry.element;
    }
  }

  /** @returns {CaptionMessage[]} */
  #current() {
    const newest = this.#captions.reduce((end, c) => Math.max(end, c.end_ms), 0);
    const known = new Set(this.#captions.map((c) => c.id));
    for (const id of this.#gone.keys()) if (!known.has(id)) this.#gone.delete(id);
    return this.#captions.filter(
      (c) => c.text !== "" && isCurrent(c, newest, this.showtimeMs) && (this.#gone.get(c.id) ?? -1) < c.revision,
    );
  }

  /** @param {CaptionMessage} caption @returns {Entry} */
  #entry(caption) {
    const known = this.#entries.get(caption.id);
    if (known) return known;
    const element = document.createElement("p");
    element.className = "lc-caption";
    const entry = { element, caption, rows: 0, restedAt: null };
    this.#entries.set(caption.id, entry);
    return entry;
  }

  /** Write the caption into its element: in the server's lines if they fit, flowing if not. @param {Entry} entry */
  #fill(entry) {
    const { caption, element } = entry;
    const lang = caption.untranslated ? caption.source_lang : caption.lang;
    element.lang = lang;
    element.dir = direction(lang);
    this.#speaker.dir = element.dir;
    this.element.style.setProperty("--lc-line-height", String(lineHeight(lang)));
    this.element.style.setProperty("--lc-measure", String(measureEm(lang)));
    this.#write(entry, true);
    const asBroken = Math.max(1, caption.lines.length);
    if (this.#rowsOf(element) > asBroken) this.#write(entry, false);
    entry.rows = Math.max(1, this.#rowsOf(element));
  }

  /** @param {Entry} entry @param {boolean} broken */
  #write({ caption, element }, broken) {
    const nodes = pieces(caption, broken).map((piece) => {
      const span = document.createElement("span");
      span.className = piece.tentative ? "lc-tentative" : "lc-firm";
      span.textContent = piece.text;
      return span;
    });
    element.replaceChildren(...(caption.untranslated ? [label(autonym(caption.source_lang))] : []), ...nodes);
  }

  /** @param {HTMLElement} element */
  #rowsOf(element) {
    const height = Number.parseFloat(getComputedStyle(this.#track).lineHeight);
    return height > 0 ? Math.round(element.offsetHeight / height) : 1;
  }

  /** Move the strip; the time to look again, or Infinity. @param {number} now */
  #advance(now) {
    const entries = this.#inOrder().map(([, entry]) => entry);
    const rows = entries.reduce((sum, entry) => sum + entry.rows, 0);
    const top = entryAt(entries, this.#roll.offset);
    const topRowMs = top ? rowMs(top.caption.lang, top.caption.text, top.rows) : 0;
    const { roll, wakeAt } = advance(this.#roll, { rows, lines: this.lines, topRowMs, now });
    this.#roll = roll;
    this.#prune();
    this.#track.style.setProperty("--lc-offset", String(this.#roll.offset));
    return wakeAt ?? Number.POSITIVE_INFINITY;
  }

  /** Forget what lies wholly above the window. */
  #prune() {
    for (const [id, entry] of this.#inOrder()) {
      if (entry.rows > this.#roll.offset) return;
      this.#gone.set(id, entry.caption.revision);
      this.#remove(id, entry);
    }
  }

  /** Take off what has been whole on the screen for its time; when the next one goes. @param {number} now */
  #expire(now) {
    let end = 0;
    let next = Number.POSITIVE_INFINITY;
    const bottom = this.#roll.offset + this.lines;
    for (const [id, entry] of this.#inOrder()) {
      end += entry.rows;
      if (end > bottom) break;
      entry.restedAt ??= now;
      const goesAt = entry.restedAt + this.showtimeMs;
      if (goesAt <= now) {
        this.#gone.set(id, entry.caption.revision);
        this.#remove(id, entry);
      } else next = Math.min(next, goesAt);
    }
    this.#track.style.setProperty("--lc-offset", String(this.#roll.offset));
    return next;
  }

  /** @returns {[number, Entry][]} */
  #inOrder() {
    return [...this.#entries].sort(([a], [b]) => a - b);
  }

  /** @param {number} id @param {Entry} entry */
  #remove(id, entry) {
    if (this.#inOrder()[0]?.[0] === id) this.#roll = lift(this.#roll, entry.rows);
    entry.element.remove();
    this.#entries.delete(id);
  }
}

/** @param {Entry[]} entries @param {number} row */
function entryAt(entries, row) {
  let end = 0;
  return entries.find((entry) => (end += entry.rows) > row);
}

/** @param {string} text */
function label(text) {
  const element = document.createElement("span");
  element.className = "lc-label";
  element.dir = "auto";
  element.textContent = text;
  return element;
}
