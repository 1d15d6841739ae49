/**
 * @typedef {import("./types.js").AnswersFile} AnswersFile
 * @typedef {import("./types.js").ExerciseData} ExerciseData
 * @typedef {import("./types.js").Group} Group
 */
import {
  CHARACTERS_AT_MOST,
  checkAnswers,
  checkHints,
  COVERED_AT_MOST,
  isRecord,
  Misfit,
  NAME_AT_MOST,
  NOTE_AT_MOST,
  PIECES_AT_MOST,
  storable,
} from "./answers_file.js";

/** Why a file was not opened, in words for whoever chose it. */
export class Refused extends Error {}

/**
 * Read a saved file for one exercise. Throws Refused, so that a file is opened whole or not at all.
 * @param {string} content
 * @param {ExerciseData} data
 * @returns {AnswersFile}
 */
export function readAnswersFile(content, data) {
  /** @type {any} */
  let row;
  try {
    row = JSON.parse(content.replace(/^\ufeff/, ""));
  } catch {
    throw new Refused("It is not a file that “Hand in” saved, or it was cut off. Choose a .redpencil.json file.");
  }
  if (row === null || typeof row !== "object" || !isRecord(row.answers) || row.redpencil !== 1) {
    throw new Refused("It is not a file that “Hand in” saved. Choose a .redpencil.json file.");
  }
  if (row.exercise !== data.exercise) {
    throw new Refused(`It belongs to another exercise (${short(row.exercise)}); this one is ${data.exercise}.`);
  }
  if (![data.version, ...(data.fits ?? [])].includes(row.exercise_version)) {
    throw new Refused("It belongs to another version of this exercise: the text or the questions have changed since. Give the file to your teacher as it is.");
  }
  const student = isRecord(row.student) ? { id: name(row.student.id), name: name(row.student.name) } : undefined;
  try {
    return { ...row, answers: checkAnswers(row.answers, data), hints: checkHints(row.hints, data), ...(student ? { student } : {}) };
  } catch (error) {
    throw error instanceof Misfit ? new Refused(sentenceOf(error, data)) : error;
  }
}

/**
 * What does not fit, by its name in Misfit: a sentence about the file, or the rest of one about an answer or a mark in it.
 * @satisfies {Record<string, (found: string) => string>}
 */
export const IN_WORDS = {
  hints: () => "Its count of hints is damaged",
  question: () => "It answers a question that this exercise does not have",
  choice: (found) => `is ${found}, which is none of the answers there`,
  long: () => `is longer than ${CHARACTERS_AT_MOST} characters`,
  form: () => "is not as “Hand in” saves it",
  alike: () => "names two marks alike",
  label: (found) => `has the label ${found}, which is not one of these`,
  pieces: () => `has more than ${PIECES_AT_MOST} pieces`,
  outside: () => "lies outside the text",
  covered: () => `covers the text more than ${COVERED_AT_MOST} times`,
  quote: (found) => `quotes ${found}, which is not there`,
  actor: (found) => `hits ${found}, which is none of those that it may hit`,
  note: () => `has a note that is no text of at most ${NOTE_AT_MOST} characters`,
};

/** @param {Misfit} misfit @param {ExerciseData} data */
function sentenceOf({ what, found, where: { group, item, mark } }, data) {
  const words = IN_WORDS[what](short(found));
  if (!group) return `${words}.`;
  if (item) return `Its answer to ${placeOf(item, group, data)} ${words}.`;
  return `In “${group.title}”, ${mark ? `mark ${mark}` : "the list of marks"} ${words}.`;
}

/** Where a question stands, for people. @param {string} item @param {Group} group @param {ExerciseData} data */
function placeOf(item, group, data) {
  const span = group.items.find(({ id }) => id === item)?.span;
  const sentence = data.document.sentences.findIndex((one) => String(one) === String(span));
  return sentence < 0 ? `“${group.title}”` : `sentence ${sentence + 1}`;
}

/** @param {unknown} value */
const name = (value) => (typeof value === "string" ? storable(value, NAME_AT_MOST) : "");

/** @param {unknown} value */
function short(value) {
  const shown = JSON.stringify(value) ?? "nothing";
  return shown.length <= 40 ? shown : `${shown.slice(0, 39)}…`;
}
