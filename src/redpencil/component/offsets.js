/** @typedef {import("./types.js").Span} Span */

/**
 * How many things at the start of a list are so; all that are so stand before all that are not.
 * @template T
 * @param {readonly T[]} list
 * @param {(one: T, n: number) => boolean} isSo
 */
export function countWhile(list, isSo) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(/** @type {T} */ (list[middle]), middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

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
    return units - countWhile(this.pairs, (pair) => pair < units);
  }

  /** Units before a place given in code points. @param {number} points */
  toUnits(points) {
    return points + countWhile(this.pairs, (pair, n) => pair - n < points);
  }

  /** The words that a span covers. @param {number} start @param {number} end */
  slice(start, end) {
    return this.content.slice(this.toUnits(start), this.toUnits(end));
  }
}

/**
 * A word: letters, digits and marks, with apostrophes, hyphens and joiners inside it, and a currency or per-cent sign at its edge.
 * Other signs, emoji and flags among them, are words of their own; punctuation belongs to none.
 */
const WORD =
  /\p{Sc}?[\p{L}\p{N}\p{M}]+(?:(?:['’ʼ\-‐‑\u00ad\u200c\u200d]|(?<=\p{N})[.,:](?=\p{N}))[\p{L}\p{N}\p{M}]+)*[%‰°]?|[\u{1f1e6}-\u{1f1ff}]{2}|[^\s\p{P}\p{L}\p{N}\p{M}\p{Cf}](?:[\p{M}\u200d\ufe0f\u{e0020}-\u{e007f}]|[\u{1f3fb}-\u{1f3ff}]|(?<=\u200d)[^\s\p{P}\p{L}\p{N}])*/gu;

/**
 * The index of the last span that starts at or before a place, or -1. The spans are in order.
 * @param {Span[]} spans
 * @param {number} place
 */
export const lastStartingBy = (spans, place) => countWhile(spans, ([start]) => start <= place) - 1;

/**
 * The words of a text. They are found stretch by stretch, where somebody looks: a long text would take long.
 */
export class Words {
  /**
   * @param {Text} text
   * @param {{start: number, end: number}[]} stretches in order; what lies between them counts as no words
   */
  constructor(text, stretches) {
    this.text = text;
    this.stretches = stretches.map(({ start, end }) => /** @type {Span} */ ([start, end]));
    /** @type {Span[][]} */
    this.found = [];
  }

  /** @param {number} n @returns {Span[]} */
  #of(n) {
    const stretch = this.stretches[n];
    if (!stretch) return [];
    return (this.found[n] ??= findWords(this.text, stretch));
  }

  /** The first word that ends after a place, or null. @param {number} place @returns {Span | null} */
  after(place) {
    for (let n = Math.max(0, lastStartingBy(this.stretches, place)); n < this.stretches.length; n += 1) {
      const words = this.#of(n);
      const word = Math.max(0, lastStartingBy(words, place));
      const found = [words[word], words[word + 1]].find((one) => one && one[1] > place);
      if (found) return found;
    }
    return null;
  }

  /** The last word that starts before a place, or null. @param {number} place @returns {Span | null} */
  before(place) {
    for (let n = lastStartingBy(this.stretches, place - 1); n >= 0; n -= 1) {
      const words = this.#of(n);
      const found = words[lastStartingBy(words, place - 1)];
      if (found) return found;
    }
    return null;
  }

  /** The word after another, or before it with -1; the same one at the ends. @param {Span} word @param {number} step */
  from(word, step) {
    return (step > 0 ? this.after(word[1]) : this.before(word[0])) ?? word;
  }

  /**
   * The first and the last word that a stretch of text touches, or null.
   * @param {number} start
   * @param {number} end
   * @returns {[Span, Span] | null}
   */
  touching(start, end) {
    const [first, last] = [this.after(start), this.before(end)];
    return first && last && first[0] <= last[0] ? [first, last] : null;
  }
}

/** Letters of scripts that leave no space between words; in those the browser's dictionary finds them, if it has one. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Khmr}\p{sc=Laoo}\p{sc=Mymr}\p{sc=Thai}]/u;
const dictionary = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "word" }) : null;

/** @param {string} run @returns {Iterable<{index: number, segment: string}>} */
const wordsOf = (run) => (dictionary && UNSPACED.test(run) ? dictionary.segment(run) : [{ index: 0, segment: run }]);

/**
 * @param {Text} text
 * @param {Span} stretch
 * @returns {Span[]}
 */
function findWords(text, [start, end]) {
  const from = text.toUnits(start);
  const runs = text.content.slice(from, text.toUnits(end)).matchAll(WORD);
  return [...runs].flatMap((run) =>
    [...wordsOf(run[0])].map(({ index, segment }) => {
      const at = from + run.index + index;
      return /** @type {Span} */ ([text.toPoints(at), text.toPoints(at + segment.length)]);
    }),
  );
}
