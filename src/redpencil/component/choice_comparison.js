/** @typedef {import("./choice.js").Choices} Choices */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
/** @typedef {ReturnType<Choices["verdicts"]>[number]} Verdict */
import { counted, h, inPoints } from "./dom.js";

/**
 * What the key says of each choice goes below it.
 * @param {Choices} choices
 * @param {readonly KeyAnnotation[]} key
 * @returns {Node[]} a summary
 */
export function showChoices(choices, key) {
  const { part, group, fields } = choices;
  const verdicts = choices.verdicts(key);
  const { points, most } = choices.score(key);
  choices.hideKey();
  for (const verdict of verdicts) verdict.fieldset.append(verdictOf(choices, verdict));
  const right = verdicts.filter(({ share }) => share === 1).length;
  const accepted = group.probabilities ? 0 : verdicts.filter(({ share }) => share > 0 && share < 1).length;
  const close = accepted > 0 ? `, ${accepted} ${accepted === 1 ? "is" : "are"} accepted as well` : "";
  const howEarned = group.probabilities
    ? "The nearer to the key’s label, the more points; the label at the other end earns none."
    : "The key’s label earns the item’s points, an accepted label half of them.";
  const number = part.querySelector("legend .rp-number")?.textContent?.toLowerCase() ?? "question 1";
  return [
    h("p", { class: "rp-score" }, h("strong", {}, `${inPoints(points)} of ${counted(most, "point")}`)),
    h("p", {}, `${right} of ${counted(fields.length, "answer")} ${right === 1 ? "is" : "are"} the key’s${close}. ${howEarned} The reasons stand below each sentence.`),
    h("button", { type: "button", class: "rp-quiet", click: () => begin(part) }, `Begin at ${number}`),
  ];
}

/** Go to the reasons below the first question. @param {HTMLElement} part */
function begin(part) {
  const first = /** @type {HTMLElement | null} */ (part.querySelector(".rp-verdict"));
  first?.focus({ preventScroll: true });
  first?.parentElement?.scrollIntoView();
}

/** @param {Choices} choices @param {Verdict} verdict */
function verdictOf({ group, labels }, { chosen, required, also, share, worth }) {
  const { probabilities = {} } = group;
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
  /** @param {string} label */
  const nameOf = (label) => labels.find(({ id }) => id === label)?.name ?? label;
  /** @param {string} what @param {KeyAnnotation} annotation */
  const line = (what, { label, reason }) => h("p", {}, h("strong", {}, `${what}: ${nameOf(label)}. `), reason);
  return h(
    "div",
    { class: "rp-verdict", "data-fate": fate, tabindex: "-1" },
    h("p", { class: "rp-fate" }, says, chosen && h("span", {}, ` · you chose ${nameOf(chosen)}`)),
    line("Key", required),
    ...also.map((one) => line("Also accepted", one)),
  );
}
