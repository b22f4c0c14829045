/** How captions look: what players offer, in a small dialog. */

import { autonym } from "../language.js";
import { COLORS, EDGES, FONTS, OPACITIES, reset, SIZES, TEXT_OPACITIES } from "./preferences.js";

/**
 * @typedef {import("./preferences.js").Preferences} Preferences
 * @typedef {import("../words.js").Words} Words
 * @typedef {object} Owner
 * @property {Preferences} preferences
 * @property {Words} words
 * @property {readonly string[]} languages
 * @property {(changed: Partial<Preferences>) => void} prefer
 */

export class SettingsDialog {
  /** @type {Owner} */
  #owner;
  /** @type {HTMLElement | null} */
  #opener = null;

  /** @param {Owner} owner */
  constructor(owner) {
    this.#owner = owner;
    this.element = document.createElement("div");
    this.element.className = "dialog";
    this.element.setAttribute("role", "dialog");
    this.element.hidden = true;
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close();
    });
  }

  /** @param {HTMLElement} opener gets the focus back */
  open(opener) {
    this.#opener = opener;
    this.#fill();
    this.element.hidden = false;
    this.element.querySelector("select")?.focus();
  }

  close() {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.#opener?.focus();
  }

  #fill() {
    const { words } = this.#owner;
    this.element.setAttribute("aria-label", words.settings);
    const title = document.createElement("h2");
    title.textContent = words.settings;
    this.element.replaceChildren(title, ...this.#fields(), this.#buttons());
  }

  #fields() {
    const { words: w, languages } = this.#owner;
    const percent = (/** @type {number[]} */ steps) => steps.map((n) => /** @type {const} */ ([n, `${n} %`]));
    const colors = Object.keys(COLORS).map((name) => /** @type {const} */ ([name, w[/** @type {keyof Words} */ (name)]]));
    const second = [/** @type {const} */ (["", w.none]), ...languages.map((tag) => /** @type {const} */ ([tag, autonym(tag)]))];
    return [
      this.#choice(w.size, "size", percent(SIZES)),
      this.#choice(w.second, "second", second),
      this.#choice(w.color, "color", colors),
      this.#choice(w.textOpacity, "textOpacity", percent(TEXT_OPACITIES)),
      this.#choice(w.background, "background", colors),
      this.#choice(w.backgroundOpacity, "backgroundOpacity", percent(OPACITIES)),
      this.#choice(w.window, "window", colors),
      this.#choice(w.windowOpacity, "windowOpacity", percent(OPACITIES)),
      this.#choice(w.edge, "edge", EDGES.map((edge) => /** @type {const} */ ([edge, w[edge]]))),
      this.#choice(w.font, "font", FONTS.map((font) => /** @type {const} */ ([font, w[font]]))),
      this.#check(w.announce),
    ];
  }

  /**
   * @template {keyof Preferences} K
   * @param {string} title
   * @param {K} name
   * @param {readonly (readonly [Preferences[K], string])[]} options
   */
  #choice(title, name, options) {
    const select = document.createElement("select");
    select.name = name;
    options.forEach(([value, shown], index) => {
      const option = new Option(shown, String(index));
      option.selected = value === this.#owner.preferences[name];
      select.append(option);
    });
    select.addEventListener("change", () => {
      const option = options[select.selectedIndex];
      if (option) this.#owner.prefer(/** @type {Partial<Preferences>} */ ({ [name]: option[0] }));
    });
    return labelled(title, select);
  }

  /** @param {string} title */
  #check(title) {
    const input = document.createElement("input");
    input.type = "checkbox";
    input.name = "announce";
    input.checked = this.#owner.preferences.announce;
    input.addEventListener("change", () => this.#owner.prefer({ announce: input.checked }));
    return labelled(title, input);
  }

  #buttons() {
    const { words } = this.#owner;
    const row = document.createElement("div");
    row.className = "row";
    const again = button(words.reset, () => {
      this.#owner.prefer(reset(this.#owner.preferences));
      this.#fill();
      this.element.querySelector("select")?.focus();
    });
    row.append(again, button(words.close, () => this.close()));
    return row;
  }
}

/** @param {string} title @param {HTMLElement} field */
function labelled(title, field) {
  const label = document.createElement("label");
  const name = document.createElement("span");
  name.textContent = title;
  label.append(name, field);
  return label;
}

/** @param {string} text @param {() => void} press */
function button(text, press) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", press);
  return element;
}
