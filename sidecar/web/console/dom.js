/** Making elements. Whatever people wrote goes in as text, never as markup. */

import { direction } from "../language.js";

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | null | undefined>} [attributes] true: empty, false or null: left out
 * @param {...(Node | string | null)} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (typeof value === "string") element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * What somebody wrote in a language: its direction is its own, and nothing in it reorders what stands around it.
 *
 * @param {string} tag name of the element
 * @param {string} text
 * @param {string} lang "" where it is not known
 * @param {string} [className]
 */
export function written(tag, text, lang, className = "") {
  const classes = className ? `written ${className}` : "written";
  return make(tag, { class: classes, lang: lang || null, dir: lang ? direction(lang) : "auto" }, text);
}

/**
 * @param {string} text
 * @param {() => void} action
 * @param {{ key?: string, kind?: string, label?: string, disabled?: boolean, describedby?: string }} [options] `key`: which key
 *   does the same
 */
export function button(text, action, { key, kind, label, disabled, describedby } = {}) {
  const element = /** @type {HTMLButtonElement} */ (
    make(
      "button",
      {
        type: "button",
        class: kind,
        "aria-label": label,
        "aria-keyshortcuts": key ? (key.length === 1 && key !== key.toLowerCase() ? `Shift+${key}` : key) : null,
        "aria-describedby": describedby,
        disabled,
      },
      text,
      key ? make("kbd", { "aria-hidden": "true" }, key.length === 1 && key !== key.toLowerCase() ? `⇧${key}` : key) : null,
    )
  );
  element.addEventListener("click", action);
  return element;
}

/** @param {string} value @param {string} text @param {string} [lang] */
export function option(value, text, lang) {
  return make("option", { value, lang }, text);
}

/** What was last put into an element. @type {WeakMap<Element, string>} */
const contents = new WeakMap();
/** What had the focus in an element and could not keep it, being disabled. @type {WeakMap<Element, string>} */
const lost = new WeakMap();

/**
 * Fill an element anew if `key` differs from that of the last filling; the focus stays on what has the same `data-focus`.
 *
 * @param {HTMLElement} element
 * @param {string} key
 * @param {() => (Node | string | null)[]} build
 */
export function refill(element, key, build) {
  if (contents.get(element) === key) return;
  contents.set(element, key);
  const active = document.activeElement;
  const focused = element.contains(active) ? active?.getAttribute("data-focus") : active === document.body ? lost.get(element) : null;
  lost.delete(element);
  element.replaceChildren(...build().filter((child) => child !== null));
  if (focused) {
    const again = /** @type {HTMLElement | null} */ (element.querySelector(`[data-focus="${CSS.escape(focused)}"]`));
    again?.focus();
    if (again && document.activeElement !== again) lost.set(element, focused);
  }
}
