/*
 * Keeps a part of the site in the browser, so that it is read, done and handed in without a network, and so that a second
 * visit fetches next to nothing. Two workers are made of this text: one for the book’s pages, at the site's top, and one
 * for the notebooks, which has JupyterLite's own worker inside. `redpencil.pages.offline` writes a line above it:
 *
 *   const PLAN = { kind, version, top, leave, wraps, fingerprint, atInstall };
 *
 * A version is kept whole or not at all, each file held against its digest. A visit to a page asks the server which version
 * it has. If it is a kept one, the page and all that it loads come from there; if not, or if the page is not kept, from
 * the network; if there is no answer, from what was kept last. So no page is put together from two versions, and no page
 * that was corrected stays hidden from a reader who is online. A worker of a new version starts when the last page of the
 * old one is closed: until then, an open page goes on with the files of its own version.
 */
"use strict";

/**
 * @typedef {object} Plan  what `PLAN` holds; service_worker_plan.d.ts says so to the type checker
 * @property {"book" | "notebooks"} kind  part of the names of what is kept
 * @property {string} version  a digest of the list of files, kept-files.json; the server's own stands in kept-version.txt
 * @property {string} top  from this worker's folder to the site's top
 * @property {string[]} leave  beginnings of addresses that are another worker's
 * @property {string} wraps  the file with JupyterLite's worker, or ""
 * @property {string} fingerprint  a pattern of addresses that never stand for anything else
 * @property {boolean} atInstall  whether everything is kept before this worker starts; else it is kept once the reader has
 *   opened something
 *
 * @typedef {object} KeptFiles  kept-files.json, of one version
 * @property {string} version
 * @property {number} bytes  what all files take, uncompressed
 * @property {Record<string, [digest: string, bytes: number]>} files  by address from this worker's folder; of the
 *   SHA-256 the first 32 figures
 *
 * @typedef {string} CacheName  of a version's cache, or "" where there is none
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const scope = worker.registration.scope;
const site = new URL(PLAN.top, scope).href;
// Other sites on this host have names of their own.
const FAMILY = `red-pencil ${site} ${PLAN.kind} `;
const OURS = FAMILY + PLAN.version;
const SERVED = `red-pencil ${site} serves ${PLAN.kind}`;
// A reader who wants nothing kept has this one made, by keep.js.
const NOTHING = `red-pencil ${site} keeps nothing`;
// What the browser had no room for is not fetched again and again.
const NO_ROOM = `red-pencil ${site} had no room for ${PLAN.kind} ${PLAN.version}`;
const DONE = `${scope}kept-whole`;
const LIST = `${scope}kept-files.json`;
// Milliseconds. A server that has not said its version by then is taken for out of reach.
const PATIENCE = 3000;
// After so long without a request the page has what it needs, and the rest is fetched.
const QUIET = 5000;
// A start of Python that has said nothing for so long says nothing any more.
const STARTING = 20000;
const AT_ONCE = 6;
const FINGERPRINT = new RegExp(PLAN.fingerprint);

/** @type {CacheName | undefined} */
let servedNow;
let lastAsked = 0;
/** @type {Promise<void> | undefined} */
let keeping;
let isWhole = false;

worker.addEventListener("install", (event) => {
  event.stopImmediatePropagation();
  if (PLAN.atInstall) event.waitUntil(keepAll());
});

worker.addEventListener("activate", (event) => {
  event.stopImmediatePropagation();
  event.waitUntil(Promise.all([worker.clients.claim(), forgetOthers()]));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // The kernel's files and questions: JupyterLite's listener comes after this one.
  if (PLAN.wraps && url.origin === location.origin && url.pathname.includes("/api/") && !isOurs(request, url)) return;
  event.stopImmediatePropagation();
  if (!isOurs(request, url)) return;
  event.waitUntil(keepWhenQuiet());
  const answer = request.mode === "navigate" ? page(event, url) : file(request, url);
  // Whatever fails here, the network is asked as if there were no worker.
  event.respondWith(answer.catch(() => fetch(request)));
});

if (PLAN.wraps) {
  importScripts(PLAN.wraps);
  // While Python starts, the machine has enough to do.
  new BroadcastChannel("red-pencil-start").addEventListener("message", ({ data }) => {
    const isOver = data?.stage === "ready" || data?.stage === "failed";
    lastAsked = Date.now() + (isOver ? 0 : STARTING);
  });
}

/**
 * Whether a request is for a file of this worker's part; all others are left as they are.
 *
 * @param {Request} request
 * @param {URL} url  its address
 */
