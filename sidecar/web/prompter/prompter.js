/** The host's page: what is asked most just now, large enough to read from a distance, with what may be answered. */

import { byId, make, option, refill, written } from "../console/dom.js";
import { isSame, languageName } from "../console/labels.js";
import { ConsoleLine } from "../console/line.js";
import { recall, remember, token } from "../console/memory.js";
import { Queue } from "../console/queue.js";
import { autonym, direction } from "../language.js";
import { paced } from "../paced.js";
import { WORDS, wordsFor } from "./words.js";

const TOKEN = "prompter-token";
const LANG = "prompter-lang";
const SIZE = "prompter-size";
/** Topics on the page. */
const MOST = 8;
const DRAW_MS = 250;
/** What has left the snooze or expired is seen without a message. */
const TICK_MS = 2_000;
const SIZES = [0.6, 0.75, 0.9, 1, 1.2, 1.45, 1.75, 2.1];
const USUAL = 3;

/** @typedef {import("../console/messages.js").Group} Group */

const queue = new Queue();
/** By the question's id. @type {Map<string, string>} */
const readings = new Map();
/** Groups whose reading was asked for. @type {Set<string>} */
const asked = new Set();
const select = /** @type {HTMLSelectElement} */ (byId("lang"));
let lang = recall(LANG) || navigator.language || "en";
let { words } = wordsFor(lang);
let aheadMs = 0;
let welcomed = false;
let loading = false;
let isOver = false;
let size = SIZES.indexOf(Number(recall(SIZE)));
if (size < 0) size = USUAL;

const draw = paced(show, DRAW_MS);
const given = token(TOKEN);
const line = new ConsoleLine({ base: location.origin, token: given, lang, onMessage: take, onState: linked });

name();
resize(0);
listen();
if (given) line.start();
else entrance("");
setInterval(draw, TICK_MS);

/** @param {import("../console/messages.js").ConsoleMessage} message */
function take(message) {
  if (message.type === "welcome") {
    if (lang !== message.lang) readings.clear();
    lang = message.lang;
    name();
    aheadMs = message.now_ms - Date.now();
    welcomed = loading = true;
    isOver = false;
    asked.clear();
    queue.begin();
    byId("enter").hidden = true;
    byId("controls").hidden = false;
    offer(message.languages);
  }
  if (message.type === "groups") {
    queue.take(message);
    for (const { id } of message.groups) asked.delete(id);
    if (loading && !message.more) settle();
  }
  if (message.type === "reading") for (const [id, text] of Object.entries(message.texts)) readings.set(id, text);
  if (message.type === "end") isOver = true;
  draw();
}

function settle() {
  loading = false;
  queue.settle();
  draw();
}

/** @param {import("../console/line.js").LineState} state @param {string} why */
function linked(state, why) {
  if (state === "open") byId("lost").hidden = true;
  if (state === "lost") {
    byId("lost").hidden = false;
    byId("lost").textContent = words.lost;
  }
  if (state === "denied") entrance(why);
}

/** Ask for a token. @param {string} why */
function entrance(why) {
  remember(TOKEN, "");
  welcomed = false;
  byId("enter").hidden = false;
  byId("controls").hidden = true;
  byId("lost").hidden = true;
  byId("denied").hidden = why === "";
  byId("denied").textContent = why;
  refill(byId("topics"), "", () => []);
  byId("token").focus();
}

function show() {
  if (!welcomed) return;
  const { asked: open, top } = queue.forHost(Date.now() + aheadMs, MOST);
  byId("tally").textContent = [`${words.open}: ${open}`, isOver ? words.over : ""].filter((part) => part).join(" · ");
  byId("empty").hidden = open > 0 || loading;
  const topics = top.map((group) => ({ group, question: question(group), answer: answer(group) }));
  for (const { group } of topics) read(group);
  const key = topics.map(({ group, ...texts }) => [group.id, group.escalated, group.note, group.asked, texts]);
  refill(byId("topics"), JSON.stringify([lang, key]), () => topics.map(topic));
}

