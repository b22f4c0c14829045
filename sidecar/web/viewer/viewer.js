/** The viewer page: the widget, and below it all that was said. */

import { captionsIn } from "../screen.js";
import { wordsFor } from "../words.js";
import { Transcript } from "./transcript.js";

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

name();
dress(remembered() ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
byId("theme").addEventListener("click", () => {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  dress(next);
  remember(next);
});
await customElements.whenDefined("live-captions");
const widget = /** @type {import("../widget/element.js").LiveCaptions} */ (document.querySelector("live-captions"));
widget.addEventListener("captionschange", update);
update();

function update() {
  const { screen, language } = widget;
  const now = `${screen.session} ${language}`;
  if (language !== "" && now !== shown) {
    shown = now;
    transcript.clear();
    link(language);
    void recall(language, now);
  }
  const known = captionsIn(screen, language);
  transcript.withdraw(known);
  transcript.add(known.filter((caption) => caption.final), screen.epochMs, true);
}

/** What was said before this page was opened. @param {string} language @param {string} wanted */
async function recall(language, wanted) {
  try {
    const answer = await fetch(`/v1/captions.json?lang=${encodeURIComponent(language)}`);
    if (!answer.ok) return;
    const captions = await answer.json();
    if (wanted === shown) transcript.add(captions, widget.screen.epochMs, false);
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
  const { lang, words } = wordsFor(navigator.languages);
  document.documentElement.lang = lang;
  document.documentElement.dir = lang === "ar" ? "rtl" : "ltr";
  document.title = words.captions;
  byId("title").textContent = words.captions;
  byId("transcript-title").textContent = words.transcript;
  byId("newest").textContent = `↓ ${words.newest}`;
  byId("earlier").textContent = words.earlier;
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
