"""The command line: thin. It parses, calls and prints; what a command needs is imported when it is called."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redpencil import __version__
from redpencil.document import KitError
from redpencil.grading import DEFAULT_GRADEBOOK
from redpencil.grading.shown import written_out as _printable

if TYPE_CHECKING:
    from redpencil.grading.course import Course
    from redpencil.grading.grade import Summary
    from redpencil.grading.gradebook import Gradebook
    from redpencil.grading.pool import Working
    from redpencil.grading.roster import Roster

DONE, SOME_NOT_GRADED, WRONG_USAGE = 0, 1, 2
SHOWN_AT_MOST = 40
QUOTED_AT_MOST = 160
MATCHES_SHOWN = 5
MATCHES_AT_MOST = 1_000
MISSING_SHOWN = 10
OTHERS_SHOWN = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 done, 1 some submissions were not graded, 2 wrong usage or nothing to do."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return WRONG_USAGE
    _write_out_what_cannot_be_encoded()
    try:
        return int(options.run(options))
    except KitError as error:
        # It may name a file that was handed in, and a file's name may hold anything.
        print("redpencil: " + "\n".join(map(_printable, str(error).split("\n"))), file=sys.stderr)
        return WRONG_USAGE
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            # Whoever reads our output has read enough.
            sys.stderr.close()
            return DONE
        place = f"{_printable(str(error.filename))}: " if error.filename else ""
        print(
            f"redpencil: {place}{error.strerror or error}.\n"
            "Check that the place exists, can be written to and has room. What was written before stays.",
            file=sys.stderr,
        )
        return WRONG_USAGE
    except KeyboardInterrupt:
        print("\nredpencil: stopped. What was written stays; run the command again to go on.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="redpencil",
        description="Red Pencil: a media-literacy teaching kit. Build the book, hand out worksheets, grade them.",
        epilog="Exit status: 0 done; 1 done, but some submissions were not graded (they are listed); "
        "2 wrong usage, or nothing to do.",
    )
    parser.add_argument("--version", action="version", version=f"redpencil {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: Callable[[Any], int], help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        sub.set_defaults(run=run)
        return sub

    build = command("build", _build, "build the book's site into a folder that any web server can serve")
    build.add_argument(
        "--output", type=Path, default=Path("_build/html"), metavar="DIR",
        help="default: %(default)s; beside DIR, a folder .DIR-work keeps what the next build can use again "
        "(not for the web server; delete it as you like)",
    )  # fmt: skip

    build.add_argument(
        "--lab", action=argparse.BooleanOptionalAction, default=False,
        help="put the worksheets into the site as notebooks that run in the browser, with all that they need "
        "(the first time it is fetched from npm and PyPI, and kept); default: without",
    )  # fmt: skip

    serve = command("serve", _serve, "build what changed, then serve the book on this machine only")
    serve.add_argument("--port", type=_port, default=8000, help="default: %(default)s")
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser window")

    release = command("release", _release, "write the student notebooks of exercises, with no key inside")
    release.add_argument("exercises", nargs="+", metavar="EXERCISE", help="an exercise's id, such as who-says-so")
    release.add_argument("--output", type=Path, required=True, metavar="DIR", help="the folder to write them into")
    release.add_argument(
        "--nbgrader", action="store_true", help="write assignments into the nbgrader course DIR, keys beside its source"
    )
    release.add_argument("--keys", type=Path, metavar="DIR", help="with --nbgrader: private keys, as for grade")

    lab = command(
        "lab", _lab, "open the worksheets in a JupyterLab on this machine; no file that is there is overwritten"
    )
    lab.add_argument("exercises", nargs="*", metavar="EXERCISE", help="default: all that have a worksheet")
    lab.add_argument(
        "--folder", type=Path, default=Path("worksheets"), metavar="DIR",
        help="where the worksheets are, or are put; default: %(default)s",
    )  # fmt: skip
    lab.add_argument(
        "--port", type=_port_or_any, help="default: 8888, or the next that is free; 0 takes any that is free"
    )
    lab.add_argument("--no-browser", action="store_true", help="do not open a browser window; print the address")

    grade = command("grade", _grade, "grade notebooks and answer files into the gradebook; nothing in them is executed")
    grade.add_argument(
        "submissions", nargs="*", metavar="SUBMISSIONS",
        help="zips as Canvas, Moodle or Blackboard give them, folders (in them, a folder for each student), files, or "
        "addresses such as s3://bucket/class",
    )  # fmt: skip
    _add_roster(grade)
    grade.add_argument(
        "--lms", choices=["auto", "canvas", "moodle", "blackboard", "none"], default="auto",
        help="whose names to expect; default: told by all names of a zip or a folder",
    )  # fmt: skip
    _add_gradebook(grade)
    grade.add_argument(
        "--keys", type=Path, metavar="DIR",
        help="private keys: DIR/EXERCISE/key.jsonl; default: the practice key beside the exercise",
    )  # fmt: skip
    spread = grade.add_mutually_exclusive_group()
    spread.add_argument(
        "--workers", type=_whole, metavar="N", help="processes on this machine; default: one for each core, at most 8"
    )
    spread.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler’s: tcp://HOST:PORT or tls://HOST:PORT")
    for option, what in (
        ("ca", "the authority that signed"),
        ("cert", "this machine’s certificate"),
        ("key", "its key"),
    ):
        grade.add_argument(f"--tls-{option}", type=Path, metavar="PEM", help=f"for tls://: {what}")
    grade.add_argument("--exercise", metavar="ID", help="grade this exercise only; others are listed as wrong-exercise")
    _add_course(grade)
    grade.add_argument(
        "--again", action="store_true",
        help="grade anew what is in the gradebook, from the answers there, where the key or a setting changed",
    )  # fmt: skip
    grade.add_argument(
        "--free-text", type=Path, metavar="FILE.csv",
        help="take a person's points and comments for free text out of this sheet into the gradebook",
    )  # fmt: skip
    grade.add_argument(
        "--free-text-out", type=Path, metavar="FILE.csv",
        help="write the free texts that wait into a sheet, to be filled in for --free-text",
    )  # fmt: skip
    grade.add_argument("--by", default="", metavar="NAME", help="who decided, to be kept with what --free-text brings")
    grade.add_argument(
        "--feedback", type=Path, metavar="DIR", help="then write the feedback pages, as redpencil feedback"
    )
    grade.add_argument("--csv", type=Path, metavar="FILE", help="then write the table, as redpencil export csv")
    grade.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    match = command("match", _match, "say whose it is what nobody on the roster could be found for")
    match.add_argument(
        "handed_in_as",
        nargs="?",
        metavar="HANDED_IN_AS",
        help="as redpencil match lists it; without it, list what waits",
    )
    match.add_argument("student_id", nargs="?", metavar="STUDENT_ID", help="an id of the student on the roster")
    match.add_argument("--csv", type=Path, metavar="FILE", help="many at once: handed in as,student id,reason")
    match.add_argument("--undo", action="store_true", help="take an earlier match of HANDED_IN_AS back")
    match.add_argument("--reason", default="", metavar="TEXT", help="kept with the match")
    match.add_argument("--by", default="", metavar="WHO", help="kept with the match")
    _add_course(match)
    _add_roster(match)
    _add_gradebook(match)
    match.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    feedback = command("feedback", _feedback, "write a page for each student from the gradebook")
    feedback.add_argument("--output", type=Path, default=Path("feedback"), metavar="DIR", help="default: %(default)s")
    _add_gradebook(feedback)
    feedback.add_argument("--keys", type=Path, metavar="DIR", help="private keys, as for grade")
    _add_course(feedback)

    report = command("report", _report, "write a report on the class for you, and a page without names to project")
    report.add_argument("--output", type=Path, default=Path("report"), metavar="DIR", help="default: %(default)s")
    _add_gradebook(report)
    report.add_argument("--keys", type=Path, metavar="DIR", help="private keys, as for grade")
    _add_course(report)
    report.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    export = command("export", _names_alone, "write the gradebook as a table, or into the sheet of a learning platform")
    export.set_defaults(parser=export)
    _add_formats(export)

    agreement = command("agreement", _agreement, "measure how far annotators agree: alpha, kappa, pairwise F1")
    agreement.add_argument("files", nargs="+", type=Path, metavar="FILE", help="annotations, a JSON Lines file each")
    agreement.add_argument("--document", metavar="ID", help="default: the document of the exercise they lie in")
    agreement.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    detect = command("detect", _detect, "suggest annotations of an English news text, each with the rule that made it")
    detect.add_argument("file", type=Path, metavar="FILE", help="plain text in UTF-8; - reads standard input")
    detect.add_argument(
        "--layer", action="append", default=[], choices=["attribution", "sourcing", "loaded-label"], dest="layers",
        help="only this layer; may be given again; default: all that there is a detector for",
    )  # fmt: skip
    detect.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    names = command("names", _names_alone, "compare the spellings of people’s names; a match is a lead, never a proof")
    names.set_defaults(parser=names)
    ways = names.add_subparsers(title="commands", metavar="COMMAND")

    compare = ways.add_parser("compare", help="how far two names agree", description="How far two names agree.")
    compare.add_argument("first", metavar="A", help="a name, such as “Col. I. I. Ivanov” or «Иванов Иван Иванович»")
    compare.add_argument("second", metavar="B", help="the other name")
    compare.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    compare.set_defaults(run=_names_compare)

    check = ways.add_parser(
        "check", help="each name of a list against a table of people",
        description="Check each name of a list against a table of people. Both are CSV files with a column “name”, or "
        "“given”, “patronymic” and “surname”.",
    )  # fmt: skip
    check.add_argument("list", type=Path, metavar="LIST", help="the names to check: a CSV file, a person in each row")
    check.add_argument("--against", type=Path, required=True, metavar="TABLE", help="the people: a CSV file likewise")
    check.add_argument(
        "--at-least", choices=["surname", "initials", "given", "patronymic", "rank"], default="surname",
        help="list matches that agree up to this part or further; default: %(default)s",
    )  # fmt: skip
    check.add_argument("--csv", type=Path, metavar="FILE", help="then write every match into a CSV file")
    check.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    check.set_defaults(run=_names_check)
    return parser


def _add_formats(export: argparse.ArgumentParser) -> None:
    formats = export.add_subparsers(title="formats", metavar="FORMAT", dest="format")

    def format(name: str, help: str, output: str) -> argparse.ArgumentParser:
        sub = formats.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        sub.set_defaults(run=_export)
        sub.add_argument("--output", type=Path, metavar="FILE", help=output)
        _add_gradebook(sub)
        _add_course(sub)
        _add_roster(sub)
        return sub

    format("csv", "a table with a row for each student and exercise", "default: standard output")

    filled = "default: SHEET-filled.csv in the current folder"
    canvas = format("canvas", "fill in the gradebook that Canvas exported, for its import", filled)
    canvas.add_argument("--sheet", type=Path, metavar="FILE", help="the file that Canvas exported; it stays as it is")
    canvas.add_argument(
        "--column", action="append", default=[], metavar="[EXERCISE=]HEADER",
        help="the column of an exercise, as its first row has it; may be given again; default: by the exercise's title",
    )  # fmt: skip
    canvas.add_argument(
        "--only-ours", action="store_true",
        help="leave out other assignments, and students without a number: so the import changes nothing else",
    )  # fmt: skip

    moodle = format("moodle", "fill in the grading worksheet of a Moodle assignment, for its upload", filled)
    moodle.add_argument("--sheet", type=Path, metavar="FILE", help="the worksheet from Moodle; it stays as it is")
    moodle.add_argument(
        "--columns", action="append", default=[], metavar="WHAT=HEADER",
        help="what a column is, in a worksheet in another language; WHAT is identifier, name, email, id-number, grade, "
        "maximum or changeable; may be given again",
    )  # fmt: skip
    moodle.add_argument(
        "--feedback-zip", type=Path, metavar="FILE", help="then write the feedback pages as the zip that Moodle takes"
    )
    moodle.add_argument("--keys", type=Path, metavar="DIR", help="private keys, as for grade, for the feedback pages")

    gradescope = format(
        "gradescope", "a results.json for each student, as an autograder writes it",
        "a folder, or a zip if it ends so; default: gradescope",
    )  # fmt: skip
    gradescope.add_argument(
        "--visibility", choices=["hidden", "after_due_date", "after_published", "visible"], default="after_published",
        help="when Gradescope shows it to students; default: %(default)s",
    )  # fmt: skip

    for sub in (canvas, moodle):
        sub.add_argument(
            "--scale", action="store_true", help="convert points where the sheet's maximum is another number"
        )
    for sub in (moodle, gradescope):
        sub.add_argument("--exercise", default="", metavar="ID", help="this exercise only")


def _add_gradebook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gradebook", default=DEFAULT_GRADEBOOK, metavar="URL",
        help="any SQLAlchemy address; default: %(default)s, in the current folder",
    )  # fmt: skip


def _add_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--course", type=Path, default=Path(), metavar="DIR",
        help="the folder of course.toml: roster, due dates, late penalties, dropped items; default: the current one",
    )  # fmt: skip


def _add_roster(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--roster", type=Path, metavar="FILE",
        help="the students, a CSV file with id, name and section; default: roster in course.toml, if it names one",
    )  # fmt: skip


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port; expected a number from 1 to 65535")


def _port_or_any(text: str) -> int:
    return 0 if text == "0" else _port(text)


def _whole(text: str) -> int:
    if text.isdecimal() and 0 < int(text) <= 1024:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; expected a whole number from 1 to 1024")


def _build(options: Any) -> int:
    from redpencil.pages.site import build

    front = build(options.output, lab=options.lab)
    print(f"The site is in {front}. Next: redpencil serve, or copy the folder to a web server.")
    return DONE


def _serve(options: Any) -> int:
    from redpencil.pages.site import serve

    serve(options.port, open_browser=not options.no_browser)
    return DONE


def _release(options: Any) -> int:
    from redpencil.grading.release import release, release_for_nbgrader

    if options.keys and not options.nbgrader:
        raise KitError("What students get has no key inside, so --keys has no use. Leave it out, or add --nbgrader.")
    for exercise in options.exercises:
        if options.nbgrader:
            for path in release_for_nbgrader(exercise, options.output, options.keys):
                print(path)
            print(f"Next, in {options.output}: nbgrader generate_assignment {exercise}")
            continue
        for path in release(exercise, options.output):
            print(path)
    return DONE


def _lab(options: Any) -> int:
    from redpencil.lab import check_lab, put_worksheets, run_lab

    check_lab(options.port)
    put = put_worksheets(options.exercises, options.folder)
    print(
        f"{put.folder}: {_count(len(put.written), 'file')} written, {len(put.kept)} there already and left as they are."
    )
    print("JupyterLab starts. Save with Ctrl+S; your work stays in that folder. Stop with Ctrl+C.", flush=True)
    run_lab(put, options.port, open_browser=not options.no_browser)
    return DONE


def _grade(options: Any) -> int:
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
            _write_feedback(options.gradebook, options.feedback, options.keys, course, quiet=options.json)
        if options.csv:
            _write_csv(options.gradebook, options.csv, _roster(options, load_course(options.course)))
    done["gradebook"] = _without_password(options.gradebook)
    if options.json:
        _print_json(done)
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
    intake = Intake(course.file_names, systems)
    roster = _roster(options, course)
    # A wrong place or a broken private key is said before a gradebook is made.
    Graders(options.keys, options.exercise, places, course).check_keys()
    found = find_anywhere(places, intake)
    first = next(found, None)
    if first is None:
        raise KitError(f"There is nothing to grade in {', '.join(map(str, places))}. Name the submissions' folder.")
    with _progress("grading", lambda: count_anywhere(places, intake), quiet=options.json) as advance:
        summary = grade_folder(
            places,
            partial(_gradebook, options.gradebook),
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
        "spotting": _spotting(summary.spotting),
        "brier": {group: {"score": s, "answers": n} for group, (s, n) in summary.brier.items()},
        **_read_as_json(summary, roster),
    }, failed + summary.waiting_in_all


def _grade_again(options: Any, done: Mapping[str, Any]) -> dict[str, Any]:
    """Grade anew what is in the gradebook, say what came of it, and return it, with what a run before it came to."""
    from redpencil.grading.course import load_course
    from redpencil.grading.grade import grade_again

    summary = grade_again(
        partial(_gradebook, options.gradebook, must_exist=True),
        keys=options.keys,
        only=options.exercise,
        course=load_course(options.course),
    )
    print(f"regraded, because the key or a setting changed: {summary.regraded:,}")
    _say_moved(summary)
    return {
        "regraded": done.get("regraded", 0) + summary.regraded,
        "moved": [*done.get("moved", ()), *(asdict(one) for one in summary.moved)],
        "moved_in_all": done.get("moved_in_all", 0) + summary.moved_in_all,
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

    print(f"{_count(summary.files, 'file')}, {summary.written:,} new or changed")
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
            f"likelihoods, the whole class, {group}: Brier score {score:.3f} over {_count(n, 'answer')} "
            "(0 is perfect; always “as likely as not” gives 0.250)"
        )
    if summary.same_files:
        print(f"\nthe same file as one that counts, to the byte, at another place: {summary.same_files:,}")
    _say_moved(summary)
    if failed:
        print("\nnot graded:")
        for state, path, reason in summary.not_graded[:SHOWN_AT_MOST]:
            print(f"  {state}: {_printable(path)}\n      {_printable(reason)}")
        if failed > SHOWN_AT_MOST:
            print(f"  … and {failed - SHOWN_AT_MOST:,} more: redpencil export csv lists a row for each student")


def _say_moved(summary: Summary) -> None:
    if summary.moved:
        print(f"\n{_count(summary.moved_in_all, 'grade')} moved:")
        for one in summary.moved[:SHOWN_AT_MOST]:
            was, now = _grade_in_words(one.state_before, one.points_before), _grade_in_words(one.state, one.points)
            print(f"  {_printable(one.student_id)}, {one.exercise}: {was} -> {now}. {_printable(one.reason)}")
        if summary.moved_in_all > SHOWN_AT_MOST:
            print(f"  … and {summary.moved_in_all - SHOWN_AT_MOST:,} more; --json lists up to {len(summary.moved):,}")


def _grade_in_words(state: str, points: float | None) -> str:
    return state if points is None else f"{points:.2f}"


def _take_free_text(options: Any) -> dict[str, Any]:
    from redpencil.grading.manual import read_decisions

    gradebook = _gradebook(options.gradebook, must_exist=True)
    read = read_decisions(options.free_text, gradebook, by=options.by)
    gradebook.close()
    decided = read.decided
    print(
        f"{options.free_text}: {_count(decided.decisions, 'decision')} on {_count(decided.submissions, 'submission')}; "
        f"{decided.still_waiting:,} of these still wait; {_count(read.empty_rows, 'row')} left empty"
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

    gradebook = _gradebook(url, must_exist=True)
    if kept := keep_filled(output):
        print(f"{output} was there already, with something in it: it is kept as {kept}")
    # Spreadsheet programs know UTF-8 by its mark.
    with output.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = write_waiting(gradebook, stream)
    gradebook.close()
    print(
        f"{_count(rows, 'free text')} in {output}. Next: fill in points and comments, "
        f"then redpencil grade --free-text {output}"
    )
    return rows


def _roster(options: Any, course: Course) -> Roster | None:
    path = options.roster or course.roster
    if path is None:
        return None
    from redpencil.grading.roster import load_roster

    return load_roster(path)


def _read_as_json(summary: Summary, roster: Roster | None) -> dict[str, Any]:
    """What grade tells of places, other files, and, with a roster, of who waits and who is missing."""
    read = summary.read
    told: dict[str, Any] = {
        "read_as": read.systems,
        "other_files": {"counts": dict(read.others), "first": read.named},
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
        print(f"{_printable(place)}: names as {CALLED[lms]} gives them")
    if roster is not None and roster.encoding == GUESSED:
        print(f"the roster {roster.file} was read as {GUESSED}: look whether the names are right")
    if others := summary.read.others:
        counts = ", ".join(f"{n:,} {_printable(kind)}" for kind, n in sorted(others.items()))
        first = ", ".join(map(_printable, summary.read.named[:OTHERS_SHOWN]))
        print(f"beside the submissions, not read: {counts} ({first}{', …' if others.total() > OTHERS_SHOWN else ''})")
    for exercise, students in summary.missing.items():
        if students:
            names = ", ".join(_printable(one.name or one.id) for one in students[:MISSING_SHOWN])
            more = f" and {len(students) - MISSING_SHOWN:,} more" if len(students) > MISSING_SHOWN else ""
            print(f"handed in nothing for {exercise}: {_count(len(students), 'student')} ({names}{more})")


def _say_same_answers(summary: Summary) -> None:
    if not summary.same_answers:
        return
    print("\nthe same answers, to the last mark and letter (nothing was taken for it; ask before you judge):")
    for one in summary.same_answers[:SHOWN_AT_MOST]:
        more = f" and {len(one.students) - MISSING_SHOWN:,} more" if len(one.students) > MISSING_SHOWN else ""
        print(f"  {one.exercise}: {', '.join(map(_printable, one.students[:MISSING_SHOWN]))}{more}")
    if len(summary.same_answers) > SHOWN_AT_MOST:
        print(f"  … and {len(summary.same_answers) - SHOWN_AT_MOST:,} more: --json lists them")


def _say_waiting(summary: Summary) -> None:
    if not summary.waiting_in_all:
        return
    print(f"\nnot on the roster, so that it counts for nobody yet: {summary.waiting_in_all:,}")
    for one in summary.waiting[:MISSING_SHOWN]:
        print(f"  {_printable(one.handed_in_as)}: {_printable(one.paths[0])}")
    if summary.waiting_in_all > MISSING_SHOWN:
        print(f"  … and {summary.waiting_in_all - MISSING_SHOWN:,} more")
    print('Next: redpencil match lists them; redpencil match "HANDED IN AS" STUDENT_ID says whose it is.')


def _match(options: Any) -> int:
    from redpencil.grading.course import load_course
    from redpencil.grading.matching import Word, read_words, settle, waiting

    if options.csv is not None and (options.handed_in_as or options.undo):
        raise KitError("--csv settles many at once; leave HANDED_IN_AS and --undo away, or --csv.")
    if options.handed_in_as and bool(options.student_id) == options.undo:
        raise KitError('Say whose it is: redpencil match "HANDED IN AS" STUDENT_ID. Or take it back with --undo.')
    if options.undo and not options.handed_in_as:
        raise KitError('Say what to take back: redpencil match "HANDED IN AS" --undo')
    roster = _roster(options, load_course(options.course))
    gradebook = _gradebook(options.gradebook, must_exist=True)
    words = read_words(options.csv) if options.csv is not None else []
    if options.handed_in_as:
        words = [Word(options.handed_in_as, options.student_id or "", options.reason)]
    done = settle(gradebook, words, roster, options.by)
    left = list(waiting(gradebook, roster))
    gradebook.close()
    if options.json:
        settled = [{"handed_in_as": w.handed_in_as, "student_id": w.student_id, "rows": n} for w, n in done]
        _print_json({"settled": settled, "waiting": [one.to_json() for one in left]})
        return DONE if words or not left else SOME_NOT_GRADED
    for word, rows in done:
        whose = f"is {_printable(word.student_id)}’s" if word.student_id else "is nobody’s until it is graded again"
        print(f"“{_printable(word.handed_in_as)}” {whose}: {_count(rows, 'submission')}, and whatever comes")
    for one in left[:SHOWN_AT_MOST]:
        print(f"\n“{_printable(one.handed_in_as)}”\n    {', '.join(map(_printable, one.paths[:MATCHES_SHOWN]))}")
        for id, name, section in one.suggestions:
            print(f"    like: {_printable(', '.join(filter(None, (id, name, section))))}")
    if len(left) > SHOWN_AT_MOST:
        print(f"\n… and {len(left) - SHOWN_AT_MOST:,} more: --json lists all")
    if not left:
        print("Nothing waits.")
    elif not words:
        print(
            f"\n{_count(len(left), 'waits', 'wait')} for your word. Names that are like it are only a hint.\n"
            'Next: redpencil match "HANDED IN AS" STUDENT_ID, or many at once with --csv FILE'
        )
    return DONE if words or not left else SOME_NOT_GRADED


def _gradebook(url: str, *, must_exist: bool = False) -> Gradebook:
    from redpencil.grading.gradebook import Gradebook

    return Gradebook(url, must_exist=must_exist)


def _without_password(url: str) -> str:
    """A gradebook's address, as it may stand on a screen or in a log."""
    if "@" not in url:
        return url
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True)


