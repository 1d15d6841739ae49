/** @typedef {import("./hand_in.js").HandIn} HandIn */
import { kindOf, rowOf } from "./between.js";
import { copyOfControls } from "./dom.js";

/** Offer what is kept of other versions of the exercise above the first part, once. @param {HandIn} handIn */
export function offerOlder(handIn) {
  const { exercise, root, session } = handIn;
  const { data } = session.model;
  // A notebook's are offered in the notebook; what fits this version, by other.js. The browser's name of an earlier version
  // whose answers fit, but which was not taken up, has no part more than that.
  const isForFile = (/** @type {string} */ name) =>
    name.startsWith("redpencil-notebook") === (session.carrier !== null) && !(kindOf(name, data)?.isSetAside && rowOf(name, data));
  if (session.older.length === 0 || exercise.querySelector(".rp-older")) return;
  root.parentElement?.prepend(...session.older.filter(isForFile).map((name) => offerOf(name, handIn)));
}

/**
 * What is kept of another version of the exercise, to be saved as a file and then removed.
 * @param {string} name under which the browser keeps it
 * @param {HandIn} handIn
 */
function offerOf(name, handIn) {
  const { session } = handIn;
  const { whole, parts } = copyOfControls(handIn.exercise, "older");
  const { content, day } = asFile(window.localStorage.getItem(name) ?? "");
  parts.day.textContent = day && ` of ${day}`;
  parts.write.onclick = () => {
    handIn.download("older.redpencil.json", content);
    parts.removal.hidden = false;
  };
  parts.removal.onclick = () => {
    window.localStorage.removeItem(name);
    session.forget(name);
    handIn.parts.save.focus();
  };
  // Every element of the exercise shows it, until one of them removes it.
  const stop = session.model.listen(() => {
    if (session.older.includes(name)) return;
    whole.remove();
    stop();
  });
  return whole;
}

/** What a file holds, and the day when it was kept; what cannot be read goes into one as it is. @param {string} kept */
function asFile(kept) {
  try {
    const { redpencil, exercise, exercise_version, student, answers, hints, saved_at } = JSON.parse(kept);
    const row = { redpencil, exercise, exercise_version, student, answers, hints, saved_at };
    return { content: JSON.stringify(row, null, 1), day: String(saved_at ?? "").slice(0, 10) };
  } catch {
    return { content: kept, day: "" };
  }
}
