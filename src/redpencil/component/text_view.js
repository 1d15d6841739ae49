/**
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./offsets.js").Text} Text
 * @typedef {{element: HTMLElement, start: number, end: number}} Block
 * @typedef {{mark: Mark, span: Span}} Piece
 */
import { sameEnds } from "./changes.js";
import { h } from "./dom.js";
import { endOf } from "./marks.js";
import { lastStartingBy } from "./offsets.js";

/** So many blocks are drawn at once, which is more than a screen shows; the rest follows in slices. */
const AT_ONCE = 40;
/** So many marks are painted over each other; all are in the list. */
const NESTED_AT_MOST = 12;
/** So many characters stand at most in a strip of the text that is one CSS pixel high. */
const CHARACTERS_AT_MOST = 2;
/** How long a slice takes, in milliseconds: input waits no longer. */
const SLICE = 8;

/**
 * The text on the page: paints marks and the selection into its blocks, and finds the place of a point in it.
 * Only blocks that look different from what was drawn last are drawn again, and only what changed is looked at.
 */
export class TextView {
  /** The pieces of marks that lie in each block, by its index, for the marks that were drawn last. @type {Piece[][]} */
  #pieces = [];
  /** What a comparison found missing. @type {Span[]} */
  #missed = [];
  /** The blocks that are still to be drawn. @type {Set<number>} */
  #waiting = new Set();

