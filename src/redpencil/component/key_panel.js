/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").Group} Group */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
/**
 * What a part has to offer so that it can be compared. `score` is null where only a person can give points.
 * @typedef {{notReady(): string, progress(): string, score(key: readonly KeyAnnotation[]): Score | null,
 *   showKey(key: readonly KeyAnnotation[]): Node[], hideKey(): void, refresh(): void}} Comparable
 * @typedef {{points: number, most: number}} Score
 */
import { copyOfControls } from "./dom.js";

/** Below a part: opens the key to it after an attempt, and closes it for another. */
export class KeyPanel {
  #isOpen = false;

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
    yes.onclick = () => this.open();
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
    opener.disabled = reason !== "";
    hint.textContent = session.askForKey ? reason : "There is no key here: your teacher compares your answers.";
    progress.textContent = comparable.progress();
    if (isCompared && !session.key && session.askForKey) void this.#fetch().catch(() => {});
    else if (isCompared !== this.#isOpen) this.#show(isCompared ? session.key : null);
    // What was compared where there was a key is still fixed where there is none: then there is this way on.
    if (isCompared && !session.key) comparison.append(again);
  }

  /** @param {boolean} isAsking */
  #ask(isAsking) {
    const { confirm, yes, opener } = this.parts;
    confirm.hidden = !isAsking;
    this.refresh();
    (isAsking ? yes : opener).focus();
  }

  async #fetch() {
    const { session } = this;
    if (session.key || !session.askForKey) return;
    session.key = await session.askForKey();
    session.model.tell("view");
  }

  /** Open the key, after an attempt. */
  async open() {
    const { confirm, comparison, hint } = this.parts;
    if (!this.session.askForKey || this.isCompared || this.comparable.notReady()) return;
    const hasCome = await this.#fetch().then(() => true, () => false);
    confirm.hidden = true;
    if (this.isCompared) return;
    if (hasCome) {
      this.session.model.compare(this.group.id);
      comparison.focus({ preventScroll: true });
      comparison.scrollIntoView({ block: "nearest" });
    } else {
      this.refresh();
      hint.textContent = "The key did not come. Run the cell again, then compare.";
    }
  }

  /** Close the key for another attempt. */
  tryAgain() {
    this.session.model.tryAgain(this.group.id);
    this.parts.opener.focus();
    this.parts.said.textContent = "The key is closed. You can change your answers again; this attempt is kept.";
  }

  /** @param {readonly KeyAnnotation[] | null} key null closes it */
  #show(key) {
    const { confirm, comparison, said, again } = this.parts;
    this.#isOpen = this.isCompared;
    confirm.hidden = true;
    if (key) {
      said.textContent = "";
      comparison.replaceChildren(...this.comparable.showKey(key), again);
    } else {
      comparison.replaceChildren();
      this.comparable.hideKey();
    }
    // The focus goes here when the key opens: what is heard then is how the attempt went.
    const score = comparison.querySelector(".rp-score")?.textContent;
    comparison.setAttribute("aria-label", `Comparison${score ? `: ${score}` : ""}`);
  }
}
