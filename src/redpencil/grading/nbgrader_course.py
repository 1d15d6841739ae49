"""An exercise as an assignment of an nbgrader course: the notebook with its metadata, and the points in its cells.

nbgrader runs a submitted notebook anew in a folder of its own, and clears its outputs first. The answers are such an
output, so the cells that count points do not look for them in the running notebook: they read the file that the student
submitted, which nbgrader keeps as it came, as data. The key is in no notebook: it lies in the course's folder, outside
of what nbgrader hands out.

``redpencil release EXERCISE --nbgrader --output COURSE`` writes::

    COURSE/source/<exercise>/<exercise>.ipynb           the assignment, for nbgrader generate_assignment
    COURSE/source/<exercise>/<exercise>.exercise.json   the exercise without its key, handed out with it
    COURSE/redpencil-keys/<exercise>/                   the exercise and its key, for autograding alone
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from redpencil.document import KitError
from redpencil.exercise import Answers, Exercise, Item, exercise_from_json, load_key
from redpencil.grading.grade import Grade, Grader
from redpencil.grading.submissions import BYTES_AT_MOST, EMPTY, TOO_LARGE, NotGraded, read_submission, too_large

# The version of the metadata of a cell.
SCHEMA = 3
KEYS = "redpencil-keys"
# The names that nbgrader gives to the steps of its work; each is a folder.
SOURCE, SUBMITTED, AUTOGRADED = "source", "submitted", "autograded"
# What nbgrader sets in the kernel's environment to say what it is doing.
STEP = "NBGRADER_EXECUTION"
# How many of the files of a submission are looked into.
FILES_AT_MOST = 50

_EARNED = """# Points are counted on your teacher’s computer. There is nothing for you to do here.
from redpencil.grading.nbgrader_course import earned

earned("{exercise}", "{group}")
"""
_SHOWN = """# This shows your answer in words to your teacher. There is nothing for you to do here.
from redpencil.grading.nbgrader_course import show_answer

show_answer("{exercise}", "{item}")
"""
_FOR_THE_TEACHER = """## For your teacher

Save the notebook before you hand it in. Only then are your answers in it.

The boxes below count points on your teacher’s computer. Please leave them as they are. You need not run them.
"""


def assignment(notebook: Mapping[str, Any], exercise: Exercise) -> dict[str, Any]:
    """A student notebook as nbgrader's source: its cells locked, then a cell for the points of each group of items.

    A group that the program scores gets an autograder test, which gives part of its points; free text gets a cell that
    shows the answer and a task that is graded by hand. Nothing of the key is in it.
    """
    cells = []
    for n, cell in enumerate(notebook["cells"], start=1):
        own = dict(cell)
        if cell["cell_type"] == "code":
            own["metadata"] = {**cell["metadata"], **_metadata(own, f"worksheet-{n:02}")}
        cells.append(own)
    added = [_cell("markdown", _FOR_THE_TEACHER)]
    for group in exercise.groups:
        items = exercise.in_group(group)
        points = sum(item.points_at_most for item in items)
        if items[0].kind == "free-text":
            for item in items:
                code = _SHOWN.format(exercise=exercise.id, item=item.id)
                added.append(_cell("code", code, f"answer-{item.id}"))
                added.append(_cell("markdown", _task(item), f"task-{item.id}", task=True, points=item.points_at_most))
        elif points:
            code = _EARNED.format(exercise=exercise.id, group=group)
            added.append(_cell("code", code, f"points-{group}", grade=True, points=points))
    for n, cell in enumerate(added, start=1):
        cells.append({**cell, "id": f"points-{n:02}"})
    return {**notebook, "cells": cells}


def _task(item: Item) -> str:
    """What is asked and by what it is graded; students see the rubric too."""
    lines = [f"### {item.title}", "", item.prompt, "", "By hand:", ""]
    for criterion in item.rubric:
        levels = "; ".join(f"{points:g}: {description}" for points, description in criterion.levels)
        lines.append(f"- **{criterion.criterion}** {levels}")
    return "\n".join(lines) + "\n"


def _cell(
    kind: str, source: str, id: str = "", *, grade: bool = False, task: bool = False, points: float | None = None
) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source.strip().splitlines(keepends=True)}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    if id:
        cell["metadata"] = _metadata(cell, id, grade=grade, task=task, points=points)
    return cell


def _metadata(
    cell: Mapping[str, Any], id: str, *, grade: bool = False, task: bool = False, points: float | None = None
) -> dict[str, Any]:
    """The metadata that nbgrader wants of a cell that students cannot change."""
    about: dict[str, Any] = {
        "schema_version": SCHEMA,
        "grade_id": id,
        "grade": grade,
        "solution": False,
        "locked": True,
        "task": task,
        "cell_type": cell["cell_type"],
    }
    if points is not None:
        about["points"] = points
    about["checksum"] = _checksum("".join(cell["source"]), about)
    return {"nbgrader": about}


def _checksum(source: str, about: Mapping[str, Any]) -> str:
    """What nbgrader compares to find out whether a cell was changed: md5, in hex, of what it is and holds."""
    parts = [source, about["cell_type"], *(str(about[name]) for name in ("grade", "solution", "locked"))]
    parts.append(about["grade_id"])
    if about["grade"]:
        parts.append(str(float(about["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


# What the cells call


class _ToldError(KitError):
    """An error of which a notebook shows the message alone."""

    def _render_traceback_(self) -> list[str]:
        return str(self).split("\n")


def earned(exercise_id: str, group: str) -> float | None:
    """The points of a group of items, for a cell that nbgrader grades: a number gives part of the cell's points.

    While nbgrader validates a notebook it prints that nothing is counted. Anywhere else than where nbgrader autogrades,
    and where a submission cannot be graded, it raises: a cell that ended without a number would be given all points.
    """
    if os.environ.get(STEP) == "validate":
        print("Points are counted on your teacher’s computer. This says nothing about your answers.")
        return None
    grader, answers = _told(exercise_id)
    points = _grade(grader, answers).parts[group]
    at_most = sum(item.points_at_most for item in grader.exercise.in_group(group))
    return min(float(points or 0.0), at_most)


def show_answer(exercise_id: str, item: str) -> None:
    """Print the student's answer in words, for whoever grades the next cell by hand."""
    if os.environ.get(STEP) == "validate":
        return
    _, answers = _told(exercise_id)
    answer = answers.answers.get(item)
    print(answer if isinstance(answer, str) and answer.strip() else "(no answer)")


