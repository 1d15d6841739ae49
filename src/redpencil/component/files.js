/** @typedef {import("./model.js").Model} Model */
import { counted } from "./dom.js";
import { readAnswersFile, Refused } from "./saved_file.js";
import { fromW3c, toW3c } from "./w3c.js";

const BYTES_AT_MOST = 20_000_000;

/** @typedef {{said: string, lines: string[]}} Taken what is said of a file that was taken, and of single marks in it */

/**
 * What is done with a file, by the button that asks for it. They throw Refused.
 * @type {Record<"open" | "import", (model: Model, name: string, content: string) => Taken>}
 */
const TAKE = {
  open(model, name, content) {
    model.load(readAnswersFile(content, model.data));
    return { said: `Opened ${name}. “Undo” brings back what was here.`, lines: [] };
  },
  import(model, name, content) {
    const { added, answers, lines, moved } = fromW3c(content, model.data, model.answers, (item) => model.isFixed(item));
    model.answer(answers);
    const places = moved ? `, ${moved} of them moved to where their words stand` : "";
    return { said: `${counted(added, "mark")} came in from ${name}${places}. “Undo” takes them out.`, lines };
  },
};

/**
 * Take a file that a reader chose, whole or not at all.
 * @param {keyof typeof TAKE} what
 * @param {Model} model
 * @param {File} file
 * @returns {Promise<Taken>}
 */
export async function takeFile(what, model, file) {
  try {
    if (file.size > BYTES_AT_MOST) throw new Refused("It is too large to be a saved file.");
    return TAKE[what](model, file.name, await file.text());
  } catch (error) {
    const why = error instanceof Refused ? error.message : "The browser could not read it.";
    return { said: `${file.name} was not opened. ${why}`, lines: [] };
  }
}

/** The marks for other tools, as a file's content. @param {Model} model */
export const exportMarks = (model) => JSON.stringify(toW3c(model.data, model.answers), null, 1);
