/**
 * What anywidget hands over; the traits are `html`, `answers`, `has_key` and `later`.
 * @typedef {{get(name: string): any, set(name: string, value: unknown): void, save_changes(): void,
 *   on(name: string, listener: (message: any) => void): void, off(name: string, listener: (message: any) => void): void,
 *   send(message: unknown): void, widget_manager?: any}} WidgetModel `widget_manager` is Jupyter's own
 * @typedef {import("./types.js").ExerciseData} ExerciseData
 * @typedef {import("./types.js").KeyAnnotation} KeyAnnotation
 */
import { checkAnswers, checkHints } from "./answers_file.js";
import { readData } from "./dom.js";
import { Session } from "./session.js";
import { enhance } from "./sheet.js";

/** Milliseconds that the kernel has to answer. */
const PATIENCE = 10_000;

/**
 * anywidget's render: show the exercise in an output cell, with its answers in the widget's traits.
 * @param {{model: WidgetModel, el: HTMLElement}} context
 * @returns {() => void}
 */
export function render({ model, el }) {
  const template = document.createElement("template");
  // The exercise as the kit wrote it; answers never come this way.
  template.innerHTML = model.get("html");
  const written = template.content.querySelector("red-pencil");
  const data = written ? /** @type {ExerciseData | null} */ (readData(written, "rp-data")) : null;
  if (!written || !data) {
    el.textContent = "This widget holds no exercise. Run the cell again.";
    return () => {};
  }
  // Not a <red-pencil>: that would keep its answers in the browser.
  const root = document.createElement("div");
  root.className = "red-pencil";
  root.setAttribute("exercise", data.exercise);
  root.append(...written.childNodes);
  el.append(root);
  const [session, disconnect] = connect(model, data);
  const stop = enhance(root, session, true);
  const giveBack = keepKeys(root);
  return () => {
    giveBack();
    stop();
    disconnect();
  };
}

/** Ours, among the keys with Ctrl or ⌘: undo, redo, moving in the text. */
const OUR_KEYS = /^(z|y|enter|home|end|arrow.*)$/i;

/** @param {KeyboardEvent} event */
const isTheirs = ({ key, ctrlKey, metaKey }) => ((ctrlKey || metaKey) && !OUR_KEYS.test(key)) || /^F\d/.test(key);

/**
 * A notebook acts on keys wherever the focus is: "x" on a button of ours would cut the cell. So it leaves ours alone, but
 * still gets what has to work everywhere, such as Ctrl+S.
 * @param {HTMLElement} root
 */
function keepKeys(root) {
  const mute = "data-lm-suppress-shortcuts";
  /** @param {KeyboardEvent} event */
  const pass = (event) => {
    const target = /** @type {Element} */ (event.target);
    if (!root.contains(target)) return;
    // JupyterLab looks at what has the focus before it looks at what that lies in: some of its keys match there already.
    for (const element of [root, target]) element.toggleAttribute(mute, !isTheirs(event));
  };
  // JupyterLab listens on the document as the event comes down: the window is before it.
  window.addEventListener("keydown", pass, true);
  // VS Code listens on the window as it comes back up.
  root.addEventListener("keydown", (event) => {
    if (!isTheirs(event)) event.stopPropagation();
  });
  return () => window.removeEventListener("keydown", pass, true);
}

/**
 * A session for one view. Two views of one widget meet in its traits, which each of them follows.
 * @param {WidgetModel} widget
 * @param {ExerciseData} data
 * @returns {[Session, () => void]} the session, and what ends it
 */
function connect(widget, data) {
  const session = new Session(data, "notebook");
  // A widget's module has no address that another could stand beside.
  session.askForLater = () => importText(widget.get("later"));
  session.carrier = widget;
  session.bring();
  const { model } = session;
  /** What was written last, which comes back as a change. @type {unknown} */
  let written = null;
  const read = () => {
    const stored = widget.get("answers") ?? {};
    if (stored === written) return;
    const { id = "", name = "" } = stored.student ?? {};
    const answers = stored.answers ?? {};
    try {
      model.adopt({ answers: checkAnswers(answers, data), hints: checkHints(stored.hints, data), student: { id, name } });
    } catch (error) {
      console.warn("Red Pencil: the widget’s answers do not fit the exercise.", error);
    }
  };
  read();
  widget.on("change:answers", read);
  model.listen((change) => {
    if (!/^(answers|student|hints|compared)$/.test(change)) return;
    written = model.file();
    widget.set("answers", written);
    widget.save_changes();
  });
  const findKey = () => {
    session.askForKey = widget.get("has_key") ? () => askForKey(widget) : null;
    model.tell("view");
  };
  findKey();
  widget.on("change:has_key", findKey);
  const disconnect = () => {
    widget.off("change:answers", read);
    widget.off("change:has_key", findKey);
  };
  return [session, disconnect];
}

/** A module that came as a text. A front end may allow only the kind of address that this one has. @param {string} text */
const importText = (text) =>
  import.meta.url.startsWith("data:")
    ? import(`data:text/javascript;charset=utf-8,${encodeURIComponent(text)}`)
    : import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));

/**
 * The key, which the kernel hands over when it is asked for it.
 * @param {WidgetModel} widget
 * @returns {Promise<KeyAnnotation[]>}
 */
function askForKey(widget) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(reject, new Error("no answer")), PATIENCE);
    /** @param {any} message */
    const listener = (message) => message?.type === "key" && finish(resolve, message.key);
    /** @param {(value: any) => void} settle @param {unknown} value */
    function finish(settle, value) {
      clearTimeout(timer);
      widget.off("msg:custom", listener);
      settle(value);
    }
    widget.on("msg:custom", listener);
    widget.send({ type: "key?" });
  });
}
