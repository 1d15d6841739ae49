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
    const missed = fates.flatMap(({ missing }) => missing);
    marking.view.outline(missed);
    return [
      ...this.#points(marks, key),
      missed.length > 0 &&
        h("p", {}, h("span", { class: "rp-missed" }, "A dashed outline"), " in the text shows what the key has and you did not mark."),
      h("ol", { class: "rp-fates", "aria-label": "Your marks and the key" }, ...fates.map((fate) => this.#fate(fate, marks))),
    ].filter((node) => node !== false);
  }

  hideKey() {
    this.marking.view.outline([]);
  }

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
      const before = Number(inPoints(earned));
      earned += (score?.f1 ?? 0) * worth;
      most += worth;
      // What the sum grows by as it is shown: rounded one by one, the rows would not give the total.
      const row = Number(inPoints(earned)) - before;
      return [
        this.marking.nameOf(label),
        `${inPoints(row)} of ${inPoints(worth)}`,
        percent(score?.precision),
        percent(score?.recall),
        percent(score?.f1),
      ];
    });
    return [
      h("p", { class: "rp-score" }, h("strong", {}, `${inPoints(earned)} of ${counted(most, "point")}`)),
      table("Points for each label", ["Label", "Points"], rows.map((row) => row.slice(0, 2))),
      h(
        "details",
        { class: "rp-formula" },
        h("summary", {}, "How the points come about"),
        table(
          "Shares for each label",
          ["Label", "Of what you marked, in the key", "Of the key, found by you", "Both together"],
          rows.map(([name, , ...shares]) => [name, ...shares]),
        ),
        h("p", {}, "For each label by itself. Of each of your marks: how much of it is in the key? Of each mark in the key: how much of it did you find? The two shares are averages. People who count such things call them precision and recall."),
        h("p", {}, "The last column, called F1, is twice their product, divided by their sum. It is high only when both are. It is the part of the label’s points that you earn."),
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
        h(
          "button",
          { type: "button", class: "rp-quiet", "aria-label": `Go to it: ${quotes(shown.quotes)}`, click: () => marking.goToWords(shown) },
          "Go to it",
        ),
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

/** @param {string} name @param {string[]} heads @param {(string | undefined)[][]} rows */
const table = (name, heads, rows) =>
  h(
    "div",
    { class: "rp-scroll", tabindex: "0", role: "group", "aria-label": name },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, ...rows.map(([head, ...cells]) => h("tr", {}, h("th", { scope: "row" }, head), ...cells.map((cell) => h("td", {}, cell))))),
    ),
  );

/** @param {number | undefined} share */
const percent = (share) => (share === undefined ? "–" : `${Math.round(share * 100)} %`);
