/** The viewer's own questions and what became of them, the newest first. */

import { direction } from "../language.js";

/** Questions kept on the page. */
const MOST_QUESTIONS = 50;

/**
 * @typedef {import("../wire.js").Question} Question
 * @typedef {import("../words.js").Words} Words
 */

export class QuestionList {
  /** In the order in which they were asked. @type {Map<string, Question>} */
  #questions = new Map();
  /** Told of since the server was last asked for all. @type {Set<string>} */
  #told = new Set();

  /**
   * @param {{ list: HTMLElement, title: HTMLElement }} parts
   * @param {{ words: Words, lang: string }} speech
   */
  constructor(parts, speech) {
    this.parts = parts;
    this.speech = speech;
  }

  /** A question has been sent: what may be known of it already is newer. @param {Question} question */
  add(question) {
    if (!this.#questions.has(question.id)) this.tell(question);
  }

  /** Something has become of a question. @param {Question} question */
  tell(question) {
    this.#told.add(question.id);
    this.#questions.set(question.id, question);
    this.#draw();
  }

  /** The server is asked for all: what is told from now on is newer than its answer. */
  expect() {
    this.#told.clear();
  }

  /** All there are, the oldest first. @param {readonly Question[]} questions */
  restore(questions) {
    const newer = [...this.#told].flatMap((id) => this.#questions.get(id) ?? []);
    this.#questions = new Map(questions.map((question) => [question.id, question]));
    for (const question of newer) this.#questions.set(question.id, question);
    this.#draw();
  }

  #draw() {
    const kept = [...this.#questions.values()].slice(-MOST_QUESTIONS);
    this.#questions = new Map(kept.map((question) => [question.id, question]));
    const newest = kept.reverse();
    this.parts.title.hidden = newest.length === 0;
    const { list } = this.parts;
    const known = new Map([...list.children].map((item) => [/** @type {HTMLElement} */ (item).dataset.id, item]));
    const items = newest.map((question) => {
      const item = render(question, this.speech);
      const old = known.get(question.id);
      return old?.isEqualNode(item) ? old : item;
    });
    for (const old of [...list.children]) if (!items.includes(old)) old.remove();
    items.forEach((item, index) => {
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
  }
}

/** @param {Question} question @param {{ words: Words, lang: string }} speech */
function render(question, { words, lang }) {
  const item = document.createElement("li");
  item.dataset.id = question.id;
  item.dataset.state = question.state;
  const at = new Date(question.at_ms);
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.textContent = at.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });
  const state = document.createElement("span");
  state.className = "fate";
  state.textContent = words[question.state];
  const head = document.createElement("p");
  head.className = "head";
  head.append(state, time);
  item.append(text("asked", question.asked, ""), head);
  if (question.state === "answered" && question.answer) item.append(text("answer", question.answer, question.lang ?? ""));
  return item;
}

/** @param {string} name @param {string} words @param {string} lang "": nobody knows */
function text(name, words, lang) {
  const element = document.createElement("p");
  element.className = name;
  element.lang = lang;
  element.dir = direction(lang);
  element.textContent = words;
  return element;
}
