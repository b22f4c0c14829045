/** The groups that are here, and which of them a moderator wants to see, in which order. Pure: the time is given. */

import { base } from "../language.js";

/**
 * @typedef {import("./messages.js").Group} Group
 * @typedef {import("./messages.js").Candidate} Candidate
 * @typedef {"waiting" | "snoozed" | "sending" | "done"} Stage
 * @typedef {"due" | "asked" | "newest"} Order
 * @typedef {object} Filter
 * @property {Stage | ""} stage "" for all
 * @property {string} lang "" for any
 * @property {string} product "" for any
 * @property {string} urgency "", "urgent", "escalated", or a concern
 * @property {number} minutes asked at least so long ago
 * @property {string} text
 * @property {Order} order
 */

/** @type {Readonly<Filter>} */
export const EVERYTHING = Object.freeze({
  stage: "waiting", lang: "", product: "", urgency: "", minutes: 0, text: "", order: "due",
});

const WAITING = new Set(["received", "drafted", "abstained"]);
const DECIDED = new Set(["approved", "edited"]);
/** @type {Record<string, number>} */
const RANKS = { health: 0, order: 1, complaint: 2 };
const NO_RANK = 4;
/** So much of the time until it is due is left that it is soon. */
const SOON_MS = 60_000;

/** Nobody has decided on it yet. @param {Group} group */
export const isWaiting = (group) => WAITING.has(group.state);

/** Somebody has decided, and can still undo it. @param {Group} group */
export const isUndoable = (group) => DECIDED.has(group.state);

/** @param {Group} group @param {number} nowMs */
export const isSnoozed = (group, nowMs) => isWaiting(group) && (group.snoozed_until_ms ?? 0) > nowMs;

/** Who has claimed it. @param {Group} group @param {number} nowMs */
export const holder = (group, nowMs) => ((group.held_until_ms ?? 0) > nowMs ? (group.held_by ?? "") : "");

/**
 * Where a group belongs. One whose sending failed waits for somebody, and one that was merged is nowhere.
 *
 * @param {Group} group
 * @param {number} nowMs
 * @returns {Stage | null}
 */
export function stage(group, nowMs) {
  if (group.state === "merged") return null;
  if (isSnoozed(group, nowMs)) return "snoozed";
  if (isWaiting(group) || group.state === "failed") return "waiting";
  return isUndoable(group) || group.state === "sending" ? "sending" : "done";
}

/** Something can still come of it. @param {Group} group @param {number} nowMs */
const isOpen = (group, nowMs) => ![null, "done"].includes(stage(group, nowMs));

/** How a group stands to the time when the shop wants it answered. @param {Group} group @param {number} nowMs */
export function due(group, nowMs) {
  const leftMs = group.due_ms - nowMs;
  if (leftMs < 0) return "late";
  return leftMs < Math.min(SOON_MS, (group.due_ms - group.created_ms) / 2) ? "soon" : "fine";
}

/** Its only fault is that it is not in the asker's language: it is translated once it is approved. @param {Candidate} candidate */
export const isUntranslated = ({ failed_checks: failed }) => failed?.length === 1 && failed[0] === "untranslated";

/** Its answer may go out. @param {Candidate} candidate */
export const isSendable = (candidate) => !candidate.failed_checks?.length || isUntranslated(candidate);

/** Why the draft may not go out as it is, as a code; null if it may. @param {Group} group */
export function refusal(group) {
  const { draft } = group;
  if (!draft) return "no draft";
  if (draft.decision === "abstain") return "abstained";
  if (!draft.best) return "no entry";
  return isSendable(draft.best) ? null : "failed checks";
}

/** The entries that may answer, the likeliest first. @param {Group} group */
export function candidates({ draft }) {
  if (!draft) return [];
  return draft.best ? [draft.best, ...draft.alternatives] : draft.alternatives;
}

/** What a moderator judges by: where this is the same, so is what they saw. @param {Group} group */
export function judged(group) {
  return JSON.stringify([group.id, group.state, group.draft, group.texts, group.questions.map((each) => each.id)]);
}

/** @type {WeakMap<Group, string>} */
const words = new WeakMap();

/** Everything in a group that a search looks through, in small letters. @param {Group} group */
function haystack(group) {
  let found = words.get(group);
  if (found === undefined) {
    const texts = group.questions.flatMap((each) => [each.text, each.name ?? ""]);
    const entries = candidates(group).flatMap((each) => [each.entry, each.question, each.text, each.back ?? ""]);
    found = [...texts, ...entries, ...(group.products ?? []), ...Object.values(group.texts)].join("\n").toLowerCase();
    words.set(group, found);
  }
  return found;
}

