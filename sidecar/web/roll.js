/**
 * Which rows of text to show, and when to move on. Pure: the time is an argument, in milliseconds.
 *
 * Captions are a strip of rows behind a window of a few rows. The strip moves up a row at a time, no faster than the
 * row that leaves can be read, unless the window has fallen behind what is being said.
 */

import { readingMs } from "./language.js";

/** Rows that may wait below the window; beyond these, rows are skipped. */
const MOST_BEHIND = 10;
/** A row is held at most this long, and at least that. */
const LONGEST_MS = 4_000;
const SHORTEST_MS = 600;
/** Quicker by this much for each further row that waits. */
const HASTE = 0.3;

/**
 * @typedef {object} Roll
 * @property {number} offset rows above the window
 * @property {number} movedAt when the window came to rest there
 */

/** @param {number} now @returns {Roll} */
export const rest = (now) => ({ offset: 0, movedAt: now });

/**
 * @param {Roll} roll
 * @param {{ rows: number, lines: number, topRowMs: number, now: number }} strip `rows` in all, `lines` in the window,
 *   `topRowMs` to read the uppermost one
 * @returns {{ roll: Roll, wakeAt: number | null }} `wakeAt`: when to ask again, null if nothing waits
 */
export function advance(roll, { rows, lines, topRowMs, now }) {
  const bottom = Math.max(0, rows - lines);
  const behind = bottom - roll.offset;
  if (behind === 0) return { roll, wakeAt: null };
  if (behind < 0) return { roll: { offset: bottom, movedAt: now }, wakeAt: null };
  if (behind > MOST_BEHIND) {
    const next = { offset: bottom - MOST_BEHIND, movedAt: now };
    return { roll: next, wakeAt: now + hold(topRowMs, MOST_BEHIND) };
  }
  const dueAt = roll.movedAt + hold(topRowMs, behind);
  if (now < dueAt) return { roll, wakeAt: dueAt };
  const next = { offset: roll.offset + 1, movedAt: now };
  return { roll: next, wakeAt: behind > 1 ? now + hold(topRowMs, behind - 1) : null };
}

/**
 * Rows above the window went away, or came back.
 *
 * @param {Roll} roll
 * @param {number} rows
 * @returns {Roll}
 */
export const lift = (roll, rows) => ({ ...roll, offset: Math.max(0, roll.offset - rows) });

/**
 * Time to read one of `rows` rows of `text`.
 *
 * @param {string} lang
 * @param {string} text
 * @param {number} rows
 */
export function rowMs(lang, text, rows) {
  return readingMs(lang, [...text].length / Math.max(1, rows));
}

/** The more rows wait, the less time each has. @param {number} topRowMs @param {number} behind */
function hold(topRowMs, behind) {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, topRowMs)) / (1 + HASTE * (behind - 1));
}

/**
 * Whether a caption is still worth showing: one that ended long before the newest has had its time, whoever was away.
 *
 * @param {{ end_ms: number }} caption
 * @param {number} newestEndMs
 * @param {number} showtimeMs
 */
export const isCurrent = (caption, newestEndMs, showtimeMs) => newestEndMs - caption.end_ms <= showtimeMs;
