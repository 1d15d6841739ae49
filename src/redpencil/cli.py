"""The command line: thin. It parses, calls and prints; what a command needs is imported when it is called."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redpencil import __version__
from redpencil.document import KitError
from redpencil.grading import DEFAULT_GRADEBOOK

if TYPE_CHECKING:
    from redpencil.grading.gradebook import Gradebook
    from redpencil.grading.pool import Working

DONE, SOME_NOT_GRADED, WRONG_USAGE = 0, 1, 2
SHOWN_AT_MOST = 40
QUOTED_AT_MOST = 160
MATCHES_SHOWN = 5
MATCHES_AT_MOST = 1_000


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
        print(f"redpencil: {error}", file=sys.stderr)
        return WRONG_USAGE
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            # Whoever reads our output has read enough.
            sys.stderr.close()
            return DONE
        place = f"{error.filename}: " if error.filename else ""
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

    serve = command("serve", _serve, "build what changed, then serve the book on this machine only")
    serve.add_argument("--port", type=_port, default=8000, help="default: %(default)s")
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser window")

    release = command("release", _release, "write the student notebooks of exercises, with no key inside")
    release.add_argument("exercises", nargs="+", metavar="EXERCISE", help="an exercise's id, such as who-says-so")
    release.add_argument("--output", type=Path, required=True, metavar="DIR", help="the folder to write them into")

    grade = command("grade", _grade, "grade notebooks and answer files into the gradebook; nothing in them is executed")
    grade.add_argument(
        "submissions", nargs="+", metavar="SUBMISSIONS",
        help="folders (in them, a folder for each student), files, or addresses such as s3://bucket/class",
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
    grade.add_argument(
        "--feedback", type=Path, metavar="DIR", help="then write the feedback pages, as redpencil feedback"
    )
    grade.add_argument("--csv", type=Path, metavar="FILE", help="then write the table, as redpencil export csv")
    grade.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    feedback = command("feedback", _feedback, "write a page for each student from the gradebook")
    feedback.add_argument("--output", type=Path, default=Path("feedback"), metavar="DIR", help="default: %(default)s")
    _add_gradebook(feedback)
    feedback.add_argument("--keys", type=Path, metavar="DIR", help="private keys, as for grade")

    export = command("export", _export, "write the gradebook as a table")
    export.add_argument("format", choices=["csv"], help="csv: a row for each student and exercise")
    export.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    _add_gradebook(export)

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


def _add_gradebook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gradebook", default=DEFAULT_GRADEBOOK, metavar="URL",
        help="any SQLAlchemy address; default: %(default)s, in the current folder",
    )  # fmt: skip


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port; expected a number from 1 to 65535")


def _whole(text: str) -> int:
    if text.isdecimal() and 0 < int(text) <= 1024:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; expected a whole number from 1 to 1024")


def _build(options: Any) -> int:
    from redpencil.pages.site import build

    print(f"The site is in {build(options.output)}. Next: redpencil serve, or copy the folder to a web server.")
    return DONE


def _serve(options: Any) -> int:
    from redpencil.pages.site import serve

    serve(options.port, open_browser=not options.no_browser)
    return DONE


def _release(options: Any) -> int:
    from redpencil.grading.release import release

    for exercise in options.exercises:
        for path in release(exercise, options.output):
            print(path)
    return DONE


def _grade(options: Any) -> int:
    from redpencil.grading.grade import NOT_GRADED, Graders, grade_folder
    from redpencil.grading.pool import working
    from redpencil.grading.remote import find_anywhere, place_of

    places = [place_of(text) for text in options.submissions]
    over: Working = partial(working, processes=options.workers)
    if options.scheduler:
        from redpencil.grading.cluster import Cluster

        over = Cluster(options.scheduler, ca=options.tls_ca, certificate=options.tls_cert, key=options.tls_key)
    elif options.tls_ca or options.tls_cert or options.tls_key:
        raise KitError("Certificates are for a cluster. Name its scheduler as well: --scheduler tls://HOST:PORT")
    # A wrong place or a broken private key is said before a gradebook is made.
    Graders(options.keys, options.exercise, places).check_keys()
    if next(find_anywhere(places), None) is None:
        raise KitError(f"There is nothing to grade in {', '.join(map(str, places))}. Name the submissions' folder.")
    with _progress("grading", lambda: sum(1 for _ in find_anywhere(places)), quiet=options.json) as advance:
        summary = grade_folder(
            places,
            partial(_gradebook, options.gradebook),
            keys=options.keys,
            only=options.exercise,
            progress=advance,
            over=over,
        )
    # What these say of themselves would stand in the way of the one object that --json promises.
    with contextlib.redirect_stdout(io.StringIO()) if options.json else contextlib.nullcontext():
        if options.feedback:
            _write_feedback(options.gradebook, options.feedback, options.keys, quiet=options.json)
        if options.csv:
            _write_csv(options.gradebook, options.csv)
    failed = sum(summary.states[state] for state in NOT_GRADED)
    if options.json:
        _print_json(
            {
                "files": summary.files,
                "new_or_changed": summary.written,
                "regraded": summary.regraded,
                "states": dict(summary.states),
                "not_graded": [dict(zip(("state", "path", "reason"), r, strict=True)) for r in summary.not_graded],
                "not_graded_in_all": failed,
                "spotting": _spotting(summary.spotting),
                "brier": {group: {"score": s, "answers": n} for group, (s, n) in summary.brier.items()},
                "gradebook": options.gradebook,
            }
        )
        return SOME_NOT_GRADED if failed else DONE
    print(f"{_count(summary.files, 'file')}, {summary.written:,} new or changed")
    if summary.regraded:
        print(f"regraded elsewhere in the gradebook, because the key or the exercise changed: {summary.regraded:,}")
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
    if failed:
        print("\nnot graded:")
        for state, path, reason in summary.not_graded[:SHOWN_AT_MOST]:
            print(f"  {state}: {_printable(path)}\n      {_printable(reason)}")
        if failed > SHOWN_AT_MOST:
            print(f"  … and {failed - SHOWN_AT_MOST:,} more: redpencil export csv lists a row for each student")
    next_step = "" if options.feedback or options.csv else " Next: redpencil feedback, or redpencil export csv"
    print(f"\nGradebook: {options.gradebook}.{next_step}")
    return SOME_NOT_GRADED if failed else DONE


def _gradebook(url: str, *, must_exist: bool = False) -> Gradebook:
    from redpencil.grading.gradebook import Gradebook

    return Gradebook(url, must_exist=must_exist)


def _spotting(counted: Any) -> dict[str, dict[str, Any]]:
    from dataclasses import asdict

    from redpencil.scoring import discernment

    measured = {}
    for group, counts in counted.items():
        # With nothing to spot, or nothing to leave alone, there is no d' to give.
        with contextlib.suppress(ValueError):
            names = ("hits", "misses", "false_alarms", "correct_rejections")
            measured[group] = asdict(discernment(*(counts[name] for name in names)))
    return measured


def _feedback(options: Any) -> int:
    _write_feedback(options.gradebook, options.output, options.keys, quiet=False)
    return DONE


def _write_feedback(url: str, output: Path, keys: Path | None, *, quiet: bool) -> None:
    from redpencil.grading.feedback import write_feedback

    gradebook = partial(_gradebook, url, must_exist=True)
    with _progress("feedback", lambda: gradebook().count(), quiet=quiet) as advance:
        pages = write_feedback(gradebook, output, keys=keys, progress=advance)
    if not pages:
        raise KitError(f"The gradebook {url} holds no submissions. Grade first: redpencil grade FOLDER.")
    print(f"{_count(pages, 'page')} in {output}. Next: send each student the page that carries their id.")
    for page in sorted(output.glob("*-class.html")):
        print(f"What the class marked, for you: {page}")


def _export(options: Any) -> int:
    from redpencil.grading.export import write_csv

    if options.output is None:
        gradebook = _gradebook(options.gradebook, must_exist=True)
        # The table's line ends and encoding are its own, whatever the terminal's are.
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # typed as any TextIO
        write_csv(gradebook, sys.stdout)
    else:
        _write_csv(options.gradebook, options.output)
    return DONE


def _write_csv(url: str, output: Path) -> None:
    from redpencil.grading.export import write_csv

    gradebook = _gradebook(url, must_exist=True)
    with output.open("w", encoding="utf-8", newline="") as stream:
        rows = write_csv(gradebook, stream)
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
    from redpencil.detectors.detect import STANDARD_INPUT, decode_text, detect, read_bytes, read_text, report

    if str(options.file) == "-":
        name = STANDARD_INPUT
        if sys.stdin is None:
            raise KitError("Standard input is closed, and “-” reads it. Name a file, or hand a text on to the command.")
        text = decode_text(read_bytes(sys.stdin.buffer, name), name)
    else:
        name = options.file.name
        text = read_text(options.file)
    suggestions = detect(text, options.layers)
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
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def _count(n: int, what: str, several: str = "") -> str:
    return f"{n:,} {what if n == 1 else several or what + 's'}"


def _print_json(found: Mapping[str, Any]) -> None:
    """One JSON object on a line of standard output, in UTF-8 whatever the terminal's encoding is."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What then cannot be encoded is half of a pair, from a name of a file: "\udcff" is how JSON writes it.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    print(json.dumps(found, ensure_ascii=False))


def _write_out_what_cannot_be_encoded() -> None:
    r"""Where standard output has another encoding than UTF-8, show "\u5e02" for a character that it lacks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _printable(text: str) -> str:
    """A text of a submission as a terminal may show it: control characters are written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


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
