/**
 * @typedef {import("./types.js").ExerciseData} ExerciseData
 * @typedef {import("./types.js").KeyAnnotation} KeyAnnotation
 */
import { Model } from "./model.js";
import { Store } from "./store.js";

/** What the other file holds, in short: an old one is not taken for it. Written in when the files are bundled. */
// @ts-expect-error there is no such thing before that
const W3C_VERSION = globalThis.RED_PENCIL_W3C_VERSION;

/** One reader's work on one exercise: its model, where it is kept, and how its key is had. */
export class Session {
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
    /** What this browser keeps of other versions. @type {import("./store.js").Older[]} */
    this.older = [];
    /** Asks for the key; null where there is none to be had. @type {(() => Promise<KeyAnnotation[]>) | null} */
    this.askForKey = null;
    /** What only files of other tools need: it comes when somebody has one. @type {() => Promise<typeof import("./w3c.js")>} */
    this.askForW3c = () => import(new URL(`red_pencil_w3c.js?${W3C_VERSION}`, import.meta.url).href);
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
    this.older = this.store.older();
  }

  /** Keep some older work no longer. @param {import("./store.js").Older} older */
  forget(older) {
    this.store?.forget(older);
    this.older = this.older.filter((one) => one !== older);
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
