/**
 * How Python starts in a notebook of the site: in place of Pyodide's own module, with the same `loadPyodide`.
 *
 * It runs in the kernel's worker. All files are fetched side by side, and told of on a channel as they come. The
 * packages come in packs, byte-compiled, in the place of a wheel each; so does what Python itself needs to start. The
 * rest of it all (sources, what is seldom imported) follows when Python is ready, or at once when an import needs it.
 *
 * What is fetched is written down here when the site is built; nothing in this folder ever changes under its name.
 */

/**
 * @typedef {{name: string, size: number}} File_  a file beside this one, and its bytes as they are fetched
 * @typedef {{core: File_[], packs: File_[], later: File_, lock: string, packages: string[], imports: string}} Files
 */

/** @type {Files} */
const FILES = JSON.parse('"written when the site is built"');

/** Where Python's library is, for packs: their paths begin here. */
export const ROOT = "/lib/";
/** Pyodide looks for its own library in a zip archive alone; in the packs it is plain files, and this is where. */
export const ENVIRONMENT = { HOME: "/home/pyodide", PYTHONPATH: "/lib/python3.14" };
const CHANNEL = "red-pencil-start";
/** A zip archive with nothing in it, for the place of that one. */
const EMPTY_ZIP = `data:application/zip;base64,${btoa(`PK\x05\x06${"\0".repeat(18)}`)}`;
const WASM = "pyodide.asm.wasm";
const GLUE = "pyodide.asm.mjs";
/** Milliseconds: what has been fetched is told this often at most, and the rest is fetched this long after the start. */
const TOLD_EVERY = 100;
const A_WHILE = 3000;

/** @param {string} name */
const beside = (name) => new URL(name, import.meta.url).href;

/**
 * Put the files of a pack into Pyodide's file system, without copying their bytes.
 *
 * A pack is the length of its index (four bytes, the lowest first), the index, and the bytes of all files in its order.
 * The index is JSON: a path below `/lib/` and a number of bytes for each file.
 *
 * @param {any} FS  Emscripten's
 * @param {Uint8Array} pack
 */
export function unpack(FS, pack) {
  const length = new DataView(pack.buffer, pack.byteOffset).getUint32(0, true);
  /** @type {[string, number][]} */
  const index = JSON.parse(new TextDecoder().decode(pack.subarray(4, 4 + length)));
  let at = 4 + length;
  const made = new Set();
  for (const [path, size] of index) {
    const folder = ROOT + path.slice(0, path.lastIndexOf("/"));
    if (!made.has(folder)) {
      FS.mkdirTree(folder);
      made.add(folder);
    }
    FS.writeFile(ROOT + path, pack.subarray(at, at + size), { canOwn: true });
    at += size;
  }
}

/** What has come of all that has to, told on the channel. */
class Progress {
  constructor() {
    this.channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
    this.worker = Math.random().toString(36).slice(2);
    this.stage = "python";
    this.loaded = 0;
    this.total = [...FILES.core, ...FILES.packs].reduce((sum, file) => sum + file.size, 0);
    this.told = 0;
  }

  /** @param {number} bytes */
  came(bytes) {
    this.loaded = Math.min(this.loaded + bytes, this.total);
    if (performance.now() - this.told >= TOLD_EVERY) this.tell(this.stage);
  }

  /**
   * @param {string} stage
   * @param {{reason?: string}} [more]
   */
  tell(stage, more = {}) {
    this.stage = stage;
    this.told = performance.now();
    const { worker, loaded, total } = this;
    this.channel?.postMessage({ redpencil: 1, worker, stage, loaded, total, ...more });
    if (stage === "ready" || stage === "failed") this.channel?.close();
  }
}

/**
 * @param {string} name
 * @param {RequestInit} [how]
 */
async function ask(name, how = {}) {
  const response = await fetch(beside(name), { credentials: "same-origin", ...how });
  if (!response.ok) throw new Error(`${name} could not be fetched: ${response.status} ${response.statusText}`);
  return response;
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {Progress} progress
 */
async function count(stream, progress) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    progress.came(value.length);
  }
}

/**
 * A pack's bytes, unpacked from its gzip.
 * @param {File_} file
 * @param {Progress | null} progress
 * @param {RequestInit} [how]
 */
async function fetchPack(file, progress, how = {}) {
  const response = await ask(file.name, how);
  if (!response.body) throw new Error(`${file.name} is empty`);
  const counting = new TransformStream({
    transform(chunk, controller) {
      progress?.came(chunk.length);
      controller.enqueue(chunk);
    },
  });
  const bytes = response.body.pipeThrough(counting).pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(bytes).arrayBuffer());
}

/**
 * Answer Pyodide's own request for its WebAssembly with the response that is being counted already. It stays the
 * browser's own response, so that the compiled code can be kept with it.
 *
 * @param {Progress} progress
 * @returns {{restore: () => void, whole: Promise<void>}}  `whole` rejects if not all of it comes
 */