  /**
   * @param {HTMLElement} root holds the blocks, `[data-start]`
   * @param {Text} text
   * @param {Span[]} sentences
   * @param {Map<string, {n: number, letter: string}>} looks by label: its number from 1, and what stands beside it
   * @param {AbortSignal} signal ends what listens to the whole window
   */
  constructor(root, text, sentences, looks, signal) {
    this.root = root;
    this.text = text;
    this.sentences = sentences;
    this.looks = looks;
    /** @type {Block[]} */
    this.blocks = [...root.querySelectorAll("[data-start]")].map((found) => {
      const element = /** @type {HTMLElement} */ (found);
      const start = Number(element.dataset.start);
      const units = text.toUnits(start) + (element.textContent ?? "").length;
      return { element, start, end: text.toPoints(units) };
    });
    this.spans = this.blocks.map(({ start, end }) => /** @type {Span} */ ([start, end]));
    this.#pieces = this.blocks.map(() => []);
    /** @type {readonly Mark[]} */
    this.marks = [];
    /** @type {Span | null} */
    this.selection = null;
    /** @type {Mark | null} */
    this.chosen = null;
    window.addEventListener("beforeprint", () => this.#drawWaiting(Infinity), { signal });
  }

  /** Hold back what certainly lies below the first screen, or show it. @param {boolean} isHeld */
  holdBack(isHeld) {
    const room = window.innerHeight * CHARACTERS_AT_MOST;
    for (const { element, start } of this.blocks) element.hidden = isHeld && start > room;
  }

  /** Outline what a comparison found missing. @param {Span[]} missed */
  outline(missed) {
    const touched = new Set([...this.#missed, ...missed].flatMap((span) => this.under(span)));
    this.#missed = missed;
    this.#redraw(touched);
  }

  /** Draw these blocks again: few at once, of many the first, and what nobody can see later. @param {Set<number>} touched */
  #redraw(touched) {
    let drawn = 0;
    for (const n of [...touched].sort((a, b) => a - b)) {
      if (drawn < AT_ONCE && !this.blocks[n]?.element.hidden) {
        this.#drawBlock(n);
        drawn += 1;
      } else {
        if (this.#waiting.size === 0) this.#planWaiting();
        this.#waiting.add(n);
      }
    }
  }

  #planWaiting() {
    requestAnimationFrame(() => setTimeout(() => this.#drawWaiting(SLICE)));
  }

  /** Draw what waits, for some milliseconds. @param {number} time */
  #drawWaiting(time) {
    const end = performance.now() + time;
    for (const n of this.#waiting) {
      if (performance.now() > end) {
        this.#planWaiting();
        return;
      }
      this.#drawBlock(n);
    }
  }

  /** @param {number} n */
  #drawBlock(n) {
    const block = /** @type {Block} */ (this.blocks[n]);
    this.#waiting.delete(n);
    block.element.replaceChildren(...this.#segments(block, this.#pieces[n] ?? []));
  }

  /** The numbers of the blocks that a span touches. @param {Span} span @returns {number[]} */
  under([start, end]) {
    const under = [];
    for (let n = Math.max(0, lastStartingBy(this.spans, start)); n < this.blocks.length; n += 1) {
      const block = /** @type {Block} */ (this.blocks[n]);
      if (block.start >= end) break;
      if (start < block.end) under.push(n);
    }
    return under;
  }

  /**
   * @param {readonly Mark[]} marks
   * @param {Span | null} selection
   * @param {Mark | null} chosen
   */
  draw(marks, selection, chosen) {
    /** @type {Set<number>} */
    const touched = new Set();
    /** @param {Span} span */
    const touch = (span) => this.under(span).forEach((n) => touched.add(n));
    const { at, end } = sameEnds(this.marks, marks);
    for (const mark of this.marks.slice(at, this.marks.length - end)) {
      for (const n of mark.spans.flatMap((span) => this.under(span))) {
        this.#pieces[n] = (this.#pieces[n] ?? []).filter((piece) => piece.mark !== mark);
        touched.add(n);
      }
    }
    for (const mark of marks.slice(at, marks.length - end)) {
      for (const span of mark.spans) {
        for (const n of this.under(span)) {
          this.#pieces[n]?.push({ mark, span });
          touched.add(n);
        }
      }
    }
    if (String(selection) !== String(this.selection)) {
      for (const span of [this.selection, selection]) if (span) touch(span);
    }
    if (chosen !== this.chosen) for (const mark of [this.chosen, chosen]) mark?.spans.forEach(touch);
    Object.assign(this, { marks, selection, chosen });
    this.#redraw(touched);
  }

  /**
   * @param {Block} block
   * @param {Piece[]} pieces
   * @returns {Node[]}
   */
  #segments(block, pieces) {
    const { chosen } = this;
    const selection = this.selection && this.selection[0] < block.end && block.start < this.selection[1] ? this.selection : null;
    const sentences = new Map();
    const first = Math.max(0, lastStartingBy(this.sentences, block.start));
    for (let n = first; n < this.sentences.length; n += 1) {
      const [start] = /** @type {Span} */ (this.sentences[n]);
      if (start >= block.end) break;
      if (start >= block.start) sentences.set(start, n + 1);
    }
    const missed = this.#missed.filter(([start, end]) => start < block.end && block.start < end);
    const cuts = new Set([block.start, block.end, ...sentences.keys()]);
    for (const [start, end] of [...pieces.map((piece) => piece.span), ...missed, ...(selection ? [selection] : [])]) {
      if (start > block.start) cuts.add(start);
      if (end < block.end) cuts.add(end);
    }
    const places = [...cuts].sort((a, b) => a - b);
    return places.slice(0, -1).flatMap((start, i) => {
      const end = /** @type {number} */ (places[i + 1]);
      /** @type {Node} */
      let node = document.createTextNode(this.text.slice(start, end));
      if (selection && selection[0] <= start && end <= selection[1]) node = h("span", { class: "rp-selected" }, node);
      if (missed.some((span) => span[0] <= start && end <= span[1])) node = h("span", { class: "rp-missed" }, node);
      // The longest mark is the outermost, so that each keeps its own line under the words.
      const covering = pieces.filter(({ span }) => span[0] <= start && end <= span[1]);
      covering.sort((a, b) => a.span[1] - a.span[0] - (b.span[1] - b.span[0]) || (a.mark.id < b.mark.id ? 1 : -1));
      for (const { mark, span } of covering.slice(0, NESTED_AT_MOST)) {
        const look = this.looks.get(mark.label);
        const letter = span[0] === start ? look?.letter : undefined;
        const isNoted = mark.note !== undefined && end === endOf(mark);
        const attributes = { "data-n": look?.n, "data-mark": mark.id, "data-letter": letter, "data-noted": isNoted };
        node = h("mark", { ...attributes, "data-chosen": mark === chosen }, node);
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
    const block = this.blocks[lastStartingBy(this.spans, Number(/** @type {HTMLElement} */ (found)?.dataset.start))];
    if (!block || block.element !== found) return null;
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
    // A selection that ends on a block itself, or outside the text, takes what it covers of the blocks. To ask that of
    // every block costs in a long text.
    const covered = start === null || end === null ? this.blocks.filter(({ element }) => range.intersectsNode(element)) : [];
    const from = start ?? covered[0]?.start ?? 0;
    const to = end ?? covered.at(-1)?.end ?? 0;
    return from < to ? [from, to] : null;
  }

  /**
   * A range of the page over a span that lies in one block.
   * @param {Span} span
   * @returns {Range | null}
   */
  rangeOf([start, end]) {
    const block = this.blocks[lastStartingBy(this.spans, start)];
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
    const block = this.blocks[lastStartingBy(this.spans, place)];
    if (!block) return;
    const target = () => block.element.querySelector(this.selection ? ".rp-selected" : "[data-chosen]") ?? block.element;
    target().scrollIntoView({ block: where });
    // Blocks out of view have an assumed height until they are laid out: look again then.
    requestAnimationFrame(() => target().scrollIntoView({ block: where }));
  }
}
