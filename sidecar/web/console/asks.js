/** What the page asks a moderator before it takes a step, each in a dialog. */

import { button, make, option, written } from "./dom.js";
import { numbered } from "./dialog.js";
import { counted, isSame, languageName, languageNames, REASONS, span } from "./labels.js";
import { isSnoozed, isWaiting } from "./queue.js";

const SNOOZES = [5, 15, 30, 60];
/** Questions offered for merging. */
const MOST_OFFERED = 12;

/**
 * @typedef {import("./dialog.js").Dialog} Dialog
 * @typedef {import("./messages.js").Group} Group
 */

/** @param {Dialog} dialog @param {(more: { reason: string, note: string }) => void} then */
export function askReason(dialog, then) {
  const note = input("A note for the log, if you like", 300);
  const choices = REASONS.map(([reason, text]) => ({
    text,
    action: () => {
      dialog.close();
      then({ reason, note: note.field.value.trim() });
    },
  }));
  dialog.open("Why is it not answered?", numbered(choices), note.label);
}

/** @param {Dialog} dialog @param {(minutes: number) => void} then */
export function askMinutes(dialog, then) {
  const choices = SNOOZES.map((minutes) => ({
    text: `${minutes} minutes`,
    action: () => {
      dialog.close();
      then(minutes);
    },
  }));
  dialog.open("Snooze for how long?", numbered(choices));
}

/**
 * A line of text, which may be empty.
 *
 * @param {Dialog} dialog
 * @param {string} title
 * @param {string} label
 * @param {string} yes
 * @param {(note: string) => void} then
 */
export function askNote(dialog, title, label, yes, then) {
  const note = input(label, 300);
  note.field.setAttribute("data-first", "");
  const form = make("form", {}, note.label, make("button", { class: "primary" }, yes));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    then(note.field.value.trim());
  });
  dialog.open(title, form);
}

/**
 * Which question means the same.
 *
 * @param {Dialog} dialog
 * @param {Group} group
 * @param {Iterable<Group>} all
 * @param {{ nowMs: number, reading: (question: string) => string | undefined }} known
 * @param {(to: string) => void} then
 */
export function askMerge(dialog, group, all, { nowMs, reading }, then) {
  const entry = group.draft?.best?.entry;
  const others = [...all].filter((each) => each.id !== group.id && isWaiting(each) && !isSnoozed(each, nowMs));
  const near = (/** @type {Group} */ each) => (entry && each.draft?.best?.entry === entry ? 0 : 1);
  others.sort((a, b) => near(a) - near(b) || b.asked - a.asked || a.created_ms - b.created_ms);
  const search = input("Search", 100);
  search.field.setAttribute("data-first", "");
  const found = make("div");
  const list = () => {
    const text = search.field.value.toLowerCase();
    const fit = others.filter((each) =>
      each.questions.some((one) => `${one.text}\n${reading(one.id) ?? ""}`.toLowerCase().includes(text)),
    );
    const choices = fit.slice(0, MOST_OFFERED).map((each) => ({
      text: summary(each, reading),
      action: () => {
        dialog.close();
        then(each.id);
      },
    }));
    found.replaceChildren(choices.length ? numbered(choices) : make("p", { class: "quiet" }, "None"));
  };
  search.field.addEventListener("input", list);
  list();
  dialog.open("Which one asks the same?", search.label, found);
}

/** @param {Group} group @param {(question: string) => string | undefined} reading */
function summary(group, reading) {
  const first = group.questions[0];
  const read = first ? reading(first.id) : undefined;
  return make(
    "span",
    { class: "summary" },
    first ? written("span", first.text, first.lang) : null,
    read ? written("span", read, "", "quiet") : null,
    make("span", { class: "quiet" }, `${counted(group.asked, "asker")} · ${languageNames(group.languages)}`),
  );
}

/**
 * Which questions of a group mean something else.
 *
 * @param {Dialog} dialog
 * @param {Group} group
 * @param {(question: string) => string | undefined} reading
 * @param {(questions: string[]) => void} then
 */
export function askSplit(dialog, group, reading, then) {
  const boxes = group.questions.map((each, index) => {
    const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", value: each.id }));
    if (index === 0) box.setAttribute("data-first", "");
    const read = reading(each.id);
    const label = make(
      "label",
      { class: "tick" },
      box,
      make("span", { class: "summary" }, written("span", each.text, each.lang), read ? written("span", read, "", "quiet") : null),
    );
    return { box, label };
  });
  const go = /** @type {HTMLButtonElement} */ (make("button", { class: "primary", disabled: true }, "Split"));
  const chosen = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  const form = make("form", {}, make("div", { class: "boxes" }, ...boxes.map(({ label }) => label)), go);
  form.addEventListener("change", () => {
    const count = chosen().length;
    go.disabled = count === 0 || count === group.asked;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    then(chosen());
  });
  dialog.open("Which questions mean something else?", form);
}

