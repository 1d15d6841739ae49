"""The same class's answers for otter-grader, and how long `otter run` takes for them, a student at a time.

The autograder is written as an instructor who knows otter would: a test file for each group of items, with a case for
each half of a choice's points. A case passes or fails, so the marks' F1 comes in ten steps and not exactly; the points
of choices are exact and are held against ours. otter runs without its container, which would cost it more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from environments import environment
from measure import BenchError, Measured, measure
from nbgrader_class import MEASURE, choice_key
from redpencil.annotation import Annotation
from redpencil.exercise import Answers, Exercise, key_for_item
from redpencil.grading.submissions import read_submission

STEPS_OF_F1 = 10


def run_otter_class(
    exercise: Exercise, key: Sequence[Annotation], submissions: Path, place: Path
) -> tuple[list[Measured], dict[str, dict[str, float]]]:
    """Grade each student of a class, a whole process each, as `otter run` does.

    ``submissions`` is the class's folder as `make_class.py` writes it; ``place`` is a new folder. Returns what each
    process took, and each student's points by group of choices. Raises BenchError if a student has no result.
    """
    bin = environment("otter")
    tests = place / "tests"
    tests.mkdir(parents=True)
    for group, test in _tests(exercise, key):
        (tests / f"{group}.py").write_text(f"OK_FORMAT = True\n\ntest = {test!r}\n", encoding="utf-8")
    settings = {name: str(place / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    settings["PATH"] = f"{bin}{os.pathsep}{os.environ.get('PATH', '')}"
    options = ["--no-config", "--no-requirements", "--no-environment"]
    archive = place / "autograder.zip"
    measure([bin / "otter", "generate", "-t", tests, "-o", archive, *options], cwd=place, environment=settings)
    taken: list[Measured] = []
    points: dict[str, dict[str, float]] = {}
    for path in sorted(submissions.glob("*/*")):
        student = path.parent.name
        output = place / "results" / student
        output.mkdir(parents=True)
        notebook = output / f"{exercise.id}.ipynb"
        notebook.write_text(json.dumps(_notebook(read_submission(path.read_bytes(), exercise.id), exercise)))
        taken.append(
            measure([bin / "otter", "run", "--no-logo", "-a", archive, "-o", output, notebook], environment=settings)
        )
        if not (output / "results.json").is_file():
            raise BenchError(f"otter left no results for {student}; it printed:\n{taken[-1].output[-2000:]}")
        points[student] = _points(json.loads((output / "results.json").read_bytes()), exercise)
    return taken, points


def _tests(exercise: Exercise, key: Sequence[Annotation]) -> Iterator[tuple[str, dict[str, Any]]]:
    for group in exercise.groups:
        items = exercise.in_group(group)
        cases: list[dict[str, Any]] = []
        if items[0].kind == "choice":
            for item in items:
                right, accepted = choice_key(item, key)
                for labels in ([right], [right, *accepted]):
                    code = f">>> answers_{group}.get({item.id!r}) in {labels!r}\nTrue"
                    cases.append({"code": code, "hidden": True, "locked": False, "points": item.points[""] / 2})
        elif items[0].kind == "marks":
            bearing = key_for_item(items[0], key)
            for label, worth in items[0].points.items():
                required, accepted_spans = (
                    [(s.start, s.end) for a in bearing if (a.label, a.status) == (label, status) for s in a.spans]
                    for status in ("required", "accepted")
                )
                marked = f"[tuple(s) for m in answers_{group} if m['label'] == {label!r} for s in m['spans']]"
                for n in range(1, STEPS_OF_F1 + 1):
                    code = f">>> f1({marked}, {required}, {accepted_spans}) >= {n / STEPS_OF_F1 - 1e-9}\nTrue"
                    cases.append({"code": code, "hidden": True, "locked": False, "points": worth / STEPS_OF_F1})
        if cases:
            suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
            yield group, {"name": group, "points": None, "suites": [suite]}


def _notebook(answers: Answers, exercise: Exercise) -> dict[str, Any]:
    """A student's notebook: the measure, and the answers of each group as Python."""
    sources = [MEASURE.strip()]
    for group in exercise.groups:
        items = exercise.in_group(group)
        given: Any = {item.id: answers.answers[item.id] for item in items if item.id in answers.answers}
        if items[0].kind == "marks":
            given = given.get(items[0].id, [])
        sources.append(f"answers_{group} = {json.dumps(given, ensure_ascii=False)}")
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
        for n, text in enumerate(sources)
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _points(results: Mapping[str, Any], exercise: Exercise) -> dict[str, float]:
    """Points by group, of groups of choices."""
    choices = {group for group in exercise.groups if exercise.in_group(group)[0].kind == "choice"}
    return {test["name"]: test["score"] for test in results["tests"] if test["name"] in choices}
