/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Span} Span */
import { shortQuote } from "./marking.js";
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
    if (key === "Tab") return marking.chosen !== null && marking.chooseFrom(shiftKey ? -1 : 1);
    // Before the digits: on some keyboards the minus stands on one of them.
    if (key === "+" || (key === "-" && marking.chosen)) {
      if (key === "+") marking.addPiece();
      else marking.takePiece();
      return true;
    }
    if (letterOf(event) === "m") {
      if (!marking.chooseFrom(shiftKey ? -1 : 1)) marking.say("There is no further mark.");
      return true;
    }
    if (letterOf(event) === "n" && !shiftKey) {
      marking.writeNote();
      return true;
    }
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
    if (key === "Escape" && (marking.selection || marking.chosen)) {
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
  const { forward, back } = arrowsOf(marking);
  if (shiftKey && !ctrlKey && !metaKey && marking.chosen && !marking.selection && (key === forward || key === back)) {
    marking.moveEdge(altKey ? 0 : 1, key === forward ? 1 : -1);
    return true;
  }
  const to = metaKey ? null : destination(marking, event);
  if (to === null) return false;
  const isNew = !marking.selection;
  const anchor = shiftKey && marking.selection ? marking.selection.anchor : shiftKey ? marking.cursor : to;
  marking.select(anchor, to);
  marking.view.reveal(marking.cursor[0]);
  if (!shiftKey && (ctrlKey || altKey) && key.startsWith("Arrow")) {
    // Whoever goes by sentences wants to hear what this one is, not its first word.
    const number = marking.sentenceNumber(marking.cursor[0]);
    marking.say(`Sentence ${number}: ${shortQuote(marking.text.slice(.../** @type {Span} */ (marking.sentences[number - 1])))}`);
    return true;
  }
  marking.say(`${isNew ? "Selected " : ""}${marking.describeSelection()}`);
  return true;
}

/** The letter of a key, on keyboards of other scripts too. @param {KeyboardEvent} event */
const letterOf = ({ key, code }) => (/^[a-z]$/i.test(key) ? key : code.replace("Key", "")).toLowerCase();

/** The arrows that go on and back in the text. @param {Marking} marking */
function arrowsOf({ root }) {
  const isRightToLeft = getComputedStyle(root).direction === "rtl";
  const [forward, back] = isRightToLeft ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
  return { forward, back };
}

/**
 * The word that a key goes to, or null if it is no such key.
 * @param {Marking} marking
 * @param {KeyboardEvent} event
 * @returns {Span | null}
 */
function destination(marking, event) {
  const { words, cursor, selection } = marking;
  const { forward, back } = arrowsOf(marking);
  const isWide = event.ctrlKey || event.altKey;
  // The first key shows where the cursor is; only the next one moves it.
  const here = !selection && !event.shiftKey;
  switch (event.key) {
    case forward:
      return isWide ? sentenceFrom(marking, 1) : here ? cursor : words.from(cursor, 1);
    case back:
      return isWide ? sentenceFrom(marking, -1) : here ? cursor : words.from(cursor, -1);
    case "ArrowDown":
      return isWide ? null : lineFrom(marking, 1);
    case "ArrowUp":
      return isWide ? null : lineFrom(marking, -1);
    case "Home":
      return event.ctrlKey ? words.after(0) : paragraphEnds(marking)[0];
    case "End":
      return event.ctrlKey ? words.before(Infinity) : paragraphEnds(marking)[1];
    default:
      return null;
  }
}

/** The first word of the sentence after or before. @param {Marking} marking @param {1 | -1} step */
function sentenceFrom({ words, sentences, cursor }, step) {
  const current = lastStartingBy(sentences, cursor[0]);
  const isAtStart = words.after(sentences[current]?.[0] ?? 0)?.[0] === cursor[0];
  const target = sentences[step === 1 ? current + 1 : isAtStart ? current - 1 : current]?.[0];
  return target === undefined ? (step === 1 ? words.before(Infinity) : words.after(0)) : words.after(target);
}

/** The first and the last word of the paragraph. @param {Marking} marking @returns {[Span, Span]} */
function paragraphEnds({ words, view, cursor }) {
  const block = view.spans[lastStartingBy(view.spans, cursor[0])];
  return (block && words.touching(...block)) ?? [cursor, cursor];
}

/** The word in the line below or above that stands nearest. @param {Marking} marking @param {1 | -1} step */
function lineFrom({ words, view, cursor }, step) {
  /** @param {Span} word */
  const box = (word) => view.rangeOf(word)?.getClientRects()[0];
  const from = box(cursor);
  if (!from) return cursor;
  const middle = (from.left + from.right) / 2;
  let best = cursor;
  let nearest = Infinity;
  let top = NaN;
  let before = cursor;
  for (let word = words.from(cursor, step); word !== before; word = words.from(word, step)) {
    before = word;
    const rect = box(word);
    if (!rect || Math.abs(rect.top - from.top) < rect.height / 2) continue;
    if (Number.isNaN(top)) top = rect.top;
    else if (Math.abs(rect.top - top) > rect.height / 2) break;
    const distance = Math.abs((rect.left + rect.right) / 2 - middle);
    if (distance < nearest) [nearest, best] = [distance, word];
  }
  return best;
}
