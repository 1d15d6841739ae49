"""The command line: its words. What each command does is in `redpencil.commands`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from redpencil import __version__
from redpencil.commands.book import build_command, lab_command, release_command, serve_command
from redpencil.commands.grade import grade_command
from redpencil.commands.gradebook import export_command, feedback_command, match_command, report_command
from redpencil.commands.names import check_command, compare_command
from redpencil.commands.reading import agreement_command, detect_command
from redpencil.commands.terminal import DONE, WRONG_USAGE, write_out_what_cannot_be_encoded
from redpencil.document import KitError
from redpencil.grading import DEFAULT_GRADEBOOK
from redpencil.grading.shown import written_out


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 done, 1 some submissions were not graded, 2 wrong usage or nothing to do."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return WRONG_USAGE
    write_out_what_cannot_be_encoded()
    try:
        return int(options.run(options))
    except KitError as error:
        # It may name a file that was handed in, and a file's name may hold anything.
        print("redpencil: " + "\n".join(map(written_out, str(error).split("\n"))), file=sys.stderr)
        return WRONG_USAGE
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            # Whoever reads our output has read enough.
            sys.stderr.close()
            return DONE
        place = f"{written_out(str(error.filename))}: " if error.filename else ""
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

    build = command("build", build_command, "build the book's site into a folder that any web server can serve")
    build.add_argument(
        "--output", type=Path, default=Path("_build/html"), metavar="DIR",
        help="default: %(default)s; beside DIR, a folder .DIR-work keeps what the next build can use again "
        "(not for the web server; delete it as you like)",
    )  # fmt: skip
    _add_notebooks(build)

    serve = command("serve", serve_command, "build what changed, then serve the book on this machine only")
    serve.add_argument("--port", type=_port, default=8000, help="default: %(default)s")
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    _add_notebooks(serve)

    release = command("release", release_command, "write the student notebooks of exercises, with no key inside")
    release.add_argument("exercises", nargs="+", metavar="EXERCISE", help="an exercise's id, such as who-says-so")
    release.add_argument("--output", type=Path, required=True, metavar="DIR", help="the folder to write them into")
    release.add_argument(
        "--nbgrader", action="store_true", help="write assignments into the nbgrader course DIR, keys beside its source"
    )
    release.add_argument("--keys", type=Path, metavar="DIR", help="with --nbgrader: private keys, as for grade")

    lab = command(
        "lab", lab_command, "open the worksheets in a JupyterLab on this machine; no file that is there is overwritten"
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

    grade = command(
        "grade", grade_command, "grade notebooks and answer files into the gradebook; nothing in them is executed"
    )
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
    grade.add_argument(
        "--typed-names", action="store_true",
        help="where a download hides the names (blind, anonymous), take those that students typed into their answers",
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

    match = command("match", match_command, "say whose it is what nobody on the roster could be found for")
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

    feedback = command("feedback", feedback_command, "write a page for each student from the gradebook")
    feedback.add_argument("--output", type=Path, default=Path("feedback"), metavar="DIR", help="default: %(default)s")
    _add_gradebook(feedback)
    feedback.add_argument("--keys", type=Path, metavar="DIR", help="private keys, as for grade")
    _add_course(feedback)

    report = command(
        "report", report_command, "write a report on the class for you, and a page without names to project"
    )
    report.add_argument("--output", type=Path, default=Path("report"), metavar="DIR", help="default: %(default)s")
    _add_gradebook(report)
    report.add_argument("--keys", type=Path, metavar="DIR", help="private keys, as for grade")
    _add_course(report)
    _add_roster(report)
    report.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    export = command("export", _help_alone, "write the gradebook as a table, or into the sheet of a learning platform")
    export.set_defaults(parser=export)
    _add_formats(export)

    agreement = command("agreement", agreement_command, "measure how far annotators agree: alpha, kappa, pairwise F1")
    agreement.add_argument("files", nargs="+", type=Path, metavar="FILE", help="annotations, a JSON Lines file each")
    agreement.add_argument("--document", metavar="ID", help="default: the document of the exercise they lie in")
    agreement.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    detect = command(
        "detect", detect_command, "suggest annotations of an English news text, each with the rule that made it"
    )
    detect.add_argument("file", type=Path, metavar="FILE", help="plain text in UTF-8; - reads standard input")
    detect.add_argument(
        "--layer", action="append", default=[], choices=["attribution", "sourcing", "loaded-label"], dest="layers",
        help="only this layer; may be given again; default: all that there is a detector for",
    )  # fmt: skip
    detect.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    names = command("names", _help_alone, "compare the spellings of people’s names; a match is a lead, never a proof")
    names.set_defaults(parser=names)
    ways = names.add_subparsers(title="commands", metavar="COMMAND")

    compare = ways.add_parser("compare", help="how far two names agree", description="How far two names agree.")
    compare.add_argument("first", metavar="A", help="a name, such as “Col. I. I. Ivanov” or «Иванов Иван Иванович»")
    compare.add_argument("second", metavar="B", help="the other name")
    compare.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    compare.set_defaults(run=compare_command)

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
    check.set_defaults(run=check_command)
    return parser


def _add_formats(export: argparse.ArgumentParser) -> None:
    formats = export.add_subparsers(title="formats", metavar="FORMAT", dest="format")

    def format(name: str, help: str, output: str) -> argparse.ArgumentParser:
        sub = formats.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        sub.set_defaults(run=export_command)
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


def _add_notebooks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-notebooks", dest="notebooks", action="store_false",
        help="leave out the notebooks that run in the browser; with them, what they are made of is fetched from npm "
        "and PyPI the first time, 13 MB, and kept",
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


def _help_alone(options: Any) -> int:
    options.parser.print_help()
    return WRONG_USAGE
