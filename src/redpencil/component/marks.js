/**
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Layer} Layer
 */

/** A list of marks is never changed: each of these gives a new one. */

/** Ends the ids that are made here, so that two tabs never give the same one to different marks. */
export const TAB = `-${Math.random().toString(36).slice(2, 7)}`;

/** The order of the text; of two that start together the longer goes first. @param {Mark} a @param {Mark} b */
export const byPlace = (a, b) => startOf(a) - startOf(b) || endOf(b) - endOf(a);

/** @param {Mark} mark */
export const startOf = (mark) => Math.min(...mark.spans.map(([start]) => start));

/** @param {Mark} mark */
export const endOf = (mark) => Math.max(...mark.spans.map(([, end]) => end));

/** The words of a mark, for people. @param {Mark} mark */
export const quoteOf = (mark) => mark.quotes.join(" … ").replace(/\s+/g, " ");

/**
 * The mark that has the same label on the same words, if there is one.
 * @param {readonly Mark[]} marks
 * @param {string} label
 * @param {Span[]} spans
 */
export function findSame(marks, label, spans) {
  return marks.find((mark) => mark.label === label && String(mark.spans) === String(spans));
}

/**
 * @param {readonly Mark[]} marks
 * @param {string} label
 * @param {Span[]} spans
 * @param {string[]} quotes
 * @returns {{marks: Mark[], added: Mark}}
 */
export function addMark(marks, label, spans, quotes) {
  const used = marks.map((mark) => Number(/^m(\d+)/.exec(mark.id)?.[1] ?? 0));
  const added = { id: `m${Math.max(0, ...used) + 1}${TAB}`, label, spans, quotes };
  return { marks: [...marks, added].sort(byPlace), added };
}

/**
 * Without one mark, and without the links to it.
 * @param {readonly Mark[]} marks
 * @param {string} id
 * @returns {Mark[]}
 */
export function removeMark(marks, id) {
  return marks.filter((mark) => mark.id !== id).map((mark) => keepLinks(mark, (link) => link.to !== id));
}

/**
 * With another label on one mark; links that no longer make sense go.
 * @param {readonly Mark[]} marks
 * @param {string} id
 * @param {string} label
 * @param {Layer} layer
 * @returns {Mark[]}
 */
export function relabelMark(marks, id, label, layer) {
  const roles = layer.links[label] ?? [];
  return marks.map((mark) =>
    mark.id === id
      ? keepLinks({ ...mark, label }, (link) => roles.includes(link.role))
      : keepLinks(mark, (link) => link.to !== id || link.role === label),
  );
}

/**
 * With one mark linked to another in a role, or to none.
 * @param {readonly Mark[]} marks
 * @param {string} id
 * @param {string} role
 * @param {string} to an empty text for none
 * @returns {Mark[]}
 */
export function linkMark(marks, id, role, to) {
  return marks.map((mark) => {
    if (mark.id !== id) return mark;
    const others = (mark.links ?? []).filter((link) => link.role !== role);
    const links = to ? [...others, { to, role }] : others;
    return keepLinks({ ...mark, links }, () => true);
  });
}

/**
 * The mark that a command about a place means: the shortest that touches it.
 * @param {readonly Mark[]} marks
 * @param {number} start
 * @param {number} end
 * @returns {Mark | undefined}
 */
export function markAt(marks, start, end) {
  const touching = marks.filter((mark) => mark.spans.some((span) => span[0] < end && start < span[1]));
  return touching.sort((a, b) => lengthOf(a) - lengthOf(b))[0];
}

/**
 * Marks that a link in a role may lead to, the nearest first; what stands inside the mark itself comes last.
 * @param {readonly Mark[]} marks
 * @param {Mark} from
 * @param {string} role
 */
export function candidates(marks, from, role) {
  const [start, end] = [startOf(from), endOf(from)];
  return marks
    .filter((mark) => mark.label === role)
    .map((mark) => {
      const gap = Math.max(startOf(mark) - end, start - endOf(mark));
      return { mark, distance: gap >= 0 ? gap : Number.MAX_SAFE_INTEGER };
    })
    .sort((a, b) => a.distance - b.distance)
    .map(({ mark }) => mark);
}

/** @param {Mark} mark */
const lengthOf = (mark) => mark.spans.reduce((sum, [start, end]) => sum + end - start, 0);

/**
 * @param {Mark} mark
 * @param {(link: import("./types.js").Link) => boolean} keep
 * @returns {Mark}
 */
function keepLinks(mark, keep) {
  if (!mark.links) return mark;
  const { links, ...rest } = mark;
  const kept = links.filter(keep);
  if (kept.length === links.length && kept.length > 0) return mark;
  return kept.length > 0 ? { ...rest, links: kept } : rest;
}
