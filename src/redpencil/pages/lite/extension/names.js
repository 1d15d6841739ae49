/**
 * Names and roles for what JupyterLab leaves without, so that a screen reader has something to say there.
 *
 * JupyterLab draws cells again whenever it likes, so whatever comes into the page is looked at when it comes. What
 * has a name already keeps it: a newer JupyterLab may give its own.
 */

/** @typedef {(found: Element, watch: MutationObserver) => void} Mend */

/** @type {[selector: string, mend: Mend][]} */
const MENDS = [
  // The list of cells is a feed, and a feed is made of articles.
  ['[role="feed"] > .jp-Cell:not([role])', (cell) => cell.setAttribute("role", "article")],
  // The box itself, in which one writes: CodeMirror calls it a text field without a name.
  [".jp-CodeCell .cm-content:not([aria-label])", (box) => box.setAttribute("aria-label", "Box with code")],
  [".jp-Cell:not(.jp-CodeCell) .cm-content:not([aria-label])", (box) => box.setAttribute("aria-label", "Box with text")],
  // The triangle before a heading; it turns, and says nothing.
  [".jp-collapseHeadingButton:not([aria-label])", nameTriangle],
];

/**
 * Name what is in a part of the page, and what comes into it.
 *
 * @param {Element} part
 */
export function nameParts(part) {
  const watch = new MutationObserver((changes) => {
    for (const {type, target} of changes) if (type === "attributes") tellState(/** @type {Element} */ (target));
    mend();
  });
  function mend() {
    for (const [selector, how] of MENDS) for (const found of part.querySelectorAll(selector)) how(found, watch);
  }
  watch.observe(part, {childList: true, subtree: true});
  mend();
}

/** @type {Mend} */
function nameTriangle(button, watch) {
  button.setAttribute("aria-label", "What is under this heading");
  tellState(button);
  watch.observe(button, {attributes: true, attributeFilter: ["class"]});
}

/** @param {Element} button  before a heading */
function tellState(button) {
  button.setAttribute("aria-expanded", String(!button.classList.contains("jp-mod-collapsed")));
}
