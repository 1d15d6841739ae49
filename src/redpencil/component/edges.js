/** @typedef {import("./marking.js").Marking} Marking */
import { boxesOf } from "./boxes.js";
import { h } from "./dom.js";

/** In CSS pixels; less than the room above and below the words of a line. */
const OFF = 9;

/** Handles at the ends of each piece of the chosen mark: dragged from word to word, by mouse, pen or finger. */
export class Edges {
  /**
   * @param {Marking} marking
   * @param {HTMLElement} over lies over the text
   */
  constructor(marking, over) {
    this.marking = marking;
    this.over = over;
    /** @type {HTMLElement[]} */
    this.handles = [];
  }

  place() {
    const { marking, handles, over } = this;
    const spans = (!marking.isFixed && (marking.draft ?? marking.chosen)?.spans) || [];
    while (handles.length < 2 * spans.length) handles.push(this.#handle(handles.length));
    while (handles.length > 2 * spans.length) handles.pop()?.remove();
    if (handles.length === 0) return;
    const origin = over.getBoundingClientRect();
    const isRightToLeft = getComputedStyle(over).direction === "rtl";
    for (const [n, handle] of handles.entries()) {
      const [start, end] = /** @type {import("./types.js").Span} */ (spans[n >> 1]);
      const box = boxesOf(marking.view, n % 2 ? [end - 1, end] : [start, start + 1])[0];
      handle.hidden = !box;
      if (!box) continue;
      const x = (n % 2 === 0) !== isRightToLeft ? box.left : box.right;
      handle.style.left = `${x - origin.left}px`;
      handle.style.top = `${(n % 2 ? box.bottom : box.top) - origin.top}px`;
      if (!handle.isConnected) over.append(handle);
    }
  }

  /** @param {number} n */
  #handle(n) {
    const { marking, over } = this;
    const handle = h("div", { class: "rp-handle", "data-side": n % 2, click: (event) => event.stopPropagation() });
    const side = n % 2 ? 1 : 0;
    handle.addEventListener("pointerdown", (event) => {
      const mark = marking.chosen;
      if (event.button !== 0 || !mark) return;
      // The words keep their selection and the text the focus; a finger on a handle does not scroll.
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      over.dataset.dragging = "";
      // A handle stands below or above its line: this far off, both a press on it and one on a word mean that line.
      const dx = over.getBoundingClientRect().left + parseFloat(handle.style.left) - event.clientX;
      const dy = side ? -OFF : OFF;
      const drag = new AbortController();
      const { signal } = drag;
      /** @param {PointerEvent} to */
      const move = (to) => {
        const place = marking.view.pointUnder(to.clientX + dx, to.clientY + dy);
        if (place === null) return;
        const word = side ? marking.words.before(place) : marking.words.after(place);
        marking.drag(marking.moved(mark, n >> 1, side, word));
      };
      const stop = (/** @type {Event} */ { type }) => {
        drag.abort();
        delete over.dataset.dragging;
        if (type !== "pointerup") marking.draft = null;
        marking.drag(null);
      };
      handle.addEventListener("pointermove", move, { signal });
      for (const name of ["pointerup", "pointercancel"]) handle.addEventListener(name, stop, { signal });
    });
    return handle;
  }
}
