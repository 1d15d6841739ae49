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

/** An id that no other element on the page has. */
export const newId = () => `rp-${(count += 1)}`;

/** @param {number} number @param {string} one @param {string} [many] */
export const counted = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** Points as people write them: at most two decimals. @param {number} points */
export const inPoints = (points) => String(Math.round(points * 100) / 100);
