/** The viewer page: the widget, and below it all that was said. */

import { paced } from "../paced.js";
import { captionsIn } from "../screen.js";
import { wordsFor } from "../words.js";
import { Asking } from "./asking.js";
import { Transcript } from "./transcript.js";

/**
 * @typedef {import("../wire.js").CaptionMessage} CaptionMessage
 * @typedef {import("../wire.js").Remove} Remove
 */

const THEME = "live-captions-theme";

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const transcript = new Transcript({
  scroller: byId("scroller"),
  list: byId("transcript"),
  newest: byId("newest"),
  earlier: byId("earlier"),
});
/** Session and language that the transcript shows. */
let shown = "";
/** Finals and removals not yet written down, in their order. @type {(CaptionMessage | Remove)[]} */
let pending = [];
const writeSoon = paced(write, 100);

const speech = wordsFor(navigator.languages);
name();
dress(remembered() ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
byId("theme").addEventListener("click", () => {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  dress(next);
  remember(next);
});
await customElements.whenDefined("live-captions");
const widget = /** @type {import("../widget/element.js").LiveCaptions} */ (document.querySelector("live-captions"));
const asking = new Asking(widget, byId, speech);
widget.addEventListener("captionschange", (event) => take(/** @type {CustomEvent} */ (event).detail));
turn();

/** @param {Parameters<typeof import("../screen.js").reduce>[1]} message */
function take(message) {
  asking.hear(message);
  turn();
  const lasting = message.type === "remove" || (message.type === "caption" && message.final);
  if (!lasting || message.lang !== widget.language) return;
  pending.push(message);
  writeSoon();
}

/** Begin a new page where session or language is another one. */
function turn() {
  const { screen, language } = widget;
  const now = `${screen.session} ${language}`;
  if (language === "" || now === shown) return;
  shown = now;
  transcript.clear();
  pending = captionsIn(screen, language).filter((caption) => caption.final);
  write();
  link(language);
  void recall(language, now);
}

function write() {
  const { epochMs } = widget.screen;
  const removed = pending.filter((message) => message.type === "remove");
  transcript.add(pending.filter((message) => message.type === "caption"), epochMs);
  for (const { id } of removed) transcript.remove(id);
  pending = [];
}

/** What was said before this page was opened. @param {string} language @param {string} wanted */
async function recall(language, wanted) {
  try {
    const answer = await fetch(`/v1/captions.json?lang=${encodeURIComponent(language)}`);
    if (!answer.ok) return;
    const captions = await answer.json();
    if (wanted === shown) transcript.add(captions, widget.screen.epochMs);
  } catch {
    // Without history the transcript begins now.
  }
}

/** @param {string} language */
function link(language) {
  for (const form of ["srt", "vtt"]) {
    byId(form).setAttribute("href", `/v1/captions.${form}?lang=${encodeURIComponent(language)}`);
  }
}

/** Everything on the page in the reader's words. */
function name() {
  const { lang, words } = speech;
  document.documentElement.lang = lang;
  document.documentElement.dir = lang === "ar" ? "rtl" : "ltr";
  document.title = words.captions;
  byId("title").textContent = words.captions;
  byId("transcript-title").textContent = words.transcript;
  byId("newest").textContent = `↓ ${words.newest}`;
  byId("earlier").textContent = words.earlier;
  byId("ask-title").textContent = words.ask;
  byId("ask-text-label").textContent = words.yourQuestion;
  byId("ask-name").setAttribute("placeholder", words.yourName);
  byId("ask-name").setAttribute("aria-label", words.yourName);
  byId("ask-note").textContent = words.public;
  byId("questions-title").textContent = words.yourQuestions;
  byId("answers-title").textContent = words.answers;
  byId("download").textContent = words.download;
  byId("theme").setAttribute("aria-label", words.theme);
}

/** @param {string} theme */
function dress(theme) {
  document.documentElement.dataset.theme = theme;
}

function remembered() {
  try {
    return localStorage.getItem(THEME);
  } catch {
    return null;
  }
}

/** @param {string} theme */
function remember(theme) {
  try {
    localStorage.setItem(THEME, theme);
  } catch {
    // Not remembered, then.
  }
}
