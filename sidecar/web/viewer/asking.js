/** Questions to the shop and its answers, beside the captions; nothing of it is seen where the show takes none. */

import { backoffMs } from "../connection.js";
import { choose } from "../language.js";
import { AnswerList } from "./answer_list.js";
import { AskBox } from "./ask_box.js";
import { askerKey } from "./asker.js";
import { recall, send } from "./question_line.js";
import { QuestionList } from "./question_list.js";

/**
 * @typedef {import("../widget/element.js").LiveCaptions} LiveCaptions
 * @typedef {Parameters<typeof import("../screen.js").reduce>[1]} Message
 */

export class Asking {
  #key = askerKey();
  #session = "";
  /** Whether something may have happened that was not told here. */
  #stale = true;
  #attempt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {LiveCaptions} widget
   * @param {(id: string) => HTMLElement} byId of the page's parts
   * @param {{ words: import("../words.js").Words, lang: string }} speech
   */
  constructor(widget, byId, speech) {
    this.widget = widget;
    this.section = byId("ask");
    this.answers = new AnswerList({ section: byId("answers"), list: byId("answer-list") });
    this.questions = new QuestionList({ list: byId("questions"), title: byId("questions-title") }, speech);
    const parts = {
      form: /** @type {HTMLFormElement} */ (byId("ask-form")),
      text: /** @type {HTMLTextAreaElement} */ (byId("ask-text")),
      name: /** @type {HTMLInputElement} */ (byId("ask-name")),
      left: byId("ask-left"),
      send: byId("ask-send"),
      problem: byId("ask-problem"),
      offline: byId("ask-offline"),
    };
    this.box = new AskBox(parts, speech, (text, name) => this.#send(text, name));
    for (const change of ["online", "offline"]) addEventListener(change, () => this.#connected());
    void this.#recall();
  }

  /** @param {Message} message */
  hear(message) {
    if (message.type === "question") this.questions.tell(message);
    if (message.type === "answer") this.answers.take(message);
    if (message.type === "hello" && message.session !== this.#session) {
      this.#session = message.session;
      this.answers.clear();
    }
    if (message.type === "link") this.#connected();
  }

  #connected() {
    const { link } = this.widget.screen;
    this.box.online(navigator.onLine && link !== "lost");
    if (link !== "open") this.#stale = true; // an answer may be missed
    if (link === "open" && this.#stale) void this.#recall();
  }

  /** @param {string} text @param {string} name */
  async #send(text, name) {
    const outcome = await send({ text, asker: this.#key, lang: this.#lang, name });
    if ("kept" in outcome) this.questions.add(outcome.kept);
    return outcome;
  }

  /** The language that the viewer asks in, most likely: the one chosen, else one of the browser's. */
  get #lang() {
    const wanted = [this.widget.preferences.lang, ...navigator.languages];
    return choose(wanted, this.widget.languages) ?? navigator.language;
  }

  /** What became of this viewer's questions; again and again until the server says. */
  async #recall() {
    clearTimeout(this.#timer);
    this.#stale = false;
    this.questions.expect();
    try {
      const found = await recall(this.#key);
      this.#show(found !== null);
      this.questions.restore(found ?? []);
      this.#attempt = 0;
    } catch {
      this.#stale = true;
      this.#timer = setTimeout(() => void this.#recall(), backoffMs(this.#attempt, Math.random()));
      this.#attempt += 1;
    }
  }

  /** @param {boolean} asks */
  #show(asks) {
    this.section.hidden = !asks;
    if (asks) this.widget.identify(this.#key);
  }
}
