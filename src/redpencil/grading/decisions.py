"""What a person decides of a submission: points and comments for free text, a comment or other points for the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from redpencil.grading.schema import of_students, submissions
from redpencil.grading.submissions import GRADED, NEEDS_MANUAL

POINTS, COMMENT, OVERRIDE, MATCH = "points", "comment", "override", "match"
COMMENT_AT_MOST = 5_000
STUDENTS_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on the submission that stands for a student.

    ``value`` is a number for ``points`` (of an item) and ``override`` (of the whole), a text for ``comment`` (of an
    item, or of the whole where ``item`` is ``""``); None takes an earlier one back. ``sha256`` begins the sum of the
    file that was decided on, which may be an earlier attempt by now; ``""`` is whatever counts.
    """

    exercise: str
    student_id: str
    kind: str
    item: str
    value: float | str | None
    reason: str = ""
    sha256: str = ""


def folded(rows: Iterable[Mapping[str, Any]], manual: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The state that rows of the table of decisions lead to, in their order, from ``manual`` on.

    It is ``{"items": {item: {"points": …, "comment": …}}, "override": {"points": …, "reason": …}, "comment": …}``, each
    only where it was decided.
    """
    before = manual or {}
    items = {item: dict(of_item) for item, of_item in before.get("items", {}).items()}
    whole = {name: value for name, value in before.items() if name != "items"}
    for row in rows:
        value = json.loads(row["value"])
        if row["kind"] == OVERRIDE:
            _put(whole, OVERRIDE, None if value is None else {"points": value, "reason": row["reason"]})
        elif row["kind"] == COMMENT and not row["item"]:
            _put(whole, COMMENT, value)
        elif row["kind"] in (POINTS, COMMENT):
            _put(items.setdefault(row["item"], {}), row["kind"], value)
    items = {item: of_item for item, of_item in items.items() if of_item}
    return {**({"items": items} if items else {}), **whole}


def _put(into: dict[str, Any], name: str, value: object) -> None:
    if value is None:
        into.pop(name, None)
    else:
        into[name] = value


def targets(connection: Connection, wanted: Sequence[Decision]) -> list[Row[Any] | str]:
    """For each decision the row that it is about; or what stands against it."""
    by_student: dict[tuple[str, str], list[Row[Any]]] = {}
    for theirs in of_students({(one.exercise, one.student_id) for one in wanted}, STUDENTS_AT_ONCE):
        query = select(submissions).where(theirs)
        for row in connection.execute(query.where(submissions.c.is_current, submissions.c.matched_by != "nobody")):
            by_student.setdefault((row.exercise, row.student_id), []).append(row)
    return [_target(one, by_student.get((one.exercise, one.student_id), ())) for one in wanted]


def _target(one: Decision, rows: Sequence[Row[Any]]) -> Row[Any] | str:
    counting = [row for row in rows if row.state in (GRADED, NEEDS_MANUAL)]
    # What was read is what is meant, also where the student has handed in another since.
    read = [row for row in (*counting, *rows) if row.parts != "{}" and row.sha256.startswith(one.sha256)]
    if not rows:
        return (
            f"found the student id “{one.student_id}”; expected one that handed in {one.exercise}. It may be misspelt, "
            "or the spreadsheet program changed it (a leading 0?). Compare it with redpencil export csv"
        )
    if not counting:
        return (
            f"what “{one.student_id}” handed in for {one.exercise} is {rows[0].state}; expected graded or "
            f"needs-manual. {rows[0].reason}"
        )
    if not read:
        return (
            f"found the submission “{one.sha256}”; expected one of “{one.student_id}” ({counting[0].sha256[:16]}…). "
            "The file was replaced since the sheet was written: write the sheet again with --free-text-out"
        )
    row = read[0]
    if one.item and one.item not in json.loads(row.details).get("free_text", {}):
        known = ", ".join(json.loads(row.details).get("free_text", {})) or "none"
        return (
            f"found the item “{one.item}”; expected a free text of {one.exercise} that counts ({known}). It may be "
            "misspelt, or the course’s settings drop it"
        )
    if one.kind == OVERRIDE and isinstance(one.value, float) and one.value > row.points_at_most:
        return f"found the points {one.value:g}; expected at most {row.points_at_most:g}, all that counts. Correct it"
    return row
