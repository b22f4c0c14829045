/** `<live-captions>`: captions in the viewer's own language, on any page, over its video or in its text. */

import { ANSWER_CARD_CSS, AnswerCard } from "../answer_card.js";
import { CaptionConnection } from "../connection.js";
import { captionsAt, DelayLine, pictureTime } from "../delay.js";
import { autonym, choose, direction } from "../language.js";
import { Lanes, LANES_CSS } from "../lanes.js";
import { paced } from "../paced.js";
import { ROLL_WINDOW_CSS } from "../roll_window.js";
import { captionsIn, initial, phase, reduce } from "../screen.js";
import { wordsFor } from "../words.js";
import { SettingsDialog } from "./dialog.js";
import { Menu } from "./menu.js";
import { Placement } from "./placement.js";
import { load, looks, normalise, save } from "./preferences.js";
import { WIDGET_CSS } from "./style.js";

/** Captions kept of a language, for pictures that are late or wound back. */
const KEPT = 200;
const SOURCE = "source";
/** A caption stays so long after its speech where the picture's time is known. */
const LINGER_MS = 3_000;
/** Drawing more often than this shows nobody more. */
const FRAME_MS = 33;
/** How often the picture's time is looked at. */
const TICK_MS = 200;
const LONGEST_DELAY_S = 300;
/** Narrower than this, three short lines read better than two. */
const NARROW_PX = 520;
const ANNOUNCED = 4;

/** @type {CSSStyleSheet | undefined} */
let sheet;
/** Server that the script came from. */
let home = "";

/**
 * Make `<live-captions>` known to the page, once.
 *
 * @param {string} server where it came from
 */
export function define(server) {
  home ||= server;
  if (!customElements.get("live-captions")) customElements.define("live-captions", LiveCaptions);
}

export class LiveCaptions extends HTMLElement {
  static observedAttributes = ["lang", "second", "delay", "lines", "src", "for", "speakers", "answers"];