/** @param {Group} group @param {Filter} filter @param {number} nowMs */
export function fits(group, filter, nowMs) {
  const at = stage(group, nowMs);
  if (at === null || (filter.stage && filter.stage !== at)) return false;
  if (filter.lang && !group.languages.some((lang) => base(lang) === filter.lang)) return false;
  if (filter.product && !group.products?.includes(filter.product)) return false;
  if (filter.urgency === "urgent" && !group.concern) return false;
  if (filter.urgency === "escalated" && !group.escalated) return false;
  if (filter.urgency in RANKS && filter.urgency !== group.concern) return false;
  if (filter.minutes && nowMs - group.created_ms < filter.minutes * 60_000) return false;
  return filter.text === "" || haystack(group).includes(filter.text.toLowerCase());
}

/** @param {Group} group */
const rank = ({ concern, state }) => (concern ? (RANKS[concern] ?? 3) : state === "failed" ? 3 : NO_RANK);

/** @type {Record<Order, (a: Group, b: Group) => number>} */
const ORDERS = {
  due: (a, b) => a.due_ms - b.due_ms || a.created_ms - b.created_ms || b.asked - a.asked,
  asked: (a, b) => b.asked - a.asked || a.due_ms - b.due_ms,
  newest: (a, b) => b.created_ms - a.created_ms,
};

/** Urgent ones first, but not where the newest are asked for. @param {Order} order @returns {(a: Group, b: Group) => number} */
function comparison(order) {
  const within = ORDERS[order];
  const ranked = order !== "newest";
  return (a, b) => (ranked && rank(a) - rank(b)) || within(a, b) || (a.id < b.id ? -1 : 1);
}

/** Escalated ones first, then what most people ask. @param {Group} a @param {Group} b */
const forHost = (a, b) => Number(b.escalated ?? false) - Number(a.escalated ?? false) || comparison("asked")(a, b);

export class Queue {
  /** @type {Map<string, Group>} */
  #groups = new Map();
  /** What was here before the line was lost and has not been heard of since. @type {Set<string>} */
  #stale = new Set();

  get size() {
    return this.#groups.size;
  }

  /** @param {string} id */
  get(id) {
    return this.#groups.get(id) ?? null;
  }

  all() {
    return this.#groups.values();
  }

  /** All groups are about to come again. */
  begin() {
    this.#stale = new Set(this.#groups.keys());
  }

  /** All groups have come: what was not among them is over. */
  settle() {
    for (const id of this.#stale) this.#groups.delete(id);
    this.#stale.clear();
  }

  /**
   * @param {import("./messages.js").Groups} message
   * @returns {Group[]} those that were not here before
   */
  take(message) {
    const fresh = message.groups.filter(({ id }) => !this.#groups.has(id));
    for (const group of message.groups) {
      this.#stale.delete(group.id);
      const known = this.#groups.get(group.id);
      if (!known || known.revision <= group.revision) this.#groups.set(group.id, group);
    }
    for (const id of message.gone ?? []) this.#groups.delete(id);
    return fresh;
  }

  /**
   * Those that fit, in order; `kept` stays among them as long as it is not over.
   *
   * @param {Filter} filter
   * @param {number} nowMs
   * @param {string} [kept] id
   */
  list(filter, nowMs, kept = "") {
    const stays = (/** @type {Group} */ group) => group.id === kept && isOpen(group, nowMs);
    const found = [...this.#groups.values()].filter((group) => stays(group) || fits(group, filter, nowMs));
    return found.sort(comparison(filter.order));
  }

  /** What the host is shown. @param {number} nowMs @param {number} most */
  forHost(nowMs, most) {
    const open = [...this.#groups.values()].filter((group) => isWaiting(group) && !isSnoozed(group, nowMs));
    return { asked: open.length, top: open.sort(forHost).slice(0, most) };
  }

  /** @param {number} nowMs */
  counts(nowMs) {
    const count = { waiting: 0, urgent: 0, snoozed: 0, sending: 0, done: 0 };
    for (const group of this.#groups.values()) {
      const at = stage(group, nowMs);
      if (at) count[at] += 1;
      if (at === "waiting" && group.concern) count.urgent += 1;
    }
    return count;
  }

  /** What can be filtered by. @returns {{ languages: string[], products: string[] }} */
  choices() {
    const languages = new Set();
    const products = new Set();
    for (const group of this.#groups.values()) {
      for (const lang of group.languages) languages.add(base(lang));
      for (const product of group.products ?? []) products.add(product);
    }
    return { languages: [...languages].sort(), products: [...products].sort() };
  }
}
