/** The operator's panel: asks the server how it is, once a second. */

import { autonym } from "../language.js";
import { form } from "./languages.js";
import { level, numbers, seconds, voiceCells } from "./report.js";

const EVERY_MS = 1_000;
const TIMEOUT_MS = 4_000;
/** Failures in a row before the server counts as gone: one may be chance. */
const FAILURES = 2;

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
let failures = 0;
let heardAt = Date.now();
let addresses = "";
const languages = form();

void poll();

async function poll() {
  try {
    const answer = await fetch("/v1/status", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show(/** @type {import("./report.js").StatusReport} */ (await answer.json()));
    failures = 0;
    heardAt = Date.now();
  } catch {
    failures += 1;
  }
  if (failures >= FAILURES) missing();
  setTimeout(() => void poll(), EVERY_MS);
}

/** @param {import("./report.js").StatusReport} report */
function show(report) {
  byId("alarm").hidden = true;
  say(report.state, report.message);
  const { source } = report;
  byId("source").textContent = [source.name, source.state, source.message].filter((part) => part).join(" · ");
  const { value, text } = level(source.level_dbfs);
  /** @type {HTMLMeterElement} */ (byId("level")).value = value;
  byId("level-text").textContent = text;
  byId("speech").textContent = source.speech ? "Speech" : "Silence";
  byId("warnings").hidden = report.warnings.length === 0;
  byId("warnings").replaceChildren(...report.warnings.map((warning) => make("p", `⚠ ${warning}`)));
  byId("voices-section").hidden = report.voices.length === 0;
  byId("voices").replaceChildren(...report.voices.map((voice) => row(voice.label, voiceCells(voice))));
  byId("numbers").replaceChildren(...numbers(report).map(([name, shown]) => pair(name, shown)));
  byId("languages").replaceChildren(...report.languages.map(language));
  languages.show(report.targets);
  link(report.languages.map((language) => language.lang));
}

/** The server does not answer: what the page shows is old. */
function missing() {
  const since = new Date(heardAt).toLocaleTimeString();
  say("gone", "");
  byId("alarm").hidden = false;
  const text = `The server has not answered since ${since}. Is it still running? What is below is old.`;
  if (byId("alarm").textContent !== text) byId("alarm").textContent = text; // else it is read out every time
}

/** @param {string} state @param {string} message */
function say(state, message) {
  byId("state").textContent = state === "gone" ? "no answer" : state;
  byId("state").dataset.state = state;
  byId("message").textContent = message;
  document.title = state === "live" ? "Status" : `${state === "gone" ? "No answer" : state} – Status`;
}

/** @param {import("./report.js").LanguageReport} report */
function language(report) {
  const counts = [report.viewers, report.captions, report.untranslated, report.waiting].map(String);
  return row(`${autonym(report.lang)} (${report.lang})`, [...counts, seconds(report.lag_ms)]);
}

/** @param {string} title @param {string[]} cells */
function row(title, cells) {
  const element = document.createElement("tr");
  const name = make("th", title);
  name.setAttribute("scope", "row");
  element.append(name, ...cells.map((cell) => make("td", cell)));
  return element;
}

/** @param {string[]} tags */
function link(tags) {
  if (tags.join() === addresses) return;
  addresses = tags.join();
  const links = tags.map((lang) => /** @type {const} */ ([`Overlay, ${autonym(lang)}`, `/overlay?lang=${lang}`]));
  byId("links").replaceChildren(...[/** @type {const} */ (["Viewer page", "/viewer"]), ...links].map(address));
}

/** @param {readonly [string, string]} entry */
function address([name, path]) {
  const url = new URL(path, location.href).href;
  const item = document.createElement("li");
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.textContent = url;
  const copy = document.createElement("button");
  copy.type = "button";
  copy.textContent = "Copy";
  copy.setAttribute("aria-label", `Copy the address: ${name}`);
  copy.addEventListener("click", async () => {
    copy.textContent = await navigator.clipboard.writeText(url).then(() => "Copied", () => "Failed");
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  });
  item.append(make("span", name), anchor, copy);
  return item;
}

/** @param {string} name @param {string} value */
function pair(name, value) {
  const element = document.createElement("div");
  element.append(make("dt", name), make("dd", value));
  return element;
}

/** @param {string} tag @param {string} text */
function make(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
