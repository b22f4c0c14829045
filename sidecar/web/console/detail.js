/** The group that a moderator has before them: what was asked, what is proposed, why, and what became of it. */

import { autonym, direction } from "../language.js";
import { button, byId, make, refill, written } from "./dom.js";
import {
  CONCERNS, counted, isSame, languageName, reasonWords, showTime, span, STATES, wrong,
} from "./labels.js";
import { candidates, due, holder, isSendable, isSnoozed, isUntranslated, isUndoable, isWaiting } from "./queue.js";

/**
 * @typedef {import("./messages.js").Group} Group
 * @typedef {import("./messages.js").Candidate} Candidate
 * @typedef {object} Shown what the page knows besides the group
 * @property {number} nowMs
 * @property {string} me
 * @property {string} lang what the moderator reads
 * @property {boolean} canAct there is a line, and this person may
 * @property {boolean} canSave
 * @property {boolean} editing
 * @property {boolean} hasText something was written and not sent
 * @property {Candidate | null} candidate what is proposed, or was chosen
 * @property {string | null} refusal why that cannot be approved
 * @property {string[]} lookers
 * @property {(question: string) => string | undefined} reading
 * @property {boolean} readingAsked readings have come, or will not
 *
 * @typedef {object} Steps
 * @property {(everyone: boolean) => void} approve
 * @property {() => void} edit
 * @property {() => void} reject
 * @property {() => void} undo
 * @property {() => void} claim
 * @property {() => void} snooze
 * @property {() => void} escalate
 * @property {() => void} merge
 * @property {() => void} split
 * @property {() => void} restore
 * @property {() => void} retract
 * @property {() => void} save
 * @property {(entry: string) => void} choose
 */

/** @param {Group} group @param {Shown} shown @param {Steps} steps */
export function showDetail(group, shown, steps) {
  showTop(group, shown);
  showBanner(group, shown);
  showAsked(group, shown);
  showDraft(group, shown);
  showChoices(group, shown, steps);
  showTexts(group, shown);
  showCited(group);
  showPast(group);
  showActions(group, shown, steps);
}

/** @param {Group} group @param {Shown} shown */
function showTop(group, { nowMs, lookers }) {
  const open = isWaiting(group);
  const leftMs = group.due_ms - nowMs;
  const clock = leftMs < 0 ? `${span(-leftMs)} late` : `due in ${span(leftMs)}`;
  const held = holder(group, nowMs);
  const title = group.asked > 1 ? `Asked by ${group.asked}` : "One question";
  byId("detail-title").textContent = title;
  const facts = [
    group.concern ? ["urgent", `⚠ ${CONCERNS[group.concern] ?? group.concern}`] : null,
    group.escalated ? ["host", "With the host"] : null,
    open ? [due(group, nowMs), clock] : ["state", STATES[group.state] ?? group.state],
    ["quiet", `${span(nowMs - group.created_ms)} old`],
    isSnoozed(group, nowMs) ? ["state", `snoozed for ${span((group.snoozed_until_ms ?? 0) - nowMs)}`] : null,
    group.products?.length ? ["quiet", group.products.join(", ")] : null,
    held ? ["held", `✎ ${held}, ${span((group.held_until_ms ?? 0) - nowMs)}`] : null,
    lookers.length ? ["looked", `👁 ${lookers.join(", ")}`] : null,
    group.note ? ["note", group.note] : null,
  ].filter((fact) => fact !== null);
  refill(byId("facts"), JSON.stringify(facts), () =>
    facts.map(([kind, text]) => make("span", { class: `mark ${kind}`, dir: "auto" }, text ?? "")),
  );
}

/** What somebody else did, or has in hand: it must not be missed. @param {Group} group @param {Shown} shown */
function showBanner(group, shown) {
  const text = happened(group, shown);
  refill(byId("banner"), text, () => (text ? [make("p", { dir: "auto" }, text)] : []));
}

