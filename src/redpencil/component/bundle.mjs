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
const small = await minify(script.outputFiles[0].text, { ecma: 2020, module: true, compress: { passes: 3, pure_getters: true } });
await writeFile(join(target, "red_pencil.js"), `${small.code}\n`);

const styles = await build({ ...common, entryPoints: [join(here, "styles.css")], minify: true });
await writeFile(join(target, "red_pencil.css"), styles.outputFiles[0].text);
