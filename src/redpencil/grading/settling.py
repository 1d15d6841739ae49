"""What one transaction changes in a gradebook: rows, who of a student's submissions counts, and all of it in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from redpencil.grading.lms_names import CANVAS, canvas_upload
from redpencil.grading.points import SAME_FILE, compact, split_version, total
from redpencil.grading.schema import changes, decisions, of_students, submissions
from redpencil.grading.submissions import DUPLICATE, GRADED, NEEDS_MANUAL
from redpencil.grading.times import moment, now

# States of a submission that may stand for its student.
COUNTING = (GRADED, NEEDS_MANUAL)
# What a row is matched by that counts for nobody until a person says whose it is, and what by a person's word.
NOBODY, HAND = "nobody", "hand"
# Rows in one question to the database.
CHUNK = 250
# What a change is told of: the grade, whose it is, and whether the row still stands for its file.
_TOLD = ("state", "points", "key_version", "is_current", "student_id", "matched_by", "manual")
KEY_CHANGED = "The key or the exercise changed."
SETTINGS_CHANGED = "The course’s settings changed."
BOTH_CHANGED = "The key or the exercise changed, and so did the course’s settings."
TIME_KNOWN = "What is known of when it was handed in changed."
# Reasons for which a grade moves though the student did nothing.
REGRADED = (KEY_CHANGED, SETTINGS_CHANGED, BOTH_CHANGED, TIME_KNOWN)
# All columns but those that hold much.
LIGHT = [column for column in submissions.columns if column.name not in ("parts", "answers", "details")]
_EARLIER = "What was decided on an earlier attempt stays with it"
# What tells that a row is not settled yet.
_SETTLED = ("state", "points", "reason", "manual")

Student = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Moved:
    """A submission whose grade moved though the student did nothing: from what to what, and why."""

    exercise: str
    student_id: str
    student_name: str
    path: str
    state_before: str
    points_before: float | None
    state: str
    points: float | None
    reason: str


class Work:
    """What one transaction changes: rows, then who of each student's submissions counts, then the changes in words."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.inserted: list[dict[str, Any]] = []
        self.updated: dict[int, dict[str, Any]] = {}
        self.before: dict[int, Row[Any]] = {}
        self.reasons: dict[int, str] = {}
        self.students: set[Student] = set()
        self.moved: list[Moved] = []

    def insert(self, row: dict[str, Any]) -> None:
        """Write a row that is not there yet."""
        self.inserted.append(row)

    def update(self, before: Row[Any], values: Mapping[str, Any], reason: str) -> None:
        """Write values over those of a row; the first of several reasons is the one that is told."""
        self.before.setdefault(before.id, before)
        self.reasons.setdefault(before.id, reason)
        self.updated.setdefault(before.id, {}).update(values)
        self.students.add((before.exercise, before.student_id))
        if "exercise" in values or "student_id" in values:
            now = (values.get("exercise", before.exercise), values.get("student_id", before.student_id))
            self.students.add(now)

    def finish(self) -> int:
        """Write everything, and return how many rows were inserted or changed."""
        if self.inserted:
            self.connection.execute(submissions.insert(), self.inserted)
        self._write_updates()
        self._settle()
        self._write_updates()
        changed = []
        for chunk in chunks(list(self.before)):
            query = select(*LIGHT).where(submissions.c.id.in_(chunk))
            for row in self.connection.execute(query):
                old, reason = self.before[row.id], self.reasons[row.id]
                was, is_now = ({name: getattr(one, name) for name in _TOLD} for one in (old, row))
                if was != is_now:
                    change = {"before": compact(was), "after": compact(is_now), "reason": reason}
                    changed.append({"submission_id": row.id, "at": now(), **change})
                if (old.state, old.points) != (row.state, row.points) and reason in REGRADED:
                    self.moved.append(_moved(old, row, reason))
        if changed:
            self.connection.execute(changes.insert(), changed)
        return len(self.inserted) + len(changed)

    def _write_updates(self) -> None:
        for id, values in self.updated.items():
            self.connection.execute(submissions.update().where(submissions.c.id == id).values(values))
        self.updated.clear()

    def _settle(self) -> None:
        """Let the last of each touched student's gradable submissions count, and make the others duplicates."""
        by_student: dict[tuple[str, str, bool], list[Row[Any]]] = {}
        for theirs in of_students(self.students | self._with_several_rows(), CHUNK):
            query = select(*LIGHT).where(theirs, submissions.c.is_current, submissions.c.parts != "{}")
            for row in self.connection.execute(query):
                # What is nobody's yet competes with nothing of a student's, but with others of the same identity.
                is_nobodys = row.matched_by == NOBODY
                who = row.handed_in_as if is_nobodys else row.student_id
                by_student.setdefault((row.exercise, who, is_nobodys), []).append(row)
        for rows in by_student.values():
            counts = _last(rows)
            for row in rows:
                if row is not counts:
                    self._settle_row(row, _as_duplicate(row, counts), f"A later one counts: {counts.path}.")
            self._settle_row(counts, self._as_counted(counts, rows), "It counts.")

    def _with_several_rows(self) -> set[Student]:
        """Who of those that a row was inserted for has others too: a row alone counts as it was written.

        Most have none, and this is told from an index alone.
        """
        who = (submissions.c.exercise, submissions.c.student_id)
        inserted = {(row["exercise"], row["student_id"]) for row in self.inserted}
        several: set[Student] = set()
        for theirs in of_students(inserted - self.students, CHUNK):
            query = select(*who).where(theirs).group_by(*who).having(func.count() > 1)
            several.update((row.exercise, row.student_id) for row in self.connection.execute(query))
        return several

    def _settle_row(self, row: Row[Any], settled: Mapping[str, Any], why: str) -> None:
        if any(getattr(row, name) != value for name, value in settled.items() if name in _SETTLED):
            self.update(row, settled, why)

    def _as_counted(self, row: Row[Any], rows: Sequence[Row[Any]]) -> dict[str, Any]:
        """What is to be written of the row that counts among a student's ``rows``; little, if it did before."""
        decided = [other for other in rows if other is not row and other.manual != "{}"]
        manual = row.manual
        if manual == "{}" and decided:
            # The same file at another place, as when a zip was fetched again: what was decided on it holds for it here.
            same = [other for other in decided if other.sha256 == row.sha256]
            if same:
                donor = _last(same)
                manual = donor.manual
                self._copy_decisions(donor.id, row.id)
        earlier = f"{_EARLIER}: {_last(decided).path}." if decided else ""
        note = earlier if manual == "{}" else ""
        if row.state != DUPLICATE and manual == row.manual:
            return {"reason": f"{row.reason.partition(_EARLIER)[0].strip()} {note}".strip()}
        columns = (submissions.c.parts, submissions.c.details, submissions.c.points_at_most)
        found = self.connection.execute(select(*columns).where(submissions.c.id == row.id)).one()
        come_to = total(json.loads(found.parts), json.loads(found.details), found.points_at_most, json.loads(manual))
        return {
            "manual": manual,
            "state": come_to.state,
            "points": come_to.points,
            "parts": compact(come_to.parts),
            "details": compact(come_to.details),
            "reason": f"{come_to.reason} {note}".strip(),
        }

    def _copy_decisions(self, donor: int, to: int) -> None:
        names = ("at", "kind", "item", "value", "reason", "by")
        mine = select(*(decisions.c[name] for name in names)).where(decisions.c.submission_id == donor)
        rows = self.connection.execute(mine.order_by(decisions.c.id)).mappings().all()
        self.connection.execute(decisions.insert(), [{**row, "submission_id": to} for row in rows])