def _spotting(counted: Any) -> dict[str, dict[str, Any]]:
    from redpencil.scoring import discernment

    measured = {}
    for group, counts in counted.items():
        # With nothing to spot, or nothing to leave alone, there is no d' to give.
        with contextlib.suppress(ValueError):
            names = ("hits", "misses", "false_alarms", "correct_rejections")
            measured[group] = asdict(discernment(*(counts[name] for name in names)))
    return measured


def _feedback(options: Any) -> int:
    from redpencil.grading.course import load_course

    course = load_course(options.course)
    return _write_feedback(options.gradebook, options.output, options.keys, course, quiet=False)


def _write_feedback(url: str, output: Path, keys: Path | None, course: Course, *, quiet: bool) -> int:
    from redpencil.grading.feedback import write_feedback

    gradebook = partial(_gradebook, url, must_exist=True)
    with _progress("feedback", lambda: gradebook().count(), quiet=quiet) as advance:
        pages = write_feedback(gradebook, output, keys=keys, course=course, progress=advance)
    waiting = sum(1 for _ in gradebook().of_nobody())
    if not pages and not waiting:
        raise KitError(
            f"The gradebook {_without_password(url)} holds no submissions. Grade first: redpencil grade FOLDER."
        )
    print(f"{_count(pages, 'page')} in {output}. Next: send each student the page that carries their id.")
    if waiting:
        print(f"{waiting:,} wait for you to say whose they are (redpencil match), and have no page.")
    return SOME_NOT_GRADED if waiting else DONE


