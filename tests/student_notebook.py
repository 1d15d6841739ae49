"""A student's notebook without a browser, for tests of what happens when its cell is run and answers come in."""

from __future__ import annotations

import json

import nbformat

from redpencil import notebook
from redpencil.notebook import worksheet

ANSWERS_MIME = "application/vnd.redpencil.answers+json"
SIDE_FILE = "who-says-so.redpencil.json"
# Sentence 15 of the article, by hand: "Syrian opposition activists claimed on February 14 that …".
MARKS = [
    {"id": "m1", "label": "source", "spans": [[1738, 1765]], "quotes": ["Syrian opposition activists"]},
    {
        "id": "m2",
        "label": "content",
        "spans": [[1796, 1808]],
        "quotes": ["drone attack"],
        "links": [{"to": "m1", "role": "source"}],
    },
]


class Screen:
    """What a cell displays, by display id, in the place of a notebook."""

    def __init__(self, monkeypatch):
        self.widgets = []
        self.outputs = {}
        self.updates = 0
        monkeypatch.setattr(worksheet, "display", self.display)
        monkeypatch.setattr(worksheet, "update_display", self.update)

    def display(self, shown, raw=False, display_id=None):
        if raw:
            self.outputs[display_id] = shown
        else:
            self.widgets.append(shown)

    def update(self, shown, raw, display_id):
        assert display_id in self.outputs
        self.updates += 1
        self.outputs[display_id] = shown

    @property
    def widget(self):
        return self.widgets[-1]

    @property
    def output(self):
        return list(self.outputs.values())[-1]


def answers_object(exercise, answers, saved_at="2026-03-02T09:30:00Z", **more):
    return {
        "redpencil": 1,
        "exercise": exercise.id,
        "exercise_version": exercise.version,
        "answers": answers,
        "saved_at": saved_at,
    } | more


def notebook_with(row):
    cell = nbformat.v4.new_code_cell("work_on('who-says-so')")
    cell.outputs = [nbformat.v4.new_output("display_data", data={ANSWERS_MIME: row})]
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))


def restart(monkeypatch):
    """A kernel that has just started."""
    monkeypatch.setattr(notebook, "_OPEN", {})


def the_browser_sends(screen, row):
    screen.widget.set_state({"answers": row})


def stored(folder):
    return json.loads((folder / SIDE_FILE).read_text(encoding="utf-8"))


def pillar():
    """Marks in the bridge: a content in two pieces, with its cue and its source."""
    said = {"id": "m2", "label": "cue", "spans": [[350, 354]], "quotes": ["said"]}
    who = {"id": "m3", "label": "source", "spans": [[355, 371]], "quotes": ["Jonna Pellwater,"], "note": "=1+1"}
    content = {
        "id": "m1",
        "label": "content",
        "spans": [[337, 347], [403, 445]],
        "quotes": ["The pillar", "can carry people and bicycles, but no cars"],
        "links": [{"to": "m3", "role": "source"}, {"to": "m2", "role": "cue"}],
    }
    return [content, said, who]
