"""The gradebook as a table of its own: a row for each student and exercise."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from redpencil.cells import neutral_cell
from redpencil.grading.export.cells import number
from redpencil.grading.gradebook import Gradebook
from redpencil.grading.roster import Student
from redpencil.grading.submissions import GRADED

COLUMNS = ("Student ID", "Student", "Section", "Exercise", "State", "Points", "Out of")
LAST_COLUMNS = (
    "Days late", "Taken for lateness", "Set by teacher", "Why set", "Comments", "File", "Reason", "Handed in", "Saved",
    "Graded",
)  # fmt: skip
NOTHING = "nothing handed in"


def write_csv(gradebook: Gradebook, stream: TextIO, roster: Iterable[Student] = ()) -> int:
    """Write a row for each student and exercise, sorted, and return how many.

    Whoever is on the ``roster`` and handed in nothing of an exercise gets a row that says so,
    after those who did. Between the fixed columns stands one for each group of items. Points are empty unless the state
    is ``graded``: what went wrong, or waits, has no number. Cells that a spreadsheet would run as a formula begin with
    an apostrophe; numbers are numbers.

    How well one student tells items apart (d') is left out: the items of one exercise are too few for a verdict on one
    person. The class report has it for the class.
    """
    groups = list(dict.fromkeys(name for exercise in gradebook.exercises_with_parts() for name in exercise))
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *(neutral_cell(f"{exercise}: {group}") for exercise, group in groups), *LAST_COLUMNS])
    everybody = {one.id: (one.name, one.section) for one in roster}
    rows = 0
    exercise, seen = "", set[str]()
    for row in gradebook.one_for_each_student():
        if row.exercise != exercise:
            rows += _absent(writer, exercise, everybody, seen, len(groups))
            exercise, seen = row.exercise, set()
        if everybody:
            seen.add(row.student_id)
        writer.writerow(_cells(row, groups))
        rows += 1
    rows += _absent(writer, exercise, everybody, seen, len(groups))
    return rows


def _cells(row: Any, groups: Iterable[tuple[str, str]]) -> list[str]:
    parts, details, manual = (json.loads(text) for text in (row.parts, row.details, row.manual))
    late = details.get("late") or {}
    override = manual.get("override") or {}
    return [
        neutral_cell(row.student_id),
        neutral_cell(row.student_name),
        neutral_cell(row.section),
        neutral_cell(row.exercise),
        row.state,
        number(row.points) if row.state == GRADED else "",
        number(row.points_at_most),
        *(number(parts.get(group)) if exercise == row.exercise else "" for exercise, group in groups),
        # What is known of lateness without a rule that costs points is the platform's word alone.
        str(late["days"]) if late else "marked late" if row.late else "",
        number(late.get("taken")),
        number(override.get("points")),
        neutral_cell(override.get("reason") or ""),
        neutral_cell(_comments(manual)),
        neutral_cell(row.path),
        neutral_cell(row.reason),
        # When it was handed in is the platform's word, when it was saved the student's.
        neutral_cell(row.handed_in_at),
        neutral_cell(row.saved_at),
        row.graded_at,
    ]


def _comments(manual: Mapping[str, Any]) -> str:
    of_items = ((item, given.get("comment")) for item, given in manual.get("items", {}).items())
    said = [manual.get("comment"), *(f"{item}: {comment}" for item, comment in of_items if comment)]
    return " · ".join(filter(None, said))


def _absent(writer: Any, exercise: str, everybody: Mapping[str, tuple[str, str]], seen: set[str], groups: int) -> int:
    """Write who is on the roster and handed in nothing of an exercise; return how many."""
    if not exercise:
        return 0
    absent = sorted(everybody.keys() - seen)
    for id in absent:
        name, section = everybody[id]
        first = [neutral_cell(id), neutral_cell(name), neutral_cell(section), neutral_cell(exercise), NOTHING]
        rest = len(COLUMNS) + groups + len(LAST_COLUMNS) - len(first)
        writer.writerow([*first, *[""] * rest])
    return len(absent)
