"""The gradebook: what was handed in, what it earned, and every later change with its time and reason."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    make_url,
    select,
    tuple_,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from redpencil.document import KitError
from redpencil.grading import DEFAULT_GRADEBOOK
from redpencil.grading.submissions import DUPLICATE, EMPTY, GRADED, NEEDS_MANUAL

FORMAT = 1

_metadata = MetaData()
_about = Table("about", _metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False))

# One row for each file that was handed in; what another file replaced at its place is kept, but is not current. Points
# are null unless the state is "graded"; parts are points by group of items, where null waits for a person. Answers and
# details are JSON: what was handed in, and what became of each mark.
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
    Column("is_current", Boolean, nullable=False),
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
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

# States of a submission that may stand for its student.
COUNTING = (GRADED, NEEDS_MANUAL)
# The order in which one of a student's submissions stands for the student.
_RANK = {GRADED: 0, NEEDS_MANUAL: 0, EMPTY: 1}
# Rows in one question to the database.
CHUNK = 250
# What a change is told of: the grade, and whether the row still stands for its file.
_TOLD = ("state", "points", "key_version", "is_current")

Student = tuple[str, str]


class Gradebook:
    """A gradebook in a database that SQLAlchemy reaches; SQLite in the current folder unless another URL is given."""

    def __init__(self, url: str = DEFAULT_GRADEBOOK, *, must_exist: bool = False) -> None:
        """Open it, and make its tables if they are not there.

        Raises KitError if the URL is none, the database cannot be reached or was written by a newer kit, or, with
        ``must_exist``, nothing was graded into it yet.
        """
        try:
            parsed = make_url(url)
            self.name = parsed.render_as_string(hide_password=True)
            self.engine = create_engine(parsed)
        except (ArgumentError, NoSuchModuleError, ValueError) as error:
            raise KitError(
                f"{url!r} is no gradebook address ({error}).\n"
                "Write sqlite:///FILE, or an address such as postgresql+psycopg://user@host/database."
            ) from None
        except ImportError as error:
            raise KitError(
                f"The gradebook {self.name} needs a driver that is not installed ({error}).\nInstall it with pip."
            ) from None
        nothing_there = KitError(
            f"There is no gradebook at {self.name}.\n"
            "Grade first (redpencil grade FOLDER), or name another with --gradebook."
        )
        if self.engine.dialect.name == "sqlite":
            if parsed.database in (None, "", ":memory:"):
                raise KitError(f"{url!r} keeps nothing: it names no file. Write sqlite:///FILE.")
            # SQLite makes a file of every name that it is asked for.
            if must_exist and not Path(parsed.database or "").is_file():
                raise nothing_there
            event.listen(self.engine, "connect", _tune_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        with self._told():
            with self.engine.connect() as connection:
                is_fresh = not self.engine.dialect.has_table(connection, "about")
            if is_fresh and must_exist:
                raise nothing_there
            if is_fresh:
                with self._writing() as connection:
                    # Somebody else may have made it while this one waited.
                    if not self.engine.dialect.has_table(connection, "about"):
                        _metadata.create_all(connection)
                        connection.execute(_about.insert(), {"name": "format", "value": str(FORMAT)})
            with self.engine.connect() as connection:
                found = connection.scalar(select(_about.c.value).where(_about.c.name == "format"))
        if found != str(FORMAT):
            raise KitError(
                f"The gradebook {self.name} has the format {found}; this kit reads {FORMAT}. Update the kit."
            )

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def record(self, rows: Sequence[dict[str, Any]]) -> tuple[list[int], int]:
        """Write a batch of graded rows, all or nothing; return the ids of the rows there, and how many were written.

        A row that is there already, graded by the same key, is left as it is, and so is one that was graded where its
        exercise was to be had, when it is not to be had now. One that another key graded is written anew. A row whose
        file was replaced is kept, but is not current. Of a student's submissions the last saved one counts; the others
        become duplicates. What was before stands among the changes.
        """
        with self._told(), self._writing() as connection:
            here = list({(row["path"], row["sha256"]): row for row in rows}.values())
            paths = [row["path"] for row in here]
            there: dict[str, dict[str, Row[Any]]] = {}
            for found in connection.execute(select(submissions).where(submissions.c.path.in_(paths))):
                there.setdefault(found.path, {})[found.sha256] = found
            work = _Work(connection)
            for row in here:
                before = there.get(row["path"], {}).get(row["sha256"])
                for sha256, other in there.get(row["path"], {}).items():
                    if sha256 != row["sha256"] and other.is_current:
                        work.update(other, {"is_current": False}, "Another file took its place.")
                if before is None:
                    work.insert({**row, "is_current": True})
                elif _is_same(row, before) or (before.key_version and not row["key_version"]):
                    if not before.is_current:
                        work.update(before, {"is_current": True}, "The file is there again.")
                else:
                    work.update(before, {**row, "is_current": True}, "The key or the exercise changed.")
            written = work.finish()
            query = select(submissions.c.id).where(submissions.c.path.in_(paths), submissions.c.is_current)
            return list(connection.scalars(query)), written

    def regrade(self, rows: Iterable[tuple[Row[Any], dict[str, Any]]]) -> int:
        """Write rows anew that another key graded, each with what is to be written; return how many changed."""
        with self._told(), self._writing() as connection:
            work = _Work(connection)
            for before, values in rows:
                work.update(before, values, "The key or the exercise changed.")
            return work.finish()

    def graded_otherwise(self, exercise: str, key_version: str) -> Iterator[list[Row[Any]]]:
        """Current rows of an exercise that another key graded, some at a time; they may be changed meanwhile."""
        last = -1
        while True:
            query = (
                select(submissions)
                .where(
                    submissions.c.exercise == exercise,
                    submissions.c.key_version != key_version,
                    submissions.c.parts != "{}",
                    submissions.c.is_current,
                    submissions.c.id > last,
                )
                .order_by(submissions.c.id)
                .limit(CHUNK)
            )
            with self._told(), self.engine.connect() as connection:
                rows = list(connection.execute(query))
            if not rows:
                return
            yield rows
            last = rows[-1].id

    def of_ids(self, ids: Iterable[int]) -> Iterator[Row[Any]]:
        """The rows with these ids, one at a time."""
        source = iter(ids)
        while chunk := list(islice(source, CHUNK)):
            query = select(submissions).where(submissions.c.id.in_(chunk)).order_by(submissions.c.path)
            with self._told(), self.engine.connect() as connection:
                yield from connection.execute(query)

    def one_for_each_student(self) -> Iterator[Row[Any]]:
        """By exercise and student, the submission that stands for the student, one at a time.

        That is the one that counts; else, so that nobody is forgotten, the one that comes nearest to it.
        """
        query = select(submissions).where(submissions.c.is_current)
        query = query.order_by(submissions.c.exercise, submissions.c.student_id, submissions.c.id)
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
        with self._told(), self.engine.connect() as connection:
            query = select(func.count()).select_from(submissions).where(submissions.c.is_current)
            return connection.scalar(query) or 0

    def exercises_with_parts(self) -> list[list[tuple[str, str]]]:
        """For each exercise that something was graded of, (exercise, group) for each of its groups, in order."""
        query = (
            select(submissions.c.exercise, func.min(submissions.c.parts))
            .where(submissions.c.state.in_(COUNTING), submissions.c.is_current)
            .group_by(submissions.c.exercise)
            .order_by(submissions.c.exercise)
        )
        with self._told(), self.engine.connect() as connection:
            return [[(row[0], group) for group in json.loads(row[1])] for row in connection.execute(query)]

    @contextlib.contextmanager
    def _streaming(self, query: Select[Any]) -> Iterator[Iterator[Row[Any]]]:
        with self._told(), self.engine.connect() as connection:
            yield iter(connection.execution_options(yield_per=500).execute(query))

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that holds the pen from its start: what it reads is still so when it writes."""
        with self.engine.execution_options(writes=True).begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise KitError(
                f"The gradebook {self.name} cannot be used: {error.orig}.\n"
                "Check that its folder exists and can be written to, that the file is a gradebook, and that no other "
                "program holds it. Then run the command again: what was written before stays."
            ) from None


