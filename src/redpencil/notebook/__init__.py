"""An exercise in a notebook: `work_on` shows it, and the student's answers land in the saved notebook by themselves.

Answers live in three places: the widget (gone with the kernel), the side file ``<id>.redpencil.json`` in the
notebook's folder (written at every change), and an output of the cell (what the notebook's next save stores). The key
is in none of them.

The rooms behind it, from the ground: `take` reads an answers object item by item, `files` are those of the folder,
`output` is what the cell stores, `frame` is for pandas, `widget` shows the exercise, and `worksheet` holds them
together.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from redpencil.annotation import Annotation
from redpencil.chance import chance_sliders
from redpencil.document import KitError, check_id, find_in_kit
from redpencil.exercise import Exercise, exercise_from_json, load_exercise, load_key
from redpencil.notebook.widget import RedPencil
from redpencil.notebook.worksheet import Worksheet
from redpencil.tone import tone_slider

if TYPE_CHECKING:
    import ipywidgets

__all__ = ["RedPencil", "chance_of", "find_exercise", "practice_key", "tone_of", "widget_of", "work_on"]

# How large an exercise may be.
EXERCISE_BYTES_AT_MOST = 20_000_000

# The worksheets that this kernel has open, by folder, exercise and version.
_OPEN: dict[tuple[Path, str, str], Worksheet] = {}


def work_on(exercise_id: str) -> None:
    """Show an exercise and keep what you answer: in this notebook, and in a file beside it.

    Run the cell again at any time: your answers come back.
    """
    try:
        folder = Path.cwd()
        exercise = find_exercise(exercise_id, folder)
        worksheet = _OPEN.get((folder, exercise.id, exercise.version))
        if worksheet is None:
            worksheet = Worksheet(exercise, practice_key(exercise), folder)
            _OPEN[folder, exercise.id, exercise.version] = worksheet
        worksheet.show()
    except KitError as error:
        raise _ToldError(str(error)) from None
    except OSError as error:
        name = Path(error.filename or "").name or "A file"
        # In a page a file comes over the network when it is first opened.
        advice = (
            "Are you online? Then load this page again"
            if sys.platform == "emscripten"
            else "Copy the notebook into a folder of your own"
        )
        raise _ToldError(
            f"{name} in the notebook's folder cannot be used: {error.strerror}.\n{advice} and run the cell again."
        ) from None


class _ToldError(KitError):
    """An error whose message is all that a student needs to see."""

    def _render_traceback_(self) -> list[str]:
        return str(self).split("\n")


def widget_of(exercise_id: str) -> RedPencil:
    """The widget that `work_on` shows in this folder: for its ``marks``, its ``answers`` and ``to_frame()``.

    Raises KitError if `work_on` was not called for it.
    """
    open_here = {exercise: worksheet for (folder, exercise, _), worksheet in _OPEN.items() if folder == Path.cwd()}
    if exercise_id not in open_here:
        raise _ToldError(f"{exercise_id!r} is not open in this notebook. First run: work_on({exercise_id!r})")
    return open_here[exercise_id].widget


def tone_of(exercise_id: str) -> ipywidgets.VBox:
    """What a word list makes of each sentence of an exercise's text, beside the practice key, with a slider.

    The picture shows which sentences the key has a mark in: it is for after the exercise.
    """
    try:
        exercise = find_exercise(exercise_id, Path.cwd())
        key = practice_key(exercise)
        if not key:
            raise KitError(
                f"The kit has no practice key that fits this version of {exercise_id!r}, and the picture needs one.\n"
                "Go on without it: your answers do not need it."
            )
        return tone_slider(exercise, key)
    except KitError as error:
        raise _ToldError(str(error)) from None


def chance_of(exercise_id: str) -> ipywidgets.VBox:
    """How many names of a list agree with a table of people by chance, with two sliders.

    The first begins at as many names as the exercise's text has entries, a sentence each.
    """
    try:
        return chance_sliders(len(find_exercise(exercise_id, Path.cwd()).document.sentences))
    except KitError as error:
        raise _ToldError(str(error)) from None


def find_exercise(exercise_id: str, folder: Path) -> Exercise:
    """The exercise in the folder's ``<id>.exercise.json``, as ``redpencil release`` writes it, else the kit's own.

    Where there is none of that name, ``<words>-<id>.exercise.json`` is taken: an exercise may have a ``file_name``.
    Raises KitError if there is neither, or if the file is no exercise or another one.
    """
    path = folder / f"{check_id(exercise_id, 'The name of the exercise')}.exercise.json"
    if not path.is_file():
        path = next((other for other in sorted(folder.glob(f"*-{path.name}")) if other.is_file()), path)
    if not path.is_file():
        try:
            of_the_kit = find_in_kit("exercises", exercise_id, "exercise.toml")
        except KitError:
            # The kit's own words are for whoever runs a course, and name folders that a notebook need not hand on.
            raise KitError(
                f"There is no file {path.name} beside this notebook, and the kit has no exercise of that name.\n"
                f"Check the spelling of {exercise_id!r}, or put the file into the notebook's folder. "
                "Then run the cell again."
            ) from None
        return load_exercise(of_the_kit)
    if path.stat().st_size > EXERCISE_BYTES_AT_MOST:
        raise KitError(f"{path.name} has {path.stat().st_size:,} bytes, too many for an exercise. Ask for it again.")
    try:
        row = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise KitError(f"{path.name} is damaged: it is not JSON. Ask for it again.") from None
    exercise = exercise_from_json(row, path.name)
    if exercise.id != exercise_id:
        raise KitError(f"{path.name} holds the exercise {exercise.id!r}. Put the right file beside this notebook.")
    return exercise


def practice_key(exercise: Exercise) -> tuple[Annotation, ...]:
    """The kit's key for just this version of the exercise; empty if it has none."""
    try:
        of_the_kit = load_exercise(exercise.id)
        return load_key(of_the_kit) if of_the_kit.version == exercise.version else ()
    except KitError:
        return ()
