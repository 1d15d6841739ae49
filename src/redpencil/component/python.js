/**
 * @typedef {import("./hand_in.js").HandIn} HandIn
 * @typedef {import("./widget.js").WidgetModel} WidgetModel
 * @typedef {import("./between.js").Row} Row
 */
import { areTwo, contentOf, differ, isKept, isOthers, kindOf, notebookName, rowIn, rowOf, together } from "./between.js";
import { inJson, partsOf } from "./changes.js";
import { h } from "./dom.js";
import { TAB } from "./marks.js";

/** Milliseconds from a change to its copy in the browser. */
const DELAY = 200;
/** Seconds without an answer until the reader is told. */
const PATIENCE = 5;
/** Seconds, where nobody says whether Python is at work, until it counts as dead; and of work until it is said what to do. */
const LONG = { unknown: 20, busy: 60 };

const AGAIN = "tart it again (Kernel menu, Restart), then run the box again.";
const TOLD = {
  busy: "Not kept by Python yet: it is busy.",
  unknown: "Not kept by Python yet: no answer so far.",
  dead: "Python does not answer.",
  back: "Python answers again. Everything is kept.",
};

/** Python on the other side of a notebook's widget: whether it keeps what is changed here, and the browser's copy for when not. */
export class Python {
  /** What was written last. @type {string | null} */
  #written = null;
  /** The time of the last change. */
  #last = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock = undefined;
  /** Seconds since the first change without an answer, and those of them in which Python was not at work. */
  #waited = 0;
  #idle = 0;
  /** Whether the browser keeps no copy. */
  #isRefused = false;
  #opened = Date.now();

  /** @param {HandIn} handIn of the widget's view */
  constructor(handIn) {
    const { session } = handIn;
    this.handIn = handIn;
    this.model = session.model;
    this.widget = /** @type {WidgetModel} */ (session.carrier);
    this.name = notebookName(session.model.data);
    this.place = placeOf(this.widget);
    const copy = this.#newest();
    /** The last change that Python answered for. @type {Row["kept"]} */
    this.kept = copy && this.isOwn(copy) ? copy.kept : null;
    this.#date(copy && this.isOwn(copy) ? copy : null);
    session.older = namesOf((name) => this.#isToBeSaved(name));
    this.told = h("span", { role: "status" });
    this.rescue = h("button", { type: "button", class: "rp-quiet", hidden: true, click: () => handIn.bar.rescue?.click() }, "Save the file");
    handIn.bar.news?.after(h("p", { class: "rp-news rp-kept" }, this.told, " ", this.rescue));
    /** @param {any} message */
    const onMessage = (message) => message?.type === "kept" && this.#hear(message);
    this.widget.on("msg:custom", onMessage);
    const stop = this.model.listen((change) => /^(answers|student|hints|compared)$/.test(change) && this.#change());
    const flush = () => this.flush();
    const onHide = () => document.hidden && this.flush();
    window.addEventListener("pagehide", flush);
    document.addEventListener("visibilitychange", onHide);
    this.end = () => {
      flush();
      stop();
      clearInterval(this.#clock);
      this.widget.off("msg:custom", onMessage);
      window.removeEventListener("pagehide", flush);
      document.removeEventListener("visibilitychange", onHide);
    };
    // Who was quicker than this: nobody heard whether that was kept.
    if (this.model.done.length > 0) this.#plan();
  }

  /** The newest copy that a notebook keeps of this exercise, in a version that fits. */
  #newest() {
    const { data } = this.model;
    const rows = namesOf((name) => {
      const kind = kindOf(name, data);
      return kind?.side === "notebook" && !kind.isSetAside;
    }).flatMap((name) => rowOf(name, data) ?? []);
    return rows.sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1))[0] ?? null;
  }

