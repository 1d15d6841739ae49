/** @typedef {import("./types.js").Span} Span */

/**
 * A text addressed in code points. A browser counts UTF-16 units: they are converted here and nowhere else.
 */
export class Text {
  /** @param {string} content */
  constructor(content) {
    this.content = content;
    /** Where, in units, each character outside the basic plane stands. @type {number[]} */
    this.pairs = [];
    for (const found of content.matchAll(/[\u{10000}-\u{10ffff}]/gu)) this.pairs.push(found.index);
    this.length = content.length - this.pairs.length;
  }

  /** Code points before a place given in units. @param {number} units */
  toPoints(units) {
    let low = 0;
    let high = this.pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {number} */ (this.pairs[middle]) < units) low = middle + 1;
      else high = middle;
    }
    return units - low;
  }

  /** Units before a place given in code points. @param {number} points */
  toUnits(points) {
    let low = 0;
    let high = this.pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {number} */ (this.pairs[middle]) - middle < points) low = middle + 1;
      else high = middle;
    }
    return points + low;
  }

  /** The words that a span covers. @param {number} start @param {number} end */
  slice(start, end) {
    return this.content.slice(this.toUnits(start), this.toUnits(end));
  }
}

/**
 * A word: letters, digits and marks, with apostrophes and hyphens inside it, and a currency or per-cent sign at its edge.
 * Other signs, emoji among them, are words of their own; punctuation belongs to none.
 */
const WORD =
  /\p{Sc}?[\p{L}\p{N}\p{M}]+(?:(?:['’ʼ\-‐‑]|(?<=\p{N})[.,:](?=\p{N}))[\p{L}\p{N}\p{M}]+)*[%‰°]?|[^\s\p{P}\p{L}\p{N}\p{M}](?:[\p{M}\u200d\ufe0f]|[\u{1f3fb}-\u{1f3ff}]|(?<=\u200d)[^\s\p{P}\p{L}\p{N}])*/gu;

/**
 * The words of a text, in order.
 * @param {Text} text
 * @returns {Span[]}
 */
export function findWords(text) {
  /** @type {Span[]} */
  const words = [];
  for (const found of text.content.matchAll(WORD)) {
    words.push([text.toPoints(found.index), text.toPoints(found.index + found[0].length)]);
  }
  return words;
}

/**
 * The index of the last span that starts at or before a place, or -1. The spans are in order.
 * @param {Span[]} spans
 * @param {number} place
 */
export function lastStartingBy(spans, place) {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {Span} */ (spans[middle])[0] <= place) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The first and the last word that a stretch of text touches, or null.
 * @param {Span[]} words
 * @param {number} start
 * @param {number} end
 * @returns {[number, number] | null}
 */
export function wordsTouching(words, start, end) {
  let first = Math.max(0, lastStartingBy(words, start));
  while (first < words.length && /** @type {Span} */ (words[first])[1] <= start) first += 1;
  const last = lastStartingBy(words, end - 1);
  return first < words.length && first <= last ? [first, last] : null;
}
