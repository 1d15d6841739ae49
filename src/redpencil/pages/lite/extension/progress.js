/** What is shown of Python's start: the messages that the kernel's worker sends, in words. */

export const CHANNEL = "red-pencil-start";

/**
 * @typedef {{redpencil: 1, worker: string, stage: "python" | "packages" | "kit" | "ready" | "failed", loaded?: number,
 *   total?: number, reason?: string}} Message  `loaded` and `total` are bytes of all that is fetched
 */

/**
 * @param {unknown} data  as it came from another window or worker
 * @returns {data is Message}
 */
export function isMessage(data) {
  if (typeof data !== "object" || data === null) return false;
  const row = /** @type {Record<string, unknown>} */ (data);
  return row.redpencil === 1 && typeof row.worker === "string" && typeof row.stage === "string";
}

/**
 * What to say, the amount in words, and the share from 0 to 1, or null where it is not known. Few sentences, because
 * each new one is read aloud to whoever listens.
 *
 * @param {Message} message
 * @returns {{words: string, amount: string, share: number | null}}
 */
export function inWords({stage, loaded = 0, total = 0}) {
  if (!(loaded < total)) {
    // Between “ready” and a kernel that answers is a second more, which belongs to the exercise too.
    const words = stage === "kit" || stage === "ready" ? "Getting the exercise ready" : "Starting Python";
    return {words, amount: "", share: null};
  }
  const all = Math.max(1, Math.round(total / 1e6));
  // What is under way is never told as done, nor as more than all.
  return {words: "Getting Python", amount: `${Math.min(all, Math.floor(loaded / 1e6))} of ${all} MB`, share: loaded / total};
}

/**
 * Why Python did not start, as far as that is to be seen, in plain words.
 *
 * @param {string} reason  what was thrown, for a programmer
 */
export function whyNot(reason) {
  if (!navigator.onLine) return "You are offline, and not all of Python was fetched before.";
  if (/fetch|network|load|import/i.test(reason)) return "A file of it could not be fetched. Is the connection still there?";
  if (/memory|alloc/i.test(reason)) return "This device has too little memory free. Close other windows, then try again.";
  return "Something in it went wrong.";
}
