"""Grading on the command line: grade, and what it says of a run."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redpencil.commands.gradebook import (
    open_gradebook,
    roster_of,
    without_password,
    write_csv_file,
    write_feedback_pages,
)
from redpencil.commands.terminal import DONE, SHOWN_AT_MOST, SOME_NOT_GRADED, counted, print_json, progress
from redpencil.document import KitError
from redpencil.grading.shown import written_out

if TYPE_CHECKING:
    from redpencil.grading.grade import Summary
    from redpencil.grading.intake import Read
    from redpencil.grading.pool import Working
    from redpencil.grading.roster import Roster

MISSING_SHOWN = 10
OTHERS_SHOWN = 3


def grade_command(options: Any) -> int:
    """Grade, take free text in or out, and what was asked for besides."""
    if not (options.submissions or options.again or options.free_text or options.free_text_out):
        raise KitError(
            "There is nothing to do. Name the submissions' folder or zip; or a sheet, with --free-text FILE.csv; or "
            "say --again, if the key or a setting changed."
        )
    from redpencil.grading.course import load_course

    done: dict[str, Any] = {}
    failed = 0
    # What these say of themselves would stand in the way of the one object that --json promises.
    with contextlib.redirect_stdout(io.StringIO()) if options.json else contextlib.nullcontext():
        if options.submissions:
            done, failed = _grade_submissions(options)
        if options.again:
            done |= _grade_again(options, done)
        if options.free_text:
            done["free_text"] = _take_free_text(options)
        if options.free_text_out:
            done["free_text_out"] = _write_waiting(options.gradebook, options.free_text_out)
        if options.feedback:
            course = load_course(options.course)
            write_feedback_pages(options.gradebook, options.feedback, options.keys, course, quiet=options.json)
        if options.csv:
            write_csv_file(options.gradebook, options.csv, roster_of(options, load_course(options.course)))
    done["gradebook"] = without_password(options.gradebook)
    if options.json:
        print_json(done)
    else:
        wrote = options.feedback or options.csv or options.free_text_out
        next_step = "" if wrote else " Next: redpencil feedback, or redpencil export csv"
        print(f"\nGradebook: {done['gradebook']}.{next_step}")
    return SOME_NOT_GRADED if failed else DONE


def _grade_submissions(options: Any) -> tuple[dict[str, Any], int]:
    """Grade, say what came of it, and return it for ``--json``, with how many submissions somebody has to look into."""
    from redpencil.grading.course import load_course
    from redpencil.grading.grade import NOT_GRADED, Graders, grade_folder
    from redpencil.grading.intake import Intake
    from redpencil.grading.lms_names import SYSTEMS
    from redpencil.grading.remote import count_anywhere, find_anywhere, place_of

    places = [place_of(text) for text in options.submissions]
    over = _spread(options)
    course = load_course(options.course)
    systems = {"auto": SYSTEMS, "none": ()}.get(options.lms, (options.lms,))
    intake = Intake(course.file_names, systems, takes_typed_names=options.typed_names)
    roster = roster_of(options, course)
    # A wrong place or a broken private key is said before a gradebook is made.
    Graders(options.keys, options.exercise, places, course).check_keys()
    found = find_anywhere(places, intake)
    first = next(found, None)
    if first is None:
        hidden = f"\nIt was {_hidden_in_words(intake.read)}" if intake.read.hidden else ""
        raise KitError(
            f"There is nothing to grade in {', '.join(map(str, places))}. Name the submissions' folder.{hidden}"
        )
    with progress("grading", lambda: count_anywhere(places, intake), quiet=options.json) as advance:
        summary = grade_folder(
            places,
            partial(open_gradebook, options.gradebook),
            keys=options.keys,
            only=options.exercise,
            course=course,
            intake=intake,
            roster=roster,
            found=chain([first], found),
            progress=advance,
            over=over,
        )
    failed = sum(summary.states[state] for state in NOT_GRADED) - summary.same_files
    _say_read(summary, roster)
    _say_graded(summary, failed)
    _say_waiting(summary)
    if not options.again:
        _say_above(summary)
    if summary.lacks_roster:
        print(
            "\nThis gradebook was graded with a roster before, and now without: whoever is in these files is called by "
            "what their names say, and may stand in the gradebook twice.\n"
            "Next: grade the same again with --roster FILE, or with roster in course.toml."
        )
    _say_same_answers(summary)
    return {
        "files": summary.files,
        "new_or_changed": summary.written,
        "regraded": summary.regraded,
        "states": dict(summary.states),
        "not_graded": [dict(zip(("state", "path", "reason"), r, strict=True)) for r in summary.not_graded],
        "not_graded_in_all": failed,
        "same_files": summary.same_files,
        "same_answers": [asdict(one) for one in summary.same_answers],
        "moved": [asdict(one) for one in summary.moved],
        "moved_in_all": summary.moved_in_all,
        **_above_as_json(summary),
        "spotting": _spotting(summary.spotting),
        "brier": {group: {"score": s, "answers": n} for group, (s, n) in summary.brier.items()},
        **_read_as_json(summary, roster),
    }, failed + summary.waiting_in_all


def _grade_again(options: Any, done: Mapping[str, Any]) -> dict[str, Any]:
    """Grade anew what is in the gradebook, say what came of it, and return it, with what a run before it came to."""
    from redpencil.grading.course import load_course
    from redpencil.grading.grade import grade_again

    summary = grade_again(
        partial(open_gradebook, options.gradebook, must_exist=True),
        keys=options.keys,
        only=options.exercise,
        course=load_course(options.course),
    )
    print(f"regraded, because the key or a setting changed: {summary.regraded:,}")
    _say_moved(summary)
    _say_above(summary)
    return {
        "regraded": done.get("regraded", 0) + summary.regraded,
        "moved": [*done.get("moved", ()), *(asdict(one) for one in summary.moved)],
        "moved_in_all": done.get("moved_in_all", 0) + summary.moved_in_all,
        **_above_as_json(summary),
    }


def _above_as_json(summary: Summary) -> dict[str, Any]:
    names = ("exercise", "student_id", "reason")
    return {
        "above_maximum": [dict(zip(names, one, strict=True)) for one in summary.above],
        "above_maximum_in_all": summary.above_in_all,
    }


def _spread(options: Any) -> Working:
    """What the work is spread over: this machine's cores, or the cluster that is named."""
    from redpencil.grading.pool import working

    if options.scheduler:
        from redpencil.grading.cluster import Cluster

        return Cluster(options.scheduler, ca=options.tls_ca, certificate=options.tls_cert, key=options.tls_key)
    if options.tls_ca or options.tls_cert or options.tls_key:
        raise KitError("Certificates are for a cluster. Name its scheduler as well: --scheduler tls://HOST:PORT")
    return partial(working, processes=options.workers)


