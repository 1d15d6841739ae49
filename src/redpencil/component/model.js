/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").AnswerById} AnswerById
 * @typedef {import("./types.js").AnswersFile} AnswersFile
 * @typedef {import("./types.js").ExerciseData} ExerciseData
 * @typedef {import("./types.js").Group} Group
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Student} Student
 *
 * @typedef {import("./changes.js").Change} Change
 *
 * @typedef {Record<string, Answer | undefined>} Part some items' answers; undefined stands for no answer
 * @typedef {{changes: Change[], join: string, at: number}} Step holds only what it changed
 * @typedef {{answers: AnswerById, at: string}} Attempt
 * @typedef {{answers: AnswerById, attempts: Record<string, Attempt[]>, compared: string[], hints: Record<string, number>,
 *   student: Student}} State
 * @typedef {Record<string, number>} Stamps when each thing was last changed, by its key; also what is gone
 * @typedef {"answers" | "compared" | "student" | "hints" | "adopted" | "view"} Event "view" is none of the answers themselves
 */
import { changesBetween, changesOfAnswer, inJson, partsOf, pieceOf, withMarks } from "./changes.js";

/** Typing that goes on is one step; a pause this long, in milliseconds, begins another. */
const PAUSE = 1500;
/** Milliseconds that a tab remembers what was deleted, for another one that has slept as long. */
const MEMORY = 7 * 24 * 3_600_000;

/** The answers to one exercise, with their history. Everything that shows them listens here. */
export class Model {
  /** No two tabs have the same fraction, so that no two changes have the same stamp. */
  #tab = Math.random();
  /** @type {Set<(change: Event) => void>} */
  #listeners = new Set();

  /** @param {ExerciseData} data */
  constructor(data) {
    this.data = data;
    /** @type {AnswerById} */
    this.answers = {};
    /** What was handed to each comparison, by group. @type {Record<string, Attempt[]>} */
    this.attempts = {};
    /** Groups whose attempt is fixed, because the key is open. @type {Set<string>} */
    this.compared = new Set();
    /** How many hints were taken, by item. @type {Record<string, number>} */
    this.hints = {};
    /** @type {Student} */
    this.student = { id: "", name: "" };
    /** @type {Stamps} */
    this.stamps = {};
    this.clock = 0;
    /** How many things another tab changed since the last step here. */
    this.adopted = 0;
    /** @type {Step[]} */
    this.done = [];
    /** @type {Step[]} */
    this.undone = [];
    /** @type {Map<string, Group>} */
    this.groupOf = new Map();
    for (const group of data.groups) for (const item of group.items) this.groupOf.set(item.id, group);
  }