function isOurs(request, url) {
  if (request.method !== "GET" || request.headers.has("range") || !url.href.startsWith(scope)) return false;
  if (request.cache === "only-if-cached" && request.mode !== "same-origin") return false;
  const address = url.href.slice(scope.length);
  if (/^(service-worker|kept-)/.test(address) || /(^|\/)api\/(drive|stdin|service-worker-heartbeat)/.test(address)) return false;
  return !PLAN.leave.some((start) => address.startsWith(start));
}

/**
 * A page, of the version that the server has, or of the newest that is kept if it does not answer.
 *
 * @param {FetchEvent} event
 * @param {URL} url  its request's address
 */
async function page(event, url) {
  const asked = askVersion();
  const there = await Promise.race([asked, after(PATIENCE)]);
  const name = there === undefined ? await newest() : await whole(FAMILY + there);
  await serve(name);
  isWhole &&= name === OURS;
  if (there !== undefined && FAMILY + there !== OURS) event.waitUntil(worker.registration.update().catch(() => {}));
  const kept = await findPage(name, url);
  if (!kept) return fetch(event.request);
  if (there === undefined) {
    const late = async () => {
      const found = await asked;
      if (found !== undefined && FAMILY + found !== name) await tell(event.resultingClientId);
    };
    event.waitUntil(late());
  }
  return kept;
}

/**
 * Anything else: of the version that the last opened page has; what has a fingerprint, of any.
 *
 * @param {Request} request
 * @param {URL} url  its address
 */
async function file(request, url) {
  const name = await served();
  const kept = (await find(name, url.href)) ?? (FINGERPRINT.test(url.href) ? await findAnywhere(url.href) : undefined);
  return kept ?? fetch(request);
}

/** The server's version, "" if it has none any more, undefined if it is out of reach. */
async function askVersion() {
  try {
    const answer = await fetch(`${scope}kept-version.txt`, { cache: "no-cache" });
    if (answer.status >= 500) return undefined;
    const said = answer.ok ? (await answer.text()).trim() : "";
    return /^[0-9a-f]{16}$/.test(said) ? said : "";
  } catch {
    return undefined;
  }
}

/**
 * From now on, files are of this version.
 *
 * @param {CacheName} name
 */
async function serve(name) {
  if (name === (await served())) return;
  servedNow = name;
  // This worker is stopped whenever nothing happens, and forgets all that is not written down.
  await caches
    .open(SERVED)
    .then((state) => state.put(scope, new Response(name)))
    .catch(() => {});
}

/** The version that the last opened page has. */
async function served() {
  if (servedNow !== undefined) return servedNow;
  const written = (await caches.has(SERVED)) ? await (await caches.open(SERVED)).match(scope) : undefined;
  const name = written ? await written.text() : await whole(OURS);
  servedNow ??= name && (await caches.has(name)) ? name : "";
  return servedNow;
}

/**
 * @param {CacheName} name
 * @param {URL} url
 */
async function findPage(name, url) {
  const address = url.origin + url.pathname;
  // Hosts show a page at several addresses.
  const names = address.endsWith("/") ? [`${address}index.html`] : [address, `${address}.html`, `${address}/index.html`];
  for (const one of names) {
    const kept = await find(name, one);
    if (kept) return kept;
  }
  return undefined;
}

/**
 * @param {CacheName} name
 * @param {string} address
 */
async function find(name, address) {
  if (!name || !(await caches.has(name))) return undefined;
  const kept = await caches.open(name);
  // JupyterLite adds digests of its own to its addresses, and numbers of its own to what it wants fresh.
  return kept.match(address, { ignoreSearch: Boolean(PLAN.wraps), ignoreVary: true });
}

/** @param {string} address */
async function findAnywhere(address) {
  for (const name of await family()) {
    const kept = await (await caches.open(name)).match(address, { ignoreVary: true });
    if (kept) return kept;
  }
  return undefined;
}

/** The caches of this part of the site, of all versions, those begun and not finished too. */
async function family() {
  return (await caches.keys()).filter((name) => name.startsWith(FAMILY));
}

/**
 * The name, if all of that version is kept, else "".
 *
 * @param {CacheName} name
 * @returns {Promise<CacheName>}
 */
async function whole(name) {
  return (await caches.has(name)) && (await (await caches.open(name)).match(DONE)) ? name : "";
}

/** The version that was whole last, or "". */
async function newest() {
  let found = { name: "", at: 0 };
  for (const name of await family()) {
    const done = await (await caches.open(name)).match(DONE);
    const { at } = done ? await done.json() : { at: 0 };
    if (at > found.at) found = { name, at };
  }
  return found.name;
}