  /** A player that knows the picture's time: hls.js, or anything with `playingDate`. @type {{ playingDate?: Date | null } | null} */
  player = null;
  preferences = load();
  #screen = initial(KEPT);
  /** @type {DelayLine<Parameters<typeof reduce>[1]>} */
  #line = new DelayLine();
  /** @type {CaptionConnection | null} */
  #connection = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #first = new Lanes();
  #second = new Lanes();
  #stage = part("div", "stage");
  #bar = part("div", "bar");
  #state = part("span", "state");
  #toggle = part("button", "cc");
  #gear = part("button", "gear");
  #rows = part("div", "rows");
  #card = new AnswerCard();
  #log = part("div", "log");
  #menu = new Menu(this.#gear, () => this.#items());
  #dialog = new SettingsDialog(this);
  #placement = new Placement(this, this.#stage, () => this.#fit());
  /** By speaker, the newest caption read aloud. @type {Map<string, number>} */
  #spoken = new Map();
  #asker = "";
  #drawSoon = paced(() => this.#draw(), FRAME_MS);

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(ROLL_WINDOW_CSS + LANES_CSS + ANSWER_CARD_CSS + WIDGET_CSS);
    }
    root.adoptedStyleSheets = [sheet];
    this.#second.element.classList.add("second");
    this.#toggle.textContent = "CC";
    this.#toggle.addEventListener("click", () => this.toggle());
    this.#gear.textContent = "⚙";
    this.#state.setAttribute("role", "status");
    this.#log.setAttribute("role", "log");
    this.#bar.append(this.#state, this.#toggle, this.#gear, this.#menu.element, this.#dialog.element);
    const captions = document.createElement("div");
    captions.className = "captions";
    captions.append(this.#first.element, this.#second.element);
    this.#rows.append(this.#card.element, captions);
    this.#stage.append(this.#bar, this.#rows);
    root.append(document.createElement("slot"), this.#stage, this.#log);
  }

  connectedCallback() {
    document.addEventListener("keydown", this.#onKey);
    document.addEventListener("pointerdown", this.#onPointer);
    this.#placement.start();
    this.#connect();
    this.#draw();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
    document.removeEventListener("pointerdown", this.#onPointer);
    this.#placement.stop();
    this.#connection?.stop();
    this.#connection = null;
    clearTimeout(this.#timer);
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (!this.#connection) return;
    if (name === "src") this.#connect();
    else if (name === "for") this.#placement.update();
    else if (name === "answers") this.#drawRows();
    else this.#select();
  }

  /** What is known of the show. */
  get screen() {
    return this.#screen;
  }

  get languages() {
    return this.#screen.languages;
  }

  get words() {
    return this.#speech().words;
  }

  /** Language of the captions, or "" before it is known. */
  get language() {
    return this.#screen.lang ?? "";
  }

  get on() {
    return this.preferences.on ?? true;
  }

  /** Captions on or off; on is the last language read. */
  toggle() {
    this.prefer({ on: !this.on });
  }

  /** @param {Partial<import("./preferences.js").Preferences>} changed */
  prefer(changed) {
    this.preferences = normalise({ ...this.preferences, ...changed });
    save(this.preferences);
    this.#select();
    this.#fit();
    this.#draw();
  }

  /** From now on viewers' questions asked with this key come as messages. @param {string} asker */
  identify(asker) {
    this.#asker = asker;
    this.#connection?.identify(asker);
  }

  get #server() {
    return new URL(this.getAttribute("src") || home || location.origin, location.href).href;
  }

  get #delayMs() {
    const seconds = Number(this.getAttribute("delay") ?? 0);
    return seconds > 0 ? Math.min(LONGEST_DELAY_S, seconds) * 1000 : 0;
  }

  /** Languages the viewer may want, the likeliest first. */
  get #wanted() {
    return [this.preferences.lang, this.getAttribute("lang") ?? "", ...navigator.languages];
  }

  #connect() {
    this.#connection?.stop();
    this.#screen = initial(KEPT);
    this.#line.clear();
    this.#connection = new CaptionConnection({
      base: this.#server,
      lang: this.#reads ? this.#wanted.find((tag) => tag !== "") ?? SOURCE : "",
      second: this.#reads ? this.preferences.second || this.getAttribute("second") || "" : "",
      onMessage: (message) => this.#receive(message),
      onLink: (link) => this.#apply({ type: "link", link }),
    });
    this.#connection.identify(this.#asker);
    this.#connection.start();
  }

  /** Whether captions are wanted at all: with `transcript`, also while they are hidden. */
  get #reads() {
    return this.on || this.hasAttribute("transcript");
  }

  /** @param {import("../wire.js").ServerMessage} message */
  #receive(message) {
    if (message.type === "answer" || message.type === "question") return this.#tell(message);
    const late = this.#delayMs > 0 && message.type !== "hello" && this.#pictureTime() === null;
    const tentative = message.type === "caption" && !message.final;
    if (late) this.#line.put(message, performance.now() + this.#delayMs, tentative);
    else this.#apply(message);
    if (message.type === "hello") this.#select();
    this.#tick();
  }

  /** What belongs to no moment of the picture. @param {import("../wire.js").Answer | import("../wire.js").QuestionMessage} message */
  #tell(message) {
    if (message.type === "answer" && this.#showsAnswers) this.#card.take(message);
    this.dispatchEvent(new CustomEvent("captionschange", { detail: message }));
  }

  get #showsAnswers() {
    return this.hasAttribute("answers") && this.on && phase(this.#screen) !== "ended";
  }

  #tick() {
    clearTimeout(this.#timer);
    const now = performance.now();
    for (const message of this.#line.take(now)) this.#apply(message);
    const next = this.#line.nextAt;
    const paced = this.#pictureTime() !== null;
    if (paced) this.#drawRows();
    if (paced || next !== null) this.#timer = setTimeout(() => this.#tick(), paced ? TICK_MS : (next ?? now) - now);
  }

  #pictureTime() {
    const video = this.#placement.video;
    return video && this.#screen.epochMs ? pictureTime(video, this.player, this.#screen.epochMs) : null;
  }

  /** Settle which of the languages on offer is shown. */
  #select() {
    const { languages, source } = this.#screen;
    if (languages.length === 0) return;
    const own = languages.includes(source) ? source : languages[0] ?? "";
    const lang = choose(this.#wanted, languages) ?? own;
    const also = this.preferences.second || this.getAttribute("second") || "";
    const second = also === SOURCE ? own : choose([also], languages) ?? "";
    const apart = second === lang ? "" : second;
    this.#connection?.subscribe(this.#reads ? lang : "", this.#reads ? apart : "");
    this.#apply({ type: "select", lang, second: apart });
  }

  /** @param {Parameters<typeof reduce>[1]} message */
  #apply(message) {
    const before = this.#screen;
    this.#screen = reduce(before, message);
    if (this.#screen.session !== before.session) {
      this.#line.clear();
      this.#card.clear();
    }
    if (this.#screen === before) return;
    this.#announce(message);
    this.#drawSoon();
    this.dispatchEvent(new CustomEvent("captionschange", { detail: message }));
  }

  #draw() {
    const { lang: spoken, words } = this.#speech();
    const now = phase(this.#screen);
    this.#bar.lang = spoken;
    this.#bar.dir = direction(spoken) === "rtl" ? "rtl" : "ltr";
    this.#toggle.setAttribute("aria-label", words.captions);
    this.#toggle.title = `${words.captions} (c)`;
    this.#toggle.setAttribute("aria-pressed", String(this.on));
    this.#gear.setAttribute("aria-label", `${words.language}, ${words.settings}`);
    if (this.#state.textContent !== words[now]) this.#state.textContent = words[now];
    this.#state.dataset.phase = now;
    for (const region of [this.#log, this.#card.element]) {
      region.setAttribute("aria-live", this.preferences.announce ? "polite" : "off");
    }
    this.#drawRows();
  }

  #drawRows() {
    const { lang, second, captions, epochMs, speakers } = this.#screen;
    const shown = this.on && phase(this.#screen) !== "ended";
    if (!this.#showsAnswers) this.#card.clear();
    if (!shown) {
      this.#first.clear();
      this.#second.clear();
      return;
    }
    const picture = this.#pictureTime();
    const due = picture === null ? captions : captionsAt(captions, picture, epochMs, LINGER_MS);
    for (const rows of [this.#first, this.#second]) {
      rows.showtimeMs = picture === null ? 7_000 : Number.POSITIVE_INFINITY;
      rows.named = this.getAttribute("speakers") !== "off";
    }
    this.#first.show(captionsIn({ ...this.#screen, captions: due }, lang), speakers);
    const also = second === "" ? [] : captionsIn({ ...this.#screen, captions: due }, second);
    this.#second.show(also, second === "" ? [] : speakers);
  }

  /** Sizes that follow the video, or the column. */
  #fit() {
    for (const [name, value] of Object.entries(looks(this.preferences))) {
      if (value === null) this.#stage.style.removeProperty(name);
      else this.#stage.style.setProperty(name, value);
    }
    const { clientWidth: width, clientHeight: height } = this.#stage;
    if (width === 0) return;
    const over = this.#placement.video !== null;
    const base = over ? Math.max(15, Math.min(width * 0.034, height * 0.06)) : Math.max(20, Math.min(width * 0.045, 30));
    const asked = Number(this.getAttribute("lines"));
    const lines = asked >= 1 && asked <= 10 ? Math.round(asked) : width < NARROW_PX ? 3 : 2;
    this.#stage.style.setProperty("--lc-base", `${base}px`);
    this.#stage.style.setProperty("--lc-lines", String(lines));
    for (const rows of [this.#first, this.#second]) {
      rows.lines = lines;
      rows.refresh();
    }
    this.#card.refresh();
  }

  /** Tell screen readers what is final, if asked to. @param {Parameters<typeof reduce>[1]} message */
  #announce(message) {
    if (!this.preferences.announce || message.type !== "caption" || !message.final) return;
    const speaker = message.speaker ?? "";
    if (message.lang !== this.language || message.id <= (this.#spoken.get(speaker) ?? 0)) return;
    this.#spoken.set(speaker, message.id);
    const line = document.createElement("p");
    line.lang = message.untranslated ? message.source_lang : message.lang;
    line.textContent = speaker === "" ? message.text : `${speaker}: ${message.text}`;
    this.#log.append(line);
    while (this.#log.childElementCount > ANNOUNCED) this.#log.firstElementChild?.remove();
  }

  /** @returns {import("./menu.js").Item[]} */
  #items() {
    const { words } = this;
    const languages = this.languages.map((tag) => ({
      label: autonym(tag),
      lang: tag,
      checked: this.on && tag === this.language,
      choose: () => this.prefer({ on: true, lang: tag }),
    }));
    return [
      { label: words.off, checked: !this.on, choose: () => this.prefer({ on: false }) },
      ...languages,
      null,
      { label: `${words.settings} …`, checked: null, choose: () => this.#dialog.open(this.#gear) },
    ];
  }

  #speech() {
    return wordsFor([...navigator.languages, document.documentElement.lang]);
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && !event.repeat;
    if (event.key.toLowerCase() !== "c" || !plain || event.defaultPrevented || isTyping(event)) return;
    this.toggle();
  };

  /** @param {PointerEvent} event */
  #onPointer = (event) => {
    if (event.composedPath().includes(this.#bar)) return;
    this.#menu.close(false);
    if (!this.#dialog.element.hidden) this.#dialog.close();
  };
}

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select, [role=textbox]"));
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} name of the class, and for `::part()`
 */
function part(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  element.part.add(name);
  if (element instanceof HTMLButtonElement) element.type = "button";
  return element;
}
