/**
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Group} Group
 * @typedef {import("./types.js").Label} Label
 * @typedef {import("./session.js").Session} Session
 */
import { counted, h, shortQuote } from "./dom.js";
import { PIECES_AT_MOST } from "./answers_file.js";
import { listenToKeys } from "./keyboard.js";
import {
  addMark,
  cutPieces,
  endOf,
  findSame,
  joinPieces,
  marksAt,
  quoteOf,
  relabelMark,
  removeMark,
  reshapeMark,
  startOf,
} from "./marks.js";
import { MarksList } from "./marks_list.js";
import { lastStartingBy, Text, Words } from "./offsets.js";
import { buildPalette } from "./palette.js";
import { listenToPointer } from "./pointer.js";
import { TextView } from "./text_view.js";

const NO_MARK = "There is no mark here. Go to a marked word first.";
const FIXED = "This attempt is fixed, because the key is open. Choose “Try again” to change it.";
const NOT_CHOSEN = "Choose a mark first: press on it, or the key M.";

/**
 * The text of a marking part with the marks that there are: all that a reader sees at first.
 * @param {HTMLElement} part
 * @param {import("./model.js").Model} model
 * @param {Group} group
 * @param {AbortSignal} life ends what listens to the whole window
 * @param {boolean} isNew whether nothing of it has been painted yet: then the first screen comes first
 */
export function showText(part, model, group, life, isNew) {
  const { text = "", sentences } = model.data.document;
  const { labels } = /** @type {import("./types.js").Layer} */ (model.data.layers[group.layer]);
  const root = /** @type {HTMLElement} */ (part.querySelector(".rp-text"));
  const view = new TextView(root, new Text(text), sentences, looksOf(labels), life);
  view.holdBack(isNew);
  view.draw(model.marks(root.dataset.item ?? ""), null, null);
  return view;
}

/** Marking a text: what is selected, and what is done with it. The keyboard and the pointer only tell it what to do. */
export class Marking {
  #isPlanned = false;
  /** The mark for which what lies over the text was asked for last: once for each that is chosen. */
  #askedFor = "";
  /** What the line above the text says at first. */
  #start = "";
  /** What lies over the text, once it has come. @type {{place(): void}[]} */
  #over = [];
  /** The mark that is pointed at in the list: its links are drawn before those of the chosen one. */
  #pointedId = "";
  /** Where the cursor was put; nothing of the text is read for it before somebody needs it. @type {Span | undefined} */
  #at = undefined;

