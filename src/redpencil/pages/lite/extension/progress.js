/** What is shown of Python's start: the messages that the kernel's worker sends, in words. */

export const CHANNEL = "red-pencil-start";

/**
 * @typedef {{redpencil: 1, worker: string, stage: "python" | "packages" | "kit" | "ready" | "failed", loaded?: number,
 *   total?: number, reason?: string}} Message  `loaded` and `total` are bytes of all that is fetched
 */

const WORDS = {
  python: "Getting Python",
  packages: "Getting Python’s packages",
  kit: "Getting the exercise ready",
};

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
 * What to say, the amount in words, and the share from 0 to 1, or null where it is not known.
 *
 * @param {Message} message
 * @returns {{words: string, amount: string, share: number | null}}
 */
export function inWords({stage, loaded = 0, total = 0}) {
  if (!(total > 0) || loaded >= total || !(stage in WORDS)) {
    return {words: "Starting Python", amount: "", share: null};
  }
  const words = WORDS[/** @type {keyof typeof WORDS} */ (stage)];
  // The first figure is never larger than the second, and a download under way is never told as done.
  const all = Math.max(1, Math.round(total / 1e6));
  const amount = `${Math.min(all, Math.floor(loaded / 1e6))} of ${all} MB`;
  return {words, amount, share: loaded / total};
}
