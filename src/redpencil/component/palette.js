/** @typedef {import("./marking.js").Marking} Marking */
import { h, newId } from "./dom.js";

const KEYS = [
  ["← →", "a word back, a word on"],
  ["↑ ↓", "a line up, a line down"],
  ["Ctrl or Alt + ← →", "a sentence back, a sentence on"],
  ["Home, End", "to the paragraph’s ends; with Ctrl to the text’s"],
  ["Shift + any of these", "select more or fewer words"],
  ["1 2 3 …", "mark the selected words with that label"],
  ["Delete", "delete the mark here"],
  ["Esc", "select nothing"],
  ["Ctrl + Z, Ctrl + Y", "undo, redo (on a Mac with ⌘)"],
];

/**
 * Above the text: a button for each label, what else can be done, and a line that says what happened.
 * @param {Marking} marking
 */
export function buildPalette(marking) {
  const root = /** @type {HTMLElement} */ (marking.part.querySelector(".rp-palette"));
  // A press on a button leaves the selection and the focus where they are.
  root.addEventListener("mousedown", (event) => {
    if (/** @type {HTMLElement} */ (event.target).closest("button")) event.preventDefault();
  });
  const pens = marking.layer.labels.map((label, i) => {
    const look = marking.looks.get(label.id);
    const key = i < 9 ? String(i + 1) : undefined;
    return h(
      "button",
      { type: "button", class: "rp-pen", title: label.meaning, "aria-keyshortcuts": key, click: () => marking.mark(i) },
      h("span", { class: "rp-tag", "data-n": look?.n, "data-letter": look?.letter }, label.name),
      key && h("kbd", {}, key),
    );
  });
  const deleter = h(
    "button",
    { type: "button", class: "rp-quiet", "aria-keyshortcuts": "Delete", click: () => marking.removeHere() },
    "Delete mark",
  );
  const status = h(
    "p",
    { class: "rp-status", role: "status" },
    "Click or tap a word, and another to select up to it. Then choose a label.",
  );
  const help = h(
    "p",
    { class: "rp-sr", id: newId() },
    "Arrow keys move by word, with Shift they select, a number marks with that label, question mark shows all keys. " +
      "With a screen reader, turn on focus mode first; reading works without.",
  );
  const keys = h(
    "details",
    { class: "rp-keys" },
    h("summary", {}, "Keys ", h("kbd", {}, "?")),
    h("dl", {}, ...KEYS.map(([key, what]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)))),
  );
  // The list of keys lies over the text: it gives way to whatever is done next.
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !keys.open) return;
    keys.open = false;
    keys.querySelector("summary")?.focus();
  });
  /** @param {Event} event */
  const giveWay = (event) => {
    if (!keys.contains(/** @type {Node} */ (event.target))) keys.open = false;
  };
  document.addEventListener("pointerdown", giveWay, { signal: marking.life });
  root.append(
    h("div", { class: "rp-pens", role: "group", "aria-label": "Mark the selected words as" }, ...pens),
    h("div", { class: "rp-tools" }, deleter, keys),
    status,
    help,
  );
  return { buttons: [...pens, deleter], status, help, keys };
}
