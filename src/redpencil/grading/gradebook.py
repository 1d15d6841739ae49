"""The gradebook: what was handed in, what it earned, and every later change with its time and reason."""

from __future__ import annotations

import contextlib
import json
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from redpencil.document import KitError
from redpencil.grading import DEFAULT_GRADEBOOK, schema
from redpencil.grading.decisions import MATCH, Decision, folded, targets
from redpencil.grading.points import ABOVE, compact
from redpencil.grading.schema import decisions, matches, storable, submissions
from redpencil.grading.settling import (
    CHUNK,
    COUNTING,
    HAND,
    KEY_CHANGED,
    LIGHT,
    NOBODY,
    TIME_KNOWN,
    Moved,
    Work,
    chunks,
    put_together,
    why_regraded,
    with_manual,
)
from redpencil.grading.submissions import EMPTY, GRADED, NEEDS_MANUAL
from redpencil.grading.times import now

# The order in which one of a student's submissions stands for the student.
_RANK = {GRADED: 0, NEEDS_MANUAL: 0, EMPTY: 1}
# What a row says of who handed in, and when: it may become known later than the grade.
_IDENTITY = ("student_id", "student_name", "handed_in_as", "late", "attempt", "handed_in_at", "matched_by", "section")

# Any number that is no other program's on the same server; it stands for the pen.
_PEN = 7_217_163_521


@dataclass(frozen=True, slots=True)
class Written:
    """What a transaction did: the ids of the rows it was about, how many it wrote, and whose grades moved."""

    ids: list[int]
    written: int
    moved: list[Moved]


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a person's decisions: how many were new, and on how many submissions.

    Of these, how many still wait, and how many are earlier attempts, so that what was decided bears on no grade.
    """

    decisions: int
    submissions: int
    still_waiting: int
    on_earlier_attempts: int


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
            self.engine = schema.engine_at(parsed)
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
        decided on it stays. A row whose file was replaced by one of the same exercise, or of none that can be told, is
        kept, but is not current. Of a student's submissions the last one counts; the others become duplicates. What was
        before stands among the changes.
        """
        with self._told(), self._writing() as connection:
            for row in rows:
                row["path"] = schema.short_path(row["path"])
                storable(row)
            here = list({(row["path"], row["sha256"]): row for row in rows}.values())
            _match_by_hand(connection, here)
            paths = [row["path"] for row in here]
            there: dict[str, dict[str, Row[Any]]] = {}
            for found in connection.execute(select(*LIGHT).where(submissions.c.path.in_(paths))):
                there.setdefault(found.path, {})[found.sha256] = found
            work = Work(connection)
            for row in here:
                before = there.get(row["path"], {}).get(row["sha256"])
                for sha256, other in there.get(row["path"], {}).items():
                    # Under the same name, next week's exercise takes nothing away from this week's.
                    is_of_another = row["exercise"] and other.exercise and row["exercise"] != other.exercise
                    if sha256 != row["sha256"] and other.is_current and not is_of_another:
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
                    work.update(before, {**with_manual(row, before.manual), "is_current": True}, why)
            written = work.finish()
            query = select(submissions.c.id).where(
                submissions.c.path.in_(paths),
                submissions.c.sha256.in_([row["sha256"] for row in here]),
                submissions.c.is_current,
            )
            return Written(list(connection.scalars(query)), written, work.moved)

    def regrade(self, rows: Iterable[tuple[Row[Any], dict[str, Any]]]) -> Written:
        """Write rows anew that another key graded, each with what is to be written; what a person decided stays."""
        new = {row.id: values for row, values in rows}
        with self._told(), self._writing() as connection:
            work = Work(connection)
            # Read again under the pen: somebody may have decided on one since.
            for before in connection.execute(select(*LIGHT).where(submissions.c.id.in_(list(new)))):
                values = new[before.id]
                why = why_regraded(before.key_version, values["key_version"])
                work.update(before, with_manual(values, before.manual), why)
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
        holds no more. With ``student_id`` ``""`` it is nobody's again, until it is graded the next time.
        """
        row = storable(
            {"handed_in_as": handed_in_as, "student_id": student_id, "student_name": student_name, "section": section}
        )
        at, reason, by = now(), schema.characters(reason), schema.characters(by)[:200]
        with self._told(), self._writing() as connection:
            connection.execute(matches.insert(), {**row, "at": at, "reason": reason, "by": by})
            work = Work(connection)
            mine = select(*LIGHT).where(submissions.c.handed_in_as == row["handed_in_as"])
            found = connection.execute(mine).all()
            values = {name: value for name, value in row.items() if value and name != "handed_in_as"}
            values.update(section=row["section"], matched_by=HAND)
            why = "A person said whose it is."
            if not student_id:
                values = {"student_id": row["handed_in_as"][:200], "matched_by": NOBODY, "section": ""}
                why = "A person took back whose it is."
            for before in found:
                work.update(before, values, why)
                told = {"at": at, "kind": MATCH, "item": "", "value": compact(student_id), "reason": reason, "by": by}
                connection.execute(decisions.insert(), {"submission_id": before.id, **told})
            work.finish()
            return len(found)

    def is_matched_by_hand(self, handed_in_as: str) -> bool:
        """Whether a person has said whose an identity is, and has not taken it back."""
        word = select(matches.c.student_id).where(matches.c.handed_in_as == handed_in_as)
        with self._told(), self.engine.connect() as connection:
            return bool(connection.scalar(word.order_by(matches.c.id.desc()).limit(1)))

    def problems(self, wanted: Sequence[Decision]) -> dict[int, str]:
        """What stands against decisions, by their places in the sequence; nothing is written."""
        with self._told(), self.engine.connect() as connection:
            found = targets(connection, wanted)
        return {n: target for n, target in enumerate(found) if isinstance(target, str)}

    def decide(self, wanted: Sequence[Decision], *, by: str = "") -> Decided:
        """Write down what a person decided, each with its time, and let it bear on the grades: all of it, or nothing.

        What says what already holds is passed over. Raises KitError if something stands against one of them.
        """
        at, by = now(), schema.characters(by)[:200]
        with self._told(), self._writing() as connection:
            work = Work(connection)
            told: list[dict[str, Any]] = []
            earlier = 0
            of_row: dict[int, tuple[Row[Any], list[dict[str, Any]]]] = {}
            for one, target in zip(wanted, targets(connection, wanted), strict=True):
                if isinstance(target, str):
                    raise KitError(f"Nothing was written: {target}.")
                row = {
                    "submission_id": target.id, "at": at, "kind": one.kind, "item": one.item,
                    "value": compact(one.value), "reason": schema.characters(one.reason), "by": by,
                }  # fmt: skip
                _, mine = of_row.setdefault(target.id, (target, []))
                before = folded(mine, json.loads(target.manual))
                if folded([row], before) != before:
                    mine.append(row)
            for target, mine in of_row.values():
                if mine:
                    told += mine
                    manual = compact(folded(mine, json.loads(target.manual)))
                    # An earlier attempt keeps what was decided on it, and counts no more for that.
                    come_to = put_together(dict(target._mapping), manual) if target.state in COUNTING else {}
                    work.update(target, {**come_to, "manual": manual}, f"A person decided{f' ({by})' if by else ''}.")
                    earlier += target.state not in COUNTING
            if told:
                connection.execute(decisions.insert(), told)
            work.finish()
            ids = [target.id for target, mine in of_row.values() if mine]
            waiting = 0
            for chunk in chunks(ids):
                query = select(func.count()).where(submissions.c.id.in_(chunk), submissions.c.state == NEEDS_MANUAL)
                waiting += connection.scalar(query) or 0
            return Decided(len(told), len(ids), waiting, earlier)

    def waiting(self) -> Iterator[Row[Any]]:
        """What waits for a person's points, by exercise and student, one at a time."""
        query = select(submissions).where(submissions.c.is_current, submissions.c.state == NEEDS_MANUAL)
        query = query.where(submissions.c.matched_by != NOBODY)
        with self._streaming(query.order_by(submissions.c.exercise, submissions.c.student_id)) as rows:
            yield from rows

    def above(self) -> Iterator[Row[Any]]:
        """What waits because a person's points are more than can be had by now, by exercise and student."""
        query = select(*LIGHT).where(submissions.c.state == NEEDS_MANUAL, submissions.c.reason.contains(ABOVE))
        query = query.where(submissions.c.is_current, submissions.c.matched_by != NOBODY)
        with self._streaming(query.order_by(submissions.c.exercise, submissions.c.student_id)) as rows:
            yield from rows

    def of_exercise(self, exercise: str) -> Iterator[str]:
        """The ids of the students who handed in an exercise, in order."""
        query = select(submissions.c.student_id).where(submissions.c.exercise == exercise, submissions.c.is_current)
        with self._streaming(query.distinct().order_by(submissions.c.student_id)) as rows:
            yield from (row.student_id for row in rows)

    def has_been_matched(self) -> bool:
        """Whether a roster said whose something is."""
        by_roster = submissions.c.matched_by.not_in(["", NOBODY, HAND])
        with self._told(), self.engine.connect() as connection:
            return connection.scalar(select(submissions.c.id).where(by_roster).limit(1)) is not None

    def exercises(self) -> list[str]:
        """The exercises that something was graded of, in order."""
        query = select(submissions.c.exercise).where(submissions.c.key_version != "").distinct()
        with self._told(), self.engine.connect() as connection:
            return sorted(connection.execute(query).scalars())

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
                yield from connection.execute(query).all()

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