def _report(options: Any) -> int:
    from redpencil.grading.course import load_course
    from redpencil.grading.report import write_reports

    gradebook, course = partial(_gradebook, options.gradebook, must_exist=True), load_course(options.course)
    with _progress("report", lambda: gradebook().count(), quiet=options.json) as advance:
        reports, elsewhere = write_reports(
            gradebook, options.output, keys=options.keys, course=course, progress=advance
        )
    if not reports:
        raise KitError(
            f"The gradebook {_without_password(options.gradebook)} holds nothing to report. "
            "Grade first: redpencil grade FOLDER."
        )
    if options.json:
        pages = {
            one.exercise: {"report": str(one.report), "class": str(one.projected), **one.numbers} for one in reports
        }
        _print_json({"exercises": pages, "of_no_exercise": elsewhere})
        return DONE
    for one in reports:
        print(f"{one.report}: for you, with names\n{one.projected}: to project, without")
    if not course.shows_key:
        print("Both show the key, which your course hides on feedback pages. Project none before it may be known.")
    if elsewhere:
        print(f"{_count(elsewhere, 'submission')} of no exercise that is here: redpencil export csv lists them.")
    return DONE


def _export(options: Any) -> int:
    from redpencil.grading.course import load_course
    from redpencil.grading.export.command import export

    course = load_course(options.course)
    gradebook = _gradebook(options.gradebook, must_exist=True)
    if options.format == "csv" and options.output is None:
        # The table's line ends and encoding are its own, whatever the terminal's are.
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # typed as any TextIO
    is_whole, lines = export(gradebook, options, sys.stdout, course, _roster(options, course) or ())
    for line in lines:
        print(_printable(line))
    return DONE if is_whole else SOME_NOT_GRADED


