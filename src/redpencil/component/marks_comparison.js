/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./marks_part.js").MarksPart} MarksPart */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
/** @typedef {import("./types.js").Mark} Mark */
/** @typedef {import("./compare.js").Fate} Fate */
import { findFates } from "./compare.js";
import { copyOfControls, counted, h, inPoints, shortQuote } from "./dom.js";
import { entryOf, tagOf } from "./entry.js";
import { quoteOf, startOf } from "./marks.js";

/**
 * The marks beside the key: the points, and the fate of each annotation and of each mark, to be looked at label by label.
 * @param {MarksPart} part
 * @param {readonly KeyAnnotation[]} key of every layer
 * @returns {Node[]}
 */
export function showMarks(part, key) {
  const { marking } = part;
  const { marks } = marking;
  const { points, most, rows } = part.score(key);
  const { whole, parts } = copyOfControls(marking.part, "result");
  parts.score.textContent = `${inPoints(points)} of ${counted(most, "point")}`;
  let before = 0;
  for (const { label, worth, points, shares } of rows) {
    // What the sum grows by as it is shown: rounded one by one, the rows would not give the total.
    const row = Number(inPoints(before + points)) - Number(inPoints(before));
    before += points;
    parts.points.append(rowOf(marking.nameOf(label), `${inPoints(row)} of ${inPoints(worth)}`));
    parts.shares.append(rowOf(marking.nameOf(label), ...shares.map(percent)));
  }
  const fates = findFates(marks, part.keyOf(key), (span) => marking.text.slice(...span).trim() === "")
    .map((fate) => ({ ...fate, shown: fate.annotation ?? /** @type {Mark} */ (marks[fate.marks[0] ?? -1]) }))
    .sort((a, b) => startOf(a.shown) - startOf(b.shown));
  const labels = marking.layer.labels.filter(({ id }) => fates.some(({ shown }) => shown.label === id));
  /** Show what is of one label, or all. @param {string} [only] */
  const show = (only) => {
    const some = fates.filter(({ shown }) => !only || shown.label === only);
    const missed = some.flatMap(({ missing }) => missing);
    parts.fates.replaceChildren(...some.map((fate) => fateOf(marking, fate)));
    parts.outline.hidden = missed.length === 0;
    marking.only = only;
    marking.draw();
    marking.view.outline(missed);
    [...parts.filter.children].forEach((button, i) => {
      button.ariaPressed = String((i > 0 ? labels[i - 1]?.id : undefined) === only);
    });
    parts.shown.textContent = only ? `${some.length} of ${fates.length} shown: ${marking.nameOf(only)}.` : `All ${fates.length} shown.`;
  };
  parts.filter.firstElementChild.onclick = marking.showAll = () => show();
  for (const { id } of labels) {
    const count = fates.filter(({ shown }) => shown.label === id).length;
    parts.filter.append(h("button", { type: "button", class: "rp-quiet", click: () => show(id) }, tagOf(marking, id), ` ${count}`));
  }
  parts.filter.hidden = labels.length < 2;
  show();
  // Nobody chose anything yet that there is to be told of.
  parts.shown.textContent = "";
  return [whole];
}

/** @param {Marking} marking @param {Fate & {shown: Mark | KeyAnnotation}} fate */
function fateOf(marking, { fate, annotation, marks: numbers, missing, shown }) {
  const yours = numbers.flatMap((n) => marking.marks[n] ?? []);
  const quotes = (/** @type {readonly string[]} */ parts) => parts.map(shortQuote).join(", ");
  const name = annotation?.status === "accepted" ? "accepted" : fate;
  const differs = annotation && yours.some((mark) => String(mark.spans) !== String(annotation.spans));
  const head = entryOf(marking, shown, h("span", { class: "rp-fate" }, name));
  const goTo = () => marking.show(shown.spans[0], `Here: ${marking.nameOf(shown.label)} ${shortQuote(quoteOf(shown))}.`);
  head.append(h("button", { type: "button", class: "rp-quiet", "aria-label": `Go to it: ${quotes(shown.quotes)}`, click: goTo }, "Go to it"));
  const lines = [
    fate === "partly found" &&
      (missing.length > 0 ? `Missing: ${quotes(missing.map((span) => marking.text.slice(...span)))}.` : "Your mark is more than twice as long."),
    differs && yours.length > 0 && `You marked: ${quotes(yours.map(quoteOf))}.`,
    annotation?.actor && aimOf(marking, yours, marking.hitBy(annotation)),
    annotation ? annotation.reason : `The key has no ${marking.nameOf(shown.label)} here.`,
  ];
  return h("li", { "data-fate": fate.replaceAll(" ", "-") }, head, ...lines.map((line) => line && h("p", {}, line)));
}

/** Whom the words hit, by the reader's marks and by the key. @param {Marking} marking @param {Mark[]} yours @param {string} key */
function aimOf(marking, yours, key) {
  const said = [...new Set(yours.map((mark) => marking.hitBy(mark)))].filter(Boolean).join(", ");
  if (yours.length === 0) return `It hits: ${key}.`;
  return `${said ? `You said it hits: ${said}.` : "You did not say whom it hits."} The key: ${key}.`;
}

/** @param {string} head @param {...string} cells */
const rowOf = (head, ...cells) => h("tr", {}, h("th", { scope: "row" }, head), ...cells.map((cell) => h("td", {}, cell)));

/** @param {number | undefined} share */
const percent = (share) => (share === undefined ? "–" : `${Math.round(share * 100)} %`);
