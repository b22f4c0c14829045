/** The queue as a list: never more rows than a page carries well, the selected one always among them. */

import { CONCERNS, counted, isSame, languageNames, span, STATES } from "./labels.js";
import { byId, make, refill, written } from "./dom.js";
import { due, holder, isSnoozed, isWaiting } from "./queue.js";

/** Rows on the page. */
export const MOST_ROWS = 100;

/**
 * @typedef {import("./messages.js").Group} Group
 * @typedef {object} Seen what rows are made of besides their groups
 * @property {number} nowMs
 * @property {string} selected
 * @property {string} lang
 * @property {(question: string) => string | undefined} reading
 * @property {(group: string) => string[]} lookers names of the others who have it before them
 */

export class Rows {
  #list = byId("rows");
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  #first = 0;
  #shownSelected = "";

  /** @param {(id: string) => void} onSelect */
  constructor(onSelect) {
    this.#list.addEventListener("click", (event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest("li");
      if (row?.dataset.group) onSelect(row.dataset.group);
    });
  }

  /** @param {Group[]} groups in order @param {Seen} seen */
  show(groups, seen) {
    const at = groups.findIndex(({ id }) => id === seen.selected);
    const last = Math.max(0, groups.length - MOST_ROWS);
    if (at >= 0 && (at < this.#first || at >= this.#first + MOST_ROWS)) this.#first = at - MOST_ROWS / 2;
    if (at >= 0 && at < MOST_ROWS / 2) this.#first = 0;
    this.#first = Math.max(0, Math.min(this.#first, last));
    const shown = groups.slice(this.#first, this.#first + MOST_ROWS);
    this.#place(shown, seen);
    const more = groups.length - this.#first - shown.length;
    tell("above", this.#first ? `${counted(this.#first, "question")} above` : "");
    tell("below", more ? `${counted(more, "more question")}: filter or search to see them` : "");
    this.#list.hidden = shown.length === 0;
    if (seen.selected !== this.#shownSelected) {
      this.#shownSelected = seen.selected;
      this.#rows.get(seen.selected)?.scrollIntoView({ block: "nearest" });
    }
  }

  /** @param {Group[]} groups @param {Seen} seen */
  #place(groups, seen) {
    const kept = new Set(groups.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (kept.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    groups.forEach((group, index) => {
      let row = this.#rows.get(group.id);
      if (!row) {
        row = make("li", { role: "option", id: `row-${group.id}`, "data-group": group.id });
        this.#rows.set(group.id, row);
      }
      dress(row, group, seen);
      if (this.#list.children[index] !== row) this.#list.insertBefore(row, this.#list.children[index] ?? null);
    });
    if (this.#rows.has(seen.selected)) this.#list.setAttribute("aria-activedescendant", `row-${seen.selected}`);
    else this.#list.removeAttribute("aria-activedescendant");
  }
}

/** @param {string} id @param {string} text */
function tell(id, text) {
  byId(id).textContent = text;
  byId(id).hidden = text === "";
}

/** @param {HTMLElement} row @param {Group} group @param {Seen} seen */
function dress(row, group, seen) {
  const { nowMs, lang } = seen;
  const first = group.questions[0];
  if (!first) return;
  const reading = isSame(first.lang, lang) ? undefined : seen.reading(first.id);
  const held = holder(group, nowMs);
  const lookers = seen.lookers(group.id).filter((name) => name !== held);
  const open = isWaiting(group);
  const clock = due(group, nowMs);
  const age = span(Math.max(0, nowMs - group.created_ms));
  const time = open && clock === "late" ? `${span(nowMs - group.due_ms)} late` : age;
  const marks = [
    group.concern ? ["urgent", `⚠ ${CONCERNS[group.concern] ?? group.concern}`] : null,
    group.escalated ? ["host", "With the host"] : null,
    !open || group.state !== "drafted" ? [group.state === "failed" ? "urgent" : "state", STATES[group.state]] : null,
    isSnoozed(group, nowMs) ? ["state", `Snoozed ${span((group.snoozed_until_ms ?? 0) - nowMs)}`] : null,
    held ? ["held", `✎ ${held}`] : null,
    lookers.length ? ["looked", `👁 ${lookers.join(", ")}`] : null,
  ].filter((mark) => mark !== null);
  row.setAttribute("aria-selected", String(group.id === seen.selected));
  row.className = `${open ? clock : "over"}${group.concern && open ? " concern" : ""}`;
  const { asked } = group;
  refill(row, JSON.stringify([first.text, reading, group.languages, asked, time, marks]), () => [
    written("p", first.text, first.lang, "question"),
    reading ? written("p", reading, lang, "reading") : null,
    make(
      "p",
      { class: "facts" },
      make("span", { class: "time" }, time),
      asked > 1 ? make("strong", {}, `${asked} askers`) : null,
      make("span", {}, languageNames(group.languages)),
      ...marks.map(([kind, text]) => make("span", { class: `mark ${kind}`, dir: "auto" }, text ?? "")),
    ),
  ]);
}
