/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Span} Span */
import { lastStartingBy } from "./offsets.js";

/** Keys in the text. What is not ours is left to the browser. @param {Marking} marking */
export function listenToKeys(marking) {
  const { root } = marking;
  root.addEventListener("keydown", (event) => {
    if (event.target !== root) return;
    if (!handle(marking, event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/**
 * @param {Marking} marking
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the key was ours
 */
function handle(marking, event) {
  const { key, ctrlKey, altKey, metaKey, shiftKey } = event;
  if (!ctrlKey && !altKey && !metaKey) {
    if (/^[1-9]$/.test(key)) {
      marking.mark(Number(key) - 1, true);
      return true;
    }
    // The digit row gives signs with Shift, and on some keyboards digits only with it.
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (digit && !shiftKey && !/^\d$/.test(key)) {
      marking.mark(Number(digit[1]) - 1, true);
      return true;
    }
    if (key === "Escape" && marking.palette.keys.open) {
      marking.palette.keys.open = false;
      return true;
    }
    if (key === "Escape" && marking.selection) {
      marking.clear();
      marking.say("Nothing is selected.");
      return true;
    }
    if (key === "Delete" || key === "Backspace") {
      marking.removeHere();
      return true;
    }
    if (key === "?") {
      const { keys } = marking.palette;
      keys.open = !keys.open;
      return true;
    }
  }
  const to = metaKey ? null : destination(marking, event);
  if (to === null) return false;
  const isNew = !marking.selection;
  const anchor = shiftKey && marking.selection ? marking.selection.anchor : shiftKey ? marking.cursor : to;
  marking.select(anchor, to);
  marking.view.reveal(/** @type {Span} */ (marking.words[marking.cursor])[0]);
  marking.say(`${isNew ? "Selected " : ""}${marking.describeSelection()}`);
  return true;
}

/**
 * The word that a key goes to, or null if it is no such key.
 * @param {Marking} marking
 * @param {KeyboardEvent} event
 * @returns {number | null}
 */
function destination(marking, event) {
  const { words, cursor, selection } = marking;
  if (words.length === 0) return null;
  const isRightToLeft = getComputedStyle(marking.root).direction === "rtl";
  const forward = isRightToLeft ? "ArrowLeft" : "ArrowRight";
  const back = isRightToLeft ? "ArrowRight" : "ArrowLeft";
  const isWide = event.ctrlKey || event.altKey;
  // The first key shows where the cursor is; only the next one moves it.
  const here = !selection && !event.shiftKey;
  switch (event.key) {
    case forward:
      return isWide ? sentenceFrom(marking, 1) : here ? cursor : Math.min(cursor + 1, words.length - 1);
    case back:
      return isWide ? sentenceFrom(marking, -1) : here ? cursor : Math.max(cursor - 1, 0);
    case "ArrowDown":
      return isWide ? null : lineFrom(marking, 1);
    case "ArrowUp":
      return isWide ? null : lineFrom(marking, -1);
    case "Home":
      return event.ctrlKey ? 0 : paragraphEnds(marking)[0];
    case "End":
      return event.ctrlKey ? words.length - 1 : paragraphEnds(marking)[1];
    default:
      return null;
  }
}

/** The first word of the sentence after or before. @param {Marking} marking @param {1 | -1} step */
function sentenceFrom({ words, sentences, cursor }, step) {
  const place = /** @type {Span} */ (words[cursor])[0];
  const current = lastStartingBy(sentences, place);
  const start = sentences[current]?.[0] ?? 0;
  const isAtStart = cursor === 0 || /** @type {Span} */ (words[cursor - 1])[0] < start;
  const next = step === 1 ? current + 1 : isAtStart ? current - 1 : current;
  const target = sentences[next]?.[0];
  if (target === undefined) return step === 1 ? words.length - 1 : 0;
  const found = words.findIndex(([from]) => from >= target);
  return found < 0 ? words.length - 1 : found;
}

/** The first and the last word of the paragraph. @param {Marking} marking @returns {[number, number]} */
function paragraphEnds({ words, view, cursor }) {
  const place = /** @type {Span} */ (words[cursor])[0];
  const block = view.blocks.find(({ start, end }) => start <= place && place < end);
  if (!block) return [cursor, cursor];
  const first = words.findIndex(([start]) => start >= block.start);
  return [first, lastStartingBy(words, block.end - 1)];
}

/** The word in the line below or above that stands nearest. @param {Marking} marking @param {1 | -1} step */
function lineFrom({ words, view, cursor }, step) {
  /** @param {number} word */
  const box = (word) => view.rangeOf(/** @type {Span} */ (words[word]))?.getClientRects()[0];
  const from = box(cursor);
  if (!from) return cursor;
  const middle = (from.left + from.right) / 2;
  let best = cursor;
  let nearest = Infinity;
  let top = NaN;
  for (let word = cursor + step; words[word]; word += step) {
    const rect = box(word);
    if (!rect || Math.abs(rect.top - from.top) < rect.height / 2) continue;
    if (Number.isNaN(top)) top = rect.top;
    else if (Math.abs(rect.top - top) > rect.height / 2) break;
    const distance = Math.abs((rect.left + rect.right) / 2 - middle);
    if (distance < nearest) [nearest, best] = [distance, word];
  }
  return best;
}
