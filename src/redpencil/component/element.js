/** @typedef {import("./types.js").ExerciseData} ExerciseData */
import { readData } from "./dom.js";
import { sharedSession } from "./session.js";
import { enhance } from "./sheet.js";

/** `<red-pencil>`: an exercise on a page, which is there and readable before this runs. */
class RedPencil extends HTMLElement {
  /** Ends it. @type {(() => void) | null} */
  #stop = null;
  /** What was there before this ran, to begin again from. */
  #written = "";

  connectedCallback() {
    // The element may be met before all of it has been read.
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", () => this.#start(), { once: true });
    } else {
      this.#start();
    }
  }

  disconnectedCallback() {
    // What is only moved is there again at once.
    queueMicrotask(() => {
      if (this.isConnected || !this.#stop) return;
      this.#stop();
      this.#stop = null;
      this.innerHTML = this.#written;
    });
  }

  #start() {
    if (this.#stop || !this.isConnected) return;
    const data = /** @type {ExerciseData | null} */ (readData(this, "rp-data"));
    if (!data) return;
    this.#written = this.innerHTML;
    this.#stop = enhance(this, sharedSession(data, readData(this, "rp-key")));
  }
}

/** Make `<red-pencil>` known to the page, once. */
export function define() {
  if (!customElements.get("red-pencil")) customElements.define("red-pencil", RedPencil);
}
