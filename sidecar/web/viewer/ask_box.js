/** The box that a viewer asks in. */

import { rememberedName, rememberName } from "./asker.js";

/** Fewer characters left than this are worth saying. */
const FEW_LEFT = 100;
/** What the server may refuse a question for, each with words of its own. */
const REASONS = /** @type {const} */ (["empty", "spam", "no_question", "too_big", "too_many", "not_kept"]);

/**
 * @typedef {import("../words.js").Words} Words
 * @typedef {import("./question_line.js").Outcome} Outcome
 * @typedef {object} AskParts
 * @property {HTMLFormElement} form
 * @property {HTMLTextAreaElement} text
 * @property {HTMLInputElement} name
 * @property {HTMLElement} left characters
 * @property {HTMLElement} send button
 * @property {HTMLElement} problem
 * @property {HTMLElement} offline
 */

export class AskBox {
  #sending = false;
  /** Nothing is sent before then. */
  #waitUntil = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {AskParts} parts
   * @param {{ words: Words, lang: string }} speech
   * @param {(text: string, name: string) => Promise<Outcome>} send
   */
  constructor(parts, { words, lang }, send) {
    this.parts = parts;
    this.words = words;
    this.lang = lang;
    this.send = send;
    parts.name.value = rememberedName();
    parts.offline.textContent = words.offline;
    parts.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    parts.text.addEventListener("keydown", (event) => this.#onKey(event));
    parts.text.addEventListener("input", () => this.#count());
    this.#draw();
    this.#count();
  }

  /** @param {boolean} on whether the server can be reached, as far as is known */
  online(on) {
    this.parts.offline.hidden = on;
  }

  async submit() {
    const { text, name } = this.parts;
    if (this.#sending) return;
    if (this.#waitS > 0) return this.#complain(this.words.too_many, this.#waitS);
    if (text.value.trim() === "") return this.#complain(this.words.empty, 0);
    rememberName(name.value.trim());
    this.#busy(true);
    const outcome = await this.send(text.value.trim(), name.value.trim());
    this.#busy(false);
    if ("kept" in outcome) this.#sent();
    else this.#refused(outcome);
  }

  #sent() {
    this.parts.text.value = "";
    this.parts.problem.textContent = "";
    this.#count();
  }

  /** The text stays. @param {{ refused: string, waitS: number }} outcome */
  #refused({ refused, waitS }) {
    const reason = REASONS.find((each) => each === refused);
    this.#waitUntil = performance.now() + waitS * 1000;
    this.#complain(reason ? this.words[reason] : this.words.notSent, waitS);
    this.#draw();
  }

  /** @param {string} sentence @param {number} waitS */
  #complain(sentence, waitS) {
    this.parts.problem.textContent = sentence.replace("{wait}", duration(waitS, this.lang));
    this.parts.text.focus();
  }

  /** @param {boolean} sending */
  #busy(sending) {
    this.#sending = sending;
    this.parts.text.readOnly = sending;
    if (sending) this.parts.problem.textContent = "";
    this.#draw();
  }

  get #waitS() {
    return Math.max(0, Math.ceil((this.#waitUntil - performance.now()) / 1000));
  }

  /** The button says why it cannot be pressed; it keeps the focus meanwhile. */
  #draw() {
    clearTimeout(this.#timer);
    const { send } = this.parts;
    const wait = this.#waitS;
    send.setAttribute("aria-disabled", String(this.#sending || wait > 0));
    send.textContent = this.#sending ? this.words.sending : wait > 0 ? duration(wait, this.lang) : this.words.send;
    if (wait > 0) this.#timer = setTimeout(() => this.#draw(), 250);
  }

  #count() {
    const { text, left } = this.parts;
    const rest = text.maxLength - text.value.length;
    left.textContent = rest < FEW_LEFT ? this.words.charactersLeft.replace("{n}", rest.toLocaleString(this.lang)) : "";
  }

  /** Enter sends, unless it ends a word in an input method. @param {KeyboardEvent} event */
  #onKey(event) {
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    void this.submit();
  }
}

/** @param {number} seconds @param {string} lang */
function duration(seconds, lang) {
  const [value, unit] = seconds < 120 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "short" }).format(value);
}
