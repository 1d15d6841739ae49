/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").Group} Group */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
import { scoreChoice, scoreLikelihood } from "./compare.js";
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
  #verdicts(key) {
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
    for (const { share, worth } of this.#verdicts(key)) {
      score.points += share * worth;
      score.most += worth;
    }
    return score;
  }

  /** @param {readonly KeyAnnotation[]} key @returns {Node[]} a summary; the rest stands at each choice */
  showKey(key) {
    const verdicts = this.#verdicts(key);
    const { points, most } = this.score(key);
    this.hideKey();
    for (const verdict of verdicts) verdict.fieldset.append(this.#verdict(verdict));
    const right = verdicts.filter(({ share }) => share === 1).length;
    const accepted = this.group.probabilities ? 0 : verdicts.filter(({ share }) => share > 0 && share < 1).length;
    const close = accepted > 0 ? `, ${accepted} ${accepted === 1 ? "is" : "are"} accepted as well` : "";
    const howEarned = this.group.probabilities
      ? "The nearer to the key’s label, the more points; the label at the other end earns none."
      : "The key’s label earns the item’s points, an accepted label half of them.";
    const number = this.part.querySelector("legend .rp-number")?.textContent?.toLowerCase() ?? "question 1";
    return [
      h("p", { class: "rp-score" }, h("strong", {}, `${inPoints(points)} of ${counted(most, "point")}`)),
      h("p", {}, `${right} of ${counted(this.fields.length, "answer")} ${right === 1 ? "is" : "are"} the key’s${close}. ${howEarned} The reasons stand below each sentence.`),
      h("button", { type: "button", class: "rp-quiet", click: () => this.#begin() }, `Begin at ${number}`),
    ];
  }

  /** Go to the reasons below the first question. */
  #begin() {
    const first = /** @type {HTMLElement | null} */ (this.part.querySelector(".rp-verdict"));
    first?.focus({ preventScroll: true });
    first?.parentElement?.scrollIntoView();
  }

  hideKey() {
    for (const verdict of this.part.querySelectorAll(".rp-verdict")) verdict.remove();
  }

  /** @param {{chosen: string, required: KeyAnnotation, also: KeyAnnotation[], share: number, worth: number}} verdict */
  #verdict({ chosen, required, also, share, worth }) {
    const { probabilities = {} } = this.group;
    const [said, meant] = [chosen, required.label].map((label) => Math.sign((probabilities[label] ?? 0.5) - 0.5));
    const [fate, says] = !chosen
      ? ["none", "Not answered"]
      : share === 1
        ? ["same", "Same as the key"]
        : meant
          ? [said === meant ? "accepted" : "other", `${said === meant ? "On the key’s side" : said ? "On the other side" : "On neither side"}, ${inPoints(share * worth)} of ${counted(worth, "point")}`]
        : share > 0
          ? ["accepted", "Accepted, half the points"]
          : ["other", "Not the key’s answer"];
    /** @param {string} what @param {KeyAnnotation} annotation */
    const line = (what, { label, reason }) => h("p", {}, h("strong", {}, `${what}: ${this.#name(label)}. `), reason);
    return h(
      "div",
      { class: "rp-verdict", "data-fate": fate, tabindex: "-1" },
      h("p", { class: "rp-fate" }, says, chosen && h("span", {}, ` · you chose ${this.#name(chosen)}`)),
      line("Key", required),
      ...also.map((one) => line("Also accepted", one)),
    );
  }

  /** @param {string} label */
  #name(label) {
    return this.labels.find(({ id }) => id === label)?.name ?? label;
  }
}
