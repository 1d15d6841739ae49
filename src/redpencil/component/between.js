/**
 * Work on one exercise in two places of one browser, the chapter's page and the notebook: what each can know of the other's.
 *
 * All of it is in localStorage. A page keeps its work under `redpencil:<exercise>:<version>` (store.js), a notebook a copy of
 * its own under `redpencil-notebook:<exercise>:<version>` (python.js). What a write would cover, and no other place has, goes
 * under the same name with one part more first, so that it can be offered again.
 *
 * Two states of one person's work are brought together as two tabs do it: of each mark and each answer, what was changed last;
 * what only one of them has is kept, unless the other deleted it later. So what is only added on both sides comes together,
 * and asking stops when both sides have all. Another person's work is never mixed in: it is taken whole, in the place of what
 * is here, and that is kept.
 *
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./model.js").State} State
 * @typedef {import("./model.js").Stamps} Stamps
 * @typedef {import("./types.js").AnswerById} AnswerById
 * @typedef {import("./types.js").ExerciseData} ExerciseData
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Student} Student
 *
 * @typedef {{name: string, state: State, stamps: Stamps, savedAt: string, place: string, tab: string,
 *   kept: {of: string, at: string} | null}} Row
 *   what is found under a name. In a notebook's, `place` is that notebook's address and `kept` the last change that Python
 *   answered for: its own time, and the time under which Python keeps it
 */
import { checkAnswers, isRecord } from "./answers_file.js";
import { changesBetween, inJson, partsOf, withMarks } from "./changes.js";
import { readRow } from "./store.js";

/** @param {ExerciseData} data */
export const pageName = ({ exercise, version }) => `redpencil:${exercise}:${version}`;
/** @param {ExerciseData} data */
export const notebookName = ({ exercise, version }) => `redpencil-notebook:${exercise}:${version}`;

/**
 * Which of this browser's names hold work on the exercise that can be shown here.
 * @param {string} name
 * @param {ExerciseData} data
 * @returns {{side: "page" | "notebook", isSetAside: boolean} | null} null if it does not
 */
export function kindOf(name, data) {
  const [side, exercise, version, ...more] = name.split(":");
  if (exercise !== data.exercise || ![data.version, ...(data.fits ?? [])].includes(version ?? "")) return null;
  const isSetAside = more.length > 0;
  return side === "redpencil" ? { side: "page", isSetAside } : side === "redpencil-notebook" ? { side: "notebook", isSetAside } : null;
}

