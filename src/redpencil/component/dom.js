/**
 * An element with attributes and children. Text goes in as text nodes: nothing that was answered is ever read as HTML.
 *
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {Record<string, string | number | boolean | ((event: any) => void) | undefined>} [attributes] a function listens to the
 *   event that it is named for; true and false set and leave out
 * @param {...(Node | string | null | false | undefined)} children
 * @returns {HTMLElementTagNameMap[N]}
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined) element.setAttribute(key, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

let count = 0;

/** An id that no other element on the page has: each widget of a notebook counts for itself. */
export function newId() {
  do count += 1;
  while (document.getElementById(`rp-${count}`));
  return `rp-${count}`;
}

/** @param {number} number @param {string} one @param {string} [many] */
export const counted = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** Points as people write them: at most two decimals. @param {number} points */
export const inPoints = (points) => String(Math.round(points * 100) / 100);

/** Words in quotation marks; the middle of a long stretch is left out. @param {string} words */
export function shortQuote(words) {
  const all = words.trim().split(/\s+/);
  const shown = all.length > 12 ? [...all.slice(0, 7), "…", ...all.slice(-4)] : all;
  return `“${shown.join(" ")}”`;
}

/**
 * A copy of controls that the page brings along (`controls.html`), and what in it has a `data-ref`, by that name.
 * @param {Element} element of the exercise
 * @param {string} name
 * @returns {{whole: HTMLElement, parts: Record<string, any>}}
 */
export function copyOfControls(element, name) {
  const template = /** @type {HTMLTemplateElement} */ (element.closest(".red-pencil")?.querySelector(`template.rp-${name}-controls`));
  const whole = /** @type {HTMLElement} */ (document.importNode(template.content, true).firstElementChild);
  const parts = Object.fromEntries([...whole.querySelectorAll("[data-ref]")].map((part) => [part.getAttribute("data-ref"), part]));
  return { whole, parts };
}

/**
 * A data block of an exercise's HTML, or null if it has none of that name.
 * @param {ParentNode} root
 * @param {string} name
 * @returns {any}
 */
export function readData(root, name) {
  const script = root.querySelector(`script.${name}`);
  return script ? JSON.parse(script.textContent ?? "") : null;
}
