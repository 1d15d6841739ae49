/** @typedef {import("./key_panel.js").KeyPanel} KeyPanel */
/** @typedef {import("./types.js").KeyAnnotation} KeyAnnotation */
import { sum } from "./compare.js";

/**
 * What another program on the page may ask of an exercise's element, in the names and the sense of H5P's question type
 * contract (https://h5p.org/documentation/developers/contracts). It is about the parts that the element shows.
 *
 * - `getAnswerGiven()`: whether anything is answered, so that a score makes sense;
 * - `getScore()`: the points that the key gives to what is answered now; NaN where there is no key to ask;
 * - `getMaxScore()`: the points that there are. Free text, to which only a person gives points, counts in neither;
 * - `showSolutions()`: opens the key to each part that has an attempt, which is then fixed; the others stay as they are;
 * - `resetTask()`: closes the key and takes the answers away. The attempts are kept, and undo brings the answers back.
 * @param {import("./model.js").Model} model
 * @param {readonly KeyPanel[]} panels
 * @param {() => readonly KeyAnnotation[] | null} findKey
 * @param {() => void} restart is to show nothing of what was done before
 */
export const contractOf = (model, panels, findKey, restart) => ({
  getAnswerGiven: () => panels.some(({ comparable }) => !comparable.notReady()),
  getScore: () => {
    const key = findKey();
    return key ? sum(panels.map(({ comparable }) => comparable.score(key)?.points ?? 0)) : NaN;
  },
  getMaxScore: () =>
    sum(panels.flatMap(({ group }) => (group.kind === "free-text" ? [] : group.items.flatMap(({ points }) => Object.values(points))))),
  showSolutions: async () => {
    for (const panel of panels) if (!panel.isCompared) await panel.open();
  },
  resetTask: () => {
    for (const { group, isCompared } of panels) if (isCompared) model.tryAgain(group.id);
    model.answer(Object.fromEntries(panels.flatMap(({ group }) => group.items.map(({ id }) => [id, undefined]))));
    restart();
  },
});
