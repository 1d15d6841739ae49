/**
 * Marks as W3C Web Annotations, in one JSON-LD file: https://www.w3.org/TR/annotation-model/ ("model" below).
 *
 * @typedef {import("./types.js").AnswerById} AnswerById
 * @typedef {import("./types.js").ExerciseData} ExerciseData
 * @typedef {import("./types.js").Link} Link
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Span} Span
 * @typedef {{answers: AnswerById, added: number, moved: number, lines: string[]}} Imported `lines` say, mark by mark, what was
 *   not taken as it stands in the file
 */
import { shortQuote } from "./dom.js";
import { isRecord, NOTE_AT_MOST, PIECES_AT_MOST, MARKS_AT_MOST, storable } from "./answers_file.js";
import { TAB } from "./marks.js";
import { Text } from "./offsets.js";
import { Refused } from "./saved_file.js";

const CONTEXT = "http://www.w3.org/ns/anno.jsonld";
/** Code points before and after the words, to know them again by. */
const AROUND = 32;

/** @param {...string} parts */
const urn = (...parts) => ["urn:redpencil", ...parts.map(encodeURIComponent)].join(":");

/** @param {ExerciseData} data */
const markingItems = (data) =>
  data.groups
    .filter(({ kind }) => kind === "marks")
    .flatMap(({ items, layer, actors = [] }) => items.map(({ id }) => ({ id, layer, actors: actors.map((actor) => actor.id) })));

/**
 * A collection with its one page inside (model, 5.1 and 5.2).
 * @param {ExerciseData} data
 * @param {AnswerById} answers
 */
export function toW3c(data, answers) {
  const text = new Text(data.document.text ?? "");
  const source = urn("document", data.document.id);
  const items = markingItems(data).flatMap(({ id: item, layer }) => {
    /** @param {string} id */
    const nameOf = (id) => urn("mark", data.exercise, item, id);
    const marks = /** @type {Mark[]} */ (answers[item] ?? []);
    return marks.flatMap((mark) => {
      const pieces = mark.spans.map((span) => ({ type: "SpecificResource", source, selector: selectorsOf(text, span) }));
      const id = nameOf(mark.id);
      return [
        {
          "@context": CONTEXT,
          id,
          type: "Annotation",
          motivation: "classifying",
          body: [body("classifying", layer), body("tagging", mark.label), ...(mark.actor ? [body("identifying", mark.actor)] : []), ...(mark.note ? [body("commenting", mark.note)] : [])],
          // With several targets the body would be said of each by itself (model, 3.1): the pieces of one mark are a List,
          // which keeps their order (model, appendix on sets).
          target: pieces.length === 1 ? pieces[0] : { type: "List", items: pieces },
        },
        // A link is an annotation of its own (model, 3.3.5, linking): its target is the mark that it starts from, its body
        // the one that it leads to, with the role as a tag. A mark's own bodies could not say which role is whose.
        ...(mark.links ?? []).map(({ to, role }) => ({
          "@context": CONTEXT,
          id: `${id}:${encodeURIComponent(role)}:${encodeURIComponent(to)}`,
          type: "Annotation",
          motivation: "linking",
          body: [{ type: "SpecificResource", purpose: "linking", source: nameOf(to) }, body("tagging", role)],
          target: id,
        })),
      ];
    });
  });
  const id = urn("marks", data.exercise, data.version);
  const page = { id: `${id}:1`, type: "AnnotationPage", startIndex: 0, items };
  return { "@context": CONTEXT, id, type: "AnnotationCollection", label: data.title, total: items.length, first: page };
}

/** @param {string} purpose @param {string} value */
const body = (purpose, value) => ({ type: "TextualBody", purpose, value });

/** Both say the same place, each in its way (model, 4.2.4 and 4.2.5). @param {Text} text @param {Span} span */
const selectorsOf = (text, [start, end]) => [
  {
    type: "TextQuoteSelector",
    exact: text.slice(start, end),
    prefix: text.slice(Math.max(0, start - AROUND), start),
    suffix: text.slice(end, Math.min(text.length, end + AROUND)),
  },
  { type: "TextPositionSelector", start, end },
];

