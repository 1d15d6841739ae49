/** @typedef {import("./session.js").Session} Session */
import { BYTES_AT_MOST, NAME_AT_MOST, readAnswersFile, Refused } from "./answers_file.js";
import { h, newId } from "./dom.js";

/** Handing in: who it is from, the file to save, and a saved file to go on from. */
export class HandIn {
  /**
   * @param {Session} session
   * @param {"h2" | "h3" | "h4" | "h5" | "h6"} heading the element of its title, that of the parts above
   */
  constructor(session, heading) {
    this.session = session;
    this.name = this.#field("name");
    this.number = this.#field("id");
    this.status = h("p", { class: "rp-status", role: "status" });
    this.note = h("p", { class: "rp-note" });
    const picker = h("input", {
      type: "file",
      accept: ".json,application/json",
      class: "rp-sr",
      tabindex: "-1",
      "aria-label": "A saved file",
      change: () => this.#open(picker),
    });
    this.root = h(
      "div",
      { class: "rp-hand-in", id: newId() },
      h(heading, { class: "rp-title" }, "Hand in"),
      this.note,
      h(
        "div",
        { class: "rp-fields" },
        h("label", {}, h("span", {}, "Name (optional)"), this.name),
        h("label", {}, h("span", {}, "Student number (optional)"), this.number),
      ),
      h(
        "div",
        { class: "rp-actions" },
        h(
          "button",
          { type: "button", class: "rp-button rp-main", click: () => this.#save() },
          session.keptIn === "notebook" ? "Save as a file" : "Hand in",
        ),
        h("button", { type: "button", class: "rp-quiet", click: () => picker.click() }, "Open a saved file"),
        picker,
      ),
      this.status,
    );
  }

  /** @param {"name" | "id"} what */
  #field(what) {
    const { model } = this.session;
    return h("input", {
      type: "text",
      maxlength: NAME_AT_MOST,
      autocomplete: "off",
      spellcheck: "false",
      "data-student": what,
      input: (event) => model.setStudent({ ...model.student, [what]: event.target.value }),
    });
  }

  refresh() {
    const { session, name, number } = this;
    const { student } = session.model;
    if (name.value !== student.name) name.value = student.name;
    if (number.value !== student.id) number.value = student.id;
    this.note.textContent =
      session.keptIn === "notebook"
        ? "Your answers are kept in this notebook: save it and hand it in. You can also save them as a file of their own."
        : session.isKept
          ? "Your answers, and your name if you give it, stay in this browser until you hand them in. “Hand in” saves a file: send that to your instructor."
          : "This browser does not keep anything here, so your answers are gone when you close the page. Save the file before you do; “Open a saved file” brings them back.";
    this.note.toggleAttribute("data-warning", session.keptIn === "browser" && !session.isKept);
  }

  #save() {
    const { model } = this.session;
    const name = `${model.data.exercise}.redpencil.json`;
    const address = URL.createObjectURL(new Blob([JSON.stringify(model.file(), null, 1)], { type: "application/json" }));
    const link = h("a", { href: address, download: name, hidden: true });
    this.root.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    this.status.textContent = `Saved ${name} where your browser keeps downloads.`;
  }

  /** @param {HTMLInputElement} picker */
  async #open(picker) {
    const file = picker.files?.[0];
    picker.value = "";
    if (!file) return;
    const { model } = this.session;
    try {
      if (file.size > BYTES_AT_MOST) throw new Refused("It is too large to be a saved file.");
      model.load(readAnswersFile(await file.text(), model.data));
      this.status.textContent = `Opened ${file.name}. “Undo” brings back what was here.`;
    } catch (error) {
      const why = error instanceof Refused ? error.message : "The browser could not read it.";
      this.status.textContent = `${file.name} was not opened. ${why}`;
    }
  }
}
