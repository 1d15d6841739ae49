/**
 * @typedef {import("./hand_in.js").HandIn} HandIn
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./between.js").Row} Row
 */
import { areTwo, contentOf, differ, isKept, isLeft, isOthers, kindOf, leave, notebookName, pageName, rowOf, sumOf, together } from "./between.js";
import { copyOfControls, counted } from "./dom.js";
import { namesOf, Python } from "./python.js";

/** Milliseconds from a change elsewhere to looking at it. */
const DELAY = 500;

/** @type {WeakMap<Session, Other>} */
const known = new WeakMap();

/** Offer what was done on the exercise in the other place, above the first part that is shown of it. @param {HandIn} handIn */
export function offerOther(handIn) {
  const { session } = handIn;
  const other = known.get(session);
  if (other) other.refresh(handIn);
  else known.set(session, new Other(handIn));
}

/** The work in the other place, as it is offered in this one. */
class Other {
  /** @type {{whole: HTMLElement, parts: Record<string, any>} | null} */
  #notice = null;
  /** What it offers. @type {Row | null} */
  #row = null;
  /**
   * Whether the notice says what was decided. It stays then: the text would move under the reader's hand, and who pressed the
   * wrong button has another.
   */
  #isDecided = false;
  /** Names that are not offered before the next visit. @type {Set<string>} */
  #quiet = new Set();
  /** What was left on this visit, whatever name its reader gives afterwards. @type {Set<number>} */
  #left = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  /** @param {HandIn} handIn */
  constructor(handIn) {
    this.handIn = handIn;
    this.session = handIn.session;
    this.model = handIn.session.model;
    this.python = handIn.session.carrier ? new Python(handIn) : null;
    /** @param {StorageEvent} event */
    const onStorage = ({ key }) => (key === null || kindOf(key, this.model.data)) && this.#plan();
    const onShow = () => document.hidden || this.#plan();
    window.addEventListener("storage", onStorage);
    document.addEventListener("visibilitychange", onShow);
    const stop = this.model.listen(() => {
      if (this.session.elements.size > 0) return;
      stop();
      clearTimeout(this.#timer);
      window.removeEventListener("storage", onStorage);
      document.removeEventListener("visibilitychange", onShow);
      this.python?.end();
      this.#notice?.whole.remove();
      known.delete(this.session);
    });
    this.look();
  }

  /** @param {HandIn} handIn of any element that shows the exercise */
  refresh(handIn) {
    if (!this.session.elements.has(this.handIn.exercise)) this.handIn = handIn;
    if (this.#notice) this.#plan();
  }

  #plan() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.look(), DELAY);
  }

  /** Who would decide, and where. */
  get #who() {
    const { id, name } = this.model.student;
    return `${this.python ? "notebook" : "page"} ${(id || name).trim().toLowerCase()}`;
  }