/** An older version's files go once this one is whole: what did not change was taken from there. */
async function forgetOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith(`red-pencil ${site} had no room for ${PLAN.kind} `) && name !== NO_ROOM) await caches.delete(name);
  }
  if (!(await whole(OURS))) return;
  for (const name of await family()) if (name !== OURS) await caches.delete(name);
}

/**
 * Say to an open page that the server has another version of it.
 *
 * @param {string} id  the page's, as a client of this worker
 */
async function tell(id) {
  (await worker.clients.get(id))?.postMessage({ redpencil: "newer" });
}

/** Keep what is not kept yet when the page has been quiet for a while; nothing is said if that fails. */
function keepWhenQuiet() {
  if (isWhole) return Promise.resolve();
  lastAsked = Math.max(lastAsked, Date.now());
  keeping ??= (async () => {
    isWhole = Boolean(await whole(OURS));
    if (isWhole) return;
    while (Date.now() - lastAsked < QUIET) await after(QUIET / 5);
    await keepAll();
    // The list of files came from the server just now: it has this version, and so has the open page.
    if (isWhole) await serve(OURS);
    await forgetOthers();
  })()
    .catch(() => {})
    .finally(() => (keeping = undefined));
  return keeping;
}

/** Keep this version, if the reader and the browser's storage let it. Throws if the server does not have all of it. */
async function keepAll() {
  // Not every browser tells.
  const { saveData } = /** @type {{connection?: {saveData?: boolean}}} */ (navigator).connection ?? {};
  if (saveData || (await whole(OURS))) return;
  if ((await caches.has(NOTHING)) || (await caches.has(NO_ROOM))) return;
  const said = await fetch(LIST, { cache: "no-cache" });
  if (!said.ok) throw new Error(`${LIST}: ${said.status}`);
  /** @type {KeptFiles} */
  const list = await said.json();
  if (list.version !== PLAN.version) throw new Error("the server has another version by now");
  try {
    await keepList(list);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "QuotaExceededError") throw error;
    await caches.delete(OURS);
    await caches.open(NO_ROOM);
  }
}

/** @param {KeptFiles} list */
async function keepList(list) {
  const cache = await caches.open(OURS);
  await cache.put(LIST, inJson(list));
  const there = new Set((await cache.keys()).map((request) => request.url));
  const older = await olderFiles();
  const waiting = Object.entries(list.files).filter(([address]) => !there.has(new URL(address, scope).href));
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [address, [digest]] = next;
      const url = new URL(address, scope).href;
      await cache.put(url, (await older(digest)) ?? (await fetchVerified(url, digest)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work)).finally(() => (waiting.length = 0));
  await cache.put(DONE, inJson({ at: Date.now(), bytes: list.bytes }));
  isWhole = true;
}

/** What older versions hold: a function from a digest to the file, if there is one. */
async function olderFiles() {
  /** @type {Map<string, [cache: Cache, address: string]>} */
  const found = new Map();
  for (const name of await family()) {
    const cache = await caches.open(name);
    const list = name === OURS ? undefined : await cache.match(LIST);
    /** @type {Pick<KeptFiles, "files">} */
    const { files } = list ? await list.json() : { files: {} };
    for (const [address, [digest]] of Object.entries(files)) found.set(digest, [cache, address]);
  }
  /** @param {string} digest */
  return async (digest) => {
    const row = found.get(digest);
    if (!row) return undefined;
    const [cache, address] = row;
    return cache.match(new URL(address, scope).href, { ignoreVary: true });
  };
}

/**
 * A file from the server as it is kept. Throws if it is not there, or not what the list says.
 *
 * @param {string} url
 * @param {string} digest
 */
async function fetchVerified(url, digest) {
  for (const cache of /** @type {const} */ (["default", "reload"])) {
    const answer = await fetch(url, { cache, priority: "low" });
    if (!answer.ok || answer.type !== "basic") throw new Error(`${url}: ${answer.status}`);
    const bytes = await answer.arrayBuffer();
    if ((await sha256(bytes)).startsWith(digest)) {
      const headers = new Headers(answer.headers);
      for (const name of ["content-encoding", "content-length"]) headers.delete(name);
      // A new one, because browsers refuse one that was redirected as a page.
      return new Response(bytes, { headers });
    }
  }
  throw new Error(`${url} is not what the list of files says`);
}

/**
 * In hexadecimal figures.
 *
 * @param {ArrayBuffer} bytes
 */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (one) => one.toString(16).padStart(2, "0")).join("");
}

/**
 * Safari has `Response.json` only since version 17.
 *
 * @param {unknown} value
 */
function inJson(value) {
  return new Response(JSON.stringify(value));
}

/**
 * @param {number} milliseconds
 * @returns {Promise<undefined>}
 */
function after(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