  /**
   * @param {(change: Event) => void} listener
   * @returns {() => void} call it to listen no more
   */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {Event} change */
  tell(change) {
    for (const listener of [...this.#listeners]) listener(change);
  }

  /** @param {string} item @returns {Mark[]} */
  marks(item) {
    const answer = this.answers[item];
    return Array.isArray(answer) ? answer : [];
  }

  /** @param {string} item @returns {string} */
  text(item) {
    const answer = this.answers[item];
    return typeof answer === "string" ? answer : "";
  }

  /** Whether an item's part is fixed, because the key to it is open. @param {string} item */
  isFixed(item) {
    return this.compared.has(this.groupOf.get(item)?.id ?? "");
  }

  /**
   * Answer some items, as one step that can be undone.
   * @param {Part} part
   * @param {string} [join] steps with the same one, shortly after each other, become one
   */
  answer(part, join = "") {
    const changes = Object.entries(part)
      .filter(([item]) => this.groupOf.has(item) && !this.isFixed(item))
      .flatMap(([item, value]) => changesOfAnswer(item, this.answers[item], value));
    if (this.#add(changes, join)) this.undone = [];
  }

  /**
   * Do something as a step, or as more of the last one.
   * @param {Change[]} changes
   * @param {string} [join]
   * @returns {boolean} whether there was anything to do
   */
  #add(changes, join) {
    this.#remember(changes, join);
    if (changes.length > 0) {
      this.#put(changes);
      this.tell("answers");
    }
    return changes.length > 0;
  }

  /** Write what is about to be done into the history. @param {Change[]} changes @param {string} [join] */
  #remember(changes, join = "") {
    const at = Date.now();
    const last = this.done.at(-1);
    const [was, ...others] = last?.changes ?? [];
    const isMore = was && others.length === 0 && changes.length === 1 && changes[0]?.key === was.key;
    if (join && isMore && last?.join === join && at - last.at < PAUSE && this.undone.length === 0) {
      this.done.pop();
      /** @param {unknown} text */
      const before = (text) => (was.at === undefined ? was.before : swap(String(text ?? ""), turned(was)));
      changes = changes.map((change) => ({ ...change, before: before(change.before) }));
    }
    const kept = changes
      .map((change) => (this.#isText(change.key) ? pieceOf(change) : change))
      .filter(({ before, after }) => before !== after);
    if (kept.length > 0) this.done.push({ changes: kept, join, at });
  }

  /** @returns {boolean} whether there was something to undo */
  undo() {
    const step = this.done.pop();
    if (!step) return false;
    this.undone.push(step);
    this.#put(step.changes.map(turned));
    this.tell("answers");
    return true;
  }

  /** @returns {boolean} whether there was something to redo */
  redo() {
    const step = this.undone.pop();
    if (!step) return false;
    // Another tab may have changed something since: what stands there now is what undoing has to bring back.
    const parts = partsOf(this.state());
    const changes = step.changes
      .filter(({ key, at, before }) => at === undefined || String(parts.get(key) ?? "").startsWith(String(before), at))
      .map((change) => (change.at === undefined ? { ...change, before: parts.get(change.key) } : change));
    this.done.push({ ...step, changes, join: "" });
    this.#put(changes);
    this.tell("answers");
    return true;
  }

  /** Whether a key stands for a text that is typed. @param {string} key */
  #isText(key) {
    const [what, item = ""] = key.split(" ");
    return what === "answer" && this.groupOf.get(item)?.kind === "free-text";
  }

  /**
   * Put the changes into place; `stamps` says when they were made, if not now.
   * @param {Change[]} changes
   * @param {Stamps} [stamps]
   */
  #put(changes, stamps = {}) {
    const answers = { ...this.answers };
    /** @type {Map<string, Map<string, Mark | undefined>>} */
    const marks = new Map();
    this.clock = Math.max(Math.floor(this.clock) + 1, Date.now()) + this.#tab;
    this.adopted = 0;
    for (const change of changes) {
      const { key } = change;
      const [what, of = "", ...id] = key.split(" ");
      const value = /** @type {any} */ (change.after);
      if (what === "mark") {
        const changed = marks.get(of) ?? new Map();
        marks.set(of, changed.set(id.join(" "), value));
      } else if (what === "answer") {
        setOrDelete(answers, of, (change.at === undefined ? value : swap(this.text(of), change)) || undefined);
      } else if (what === "compared") {
        this.compared[value ? "add" : "delete"](of);
      } else if (what === "student") {
        this.student = value ?? { id: "", name: "" };
      } else if (what === "hints" || what === "attempts") {
        setOrDelete((this[what] = /** @type {any} */ ({ ...this[what] })), of, value);
      }
      this.stamps[key] = stamps[key] ?? this.clock;
    }
    for (const [item, changed] of marks) {
      const list = withMarks(this.marks(item), changed);
      setOrDelete(answers, item, list.length > 0 ? list : undefined);
    }
    this.answers = answers;
  }

  /** The answers of one group. @param {string} group @returns {AnswerById} */
  answersOf(group) {
    return Object.fromEntries(Object.entries(this.answers).filter(([item]) => this.groupOf.get(item)?.id === group));
  }

  /** Open the key to a group: its attempt is kept, and fixed, so that no step of the history reaches it. @param {string} group */
  compare(group) {
    const attempt = { answers: this.answersOf(group), at: new Date().toISOString() };
    this.#put([
      { key: `attempts ${group}`, after: [...(this.attempts[group] ?? []), attempt] },
      { key: `compared ${group}`, after: true },
    ]);
    this.#forget(group);
    this.tell("compared");
  }

  /** Take a group out of the history. @param {string} group */
  #forget(group) {
    /** @param {Change} change */
    const isElsewhere = ({ key }) => {
      const [what, of = ""] = key.split(" ");
      return (what === "compared" ? of : this.groupOf.get(of)?.id) !== group;
    };
    /** @param {Step[]} steps */
    const without = (steps) =>
      steps
        .map((step) => ({ ...step, changes: step.changes.filter(isElsewhere) }))
        .filter(({ changes }) => changes.length > 0);
    this.done = without(this.done);
    this.undone = without(this.undone);
  }

  /** Let a group be answered again. @param {string} group */
  tryAgain(group) {
    this.#put([{ key: `compared ${group}` }]);
    this.tell("compared");
  }

  /** Count one more hint to an item: no step of the history. @param {string} item */
  takeHint(item) {
    this.#put([{ key: `hints ${item}`, after: (this.hints[item] ?? 0) + 1 }]);
    this.tell("hints");
  }

  /** @param {Student} student */
  setStudent(student) {
    this.#put([{ key: "student", after: student }]);
    this.tell("student");
  }

  /** Take a whole file's answers in the place of these, as one step that can be undone. @param {AnswersFile} file */
  load(file) {
    const now = this.state();
    const student = file.student ? { id: file.student.id ?? "", name: file.student.name ?? "" } : this.student;
    // Hints that were taken stay taken, here and there: no step of the history.
    const hints = Object.entries(file.hints ?? {}).filter(([item, count]) => count > (now.hints[item] ?? 0));
    this.#put(hints.map(([item, after]) => ({ key: `hints ${item}`, after })));
    const then = { ...now, answers: file.answers, compared: [], student };
    if (this.#add(changesBetween(now, then))) this.undone = [];
    this.tell("compared");
  }

  /** Show what was changed elsewhere, as a step that can be undone. @param {Partial<State>} state */
  adopt(state) {
    const now = this.state();
    this.#take(changesBetween(now, { ...now, ...state }));
  }

  /**
   * Bring in what another tab knows: of each thing, what was changed last.
   * @param {State} state
   * @param {Stamps} stamps
   * @returns {boolean} whether there is something here that the other does not know
   */
  merge(state, stamps) {
    const [mine, theirs] = [partsOf(this.state()), partsOf(state)];
    /** @type {Change[]} */
    const changes = [];
    let isAhead = false;
    for (const key of new Set([...mine.keys(), ...theirs.keys(), ...Object.keys(stamps)])) {
      const [before, after] = [mine.get(key), theirs.get(key)];
      const [here, there] = [this.stamps[key] ?? 0, stamps[key] ?? 0];
      this.clock = Math.max(this.clock, there);
      // What has been gone for long is gone everywhere.
      if (before === undefined && after === undefined && there < Date.now() - MEMORY) continue;
      // Without a stamp, any rule will do that is the same in both tabs.
      // Of hints the most that any tab took.
      const isHint = key.startsWith("hints ");
      const more = Number(after ?? 0) - Number(before ?? 0);
      const isNewer = isHint ? more > 0 : here === there ? !here && inJson(after) > inJson(before) : there > here;
      if (isNewer && inJson(before) === inJson(after)) this.stamps[key] = there;
      else if (isNewer) changes.push({ key, before, after });
      else if (isHint ? more < 0 : here > there || (!here && inJson(after) !== inJson(before))) isAhead = true;
    }
    this.#take(changes, stamps);
    return isAhead;
  }

  /** @param {Change[]} changes @param {Stamps} [stamps] */
  #take(changes, stamps) {
    if (changes.length === 0) return;
    const isFirst = this.done.length + this.undone.length === 0 && Object.keys(this.answers).length === 0;
    const keys = changes.filter(({ key }) => key.startsWith("compared "));
    this.#put(keys, stamps);
    for (const { key, after } of keys) if (after) this.#forget(key.slice("compared ".length));
    const steps = changes.filter(({ key }) => {
      const [what = "", of = ""] = key.split(" ");
      return /^(answer|mark)$/.test(what) && !this.isFixed(of);
    });
    if (!isFirst) this.#remember(steps, steps.length === 1 && this.#isText(steps[0]?.key ?? "") ? `their ${steps[0]?.key}` : "");
    this.#put(changes, stamps);
    // Undoing brings back no more than this.
    if (!isFirst) this.adopted = steps.length;
    this.tell("adopted");
  }

  /** @returns {State} */
  state() {
    const { answers, attempts, compared, hints, student } = this;
    return { answers, attempts, compared: [...compared], hints, student };
  }

  /** What is handed in. @returns {AnswersFile} */
  file() {
    const { id, name } = this.student;
    return {
      redpencil: 1,
      exercise: this.data.exercise,
      exercise_version: this.data.version,
      ...(id || name ? { student: { id, name } } : {}),
      answers: this.answers,
      ...(Object.keys(this.hints).length > 0 ? { hints: this.hints } : {}),
      saved_at: new Date().toISOString(),
    };
  }
}

/** The change that takes another back. @param {Change} change @returns {Change} */
const turned = ({ key, at, before, after }) => ({ key, at, before: after, after: before });

/** A text with one piece in the place of another. @param {string} text @param {Change} change */
const swap = (text, { at = 0, before, after }) =>
  text.slice(0, at) + String(after) + text.slice(at + String(before).length);

/** @template T @param {Record<string, T>} record @param {string} key @param {T | undefined} value */
function setOrDelete(record, key, value) {
  if (value === undefined) delete record[key];
  else record[key] = value;
}