  get #place() {
    return this.python?.place ?? "";
  }

  /** Whether what a name holds is something to decide on. @param {string} name @returns {Row[]} */
  #toOffer(name) {
    const { model, python } = this;
    const { data } = model;
    const kind = kindOf(name, data);
    if (!kind || this.#quiet.has(name)) return [];
    const isHere = (kind.side === "notebook") === (python !== null);
    // What is set aside is offered where it was; what this place itself writes, nowhere.
    if (isHere ? !kind.isSetAside && (!python || python.wrote(name)) : kind.isSetAside) return [];
    const row = rowOf(name, data);
    if (!row || Object.keys(row.state.answers).length === 0 || isLeft(row, this.#who, data)) return [];
    if (this.#left.has(sumOf(row))) {
      leave(row, this.#who, data);
      return [];
    }
    const isOther = isOthers(row, model.student, this.#place);
    // Another notebook's copy, if its Python has it, is that notebook's own affair.
    if (isHere && !kind.isSetAside && isKept(row) && !python?.isOwn(row)) return [];
    return differ(isOther ? row.state.answers : this.#both(row), model.answers, data) ? [row] : [];
  }

  /** Where nothing is, all of it: whoever undid what was taken may want it again. @param {Row} row */
  #both(row) {
    return this.#isEmpty ? row.state.answers : together(this.model, this.python?.stampsFor(row) ?? this.model.stamps, row);
  }

  get #isEmpty() {
    return Object.keys(this.model.answers).length === 0;
  }

  /** See what there is to offer: of several the newest first. */
  look() {
    clearTimeout(this.#timer);
    const rows = namesOf((name) => kindOf(name, this.model.data) !== null).flatMap((name) => this.#toOffer(name));
    const [row] = rows.sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
    if (row) this.#show(row);
    else if (!this.#isDecided) this.#close();
  }

  /** @param {Row} row */
  #show(row) {
    this.#row = row;
    const isNew = !this.#notice || this.#isDecided;
    this.#isDecided = false;
    const { whole, parts } = (this.#notice ??= copyOfControls(this.handIn.exercise, "other"));
    const { leave: no, said, take, then, told } = parts;
    const [what, effect] = this.#textOf(row);
    if (told.textContent !== what) told.textContent = what;
    then.textContent = effect;
    if (!isNew) return;
    take.textContent = "Take them";
    take.hidden = no.hidden = false;
    take.onclick = () => this.#take();
    no.onclick = () => this.#leave();
    // Another view of one widget has said it.
    const all = [...document.querySelectorAll(`[exercise="${CSS.escape(this.model.data.exercise)}"] .rp-other`)];
    const isSaid = all.some((other) => other !== whole);
    if (!whole.isConnected) this.handIn.root.parentElement?.prepend(whole);
    // Heard once, whatever changes in it later: a status speaks only of what comes after it.
    if (!isSaid) setTimeout(() => (said.textContent = `Above the exercise: ${what}`), 100);
  }

  #close() {
    this.#notice?.whole.remove();
    this.#notice = null;
  }

  /** What is offered, and what taking it does. @param {Row} row @returns {[string, string]} */
  #textOf(row) {
    const { model, python } = this;
    const { side, isSetAside } = /** @type {NonNullable<ReturnType<typeof kindOf>>} */ (kindOf(row.name, model.data));
    const isOther = isOthers(row, model.student, this.#place);
    const { id, name } = row.state.student;
    const what = `saved ${inWords(row.savedAt)} (${[name, id].filter(Boolean).join(", ") || "no name given"}): ${this.#counts(row)}.`;
    const from = python && areTwo(row.place, this.#place) ? ` They are from ${row.place}.` : "";
    const isHere = (side === "notebook") === (python !== null);
    const whose = isOther ? "there are answers of somebody else" : "you have answers";
    const told = !isHere
      ? `${side === "page" ? "On the page" : "In the notebook"} ${whose}, ${what}`
      : isOther || isSetAside || isKept(row)
        ? `This browser has answers that are not here, ${what}`
        : `Your last changes did not reach Python. They are kept in this browser, ${what}`;
    const then = this.#isEmpty
      ? ""
      : isOther
        ? "If you take them, they come in the place of what is here, and that is kept in this browser."
        : "If you take them, both come together: of each thing, what was changed last. “Undo” takes it back.";
    return [told + from, then];
  }

  /** How much it is. @param {Row} row */
  #counts({ state: { answers } }) {
    const { groupOf } = this.model;
    const kinds = { choice: 0, marks: 0, "free-text": 0 };
    for (const [item, answer] of Object.entries(answers)) kinds[groupOf.get(item)?.kind ?? "choice"] += Array.isArray(answer) ? answer.length : 1;
    const counts = [counted(kinds.choice, "choice"), counted(kinds.marks, "mark"), counted(kinds["free-text"], "text")];
    return counts.filter((count) => !count.startsWith("0 ")).join(", ");
  }

  #take() {
    const { model, python, session } = this;
    const row = this.#row;
    if (!row) return;
    const isOther = isOthers(row, model.student, this.#place);
    const isEmpty = this.#isEmpty;
    const { id, name } = model.student;
    if (isOther && !isEmpty) this.#keep();
    leave(row, this.#who, model.data, false);
    this.#left.delete(sumOf(row));
    const theirs = row.state.student;
    const student = isOther ? theirs : { id: id || theirs.id, name: name || theirs.name };
    const { exercise, version } = model.data;
    model.load({
      redpencil: 1,
      exercise,
      exercise_version: version,
      answers: isOther ? row.state.answers : this.#both(row),
      hints: row.state.hints,
      student,
      saved_at: row.savedAt,
    });
    for (const keeper of [session.store, python]) keeper?.flush();
    // What was set aside is here now, if that could be written.
    const here = rowOf(python ? python.name : pageName(model.data), model.data);
    if (kindOf(row.name, model.data)?.isSetAside && here && !differ(here.state.answers, model.answers, model.data)) {
      window.localStorage.removeItem(row.name);
    }
    this.#decide(isEmpty ? "Taken over." : "Taken over. “Undo” brings back what was here.", false);
  }

  /** Set aside what another person's answers are to replace: to be had on the next visit, when undo is gone. */
  #keep() {
    const { model, python } = this;
    const name = `${(python ? notebookName : pageName)(model.data)}:${Date.now()}`;
    try {
      window.localStorage.setItem(name, contentOf(model, new Date().toISOString(), { notebook: this.#place || undefined }));
      this.#quiet.add(name);
    } catch {
      // Undo has it, as long as this stays open.
    }
  }

  #leave() {
    if (!this.#row) return;
    leave(this.#row, this.#who, this.model.data);
    this.#left.add(sumOf(this.#row));
    this.#decide("They stay where they are. You are asked again when they have changed.", true);
  }

  /** Say what was done. @param {string} text @param {boolean} isLeft whether they may still be taken */
  #decide(text, isLeft) {
    const notice = this.#notice;
    if (!notice) return;
    const { leave: no, said, take, then, told } = notice.parts;
    this.#isDecided = true;
    told.textContent = said.textContent = text;
    then.textContent = "";
    no.hidden = true;
    take.hidden = !isLeft;
    take.textContent = "Take them after all";
    // The button that was pressed may be gone.
    notice.whole.focus();
  }
}

/** When something was saved, in words: a day of this week by its name. @param {string} savedAt */
function inWords(savedAt) {
  const then = new Date(savedAt);
  if (Number.isNaN(then.getTime())) return "some time ago";
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = Math.round((midnight - new Date(then).setHours(0, 0, 0, 0)) / 86_400_000);
  /** @type {Intl.DateTimeFormatOptions} */
  const form = days > 0 && days < 7 ? { weekday: "long" } : { day: "numeric", month: "long", year: "numeric" };
  const day = days === 0 ? "today" : days === 1 ? "yesterday" : then.toLocaleDateString("en-GB", form);
  return `${days < 2 && days >= 0 ? "" : "on "}${day} at ${then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}