def _moved(old: Row[Any], row: Row[Any], reason: str) -> Moved:
    who = (row.exercise, row.student_id, row.student_name, row.path)
    return Moved(*who, old.state, old.points, row.state, row.points, reason)


def _as_duplicate(row: Row[Any], counts: Row[Any]) -> dict[str, Any]:
    why = SAME_FILE if row.sha256 == counts.sha256 else "Another one of this student counts:"
    return {"state": DUPLICATE, "points": None, "reason": f"{why} {counts.path}."}


def _last(rows: Sequence[Row[Any]]) -> Row[Any]:
    """The last of a student's submissions: by number of the attempt if all have one, else by the time.

    The time is that at which it was handed in; else that at which it was saved, which is only the student's word. So of
    several that come out of Canvas, whose names have no time, only the one with the highest number of an upload is
    looked at.
    """
    uploads = [row for row in rows if row.handed_in_as.startswith(f"{CANVAS} ") and canvas_upload(row.path)]
    if len(uploads) > 1:
        latest = max(uploads, key=lambda row: (canvas_upload(row.path), row.path))
        earlier = {row.id for row in uploads} - {latest.id}
        rows = [row for row in rows if row.id not in earlier]
    if len(rows) == 1:
        return rows[0]
    numbered = all(row.attempt > 0 for row in rows)

    def place(row: Row[Any]) -> tuple[Any, ...]:
        by_time = (moment(row.handed_in_at or row.saved_at), row.attempt, moment(row.saved_at), row.path)
        return (row.attempt, *by_time) if numbered else by_time

    return max(rows, key=place)


def with_manual(values: Mapping[str, Any], manual: str) -> Mapping[str, Any]:
    """A freshly graded row's columns, put together with what a person decided on it."""
    return values if manual == "{}" or values["parts"] == "{}" else put_together(values, manual)


def put_together(values: Mapping[str, Any], manual: str) -> dict[str, Any]:
    """A row's columns with its points anew, of its parts and of what a person decided on it."""
    parts, details = json.loads(values["parts"]), json.loads(values["details"])
    come_to = total(parts, details, values["points_at_most"], json.loads(manual))
    return {
        **values,
        "state": come_to.state,
        "points": come_to.points,
        "parts": compact(come_to.parts),
        "details": compact(come_to.details),
        "reason": come_to.reason,
    }


def why_regraded(before: str, after: str) -> str:
    """What changed between two versions of key and settings."""
    (key, settings), (new_key, new_settings) = split_version(before), split_version(after)
    if key != new_key and settings != new_settings:
        return BOTH_CHANGED
    return KEY_CHANGED if key != new_key else SETTINGS_CHANGED


def chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The rows, as many at a time as go into one question."""
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
