"""The gradebook: what was handed in, what it earned, and every later change with its time and reason."""

from __future__ import annotations

import contextlib
import json
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, create_engine, event, func, make_url, select, tuple_
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from redpencil.document import KitError
from redpencil.grading import DEFAULT_GRADEBOOK, schema
from redpencil.grading.decisions import MATCH
from redpencil.grading.points import WAITS, compact, split_version, total
from redpencil.grading.schema import changes, decisions, matches, storable, submissions
from redpencil.grading.submissions import DUPLICATE, EMPTY, GRADED, NEEDS_MANUAL

# States of a submission that may stand for its student.
COUNTING = (GRADED, NEEDS_MANUAL)
# What a row is matched by that counts for nobody until a person says whose it is, and what by a person's word.
NOBODY, HAND = "nobody", "hand"
# The order in which one of a student's submissions stands for the student.
_RANK = {GRADED: 0, NEEDS_MANUAL: 0, EMPTY: 1}
# Rows in one question to the database.
CHUNK = 250
# What a change is told of: the grade, whose it is, and whether the row still stands for its file.
_TOLD = ("state", "points", "key_version", "is_current", "student_id", "matched_by", "manual")
# What a row says of who handed in, and when: it may become known later than the grade.
_IDENTITY = ("student_id", "student_name", "handed_in_as", "late", "attempt", "handed_in_at", "matched_by", "section")

KEY_CHANGED = "The key or the exercise changed."
SETTINGS_CHANGED = "The course’s settings changed."
BOTH_CHANGED = "The key or the exercise changed, and so did the course’s settings."
TIME_KNOWN = "It is now known when it was handed in."
# Reasons for which a grade moves though the student did nothing.
REGRADED = (KEY_CHANGED, SETTINGS_CHANGED, BOTH_CHANGED, TIME_KNOWN)
# All columns but those that hold much.
_LIGHT = [column for column in submissions.columns if column.name not in ("parts", "answers", "details")]
# What tells that a row is not settled yet.
_SETTLED = ("state", "points", "reason", "manual")
# Any number that is no other program's on the same server; it stands for the pen.
_PEN = 7_217_163_521

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


@dataclass(frozen=True, slots=True)
class Written:
    """What a transaction did: the ids of the rows it was about, how many it wrote, and whose grades moved."""

    ids: list[int]
    written: int
    moved: list[Moved]