def _say_graded(summary: Summary, failed: int) -> None:
    from redpencil.grading.grade import NOT_GRADED

    print(f"{counted(summary.files, 'file')}, {summary.written:,} new or changed")
    if summary.regraded:
        print(f"regraded elsewhere in the gradebook, because the key or a setting changed: {summary.regraded:,}")
    for state, n in sorted(summary.states.items(), key=lambda row: (row[0] in NOT_GRADED, row[0])):
        print(f"  {n:>7,}  {state}")
    for group, d in _spotting(summary.spotting).items():
        print(
            f"spotting, the whole class, {group}: d' {d['sensitivity']:.2f} (95 % interval "
            f"{d['sensitivity_interval'][0]:.2f} to {d['sensitivity_interval'][1]:.2f}), bias c {d['bias']:.2f} "
            f"({d['hits']:g} hits, {d['misses']:g} misses, {d['false_alarms']:g} false alarms, "
            f"{d['correct_rejections']:g} rightly left alone)"
        )
    for group, (score, n) in summary.brier.items():
        print(
            f"likelihoods, the whole class, {group}: Brier score {score:.3f} over {counted(n, 'answer')} "
            "(0 is perfect; always “as likely as not” gives 0.250)"
        )
    if summary.same_files:
        print(f"\nthe same file as one that counts, to the byte, at another place: {summary.same_files:,}")
    _say_moved(summary)
    if failed:
        print("\nnot graded:")
        for state, path, reason in summary.not_graded[:SHOWN_AT_MOST]:
            print(f"  {state}: {written_out(path)}\n      {written_out(reason)}")
        if failed > SHOWN_AT_MOST:
            print(f"  … and {failed - SHOWN_AT_MOST:,} more: redpencil export csv lists a row for each student")


