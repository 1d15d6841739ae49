/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Span} Span */

/** How far beside a word a press still means it, in CSS pixels. */
const SLACK = 6;

/** Milliseconds that a selection by touch has to stand still before it is taken. */
const PAUSE = 250;

/** Mouse, pen and touch in the text: press a mark, or a word and another to extend to it, or drag. @param {Marking} marking */
export function listenToPointer(marking) {
  const { root, view } = marking;
  let kind = "mouse";
  /** What was chosen before the first press of a double one. */
  let before = "";
  root.addEventListener("pointerdown", (event) => {
    kind = event.pointerType;
    // With Shift the browser would select from wherever its own caret was.
    if (event.shiftKey && event.button === 0) document.getSelection()?.removeAllRanges();
  });
  root.addEventListener("click", (event) => {
    const dragged = view.nativeSelection();
    if (dragged && event.detail < 2 && !event.shiftKey) {
      take(dragged);
      return;
    }
    document.getSelection()?.removeAllRanges();
    const word = wordUnder(marking, event);
    const { selection } = marking;
    if (word === null) marking.choose(null);
    else if (event.detail >= 3) selectSentence(marking, word);
    else if (event.detail === 2) {
      marking.chosenId = before;
      marking.select(word, word, true);
    } else if (event.shiftKey) marking.select(selection?.anchor ?? marking.cursor, word);
    else if (!selection || !marking.isOpen) {
      before = marking.chosenId;
      // A mark is chosen, and says so.
      if (marking.chooseAt(word)) return;
      marking.select(word, word, true);
    } else if (selection.anchor[0] !== word[0]) marking.select(selection.anchor, word);
    else marking.choose(null);
    tell();
  });
  const whileAlive = { signal: marking.life };
  // A drag may end outside the text.
  document.addEventListener(
    "pointerup",
    (event) => {
      if (kind !== "mouse" || root.contains(/** @type {Node} */ (event.target))) return;
      const dragged = view.nativeSelection();
      const anchor = document.getSelection()?.anchorNode;
      if (dragged && anchor && root.contains(anchor)) take(dragged);
    },
    whileAlive,
  );
  // Touch selects with the system's own handles: follow them, and leave them in place.
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  document.addEventListener(
    "selectionchange",
    () => {
      if (kind === "mouse") return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const dragged = view.nativeSelection();
        if (dragged && marking.selectStretch(dragged, true)) tell();
      }, PAUSE);
    },
    whileAlive,
  );

  /** The browser's selection gives way to ours. @param {Span} stretch */
  function take(stretch) {
    document.getSelection()?.removeAllRanges();
    if (marking.selectStretch(stretch)) tell();
  }

  function tell() {
    const then = marking.isOpen ? "Choose a label, or press another word to select up to it." : "Choose a label.";
    marking.say(marking.selection ? `Selected ${marking.describeSelection()}. ${then}` : "Nothing is selected.");
  }
}

/** @param {Marking} marking @param {MouseEvent} event @returns {Span | null} */
function wordUnder({ view, words }, { clientX: x, clientY: y, target }) {
  const place = view.pointUnder(x, y);
  if (place === null) return null;
  for (const word of words.touching(Math.max(0, place - 1), place + 1) ?? []) {
    const rects = [...(view.rangeOf(word)?.getClientRects() ?? [])];
    const isNear = (/** @type {DOMRect} */ r) =>
      x >= r.left - SLACK && x <= r.right + SLACK && y >= r.top - SLACK && y <= r.bottom + SLACK;
    if (rects.some(isNear)) return word;
  }
  // A press on the letter of a mark means the word that it stands before.
  const mark = /** @type {Element} */ (target).closest("mark[data-letter]");
  const start = mark ? view.pointAt(mark, 0) : null;
  return start === null ? null : (words.touching(start, start + 1)?.[0] ?? null);
}

/** @param {Marking} marking @param {Span} word */
function selectSentence(marking, word) {
  const sentence = marking.sentences[marking.sentenceNumber(word[0]) - 1];
  if (sentence) marking.selectStretch(sentence);
}
