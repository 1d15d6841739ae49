/**
 * Makes the two files that a page and the widget load: `npm run build`, or `npm run build -- FOLDER`.
 *
 * esbuild joins the modules, terser makes them small: it finds more to leave out, and gzip likes its names better.
 */
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? here;
const common = { bundle: true, charset: "utf8", legalComments: "none", logLevel: "warning", target: "es2022", write: false };

const script = await build({ ...common, entryPoints: [join(here, "index.js")], format: "esm", minify: true });
// What only the modules use among themselves. Nothing of it is in a file, a trait, an attribute or an interface of the browser.
const OURS =
  "addPiece adopt adopted annotation answer answered answersOf askForKey blocks boxes byPlace choose chooseAt " +
  "chooseFrom chosenId commands comparable compare describe describeSelection distance draft draw drawing edges " +
  "elements fate fault fields flush forget found goTo groupOf handles hasMoved hideKey hitBy ids isAnswered " +
  "isCompared isFixed isOpen isPlanned keptIn learn letter life lines listen looks markHere marking merge missing " +
  "most moveEdge moved nameOf nativeSelection notReady notice older pairs palette parts plan pointAt pointUnder " +
  "precision radios rangeOf rank recall refresh relabel reveal savedAt selectStretch selection sentenceNumber " +
  "session setStudent share showAll showKey stretches takeHint takePiece tell tellStep toPoints toUnits touching " +
  "trouble tryAgain undone view whole words worth writeNote";
const small = await minify(script.outputFiles[0].text, {
  ecma: 2020,
  module: true,
  compress: { passes: 3, pure_getters: true },
  mangle: { properties: { regex: new RegExp(`^(${OURS.replaceAll(" ", "|")})$`) } },
});
await writeFile(join(target, "red_pencil.js"), `${small.code}\n`);

const styles = await build({ ...common, entryPoints: [join(here, "styles.css")], minify: true });
await writeFile(join(target, "red_pencil.css"), styles.outputFiles[0].text);
