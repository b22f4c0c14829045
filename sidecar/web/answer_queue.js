/** Which answer is on the screen: one after another, each as long as it takes to read. Pure: the time is an argument. */

import { readingMs } from "./language.js";

/** An answer stays at least so long. */
const SHORTEST_MS = 12_000;
/** Time to notice it, besides reading. */
const NOTICE_MS = 3_000;
/** Answers that wait at most; beyond it, the oldest is not shown. */
const MOST_WAITING = 20;
/** Answers remembered, so that one that comes again is not shown again. */
const MOST_KNOWN = 200;

/**
 * How long an answer is shown.
 *
 * @param {Answer} answer
 * @returns {number} milliseconds
 */
export function showMs(answer) {
  const characters = [...answer.text].length + [...(answer.asked ?? "")].length;
  return Math.max(SHORTEST_MS, NOTICE_MS + readingMs(answer.lang, characters));
}

/** @typedef {import("./wire.js").Answer} Answer */

export class AnswerQueue {
  /** @type {Answer[]} the one shown first */
  #answers = [];
  /** Text that was last taken, by id. @type {Map<string, string>} */
  #known = new Map();
  #until = Number.POSITIVE_INFINITY;

  /** The answer to be shown, or null. */
  get shown() {
    return this.#answers[0] ?? null;
  }

  /** When another one is due; Infinity while none is shown. */
  get until() {
    return this.#until;
  }

  /**
   * Another answer, a new text of one, or its end.
   *
   * @param {Answer} answer
   * @param {number} now
   */
  take(answer, now) {
    if (answer.retracted) this.#drop(answer.id, now);
    else if (this.#known.get(answer.id) !== answer.text) this.#place(answer, now);
  }

  /** Time has passed. @param {number} now */
  tick(now) {
    if (now >= this.#until) this.#next(now);
  }

  /** Forget what waits. */
  clear() {
    this.#answers = [];
    this.#until = Number.POSITIVE_INFINITY;
  }

  /** @param {Answer} answer @param {number} now */
  #place(answer, now) {
    this.#remember(answer);
    const at = this.#answers.findIndex((each) => each.id === answer.id);
    if (at < 0) this.#answers.push(answer);
    else this.#answers[at] = answer;
    if (this.#answers.length > MOST_WAITING + 1) this.#answers.splice(1, 1);
    if (this.shown === answer) this.#until = now + showMs(answer);
  }

  /** @param {string} id @param {number} now */
  #drop(id, now) {
    this.#known.delete(id);
    if (this.shown?.id === id) this.#next(now);
    else this.#answers = this.#answers.filter((each) => each.id !== id);
  }

  /** @param {number} now */
  #next(now) {
    this.#answers.shift();
    this.#until = this.shown ? now + showMs(this.shown) : Number.POSITIVE_INFINITY;
  }

  /** @param {Answer} answer */
  #remember(answer) {
    this.#known.delete(answer.id);
    this.#known.set(answer.id, answer.text);
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size > MOST_KNOWN) this.#known.delete(oldest);
  }
}
