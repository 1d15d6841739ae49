/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Mark} Mark */
import { NOTE_AT_MOST } from "./answers_file.js";
import { sameEnds } from "./changes.js";
import { h } from "./dom.js";
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
        for (const { isIntersecting, target } of seen) {
          if (!isIntersecting) continue;
          this.near.unobserve(target);
          target.toggleAttribute("data-whole", true);
          this.#update(target.getAttribute("data-mark") ?? "");
        }
      },
      { rootMargin: "800px" },
    );
    marking.life.addEventListener("abort", () => this.near.disconnect());
    /** @param {Event} event */
    const point = ({ type, target }) => {
      const isOver = type === "pointerover" || type === "focusin";
      const entry = isOver ? /** @type {Element} */ (target).closest("[data-mark]") : null;
      marking.lines.point(entry?.getAttribute("data-mark") ?? "");
    };
    // All that a mark may be linked to is looked up when somebody comes to choose: at every key it would cost.
    /** @param {Event} event */
    const fill = ({ target }) => target instanceof HTMLSelectElement && target.dataset.role && this.#fill(target);
    for (const type of ["pointerdown", "focusin"]) this.list.addEventListener(type, fill);
    for (const type of ["pointerover", "pointerleave", "focusin", "focusout"]) this.list.addEventListener(type, point);
  }

  /** Show what is, in the place of what was tried. @param {Mark} mark */
  reset(mark) {
    this.#update(mark.id);
  }

  draw() {
    if (this.drawn.length < AT_ONCE) this.#draw();
    else if (!this.isPlanned) {
      // The words come first: a long list follows when they have been painted.
      this.isPlanned = true;
      requestAnimationFrame(() => setTimeout(() => this.#draw()));
    }
  }

  #draw() {
    this.isPlanned = false;
    const { marks, isFixed } = this.marking;
    const shown = marks.slice(0, this.limit);
    if (marks.length > this.limit) setTimeout(() => this.#drawUpTo(this.limit + 4 * AT_ONCE), 20);
    const focused = this.root.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    const index = [...this.list.children].findIndex((entry) => entry.contains(focused));
    const { at, end } = sameEnds(this.drawn, shown);
    const before = this.drawn.slice(at, this.drawn.length - end);
    const now = shown.slice(at, shown.length - end);
    const old = new Set(before);
    const left = new Map(now.map((mark) => [mark.id, mark]));
    const changed = new Set([...before.filter(({ id }) => !left.has(id)), ...now.filter((mark) => !old.has(mark))].map(({ id }) => id));
    this.drawn = shown;
    for (const { id } of before) {
      if (left.has(id)) continue;
      const entry = this.entries.get(id);
      if (entry) this.near.unobserve(entry);
      entry?.remove();
      this.entries.delete(id);
    }
    const next = shown[shown.length - end];
    let after = (next && this.entries.get(next.id)) ?? null;
    for (const mark of now.reverse()) {
      const entry = this.entries.get(mark.id) ?? this.#begin(mark.id);
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
      this.timer = setTimeout(() => this.list.querySelectorAll("select").forEach((menu) => menu.dataset.role && this.#fill(menu)), 50);
    }
    this.title.textContent = marks.length > 0 ? "Your marks" : "Your marks appear here, as a list.";
    this.list.hidden = marks.length === 0;
    if (!focused || document.activeElement === focused) return;
    if (focused.isConnected) focused.focus({ preventScroll: true });
    // The entry is gone: the one that took its place is the nearest to go on from.
    else if (!this.root.contains(document.activeElement)) {
      const place = this.list.children[Math.min(index, shown.length - 1)];
      /** @type {HTMLElement} */ (place?.querySelector(".rp-delete") ?? this.title).focus({ preventScroll: true });
    }
  }

  /** @param {number} limit */
  #drawUpTo(limit) {
    this.limit = Math.max(limit, this.limit);
    this.#draw();
  }

  /** @param {string} id */
  #begin(id) {
    const entry = h("li", { "data-mark": id, "data-whole": this.entries.size < AT_ONCE, "aria-current": id === this.chosenId && "true" });
    if (this.entries.size >= AT_ONCE) this.near.observe(entry);
    this.entries.set(id, entry);
    return entry;
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
    entry.replaceChildren(...this.#entry(mark, this.marking.isFixed, entry.hasAttribute("data-whole")));
    const key = focused?.getAttribute("data-key");
    if (key) /** @type {HTMLElement | null} */ (entry.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus({ preventScroll: true });
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
    entry?.toggleAttribute("data-whole", true);
    if (before) /** @type {HTMLElement} */ (document.activeElement)?.blur();
    for (const one of [before, id]) this.#update(one);
    entry?.querySelector("textarea")?.focus();
    if (!id) this.marking.root.focus({ preventScroll: true });
  }

  /** @param {Mark} mark @param {boolean} isFixed @param {boolean} isWhole @returns {Node[]} */
  #entry(mark, isFixed, isWhole) {
    const { marking } = this;
    const { layer } = marking;
    const name = marking.nameOf(mark.label);
    const quote = shortQuote(quoteOf(mark));
    const look = marking.looks.get(mark.label);
    const roles = layer.links[mark.label] ?? [];
    const pieces = mark.spans.length > 1 ? `, in ${mark.spans.length} pieces` : "";
    const isWriting = this.writing === mark.id && !isFixed;
    const head = h(
      "div",
      { class: "rp-entry" },
      h("span", { class: "rp-tag", "data-n": look?.n, "data-letter": look?.letter }, name),
      h("q", { class: "rp-quote", lang: marking.root.lang, dir: "auto" }, quoteOf(mark)),
      h("span", { class: "rp-where" }, `sentence ${marking.sentenceNumber(startOf(mark))}${pieces}`),
    );
    const actions = h(
      "div",
      { class: "rp-actions" },
      this.#button("Go to it", `Go to it: ${quote}`, `${mark.id} go`, false, () => marking.goTo(mark)),
    );
    const note = mark.note && !isWriting && h("p", { class: "rp-noted", dir: "auto" }, mark.note);
    if (!isWhole) return [head, actions, ...(note ? [note] : [])];
    const write = this.#button("Note", `Note on ${quote}`, `${mark.id} note`, isFixed, () => this.writeNote(isWriting ? "" : mark.id));
    write.setAttribute("aria-expanded", String(isWriting));
    actions.append(
      this.#labels(mark, quote, isFixed),
      write,
      this.#button("Delete", `Delete ${name} ${quote}`, `${mark.id} delete`, isFixed, () => marking.remove(mark)),
    );
    const links = h("div", { class: "rp-links" }, ...roles.map((role) => this.#link(mark, role, quote, isFixed)), this.#inWords(mark));
    return [head, actions, isWriting && this.#writing(mark, quote), note, roles.length > 0 && links].filter((part) => part instanceof Node);
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

  /** The labels that a mark may have. @param {Mark} mark @param {string} quote @param {boolean} disabled */
  #labels(mark, quote, disabled) {
    const { marking } = this;
    /** @param {import("./types.js").Label} label */
    const option = ({ id, name }) => h("option", { value: id, selected: id === mark.label }, name);
    return h(
      "select",
      {
        "aria-label": `Label of ${quote}`,
        "data-key": `${mark.id} label`,
        disabled,
        change: (event) => marking.relabel(mark, event.target.value),
      },
      ...marking.layer.labels.map(option),
    );
  }

  /**
   * @param {string} text
   * @param {string} label
   * @param {string} key
   * @param {boolean} disabled
   * @param {() => void} click
   */
  #button(text, label, key, disabled, click) {
    const name = key.endsWith("delete") ? "rp-quiet rp-delete" : "rp-quiet";
    return h("button", { type: "button", class: name, "aria-label": label, "data-key": key, disabled, click }, text);
  }

  /** @param {Mark} mark @param {string} role @param {string} quote @param {boolean} isFixed */
  #link(mark, role, quote, isFixed) {
    const { marking } = this;
    const name = marking.nameOf(role);
    const current = mark.links?.find((link) => link.role === role)?.to ?? "";
    const linked = current && marking.marks.find((other) => other.id === current);
    const choice = h(
      "select",
      {
        "aria-label": `${capital(name)} of ${quote}`,
        "data-key": `${mark.id} ${role}`,
        "data-role": role,
        disabled: isFixed,
        change: () => {
          const { value } = choice;
          marking.model.answer({ [marking.item]: linkMark(marking.marks, mark.id, role, value) });
          const to = marking.marks.find((one) => one.id === value);
          marking.say(to ? `Its ${name} is ${shortQuote(quoteOf(to))}.` : `It has no ${name} now.`);
        },
      },
      h("option", { value: "" }, "none yet"),
      linked && this.#option(linked, true),
    );
    return h("label", { class: "rp-link" }, h("span", { "aria-hidden": "true" }, capital(name)), choice);
  }

  /** @param {Mark} to @param {boolean} selected */
  #option(to, selected) {
    const place = `sentence ${this.marking.sentenceNumber(startOf(to))}`;
    return h("option", { value: to.id, selected }, `${shortQuote(quoteOf(to))}, ${place}`);
  }

  /** Look up all that a link may lead to. @param {HTMLSelectElement} menu */
  #fill(menu) {
    const { marks } = this.marking;
    const { role = "" } = menu.dataset;
    const id = menu.closest("li")?.dataset.mark;
    const mark = marks.find((one) => one.id === id);
    if (!mark) return;
    const { value } = menu;
    const found = candidates(marks, mark, role).filter((other, i) => i < CANDIDATES_AT_MOST || other.id === value);
    const none = found.length > 0 ? "none yet" : `no ${this.marking.nameOf(role)} is marked`;
    menu.replaceChildren(h("option", { value: "" }, none), ...found.map((other) => this.#option(other, other.id === value)));
  }

  /** @param {Mark} mark */
  #inWords(mark) {
    /** @param {string} role */
    const linked = (role) => {
      const to = mark.links?.find((link) => link.role === role)?.to;
      const found = this.marking.marks.find((other) => other.id === to);
      return found ? shortQuote(quoteOf(found)) : "";
    };
    const source = linked("source");
    const cue = linked("cue");
    if (!source && !cue) return null;
    const said = source ? `is said by ${source}` : "";
    const handed = cue ? `handed over by ${cue}` : "";
    const verb = source || !cue ? "" : "is ";
    return h("p", { class: "rp-words" }, `${shortQuote(quoteOf(mark))} ${[said, verb + handed].filter(Boolean).join(", ")}.`);
  }
}

/** @param {string} text */
const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