def _say_moved(summary: Summary) -> None:
    if summary.moved:
        print(f"\n{counted(summary.moved_in_all, 'grade')} moved:")
        for one in summary.moved[:SHOWN_AT_MOST]:
            was, now = _grade_in_words(one.state_before, one.points_before), _grade_in_words(one.state, one.points)
            print(f"  {written_out(one.student_id)}, {one.exercise}: {was} -> {now}. {written_out(one.reason)}")
        if summary.moved_in_all > SHOWN_AT_MOST:
            print(f"  … and {summary.moved_in_all - SHOWN_AT_MOST:,} more; --json lists up to {len(summary.moved):,}")


def _say_above(summary: Summary) -> None:
    if summary.above:
        print(f"\npoints by hand that are more than can be had now, so that they wait: {summary.above_in_all:,}")
        for exercise, student, reason in summary.above[:SHOWN_AT_MOST]:
            print(f"  {written_out(student)}, {exercise}: {written_out(reason)}")
        if summary.above_in_all > SHOWN_AT_MOST:
            print(f"  … and {summary.above_in_all - SHOWN_AT_MOST:,} more: --free-text-out lists all")
        print("Next: redpencil grade --free-text-out FILE.csv has a row for each; fill in what they are worth now.")


def _grade_in_words(state: str, points: float | None) -> str:
    return state if points is None else f"{points:.2f}"


def _take_free_text(options: Any) -> dict[str, Any]:
    from redpencil.grading.manual import read_decisions

    gradebook = open_gradebook(options.gradebook, must_exist=True)
    read = read_decisions(options.free_text, gradebook, by=options.by)
    gradebook.close()
    decided = read.decided
    print(
        f"{options.free_text}: {counted(decided.decisions, 'decision')} on "
        f"{counted(decided.submissions, 'submission')}; "
        f"{decided.still_waiting:,} of these still wait; {counted(read.empty_rows, 'row')} left empty"
    )
    if decided.on_earlier_attempts:
        print(
            f"  {decided.on_earlier_attempts:,} handed in again since: the points stay with the earlier attempt, "
            "and the later one waits. Read it too: redpencil grade --free-text-out FILE.csv"
        )
    if read.is_guessed:
        print("  The file is not UTF-8, and was read as Windows-1252. If letters look wrong, save it as “CSV UTF-8”.")
    return {**asdict(decided), "empty_rows": read.empty_rows}


def _write_waiting(url: str, output: Path) -> int:
    from redpencil.grading.manual import keep_filled, write_waiting

    gradebook = open_gradebook(url, must_exist=True)
    if kept := keep_filled(output):
        print(f"{output} was there already, with something in it: it is kept as {kept}")
    # Spreadsheet programs know UTF-8 by its mark.
    with output.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = write_waiting(gradebook, stream)
    gradebook.close()
    print(
        f"{counted(rows, 'free text')} in {output}. Next: fill in points and comments, "
        f"then redpencil grade --free-text {output}"
    )
    return rows


