/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").AnswerById} AnswerById
 * @typedef {import("./types.js").AnswersFile} AnswersFile
 * @typedef {import("./types.js").ExerciseData} ExerciseData
 * @typedef {import("./types.js").Group} Group
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Student} Student
 *
 * @typedef {Record<string, Answer | undefined>} Part some items' answers; undefined stands for no answer
 * @typedef {{before: Part, after: Part, join: string, at: number}} Step
 * @typedef {{answers: AnswerById, at: string}} Attempt
 * @typedef {{answers: AnswerById, attempts: Record<string, Attempt[]>, compared: string[], student: Student}} State
 * @typedef {"answers" | "compared" | "student" | "adopted" | "view"} Change "view" is none of the answers themselves
 */

/** Typing that goes on is one step; a pause this long, in milliseconds, begins another. */
const PAUSE = 1500;
const STEPS_AT_MOST = 500;

/** The answers to one exercise, with their history. Everything that shows them listens here. */
export class Model {
  /** @param {ExerciseData} data */
  constructor(data) {
    this.data = data;
    /** @type {AnswerById} */
    this.answers = {};
    /** What was handed to each comparison, by group. @type {Record<string, Attempt[]>} */
    this.attempts = {};
    /** Groups whose attempt is fixed, because the key is open. @type {Set<string>} */
    this.compared = new Set();
    /** @type {Student} */
    this.student = { id: "", name: "" };
    /** @type {Step[]} */
    this.done = [];
    /** @type {Step[]} */
    this.undone = [];
    /** @type {Set<(change: Change) => void>} */
    this.listeners = new Set();
    /** @type {Map<string, Group>} */
    this.groupOf = new Map();
    for (const group of data.groups) for (const item of group.items) this.groupOf.set(item.id, group);
  }

  /**
   * @param {(change: Change) => void} listener
   * @returns {() => void} call it to listen no more
   */
  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @param {Change} change */
  tell(change) {
    for (const listener of [...this.listeners]) listener(change);
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
    /** @type {Part} */
    const after = {};
    /** @type {Part} */
    const before = {};
    for (const [item, value] of Object.entries(part)) {
      if (this.isFixed(item) || !this.groupOf.has(item)) continue;
      const answer = value === undefined || value.length === 0 ? undefined : value;
      if (JSON.stringify(answer) === JSON.stringify(this.answers[item])) continue;
      after[item] = answer;
      before[item] = this.answers[item];
    }
    if (Object.keys(after).length === 0) return;
    const last = this.done.at(-1);
    const at = Date.now();
    if (join && last?.join === join && at - last.at < PAUSE && this.undone.length === 0) {
      Object.assign(last.after, after);
      last.at = at;
    } else {
      this.done.push({ before, after, join, at });
      if (this.done.length > STEPS_AT_MOST) this.done.shift();
    }
    this.undone = [];
    this.#put(after);
  }

  /** @returns {boolean} whether there was something to undo */
  undo() {
    const step = this.done.pop();
    if (!step) return false;
    this.undone.push(step);
    this.#put(step.before);
    return true;
  }

  /** @returns {boolean} whether there was something to redo */
  redo() {
    const step = this.undone.pop();
    if (!step) return false;
    this.done.push({ ...step, join: "" });
    this.#put(step.after);
    return true;
  }

  /** @param {Part} part */
  #put(part) {
    const answers = { ...this.answers };
    for (const [item, value] of Object.entries(part)) {
      if (value === undefined) delete answers[item];
      else answers[item] = value;
    }
    this.answers = answers;
    this.tell("answers");
  }

  /** The answers of one group. @param {string} group @returns {AnswerById} */
  answersOf(group) {
    return Object.fromEntries(Object.entries(this.answers).filter(([item]) => this.groupOf.get(item)?.id === group));
  }

  /** Open the key to a group: its attempt is kept, and fixed, so that no step of the history reaches it. @param {string} group */
  compare(group) {
    this.attempts = {
      ...this.attempts,
      [group]: [...(this.attempts[group] ?? []), { answers: this.answersOf(group), at: new Date().toISOString() }],
    };
    this.compared.add(group);
    /** @param {Part} part */
    const others = (part) =>
      Object.fromEntries(Object.entries(part).filter(([item]) => this.groupOf.get(item)?.id !== group));
    /** @param {Step[]} steps */
    const without = (steps) =>
      steps
        .map((step) => ({ ...step, before: others(step.before), after: others(step.after) }))
        .filter((step) => Object.keys(step.after).length > 0);
    this.done = without(this.done);
    this.undone = without(this.undone);
    this.tell("compared");
  }

  /** Let a group be answered again. @param {string} group */
  tryAgain(group) {
    this.compared.delete(group);
    this.tell("compared");
  }

  /** @param {Student} student */
  setStudent(student) {
    this.student = student;
    this.tell("student");
  }

  /** Take a whole file's answers in the place of these, as one step that can be undone. @param {AnswersFile} file */
  load(file) {
    this.compared.clear();
    const items = [...this.groupOf.keys()];
    this.answer(Object.fromEntries(items.map((item) => [item, file.answers[item]])));
    if (file.student) this.student = { id: file.student.id ?? "", name: file.student.name ?? "" };
    this.tell("compared");
  }

  /** Show what was saved elsewhere: no step of this history. @param {Partial<State>} state */
  adopt(state) {
    this.answers = state.answers ?? {};
    this.attempts = state.attempts ?? this.attempts;
    if (state.compared) this.compared = new Set(state.compared);
    this.student = state.student ?? this.student;
    this.done = [];
    this.undone = [];
    this.tell("adopted");
  }

  /** @returns {State} */
  state() {
    return { answers: this.answers, attempts: this.attempts, compared: [...this.compared], student: this.student };
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
      saved_at: new Date().toISOString(),
    };
  }
}