/** What is found under a name, or null: nothing, or nothing that can be shown. @param {string} name @param {ExerciseData} data */
export function rowOf(name, data) {
  try {
    const content = window.localStorage.getItem(name);
    return content === null ? null : rowIn(name, content, data);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} content @param {ExerciseData} data @returns {Row | null} */
export function rowIn(name, content, data) {
  try {
    const { saved_at, notebook, tab, kept } = JSON.parse(content);
    return {
      name,
      ...readRow(content, data),
      savedAt: String(saved_at ?? ""),
      place: String(notebook ?? ""),
      tab: String(tab ?? ""),
      kept: isRecord(kept) ? { of: String(kept.of), at: String(kept.at) } : null,
    };
  } catch {
    return null;
  }
}

/** Whether Python has all of a notebook's copy. @param {Row} row */
export const isKept = ({ kept, savedAt }) => kept?.of === savedAt;

/** The user of a hub whose notebook it is, by its address. @param {string} place */
const userOf = (place) => /\/user\/[^/]+\//.exec(place)?.[0] ?? "";

/** Whether both are known, and not the same. @param {string} a @param {string} b */
export const areTwo = (a, b) => a !== "" && b !== "" && a !== b;

/**
 * Whether a row is another person's. A name that was finished after it was saved is still the same one.
 * @param {Row} row
 * @param {Student} student who works here
 * @param {string} place where
 */
export function isOthers({ state, place: there }, student, place) {
  const differ = (/** @type {"id" | "name"} */ field) => {
    const [a, b] = [state.student[field].trim().toLowerCase(), student[field].trim().toLowerCase()];
    return areTwo(a, b) && !a.startsWith(b) && !b.startsWith(a);
  };
  return differ("id") || differ("name") || areTwo(userOf(there), userOf(place));
}

/**
 * Two states of one person's answers brought together.
 * @param {Model} model what is here
 * @param {Stamps} stamps when each thing here was changed
 * @param {Row} row what is there
 * @returns {AnswerById}
 */
export function together(model, stamps, row) {
  const [mine, theirs] = [answersIn(model.answers, model.data), row.state.answers];
  const [here, there] = [partsOf(alone(mine)), partsOf(alone(theirs))];
  /** @type {AnswerById} */
  const answers = { ...mine };
  /** @type {Map<string, Map<string, Mark | undefined>>} */
  const marks = new Map();
  for (const key of new Set([...here.keys(), ...there.keys()])) {
    const [before, after] = [here.get(key), there.get(key)];
    const [was, is] = [stamps[key] ?? 0, row.stamps[key] ?? 0];
    if (inJson(before) === inJson(after) || is < was || (is === was && after === undefined)) continue;
    const [what, item = "", ...id] = key.split(" ");
    if (what === "mark") marks.set(item, (marks.get(item) ?? new Map()).set(id.join(" "), /** @type {any} */ (after)));
    else if (after === undefined) delete answers[item];
    else answers[item] = /** @type {string} */ (after);
  }
  for (const [item, changed] of marks) answers[item] = withMarks(/** @type {Mark[]} */ (answers[item] ?? []), changed);
  // A mark may have been linked to one that is gone; a list may be empty now.
  return answersIn(answers, model.data);
}

/** What came from the browser and what was made here, in one form. @param {AnswerById} answers @param {ExerciseData} data */
const answersIn = (answers, data) => {
  try {
    return checkAnswers(answers, data);
  } catch {
    return answers;
  }
};

/** A state of answers alone. @param {AnswerById} answers @returns {State} */
const alone = (answers) => ({ answers, attempts: {}, compared: [], hints: {}, student: { id: "", name: "" } });

/** Whether two sets of answers differ. @param {AnswerById} a @param {AnswerById} b @param {ExerciseData} data */
export const differ = (a, b, data) => changesBetween(alone(answersIn(a, data)), alone(answersIn(b, data))).length > 0;

/**
 * What is kept where, as one row's content.
 * @param {Model} model
 * @param {string} savedAt
 * @param {Record<string, unknown>} [more]
 */
export function contentOf(model, savedAt, more = {}) {
  const { data, stamps } = model;
  const row = { redpencil: 1, exercise: data.exercise, exercise_version: data.version, ...model.state(), stamps };
  return JSON.stringify({ ...row, ...more, saved_at: savedAt });
}

/** What was left where it was, by whom it was left: `{"<who> <what was there>": <when it was saved>}`. @param {ExerciseData} data */
const leftName = ({ exercise }) => `redpencil-left:${exercise}`;

/** @param {ExerciseData} data @returns {Record<string, unknown>} */
function allLeft(data) {
  try {
    const known = JSON.parse(window.localStorage.getItem(leftName(data)) ?? "{}");
    return isRecord(known) ? known : {};
  } catch {
    return {};
  }
}

/**
 * Whether a row was left where it is, as it is now.
 * @param {Row} row
 * @param {string} who left it, and where
 * @param {ExerciseData} data
 */
export const isLeft = (row, who, data) => `${who} ${sumOf(row)}` in allLeft(data);

/**
 * Leave a row where it is, until it changes.
 * @param {Row} row
 * @param {string} who
 * @param {ExerciseData} data
 * @param {boolean} [isLeft] false takes that back
 */
export function leave(row, who, data, isLeft = true) {
  try {
    const { [`${who} ${sumOf(row)}`]: _, ...others } = allLeft(data);
    const left = isLeft ? { ...others, [`${who} ${sumOf(row)}`]: row.savedAt } : others;
    if (Object.keys(left).length > 0) window.localStorage.setItem(leftName(data), JSON.stringify(left));
    else window.localStorage.removeItem(leftName(data));
  } catch {
    // It is asked again on the next visit.
  }
}

/** A row's answers and person as a number (FNV-1a). @param {Row} row */
export function sumOf({ state: { answers, student } }) {
  let sum = 0x811c9dc5;
  for (const character of inJson([Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1)), student])) {
    sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return sum;
}
