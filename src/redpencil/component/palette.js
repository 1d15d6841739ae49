/** @typedef {import("./marking.js").Marking} Marking */
import { h, newId } from "./dom.js";

const KEYS = [
  ["← →", "a word back, a word on"],
  ["↑ ↓", "a line up, a line down"],
  ["Ctrl or Alt + ← →", "a sentence back, a sentence on"],
  ["Home, End", "to the paragraph’s ends; with Ctrl to the text’s"],
  ["Shift + any of these", "select more or fewer words"],
  ["1 2 3 …", "mark the selected words, or relabel the chosen mark"],
  ["M, Shift + M", "choose the next mark, the one before"],
  ["Tab, Shift + Tab", "with a mark chosen: the same; after the last one out of the text"],
  ["Shift + ← →", "with a mark chosen: move its end; with Alt its start"],
  ["+ and −", "add the selected words to the chosen mark, take them away"],
  ["N", "write a note on the mark; Esc comes back"],
  ["Delete", "delete the chosen mark, or the one here"],
  ["Esc", "select and choose nothing"],
  ["Ctrl + Z, Ctrl + Y", "undo, redo (on a Mac with ⌘)"],
];

/**
 * Above the text: a button for each label, what else can be done, and a line that says what happened. Below it, what can be
 * done to the chosen mark: there it comes and goes without moving the words.
 * @param {Marking} marking
 */
export function buildPalette(marking) {
  const root = /** @type {HTMLElement} */ (marking.part.querySelector(".rp-palette"));
  // A press on a button leaves the selection and the focus where they are.
  root.parentElement?.addEventListener("mousedown", (event) => {
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
  /** @param {string} text @param {string | undefined} name @param {string | undefined} key @param {() => void} click */
  const button = (text, name, key, click) =>
    h("button", { type: "button", class: "rp-quiet", "aria-label": name, "aria-keyshortcuts": key, click }, text);
  const edits = [
    button("Add to this mark", undefined, "+", () => marking.addPiece()),
    button("Take this piece away", undefined, "-", () => marking.takePiece()),
    button("Note", undefined, "N", () => marking.writeNote()),
    button("‹", "Start a word earlier", "Alt+Shift+ArrowLeft", () => marking.moveEdge(0, -1)),
    button("›", "Start a word later", "Alt+Shift+ArrowRight", () => marking.moveEdge(0, 1)),
    button("‹", "End a word earlier", "Shift+ArrowLeft", () => marking.moveEdge(1, -1)),
    button("›", "End a word later", "Shift+ArrowRight", () => marking.moveEdge(1, 1)),
  ];
  const chosen = h(
    "div",
    { class: "rp-chosen", role: "group", "aria-label": "The chosen mark", hidden: true },
    ...edits.slice(0, 3),
    h("span", { "aria-hidden": "true" }, "Start"),
    ...edits.slice(3, 5),
    h("span", { "aria-hidden": "true" }, "End"),
    ...edits.slice(5),
  );
  const status = h(
    "p",
    { class: "rp-status", role: "status" },
    `First ${marking.press} a word, and another to select up to it. Then choose a label.`,
  );
  const help = h(
    "p",
    { class: "rp-sr", id: newId() },
    "Arrow keys move by word, with Shift they select, a number marks with that label, M goes from mark to mark, question mark shows all keys. " +
      "With a screen reader, first let it pass your keys on to the page, in NVDA with NVDA and Space. For reading you need not.",
  );
  const keys = h(
    "details",
    { class: "rp-keys" },
    h("summary", {}, "Keys ", h("kbd", {}, "?")),
    h("dl", { tabindex: "0" }, ...KEYS.map(([key, what]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)))),
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
  root.parentElement?.append(chosen);
  return { buttons: [...pens, deleter, ...edits], chosen, status, help, keys };
}
