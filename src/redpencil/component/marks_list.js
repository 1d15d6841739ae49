/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Mark} Mark */
import { NOTE_AT_MOST } from "./answers_file.js";
import { sameEnds } from "./changes.js";
import { h } from "./dom.js";
import { entryOf } from "./entry.js";
import { candidates, linkMark, noteMark, quoteOf, startOf } from "./marks.js";
import { shortQuote } from "./marking.js";

/** A longer menu helps nobody. */
const CANDIDATES_AT_MOST = 20;

/** So many entries are drawn at once, the rest bit by bit; and so many are whole before they come into view. */
const AT_ONCE = 50;

/** The marks as text, in the order of their places, each with what can be done to it. */
export class MarksList {
  /**
   * @param {HTMLElement} root
   * @param {Marking} marking
   */
  constructor(root, marking) {
    this.root = root;
    this.marking = marking;
    /** @type {readonly Mark[]} */
    this.drawn = [];
    this.wasFixed = false;
    this.isBegun = false;
    this.isPlanned = false;
    /** By the mark's id. @type {Map<string, HTMLElement>} */
    this.entries = new Map();
    /** How many entries there may be for now. */
    this.limit = AT_ONCE;
    this.chosenId = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** The mark whose note is being written. */
    this.writing = "";
    this.title = h("p", { class: "rp-list-title", tabindex: "-1" });
    this.list = h("ol", { class: "rp-marks", "aria-label": "Your marks" });
    root.append(this.title, this.list);
    /** Entries of a long list are made whole when they come near. */
    this.near = new IntersectionObserver(
      (seen) => {
        for (const { isIntersecting, target } of seen) if (isIntersecting) this.#makeWhole(target);
      },
      { rootMargin: "800px" },
    );
    marking.life.addEventListener("abort", () => this.near.disconnect());
    /** @param {Event} event */
    const point = ({ type, target }) => {
      const entry = /over|in$/.test(type) && /** @type {Element} */ (target).closest("[data-mark]");
      marking.lines.point((entry && entry.getAttribute("data-mark")) || "");
    };
    // All that a mark may be linked to is looked up when somebody comes to choose: at every key it would cost.
    /** @param {Event} event */
    const fill = ({ target }) => this.#fill(/** @type {HTMLSelectElement} */ (target));
    for (const type of ["pointerdown", "focusin"]) this.list.addEventListener(type, fill);
    for (const type of ["pointerover", "pointerleave", "focusin", "focusout"]) this.list.addEventListener(type, point);
  }

  /** Show what is, in the place of what was tried. @param {Mark} mark */
  reset(mark) {
    this.#update(mark.id);
  }

  draw() {
    if (this.isBegun && this.drawn.length < AT_ONCE) this.#draw();
    else if (!this.isPlanned) {
      // The words come first: a long list follows when they have been painted, and so does any list at the start.
      this.isPlanned = true;
      requestAnimationFrame(() => setTimeout(() => this.#draw(), 20));
    }
  }

  #draw() {
    this.isBegun = true;
    this.isPlanned = false;
    const { marks, isFixed } = this.marking;
    const shown = marks.slice(0, this.limit);
    if (marks.length > this.limit) setTimeout(() => this.#drawUpTo(this.limit + 4 * AT_ONCE), 20);
    const focused = this.root.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    const index = [...this.list.children].findIndex((entry) => entry.contains(focused));
    const { at, end } = sameEnds(this.drawn, shown);
    const before = this.drawn.slice(at, this.drawn.length - end);
    const now = shown.slice(at, shown.length - end);
    const stay = new Set(now.map(({ id }) => id));
    const changed = new Set([...before.filter(({ id }) => !stay.has(id)), ...now.filter((mark) => !before.includes(mark))].map(({ id }) => id));
    this.drawn = shown;
    for (const { id } of before) {
      const entry = this.entries.get(id);
      if (!entry || stay.has(id)) continue;
      this.near.unobserve(entry);
      entry.remove();
      this.entries.delete(id);
    }
    let after = this.entries.get(shown[shown.length - end]?.id ?? "") ?? null;
    for (const { id } of now.reverse()) {
      const entry = this.entries.get(id) ?? this.#begin(id);
      if (entry.nextSibling !== after || !entry.isConnected) this.list.insertBefore(entry, after);
      after = entry;
    }
    for (const mark of shown) {
      const isTouched = changed.has(mark.id) || mark.links?.some(({ to }) => changed.has(to));
      if (isTouched || isFixed !== this.wasFixed) this.#update(mark.id, mark);
    }
    this.wasFixed = isFixed;
    if (marks.length <= AT_ONCE) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.list.querySelectorAll("select").forEach((menu) => this.#fill(menu)), 50);
    }
    this.title.textContent = marks.length > 0 ? "Your marks" : "Your marks appear here, as a list.";
    this.list.hidden = marks.length === 0;
    if (!focused || this.root.contains(document.activeElement)) return;
    // If the entry is gone, the one that took its place is the nearest to go on from.
    const place = this.list.children[Math.min(index, shown.length - 1)];
    const next = focused.isConnected ? focused : (place?.querySelector(".rp-delete") ?? this.title);
    /** @type {HTMLElement} */ (next).focus({ preventScroll: true });
  }

  /** @param {number} limit */
  #drawUpTo(limit) {
    this.limit = Math.max(limit, this.limit);
    this.#draw();
  }

  /** @param {string} id */
  #begin(id) {
    const isFar = this.entries.size >= AT_ONCE;
    const entry = h("li", { "data-mark": id, "data-whole": !isFar, "aria-current": id === this.chosenId && "true" });
    if (isFar) this.near.observe(entry);
    this.entries.set(id, entry);
    return entry;
  }

