/**
 * What JupyterLite loads as an extension: a container as Module Federation has them, written by hand. JupyterLab's own
 * modules are taken from the scope that it shares; the rest is plain modules beside this file.
 */
(() => {
  const place = new URL(".", /** @type {HTMLScriptElement} */ (document.currentScript).src);
  /** @type {Record<string, Record<string, {get: () => Promise<() => any>}>>} */
  let shared = {};

  /** @param {string} name */
  async function take(name) {
    const [only] = Object.values(shared[name] ?? {});
    if (!only) throw new Error(`JupyterLite shares no ${name}`);
    return (await only.get())();
  }

  const global = /** @type {any} */ (globalThis);
  global._JUPYTERLAB ??= {};
  global._JUPYTERLAB["@red-pencil/worksheet"] = {
    /** @param {typeof shared} scope */
    init(scope) {
      shared = scope;
    },
    async get() {
      const {makePlugin} = await import(new URL("plugin.js", place).href);
      const plugin = makePlugin(await take("@jupyterlab/notebook"), await take("@jupyterlite/services"));
      return () => ({__esModule: true, default: plugin});
    },
  };
})();
