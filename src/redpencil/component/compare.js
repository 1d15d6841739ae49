/**
 * Marks against a key, as `redpencil.scoring` measures them: the same spans, the same fates.
 *
 * @typedef {import("./types.js").Span} Span
 * @typedef {import("./types.js").KeyAnnotation} KeyAnnotation
 * @typedef {{label: string, spans: Span[]}} Marked
 * @typedef {{precision: number, recall: number, f1: number}} SpanScore each from 0 to 1
 * @typedef {"found" | "partly found" | "missed" | "not in the key"} FateName
 * @typedef {{fate: FateName, annotation: KeyAnnotation | null, marks: number[], missing: Span[]}} Fate
 */

/**
 * The spans in order, those that overlap made into one. Spans that only touch stay apart.
 * @param {readonly Span[]} spans
 * @returns {Span[]}
 */
export function mergeSpans(spans) {
  /** @type {Span[]} */
  const merged = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = merged.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/**
 * The span identification measure of SemEval-2020 task 11, on spans merged within each side. Null if neither side has a
 * span, because there is then nothing to measure; a side that is empty alone scores 0.
 * @param {readonly Span[]} submitted
 * @param {readonly Span[]} required
 * @returns {SpanScore | null}
 */
export function scoreSpans(submitted, required) {
  const s = mergeSpans(submitted);
  const t = mergeSpans(required);
  if (s.length === 0 && t.length === 0) return null;
  if (s.length === 0 || t.length === 0) return { precision: 0, recall: 0, f1: 0 };
  let precision = 0;
  let recall = 0;
  for (const a of s) {
    for (const b of t) {
      precision += overlap(a, b) / (a[1] - a[0]) / s.length;
      recall += overlap(a, b) / (b[1] - b[0]) / t.length;
    }
  }
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision, recall, f1 };
}

/**
 * What of each submitted span is measured, in the same order; null for a span that is left out.
 *
 * A span that touches no required one and lies at least half in an accepted one is left out. A span that touches a
 * required one stays, and at its ends loses the words that lie in accepted spans alone.
 * @param {readonly Span[]} submitted
 * @param {readonly Span[]} required
 * @param {readonly Span[]} accepted
 * @returns {(Span | null)[]}
 */
export function leaveOutAccepted(submitted, required, accepted) {
  return submitted.map(([from, to]) => {
    let start = from;
    let end = to;
    const touched = required.filter((t) => t[0] < end && start < t[1]);
    if (touched.length === 0) {
      return accepted.some((a) => 2 * overlap([start, end], a) >= end - start) ? null : [start, end];
    }
    const first = Math.min(...touched.map((t) => t[0]));
    const last = Math.max(...touched.map((t) => t[1]));
    for (const a of accepted) {
      if (a[0] <= start && start < a[1] && first > start) start = Math.min(a[1], first);
      if (a[0] < end && end <= a[1] && last < end) end = Math.max(a[0], last);
    }
    return [start, end];
  });
}

/**
 * A score for each label that the key or the marks have; null for a label that the key never requires.
 * @param {readonly Marked[]} submitted
 * @param {readonly Marked[]} required
 * @param {readonly Marked[]} accepted
 * @returns {Record<string, SpanScore | null>}
 */
export function scoreMarks(submitted, required, accepted) {
  /** @type {Record<string, SpanScore | null>} */
  const scores = {};
  for (const label of new Set([...required, ...accepted, ...submitted].map((marked) => marked.label))) {
    const t = spansOf(required, label);
    const cut = leaveOutAccepted(spansOf(submitted, label), t, spansOf(accepted, label));
    scores[label] = t.length > 0 ? scoreSpans(cut.filter((span) => span !== null), t) : null;
  }
  return scores;
}

/**
 * What became of each annotation of the key, and of each mark that is not in it; label by label.
 * @param {readonly Marked[]} submitted
 * @param {readonly KeyAnnotation[]} key
 * @param {(span: Span) => boolean} isBlank whether a stretch of the text is white space
 * @returns {Fate[]}
 */
