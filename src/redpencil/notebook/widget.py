"""The exercise component as a widget, with what a notebook's code may read of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

import redpencil
from redpencil.annotation import Annotation
from redpencil.exercise import Answers, Exercise
from redpencil.grading.submissions import NotGraded
from redpencil.notebook.frame import answers_frame
from redpencil.notebook.take import take_answers, whole_marks
from redpencil.pages.markup import exercise_html

if TYPE_CHECKING:
    import pandas

COMPONENT = Path(redpencil.__file__).parent / "component"
# Read when the kernel begins, as anywidget reads the first: after an upgrade it would be of another version.
LATER = (COMPONENT / "red_pencil_later.js").read_text(encoding="utf-8")


class RedPencil(anywidget.AnyWidget):
    """The exercise component as a widget; it needs no extension of Jupyter.

    Two traits are there to be read, and to be watched with ``observe``:

    - ``answers``: the stored object as a dict, ``{"redpencil": 1, "exercise", "exercise_version", "student", "answers":
      {item id: label id, text or list of marks}, "hints": {item id: how many}, "saved_at"}``. The browser writes it at
      every change; what is assigned to it is shown. ``{}`` is nothing answered.
    - ``marks``: all marks in the order of the items, each a dict with ``item`` and what `whole_marks` gives: ``id``,
      ``label``, ``spans``, ``quotes``, and ``links``, ``note`` and ``actor`` where there are any. It follows
      ``answers`` and is read only; of answers that are out of order the last that were in order stay.

    ``html`` is the exercise without its key. The key is handed over only when the browser asks for it, and is no trait:
    a notebook cannot store it. ``later`` is the part of the component that a page loads only when it is needed: a
    kernel that is busy or dead could not hand it over then.

    Each change that the browser writes is answered with a message, ``{"type": "kept", "of", "saved_at", "problem"}``:
    ``of`` is the change's own ``saved_at``, ``saved_at`` is under what time it is kept here, and ``problem``, if it is
    not empty, says why some of it was not kept. A browser that hears nothing knows that its change went nowhere.
    """

    _esm = COMPONENT / "red_pencil.js"
    _css = COMPONENT / "red_pencil.css"
    html = traitlets.Unicode().tag(sync=True)
    answers = traitlets.Dict(help="The stored object; see the class.").tag(sync=True)
    marks: traitlets.List[dict[str, Any]] = traitlets.List(read_only=True, help="All marks; see the class.")
    has_key = traitlets.Bool(default_value=False).tag(sync=True)
    later = traitlets.Unicode(LATER).tag(sync=True)

    def __init__(self, exercise: Exercise, key: Sequence[Annotation] = (), **traits: Any) -> None:
        self.exercise = exercise
        self._key = [annotation.to_json() for annotation in key]
        self._in_order = Answers(exercise.id, exercise.version, {})
        # Whoever keeps the answers says how that went.
        self.kept_at = ""
        self.problem = ""
        super().__init__(html=exercise_html(exercise), has_key=bool(key), **traits)
        self.on_msg(self._answer)

    @traitlets.observe("answers")
    def _follow(self, change: Mapping[str, Any]) -> None:
        try:
            self._in_order, problems = take_answers(change["new"], self.exercise, before=self._in_order)
        except NotGraded as problem:
            self.problem = problem.reason
            return
        self.kept_at, self.problem = self._in_order.saved_at, problems[0] if problems else ""
        document, kept = self.exercise.document, self._in_order.answers
        items = [item.id for item in self.exercise.items if item.kind == "marks"]
        marks = [{"item": item} | mark for item in items for mark in whole_marks(kept.get(item, ()), document)]
        self.set_trait("marks", marks)

    def to_frame(self) -> pandas.DataFrame:
        """The answers as a pandas frame; see `answers_frame`."""
        return answers_frame(self.exercise, self._in_order)

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take what a browser writes, and answer that it is kept, once all who watch the answers have seen it."""
        super().set_state(sync_data)
        answers = sync_data.get("answers")
        if isinstance(answers, dict):
            of = answers.get("saved_at", "")
            self.send({"type": "kept", "of": of, "saved_at": self.kept_at, "problem": self.problem})

    def _answer(self, _widget: object, message: object, _buffers: object) -> None:
        asked = message.get("type") if isinstance(message, dict) else None
        if asked == "key?":
            self.send({"type": "key", "key": self._key})
