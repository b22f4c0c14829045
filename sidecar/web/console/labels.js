/** What the wire's terms are to people, and times as they read them. Pure. */

import { base } from "../language.js";

/** @type {Record<string, string>} */
export const STATES = {
  received: "No draft yet", drafted: "Waiting", abstained: "No answer known", filtered: "Put aside",
  approved: "Approved", edited: "Answered", rejected: "Rejected", expired: "Expired", merged: "Merged",
  sending: "Going out", sent: "Sent", failed: "Not sent", retracted: "Taken back",
};

/** @type {Record<string, string>} */
export const CONCERNS = { health: "Health", order: "Order trouble", complaint: "Complaint" };

/** In the order of their keys. @type {readonly (readonly [string, string])[]} */
export const REASONS = [
  ["off_topic", "Not about the shop"],
  ["no_question", "Not a question"],
  ["on_air", "The host has said it"],
  ["spam", "Spam"],
  ["abuse", "Abuse"],
  ["other", "Another reason"],
];

/** @type {Record<string, string>} */
const CHECKS = {
  untranslated: "it is not in the asker’s language",
  unfilled: "a value is missing, such as a price",
  unanswered: "the entry has no answer",
  empty: "it is empty",
  lines: "it has more than one line",
  label: "it talks about translating instead of answering",
  echo: "it is not translated",
  script: "it is in the wrong script",
  language: "it is in another language",
  length: "it is far longer or shorter than the original",
  loop: "it repeats itself",
  numbers: "a number differs from the original",
  currency: "a currency differs from the original",
  negation: "a “not” was lost",
  terms: "a term of the glossary is missing",
  forbidden: "it uses a word that the glossary forbids",
};

/** What is wrong with a text, in plain words. @param {readonly string[]} failed names of checks */
export const wrong = (failed) => failed.map((name) => CHECKS[name] ?? `it fails the check “${name}”`).join("; ");

/** @param {string} reason */
export const reasonWords = (reason) => REASONS.find(([name]) => name === reason)?.[1] ?? reason;

/** A language's name, in English or in `reader`. @param {string} tag @param {string} [reader] */
export function languageName(tag, reader = "en") {
  try {
    return new Intl.DisplayNames([reader], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** @param {readonly string[]} tags */
export const languageNames = (tags) => tags.map((tag) => languageName(tag)).join(", ");

/** @param {string} a @param {string} b */
export const isSame = (a, b) => base(a) === base(b);

/** Minutes and seconds, or hours and minutes. @param {number} ms */
export function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")} min`;
  return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
}

/** Of the show, as players write it. @param {number} ms */
export function showTime(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
