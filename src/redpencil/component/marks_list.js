/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Mark} Mark */
import { NOTE_AT_MOST, storable } from "./answers_file.js";
import { sameEnds } from "./changes.js";
import { h, shortQuote } from "./dom.js";
import { entryOf } from "./entry.js";
import { aimMark, candidates, linkMark, noteMark, quoteOf, startOf, TAB } from "./marks.js";

/** A longer menu helps nobody. */
const CANDIDATES_AT_MOST = 20;

/** So many marks are in the list at once: a longer one would cost at every mark, and nobody reads it in one go. */
const AT_ONCE = 100;

/** The marks as text, in the order of their places, each with what can be done to it. */
export class MarksList {
  /** All marks when the list was drawn last. @type {readonly Mark[]} */
  #known = [];
  /** Those of them that are in the list. @type {readonly Mark[]} */
  #drawn = [];
  /** How many marks stand before the first in the list. */
  #from = 0;
  /** Paper shows all. */
  #isPrinting = false;
  #wasFixed = false;
  #isPlanned = false;
  /** Whether the next entry that goes was deleted by its own button. */
  #isDeleting = false;
  /** By the mark's id. @type {Map<string, HTMLElement>} */
  #entries = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;
  /** The mark whose note is being written. */
  #writingOn = "";
  /** The mark whose entry Tab goes to: the list is one stop, as long as it may be. */
  #reachedId = "";
  /** The mark that somebody chose, or whose entry had the focus: Tab comes back to it. */
  #visitedId = "";