def _write_csv(url: str, output: Path, roster: Roster | None) -> None:
    from redpencil.grading.export.command import write_table

    rows = write_table(_gradebook(url, must_exist=True), output, roster or ())
    print(f"{_count(rows, 'row')} in {output}. An empty cell under Points means: no number yet, never a 0.")


def _agreement(options: Any) -> int:
    from redpencil.agreement import measure_agreement
    from redpencil.annotation import read_annotations
    from redpencil.document import load_document
    from redpencil.exercise import load_exercise

    if len(options.files) < 2:
        raise KitError(f"Agreement needs two files or more, got {options.files[0]} alone. Name another pass.")
    if options.document:
        document = load_document(options.document)
    else:
        folder = next((p for p in options.files[0].resolve().parents if (p / "exercise.toml").is_file()), None)
        if folder is None:
            raise KitError(f"{options.files[0]} lies in no exercise's folder. Name its document with --document ID.")
        document = load_exercise(folder).document
    measured = measure_agreement([read_annotations(path, document) for path in options.files], document)
    if options.json:
        _print_json(measured)
        return DONE
    for layer, measures in measured.items():
        print(layer)
        for name, value in measures.items():
            print(f"  {name:<40} {'undefined' if value is None else f'{value:.3f}'}")
    return DONE


