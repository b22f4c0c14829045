/** The page that OBS shows over the picture. */

import { ANSWER_CARD_CSS, AnswerCard } from "../answer_card.js";
import { CaptionConnection } from "../connection.js";
import { DelayLine } from "../delay.js";
import { choose } from "../language.js";
import { Lanes, LANES_CSS } from "../lanes.js";
import { paced } from "../paced.js";
import { ROLL_WINDOW_CSS } from "../roll_window.js";
import { captionsIn, initial, phase, reduce } from "../screen.js";
import { looks, readOptions } from "./options.js";
import { sample, sampleAnswer } from "./samples.js";

/** Captions kept of a language: a screenful, and what a long line may have to wait for. */
const KEPT = 24;
const SOURCE = "source";
/** Drawing more often than this shows nobody more. */
const FRAME_MS = 33;
const PANEL_AGAIN_MS = 2_000;

export class Overlay {
  #screen = initial(KEPT);
  /** @type {DelayLine<Parameters<typeof reduce>[1]>} */
  #line = new DelayLine();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #preview = false;
  #drawSoon = paced(() => this.#draw(), FRAME_MS);
  /** Called when the languages on offer change. */
  onLanguages = () => {};

  /**
   * @param {HTMLElement} stage
   * @param {string} server
   */
  constructor(stage, server) {
    this.options = readOptions(location.search);
    this.stage = stage;
    this.first = new Lanes();
    this.second = new Lanes();
    this.second.element.classList.add("second");
    this.card = new AnswerCard();
    const captions = document.createElement("div");
    captions.className = "captions";
    captions.append(this.first.element, this.second.element);
    stage.append(this.card.element, captions);
    this.#dress();
    this.connection = new CaptionConnection({
      base: server,
      lang: this.options.lang || SOURCE,
      second: this.#wantedSecond(),
      token: this.options.token,
      onMessage: (message) => this.#receive(message),
      onLink: (link) => this.#apply({ type: "link", link }),
    });
    this.connection.start();
  }

  /** Languages on offer, the host's own first. */
  get languages() {
    return this.#screen.languages;
  }

  /** Show what there is under other options. @param {import("./options.js").OverlayOptions} options */
  change(options) {
    this.options = options;
    this.#dress();
    this.#select();
    this.#draw();
    for (const rows of [this.first, this.second]) rows.refresh();
    if (!this.options.answers) this.card.clear();
    this.card.refresh();
  }

  /** Show sample text instead of what is said. @param {boolean} on */
  preview(on) {
    this.#preview = on;
    this.first.clear();
    this.second.clear();
    this.#draw();
  }

  #wantedSecond() {
    return this.options.second || (this.options.dual ? SOURCE : "");
  }

  #dress() {
    for (const [name, value] of Object.entries(looks(this.options))) this.stage.style.setProperty(name, value);
    if (this.options.font === "") this.stage.style.removeProperty("--lc-font");
  }

  /** @param {import("../wire.js").ServerMessage} message */
  #receive(message) {
    if (message.type === "answer") return this.#answer(message);
    const delay = this.options.delay * 1000;
    const tentative = message.type === "caption" && !message.final;
    if (delay === 0 || message.type === "hello") this.#apply(message);
    else this.#line.put(message, performance.now() + delay, tentative);
    if (message.type === "hello") this.#welcome();
    this.#release();
  }

  /** Answers belong to no moment of the picture: they do not wait for it. @param {import("../wire.js").Answer} answer */
  #answer(answer) {
    if (this.options.answers && phase(this.#screen) !== "ended") this.card.take(answer);
  }

  #release() {
    const now = performance.now();
    for (const message of this.#line.take(now)) this.#apply(message);
    clearTimeout(this.#timer);
    const next = this.#line.nextAt;
    if (next !== null) this.#timer = setTimeout(() => this.#release(), next - now);
  }

  #welcome() {
    this.#select();
    this.onLanguages();
  }

  /** Settle which of the languages on offer are meant; one that there is not falls to the host's own. */
  #select() {
    const { languages, source } = this.#screen;
    const own = languages.includes(source) ? source : "";
    const lang = choose([this.options.lang], languages);
    const wanted = this.#wantedSecond();
    const second = wanted === SOURCE ? own : (choose([wanted], languages) ?? "");
    const apart = second === (lang ?? own) ? "" : second;
    this.connection.subscribe(lang ?? SOURCE, apart);
    if (lang ?? own) this.#apply({ type: "select", lang: lang ?? own, second: apart });
  }

  /** @param {Parameters<typeof reduce>[1]} message */
  #apply(message) {
    const before = this.#screen;
    this.#screen = reduce(before, message);
    if (this.#screen.session !== before.session) {
      this.#line.clear();
      this.card.clear();
    }
    if (this.#screen !== before) this.#drawSoon();
  }

  #draw() {
    const { lang, second, speakers } = this.#screen;
    for (const rows of [this.first, this.second]) {
      rows.lines = this.options.lines;
      rows.named = this.options.speakers;
      rows.showtimeMs = this.#preview ? Number.POSITIVE_INFINITY : this.options.showtime * 1000;
    }
    this.card.pin(this.#preview && this.options.answers ? sampleAnswer(this.options.lang || lang || "en") : null);
    if (this.#preview) {
      this.first.show([sampleCaption(this.options.lang || lang || "en")], speakers);
      this.second.show(this.#wantedSecond() ? [sampleCaption(second || this.options.second || "en")] : [], speakers);
    } else if (phase(this.#screen) === "ended") {
      this.first.clear();
      this.second.clear();
      this.card.clear();
    } else {
      this.first.show(captionsIn(this.#screen, lang), speakers);
      this.second.show(second === "" ? [] : captionsIn(this.#screen, second), second === "" ? [] : speakers);
    }
  }
}

/** @param {string} wanted @returns {import("../wire.js").CaptionMessage} */
function sampleCaption(wanted) {
  const { lang, text } = sample(wanted);
  return {
    type: "caption",
    id: -1,
    revision: 0,
    final: true,
    lang,
    text,
    lines: [text],
    start_ms: 0,
    end_ms: 0,
    source_lang: lang,
  };
}

/** @param {string} css */
function adopt(css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/**
 * The panel is a comfort: where the line is lost while it comes, captions go on, and it is asked for again.
 * @param {number} attempt  browsers keep the failure of a module by its address
 */
function openPanel(attempt) {
  import(attempt > 1 ? `./panel.js?${attempt}` : "./panel.js").then(
    ({ openTools }) => openTools(/** @type {HTMLElement} */ (document.getElementById("tools")), overlay),
    () => setTimeout(openPanel, PANEL_AGAIN_MS, attempt + 1),
  );
}

adopt(ROLL_WINDOW_CSS + LANES_CSS + ANSWER_CARD_CSS);
const overlay = new Overlay(/** @type {HTMLElement} */ (document.getElementById("stage")), location.origin);
const inObs = "obsstudio" in window;
if (overlay.options.settings && !inObs) {
  openPanel(1);
}
