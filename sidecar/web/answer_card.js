/** The card with the shop's answer to a viewer's question: what overlay and widget have in common. */

import { AnswerQueue, showMs } from "./answer_queue.js";
import { direction, lineHeight, measureEm } from "./language.js";

/** Sizes of the text, the largest that fits is taken; where none does, it is read in parts of so many rows at least. */
const SCALES = [1, 0.86, 0.74];
const SCALES_IN_PARTS = [0.74, 0.6, 0.5];
const FEWEST_ROWS = 2;

/**
 * Looks of the card, all through custom properties and without specificity, so that any rule of a page wins. The card
 * stands in a box that is as large as there is room for it, at the edge of the box that the captions are at.
 */
export const ANSWER_CARD_CSS = `
:where(.lc-answers) {
  box-sizing: border-box;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: var(--lc-answer-edge, flex-end);
  min-block-size: 0;
  inline-size: 100%;
  overflow: hidden;
  font-size: calc(var(--lc-font-size, 32px) * var(--lc-answer-scale, 1));
  font-family: var(--lc-font, system-ui, "Noto Sans", "Noto Sans CJK SC", "Noto Sans Thai", "Noto Sans Arabic", sans-serif);
}
:where(.lc-answer) {
  box-sizing: border-box;
  flex: none;
  inline-size: min(var(--lc-max-width, 100%), calc(var(--lc-measure, 24) * 1em + 2.2em));
  max-inline-size: 100%;
  padding: 0.6em 1em 0.7em;
  border-inline-start: 0.22em solid var(--lc-answer-accent, #ffd166);
  border-radius: 0.35em;
  background: var(--lc-answer-background, rgb(12 16 22 / 0.92));
  color: var(--lc-answer-color, #fff);
  line-height: var(--lc-line-height, 1.35);
  text-align: start;
  text-transform: var(--lc-transform, none);
}
:where(.lc-answer[hidden]) { display: none; }
:where(.lc-asked) {
  margin: 0 0 0.45em;
  font-size: 0.68em;
  font-weight: 500;
  opacity: 0.88;
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
  overflow: hidden;
}
:where(.lc-asked[hidden]) { display: none; }
:where(.lc-answer-text) {
  margin: 0;
  font-size: 1.12em;
  font-weight: 600;
  column-gap: 2em;
  column-fill: auto;
  orphans: 1;
  widows: 1;
  text-wrap: pretty;
  overflow: hidden;
}
:where(.lc-asked, .lc-answer-text) {
  unicode-bidi: isolate;
  white-space: pre-line;
  overflow-wrap: anywhere;
  line-break: strict;
  word-break: auto-phrase;
}
@media (prefers-reduced-motion: no-preference) {
  :where(.lc-answer:not([hidden])) { animation: lc-answer-comes 240ms ease-out; }
  @keyframes lc-answer-comes { from { opacity: 0; transform: translateY(0.5em); } }
}
@media (forced-colors: active) {
  :where(.lc-answer) { background: Canvas; color: CanvasText; border: 1px solid CanvasText; }
  :where(.lc-asked) { opacity: 1; }
}
`;

/** @typedef {import("./wire.js").Answer} Answer */

export class AnswerCard {
  #queue = new AnswerQueue();
  /** @type {Answer | null} */
  #drawn = null;
  /** @type {Answer | null} */
  #pinned = null;
  /** Parts that the text is read in, and which of them is seen. */
  #parts = 1;
  #part = 0;
  #partMs = Number.POSITIVE_INFINITY;
  #turnAt = Number.POSITIVE_INFINITY;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #card = document.createElement("div");
  #asked = document.createElement("p");
  #text = document.createElement("p");

