/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./types.js").Group} Group */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
import { scoreMarks, sum } from "./compare.js";
import { counted } from "./dom.js";

/** A marking part as it is held against the key: whether it can be yet, and the points. */
export class MarksPart {
  /**
   * @param {Marking} marking
   * @param {Group} group
   */
  constructor(marking, group) {
    this.marking = marking;
    this.group = group;
  }

  refresh() {
    this.marking.refresh();
  }

  notReady() {
    return this.marking.marks.length > 0 ? "" : "Make at least one mark first.";
  }

  progress() {
    return `You have made ${counted(this.marking.marks.length, "mark")}.`;
  }

  /** What of the key is about this part. @param {readonly KeyAnnotation[]} all the key of every layer */
  keyOf(all) {
    return all.filter(({ layer }) => layer === this.group.layer);
  }

  /** @param {readonly KeyAnnotation[]} all */
  score(all) {
    const key = this.keyOf(all);
    const [required, accepted] = ["required", "accepted"].map((status) => key.filter((k) => k.status === status));
    const scores = scoreMarks(this.marking.marks, required ?? [], accepted ?? []);
    const rows = Object.entries(this.group.items[0]?.points ?? {}).map(([label, worth]) => {
      const score = scores[label];
      return { label, worth, points: (score?.f1 ?? 0) * worth, shares: [score?.precision, score?.recall, score?.f1] };
    });
    const [points, most] = [rows.map((row) => row.points), rows.map(({ worth }) => worth)].map(sum);
    return { points: points ?? 0, most: most ?? 0, rows };
  }

  hideKey() {
    this.marking.only = undefined;
    this.marking.draw();
    this.marking.view.outline([]);
  }
}