def _detect(options: Any) -> int:
    from redpencil.detectors.detect import STANDARD_INPUT, decode_text, detect, layers, read_bytes, read_text, report

    if str(options.file) == "-":
        name = STANDARD_INPUT
        if sys.stdin is None:
            raise KitError("Standard input is closed, and “-” reads it. Name a file, or hand a text on to the command.")
        text = decode_text(read_bytes(sys.stdin.buffer, name), name)
    else:
        name = options.file.name
        text = read_text(options.file)
    read = len(dict.fromkeys(options.layers or layers()))
    with _progress("reading", lambda: read * len(text), quiet=options.json, unit="character") as advance:
        suggestions = detect(text, options.layers, advance)
    found = report(name, text, suggestions)
    if options.json:
        _print_json(found)
        return DONE
    if "notice" in found:
        print(f"redpencil: {_printable(name)}: {found['notice']}.", file=sys.stderr)
    line, at = 1, 0
    for suggestion in suggestions:
        annotation = suggestion.annotation
        line, at = line + text.count("\n", at, annotation.spans[0].start), annotation.spans[0].start
        quote = " … ".join(" ".join(words.split()) for words in annotation.quotes)
        if len(quote) > QUOTED_AT_MOST:
            quote = quote[: QUOTED_AT_MOST - 1] + "…"
        print(f"line {line}: {annotation.layer} {annotation.label}: {_printable(quote)} [{suggestion.rule}]")
    print(f"{_count(len(suggestions), 'suggestion')}. They say what a rule saw: no verdict on a claim or an outlet.")
    return DONE


