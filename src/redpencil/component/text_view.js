/**
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./offsets.js").Text} Text
 * @typedef {{element: HTMLElement, start: number, end: number, drawn: string}} Block
 * @typedef {{mark: Mark, span: Span}} Piece
 */
import { h } from "./dom.js";
import { lastStartingBy } from "./offsets.js";

/**
 * The text on the page: paints marks and the selection into its blocks, and finds the place of a point in it.
 * Only blocks that look different from what was drawn last are drawn again.
 */
export class TextView {
  /**
   * @param {HTMLElement} root holds the blocks, `[data-start]`
   * @param {Text} text
   * @param {Span[]} sentences
   * @param {Map<string, {n: number, letter: string}>} looks by label: its number from 1, and what stands beside it
   */
  constructor(root, text, sentences, looks) {
    this.root = root;
    this.text = text;
    this.sentences = sentences;
    this.looks = looks;
    /** @type {Block[]} */
    this.blocks = [...root.querySelectorAll("[data-start]")].map((found) => {
      const element = /** @type {HTMLElement} */ (found);
      const start = Number(element.dataset.start);
      const units = text.toUnits(start) + (element.textContent ?? "").length;
      return { element, start, end: text.toPoints(units), drawn: "" };
    });
    /** The pieces of marks that lie in each block, by its index, for the marks that were drawn last. @type {Piece[][]} */
    this.pieces = this.blocks.map(() => []);
    /** @type {readonly Mark[]} */
    this.marks = [];
  }

  /** @param {readonly Mark[]} marks */
  #sort(marks) {
    this.marks = marks;
    const starts = this.blocks.map(({ start, end }) => /** @type {Span} */ ([start, end]));
    this.pieces = this.blocks.map(() => []);
    for (const mark of marks) {
      for (const span of mark.spans) {
        for (let n = Math.max(0, lastStartingBy(starts, span[0])); n < this.blocks.length; n += 1) {
          const block = /** @type {Block} */ (this.blocks[n]);
          if (block.start >= span[1]) break;
          if (span[0] < block.end) this.pieces[n]?.push({ mark, span });
        }
      }
    }
  }

  /**
   * @param {readonly Mark[]} marks
   * @param {Span | null} selection
   */
  draw(marks, selection) {
    if (marks !== this.marks) this.#sort(marks);
    for (const [n, block] of this.blocks.entries()) {
      const inside = this.pieces[n] ?? [];
      const selected = selection && selection[0] < block.end && block.start < selection[1] ? selection : null;
      const look = inside.map(({ mark, span }) => `${mark.id} ${mark.label} ${span}`).join(";") + `|${selected ?? ""}`;
      if (look === (block.drawn || "|")) continue;
      block.drawn = look;
      block.element.replaceChildren(...this.#segments(block, inside, selected));
    }
  }

  /**
   * @param {Block} block
   * @param {Piece[]} pieces
   * @param {Span | null} selection
   * @returns {Node[]}
   */
  #segments(block, pieces, selection) {
    const sentences = new Map();
    const first = Math.max(0, lastStartingBy(this.sentences, block.start));
    for (let n = first; n < this.sentences.length; n += 1) {
      const [start] = /** @type {Span} */ (this.sentences[n]);
      if (start >= block.end) break;
      if (start >= block.start) sentences.set(start, n + 1);
    }
    const cuts = new Set([block.start, block.end, ...sentences.keys()]);
    for (const [start, end] of [...pieces.map((piece) => piece.span), ...(selection ? [selection] : [])]) {
      if (start > block.start) cuts.add(start);
      if (end < block.end) cuts.add(end);
    }
    const places = [...cuts].sort((a, b) => a - b);
    return places.slice(0, -1).flatMap((start, i) => {
      const end = /** @type {number} */ (places[i + 1]);
      /** @type {Node} */
      let node = document.createTextNode(this.text.slice(start, end));
      if (selection && selection[0] <= start && end <= selection[1]) node = h("span", { class: "rp-selected" }, node);
      // The longest mark is the outermost, so that each keeps its own line under the words.
      const covering = pieces.filter(({ span }) => span[0] <= start && end <= span[1]);
      covering.sort((a, b) => a.span[1] - a.span[0] - (b.span[1] - b.span[0]));
      for (const { mark, span } of covering) {
        const look = this.looks.get(mark.label);
        const letter = span[0] === start ? look?.letter : undefined;
        node = h("mark", { "data-n": look?.n, "data-mark": mark.id, "data-letter": letter }, node);
      }
      const number = sentences.get(start);
      return number ? [h("span", { class: "rp-s", "data-n": number }), node] : [node];
    });
  }

  /**
   * The code point at a place of the page, or null if it is not in the text.
   * @param {Node} node
   * @param {number} offset
   * @returns {number | null}
   */
  pointAt(node, offset) {
    const found = (node instanceof Element ? node : node.parentElement)?.closest("[data-start]");
    const block = this.blocks.find(({ element }) => element === found);
    if (!block) return null;
    const before = document.createRange();
    before.setStart(block.element, 0);
    before.setEnd(node, offset);
    return this.text.toPoints(this.text.toUnits(block.start) + before.toString().length);
  }

  /**
   * The code point under a pointer, or null.
   * @param {number} x
   * @param {number} y
   */
  pointUnder(x, y) {
    if ("caretPositionFromPoint" in document) {
      const caret = document.caretPositionFromPoint(x, y);
      return caret ? this.pointAt(caret.offsetNode, caret.offset) : null;
    }
    const caret = /** @type {Document} */ (document).caretRangeFromPoint(x, y);
    return caret ? this.pointAt(caret.startContainer, caret.startOffset) : null;
  }

  /**
   * The stretch of the text that the browser's own selection covers, or null.
   * @returns {Span | null}
   */
  nativeSelection() {
    const selection = document.getSelection();
    if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(this.root)) return null;
    const start = this.root.contains(range.startContainer) ? this.pointAt(range.startContainer, range.startOffset) : null;
    const end = this.root.contains(range.endContainer) ? this.pointAt(range.endContainer, range.endOffset) : null;
    const all = this.blocks.filter(({ element }) => range.intersectsNode(element));
    // A selection that ends on a block itself, or outside the text, takes what it covers of the blocks.
    const from = start ?? all[0]?.start ?? 0;
    const to = end ?? all.at(-1)?.end ?? 0;
    return from < to ? [from, to] : null;
  }

  /**
   * A range of the page over a span that lies in one block.
   * @param {Span} span
   * @returns {Range | null}
   */
  rangeOf([start, end]) {
    const block = this.blocks.find((one) => one.start <= start && start < one.end);
    if (!block) return null;
    const range = document.createRange();
    const origin = this.text.toUnits(block.start);
    const from = this.text.toUnits(start) - origin;
    const to = this.text.toUnits(Math.min(end, block.end)) - origin;
    let at = 0;
    const walker = document.createTreeWalker(block.element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.nodeValue?.length ?? 0;
      if (from >= at && from < at + length) range.setStart(node, from - at);
      if (to > at && to <= at + length) {
        range.setEnd(node, to - at);
        return range;
      }
      at += length;
    }
    return null;
  }

  /** Bring a place into view. @param {number} place @param {ScrollLogicalPosition} [where] */
  reveal(place, where = "nearest") {
    const block = this.blocks.find(({ start, end }) => start <= place && place < end);
    if (!block) return;
    const target = () => block.element.querySelector(".rp-selected") ?? block.element;
    target().scrollIntoView({ block: where });
    // Blocks out of view have an assumed height until they are laid out: look again then.
    requestAnimationFrame(() => target().scrollIntoView({ block: where }));
  }
}
