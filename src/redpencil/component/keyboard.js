/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Span} Span */
import { shortQuote } from "./dom.js";
import { lastStartingBy } from "./offsets.js";

/** What a key does by itself; with Shift, M goes back. @type {Record<string, string>} */
const COMMANDS = { "+": "add", "-": "take", Backspace: "remove", Delete: "remove", Escape: "leave", "?": "keys", m: "next", n: "note" };

/** Keys in the text. What is not ours is left to the browser. @param {Marking} marking */
export function listenToKeys(marking) {
  const { root } = marking;
  root.addEventListener("keydown", (event) => {
    if (event.target !== root || !(command(marking, event) || move(marking, event))) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/**
 * A key that does something to the marks.
 * @param {Marking} marking
 * @param {KeyboardEvent} event
 * @returns {boolean} whether it was one
 */
function command(marking, event) {
  const { key, code, shiftKey } = event;
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  if (key === "Tab") return marking.chosen !== null && marking.chooseFrom(shiftKey ? -1 : 1);
  // On keyboards of other scripts a letter is known by where it stands; and on some the digits need Shift, or the minus
  // stands on one of them.
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace("Key", "").toLowerCase();
  const name = key === "-" && !marking.chosen ? "" : (COMMANDS[key] ?? COMMANDS[letter]);
  if (name && !(name === "note" && shiftKey)) return marking.run(name === "next" && shiftKey ? "back" : name);
  const digit = /^\d$/.test(key) ? key : shiftKey || key.length > 1 ? "" : code.replace("Digit", "");
  return /^[1-9]$/.test(digit) && marking.run(digit, true);
}

/**
 * A key that goes somewhere in the text, or moves an edge of the chosen mark.
 * @param {Marking} marking
 * @param {KeyboardEvent} event
 * @returns {boolean} whether it was one
 */
function move(marking, event) {
  const { key, altKey, shiftKey } = event;
  const isWide = event.ctrlKey || altKey;
  if (event.metaKey) return false;
  const { cursor, selection } = marking;
  const isRightToLeft = getComputedStyle(marking.root).direction === "rtl";
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  const along = isRightToLeft ? -step : step;
  if (along && shiftKey && !event.ctrlKey && marking.chosen && !selection) {
    marking.moveEdge(altKey ? 0 : 1, along);
    return true;
  }
  // The first key shows where the cursor is; only the next one moves it.
  const isFirst = !selection && !shiftKey;
  const to = along
    ? isWide ? sentenceFrom(marking, along) : isFirst ? cursor : marking.words.from(cursor, along)
    : placeOf(marking, key, isWide, event.ctrlKey);
  if (!to) return false;
  marking.select(shiftKey ? (selection?.anchor ?? cursor) : to, to);
  marking.view.reveal(to[0]);
  if (along && isWide && !shiftKey) {
    // Whoever goes by sentences wants to hear what this one is, not its first word.
    const number = marking.sentenceNumber(to[0]);
    marking.say(`Sentence ${number}: ${shortQuote(marking.text.slice(.../** @type {Span} */ (marking.sentences[number - 1])))}`);
  } else marking.say(`${selection ? "" : "Selected "}${marking.describeSelection()}`);
  return true;
}

/**
 * Where a key that is no arrow along the line goes, or null.
 * @param {Marking} marking
 * @param {string} key
 * @param {boolean} isWide
 * @param {boolean} isAll whether it means the whole text
 * @returns {Span | null | undefined}
 */
function placeOf(marking, key, isWide, isAll) {
  const { words, view, cursor } = marking;
  const block = /** @type {Span} */ (isAll ? [0, Infinity] : view.spans[lastStartingBy(view.spans, cursor[0])]);
  if (key === "Home") return words.after(block[0]);
  if (key === "End") return words.before(block[1]);
  if (isWide) return null;
  return key === "ArrowDown" ? lineFrom(marking, 1) : key === "ArrowUp" ? lineFrom(marking, -1) : null;
}

/** The first word of the sentence after or before. @param {Marking} marking @param {number} step */
function sentenceFrom({ words, sentences, cursor }, step) {
  const current = lastStartingBy(sentences, cursor[0]);
  const isAtStart = words.after(sentences[current]?.[0] ?? 0)?.[0] === cursor[0];
  const target = sentences[step > 0 ? current + 1 : isAtStart ? current - 1 : current];
  if (target) return words.after(target[0]);
  return step > 0 ? words.before(Infinity) : words.after(0);
}

/** The word in the line below or above that stands nearest. @param {Marking} marking @param {1 | -1} step */
function lineFrom({ words, view, cursor }, step) {
  /** @param {Span} word */
  const boxOf = (word) => view.rangeOf(word)?.getClientRects()[0];
  const from = boxOf(cursor);
  if (!from) return cursor;
  let [best, nearest, top] = [cursor, Infinity, NaN];
  let before = cursor;
  for (let word = words.from(cursor, step); word !== before; word = words.from(word, step)) {
    before = word;
    const box = boxOf(word);
    if (!box || Math.abs(box.top - from.top) < box.height / 2) continue;
    if (Math.abs(box.top - top) > box.height / 2) break;
    top = box.top;
    const distance = Math.abs(box.left + box.right - from.left - from.right);
    if (distance < nearest) [nearest, best] = [distance, word];
  }
  return best;
}
