/**
 * On a page that links to a worksheet as a notebook: when somebody comes to the link, by pointer or focus, and stays, the
 * files that Python starts from are fetched ahead, so that they are there when the link is followed. Never before, and
 * not for a reader who asked the browser to save data. A finger may only be scrolling, and what it was for is known when
 * the page is left: nothing is fetched ahead for it. Without this script the link works as well.
 */

// Milliseconds: who passes by on the way to elsewhere is gone by then.
const STAYS = 200;

const { saveData } = /** @type {any} */ (navigator).connection ?? {};

/** @param {string} address */
function fetchAhead(address) {
  const link = document.createElement("link");
  link.rel = "prefetch";
  link.as = "fetch";
  link.href = address;
  document.head.append(link);
}

/**
 * Whether this browser keeps the notebooks already, for use without a network: see service_worker.js.
 *
 * @param {URL} site
 */
async function isKept(site) {
  const names = (await globalThis.caches?.keys()) ?? [];
  return names.some((name) => name.startsWith(`red-pencil ${new URL("../", site)} notebooks `));
}

/** @param {HTMLAnchorElement} link */
function prepare(link) {
  const site = new URL("../", link.href.replace(/[?#].*/, ""));
  let timer = 0;
  let isDone = false;
  const start = async () => {
    isDone = true;
    try {
      if (await isKept(site)) return;
      const answer = await fetch(new URL("start.json", site));
      const { files } = await answer.json();
      fetchAhead(new URL("notebooks/index.html", site).href);
      for (const name of files) fetchAhead(new URL(name, site).href);
    } catch {
      // The notebook fetches them itself, and says what is wrong.
    }
  };
  const come = () => {
    clearTimeout(timer);
    if (!isDone) timer = window.setTimeout(start, STAYS);
  };
  link.addEventListener("pointerenter", ({ pointerType }) => pointerType === "touch" || come());
  // A finger gives the focus too, and a moment later the page is left.
  link.addEventListener("focus", () => link.matches(":focus-visible") && come());
  for (const type of ["pointerleave", "blur"]) link.addEventListener(type, () => clearTimeout(timer));
}

if (!saveData) {
  for (const link of document.querySelectorAll(".work-here a[href]")) prepare(/** @type {HTMLAnchorElement} */ (link));
}
