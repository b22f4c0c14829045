/** Writing an answer: what was written is kept for each group until it is sent or thrown away. */

import { autonym, base, direction } from "../language.js";
import { button, byId, make, option } from "./dom.js";
import { isSame, languageName } from "./labels.js";
import { candidates } from "./queue.js";

/**
 * @typedef {import("./messages.js").Group} Group
 * @typedef {{ lang: string, text: string, public: boolean, correct: boolean, touched: boolean }} Text
 * @typedef {object} Owner
 * @property {() => string} lang what the moderator reads
 * @property {(group: Group) => import("./messages.js").Candidate | null} candidate what is proposed
 * @property {(text: Text) => void} onSend
 * @property {() => void} onLeave
 * @property {() => void} onWrite
 */

export class Editor {
  /** @type {Map<string, Text>} */
  #texts = new Map();
  /** @type {Group | null} */
  #group = null;
  #element = byId("editor");
  #lang = /** @type {HTMLSelectElement} */ (make("select", { id: "editor-lang" }));
  #area = /** @type {HTMLTextAreaElement} */ (
    make("textarea", { id: "editor-text", rows: "5", maxlength: "2000", "aria-describedby": "editor-hint" })
  );
  #public = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", id: "editor-public" }));
  #correct = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", id: "editor-correct" }));
  #correction = make("label", { class: "tick" }, this.#correct, "Keep it as the translation of this entry");
  #send;
  #hint = make("p", { id: "editor-hint", class: "quiet" });
  #owner;

  /** @param {Owner} owner */
  constructor(owner) {
    this.#owner = owner;
    this.#send = button("Send", () => this.#submit(), { key: "Ctrl+Enter", kind: "primary" });
    this.#element.append(
      make(
        "div",
        { class: "line" },
        make("label", { for: "editor-text" }, "Your answer"),
        make("label", { for: "editor-lang", class: "quiet" }, "written in"),
        this.#lang,
      ),
      this.#area,
      this.#hint,
      make(
        "div",
        { class: "line" },
        this.#send,
        make("label", { class: "tick" }, this.#public, "Show it to everyone"),
        this.#correction,
        button("Leave, keep the text", () => this.#owner.onLeave(), { key: "Esc" }),
        button("Throw away", () => this.discard()),
      ),
    );
    this.#area.addEventListener("input", () => this.#keep(true));
    this.#public.addEventListener("change", () => this.#keep(false));
    this.#correct.addEventListener("change", () => this.#keep(false));
    this.#lang.addEventListener("change", () => this.#turn());
    this.#element.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return; // an input method takes it
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#submit();
      else if (event.key === "Escape") this.#owner.onLeave();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** The group whose answer is written just now, "" for none. */
  get group() {
    return this.#group?.id ?? "";
  }

  /** Whether something was written for it and not sent. @param {string} id */
  hasText(id) {
    return this.#texts.get(id)?.touched ?? false;
  }

  /** @param {Group} group */
  open(group) {
    this.#group = group;
    const text = this.#texts.get(group.id) ?? this.#begun(group);
    const tags = [...new Set([this.#owner.lang(), ...group.languages, "en", text.lang])];
    this.#lang.replaceChildren(...tags.map((tag) => option(tag, [...new Set([autonym(tag), languageName(tag)])].join(" – "))));
    this.#show(text);
    this.#element.hidden = false;
    this.#area.focus();
    this.#area.setSelectionRange(this.#area.value.length, this.#area.value.length);
  }

  close() {
    this.#group = null;
    this.#element.hidden = true;
  }

  /** What was written for `id` is sent; should that be undone, it is here again. @param {string} id */
  park(id) {
    const text = this.#texts.get(id);
    if (text) this.#texts.set(id, { ...text, touched: false });
  }

  discard() {
    if (this.#group) this.#texts.delete(this.#group.id);
    this.#owner.onLeave();
  }

  /** @param {boolean} can send now @param {Group} group as it is now */
  update(can, group) {
    this.#send.disabled = !can;
    const others = group.languages.filter((lang) => !isSame(lang, this.#lang.value));
    this.#hint.textContent = others.length
      ? `It is translated for those who read ${others.map((tag) => languageName(tag)).join(", ")}.`
      : "It goes out as it is written here.";
  }

  /** What an answer begins with: the draft, in the moderator's own language if there is no better. @param {Group} group @returns {Text} */
  #begun(group) {
    const lang = group.questions[0]?.lang ?? "en";
    const own = this.#owner.lang();
    const draft = this.#proposed(group, lang);
    const start = isSame(lang, own) || !this.#proposed(group, own) ? { lang, text: draft } : { lang: own, text: this.#proposed(group, own) };
    const empty = start.text === "" ? { lang: own, text: "" } : start;
    return { ...empty, public: false, correct: false, touched: false };
  }

  /** What is proposed in `lang`, "" where nothing is. @param {Group} group @param {string} lang */
  #proposed(group, lang) {
    const candidate = this.#owner.candidate(group) ?? candidates(group)[0];
    if (!candidate) return "";
    if (base(lang) === base(candidate.lang)) return candidate.text;
    if (base(lang) === base(this.#owner.lang())) return candidate.back ?? "";
    return group.draft?.best?.entry === candidate.entry ? (group.texts[lang] ?? "") : "";
  }

  /** Another language: as long as nothing was written, what is proposed in it. */
  #turn() {
    const group = this.#group;
    if (!group) return;
    const kept = this.#texts.get(group.id);
    if (kept?.touched) this.#keep(true);
    else this.#show({ lang: this.#lang.value, text: this.#proposed(group, this.#lang.value), public: this.#public.checked, correct: false, touched: false });
    this.#area.focus();
  }

  /** @param {Text} text */
  #show(text) {
    this.#lang.value = text.lang;
    this.#area.value = text.text;
    this.#public.checked = text.public;
    this.#correct.checked = text.correct;
    this.#address();
  }

  #address() {
    this.#area.lang = this.#lang.value;
    this.#area.dir = direction(this.#lang.value);
    const candidate = this.#group && (this.#owner.candidate(this.#group) ?? candidates(this.#group)[0]);
    this.#correction.hidden = !candidate?.translated || !isSame(candidate.lang, this.#lang.value);
    this.#owner.onWrite();
  }

  /** @param {boolean} touched */
  #keep(touched) {
    if (!this.#group) return;
    const already = this.#texts.get(this.#group.id)?.touched ?? false;
    this.#texts.set(this.#group.id, { ...this.#read(), touched: touched || already });
    this.#address();
  }

  /** @returns {Text} */
  #read() {
    const correct = this.#correct.checked && !this.#correction.hidden;
    return { lang: this.#lang.value, text: this.#area.value, public: this.#public.checked, correct, touched: true };
  }

  #submit() {
    const text = this.#read();
    if (!this.#send.disabled && text.text.trim()) this.#owner.onSend({ ...text, text: text.text.trim() });
  }
}
