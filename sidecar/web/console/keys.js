/** Single keys, on any keyboard, and never while somebody writes. */

/** Keys of a Latin keyboard by their place, for layouts that write other letters. @type {Record<string, string>} */
const PLACES = { Slash: "/" };

/**
 * The key that was meant: what it writes, or else what stands there on a Latin keyboard. "" for one with a modifier.
 *
 * @param {KeyboardEvent} event
 */
export function meant(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return "";
  if (/^[a-z]$/i.test(event.key)) return event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase(); // whatever Caps Lock says
  if (/^[\x21-\x7e]$/.test(event.key) || /^(Arrow|Esc)/.test(event.key)) return event.key;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  if (letter) return event.shiftKey ? letter : letter.toLowerCase();
  const place = PLACES[event.code] ?? "";
  return place === "/" && event.shiftKey ? "?" : place;
}

/** Whether a key typed into `target` writes something there. @param {EventTarget | null} target */
export const writes = (target) =>
  target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");

/** For the help. @type {readonly (readonly [string, string])[]} */
export const KEYS = [
  ["j  k  ↓  ↑", "Next, previous question"],
  ["a", "Approve: each asker reads it in their language"],
  ["Shift + A", "Approve, and show it to everyone"],
  ["1 … 9", "Choose an entry"],
  ["e", "Edit the answer; Ctrl + Enter sends, Esc leaves"],
  ["r", "Reject, then the number of the reason"],
  ["u", "Undo, as long as it has not gone out"],
  ["c", "Claim, release"],
  ["s", "Snooze"],
  ["h", "Put it before the host, take it away again"],
  ["m", "Merge with another question"],
  ["x", "Split"],
  ["b", "Put back what was rejected or not sent"],
  ["f", "Save an edited answer as an FAQ entry"],
  ["/", "Search"],
  ["?", "This help"],
];
