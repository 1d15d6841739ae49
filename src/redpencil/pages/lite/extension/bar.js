/**
 * The bar above a worksheet: the way back, what Python is doing, and what can be done now.
 *
 * It is made before JupyterLite loads, and stays when that fails. Only whole sentences are announced; the megabytes
 * beside them change too often for that, and are told by the progress bar to whoever asks it.
 */

/**
 * @typedef {{words: string, go: string | (() => unknown), name?: string}} Offer  a link to an address, or a button
 */

/**
 * An element with attributes and children.
 *
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} [children]
 */
export function make(name, attributes = {}, children = []) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** @param {Offer} offer */
export function makeOffer({words, go, name = ""}) {
  if (typeof go === "string") return make("a", {href: go, class: "red-pencil-do"}, [words]);
  const button = make("button", {type: "button", class: "red-pencil-do", ...(name && {"data-do": name})}, [words]);
  button.addEventListener("click", go);
  return button;
}

/** The bar, and what it says. One page has one. */
export class Bar {
  /** @param {string} page  the address of the chapter, or of the site */
  constructor(page) {
    this.back = make("a", {href: page, class: "red-pencil-back"}, ["Back to the chapter"]);
    this.said = make("p", {role: "status", class: "red-pencil-said"});
    this.told = make("p", {"aria-live": "polite", class: "red-pencil-told"});
    this.amount = make("p", {class: "red-pencil-amount", "aria-hidden": "true"});
    this.progress = make("div", {
      role: "progressbar",
      "aria-label": "Getting Python ready",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
      class: "red-pencil-progress",
    });
    this.offers = make("div", {class: "red-pencil-offers"});
    this.isHeldBack = false;
    this.always = make("div", {class: "red-pencil-always"});
    const words = make("div", {class: "red-pencil-words"}, [this.said, this.amount]);
    this.element = make("section", {id: "red-pencil-bar", "aria-label": "This worksheet"}, [
      this.back,
      this.always,
      make("div", {class: "red-pencil-state"}, [words, this.progress, this.offers]),
      this.told,
    ]);
    this.atWork(undefined);
    // What JupyterLite draws begins below the bar, however many lines the bar has.
    new ResizeObserver(() => {
      document.documentElement.style.setProperty("--red-pencil-bar", `${this.element.offsetHeight}px`);
      window.dispatchEvent(new Event("resize"));
    }).observe(this.element);
  }

  /**
   * Say one thing, and offer what can be done about it. The same words are not announced twice.
   *
   * @param {string} words
   * @param {Offer[]} [offers]
   */
  say(words, offers = []) {
    if (this.said.textContent !== words) this.said.textContent = words;
    const held = this.offers.contains(document.activeElement) || (this.isHeldBack && this.back === document.activeElement);
    this.offers.replaceChildren(...offers.map(makeOffer));
    // Who pressed a button that is gone goes on from here, and not from the top of the page: at the next button, or
    // before where it will be, until it is there.
    const next = /** @type {HTMLElement | null} */ (this.offers.querySelector("a, button"));
    if (held) (next ?? this.back).focus();
    this.isHeldBack = held && !next;
  }

  /**
   * Say what holds beside all else, until it is taken back with "".
   *
   * @param {string} words
   */
  tell(words) {
    this.told.textContent = words;
  }

  /**
   * Show how far a thing is: a share from 0 to 1, ``null`` where that is not known, ``undefined`` when nothing is at
   * work. ``amount`` stands beside it in words.
   *
   * @param {number | null | undefined} share
   * @param {string} [amount]
   */
  atWork(share, amount = "") {
    this.progress.hidden = share === undefined;
    this.amount.textContent = amount;
    if (typeof share === "number") {
      const percent = Math.round(100 * Math.min(1, Math.max(0, share)));
      this.progress.setAttribute("aria-valuenow", String(percent));
      this.progress.style.setProperty("--share", `${percent}%`);
    } else {
      this.progress.removeAttribute("aria-valuenow");
      this.progress.style.removeProperty("--share");
    }
    if (amount) this.progress.setAttribute("aria-valuetext", amount);
    else this.progress.removeAttribute("aria-valuetext");
  }
}
