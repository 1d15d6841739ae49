/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").Group} Group */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
import { scoreChoice, scoreLikelihood } from "./compare.js";
import { h } from "./dom.js";

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
      fieldset.onchange = ({ target }) => this.model.answer({ [item]: /** @type {HTMLInputElement} */ (target).value });
      return { fieldset, item, meaning, radios: [...fieldset.querySelectorAll("input")] };
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

  get answered() {
    return this.fields.filter(({ item }) => this.model.text(item)).length;
  }

  /** What keeps the key closed, or an empty text. */
  notReady() {
    return this.answered > 0 ? "" : "Answer at least one first.";
  }

  /** How much of the part is done, for people. */
  progress() {
    return `You have answered ${this.answered} of ${this.fields.length}.`;
  }

  /** What the key says of each choice that it has. @param {readonly KeyAnnotation[]} key */
  verdicts(key) {
    return this.fields.flatMap(({ fieldset, item }) => {
      const { span = [], points = {} } = this.group.items.find(({ id }) => id === item) ?? {};
      const bearing = key.filter((k) => k.layer === this.group.layer && String(k.spans) === String(span));
      const required = bearing.find(({ status }) => status === "required");
      if (!required) return [];
      const also = bearing.filter(({ status }) => status === "accepted");
      const chosen = this.model.text(item);
      const { probabilities } = this.group;
      const share = probabilities
        ? scoreLikelihood(chosen, probabilities, (probabilities[required.label] ?? 0) > 0.5)
        : scoreChoice(chosen, required.label, also.map(({ label }) => label));
      return [{ fieldset, chosen, required, also, share, worth: points[""] ?? 0 }];
    });
  }

  /** @param {readonly KeyAnnotation[]} key */
  score(key) {
    const score = { points: 0, most: 0 };
    for (const { share, worth } of this.verdicts(key)) {
      score.points += share * worth;
      score.most += worth;
    }
    return score;
  }

  hideKey() {
    for (const verdict of this.part.querySelectorAll(".rp-verdict")) verdict.remove();
  }
}
