"""Which row of another system's sheet is which student's: by id, then by exact name, and never by guess."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any

from redpencil.document import KitError
from redpencil.grading.export.sheet import SheetRow, SomeRows
from redpencil.grading.gradebook import Gradebook
from redpencil.grading.key_index import KeyIndex
from redpencil.grading.roster import Student, same_name
from redpencil.grading.submissions import GRADED

# "<Full name>_<participant>_assignsubmission_file" as Moodle names a folder or, flat, the beginning of a file.
_OF_MOODLE = re.compile(r"(?P<name>[^_/]+)_(?P<participant>\d+)_assign(?:submission|feedback)_[a-z]+(?P<rest>_?)")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one student stands in one exercise, with every identity that the submission came with.

    ``points`` is None unless the state is ``graded``. ``ids`` are all that the roster knows of the student, or
    ``student_id`` alone. ``canvas`` and ``participant`` are the numbers that Canvas gives to a person and Moodle to a
    participant of an assignment, ``""`` where they are not known; ``lms_name`` is the name beside that number.
    """

    exercise: str
    student_id: str
    name: str
    state: str
    points: float | None
    points_at_most: float | None
    ids: tuple[str, ...]
    canvas: str = ""
    participant: str = ""
    lms_name: str = ""

    @property
    def shown(self) -> str:
        """The student for a message: the id, and the name where it says more."""
        return f"{self.student_id} ({self.name})" if self.name and self.name != self.student_id else self.student_id


def standing(row: Any, ids: tuple[str, ...]) -> Standing:
    """A row of the gradebook as a standing; ``ids`` are the student's on the roster, if there is one."""
    # What the platform's own names said, as the intake found it. A path alone proves nothing: a student names files.
    known_as = re.fullmatch(
        r"(?P<lms>canvas|moodle) (?:Participant )?(?P<n>[0-9]+)(?: (?P<name>.*))?", row.handed_in_as
    )
    lms, number, lms_name = (known_as["lms"], known_as["n"], known_as["name"] or "") if known_as else ("", "", "")
    return Standing(
        # The same few words in every row: each is kept once.
        exercise=intern(row.exercise),
        student_id=row.student_id,
        name=row.student_name,
        state=intern(row.state),
        points=row.points if row.state == GRADED else None,
        points_at_most=row.points_at_most,
        ids=ids or (row.student_id,),
        canvas=number if lms == "canvas" else "",
        participant=number if lms == "moodle" else "",
        lms_name=lms_name,
    )


def moodle_folder(handed_in_as: str, path: str) -> re.Match[str] | None:
    """The part of a submission's path by which Moodle knows whose it is; None if it did not come out of Moodle.

    Source: mod/assign/feedback/file/importziplib.php, which takes the parts of a path in order and reads
    ``<full name>_<participant>_<kind>_<plugin>``, with or without another ``_``.
    """
    if not handed_in_as.startswith("moodle "):
        return None
    return next(filter(None, (_OF_MOODLE.match(part) for part in path.split("/"))), None)


@dataclass(slots=True)
class Placed:
    """Where students' rows are: by line of the sheet; and those who have none, each with the reason.

    ``doubtful`` were placed by their id, but the names have no word in common.
    """

    rows: dict[int, Standing] = field(default_factory=dict)
    left_out: list[tuple[Standing, str]] = field(default_factory=list)
    doubtful: list[tuple[Standing, str]] = field(default_factory=list)


# The rows (by line) that a way of knowing somebody leads to, and by which keys a student is known in it.
Way = tuple[KeyIndex, Callable[[Standing], Iterable[str]]]


