/** The one dialog of the page: a title, what the caller fills in, and keys for its buttons. */

import { button, make } from "./dom.js";

export class Dialog {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = /** @type {HTMLDialogElement} */ (element);
    this.element.addEventListener("keydown", (event) => this.#press(event));
    this.element.addEventListener("click", (event) => event.target === this.element && this.close());
  }

  get isOpen() {
    return this.element.open;
  }

  /**
   * @param {string} title
   * @param {...(Node | null)} content
   */
  open(title, ...content) {
    this.element.replaceChildren(
      make("h2", { id: "dialog-title" }, title),
      ...content.filter((part) => part !== null),
      make("p", { class: "close" }, button("Close", () => this.close(), { key: "Esc" })),
    );
    if (!this.element.open) this.element.showModal();
    const first = /** @type {HTMLElement | null} */ (this.element.querySelector("[data-first]"));
    first?.focus();
  }

  /** The next key is for the page already: a field that is hidden would keep the focus until the page is drawn. */
  close() {
    if (this.element.contains(document.activeElement)) /** @type {HTMLElement} */ (document.activeElement).blur();
    this.element.close();
  }

  /** Escape closes; the button that has the key is pressed, unless somebody is writing. @param {KeyboardEvent} event */
  #press(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      return;
    }
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, textarea, select")) return;
    const chosen = /** @type {HTMLElement | null} */ (
      this.element.querySelector(`[aria-keyshortcuts="${CSS.escape(event.key)}"]`)
    );
    if (!chosen) return;
    event.preventDefault();
    chosen.click();
  }
}

/**
 * Buttons in a column, numbered from 1.
 *
 * @param {readonly { text: string | Node, action: () => void }[]} choices
 */
export function numbered(choices) {
  return make(
    "div",
    { class: "choices" },
    ...choices.map(({ text, action }, index) => {
      const element = button("", action, index < 9 ? { key: String(index + 1) } : {});
      element.append(text);
      if (index === 0) element.setAttribute("data-first", "");
      return element;
    }),
  );
}
