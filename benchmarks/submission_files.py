"""The two files that a student hands in, byte for byte as the programs that make them save them.

A notebook is the one that `redpencil release` gives out, run and saved by JupyterLab: format 4.5, keys sorted, one
space of indent, texts split at line ends, and under the `work_on` cell the widget's view and the answers.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from redpencil.document import KitError
from redpencil.exercise import Answers, Exercise
from redpencil.grading.release import release
from redpencil.notebook.output import answers_bundle

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
PLACE = "the outputs of the cell that was worked on"
# What JupyterLab writes into a notebook once its kernel has said what it is.
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3.11.7",
}


def answers_file(answers: Answers) -> bytes:
    """A `*.redpencil.json` file, as a page's “Hand in” saves it."""
    return (json.dumps(answers.to_json(), ensure_ascii=False, indent=1) + "\n").encode()


class NotebookFile:
    """An exercise's released notebook, serialised once; each student's outputs are put into it as text."""

    def __init__(self, exercise: Exercise) -> None:
        """Raises KitError if the exercise has no worksheet, or one that does not work on it just once."""
        self.exercise = exercise
        notebook = released_notebook(exercise)
        notebook["metadata"]["language_info"] = LANGUAGE
        for count, cell in enumerate((c for c in notebook["cells"] if c["cell_type"] == "code"), start=1):
            cell["execution_count"] = count
            if "work_on(" in "".join(cell["source"]):
                cell["outputs"] = PLACE
        parts = _saved(notebook).split(json.dumps(PLACE))
        if len(parts) != 2:
            raise KitError(
                f"The worksheet of {exercise.id} calls work_on in {len(parts) - 1} cells; expected one, which holds "
                f"the answers. Correct exercises/{exercise.id}/worksheet.md."
            )
        self._before, self._after = parts

    def with_answers(self, answers: Answers) -> bytes:
        """The notebook's bytes after the student worked on the exercise and saved. The answers have to fit it."""
        bundle = answers_bundle(self.exercise, answers)
        # A widget's id is 32 hex digits, other ones on each start of the kernel.
        model = hashlib.md5(f"{answers.student_id} {answers.saved_at}".encode(), usedforsecurity=False).hexdigest()
        shown = f"RedPencil(answers={answers.to_json()!r}"[:110] + "…"
        widget = {WIDGET_MIME: {"model_id": model, "version_major": 2, "version_minor": 0}, "text/plain": shown}
        text = json.dumps([_display(widget), _display(bundle)], ensure_ascii=False, indent=1, sort_keys=True)
        # The outputs stand three steps deep: in the notebook, its list of cells, and the cell.
        return (self._before + text.replace("\n", "\n   ") + self._after).encode()


def released_notebook(exercise: Exercise) -> dict[str, Any]:
    """The notebook that students of an exercise get. Raises KitError if the exercise has none."""
    with tempfile.TemporaryDirectory() as folder:
        paths = release(exercise.id, Path(folder))
        (path,) = (path for path in paths if path.suffix == ".ipynb")
        notebook: dict[str, Any] = json.loads(path.read_bytes())
    return notebook


def _display(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """A displayed output as it is saved: texts are lists of lines, objects stay objects."""
    data = {mime: v.splitlines(keepends=True) if isinstance(v, str) else v for mime, v in bundle.items()}
    return {"data": data, "metadata": {}, "output_type": "display_data"}


def _saved(notebook: Mapping[str, Any]) -> str:
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
