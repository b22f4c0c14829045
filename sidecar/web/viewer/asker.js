/** Who asks: a key made up by this browser, by which the server knows its own questions, and a name if one is given. */

const KEY = "live-captions-asker";
const NAME = "live-captions-name";
const KEY_BYTES = 24;

/** The key of this browser; where nothing may be stored, of this page. */
export function askerKey() {
  const known = load(KEY);
  if (/^[A-Za-z0-9_-]{16,64}$/.test(known)) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const key = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
  store(KEY, key);
  return key;
}

/** The name last given, or "". */
export const rememberedName = () => load(NAME);

/** @param {string} name */
export const rememberName = (name) => store(NAME, name);

/** @param {string} key */
function load(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} key @param {string} value */
function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not remembered, then.
  }
}