/**
 * Read such a file, or one that Hypothesis exported, and add its marks to what is there: nothing is written over. Throws
 * Refused if the file as a whole does not fit.
 * @param {string} content
 * @param {ExerciseData} data
 * @param {AnswerById} answers
 * @param {(item: string) => boolean} [isFixed] whether an item takes nothing more
 * @returns {Imported}
 */
export function fromW3c(content, data, answers, isFixed = () => false) {
  const text = new Text(data.document.text ?? "");
  const items = markingItems(data);
  const { rows, hasMore, isInUnits } = readRows(content);
  /** @type {Imported} */
  const found = { answers: {}, added: 0, moved: 0, lines: [] };
  if (hasMore) found.lines.push("The file says that there is more in another one: that was not read.");
  /** The marks that the file's ids stand for now. @type {Map<string, {item: string, mark: Mark}>} */
  const known = new Map();
  /** What each item holds, and what is put there. @type {Map<string, Place>} */
  const places = new Map(items.map(({ id }) => [id, placeOf(/** @type {Mark[]} */ (answers[id] ?? []))]));
  /** @type {any[]} */
  const links = [];
  for (const row of rows) {
    if (list(row.motivation).includes("linking")) {
      links.push(row);
      continue;
    }
    const bodies = bodiesOf(row);
    const tags = bodies.filter(({ purpose }) => /^(tagging|classifying)$/.test(purpose)).map(({ value }) => value);
    const notes = bodies.filter(({ purpose }) => /^(commenting|describing)$/.test(purpose));
    const hit = bodies.find(({ purpose }) => purpose === "identifying")?.value;
    const [, named, id] = partsOfUrn(row.id);
    const fitting = items.flatMap(({ id: item, layer, actors }) =>
      (data.layers[layer]?.labels ?? [])
        .filter((label) => tags.includes(label.id) || tags.includes(label.name))
        .map((label) => ({ item, actors, label: label.id, rank: Number(item === named) * 2 + Number(tags.includes(layer)) })),
    );
    const best = fitting.sort((a, b) => b.rank - a.rank)[0];
    // Several targets are several marks, each with the same body; a set of pieces is one (model, 3.1).
    for (const target of list(row.target)) {
      const pieces = isRecord(target) && Array.isArray(target.items) ? target.items : [target];
      const placed = pieces.slice(0, PIECES_AT_MOST + 1).map((piece) => place(text, piece, isInUnits, data.document.id));
      const words = placed.map(({ exact }) => exact).join(" … ");
      /** @param {string} what */
      const say = (what) => found.lines.push(`${words ? shortQuote(words) : "A mark without words"}: ${what}`);
      const fault = placed.find(({ fault }) => fault)?.fault;
      const spans = placed.flatMap(({ span }) => (span ? [span] : []));
      const here = best && places.get(best.item);
      if (!best || !here) {
        say(`left out, because ${tags.length > 0 ? `${tags.join(", ")} is no label here` : "it has no label"}.`);
      } else if (isFixed(best.item)) {
        say("left out, because the key is open and this attempt is fixed.");
      } else if (fault || spans.length === 0 || spans.length > PIECES_AT_MOST) {
        say(`left out, because ${fault ?? "it has too many pieces"}.`);
      } else {
        const same = here.byPlace.get(`${best.label} ${spans}`);
        if (same) {
          say("already marked so, and left as it was.");
          known.set(row.id, { item: best.item, mark: same });
          continue;
        }
        if (here.marks.length >= MARKS_AT_MOST) throw new Refused(`It would make more than ${MARKS_AT_MOST} marks.`);
        const note = storable(notes.map(({ value }) => value).join("\n").trim(), Infinity);
        const isShort = note.length <= NOTE_AT_MOST;
        const isListed = best.actors.includes(hit ?? "");
        if (hit && !isListed) say(`${shortQuote(hit)} is none of those that it may hit, and was left out.`);
        if (!isShort) say(`its note is longer than ${NOTE_AT_MOST} characters and was left out.`);
        const quotes = spans.map((span) => text.slice(...span));
        /** @type {Mark} */
        const mark = { id: freeId(here, id), label: best.label, spans, quotes, ...(isListed ? { actor: hit } : {}), ...(note && isShort ? { note } : {}) };
        put(here, mark);
        found.answers[best.item] = here.marks;
        found.added += 1;
        known.set(row.id, { item: best.item, mark });
        const notices = placed.flatMap(({ notice }) => (notice ? [notice] : []));
        if (notices.length > 0) say(`${[...new Set(notices)].join("; ")}.`);
        if (placed.some(({ hasMoved }) => hasMoved)) found.moved += 1;
      }
    }
  }
  for (const row of links) {
    const from = known.get(idOf(list(row.target)[0]));
    const to = known.get(idOf(list(row.body).find((one) => isRecord(one) && one.purpose === "linking")));
    const role = bodiesOf(row).find(({ purpose }) => purpose === "tagging")?.value ?? "";
    const layer = data.layers[items.find(({ id }) => id === from?.item)?.layer ?? ""];
    // What was there before keeps its own links.
    if (from && (answers[from.item] ?? []).includes(/** @type {any} */ (from.mark))) continue;
    if (!from || from.item !== to?.item || !layer?.links[from.mark.label]?.includes(role)) {
      found.lines.push(`A link as ${shortQuote(role)} was left out: it does not lead from mark to mark.`);
      continue;
    }
    const { mark } = from;
    mark.links = [...(mark.links ?? []), { to: to.mark.id, role }];
  }
  return found;
}

