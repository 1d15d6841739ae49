"""A course's settings: due dates, late penalties, dropped items, the roster, and how feedback shows the key.

They stand in ``course.toml`` in the course's folder. Without that file nothing is late and nothing is dropped.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from redpencil.document import FORMAT, KitError, check_id, read_toml

FILE = "course.toml"
DAY = timedelta(days=1)
# Grace for longer than a year is a slip of the pen.
MINUTES_AT_MOST = 366 * 24 * 60

_TOP = ("redpencil", "title", "roster", "file_names", "feedback", "late", "exercises")
_OF_LATE = ("per_day", "at_most", "grace_minutes")
_OF_AN_EXERCISE = ("due", "drop", "late")


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late something was: days begun, what percentage of the points they cost, and how that is known.

    ``by`` is ``"time"``, by the hour at which it was handed in, or ``"marker"``, by the learning platform's word alone.
    """

    days: int
    percent: float
    by: str

    def to_json(self) -> dict[str, Any]:
        """As it is stored among a row's details."""
        return {"days": self.days, "percent": self.percent, "by": self.by}


@dataclass(frozen=True, slots=True)
class LateRule:
    """What lateness costs: ``per_day`` percent of the points that can be had for each day begun, ``at_most`` in all.

    Who is at most ``grace_minutes`` late is not late. Beyond that, days count from the due time.
    """

    per_day: float = 0.0
    at_most: float = 100.0
    grace_minutes: float = 0.0

    def days(self, due: datetime, handed_in: datetime) -> int:
        """How many days late, each that has begun counted whole; 0 is in time."""
        late_by = handed_in - due
        if late_by <= timedelta(minutes=self.grace_minutes):
            return 0
        return math.ceil(late_by / DAY)

    def percent(self, days: int) -> float:
        """What so many days cost."""
        return min(days * self.per_day, self.at_most)


@dataclass(frozen=True, slots=True)
class ExerciseSettings:
    """What a course sets for one exercise. ``drop`` are the ids of items that count for nobody."""

    due: datetime | None = None
    late: LateRule = LateRule()
    drop: frozenset[str] = frozenset()

    def lateness(self, handed_in_at: str, is_marked_late: bool) -> Lateness | None:
        """What is taken for lateness; None if nothing is.

        The hour decides where it is known: ``handed_in_at`` as ISO 8601, in the due time's own zone if it names none.
        Else a learning platform's mark counts as one day begun, the least that is certain.
        """
        if not self.late.per_day:
            return None
        handed_in = _time(handed_in_at)
        if self.due is not None and handed_in is not None:
            if handed_in.tzinfo is None:
                handed_in = handed_in.replace(tzinfo=self.due.tzinfo)
            days, by = self.late.days(self.due, handed_in), "time"
        else:
            days, by = int(is_marked_late), "marker"
        return Lateness(days, self.late.percent(days), by) if days else None

    def to_json(self) -> str:
        """Everything that bears on points, as text: two that give the same text grade alike."""
        late = self.late
        rule = [late.per_day, late.at_most, late.grace_minutes] if late.per_day else []
        due = self.due.isoformat() if self.due and rule else ""
        return json.dumps([due, rule, sorted(self.drop)], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Course:
    """A course's settings. ``roster`` is the whole path; ``file_names`` a pattern, or ``""``.

    ``exercises`` holds those that have a table of their own; `of` knows what holds for the others.
    """

    folder: Path
    title: str = ""
    roster: Path | None = None
    file_names: str = ""
    shows_key: bool = True
    exercises: Mapping[str, ExerciseSettings] = field(default_factory=dict)
    late: LateRule = LateRule()

    def of(self, exercise: str) -> ExerciseSettings:
        """The settings of one exercise, whether it has a table of its own or not."""
        return self.exercises.get(exercise) or ExerciseSettings(late=self.late)

    @property
    def file(self) -> Path:
        """Where the settings stand, if they do."""
        return self.folder / FILE


def load_course(folder: Path) -> Course:
    """Read ``folder/course.toml``; without one, everything is as it is by default.

    Raises KitError, which names the entry and what was expected, if something in it is not known or cannot be.
    """
    path = folder / FILE
    if not path.is_file():
        if not folder.is_dir():
            raise KitError(f"{folder} is no folder. Name the course's folder, the one that holds {FILE}.")
        return Course(folder)
    rows = read_toml(path)
    where = str(path)
    _check_names(rows, _TOP, where)
    if rows.get("redpencil") != FORMAT or isinstance(rows.get("redpencil"), bool):
        raise KitError(
            f"{where}: redpencil is {rows.get('redpencil')!r}; this kit reads {FORMAT}. Write redpencil = 1."
        )
    feedback = _table(rows, "feedback", where)
    _check_names(feedback, ("key",), f"{where}, [feedback]")
    shown = feedback.get("key", "shown")
    if shown not in ("shown", "hidden"):
        raise KitError(f'{where}, [feedback]: key is {shown!r}; expected "shown" or "hidden".')
    roster = _string(rows, "roster", where)
    late = _late(_table(rows, "late", where), f"{where}, [late]", LateRule())
    exercises = {}
    for id, row in _table(rows, "exercises", where).items():
        place = f"{where}, [exercises.{id}]"
        check_id(id, place)
        if not isinstance(row, dict):
            raise KitError(f"{place} is {row!r}; expected a table with {' or '.join(_OF_AN_EXERCISE)}.")
        exercises[id] = _exercise(row, place, late)
    return Course(
        folder=folder,
        title=_string(rows, "title", where),
        roster=folder / roster if roster else None,
        file_names=_string(rows, "file_names", where),
        shows_key=shown == "shown",
        exercises=exercises,
        late=late,
    )


def _exercise(row: Mapping[str, Any], where: str, late: LateRule) -> ExerciseSettings:
    _check_names(row, _OF_AN_EXERCISE, where)
    due = row.get("due")
    if due is not None and (not isinstance(due, datetime) or due.tzinfo is None):
        raise KitError(
            f"{where}: due is {str(due)!r}; expected a date and a time with its distance from UTC, without quotes,\n"
            "such as 2026-11-20T23:59:00+01:00. Without that distance nobody knows when it is."
        )
    drop = row.get("drop", [])
    if not isinstance(drop, list) or not all(isinstance(id, str) for id in drop):
        raise KitError(f'{where}: drop is {drop!r}; expected a list of the ids of items, such as ["rung-03"].')
    return ExerciseSettings(due, _late(_table(row, "late", where), f"{where}, late", late), frozenset(drop))


def _late(row: Mapping[str, Any], where: str, otherwise: LateRule) -> LateRule:
    _check_names(row, _OF_LATE, where)
    for name, value in row.items():
        unit, at_most = ("minutes", MINUTES_AT_MOST) if name == "grace_minutes" else ("percent", 100)
        # A truth value is a whole number too, to Python.
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= at_most:
            raise KitError(f"{where}: {name} is {value!r}; expected a number of {unit}, from 0 to {at_most:,}.")
    return replace(otherwise, **{name: float(value) for name, value in row.items()})


def _check_names(row: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in row:
        if name not in known:
            raise KitError(f"{where}: {name!r} is not known; expected one of {', '.join(known)}. Is it misspelt?")


def _table(row: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    table = row.get(name, {})
    if not isinstance(table, dict):
        raise KitError(f"{where}: {name} is {table!r}; expected a table: write [{name}] on a line of its own.")
    return table


def _string(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str):
        raise KitError(f"{where}: {name} is {value!r}; expected a text in quotes.")
    return value


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
