/**
 * The captions of one language, a window of rows for each speaker: nobody's words move, hide or replace another's.
 */

import { lineHeight } from "./language.js";
import { RollWindow } from "./roll_window.js";

/** Lanes at most; further speakers find no place. */
const MOST_LANES = 4;

/**
 * One lane alone is not seen: its window lies in the page as it is. Of several, each keeps its height also while nobody
 * speaks in it; the first lies at the edge, and two languages of a speaker side by side.
 */
export const LANES_CSS = `
:where(.lc-lanes, .lc-lane) { display: contents; }
:where(.lc-several > .lc-lane) {
  box-sizing: border-box;
  display: flex;
  flex: none;
  flex-direction: column;
  justify-content: var(--lc-lane-edge, flex-end);
  align-items: center;
  order: calc(var(--lc-rank, 0) * var(--lc-stacking, -2) + var(--lc-language, 0));
  inline-size: 100%;
  min-block-size: calc(
    var(--lc-lines, 2) * var(--lc-line-height, 1.35) * 1em + 0.84em + 0.8 * var(--lc-padding, 0.45em)
  );
  font-size: calc(var(--lc-font-size, 32px) * var(--lc-scale, 1));
}
`;

/**
 * @typedef {import("./wire.js").CaptionMessage} CaptionMessage
 * @typedef {{ element: HTMLElement, rows: RollWindow }} Lane
 */

export class Lanes {
  /** @type {Map<string, Lane>} by speaker, in their order */
  #lanes = new Map();

  /** Rows of each speaker. */
  lines = 2;
  /** How long a caption stays once it is whole and unchanged; Infinity: until it is taken away. */
  showtimeMs = 7_000;
  /** Whether speakers are named. */
  named = true;

  constructor() {
    this.element = document.createElement("div");
    this.element.className = "lc-lanes";
  }

  /**
   * Show the newest of `captions`: all that is known in this language, by id.
   *
   * @param {readonly CaptionMessage[]} captions
   * @param {readonly string[]} speakers of the show, none where there is one
   */
  show(captions, speakers = []) {
    const bySpeaker = share(captions, speakers);
    this.#arrange([...bySpeaker.keys()]);
    this.#measure(captions);
    for (const [speaker, { rows }] of this.#lanes) {
      rows.lines = this.lines;
      rows.showtimeMs = this.showtimeMs;
      rows.speaker = this.named ? speaker : "";
      rows.show(bySpeaker.get(speaker) ?? []);
    }
  }

  /** Measure again: a font, a size or the number of lines has changed. */
  refresh() {
    for (const { rows } of this.#lanes.values()) rows.refresh();
  }

  /** Take everything off at once, and forget it. */
  clear() {
    for (const { rows } of this.#lanes.values()) rows.clear();
  }

  /** Make the lanes those of `speakers`. @param {string[]} speakers */
  #arrange(speakers) {
    for (const [speaker, lane] of this.#lanes) if (!speakers.includes(speaker)) this.#close(speaker, lane);
    speakers.forEach((speaker, rank) => this.#lane(speaker).element.style.setProperty("--lc-rank", String(rank)));
    this.element.classList.toggle("lc-several", speakers.length > 1);
  }

  /** @param {string} speaker @returns {Lane} */
  #lane(speaker) {
    const known = this.#lanes.get(speaker);
    if (known) return known;
    const lane = { element: document.createElement("div"), rows: new RollWindow() };
    lane.element.className = "lc-lane";
    lane.element.append(lane.rows.element);
    this.element.append(lane.element);
    this.#lanes.set(speaker, lane);
    return lane;
  }

  /** @param {string} speaker @param {Lane} lane */
  #close(speaker, lane) {
    lane.rows.clear();
    lane.element.remove();
    this.#lanes.delete(speaker);
  }

  /** How high a lane is kept. @param {readonly CaptionMessage[]} captions */
  #measure(captions) {
    this.element.style.setProperty("--lc-lines", String(this.lines));
    const newest = captions.at(-1);
    if (newest) this.element.style.setProperty("--lc-line-height", String(lineHeight(newest.lang)));
  }
}

/**
 * Whose caption is whose, in the order of the lanes: those of `speakers` first, then of others as they came. What nobody
 * is named for is the first speaker's.
 *
 * @param {readonly CaptionMessage[]} captions
 * @param {readonly string[]} speakers
 * @returns {Map<string, CaptionMessage[]>} at most `MOST_LANES`
 */
export function share(captions, speakers) {
  const first = speakers[0] ?? "";
  /** @type {Map<string, CaptionMessage[]>} */
  const found = new Map(speakers.map((speaker) => [speaker, []]));
  for (const caption of captions) {
    const speaker = caption.speaker ?? first;
    const own = found.get(speaker);
    if (own) own.push(caption);
    else found.set(speaker, [caption]);
  }
  if (found.size === 0) found.set("", []);
  return new Map([...found].slice(0, MOST_LANES));
}
