/**
 * @typedef {import("./types.js").ExerciseData} ExerciseData
 * @typedef {import("./types.js").KeyAnnotation} KeyAnnotation
 * @typedef {typeof import("./later.js")} Later
 */
import { Model } from "./model.js";
import { Store } from "./store.js";

/** Of this file and the later one, which has it too: one of another day calls things otherwise. Written in by bundle.mjs. */
// @ts-expect-error there is no such thing before that
const VERSION = globalThis.RED_PENCIL_VERSION;

/** Milliseconds from the first answer to asking for what is needed later: what the answer itself brings comes first. */
const BREATH = 1000;

const NOT_HERE = "A part of this page did not come. Is there a connection? Nothing is lost: do that once more when there is one.";
const RENEWED = "There is a newer version of this page: reload it.";

/** One reader's work on one exercise: its model, where it is kept, and how its key is had. */
export class Session {
  #attempts = 0;
  /** @type {Promise<Later> | null} */
  #coming = null;

  /**
   * @param {ExerciseData} data
   * @param {"browser" | "notebook"} keptIn
   */
  constructor(data, keptIn) {
    this.model = new Model(data);
    this.keptIn = keptIn;
    /** Why the browser keeps nothing, if it does not. @type {"" | "full" | "forbidden"} */
    this.trouble = "";
    /** Where the answers are kept, if it is in this browser. @type {Store | null} */
    this.store = null;
    /** What carries the answers to Python, if it is a notebook. @type {import("./widget.js").WidgetModel | null} */
    this.carrier = null;
    /** Under which names this browser keeps other work on the exercise. @type {string[]} */
    this.older = [];
    /** Asks for the key; null where there is none to be had. @type {(() => Promise<KeyAnnotation[]>) | null} */
    this.askForKey = null;
    /** Asks for what is needed only later: it lies beside this file. @type {(attempt: number) => Promise<Later>} */
    this.askForLater = (attempt) => import(new URL(`red_pencil_later.js?${VERSION}.${attempt}`, import.meta.url).href);
    /** That, once it has come. @type {Later | null} */
    this.later = null;
    /** Once it was asked for. @type {KeyAnnotation[] | null} */
    this.key = null;
    /** The elements that show the exercise. @type {Set<HTMLElement>} */
    this.elements = new Set();
  }

  /** Keep the answers in this browser, and show what is kept there. */
  keep() {
    this.store = new Store(this.model, (trouble) => {
      this.trouble = trouble;
      this.model.tell("view");
    });
    const { store } = this;
    const look = () => {
      this.older = store.older();
      if (this.older.length > 0) this.bring();
    };
    look();
    // Who was away may have worked in the notebook meanwhile.
    document.addEventListener("visibilitychange", look);
    // Who has begun to answer will want the rest, perhaps when there is no connection any more.
    const stop = this.model.listen(() => {
      if (Object.keys(this.model.answers).length === 0) return;
      stop();
      setTimeout(() => this.bring(), BREATH);
    });
    // What did not come without a connection comes with it.
    window.addEventListener("online", () => this.#attempts && this.bring());
  }

  /** Have what is needed only later come, and show what is then to be seen. Who cannot do without it hears of an error. */
  bring() {
    this.bringLater().then(() => this.model.tell("view"), () => {});
  }

  /** Have what is needed only later come, once. An error says what to do. @returns {Promise<Later>} */
  bringLater() {
    this.#coming ??= this.askForLater(this.#attempts).then(
      (later) => {
        if (later.version !== VERSION) throw new Error(RENEWED);
        return (this.later = later);
      },
      () => {
        // A browser may remember that an address failed: the next attempt has another.
        this.#attempts += 1;
        this.#coming = null;
        throw new Error(NOT_HERE);
      },
    );
    return this.#coming;
  }

  /** Offer some older work no longer. @param {string} name */
  forget(name) {
    this.older = this.older.filter((one) => one !== name);
    this.model.tell("view");
  }

  /** Take what another element on the page knows of the exercise. @param {ExerciseData} data @param {KeyAnnotation[] | null} key */
  learn(data, key) {
    if (data.document.text !== undefined) this.model.data = data;
    if (key) this.askForKey = () => Promise.resolve(key);
  }

  /** The element that stands last on the page. */
  last() {
    return [...this.elements].sort((a, b) =>
      a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
    ).at(-1);
  }
}

/** @type {Map<string, Session>} */
const sessions = new Map();

/**
 * The session that all elements of one exercise on a page share.
 * @param {ExerciseData} data
 * @param {KeyAnnotation[] | null} key
 */
export function sharedSession(data, key) {
  const name = `${data.exercise}:${data.version}`;
  let session = sessions.get(name);
  if (!session) {
    session = new Session(data, "browser");
    sessions.set(name, session);
    session.keep();
  }
  session.learn(data, key);
  return session;
}