export function findFates(submitted, key, isBlank) {
  /** @type {Fate[]} */
  const fates = [];
  for (const label of new Set([...key, ...submitted].map((marked) => marked.label))) {
    const required = key.filter((k) => k.label === label && k.status === "required");
    const accepted = key.filter((k) => k.label === label && k.status === "accepted");
    const t = required.flatMap((k) => k.spans);
    const pieces = submitted.flatMap((mark, n) =>
      mark.label === label ? mark.spans.map((span) => ({ n, span })) : [],
    );
    const cut = leaveOutAccepted(pieces.map((p) => p.span), t, accepted.flatMap((k) => k.spans));
    const measured = pieces.flatMap(({ n }, i) => {
      const span = cut[i];
      return span ? [{ n, span }] : [];
    });
    const used = new Set();
    for (const annotation of required) {
      const touching = measured.filter(({ span }) => annotation.spans.some((own) => overlap(span, own) > 0));
      const marks = [...new Set(touching.map(({ n }) => n))];
      marks.forEach((n) => used.add(n));
      const covered = mergeSpans(touching.map(({ span }) => span));
      const missing = annotation.spans.flatMap((own) => uncovered(own, covered)).filter((gap) => !isBlank(gap));
      const shared = sum(covered.flatMap((a) => annotation.spans.map((b) => overlap(a, b))));
      const wide = sum(covered.map(([start, end]) => end - start)) > 2 * shared;
      if (shared === 0) fates.push({ fate: "missed", annotation, marks: [], missing });
      else if (missing.length > 0 || wide) fates.push({ fate: "partly found", annotation, marks, missing });
      else fates.push({ fate: "found", annotation, marks, missing: [] });
    }
    for (const annotation of accepted) {
      const touching = pieces.filter(({ span }) => annotation.spans.some((own) => overlap(span, own) > 0));
      const marks = [...new Set(touching.map(({ n }) => n))];
      marks.forEach((n) => used.add(n));
      // A wider boundary of a required annotation is no find of its own.
      const widens = annotation.spans.some((own) => t.some((span) => overlap(own, span) > 0));
      if (marks.length > 0 && !widens) fates.push({ fate: "found", annotation, marks, missing: [] });
    }
    for (const n of new Set(pieces.map((p) => p.n))) {
      if (!used.has(n)) fates.push({ fate: "not in the key", annotation: null, marks: [n], missing: [] });
    }
  }
  return fates;
}

/**
 * The share of a choice's points: 1 for the required label, half for an accepted one.
 * @param {string} chosen
 * @param {string} required
 * @param {readonly string[]} accepted
 */
export function scoreChoice(chosen, required, accepted) {
  if (chosen === required) return 1;
  return accepted.includes(chosen) ? 0.5 : 0;
}

/**
 * The share of a likelihood's points: the loss (p - o)^2, with o = 1 for what happened and 0 otherwise, turned and stretched
 * so that the worst of the labels earns 0 and the best 1.
 * @param {string} chosen
 * @param {Readonly<Record<string, number>>} probabilities of the labels
 * @param {boolean} happened
 */
export function scoreLikelihood(chosen, probabilities, happened) {
  /** @param {number} p */
  const loss = (p) => (p - Number(happened)) ** 2;
  const losses = Object.values(probabilities).map(loss);
  const p = probabilities[chosen];
  const worst = Math.max(...losses);
  return p === undefined ? 0 : (worst - loss(p)) / (worst - Math.min(...losses));
}

/** @param {Span} a @param {Span} b */
const overlap = (a, b) => Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]));

/** @param {readonly number[]} numbers */
export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** @param {readonly Marked[]} marked @param {string} label */
const spansOf = (marked, label) => marked.filter((m) => m.label === label).flatMap((m) => m.spans);

/**
 * What of a span the covered ones leave.
 * @param {Span} span
 * @param {readonly Span[]} covered in order
 * @returns {Span[]}
 */
function uncovered(span, covered) {
  /** @type {Span[]} */
  const gaps = [];
  let start = span[0];
  for (const [from, to] of covered) {
    if (to <= start || from >= span[1]) continue;
    if (from > start) gaps.push([start, from]);
    start = to;
  }
  if (start < span[1]) gaps.push([start, span[1]]);
  return gaps;
}
