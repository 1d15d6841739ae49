/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").Group} Group */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
import { scoreChoice } from "./compare.js";
import { counted, h, inPoints } from "./dom.js";

/** A group of choices: a set of radio buttons for each, one label to be chosen. */
export class Choices {
  /**
   * @param {HTMLElement} part
   * @param {Session} session
   * @param {Group} group
   */
  constructor(part, session, group) {
    this.part = part;
    this.group = group;
    this.model = session.model;
    this.labels = session.model.data.layers[group.layer]?.labels ?? [];
    this.fields = [...part.querySelectorAll("fieldset")].map((fieldset) => {
      const item = /** @type {string} */ (fieldset.dataset.item);
      const meaning = h("p", { class: "rp-meaning", hidden: true });
      fieldset.append(meaning);
      fieldset.addEventListener("change", (event) => {
        const { value } = /** @type {HTMLInputElement} */ (event.target);
        this.model.answer({ [item]: value });
      });
      const radios = [...fieldset.querySelectorAll("input")];
      return { fieldset, item, meaning, radios, verdict: /** @type {HTMLElement | null} */ (null) };
    });
  }

  /** Show what the model holds. */
  refresh() {
    const isFixed = this.model.compared.has(this.group.id);
    for (const { fieldset, item, meaning, radios } of this.fields) {
      const chosen = this.model.text(item);
      for (const radio of radios) radio.checked = radio.value === chosen;
      const label = this.labels.find(({ id }) => id === chosen);
      meaning.hidden = !label || isFixed;
      meaning.textContent = label ? `${label.name}: ${label.meaning}` : "";
      fieldset.disabled = isFixed;
      fieldset.toggleAttribute("data-answered", label !== undefined);
    }
  }

  /** What keeps the key closed, or an empty text. */
  notReady() {
    return this.fields.some(({ item }) => this.model.text(item)) ? "" : "Answer at least one first.";
  }

  /** How much of the part is done, for people. */
  progress() {
    const done = this.fields.filter(({ item }) => this.model.text(item)).length;
    return `You have answered ${done} of ${this.fields.length}.`;
  }

  /** @param {readonly KeyAnnotation[]} key @returns {Node[]} a summary */
  showKey(key) {
    let right = 0;
    let accepted = 0;
    let points = 0;
    let all = 0;
    const items = new Map(this.group.items.map((item) => [item.id, item]));
    for (const field of this.fields) {
      const item = items.get(field.item);
      const bearing = key.filter((k) => k.layer === this.group.layer && String(k.spans) === String([item?.span ?? []]));
      const required = bearing.find((k) => k.status === "required");
      if (!item || !required) continue;
      const also = bearing.filter((k) => k.status === "accepted");
      const chosen = this.model.text(field.item);
      const share = chosen ? scoreChoice(chosen, required.label, also.map((k) => k.label)) : 0;
      const worth = item.points[""] ?? 0;
      if (share === 1) right += 1;
      else if (share > 0) accepted += 1;
      points += share * worth;
      all += worth;
      const fate = !chosen ? "none" : share === 1 ? "same" : share > 0 ? "accepted" : "other";
      field.verdict?.remove();
      field.verdict = this.#verdict(chosen, fate, required, also);
      field.fieldset.append(field.verdict);
    }
    const close = accepted > 0 ? `, ${accepted} ${accepted === 1 ? "is" : "are"} accepted as well` : "";
    return [
      h("p", { class: "rp-score" }, h("strong", {}, `${inPoints(points)} of ${counted(all, "point")}`)),
      h("p", {}, `${right} of ${counted(this.fields.length, "answer")} ${right === 1 ? "is" : "are"} the key’s${close}. `
        + "The key’s label earns the item’s points, an accepted label half of them. The reasons stand below each sentence."),
      h("button", { type: "button", class: "rp-quiet", click: () => this.#begin() }, `Begin at ${this.#first()}`),
    ];
  }

  /** The place of the first question, for people. */
  #first() {
    const number = this.part.querySelector("legend .rp-number")?.textContent;
    return number ? number.toLowerCase() : "question 1";
  }

  /** Go to the reasons below the first question. */
  #begin() {
    const field = this.fields[0];
    field?.verdict?.focus({ preventScroll: true });
    field?.fieldset.scrollIntoView();
  }

  hideKey() {
    for (const field of this.fields) {
      field.verdict?.remove();
      field.verdict = null;
    }
  }

  /**
   * @param {string} chosen
   * @param {"none" | "same" | "accepted" | "other"} fate
   * @param {KeyAnnotation} required
   * @param {readonly KeyAnnotation[]} also
   */
  #verdict(chosen, fate, required, also) {
    const says = {
      none: "Not answered",
      same: "Same as the key",
      accepted: "Accepted, half the points",
      other: "Not the key’s answer",
    };
    return h(
      "div",
      { class: "rp-verdict", "data-fate": fate, tabindex: "-1" },
      h("p", { class: "rp-fate" }, says[fate], chosen !== "" && h("span", {}, ` · you chose ${this.#name(chosen)}`)),
      h("p", {}, h("strong", {}, `Key: ${this.#name(required.label)}. `), required.reason),
      ...also.map((k) => h("p", {}, h("strong", {}, `Also accepted: ${this.#name(k.label)}. `), k.reason)),
    );
  }

  /** @param {string} label */
  #name(label) {
    return this.labels.find(({ id }) => id === label)?.name ?? label;
  }
}
