"""The class report: what a class handed in, earned, marked and chose, for its instructor and for the wall.

The gradebook is read student by student, over the machine's cores; what is kept does not grow with the class, but for
eight bytes a student and a bounded sample of marks.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redpencil.agreement import Segmentations, krippendorff_alpha_of_counts, unitizing_alpha_of_counts
from redpencil.document import KitError
from redpencil.exercise import Exercise, Item
from redpencil.grading.class_view import ClassCounts
from redpencil.grading.course import Course, ExerciseSettings
from redpencil.grading.grade import GRADED_OTHERWISE, Grader, Graders
from redpencil.grading.item_analysis import ItemSums
from redpencil.grading.matching import without_submission
from redpencil.grading.pool import in_batches, working
from redpencil.grading.submissions import GRADED, NEEDS_MANUAL, NotGraded
from redpencil.scoring import Pair, merge_spans

if TYPE_CHECKING:
    from redpencil.grading.gradebook import Gradebook
    from redpencil.grading.roster import Roster, Student

_NO_SETTINGS = ExerciseSettings()
# How many students are listed by name, and how many of those who need looking into.
PEOPLE_AT_MOST = 300
# Readers whose marks the unitizing alpha is taken from: all of a class, a sample of a district.
SAMPLE = 2_000
# A row of the gradebook, by column.
Row = Mapping[str, Any]
# A reader of the sample: where they stand in the order of the sample, and their merged spans by item and label.
Sampled = tuple[int, dict[str, dict[str, list[Pair]]]]


def scored_items(exercise: Exercise, drop: Set[str] = frozenset()) -> dict[str, float]:
    """What a perfect answer earns for each thing that the program scores: choices by id, marks by ``item:label``.

    What the course dropped counts for nobody, and is left out.
    """
    at_most: dict[str, float] = {}
    for item in exercise.items:
        if item.id in drop:
            continue
        if item.kind == "choice":
            at_most[item.id] = item.points[""]
        elif item.kind == "marks":
            at_most |= {f"{item.id}:{label}": points for label, points in item.points.items()}
    return at_most


@dataclass
class Section:
    """One section of a roster: how many students, in which states, and the points of those whose work was read."""

    states: Counter[str] = field(default_factory=Counter)
    points: array[float] = field(default_factory=lambda: array("d"))

    def merge(self, other: Section) -> None:
        """Add what was counted elsewhere."""
        self.states.update(other.states)
        self.points.extend(other.points)


class Tally:
    """What is known of one exercise's class, added to student by student; tallies made apart can be put together.

    ``points`` are the final ones of those who have a number; ``items`` sums what the program scored of everybody whose
    work was read. ``people`` and ``open`` list so many students by name as there is room for; ``unmatched`` counts
    submissions that are nobody's yet. ``above`` lists as many whose points by hand are more than can be had by now, and
    ``above_in_all`` counts them; with a roster, ``absent`` and ``absent_in_all`` are those of whom there is nothing.
    ``settings`` are the course's for this exercise, ``drop`` the items that they drop.
    """

    def __init__(self, exercise: Exercise | None, settings: ExerciseSettings = _NO_SETTINGS) -> None:
        self.exercise = exercise
        self.settings = settings
        self.drop = drop = settings.drop
        self.counts = ClassCounts()
        self.at_most = scored_items(exercise, drop) if exercise else {}
        self.items = ItemSums(self.at_most)
        self.states: Counter[str] = Counter()
        self.points = array("d")
        self.points_at_most = 0.0
        self.late: Counter[int] = Counter()
        self.late_marked = 0
        self.taken = 0.0
        self.waiting: Counter[str] = Counter()
        # By free-text item, how many a person gave points, and their sum.
        self.given: dict[str, tuple[int, float]] = {}
        self.sections: dict[str, Section] = {}
        self.people: list[dict[str, Any]] = []
        self.open: list[dict[str, Any]] = []
        self.above: list[dict[str, Any]] = []
        self.above_in_all = 0
        self.absent: list[Student] = []
        self.absent_in_all: int | None = None
        self.unmatched = 0
        self.sample: list[Sampled] = []
        self._choices = {item.id for item in exercise.items if item.kind == "choice"} if exercise else set()

    def add(self, row: Row) -> None:
        """Count one row of the gradebook, the one that stands for its student."""
        if row.get("matched_by") == "nobody":
            self.unmatched += 1
            return
        state = row["state"]
        self.states[state] += 1
        details = json.loads(row["details"])
        section = self.sections.setdefault(row.get("section") or "", Section())
        section.states[state] += 1
        late = details.get("late") or {}
        days = 0
        if late.get("days"):
            self.late[late["days"]] += 1
            self.taken += late.get("taken") or 0.0
        elif days := self._days_late(row):
            self.late_marked += 1
        person = {
            "name": row["student_name"] or row["student_id"],
            "id": row["student_id"],
            "section": row.get("section") or "",
            "state": state,
            "reason": row["reason"],
            "points": row["points"],
            "parts": json.loads(row["parts"]),
            "late": late.get("days") or days,
            "taken": late.get("taken") or 0.0,
        }
        if state in (GRADED, NEEDS_MANUAL):
            if len(self.people) < PEOPLE_AT_MOST:
                self.people.append(person)
            self._add_answers(row, details, section)
            if "above" in details:
                self.above_in_all += 1
                if len(self.above) < PEOPLE_AT_MOST:
                    self.above.append(person)
        elif len(self.open) < PEOPLE_AT_MOST:
            self.open.append(person)
        if state not in (GRADED, NEEDS_MANUAL):
            self.counts.left_out[state] += 1

    def _days_late(self, row: Row) -> int:
        """How many days late something is that costs nothing: by its hour, else by its platform's mark, which is 1."""
        try:
            handed_in = datetime.fromisoformat(row.get("handed_in_at") or "")
        except ValueError:
            return int(bool(row.get("late")))
        due = self.settings.due
        if due is None:
            return int(bool(row.get("late")))
        return self.settings.late.days(due, handed_in if handed_in.tzinfo else handed_in.replace(tzinfo=due.tzinfo))

    def _add_answers(self, row: Row, details: Row, section: Section) -> None:
        answers = json.loads(row["answers"])
        self.counts.add(answers, details, self._choices)
        earned = self._earned(details["items"])
        self.items.add(earned, ((item, answers[item]) for item in answers if item in self._choices))
        section.points.append(sum(earned))
        self.points_at_most = row["points_at_most"] or self.points_at_most
        if row["points"] is not None:
            self.points.append(row["points"])
        manual = json.loads(row.get("manual") or "{}").get("items", {})
        for item in self.exercise.items if self.exercise else ():
            if item.kind == "free-text" and item.id in answers and item.id not in self.drop:
                has_points = item.id in manual and manual[item.id].get("points") is not None
                if has_points and item.id not in details.get("above", {}):
                    n, together = self.given.get(item.id, (0, 0.0))
                    self.given[item.id] = (n + 1, together + float(manual[item.id]["points"]))
                else:
                    self.waiting[item.id] += 1
        self._add_to_sample(row["student_id"], answers)

    def _earned(self, outcomes: Mapping[str, Any]) -> list[float]:
        earned = []
        for scored in self.at_most:
            item, _, label = scored.partition(":")
            outcome = outcomes.get(item, 0.0)
            earned.append(outcome["points"].get(label, 0.0) if isinstance(outcome, dict) else outcome)
        return earned

    def _add_to_sample(self, student: str, answers: Mapping[str, Any]) -> None:
        """Keep the marks of those who come first in an order that has nothing to do with what they marked."""
        if not any(isinstance(answer, list) for answer in answers.values()):
            return
        place = int.from_bytes(hashlib.sha256(student.encode("utf-8", "replace")).digest()[:8])
        if len(self.sample) >= SAMPLE and place >= -self.sample[0][0]:
            return
        rows: dict[str, dict[str, list[Pair]]] = {}
        for item, answer in answers.items():
            if isinstance(answer, list):
                spans: dict[str, list[Pair]] = {}
                for mark in answer:
                    spans.setdefault(mark["label"], []).extend((start, end) for start, end in mark["spans"])
                rows[item] = {label: merge_spans(own) for label, own in spans.items()}
        self._keep((-place, rows))

    def _keep(self, reader: Sampled) -> None:
        # The heap's first is the last in the order: it makes room. Who has the same place is the same student.
        if len(self.sample) < SAMPLE:
            heapq.heappush(self.sample, _Placed(reader))
        else:
            heapq.heappushpop(self.sample, _Placed(reader))

    def merge(self, other: Tally) -> None:
        """Add what was counted elsewhere, of the same exercise."""
        self.counts.merge(other.counts)
        self.items.merge(other.items)
        self.states.update(other.states)
        self.points.extend(other.points)
        self.points_at_most = other.points_at_most or self.points_at_most
        self.late.update(other.late)
        self.late_marked += other.late_marked
        self.taken += other.taken
        self.waiting.update(other.waiting)
        for item, (n, together) in other.given.items():
            own = self.given.get(item, (0, 0.0))
            self.given[item] = (own[0] + n, own[1] + together)
        for name, section in other.sections.items():
            self.sections.setdefault(name, Section()).merge(section)
        self.people += other.people[: PEOPLE_AT_MOST - len(self.people)]
        self.open += other.open[: PEOPLE_AT_MOST - len(self.open)]
        self.above += other.above[: PEOPLE_AT_MOST - len(self.above)]
        self.above_in_all += other.above_in_all
        self.unmatched += other.unmatched
        for reader in other.sample:
            self._keep(reader)

    def add_absent(self, students: Iterable[Student]) -> None:
        """Count who is on the roster and handed in nothing, and list as many as there is room for."""
        self.absent_in_all = 0
        for student in students:
            self.absent_in_all += 1
            if len(self.absent) < PEOPLE_AT_MOST:
                self.absent.append(student)

    # What follows from the counts

    @property
    def students(self) -> int:
        """How many students there are, in any state."""
        return self.states.total()

    def label_alpha(self, items: Sequence[Item]) -> float | None:
        """Krippendorff's nominal alpha of all who chose, over a group's items; None where it is undefined."""
        units: list[Counter[Hashable]] = [
            Counter(self.counts.chosen.get(item.id, Counter())) for item in items if item.id not in self.drop
        ]
        try:
            return krippendorff_alpha_of_counts(units)
        except ValueError:
            return None

    def unitizing_alpha(self, item: Item) -> tuple[float | None, int]:
        """The unitizing alpha of the readers' marks in an item, and from how many readers; None where undefined."""
        rows = [reader[1][item.id] for reader in self.sample if item.id in reader[1]]
        if self.exercise is None or len(rows) < 2:
            return None, len(rows)
        by_label: dict[str, Segmentations] = {}
        for row in rows:
            for label, spans in row.items():
                by_label.setdefault(label, Segmentations(0, len(self.exercise.document.text))).add(spans)
        try:
            return unitizing_alpha_of_counts(by_label.values(), len(rows)), len(rows)
        except ValueError:
            return None, len(rows)


