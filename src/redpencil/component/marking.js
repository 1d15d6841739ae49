/**
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Group} Group
 * @typedef {import("./types.js").Label} Label
 * @typedef {import("./session.js").Session} Session
 */
import { counted } from "./dom.js";
import { listenToKeys } from "./keyboard.js";
import { addMark, findSame, markAt, quoteOf, relabelMark, removeMark } from "./marks.js";
import { MarksList } from "./marks_list.js";
import { findWords, lastStartingBy, Text, wordsTouching } from "./offsets.js";
import { buildPalette } from "./palette.js";
import { listenToPointer } from "./pointer.js";
import { TextView } from "./text_view.js";

/** Marking a text: what is selected, and what is done with it. The keyboard and the pointer only tell it what to do. */
export class Marking {
  /**
   * @param {HTMLElement} part
   * @param {Session} session
   * @param {Group} group
   * @param {AbortSignal} life ends what listens to the whole document
   */
  constructor(part, session, group, life) {
    const { data } = session.model;
    this.part = part;
    this.life = life;
    this.model = session.model;
    this.layer = /** @type {import("./types.js").Layer} */ (data.layers[group.layer]);
    this.root = /** @type {HTMLElement} */ (part.querySelector(".rp-text"));
    this.item = /** @type {string} */ (this.root.dataset.item);
    this.text = new Text(data.document.text ?? "");
    this.words = findWords(this.text);
    this.sentences = data.document.sentences;
    this.looks = looksOf(this.layer.labels);
    this.view = new TextView(this.root, this.text, this.sentences, this.looks);
    /** The words that the selection runs between, by index. @type {{anchor: number, focus: number} | null} */
    this.selection = null;
    /** Whether the next press on a word extends the selection: it does after one press, and then no more. */
    this.isOpen = false;
    /** The word where the keyboard goes on from. */
    this.cursor = 0;
    this.palette = buildPalette(this);
    this.list = new MarksList(/** @type {HTMLElement} */ (part.querySelector(".rp-list")), this);
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", "Text to mark");
    this.root.setAttribute("aria-describedby", this.palette.help.id);
    listenToKeys(this);
    listenToPointer(this);
    this.root.addEventListener("copy", (event) => this.#copy(event));
  }

  get marks() {
    return this.model.marks(this.item);
  }

  get isFixed() {
    return this.model.isFixed(this.item);
  }

  /** @param {string} text */
  say(text) {
    this.palette.status.textContent = text;
  }

  /** The selected span, or null. @returns {Span | null} */
  span() {
    if (!this.selection) return null;
    const { anchor, focus } = this.selection;
    const first = this.words[Math.min(anchor, focus)];
    const last = this.words[Math.max(anchor, focus)];
    return first && last ? [first[0], last[1]] : null;
  }

  /**
   * Select from one word to another.
   * @param {number} anchor
   * @param {number} focus
   * @param {boolean} [isOpen] whether the next press extends it
   */
  select(anchor, focus, isOpen = false) {
    const last = this.words.length - 1;
    if (last < 0) return;
    /** @param {number} word */
    const inside = (word) => Math.min(Math.max(word, 0), last);
    this.selection = { anchor: inside(anchor), focus: inside(focus) };
    this.cursor = inside(focus);
    this.isOpen = isOpen;
    this.draw();
  }

  /**
   * Select like `selectStretch`, but paint nothing: the browser's own selection stays, with its handles.
   * @param {Span} stretch
   */
  hold([start, end]) {
    const found = wordsTouching(this.words, start, end);
    if (found) {
      this.selection = { anchor: found[0], focus: found[1] };
      this.cursor = found[1];
      this.isOpen = false;
    }
    return found !== null;
  }

  /** Select the words that a stretch of text touches; false if there are none. @param {Span} stretch */
  selectStretch([start, end]) {
    const found = wordsTouching(this.words, start, end);
    if (found) this.select(...found);
    return found !== null;
  }

  clear() {
    this.selection = null;
    this.isOpen = false;
    this.draw();
  }

  /** What is selected, for people: its words and the marks on them. */
  describeSelection() {
    const span = this.span();
    if (!span) return "";
    const on = this.marks.filter((mark) => mark.spans.some(([start, end]) => start < span[1] && span[0] < end));
    const names = [...new Set(on.map((mark) => this.nameOf(mark.label)))];
    return `${shortQuote(this.text.slice(...span))}${names.length > 0 ? `, marked as ${names.join(" and ")}` : ""}`;
  }

  /** @param {string} label */
  nameOf(label) {
    return this.layer.labels.find((one) => one.id === label)?.name ?? label;
  }

  /**
   * Mark the selected words with the label of that number, from 0.
   * @param {number} number
   * @param {boolean} [isByKey] leaves the cursor to go on from
   */
  mark(number, isByKey = false) {
    const label = this.layer.labels[number];
    if (!label || this.#refuseIfFixed()) return;
    const span = this.span();
    if (!span) {
      this.say("No words are selected. Click a word, or drag over some, then choose a label.");
      return;
    }
    const quote = this.text.slice(...span);
    if (findSame(this.marks, label.id, [span])) {
      this.say(`${shortQuote(quote)} is already marked as ${label.name}.`);
      return;
    }
    const { marks } = addMark(this.marks, label.id, [span], [quote]);
    this.selection = isByKey ? { anchor: this.cursor, focus: this.cursor } : null;
    this.isOpen = false;
    this.model.answer({ [this.item]: marks });
    this.say(`Marked ${shortQuote(quote)} as ${label.name}. ${counted(marks.length, "mark")}.`);
  }

  /** Delete the mark where the selection or the cursor is. */
  removeHere() {
    if (this.#refuseIfFixed()) return;
    const span = this.span() ?? this.words[this.cursor];
    const mark = span && (this.marks.find((one) => String(one.spans) === String([span])) ?? markAt(this.marks, ...span));
    if (mark) this.remove(mark);
    else this.say("There is no mark here. Go to a marked word first.");
  }

  /** @param {Mark} mark */
  remove(mark) {
    if (this.#refuseIfFixed()) return;
    const marks = removeMark(this.marks, mark.id);
    this.model.answer({ [this.item]: marks });
    this.say(`Deleted the ${this.nameOf(mark.label)} ${shortQuote(quoteOf(mark))}. ${counted(marks.length, "mark")}.`);
  }

  /** @param {Mark} mark @param {string} label */
  relabel(mark, label) {
    if (this.#refuseIfFixed()) return;
    if (findSame(this.marks, label, mark.spans)) {
      this.say(`${shortQuote(quoteOf(mark))} is already marked as ${this.nameOf(label)}.`);
      this.list.reset();
      return;
    }
    this.model.answer({ [this.item]: relabelMark(this.marks, mark.id, label, this.layer) });
    this.say(`${shortQuote(quoteOf(mark))} is now marked as ${this.nameOf(label)}.`);
  }

  /** Select a mark's words and go there. @param {Mark} mark */
  goTo(mark) {
    const [start, end] = /** @type {Span} */ (mark.spans[0]);
    if (this.selectStretch([start, end])) {
      this.root.focus({ preventScroll: true });
      this.view.reveal(start, "center");
      this.say(`Selected ${this.describeSelection()}.`);
    }
  }

  /** The number, from 1, of the sentence that a place lies in. @param {number} place */
  sentenceNumber(place) {
    return lastStartingBy(this.sentences, place) + 1;
  }

  /** @returns {boolean} */
  #refuseIfFixed() {
    if (this.isFixed) this.say("This attempt is fixed, because the key is open. Choose “Try again” to change it.");
    return this.isFixed;
  }

  draw() {
    this.view.draw(this.marks, this.span());
  }

  /** Show what the model holds. */
  refresh() {
    for (const button of this.palette.buttons) button.disabled = this.isFixed;
    this.draw();
    this.list.draw();
  }

  /** @param {ClipboardEvent} event */
  #copy(event) {
    const span = this.span();
    if (!span || !document.getSelection()?.isCollapsed) return;
    event.clipboardData?.setData("text/plain", this.text.slice(...span));
    event.preventDefault();
  }
}

/**
 * How each label looks: its number, and the shortest beginning of its name that no other has.
 * @param {Label[]} labels
 */
export function looksOf(labels) {
  /** @type {Map<string, {n: number, letter: string}>} */
  const looks = new Map();
  labels.forEach((label, i) => {
    let length = 1;
    const others = labels.filter((other) => other !== label).map((other) => other.name.toLowerCase());
    const name = label.name.toLowerCase();
    while (length < name.length && others.some((other) => other.startsWith(name.slice(0, length)))) length += 1;
    looks.set(label.id, { n: i + 1, letter: name.slice(0, 1).toUpperCase() + name.slice(1, length) });
  });
  return looks;
}

/** Words in quotation marks; the middle of a long stretch is left out. @param {string} words */
export function shortQuote(words) {
  const all = words.replace(/\s+/g, " ").split(" ");
  const shown = all.length > 12 ? [...all.slice(0, 7), "…", ...all.slice(-4)] : all;
  return `“${shown.join(" ")}”`;
}
