/**
 * The line to a caption server: reconnects by itself and resumes after the last numbered message.
 */

import { captionsUrl, parse } from "./wire.js";

/** Waits grow from the first to the last of these. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** After the end only a new show is worth waiting for. */
const ENDED_WAIT_MS = 30_000;
/** A line that has held so long is good: the next loss starts from the shortest wait. */
const STEADY_MS = 5_000;
/** No hello within this: the attempt has failed. */
const HELLO_TIMEOUT_MS = 10_000;
/** Nothing heard for so long: the line may be dead without saying so, so it is opened again. */
const QUIET_MS = 45_000;
const MOST_PATIENT_MS = 240_000;
/** Back from sleep or another network, a line silent for this long is not trusted. */
const DOUBT_MS = 5_000;

/**
 * How long to wait before attempt `attempt` (from 0): doubling, capped, with half of it left to chance so that viewers
 * who were cut off together do not return together.
 *
 * @param {number} attempt
 * @param {number} random 0 … 1
 * @returns {number} milliseconds
 */
export function backoffMs(attempt, random) {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling * (0.5 + 0.5 * random));
}

/**
 * @typedef {object} ConnectionOptions
 * @property {string} base the server, http(s)
 * @property {string} lang "" for none, "source" for the host's own
 * @property {string} [second]
 * @property {string} [token]
 * @property {(message: import("./wire.js").ServerMessage) => void} onMessage
 * @property {(link: import("./screen.js").Link) => void} onLink
 * @property {() => number} [random]
 */

export class CaptionConnection {
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  #openedAt = 0;
  #heardAt = 0;
  #stopped = true;
  #ended = false;
  #patience = QUIET_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #session = "";
  /** @type {number | null} */
  #seq = null;
  /** @type {ConnectionOptions} */
  #options;
  #lang;
  #second;
  #asker = "";
  /** Whether the server knows, on this socket, who asks. */
  #introduced = false;

  /** @param {ConnectionOptions} options */
  constructor(options) {
    this.#options = options;
    this.#lang = options.lang;
    this.#second = options.second ?? "";
  }

  /** Number of the newest stored message received, or null before any. */
  get seq() {
    return this.#seq;
  }

  start() {
    if (!this.#stopped) return;
    this.#stopped = false;
    globalThis.addEventListener?.("online", this.#hurry);
    globalThis.document?.addEventListener("visibilitychange", this.#hurry);
    this.#open();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    globalThis.removeEventListener?.("online", this.#hurry);
    globalThis.document?.removeEventListener("visibilitychange", this.#hurry);
    this.#drop();
  }

  /**
   * Switch language, on the same line.
   *
   * @param {string} lang "" for none
   * @param {string} [second]
   */
  subscribe(lang, second = "") {
    if (lang === this.#lang && second === this.#second) return;
    this.#lang = lang;
    this.#second = second;
    this.#send();
  }

  /**
   * From now on `question` messages come too: what becomes of the questions that were asked with this key.
   *
   * @param {string} asker
   */
  identify(asker) {
    if (asker === this.#asker) return;
    this.#asker = asker;
    if (this.#openedAt > 0) this.#send();
  }

  #send() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const message = {
      v: 1,
      type: "subscribe",
      lang: this.#lang,
      ...(this.#second ? { second: this.#second } : {}),
      ...(this.#asker ? { asker: this.#asker } : {}),
    };
    this.#introduced = this.#asker !== "";
    this.#socket.send(JSON.stringify(message));
  }

  #open() {
    clearTimeout(this.#timer);
    if (this.#socket) this.#options.onLink("connecting");
    this.#drop();
    const socket = new WebSocket(
      captionsUrl(this.#options.base, {
        lang: this.#lang,
        second: this.#second || null,
        since: this.#seq,
        session: this.#session || null,
        token: this.#options.token || null,
      }),
    );
    this.#socket = socket;
    this.#openedAt = 0;
    this.#introduced = false;
    socket.addEventListener("message", (event) => socket === this.#socket && this.#hear(event.data));
    socket.addEventListener("close", () => socket === this.#socket && this.#lost());
    this.#timer = setTimeout(() => this.#lost(), HELLO_TIMEOUT_MS);
  }

  /** @param {unknown} data */
  #hear(data) {
    this.#heardAt = Date.now();
    const message = parse(data);
    if (!message) return;
    const opens = message.type === "hello" && this.#openedAt === 0;
    if (message.type === "hello") this.#greet(message);
    if (message.type === "caption") this.#patience = QUIET_MS;
    if (message.type === "end") this.#ended = true;
    if (message.type === "status") this.#ended = message.state === "ended";
    if ("seq" in message && message.type !== "hello") this.#seq = Math.max(this.#seq ?? 0, message.seq ?? 0);
    this.#options.onMessage(message);
    if (opens && this.#asker && !this.#introduced) this.#send();
    if (opens) this.#options.onLink("open");
  }

  /** @param {import("./wire.js").Hello} hello */
  #greet(hello) {
    this.#openedAt ||= Date.now();
    if (this.#session !== hello.session) {
      this.#session = hello.session;
      this.#seq = hello.seq;
      this.#ended = false;
    }
    this.#listen();
  }

  /**
   * A browser does not tell a silent line from a dead one. Each time the line proves to have been merely silent, more
   * patience is due.
   */
  #listen() {
    clearTimeout(this.#timer);
    const quiet = Date.now() - this.#heardAt;
    if (quiet < this.#patience) {
      this.#timer = setTimeout(() => this.#listen(), this.#patience - quiet);
      return;
    }
    this.#patience = Math.min(MOST_PATIENT_MS, this.#patience * 2);
    this.#open();
  }

  #lost() {
    clearTimeout(this.#timer);
    this.#drop();
    this.#options.onLink("lost");
    const steady = this.#openedAt > 0 && Date.now() - this.#openedAt >= STEADY_MS;
    this.#attempt = steady ? 0 : this.#attempt + 1;
    const random = (this.#options.random ?? Math.random)();
    const wait = this.#ended ? ENDED_WAIT_MS * (0.5 + 0.5 * random) : backoffMs(Math.max(0, this.#attempt - 1), random);
    this.#timer = setTimeout(() => this.#open(), wait);
  }

  /** The network is back, or somebody looks at the page again: do not sit out the wait. */
  #hurry = () => {
    if (this.#stopped || globalThis.document?.visibilityState === "hidden") return;
    const waiting = this.#socket === null;
    const doubtful = this.#openedAt > 0 && Date.now() - this.#heardAt > DOUBT_MS;
    if (waiting || doubtful) this.#open();
  };

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}
