/** What a browser must have before a worksheet is worth loading, tried and not guessed where that can be done. */

// Gigabytes, as browsers round them: Python with a notebook around it was seen to take some hundreds of megabytes.
const MEMORY_AT_LEAST = 2;
const SECONDS_FOR_STORAGE = 5;

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
  if (!(await hasStorage())) {
    return {
      what:
        "This browser does not let the page keep files, so the notebook would be gone when you close it. " +
        "It may be a private window.",
      anyway: true,
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

/** Whether a database can be opened: some browsers have them, and refuse in a private window. */
function hasStorage() {
  return new Promise((done) => {
    setTimeout(() => done(false), 1000 * SECONDS_FOR_STORAGE);
    try {
      const name = "red-pencil-check";
      const asked = indexedDB.open(name);
      asked.onerror = () => done(false);
      asked.onsuccess = () => {
        asked.result.close();
        indexedDB.deleteDatabase(name);
        done(true);
      };
    } catch {
      done(false);
    }
  });
}
