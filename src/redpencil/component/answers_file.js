/**
 * @typedef {import("./types.js").AnswersFile} AnswersFile
 * @typedef {import("./types.js").ExerciseData} ExerciseData
 * @typedef {import("./types.js").Group} Group
 * @typedef {import("./types.js").Mark} Mark
 */
import { Text } from "./offsets.js";

export const BYTES_AT_MOST = 20_000_000;
export const CHARACTERS_AT_MOST = 20_000;
export const NAME_AT_MOST = 200;
export const NOTE_AT_MOST = 2_000;
export const MARKS_AT_MOST = 10_000;
/** Pieces of one mark. */
export const PIECES_AT_MOST = 50;
const HINTS_AT_MOST = 1_000;
const ID_AT_MOST = 64;
/** How many times all marks together may cover the text. */
const COVERED_AT_MOST = 20;

/** Why a file was not opened, in words for whoever chose it. */
export class Refused extends Error {
  // Two files that are bundled apart know each other's by this name.
  name = "Refused";
}

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
  const answers = checkAnswers(row.answers, data);
  const student = isRecord(row.student) ? { id: name(row.student.id), name: name(row.student.name) } : undefined;
  return { ...row, answers, hints: checkHints(row.hints, data), ...(student ? { student } : {}) };
}

/** How many hints were taken, by item. @param {unknown} hints @param {ExerciseData} data @returns {Record<string, number>} */
export function checkHints(hints, data) {
  if (hints === undefined) return {};
  const items = new Set(data.groups.flatMap((group) => group.items.map(({ id }) => id)));
  if (!isRecord(hints) || !Object.entries(hints).every(([item, count]) => items.has(item) && Number.isInteger(count) && count >= 0 && count <= HINTS_AT_MOST)) {
    throw new Refused("Its count of hints is damaged.");
  }
  return /** @type {Record<string, number>} */ (hints);
}

/**
 * Answers held against the exercise; those that are empty are left out.
 * @param {Record<string, unknown>} answers
 * @param {ExerciseData} data
 * @returns {import("./types.js").AnswerById}
 */
export function checkAnswers(answers, data) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const group of data.groups) for (const item of group.items) groups.set(item.id, group);
  const text = data.document.text === undefined ? null : new Text(data.document.text);
  /** @type {import("./types.js").AnswerById} */
  const checked = {};
  for (const [item, answer] of Object.entries(answers)) {
    const group = groups.get(item);
    if (!group) throw new Refused("It answers a question that this exercise does not have.");
    if (answer === null || answer === "" || (Array.isArray(answer) && answer.length === 0)) continue;
    const labels = (data.layers[group.layer]?.labels ?? []).map((label) => label.id);
    if (group.kind === "marks") {
      checked[item] = checkMarks(answer, labels, group, text, data.document.length);
    } else if (typeof answer !== "string" || (group.kind === "choice" && !labels.includes(answer))) {
      throw new Refused(`Its answer to ${placeOf(item, group, data)} is ${short(answer)}, which is none of the answers there.`);
    } else if ([...answer].length > CHARACTERS_AT_MOST) {
      throw new Refused(`Its answer to ${placeOf(item, group, data)} is longer than ${CHARACTERS_AT_MOST} characters.`);
    } else {
      checked[item] = answer;
    }
  }
  return checked;
}

/** Where a question stands, for people. @param {string} item @param {Group} group @param {ExerciseData} data */
function placeOf(item, group, data) {
  const span = group.items.find(({ id }) => id === item)?.span;
  const sentence = data.document.sentences.findIndex((one) => String(one) === String(span));
  return sentence < 0 ? `“${group.title}”` : `sentence ${sentence + 1}`;
}

/**
 * @param {unknown} answer
 * @param {string[]} labels
 * @param {Group} group
 * @param {Text | null} text
 * @param {number} length
 * @returns {Mark[]}
 */
function checkMarks(answer, labels, { title, actors = [] }, text, length) {
  let number = 0;
  let covered = 0;
  /** @param {string} what @returns {never} */
  const refuse = (what) => {
    throw new Refused(`In “${title}”, ${number ? `mark ${number}` : "the list of marks"} ${what}.`);
  };
  if (!Array.isArray(answer) || answer.length > MARKS_AT_MOST) return refuse("is not as “Hand in” saves it");
  const ids = new Set(answer.map((mark) => mark?.id));
  if (ids.size !== answer.length) refuse("names two marks alike");
  return answer.map((mark) => {
    number += 1;
    if (!isRecord(mark) || typeof mark.id !== "string" || mark.id.length > ID_AT_MOST || !Array.isArray(mark.spans) || mark.spans.length === 0) {
      return refuse("is not as “Hand in” saves it");
    }
    if (typeof mark.label !== "string" || !labels.includes(mark.label)) {
      refuse(`has the label ${short(mark.label)}, which is not one of these`);
    }
    if (mark.spans.length > PIECES_AT_MOST) refuse(`has more than ${PIECES_AT_MOST} pieces`);
    /** @type {import("./types.js").Span[]} */
    const spans = mark.spans.map((/** @type {unknown} */ span) => {
      const [start, end] = Array.isArray(span) ? span : [];
      if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || start >= end || end > length) {
        return refuse("lies outside the text");
      }
      covered += end - start;
      return [start, end];
    });
    if (covered > COVERED_AT_MOST * length) refuse(`covers the text more than ${COVERED_AT_MOST} times`);
    const given = Array.isArray(mark.quotes) ? mark.quotes.map(String) : [];
    const quotes = text ? spans.map(([start, end]) => text.slice(start, end)) : given;
    if (given.length > 0 && String(given) !== String(quotes)) refuse(`quotes ${short(given[0])}, which is not there`);
    const links = (Array.isArray(mark.links) ? mark.links : [])
      .filter((link) => isRecord(link) && typeof link.role === "string" && ids.has(link.to))
      .map((link) => ({ to: String(link.to), role: String(link.role) }));
    const { id, label, note, actor } = mark;
    if (actor && !actors.some((one) => one.id === actor)) refuse(`hits ${short(actor)}, which is none of those that it may hit`);
    if (note !== undefined && (typeof note !== "string" || note !== storable(note, NOTE_AT_MOST))) {
      refuse(`has a note that is no text of at most ${NOTE_AT_MOST} characters`);
    }
    return { id, label: String(label), spans, quotes, ...(links.length > 0 ? { links } : {}), ...(actor ? { actor } : {}), ...(note ? { note } : {}) };
  });
}

/** What can be stored and handed in: whole characters, no NUL, no more than so many. @param {string} text @param {number} most */
export const storable = (text, most) => text.replace(/[\0\ud800-\udfff]/gu, "").slice(0, most);

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** @param {unknown} value */
const name = (value) => (typeof value === "string" ? storable(value, NAME_AT_MOST) : "");

/** @param {unknown} value */
function short(value) {
  const shown = JSON.stringify(value) ?? "nothing";
  return shown.length <= 40 ? shown : `${shown.slice(0, 39)}…`;
}
