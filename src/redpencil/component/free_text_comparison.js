import { copyOfControls, counted, h, inPoints } from "./dom.js";

/**
 * What whoever teaches looks at in a free text.
 * @param {import("./free_text.js").FreeText} freeText
 * @returns {Node[]}
 */
export function showRubric({ part, group }) {
  return [
    copyOfControls(part, "rubric").whole,
    ...group.rubric.map(({ criterion, levels }) =>
      h(
        "div",
        { class: "rp-criterion" },
        h("p", {}, h("strong", {}, criterion)),
        h(
          "ul",
          {},
          ...levels.map(({ points, description }) =>
            h("li", {}, h("span", { class: "rp-level" }, counted(Number(inPoints(points)), "point")), ` ${description}`),
          ),
        ),
      ),
    ),
  ];
}
