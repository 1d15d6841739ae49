/**
 * Whether the kernel's worker is still there.
 *
 * A worker that works cannot answer, and one that is gone does not say so. But a lock that it holds is let go when it
 * ends, whatever ended it, and by Pyodide when Python fails for good.
 */

/**
 * Watch a kernel from when it first answers. Rejects if it does not answer as it should.
 *
 * @param {any} kernel  JupyterLab's connection to it
 * @param {() => void} died  called once when it is gone, though nobody ended it
 * @returns {Promise<() => void>} a function that ends the watch
 */
export async function watch(kernel, died) {
  let over = false;
  function tell() {
    if (over || kernel.isDisposed) return;
    over = true;
    died();
  }
  kernel.statusChanged.connect((/** @type {unknown} */ _, /** @type {string} */ status) => status === "dead" && tell());
  // Only a secure page has locks.
  const code = navigator.locks ? lockingCode(tell) : "pass";
  const reply = await kernel.requestExecute({code, silent: true, store_history: false}).done;
  if (reply.content.status !== "ok") throw new Error(reply.content.evalue);
  return () => void (over = true);
}

/**
 * Python code that takes a lock in the worker, and lets it go when Python fails for good.
 *
 * @param {() => void} letGo  called when it is free again
 */
function lockingCode(letGo) {
  const name = `red-pencil-kernel-${crypto.randomUUID()}`;
  const script = `() => {
    let fail;
    const over = new Promise((done) => (fail = done));
    navigator.locks.request(${JSON.stringify(name)}, () => {
      const channel = new BroadcastChannel(${JSON.stringify(name)});
      channel.postMessage("held");
      channel.close();
      return over;
    });
    return fail;
  }`;
  // Waited for only when it is held: nothing is concluded from a lock that was never taken.
  const channel = new BroadcastChannel(name);
  channel.onmessage = () => {
    channel.close();
    navigator.locks.request(name, letGo);
  };
  const run = `__import__("pyodide.code").code.run_js(${JSON.stringify(script)})()`;
  return `__import__("pyodide_js")._api.on_fatal = ${run}`;
}