  /** @param {Element} entry */
  #makeWhole(entry) {
    this.near.unobserve(entry);
    entry.toggleAttribute("data-whole", true);
    this.#update(entry.getAttribute("data-mark") ?? "");
  }

  /** Draw an entry again; what has the focus in it keeps it. @param {string} id @param {Mark} [known] */
  #update(id, known) {
    const mark = known ?? this.marking.marks.find((one) => one.id === id);
    const entry = this.entries.get(id);
    if (!mark || !entry) return;
    const focused = entry.contains(document.activeElement) ? document.activeElement : null;
    if (focused instanceof HTMLTextAreaElement) {
      // Whoever writes keeps the caret, unless a step was undone.
      if (focused.value.trim() !== (mark.note ?? "").trim()) focused.value = mark.note ?? "";
      return;
    }
    entry.dataset.n = String(this.marking.looks.get(mark.label)?.n);
    entry.replaceChildren(...this.#entry(mark, entry.hasAttribute("data-whole")));
    const key = focused?.getAttribute("data-key");
    if (key) /** @type {HTMLElement | null} */ (entry.querySelector(`[data-key="${key}"]`))?.focus({ preventScroll: true });
  }

  /** Show which mark is chosen. @param {Mark | null} mark */
  choose(mark) {
    const id = mark?.id ?? "";
    if (id === this.chosenId) return;
    this.entries.get(this.chosenId)?.removeAttribute("aria-current");
    this.entries.get(id)?.setAttribute("aria-current", "true");
    this.chosenId = id;
  }

  /** Open the place for a mark's note and go there, or close it with an empty id. @param {string} id */
  writeNote(id) {
    const before = this.writing;
    this.writing = id;
    if (id) this.#drawUpTo(Infinity);
    const entry = this.entries.get(id || before);
    if (before) /** @type {HTMLElement} */ (document.activeElement)?.blur();
    this.#update(before);
    if (entry) this.#makeWhole(entry);
    entry?.querySelector("textarea")?.focus();
    if (!id) this.marking.root.focus({ preventScroll: true });
  }

  /** @param {Mark} mark @param {boolean} isWhole @returns {Node[]} */
  #entry(mark, isWhole) {
    const { marking } = this;
    const { layer, isFixed } = marking;
    const quote = shortQuote(quoteOf(mark));
    const isWriting = this.writing === mark.id && !isFixed;
    /** @param {string} text @param {string} about @param {boolean} disabled @param {() => void} click */
    const button = (text, about, disabled, click) =>
      h("button", { type: "button", class: "rp-quiet", "aria-label": `${about} ${quote}`, "data-key": text, disabled, click }, text);
    const actions = h("div", { class: "rp-actions" }, button("Go to it", "Go to it:", false, () => marking.goTo(mark)));
    /** @type {Node[]} */
    const parts = [entryOf(marking, mark), actions];
    if (isWhole) {
      const write = button("Note", "Note on", isFixed, () => this.writeNote(isWriting ? "" : mark.id));
      const remove = button("Delete", `Delete ${marking.nameOf(mark.label)}`, isFixed, () => marking.remove(mark));
      write.ariaExpanded = String(isWriting);
      remove.classList.add("rp-delete");
      const options = layer.labels.map(({ id, name }) => h("option", { value: id, selected: id === mark.label }, name));
      actions.append(this.#menu(`Label of ${quote}`, "label", options, (label) => marking.relabel(mark, label)), write, remove);
      if (isWriting) parts.push(this.#writing(mark, quote));
    }
    if (mark.note && !isWriting) parts.push(h("p", { class: "rp-noted", dir: "auto" }, mark.note));
    const roles = layer.links[mark.label] ?? [];
    if (isWhole && roles.length > 0) {
      parts.push(h("div", { class: "rp-links" }, ...roles.map((role) => this.#link(mark, role, quote)), this.#inWords(mark, quote)));
    }
    return parts;
  }

  /** @param {Mark} mark @param {string} quote */
  #writing(mark, quote) {
    const { marking } = this;
    const area = h("textarea", {
      rows: 2,
      maxlength: NOTE_AT_MOST,
      dir: "auto",
      input: () => marking.model.answer({ [marking.item]: noteMark(marking.marks, mark.id, area.value) }, `note ${mark.id}`),
      keydown: (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        this.writeNote("");
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
    return h("label", { class: "rp-link" }, h("span", { "aria-hidden": "true" }, title), menu);
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
    const [source, cue] = ["source", "cue"].map((role) => {
      const linked = this.#linked(mark, role);
      return linked && shortQuote(quoteOf(linked));
    });
    if (!source && !cue) return null;
    const said = source ? ` is said by ${source}${cue ? "," : ""}` : " is";
    return h("p", { class: "rp-words" }, `${quote}${said}${cue ? ` handed over by ${cue}` : ""}.`);
  }
}
