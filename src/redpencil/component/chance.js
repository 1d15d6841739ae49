/**
 * Two sliders above the picture of chance on a page: how many names are on a list, how many people are in a table.
 *
 * The page has the picture for one list and one table already, so that it is read and printed without a script. Here it is
 * worked out for others by the same rule (`expected_names_matched` in names/coincidence.py), and lists are drawn by lot.
 */

/**
 * What the page's `chance_data` gives. A person is a row of numbers, one for each column: which of its names it is, or -1.
 * @typedef {object} Data
 * @property {string} what the list and the table of the picture, as its title and its caption call them
 * @property {number} names
 * @property {number} people
 * @property {[number, number]} namesFromTo
 * @property {[number, number]} peopleFromTo
 * @property {number} lists how many are drawn
 * @property {number[][]} columns for each column the shares of its names: surname, initial, given name, patronymic, rank
 * @property {number[]} initials for each given name the number of its initial
 * @property {number[][]} strengths for each row of the picture, which columns have to agree
 * @property {{ left: number, step: number, lowest: number, highest: number, first: number, row: number }} scale
 */

const SURNAME = 0;
const INITIAL = 1;
const GIVEN = 2;
// More than any column has names.
const BASE = 1_000;

/** @param {number} value */
const written = (value) => Math.round(value).toLocaleString("en-US");

/** @param {number} count @param {string} thing */
const counted = (count, thing) => `${written(count)} ${thing}${count === 1 ? "" : "s"}`;

/**
 * The expected number of names of a list that agree with somebody in a table:
 * names x sum over the full names of p (1 - (1 - p)^people).
 * @param {number[][]} shares of the columns that have to agree
 * @param {number} names
 * @param {number} people
 */
function workedOut(shares, names, people) {
  /** @type {Map<number, number>} */
  let products = new Map([[1, 1]]);
  for (const column of shares) {
    /** @type {Map<number, number>} */
    const longer = new Map();
    for (const [p, n] of products) for (const q of column) longer.set(p * q, (longer.get(p * q) ?? 0) + n);
    products = longer;
  }
  let sum = 0;
  for (const [p, n] of products) sum += n * p * (p < 1 ? -Math.expm1(people * Math.log1p(-p)) : 1);
  return names * sum;
}

/** One of a column's names by its share, or -1 for a name outside of it. @param {number[]} shares */
function oneOf(shares) {
  let left = Math.random();
  for (const [number, share] of shares.entries()) if ((left -= share) < 0) return number;
  return -1;
}

/** @param {Data} data @param {number} count */
function group(data, count) {
  return Array.from({ length: count }, () => {
    const person = data.columns.map((shares, column) => (column === INITIAL ? -1 : oneOf(shares)));
    person[INITIAL] = data.initials[person[GIVEN] ?? -1] ?? -1;
    return person;
  });
}

/** A number for what somebody is called in some columns, or -1 if that is outside of them. @param {number[]} person @param {number[]} columns */
function called(person, columns) {
  let code = 0;
  for (const column of columns) {
    const number = person[column] ?? -1;
    if (number < 0) return -1;
    code = code * BASE + number;
  }
  return code;
}

/** How many names agree on all the lists that are drawn, for each strength. @param {Data} data @param {number} names @param {number} people */
function drawn(data, names, people) {
  const agreed = data.strengths.map(() => 0);
  for (let list = 0; list < data.lists; list += 1) {
    const table = group(data, people);
    const ours = group(data, names);
    for (const [row, columns] of data.strengths.entries()) {
      const there = new Set(table.map((person) => called(person, columns)));
      there.delete(-1);
      agreed[row] = (agreed[row] ?? 0) + ours.filter((person) => there.has(called(person, columns))).length;
    }
  }
  return agreed;
}

/** @param {string} tag @param {Record<string, string>} attributes @param {(string | Node)[]} inside */
function make(tag, attributes, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

/** @param {Element} root */
function enliven(root) {
  const source = root.querySelector("script.chance-data");
  const svg = root.querySelector("svg");
  const table = root.querySelector("table");
  if (!source || !svg || !table) return;
  /** @type {Data} */
  const data = JSON.parse(source.textContent ?? "");
  const { scale } = data;
  let { what } = data;
  let waiting = false;

  /** @param {string} name @param {number} value @param {[number, number]} fromTo */
  const slider = (name, value, [min, max]) => {
    const limits = { min: String(min), max: String(max), value: String(value) };
    const input = /** @type {HTMLInputElement} */ (make("input", { type: "range", ...limits }));
    // A slider says its value itself: a name that changed with it would be said again at every step.
    const shown = make("b", { "aria-hidden": "true" }, written(value));
    input.addEventListener("input", () => {
      shown.textContent = written(input.valueAsNumber);
      soon();
    });
    return { input, label: make("label", {}, `${name}: `, shown, input) };
  };
  const names = slider("Names on the list", data.names, data.namesFromTo);
  const people = slider("People in the table", data.people, data.peopleFromTo);
  const again = make("button", { type: "button" }, `Draw ${data.lists} other lists`);
  const told = make("p", { role: "status" });

  /** @param {number} row @param {number} onOne @param {Record<string, string>} looks */
  const dot = (row, onOne, looks) => {
    const power = Math.min(Math.max(Math.log10(onOne), scale.lowest), scale.highest);
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    const at = { cx: String(scale.left + scale.step * (power - scale.lowest)), cy: String(scale.first + scale.row * row) };
    for (const [attribute, value] of Object.entries({ ...at, ...looks })) circle.setAttribute(attribute, value);
    svg.append(circle);
  };

  /** @param {number} onOne */
  const inLists = (onOne) =>
    onOne <= 0 ? "none" : onOne >= 0.01 ? `${written(onOne * 100)} on 100 lists` : `1 on ${written(1 / onOne)} lists`;

  const show = () => {
    waiting = false;
    const [n, m] = [names.input.valueAsNumber, people.input.valueAsNumber];
    const before = what;
    what = `a list of ${counted(n, "name")} and a table of ${written(m)} people`;
    for (const text of [svg.querySelector("title"), table.querySelector("caption")]) {
      if (text) text.textContent = (text.textContent ?? "").replace(before, what);
    }
    for (const circle of svg.querySelectorAll("circle")) circle.remove();
    const byLot = drawn(data, n, m);
    const rows = table.querySelectorAll("tbody tr");
    for (const [row, columns] of data.strengths.entries()) {
      const expected = workedOut(columns.map((column) => data.columns[column] ?? []), n, m);
      const agreed = byLot[row] ?? 0;
      if (expected > 0) dot(row, expected, { r: "4", fill: "#c2413a" });
      if (agreed) dot(row, agreed / data.lists, { r: "7", fill: "none", stroke: "currentColor", "stroke-width": "1.5" });
      const [first, second] = rows[row]?.querySelectorAll("td") ?? [];
      if (first) first.textContent = inLists(expected);
      if (second) second.textContent = `${written(agreed)} on ${data.lists} lists`;
      if (row === SURNAME) told.textContent = `On ${data.lists} such lists, ${counted(agreed, "surname")} agreed by chance just now.`;
    }
  };
  // While a slider is on its way, one drawing at a time is enough.
  const soon = () => {
    if (!waiting) requestAnimationFrame(show);
    waiting = true;
  };
  again.addEventListener("click", show);
  root.prepend(make("div", { class: "chance-controls" }, names.label, people.label, again, told));
}

for (const root of document.querySelectorAll(".chance")) enliven(root);
