/**
 * Whether the kernel's worker is still there.
 *
 * A worker that works cannot answer, and one that is gone does not say so. But a lock that it holds is let go when it
 * ends, whatever ended it, and by Pyodide when Python fails for good.
 */

/**
 * @param {any} kernel  JupyterLab's connection to a kernel that has started
 * @param {() => void} died  called once when it is gone, though nobody ended it
 */
export function watch(kernel, died) {
  let told = false;
  function tell() {
    if (told || kernel.isDisposed) return;
    told = true;
    died();
  }
  kernel.statusChanged.connect((/** @type {unknown} */ _, /** @type {string} */ status) => status === "dead" && tell());
  // Only a secure page has locks.
  if (!navigator.locks) return () => (told = true);
  const name = `red-pencil-kernel-${crypto.randomUUID()}`;
  // It is taken where Python runs, and "held" is said when it is, so that nothing is concluded from one never taken.
  const script = `() => {
    let gone;
    const over = new Promise((done) => (gone = done));
    navigator.locks.request(${JSON.stringify(name)}, () => {
      const channel = new BroadcastChannel(${JSON.stringify(name)});
      channel.postMessage("held");
      channel.close();
      return over;
    });
    return gone;
  }`;
  const channel = new BroadcastChannel(name);
  channel.onmessage = () => {
    channel.close();
    navigator.locks.request(name, tell);
  };
  const code = `__import__("pyodide_js")._api.on_fatal = __import__("pyodide.code").code.run_js(${JSON.stringify(script)})()`;
  kernel.requestExecute({code, silent: true, store_history: false});
  return () => (told = true);
}
