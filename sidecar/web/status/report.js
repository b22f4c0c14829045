/** A status report in plain words. Pure. */

/**
 * @typedef {object} LanguageReport
 * @property {string} lang
 * @property {number} viewers
 * @property {number} captions
 * @property {number} untranslated
 * @property {number} waiting
 * @property {number | null} lag_ms
 *
 * @typedef {{ name: string, state: string, message: string, level_dbfs: number, speech: boolean }} SourceReport
 * @typedef {object} VoiceReport
 * @property {string} label
 * @property {string} language
 * @property {SourceReport} source
 * @property {number | null} recognition_lag_ms
 * @property {number | null} final_lag_ms
 * @property {number} skipped_ms
 *
 * @typedef {object} StatusReport as GET /v1/status gives it
 * @property {string} session
 * @property {import("../wire.js").Phase} state
 * @property {string} message
 * @property {number} uptime_s
 * @property {number} audio_ms
 * @property {SourceReport} source
 * @property {VoiceReport[]} voices none where there is one
 * @property {{ ready: boolean, restarts: number, failures: number, effort: string }} recognizer
 * @property {string} language
 * @property {number} words_per_minute
 * @property {number | null} recognition_lag_ms
 * @property {number | null} final_lag_ms
 * @property {LanguageReport[]} languages
 * @property {string[]} targets what is translated into, most important first
 * @property {number} viewers
 * @property {{ audio_ms: number, partials: number, viewer_messages: number, viewers: number }} drops
 * @property {number} unsaved
 * @property {{ entries: number, problems: number, waiting: number, urgent: number, overdue: number,
 *   chats: Record<string, string> } | null} [assistant]
 * @property {number} cpu_percent
 * @property {number} memory_mb
 * @property {string[]} warnings
 */

/** Lowest level that the meter shows, dB below full scale. */
export const QUIETEST_DBFS = -60;

/** @param {number | null | undefined} ms */
export const seconds = (ms) => (ms === null || ms === undefined ? "–" : `${(ms / 1000).toFixed(1)} s`);

/** Hours, minutes and seconds. @param {number} s */
export function clock(s) {
  const whole = Math.max(0, Math.floor(s));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** @param {number} dbfs */
export function level(dbfs) {
  const value = Math.min(0, Math.max(QUIETEST_DBFS, dbfs));
  return { value, text: dbfs <= -119 ? "no signal" : `${Math.round(dbfs)} dB` };
}

/** What the panel says of one of several voices, in the order of its columns. @param {VoiceReport} voice */
export function voiceCells({ language, source, recognition_lag_ms, final_lag_ms }) {
  return [
    language,
    source.name,
    source.message === "" ? source.state : `${source.state}: ${source.message}`,
    level(source.level_dbfs).text,
    source.speech ? "Speech" : "Silence",
    seconds(recognition_lag_ms),
    seconds(final_lag_ms),
  ];
}

const PER_CHARACTER = new Set(["zh", "zh-Hant", "ja", "ko", "th", "yue"]);

/**
 * Names and values, in the order an operator asks for them.
 *
 * @param {StatusReport} report
 * @returns {[string, string][]}
 */
export function numbers(report) {
  const pace = PER_CHARACTER.has(report.language) ? "Characters a minute" : "Words a minute";
  return [
    ["Word shown after", seconds(report.recognition_lag_ms)],
    ["Sentence final after", seconds(report.final_lag_ms)],
    [pace, String(report.words_per_minute)],
    ["Viewers", String(report.viewers)],
    ["Running for", clock(report.uptime_s)],
    ["Audio so far", clock(report.audio_ms / 1000)],
    ["Processor", `${Math.round(report.cpu_percent)} % of a core`],
    ["Memory", `${report.memory_mb} MB`],
    ["Recogniser restarted", String(report.recognizer.restarts)],
    ["Audio skipped", seconds(report.drops.audio_ms)],
    ["Tentative lines dropped", String(report.drops.partials)],
    ["Messages sent again", String(report.drops.viewer_messages)],
    ["Viewers cut off", String(report.drops.viewers)],
    ["Captions not yet saved", String(report.unsaved)],
    ...questions(report.assistant),
  ];
}

/**
 * What viewers ask, where they can.
 *
 * @param {StatusReport["assistant"]} found
 * @returns {[string, string][]}
 */
function questions(found) {
  if (!found) return [];
  const errors = found.problems ? `, ${found.problems} errors` : "";
  return [
    ["Entries of the FAQ", `${found.entries}${errors}`],
    ["Questions waiting", `${found.waiting}, ${found.urgent} urgent, ${found.overdue} overdue`],
    ...Object.entries(found.chats).map(([name, state]) => /** @type {[string, string]} */ ([`Chat: ${name}`, state])),
  ];
}