function fetchWasm(progress) {
  const address = beside(WASM);
  let counting = Promise.resolve();
  const answer = ask(WASM).then((response) => {
    const counted = response.clone().body;
    if (counted) counting = count(counted, progress);
    return response;
  });
  const whole = answer.then(() => counting);
  whole.catch(() => {});
  const real = globalThis.fetch;
  globalThis.fetch = (asked, ...rest) =>
    String(asked instanceof Request ? asked.url : asked) === address ? answer : real.call(globalThis, asked, ...rest);
  const restore = () => {
    globalThis.fetch = real;
  };
  return { restore, whole };
}

/** @param {Progress} progress */
async function importGlue(progress) {
  const glue = await import(/* webpackIgnore: true */ beside(GLUE));
  progress.came(FILES.core.find(({ name }) => name === GLUE)?.size ?? 0);
  return glue.default;
}

/** The finder of last resort while the rest has not come: an import that needs it fetches it, and waits. */
const FINDER = `
import importlib, importlib.machinery, sys, zlib

class Later:
    """Fetches the rest of the packages when a module of it is imported."""

    def __init__(self, names, fetch, unpack):
        self.names, self.fetch, self.unpack = frozenset(names), fetch, unpack

    def find_spec(self, name, path=None, target=None):
        if self.names and name in self.names:
            self.put(zlib.decompress(self.fetch().to_bytes(), 31))
            return importlib.machinery.PathFinder.find_spec(name, path, target)
        return None

    def put(self, pack):
        if self.names:
            self.names = frozenset()
            self.unpack(pack)
            importlib.invalidate_caches()
            if self in sys.meta_path:
                sys.meta_path.remove(self)

def later(fetch, unpack):
    with open("/lib/red-pencil/later.txt", encoding="utf-8") as file:
        finder = Later(file.read().split(), fetch, unpack)
    sys.meta_path.append(finder)
    return finder

later
`;

/**
 * See to it that the rest comes: in a while, or when it is needed.
 * @param {any} python
 */
function bringLater(python) {
  const scope = python.toPy({});
  const make = python.runPython(FINDER, { globals: scope });
  /** In a worker a request may be waited for; a page could not. */
  const now = () => {
    const request = new XMLHttpRequest();
    request.open("GET", beside(FILES.later.name), false);
    request.responseType = "arraybuffer";
    request.send();
    if (request.status !== 200) throw new Error(`${FILES.later.name} could not be fetched: ${request.status}`);
    return new Uint8Array(request.response);
  };
  /** @param {any} pack */
  const put = (pack) => {
    const bytes = pack instanceof Uint8Array ? pack : pack.toJs();
    unpack(python.FS, bytes);
  };
  const finder = make(now, put);
  make.destroy();
  scope.destroy();
  // A reader who asked to save data gets it when an import needs it.
  const { saveData } = /** @type {any} */ (navigator).connection ?? {};
  if (saveData) return;
  setTimeout(async () => {
    try {
      const pack = await fetchPack(FILES.later, null, /** @type {RequestInit} */ ({ priority: "low" }));
      if (finder.names.length) finder.put(pack);
    } catch {
      // An import that needs it will ask again, and say what is wrong.
    }
  }, A_WHILE);
}

/**
 * Pyodide's own `loadPyodide`, with all packages of the notebooks there already.
 * @param {Record<string, any>} [options]  Pyodide's own; `packages` that are in the packs are not loaded again
 */
export async function loadPyodide(options = {}) {
  const progress = new Progress();
  progress.tell("python");
  const { restore, whole } = fetchWasm(progress);
  try {
    const core = import(/* webpackIgnore: true */ beside("pyodide.mjs"));
    const glue = importGlue(progress);
    const packs = Promise.all(FILES.packs.map((file) => fetchPack(file, progress)));
    packs.then(() => progress.stage === "python" && progress.tell("packages")).catch(() => {});
    // What fails first is thrown below, where it is waited for.
    for (const one of [glue, packs]) one.catch(() => {});
    const { loadPyodide: load } = await core;
    // Pyodide waits for ever for what does not come whole, as when the network is cut in the middle.
    const broken = new Promise((_, reject) => {
      for (const one of [whole, packs]) one.catch(reject);
    });
    broken.catch(() => {});
    const started = load({
      ...options,
      indexURL: beside("./"),
      env: { ...ENVIRONMENT, ...options.env },
      packages: [],
      lockFileURL: beside(FILES.lock),
      stdLibURL: EMPTY_ZIP,
      createPyodideModule: await glue,
      fsInit: async (/** @type {any} */ FS, /** @type {any} */ info) => {
        for (const pack of await packs) unpack(FS, pack);
        await options.fsInit?.(FS, info);
      },
    });
    const python = await Promise.race([started, broken]);
    restore();
    for (const name of FILES.packages) python.loadedPackages[name] = "default channel";
    bringLater(python);
    progress.tell("kit");
    const scope = python.toPy({});
    python.runPython(FILES.imports, { globals: scope });
    scope.destroy();
    const others = [options.packages ?? []].flat().filter((name) => !FILES.packages.includes(name));
    if (others.length) await python.loadPackage(others);
    progress.loaded = progress.total;
    progress.tell("ready");
    return python;
  } catch (error) {
    progress.tell("failed", { reason: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    restore();
  }
}
