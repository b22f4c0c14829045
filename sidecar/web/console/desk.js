/** The queue before a moderator: what is selected, what is known about it, and the steps that can be taken. */

import { paced } from "../paced.js";
import { askEntry, askMerge, askMinutes, askNote, askReason, askSplit } from "./asks.js";
import { refusalWords, showDetail } from "./detail.js";
import { button, byId, make, refill, written } from "./dom.js";
import { Editor } from "./editor.js";
import { CONCERNS, counted, isSame, span } from "./labels.js";
import { candidates, EVERYTHING, holder, isSendable, isUndoable, isWaiting, judged, Queue, refusal } from "./queue.js";
import { Rows } from "./rows.js";
import { beep } from "./sound.js";

/** Between two drawings of the page. */
const DRAW_MS = 100;
/** Ages and countdowns. */
const TICK_MS = 500;
/** Someone who goes through the queue does not tell the server of every question on the way. */
const SETTLE_MS = 200;
/** What has just changed under a moderator's hand was not seen: a decision within this is not taken. */
const UNSEEN_MS = 300;
/** The question went while somebody wrote: what they still type is not meant as keys. */
const DEAF_MS = 1_000;
const NARROW = matchMedia("(max-width: 800px)");

/**
 * @typedef {import("./messages.js").Group} Group
 * @typedef {import("./line.js").ConsoleLine} ConsoleLine
 */