/** @param {Group} group @param {Shown} shown */
function happened(group, { nowMs, me, hasText }) {
  const { decision } = group;
  const who = decision?.who === me ? "You" : (decision?.who ?? "");
  const kept = hasText && !isWaiting(group) ? " What you wrote is kept below." : "";
  const held = holder(group, nowMs);
  switch (group.state) {
    case "approved":
    case "edited":
      return `${who} ${decision?.edited ? "answered it" : "approved the draft"}.${kept}`;
    case "sending":
      return `The answer of ${decision?.who ?? "somebody"} is going out.${kept}`;
    case "sent":
      return `Sent: ${decision?.who ?? "somebody"} ${decision?.edited ? "wrote the answer" : "approved the draft"}.${kept}`;
    case "failed":
      return `It was not sent: ${group.note || "nobody knows why"}. Put it back to try again.${kept}`;
    case "rejected":
      return `Rejected: ${reasonWords(group.reason ?? "other")}${group.note ? ` – ${group.note}` : ""}.${kept}`;
    case "filtered":
      return `Put aside by Sidecar: ${reasonWords(group.reason ?? "other")}.`;
    case "expired":
      return `Nobody waits for an answer any more.${kept}`;
    case "merged":
      return `It was merged with another question.${kept}`;
    case "retracted":
      return `The answer was taken back${group.note ? `: ${group.note}` : ""}.`;
    default:
      return held && held !== me ? `${held} has claimed it: nobody else can decide on it until then.` : "";
  }
}

/** @param {Group} group @param {Shown} shown */
function showAsked(group, { lang, reading, readingAsked }) {
  const { questions } = group;
  const readings = questions.map((each) => (isSame(each.lang, lang) ? "" : reading(each.id)));
  const more = group.asked - questions.length;
  refill(byId("asked"), JSON.stringify([questions, readings, readingAsked, more, lang]), () => [
    make(
      "ul",
      { class: "pairs" },
      ...questions.map((question, index) => {
        const read = readings[index];
        return make(
          "li",
          { class: read === "" ? "pair alone" : "pair" },
          make(
            "div",
            {},
            written("p", question.text, question.lang, "said"),
            make(
              "p",
              { class: "facts" },
              make("span", {}, languageName(question.lang)),
              make("span", {}, question.channel),
              question.name ? make("bdi", {}, question.name) : null,
            ),
          ),
          read === ""
            ? null
            : make(
                "div",
                {},
                read
                  ? written("p", read, lang, "read")
                  : make("p", { class: "quiet" }, readingAsked ? "No translation" : "Being translated …"),
              ),
        );
      }),
    ),
    more > 0 ? make("p", { class: "quiet" }, `and ${counted(more, "more question")}`) : null,
  ]);
}

/**
 * A text beside what it means in the moderator's language.
 *
 * @param {string} text
 * @param {string} lang
 * @param {string | null | undefined} back
 * @param {string} own
 */
function pair(text, lang, back, own) {
  const alone = !back || isSame(lang, own) || back === text;
  return make(
    "div",
    { class: alone ? "pair alone" : "pair" },
    make("div", {}, written("p", text, lang, "said"), make("p", { class: "facts" }, languageName(lang))),
    alone ? null : make("div", {}, written("p", back, "", "read"), make("p", { class: "facts" }, languageName(own))),
  );
}

/** What is wrong with an answer, in words. @param {Candidate} candidate @param {string} asker the asker's language */
function fault(candidate, asker) {
  if (isUntranslated(candidate)) {
    const text = `It is translated into ${languageName(asker)} when you approve it; if that fails, it goes out as it is.`;
    return make("p", { class: "quiet" }, text);
  }
  if (isSendable(candidate)) return null;
  return make("p", { class: "failed" }, `It cannot be sent as it is: ${wrong(candidate.failed_checks ?? [])}.`);
}

