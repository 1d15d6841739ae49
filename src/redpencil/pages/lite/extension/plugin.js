/** The JupyterLab plugin of a worksheet's page: it ties the bar to the notebook and its kernel. */

import {watch} from "./alive.js";
import {handIn, storedIn} from "./answers.js";
import {makeOffer} from "./bar.js";
import {answerAlways} from "./drive.js";
import {keep, keepTheBook, watchForOthers} from "./keeping.js";
import {nameParts} from "./names.js";
import {bar, chapter, file, isOpened, worksheet} from "./opening.js";
import {chosen, fetchingCode} from "./packages.js";
import {CHANNEL, inWords, isMessage, whyNot} from "./progress.js";

const RUNS_AGAIN = "Python runs again. Now run the box again: your answers come back.";
const OPENING = "Opening the exercise. It comes under the box.";
// Milliseconds that a reader who goes back to the chapter waits for the last save.
const WAIT_AT_MOST = 2000;
const TWICE = "This worksheet is open in another window too. Close one of them, and work in the other.";
const OPENS_IT = /\bwork_on\(/;
// Whoever has no keyboard needs none.
const READY = matchMedia("(pointer: coarse)").matches
  ? "Ready. Press “Run the box”: the exercise opens under it."
  : "Ready. Click the box with the code, then press Shift + Enter.";

/**
 * @param {any} notebook  JupyterLab's module @jupyterlab/notebook
 * @param {any} services  JupyterLite's module @jupyterlite/services
 */
export function makePlugin({INotebookTracker, NotebookActions}, {DriveContentsProcessor}) {
  return {
    id: "@red-pencil/worksheet:plugin",
    autoStart: true,
    requires: [INotebookTracker],
    /**
     * @param {any} _  JupyterLab itself
     * @param {any} tracker
     */
    activate(_, tracker) {
      /** @type {Page | undefined} */
      let page;
      // Before there is a notebook: JupyterLab draws one, and tells us of it a moment later.
      nameParts(document.body);
      answerAlways(DriveContentsProcessor, () => page?.notSaved());
      tracker.widgetAdded.connect((/** @type {unknown} */ _, /** @type {any} */ panel) => {
        page ??= new Page(panel, NotebookActions);
      });
    },
  };
}

/** What is said of one notebook, and done for it. */
class Page {
  /**
   * @param {any} panel  the notebook's widget
   * @param {any} actions  what JupyterLab does with notebooks
   */
  constructor(panel, actions) {
    this.panel = panel;
    this.actions = actions;
    this.session = panel.sessionContext;
    this.state = "starting";
    /** Whether it was said last that newer answers than the notebook's wait in this browser. */
    this.waits = false;
    /** @type {any} */
    this.kernel = null;
    this.stopWatching = () => {};
    this.startedBefore = false;
    this.save = async () => {};
    this.running = false;
    /** @type {boolean | undefined} how the box ended that was run last, in this Python */
    this.ended = undefined;
    bar.always.append(makeOffer({words: "Hand in", go: () => this.handIn(), name: "hand-in"}));
    bar.back.addEventListener("click", (event) => this.leave(event));
    this.showStart();
    watchForOthers(panel.context.path, (isAlone) => bar.tell(isAlone ? "" : TWICE));
    panel.context.ready.then(() => {
      isOpened();
      this.save = keep(panel.context, {saved: () => this.saved(), failed: () => this.notSaved()});
    });
    this.session.ready.catch((/** @type {unknown} */ error) => this.failed(String(error)));
    // JupyterLite rejects what waits for a kernel that did not start with the reason in words, and nobody hears of it.
    window.addEventListener("unhandledrejection", ({reason}) => {
      if (this.state === "starting" && typeof reason === "string") this.failed(reason);
    });
    this.session.statusChanged.connect((/** @type {unknown} */ _, /** @type {string} */ status) => this.follow(status));
    actions.executionScheduled.connect((/** @type {unknown} */ _, /** @type {any} */ {notebook}) => {
      if (notebook === panel.content) this.run();
    });
    actions.executed.connect((/** @type {unknown} */ _, /** @type {any} */ {notebook, success}) => {
      if (notebook === panel.content) this.ran(success);
    });
  }

  /** Show Python's start, from the messages of this page's worker: the first that is heard of while it starts. */
  showStart() {
    const channel = new BroadcastChannel(CHANNEL);
    let worker = "";
    this.state = "starting";
    bar.say("Starting Python");
    bar.atWork(null);
    channel.onmessage = ({data}) => {
      if (this.state !== "starting") return channel.close();
      if (!isMessage(data)) return;
      const over = data.stage === "ready" || data.stage === "failed";
      if (!worker && !over) worker = data.worker;
      // Another window of this site may start its own.
      if (data.worker !== worker) return;
      if (data.stage === "failed") return this.failed(data.reason ?? "");
      const {words, amount, share} = inWords(data);
      bar.say(words);
      bar.atWork(share, amount);
    };
  }

  /**
   * The kernel's state changed. It is followed from when it answers; a restart ends what was there.
   *
   * @param {string} status
   */
  async follow(status) {
    if (status.endsWith("restarting")) {
      this.stopWatching();
      this.kernel = null;
      this.running = false;
      this.ended = undefined;
      return this.showStart();
    }
    const kernel = this.session.session?.kernel ?? null;
    if (!kernel || kernel === this.kernel || !["idle", "busy"].includes(status)) return;
    this.kernel = kernel;
    let trouble = "";
    try {
      this.stopWatching = await watch(kernel, () => this.died());
      trouble = await this.fetchPackages(kernel);
    } catch (error) {
      return this.failed(String(error));
    }
    const before = this.startedBefore;
    this.startedBefore = true;
    this.state = "ready";
    delete bar.element.dataset.python;
    if (!before) keepTheBook();
    if (this.running) return this.run();
    if (this.ended !== undefined) return this.ran(this.ended);
    bar.atWork(undefined);
    bar.say(trouble || (before ? RUNS_AGAIN : READY), [this.runOffer()]);
  }

  runOffer() {
    return {words: "Run the box", go: () => this.runTheBox(), name: "run"};
  }

  insteadOffers() {
    return [
      {words: "Do it on its page", go: chapter},
      {words: "Try again", go: () => location.reload()},
    ];
  }

  againOffer() {
    return {words: "Start it again", go: () => this.restart(), name: "restart"};
  }

  /**
   * Fetch what the reader said yes to. Returns what to say if that could not be done.
   *
   * @param {any} kernel
   */
  async fetchPackages(kernel) {
    const code = await fetchingCode();
    if (!code) return "";
    bar.say(`Fetching ${chosen().join(", ")}`);
    bar.atWork(null);
    const reply = await kernel.requestExecute({code, silent: true, store_history: false}).done;
    if (reply.content.status === "ok") return "";
    console.warn(reply.content.evalue);
    return `Not everything could be fetched: ${chosen().join(", ")}. Are you online? What does not need it works.`;
  }

  runTheBox() {
    const cells = this.panel.content.widgets;
    const codes = cells.filter((/** @type {any} */ cell) => cell.model.type === "code");
    const box = codes.find((/** @type {any} */ cell) => OPENS_IT.test(cell.model.sharedModel.source)) ?? codes[0];
    if (!box) return;
    this.panel.content.activeCellIndex = cells.indexOf(box);
    // Who pressed the button by key goes on at the box: the exercise comes next.
    box.node.focus({preventScroll: true});
    this.actions.run(this.panel.content, this.session);
    box.node.scrollIntoView({block: "start"});
  }

  /** A box was run, by whatever key or button; Python may still be starting. */
  run() {
    this.running = true;
    if (this.state !== "ready") return;
    bar.say(OPENING);
    bar.atWork(null);
  }

  /** @param {boolean} success */
  ran(success) {
    this.running = false;
    this.ended = success;
    if (this.state !== "ready") return;
    bar.atWork(undefined);
    if (!success) return bar.say("The box stopped with a message, which stands below it.", [this.runOffer()]);
    const stored = storedIn(this.panel.context.model.toJSON(), worksheet?.exercise);
    bar.say(stored ? "The exercise is open, under the box." : "");
  }

  saved() {
    const now = new Date().toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit"});
    if (this.state === "ready" && bar.progress.hidden) bar.atWork(undefined, `Saved at ${now}`);
  }

  notSaved() {
    const words = "The notebook could not be saved in this browser. Press “Hand in” now, so that you have it as a file.";
    // What has to be done all the same can still be done.
    const offers = this.state === "died" ? [this.againOffer()] : this.state === "failed" ? this.insteadOffers() : [];
    bar.say(words, offers);
  }

  /** @param {string} reason */
  failed(reason) {
    if (this.state === "failed") return;
    this.state = "failed";
    console.warn(reason);
    bar.atWork(undefined);
    const instead = "You need no Python for the exercise: on its page you can read, mark and hand in.";
    bar.say(`Python could not start. ${whyNot(reason)} ${instead}`, this.insteadOffers());
  }

  died() {
    this.state = "died";
    // JupyterLab goes on to call it busy; the exercise asks here first.
    bar.element.dataset.python = "dead";
    bar.atWork(undefined);
    this.running = false;
    this.ended = undefined;
    bar.say("Python stopped. Your marks are kept.", [this.againOffer()]);
  }

  async restart() {
    this.stopWatching();
    try {
      await this.session.restartKernel();
    } catch (error) {
      this.failed(String(error));
    }
  }

  async handIn() {
    const kernel = this.state === "ready" ? this.kernel : null;
    const run = ["died", "failed"].includes(this.state) ? "Start Python again and run the box" : undefined;
    const how = {run, again: this.waits};
    const {words, runFirst, wait} = await handIn(
      {model: this.panel.context.model, save: () => this.save()},
      kernel,
      file,
      worksheet?.exercise,
      how,
    );
    this.waits = wait;
    // Without Python there is more to be done than to hand in, whatever became of that.
    if (this.state === "failed") return bar.say(words, this.insteadOffers());
    if (this.state === "died") return bar.say(words, [this.againOffer()]);
    bar.say(words, runFirst && this.state === "ready" ? [this.runOffer()] : []);
  }

  /** @param {MouseEvent} event */
  async leave(event) {
    // Who opens the chapter beside the worksheet stays here.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    await Promise.race([this.save(), new Promise((done) => setTimeout(done, WAIT_AT_MOST))]);
    location.href = chapter;
  }
}
