/*
 * Has the browser keep the book for use without a network, once a page is read and nothing else is to be done. Where
 * that is not possible (no HTTPS, a private window, an old browser), or where the reader saves data, it does nothing.
 * On a page with an element #kept it says what is kept, and lets the reader remove it.
 */
const site = new URL("..", import.meta.url);
const OURS = `red-pencil ${site} `;
const NOTHING = `${OURS}keeps nothing`;
// Of the book's worker and the notebooks'. Another site on this host may stand below this one.
const SCOPES = [site.href, new URL("lite/", site).href];
const workers = navigator.serviceWorker;
/** Not every browser tells. */
const { saveData } = /** @type {any} */ (navigator).connection ?? {};
// Milliseconds after everything on the page has come.
const LATER = 2000;

async function keep() {
  if (await caches.has(NOTHING)) return;
  // Another site on this host, above this one, may have a worker too; and one that was removed has the open page still.
  if ((await workers.getRegistration(site))?.scope === site.href) return;
  await workers.register(new URL("service-worker.js", site), { updateViaCache: "none" });
}

function whenIdle() {
  setTimeout(() => (window.requestIdleCallback ?? setTimeout)(() => keep().catch(() => {})), LATER);
}

/** Of each part of the site that is kept whole, its bytes. */
async function sizes() {
  /** @type {{book?: number, notebooks?: number}} */
  const found = {};
  for (const name of await caches.keys()) {
    const kind = name.startsWith(OURS) ? name.slice(OURS.length).split(" ")[0] : "";
    if (kind !== "book" && kind !== "notebooks") continue;
    for (const request of await (await caches.open(name)).keys()) {
      if (!request.url.endsWith("/kept-whole")) continue;
      const { bytes } = (await (await caches.match(request, { cacheName: name }))?.json()) ?? { bytes: 0 };
      found[kind] = Math.max(found[kind] ?? 0, bytes);
    }
  }
  return found;
}

async function remove() {
  // First, so that nothing is kept again meanwhile.
  await caches.open(NOTHING);
  for (const one of await workers.getRegistrations()) if (SCOPES.includes(one.scope)) await one.unregister();
  for (const name of await caches.keys()) if (name.startsWith(OURS) && name !== NOTHING) await caches.delete(name);
}

/** @param {HTMLElement} place */
async function show(place) {
  const found = await sizes();
  const isRefused = await caches.has(NOTHING);
  /** @param {number} bytes */
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  const parts = [];
  if (found.book) parts.push(`the book (${megabytes(found.book)})`);
  if (found.notebooks) parts.push(`the notebooks (${megabytes(found.notebooks)})`);
  const words = document.createElement("p");
  words.setAttribute("role", "status");
  words.textContent = parts.length
    ? `This browser now keeps ${parts.join(" and ")}.`
    : isRefused
      ? "This browser keeps nothing of the site, as you asked."
      : "This browser keeps nothing of the site yet.";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = isRefused ? "Keep the book again" : "Remove what is kept";
  button.addEventListener("click", async () => {
    button.disabled = true;
    if (isRefused) {
      await caches.delete(NOTHING);
      await keep().catch(() => {});
    } else {
      await remove();
    }
    await show(place);
    place.querySelector("button")?.focus();
  });
  place.replaceChildren(words, ...(parts.length || isRefused ? [button] : []));
  place.hidden = false;
}

if (workers && window.caches) {
  if (!saveData) {
    if (document.readyState === "complete") whenIdle();
    else addEventListener("load", whenIdle);
  }
  const place = document.getElementById("kept");
  if (place) {
    show(place).catch(() => {});
    workers.addEventListener("controllerchange", () => show(place).catch(() => {}));
  }
  // The answer of a slow network came after the kept page was shown.
  workers.addEventListener("message", ({ data }) => {
    if (data?.redpencil !== "newer" || document.getElementById("newer")) return;
    const said = document.createElement("p");
    said.id = "newer";
    said.setAttribute("role", "status");
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Show it";
    link.addEventListener("click", (event) => {
      event.preventDefault();
      location.reload();
    });
    said.append("There is a newer version of this page. ", link, ". Your marks stay.");
    document.getElementById("main")?.prepend(said);
  });
  workers.startMessages();
}
