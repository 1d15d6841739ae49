/** @typedef {import("./model.js").Model} Model */
import { checkAnswers } from "./answers_file.js";

/** Milliseconds from a change to its saving. */
const DELAY = 200;

/** Keeps a model's state in this browser, under its exercise and version; tells when it cannot. */
export class Store {
  /**
   * @param {Model} model
   * @param {(isKept: boolean) => void} report
   */
  constructor(model, report) {
    this.model = model;
    this.report = report;
    this.name = `redpencil:${model.data.exercise}:${model.data.version}`;
    this.isKept = true;
    this.isPlanned = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.read();
    model.listen((change) => change !== "adopted" && change !== "view" && this.plan());
    window.addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => document.hidden && this.flush());
    // Another tab with the same exercise: what it saved last is what stands.
    window.addEventListener("storage", (event) => {
      if (event.key === this.name && event.newValue !== null) this.read();
    });
  }

  read() {
    try {
      const saved = window.localStorage.getItem(this.name);
      if (saved !== null) {
        const state = JSON.parse(saved);
        if (state?.redpencil !== 1) return;
        this.model.adopt({ ...state, answers: checkAnswers(state.answers ?? {}, this.model.data) });
      }
    } catch {
      this.#tell(false);
    }
  }

  plan() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), DELAY);
    this.isPlanned = true;
  }

  flush() {
    if (!this.isPlanned) return;
    clearTimeout(this.timer);
    this.isPlanned = false;
    const { data } = this.model;
    try {
      const row = { redpencil: 1, exercise: data.exercise, exercise_version: data.version, ...this.model.state() };
      window.localStorage.setItem(this.name, JSON.stringify({ ...row, saved_at: new Date().toISOString() }));
      this.#tell(true);
    } catch {
      this.#tell(false);
    }
  }

  /** @param {boolean} isKept */
  #tell(isKept) {
    if (this.isKept === isKept) return;
    this.isKept = isKept;
    this.report(isKept);
  }
}
