"""The same class's answers as an nbgrader course, and how long nbgrader takes for them.

The assignment is written as an instructor who knows nbgrader would: an answer cell for the rungs and one for the
marks, an autograded test cell for all rungs and one for each label of the marks (partial credit, the key in hidden
tests), and a manually graded cell for the free text. Few test cells cost nbgrader less time than many. Its own settings
stay as they come, and so does its order of work: a kernel for each student, one after the other.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import Measured, measure
from redpencil.annotation import Annotation
from redpencil.exercise import Answers, Exercise, Item, key_for_item
from redpencil.grading.submissions import read_submission

CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "side-by-side"\n'

# An instructor's own version of the measure, so that equal points mean that two programs agree.
MEASURE = '''
def merge(spans):
    """The spans with overlapping ones made into one."""
    merged = []
    for start, end in sorted(map(tuple, spans)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def shared(a, b):
    """How many characters two spans share."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def f1(submitted, required, accepted):
    """F1 of submitted spans, once what the key merely accepts is left out."""
    needed = {i for start, end in required for i in range(start, end)}
    spared = {i for start, end in accepted for i in range(start, end)} - needed
    kept = []
    for start, end in submitted:
        if any(shared((start, end), t) for t in required):
            while start in spared:
                start += 1
            while end - 1 in spared:
                end -= 1
        elif any(2 * shared((start, end), a) >= end - start for a in accepted):
            continue
        kept.append((start, end))
    s, t = merge(kept), merge(required)
    if not s or not t:
        return 0.0
    precision = sum(shared(a, b) / (a[1] - a[0]) for a in s for b in t) / len(s)
    recall = sum(shared(a, b) / (b[1] - b[0]) for a in s for b in t) / len(t)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
