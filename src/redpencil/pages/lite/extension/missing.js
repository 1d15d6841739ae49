/** What a browser must have before a worksheet is worth loading, tried and not guessed where that can be done. */

// Gigabytes, as browsers round them: Python with a notebook around it was seen to take some hundreds of megabytes.
const MEMORY_AT_LEAST = 2;
const SECONDS_FOR_STORAGE = 5;
// Bytes, as a worksheet with all its answers takes them.
const ROOM = 300_000;

/**
 * @typedef {{what: string, anyway: boolean}} Missing  in a sentence or two; `anyway` where it may be tried all the same
 */

/** @returns {Promise<Missing | undefined>} what is missing first, if anything */
export async function whatIsMissing() {
  if (typeof WebAssembly !== "object" || typeof WebAssembly.instantiate !== "function") {
    return {
      what: "This browser has no WebAssembly, and Python needs it. On a school’s computer it may be switched off.",
      anyway: false,
    };
  }
  if (!hasModuleWorkers()) {
    return {what: "This browser is too old for Python in a page. A newer one can do it.", anyway: false};
  }
  const storage = await tryStorage();
  if (storage === "full") {
    return {
      what:
        "This browser has no room left to keep the notebook. Make room on the device, or remove what other sites " +
        "keep in this browser, and then load this page again.",
      anyway: false,
    };
  }
  if (storage === "refused") {
    return {
      what:
        "This browser does not let the page keep files, so the notebook would be gone when you close it. " +
        "It may be a private window.",
      // JupyterLite keeps its files there where it has no database, and does not open a notebook without either.
      anyway: hasSmallStorage(),
    };
  }
  const memory = /** @type {{deviceMemory?: number}} */ (navigator).deviceMemory;
  if (memory !== undefined && memory < MEMORY_AT_LEAST) {
    return {
      what: `This device has about ${memory} GB of memory. Python may stop in the middle, or make it very slow.`,
      anyway: true,
    };
  }
  return undefined;
}

function hasModuleWorkers() {
  let asked = false;
  const options = {
    get type() {
      asked = true;
      return /** @type {"module"} */ ("module");
    },
  };
  try {
    const address = URL.createObjectURL(new Blob([""], {type: "text/javascript"}));
    new Worker(address, options).terminate();
    URL.revokeObjectURL(address);
  } catch {
    return false;
  }
  return asked;
}

/** Whether there is storage of the simplest kind, for some megabytes. */
function hasSmallStorage() {
  try {
    const name = "red-pencil-check";
    localStorage.setItem(name, name);
    localStorage.removeItem(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * What becomes of a file put into a database: some browsers have them, and refuse in a private window.
 *
 * @returns {Promise<"works" | "refused" | "full">}
 */
function tryStorage() {
  return new Promise((done) => {
    setTimeout(() => done("refused"), 1000 * SECONDS_FOR_STORAGE);
    try {
      const name = "red-pencil-room-check";
      const asked = indexedDB.open(name);
      asked.onupgradeneeded = () => asked.result.createObjectStore(name);
      asked.onerror = () => done(asked.error?.name === "QuotaExceededError" ? "full" : "refused");
      asked.onsuccess = () => {
        const base = asked.result;
        /** @param {"works" | "refused" | "full"} found */
        const end = (found) => {
          base.close();
          indexedDB.deleteDatabase(name);
          done(found);
        };
        try {
          const writing = base.transaction(name, "readwrite");
          writing.objectStore(name).put(new Uint8Array(ROOM), name);
          writing.oncomplete = () => end("works");
          writing.onabort = () => end(writing.error?.name === "QuotaExceededError" ? "full" : "refused");
        } catch {
          end("refused");
        }
      };
    } catch {
      done("refused");
    }
  });
}
