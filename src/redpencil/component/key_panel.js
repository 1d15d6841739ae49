/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").Group} Group */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
/**
 * What a part has to offer so that it can be compared.
 * @typedef {{notReady(): string, progress(): string, showKey(key: readonly KeyAnnotation[]): Node[], hideKey(): void,
 *   refresh(): void}} Comparable
 */
import { h, newId } from "./dom.js";

/** Below a part: opens the key to it after an attempt, and closes it for another. */
export class KeyPanel {
  /**
   * @param {HTMLElement} part
   * @param {Session} session
   * @param {Group} group
   * @param {Comparable} comparable
   */
  constructor(part, session, group, comparable) {
    this.session = session;
    this.group = group;
    this.comparable = comparable;
    this.isOpen = false;
    const what = group.kind === "free-text" ? "See what your teacher looks at" : "Compare with the key";
    const question = newId();
    this.hint = h("p", { class: "rp-hint" });
    this.opener = h("button", { type: "button", class: "rp-button", click: () => this.#ask(true) }, what);
    this.confirm = h(
      "div",
      { class: "rp-confirm", role: "group", "aria-labelledby": question, hidden: true },
      (this.question = h("p", { id: question })),
      (this.yes = h("button", { type: "button", class: "rp-button", click: () => this.#open() }, "Compare now")),
      h("button", { type: "button", class: "rp-quiet", click: () => this.#ask(false) }, "Not yet"),
    );
    this.again = h("button", { type: "button", class: "rp-button", click: () => this.#tryAgain() }, "Try again");
    this.comparison = h("div", { class: "rp-comparison", tabindex: "-1", role: "group", "aria-label": "Comparison" });
    this.said = h("p", { class: "rp-sr", role: "status" });
    this.root = h("div", { class: "rp-key-panel" }, this.opener, this.hint, this.confirm, this.comparison, this.said);
    part.append(this.root);
  }

  refresh() {
    const { session, group, comparable } = this;
    const isCompared = session.model.compared.has(group.id);
    const canAsk = session.askForKey !== null;
    const reason = comparable.notReady();
    this.opener.hidden = isCompared || !canAsk || !this.confirm.hidden;
    this.opener.disabled = reason !== "";
    this.hint.hidden = isCompared || !this.confirm.hidden;
    this.hint.textContent = canAsk ? reason : "There is no key here: your teacher compares your answers.";
    this.question.textContent = `${comparable.progress()} When the key opens, this attempt is fixed. You can try again afterwards.`;
    if (isCompared && !this.isOpen && session.key) this.#show(session.key);
    else if (isCompared && !session.key) void this.#fetch().catch(() => {});
    else if (!isCompared && this.isOpen) this.#hide();
  }

  /** @param {boolean} isAsking */
  #ask(isAsking) {
    this.confirm.hidden = !isAsking;
    this.refresh();
    (isAsking ? this.yes : this.opener).focus();
  }

  async #fetch() {
    const { session } = this;
    if (!session.key && session.askForKey) {
      session.key = await session.askForKey();
      session.model.tell("view");
    }
  }

  async #open() {
    try {
      await this.#fetch();
    } catch {
      this.confirm.hidden = true;
      this.refresh();
      this.hint.hidden = false;
      this.hint.textContent = "The key did not come. Run the cell again, then compare.";
      return;
    }
    this.confirm.hidden = true;
    this.session.model.compare(this.group.id);
    this.comparison.focus({ preventScroll: true });
    this.comparison.scrollIntoView({ block: "nearest" });
  }

  #tryAgain() {
    this.session.model.tryAgain(this.group.id);
    this.opener.focus();
    this.said.textContent = "The key is closed. You can change your answers again; this attempt is kept.";
  }

  /** @param {readonly KeyAnnotation[]} key */
  #show(key) {
    this.isOpen = true;
    this.confirm.hidden = true;
    this.said.textContent = "";
    this.comparison.replaceChildren(...this.comparable.showKey(key), this.again);
    // The focus goes here when the key opens: what is heard then is how the attempt went.
    const score = this.comparison.querySelector(".rp-score")?.textContent;
    this.comparison.setAttribute("aria-label", `Comparison${score ? `: ${score}` : ""}`);
  }

  #hide() {
    this.isOpen = false;
    this.comparison.replaceChildren();
    this.comparable.hideKey();
  }
}
