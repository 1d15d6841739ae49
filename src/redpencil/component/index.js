import { render } from "./widget.js";
import { define } from "./element.js";

define();

export default { render };