  /**
   * @param {HTMLElement} part
   * @param {Session} session
   * @param {Group} group
   * @param {TextView} view
   * @param {AbortSignal} life ends what listens to the whole document
   */
  constructor(part, session, group, view, life) {
    this.part = part;
    this.session = session;
    this.life = life;
    this.view = view;
    this.model = session.model;
    this.layer = /** @type {import("./types.js").Layer} */ (session.model.data.layers[group.layer]);
    this.actors = group.actors ?? [];
    this.root = view.root;
    this.item = /** @type {string} */ (view.root.dataset.item);
    this.text = view.text;
    this.sentences = view.sentences;
    this.looks = view.looks;
    this.words = new Words(view.text, view.blocks);
    /** The words that the selection runs between. @type {{anchor: Span, focus: Span} | null} */
    this.selection = null;
    /** The mark that the next command is about. */
    this.chosenId = "";
    /** The chosen mark as it would be if the edge that is dragged were let go here. @type {Mark | null} */
    this.draft = null;
    /** The one label whose marks are shown, if not all are. @type {string | undefined} */
    this.only = undefined;
    /** Shows all again. */
    this.showAll = () => {};
    /** Whether the next press on a word extends the selection: it does after one press, and then no more. */
    this.isOpen = false;
    this.palette = buildPalette(this);
    this.#start = this.palette.status.textContent;
    this.list = new MarksList(/** @type {HTMLElement} */ (part.querySelector(".rp-list")), this);
    const names = { tabindex: 0, role: "group", "aria-label": "Text to mark", "aria-describedby": this.palette.help.id, dir: "auto" };
    for (const [name, value] of Object.entries(names)) this.root.setAttribute(name, String(value));
    // A text that is to find its direction by itself is walked through at each change: once is enough.
    this.root.dir = getComputedStyle(this.root).direction;
    const plan = () => this.plan();
    document.addEventListener("scroll", plan, { signal: life, capture: true, passive: true });
    const observer = new ResizeObserver(plan);
    observer.observe(this.root);
    life.addEventListener("abort", () => observer.disconnect());
    listenToKeys(this);
    listenToPointer(this);
    // Without a selection of its own, Firefox copies from the body, wherever the focus is.
    document.addEventListener("copy", (event) => this.#copy(event), { signal: life });
    /** What a button or a key asks for, by its name; one that does not apply gives false. @type {Record<string, () => unknown>} */
    this.commands = {
      add: () => this.addPiece(),
      take: () => this.takePiece(),
      remove: () => this.#aboutMark((mark) => this.remove(mark)),
      note: () => this.#aboutMark((mark) => this.writeNote(mark)),
      next: () => this.chooseFrom(1) || this.say("There is no further mark."),
      back: () => this.chooseFrom(-1) || this.say("There is no further mark."),
      keys: () => (this.palette.keys.open = !this.palette.keys.open) || undefined,
      leave: () => this.#leave(),
      startEarlier: () => this.moveEdge(0, -1),
      startLater: () => this.moveEdge(0, 1),
      endEarlier: () => this.moveEdge(1, -1),
      endLater: () => this.moveEdge(1, 1),
    };
  }

  get marks() {
    return this.model.marks(this.item);
  }

  /** The word where the keyboard goes on from. @returns {Span} */
  get cursor() {
    return (this.#at ??= this.words.after(0) ?? [0, 0]);
  }

  set cursor(word) {
    this.#at = word;
  }

  /** The marks that are painted. */
  get shown() {
    return this.only ? this.marks.filter(({ label }) => label === this.only) : this.marks;
  }

  get isFixed() {
    return this.model.isFixed(this.item);
  }

  get chosen() {
    return (this.chosenId && this.marks.find(({ id }) => id === this.chosenId)) || null;
  }

  /** @param {string} text */
  say(text) {
    this.palette.status.textContent = text;
  }

  /**
   * Do what a button or a key asks for: a command, or a label by its number.
   * @param {string} [name]
   * @param {boolean} [isByKey] leaves the cursor to go on from
   * @returns {boolean} whether it applies here
   */
  run(name = "", isByKey = false) {
    const command = this.commands[name];
    if (command) return command() !== false;
    this.mark(Number(name) - 1, isByKey);
    return true;
  }

  /** The selected span, or null. @returns {Span | null} */
  span() {
    if (!this.selection) return null;
    const { anchor, focus } = this.selection;
    return [Math.min(anchor[0], focus[0]), Math.max(anchor[1], focus[1])];
  }

  /**
   * Select from one word to another. A chosen mark stays chosen: the words may be meant for it.
   * @param {Span} anchor
   * @param {Span} focus
   * @param {boolean} [isOpen] whether the next press extends it
   */
  select(anchor, focus, isOpen = false) {
    this.selection = { anchor, focus };
    this.cursor = focus;
    this.isOpen = isOpen;
    this.draw();
  }

  /**
   * Select the words that a stretch of text touches.
   * @param {Span} stretch
   * @param {boolean} [isHeld] whether the browser's own selection stays, with its handles, and nothing is painted
   * @returns {boolean} false if there are none
   */
  selectStretch([start, end], isHeld = false) {
    const found = this.words.touching(start, end);
    if (!found) return false;
    const [anchor, focus] = found;
    if (isHeld) Object.assign(this, { selection: { anchor, focus }, cursor: focus, isOpen: false });
    else this.select(anchor, focus);
    return true;
  }

  /**
   * Choose a mark, or none, in the place of selected words.
   * @param {Mark | null} mark
   * @param {Span} [word] where in it
   */
  choose(mark, word) {
    this.selection = null;
    this.isOpen = false;
    this.chosenId = mark?.id ?? "";
    this.cursor = word ?? (mark && this.words.after(startOf(mark))) ?? this.cursor;
    this.draw();
  }

  /** Nothing is selected, and the line above the text says how to begin, as at the start. */
  restart() {
    this.choose(null);
    this.say(this.#start);
  }

  #leave() {
    const { keys } = this.palette;
    if (!keys.open && !this.selection && !this.chosen) return false;
    if (keys.open) keys.open = false;
    else {
      this.choose(null);
      this.say("Nothing is selected.");
    }
    return true;
  }

  /** Choose the shortest mark on a word; once more, the next one; after the last, none. @param {Span} word */
  chooseAt(word) {
    const here = marksAt(this.shown, word);
    const next = this.selection ? 0 : here.findIndex(({ id }) => id === this.chosenId) + 1;
    const mark = here[next] ?? null;
    if (here.length > 0) this.choose(mark, word);
    if (mark) {
      const which = here.length > 1 ? `, ${next + 1} of ${here.length} here` : "";
      this.say(`Chosen: ${this.describe(mark)}${which}. Press again for ${here[next + 1] ? "the next mark" : "the word alone"}.`);
    }
    return mark !== null;
  }

  /** Choose the next mark, or the one before. @param {1 | -1} step @returns {boolean} whether there is one */
  chooseFrom(step) {
    const { shown: marks, chosen, cursor } = this;
    const first = step > 0 ? marks.findIndex((mark) => endOf(mark) > cursor[0]) : marks.filter((mark) => startOf(mark) <= cursor[0]).length - 1;
    const mark = marks[chosen ? marks.indexOf(chosen) + step : first];
    if (mark) this.goTo(mark);
    return mark !== undefined;
  }

  /** Choose a mark and go there. @param {Mark} mark */
  goTo(mark) {
    if (!this.shown.includes(mark)) this.showAll();
    this.choose(mark);
    this.#reveal(startOf(mark), `Chosen: ${this.describe(mark)}, mark ${this.marks.indexOf(mark) + 1} of ${this.marks.length}.`);
  }

  /** Select some words, if there are any, and go there. @param {Span | undefined} stretch @param {string} said */
  show(stretch, said) {
    if (stretch && this.selectStretch(stretch)) this.#reveal(stretch[0], said);
  }

  /** @param {number} place @param {string} said */
  #reveal(place, said) {
    this.root.focus({ preventScroll: true });
    this.view.reveal(place, "center");
    this.say(said);
  }

  /** A mark for people. @param {Mark} mark */
  describe(mark) {
    const pieces = mark.spans.length > 1 ? `, in ${mark.spans.length} pieces` : "";
    return `${this.nameOf(mark.label)} ${shortQuote(quoteOf(mark))}${pieces}${mark.note ? ", with a note" : ""}`;
  }

  /** What is selected, for people: its words and the marks on them. */
  describeSelection() {
    const span = this.span();
    if (!span) return "";
    const labels = new Set(marksAt(this.marks, span).map(({ label }) => label));
    const names = this.layer.labels.filter(({ id }) => labels.has(id)).map(({ name }) => name);
    return `${shortQuote(this.text.slice(...span))}${names.length > 0 ? `, marked as ${names.join(" and ")}` : ""}`;
  }

  /** @param {string} label */
  nameOf(label) {
    return this.layer.labels.find(({ id }) => id === label)?.name ?? label;
  }

  /** Whom a mark hits, for people; an empty text for nobody. @param {{actor?: string}} mark */
  hitBy({ actor }) {
    return this.actors.find(({ id }) => id === actor)?.name ?? "";
  }

  /** The number, from 1, of the sentence that a place lies in. @param {number} place */
  sentenceNumber(place) {
    return lastStartingBy(this.sentences, place) + 1;
  }

  /**
   * Put other marks in the place of these and say what was done, unless the attempt is fixed.
   * @param {Mark[]} marks
   * @param {string} said
   * @param {string} [join] changes with the same one, shortly after each other, are one step
   */
  #put(marks, said, join) {
    if (!this.isFixed) this.model.answer({ [this.item]: marks }, join);
    this.say(this.isFixed ? FIXED : said);
  }

