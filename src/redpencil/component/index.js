import { define } from "./element.js";
import { render } from "./widget.js";

define();

export { findFates, leaveOutAccepted, mergeSpans, scoreMarks, scoreSpans } from "./compare.js";
export * from "./marks.js";
export { Model } from "./model.js";
export { Text } from "./offsets.js";
export { fromW3c, toW3c } from "./w3c.js";
export default { render };
