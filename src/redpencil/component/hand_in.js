/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./session.js").Later} Later */
import { NAME_AT_MOST, storable } from "./answers_file.js";
import { copyOfControls, counted, h, newId } from "./dom.js";

/**
 * How much is done, for people.
 * @param {Session["model"]} model
 * @param {readonly import("./types.js").Group[]} groups
 */
export function progressOf(model, groups) {
  /** @param {boolean} isMarking */
  const items = (isMarking) => groups.filter(({ kind }) => (kind === "marks") === isMarking).flatMap(({ items }) => items);
  const [questions, texts] = [items(false), items(true)];
  const answered = questions.filter(({ id }) => model.text(id).trim() !== "").length;
  return [
    ...(questions.length > 0 ? [`${answered} of ${questions.length} answered`] : []),
    ...(texts.length > 0 ? [counted(texts.flatMap(({ id }) => model.marks(id)).length, "mark")] : []),
  ];
}

/** Handing in: who it is from, the file to save, and a saved file to go on from. */
export class HandIn {
  /**
   * @param {Session} session
   * @param {HTMLElement} root the exercise's element
   * @param {Record<string, HTMLElement>} bar where stands what the reader has to know wherever on the page
   */
  constructor(session, root, bar) {
    const { whole, parts } = copyOfControls(root, "hand-in");
    this.session = session;
    this.exercise = root;
    this.root = whole;
    this.root.id = newId();
    this.parts = parts;
    this.bar = bar;
    this.notes = /** @type {HTMLElement[]} */ ([...whole.querySelectorAll("[data-kept]")]);
    this.fields = /** @type {HTMLInputElement[]} */ ([...whole.querySelectorAll("[data-student]")]);
    const { confirm, more, no, save, write, yes } = parts;
    const { model } = session;
    if (session.keptIn === "notebook") {
      save.className = "rp-quiet";
      save.textContent = "Save as a file";
    }
    more.hidden = !model.data.groups.some(({ kind }) => kind === "marks");
    for (const field of this.fields) {
      field.oninput = () => model.setStudent({ ...model.student, [field.dataset.student ?? ""]: storable(field.value, NAME_AT_MOST) });
    }
    // Nothing is saved unasked that has nothing in it.
    save.onclick = () => {
      confirm.hidden = this.isAnswered;
      if (this.isAnswered) this.#save();
      else yes.focus();
    };
    yes.onclick = /** @type {HTMLElement} */ (bar.rescue).onclick = () => this.#save();
    no.onclick = () => this.#close();
    write.onclick = () =>
      this.#withLater((later) => this.download("annotations.jsonld", later.exportMarks(model), "application/ld+json"));
    this.#picks("open");
    this.#picks("import");
  }

  /**
   * Do something by what is needed only later, or say why that cannot be.
   * @param {(later: Later) => unknown} act
   * @param {string} [what] what is then not done, in words
   */
  async #withLater(act, what = "") {
    if (!this.session.later) this.parts.status.textContent = "One moment.";
    try {
      await act(await this.session.bringLater());
    } catch (error) {
      this.parts.status.textContent = what + /** @type {Error} */ (error).message;
    }
  }

  /** A button that asks for a file. @param {"open" | "import"} what */
  #picks(what) {
    const { [what]: picker, report, status } = this.parts;
    picker.previousElementSibling.onclick = () => picker.click();
    picker.onchange = async () => {
      const file = picker.files[0];
      picker.value = "";
      if (!file) return;
      report.replaceChildren();
      await this.#withLater(async ({ takeFile }) => {
        const { said, lines } = await takeFile(what, this.session.model, file);
        status.textContent = said;
        report.replaceChildren(...lines.map((line) => h("li", {}, line)));
      }, `${file.name} was not opened. `);
    };
  }

  refresh() {
    const { session, parts, bar } = this;
    session.later?.offer(this);
    const { trouble, model } = session;
    for (const note of this.notes) note.hidden = note.dataset.kept !== (trouble || session.keptIn);
    for (const field of this.fields) {
      const value = model.student[/** @type {"id" | "name"} */ (field.dataset.student)];
      if (storable(field.value, NAME_AT_MOST) !== value) field.value = value;
    }
    parts.state.textContent = this.#done();
    if (this.isAnswered) parts.confirm.hidden = true;
    const news = trouble
      ? `Not kept: this browser ${trouble === "full" ? "has no room left" : "keeps nothing here"}.`
      : model.adopted > 0 && session.keptIn === "browser"
        ? `Another tab changed ${counted(model.adopted, "thing")} here. “Undo” takes it back.`
        : "";
    const told = /** @type {HTMLElement} */ (bar.told);
    // What stands there already is not said again.
    if (told.textContent !== news) told.textContent = news;
    /** @type {HTMLElement} */ (bar.rescue).hidden = !trouble;
    /** @type {HTMLElement} */ (bar.news).hidden = !news;
  }

  get isAnswered() {
    return Object.keys(this.session.model.answers).length > 0;
  }

  /** How much is done, and whose it is. */
  #done() {
    const { model } = this.session;
    const { id, name } = model.student;
    return `${progressOf(model, model.data.groups).join(", ")}. ${[name, id].filter(Boolean).join(", ") || "No name given"}.`;
  }

  #close() {
    this.parts.confirm.hidden = true;
    this.parts.save.focus();
  }

  #save() {
    if (!this.parts.confirm.hidden) this.#close();
    this.download("redpencil.json", JSON.stringify(this.session.model.file(), null, 1));
    this.parts.status.textContent += ` Not sent yet: give this file to your teacher. ${this.#done()}`;
  }

  /** Have a file saved. @param {string} ending of its name @param {string} content @param {string} [type] */
  download(ending, content, type = "application/json") {
    const name = `${this.session.model.data.exercise}.${ending}`;
    const address = URL.createObjectURL(new Blob([content], { type }));
    const link = h("a", { href: address, download: name, hidden: true });
    this.root.append(link);
    link.click();
    link.remove();
    // A browser may ask the reader first, and want the file only then.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    // What shows a notebook may ask where to save it, or not let it be saved.
    this.parts.status.textContent =
      this.session.keptIn === "browser" ? `Saved ${name} where your browser keeps downloads.` : `${name} was handed over for saving.`;
  }
}