def _names_alone(options: Any) -> int:
    options.parser.print_help()
    return WRONG_USAGE


def _names_compare(options: Any) -> int:
    from redpencil.names.match import match_names
    from redpencil.names.report import LEAD, compared_json

    _write_any_letter()
    match = match_names(options.first, options.second)
    compared = compared_json(match)
    if options.json:
        print(_json(compared))
        return DONE
    print(f"{match.strength.label} ({int(match.strength)} of 5): {_printable(match.words)}")
    for part in compared["parts"]:
        alike = "" if part["likeness"] is None else f"  likeness {part['likeness']:.4f}"
        cells = [_printable(part[which] or "-") for which in ("first", "second")]
        print(f"  {part['part']:<11} {cells[0]:<20} {cells[1]:<20} {part['agreement']}{alike}")
    for which in ("first", "second"):
        for said, words in (("role unknown", "unplaced"), ("not read as a part of it", "left_out")):
            if compared[which][words]:
                print(f"  {which} name, {said}: {_printable(', '.join(compared[which][words]))}")
    for note in compared["notes"]:
        print(f"  look at: {_printable(note)}")
    print(LEAD)
    return DONE


def _names_check(options: Any) -> int:
    from redpencil.names.check import NameIndex
    from redpencil.names.lists import GUESSED, read_names
    from redpencil.names.match import Strength
    from redpencil.names.report import LEAD, best_counts, checked_json, write_csv

    _write_any_letter()
    names, table = read_names(options.list), read_names(options.against)
    at_least = Strength[options.at_least.upper()]
    index = NameIndex(table.names)
    checked = []
    with _progress("checking", lambda: len(names.rows), quiet=options.json, unit="name") as advance:
        for row in names.rows:
            checked.append(index.check(row.name, at_least, MATCHES_AT_MOST))
            advance(1)
    if options.csv:
        with options.csv.open("w", encoding="utf-8", newline="") as stream:
            rows = write_csv(names, table, checked, stream)
    if options.json:
        print(_json(checked_json(names, table, checked, at_least)))
        return DONE
    for read in (names, table):
        print(f"{_printable(read.file)}: {_count(len(read.rows), 'name')}; {read.encoding}, {read.separator}")
        if read.encoding == GUESSED:
            print(
                "  The letters may be in another encoding (KOI8-R, Windows-1252, …). If the names look wrong, "
                "save the table as “CSV UTF-8”."
            )
        for line, reason in read.skipped[:SHOWN_AT_MOST]:
            print(f"  left out, line {line}: {_printable(reason)}")
        if len(read.skipped) > SHOWN_AT_MOST:
            print(f"  … and {_count(len(read.skipped) - SHOWN_AT_MOST, 'line')} more left out")
    print()
    for row, one in zip(names.rows, checked, strict=True):
        print(f"line {row.line}: {_printable(row.name.written)}: {_counted(one.counts) or 'no match'}")
        for note in [str(found) for found in row.name.look_alikes]:
            print(f"  look at: {_printable(note)}")
        for place, match in one.matches[:MATCHES_SHOWN]:
            person = table.rows[place]
            print(
                f"  {match.strength.label}: {_printable(person.name.written)} (line {person.line}): "
                f"{_printable(match.words)}"
            )
        more = sum(n for strength, n in one.counts.items() if strength >= at_least) - MATCHES_SHOWN
        if more > 0:
            print(f"  … and {more:,} more, as far or less; --csv and --json list up to {MATCHES_AT_MOST:,} a name")
    print(f"\nThe names of the list, by how far the best match of each agrees: {_counted(best_counts(checked))}.")
    if options.csv:
        print(f"{_count(rows, 'row')} in {options.csv}.")
    print(LEAD)
    return DONE


