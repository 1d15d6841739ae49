/** Saving without being asked: soon after a change, and when the page is left or put aside. */

// Milliseconds after the last change, and at most after the first one that is not saved.
const QUIET = 700;
const AT_MOST = 3000;

/**
 * Save a notebook whenever it changes. Returns a function that saves at once what is not saved, and resolves then.
 *
 * @param {any} context  JupyterLab's, of the notebook
 * @param {{saved: () => void, failed: (reason: string) => void}} told
 * @returns {() => Promise<void>}
 */
export function keep(context, told) {
  let timer = 0;
  let since = 0;
  let saving = Promise.resolve();
  const handle = context._handleError;
  // JupyterLab opens a dialog over the page for each save that fails, every few seconds. The bar says it, and what to do.
  context._handleError = (/** @type {unknown} */ error, /** @type {string} */ title) =>
    title.startsWith("File Save Error") ? Promise.resolve(told.failed(String(error))) : handle.call(context, error, title);

  async function save() {
    clearTimeout(timer);
    since = 0;
    if (context.isDisposed || !context.model.dirty) return;
    try {
      await context.save();
      told.saved();
    } catch (error) {
      told.failed(String(error));
    }
  }

  /** One after the other: what changed meanwhile is saved after. */
  function saveNow() {
    saving = saving.then(save);
    return saving;
  }

  context.model.contentChanged.connect(() => {
    const now = Date.now();
    since ||= now;
    clearTimeout(timer);
    timer = window.setTimeout(saveNow, Math.max(0, Math.min(QUIET, since + AT_MOST - now)));
  });
  // A phone may end a page that is out of sight without another word.
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  window.addEventListener("pagehide", () => void save());
  return saveNow;
}

// Milliseconds after Python is ready: until then the machine has enough to do.
const LATER = 5000;

/**
 * Have the browser keep the book as well, for use without a network, though nobody opened a page of it. See keep.js in the
 * folder above: a reader who wants nothing kept, or saves data, is left alone.
 */
export function keepTheBook() {
  const site = new URL("../../", location.href);
  const {saveData} = /** @type {any} */ (navigator).connection ?? {};
  if (!navigator.serviceWorker || !globalThis.caches || saveData) return;
  setTimeout(async () => {
    try {
      if (await caches.has(`red-pencil ${site} keeps nothing`)) return;
      // What stands above the notebooks may be another site, with a worker of its own.
      const version = await fetch(new URL("kept-version.txt", site), {cache: "no-cache"});
      if (!version.ok || !/^[0-9a-f]{16}$/.test((await version.text()).trim())) return;
      await navigator.serviceWorker.register(new URL("service-worker.js", site), {updateViaCache: "none"});
    } catch {
      // The site may have none: notebooks alone, or a host that was given other files.
    }
  }, LATER);
}

/**
 * Whether this is the only window that has a notebook open: each holds a lock, and the next one waits for it.
 *
 * @param {string} path  of the notebook
 * @param {(isAlone: boolean) => void} told  called when another window was first, and when it is gone
 */
export function watchForOthers(path, told) {
  const name = `red-pencil-open:${location.pathname}:${path}`;
  /** @returns {Promise<never>} held as long as the window is there */
  const hold = () => new Promise(() => {});
  // Only a secure page has locks.
  navigator.locks?.request(name, {ifAvailable: true}, async (lock) => {
    if (lock) return hold();
    told(false);
    navigator.locks.request(name, () => {
      told(true);
      return hold();
    });
    return undefined;
  });
}