  constructor() {
    this.element = document.createElement("div");
    this.element.className = "lc-answers";
    this.#card.className = "lc-answer";
    this.#card.hidden = true;
    this.#asked.className = "lc-asked";
    this.#text.className = "lc-answer-text";
    this.#card.append(this.#asked, this.#text);
    this.element.append(this.#card);
    new ResizeObserver(() => this.refresh()).observe(this.element);
  }

  /** @param {Answer} answer */
  take(answer) {
    this.#queue.take(answer, performance.now());
    this.#draw();
  }

  /** Take the card away, and forget what waits. */
  clear() {
    this.#queue.clear();
    this.#draw();
  }

  /** Show this one instead, for as long as it is wanted. @param {Answer | null} answer */
  pin(answer) {
    this.#pinned = answer;
    this.#draw();
  }

  /** Measure again: a size or the room has changed. */
  refresh() {
    if (!this.#drawn) return;
    const parts = this.#parts;
    this.#fit(this.#drawn);
    if (this.#parts === parts) return;
    this.#turnAt = performance.now() + this.#partMs;
    this.#wait();
  }

  #draw() {
    const shown = this.#pinned ?? this.#queue.shown;
    if (shown !== this.#drawn) {
      this.#drawn = shown;
      this.#card.hidden = true;
      if (shown) this.#show(shown);
    }
    this.#wait();
  }

  /** @param {Answer} answer */
  #show(answer) {
    for (const element of [this.#asked, this.#text]) {
      element.lang = answer.lang;
      element.dir = direction(answer.lang);
    }
    this.#card.dir = direction(answer.lang) === "rtl" ? "rtl" : "ltr";
    this.#card.style.setProperty("--lc-line-height", String(lineHeight(answer.lang)));
    this.#card.style.setProperty("--lc-measure", String(measureEm(answer.lang)));
    this.#asked.textContent = answer.asked ?? "";
    this.#text.textContent = answer.text;
    void this.#card.offsetHeight; // takes the last one off, so that this one is seen to come
    this.#card.hidden = false;
    this.#part = 0;
    this.#fit(answer);
    this.#turnAt = performance.now() + this.#partMs;
  }

  /** @param {Answer} answer */
  #fit(answer) {
    this.#asked.hidden = !answer.asked;
    this.#text.style.removeProperty("column-width");
    this.#text.style.removeProperty("block-size");
    this.#parts = this.#fitsWhole() ? 1 : this.#split(this.#rowsThatFit());
    this.#part = Math.min(this.#part, this.#parts - 1);
    this.#partMs = showMs(answer) / this.#parts;
    this.#turn();
  }

  /** Whether there is room for everything, set as large as can be. */
  #fitsWhole() {
    return SCALES.some((scale) => {
      this.#scale(scale);
      return this.#card.offsetHeight <= this.element.clientHeight;
    });
  }

  /** Rows of the text that there is room for, set as large as can be; where there is little, without the question. */
  #rowsThatFit() {
    let rows = 0;
    for (const scale of SCALES_IN_PARTS) {
      this.#scale(scale);
      rows = this.#rows();
      if (rows >= FEWEST_ROWS) return rows;
    }
    this.#asked.hidden = true;
    return Math.max(1, this.#rows());
  }

  #rows() {
    const around = this.#card.offsetHeight - this.#text.offsetHeight;
    return Math.floor((this.element.clientHeight - around - 2) / this.#rowPx);
  }

  /** @param {number} scale */
  #scale(scale) {
    this.#card.style.setProperty("font-size", `${scale}em`);
  }

  get #rowPx() {
    return Number.parseFloat(getComputedStyle(this.#text).lineHeight);
  }

  /** Break the text into parts of so many rows, side by side. @param {number} rows @returns {number} parts */
  #split(rows) {
    const blockSize = Math.ceil(rows * this.#rowPx) + 1; // rows are set in fractions of a pixel: the last must fit too
    this.#text.style.setProperty("block-size", `${blockSize}px`);
    this.#text.style.setProperty("column-width", `${this.#text.clientWidth}px`);
    const gap = Number.parseFloat(getComputedStyle(this.#text).columnGap);
    return Math.max(1, Math.round((this.#text.scrollWidth + gap) / (this.#text.clientWidth + gap)));
  }

  /** Show the part that is due. */
  #turn() {
    const { scrollWidth, clientWidth } = this.#text;
    const way = getComputedStyle(this.#text).direction === "rtl" ? -1 : 1;
    this.#text.scrollLeft = this.#parts > 1 ? (way * (scrollWidth - clientWidth) * this.#part) / (this.#parts - 1) : 0;
  }

  #wait() {
    clearTimeout(this.#timer);
    const turnAt = this.#part + 1 < this.#parts ? this.#turnAt : Number.POSITIVE_INFINITY;
    const due = Math.min(turnAt, this.#queue.until);
    if (due < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#tick(), Math.max(0, due - performance.now()));
  }

  #tick() {
    const now = performance.now();
    this.#queue.tick(now);
    if (now >= this.#turnAt && this.#part + 1 < this.#parts) {
      this.#part += 1;
      this.#turnAt = now + this.#partMs;
      this.#turn();
    }
    this.#draw();
  }
}
