/** The list of what was said: newest last, no longer than a page can carry. */

import { autonym, direction } from "../language.js";

/** Lines kept on the page; the download has all. */
export const MOST_LINES = 500;
/** Nearer to the end than this, the reader is following. */
const FOLLOWING_PX = 48;

/**
 * @typedef {import("../wire.js").CaptionMessage} CaptionMessage
 * @typedef {{ element: HTMLLIElement, caption: CaptionMessage }} Line
 * @typedef {{ id: number, start_ms: number }} Place of a line: speakers overlap, so ids alone are no order of time
 */

/** @type {Place} */
const START = { id: Number.NEGATIVE_INFINITY, start_ms: Number.NEGATIVE_INFINITY };

export class Transcript {
  /** @type {Map<number, Line>} */
  #lines = new Map();
  #following = true;
  #trimmedTo = START;

  /**
   * @param {{ scroller: HTMLElement, list: HTMLElement, newest: HTMLElement, earlier: HTMLElement }} parts
   */
  constructor(parts) {
    this.parts = parts;
    parts.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    parts.newest.addEventListener("click", () => this.follow());
    new ResizeObserver(() => this.#following && this.follow()).observe(parts.scroller);
  }

  clear() {
    this.#lines.clear();
    this.#trimmedTo = START;
    this.parts.list.replaceChildren();
    this.parts.earlier.hidden = true;
    this.follow();
  }

  /**
   * @param {readonly CaptionMessage[]} captions finals of one language
   * @param {number} epochMs
   */
  add(captions, epochMs) {
    let changed = false;
    for (const caption of captions) {
      const known = this.#lines.get(caption.id);
      if (known ? known.caption.revision >= caption.revision : !isBefore(this.#trimmedTo, caption)) continue;
      this.#place({ caption, element: render(caption, epochMs) }, known?.element);
      changed = true;
    }
    if (changed) this.#settle();
  }

  /** Take a line back. @param {number} id */
  remove(id) {
    this.#lines.get(id)?.element.remove();
    this.#lines.delete(id);
  }

  /** Go to the newest line, and stay with it. */
  follow() {
    this.#following = true;
    this.parts.newest.hidden = true;
    this.parts.scroller.scrollTop = this.parts.scroller.scrollHeight;
  }

  /** @param {Line} line @param {HTMLLIElement | undefined} old */
  #place(line, old) {
    const { caption, element } = line;
    this.#lines.set(caption.id, line);
    if (old) {
      old.replaceWith(element);
      return;
    }
    let after = this.parts.list.lastElementChild;
    while (after && isBefore(caption, this.#captionOf(after))) after = after.previousElementSibling;
    if (after) after.after(element);
    else this.parts.list.prepend(element);
  }

  /** @param {Element} element @returns {Place} */
  #captionOf(element) {
    return this.#lines.get(Number(/** @type {HTMLElement} */ (element).dataset.id))?.caption ?? START;
  }

  #settle() {
    while (this.parts.list.childElementCount > MOST_LINES) {
      const first = /** @type {HTMLElement} */ (this.parts.list.firstElementChild);
      this.#trimmedTo = this.#captionOf(first);
      this.#lines.delete(this.#trimmedTo.id);
      first.remove();
      this.parts.earlier.hidden = false;
    }
    if (this.#following) this.follow();
    else this.parts.newest.hidden = false;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.parts.scroller;
    this.#following = scrollHeight - scrollTop - clientHeight < FOLLOWING_PX;
    if (this.#following) this.parts.newest.hidden = true;
  }
}

/** @param {Place} one @param {Place} other */
const isBefore = (one, other) => (one.start_ms === other.start_ms ? one.id < other.id : one.start_ms < other.start_ms);

/** @param {CaptionMessage} caption @param {number} epochMs */
function render(caption, epochMs) {
  const item = document.createElement("li");
  item.dataset.id = String(caption.id);
  const at = new Date(epochMs + caption.start_ms);
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.textContent = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const lang = caption.untranslated ? caption.source_lang : caption.lang;
  const text = document.createElement("p");
  text.lang = lang;
  text.dir = direction(lang);
  if (caption.untranslated) {
    const mark = document.createElement("span");
    mark.className = "untranslated";
    mark.textContent = autonym(caption.source_lang);
    text.append(mark);
  }
  if (caption.speaker) {
    const speaker = document.createElement("span");
    speaker.className = "speaker";
    speaker.dir = "auto";
    speaker.textContent = caption.speaker;
    text.append(speaker, ": ");
  }
  text.append(caption.text);
  item.append(time, text);
  return item;
}
