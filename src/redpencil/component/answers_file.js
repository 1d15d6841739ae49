/**
 * @typedef {import("./types.js").ExerciseData} ExerciseData
 * @typedef {import("./types.js").Group} Group
 * @typedef {import("./types.js").Mark} Mark
 */
import { Text } from "./offsets.js";

export const CHARACTERS_AT_MOST = 20_000;
export const NAME_AT_MOST = 200;
export const NOTE_AT_MOST = 2_000;
export const MARKS_AT_MOST = 10_000;
/** Pieces of one mark. */
export const PIECES_AT_MOST = 50;
const HINTS_AT_MOST = 1_000;
const ID_AT_MOST = 64;
/** How many times all marks together may cover the text. */
export const COVERED_AT_MOST = 20;

/** Answers that do not fit the exercise. What it is about them stands in words in `saved_file.js`, for who opens a file. */
export class Misfit extends Error {
  /**
   * @param {keyof typeof import("./saved_file.js").IN_WORDS} what
   * @param {unknown} [found]
   * @param {{group?: Group, item?: string, mark?: number}} [where] a mark by its number from 1, with 0 for their list
   */
  constructor(what, found, where = {}) {
    super(what);
    this.what = what;
    this.found = found;
    this.where = where;
  }
}

/** How many hints were taken, by item. @param {unknown} hints @param {ExerciseData} data @returns {Record<string, number>} */
export function checkHints(hints, data) {
  if (hints === undefined) return {};
  const items = new Set(data.groups.flatMap((group) => group.items.map(({ id }) => id)));
  if (!isRecord(hints) || !Object.entries(hints).every(([item, count]) => items.has(item) && Number.isInteger(count) && count >= 0 && count <= HINTS_AT_MOST)) {
    throw new Misfit("hints");
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
    if (!group) throw new Misfit("question");
    if (answer === null || answer === "" || (Array.isArray(answer) && answer.length === 0)) continue;
    const labels = (data.layers[group.layer]?.labels ?? []).map((label) => label.id);
    if (group.kind === "marks") {
      checked[item] = checkMarks(answer, labels, group, text, data.document.length);
    } else if (typeof answer !== "string" || (group.kind === "choice" && !labels.includes(answer))) {
      throw new Misfit("choice", answer, { group, item });
    } else if ([...answer].length > CHARACTERS_AT_MOST) {
      throw new Misfit("long", answer, { group, item });
    } else {
      checked[item] = answer;
    }
  }
  return checked;
}

/**
 * @param {unknown} answer
 * @param {string[]} labels
 * @param {Group} group
 * @param {Text | null} text
 * @param {number} length
 * @returns {Mark[]}
 */
function checkMarks(answer, labels, group, text, length) {
  let number = 0;
  let covered = 0;
  /** @param {ConstructorParameters<typeof Misfit>[0]} what @param {unknown} [found] @returns {never} */
  const refuse = (what, found) => {
    throw new Misfit(what, found, { group, mark: number });
  };
  if (!Array.isArray(answer) || answer.length > MARKS_AT_MOST) return refuse("form");
  const ids = new Set(answer.map((mark) => mark?.id));
  if (ids.size !== answer.length) refuse("alike");
  return answer.map((mark) => {
    number += 1;
    if (!isRecord(mark) || typeof mark.id !== "string" || mark.id.length > ID_AT_MOST || !Array.isArray(mark.spans) || mark.spans.length === 0) {
      return refuse("form");
    }
    if (typeof mark.label !== "string" || !labels.includes(mark.label)) {
      refuse("label", mark.label);
    }
    if (mark.spans.length > PIECES_AT_MOST) refuse("pieces");
    /** @type {import("./types.js").Span[]} */
    const spans = mark.spans.map((/** @type {unknown} */ span) => {
      const [start, end] = Array.isArray(span) ? span : [];
      if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || start >= end || end > length) {
        return refuse("outside");
      }
      covered += end - start;
      return [start, end];
    });
    if (covered > COVERED_AT_MOST * length) refuse("covered");
    const given = Array.isArray(mark.quotes) ? mark.quotes.map(String) : [];
    const quotes = text ? spans.map(([start, end]) => text.slice(start, end)) : given;
    if (given.length > 0 && String(given) !== String(quotes)) refuse("quote", given[0]);
    const links = (Array.isArray(mark.links) ? mark.links : [])
      .filter((link) => isRecord(link) && typeof link.role === "string" && ids.has(link.to))
      .map((link) => ({ to: String(link.to), role: String(link.role) }));
    const { id, label, note, actor } = mark;
    if (actor && !(group.actors ?? []).some((one) => one.id === actor)) refuse("actor", actor);
    if (note !== undefined && (typeof note !== "string" || note !== storable(note, NOTE_AT_MOST))) {
      refuse("note");
    }
    return { id, label: String(label), spans, quotes, ...(links.length > 0 ? { links } : {}), ...(actor ? { actor } : {}), ...(note ? { note } : {}) };
  });
}

/** What can be stored and handed in: whole characters, no NUL, no more than so many. @param {string} text @param {number} most */
export const storable = (text, most) => text.replace(/[\0\ud800-\udfff]/gu, "").slice(0, most);

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
