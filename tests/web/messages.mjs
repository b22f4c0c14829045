/** Messages for the tests. */

export const hello = (changes = {}) => ({
  v: 1, type: "hello", session: "s1", source: "zh", languages: ["zh", "en", "es"], seq: 0, epoch_ms: 1_000_000, ...changes,
});

export const caption = (id, text, changes = {}) => ({
  v: 1, type: "caption", id, revision: 1, final: false, lang: "en", text, lines: [text], start_ms: id * 10,
  end_ms: id * 10 + 900, source_lang: "zh", ...changes,
});

export const final = (id, text, changes = {}) => caption(id, text, { final: true, revision: 9, seq: id, ...changes });
