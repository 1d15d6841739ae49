"""The gradebook: what was handed in, what it earned, and every later change with its time and reason."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    select,
    tuple_,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from redpencil.document import KitError
from redpencil.grading.submissions import DUPLICATE, EMPTY, GRADED, NEEDS_MANUAL

FORMAT = 1
DEFAULT_URL = "sqlite:///gradebook.sqlite"

_metadata = MetaData()
_about = Table("about", _metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False))

# One row for each file that was handed in. Points are null unless the state is "graded"; parts are points by group of
# items, where null waits for a person. Answers and details are JSON: what was handed in, and what became of each mark.
submissions = Table(
    "submissions",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("exercise", String(64), nullable=False),
    Column("student_id", String(200), nullable=False),
    Column("student_name", String(200), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("saved_at", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("points", Float),
    Column("points_at_most", Float),
    Column("parts", Text, nullable=False),
    Column("answers", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("exercise_version", String(64), nullable=False),
    Column("key_version", String(64), nullable=False),
    Column("graded_at", String(40), nullable=False),
    UniqueConstraint("path", "sha256", name="one_row_a_file"),
    Index("by_student", "exercise", "student_id"),
)
# What changed in a row after it was first written: nothing is overwritten without a trace.
changes = Table(
    "changes",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", Integer, nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("what", String(20), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

# States of a submission that may stand for its student.
COUNTING = (GRADED, NEEDS_MANUAL)
# The order in which one of a student's submissions stands for the student.
_RANK = {GRADED: 0, NEEDS_MANUAL: 0, EMPTY: 1}


class Gradebook:
    """A gradebook in a database that SQLAlchemy reaches; SQLite in the current folder unless another URL is given."""

    def __init__(self, url: str = DEFAULT_URL, *, must_exist: bool = False) -> None:
        """Open it, and make its tables if they are not there.

        Raises KitError if the URL is none, the database cannot be reached or was written by a newer kit, or, with
        ``must_exist``, nothing was graded into it yet.
        """
        self.url = url
        try:
            self.engine = create_engine(url)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise KitError(
                f"{url!r} is no gradebook address ({error}).\n"
                "Write sqlite:///FILE, or an address such as postgresql://user@host/database."
            ) from None
        nothing_there = KitError(
            f"There is no gradebook at {url}.\nGrade first (redpencil grade FOLDER), or name another with --gradebook."
        )
        if self.engine.dialect.name == "sqlite":
            # SQLite makes a file of every name that it is asked for.
            if must_exist and not Path(self.engine.url.database or "").is_file():
                raise nothing_there
            event.listen(self.engine, "connect", _tune_sqlite)
        try:
            with self.engine.begin() as connection:
                fresh = not self.engine.dialect.has_table(connection, "about")
                if fresh and must_exist:
                    raise nothing_there
                if fresh:
                    _metadata.create_all(connection)
                    connection.execute(_about.insert(), {"name": "format", "value": str(FORMAT)})
                found = connection.scalar(select(_about.c.value).where(_about.c.name == "format"))
        except DBAPIError as error:
            raise KitError(
                f"The gradebook {url} cannot be opened: {error.orig}.\n"
                "Check that the folder exists, that the file is a gradebook, and that no other program holds it."
            ) from None
        if found != str(FORMAT):
            raise KitError(f"The gradebook {url} has the format {found}; this kit reads {FORMAT}. Update the kit.")

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def record(self, rows: Sequence[dict[str, Any]]) -> tuple[list[Mapping[str, Any]], int]:
        """Write a batch of graded rows, all or nothing; return them as they stand, and how many were new or changed.

        A row that is there already, graded by the same key, is left as it is. One that another key graded is written
        anew, with what was before among the changes. Of a student's submissions the last saved one counts; the others
        become duplicates.
        """
        with self.engine.begin() as connection:
            there = self._of_paths(connection, [row["path"] for row in rows])
            standing: list[Mapping[str, Any]] = []
            new: list[dict[str, Any]] = []
            updated: dict[int, dict[str, Any]] = {}
            changed: list[dict[str, Any]] = []
            for row in rows:
                before = there.get((row["path"], row["sha256"]))
                if before is None:
                    new.append(row)
                elif (row["key_version"], row["exercise"]) == (before.key_version, before.exercise):
                    standing.append(dict(before._mapping))
                    continue
                else:
                    updated[before.id] = row
                    changed.append(_change(before, row, "regraded", "The key or the exercise changed."))
                standing.append(row)
            self._settle_duplicates(connection, new, updated, changed)
            if new:
                connection.execute(submissions.insert(), new)
            for id, values in updated.items():
                connection.execute(submissions.update().where(submissions.c.id == id).values(values))
            if changed:
                connection.execute(changes.insert(), changed)
        return standing, len(new) + len(updated)

    def _settle_duplicates(
        self,
        connection: Connection,
        new: Sequence[dict[str, Any]],
        updated: dict[int, dict[str, Any]],
        changed: list[dict[str, Any]],
    ) -> None:
        counting = [row for row in (*new, *updated.values()) if row["state"] in COUNTING]
        if not counting:
            return
        columns = tuple_(submissions.c.exercise, submissions.c.student_id)
        students = list({(row["exercise"], row["student_id"]) for row in counting})
        query = select(submissions).where(columns.in_(students), submissions.c.state.in_(COUNTING))
        # A row that this batch regrades stands as it will be, not as it was.
        stands: dict[tuple[str, str], Mapping[str, Any]] = {
            (row.exercise, row.student_id): updated.get(row.id) or MappingProxyType(dict(row._mapping))
            for row in connection.execute(query)
        }
        for row in counting:
            student = (row["exercise"], row["student_id"])
            other = stands.get(student)
            if other is None or other is row:
                stands[student] = row
            elif other["path"] == row["path"] or _saved(row) > _saved(other):
                # Where a file took the place of another, that one is not there any more, whatever time it gives.
                stands[student] = row
                after = {"state": DUPLICATE, "reason": f"A later one counts: {row['path']}.", "points": None}
                if isinstance(other, dict):
                    other.update(after)
                else:
                    changed.append(_change(other, after, "stood back", str(after["reason"])))
                    updated[other["id"]] = after
            else:
                row.update(state=DUPLICATE, reason=f"Another one counts: {other['path']}.", points=None)

    def _of_paths(self, connection: Connection, paths: Sequence[str]) -> dict[tuple[str, str], Row[Any]]:
        query = select(submissions).where(submissions.c.path.in_(paths))
        return {(row.path, row.sha256): row for row in connection.execute(query)}

    def one_for_each_student(self) -> Iterator[Row[Any]]:
        """By exercise and student, the submission that stands for the student, one at a time.

        That is the one that counts; else, so that nobody is forgotten, the one that comes nearest to it.
        """
        query = select(submissions).order_by(submissions.c.exercise, submissions.c.student_id, submissions.c.id)
        best: Row[Any] | None = None
        with self._streaming(query) as rows:
            for row in rows:
                if best is not None and (row.exercise, row.student_id) != (best.exercise, best.student_id):
                    yield best
                    best = None
                if best is None or _RANK.get(row.state, 2) < _RANK.get(best.state, 2):
                    best = row
        if best is not None:
            yield best

    def count(self) -> int:
        """How many submissions there are, in any state."""
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(submissions)) or 0

    def exercises_with_parts(self) -> list[list[tuple[str, str]]]:
        """For each exercise that something was graded of, (exercise, group) for each of its groups, in order."""
        query = (
            select(submissions.c.exercise, func.min(submissions.c.parts))
            .where(submissions.c.state.in_(COUNTING))
            .group_by(submissions.c.exercise)
            .order_by(submissions.c.exercise)
        )
        with self.engine.connect() as connection:
            return [[(row[0], group) for group in json.loads(row[1])] for row in connection.execute(query)]

    @contextlib.contextmanager
    def _streaming(self, query: Any) -> Iterator[Iterator[Row[Any]]]:
        with self.engine.connect() as connection:
            yield iter(connection.execution_options(yield_per=500).execute(query))


def _saved(row: Mapping[str, Any]) -> tuple[str, str]:
    return (row["saved_at"], row["path"])


def _change(before: Any, after: Mapping[str, Any], what: str, reason: str) -> dict[str, Any]:
    there = before if isinstance(before, Mapping) else before._mapping
    told = ("state", "points", "key_version")
    return {
        "submission_id": there["id"],
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "what": what,
        "before": json.dumps({name: there[name] for name in told}),
        "after": json.dumps({name: after[name] for name in told if name in after}),
        "reason": reason,
    }


def _tune_sqlite(connection: Any, _record: object) -> None:
    # Readers go on while a batch is written, and a second writer waits instead of failing.
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