class _Placed(tuple[int, Any]):
    """A reader of the sample, compared by place alone."""

    __slots__ = ()

    def __lt__(self, other: object) -> bool:
        return bool(self[0] < other[0])  # type: ignore[index]  # always another reader


@dataclass(frozen=True, slots=True)
class Report:
    """What was written of one exercise: the page for the instructor, the page to project, and the numbers."""

    exercise: str
    report: Path
    projected: Path
    numbers: Mapping[str, Any]


def write_reports(
    open_gradebook: Callable[[], Gradebook],
    output: Path,
    *,
    keys: Path | None = None,
    course: Course | None = None,
    roster: Roster | None = None,
    progress: Callable[[int], object] = lambda n: None,
) -> tuple[list[Report], int]:
    """Write ``<exercise>-report.html`` and ``<exercise>-class.html`` for each exercise in the gradebook.

    The first has names and is for the instructor; the second has none and can be projected, without the key where the
    course hides it. Returns what was written, and how many submissions do not say to which exercise they belong.
    ``keys`` and ``course`` are as for `Graders`; with a ``roster``, the first page has who handed in nothing as well.
    Raises KitError if something was graded by another key or another version of the exercise than is here.
    """
    # The page and its pictures are loaded where pages are written.
    from redpencil.grading.report_page import numbers, write_pages

    tallies: dict[str, Tally] = {}
    with working(_row_counter, (keys, course)) as work:
        gradebook = open_gradebook()
        for rows, counted in work(map(_plain, in_batches(gradebook.one_for_each_student()))):
            for exercise, tally in counted.items():
                if exercise in tallies:
                    tallies[exercise].merge(tally)
                else:
                    tallies[exercise] = tally
            progress(rows)
        if roster is not None:
            for exercise, tally in tallies.items():
                tally.add_absent(without_submission(gradebook, roster, exercise))
        gradebook.close()
    graders = Graders(keys, course=course)
    elsewhere = tallies.pop("", Tally(None))
    reports = []
    for exercise, tally in tallies.items():
        grader = graders.get(exercise)
        shows_key = graders.course.shows_key
        report, projected = write_pages(grader, tally, output, elsewhere, shows_key=shows_key)
        reports.append(Report(exercise, report, projected, numbers(grader, tally)))
    return reports, elsewhere.students + elsewhere.unmatched


