/** The answers in a notebook, and handing them in: the notebook is saved, then downloaded as the one file to give. */

export const MIME_TYPE = "application/vnd.redpencil.answers+json";
// Milliseconds: for so long an answer may be on its way through Python to the notebook.
const ON_ITS_WAY = 3000;
// Python writes answers into the notebook a moment after they come, so that typing stays smooth; and what it is asked
// for comes in order.
const UNTIL_WRITTEN = 'await __import__("asyncio").sleep(0.2)';

/**
 * @typedef {{exercise?: string, exercise_version?: string, saved_at?: string, answers?: Record<string, unknown>}} Stored
 * @typedef {{cells?: {outputs?: {data?: Record<string, unknown>}[]}[]}} Notebook
 */

/**
 * The answers that a notebook stores, those saved last; undefined if it has none, not even without an answer in them.
 *
 * @param {Notebook} notebook
 * @param {string} [exercise]  only those to this one
 * @returns {Stored | undefined}
 */
export function storedIn(notebook, exercise) {
  const outputs = (notebook.cells ?? []).flatMap((cell) => cell.outputs ?? []);
  const all = outputs.map((output) => /** @type {Stored | undefined} */ (output.data?.[MIME_TYPE]));
  const fitting = all.filter((one) => one && typeof one === "object" && (!exercise || one.exercise === exercise));
  return fitting.sort((one, other) => savedAt(one) - savedAt(other)).pop();
}

/**
 * How many items have an answer.
 *
 * @param {Stored | undefined} stored
 */
export function answered(stored) {
  const given = Object.values(stored?.answers ?? {});
  return given.filter((answer) => answer !== null && answer !== "" && String(answer) !== "").length;
}

/** @param {Stored | undefined} stored */
function savedAt(stored) {
  return Date.parse(stored?.saved_at ?? "") || 0;
}

/**
 * Whether the exercise keeps answers in this browser that Python has not taken: it stopped, or has not come to them yet.
 * What is kept of them is written in component/python.js; names with more parts hold what was set aside.
 *
 * @param {Stored | undefined} stored
 * @param {string} [exercise]
 */
function newerAreKept(stored, exercise) {
  try {
    return Object.entries(localStorage).some(([name, value]) => {
      const [what, whose, version, ...more] = name.split(":");
      if (what !== "redpencil-notebook" || whose !== exercise || more.length) return false;
      if (stored && version !== stored.exercise_version) return false;
      const row = JSON.parse(value);
      const differ = JSON.stringify(row.answers) !== JSON.stringify(stored?.answers ?? {});
      return differ && answered(row) > 0 && row.kept?.of !== row.saved_at && savedAt(row) > savedAt(stored);
    });
  } catch {
    // What cannot be read is not newer.
    return false;
  }
}

/**
 * Save the notebook, and download it if it holds answers. Where newer ones wait in this browser it says so first; who
 * asks again gets what there is.
 *
 * @param {{model: any, save: () => Promise<void>}} notebook  JupyterLab's model, and what saves it and never throws
 * @param {any} kernel  null if none answers
 * @param {string} file  the name to download it under
 * @param {string} [exercise]  its id
 * @param {{run?: string, again?: boolean}} [how]  ``run`` says what brings answers into the notebook that are not in it;
 *   ``again``: it was said before that some are not
 * @returns {Promise<{words: string, runFirst: boolean, wait: boolean}>} what was done, and what comes next; ``wait`` if
 *   nothing was downloaded because of newer answers
 */
export async function handIn(notebook, kernel, file, exercise, {run = "Run the box", again = false} = {}) {
  const look = () => storedIn(notebook.model.toJSON(), exercise);
  if (kernel) {
    const written = kernel.requestExecute({code: UNTIL_WRITTEN, silent: true, store_history: false}).done;
    await Promise.race([written.catch(() => {}), new Promise((done) => setTimeout(done, ON_ITS_WAY))]);
  }
  const stored = look();
  const nothing = "Nothing was downloaded.";
  const newer = newerAreKept(stored, exercise);
  if (newer && !(again && answered(stored))) {
    const words = `${nothing} Your last answers are kept in this browser, but not in the notebook yet. ${run}, then hand in again.`;
    return {words, runFirst: true, wait: true};
  }
  if (!stored) {
    const words = `${nothing} There are no answers yet, because the box was not run.`;
    return {words, runFirst: true, wait: false};
  }
  if (!answered(stored)) {
    const words = `${nothing} The exercise is open, but nothing is answered yet. Answer something first.`;
    return {words, runFirst: false, wait: false};
  }
  // The file to hand in is made from what is on the page, saved or not.
  await notebook.save();
  download(JSON.stringify(notebook.model.toJSON(), null, 1), file);
  const next = "Next: give it to your teacher, or upload it where you hand in your work.";
  const words = newer
    ? `${file} was downloaded, without your last answers: those are in this browser alone. ${next}`
    : `${file} was downloaded, with your answers in it. ${next}`;
  return {words, runFirst: false, wait: false};
}

/**
 * @param {string} text
 * @param {string} file
 */
function download(text, file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], {type: "application/x-ipynb+json"}));
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
