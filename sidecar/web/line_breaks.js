/** A caption's text in pieces: where the server broke it, and where its tentative end begins. Pure. */

/**
 * @typedef {object} Piece
 * @property {string} text with "\n" between lines
 * @property {boolean} tentative most likely to change yet
 */

/**
 * @param {{ text: string, lines: readonly string[], final: boolean, stable?: number }} caption
 * @param {boolean} broken whether to keep the server's lines; otherwise the text flows
 * @returns {Piece[]}
 */
export function pieces(caption, broken) {
  const stable = caption.final || caption.stable === undefined ? caption.text.length : units(caption.text, caption.stable);
  const spans = (broken && placeLines(caption.text, caption.lines)) || [{ from: 0, to: caption.text.length }];
  let firm = "";
  let loose = "";
  spans.forEach(({ from, to }, index) => {
    const cut = Math.min(to, Math.max(from, stable));
    const gap = index === 0 ? "" : "\n";
    if (stable > from || index === 0) firm += gap + caption.text.slice(from, cut);
    else loose += gap;
    loose += caption.text.slice(cut, to);
  });
  return [
    { text: firm, tentative: false },
    { text: loose, tentative: true },
  ].filter((piece) => piece.text !== "");
}

/**
 * Where each line stands in the text; null where they are not its lines.
 *
 * @param {string} text
 * @param {readonly string[]} lines
 */
function placeLines(text, lines) {
  /** @type {{ from: number, to: number }[]} */
  const spans = [];
  let cursor = 0;
  for (const line of lines) {
    const from = text.indexOf(line, cursor);
    if (from < 0 || text.slice(cursor, from).trim() !== "") return null;
    cursor = from + line.length;
    spans.push({ from, to: cursor });
  }
  return spans.length > 0 && text.slice(cursor).trim() === "" ? spans : null;
}

/**
 * UTF-16 units of the first `points` code points: the server counts the latter.
 *
 * @param {string} text
 * @param {number} points
 */
function units(text, points) {
  let at = 0;
  for (let n = 0; n < points && at < text.length; n += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}
