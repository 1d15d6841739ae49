/**
 * What a reader needs only later, in a file of its own, red_pencil_later.js: comparing with the key, what lies over a chosen
 * mark, files, and work on other versions and in other places. `Session.bringLater` has it come. Its styles come with it, so
 * that nothing of it is ever seen without them.
 */
import { showChoices } from "./choice_comparison.js";
import { showRubric } from "./free_text_comparison.js";
import { showMarks } from "./marks_comparison.js";
import { offerOlder } from "./older.js";
import { offerOther } from "./other.js";

export { Edges } from "./edges.js";
export { exportMarks, takeFile } from "./files.js";
export { LinkLines } from "./link_lines.js";

/** Of this file and the one that asks for it. @type {string} */
// @ts-expect-error there is no such thing before the files are bundled
export const version = globalThis.RED_PENCIL_VERSION;

/** What this page shows. @type {Set<import("./session.js").Session>} */
const sessions = new Set();

// A page that was put aside and is gone back to comes as it was. But Safari then empties a form that is not to be filled in
// by itself, a task later: the answers are shown again.
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) setTimeout(() => sessions.forEach(({ model }) => model.tell("view")));
});

/**
 * Offer what was done elsewhere: on other versions of the exercise, and on this one in the notebook or on the page.
 * @param {import("./hand_in.js").HandIn} handIn
 */
export function offer(handIn) {
  if (handIn.session.keptIn === "browser") sessions.add(handIn.session);
  offerOther(handIn);
  offerOlder(handIn);
}

/** What the key says of a part, by its kind. */
export const comparisons = { choice: showChoices, marks: showMarks, "free-text": showRubric };

// A notebook has a copy of this file come for each cell that is run, and one copy of the styles is enough for all.
const known = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (document));
const name = `redPencilStyles${version}`;
if (!known[name]) {
  const sheet = new CSSStyleSheet();
  // @ts-expect-error later.css, which is written in when the files are bundled
  sheet.replaceSync(globalThis.RED_PENCIL_LATER_STYLES);
  document.adoptedStyleSheets.push(sheet);
  known[name] = sheet;
}
