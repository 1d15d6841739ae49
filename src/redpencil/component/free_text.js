/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").Group} Group */
import { CHARACTERS_AT_MOST, storable } from "./answers_file.js";
import { counted } from "./dom.js";

/** Free text: what is written is kept as it is, and read by whoever teaches. */
export class FreeText {
  /**
   * @param {HTMLElement} part
   * @param {Session} session
   * @param {Group} group
   */
  constructor(part, session, group) {
    this.part = part;
    this.group = group;
    this.model = session.model;
    this.fields = [...part.querySelectorAll("textarea")].map((area) => {
      const item = /** @type {string} */ (area.dataset.item);
      area.addEventListener("input", () => {
        this.model.answer({ [item]: storable(area.value, CHARACTERS_AT_MOST) }, `text ${item}`);
      });
      return { area, item };
    });
  }

  /** Show what the model holds. */
  refresh() {
    for (const { area, item } of this.fields) {
      const text = this.model.text(item);
      if (storable(area.value, CHARACTERS_AT_MOST) !== text) area.value = text;
      area.readOnly = this.model.isFixed(item);
    }
  }

  /** What keeps the rubric closed, or an empty text. */
  notReady() {
    return this.fields.some(({ item }) => this.model.text(item).trim()) ? "" : "Write something first.";
  }

  /** How much of the part is done, for people. */
  progress() {
    const words = this.fields.map(({ item }) => this.model.text(item).match(/\S+/g)?.length ?? 0);
    return `You have written ${counted(words.reduce((a, b) => a + b, 0), "word")}.`;
  }

  /** No program reads what was written. */
  score() {
    return null;
  }

  hideKey() {}
}
