/** @typedef {import("./marking.js").Marking} Marking */
import { copyOfControls, h, newId } from "./dom.js";
import { tagOf } from "./entry.js";

/**
 * Above the text: a button for each label, what else can be done, and a line that says what happened. Below it, what can be
 * done to the chosen mark: there it comes and goes without moving the words. A button's `data-do` is its command.
 * @param {Marking} marking
 */
export function buildPalette(marking) {
  const { part, layer } = marking;
  const { whole, parts } = copyOfControls(part, "palette");
  const { help, keys, pens, status, tools } = parts;
  const room = /** @type {HTMLElement} */ (part.querySelector(".rp-marking"));
  layer.labels.forEach(({ id, meaning }, i) => {
    const key = i < 9 && String(i + 1);
    pens.append(
      h(
        "button",
        { type: "button", class: "rp-pen", title: meaning, "data-do": i + 1, "aria-keyshortcuts": key },
        tagOf(marking, id),
        key && h("kbd", {}, key),
      ),
    );
  });
  help.id = newId();
  room.firstElementChild?.replaceWith(whole);
  room.append(tools);
  const buttons = /** @type {HTMLButtonElement[]} */ ([...room.querySelectorAll("[data-do]")]);
  for (const button of buttons) button.onclick = () => marking.run(button.dataset.do);
  // A press on a button leaves the selection and the focus where they are.
  room.addEventListener("mousedown", (event) => {
    if (/** @type {HTMLElement} */ (event.target).closest("button")) event.preventDefault();
  });
  // The list of keys lies over the text: it gives way to whatever is done next.
  whole.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !keys.open) return;
    keys.open = false;
    keys.firstElementChild.focus();
  });
  /** @param {Event} event */
  const giveWay = (event) => {
    if (!keys.contains(event.target)) keys.open = false;
  };
  document.addEventListener("pointerdown", giveWay, { signal: marking.life });
  return { buttons, tools, status, help, keys };
}
