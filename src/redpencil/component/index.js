import { define } from "./element.js";
import { render } from "./widget.js";

define();

export default { render };