  /** Whether a name holds work on a version that does not fit, of which Python never heard. @param {string} name */
  #isToBeSaved(name) {
    const { data } = this.model;
    if (!name.startsWith(notebookName({ ...data, version: "" })) || kindOf(name, data)) return false;
    try {
      const { kept, saved_at } = JSON.parse(window.localStorage.getItem(name) ?? "");
      return kept?.of !== saved_at;
    } catch {
      return true;
    }
  }

  /** Whether a copy is this notebook's. @param {Row} row */
  isOwn(row) {
    return !areTwo(row.place, this.place) && !isOthers(row, this.model.student, this.place);
  }

  /** Whether this wrote what now stands under a name. @param {string} name */
  wrote(name) {
    return name === this.name && this.#written !== null && window.localStorage.getItem(name) === this.#written;
  }

  /**
   * When each thing here was changed, as far as a copy that Python never answered for can be held against it: of what Python
   * held at first nothing is known, since its clock may be another.
   */
  ownStamps() {
    return Object.fromEntries(Object.entries(this.model.stamps).filter(([, at]) => at > this.#opened));
  }

  /**
   * Say when what Python held at first was changed: where the copy has it too, as that knows it; else when Python kept it, by
   * this computer's clock.
   * @param {Row | null} copy
   */
  #date(copy) {
    const { model } = this;
    const adopted = Math.min(...Object.values(model.stamps));
    const savedAt = String(this.widget.get("answers")?.saved_at ?? "");
    const kept = this.kept;
    const ahead = kept && savedAt !== kept.of ? Date.parse(kept.at) - Date.parse(kept.of) : 0;
    // A change carries a fraction of a millisecond more than the time it is written with.
    const at = Math.min((Date.parse(savedAt) - ahead || 0) + 1, this.#opened);
    const [here, there] = [partsOf(model.state()), copy ? partsOf(copy.state) : new Map()];
    for (const key of new Set([...Object.keys(model.stamps), ...Object.keys(copy?.stamps ?? {})])) {
      if ((model.stamps[key] ?? adopted) !== adopted) continue;
      const known = copy?.stamps[key];
      model.stamps[key] = known && inJson(here.get(key)) === inJson(there.get(key)) ? known : at;
    }
  }

  #change() {
    this.#last = String(this.widget.get("answers")?.saved_at ?? "");
    this.#plan();
    if (this.#clock !== undefined) return;
    this.#waited = this.#idle = 0;
    this.#clock = setInterval(() => this.#wait(), 1000);
  }

  /** What Python says of a change. @param {{of: string, saved_at: string, problem?: string}} message */
  #hear({ of, saved_at, problem }) {
    this.#waited = this.#idle = 0;
    if (!problem) this.kept = { of, at: saved_at };
    if (of !== this.#last) return;
    clearInterval(this.#clock);
    this.#clock = undefined;
    if (problem) {
      this.#tell(problem);
      return;
    }
    this.#tell(["", TOLD.back].includes(this.told.textContent ?? "") ? "" : TOLD.back);
    this.#plan();
  }

  /** A second more without an answer. */
  #wait() {
    const status = this.#status();
    const isBusy = /^(busy|starting)$/.test(status);
    this.#waited += 1;
    // Between two boxes Python rests for a moment.
    this.#idle = isBusy ? 0 : this.#idle + 1;
    if (this.#waited < PATIENCE && status !== "dead") return;
    const isDead = status === "dead" || this.#idle >= (status ? PATIENCE : LONG.unknown);
    const isLong = isBusy && this.#waited >= LONG.busy;
    const here = this.#isRefused
      ? " This browser keeps nothing here: save your answers as a file now."
      : ` What you did is kept in this browser${isDead ? "" : " meanwhile"}.`;
    const advice = isDead ? ` S${AGAIN}` : isLong ? ` If it goes on, s${AGAIN}` : "";
    this.#tell(TOLD[isDead ? "dead" : isBusy ? "busy" : "unknown"] + here + advice, this.#isRefused);
  }

  /** What the page or the notebook says of Python; most others than Jupyter's own say nothing. */
  #status() {
    const bar = /** @type {HTMLElement | null} */ (document.querySelector("#red-pencil-bar"));
    if (bar?.dataset.python) return bar.dataset.python;
    try {
      return String(this.widget.widget_manager?.kernel?.status ?? "").replace("unknown", "");
    } catch {
      return "";
    }
  }

  /** @param {string} text @param {boolean} [isToBeSaved] whether a file is the only way out */
  #tell(text, isToBeSaved = false) {
    // What stands there already is not said again.
    if (this.told.textContent !== text) this.told.textContent = text;
    this.rescue.hidden = !isToBeSaved;
  }

  #plan() {
    this.#timer ??= setTimeout(() => this.flush(), DELAY);
  }

  /** Write the copy now, if there is something new in it. */
  flush() {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { kept, model, name, place } = this;
    try {
      const stored = window.localStorage.getItem(name);
      if (stored !== null && stored !== this.#written) this.#setAside(stored);
      const savedAt = String(this.widget.get("answers")?.saved_at ?? "");
      const content = contentOf(model, savedAt, { notebook: place, tab: TAB, kept: kept ?? undefined });
      window.localStorage.setItem(name, content);
      this.#written = content;
      this.#isRefused = false;
    } catch {
      this.#isRefused = true;
    }
  }

  /** Keep what would be written over, unless Python has it, or it is all here. @param {string} stored */
  #setAside(stored) {
    const { model, name } = this;
    const row = rowIn(name, stored, model.data);
    const isNeeded =
      !row || (this.isOwn(row) ? differ(together(model, this.stampsFor(row), row), model.answers, model.data) : !isKept(row));
    if (isNeeded) window.localStorage.setItem(`${name}:${row?.tab || Date.now()}`, stored);
  }

  /** What is here, held against a row. @param {Row} row */
  stampsFor(row) {
    return this.isOwn(row) && !row.kept && kindOf(row.name, this.model.data)?.side === "notebook" ? this.ownStamps() : this.model.stamps;
  }
}

/** @param {(name: string) => boolean} isWanted @returns {string[]} */
export function namesOf(isWanted) {
  try {
    return Object.keys(window.localStorage).filter(isWanted);
  } catch {
    return [];
  }
}

/** The address of a notebook, as far as it can be known. @param {WidgetModel} widget */
function placeOf(widget) {
  const { pathname } = window.location;
  try {
    const path = widget.widget_manager?.context?.path;
    return path ? `${pathname.replace(/\/(lab|notebooks|tree|doc)\b.*$/, "/")}${path}` : pathname;
  } catch {
    return pathname;
  }
}
