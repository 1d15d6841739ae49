"""One exercise at work in one folder: which earlier answers come back, and where each change is kept."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from IPython.display import display, update_display

from redpencil.annotation import Annotation
from redpencil.exercise import Answers, Exercise
from redpencil.grading.submissions import NotGraded
from redpencil.notebook.files import (
    as_text,
    keep_copy,
    notebooks_in,
    read_answers,
    set_aside,
    stamp_of,
    this_notebook,
)
from redpencil.notebook.output import answers_bundle
from redpencil.notebook.take import take_answers
from redpencil.notebook.widget import RedPencil

# A notebook redraws an output at every update: often enough that a save finds the last word, no oftener, so that typing
# stays smooth.
SECONDS_BETWEEN_UPDATES = 0.1


@dataclass(frozen=True, slots=True)
class Found:
    """Answers that were found in a file."""

    path: Path
    answers: Answers

    @property
    def saved_at(self) -> datetime:
        """When they were saved, as they say themselves; long ago if they do not."""
        return _moment(self.answers.saved_at)


class Worksheet:
    """One exercise at work in one folder: the widget, the side file and the outputs that hold the answers.

    Showing it again shows the same widget again, so that several cells share one set of answers.
    """

    def __init__(self, exercise: Exercise, key: Sequence[Annotation], folder: Path) -> None:
        self.exercise = exercise
        self.folder = folder
        self.answers = Answers(exercise.id, exercise.version, {})
        self.widget = RedPencil(exercise, key, answers=self.answers.to_json())
        self.widget.observe(self._changed, "answers")
        self._display_id = f"redpencil-{exercise.id}-{os.urandom(8).hex()}"
        self._problem = ""
        self._side_file_was: tuple[int, int] | None = None
        self._next_update: asyncio.TimerHandle | None = None
        self._updated_at = 0.0

    @property
    def side_file(self) -> Path:
        """Where the answers are kept beside the notebook: the very file that can be handed in."""
        return self.folder / f"{self.exercise.id}.redpencil.json"

    def show(self) -> None:
        """Take up what was answered before, and display the widget and the output that holds the answers."""
        for line in self._take_up():
            print(line)
        display(self.widget)
        display(self._bundle(), raw=True, display_id=self._display_id)

    def _take_up(self) -> list[str]:
        """Choose the answers to go on with, keep what they would replace, and say what was done."""
        told: list[str] = []
        side, own, others = self._side(told), None, []
        own_path = this_notebook(self.folder)
        if own_path:
            own = self._in_notebook(own_path, told)
        if not side and not own:
            found = (self._in_notebook(path, told) for path in notebooks_in(self.folder) if path != own_path)
            others = [answers for answers in found if answers]
        if side and own and is_somebody_else(side.answers, own.answers):
            # In a folder that several people share, the notebook is its owner's and the side file may not be.
            chosen: Found | None = own
        else:
            by_time = [found for found in (side, own, *others) if found]
            chosen = max(by_time, key=lambda found: found.saved_at, default=None)
        if chosen and self.answers.answers and chosen.saved_at <= _moment(self.answers.saved_at):
            chosen = None
        if chosen:
            self._use(chosen, told)
        if side and side is not chosen and side.answers.answers != self.answers.answers:
            told.append(f"{side.path.name} held other answers. They are kept in {set_aside(side.path).name}.")
            side = None
        if own and own is not chosen and own.answers.answers.keys() - self.answers.answers.keys():
            kept = keep_copy(own.answers, self.side_file)
            told.append(f"This notebook held other answers too. They are kept in {kept.name}.")
        self._side_file_was = stamp_of(self.side_file)
        if self.answers.answers and (not side or side.answers.answers != self.answers.answers):
            self._write()
        return told

    def _use(self, found: Found, told: list[str]) -> None:
        answers, problems = take_answers(found.answers.to_json(), self.exercise)
        if problems:
            kept = keep_copy(found.answers, self.side_file)
            told.append(f"Not everything in {found.path.name} could be used. All of it is kept in {kept.name}.")
        # Somebody else's file may lie in the folder: whose answers come back is said before they are worked on.
        name = answers.student_name or answers.student_id or "somebody who gave no name"
        whose = "".join(character for character in name if character.isprintable())
        when = f", saved on {found.saved_at.astimezone():%Y-%m-%d at %H:%M}," if found.saved_at.year > 1 else ""
        told.append(f"Here are the answers of {whose}{when} from {found.path.name}.")
        if found.path != this_notebook(self.folder):
            told.append(f"Not yours? To start anew, {_how_to_start_anew()}.")
        self.answers = answers
        self._put_into_widget()

    def _side(self, told: list[str]) -> Found | None:
        """The side file's answers; a file that does not fit is set aside, so that it is not written over."""
        try:
            found = Found(self.side_file, read_answers(self.side_file, self.exercise.id))
            if self._fits(found):
                return found if found.answers.answers else None
            why = "holds answers to another exercise or another version of it"
        except FileNotFoundError:
            return None
        except NotGraded:
            why = "is damaged, or holds no answers"
        except OSError as error:
            why = f"cannot be read ({error.strerror})"
        told.append(f"{self.side_file.name} {why}. It is kept as {set_aside(self.side_file).name}.")
        return None

    def _in_notebook(self, path: Path, told: list[str]) -> Found | None:
        """The answers in a notebook's outputs, if there are any to this exercise."""
        try:
            found = Found(path, read_answers(path, self.exercise.id))
        except (NotGraded, OSError):
            return None
        if not found.answers.answers or found.answers.exercise != self.exercise.id:
            return None
        if self._fits(found):
            return found
        # Running the cell replaces the output that holds them, so they are kept elsewhere first.
        kept = keep_copy(found.answers, self.side_file)
        told.append(f"{path.name} holds answers to another version of this exercise. They are kept in {kept.name}.")
        return None

    def _fits(self, found: Found) -> bool:
        answers = found.answers
        exercise = self.exercise
        return answers.exercise == exercise.id and answers.exercise_version in exercise.fitting_versions

    def _put_into_widget(self) -> None:
        self.widget.unobserve(self._changed, "answers")
        try:
            self.widget.answers = self.answers.to_json()
        finally:
            self.widget.observe(self._changed, "answers")

    def _changed(self, change: Mapping[str, Any]) -> None:
        try:
            answers, problems = take_answers(change["new"], self.exercise, before=self.answers)
        except NotGraded as problem:
            problems = [problem.reason]
        else:
            self.answers = replace(answers, saved_at=_now())
        self._problem = f"The last change could not be kept. {problems[0]}" if problems else ""
        self._write()
        self.widget.kept_at, self.widget.problem = self.answers.saved_at, self._problem
        self._update_soon()

    def _write(self) -> None:
        """Write the side file whole or not at all; what another program wrote there meanwhile is kept."""
        new = self.side_file.with_name(f".{self.side_file.name}.{os.getpid()}.tmp")
        try:
            if (found := stamp_of(self.side_file)) and found != self._side_file_was:
                set_aside(self.side_file)
            new.write_text(as_text(self.answers), encoding="utf-8", newline="\n")
            new.replace(self.side_file)
        except OSError as error:
            self._problem = (
                f"{self.side_file.name} could not be written ({error.strerror}). "
                "Your answers are in this notebook all the same: save it."
            )
            with suppress(OSError):
                new.unlink(missing_ok=True)
        self._side_file_was = stamp_of(self.side_file)

    def _update_soon(self) -> None:
        if self._next_update is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._update()
            return
        wait = max(0.0, self._updated_at + SECONDS_BETWEEN_UPDATES - loop.time())
        self._next_update = loop.call_later(wait, self._update, loop)

    def _update(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._next_update = None
        if loop is not None:
            self._updated_at = loop.time()
        update_display(self._bundle(), raw=True, display_id=self._display_id)

    def _bundle(self) -> dict[str, Any]:
        return answers_bundle(self.exercise, self.answers, self._problem)


def _how_to_start_anew() -> str:
    # In a page there are no folders to move a notebook to.
    if sys.platform == "emscripten":
        return "open this page in a private window of your browser"
    return "move this notebook into an empty folder and run the cell there"


def is_somebody_else(one: Answers, other: Answers) -> bool:
    """Whether two answers name two people. A name that was finished or corrected is still the same one."""
    for a, b in ((one.student_id, other.student_id), (one.student_name, other.student_name)):
        a, b = a.casefold(), b.casefold()
        if a and b and not a.startswith(b) and not b.startswith(a) and SequenceMatcher(None, a, b).ratio() < 0.6:
            return True
    return False


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(saved_at: str) -> datetime:
    try:
        moment = datetime.fromisoformat(saved_at)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)
