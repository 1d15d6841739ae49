/**
 * The first that runs in a worksheet's page: the bar is shown, and what the browser lacks is said before anything heavy
 * is loaded. What JupyterLite begins with waits for `mayStart`.
 */

import {Bar, make, makeOffer} from "./bar.js";
import {whatIsMissing} from "./missing.js";
import {packagesNeeded, sayWhatIsNeeded} from "./packages.js";

/**
 * @typedef {{exercise: string, title: string, page: string}} Worksheet  `page` is the chapter's address, from the site
 */

const path = new URLSearchParams(location.search).get("path") ?? "";
/** @type {Map<string, Worksheet>} not an object: a notebook may be called like something that every object has */
const worksheets = new Map(Object.entries(JSON.parse(document.getElementById("red-pencil-worksheets")?.textContent || "{}")));

/** The file that this page opens, and the name that it is downloaded under. */
export const file = path.split("/").pop() || "notebook.ipynb";
/** What the site knows of it; undefined for a notebook of the reader's own. */
export const worksheet = worksheets.get(file.replace(/\.ipynb$/, ""));
/** Where it can be read and done without Python. */
export const chapter = new URL(`../../${worksheet?.page ?? "index.html"}`, location.href).href;
export const bar = new Bar(chapter);

// They name the folder of this very file. Where a host says nothing of how long to keep a file, a browser guesses, and a
// page that was loaded anew would get the plugin of an older one, with a bar that nobody sees.
const SETTINGS = ["jupyter-lite.json", "../jupyter-lite.json"];

/** @param {string} name */
async function asOnTheServer(name) {
  // JupyterLite asks for it itself, and says what is wrong.
  await fetch(new URL(name, location.href), {cache: "no-cache"}).catch(() => {});
}

// Milliseconds after which a tab that has not opened its notebook holds up no other.
const TURN_AT_MOST = 10_000;
/** Lets the next tab have its turn. */
let turnIsOver = () => {};

/** The notebook is there. */
export function isOpened() {
  turnIsOver();
}

/**
 * Two tabs that open a notebook at the same time would make JupyterLite's storage both at once, of which one fails: it is
 * done in turn. Resolves when it is this tab's; without locks at once.
 */
async function myTurn() {
  if (!navigator.locks) return;
  await new Promise((/** @type {(value?: unknown) => void} */ mine) => {
    navigator.locks.request(`red-pencil-opening ${location.pathname}`, () => {
      mine();
      return new Promise((/** @type {(value?: unknown) => void} */ over) => {
        turnIsOver = over;
        setTimeout(over, TURN_AT_MOST);
      });
    }).catch(() => mine());
  });
}

/** Resolves when JupyterLite may be loaded; never, where the reader was sent elsewhere. */
export async function mayStart() {
  // A script in the page's head begins this. Where all that it imports is there already, the body may not be.
  if (!document.body) await new Promise((done) => document.addEventListener("DOMContentLoaded", done, {once: true}));
  if (!worksheet) bar.back.textContent = "Back to the book";
  document.body.append(bar.element);
  bar.say("Opening the worksheet");
  bar.atWork(null);
  const settings = Promise.all(SETTINGS.map(asOnTheServer));
  const asked = asShipped().then(packagesNeeded);
  const missing = await whatIsMissing();
  if (missing) await instead(missing);
  const needed = await asked;
  if (needed.length) await sayWhatIsNeeded(needed, ask);
  await settings;
  await myTurn();
  bar.say("Opening the worksheet");
  bar.atWork(null);
}

/** @param {import("./missing.js").Missing} missing */
function instead({what, anyway}) {
  return ask(
    "The notebook cannot run here",
    [
      what,
      "You need no Python for the exercise. On its page you can still read, mark, and hand in your work.",
      "To work in the notebook, open it on another computer or in another browser.",
    ],
    [{words: worksheet ? "Do the exercise on its page" : "Go to the book", go: chapter}],
    anyway ? "Open the notebook all the same" : "",
  );
}

/**
 * Ask before going on. Resolves when the reader chose to go on; a choice that leads elsewhere leaves the page.
 *
 * @param {string} heading
 * @param {string[]} paragraphs
 * @param {import("./bar.js").Offer[]} offers
 * @param {string} goOn  the words of the button that goes on; without them there is none
 * @returns {Promise<void>}
 */
function ask(heading, paragraphs, offers, goOn) {
  bar.say("");
  bar.atWork(undefined);
  return new Promise((done) => {
    const title = make("h1", {tabindex: "-1"}, [heading]);
    const close = () => {
      main.remove();
      done();
    };
    for (const offer of offers) {
      const {go} = offer;
      if (typeof go === "function") offer.go = () => (go(), close());
    }
    const all = goOn ? [...offers, {words: goOn, go: close}] : offers;
    const main = make("main", {id: "red-pencil-asks"}, [
      title,
      ...paragraphs.map((words) => make("p", {}, [words])),
      make("div", {class: "red-pencil-offers"}, all.map(makeOffer)),
    ]);
    document.body.append(main);
    title.focus();
  });
}

/** The notebook as the site has it; null for one that only this browser has. */
async function asShipped() {
  try {
    const found = await fetch(new URL(`../files/${path.split("/").map(encodeURIComponent).join("/")}`, location.href));
    return found.ok ? await found.json() : null;
  } catch {
    return null;
  }
}