/** @param {Group} group @param {Shown} shown */
function showDraft(group, { lang, candidate, refusal }) {
  const { draft, decision } = group;
  const asker = group.questions[0]?.lang ?? "en";
  refill(byId("draft"), JSON.stringify([draft, decision, candidate, refusal, lang, group.state]), () => {
    if (decision) return [make("h3", {}, decision.edited ? "Answer, written by hand" : "Answer"), ...decided(decision)];
    if (!isWaiting(group)) return [];
    const title = make("h3", {}, "Draft");
    if (!draft) return [title, make("p", { class: "quiet" }, "There is no draft yet. You can write an answer.")];
    if (!candidate) {
      const none = draft.decision === "choose" ? "More than one entry may answer it." : "No entry answers it.";
      return [title, make("p", {}, none), make("p", { class: "quiet", dir: "auto" }, draft.why)];
    }
    return [
      title,
      pair(candidate.text, candidate.lang, candidate.back, lang),
      fault(candidate, asker),
      make(
        "p",
        { class: "facts" },
        make("span", { class: "mark state" }, `${Math.round(candidate.score * 100)} %`),
        make("span", {}, "Entry ", make("bdi", { class: "entry" }, candidate.entry)),
        written("span", candidate.question, ""),
        candidate.translated ? make("span", { class: "mark" }, "Translated by machine") : null,
      ),
      make("p", { class: "quiet", dir: "auto" }, draft.why),
    ];
  });
}

/** @param {import("./messages.js").Decision} decision */
function decided(decision) {
  return [
    textList(decision.texts, Object.keys(decision.texts)),
    make("p", { class: "facts" }, decision.public ? "Shown to everyone" : "For those who asked"),
  ];
}

/** @param {Record<string, string>} texts @param {readonly string[]} langs */
function textList(texts, langs) {
  return make(
    "dl",
    { class: "texts" },
    ...langs.flatMap((lang) => {
      const text = texts[lang];
      return [
        make("dt", {}, languageName(lang)),
        text
          ? make("dd", { class: "written", lang, dir: direction(lang) }, text)
          : make("dd", { class: "lacking" }, "none yet: translated when you approve, or else in English"),
      ];
    }),
  );
}

/** @param {Group} group @param {Shown} shown @param {Steps} steps */
function showChoices(group, { lang, candidate, canAct }, steps) {
  const found = isWaiting(group) ? candidates(group) : [];
  const asker = group.questions[0]?.lang ?? "en";
  const must = group.draft?.decision !== "answer";
  const few = found.length < 2 && !must;
  refill(byId("choices"), JSON.stringify([found, candidate?.entry, lang, few, must, canAct]), () => {
    if (few || found.length === 0) return [];
    return [
      make("h3", {}, must ? "Which entry answers it?" : "Other entries"),
      make(
        "ol",
        { class: "candidates" },
        ...found.slice(0, 9).map((each, index) => {
          const chosen = each.entry === candidate?.entry;
          const key = String(index + 1);
          const pick = button(key, () => steps.choose(each.entry), { label: `Choose ${key}: ${each.question}` });
          pick.setAttribute("aria-pressed", String(chosen));
          pick.setAttribute("aria-keyshortcuts", key);
          pick.setAttribute("data-focus", `choose-${each.entry}`);
          return make(
            "li",
            { class: chosen ? "chosen" : null },
            pick,
            make(
              "div",
              {},
              written("p", each.question, "", "entry-question"),
              chosen ? null : pair(each.text, each.lang, each.back, lang),
              make("p", { class: "facts" }, make("span", {}, `${Math.round(each.score * 100)} %`), make("bdi", {}, each.entry)),
              chosen ? null : fault(each, asker),
            ),
          );
        }),
      ),
    ];
  });
}

/** Who gets which text, where that is more than the draft says. @param {Group} group @param {Shown} shown */
function showTexts(group, { candidate }) {
  const own = candidate !== null && candidate.entry === group.draft?.best?.entry;
  const many = isWaiting(group) && own && group.languages.length > 1;
  refill(byId("texts"), JSON.stringify([many, group.texts, group.languages]), () =>
    many ? [make("h3", {}, "What each reads"), textList(group.texts, group.languages)] : [],
  );
}

/** @param {Group} group */
function showCited({ draft }) {
  const cited = draft?.cited ?? [];
  refill(byId("cited"), JSON.stringify(cited), () =>
    cited.length === 0
      ? []
      : [
          make("h3", {}, "The host said"),
          make(
            "ul",
            { class: "quotes" },
            ...cited.map((each) =>
              make("li", {}, make("time", {}, showTime(each.start_ms)), written("q", each.text, each.lang)),
            ),
          ),
        ],
  );
}