/**
 * An answer as an entry of the FAQ.
 *
 * @param {Dialog} dialog
 * @param {{ question: string, texts: Record<string, string>, lang: string }} begun `lang`: what is preferred
 * @param {(entry: { question: string, answer: string, lang: string }) => void} then
 */
export function askEntry(dialog, { question, texts, lang }, then) {
  const tags = Object.keys(texts);
  const first = tags.find((tag) => isSame(tag, lang)) ?? tags[0] ?? lang;
  const tag = /** @type {HTMLSelectElement} */ (
    make("select", { id: "entry-lang" }, ...tags.map((each) => option(each, languageName(each))))
  );
  const asked = area("Question", question, 2);
  const answer = area("Answer", texts[first] ?? "", 4);
  asked.field.setAttribute("data-first", "");
  tag.value = first;
  tag.addEventListener("change", () => (answer.field.value = texts[tag.value] ?? answer.field.value));
  const form = make(
    "form",
    {},
    make("label", { for: "entry-lang" }, "Language"),
    tag,
    asked.label,
    answer.label,
    make("button", { class: "primary" }, "Save"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    then({ question: asked.field.value.trim(), answer: answer.field.value.trim(), lang: tag.value });
  });
  dialog.open("Save as FAQ entry", form);
}

/** @param {string} text @param {number} longest */
function input(text, longest) {
  const field = /** @type {HTMLInputElement} */ (make("input", { maxlength: String(longest), dir: "auto", autocomplete: "off" }));
  return { field, label: make("label", { class: "field" }, text, field) };
}

/** @param {string} text @param {string} value @param {number} rows */
function area(text, value, rows) {
  const field = /** @type {HTMLTextAreaElement} */ (
    make("textarea", { rows: String(rows), maxlength: "2000", dir: "auto", required: true })
  );
  field.value = value;
  return { field, label: make("label", { class: "field" }, text, field) };
}

/**
 * What a shift leaves to the next one, as plain text.
 *
 * @param {import("./messages.js").Handover} told
 */
export function handoverText(told) {
  const topics = (/** @type {string} */ title, /** @type {import("./messages.js").Topic[]} */ list) =>
    list.length
      ? ["", title, ...list.map(({ question, asked, languages }) => `- ${question} (${asked}; ${languages.join(", ")})`)]
      : [];
  const wait = typeof told.median_wait_s === "number" ? `, half of them within ${span(told.median_wait_s * 1000)}` : "";
  return [
    `Since ${new Date(told.since_ms).toLocaleString()}`,
    `${counted(told.received, "question")} came in, ${told.answered} answered${wait}.`,
    `${told.rejected} rejected, ${told.expired} expired, ${told.waiting} waiting.`,
    ...(told.people.length ? [""] : []),
    ...told.people.map(({ who, approved, edited, rejected }) => `${who}: ${approved} approved, ${edited} edited, ${rejected} rejected`),
    ...topics("Urgent and not answered:", told.urgent),
    ...topics("Asked most and not answered:", told.unanswered),
    ...topics("Answered most:", told.answered_most),
  ].join("\n");
}

const PERIODS = [1, 4, 8, 24];
const USUAL_HOURS = 8;

/**
 * The summary for the next shift.
 *
 * @param {Dialog} dialog
 * @param {(hours: number) => void} ask what happened in the last hours; `tell` is called with it later
 * @returns {(told: import("./messages.js").Handover) => void}
 */
export function handover(dialog, ask) {
  const hours = /** @type {HTMLSelectElement} */ (
    make("select", { id: "handover-hours", "data-first": true }, ...PERIODS.map((each) => option(String(each), `${counted(each, "hour")}`)))
  );
  hours.value = String(USUAL_HOURS);
  const text = make("pre", { class: "handover", tabindex: "0", dir: "auto", "aria-label": "Summary" }, "…");
  const copy = button("Copy as text", async () => {
    copy.textContent = await navigator.clipboard.writeText(text.textContent ?? "").then(() => "Copied", () => "Not copied");
  }, { kind: "primary" });
  hours.addEventListener("change", () => ask(Number(hours.value)));
  dialog.open("For the next shift", make("label", { for: "handover-hours" }, "The last "), hours, text, copy);
  ask(USUAL_HOURS);
  return (told) => {
    text.textContent = handoverText(told);
  };
}
