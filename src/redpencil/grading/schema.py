"""The gradebook's tables, as the present format has them, and how a database is brought to it.

A new gradebook is made from the tables below. One of an earlier format is brought here by the steps in ``migrations``;
Alembic, which runs them, is loaded only then.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    URL,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    create_engine,
    false,
    select,
)

from redpencil.document import KitError

# The number of the last step in ``migrations``, which is also that step's name.
FORMAT = 2

metadata = MetaData()


def _string(length: int) -> String:
    # In PostgreSQL too, texts are ordered by their code points: a table comes out in the same order everywhere.
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def _text() -> Text:
    return Text().with_variant(Text(collation="C"), "postgresql")


# The format stands in the first, where every kit looks; Alembic keeps the same number in a table of its own.
about = Table("about", metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False))
alembic_version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

# One row for each file that was handed in; what another file replaced at its place is kept, but is not current. Points
# are null unless the state is "graded". Parts are points by group of items, where null waits for a person; what was
# dropped is not among them. Answers and details are JSON: what was handed in, and what became of each mark. Manual is
# JSON too: what a person decided, folded out of the table of decisions. The other columns from handed_in_as on say who
# handed it in and when, as the learning platform has it, and by what it was found to be the student's: "" where there
# is no roster, "id", "name", "hand" for a person's word, or "nobody": such a row counts for nobody until a person says.
submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("exercise", _string(64), nullable=False),
    Column("student_id", _string(200), nullable=False),
    Column("student_name", String(200), nullable=False),
    Column("path", _text(), nullable=False),
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
    Column("handed_in_as", String(400), nullable=False, server_default=""),
    Column("late", Boolean, nullable=False, server_default=false()),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("handed_in_at", String(40), nullable=False, server_default=""),
    Column("matched_by", String(10), nullable=False, server_default=""),
    Column("section", String(200), nullable=False, server_default=""),
    Column("manual", Text, nullable=False, server_default="{}"),
    UniqueConstraint("path", "sha256", name="one_row_a_file"),
    Index("by_student", "exercise", "student_id"),
)
# What changed in a row after it was first written: nothing is overwritten without a trace.
changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", Integer, nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
# What people decided, one after the other; a later one of the same kind and item takes the place of an earlier one, and
# null takes it back. Rows are only ever added.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", Integer, nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("item", String(64), nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
)
# Whose an identity is, by a person's word; of several rows on one identity the last counts. Rows are only ever added.
matches = Table(
    "matches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("handed_in_as", String(400), nullable=False, index=True),
    Column("student_id", String(200), nullable=False),
    Column("student_name", String(200), nullable=False),
    Column("section", String(200), nullable=False),
    Column("at", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
)

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
# Bytes of a path. PostgreSQL holds 2,704 bytes of a row's key in its index.
PATH_AT_MOST = 2_000
# The columns of texts that come from outside or are made of such, with their characters at most.
_BOUNDS = [
    (column.name, column.type.length)
    for column in submissions.columns
    if isinstance(column.type, String) and column.name not in ("parts", "answers", "details", "manual")
]


def engine_at(url: URL) -> Engine:
    """An engine for an address; it connects when it is asked. Raises what SQLAlchemy raises for an address of none."""
    # A socket of this machine is never encrypted, but pg8000 reads every certificate before it asks: 35 milliseconds.
    is_local = url.drivername == "postgresql+pg8000" and "unix_sock" in url.query
    return create_engine(url, connect_args={"ssl_context": False} if is_local else {})


def create(connection: Connection) -> None:
    """Make the tables of the present format, in the transaction that the connection is in."""
    metadata.create_all(connection)
    connection.execute(about.insert(), {"name": "format", "value": str(FORMAT)})
    connection.execute(alembic_version.insert(), {"version_num": str(FORMAT)})


def found_format(connection: Connection, name: str) -> int:
    """The format of the gradebook that is there; ``name`` is its address in an error.

    Raises KitError if it is none, or one that a newer kit wrote.
    """
    found = connection.scalar(select(about.c.value).where(about.c.name == "format"))
    if found is None or not found.isdecimal():
        raise KitError(
            f"The database {name} has a table “about” that says nothing of a gradebook’s format ({found!r}).\n"
            "It belongs to something else. Name another with --gradebook."
        )
    if int(found) > FORMAT:
        raise KitError(
            f"The gradebook {name} has the format {found}; this kit reads up to {FORMAT}. A newer kit wrote it.\n"
            "Update the kit, and run the command again. Nothing was changed."
        )
    return int(found)


def upgrade(connection: Connection) -> None:
    """Bring a gradebook of an earlier format to the present one, in the transaction that the connection is in."""
    from redpencil.grading.migrations import run

    run(connection)


def of_students(students: Iterable[tuple[str, str]], at_once: int) -> Iterator[ColumnElement[bool]]:
    """Conditions that find the rows of students, each (exercise, student id), with so many of them in each condition.

    One exercise at a time: SQLite looks a list of pairs up in no index, and would read the whole table.
    """
    by_exercise: dict[str, list[str]] = {}
    for exercise, student in sorted(students):
        by_exercise.setdefault(exercise, []).append(student)
    for exercise, ids in by_exercise.items():
        for start in range(0, len(ids), at_once):
            some = submissions.c.student_id.in_(ids[start : start + at_once])
            yield and_(submissions.c.exercise == exercise, some)


def short_path(path: str) -> str:
    """A path as it is stored: whole, or, with more than ``PATH_AT_MOST`` bytes, its ends with a sum between."""
    encoded = path.encode("utf-8", "surrogatepass")
    if len(encoded) <= PATH_AT_MOST:
        return path
    digest = hashlib.sha256(encoded).hexdigest()
    # A character has four bytes at most.
    return f"{path[:200]}…{digest}…{path[-200:]}"


def characters(text: str) -> str:
    """A text without what no database takes: a NUL, and half of a surrogate pair."""
    return text if text.isascii() and "\x00" not in text else _NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def storable(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `submissions` as every database takes it: texts within their columns, and nothing that is no character.

    PostgreSQL refuses what SQLite lets pass. What is cut ends in an ellipsis. JSON is left alone: what it holds was
    checked, and it writes a NUL as an escape.
    """
    for name, at_most in _BOUNDS:
        value = row.get(name)
        if value:
            value = row[name] = characters(value)
            if at_most is not None and len(value) > at_most:
                row[name] = value[: at_most - 1] + "…"
    return row