class _Desk:
    """What a process that counts has laid out."""

    def __init__(self, keys: Path | None, course: Course | None) -> None:
        self.graders = Graders(keys, course=course)

    def grader(self, row: Row) -> Grader | None:
        """The grader of a row's exercise; None of what cannot be told or is not here, which has no answers then."""
        try:
            return self.graders.get(row["exercise"]) if row["exercise"] else None
        except (NotGraded, KitError) as error:
            if row["state"] not in (GRADED, NEEDS_MANUAL):
                return None
            raise KitError(
                f"The gradebook holds {row['exercise']}, but it cannot be read here: {error}\n"
                "Run this where its exercise and its key are."
            ) from None


def _plain(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in rows]


def _row_counter(keys: Path | None, course: Course | None) -> Callable[[Sequence[Row]], tuple[int, dict[str, Tally]]]:
    """What a process that counts does with each batch."""
    return partial(_count_rows, _Desk(keys, course))


def _count_rows(desk: _Desk, rows: Sequence[Row]) -> tuple[int, dict[str, Tally]]:
    tallies: dict[str, Tally] = {}
    for row in rows:
        grader = desk.grader(row)
        name = row["exercise"] if grader else ""
        if name not in tallies:
            tallies[name] = Tally(grader.exercise, grader.settings) if grader else Tally(None)
        if grader and row["state"] in (GRADED, NEEDS_MANUAL) and row["key_version"] != grader.key_version:
            raise KitError(
                f"{row['path']} was graded by another key of {name}, or with other settings, than here.\n"
                f"{GRADED_OTHERWISE}"
            )
        tallies[name].add(row)
    return len(rows), tallies
