/** The language menu: one of several languages or none, by mouse, touch or keys (the menu-button pattern). */

/**
 * @typedef {{ label: string, lang?: string, checked: boolean | null, choose: () => void } | null} Item
 *   `checked` null: a plain item; the whole null: a rule
 */

export class Menu {
  /** @type {() => Item[]} */
  #items;

  /**
   * @param {HTMLButtonElement} button
   * @param {() => Item[]} items asked for each time it opens
   */
  constructor(button, items) {
    this.#items = items;
    this.button = button;
    this.element = document.createElement("div");
    this.element.className = "menu";
    this.element.setAttribute("role", "menu");
    this.element.hidden = true;
    button.setAttribute("aria-haspopup", "menu");
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => (this.element.hidden ? this.open() : this.close()));
    button.addEventListener("keydown", (event) => this.#onButtonKey(event));
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
    this.element.addEventListener("focusout", (event) => {
      const to = event.relatedTarget;
      if (to instanceof Node && !this.element.contains(to) && to !== this.button) this.close(false);
    });
  }

  /** @param {"checked" | "last"} [focus] */
  open(focus = "checked") {
    this.element.setAttribute("aria-label", this.button.getAttribute("aria-label") ?? "");
    this.element.replaceChildren(...this.#items().map((item) => this.#render(item)));
    this.element.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    const items = this.#elements();
    const checked = items.findIndex((item) => item.getAttribute("aria-checked") === "true");
    items.at(focus === "last" ? -1 : Math.max(0, checked))?.focus();
  }

  /** @param {boolean} [returnFocus] */
  close(returnFocus = true) {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (returnFocus) this.button.focus();
  }

  /** @param {Item} item */
  #render(item) {
    const element = document.createElement("div");
    if (item === null) {
      element.className = "rule";
      element.setAttribute("role", "separator");
      return element;
    }
    element.className = "item";
    element.tabIndex = -1;
    element.setAttribute("role", item.checked === null ? "menuitem" : "menuitemradio");
    if (item.checked !== null) element.setAttribute("aria-checked", String(item.checked));
    const name = document.createElement("span");
    if (item.lang) name.lang = item.lang;
    name.dir = "auto";
    name.textContent = item.label;
    element.append(name);
    element.addEventListener("click", () => {
      this.close();
      item.choose();
    });
    return element;
  }

  #elements() {
    return /** @type {HTMLElement[]} */ ([...this.element.querySelectorAll(".item")]);
  }

  /** @param {KeyboardEvent} event */
  #onButtonKey(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.open(event.key === "ArrowUp" ? "last" : "checked");
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const items = this.#elements();
    const root = /** @type {Document | ShadowRoot} */ (this.element.getRootNode());
    const at = items.indexOf(/** @type {HTMLElement} */ (root.activeElement));
    const next = landing(event.key, at, items);
    if (event.key === "Tab") this.close(false);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" || event.key === " ") items[at]?.click();
    else if (next === undefined) return;
    else items[next]?.focus();
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * Where a key leads: arrows go round, a letter finds a name.
 *
 * @param {string} key
 * @param {number} at
 * @param {readonly HTMLElement[]} items
 * @returns {number | undefined}
 */
function landing(key, at, items) {
  const count = items.length;
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return (at - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
  }
  if ([...key].length !== 1) return undefined;
  const order = items.map((_, n) => (at + 1 + n) % count);
  return order.find((n) => items[n]?.textContent?.trim().toLocaleLowerCase().startsWith(key.toLocaleLowerCase()));
}
