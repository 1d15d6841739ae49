"""What is made of a gradebook on the command line: match, feedback, report, export."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redpencil.commands.names import MATCHES_SHOWN
from redpencil.commands.terminal import DONE, SHOWN_AT_MOST, SOME_NOT_GRADED, counted, print_json, progress
from redpencil.document import KitError
from redpencil.grading.shown import written_out

if TYPE_CHECKING:
    from redpencil.grading.course import Course
    from redpencil.grading.gradebook import Gradebook
    from redpencil.grading.roster import Roster


def match_command(options: Any) -> int:
    """List what waits for somebody to say whose it is, or settle it."""
    from redpencil.grading.course import load_course
    from redpencil.grading.matching import Word, read_words, settle, waiting

    if options.csv is not None and (options.handed_in_as or options.undo):
        raise KitError("--csv settles many at once; leave HANDED_IN_AS and --undo away, or --csv.")
    if options.handed_in_as and bool(options.student_id) == options.undo:
        raise KitError('Say whose it is: redpencil match "HANDED IN AS" STUDENT_ID. Or take it back with --undo.')
    if options.undo and not options.handed_in_as:
        raise KitError('Say what to take back: redpencil match "HANDED IN AS" --undo')
    roster = roster_of(options, load_course(options.course))
    gradebook = open_gradebook(options.gradebook, must_exist=True)
    words = read_words(options.csv) if options.csv is not None else []
    if options.handed_in_as:
        words = [Word(options.handed_in_as, options.student_id or "", options.reason)]
    done = settle(gradebook, words, roster, options.by)
    left = list(waiting(gradebook, roster))
    gradebook.close()
    if options.json:
        settled = [{"handed_in_as": w.handed_in_as, "student_id": w.student_id, "rows": n} for w, n in done]
        print_json({"settled": settled, "waiting": [one.to_json() for one in left]})
        return DONE if words or not left else SOME_NOT_GRADED
    for word, rows in done:
        whose = f"is {written_out(word.student_id)}’s" if word.student_id else "is nobody’s until it is graded again"
        print(f"“{written_out(word.handed_in_as)}” {whose}: {counted(rows, 'submission')}, and whatever comes")
    for one in left[:SHOWN_AT_MOST]:
        print(f"\n“{written_out(one.handed_in_as)}”\n    {', '.join(map(written_out, one.paths[:MATCHES_SHOWN]))}")
        for id, name, section in one.suggestions:
            print(f"    like: {written_out(', '.join(filter(None, (id, name, section))))}")
    if len(left) > SHOWN_AT_MOST:
        print(f"\n… and {len(left) - SHOWN_AT_MOST:,} more: --json lists all")
    if not left:
        print("Nothing waits.")
    elif not words:
        print(
            f"\n{counted(len(left), 'waits', 'wait')} for your word. Names that are like it are only a hint.\n"
            'Next: redpencil match "HANDED IN AS" STUDENT_ID, or many at once with --csv FILE'
        )
    return DONE if words or not left else SOME_NOT_GRADED


def open_gradebook(url: str, *, must_exist: bool = False) -> Gradebook:
    """The gradebook at an address."""
    from redpencil.grading.gradebook import Gradebook

    return Gradebook(url, must_exist=must_exist)


def without_password(url: str) -> str:
    """A gradebook's address, as it may stand on a screen or in a log."""
    if "@" not in url:
        return url
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True)


def roster_of(options: Any, course: Course) -> Roster | None:
    """The roster that is named on the command line, else in course.toml; None if there is none."""
    path = options.roster or course.roster
    if path is None:
        return None
    from redpencil.grading.roster import load_roster

    return load_roster(path)


def feedback_command(options: Any) -> int:
    """Write a page for each student."""
    from redpencil.grading.course import load_course

    course = load_course(options.course)
    return write_feedback_pages(options.gradebook, options.output, options.keys, course, quiet=False)


def write_feedback_pages(url: str, output: Path, keys: Path | None, course: Course, *, quiet: bool) -> int:
    """Write the pages, say so, and return the exit status; somebody may wait to be told whose they are."""
    from redpencil.grading.feedback import write_feedback

    gradebook = partial(open_gradebook, url, must_exist=True)
    with progress("feedback", lambda: gradebook().count(), quiet=quiet) as advance:
        pages = write_feedback(gradebook, output, keys=keys, course=course, progress=advance)
    waiting = sum(1 for _ in gradebook().of_nobody())
    if not pages and not waiting:
        raise KitError(
            f"The gradebook {without_password(url)} holds no submissions. Grade first: redpencil grade FOLDER."
        )
    print(f"{counted(pages, 'page')} in {output}. Next: send each student the page that carries their id.")
    if waiting:
        print(f"{waiting:,} wait for you to say whose they are (redpencil match), and have no page.")
    return SOME_NOT_GRADED if waiting else DONE


def report_command(options: Any) -> int:
    """Write the reports on the class."""
    from redpencil.grading.course import load_course
    from redpencil.grading.report import write_reports

    gradebook, course = partial(open_gradebook, options.gradebook, must_exist=True), load_course(options.course)
    roster = roster_of(options, course)
    with progress("report", lambda: gradebook().count(), quiet=options.json) as advance:
        reports, elsewhere = write_reports(
            gradebook, options.output, keys=options.keys, course=course, roster=roster, progress=advance
        )
    if not reports:
        raise KitError(
            f"The gradebook {without_password(options.gradebook)} holds nothing to report. "
            "Grade first: redpencil grade FOLDER."
        )
    if options.json:
        pages = {
            one.exercise: {"report": str(one.report), "class": str(one.projected), **one.numbers} for one in reports
        }
        print_json({"exercises": pages, "of_no_exercise": elsewhere})
        return DONE
    for one in reports:
        without = "without names" if course.shows_key else "without names, and without the key, which your course hides"
        print(f"{one.report}: for you, with names and the key\n{one.projected}: to project, {without}")
    if elsewhere:
        print(f"{counted(elsewhere, 'submission')} of no exercise that is here: redpencil export csv lists them.")
    return DONE


def export_command(options: Any) -> int:
    """Write the gradebook as a table, or into a platform’s sheet."""
    from redpencil.grading.course import load_course
    from redpencil.grading.export.command import export

    course = load_course(options.course)
    gradebook = open_gradebook(options.gradebook, must_exist=True)
    if options.format == "csv" and options.output is None:
        # The table's line ends and encoding are its own, whatever the terminal's are.
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # typed as any TextIO
    is_whole, lines = export(gradebook, options, sys.stdout, course, roster_of(options, course) or ())
    for line in lines:
        print(written_out(line))
    return DONE if is_whole else SOME_NOT_GRADED


def write_csv_file(url: str, output: Path, roster: Roster | None) -> None:
    """Write the table into a file, and say so."""
    from redpencil.grading.export.command import write_table

    rows = write_table(open_gradebook(url, must_exist=True), output, roster or ())
    print(f"{counted(rows, 'row')} in {output}. An empty cell under Points means: no number yet, never a 0.")
