/** The moderator's page: who comes in, what they read, and what their keys do. */

import { autonym } from "../language.js";
import { WORDS } from "../words.js";
import { handover } from "./asks.js";
import { Desk } from "./desk.js";
import { Dialog } from "./dialog.js";
import { button, byId, make, option, refill } from "./dom.js";
import { CONCERNS, counted, languageName } from "./labels.js";
import { KEYS, meant, writes } from "./keys.js";
import { ConsoleLine } from "./line.js";
import { recall, remember, token } from "./memory.js";

const TOKEN = "console-token";
const LANG = "console-lang";
const SOUND = "console-sound";
const KEYS_OFF = "console-keys-off";
const THEME = "console-theme";
const TITLE = "Questions";

/** @param {string} id */
const select = (id) => /** @type {HTMLSelectElement} */ (byId(id));
const dialog = new Dialog(byId("dialog"));
const search = /** @type {HTMLInputElement} */ (byId("search"));
let keysAreOn = recall(KEYS_OFF) === "";
/** @type {(told: import("./messages.js").Handover) => void} */
let tellHandover = () => undefined;
let offered = "";

const known = token(TOKEN);
const line = new ConsoleLine({
  base: location.origin,
  token: known,
  lang: recall(LANG) || navigator.language || "en",
  onMessage: take,
  onState: linked,
});
const desk = new Desk(line, dialog, tally);
desk.sound = recall(SOUND) !== "off";

dress(recall(THEME));
fillFilters();
listen();
if (known) line.start();
else entrance("");

/** @param {import("./messages.js").ConsoleMessage} message */
function take(message) {
  if (message.type === "welcome") {
    byId("entrance").hidden = true;
    byId("desk").hidden = false;
    byId("controls").hidden = false;
    fillLanguages(message.lang, message.languages);
    if (message.role === "host") desk.say("You are here as the host: you can look, and not decide.");
  }
  if (message.type === "end") desk.say("The show is over.");
  if (message.type === "handover") tellHandover(message);
  if (message.type === "refused" && typeof message.id !== "number") desk.say(`Not done: ${message.message}.`, true);
  desk.take(message);
}

/** @param {import("./line.js").LineState} state @param {string} why */
function linked(state, why) {
  desk.isOpen = state === "open";
  const lost = state === "lost" || (state === "connecting" && !byId("lost").hidden);
  byId("lost").hidden = !lost;
  if (state === "lost") {
    const text = byId("desk").hidden
      ? "The server does not answer. Trying again …"
      : `${why || "The connection is lost."} What you see may be old. Trying again …`;
    if (byId("lost").textContent !== text) byId("lost").textContent = text; // else it is read out with every try
    if (byId("desk").hidden) void excuse();
  }
  if (state === "denied") entrance(why);
  desk.draw();
}

/** A show without questions has no queue either, and says so. */
async function excuse() {
  const answer = await fetch("/v1/questions").catch(() => null);
  if (answer?.status !== 404 || !byId("desk").hidden) return;
  byId("lost").textContent = "This show takes no questions: start it with --faq.";
}

/** Ask for a token. @param {string} why */
function entrance(why) {
  remember(TOKEN, "");
  byId("entrance").hidden = false;
  byId("desk").hidden = true;
  byId("controls").hidden = true;
  byId("lost").hidden = true;
  byId("denied").hidden = why === "";
  byId("denied").textContent = why;
  byId("token").focus();
}

/** @param {{ waiting: number, urgent: number, snoozed: number }} count @param {string[]} people */
function tally({ waiting, urgent, snoozed }, people) {
  const here = !byId("desk").hidden;
  const parts = [counted(waiting, "waiting", "waiting"), urgent ? `${urgent} urgent` : "", snoozed ? `${snoozed} snoozed` : ""];
  byId("tally").textContent = here ? parts.filter((part) => part).join(" · ") : "";
  const names = JSON.stringify(people);
  refill(byId("people"), here ? names : "", () =>
    here && people.length ? ["Here too: ", make("bdi", {}, [...new Set(people)].join(", "))] : [],
  );
  const badge = urgent ? `⚠${urgent} · ${waiting}` : String(waiting);
  document.title = here && waiting ? `(${badge}) ${TITLE}` : TITLE;
  const { languages, products } = desk.queue.choices();
  const now = JSON.stringify([languages, products]);
  if (now === offered) return;
  offered = now;
  offer("by-lang", "Any language", languages.map((tag) => /** @type {const} */ ([tag, languageName(tag)])));
  offer("by-product", "Any product", products.map((name) => /** @type {const} */ ([name, name])));
}

/** @param {string} id @param {string} any @param {readonly (readonly [string, string])[]} choices */
function offer(id, any, choices) {
  const element = select(id);
  const { value } = element;
  element.replaceChildren(option("", any), ...choices.map(([each, text]) => option(each, text)));
  element.value = value;
  if (element.selectedIndex < 0) element.value = "";
  element.hidden = choices.length < 2 && element.value === "";
}

function fillFilters() {
  /** @type {readonly (readonly [string, readonly (readonly [string, string])[]])[]} */
  const fixed = [
    ["stage", [["waiting", "Waiting"], ["snoozed", "Snoozed"], ["sending", "Going out"], ["done", "Done"], ["", "All"]]],
    ["by-urgency", [["", "Any urgency"], ["urgent", "Urgent"], ...Object.entries(CONCERNS), ["escalated", "With the host"]]],
    ["by-age", [["0", "Any age"], ["1", "Over 1 min"], ["5", "Over 5 min"], ["15", "Over 15 min"]]],
    ["order", [["due", "Due first"], ["asked", "Most asked"], ["newest", "Newest"]]],
  ];
  for (const [id, choices] of fixed) select(id).replaceChildren(...choices.map(([value, text]) => option(value, text)));
  offer("by-lang", "Any language", []);
  offer("by-product", "Any product", []);
}

