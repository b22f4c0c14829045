/** What writing a language on a screen takes: direction, measure, reading pace, its own name. */

const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);
/** Scripts whose marks above and below need more room between lines. */
const TALL = new Set(["ar", "fa", "ur", "th", "lo", "km", "my", "hi", "bn", "ta", "te", "mr", "ne", "pa", "vi"]);
const IDEOGRAPHIC = new Set(["zh", "ja", "ko", "yue"]);
/** Characters a second that people read (Netflix, as coded in SubtitleEdit). @type {Record<string, number>} */
const PACE = { zh: 9, ja: 7, ko: 12, ar: 20, hi: 22, en: 20 };

/** @param {string} tag */
export const base = (tag) => (tag.toLowerCase().split("-")[0] ?? "");

/**
 * For `dir`. A right-to-left language is so whatever its first word; elsewhere the text decides.
 *
 * @param {string} tag
 * @returns {"rtl" | "auto"}
 */
export const direction = (tag) => (RIGHT_TO_LEFT.has(base(tag)) ? "rtl" : "auto");

/** Height of a line, in em. @param {string} tag */
export const lineHeight = (tag) => (TALL.has(base(tag)) ? 1.55 : 1.35);

/** Width that holds a full line, in em. @param {string} tag */
export const measureEm = (tag) => (IDEOGRAPHIC.has(base(tag)) ? 18 : 24);

/** How long people need for `characters` of a language. @param {string} tag @param {number} characters */
export const readingMs = (tag, characters) => (characters * 1000) / (PACE[base(tag)] ?? 17);

/**
 * The language's name in that language, capitalised as a menu wants it: `es` → `Español`.
 *
 * @param {string} tag
 */
export function autonym(tag) {
  try {
    const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag === "zh" ? "zh-Hans" : tag) ?? tag;
    return name.replace(/^\p{Script=Latin}|^\p{Script=Cyrillic}|^\p{Script=Greek}/u, (first) => first.toLocaleUpperCase(tag));
  } catch {
    return tag;
  }
}

/**
 * The first of `wanted` that is offered: the very tag, else another of the same language. Null where there is none.
 *
 * @param {readonly string[]} wanted
 * @param {readonly string[]} offered
 * @returns {string | null}
 */
export function choose(wanted, offered) {
  for (const tag of wanted) {
    const key = canonical(tag);
    const found = offered.find((o) => o.toLowerCase() === key) ?? offered.find((o) => base(o) === base(key));
    if (tag && found) return found;
  }
  return null;
}

/** @param {string} tag */
function canonical(tag) {
  const lower = tag.toLowerCase().replaceAll("_", "-");
  if (!/^(zh|cmn)\b/.test(lower)) return lower;
  return /hant|-tw|-hk|-mo/.test(lower) ? "zh-hant" : "zh";
}
