/**
 * Draws one annotator in a plain page and times it, in the same way for each. `given` is the text, its marks (code points;
 * the text has only the basic plane) and, for ours, the exercise's HTML and the answers.
 *
 * Each tool: `draw(root, given)`, `has(start, end)` whether that mark is there, `ready()` whether the first mark is painted.
 */
const LABELS = ["source", "cue", "content"];

/** A stand-in for anywidget's model. */
function modelOf(values) {
  const listeners = {};
  return {
    get: (name) => values[name],
    set: (name, value) => {
      values[name] = value;
      for (const listener of listeners[`change:${name}`] ?? []) listener();
    },
    save_changes: () => {},
    send: () => {},
    on: (name, listener) => (listeners[name] ??= []).push(listener),
    off: () => {},
  };
}

/** Loads something into the page's head, and waits until it is there. */
const load = (name, values) =>
  new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement(name), values, { onload: resolve, onerror: reject }));
  });
const styles = (address) => load("link", { rel: "stylesheet", href: address });

const TOOLS = {
  async redpencil() {
    const { default: widget } = await import("./red_pencil.js");
    await styles("red_pencil.css");
    let model;
    return {
      draw(root, { html, answers }) {
        model = modelOf({ html, answers, has_key: false });
        widget.render({ model, el: root });
      },
      ready: () => document.querySelector(".rp-text mark") !== null,
      has: (start, end) => model.get("answers").answers.attributions.some(({ spans: [[a, b]] }) => a === start && b === end),
    };
  },

  async recogito() {
    const { createTextAnnotator } = await import("./recogito.js");
    await styles("recogito.css");
    let annotator;
    return {
      draw(root, { text, marks }) {
        const content = Object.assign(document.createElement("div"), { textContent: text });
        content.style.whiteSpace = "pre-wrap";
        root.append(content);
        annotator = createTextAnnotator(content);
        const annotations = marks.map(([start, end, label], n) => ({
          id: `m${n}`,
          bodies: [{ id: `b${n}`, annotation: `m${n}`, purpose: "tagging", value: LABELS[label] }],
          target: { annotation: `m${n}`, selector: [{ quote: text.slice(start, end), start, end }] },
        }));
        // Without the second argument nothing of the list is painted.
        annotator.setAnnotations(annotations, false);
      },
      // It paints in a frame of its own, as elements or as highlights of the browser's.
      ready: () => document.querySelector("[class*=r6o-span-highlight-layer] *") !== null || CSS.highlights.size > 0,
      has: (start, end) =>
        annotator.state.store.all().some(({ target: { selector: [one] } }) => one.start === start && one.end === end),
    };
  },

  async spanmark() {
    const { default: widget } = await import("./spanmark.js");
    await styles("spanmark.css");
    let model;
    return {
      draw(root, { text, marks }) {
        const spans = marks.map(([start, end, label]) => ({ start, end, label: LABELS[label], source: "user" }));
        model = modelOf({ text, spans, labels: LABELS, doc_id: "1", index: 0, total: 1, decided_count: 0, accept_count: 0, reject_count: 0,
          ignore_count: 0, flagged_count: 0, allow_overlaps: false, trim_whitespace: true, answer: "", status: "" });
        widget.render({ model, el: root });
      },
      ready: () => document.querySelector("[class*=so-] mark, .so-span, [data-span-id]") !== null,
      has: (start, end) => model.get("spans").some((span) => span.start === start && span.end === end),
    };
  },

  async metanno() {
    for (const src of ["react.js", "react-dom.js", "metanno/remoteEntry.js"]) await load("script", { src });
    const { React, ReactDOM } = window;
    const shared = (module) => ({ "17.0.2": { get: async () => () => module, loaded: 1, from: "page", eager: false } });
    await window._JUPYTERLAB.metanno.init({ react: shared(React), "react-dom": shared(ReactDOM) });
    (await window._JUPYTERLAB.metanno.get("./index"))();
    const { AnnotatedText } = window.Metanno;
    const looks = Object.fromEntries(LABELS.map((label) => [label, { color: "lightblue", shape: "fill" }]));
    let spans = [];
    let root = null;
    let text = "";
    const show = () =>
      ReactDOM.render(
        React.createElement(AnnotatedText, {
          text,
          spans,
          annotationStyles: looks,
          mouseSelection: [],
          beginKey: "begin",
          endKey: "end",
          labelKey: "label",
          styleKey: "label",
          highlightedKey: "highlighted",
          primaryKey: "id",
          onMouseSelect: (ranges) => {
            spans = [...spans, ...ranges.map(({ begin, end }) => ({ id: `n${spans.length}`, begin, end, label: "cue", highlighted: false }))];
            show();
          },
        }),
        root,
      );
    return {
      draw(element, given) {
        root = element;
        text = given.text;
        spans = given.marks.map(([begin, end, label], n) => ({ id: `m${n}`, begin, end, label: LABELS[label], highlighted: false }));
        show();
      },
      ready: () => root.textContent.length >= text.length,
      has: (start, end) => spans.some((span) => span.begin === start && span.end === end),
    };
  },
};

/** After the next picture is on the screen. */
const painted = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(null);
    });
  });

let tool = null;

window.prepare = async (name) => {
  tool = await TOOLS[name]();
  await painted();
};

/** Milliseconds from handing over the text and its marks to the first picture that shows both. */
window.draw = async (given) => {
  const root = document.getElementById("root");
  const begun = performance.now();
  tool.draw(root, given);
  let at = await painted();
  while (!tool.ready()) at = await painted();
  return at - begun;
};

/** Milliseconds from the input that makes a mark to the first picture that shows it; call it before the input. */
window.armed = (type, start, end) => {
  window.result = new Promise((resolve) => {
    window.addEventListener(
      type,
      async (event) => {
        let at = await painted();
        while (!tool.has(start, end)) at = await painted();
        resolve(at - event.timeStamp);
      },
      { capture: true, once: true },
    );
  });
};

/** Where some words stand on the screen; each word stands in the text once. */
window.placeOf = (first, last) => {
  const walker = document.createTreeWalker(document.getElementById("root"), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let found = 0;
  for (let node = walker.nextNode(); node && found < 2; node = walker.nextNode()) {
    if (!node.parentElement.checkVisibility()) continue;
    const at = node.data.indexOf(first);
    if (at >= 0 && found === 0) {
      range.setStart(node, at);
      found = 1;
    }
    const end = node.data.indexOf(last);
    if (end >= 0 && found === 1) {
      range.setEnd(node, end + last.length);
      found = 2;
    }
  }
  if (found < 2) return null;
  const box = range.getBoundingClientRect();
  return { x: box.left, y: box.top, width: box.width, height: box.height };
};
