/**
 * Holding captions back so that they meet a picture that arrives late. Pure: the time is an argument, milliseconds.
 */

/** More than this waiting: partials give way, oldest first, then finals. */
const MOST_WAITING = 500;

/**
 * A picture's own clock is believed only within this of the show: beyond it, it counts from something else.
 */
const BELIEVABLE_MS = 6 * 3_600_000;

/**
 * @template T
 * @typedef {{ dueAt: number, tentative: boolean, item: T }} Held
 */

/**
 * First in, first out: nothing overtakes, so revisions, removals and the end keep their order.
 *
 * @template T
 */
export class DelayLine {
  /** @type {Held<T>[]} */
  #held = [];

  get size() {
    return this.#held.length;
  }

  /** When the next one is due, or null. */
  get nextAt() {
    return this.#held[0]?.dueAt ?? null;
  }

  /**
   * @param {T} item
   * @param {number} dueAt
   * @param {boolean} tentative may be dropped when too many wait
   */
  put(item, dueAt, tentative) {
    const last = this.#held.at(-1)?.dueAt ?? dueAt;
    this.#held.push({ dueAt: Math.max(dueAt, last), tentative, item });
    if (this.#held.length <= MOST_WAITING) return;
    const droppable = this.#held.findIndex((held) => held.tentative);
    this.#held.splice(Math.max(0, droppable), 1);
  }

  /** @param {number} now @returns {T[]} what is due, in order */
  take(now) {
    const until = this.#held.findIndex((held) => held.dueAt > now);
    return this.#held.splice(0, until < 0 ? this.#held.length : until).map((held) => held.item);
  }

  clear() {
    this.#held = [];
  }
}

/**
 * Captions that belong to the picture at `pictureMs`: begun, and not ended for longer than `lingerMs`.
 *
 * @template {{ start_ms: number, end_ms: number }} C
 * @param {readonly C[]} captions
 * @param {number} pictureMs Unix time of the picture
 * @param {number} epochMs Unix time of audio position 0
 * @param {number} lingerMs
 * @returns {C[]}
 */
export function captionsAt(captions, pictureMs, epochMs, lingerMs) {
  const at = pictureMs - epochMs;
  return captions.filter((c) => c.start_ms <= at && at <= c.end_ms + lingerMs);
}

/**
 * Unix time of the picture, where the player knows it: hls.js's `playingDate`, or the element's own start date.
 *
 * @param {{ currentTime: number, getStartDate?: () => Date }} video
 * @param {{ playingDate?: Date | null } | null | undefined} player
 * @param {number} epochMs
 * @returns {number | null}
 */
export function pictureTime(video, player, epochMs) {
  const start = video.getStartDate?.().getTime();
  const playing = player?.playingDate?.getTime();
  const time = playing ?? (start === undefined ? Number.NaN : start + video.currentTime * 1000);
  return Number.isFinite(time) && Math.abs(time - epochMs) < BELIEVABLE_MS ? time : null;
}