export class Desk {
  queue = new Queue();
  filter = { ...EVERYTHING };
  selected = "";
  isOpen = false;
  sound = true;
  lang = "en";
  #me = { name: "", role: "", canSave: false, leaseMs: 60_000, undoMs: 4_000, session: "" };
  #aheadMs = 0;
  #loading = false;
  /** @type {import("./messages.js").Person[]} */
  #people = [];
  /** By the question's id. @type {Map<string, string>} */
  #readings = new Map();
  /** Groups whose readings have come. @type {Set<string>} */
  #read = new Set();
  /** The entry chosen, by group. @type {Map<string, string>} */
  #chosen = new Map();
  /** Groups with a step on its way. @type {Set<string>} */
  #busy = new Set();
  /** What the moderator has finished with, at which revision: what comes of it may still be on its way here. @type {Map<string, number>} */
  #left = new Map();
  /** @type {Group[]} */
  #listed = [];
  /** Where the selected one is in the list, or was before it left. */
  #place = 0;
  #rows = new Rows((id) => this.select(id, true));
  #editor;
  #wroteAt = 0;
  #renewedAt = 0;
  #shownId = "";
  #shownJudged = "";
  #changedAt = Number.NEGATIVE_INFINITY;
  #chose = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #looking;
  #deafUntil = 0;
  #line;
  #dialog;
  #onTally;
  draw = paced(() => this.#draw(), DRAW_MS);

  /**
   * @param {ConsoleLine} line
   * @param {import("./dialog.js").Dialog} dialog
   * @param {(tally: ReturnType<Queue["counts"]>, people: string[]) => void} onTally
   */
  constructor(line, dialog, onTally) {
    this.#line = line;
    this.#dialog = dialog;
    this.#onTally = onTally;
    this.#editor = new Editor({
      lang: () => this.lang,
      candidate: (group) => this.#candidate(group),
      onSend: (text) => this.#send(text),
      onLeave: () => this.stopEditing(),
      onWrite: () => this.#writing(),
    });
    setInterval(() => this.draw(), TICK_MS);
  }

  /** Time as the server has it. */
  get nowMs() {
    return Date.now() + this.#aheadMs;
  }

  get group() {
    return this.queue.get(this.selected);
  }

  /** Keys were meant for what is not there any more. */
  get isDeaf() {
    return performance.now() < this.#deafUntil;
  }

  get mayAct() {
    return this.#me.role !== "host";
  }

  /** @param {import("./messages.js").ConsoleMessage} message */
  take(message) {
    if (message.type === "welcome") this.#welcome(message);
    if (message.type === "groups") this.#takeGroups(message);
    if (message.type === "people") this.#people = message.people;
    if (message.type === "reading") {
      for (const [id, text] of Object.entries(message.texts)) this.#readings.set(id, text);
      this.#read.add(message.group);
    }
    this.draw();
  }

  /** @param {import("./messages.js").Welcome} message */
  #welcome({ name, role, lang, can_save, lease_ms, undo_ms, now_ms, session }) {
    if (lang !== this.lang || session !== this.#me.session) this.#readings.clear();
    this.lang = lang;
    this.#me = { name, role, canSave: can_save, leaseMs: lease_ms, undoMs: undo_ms, session };
    this.#aheadMs = now_ms - Date.now();
    this.#read.clear();
    this.#loading = true;
    this.queue.begin();
    this.#look();
  }

  #settle() {
    this.#loading = false;
    this.queue.settle();
    this.draw();
  }

  /** @param {import("./messages.js").Groups} message */
  #takeGroups(message) {
    const urgent = new Set([...this.queue.all()].filter((group) => group.concern).map(({ id }) => id));
    const wasLoading = this.#loading;
    this.queue.take(message);
    if (wasLoading && !message.more) this.#settle();
    if (wasLoading) return;
    const fresh = message.groups.filter((group) => group.concern && isWaiting(group) && !urgent.has(group.id));
    if (fresh.length) this.#alarm(fresh);
    const own = message.groups.find(({ id }) => id === this.selected);
    if (own && own.questions.some((each) => !isSame(each.lang, this.lang) && !this.#readings.has(each.id))) this.#look();
  }

  /** @param {Group[]} fresh */
  #alarm(fresh) {
    if (this.sound) beep();
    const [first] = fresh;
    const concern = first?.concern ? (CONCERNS[first.concern] ?? first.concern) : "";
    const text = first?.questions[0];
    byId("urgent").replaceChildren(
      `${fresh.length > 1 ? `${fresh.length} urgent questions` : `Urgent: ${concern}`}: `,
      text ? written("span", text.text, text.lang) : "",
    );
  }

  /** @param {string} id @param {boolean} [chose] somebody wanted this very one */
  select(id, chose = false) {
    if (id === this.selected) {
      if (!chose) return;
      this.#changedAt = Number.NEGATIVE_INFINITY;
      this.#enter();
      return;
    }
    if (this.#editor.group) this.stopEditing();
    this.selected = id;
    this.#chose = chose;
    this.#look();
    this.#draw();
    if (chose) this.#enter();
    if (chose && this.#editor.hasText(id)) this.edit();
  }

  /** On a phone the question takes the place of the queue. */
  #enter() {
    document.body.toggleAttribute("data-reading", this.selected !== "");
    if (NARROW.matches) byId("detail-title").focus();
  }

  /** Go from the list to the question. */
  read() {
    document.body.toggleAttribute("data-reading", this.selected !== "");
    byId("detail-title").focus();
  }

  leave() {
    document.body.removeAttribute("data-reading");
    byId("rows").focus();
  }

  /** @param {number} by */
  move(by) {
    const at = this.#listed.findIndex(({ id }) => id === this.selected);
    const from = at < 0 && by > 0 ? this.#place - 1 : at < 0 ? this.#place : at;
    const next = this.#listed[Math.max(0, Math.min(this.#listed.length - 1, from + by))];
    if (next) this.select(next.id, true);
  }

  /** Others see what one looks at, and the questions are read in one's own language. */
  #look() {
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => {
      const group = this.group;
      this.#line.send({ type: "look", ...(group ? { group: group.id } : {}) });
      if (group?.questions.some((each) => !isSame(each.lang, this.lang) && !this.#readings.has(each.id))) {
        this.#line.send({ type: "read", group: group.id });
      } else if (group) this.#read.add(group.id);
    }, SETTLE_MS);
  }

  /** What would be sent: what was chosen, or else what the draft is sure of. @param {Group} group */
  #candidate(group) {
    const chosen = this.#chosen.get(group.id);
    const found = chosen ? candidates(group).find(({ entry }) => entry === chosen) : undefined;
    return found ?? (group.draft?.decision === "answer" ? (group.draft.best ?? null) : null);
  }

  /** Why it cannot be approved as it is, as a code. @param {Group} group */
  #refusal(group) {
    const held = holder(group, this.nowMs);
    if (held && held !== this.#me.name) return "claimed";
    const candidate = this.#candidate(group);
    if (candidate) return isSendable(candidate) ? null : "failed checks";
    return group.draft?.decision === "choose" ? "choose" : refusal(group);
  }

  #draw() {
    const nowMs = this.nowMs;
    const count = this.queue.counts(nowMs);
    this.#listed = this.queue.list(this.filter, nowMs, this.selected);
    const at = this.#listed.findIndex(({ id }) => id === this.selected);
    if (at >= 0) this.#place = at;
    if (!this.queue.get(this.selected) && !this.#loading) {
      if (byId("editor").contains(document.activeElement)) {
        byId("rows").focus();
        this.#deafUntil = performance.now() + DEAF_MS;
      }
      if (this.#editor.group) this.#editor.close();
      const next = NARROW.matches ? undefined : this.#listed[0];
      this.selected = next?.id ?? "";
      this.#chose = this.#shownId === "";
      document.body.removeAttribute("data-reading");
      if (next) this.#look();
    }
    const reading = (/** @type {string} */ id) => this.#readings.get(id);
    const lookers = (/** @type {string} */ id) => this.#lookers(id);
    this.#rows.show(this.#listed, { nowMs, selected: this.selected, lang: this.lang, reading, lookers });
    const empty = this.#listed.length > 0 ? "" : this.#loading ? "Loading …" : this.queue.size ? "Nothing here." : "No questions yet.";
    byId("empty").textContent = empty;
    byId("empty").hidden = empty === "";
    this.#drawDetail(nowMs, reading);
    this.#drawUndo(nowMs);
    this.#onTally(count, this.#people.filter(({ name }) => name !== this.#me.name).map(({ name, role }) => (role === "host" ? `${name} (host)` : name)));
    this.#renew();
  }

  /** @param {number} nowMs @param {(id: string) => string | undefined} reading */
  #drawDetail(nowMs, reading) {
    const group = this.group;
    byId("detail").hidden = !group;
    if (!group) return;
    this.#mind(group);
    const canAct = this.isOpen && this.mayAct && !this.#busy.has(group.id);
    const editing = this.#editor.group === group.id;
    showDetail(
      group,
      {
        nowMs,
        me: this.#me.name,
        lang: this.lang,
        canAct,
        canSave: this.#me.canSave,
        editing,
        hasText: this.#editor.hasText(group.id),
        candidate: this.#candidate(group),
        refusal: this.#refusal(group),
        lookers: this.#lookers(group.id),
        reading,
        readingAsked: this.#read.has(group.id),
      },
      this,
    );
    const held = holder(group, nowMs);
    if (editing) this.#editor.update(canAct && isWaiting(group) && (!held || held === this.#me.name), group);
  }

  /** Remember when what is judged by has changed without the moderator having wanted it. @param {Group} group */
  #mind(group) {
    const now = judged(group);
    if (this.#shownId === group.id && this.#shownJudged === now) return;
    this.#changedAt = this.#chose ? Number.NEGATIVE_INFINITY : performance.now();
    this.#shownId = group.id;
    this.#shownJudged = now;
    this.#chose = false;
  }

  /** @param {string} id */
  #lookers(id) {
    const names = this.#people.filter(({ name, group }) => group === id && name !== this.#me.name).map(({ name }) => name);
    return [...new Set(names)];
  }

  /** What can still be undone. @param {number} nowMs */
  #drawUndo(nowMs) {
    const mine = [...this.queue.all()].filter((group) => isUndoable(group) && group.decision?.who === this.#me.name);
    mine.sort((a, b) => (b.decision?.send_at_ms ?? 0) - (a.decision?.send_at_ms ?? 0));
    const shown = mine.slice(0, 3);
    refill(byId("undo"), JSON.stringify(shown.map(({ id, revision }) => [id, revision])), () =>
      shown.map((group, index) => {
        const first = group.questions[0];
        const stop = button("Undo", () => this.undo(group), index === 0 ? { key: "u" } : {});
        return make(
          "div",
          { class: "undo", "data-group": group.id },
          make("span", { class: "undo-text" }, "Goes out: ", first ? written("span", first.text, first.lang) : ""),
          make("progress", { "aria-label": "Time left to undo" }),
          make("span", { class: "left" }),
          stop,
        );
      }),
    );
    shown.forEach((group, index) => {
      const bar = byId("undo").children[index];
      const left = Math.max(0, (group.decision?.send_at_ms ?? 0) - nowMs);
      const progress = bar?.querySelector("progress");
      if (progress) {
        progress.max = this.#me.undoMs;
        progress.value = left;
      }
      const text = bar?.querySelector(".left");
      if (text) text.textContent = span(left);
    });
  }

  /** @param {string} text @param {boolean} [failed] */
  say(text, failed = false) {
    byId("notice").textContent = text;
    byId("notice").toggleAttribute("data-failed", failed);
  }

  /**
   * Take a step with the group as it is on the screen.
   *
   * @param {Group | null} group
   * @param {string} step
   * @param {Record<string, unknown>} more
   * @param {string} done what is said then
   * @param {{ leaves?: boolean }} [options] the moderator has finished with it
   */
  async #act(group, step, more, done, { leaves = false } = {}) {
    if (!group || !this.mayAct || this.#busy.has(group.id)) return false;
    this.#busy.add(group.id);
    const next = this.#nextTo(group);
    this.draw();
    const { id, revision } = group;
    const failure = await this.#line.request({ type: "act", step, group: id, revision, ...more });
    this.#busy.delete(id);
    if (failure) this.say(`Not done: ${failure.message}.`, true);
    else if (done) this.say(done);
    if (!failure && leaves) this.#left.set(id, revision);
    if (!failure && leaves && this.selected === id) this.#goOn(next);
    this.draw();
    return failure === null;
  }

  /** What a moderator goes on with after `group`: the next one that nobody else has claimed. @param {Group} group */
  #nextTo(group) {
    const at = this.#listed.findIndex(({ id }) => id === group.id);
    const others = [...this.#listed.slice(at + 1), ...this.#listed.slice(0, Math.max(0, at)).reverse()].filter(
      ({ id, revision }) => this.#left.get(id) !== revision,
    );
    const isFree = (/** @type {Group} */ each) => ["", this.#me.name].includes(holder(each, this.nowMs));
    return others.find((each) => isWaiting(each) && isFree(each)) ?? others[0];
  }

  /** @param {Group | undefined} next */
  #goOn(next) {
    if (this.#editor.group) this.#editor.close();
    if (NARROW.matches) {
      this.selected = "";
      this.leave();
    } else if (next) {
      if (document.activeElement === document.body || byId("detail").contains(document.activeElement)) byId("rows").focus();
      this.select(next.id);
    }
  }

  /** Whether the moderator can have seen what they decide on. */
  #hasSeen() {
    if (this.group) this.#mind(this.group); // what has come and is not drawn yet was not seen either
    if (performance.now() - this.#changedAt >= UNSEEN_MS) return true;
    this.say("It has just changed: look again.", true);
    return false;
  }

  /** @param {boolean} everyone */
  approve(everyone) {
    const group = this.group;
    if (!group || !isWaiting(group) || !this.#hasSeen()) return;
    const refused = this.#refusal(group);
    if (refused) {
      this.say(`Not approved. ${refusalWords(refused)}`, true);
      return;
    }
    const chosen = this.#chosen.get(group.id);
    const more = { public: everyone, ...(chosen ? { entry: chosen } : {}) };
    void this.#act(group, "approve", more, everyone ? "Approved for everyone." : "Approved.", { leaves: true });
  }

  /** @param {string} entry */
  choose(entry) {
    const group = this.group;
    if (!group || !isWaiting(group)) return;
    this.#chosen.set(group.id, entry);
    this.draw();
  }

  /** @param {number} number from 1 */
  chooseNumber(number) {
    const found = this.group && this.#hasSeen() ? candidates(this.group)[number - 1] : undefined;
    if (found) this.choose(found.entry);
  }

  edit() {
    const group = this.group;
    if (!group || !this.mayAct || this.#editor.group === group.id) return;
    const held = holder(group, this.nowMs);
    if (!isWaiting(group) && !this.#editor.hasText(group.id)) return;
    if (held && held !== this.#me.name && !this.#editor.hasText(group.id)) {
      this.say(`Not now: ${held} has claimed it.`, true);
      return;
    }
    this.#editor.open(group);
    this.#writing();
    if (isWaiting(group) && !held) void this.#claimQuietly(group);
    this.draw();
  }

  stopEditing() {
    const group = this.queue.get(this.#editor.group);
    if (byId("editor").contains(document.activeElement)) byId("rows").focus();
    this.#editor.close();
    if (group && isWaiting(group) && holder(group, this.nowMs) === this.#me.name) void this.#act(group, "release", {}, "");
    this.draw();
  }

  #writing() {
    this.#wroteAt = Date.now();
  }

  /** @param {Group} group */
  async #claimQuietly(group) {
    this.#renewedAt = Date.now();
    const { id, revision } = group;
    const failure = await this.#line.request({ type: "act", step: "claim", group: id, revision });
    if (failure) this.say(`Not claimed: ${failure.message}.`, true);
  }

  /** While somebody writes, the claim holds. */
  #renew() {
    const group = this.queue.get(this.#editor.group);
    const now = Date.now();
    const { leaseMs } = this.#me;
    if (!group || !this.isOpen || !isWaiting(group) || now - this.#renewedAt < leaseMs / 2) return;
    if (now - this.#wroteAt < leaseMs) void this.#claimQuietly(group);
  }

  /** @param {import("./editor.js").Text} written */
  #send({ lang, text, public: everyone, correct }) {
    const group = this.group;
    if (!group || group.id !== this.#editor.group) return;
    this.say("Sending …");
    void this.#act(group, "edit", { lang, text, public: everyone, correct }, "Sent with your words.", { leaves: true }).then((done) => {
      if (done) this.#editor.park(group.id);
    });
  }

  reject() {
    const group = this.#open();
    if (!group) return;
    askReason(this.#dialog, ({ reason, note }) => void this.#act(this.#same(group), "reject", { reason, note }, "Rejected.", { leaves: true }));
  }

  /** @param {Group} [group] the selected one, or else the moderator's latest decision */
  undo(group) {
    const own = this.group && isUndoable(this.group) ? this.group : null;
    const mine = this.queue.get(byId("undo").querySelector(".undo")?.getAttribute("data-group") ?? "");
    const isMine = own?.decision?.who === this.#me.name || !mine;
    const wanted = group ? this.queue.get(group.id) : own && isMine ? own : mine;
    if (!wanted || !isUndoable(wanted)) {
      this.say("There is nothing to undo.");
      return;
    }
    void this.#act(wanted, "undo", {}, "Undone: nothing has gone out.").then((done) => {
      if (done) this.select(wanted.id, true);
    });
  }

  claim() {
    const group = this.#open();
    if (!group) return;
    const mine = holder(group, this.nowMs) === this.#me.name;
    void this.#act(group, mine ? "release" : "claim", {}, mine ? "Released." : "Claimed.");
  }

  snooze() {
    const group = this.#open();
    if (!group) return;
    askMinutes(this.#dialog, (minutes) => void this.#act(this.#same(group), "snooze", { minutes }, `Snoozed for ${minutes} minutes.`, { leaves: true }));
  }

  escalate() {
    const group = this.#open();
    if (!group) return;
    if (group.escalated) {
      void this.#act(group, "escalate", { on: false }, "Taken from the host.");
      return;
    }
    askNote(this.#dialog, "Put it before the host", "A note for the host, if you like", "To the host", (note) =>
      void this.#act(this.#same(group), "escalate", { on: true, note }, "The host sees it now."));
  }

  merge() {
    const group = this.#open();
    if (!group) return;
    const known = { nowMs: this.nowMs, reading: (/** @type {string} */ id) => this.#readings.get(id) };
    askMerge(this.#dialog, group, this.queue.all(), known, (to) => {
      void this.#act(this.#same(group), "merge", { to }, "Merged.").then((done) => {
        if (done) this.select(to);
      });
    });
  }

  split() {
    const group = this.#open();
    if (!group || group.asked < 2) return;
    askSplit(this.#dialog, group, (id) => this.#readings.get(id), (questions) =>
      void this.#act(this.#same(group), "split", { questions }, `Split: ${counted(questions.length, "question")} left.`));
  }

  restore() {
    const group = this.group;
    if (group && ["rejected", "filtered", "failed"].includes(group.state) && this.#hasSeen()) void this.#act(group, "restore", {}, "Put back.");
  }

  retract() {
    const group = this.group;
    if (group?.state !== "sent") return;
    askNote(this.#dialog, "Take the answer back", "Why, for the log", "Take back", (note) =>
      void this.#act(this.#same(group), "retract", { note }, "Taken back."));
  }

  save() {
    const group = this.group;
    const texts = group?.decision?.texts;
    if (!group || !texts || !group.decision?.edited || !this.#me.canSave) return;
    const first = group.questions[0];
    const question = (first && this.#readings.get(first.id)) || first?.text || "";
    askEntry(this.#dialog, { question, texts, lang: this.lang }, (entry) => void this.#save(entry));
  }

  /** @param {{ question: string, answer: string, lang: string }} entry */
  async #save(entry) {
    const failure = await this.#line.request({ type: "save", ...entry });
    this.say(failure ? `Not saved: ${failure.message}.` : "Saved as an entry of the FAQ.", failure !== null);
  }

  /** The selected group, if one can still decide on it. */
  #open() {
    const group = this.group;
    return group && isWaiting(group) && this.mayAct && this.isOpen ? group : null;
  }

  /** What a dialog was opened for, as it was seen then. @param {Group} group */
  #same(group) {
    const now = this.queue.get(group.id);
    return now && judged(now) === judged(group) ? now : group;
  }
}
