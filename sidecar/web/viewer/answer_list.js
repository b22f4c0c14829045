/** Answers that the shop gave for everyone to see, the newest first. */

import { direction } from "../language.js";

/** Answers kept on the page. */
const MOST_ANSWERS = 20;

/** @typedef {import("../wire.js").Answer} Answer */

export class AnswerList {
  /** @type {Map<string, HTMLElement>} by id, in the order in which they came */
  #items = new Map();

  /** @param {{ section: HTMLElement, list: HTMLElement }} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /** An answer, a new text of one, or its end. @param {Answer} answer */
  take(answer) {
    const old = this.#items.get(answer.id);
    if (answer.retracted) {
      old?.remove();
      this.#items.delete(answer.id);
    } else {
      const item = render(answer);
      if (old) old.replaceWith(item);
      else this.parts.list.prepend(item);
      this.#items.set(answer.id, item);
    }
    this.#settle();
  }

  clear() {
    this.#items.clear();
    this.parts.list.replaceChildren();
    this.#settle();
  }

  #settle() {
    for (const [id, item] of [...this.#items].slice(0, -MOST_ANSWERS)) {
      item.remove();
      this.#items.delete(id);
    }
    this.parts.section.hidden = this.#items.size === 0;
  }
}

/** @param {Answer} answer */
function render(answer) {
  const item = document.createElement("li");
  for (const [name, words] of [["asked", answer.asked], ["answer", answer.text]]) {
    if (!words) continue;
    const element = document.createElement("p");
    element.className = name ?? "";
    element.lang = answer.lang;
    element.dir = direction(answer.lang);
    element.textContent = words;
    item.append(element);
  }
  return item;
}