  /**
   * Whether nothing has that label on those words yet; if something has, say so.
   * @param {string} label
   * @param {Span[]} spans
   */
  #isNew(label, spans) {
    const same = findSame(this.marks, label, spans);
    if (same) this.say(`${shortQuote(quoteOf(same))} is already marked as ${this.nameOf(label)}.`);
    return !same;
  }

  /**
   * Mark the selected words with the label of that number, from 0; without any, relabel the chosen mark.
   * @param {number} number
   * @param {boolean} [isByKey] leaves the cursor to go on from
   */
  mark(number, isByKey = false) {
    const label = this.layer.labels[number];
    const span = this.span();
    const { chosen } = this;
    if (!label) return;
    if (!span) {
      if (chosen) this.relabel(chosen, label.id);
      else {
        const how = isByKey
          ? `Go to a word with the arrow keys, hold Shift to take in more, then press ${number + 1}.`
          : "First press a word, and another to select up to it. Then choose a label.";
        this.say(`No words are selected. ${how}`);
      }
      return;
    }
    if (!this.#isNew(label.id, [span])) return;
    const quote = this.text.slice(...span);
    const { marks } = addMark(this.marks, label.id, [span], [quote]);
    if (!this.isFixed) {
      this.selection = isByKey ? { anchor: this.cursor, focus: this.cursor } : null;
      this.isOpen = false;
      this.chosenId = "";
    }
    this.#put(marks, `Marked ${shortQuote(quote)} as ${label.name}. ${counted(marks.length, "mark")}.`);
  }

  /** The mark that is chosen, or else the one where the selection or the cursor is. */
  markHere() {
    if (this.chosen && !this.selection) return this.chosen;
    const span = this.span() ?? this.cursor;
    const here = marksAt(this.marks, span);
    return here.find(({ spans }) => String(spans) === String(span)) ?? here[0];
  }

  /** @param {(mark: Mark) => void} act */
  #aboutMark(act) {
    const mark = this.markHere();
    if (mark && !this.isFixed) act(mark);
    else this.say(this.isFixed ? FIXED : NO_MARK);
  }

  /** @param {Mark} mark */
  remove(mark) {
    const marks = removeMark(this.marks, mark.id);
    this.#put(marks, `Deleted the ${this.nameOf(mark.label)} ${shortQuote(quoteOf(mark))}. ${counted(marks.length, "mark")}.`);
  }

  /** @param {Mark} mark @param {string} label */
  relabel(mark, label) {
    if (!this.#isNew(label, mark.spans)) this.list.reset(mark);
    else this.#put(relabelMark(this.marks, mark.id, label, this.layer), `${shortQuote(quoteOf(mark))} is now marked as ${this.nameOf(label)}.`);
  }

  /** Write a note on a mark. @param {Mark} mark */
  writeNote(mark) {
    this.choose(mark);
    this.list.writeNote(mark);
  }

  /**
   * Give a mark other words.
   * @param {Mark} mark
   * @param {Span[]} spans
   * @param {string} [join]
   */
  #reshape(mark, spans, join) {
    const pieces = joinPieces(spans, this.words);
    if (String(pieces) === String(mark.spans) || !this.#isNew(mark.label, pieces)) return;
    if (pieces.length > PIECES_AT_MOST) {
      this.say(`A mark has at most ${PIECES_AT_MOST} pieces.`);
      return;
    }
    if (!this.isFixed) this.selection = null;
    this.isOpen = false;
    const quotes = pieces.map((span) => this.text.slice(...span));
    const now = this.describe({ ...mark, spans: pieces, quotes });
    this.#put(reshapeMark(this.marks, mark.id, pieces, quotes), `Now: ${now}.`, join);
  }

  /** The selected words become a piece of the chosen mark. */
  addPiece() {
    const { chosen } = this;
    const span = this.span();
    if (!chosen) this.say(NOT_CHOSEN);
    else if (!span) this.say("Select the words to add to the mark first.");
    else this.#reshape(chosen, [...chosen.spans, span]);
  }

  /** The selected words, or else the piece where the cursor is, are no longer in the chosen mark. */
  takePiece() {
    const { chosen } = this;
    if (!chosen) {
      this.say(NOT_CHOSEN);
      return;
    }
    const left = cutPieces(chosen.spans, this.span() ?? /** @type {Span} */ (chosen.spans[this.#piece(chosen)]), this.words);
    if (left.length === 0) this.say("That is the whole mark. To delete it, press Delete.");
    else if (String(left) === String(chosen.spans)) this.say("These words are not in the mark.");
    else this.#reshape(chosen, left);
  }

  /** The number of the piece where the cursor is. @param {Mark} mark */
  #piece({ spans }) {
    return Math.max(0, spans.findIndex(([start, end]) => start < this.cursor[1] && this.cursor[0] < end));
  }

  /**
   * A mark's pieces with one edge at a word; a word is left at least.
   * @param {Mark} mark
   * @param {number} piece
   * @param {0 | 1} side its start or its end
   * @param {Span | null} word
   * @returns {Span[]}
   */
  moved({ spans }, piece, side, word) {
    return spans.map((span, n) => {
      if (n !== piece || !word) return span;
      const [first, last] = this.words.touching(...span) ?? [span, span];
      return side ? [span[0], Math.max(word[1], first[1])] : [Math.min(word[0], last[0]), span[1]];
    });
  }

  /** Move an edge of the chosen mark by a word. @param {0 | 1} side its start or its end @param {number} step */
  moveEdge(side, step) {
    const { chosen } = this;
    const piece = chosen ? this.#piece(chosen) : 0;
    const ends = chosen && this.words.touching(.../** @type {Span} */ (chosen.spans[piece]));
    if (!ends) return;
    const spans = this.moved(chosen, piece, side, this.words.from(ends[side], step));
    if (String(spans) === String(chosen.spans)) {
      this.say("A mark keeps at least one word.");
      return;
    }
    const [start, end] = /** @type {Span} */ (spans[piece]);
    this.cursor = (side ? this.words.before(end) : this.words.after(start)) ?? this.cursor;
    this.#reshape(chosen, spans, `edge ${chosen.id}`);
    this.view.reveal(this.cursor[0]);
  }

  /** Show what dragging an edge to a place would give; with null, do it. @param {Span[] | null} spans */
  drag(spans) {
    const { chosen, draft } = this;
    this.draft = chosen && spans ? { ...chosen, spans } : null;
    if (!spans && draft && chosen) this.#reshape(chosen, draft.spans);
    this.draw();
  }

  /**
   * Tell what undoing or redoing did to the marks, if anything.
   * @param {"Undone" | "Redone"} step
   * @param {readonly Mark[]} before
   * @returns {boolean} whether it did
   */
  tellStep(step, before) {
    const { marks } = this;
    const [gone, come] = [before.filter((mark) => !marks.includes(mark)), marks.filter((mark) => !before.includes(mark))];
    const shown = come[0] ?? gone[0];
    if (!shown) return false;
    const many = new Set([...gone, ...come].map(({ id }) => id)).size;
    const now = come[0] ? (gone[0] ? "is now this" : "is there again") : "is gone";
    this.say(`${step}: ${many > 1 ? `${many} marks changed` : `${this.describe(shown)} ${now}`}. ${counted(marks.length, "mark")}.`);
    return true;
  }

  draw() {
    const { draft, chosen, shown } = this;
    const marks = draft ? shown.map((mark) => (mark.id === draft.id ? draft : mark)) : shown;
    this.view.draw(marks, this.span(), draft ?? chosen);
    this.palette.tools.hidden = !chosen;
    this.list.choose(chosen);
    this.plan();
  }

  get pointedId() {
    return this.#pointedId;
  }

  /** Draw the links of the mark that is pointed at in the list. @param {string} id an empty text for none */
  point(id) {
    if (id === this.#pointedId) return;
    this.#pointedId = id;
    this.plan();
  }

  /** Place what lies over the text, once before the next picture. */
  plan() {
    if (this.#over.length === 0) this.#bringOver(this.chosenId || this.#pointedId);
    if (this.#isPlanned || this.#over.length === 0) return;
    this.#isPlanned = true;
    requestAnimationFrame(() => {
      this.#isPlanned = false;
      for (const one of this.#over) one.place();
    });
  }

  /** Have the handles of a mark and the lines of its links; where they do not come, buttons and words do the same. @param {string} id of the mark, or an empty text */
  #bringOver(id) {
    const { later } = this.session;
    const isAsked = this.#askedFor === id;
    this.#askedFor = id;
    if (!id) return;
    if (later) {
      const over = h("div", { class: "rp-over", "aria-hidden": "true" });
      this.root.append(over);
      this.#over = [new later.LinkLines(this, over), new later.Edges(this, over)];
    } else if (!isAsked) {
      this.session.bringLater().then(() => this.plan(), () => {});
    }
  }

  /** Show what the model holds. */
  refresh() {
    for (const button of this.palette.buttons) button.disabled = this.isFixed;
    this.list.draw();
    this.draw();
  }

  /** @param {ClipboardEvent} event */
  #copy(event) {
    const span = this.span();
    if (!span || !this.root.matches(":focus") || !document.getSelection()?.isCollapsed) return;
    event.clipboardData?.setData("text/plain", this.text.slice(...span));
    event.preventDefault();
  }
}

/**
 * How each label looks: its number, and the shortest beginning of its name that no other has.
 * @param {Label[]} labels
 */
export function looksOf(labels) {
  const names = labels.map(({ name }) => name.toLowerCase());
  return new Map(
    labels.map(({ id, name }, i) => {
      let length = 1;
      /** @param {string} other @param {number} n */
      const beginsSo = (other, n) => n !== i && other.startsWith(/** @type {string} */ (names[i]).slice(0, length));
      while (length < name.length && names.some(beginsSo)) length += 1;
      return [id, { n: i + 1, letter: name.slice(0, 1).toUpperCase() + name.slice(1, length).toLowerCase() }];
    }),
  );
}
