"""Tables out of the gradebook."""

from __future__ import annotations

import csv
import json
from typing import TextIO

from redpencil.cells import neutral_cell as neutral
from redpencil.grading.gradebook import Gradebook
from redpencil.grading.submissions import GRADED

COLUMNS = ("Student ID", "Student", "Exercise", "State", "Points", "Out of")
LAST_COLUMNS = ("File", "Reason", "Handed in", "Graded")


def write_csv(gradebook: Gradebook, stream: TextIO) -> int:
    """Write a row for each student and exercise, sorted, and return how many.

    Between the fixed columns stands one for each group of items. Points are empty unless the state is ``graded``: what
    went wrong, or waits, has no number. Cells that a spreadsheet would run as a formula begin with an apostrophe.

    How well one student tells items apart (d') is left out: the items of one exercise are too few for a verdict on one
    person. The class page has it for the class.
    """
    groups = list(dict.fromkeys(name for exercise in gradebook.exercises_with_parts() for name in exercise))
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *(neutral(f"{exercise}: {group}") for exercise, group in groups), *LAST_COLUMNS])
    rows = 0
    for row in gradebook.one_for_each_student():
        parts = json.loads(row.parts)
        writer.writerow(
            [
                neutral(row.student_id),
                neutral(row.student_name),
                neutral(row.exercise),
                row.state,
                _number(row.points) if row.state == GRADED else "",
                _number(row.points_at_most),
                *(_number(parts.get(group)) if exercise == row.exercise else "" for exercise, group in groups),
                neutral(row.path),
                neutral(row.reason),
                row.saved_at,
                row.graded_at,
            ]
        )
        rows += 1
    return rows


def _number(points: float | None) -> str:
    return "" if points is None else f"{points:.2f}"
