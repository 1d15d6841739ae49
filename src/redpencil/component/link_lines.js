/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Mark} Mark */
import { boxesOf } from "./boxes.js";

const SVG = "http://www.w3.org/2000/svg";

/** How high a line between two marks in one line of the text rises above it, in CSS pixels. */
const RISE = 24;

/** Lines from the chosen mark to what it is linked with. The list of marks says the same in words. */
export class LinkLines {
  /**
   * @param {Marking} marking
   * @param {HTMLElement} over lies over the text
   */
  constructor(marking, over) {
    this.marking = marking;
    this.drawing = draw("svg", { class: "rp-lines" });
    over.append(this.drawing);
  }

  place() {
    const { marking, drawing } = this;
    const id = marking.pointedId || marking.chosenId;
    const marks = id ? marking.view.marks : [];
    if (!id && !drawing.firstChild) return;
    /** @type {Element[]} */
    const lines = [];
    const origin = drawing.getBoundingClientRect();
    for (const mark of marks) {
      for (const { to, role } of mark.links ?? []) {
        const end = mark.id === id || to === id ? marks.find((other) => other.id === to) : null;
        if (end) lines.push(...this.#line(mark, end, role, origin));
      }
    }
    drawing.replaceChildren(...lines);
  }

  /** @param {Mark} from @param {Mark} to @param {string} role @param {DOMRect} origin */
  #line(from, to, role, origin) {
    const { view, layer } = this.marking;
    const b = to.spans.flatMap((span) => boxesOf(view, span))[0];
    if (!b) return [];
    const x2 = (b.left + b.right) / 2;
    /** @param {DOMRect} box */
    const gap = (box) => Math.abs(box.top - b.top) * 2 + Math.max(box.left - x2, x2 - box.right, 0);
    const a = from.spans.flatMap((span) => boxesOf(view, span)).sort((one, other) => gap(one) - gap(other))[0];
    if (!a) return [];
    // An end inside the mark itself is reached from its middle.
    const isInside = x2 > a.left && x2 < a.right && a.top === b.top;
    const x1 = isInside ? (a.left + a.right) / 2 : Math.min(Math.max(x2, a.left + 4), a.right - 4);
    const isBelow = b.top > a.bottom - 4;
    const isBeside = !isBelow && a.top < b.bottom - 4;
    const y1 = isBelow ? a.bottom : a.top;
    const y2 = isBelow || isBeside ? b.top : b.bottom;
    const rise = isBeside ? -RISE : (y2 - y1) / 2;
    const [xa, ya, xb, yb] = [x1 - origin.left, y1 - origin.top, x2 - origin.left, y2 - origin.top];
    const look = { "data-role": (layer.links[from.label] ?? []).indexOf(role) };
    const tip = isBelow || isBeside ? -7 : 7;
    return [
      draw("path", { ...look, d: `M${xa} ${ya}C${xa} ${ya + rise} ${xb} ${yb + (isBeside ? rise : -rise)} ${xb} ${yb + tip}` }),
      draw("path", { class: "rp-tip", d: `M${xb} ${yb}l-5 ${tip * 1.3}h10z` }),
      draw("text", { x: (xa + xb) / 2, y: (ya + yb) / 2 + (isBeside ? rise * 0.75 : 0) }, this.marking.nameOf(role)),
    ];
  }
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function draw(name, attributes, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
}