'''

CHOICE_TEST = """
### BEGIN HIDDEN TESTS
key = {key}
points = 0
for item, (right, accepted, worth) in key.items():
    given = answers_{group}.get(item)
    earned = worth if given == right else worth / 2 if given in accepted else 0
    if earned < worth:
        print(f"{{item}}: {{given or 'no answer'}} earns {{earned}} of {{worth}}")
    points += earned
float(points)
### END HIDDEN TESTS
"""

MARKS_TEST = """
### BEGIN HIDDEN TESTS
submitted = [tuple(span) for mark in answers_{group} if mark["label"] == {label!r} for span in mark["spans"]]
required = {required}
accepted = {accepted}
for span in required:
    if not any(shared(span, mark) for mark in submitted):
        print("missed:", span)
{worth} * f1(submitted, required, accepted)
### END HIDDEN TESTS
"""


@dataclass(frozen=True, slots=True)
class Side:
    """What nbgrader took for a class: a whole process each for grading, feedback and export."""

    grade: Measured
    feedback: Measured
    export: Measured
    points: Mapping[str, Mapping[str, float]]


def source_notebook(exercise: Exercise, key: Sequence[Annotation]) -> dict[str, Any]:
    """The instructor's notebook: the text, answer cells with the key as solution, tests, and free text."""
    cells = [_cell("markdown", f"# {exercise.title}\n\n{exercise.intro}\n\n{exercise.document.text}")]
    cells.append(_cell("code", MEASURE.strip(), "measure", locked=True))
    for group in exercise.groups:
        items = exercise.in_group(group)
        cells.append(_cell("markdown", f"## {items[0].title}\n\n{items[0].prompt}"))
        if items[0].kind == "free-text":
            worth = sum(item.points_at_most for item in items)
            cells.append(_cell("markdown", "Your answer.", f"answer-{group}", solution=True, points=worth))
            continue
        solution: Any
        if items[0].kind == "choice":
            solution = {item.id: choice_key(item, key)[0] for item in items}
        else:
            wanted = [a for a in key_for_item(items[0], key) if a.status == "required"]
            solution = [{"label": a.label, "spans": [[s.start, s.end] for s in a.spans]} for a in wanted]
        text = f"### BEGIN SOLUTION\n{_assigned(group, solution)}\n### END SOLUTION"
        cells.append(_cell("code", text, f"answer-{group}", solution=True))
        cells.extend(_test_cells(group, items, key))
    return {
        "cells": [{"id": f"cell-{n}", **cell} for n, cell in enumerate(cells, start=1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def build_course(course: Path, submissions: Path, exercise: Exercise, key: Sequence[Annotation], bin: Path) -> int:
    """Write the course, have nbgrader generate the assignment, and put each student's answers into a released copy.

    ``submissions`` is the class's folder as `make_class.py` writes it; returns how many students there are.
    """
    source = course / "source" / exercise.id / f"{exercise.id}.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(json.dumps(source_notebook(exercise, key), indent=1), encoding="utf-8")
    (course / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    _nbgrader(course, bin, "generate_assignment", exercise.id)
    released = course / "release" / exercise.id / source.name
    count = 0
    for path in sorted(submissions.glob("*/*")):
        answers = read_submission(path.read_bytes(), exercise.id)
        notebook = json.loads(released.read_bytes())
        _fill_in(notebook, answers, exercise)
        place = course / "submitted" / path.parent.name / exercise.id / source.name
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        count += 1
    return count


def run_nbgrader(course: Path, exercise: Exercise, bin: Path) -> Side:
    """Autograde the class, write its feedback and its CSV, a whole process each, and read the points it gave."""
    grade = _nbgrader(course, bin, "autograde", exercise.id)
    feedback = _nbgrader(course, bin, "generate_feedback", exercise.id)
    export = _nbgrader(course, bin, "export", "--to", "grades.csv")
    return Side(grade, feedback, export, dict(_points(course / "gradebook.db", exercise)))


def _nbgrader(course: Path, bin: Path, *arguments: str) -> Measured:
    # Its own settings folders: what this machine's user configured for Jupyter neither slows it down nor speeds it up.
    settings = {
        name: str(course / ".jupyter" / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    path = f"{bin}{os.pathsep}{os.environ.get('PATH', '')}"
    return measure([bin / "nbgrader", *arguments], cwd=course, environment={**settings, "PATH": path})


def _points(gradebook: Path, exercise: Exercise) -> Iterator[tuple[str, dict[str, float]]]:
    """Each student's autograded points by group of items, from nbgrader's database."""
    query = """
        SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score
        FROM grade
        JOIN base_cell ON base_cell.id = grade.cell_id
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
        WHERE base_cell.name LIKE 'test-%'
    """
    points: dict[str, dict[str, float]] = {}
    with closing(sqlite3.connect(gradebook)) as database:
        for student, cell, score in database.execute(query):
            group = next(g for g in exercise.groups if cell == f"test-{g}" or cell.startswith(f"test-{g}-label-"))
            of_student = points.setdefault(student, {})
            of_student[group] = of_student.get(group, 0.0) + score
    yield from points.items()


def _cell(
    kind: str, source: str, id: str = "", *, solution: bool = False, locked: bool = False, points: float | None = None
) -> dict[str, Any]:
    """A cell, with nbgrader's metadata (schema 3) if it has an id."""
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    if id:
        about = {"schema_version": 3, "grade_id": id, "grade": points is not None, "solution": solution}
        cell["metadata"]["nbgrader"] = {**about, "locked": locked, "task": False}
        if points is not None:
            cell["metadata"]["nbgrader"]["points"] = points
    return cell


def _test_cells(group: str, items: Sequence[Item], key: Sequence[Annotation]) -> Iterator[dict[str, Any]]:
    if items[0].kind == "choice":
        rows = {item.id: [*choice_key(item, key), item.points[""]] for item in items}
        test = CHOICE_TEST.format(group=group, key=json.dumps(rows, indent=4)).strip()
        yield _cell("code", test, f"test-{group}", locked=True, points=sum(item.points_at_most for item in items))
        return
    bearing = key_for_item(items[0], key)
    for label, worth in items[0].points.items():
        spans = {
            status: [(s.start, s.end) for a in bearing if (a.label, a.status) == (label, status) for s in a.spans]
            for status in ("required", "accepted")
        }
        test = MARKS_TEST.format(group=group, label=label, worth=worth, **spans).strip()
        yield _cell("code", test, f"test-{group}-label-{label}", locked=True, points=worth)


def choice_key(item: Item, key: Sequence[Annotation]) -> tuple[str, list[str]]:
    """The right label of a choice and those that the key accepts as well."""
    bearing = key_for_item(item, key)
    (right,) = (a.label for a in bearing if a.status == "required")
    return right, [a.label for a in bearing if a.status == "accepted"]


def _assigned(group: str, answers: Any) -> str:
    """An answer cell's line: texts, numbers, lists and objects read the same in JSON and in Python."""
    return f"answers_{group} = {json.dumps(answers, indent=4, ensure_ascii=False)}"


def _fill_in(notebook: Mapping[str, Any], answers: Answers, exercise: Exercise) -> None:
    cells = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
    for group in exercise.groups:
        items = exercise.in_group(group)
        given = {item.id: answers.answers[item.id] for item in items if item.id in answers.answers}
        if items[0].kind == "choice":
            text = _assigned(group, given)
        elif items[0].kind == "marks":
            text = _assigned(group, given.get(group, []))
        elif given:
            text = given[group]
        else:
            continue
        cells[f"answer-{group}"]["source"] = text.splitlines(keepends=True)
