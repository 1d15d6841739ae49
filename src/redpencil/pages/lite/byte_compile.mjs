/**
 * Run Python under Node as the site's browser Python will run, and byte-compile what it imported.
 *
 *     node byte_compile.mjs CODE.py OUTPUT PACK…
 *
 * Beside this file lie Pyodide's core, with an empty library, and `start.mjs`. The packs (not compressed) make up the whole
 * file system; the code is run; OUTPUT is a pack of one entry for each module that it imported from a source, `<path>.py`,
 * holding its byte code, and one for each other file that it opened, with its content. Only Pyodide itself can make the byte
 * code that Pyodide reads.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { loadPyodide } from "./pyodide.mjs";
import { ENVIRONMENT, ROOT, unpack } from "./start.mjs";

const WATCH = `
import sys
opened = set()
sys.addaudithook(lambda event, args: opened.add(args[0]) if event == "open" and isinstance(args[0], str) else None)
opened
`;

const COMPILE = `
import os, py_compile, sys
sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
made = {}
for module in list(sys.modules.values()):
    path = getattr(module, "__file__", None)
    # A frozen module says that it came from the archive.
    if path and path.endswith(".py") and path.startswith("/lib/") and os.path.isfile(path):
        out = py_compile.compile(
            path, "/tmp/one.pyc", doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
        )
        with open(out, "rb") as file:
            made[path] = file.read()
for path in opened:
    if path.startswith("/lib/") and not path.endswith((".py", ".pyc")) and os.path.isfile(path):
        with open(path, "rb") as file:
            made[path] = file.read()
made
`;

// Node itself would show the line in which it was thrown, which is all of Pyodide's script, and may show no more.
process.on("uncaughtException", (error) => {
  console.error(String(error?.message ?? error));
  process.exitCode = 1;
});

const [codePath, output, ...packs] = process.argv.slice(2);
const python = await loadPyodide({
  // As a path and not as a part of an address: a cache folder may have a space in its name, or a drive's letter.
  indexURL: fileURLToPath(new URL("./", import.meta.url)),
  packageBaseUrl: "./",
  // Sets of words are written in the order of their hashes: the same build gives the same bytes.
  env: { ...ENVIRONMENT, PYTHONHASHSEED: "0" },
  fsInit: async (/** @type {any} */ FS) => {
    for (const path of packs) unpack(FS, new Uint8Array(readFileSync(path)));
  },
});
const scope = python.toPy({});
scope.set("opened", python.runPython(WATCH));
await python.runPythonAsync(readFileSync(codePath, "utf8"));
const made = python.runPython(COMPILE, { globals: scope }).toJs();
const index = [];
const parts = [];
for (const [path, content] of Object.entries(made).sort(([one], [other]) => (one < other ? -1 : 1))) {
  index.push([path.slice(ROOT.length), content.length]);
  parts.push(content);
}
const head = new TextEncoder().encode(JSON.stringify(index));
const length = new Uint8Array(4);
new DataView(length.buffer).setUint32(0, head.length, true);
writeFileSync(output, Buffer.concat([length, head, ...parts]));
