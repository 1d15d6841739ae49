/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Group} Group */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
/** @typedef {import("./types.js").Mark} Mark */
/** @typedef {import("./compare.js").Fate} Fate */
import { findFates, scoreMarks } from "./compare.js";
import { counted, h, inPoints } from "./dom.js";
import { quoteOf, startOf } from "./marks.js";

/** A marking part as it is compared: what the key says of each annotation and of each mark. */
export class MarksKey {
  /**
   * @param {Marking} marking
   * @param {Group} group
   */
  constructor(marking, group) {
    this.marking = marking;
    this.group = group;
  }

  refresh() {
    this.marking.refresh();
  }

  notReady() {
    return this.marking.marks.length > 0 ? "" : "Make at least one mark first.";
  }

  progress() {
    return `You have made ${counted(this.marking.marks.length, "mark")}.`;
  }

  /** @param {readonly KeyAnnotation[]} all @returns {Node[]} */
  showKey(all) {
    const { marking } = this;
    const { marks } = marking;
    const key = all.filter((k) => k.layer === this.group.layer);
    const fates = findFates(marks, key, (span) => marking.text.slice(...span).trim() === "");
    /** @param {Fate} fate */
    const place = (fate) => {
      const first = marks[fate.marks[0] ?? -1];
      return fate.annotation ? startOf(fate.annotation) : first ? startOf(first) : 0;
    };
    fates.sort((a, b) => place(a) - place(b));
    return [
      ...this.#points(marks, key),
      h("ol", { class: "rp-fates", "aria-label": "Your marks and the key" }, ...fates.map((fate) => this.#fate(fate, marks))),
    ];
  }

  hideKey() {}

  /** @param {readonly Mark[]} marks @param {readonly KeyAnnotation[]} key */
  #points(marks, key) {
    const points = this.group.items[0]?.points ?? {};
    const scores = scoreMarks(
      marks,
      key.filter((k) => k.status === "required"),
      key.filter((k) => k.status === "accepted"),
    );
    let earned = 0;
    let most = 0;
    const rows = Object.entries(points).map(([label, worth]) => {
      const score = scores[label];
      earned += (score?.f1 ?? 0) * worth;
      most += worth;
      return h(
        "tr",
        {},
        h("th", { scope: "row" }, this.marking.nameOf(label)),
        h("td", {}, percent(score?.precision)),
        h("td", {}, percent(score?.recall)),
        h("td", {}, percent(score?.f1)),
        h("td", {}, `${inPoints((score?.f1 ?? 0) * worth)} of ${inPoints(worth)}`),
      );
    });
    return [
      h("p", { class: "rp-score" }, h("strong", {}, `${inPoints(earned)} of ${counted(most, "point")}`)),
      h(
        "div",
        { class: "rp-scroll", tabindex: "0", role: "group", "aria-label": "Points for each label" },
        h(
          "table",
          {},
          h("thead", {}, h("tr", {}, ...["Label", "Precision", "Recall", "F1", "Points"].map((name) => h("th", { scope: "col" }, name)))),
          h("tbody", {}, ...rows),
        ),
      ),
      h(
        "details",
        { class: "rp-formula" },
        h("summary", {}, "How the points come about"),
        h("p", {}, "For each label by itself. Precision asks of each of your marks: how much of it stands in the key? Recall asks of each mark in the key: how much of it did you mark? Both are averages."),
        h("p", {}, "F1 brings the two together: twice their product, divided by their sum. It is high only when both are. F1 times the label’s points is what you earn."),
        h("p", {}, "Where the key accepts something as well, marking it costs nothing and leaving it out costs nothing. Links are not counted."),
      ),
    ];
  }

  /** @param {Fate} fate @param {readonly Mark[]} marks */
  #fate({ fate, annotation, marks: numbers, missing }, marks) {
    const { marking } = this;
    const yours = numbers.flatMap((n) => marks[n] ?? []);
    const shown = annotation ?? /** @type {Mark} */ (yours[0]);
    const look = marking.looks.get(shown.label);
    const quotes = (/** @type {readonly string[]} */ parts) => parts.map((part) => `“${part.replace(/\s+/g, " ").trim()}”`).join(", ");
    const isAccepted = annotation?.status === "accepted";
    const differs = annotation && yours.some((mark) => String(mark.spans) !== String(annotation.spans));
    return h(
      "li",
      { "data-fate": fate.replaceAll(" ", "-") },
      h(
        "div",
        { class: "rp-entry" },
        h("span", { class: "rp-fate" }, isAccepted ? "accepted" : fate),
        h("span", { class: "rp-tag", "data-n": look?.n, "data-letter": look?.letter }, marking.nameOf(shown.label)),
        h("q", { class: "rp-quote", lang: marking.root.lang }, annotation ? annotation.quotes.join(" … ") : quoteOf(shown)),
        h("span", { class: "rp-where" }, `sentence ${marking.sentenceNumber(startOf(shown))}`),
      ),
      fate === "partly found" && missing.length > 0 &&
        h("p", {}, `Missing: ${quotes(missing.map((span) => marking.text.slice(...span)))}.`),
      fate === "partly found" && missing.length === 0 && h("p", {}, "Your mark is more than twice as long."),
      differs && fate !== "missed" && h("p", {}, `You marked: ${quotes(yours.map(quoteOf))}.`),
      annotation && h("p", {}, annotation.reason),
      !annotation && h("p", {}, `The key has no ${marking.nameOf(shown.label)} here.`),
    );
  }
}

/** @param {number | undefined} share */
const percent = (share) => (share === undefined ? "–" : `${Math.round(share * 100)} %`);