class Gradebook:
    """A gradebook in a database that SQLAlchemy reaches; SQLite in the current folder unless another URL is given.

    ``close()`` lets go of the database.
    """

    def __init__(self, url: str = DEFAULT_GRADEBOOK, *, must_exist: bool = False) -> None:
        """Open it; make its tables if they are not there, and bring those of an earlier kit to the present format.

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
                "Write sqlite:///FILE, or an address such as postgresql+pg8000://user@host/database."
            ) from None
        except ImportError as error:
            raise KitError(
                f"The gradebook {self.name} needs a driver that is not installed ({error}).\n"
                "For postgresql+pg8000:// run: pip install 'redpencil[postgresql]'. Others by their own names."
            ) from None
        # A server's connection is not left open by whoever forgets to close.
        self.close = weakref.finalize(self, self.engine.dispose)
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
        elif self.engine.dialect.name == "postgresql":
            event.listen(self.engine, "begin", _begin_postgresql)
        with self._told():
            with self.engine.connect() as connection:
                is_fresh = not self.engine.dialect.has_table(connection, "about")
                found = 0 if is_fresh else schema.found_format(connection, self.name)
            if is_fresh and must_exist:
                raise nothing_there
            if found < schema.FORMAT:
                with self._writing() as connection:
                    # Somebody else may have done it while this one waited.
                    if not self.engine.dialect.has_table(connection, "about"):
                        schema.create(connection)
                    elif schema.found_format(connection, self.name) < schema.FORMAT:
                        schema.upgrade(connection)

    def record(self, rows: Sequence[dict[str, Any]]) -> Written:
        """Write a batch of graded rows, all or nothing; return the ids of the rows there, and what was written.

        A row that is there already, graded by the same key, keeps its grade, and so does one that was graded where its
        exercise was to be had, when it is not to be had now. One that another key graded is written anew; what a person
        decided on it stays. A row whose file was replaced is kept, but is not current. Of a student's submissions the
        last one counts; the others become duplicates. What was before stands among the changes.
        """
        with self._told(), self._writing() as connection:
            for row in rows:
                row["path"] = schema.short_path(row["path"])
                storable(row)
            here = list({(row["path"], row["sha256"]): row for row in rows}.values())
            _match_by_hand(connection, here)
            paths = [row["path"] for row in here]
            there: dict[str, dict[str, Row[Any]]] = {}
            for found in connection.execute(select(*_LIGHT).where(submissions.c.path.in_(paths))):
                there.setdefault(found.path, {})[found.sha256] = found
            work = _Work(connection)
            for row in here:
                before = there.get(row["path"], {}).get(row["sha256"])
                for sha256, other in there.get(row["path"], {}).items():
                    if sha256 != row["sha256"] and other.is_current:
                        work.update(other, {"is_current": False}, "Another file took its place.")
                if before is None:
                    work.insert({**row, "is_current": True, "manual": "{}"})
                    continue
                why = _why_anew(row, before)
                if not why or (before.key_version and not row["key_version"]):
                    if not before.is_current:
                        work.update(before, {"is_current": True}, "The file is there again.")
                    known = {} if why else {n: row[n] for n in _IDENTITY if row[n] != getattr(before, n)}
                    if known:
                        work.update(before, known, "More is known of who handed it in.")
                else:
                    work.update(before, {**_with_manual(row, before.manual), "is_current": True}, why)
            written = work.finish()
            query = select(submissions.c.id).where(submissions.c.path.in_(paths), submissions.c.is_current)
            return Written(list(connection.scalars(query)), written, work.moved)

    def regrade(self, rows: Iterable[tuple[Row[Any], dict[str, Any]]]) -> Written:
        """Write rows anew that another key graded, each with what is to be written; what a person decided stays."""
        new = {row.id: values for row, values in rows}
        with self._told(), self._writing() as connection:
            work = _Work(connection)
            # Read again under the pen: somebody may have decided on one since.
            for before in connection.execute(select(*_LIGHT).where(submissions.c.id.in_(list(new)))):
                values = new[before.id]
                why = _why_regraded(before.key_version, values["key_version"])
                work.update(before, _with_manual(values, before.manual), why)
            return Written(list(new), work.finish(), work.moved)

    def match(
        self,
        handed_in_as: str,
        student_id: str,
        *,
        student_name: str = "",
        section: str = "",
        reason: str = "",
        by: str = "",
    ) -> int:
        """Say whose an identity is, for what is there and for what will come; return how many rows it bears on.

        ``handed_in_as`` is the column of that name, whole. An earlier match of the same identity stays on record and
        holds no more.
        """
        row = storable(
            {"handed_in_as": handed_in_as, "student_id": student_id, "student_name": student_name, "section": section}
        )
        at = _now()
        with self._told(), self._writing() as connection:
            connection.execute(matches.insert(), {**row, "at": at, "reason": reason, "by": by})
            work = _Work(connection)
            mine = select(*_LIGHT).where(submissions.c.handed_in_as == row["handed_in_as"])
            found = connection.execute(mine).all()
            values = {name: value for name, value in row.items() if value and name != "handed_in_as"}
            for before in found:
                work.update(before, {**values, "matched_by": HAND}, "A person said whose it is.")
                told = {"at": at, "kind": MATCH, "item": "", "value": compact(student_id), "reason": reason, "by": by}
                connection.execute(decisions.insert(), {"submission_id": before.id, **told})
            work.finish()
            return len(found)

    def of_nobody(self) -> Iterator[Row[Any]]:
        """Current rows that count for nobody until a person says whose they are, by identity, one at a time."""
        query = select(submissions).where(submissions.c.matched_by == NOBODY, submissions.c.is_current)
        with self._streaming(query.order_by(submissions.c.handed_in_as, submissions.c.path)) as rows:
            yield from rows

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

        That is the one that counts; else, so that nobody is forgotten, the one that comes nearest to it. What counts
        for nobody yet is left out; `of_nobody` has it.
        """
        query = select(submissions).where(submissions.c.is_current, submissions.c.matched_by != NOBODY)
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
        self.moved: list[Moved] = []

    def insert(self, row: dict[str, Any]) -> None:
        self.inserted.append(row)
        self.students.add((row["exercise"], row["student_id"]))

    def update(self, before: Row[Any], values: Mapping[str, Any], reason: str) -> None:
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
        for chunk in _chunks(list(self.before)):
            query = select(*_LIGHT).where(submissions.c.id.in_(chunk))
            for row in self.connection.execute(query):
                old, reason = self.before[row.id], self.reasons[row.id]
                was, now = ({name: getattr(one, name) for name in _TOLD} for one in (old, row))
                if was != now:
                    change = {"before": compact(was), "after": compact(now), "reason": reason}
                    changed.append({"submission_id": row.id, "at": _now(), **change})
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
        columns = tuple_(submissions.c.exercise, submissions.c.student_id)
        by_student: dict[tuple[str, str, bool], list[Row[Any]]] = {}
        for chunk in _chunks(sorted(self.students)):
            query = select(*_LIGHT).where(columns.in_(chunk), submissions.c.is_current, submissions.c.parts != "{}")
            for row in self.connection.execute(query):
                # What is nobody's yet competes with nothing of a student's, but with others of the same identity.
                is_nobodys = row.matched_by == NOBODY
                who = row.handed_in_as if is_nobodys else row.student_id
                by_student.setdefault((row.exercise, who, is_nobodys), []).append(row)
        for rows in by_student.values():
            counts = _last(rows)
            for row in rows:
                if row is not counts:
                    self._settle_row(row, _as_duplicate(counts.path), f"A later one counts: {counts.path}.")
            self._settle_row(counts, self._as_counted(counts, rows), "It counts.")

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
        earlier = f"What was decided on an earlier attempt stays with it: {_last(decided).path}." if decided else ""
        note = earlier if manual == "{}" else ""
        if row.state != DUPLICATE and manual == row.manual:
            base = WAITS if row.state == NEEDS_MANUAL else ""
            return {"reason": f"{base} {note}".strip()}
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


