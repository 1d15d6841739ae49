"""A page for each student: their marks beside the key's, with the reasons, self-contained and without script."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redpencil.document import KitError
from redpencil.grading.course import Course
from redpencil.grading.feedback_page import ExercisePages, Row
from redpencil.grading.feedback_words import page_style, template
from redpencil.grading.grade import Grader, Graders
from redpencil.grading.pool import in_batches, working
from redpencil.grading.submissions import GRADED, NEEDS_MANUAL, NotGraded

if TYPE_CHECKING:
    from redpencil.grading.gradebook import Gradebook

# Names that Windows keeps for devices, whatever their ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$")


def write_feedback(
    open_gradebook: Callable[[], Gradebook],
    output: Path,
    *,
    keys: Path | None = None,
    course: Course | None = None,
    progress: Callable[[int], object] = lambda n: None,
) -> int:
    """Write ``output/<exercise>/<student>.html`` for everybody in the gradebook, and return how many.

    ``keys`` and ``course`` are as for `Graders`; the course says whether pages show the key. What counts for nobody yet
    gets no page.

    Raises KitError if something was graded by another key or another version of the exercise than is here: its reasons
    would not fit. The gradebook is opened when the processes that write are started: both take their time.
    """
    written = 0
    with working(_page_writer, (output, keys, course)) as work:
        gradebook = open_gradebook()
        for pages in work(map(_plain, in_batches(gradebook.one_for_each_student()))):
            written += pages
            progress(pages)
        gradebook.close()
    return written


class FeedbackPages:
    """Makes the pages of students, with what those of an exercise share laid out once."""

    def __init__(self, keys: Path | None = None, course: Course | None = None) -> None:
        """``keys`` and ``course`` are as for `Graders`."""
        self.graders = Graders(keys, course=course)
        self._template = template("feedback.html")
        self._style = page_style()
        self._pages: dict[str, ExercisePages] = {}

    def page(self, row: Row) -> str:
        """The page of the student whose row of the gradebook this is.

        Raises KitError if it was graded by another key, other settings or another version than are here.
        """
        title, grade = self._title(row["exercise"]), None
        if row["state"] in (GRADED, NEEDS_MANUAL):
            pages = self.of(row["exercise"])
            pages.check_version(row)
            title, grade = pages.exercise.title, pages.of_row(row)
        who = row["student_name"] or row["student_id"]
        manual = json.loads(row["manual"])
        return self._template.render(
            title=title, who=who, row=row, grade=grade, comment=manual.get("comment"), style=self._style
        )

    def of(self, exercise: str) -> ExercisePages:
        """What the pages of one exercise share."""
        if exercise not in self._pages:
            self._pages[exercise] = ExercisePages(
                _grader(self.graders, exercise), shows_key=self.graders.course.shows_key
            )
        return self._pages[exercise]

    def _title(self, exercise: str) -> str:
        """The title of an exercise by what a file said it is; many files that cannot be graded do not say."""
        try:
            return self.graders.get(exercise).exercise.title if exercise else "Your work"
        except (NotGraded, KitError):
            # Its id is all that is known of it here, and no reason to stop the pages of the others.
            return exercise


class _Desk:
    """What a process that writes pages has before it: the pages, and where they go."""

    def __init__(self, output: Path, keys: Path | None, course: Course | None) -> None:
        self.output = output
        self.pages = FeedbackPages(keys, course)
        self.made: set[Path] = set()

    def write(self, row: Row) -> None:
        """Write one student's page."""
        folder = self.output / (file_name(row["exercise"]) if row["exercise"] else "unknown")
        if folder not in self.made:
            folder.mkdir(parents=True, exist_ok=True)
            self.made.add(folder)
        html = self.pages.page(row)
        (folder / f"{file_name(row['student_id'])}.html").write_bytes(html.encode())


def _page_writer(output: Path, keys: Path | None, course: Course | None) -> Callable[[Sequence[Row]], int]:
    """What a process that writes pages does with each batch."""
    desk = _Desk(output, keys, course)

    def write(rows: Sequence[Row]) -> int:
        for row in rows:
            desk.write(row)
        return len(rows)

    return write


def _plain(rows: Iterable[Any]) -> list[Row]:
    return [dict(row._mapping) for row in rows]


def file_name(student_id: str) -> str:
    """A student's id as a file name that is safe on every system and nobody else's.

    An id of a-z, 0-9, hyphens and underscores is its own file name, unless Windows keeps it for a device. Any other is
    its letters and digits of any script, in lower case and cut to 40, with a part of its sha256 behind: so two ids are
    two names also where capitals do not count, or where accents are taken apart and put together again.
    """
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", student_id) and not _DEVICE.match(student_id):
        return student_id
    lowered = unicodedata.normalize("NFC", student_id.lower())
    # Letters, their marks and digits. A system that knows other rules of case than these still tells the sums apart.
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else "-" for c in lowered)
    readable = re.sub("-+", "-", kept)[:40].strip("-")
    # Some systems count bytes, and a mark needs a letter to stand on.
    readable = readable.encode()[:120].decode("utf-8", "ignore").strip("-")
    if not readable or unicodedata.category(readable[0])[0] == "M":
        readable = f"student-{readable}".rstrip("-")
    return f"{readable}~{hashlib.sha256(student_id.encode('utf-8', 'replace')).hexdigest()[:12]}"


def _grader(graders: Graders, exercise: str) -> Grader:
    try:
        return graders.get(exercise)
    except NotGraded as error:
        raise KitError(f"The gradebook holds {exercise}, but {error.reason}\nRun this where its exercise is.") from None
