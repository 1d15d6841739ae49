"""A notebook with the widget in it, as far as the widget can see, on a page without Jupyter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import redpencil

COMPONENT = Path(redpencil.__file__).parent / "component"

# What anywidget gives to a front end, with a record of what was sent and saved. The kernel in it is dead until
# `kernel.answers` is set: then it answers each change after `kernel.delay` milliseconds, and shows `kernel.status`.
HARNESS = """
<div id="output"></div>
<script type="module">
  import widget from "./red_pencil.js";
  const traits = JSON.parse(document.getElementById("traits").textContent);
  const listeners = new Map();
  const tell = (name, ...given) => (listeners.get(name) ?? new Set()).forEach(listener => listener(...given));
  window.saved = [];
  window.sent = [];
  window.reached = [];
  const model = window.model = {
    get: name => traits[name],
    set: (name, value) => { traits[name] = value; tell(`change:${name}`); },
    save_changes: () => {
      window.saved.push(JSON.parse(JSON.stringify(traits.answers)));
      window.answer(traits.answers.saved_at);
    },
    on: (name, listener) => { listeners.set(name, (listeners.get(name) ?? new Set()).add(listener)); },
    off: (name, listener) => listeners.get(name)?.delete(listener),
    send: message => window.sent.push(message),
  };
  window.tell = tell;
  window.kernel = JSON.parse(document.getElementById("kernel").textContent);
  if (window.kernel.status) model.widget_manager = {kernel: window.kernel, context: {path: window.kernel.path}};
  window.answer = of => {
    const {ahead = 0, answers, delay, problem = ""} = window.kernel;
    const saved_at = new Date(Date.now() + ahead).toISOString();
    if (answers) setTimeout(() => tell("msg:custom", {type: "kept", of, saved_at, problem}), delay ?? 0);
  };
  window.show = () => {
    const el = document.createElement("div");
    document.getElementById("output").append(el);
    return widget.render({model: {...model}, el});  // each view gets a model of its own
  };
  // JupyterLab's way of taking keys: on the document, before the element, unless it is told not to.
  document.addEventListener("keydown", event => {
    const isMuted = event.target.closest("[data-lm-suppress-shortcuts]");
    if (!isMuted && event.key !== "Control") window.reached.push(event.key);
  }, true);
  window.forget = window.show();
</script>
"""


def widget_page(traits: Mapping[str, object], kernel: Mapping[str, object] | None = None) -> str:
    """Its HTML; ``kernel`` may have ``answers``, ``delay`` and ``ahead``, in ms, ``status``, ``path``, ``problem``."""
    later = (COMPONENT / "red_pencil_later.js").read_text(encoding="utf-8")
    blocks = {"traits": {"answers": {}, "has_key": False, "later": later} | dict(traits), "kernel": dict(kernel or {})}
    return "".join(_block(name, content) for name, content in blocks.items()) + HARNESS


def _block(name: str, content: object) -> str:
    # A "<" could end the block.
    text = json.dumps(content).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>\n'
