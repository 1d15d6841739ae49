"""What ``redpencil export`` does for each format, and what it says afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from redpencil.document import KitError
from redpencil.exercise import load_exercise
from redpencil.grading.course import Course
from redpencil.grading.export.canvas import WHERE_FROM as FROM_CANVAS
from redpencil.grading.export.canvas import export_canvas
from redpencil.grading.export.filled import Filled
from redpencil.grading.export.gradescope import export_gradescope
from redpencil.grading.export.moodle import WHERE_FROM as FROM_MOODLE
from redpencil.grading.export.moodle import export_moodle, the_exercise, write_feedback_zip
from redpencil.grading.export.sheet import whole_file
from redpencil.grading.export.table import write_csv
from redpencil.grading.feedback import FeedbackPages
from redpencil.grading.gradebook import Gradebook
from redpencil.grading.roster import Student


def export(
    gradebook: Gradebook, options: Any, stream: TextIO, course: Course, roster: Sequence[Student] = ()
) -> tuple[bool, list[str]]:
    """Do what the options of the command ask for; return whether everybody with points is in it, and what to say.

    ``stream`` takes the table if no file is named. Raises KitError, see the functions of each format.
    """
    if options.format == "csv":
        return _csv(gradebook, options, stream, roster)
    if options.format == "canvas":
        return _canvas(gradebook, options, roster)
    if options.format == "moodle":
        return _moodle(gradebook, options, course, roster)
    return _gradescope(gradebook, options)


def _csv(gradebook: Gradebook, options: Any, stream: TextIO, roster: Sequence[Student]) -> tuple[bool, list[str]]:
    waiting = sum(1 for _ in gradebook.of_nobody())
    if options.output is None:
        write_csv(gradebook, stream, roster)
        return not waiting, []
    rows = write_table(gradebook, options.output, roster)
    lines = [f"{rows:,} rows in {options.output}. An empty cell under Points means: no number yet, never a 0."]
    return not waiting, [*lines, *_waiting(waiting)]


def write_table(gradebook: Gradebook, output: Path, roster: Sequence[Student] = ()) -> int:
    """Write the table into a file, and return how many rows."""
    with output.open("w", encoding="utf-8", newline="") as stream:
        return write_csv(gradebook, stream, roster)


def _waiting(n: int) -> list[str]:
    return [f"{n:,} wait for you to say whose they are (redpencil match), and were left out."] if n else []


def _canvas(gradebook: Gradebook, options: Any, roster: Sequence[Student]) -> tuple[bool, list[str]]:
    if options.sheet is None:
        raise KitError(f"Canvas takes points back in the sheet that it gave.\n{FROM_CANVAS}")
    more = {"columns": options.column, "scale": options.scale, "only_ours": options.only_ours, "roster": roster}
    step = "the sheet for Canvas: open Grades of the course, choose Import, and name it."
    return _filled_in(options, partial(export_canvas, gradebook, **more), step)


def _filled_in(options: Any, fill_in: Callable[[Path, Path], Filled], step: str) -> tuple[bool, list[str]]:
    """Fill in the platform's sheet; return whether everybody with points is in it, and what to say."""
    output = options.output or Path(f"{options.sheet.stem}-filled.csv")
    filled = fill_in(options.sheet, output)
    return filled.is_whole, [*filled.lines(), f"{output} is {step}"]


def _moodle(gradebook: Gradebook, options: Any, course: Course, roster: Sequence[Student]) -> tuple[bool, list[str]]:
    if options.sheet is None and options.feedback_zip is None:
        raise KitError(f"Moodle takes grades back in the worksheet that it gave.\n{FROM_MOODLE}")
    lines: list[str] = []
    of_zip: list[str] = []
    is_whole = True
    with contextlib.ExitStack() as both:
        # If one of the two cannot be made, neither is there, for then nothing of them is told.
        if options.feedback_zip:
            # A zip that was cut off is none; it appears as a whole.
            path = both.enter_context(whole_file(options.feedback_zip))
            written, without = _feedback_zip(gradebook, options, course, path)
            of_zip.append(
                f"{written:,} pages in {options.feedback_zip}. In the assignment, choose Upload feedback files in a "
                "zip, and name it."
            )
            if without:
                of_zip.append(f"{without:,} have no place in it: what was graded did not come out of a zip of Moodle.")
        if options.sheet:
            more = {"exercise": options.exercise, "columns": options.columns, "scale": options.scale, "roster": roster}
            step = "the worksheet for Moodle: in the assignment, choose Upload grading worksheet, and name it."
            is_whole, lines = _filled_in(options, partial(export_moodle, gradebook, **more), step)
    return is_whole, lines + of_zip


def _feedback_zip(gradebook: Gradebook, options: Any, course: Course, path: Path) -> tuple[int, int]:
    exercise = the_exercise(gradebook, options.exercise)
    pages = FeedbackPages(options.keys, course)
    # What cannot be read says nothing of its exercise. It comes last: who has a page has it already.
    rows = (row for wanted in (exercise, "") for row in gradebook.one_for_each_student() if row.exercise == wanted)
    written, without = write_feedback_zip((dict(row._mapping) for row in rows), path, pages.page)
    if not written:
        raise KitError(
            "Nothing that was graded came out of a zip of Moodle, so no page has a place in a zip for it.\n"
            "Grade the zip that Moodle's “Download all submissions” gives, or its folders, with their names."
        )
    return written, without


def _gradescope(gradebook: Gradebook, options: Any) -> tuple[bool, list[str]]:
    output = options.output or Path("gradescope")
    written, without, waiting = export_gradescope(
        gradebook, output, load_exercise, exercise=options.exercise, visibility=options.visibility
    )
    lines = [f"{written:,} results.json in {output}."]
    if without:
        lines.append(f"{without:,} of them carry no score, and say why: nothing that went wrong is a 0.")
    return not waiting, [*lines, *_waiting(waiting)]
