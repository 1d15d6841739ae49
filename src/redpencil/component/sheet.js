/** @typedef {import("./session.js").Session} Session */
import { Choices } from "./choice.js";
import { contractOf } from "./contract.js";
import { copyOfControls, readData } from "./dom.js";
import { FreeText } from "./free_text.js";
import { HandIn, progressOf } from "./hand_in.js";
import { Hints } from "./hints.js";
import { KeyPanel } from "./key_panel.js";
import { Marking, showText } from "./marking.js";
import { MarksPart } from "./marks_part.js";

/**
 * @typedef {import("./text_view.js").TextView} TextView
 * @typedef {import("./types.js").Group} Group
 * @typedef {{part: HTMLElement, group: Group, text: TextView | null}} Shown a part of the exercise that the element shows
 */

/**
 * Bring an exercise's HTML to life. In a notebook a screen of the text and its marks come first, and what stands below and
 * around them when those are painted. A page shows its text before any script runs: there all comes at once, so that a
 * reload finds its place again.
 * @param {HTMLElement} root holds what `redpencil.pages.markup.exercise_html` writes
 * @param {Session} session
 * @param {boolean} [isNew] whether nothing of it has been painted yet
 * @returns {() => void} call it when the element goes
 */
export function enhance(root, session, isNew = false) {
  const life = new AbortController();
  const { signal } = life;
  const shown = [...root.querySelectorAll(".rp-part")].flatMap((found) => {
    const part = /** @type {HTMLElement} */ (found);
    const group = session.model.data.groups.find(({ id }) => id === part.dataset.group);
    if (!group) return [];
    const text = group.kind === "marks" ? showText(part, session.model, group, signal, isNew) : null;
    return [{ part, group, text }];
  });
  const begin = () => {
    if (signal.aborted) return;
    for (const { text } of shown) text?.holdBack(false);
    signal.addEventListener("abort", bringToLife(root, session, shown, signal));
  };
  if (isNew && shown.some(({ text }) => text)) requestAnimationFrame(() => requestAnimationFrame(begin));
  else begin();
  return () => life.abort();
}

/**
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {Shown[]} shown
 * @param {AbortSignal} life
 * @returns {() => void} call it when the element goes
 */
function bringToLife(root, session, shown, life) {
  const { model } = session;
  const form = /** @type {HTMLFormElement} */ (root.querySelector(".rp-sheet"));
  /** @type {KeyPanel[]} */
  const panels = [];
  /** @type {Hints[]} */
  const hints = [];
  /** @type {Marking[]} */
  const markings = [];
  for (const { part, group, text } of shown) {
    const marking = text && new Marking(part, session, group, text, life);
    if (marking) markings.push(marking);
    const Questions = group.kind === "choice" ? Choices : FreeText;
    const view = marking ? new MarksPart(marking, group) : new Questions(part, session, group);
    hints.push(new Hints(part, model, group, marking && (({ span, text }) => marking.show(span, text))));
    panels.push(new KeyPanel(part, session, group, view));
  }

  const { whole: bar, parts } = copyOfControls(root, "bar");
  const { progress, undo, redo, onward, said } = parts;
  undo.onclick = () => step("undo");
  redo.onclick = () => step("redo");
  const handIn = new HandIn(session, root, parts);
  form.append(bar, handIn.root);
  Object.assign(root, contractOf(model, panels, () => session.key ?? readData(root, "rp-key"), restart));
  root.toggleAttribute("data-live", true);
  root.querySelector("noscript")?.remove();

  /** @param {"undo" | "redo"} which */
  function step(which) {
    const before = markings.map(({ marks }) => marks);
    const done = model[which]();
    const what = which === "undo" ? "Undone" : "Redone";
    // Above a text it is said what became of its marks, and then not said here again.
    const isTold = markings.filter((marking, n) => marking.tellStep(what, before[n] ?? [])).length > 0;
    said.textContent = isTold ? "" : done ? `${what}. ${progress.textContent}` : `There is nothing to ${which}.`;
  }

  function restart() {
    for (const marking of markings) marking.restart();
    said.textContent = "The answers are taken away. “Undo” brings them back.";
  }

  function refresh() {
    for (const view of [...panels, ...hints]) view.refresh();
    progress.textContent = progressOf(model, shown.map(({ group }) => group)).join(" · ");
    // A pressed button that is disabled loses the focus: say instead that there is nothing.
    undo.setAttribute("aria-disabled", String(model.done.length === 0));
    redo.setAttribute("aria-disabled", String(model.undone.length === 0));
    handIn.refresh();
    // One place to hand in is enough: below the last part on the page.
    const last = session.last();
    handIn.root.hidden = last !== root;
    onward.hidden = last === root;
    onward.href = `#${last?.querySelector(".rp-hand-in")?.id ?? ""}`;
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (/** @type {HTMLElement} */ (event.target).matches("[data-student]")) return;
    const key = event.key.toLowerCase();
    const which = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : null;
    if (!which) return;
    event.preventDefault();
    event.stopPropagation();
    step(which);
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  root.addEventListener("keydown", onKey);
  const stopListening = model.listen(refresh);
  session.elements.add(root);
  model.tell("view");
  return () => {
    stopListening();
    session.elements.delete(root);
    model.tell("view");
  };
}
