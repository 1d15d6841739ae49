/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").AnswerById} AnswerById
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./model.js").State} State
 *
 * One thing that changes by itself, so that two tabs and the history can tell things apart. Its key is a word for what it is,
 * and whose: "answer rung-01", "mark attributions m3", "hints rung-01", "compared rung", "attempts rung", "student".
 * @typedef {{key: string, before?: unknown, after?: unknown, at?: number}} Change with `at`, the piece of a text that stands there
 */
import { byPlace } from "./marks.js";
import { countWhile } from "./offsets.js";

/** Every thing of a state by its key. @param {State} state @returns {Map<string, unknown>} */
export function partsOf({ answers, attempts, compared, hints, student }) {
  /** @type {Map<string, unknown>} */
  const parts = new Map();
  for (const [item, answer] of Object.entries(answers)) {
    if (typeof answer === "string") parts.set(`answer ${item}`, answer);
    else for (const mark of answer) parts.set(`mark ${item} ${mark.id}`, mark);
  }
  for (const [group, list] of Object.entries(attempts)) parts.set(`attempts ${group}`, list);
  for (const group of compared) parts.set(`compared ${group}`, true);
  for (const [item, count] of Object.entries(hints)) parts.set(`hints ${item}`, count);
  if (student.id || student.name) parts.set("student", student);
  return parts;
}

/** @param {unknown} value */
export const inJson = (value) => JSON.stringify(value) ?? "";

/** @param {unknown} a @param {unknown} b */
const areSame = (a, b) => a === b || (a !== undefined && b !== undefined && inJson(a) === inJson(b));

/**
 * What leads from one state to another.
 * @param {State} from
 * @param {State} to
 * @returns {Change[]}
 */
export function changesBetween(from, to) {
  const [before, after] = [partsOf(from), partsOf(to)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => ({ key, before: before.get(key), after: after.get(key) }))
    .filter((change) => !areSame(change.before, change.after));
}

/**
 * What leads from one answer to an item to another. Lists of marks share what is the same in both, so that only the stretch
 * that differs is looked at.
 * @param {string} item
 * @param {Answer | undefined} from
 * @param {Answer | undefined} to
 * @returns {Change[]}
 */
export function changesOfAnswer(item, from, to) {
  if (typeof (from ?? to) === "string") {
    return from === to ? [] : [{ key: `answer ${item}`, before: from, after: to || undefined }];
  }
  const [before, after] = [/** @type {Mark[]} */ (from ?? []), /** @type {Mark[]} */ (to ?? [])];
  const { at, end } = sameEnds(before, after);
  const old = new Map(before.slice(at, before.length - end).map((mark) => [mark.id, mark]));
  /** @type {Change[]} */
  const changes = [];
  for (const mark of after.slice(at, after.length - end)) {
    const was = old.get(mark.id);
    old.delete(mark.id);
    if (!areSame(was, mark)) changes.push({ key: `mark ${item} ${mark.id}`, before: was, after: mark });
  }
  for (const [id, was] of old) changes.push({ key: `mark ${item} ${id}`, before: was });
  return changes;
}

/**
 * A change of a long text as the piece that differs.
 * @param {Change} change
 * @returns {Change}
 */
export function pieceOf({ key, before, after }) {
  const [from, to] = [String(before ?? ""), String(after ?? "")];
  const { at, end } = sameEnds(from, to);
  return { key, at, before: copy(from.slice(at, from.length - end)), after: copy(to.slice(at, to.length - end)) };
}

/** A slice would keep the whole text that it was cut from in memory. @param {string} piece */
const copy = (piece) => ` ${piece}`.slice(1);

/** How many are the same at the start, and then at the end. @param {ArrayLike<unknown>} a @param {ArrayLike<unknown>} b */
export function sameEnds(a, b) {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at += 1;
  let end = 0;
  while (end < most - at && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return { at, end };
}

/**
 * Marks in the order of the text, with some put in, changed or taken out.
 * @param {readonly Mark[]} marks in that order
 * @param {Map<string, Mark | undefined>} changed
 * @returns {Mark[]}
 */
export function withMarks(marks, changed) {
  const all = marks.filter((mark) => !changed.has(mark.id));
  // To put many in one by one would cost more than to sort them.
  if (changed.size > Math.min(99, all.length)) return [...all, ...[...changed.values()].flatMap((mark) => mark ?? [])].sort(inOrder);
  for (const mark of changed.values()) {
    if (!mark) continue;
    all.splice(countWhile(all, (one) => inOrder(one, mark) < 0), 0, mark);
  }
  return all;
}

/** One order for the same marks, whatever was done before. @param {Mark} a @param {Mark} b */
const inOrder = (a, b) => byPlace(a, b) || (a.id < b.id ? -1 : 1);
