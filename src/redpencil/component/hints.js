/** @typedef {import("./types.js").Group} Group */
/** @typedef {import("./types.js").Hint} Hint */
import { copyOfControls, h } from "./dom.js";

/** The hints to each item of a part, from a nudge to the place: one more at each press, and each counted. */
export class Hints {
  /**
   * @param {HTMLElement} part
   * @param {import("./model.js").Model} model
   * @param {Group} group
   * @param {((hint: Hint) => void) | null} goTo shows the place of a hint that has one
   */
  constructor(part, model, group, goTo) {
    this.model = model;
    this.goTo = goTo;
    this.fields = group.items.flatMap(({ id, hints = [] }) => {
      if (hints.length === 0) return [];
      const { whole, parts } = copyOfControls(part, "hints");
      parts.more.onclick = () => this.#take(id);
      // A choice has its hints below it, a text below the list of its marks.
      (part.querySelector(`fieldset[data-item="${id}"]`) ?? part).append(whole);
      return [{ id, hints, parts }];
    });
    const { whole: note, parts } = copyOfControls(part, "hints-note");
    this.said = parts.said;
    const prompt = part.querySelector(".rp-prompt");
    const label = prompt?.closest("label");
    if (this.fields.length === 0) return;
    // In a field's label it would be read out as the field's name.
    if (label) label.before(note);
    else prompt?.after(note);
  }

  /** @param {string} item */
  #take(item) {
    this.model.takeHint(item);
    const { parts, hints } = /** @type {typeof this.fields[0]} */ (this.fields.find(({ id }) => id === item));
    const last = parts.list.lastElementChild;
    this.said.textContent = last.textContent;
    // A button that goes takes the focus with it.
    if (parts.list.children.length === hints.length) last.focus();
  }

  /** Show those that were taken. */
  refresh() {
    for (const { id, hints, parts } of this.fields) {
      const taken = hints.slice(0, this.model.hints[id] ?? 0);
      parts.more.textContent = `Hint ${taken.length + 1} of ${hints.length}`;
      parts.more.hidden = taken.length === hints.length || this.model.isFixed(id);
      parts.list.hidden = taken.length === 0;
      for (const hint of taken.slice(parts.list.children.length)) parts.list.append(this.#entry(hint));
    }
  }

  /** @param {Hint} hint */
  #entry(hint) {
    const { goTo } = this;
    const button = goTo && hint.span && h("button", { type: "button", class: "rp-quiet", click: () => goTo(hint) }, "Go to it");
    return h("li", { tabindex: "-1" }, hint.text, " ", button);
  }
}
