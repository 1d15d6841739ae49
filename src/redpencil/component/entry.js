/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Span} Span */
import { h } from "./dom.js";
import { quoteOf, startOf } from "./marks.js";

/**
 * A label's name as it is shown everywhere: with its colour, its pattern and its letter.
 * @param {Marking} marking
 * @param {string} label
 */
export function tagOf(marking, label) {
  const look = marking.looks.get(label);
  return h("span", { class: "rp-tag", "data-n": look?.n, "data-letter": look?.letter }, marking.nameOf(label));
}

/**
 * A line in a list of marks: the label, the words, the sentence that they stand in.
 * @param {Marking} marking
 * @param {{label: string, spans: Span[], quotes: string[]}} mark of the reader or of the key
 * @param {...(Node | string)} before
 */
export function entryOf(marking, mark, ...before) {
  const pieces = mark.spans.length > 1 ? `, in ${mark.spans.length} pieces` : "";
  return h(
    "div",
    { class: "rp-entry" },
    ...before,
    tagOf(marking, mark.label),
    h("q", { class: "rp-quote", lang: marking.root.lang, dir: "auto" }, quoteOf(mark)),
    h("span", { class: "rp-where" }, `sentence ${marking.sentenceNumber(startOf(mark))}${pieces}`),
  );
}
