/** The line of questions to the server: `POST` and `GET /v1/questions`. Contract: docs/wire.md. */

import { isQuestion } from "../wire.js";

/** Nobody waits longer for the server. */
const TIMEOUT_MS = 15_000;
/** Where the server says that it is too much, or too early, but not for how long; seconds. */
const USUAL_WAIT_S = 10;

/**
 * @typedef {import("../wire.js").Question} Question
 * @typedef {{ kept: Question } | { refused: string, waitS: number }} Outcome `refused` is the server's code, or "" where
 *   it could not be reached; `waitS` is 0 where waiting is of no use
 */

/**
 * @param {{ text: string, asker: string, lang: string, name: string }} asked
 * @returns {Promise<Outcome>}
 */
export async function send(asked) {
  try {
    const response = await fetch("/v1/questions", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ""))),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await json(response);
    if (response.ok && isQuestion(body)) return { kept: /** @type {Question} */ (/** @type {unknown} */ (body)) };
    return { refused: typeof body.code === "string" ? body.code : "", waitS: waitOf(response) };
  } catch {
    return { refused: "", waitS: 0 };
  }
}

/**
 * What became of the questions of `asker`, the oldest first; null where this show takes none.
 *
 * @param {string} asker
 * @returns {Promise<Question[] | null>} rejected where the server cannot be reached or does not know now
 */
export async function recall(asker) {
  const response = await fetch("/v1/questions", { headers: { Asker: asker }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`questions: ${response.status}`);
  const { questions } = await json(response);
  const found = Array.isArray(questions) ? questions : [];
  return found.filter((each) => typeof each === "object" && each !== null && isQuestion(each));
}

/** @param {Response} response @returns {Promise<Record<string, unknown>>} empty where it is no object */
async function json(response) {
  /** @type {unknown} */
  const body = await response.json().catch(() => null);
  return typeof body === "object" && body !== null ? /** @type {Record<string, unknown>} */ (body) : {};
}

/** @param {Response} response */
function waitOf(response) {
  if (response.status !== 429 && response.status !== 503) return 0;
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return seconds > 0 ? Math.ceil(seconds) : USUAL_WAIT_S;
}
