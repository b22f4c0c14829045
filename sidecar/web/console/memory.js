/** What a page remembers on this machine; nothing where storage is forbidden. */

/** @param {string} key */
export function recall(key) {
  try {
    return localStorage.getItem(`sidecar-${key}`) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} key @param {string} value "" forgets */
export function remember(key, value) {
  try {
    if (value) localStorage.setItem(`sidecar-${key}`, value);
    else localStorage.removeItem(`sidecar-${key}`);
  } catch {
    // Not remembered, then.
  }
}

/**
 * The token in the page's address, which is then taken out of it, or else the one remembered.
 *
 * @param {string} key
 */
export function token(key) {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    history.replaceState(null, "", location.pathname + location.search);
    remember(key, given.trim());
  }
  return given?.trim() || recall(key);
}