def place(students: Iterable[Standing], ways: Sequence[Way], name_at: Callable[[int], str]) -> Placed:
    """Find each student's row. ``ways`` are pairs of an index of the sheet and a function from a standing to its keys.

    The strongest comes first; a weaker one is asked only for whom no stronger one knows. Who fits several rows, and
    rows that several students fit, are left out with the reason: one of them would get the points of another.
    ``name_at`` gives the name in the sheet, by line.

    It takes all students and not one after the other: who fits the row of another is known only when all were looked
    up, and nobody is to be written before that.
    """
    placed = Placed()
    waiting = list(students)
    taken: dict[int, Standing] = {}
    for index, keys_of in ways:
        claims: dict[int, Standing] = {}
        rivals: dict[int, list[Standing]] = {}
        unknown = []
        for student in waiting:
            lines = {line for key in keys_of(student) if key for line in index.get(same_name(key))}
            if not lines:
                unknown.append(student)
            elif len(lines) > 1:
                shown = ", ".join(map(str, sorted(lines)))
                placed.left_out.append((student, f"fits several rows of the sheet: lines {shown}"))
            elif (first := claims.setdefault(line := lines.pop(), student)) is not student:
                rivals.setdefault(line, [first]).append(student)
        for line, first in claims.items():
            claimants = rivals.get(line, [first])
            if line in taken:
                whose = f"is taken by {taken[line].shown}, who is known by an id"
                placed.left_out += [(student, f"fits line {line} of the sheet, which {whose}") for student in claimants]
            elif len(claimants) > 1:
                others = {id(one): next(o for o in claimants if o is not one).shown for one in claimants}
                placed.left_out += [
                    (one, f"fits line {line} of the sheet, and so does {others[id(one)]}") for one in claimants
                ]
            else:
                taken[line] = claimants[0]
        waiting = unknown
    placed.left_out += [(student, "is not in the sheet, by no id and no exact name") for student in waiting]
    placed.rows = taken
    for line, student in taken.items():
        if not _may_be_one(student.name, theirs := name_at(line)):
            placed.doubtful.append((student, f"the sheet says “{theirs}” in line {line}"))
    return placed


def indexed(rows: SomeRows, cells_of: Callable[[SheetRow], Iterable[str]]) -> KeyIndex:
    """An index from what some cells say, as names and ids are compared, to the lines that say it; empty ones left out.

    ``cells_of`` picks them from a row.
    """

    def keys_of(line: int) -> set[str]:
        return {same_name(cell) for cell in cells_of(rows[line])} - {""}

    return KeyIndex(((key, line) for line in rows for key in keys_of(line)), keys_of)


def name_forms(name: str) -> Iterator[str]:
    """A name as a sheet may write it, as it is compared: as it is, and “Last, First” the other way round.

    Source: lib/gradebook_importer.rb compares with a person's name and with the sortable name.
    """
    whole = same_name(name)
    yield whole
    last, comma, first = whole.partition(",")
    if comma and "," not in first and first.strip():
        yield f"{first.strip()} {last.strip()}"


def letters_of(name: str) -> str:
    """The letters and digits of a name, lower case, as systems leave them in the names of files."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def _may_be_one(name: str, other: str) -> bool:
    """Whether two names have a word in common; what has no letters says nothing against it."""
    words, others = ({letters_of(word) for word in one.replace(",", " ").split()} - {""} for one in (name, other))
    return not words or not others or bool(words & others) or letters_of(name) == letters_of(other)


def in_exercises(
    gradebook: Gradebook, wanted: set[str], roster: Iterable[Student] = ()
) -> tuple[dict[str, list[Standing]], int]:
    """The standings by exercise, and how many submissions wait for somebody to say whose they are."""
    standings: dict[str, list[Standing]] = {exercise: [] for exercise in sorted(wanted)}
    ids = {student.id: student.ids for student in roster}
    for row in gradebook.one_for_each_student():
        if row.exercise in standings:
            standings[row.exercise].append(standing(row, ids.get(row.student_id, ())))
    return standings, sum(row.exercise in standings for row in gradebook.of_nobody())


def to_the_sheets_points(student: Standing, maximum: float | None, *, scale: bool, place: str) -> float:
    """A student's points as points of the sheet, whose column has ``maximum``.

    Raises KitError if that is another number than the exercise's and ``scale`` does not say that they are converted.
    """
    assert student.points is not None  # noqa: S101  whoever asks has looked
    at_most = student.points_at_most
    if maximum is None or at_most is None or abs(maximum - at_most) < 0.005:
        return student.points
    if not scale:
        raise KitError(
            f"{place} is for {maximum:g} points, but {student.exercise} has {at_most:g}.\n"
            f"Set the assignment to {at_most:g} points there and take the sheet anew, or let each number be converted "
            f"(× {maximum:g} / {at_most:g}) with --scale."
        )
    if at_most <= 0:
        raise KitError(f"{student.exercise} has no points, so that none can be converted for {place}.")
    return student.points * maximum / at_most


def parts_of(row: Any) -> dict[str, float | None]:
    """A row's points by group of items."""
    return dict(json.loads(row.parts))