/** @param {string} lang what is read now @param {readonly string[]} languages that viewers read */
function fillLanguages(lang, languages) {
  const tags = [...new Set([lang, ...navigator.languages, ...languages, ...Object.keys(WORDS)])];
  const named = new Set();
  const unique = tags.filter((tag) => !named.has(autonym(tag)) && named.add(autonym(tag)));
  select("lang").replaceChildren(...unique.map((tag) => option(tag, autonym(tag), tag)));
  select("lang").value = lang;
}

function filter() {
  const stage = /** @type {import("./queue.js").Filter["stage"]} */ (select("stage").value);
  const order = /** @type {import("./queue.js").Order} */ (select("order").value);
  desk.filter = {
    stage, order,
    lang: select("by-lang").value,
    product: select("by-product").value,
    urgency: select("by-urgency").value,
    minutes: Number(select("by-age").value),
    text: search.value.trim(),
  };
  desk.draw();
}

function listen() {
  byId("enter").addEventListener("submit", (event) => {
    event.preventDefault();
    const given = /** @type {HTMLInputElement} */ (byId("token")).value.trim();
    if (given) enter(given);
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("input", filter);
  select("lang").addEventListener("change", () => {
    remember(LANG, select("lang").value);
    line.read(select("lang").value);
  });
  byId("sound").addEventListener("click", () => setSound(!desk.sound));
  setSound(desk.sound);
  byId("theme").addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    remember(THEME, dark ? "light" : "dark");
    dress(dark ? "light" : "dark");
  });
  byId("handover").addEventListener("click", () => {
    tellHandover = handover(dialog, (hours) => {
      line.send({ type: "handover", since_ms: Math.max(0, Math.round(desk.nowMs - hours * 3_600_000)) });
    });
  });
  byId("help").addEventListener("click", help);
  byId("back").addEventListener("click", () => desk.leave());
  document.addEventListener("keydown", press);
  addEventListener("hashchange", () => {
    const given = token(TOKEN);
    if (given) enter(given);
  });
}

/** @param {string} given */
function enter(given) {
  remember(TOKEN, given);
  line.enter(given);
}

/** @param {boolean} on */
function setSound(on) {
  desk.sound = on;
  remember(SOUND, on ? "" : "off");
  byId("sound").setAttribute("aria-pressed", String(on));
}

/** @param {string} theme "" as the system has it */
function dress(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

function help() {
  const keys = make("dl", { class: "keys" }, ...KEYS.flatMap(([key, text]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, text)]));
  const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", "data-first": true }));
  box.checked = keysAreOn;
  box.addEventListener("change", () => {
    keysAreOn = box.checked;
    remember(KEYS_OFF, keysAreOn ? "" : "off");
  });
  const out = button("Leave, and forget my token", () => {
    dialog.close();
    line.stop();
    entrance("");
  });
  dialog.open("Keys", make("label", { class: "tick" }, box, "Single keys work"), keys, out);
}

/** @type {Record<string, () => void>} */
const ACTIONS = {
  j: () => desk.move(1), k: () => desk.move(-1), ArrowDown: () => desk.move(1), ArrowUp: () => desk.move(-1),
  a: () => desk.approve(false), A: () => desk.approve(true), e: () => desk.edit(), r: () => desk.reject(),
  u: () => desk.undo(), c: () => desk.claim(), s: () => desk.snooze(), h: () => desk.escalate(), m: () => desk.merge(),
  x: () => desk.split(), b: () => desk.restore(), f: () => desk.save(), "?": help, "/": () => search.select(),
  Escape: () => desk.leave(),
};
/** Keys that may be held down. */
const REPEATING = new Set(["j", "k", "ArrowDown", "ArrowUp"]);
/** Keys that do nothing to a question, for when none is seen. */
const UNSEEN = new Set([...REPEATING, "/", "?", "Escape", "u"]);
/** What `keyCode` says, in every browser, of a key that an input method takes. */
const COMPOSING = 229;

/** @param {KeyboardEvent} event */
function press(event) {
  if (dialog.isOpen || byId("desk").hidden) return;
  if (event.isComposing || event.keyCode === COMPOSING) return;
  if (event.target === search && (event.key === "Escape" || event.key === "Enter")) {
    event.preventDefault();
    byId("rows").focus();
    return;
  }
  if (event.target === byId("rows") && event.key === "Enter") {
    event.preventDefault();
    desk.read();
    return;
  }
  if (writes(event.target)) return;
  const key = meant(event);
  const action = /^[1-9]$/.test(key) ? () => desk.chooseNumber(Number(key)) : ACTIONS[key];
  if (!action || (event.repeat && !REPEATING.has(key))) return;
  if (key.startsWith("Arrow") && byId("detail").contains(/** @type {Node} */ (event.target))) return;
  if (!keysAreOn && !/^(Arrow|Esc)/.test(key)) return;
  if (byId("detail").offsetParent === null && !UNSEEN.has(key)) return;
  event.preventDefault();
  if (desk.isDeaf) return;
  action();
}
