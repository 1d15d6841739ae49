/** The JupyterLab plugin of a worksheet's page: it ties the bar to the notebook and its kernel. */

import {watch} from "./alive.js";
import {handIn, storedIn} from "./answers.js";
import {makeOffer} from "./bar.js";
import {keep} from "./keeping.js";
import {bar, chapter, file, worksheet} from "./opening.js";
import {chosen, fetchingCode} from "./packages.js";
import {CHANNEL, inWords, isMessage} from "./progress.js";

const HAND_IN = "red-pencil:hand-in";
const OPENS_IT = /\bwork_on\(/;
const READY = "Ready. Click the box with the code, then press Shift + Enter.";

/**
 * @param {any} notebook  JupyterLab's module @jupyterlab/notebook
 */
export function makePlugin({INotebookTracker, NotebookActions}) {
  return {
    id: "@red-pencil/worksheet:plugin",
    autoStart: true,
    requires: [INotebookTracker],
    /**
     * @param {any} app
     * @param {any} tracker
     */
    activate(app, tracker) {
      /** @type {Page | undefined} */
      let page;
      app.commands.addCommand(HAND_IN, {
        label: "Hand in",
        caption: "Save the notebook and download it, with your answers in it",
        execute: () => page?.handIn(),
      });
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
    /** @type {any} */
    this.kernel = null;
    /** @type {() => unknown} */
    this.stopWatching = () => {};
    this.save = async () => {};
    bar.always.append(makeOffer({words: "Hand in", go: () => this.handIn(), name: "hand-in"}));
    bar.back.addEventListener("click", (event) => this.leave(event));
    this.showStart();
    panel.context.ready.then(() => {
      this.save = keep(panel.context, {saved: () => this.saved(), failed: () => this.notSaved()});
    });
    this.session.ready.then(
      () => this.follow(),
      () => this.failed(""),
    );
    this.session.kernelChanged.connect(() => this.follow());
    this.session.statusChanged.connect(() => this.follow());
    actions.executed.connect((/** @type {unknown} */ _, /** @type {any} */ {notebook, success}) => {
      if (notebook === panel.content && success && this.state === "ready") this.opened();
    });
  }

  /** Show Python's start, from the messages of this page's worker: the first that is heard of while it starts. */
  showStart() {
    const channel = new BroadcastChannel(CHANNEL);
    let worker = "";
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

  /** A kernel is there, or another one: say so when it answers. */
  async follow() {
    const kernel = this.session.session?.kernel ?? null;
    if (!kernel || kernel === this.kernel || this.state === "failed") return;
    this.kernel = kernel;
    try {
      await kernel.info;
    } catch {
      return;
    }
    this.started(kernel);
  }

  /** @param {any} kernel */
  async started(kernel) {
    this.stopWatching();
    this.stopWatching = watch(kernel, () => this.died());
    const again = this.state === "died";
    await this.fetchPackages(kernel);
    this.state = "ready";
    bar.atWork(undefined);
    bar.say(again ? "Python runs again. Now run the box again: your answers come back." : READY, [
      {words: "Run the box", go: () => this.runTheBox(), name: "run"},
    ]);
  }

  /** @param {any} kernel */
  async fetchPackages(kernel) {
    const code = await fetchingCode();
    if (!code) return;
    bar.say(`Fetching ${chosen().join(", ")}`);
    bar.atWork(null);
    const reply = await kernel.requestExecute({code, silent: true, store_history: false}).done;
    if (reply.content.status !== "ok") {
      console.warn(reply.content.ename, reply.content.evalue);
    }
  }

  runTheBox() {
    const cells = this.panel.content.widgets;
    const codes = cells.filter((/** @type {any} */ cell) => cell.model.type === "code");
    const box = codes.find((/** @type {any} */ cell) => OPENS_IT.test(cell.model.sharedModel.source)) ?? codes[0];
    if (!box) return;
    this.panel.content.activeCellIndex = cells.indexOf(box);
    bar.say("Opening the exercise. It comes under the box.");
    bar.atWork(null);
    this.state = "ready";
    this.actions.run(this.panel.content, this.session);
    box.node.scrollIntoView({block: "start"});
  }

  opened() {
    bar.atWork(undefined);
    const stored = storedIn(this.panel.context.model.toJSON(), worksheet?.exercise);
    if (stored) bar.say("The exercise is open, under the box. Each answer is saved in this browser by itself.");
    else bar.say("");
  }

  saved() {
    const now = new Date().toLocaleTimeString([], {hour: "2-digit", minute: "2-digit"});
    if (this.state === "ready" && bar.progress.hidden) bar.atWork(undefined, `Saved at ${now}`);
  }

  notSaved() {
    bar.say("The notebook could not be saved in this browser. Press “Hand in” now, so that you have it as a file.");
  }

  /** @param {string} reason */
  failed(reason) {
    this.state = "failed";
    bar.atWork(undefined);
    const why = reason ? `Python could not start: ${reason}.` : "Python could not start.";
    bar.say(`${why} You need no Python for the exercise: on its page you can read, mark and hand in.`, [
      {words: "Do it on its page", go: chapter},
      {words: "Try again", go: () => location.reload()},
    ]);
  }

  died() {
    this.state = "died";
    bar.atWork(undefined);
    bar.say("Python stopped. Your marks are kept.", [{words: "Start it again", go: () => this.restart(), name: "restart"}]);
  }

  async restart() {
    bar.say("Starting Python");
    bar.atWork(null);
    this.stopWatching();
    const kernel = this.session.session?.kernel;
    try {
      await this.session.restartKernel();
      if (this.session.session?.kernel === kernel) {
        await kernel.info;
        this.started(kernel);
      }
    } catch (error) {
      this.failed("");
      console.error(error);
    }
  }

  async handIn() {
    const {words, runFirst} = await handIn(this.panel.context, file, worksheet?.exercise);
    const run = {words: "Run the box", go: () => this.runTheBox(), name: "run"};
    const again = {words: "Start it again", go: () => this.restart(), name: "restart"};
    bar.say(words, !runFirst || this.state === "starting" ? [] : [this.state === "died" ? again : run]);
  }

  /** @param {Event} event */
  async leave(event) {
    event.preventDefault();
    await this.save();
    location.href = chapter;
  }
}