def _as_duplicate(path: str) -> dict[str, Any]:
    return {"state": DUPLICATE, "points": None, "reason": f"Another one of this student counts: {path}."}


def _last(rows: Sequence[Row[Any]]) -> Row[Any]:
    """The last of a student's submissions: by number of the attempt if all have one, else by the time.

    The time is that at which it was handed in; else that at which it was saved, which is only the student's word.
    """
    if len(rows) == 1:
        return rows[0]
    numbered = all(row.attempt > 0 for row in rows)

    def place(row: Row[Any]) -> tuple[Any, ...]:
        by_time = (_moment(row.handed_in_at or row.saved_at), row.attempt, _moment(row.saved_at), row.path)
        return (row.attempt, *by_time) if numbered else by_time

    return max(rows, key=place)


def _with_manual(values: Mapping[str, Any], manual: str) -> Mapping[str, Any]:
    """A graded row's columns, put together with what a person decided on it."""
    if manual == "{}" or values["parts"] == "{}":
        return values
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


def _match_by_hand(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Give the rows to whom a person said that their identities belong."""
    named = {row["handed_in_as"] for row in rows} - {""}
    query = select(matches).where(matches.c.handed_in_as.in_(sorted(named))).order_by(matches.c.id)
    known = {match.handed_in_as: match for match in connection.execute(query)} if named else {}
    for row in rows:
        if match := known.get(row["handed_in_as"]):
            row.update(
                student_id=match.student_id, student_name=match.student_name or row["student_name"],
                section=match.section or row["section"], matched_by=HAND,
            )  # fmt: skip


def _why_anew(row: Mapping[str, Any], before: Row[Any]) -> str:
    """Why a row that is there is to be written anew, or ``""``."""
    if row["exercise"] != before.exercise:
        return KEY_CHANGED
    if row["key_version"] != before.key_version:
        return _why_regraded(before.key_version, row["key_version"])
    if row["key_version"] and (row["late"], row["handed_in_at"]) != (before.late, before.handed_in_at):
        return TIME_KNOWN
    return ""


def _why_regraded(before: str, now: str) -> str:
    (key, settings), (new_key, new_settings) = split_version(before), split_version(now)
    if key != new_key and settings != new_settings:
        return BOTH_CHANGED
    return KEY_CHANGED if key != new_key else SETTINGS_CHANGED


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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


def _begin_postgresql(connection: Connection) -> None:
    # One writes at a time, as in SQLite: what a batch reads of a student is still so when it says who counts. The
    # server lets go of the pen when the transaction ends, also of one whose client has died.
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_PEN})")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
