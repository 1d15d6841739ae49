import { define } from "./element.js";
import { render } from "./widget.js";

define();

export { findFates, leaveOutAccepted, mergeSpans, scoreMarks, scoreSpans } from "./compare.js";
export default { render };
