/** The line from a console to the server: enters with a token, comes back by itself, and says which requests failed. */

import { backoffMs } from "../connection.js";
import { consoleUrl, parse } from "./messages.js";

/** No welcome within this: the attempt has failed. */
const WELCOME_TIMEOUT_MS = 10_000;
/** A request without an answer for so long: the line is dead. A translation may take some seconds. */
const ANSWER_TIMEOUT_MS = 20_000;
/** Nothing heard for so long: the server is asked whether it is there. */
const QUIET_MS = 20_000;
/** A line that has held so long is good: the next loss starts from the shortest wait. */
const STEADY_MS = 5_000;
/** Closed with one of these, trying again is of no use. @type {Record<number, string>} */
const DENIED = {
  4401: "This token is not valid: it may have expired, or somebody has revoked it.",
  4403: "This token is for something else. Ask for one of the right role.",
};

/**
 * @typedef {"connecting" | "open" | "lost" | "denied"} LineState
 * @typedef {object} LineOptions
 * @property {string} base the server, http(s)
 * @property {string} token
 * @property {string} lang what is read
 * @property {(message: import("./messages.js").ConsoleMessage) => void} onMessage
 * @property {(state: LineState, why: string) => void} onState
 */

export class ConsoleLine {
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  #welcomedAt = 0;
  #heardAt = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #listening;
  #stopped = true;
  #ended = false;
  /** @type {Record<string, unknown>} what was last looked at */
  #look = { type: "look" };
  #number = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Requests not answered yet. @type {Map<number, { settle: (failure: Failure | null) => void, timer: ReturnType<typeof setTimeout> }>} */
  #asked = new Map();
  #options;

  /**
   * @typedef {{ code: string, message: string }} Failure
   * @param {LineOptions} options
   */
  constructor(options) {
    this.#options = options;
  }

  start() {
    this.#stopped = false;
    globalThis.addEventListener("online", this.#hurry);
    globalThis.addEventListener("offline", this.#cut);
    document.addEventListener("visibilitychange", this.#hurry);
    this.#listening = setInterval(() => this.#listen(), QUIET_MS / 4);
    this.#open();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#listening);
    globalThis.removeEventListener("online", this.#hurry);
    globalThis.removeEventListener("offline", this.#cut);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#drop();
  }

  /** Come in with another token. @param {string} token */
  enter(token) {
    this.#options.token = token;
    this.stop();
    this.#attempt = 0;
    this.start();
  }

  /** Read in another language from now on. @param {string} lang */
  read(lang) {
    this.#options.lang = lang;
    this.#attempt = 0;
    if (!this.#stopped) this.#open();
  }

  /** @param {Record<string, unknown>} message @returns {boolean} whether there was a line to send it on */
  send(message) {
    if (message.type === "look") this.#look = message;
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#welcomedAt === 0) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /**
   * Send a request that is answered by `done` or `refused`.
   *
   * @param {Record<string, unknown>} message without its id
   * @returns {Promise<Failure | null>} null: it was done
   */
  request(message) {
    const id = (this.#number += 1);
    if (!this.send({ ...message, id })) {
      return Promise.resolve({ code: "offline", message: "there is no connection" });
    }
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#cut(), ANSWER_TIMEOUT_MS);
      this.#asked.set(id, { settle, timer });
    });
  }

  #open() {
    clearTimeout(this.#timer);
    this.#options.onState("connecting", "");
    this.#drop();
    const socket = new WebSocket(consoleUrl(this.#options.base));
    this.#socket = socket;
    this.#welcomedAt = 0;
    const { token, lang } = this.#options;
    socket.addEventListener("open", () => socket.send(JSON.stringify({ type: "enter", token, lang })));
    socket.addEventListener("message", (event) => socket === this.#socket && this.#hear(event.data));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#lost(event.code));
    this.#timer = setTimeout(() => this.#cut(), WELCOME_TIMEOUT_MS);
  }

  /** A network may be gone without a word. What is looked at is told again: everybody is told who is here then. */
  #listen() {
    const quietMs = Date.now() - this.#heardAt;
    if (!this.#socket || this.#welcomedAt === 0 || quietMs < QUIET_MS) return;
    if (quietMs >= 2 * QUIET_MS) this.#cut();
    else this.send(this.#look);
  }

  /** @param {unknown} data */
  #hear(data) {
    this.#heardAt = Date.now();
    const message = parse(data);
    if (!message) return;
    if (message.type === "welcome") {
      clearTimeout(this.#timer);
      this.#welcomedAt = Date.now();
      this.#ended = false;
    }
    if (message.type === "end") this.#ended = true;
    this.#options.onMessage(message);
    if (message.type === "welcome") this.#options.onState("open", "");
    if (message.type === "done") this.#settle(message.id, null);
    if (message.type === "refused" && typeof message.id === "number") this.#settle(message.id, message);
  }

  /** @param {number} id @param {Failure | null} failure */
  #settle(id, failure) {
    const asked = this.#asked.get(id);
    if (!asked) return;
    clearTimeout(asked.timer);
    this.#asked.delete(id);
    asked.settle(failure);
  }

  /** @param {number} code why the socket was closed */
  #lost(code) {
    clearTimeout(this.#timer);
    this.#drop();
    const denied = DENIED[code];
    if (denied) {
      this.stop();
      this.#options.onState("denied", denied);
      return;
    }
    const steady = this.#welcomedAt > 0 && Date.now() - this.#welcomedAt >= STEADY_MS;
    this.#attempt = steady ? 1 : this.#attempt + 1;
    this.#options.onState("lost", this.#ended ? "The show is over." : "");
    this.#timer = setTimeout(() => this.#open(), backoffMs(this.#attempt - 1, Math.random()));
  }

  #cut = () => {
    if (!this.#stopped && this.#socket) this.#lost(0);
  };

  /** The network is back, or somebody looks at the page again: do not sit out the wait. */
  #hurry = () => {
    if (!this.#stopped && this.#socket === null && document.visibilityState !== "hidden") this.#open();
  };

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    for (const id of [...this.#asked.keys()]) {
      this.#settle(id, { code: "lost", message: "the connection was lost, so look whether it was done" });
    }
  }
}