/** @typedef {{marks: Mark[], byPlace: Map<string, Mark>, ids: Set<string>}} Place */

/** @param {readonly Mark[]} marks */
function placeOf(marks) {
  /** @type {Place} */
  const place = { marks: [], byPlace: new Map(), ids: new Set() };
  for (const mark of marks) put(place, mark);
  return place;
}

/** @param {Place} place @param {Mark} mark */
function put({ marks, byPlace, ids }, mark) {
  marks.push(mark);
  byPlace.set(`${mark.label} ${mark.spans}`, mark);
  ids.add(mark.id);
}

/** The id that a mark came with, or another if that is taken. @param {Place} place @param {string} [id] */
function freeId({ ids }, id) {
  for (let n = ids.size + 1; !id || ids.has(id); n += 1) id = `m${n}${TAB}`;
  return id;
}

/** @param {unknown} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);

/** @param {any} resource */
const idOf = (resource) => (isRecord(resource) ? (resource.source ?? resource.id) : resource);

/** The parts of a mark's id after "urn:redpencil:mark:". @param {unknown} id @returns {string[]} */
function partsOfUrn(id) {
  if (typeof id !== "string" || !id.startsWith(urn("mark", ""))) return [];
  try {
    return id.split(":").slice(3).map(decodeURIComponent);
  } catch {
    return [];
  }
}

/** The annotations in a file. @param {string} content */
function readRows(content) {
  /** @type {any} */
  let file;
  try {
    file = JSON.parse(content.replace(/^\ufeff/, ""));
  } catch {
    throw new Refused("It is no JSON-LD file, or it was cut off.");
  }
  const isInUnits = isRecord(file) && Array.isArray(file.annotations);
  const page = isRecord(file?.first) ? file.first : file;
  const rows = Array.isArray(file) ? file : isInUnits ? file.annotations : (page?.items ?? (page?.target && [page]));
  if (!Array.isArray(rows) || !rows.every(isRecord)) throw new Refused("It holds no Web Annotations.");
  return { rows: /** @type {any[]} */ (rows), hasMore: Boolean(page?.next), isInUnits };
}

/**
 * What is said of the target; Hypothesis says it with `tags` and `text`.
 * @param {any} row
 * @returns {{purpose: string, value: string}[]}
 */