  /**
   * @param {HTMLElement} root
   * @param {Marking} marking
   */
  constructor(root, marking) {
    this.root = root;
    this.marking = marking;
    this.chosenId = "";
    this.title = h("p", { class: "rp-list-title", tabindex: "-1" });
    this.list = h("ol", { class: "rp-marks", "aria-label": "Your marks" });
    /** @param {string} name @param {number} step */
    const pager = (name, step) =>
      h("button", { type: "button", class: "rp-quiet", click: () => this.#turn(step) }, `${name} marks`);
    // Above it, for who comes by keyboard, and below it, for who has read it.
    this.pagers = [1, 2].map(() => [pager("Earlier", -AT_ONCE), pager("Later", AT_ONCE)]);
    const [above, below] = this.pagers.map((pagers) => h("div", { class: "rp-actions" }, ...pagers));
    root.append(this.title, above ?? "", this.list, below ?? "");
    for (const type of ["beforeprint", "afterprint"]) {
      const print = () => {
        this.#isPrinting = type === "beforeprint";
        this.#draw();
      };
      window.addEventListener(type, print, { signal: marking.life });
    }
    /** @param {Event} event */
    const point = ({ type, target }) => {
      const entry = /over|in$/.test(type) && /** @type {Element} */ (target).closest("[data-mark]");
      marking.point((entry && entry.getAttribute("data-mark")) || "");
    };
    // All that a mark may be linked to is looked up when somebody comes to choose: at every key it would cost.
    /** @param {Event} event */
    const fill = ({ target }) => this.#fill(/** @type {HTMLSelectElement} */ (target));
    for (const type of ["pointerdown", "focusin"]) this.list.addEventListener(type, fill);
    this.list.addEventListener("focusin", ({ target }) => this.#visit(/** @type {HTMLElement} */ (target).closest("li")?.dataset.mark));
    this.list.addEventListener("keydown", (event) => this.#walk(event));
    for (const type of ["pointerover", "pointerleave", "focusin", "focusout"]) this.list.addEventListener(type, point);
  }

  /** @param {string | undefined} id */
  #visit(id = "") {
    this.#visitedId = id;
    this.#reach(id);
  }

  /** Make a mark's entry the one that Tab goes to. @param {string | undefined} id */
  #reach(id = "") {
    const before = this.#reachedId;
    this.#reachedId = id;
    if (id !== before) for (const one of [before, id]) this.#setTabStops(one);
  }

  /** @param {string} id */
  #setTabStops(id) {
    for (const control of this.#entries.get(id)?.querySelectorAll("button, select, textarea") ?? []) {
      /** @type {HTMLElement} */ (control).tabIndex = id === this.#reachedId ? 0 : -1;
    }
  }

  /** From a button up and down to the same one of another entry; menus and notes need these keys themselves. @param {KeyboardEvent} event */
  #walk(event) {
    const button = /** @type {HTMLElement} */ (event.target);
    const entry = button.closest("li");
    if (!entry || !button.matches("button") || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const { firstElementChild, lastElementChild } = this.list;
    const { previousElementSibling, nextElementSibling } = entry;
    const to = { ArrowUp: previousElementSibling, ArrowDown: nextElementSibling, Home: firstElementChild, End: lastElementChild }[event.key];
    if (!to) return;
    event.preventDefault();
    /** @type {HTMLElement | null} */ (to.querySelector(`[data-key="${button.dataset.key}"]`))?.focus();
  }

  /** Show what is, in the place of what was tried. @param {Mark} mark */
  reset(mark) {
    this.#update(mark);
  }

  draw() {
    // The words come first: the list follows when they have been painted.
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    requestAnimationFrame(() => setTimeout(() => this.#isPlanned && this.#draw(), 20));
  }

  /** @param {Mark} [wanted] has to be in the list then */
  #draw(wanted) {
    this.#isPlanned = false;
    const isDeleting = this.#isDeleting;
    this.#isDeleting = false;
    const { marks, isFixed } = this.marking;
    const all = sameEnds(this.#known, marks);
    // The list stays where it is, by its first entry, but for a mark that was just made here: it goes to the last, unless somebody
    // is in it. Whose entry has the focus stays in it.
    const before = new Set(this.#known.slice(all.at, this.#known.length - all.end).map(({ id }) => id));
    const made = marks.slice(all.at, marks.length - all.end).filter(({ id }) => id.endsWith(TAB) && !before.has(id)).at(-1);
    const first = this.#from > 0 && marks !== this.#known ? this.#drawn.find((mark) => marks.some(({ id }) => id === mark.id)) : undefined;
    if (first) this.#from = marks.findIndex(({ id }) => id === first.id);
    const active = document.activeElement;
    const goal = wanted ?? (this.root.contains(active) ? marks.find(({ id }) => this.#entries.get(id)?.contains(active)) : made);
    const place = goal ? marks.indexOf(goal) : this.#from;
    if (place < this.#from || place >= this.#from + AT_ONCE) this.#from = place - AT_ONCE / 2;
    this.#from = Math.max(0, Math.min(this.#from, marks.length - AT_ONCE));
    this.#known = marks;
    const shown = this.#isPrinting ? marks : marks.slice(this.#from, this.#from + AT_ONCE);
    const focused = this.root.contains(active) ? /** @type {HTMLElement} */ (active) : null;
    const index = [...this.list.children].findIndex((entry) => entry.contains(focused));
    const { at, end } = sameEnds(this.#drawn, shown);
    const then = this.#drawn.slice(at, this.#drawn.length - end);
    const now = shown.slice(at, shown.length - end);
    const stay = new Set(now.map(({ id }) => id));
    const changed = new Set([...then.filter(({ id }) => !stay.has(id)), ...now.filter((mark) => !then.includes(mark))].map(({ id }) => id));
    this.#drawn = shown;
    for (const { id } of then) {
      if (stay.has(id)) continue;
      this.#entries.get(id)?.remove();
      this.#entries.delete(id);
    }
    let after = this.#entries.get(shown[shown.length - end]?.id ?? "") ?? null;
    for (const { id } of now.reverse()) {
      const entry = this.#entries.get(id) ?? h("li", { "data-mark": id, "aria-current": id === this.chosenId && "true" });
      this.#entries.set(id, entry);
      if (entry.nextSibling !== after || !entry.isConnected) this.list.insertBefore(entry, after);
      after = entry;
    }
    for (const mark of shown) {
      const isTouched = changed.has(mark.id) || mark.links?.some(({ to }) => changed.has(to));
      // What was typed and undone before it was drawn still stands in its field.
      if (isTouched || isFixed !== this.#wasFixed || mark.id === this.#writingOn) this.#update(mark);
    }
    this.#wasFixed = isFixed;
    this.#reach(this.#entries.has(this.#visitedId) ? this.#visitedId : shown[0]?.id);
    if (marks.length <= AT_ONCE) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.list.querySelectorAll("select").forEach((menu) => this.#fill(menu)), 50);
    }
    const last = this.#from + shown.length;
    const which = shown.length < marks.length ? `: ${this.#from + 1} to ${last} of ${marks.length}` : "";
    this.title.textContent = marks.length > 0 ? `Your marks${which}` : "Your marks appear here, as a list.";
    this.list.hidden = marks.length === 0;
    for (const pagers of this.pagers) {
      [this.#from > 0, last < marks.length].forEach((isThere, n) => {
        /** @type {HTMLElement} */ (pagers[n]).hidden = !isThere || this.#isPrinting;
      });
    }
    if (!focused || this.root.contains(document.activeElement)) return;
    // Whoever deletes one after the other goes on with the one that took its place. In any other case a key that is typed on
    // must do nothing.
    const nearest = isDeleting && this.list.children[Math.min(index, shown.length - 1)]?.querySelector("button:last-of-type");
    /** @type {HTMLElement} */ (focused.isConnected ? focused : nearest || this.title).focus({ preventScroll: true });
  }

  /** Show what comes before or after, from its top. @param {number} step */
  #turn(step) {
    this.#from += step;
    this.#draw();
    this.title.focus();
  }

  /** Draw an entry again; what has the focus in it keeps it. @param {Mark} mark */
  #update(mark) {
    const entry = this.#entries.get(mark.id);
    if (!entry) return;
    const focused = entry.contains(document.activeElement) ? document.activeElement : null;
    if (focused instanceof HTMLTextAreaElement) {
      // Whoever writes keeps the caret, unless a step was undone.
      if (focused.value.trim() !== (mark.note ?? "").trim()) focused.value = mark.note ?? "";
      return;
    }
    entry.dataset.n = String(this.marking.looks.get(mark.label)?.n);
    entry.replaceChildren(...this.#entry(mark));
    this.#setTabStops(mark.id);
    const key = focused?.getAttribute("data-key");
    if (key) /** @type {HTMLElement | null} */ (entry.querySelector(`[data-key="${key}"]`))?.focus({ preventScroll: true });
  }

  /** Show which mark is chosen. @param {Mark | null} mark */
  choose(mark) {
    const id = mark?.id ?? "";
    if (id === this.chosenId) return;
    this.#entries.get(this.chosenId)?.removeAttribute("aria-current");
    this.chosenId = id;
    if (!mark) return;
    this.#bring(mark);
    this.#visit(id);
    this.#entries.get(id)?.setAttribute("aria-current", "true");
  }

  /** See to it that a mark is in the list. @param {Mark} mark */
  #bring(mark) {
    if (!this.#entries.has(mark.id)) this.#draw(mark);
  }

  /** Open the place for a mark's note and go there, or close it with none. @param {Mark} [mark] */
  writeNote(mark) {
    const { marks } = this.marking;
    const before = marks.find(({ id }) => id === this.#writingOn);
    this.#writingOn = mark?.id ?? "";
    if (before) {
      /** @type {HTMLElement} */ (document.activeElement)?.blur();
      this.#update(before);
    }
    if (mark) {
      this.#bring(mark);
      this.#update(mark);
      this.#entries.get(mark.id)?.querySelector("textarea")?.focus();
    } else this.marking.root.focus({ preventScroll: true });
  }

  /** @param {Mark} mark @returns {Node[]} */
  #entry(mark) {
    const { marking } = this;
    const { layer, isFixed } = marking;
    const quote = shortQuote(quoteOf(mark));
    const isWriting = this.#writingOn === mark.id && !isFixed;
    /** @param {string} text @param {string} about @param {boolean} disabled @param {() => void} click */
    const button = (text, about, disabled, click) =>
      h("button", { type: "button", class: "rp-quiet", "aria-label": `${about} ${quote}`, "data-key": text, disabled, click }, text);
    const write = button("Note", "Note on", isFixed, () => this.writeNote(isWriting ? undefined : mark));
    const remove = button("Delete", `Delete ${marking.nameOf(mark.label)}`, isFixed, () => {
      this.#isDeleting = true;
      marking.remove(mark);
    });
    write.ariaExpanded = String(isWriting);
    const options = layer.labels.map(({ id, name }) => h("option", { value: id, selected: id === mark.label }, name));
    const menu = this.#menu(`Label of ${quote}`, "label", options, (label) => marking.relabel(mark, label));
    /** @type {Node[]} */
    const parts = [
      entryOf(marking, mark),
      h("div", { class: "rp-actions" }, button("Go to it", "Go to it:", false, () => marking.goTo(mark)), menu, write, remove),
    ];
    if (isWriting) parts.push(this.#writing(mark, quote));
    if (mark.note && !isWriting) parts.push(h("p", { class: "rp-noted", dir: "auto" }, mark.note));
    const links = (layer.links[mark.label] ?? []).map((role) => this.#link(mark, role, quote));
    if (marking.actors.length > 0) links.push(this.#aim(mark, quote));
    if (links.length > 0) parts.push(h("div", { class: "rp-links" }, ...links, this.#inWords(mark, quote)));
    return parts;
  }

  /** @param {Mark} mark @param {string} quote */
  #writing(mark, quote) {
    const { marking } = this;
    const area = h("textarea", {
      rows: 2,
      maxlength: NOTE_AT_MOST,
      dir: "auto",
      input: () => marking.model.answer({ [marking.item]: noteMark(marking.marks, mark.id, storable(area.value, NOTE_AT_MOST)) }, `note ${mark.id}`),
      keydown: (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        this.writeNote();
        const now = marking.marks.find(({ id }) => id === mark.id);
        if (now) marking.goTo(now);
      },
    });
    area.value = mark.note ?? "";
    return h("label", { class: "rp-jot" }, `Your note on ${quote}`, area);
  }

  /**
   * @param {string} label
   * @param {string} key keeps the focus when the entry is drawn again
   * @param {Node[]} options
   * @param {(value: string) => void} choose
   */
  #menu(label, key, options, choose) {
    const { isFixed } = this.marking;
    return h(
      "select",
      { "aria-label": label, "data-key": key, disabled: isFixed, change: ({ target }) => choose(target.value) },
      ...options,
    );
  }

  /** The mark that another is linked to in a role. @param {Mark} mark @param {string} role */
  #linked({ links }, role) {
    const to = links?.find((link) => link.role === role)?.to;
    return to && this.marking.marks.find(({ id }) => id === to);
  }

  /** @param {Mark} mark @param {string} role @param {string} quote */
  #link(mark, role, quote) {
    const { marking } = this;
    const name = marking.nameOf(role);
    const title = name.slice(0, 1).toUpperCase() + name.slice(1);
    const linked = this.#linked(mark, role);
    const options = [h("option", { value: "" }, "none yet"), ...(linked ? [this.#option(linked, true)] : [])];
    const menu = this.#menu(`${title} of ${quote}`, role, options, (value) => {
      marking.model.answer({ [marking.item]: linkMark(marking.marks, mark.id, role, value) });
      const to = marking.marks.find(({ id }) => id === value);
      marking.say(to ? `Its ${name} is ${shortQuote(quoteOf(to))}.` : `It has no ${name} now.`);
    });
    menu.dataset.role = role;
    return titled(title, menu);
  }

  /** Whom a mark hits. @param {Mark} mark @param {string} quote */
  #aim(mark, quote) {
    const { marking } = this;
    const options = marking.actors.map(({ id, name }) => h("option", { value: id, selected: id === mark.actor }, name));
    options.unshift(h("option", { value: "" }, "nobody yet"));
    const menu = this.#menu(`Whom ${quote} hits`, "actor", options, (actor) => {
      marking.model.answer({ [marking.item]: aimMark(marking.marks, mark.id, actor) });
      marking.say(`${quote} hits ${marking.hitBy({ actor }) || "nobody"}.`);
    });
    return titled("Hits", menu);
  }

  /** @param {Mark} to @param {boolean} selected */
  #option(to, selected) {
    const place = `sentence ${this.marking.sentenceNumber(startOf(to))}`;
    return h("option", { value: to.id, selected }, `${shortQuote(quoteOf(to))}, ${place}`);
  }

  /** Look up all that a link may lead to, if that is what a menu offers. @param {HTMLSelectElement} menu */
  #fill(menu) {
    const { marks } = this.marking;
    const { role } = menu.dataset;
    const id = menu.closest("li")?.dataset.mark;
    const mark = role && marks.find((one) => one.id === id);
    if (!mark) return;
    const { value } = menu;
    const found = candidates(marks, mark, role).filter((other, i) => i < CANDIDATES_AT_MOST || other.id === value);
    const none = found.length > 0 ? "none yet" : `no ${this.marking.nameOf(role)} is marked`;
    menu.replaceChildren(h("option", { value: "" }, none), ...found.map((other) => this.#option(other, other.id === value)));
  }

  /** The links of a claim as a sentence. @param {Mark} mark @param {string} quote */
  #inWords(mark, quote) {
    const roles = this.marking.layer.links[mark.label] ?? [];
    const said = roles.flatMap((role) => {
      const linked = this.#linked(mark, role);
      return linked ? [{ role, words: shortQuote(quoteOf(linked)) }] : [];
    });
    if (said.length === 0) return null;
    const [source, cue] = ["source", "cue"].map((part) => said.find(({ role }) => role === part)?.words);
    const sentence = !source && !cue
      ? `: ${said.map(({ role, words }) => `${this.marking.nameOf(role)} ${words}`).join(", ")}`
      : `${source ? ` is said by ${source}${cue ? "," : ""}` : " is"}${cue ? ` handed over by ${cue}` : ""}`;
    return h("p", { class: "rp-words" }, `${quote}${sentence}.`);
  }
}

/** A menu with its title beside it, which its own name says already. @param {string} title @param {HTMLElement} menu */
const titled = (title, menu) => h("label", { class: "rp-link" }, h("span", { "aria-hidden": "true" }, title), menu);