class _Work:
    """What one transaction changes: rows, then who of each student's submissions counts, then the changes in words."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.inserted: list[dict[str, Any]] = []
        self.updated: dict[int, dict[str, Any]] = {}
        self.before: dict[int, Row[Any]] = {}
        self.reasons: dict[int, str] = {}
        self.students: set[Student] = set()

    def insert(self, row: dict[str, Any]) -> None:
        self.inserted.append(row)
        self.students.add((row["exercise"], row["student_id"]))

    def update(self, before: Row[Any], values: Mapping[str, Any], reason: str) -> None:
        self.before.setdefault(before.id, before)
        self.reasons.setdefault(before.id, reason)
        self.updated.setdefault(before.id, {}).update(values)
        self.students.add((before.exercise, before.student_id))
        if "exercise" in values:
            self.students.add((values["exercise"], values["student_id"]))

    def finish(self) -> int:
        """Write everything, and return how many rows were inserted or changed."""
        if self.inserted:
            self.connection.execute(submissions.insert(), self.inserted)
        self._write_updates()
        self._settle()
        self._write_updates()
        changed = []
        for chunk in _chunks(list(self.before)):
            query = select(submissions).where(submissions.c.id.in_(chunk))
            for row in self.connection.execute(query):
                was, now = ({name: getattr(one, name) for name in _TOLD} for one in (self.before[row.id], row))
                if was != now:
                    changed.append(
                        {
                            "submission_id": row.id,
                            "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                            "before": json.dumps(was),
                            "after": json.dumps(now),
                            "reason": self.reasons[row.id],
                        }
                    )
        if changed:
            self.connection.execute(changes.insert(), changed)
        return len(self.inserted) + len(changed)

    def _write_updates(self) -> None:
        for id, values in self.updated.items():
            self.connection.execute(submissions.update().where(submissions.c.id == id).values(values))
        self.updated.clear()

    def _settle(self) -> None:
        """Let the last saved of each touched student's gradable submissions count, and make the others duplicates."""
        columns = tuple_(submissions.c.exercise, submissions.c.student_id)
        by_student: dict[Student, list[Row[Any]]] = {}
        for chunk in _chunks(sorted(self.students)):
            query = select(submissions).where(columns.in_(chunk), submissions.c.is_current, submissions.c.parts != "{}")
            for row in self.connection.execute(query):
                by_student.setdefault((row.exercise, row.student_id), []).append(row)
        for rows in by_student.values():
            counts = max(rows, key=lambda row: (_moment(row.saved_at), row.path))
            for row in rows:
                settled = _as_counted(row) if row is counts else _as_duplicate(counts.path)
                if any(getattr(row, name) != value for name, value in settled.items()):
                    self.update(
                        row, settled, f"A later one counts: {counts.path}." if row is not counts else "It counts."
                    )


def _as_counted(row: Row[Any]) -> dict[str, Any]:
    parts = json.loads(row.parts).values()
    if any(points is None for points in parts):
        return {"state": NEEDS_MANUAL, "points": None, "reason": "Free text waits for a person."}
    return {"state": GRADED, "points": round(sum(parts), 6), "reason": ""}


def _as_duplicate(path: str) -> dict[str, Any]:
    return {"state": DUPLICATE, "points": None, "reason": f"Another one of this student counts: {path}."}


def _is_same(row: Mapping[str, Any], before: Row[Any]) -> bool:
    return bool(row["key_version"] == before.key_version and row["exercise"] == before.exercise)


def _moment(saved_at: str) -> float:
    """Seconds since 1970 of an ISO time, in UTC unless it says otherwise; what is no time comes before all others."""
    try:
        moment = datetime.fromisoformat(saved_at)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("-inf")


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def _tune_sqlite(connection: Any, _record: object) -> None:
    # Transactions are begun in _begin_sqlite, not by the driver.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.execute("PRAGMA synchronous=NORMAL")
    # Readers go on while a batch is written. The file keeps the mode; one that cannot be written to is read as it is.
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        with contextlib.suppress(Exception):
            cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
