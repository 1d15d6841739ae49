/**
 * Packages that the site cannot have, because no registry hands them out for the browser: pandas, and what it needs.
 *
 * Pyodide's makers have them. That is another host, and the site asks none unless the reader says so: which packages,
 * from where, and what else can be done is said before Python starts, and they are fetched after a yes alone, each held
 * against its SHA-256.
 */

/**
 * @typedef {{name: string, depends: string[], imports: string[], file_name: string, sha256: string}} Package
 * @typedef {{url: string, packages: Record<string, Package>}} Table  `file_name` is below `url`
 * @typedef {{cells?: {cell_type?: string, source?: string | string[]}[]}} Notebook
 */

const IMPORT = /^[ \t]*(?:from|import)[ \t]+(\w+)/gm;
// Of a widget: the answers as a frame.
const FRAME = /\.to_frame\(/;

/** @type {string[]} names of packages that the reader said yes to */
let wanted = [];

/** @returns {Promise<Table>} */
async function table() {
  return (await fetch(new URL("packages.json", import.meta.url))).json();
}

/**
 * The names of those packages that a notebook's code imports, as far as that is to be seen.
 *
 * @param {Notebook | null} notebook
 * @returns {Promise<string[]>}
 */
export async function packagesNeeded(notebook) {
  const code = (notebook?.cells ?? [])
    .filter((cell) => cell.cell_type === "code")
    .map(({source = ""}) => (typeof source === "string" ? source : source.join("")));
  const imported = new Set(code.flatMap((text) => [...text.matchAll(IMPORT)].map((found) => found[1] ?? "")));
  if (code.some((text) => FRAME.test(text))) imported.add("pandas");
  imported.delete("redpencil");
  if (!imported.size) return [];
  const {packages} = await table();
  return Object.keys(packages).filter((name) => packages[name]?.imports.some((one) => imported.has(one)));
}

/**
 * Say what a notebook needs, and ask whether it may be fetched. No is the first answer, and the one that is taken.
 *
 * @param {string[]} names
 * @param {(heading: string, paragraphs: string[], offers: import("./bar.js").Offer[], goOn: string) => Promise<void>} ask
 */
export async function sayWhatIsNeeded(names, ask) {
  const {url, packages} = await table();
  const all = withWhatTheyNeed(names, packages);
  const listed = names.join(", ");
  const host = new URL(url).host;
  wanted = names;
  const answer = ask(
    `This notebook needs ${listed}`,
    [
      `This site does not have ${listed}. It can be fetched from ${host}, where the makers of Pyodide keep it: ` +
        `${all.length} files (${all.join(", ")}), several megabytes. You have to be online for it.`,
      `${host} then learns your internet address, as with any page that you open. Your answers are not sent there.`,
      "Without it you can open the notebook too: everything works up to the box that needs it.",
      "On your own computer nothing has to be fetched from there: redpencil lab opens the notebook.",
    ],
    [{words: "Open it and fetch nothing", go: () => void (wanted = [])}],
    `Open it and fetch ${listed}`,
  );
  await answer;
}

/**
 * @param {string[]} names
 * @param {Record<string, Package>} packages
 */
function withWhatTheyNeed(names, packages) {
  const all = new Set(names);
  for (const name of all) for (const other of packages[name]?.depends ?? []) if (other in packages) all.add(other);
  return [...all].sort();
}

/**
 * Python code that fetches what the reader said yes to; "" if there is nothing.
 *
 * @returns {Promise<string>}
 */
export async function fetchingCode() {
  if (!wanted.length) return "";
  const {url, packages} = await table();
  const entries = withWhatTheyNeed(wanted, packages).map((name) => {
    const one = /** @type {Package} */ (packages[name]);
    return {...one, file_name: new URL(one.file_name, url).href};
  });
  const script = `async (api, entries, load) => {
    for (const one of JSON.parse(entries)) {
      if (one.name in api.lockfile_packages) continue;
      api.lockfile_packages[one.name] = one;
      for (const name of one.imports) api._import_name_to_package_name.set(name, one.name);
    }
    await load(JSON.parse(entries).map((one) => one.name));
  }`;
  const js = '__import__("pyodide_js")';
  const run = `__import__("pyodide.code").code.run_js(${JSON.stringify(script)})`;
  return `await ${run}(${js}._api, ${JSON.stringify(JSON.stringify(entries))}, ${js}.loadPackage)`;
}

/** @returns {string[]} */
export function chosen() {
  return wanted;
}