def _read_as_json(summary: Summary, roster: Roster | None) -> dict[str, Any]:
    """What grade tells of places, other files, and, with a roster, of who waits and who is missing."""
    read = summary.read
    told: dict[str, Any] = {
        "read_as": read.systems,
        "without_names": read.blind,
        "other_files": {"counts": dict(read.others), "first": read.named},
        "begin_with_a_dot": {"count": read.hidden, "first": read.hidden_named},
    }
    if roster is None:
        return told
    missing = {
        exercise: [{"id": one.id, "name": one.name, "section": one.section} for one in students]
        for exercise, students in summary.missing.items()
    }
    return {
        **told,
        "roster": {"file": roster.file, "encoding": roster.encoding, "students": len(roster)},
        "waiting": [one.to_json() for one in summary.waiting],
        "waiting_in_all": summary.waiting_in_all,
        "handed_in_nothing": missing,
    }


def _say_read(summary: Summary, roster: Roster | None) -> None:
    from redpencil.grading.lms_names import CALLED
    from redpencil.grading.roster import GUESSED

    for place, lms in summary.read.systems.items():
        print(f"{written_out(place)}: names as {CALLED[lms]} gives them")
        if place in summary.read.blind:
            print(
                f"  {CALLED[lms]} hides whose they are. So the names that students typed into their answers are left "
                "out too; --typed-names takes them in"
            )
    if roster is not None and roster.encoding == GUESSED:
        print(f"the roster {roster.file} was read as {GUESSED}: look whether the names are right")
    if others := summary.read.others:
        counts = ", ".join(f"{n:,} {written_out(kind)}" for kind, n in sorted(others.items()))
        first = ", ".join(map(written_out, summary.read.named[:OTHERS_SHOWN]))
        print(f"beside the submissions, not read: {counts} ({first}{', …' if others.total() > OTHERS_SHOWN else ''})")
    if summary.read.hidden:
        print(_hidden_in_words(summary.read))
    for exercise, students in summary.missing.items():
        if students:
            names = ", ".join(written_out(one.name or one.id) for one in students[:MISSING_SHOWN])
            more = f" and {len(students) - MISSING_SHOWN:,} more" if len(students) > MISSING_SHOWN else ""
            print(f"handed in nothing for {exercise}: {counted(len(students), 'student')} ({names}{more})")


def _hidden_in_words(read: Read) -> str:
    first = ", ".join(map(written_out, read.hidden_named[:OTHERS_SHOWN]))
    return (
        f"left out, because a name begins with a dot: {counted(read.hidden, 'file')} "
        f"({first}{', …' if read.hidden > OTHERS_SHOWN else ''}). If that was handed in, rename it and grade again."
    )


def _say_same_answers(summary: Summary) -> None:
    if not summary.same_answers:
        return
    print("\nthe same answers, to the last mark and letter (nothing was taken for it; ask before you judge):")
    for one in summary.same_answers[:SHOWN_AT_MOST]:
        more = f" and {len(one.students) - MISSING_SHOWN:,} more" if len(one.students) > MISSING_SHOWN else ""
        print(f"  {one.exercise}: {', '.join(map(written_out, one.students[:MISSING_SHOWN]))}{more}")
    if len(summary.same_answers) > SHOWN_AT_MOST:
        print(f"  … and {len(summary.same_answers) - SHOWN_AT_MOST:,} more: --json lists them")


def _say_waiting(summary: Summary) -> None:
    if not summary.waiting_in_all:
        return
    print(f"\nnot on the roster, so that it counts for nobody yet: {summary.waiting_in_all:,}")
    for one in summary.waiting[:MISSING_SHOWN]:
        print(f"  {written_out(one.handed_in_as)}: {written_out(one.paths[0])}")
    if summary.waiting_in_all > MISSING_SHOWN:
        print(f"  … and {summary.waiting_in_all - MISSING_SHOWN:,} more")
    print('Next: redpencil match lists them; redpencil match "HANDED IN AS" STUDENT_ID says whose it is.')


def _spotting(counted: Any) -> dict[str, dict[str, Any]]:
    from redpencil.scoring import discernment

    measured = {}
    for group, counts in counted.items():
        # With nothing to spot, or nothing to leave alone, there is no d' to give.
        with contextlib.suppress(ValueError):
            names = ("hits", "misses", "false_alarms", "correct_rejections")
            measured[group] = asdict(discernment(*(counts[name] for name in names)))
    return measured