/** @param {Group} group */
function showPast({ past }) {
  refill(byId("past"), JSON.stringify(past), () =>
    !past?.length
      ? []
      : [
          make("h3", {}, "Answered before"),
          make(
            "ul",
            { class: "quotes" },
            ...past.map((each) =>
              make(
                "li",
                {},
                make("time", {}, new Date(each.at_ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
                make(
                  "div",
                  {},
                  written("p", each.question, each.lang, "quiet"),
                  written("p", each.text, each.lang),
                  make("p", { class: "facts" }, make("bdi", {}, each.who), make("bdi", {}, autonym(each.lang))),
                ),
              ),
            ),
          ),
        ],
  );
}

/** @type {Record<string, string>} */
const REFUSALS = {
  "no draft": "There is no draft yet: write an answer.",
  abstained: "No entry answers it: write an answer.",
  "no entry": "No entry answers it: write an answer.",
  choose: "Choose an entry first.",
  "failed checks": "The draft fails a check: edit it.",
  claimed: "Somebody else has claimed it.",
};

/** Why a group cannot be approved, in words. @param {string} code */
export const refusalWords = (code) => REFUSALS[code] ?? code;

/** @param {Group} group @param {Shown} shown @param {Steps} steps */
function showActions(group, shown, steps) {
  const { nowMs, me, canAct, canSave, editing, refusal, lang } = shown;
  const held = holder(group, nowMs);
  const mine = held === me && held !== "";
  const blocked = !canAct || (held !== "" && !mine);
  const many = group.asked > 1;
  const open = isWaiting(group);
  const parts = [open, isUndoable(group), group.state, blocked, canAct, refusal, mine, editing, many, group.escalated];
  refill(byId("actions"), JSON.stringify([...parts, group.decision?.edited, canSave, group.id, lang]), () => {
    if (editing) return [];
    const focusable = (/** @type {HTMLButtonElement} */ element, /** @type {string} */ name) => {
      element.setAttribute("data-focus", name);
      return element;
    };
    const step = (
      /** @type {string} */ text, /** @type {string} */ key, /** @type {() => void} */ action,
      /** @type {{ kind?: string, disabled?: boolean, describedby?: string }} */ options = {},
    ) => focusable(button(text, action, { disabled: blocked, ...options, ...(key ? { key } : {}) }), key || text);
    if (open) {
      const no = blocked || refusal !== null;
      return [
        refusal ? make("p", { id: "why-not", class: "quiet" }, refusalWords(refusal)) : null,
        step("Approve", "a", () => steps.approve(false), { kind: "primary", disabled: no, ...(refusal ? { describedby: "why-not" } : {}) }),
        step("Edit", "e", () => steps.edit()),
        step("Reject", "r", () => steps.reject()),
        moreButton(),
        step("For everyone", "A", () => steps.approve(true), { kind: "rare", disabled: no }),
        step(mine ? "Release" : "Claim", "c", () => steps.claim(), { kind: "rare" }),
        step("Snooze", "s", () => steps.snooze(), { kind: "rare" }),
        step(group.escalated ? "Take from the host" : "To the host", "h", () => steps.escalate(), { kind: "rare" }),
        step("Merge", "m", () => steps.merge(), { kind: "rare" }),
        step("Split", "x", () => steps.split(), { kind: "rare", disabled: blocked || !many }),
      ];
    }
    const save = canSave && group.decision?.edited ? step("Save as FAQ entry", "f", () => steps.save(), { disabled: !canAct }) : null;
    if (isUndoable(group)) return [step("Undo", "u", () => steps.undo(), { kind: "primary", disabled: !canAct }), save];
    const back = ["rejected", "filtered", "failed"].includes(group.state);
    return [
      back ? step("Put back", "b", () => steps.restore(), { kind: "primary", disabled: !canAct }) : null,
      group.state === "sent" ? step("Take back", "", () => steps.retract(), { disabled: !canAct }) : null,
      save,
    ];
  });
}


/** On a phone: the steps that are taken rarely. */
function moreButton() {
  const actions = byId("actions");
  const more = button("More …", () => {
    actions.toggleAttribute("data-more");
    more.setAttribute("aria-expanded", String(actions.hasAttribute("data-more")));
  }, { kind: "more" });
  more.setAttribute("aria-expanded", String(actions.hasAttribute("data-more")));
  more.setAttribute("data-focus", "more");
  return more;
}
