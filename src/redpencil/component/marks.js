/**
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {import("./offsets.js").Words} Words
 */

/** A list of marks is never changed: each of these gives a new one. */

/** Ends the ids that are made here, so that two tabs never give the same one to different marks. */
export const TAB = `-${Math.random().toString(36).slice(2, 7)}`;

/** The order of the text; of two that start together the longer goes first. @param {Mark} a @param {Mark} b */
export const byPlace = (a, b) => startOf(a) - startOf(b) || endOf(b) - endOf(a);

/** @param {{spans: Span[]}} mark */
export const startOf = (mark) => Math.min(...mark.spans.map(([start]) => start));

/** @param {{spans: Span[]}} mark */
export const endOf = (mark) => Math.max(...mark.spans.map(([, end]) => end));

/** The words of a mark, for people. @param {{quotes: string[]}} mark */
export const quoteOf = (mark) => mark.quotes.join(" … ").replace(/\s+/g, " ");

/**
 * The mark that has the same label on the same words, if there is one.
 * @param {readonly Mark[]} marks
 * @param {string} label
 * @param {Span[]} spans
 */
export function findSame(marks, label, spans) {
  // Comparing all as text would cost in a long list: few start at the same place.
  const start = spans[0]?.[0];
  return marks.find((mark) => mark.label === label && mark.spans[0]?.[0] === start && String(mark.spans) === String(spans));
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
  return changed(marks, id, (mark) => {
    const others = (mark.links ?? []).filter((link) => link.role !== role);
    const links = to ? [...others, { to, role }] : others;
    return keepLinks({ ...mark, links }, () => true);
  });
}

/**
 * With other words for one mark.
 * @param {readonly Mark[]} marks
 * @param {string} id
 * @param {Span[]} spans
 * @param {string[]} quotes
 * @returns {Mark[]}
 */
export function reshapeMark(marks, id, spans, quotes) {
  return changed(marks, id, (mark) => ({ ...mark, spans, quotes })).sort(byPlace);
}

/**
 * With whom one mark hits; an empty text for nobody.
 * @param {readonly Mark[]} marks
 * @param {string} id
 * @param {string} to
 * @returns {Mark[]}
 */
export function aimMark(marks, id, to) {
  return changed(marks, id, ({ actor, ...rest }) => (to ? { ...rest, actor: to } : rest));
}

/**
 * With a note on one mark; an empty one is none.
 * @param {readonly Mark[]} marks
 * @param {string} id
 * @param {string} text
 * @returns {Mark[]}
 */
export function noteMark(marks, id, text) {
  return changed(marks, id, ({ note, ...rest }) => (text.trim() ? { ...rest, note: text } : rest));
}

/**
 * Pieces in order; those with no word between them are one.
 * @param {Span[]} spans
 * @param {Words} words
 * @returns {Span[]}
 */
export function joinPieces(spans, words) {
  /** @type {Span[]} */
  const joined = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && (start <= last[1] || !words.touching(last[1], start))) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

/**
 * Pieces without a stretch, whole words each.
 * @param {Span[]} spans
 * @param {Span} cut
 * @param {Words} words
 * @returns {Span[]}
 */
export function cutPieces(spans, cut, words) {
  return spans.flatMap(([start, end]) => {
    if (end <= cut[0] || cut[1] <= start) return [/** @type {Span} */ ([start, end])];
    return [[start, cut[0]], [cut[1], end]].flatMap(([from = 0, to = 0]) => {
      const left = from < to ? words.touching(from, to) : null;
      return left ? [/** @type {Span} */ ([left[0][0], left[1][1]])] : [];
    });
  });
}

/**
 * The marks that touch a place, the shortest first.
 * @param {readonly Mark[]} marks
 * @param {Span} place
 * @returns {Mark[]}
 */
export function marksAt(marks, [start, end]) {
  const touching = marks.filter((mark) => mark.spans.some((span) => span[0] < end && start < span[1]));
  return touching.sort((a, b) => lengthOf(a) - lengthOf(b));
}

/**
 * Marks that a link in a role may lead to, the nearest first, by their pieces; what lies over the mark itself comes last.
 * @param {readonly Mark[]} marks
 * @param {Mark} from
 * @param {string} role
 */
export function candidates(marks, from, role) {
  return marks
    .filter((mark) => mark.label === role)
    .map((mark) => {
      const gaps = from.spans.flatMap(([start, end]) => mark.spans.map((span) => Math.max(span[0] - end, start - span[1])));
      const distance = Math.min(...gaps);
      return { mark, distance: distance >= 0 ? distance : Number.MAX_SAFE_INTEGER };
    })
    .sort((a, b) => a.distance - b.distance || lengthOf(a.mark) - lengthOf(b.mark))
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

/**
 * With one mark changed.
 * @param {readonly Mark[]} marks
 * @param {string} id
 * @param {(mark: Mark) => Mark} change
 */
const changed = (marks, id, change) => marks.map((mark) => (mark.id === id ? change(mark) : mark));