def _told(exercise_id: str) -> tuple[Grader, Answers]:
    try:
        place = _place(Path.cwd())
        return _grader(exercise_id, place), _answers(exercise_id, place)
    except NotGraded as problem:
        raise _without_a_number(problem) from None
    except OSError as error:
        raise _ToldError(f"{Path(error.filename or '').name} cannot be read: {error.strerror}.") from None
    except KitError as error:
        raise _ToldError(str(error)) from None


def _place(folder: Path) -> Path:
    """The folder that nbgrader autogrades in, checked. Raises KitError anywhere else."""
    if os.environ.get(STEP) != "autograde" or AUTOGRADED not in folder.parts:
        raise KitError(
            "Points are counted on your teacher’s computer, by nbgrader autograde. There is nothing for you to do here."
        )
    return folder


def _above(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """What lies above the folder ``autograded``, and the steps from it down to this one."""
    at = len(folder.parts) - 1 - folder.parts[::-1].index(AUTOGRADED)
    return Path(*folder.parts[:at]), folder.parts[at + 1 :]


@cache
def _grader(exercise_id: str, folder: Path) -> Grader:
    """The grader with the key of the course; what a submission brought lies below and is never looked at."""
    course, _ = _above(folder)
    place = next((above / KEYS for above in (course, *course.parents) if (above / KEYS).is_dir()), None)
    if place is None:
        raise KitError(
            f"There is no folder {KEYS} in {course}, and the key lies there.\n"
            f"Run: redpencil release {exercise_id} --nbgrader --output {course}"
        )
    path = place / exercise_id / f"{exercise_id}.exercise.json"
    exercise = exercise_from_json(json.loads(path.read_bytes()), path.name)
    return Grader(exercise, load_key(exercise, place))


@cache
def _answers(exercise_id: str, folder: Path) -> Answers:
    """The answers in what the student submitted; of several files, those that were saved last."""
    course, steps = _above(folder)
    submitted = course.joinpath(SUBMITTED, *steps)
    found: list[Answers] = []
    problem: NotGraded | None = None
    paths = sorted(p for p in submitted.glob("*") if p.name.endswith((".ipynb", ".redpencil.json")))
    for path in islice(paths, FILES_AT_MOST):
        # A link could lead to somebody else's work.
        if path.is_symlink() or not path.is_file():
            continue
        try:
            if (size := path.stat().st_size) > BYTES_AT_MOST:
                raise NotGraded(TOO_LARGE, too_large(size))
            answers = read_submission(path.read_bytes(), exercise_id)
            if answers.exercise == exercise_id or not found:
                found.append(answers)
        except NotGraded as error:
            problem = error
    if not found:
        raise problem or NotGraded(EMPTY, f"There is no notebook in {submitted}.")
    return max(found, key=lambda answers: (answers.exercise == exercise_id, answers.saved_at))


def _grade(grader: Grader, answers: Answers) -> Grade:
    try:
        return grader.grade(answers)
    except NotGraded as problem:
        raise _without_a_number(problem) from None


def _without_a_number(problem: NotGraded) -> _ToldError:
    return _ToldError(
        f"{problem.state}: {problem.reason}\nnbgrader has no word for this and writes 0. It is no earned 0: look at "
        "the submission, and correct the points by hand."
    )