/** What is asked, in the host's language as far as it is known. @param {Group} group */
function question({ questions, draft }) {
  const first = questions[0];
  if (!first) return { text: "", lang: "" };
  if (isSame(first.lang, lang)) return { text: first.text, lang: first.lang };
  const read = readings.get(first.id);
  if (read) return { text: read, lang };
  const own = questions.find((each) => isSame(each.lang, lang));
  if (own) return { text: own.text, lang: own.lang };
  const entry = draft?.decision === "answer" ? draft.best?.question : undefined;
  return entry ? { text: entry, lang: "" } : { text: first.text, lang: first.lang };
}

/** What the FAQ says to it, in the host's language. @param {Group} group */
function answer({ draft }) {
  if (draft?.decision !== "answer" || !draft.best) return "";
  return isSame(draft.best.lang, lang) ? draft.best.text : (draft.best.back ?? draft.best.text);
}

/** Why there is no answer to read. @param {Group} group */
function nothing({ draft }) {
  if (!draft) return words.noDraft;
  return draft.decision === "choose" ? words.several : words.none;
}

/** @param {Group} group */
function read(group) {
  const first = group.questions[0];
  if (!first || asked.has(group.id) || isSame(first.lang, lang) || readings.has(first.id)) return;
  if (line.send({ type: "read", group: group.id })) asked.add(group.id);
}

/** @param {{ group: Group, question: { text: string, lang: string }, answer: string }} topic */
function topic({ group, question: { text, lang: tag }, answer: said }) {
  const count = group.asked;
  return make(
    "li",
    { class: group.escalated ? "before-host" : null },
    make("p", { class: "count" }, String(count), make("small", {}, words.asked)),
    make(
      "div",
      {},
      written("p", text, tag, "question"),
      said ? written("p", said, "", "answer") : make("p", { class: "none" }, nothing(group)),
      make(
        "p",
        { class: "facts" },
        group.escalated ? make("span", { class: "escalated" }, words.forYou) : null,
        group.concern ? make("span", { class: "concern" }, `⚠ ${words[group.concern]}`) : null,
        make("span", {}, group.languages.map((tag) => languageName(tag, words === WORDS.en ? "en" : lang)).join(" · ")),
        group.products?.length ? make("bdi", {}, group.products.join(", ")) : null,
        group.note ? written("span", group.note, "", "note") : null,
      ),
    ),
  );
}

/** @param {readonly string[]} languages that viewers read */
function offer(languages) {
  const known = new Set();
  const tags = [lang, ...navigator.languages, ...languages, ...Object.keys(WORDS)];
  const unique = tags.filter((tag) => !known.has(autonym(tag)) && known.add(autonym(tag)));
  select.replaceChildren(...unique.map((tag) => option(tag, autonym(tag), tag)));
  select.value = lang;
}

/** Everything on the page in the host's words. */
function name() {
  const found = wordsFor(lang);
  words = found.words;
  document.documentElement.lang = found.lang;
  document.documentElement.dir = direction(found.lang) === "rtl" ? "rtl" : "ltr";
  byId("title").textContent = words.title;
  byId("empty").textContent = words.nobody;
  byId("lang-label").textContent = words.language;
  byId("smaller").setAttribute("aria-label", words.smaller);
  byId("larger").setAttribute("aria-label", words.larger);
}

/** @param {number} by steps */
function resize(by) {
  size = Math.max(0, Math.min(SIZES.length - 1, size + by));
  remember(SIZE, String(SIZES[size]));
  document.documentElement.style.setProperty("--size", String(SIZES[size]));
}

function listen() {
  byId("smaller").addEventListener("click", () => resize(-1));
  byId("larger").addEventListener("click", () => resize(1));
  select.addEventListener("change", () => {
    remember(LANG, select.value);
    line.read(select.value);
  });
  byId("enter").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = /** @type {HTMLInputElement} */ (byId("token")).value.trim();
    if (!typed) return;
    remember(TOKEN, typed);
    line.enter(typed);
  });
  addEventListener("hashchange", () => {
    const given = token(TOKEN);
    if (given) line.enter(given);
  });
}
