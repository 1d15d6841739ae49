/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").Group} Group */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
/**
 * What a part has to offer so that it can be compared. `score` is null where only a person can give points.
 * @typedef {{notReady(): string, progress(): string, score(key: readonly KeyAnnotation[]): Score | null,
 *   hideKey(): void, refresh(): void}} Comparable
 * @typedef {{points: number, most: number}} Score
 */
import { copyOfControls, h } from "./dom.js";

/** Below a part: opens the key to it after an attempt, and closes it for another. */
export class KeyPanel {
  #isOpen = false;
  /** Whether the key was asked for and is on its way. */
  #isComing = false;

  /**
   * @param {HTMLElement} part
   * @param {Session} session
   * @param {Group} group
   * @param {Comparable} comparable
   */
  constructor(part, session, group, comparable) {
    const { whole, parts } = copyOfControls(part, "key");
    this.session = session;
    this.group = group;
    this.comparable = comparable;
    this.parts = parts;
    const { opener, yes, no, again } = parts;
    if (group.kind === "free-text") opener.textContent = "See what your teacher looks at";
    opener.onclick = () => this.#ask(true);
    no.onclick = () => this.#ask(false);
    yes.onclick = () => this.#openHere();
    again.onclick = () => this.tryAgain();
    again.remove();
    part.append(whole);
  }

  get isCompared() {
    return this.session.model.compared.has(this.group.id);
  }

  refresh() {
    const { session, comparable, isCompared } = this;
    comparable.refresh();
    const { opener, hint, confirm, progress, comparison, again } = this.parts;
    const reason = comparable.notReady();
    hint.hidden = isCompared || !confirm.hidden;
    opener.hidden = hint.hidden || !session.askForKey;
    // A button that is disabled would lose the focus.
    opener.ariaDisabled = String(reason !== "");
    hint.textContent = this.#isComing ? "One moment: the key is on its way." : session.askForKey ? reason : "There is no key here: your teacher compares your answers.";
    progress.textContent = comparable.progress();
    if (isCompared && !this.#hasAll && session.askForKey) void this.#fetch().catch(({ message }) => this.#excuse(message));
    else if (isCompared !== this.#isOpen) this.#show(isCompared ? session.key : null);
    else if (!isCompared) comparison.replaceChildren();
    // What was compared where there was a key is still fixed where there is none: then there is this way on.
    if (isCompared && !session.key) comparison.append(again);
  }

  /** @param {boolean} isAsking */
  #ask(isAsking) {
    const { confirm, yes, opener } = this.parts;
    if (this.#isComing || (isAsking && this.comparable.notReady())) return;
    confirm.hidden = !isAsking;
    this.refresh();
    (isAsking ? yes : opener).focus();
  }

  /** Whether there is all that comparing takes. */
  get #hasAll() {
    return this.session.key !== null && this.session.later !== null;
  }

  /** An error says what to do. */
  async #fetch() {
    const { session } = this;
    if (this.#hasAll || !session.askForKey) return;
    session.key ??= await session.askForKey().catch(() => {
      throw new Error("The key did not come. Run the cell again, then compare.");
    });
    await session.bringLater();
    session.model.tell("view");
  }

  /** Say why an attempt that is fixed cannot be compared now. @param {string} why */
  #excuse(why) {
    if (this.isCompared) this.parts.comparison.replaceChildren(h("p", {}, why), this.parts.again);
  }

  /** Open the key, and go there. */
  async #openHere() {
    const { comparison, opener } = this.parts;
    const opened = this.open();
    // What was pressed is gone. Who goes elsewhere while the key is on its way is left there.
    opener.focus();
    await opened;
    if (this.isCompared && /** @type {(Element | null)[]} */ ([opener, document.body]).includes(document.activeElement)) {
      comparison.focus({ preventScroll: true });
      comparison.scrollIntoView({ block: "nearest" });
    }
  }

  /** Open the key, after an attempt. The focus stays where it is: another program may ask for this. */
  async open() {
    const { confirm, hint, said } = this.parts;
    if (!this.session.askForKey || this.isCompared || this.comparable.notReady()) return;
    confirm.hidden = true;
    this.#isComing = !this.#hasAll;
    this.refresh();
    said.textContent = hint.textContent;
    const why = await this.#fetch().then(() => "", ({ message }) => message);
    this.#isComing = false;
    if (this.isCompared) return;
    this.refresh();
    said.textContent = why;
    if (why) hint.textContent = why;
    else if (!this.comparable.notReady()) this.session.model.compare(this.group.id);
  }

  /** Close the key for another attempt. */
  tryAgain() {
    this.session.model.tryAgain(this.group.id);
    this.parts.opener.focus();
    this.parts.said.textContent = "The key is closed. You can change your answers again; this attempt is kept.";
  }

  /** @param {readonly KeyAnnotation[] | null} key null closes it */
  #show(key) {
    const { comparable, group, session } = this;
    const { confirm, comparison, said, again } = this.parts;
    this.#isOpen = this.isCompared;
    confirm.hidden = true;
    if (key && session.later) {
      said.textContent = "";
      const show = /** @type {(of: Comparable, key: readonly KeyAnnotation[]) => Node[]} */ (session.later.comparisons[group.kind]);
      comparison.replaceChildren(...show(comparable, key), again);
    } else {
      comparison.replaceChildren();
      comparable.hideKey();
    }
    // The focus goes here when the key opens: what is heard then is how the attempt went.
    const score = comparison.querySelector(".rp-score")?.textContent;
    comparison.setAttribute("aria-label", `Comparison${score ? `: ${score}` : ""}`);
  }
}