def _counted(counts: Any) -> str:
    return ", ".join(f"{n:,} {strength.label}" for strength, n in sorted(counts.items(), reverse=True) if n)


def _write_any_letter() -> None:
    """Names come in any alphabet: what the output’s encoding has not is written as an escape, and stops nothing."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # typed as any TextIO


def _json(found: object) -> str:
    """One JSON object; characters that a terminal would not show, or would act on, are written out."""
    text = json.dumps(found, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(found)
    return _visible(text)


def _visible(text: str) -> str:
    """JSON that a terminal cannot be led astray by: what is no visible character is written as JSON's escape."""
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def _count(n: int, what: str, several: str = "") -> str:
    return f"{n:,} {what if n == 1 else several or what + 's'}"


def _print_json(found: Mapping[str, Any]) -> None:
    """One JSON object on a line of standard output, in UTF-8 whatever the terminal's encoding is."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What then cannot be encoded is half of a pair, from a name of a file: "\udcff" is how JSON writes it.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    print(_visible(json.dumps(found, ensure_ascii=False)))


def _write_out_what_cannot_be_encoded() -> None:
    r"""Where standard output has another encoding than UTF-8, show "\u5e02" for a character that it lacks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def _progress(
    what: str, count: Callable[[], int], *, quiet: bool, unit: str = "file"
) -> Iterator[Callable[[int], object]]:
    """A progress bar on a terminal; nothing in a pipe, where counting first would be work for nobody."""
    if quiet or not sys.stderr.isatty():
        yield lambda n: None
        return
    from tqdm import tqdm

    with tqdm(total=count(), desc=what, unit=unit, file=sys.stderr) as bar:
        yield bar.update
