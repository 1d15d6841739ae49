/** @typedef {import("./text_view.js").TextView} TextView */
/** @typedef {import("./types.js").Span} Span */

/**
 * Where the lines of some words stand on the screen.
 * @param {TextView} view
 * @param {Span} span
 * @returns {DOMRect[]}
 */
export const boxesOf = (view, [start, end]) =>
  view
    .under([start, end])
    .flatMap((n) => {
      const block = /** @type {import("./text_view.js").Block} */ (view.blocks[n]);
      return [...(view.rangeOf([Math.max(start, block.start), end])?.getClientRects() ?? [])];
    })
    .filter((box) => box.width > 0);
