/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./model.js").State} State
 */
import { checkAnswers, checkHints, isRecord } from "./answers_file.js";

/** Milliseconds from a change to its saving. */
const DELAY = 200;

/** Keeps a model's state in this browser, under its exercise and version, together with the other tabs that do. */
export class Store {
  /** Where the work on an earlier version was found that is taken up here. */
  #takenFrom = "";
  #isPlanned = false;
  /** What was last read or written here. @type {string | null} */
  #known = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  /**
   * @param {Model} model
   * @param {(trouble: "" | "full" | "forbidden") => void} report is told when keeping fails, and when it works again
   */
  constructor(model, report) {
    this.model = model;
    this.report = report;
    const { exercise, version } = model.data;
    this.prefix = `redpencil:${exercise}:`;
    this.name = this.prefix + version;
    /** @type {"" | "full" | "forbidden"} */
    this.trouble = "";
    this.read();
    model.listen((change) => change !== "adopted" && change !== "view" && this.plan());
    window.addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.flush() : this.read()));
    window.addEventListener("storage", (event) => {
      if (event.key === this.name) this.#merge(event.newValue);
    });
  }

  /** Bring in what is kept now: of this version, or else of one whose answers still fit. */
  read() {
    try {
      this.#merge(window.localStorage.getItem(this.name) ?? this.#takeUp());
    } catch {
      this.#tell("forbidden");
    }
  }

  /** The newest work on an earlier version whose answers still fit, or null. From now on it is work on this version. */
  #takeUp() {
    const { data } = this.model;
    const found = (data.fits ?? []).flatMap((version) => {
      const name = this.prefix + version;
      const content = window.localStorage.getItem(name);
      try {
        return content ? [{ name, content, at: String(readRow(content, data) && JSON.parse(content).saved_at) }] : [];
      } catch {
        return [];
      }
    });
    const newest = found.sort((a, b) => (a.at < b.at ? 1 : -1))[0];
    if (!newest) return null;
    this.#takenFrom = newest.name;
    this.plan();
    return newest.content;
  }

  /** @param {string | null} content */
  #merge(content) {
    if (content === null || content === this.#known) return;
    this.#known = content;
    let row;
    try {
      row = readRow(content, this.model.data);
    } catch {
      // Not to be read, and not to be written over: it is offered like the work on an older version.
      window.localStorage.removeItem(this.name);
      window.localStorage.setItem(`${this.name}:${Date.now()}`, content);
      return;
    }
    // Two tabs that write at once do not see each other's: what was lost is written again.
    if (this.model.merge(row.state, row.stamps)) this.plan();
  }

  plan() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), DELAY);
    this.#isPlanned = true;
  }

  flush() {
    if (!this.#isPlanned) return;
    this.read();
    clearTimeout(this.#timer);
    this.#isPlanned = false;
    const { data, stamps } = this.model;
    try {
      const row = { redpencil: 1, exercise: data.exercise, exercise_version: data.version, ...this.model.state(), stamps };
      const content = JSON.stringify({ ...row, saved_at: new Date().toISOString() });
      window.localStorage.setItem(this.name, content);
      this.#known = content;
      if (this.#takenFrom) window.localStorage.removeItem(this.#takenFrom);
      this.#takenFrom = "";
      this.#tell("");
    } catch (error) {
      this.#tell(error instanceof DOMException && error.name === "QuotaExceededError" ? "full" : "forbidden");
    }
  }

  /** The names under which this browser keeps other work on the exercise: on other versions, and in the notebook. @returns {string[]} */
  older() {
    try {
      return Object.keys(window.localStorage).filter(
        (name) => name.replace(/^redpencil-notebook:/, "redpencil:").startsWith(this.prefix) && name !== this.name && name !== this.#takenFrom,
      );
    } catch {
      return [];
    }
  }

  /** @param {"" | "full" | "forbidden"} trouble */
  #tell(trouble) {
    if (this.trouble === trouble) return;
    this.trouble = trouble;
    this.report(trouble);
  }
}

/**
 * What was kept, held against the exercise. Throws if it cannot be shown as it is.
 * @param {string} content
 * @param {import("./types.js").ExerciseData} data
 */
export function readRow(content, data) {
  const row = JSON.parse(content);
  if (row?.redpencil !== 1) throw new Error("another format");
  /** @param {unknown} value @returns {Record<string, any>} */
  const record = (value) => (isRecord(value) ? value : {});
  const { id = "", name = "" } = record(row.student);
  /** @type {State} */
  const state = {
    answers: checkAnswers(record(row.answers), data),
    attempts: Object.fromEntries(Object.entries(record(row.attempts)).filter(([, list]) => Array.isArray(list))),
    compared: Array.isArray(row.compared) ? row.compared : [],
    hints: checkHints(row.hints, data),
    student: { id: String(id), name: String(name) },
  };
  return { state, stamps: record(row.stamps) };
}
