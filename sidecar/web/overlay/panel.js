/** The gear: settings of the overlay, which are nothing but its address. */

import { autonym } from "../language.js";
import { DEFAULTS, readOptions, writeOptions } from "./options.js";
import { SAMPLE_LANGUAGES } from "./samples.js";

/**
 * @typedef {import("./options.js").OverlayOptions} OverlayOptions
 * @typedef {keyof OverlayOptions} Name
 * @typedef {{ name: Name, label: string } & (
 *   | { kind: "language", none: string }
 *   | { kind: "range", min: number, max: number, step?: number }
 *   | { kind: "choice", of: readonly string[] }
 *   | { kind: "color" } | { kind: "text" } | { kind: "check" }
 * )} Control
 */

/** @type {Control[]} */
const CONTROLS = [
  { name: "lang", label: "Language", kind: "language", none: "The host's own" },
  { name: "second", label: "Second language", kind: "language", none: "None" },
  { name: "font_size", label: "Text size (px)", kind: "range", min: 10, max: 120 },
  { name: "lines", label: "Lines", kind: "range", min: 1, max: 10 },
  { name: "speakers", label: "Names of speakers", kind: "check" },
  { name: "color", label: "Text colour", kind: "color" },
  { name: "bg", label: "Background", kind: "color" },
  { name: "bg_opacity", label: "Background opacity (%)", kind: "range", min: 0, max: 100 },
  { name: "align", label: "Alignment", kind: "choice", of: ["start", "left", "center", "right"] },
  { name: "valign", label: "Position", kind: "choice", of: ["bottom", "middle", "top"] },
  { name: "max_width", label: "Greatest width (%)", kind: "range", min: 20, max: 100 },
  { name: "margin", label: "Margin (%)", kind: "range", min: 0, max: 40 },
  { name: "showtime", label: "Stays for (seconds)", kind: "range", min: 1, max: 60 },
  { name: "answers", label: "Answers to viewers", kind: "check" },
  { name: "delay", label: "Delay (seconds)", kind: "range", min: 0, max: 120, step: 0.5 },
  { name: "outline", label: "Outline (px)", kind: "range", min: 0, max: 8 },
  { name: "shadow", label: "Shadow", kind: "check" },
  { name: "uppercase", label: "Capitals", kind: "check" },
  { name: "font", label: "Font", kind: "text" },
];

/**
 * Put the gear into `host`.
 *
 * @param {HTMLElement} host
 * @param {import("./overlay.js").Overlay} overlay
 */
export function openTools(host, overlay) {
  const gear = make("button", { type: "button", className: "gear", textContent: "⚙" });
  gear.setAttribute("aria-label", "Settings");
  gear.setAttribute("aria-expanded", "false");
  const form = make("form", { hidden: true });
  const address = make("output", {});
  form.append(heading(), ...controls(overlay, address), address, buttons(overlay, address));
  form.addEventListener("submit", (event) => event.preventDefault());
  gear.addEventListener("click", () => toggle(gear, form, overlay));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    toggle(gear, form, overlay);
    gear.focus();
  });
  host.append(gear, form);
  host.hidden = false;
  address.textContent = location.href;
}

/** @param {HTMLElement} gear @param {HTMLElement} form @param {import("./overlay.js").Overlay} overlay */
function toggle(gear, form, overlay) {
  form.hidden = !form.hidden;
  gear.setAttribute("aria-expanded", String(!form.hidden));
  document.body.classList.toggle("preview", !form.hidden);
  overlay.preview(!form.hidden);
}

function heading() {
  const box = document.createElement("div");
  box.append(
    make("h1", { textContent: "Overlay" }),
    make("p", { textContent: "Set it up, copy the address, paste it into a browser source." }),
  );
  return box;
}

/** @param {import("./overlay.js").Overlay} overlay @param {HTMLElement} address */
function controls(overlay, address) {
  return CONTROLS.map((control) => {
    const label = make("label", {});
    const input = field(control, overlay);
    input.name = control.name;
    const write = () => {
      const value = control.kind === "check" && "checked" in input ? input.checked : read(control, input.value);
      apply(overlay, { ...overlay.options, [control.name]: value }, address);
    };
    input.addEventListener("input", write);
    label.append(make("span", { textContent: control.label }), input);
    return label;
  });
}

/** @param {Control} control @param {string} value */
const read = (control, value) => (control.kind === "range" ? Number(value) : value);

/**
 * @param {Control} control
 * @param {import("./overlay.js").Overlay} overlay
 * @returns {HTMLInputElement | HTMLSelectElement}
 */
function field(control, overlay) {
  const value = overlay.options[control.name];
  switch (control.kind) {
    case "language":
      return languageField(control.name, control.none, overlay);
    case "choice":
      return select(control.of.map((word) => [word, word]), String(value));
    case "range":
      return make("input", {
        type: "number",
        min: String(control.min),
        max: String(control.max),
        step: String(control.step ?? 1),
        value: String(value),
      });
    case "check":
      return make("input", { type: "checkbox", checked: value === true });
    default:
      return make("input", { type: control.kind, value: String(value) });
  }
}

/** @param {Name} name @param {string} none @param {import("./overlay.js").Overlay} overlay */
function languageField(name, none, overlay) {
  const element = document.createElement("select");
  const fill = () => {
    const offered = overlay.languages.length > 0 ? overlay.languages : SAMPLE_LANGUAGES;
    const value = String(overlay.options[name]);
    const tags = value === "" || offered.includes(value) ? offered : [...offered, value];
    const options = tags.map((tag) => /** @type {[string, string]} */ ([tag, autonym(tag)]));
    element.replaceChildren(...select([["", none], ...options], value).children);
    element.value = value;
  };
  const others = overlay.onLanguages;
  overlay.onLanguages = () => {
    others();
    fill();
  };
  fill();
  return element;
}

/** @param {readonly (readonly [string, string])[]} options @param {string} value */
function select(options, value) {
  const element = document.createElement("select");
  for (const [key, name] of options) element.append(make("option", { value: key, textContent: name }));
  element.value = value;
  return element;
}

/** @param {import("./overlay.js").Overlay} overlay @param {HTMLElement} address */
function buttons(overlay, address) {
  const row = make("div", { className: "row" });
  const copy = make("button", { type: "button", textContent: "Copy address" });
  copy.addEventListener("click", async () => {
    copy.textContent = (await copied(location.href)) ? "Copied" : "Select and copy it above";
    setTimeout(() => (copy.textContent = "Copy address"), 2000);
  });
  const reset = make("button", { type: "button", textContent: "Reset" });
  reset.addEventListener("click", () => {
    const { lang, second, token } = overlay.options;
    apply(overlay, { ...DEFAULTS, lang, second, token }, address);
    const form = row.closest("form");
    form?.querySelectorAll("label").forEach((label) => label.remove());
    form?.querySelector("output")?.before(...controls(overlay, address));
  });
  row.append(copy, reset);
  return row;
}

/** @param {string} text */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Take on `options`, as far as they are usable, and write them into the address.
 *
 * @param {import("./overlay.js").Overlay} overlay
 * @param {OverlayOptions} options
 * @param {HTMLElement} address
 */
function apply(overlay, options, address) {
  const usable = readOptions(writeOptions(options));
  history.replaceState(null, "", location.pathname + writeOptions(usable));
  address.textContent = location.href;
  overlay.change(usable);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} properties
 * @returns {HTMLElementTagNameMap[K]}
 */
function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}
