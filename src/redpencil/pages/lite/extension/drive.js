/**
 * The files that Python writes. They lie in this browser, and the page writes them for it. When that fails, JupyterLite
 * gives no answer at all, and Python waits for one for ever: here it always gets one, and the reader is told.
 */

const WRITES = ["put", "mknod", "rename", "rmdir"];

/**
 * @param {any} Processor  JupyterLite's DriveContentsProcessor, which does what Python asks for
 * @param {() => void} failed  called when something could not be written
 */
export function answerAlways({prototype}, failed) {
  const process = prototype.processDriveRequest;
  /** @param {{method: string, path: string}} request */
  prototype.processDriveRequest = async function (request) {
    try {
      return await process.call(this, request);
    } catch (error) {
      console.warn(`${request.method} of ${request.path} failed.`, error);
      if (WRITES.includes(request.method)) failed();
      // What was done has no other answer than this one; of what was asked for it makes an error in Python.
      return null;
    }
  };
}
