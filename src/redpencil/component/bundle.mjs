/**
 * Makes the files that a page and the widget load: `npm run build`, or `npm run build -- FOLDER`.
 *
 * red_pencil.js and red_pencil.css are loaded with each exercise; red_pencil_w3c.js only when somebody has a file of another
 * tool. esbuild joins the modules, terser makes them small: it finds more to leave out, and gzip likes its names better.
 */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? here;
const common = { bundle: true, charset: "utf8", legalComments: "none", logLevel: "warning", target: "es2022", write: false };

// What only the modules of red_pencil.js use among themselves. Nothing of it is in a file, a trait, an attribute, an interface
// of the browser, or what w3c.js gives and takes.
const OURS =
  "addPiece adopt adopted annotation answer answered answersOf askForKey askForW3c blocks boxes choose chooseAt " +
  "chooseFrom chosenId commands comparable compare describe describeSelection distance draft draw drawing edges " +
  "elements fate fields flush forget found goTo groupOf handles hideKey hitBy isAnswered isCompared isFixed isOpen " +
  "isPlanned keptIn learn letter life listen looks markHere marking merge missing most moveEdge nameOf " +
  "nativeSelection notReady older pairs palette parts plan pointAt pointUnder precision radios rangeOf recall " +
  "refresh relabel reveal savedAt selectStretch selection sentenceNumber session setStudent share showAll showKey " +
  "stretches takeHint takePiece tell tellStep toPoints toUnits touching trouble tryAgain undone view whole words " +
  "worth writeNote";

/**
 * @param {string} entry
 * @param {Record<string, string>} define
 * @param {object} mangle
 */
async function bundle(entry, define = {}, mangle = {}) {
  const joined = await build({ ...common, entryPoints: [join(here, entry)], format: "esm", minify: true, define });
  const compress = { passes: 3, pure_getters: true };
  const small = await minify(joined.outputFiles[0].text, { ecma: 2020, module: true, compress, mangle });
  return `${small.code}\n`;
}

const w3c = await bundle("w3c.js");
const version = JSON.stringify(createHash("sha256").update(w3c).digest("hex").slice(0, 12));
const script = await bundle(
  "index.js",
  { "globalThis.RED_PENCIL_W3C_VERSION": version },
  { properties: { regex: new RegExp(`^(${OURS.replaceAll(" ", "|")})$`) } },
);
const styles = await build({ ...common, entryPoints: [join(here, "styles.css")], minify: true });
await writeFile(join(target, "red_pencil_w3c.js"), w3c);
await writeFile(join(target, "red_pencil.js"), script);
await writeFile(join(target, "red_pencil.css"), styles.outputFiles[0].text);