def _match_by_hand(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Give the rows to whom a person said that their identities belong."""
    named = {row["handed_in_as"] for row in rows} - {""}
    query = select(matches).where(matches.c.handed_in_as.in_(sorted(named))).order_by(matches.c.id)
    known = {match.handed_in_as: match for match in connection.execute(query)} if named else {}
    for row in rows:
        if (match := known.get(row["handed_in_as"])) and match.student_id:
            row.update(
                student_id=match.student_id, student_name=match.student_name or row["student_name"],
                section=match.section, matched_by=HAND,
            )  # fmt: skip


def _why_anew(row: Mapping[str, Any], before: Row[Any]) -> str:
    """Why a row that is there is to be written anew, or ``""``."""
    if row["exercise"] != before.exercise:
        return KEY_CHANGED
    if row["key_version"] != before.key_version:
        return why_regraded(before.key_version, row["key_version"])
    if row["key_version"] and (row["late"], row["handed_in_at"]) != (before.late, before.handed_in_at):
        return TIME_KNOWN
    return ""


def _tune_sqlite(connection: Any, _record: object) -> None:
    # Transactions are begun in _begin_sqlite, not by the driver.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    # A row of some 4,000 bytes fits into such a page. In smaller ones it goes on over others, and whoever asks for one
    # of its last columns has SQLite read them all. Only a file that is still empty takes the size.
    cursor.execute("PRAGMA page_size=16384")
    cursor.execute("PRAGMA cache_size=-32768")
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
