/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Mark} Mark */
import { h } from "./dom.js";
import { byPlace, candidates, linkMark, quoteOf, startOf } from "./marks.js";
import { shortQuote } from "./marking.js";

/** A longer menu helps nobody, and slows a long list down. */
const CANDIDATES_AT_MOST = 20;

/** The marks as text, in the order of their places, each with what can be done to it. */
export class MarksList {
  /**
   * @param {HTMLElement} root
   * @param {Marking} marking
   */
  constructor(root, marking) {
    this.root = root;
    this.marking = marking;
    /** @type {readonly Mark[] | null} */
    this.drawn = null;
    this.wasFixed = false;
    /** What was drawn for each mark. @type {Map<Mark, HTMLElement>} */
    this.entries = new Map();
    this.title = h("p", { class: "rp-list-title", tabindex: "-1" });
    this.list = h("ol", { class: "rp-marks", "aria-label": "Your marks" });
    root.append(this.title, this.list);
  }

  /** Show what is, in the place of what was tried. */
  reset() {
    this.entries.clear();
    this.drawn = null;
    this.draw();
  }

  draw() {
    const { marks, isFixed } = this.marking;
    if (marks === this.drawn && isFixed === this.wasFixed) return;
    const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
    const key = focused?.getAttribute("data-key");
    const index = [...this.list.children].findIndex((entry) => entry.contains(focused));
    // A mark that is the same looks the same, unless something that it may be linked to has changed.
    const ends = Object.values(this.marking.layer.links).flat();
    /** @param {readonly Mark[]} all */
    const linkable = (all) => all.filter((mark) => ends.includes(mark.label));
    const before = linkable(this.drawn ?? []);
    const now = linkable(marks);
    const isSame = isFixed === this.wasFixed;
    const areEndsSame = isSame && before.length === now.length && now.every((mark, i) => mark === before[i]);
    /** @param {Mark} mark */
    const entry = (mark) => {
      const known = this.entries.get(mark);
      const isKept = known && isSame && (areEndsSame || !this.marking.layer.links[mark.label]);
      return isKept ? known : this.#entry(mark, isFixed);
    };
    this.entries = new Map([...marks].sort(byPlace).map((mark) => [mark, entry(mark)]));
    this.drawn = marks;
    this.wasFixed = isFixed;
    this.title.textContent = marks.length > 0 ? "Your marks" : "Your marks appear here, as a list.";
    this.list.hidden = marks.length === 0;
    this.list.replaceChildren(...this.entries.values());
    if (!focused) return;
    /** @type {HTMLElement | null} */
    const again = key ? this.list.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
    // The entry is gone: the one that took its place is the nearest to go on from.
    const next = /** @type {HTMLElement | null | undefined} */ (
      this.list.children[Math.min(index, marks.length - 1)]?.querySelector(".rp-delete")
    );
    (again ?? next ?? this.title).focus({ preventScroll: true });
  }

  /** @param {Mark} mark @param {boolean} isFixed */
  #entry(mark, isFixed) {
    const { marking } = this;
    const { layer } = marking;
    const name = marking.nameOf(mark.label);
    const quote = shortQuote(quoteOf(mark));
    const look = marking.looks.get(mark.label);
    const roles = layer.links[mark.label] ?? [];
    const labels = h(
      "select",
      {
        "aria-label": `Label of ${quote}`,
        "data-key": `${mark.id} label`,
        disabled: isFixed,
        change: (event) => marking.relabel(mark, event.target.value),
      },
      ...layer.labels.map((label) => h("option", { value: label.id, selected: label.id === mark.label }, label.name)),
    );
    return h(
      "li",
      { "data-mark": mark.id, "data-n": look?.n },
      h(
        "div",
        { class: "rp-entry" },
        h("span", { class: "rp-tag", "data-n": look?.n, "data-letter": look?.letter }, name),
        h("q", { class: "rp-quote", lang: marking.root.lang }, quoteOf(mark)),
        h("span", { class: "rp-where" }, `sentence ${marking.sentenceNumber(startOf(mark))}`),
      ),
      h(
        "div",
        { class: "rp-actions" },
        this.#button("Go to it", `Go to it: ${quote}`, `${mark.id} go`, false, () => marking.goTo(mark)),
        labels,
        this.#button("Delete", `Delete ${name} ${quote}`, `${mark.id} delete`, isFixed, () => marking.remove(mark)),
      ),
      roles.length > 0 &&
        h("div", { class: "rp-links" }, ...roles.map((role) => this.#link(mark, role, quote, isFixed)), this.#inWords(mark)),
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
    const all = candidates(marking.marks, mark, role);
    const found = all.filter((other, i) => i < CANDIDATES_AT_MOST || other.id === current);
    const choice = h(
      "select",
      {
        "aria-label": `${capital(name)} of ${quote}`,
        "data-key": `${mark.id} ${role}`,
        disabled: isFixed,
        change: (event) => {
          marking.model.answer({ [marking.item]: linkMark(marking.marks, mark.id, role, event.target.value) });
          const { value } = event.target;
          const to = marking.marks.find((one) => one.id === value);
          marking.say(to ? `Its ${name} is ${shortQuote(quoteOf(to))}.` : `It has no ${name} now.`);
        },
      },
      h("option", { value: "" }, found.length > 0 ? "none yet" : `no ${name} is marked`),
      ...found.map((other) =>
        h(
          "option",
          { value: other.id, selected: other.id === current },
          `${shortQuote(quoteOf(other))}, sentence ${marking.sentenceNumber(startOf(other))}`,
        ),
      ),
    );
    return h("label", { class: "rp-link" }, h("span", { "aria-hidden": "true" }, capital(name)), choice);
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
