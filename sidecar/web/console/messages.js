/**
 * The messages of `WS /v1/console`, as a moderator's page sees them. Contract: docs/wire.md. Times are Unix time in
 * milliseconds.
 *
 * @typedef {"received" | "drafted" | "abstained" | "filtered" | "approved" | "edited" | "rejected" | "expired" |
 *   "merged" | "sending" | "sent" | "failed" | "retracted"} State
 * @typedef {"health" | "order" | "complaint"} Concern
 * @typedef {{ id: string, lang: string, text: string, at_ms: number, channel: string, name?: string,
 *   concern?: Concern | null }} Question
 * @typedef {{ entry: string, question: string, text: string, lang: string, back?: string | null, score: number,
 *   translated?: boolean, failed_checks?: string[] }} Candidate
 * @typedef {{ start_ms: number, end_ms: number, text: string, lang: string }} Citation times are of the show
 * @typedef {{ decision: "answer" | "choose" | "abstain", best?: Candidate | null, margin: number,
 *   alternatives: Candidate[], cited: Citation[], why: string }} Draft
 * @typedef {{ who: string, at_ms: number, send_at_ms: number, texts: Record<string, string>, entry?: string | null,
 *   public: boolean, edited: boolean }} Decision
 * @typedef {{ question: string, lang: string, text: string, who: string, at_ms: number }} PastAnswer
 * @typedef {object} Group
 * @property {string} id
 * @property {number} revision
 * @property {State} state
 * @property {number} created_ms
 * @property {number} due_ms
 * @property {number} expires_ms
 * @property {number} asked
 * @property {Question[]} questions the first of them
 * @property {string[]} languages
 * @property {Concern | null} [concern]
 * @property {Draft | null} [draft]
 * @property {Record<string, string>} texts
 * @property {string[]} [products]
 * @property {string | null} [held_by]
 * @property {number | null} [held_until_ms]
 * @property {number | null} [snoozed_until_ms]
 * @property {boolean} [escalated]
 * @property {string} [note]
 * @property {string | null} [reason]
 * @property {string | null} [merged_into]
 * @property {Decision | null} [decision]
 * @property {number | null} [sent_at_ms]
 * @property {PastAnswer[]} [past]
 *
 * @typedef {{ name: string, role: string, group?: string | null }} Person
 * @typedef {{ group: string, question: string, asked: number, languages: string[] }} Topic
 * @typedef {{ type: "welcome", name: string, role: string, lang: string, session: string, now_ms: number,
 *   undo_ms: number, lease_ms: number, languages: string[], can_save: boolean }} Welcome
 * @typedef {{ type: "groups", groups: Group[], gone?: string[], more?: boolean }} Groups
 * @typedef {{ type: "people", people: Person[] }} People
 * @typedef {{ type: "done", id: number }} Done
 * @typedef {{ type: "refused", id?: number | null, code: string, message: string }} Refused
 * @typedef {{ type: "reading", group: string, texts: Record<string, string> }} Reading
 * @typedef {{ type: "handover", since_ms: number, received: number, answered: number, rejected: number,
 *   expired: number, waiting: number, median_wait_s?: number | null,
 *   people: { who: string, approved: number, edited: number, rejected: number }[], urgent: Topic[],
 *   unanswered: Topic[], answered_most: Topic[] }} Handover
 * @typedef {Welcome | Groups | People | Done | Refused | Reading | Handover | { type: "end" }} ConsoleMessage
 */

const TYPES = new Set(["welcome", "groups", "people", "done", "refused", "reading", "handover", "end"]);

/**
 * The message in `data`, or null for anything this page does not know.
 *
 * @param {unknown} data
 * @returns {ConsoleMessage | null}
 */
export function parse(data) {
  if (typeof data !== "string") return null;
  try {
    const value = JSON.parse(data);
    return TYPES.has(value?.type) ? value : null;
  } catch {
    return null;
  }
}

/** @param {string} base the server, http(s) */
export function consoleUrl(base) {
  const url = new URL("/v1/console", base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
