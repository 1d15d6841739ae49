/**
 * Makes the files that a page and the widget load: `npm run build`, or `npm run build -- FOLDER`.
 *
 * red_pencil.js and red_pencil.css are loaded with each exercise; red_pencil_later.js, which has its styles inside, when
 * something of it is first needed. esbuild joins the modules, terser makes them small: it finds more to leave out, and gzip
 * likes its names better.
 */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? here;

// What only the modules use among themselves. Nothing of it is in a stored file, a trait, an attribute, an interface of the
// browser, or what later.js exports.
const OURS =
  "addPiece adopt adopted anchor annotation answer answered answersOf askForKey askForLater blocks bringLater carrier choose " +
  "chooseAt chooseFrom chosen chosenId clock commands comparable compare cursor describe describeSelection distance draft " +
  "draw drawing elements fate fields fieldset flush forget found goTo groupOf handles hideKey hitBy holdBack isAnswered " +
  "isCompared isFixed isOpen keptIn learn letter life listen looks markHere marking merge missing most moveEdge nameOf " +
  "nativeSelection notReady older only pairs palette parts plan pointAt pointedId pointUnder precision radios " +
  "rangeOf recall refresh relabel reveal root selection selectStretch sentenceNumber session setStudent share showAll " +
  "stretches takeHint takePiece tell tellStep toPoints touching toUnits trouble tryAgain under undone verdicts view whole " +
  "words worth writeNote";

/**
 * A file and all that it imports, as one text.
 * @param {string} entry
 * @param {Record<string, string>} [define] what stands in the place of a global name
 */
async function bundle(entry, define) {
  const { outputFiles } = await build({
    bundle: true,
    charset: "utf8",
    define,
    entryPoints: [join(here, entry)],
    format: "esm",
    legalComments: "none",
    logLevel: "warning",
    minify: true,
    target: "es2022",
    write: false,
  });
  return outputFiles[0].text;
}

const styles = JSON.stringify((await bundle("later.css")).trim());

/** Both scripts with a version written in. @param {string} version @returns {Promise<[string, string]>} */
const bundleBoth = (version) => {
  const define = { "globalThis.RED_PENCIL_VERSION": JSON.stringify(version) };
  return Promise.all([bundle("index.js", define), bundle("later.js", { ...define, "globalThis.RED_PENCIL_LATER_STYLES": styles })]);
};
const unversioned = await bundleBoth("");

/** The short names of OURS, which both scripts have to know: one hands things to the other. */
const nameCache = {};
// Names that are as short already, in the script that is not looked at when the others are given.
const reserved = unversioned[1].match(/(?<=\.)\w{1,2}\b|(?<=[{,])\w{1,2}(?=:)/g);

/** @param {string} text */
async function shorten(text) {
  // Some of these names are also in interfaces of the browser that are not used here.
  const properties = { builtins: true, regex: new RegExp(`^(${OURS.replaceAll(" ", "|")})$`), reserved };
  const compress = { passes: 3, pure_getters: true, unsafe_arrows: true };
  return `${(await minify(text, { ecma: 2020, module: true, compress, mangle: { properties }, nameCache })).code}\n`;
}

/**
 * Shortens both: the names are given in the first, which is to be the smaller.
 * @param {[string, string]} texts
 * @returns {Promise<[string, string]>}
 */
const shortenBoth = async ([first, later]) => [await shorten(first), await shorten(later)];

// The version says what is in both, short names included: two that were not made together are not taken for a pair.
const hash = createHash("sha256").update((await shortenBoth(unversioned)).join("")).digest("hex");
const [first, later] = await shortenBoth(await bundleBoth(hash.slice(0, 8)));
await writeFile(join(target, "red_pencil.js"), first);
await writeFile(join(target, "red_pencil_later.js"), later);
await writeFile(join(target, "red_pencil.css"), await bundle("styles.css"));
