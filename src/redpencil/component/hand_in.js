/** @typedef {import("./session.js").Session} Session */
import { BYTES_AT_MOST, NAME_AT_MOST, readAnswersFile, Refused } from "./answers_file.js";
import { counted, h, newId } from "./dom.js";
import { fromW3c, toW3c } from "./w3c.js";

/**
 * How much is done, for people.
 * @param {Session["model"]} model
 * @param {readonly import("./types.js").Group[]} groups
 */
export function progressOf(model, groups) {
  const questions = groups.filter(({ kind }) => kind !== "marks").flatMap(({ items }) => items);
  const answered = questions.filter(({ id }) => model.text(id).trim() !== "").length;
  const texts = groups.filter(({ kind }) => kind === "marks").flatMap(({ items }) => items);
  const marks = texts.reduce((sum, { id }) => sum + model.marks(id).length, 0);
  return [
    ...(questions.length > 0 ? [`${answered} of ${questions.length} answered`] : []),
    ...(texts.length > 0 ? [counted(marks, "mark")] : []),
  ];
}

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
    /** What was not taken as it stands in an imported file. */
    this.report = h("ul", { class: "rp-report" });
    this.note = h("p", { class: "rp-note" });
    const isNotebook = session.keptIn === "notebook";
    /** How much is done, and whose it is. */
    this.state = h("p", {});
    this.save = h(
      "button",
      { type: "button", class: isNotebook ? "rp-quiet" : "rp-button rp-main", click: () => this.#ask() },
      isNotebook ? "Save as a file" : "Hand in",
    );
    const question = newId();
    this.confirm = h(
      "div",
      { class: "rp-confirm", role: "group", "aria-labelledby": question, hidden: true },
      h("p", { id: question }, "Nothing is answered yet. Save a file without answers?"),
      (this.yes = h("button", { type: "button", class: "rp-button", click: () => this.#save() }, "Save it anyway")),
      h("button", { type: "button", class: "rp-quiet", click: () => this.#close() }, "Not yet"),
    );
    this.older = session.older.map((older) => this.#older(older));
    /** What the reader has to know wherever on the page: it stands in the bar. */
    this.said = h("span", { role: "status" });
    this.rescue = h("button", { type: "button", class: "rp-quiet", click: () => this.#save() }, "Save the file");
    this.news = h("p", { class: "rp-news" }, this.said, " ", this.rescue);
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
      this.state,
      h(
        "div",
        { class: "rp-actions" },
        this.save,
        this.#opener("Open a saved file", "A saved file", ".json", (file) => this.#open(file)),
      ),
      this.confirm,
      session.model.data.groups.some(({ kind }) => kind === "marks") && this.#more(),
      this.status,
      this.report,
    );
  }

  /**
   * A button that asks for a file.
   * @param {string} text
   * @param {string} label
   * @param {string} accept
   * @param {(file: File) => Promise<void>} take throws Refused
   */
  #opener(text, label, accept, take) {
    const choose = async () => {
      const file = picker.files?.[0];
      picker.value = "";
      if (!file) return;
      this.report.replaceChildren();
      try {
        if (file.size > BYTES_AT_MOST) throw new Refused("It is too large to be a saved file.");
        await take(file);
      } catch (error) {
        const why = error instanceof Refused ? error.message : "The browser could not read it.";
        this.status.textContent = `${file.name} was not opened. ${why}`;
      }
    };
    const picker = h("input", { type: "file", accept, class: "rp-sr", tabindex: "-1", "aria-label": label, change: choose });
    const button = h("button", { type: "button", class: "rp-quiet", click: () => picker.click() }, text);
    return h("span", {}, button, picker);
  }

  /** For other tools: the marks as W3C Web Annotations. */
  #more() {
    const { model } = this.session;
    const write = () => {
      const content = JSON.stringify(toW3c(model.data, model.answers), null, 1);
      this.#download(`${model.data.exercise}.annotations.jsonld`, content, "application/ld+json");
    };
    return h(
      "details",
      { class: "rp-more" },
      h("summary", {}, "More"),
      h("p", {}, "Take your marks to other annotation tools, or bring marks from there, as W3C Web Annotations."),
      h(
        "div",
        { class: "rp-actions" },
        h("button", { type: "button", class: "rp-quiet", click: write }, "Export marks"),
        this.#opener("Import marks", "A file of marks", ".jsonld,.json", (file) => this.#import(file)),
      ),
    );
  }

  /** What is kept of another version of the exercise. @param {import("./store.js").Older} older */
  #older(older) {
    const { session } = this;
    const remove = () => {
      session.forget(older);
      this.save.focus();
    };
    const removal = h("button", { type: "button", class: "rp-quiet", hidden: true, click: remove }, "Remove it from this browser");
    const write = () => {
      this.#download(`${session.model.data.exercise}.older.redpencil.json`, older.content);
      removal.hidden = false;
    };
    const day = older.savedAt && ` of ${older.savedAt.slice(0, 10)}`;
    /** Every element of the exercise shows it, until one of them removes it. */
    const stop = session.model.listen(() => {
      if (session.older.includes(older)) return;
      entry.remove();
      stop();
    });
    const entry = h(
      "div",
      { class: "rp-note rp-older", "data-warning": true },
      h("p", {}, `You did work${day} on another version of this exercise, and it cannot be shown here. It is not lost: save it and give that file to your teacher.`),
      h("button", { type: "button", class: "rp-quiet", click: write }, "Save the older work as a file"),
      removal,
    );
    return entry;
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
        ? "Hand in this notebook: save it, then give its .ipynb file to your teacher. Your answers are in it. You can also save them as a file of their own."
        : !session.trouble
          ? "Your answers, and your name if you give it, stay in this browser until you hand them in. “Hand in” saves a file: give that to your teacher."
          : session.trouble === "full"
            ? "This browser has no room left: your last changes are gone when you close the page. Save the file before you do; “Open a saved file” brings it back."
            : "This browser does not keep anything here, so your answers are gone when you close the page. Save the file before you do; “Open a saved file” brings them back.";
    this.state.textContent = this.#done();
    if (this.isAnswered) this.confirm.hidden = true;
    this.note.toggleAttribute("data-warning", session.trouble !== "");
    const { adopted } = session.model;
    const news = session.trouble
      ? `Not kept: this browser ${session.trouble === "full" ? "has no room left" : "keeps nothing here"}.`
      : adopted > 0 && session.keptIn === "browser"
        ? `Another tab changed ${counted(adopted, "thing")} here. “Undo” takes it back.`
        : "";
    // What stands there already is not said again.
    if (this.said.textContent !== news) this.said.textContent = news;
    this.rescue.hidden = !session.trouble;
    this.news.hidden = !news;
  }

  get isAnswered() {
    return Object.keys(this.session.model.answers).length > 0;
  }

  /** How much is done, and whose it is. */
  #done() {
    const { model } = this.session;
    const { id, name } = model.student;
    const whose = name || id ? [name, id].filter(Boolean).join(", ") : "No name given";
    return `${progressOf(model, model.data.groups).join(", ")}. ${whose}.`;
  }

  /** Save, but ask first if there is nothing to save. */
  #ask() {
    if (this.isAnswered) this.#save();
    else {
      this.confirm.hidden = false;
      this.yes.focus();
    }
  }

  #close() {
    this.confirm.hidden = true;
    this.save.focus();
  }

  #save() {
    const { model } = this.session;
    if (!this.confirm.hidden) this.#close();
    this.#download(`${model.data.exercise}.redpencil.json`, JSON.stringify(model.file(), null, 1));
    this.status.textContent += ` Not sent yet: give this file to your teacher. ${this.#done()}`;
  }

  /** @param {string} name @param {string} content @param {string} [type] */
  #download(name, content, type = "application/json") {
    const address = URL.createObjectURL(new Blob([content], { type }));
    const link = h("a", { href: address, download: name, hidden: true });
    this.root.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    this.status.textContent = `Saved ${name} where your browser keeps downloads.`;
  }

  /** @param {File} file */
  async #open(file) {
    const { model } = this.session;
    model.load(readAnswersFile(await file.text(), model.data));
    this.status.textContent = `Opened ${file.name}. “Undo” brings back what was here.`;
  }

  /** @param {File} file */
  async #import(file) {
    const { model } = this.session;
    const found = fromW3c(await file.text(), model.data, model.answers, (item) => model.isFixed(item));
    model.answer(found.answers);
    this.status.textContent = `${counted(found.added, "mark")} came in from ${file.name}${found.moved ? `, ${found.moved} of them moved to where their words stand` : ""}. “Undo” takes them out.`;
    this.report.replaceChildren(...found.lines.map((line) => h("li", {}, line)));
  }
}