function bodiesOf(row) {
  const motive = list(row.motivation)[0] ?? "commenting";
  const bodies = [
    ...list(row.body ?? row.bodyValue),
    ...list(row.tags).map((tag) => body("tagging", tag)),
    ...list(row.text).map((value) => body("commenting", value)),
  ];
  return bodies
    .map((one) => (isRecord(one) ? { purpose: String(one.purpose ?? motive), value: one.value } : { purpose: String(motive), value: one }))
    .filter(({ value }) => typeof value === "string" && value !== "");
}

/**
 * Where a piece stands in the text. The quote wins: of the places that read so, the one that what stands around it fits best,
 * and of those the nearest to its position.
 * @param {Text} text
 * @param {any} piece
 * @param {boolean} isInUnits whether positions count UTF-16 units, as Hypothesis does
 * @param {string} document
 * @returns {{exact: string, span?: Span, fault?: string, notice?: string, hasMoved?: boolean}}
 */
function place(text, piece, isInUnits, document) {
  const source = String(piece?.source ?? "");
  if (source.startsWith(urn("document", "")) && source !== urn("document", document)) {
    throw new Refused(`It belongs to another text (${source.slice(urn("document", "").length)}); this one is ${document}.`);
  }
  const selectors = list(piece?.selector).filter(isRecord);
  const quote = selectors.find(({ type }) => type === "TextQuoteSelector") ?? {};
  const { start, end } = selectors.find(({ type }) => type === "TextPositionSelector") ?? {};
  const [exact, prefix, suffix] = [quote.exact, quote.prefix, quote.suffix].map((part) => (typeof part === "string" ? part : ""));
  const hasPosition = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end;
  if (!exact) {
    if (!hasPosition || isInUnits || end > text.length) return { exact: "", fault: "the file does not say where it stands" };
    return { exact: text.slice(start, end), span: [start, end], notice: "placed by its position alone, the file does not quote it" };
  }
  const { content } = text;
  const from = !hasPosition ? null : isInUnits ? start : text.toUnits(start);
  /** @param {number} at */
  const fit = (at) => sameBefore(content, at, prefix ?? "") + sameAfter(content, at + exact.length, suffix ?? "");
  const whole = (prefix?.length ?? 0) + (suffix?.length ?? 0);
  /** @type {{at: number, fit: number, distance: number} | null} */
  let best = null;
  let alike = 0;
  if (from !== null && content.startsWith(exact, from) && fit(from) === whole) {
    best = { at: from, fit: whole, distance: 0 };
  } else {
    for (let at = content.indexOf(exact); at >= 0; at = content.indexOf(exact, at + 1)) {
      const next = { at, fit: fit(at), distance: from === null ? 0 : Math.abs(at - from) };
      const order = best ? next.fit - best.fit || best.distance - next.distance : 1;
      if (order > 0) [best, alike] = [next, 1];
      else if (order === 0) alike += 1;
    }
  }
  if (!best) return { exact, fault: "these words are not in the text" };
  if (alike > 1 && from === null) return { exact, fault: `these words stand in ${alike} places, and nothing tells which is meant` };
  /** @type {Span} */
  const span = [text.toPoints(best.at), text.toPoints(best.at + exact.length)];
  if (text.slice(...span) !== exact) return { exact, fault: "these words are not in the text" };
  const by = from === null || isInUnits ? 0 : span[0] - start;
  if (by === 0) return { exact, span };
  const characters = `${Math.abs(by)} character${Math.abs(by) === 1 ? "" : "s"}`;
  return { exact, span, hasMoved: true, notice: `found ${characters} ${by > 0 ? "further on" : "further up"}` };
}

/** How much of what stood before stands there. @param {string} content @param {number} at @param {string} prefix */
function sameBefore(content, at, prefix) {
  let count = 0;
  while (count < prefix.length && content[at - 1 - count] === prefix[prefix.length - 1 - count]) count += 1;
  return count;
}

/** How much of what stood after stands there. @param {string} content @param {number} at @param {string} suffix */
function sameAfter(content, at, suffix) {
  let count = 0;
  while (count < suffix.length && content[at + count] === suffix[count]) count += 1;
  return count;
}
