"""Hold the detectors against the keys of the kit's exercises, beside a word list's tone and chance, and time them.

    python benchmarks/detectors/detectors.py

Everything that is printed was measured in this run. See README.md beside this file for what the columns mean.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

# The module that runs one program and sees how long it took lies beside this folder.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from against_keys import RungRow, SpanRow, SpottingRow, rung_rows, span_rows, spotting_rows
from speed import Answer, Timing, answers, growth, timings

from measure import BenchError
from redpencil.document import KitError

WORK_A_BYTE_AT_MOST = 1.5
NO_RESULT = (
    "One article is no result: with so few annotations in a key, one more or less that is found moves a figure far.\n"
    "The keys and the detectors were made by the same people, and some tests of the detectors are of these articles:\n"
    "expect less on other texts."
)


def bench(given: argparse.Namespace) -> dict[str, Any]:
    """Run everything that was asked for, saying on standard error what is being done; returns the report."""
    load = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory(prefix="redpencil-bench-") as name:
        print("the command on made-up news, and on what is no news: about two minutes", file=sys.stderr)
        timed = timings(Path(name), sorted(given.sizes), given.repeat, given.seed)
        answered = answers(Path(name), given.seed) if given.bad_files else []
    print(f"the keys of the exercises, with {given.draws:,} draws by chance", file=sys.stderr)
    found = {
        "spans": span_rows(given.draws, given.seed),
        "rungs": rung_rows(given.draws, given.seed),
        "spotting": spotting_rows(given.draws, given.seed),
    }
    load.append(os.getloadavg()[0])
    system = f"{platform.system()} {platform.machine()}"
    return {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, {system}",
        "textblob": version("textblob"),
        "load": load,
        "seed": given.seed,
        "draws": given.draws,
        **found,
        "timings": timed,
        "answers": answered,
    }


def span_table(rows: Sequence[SpanRow]) -> str:
    """The rows as text; ``key`` is how many annotations the key requires and how many more it accepts."""
    lines = []
    for exercise, layer in dict.fromkeys((row.exercise, row.layer) for row in rows):
        lines.append(f"\n{exercise}, layer {layer}")
        lines.append(f"  {'label':<27}{'':<31}{'key':>7}{'spans':>11}{'precision':>11}{'recall':>8}{'F1':>7}")
        for row in rows:
            if (row.exercise, row.layer) == (exercise, layer):
                key = f"{row.required}+{row.accepted}"
                spans = f"{_short(row.measured)} of {_short(row.suggested)}"
                lines.append(
                    f"  {row.label:<27}{row.who:<31}{key:>7}{spans:>11}{row.precision:>11.3f}{row.recall:>8.3f}"
                    f"{row.f1:>7.3f}"
                )
    return "\n".join(lines).strip("\n")


def _short(n: float) -> str:
    return f"{n:.1f}".removesuffix(".0")


def rung_table(rows: Sequence[RungRow]) -> str:
    """The rows as text."""
    lines = [f"{'exercise':<14}{'':<31}{'sentences':>9}{'required':>10}{'or accepted':>13}{'alpha':>8}"]
    lines += [
        f"{row.exercise:<14}{row.who:<31}{row.sentences:>9}{row.required:>10.3f}{row.required_or_accepted:>13.3f}"
        f"{row.alpha:>8.3f}"
        for row in rows
    ]
    return "\n".join(lines)


def spotting_table(rows: Sequence[SpottingRow]) -> str:
    """The rows as text."""
    lines = ["{:<31}{:>15}{:>15}{:>8}{:>8}".format("", "hits", "false alarms", "d'", "c")]
    for row in rows:
        hits, alarms = (_short(n) for n in (row.hits, row.false_alarms))
        lines.append(
            f"{row.who:<31}{f'{hits} of {row.loaded}':>15}{f'{alarms} of {row.plain}':>15}{row.sensitivity:>8.2f}"
            f"{row.bias + 0.0:>8.2f}"
        )
    return "\n".join(lines)


def timing_table(rows: Sequence[Timing]) -> str:
    """The rows as text."""
    heads = f"{'seconds':>9}{'CPU seconds':>13}{'inside':>9}{'MB/s inside':>13}{'runs':>6}"
    lines = [f"{'bytes':>9}  {'layer':<14}{'suggestions':>11}{heads}"]
    lines += [
        f"{row.size:>9,}  {row.layer:<14}{row.suggestions:>11,}{row.seconds:>9.3f}{row.cpu_seconds:>13.3f}"
        f"{row.inside:>9.3f}{row.size / 1e6 / row.inside:>13.2f}{row.runs:>6}"
        for row in rows
    ]
    return "\n".join(lines)


def growth_table(rows: Sequence[Timing]) -> str:
    """The growth of work with the text, as text."""
    lines = [f"{'layer':<14}{'bytes':>22}{'inside':>9}{'whole process':>15}"]
    lines += [
        f"{layer:<14}{f'{a:,} to {b:,}':>22}{inside:>9.2f}{whole:>15.2f}" for layer, a, b, inside, whole in growth(rows)
    ]
    return "\n".join(lines)


def answer_table(rows: Sequence[Answer]) -> str:
    """The rows as text, what was said under each."""
    lines = [f"{'file':<26}{'bytes':>11}{'status':>8}{'suggestions':>13}{'seconds':>9}{'CPU seconds':>13}"]
    for row in rows:
        number = "-" if row.suggestions is None else f"{row.suggestions:,}"
        lines.append(
            f"{row.file:<26}{row.size:>11,}{row.status:>8}{number:>13}{row.seconds:>9.2f}{row.cpu_seconds:>13.2f}"
        )
        if row.said:
            lines.append(f"    {row.said}")
    return "\n".join(lines)


def verdicts(found: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Each aim, and whether it is met. How well the detectors do against a key is no aim: it is only told."""
    aims = [
        (
            f"{layer}: a byte of {b:,} costs {inside:.2f} times one of {a:,}, at most {WORK_A_BYTE_AT_MOST}",
            inside <= WORK_A_BYTE_AT_MOST,
        )
        for layer, a, b, inside, _ in growth(found["timings"])
    ]
    if found["answers"]:
        wrong = [row.file for row in found["answers"] if not row.is_expected]
        aims.append((f"bad files that are answered as they should not be: {', '.join(wrong) or 'none'}", not wrong))
    return aims


def report(found: Mapping[str, Any]) -> str:
    """What was measured, as plain text."""
    parts = [
        f"{found['machine']}; TextBlob {found['textblob']}; load average {found['load'][0]:.1f} before, "
        f"{found['load'][1]:.1f} after\nseed {found['seed']}; random: the mean of {found['draws']:,} draws",
        "SPANS AGAINST THE KEY. key: annotations required+accepted;\n"
        "spans: how many were measured, of how many there were\n\n" + span_table(found["spans"]),
        "A RUNG FOR EACH SENTENCE, AGAINST THE KEY. The share that the key requires, or at least accepts\n\n"
        + rung_table(found["rungs"]),
        "LOADED OR PLAIN, 24 INVENTED SENTENCES\n\n" + spotting_table(found["spotting"]),
        NO_RESULT,
        "TIME OF redpencil detect --json ON MADE-UP NEWS. seconds, CPU seconds: the whole process;\n"
        "inside: CPU seconds of the detector alone\n\n" + timing_table(found["timings"]),
        "WORK A BYTE, THE LONGER TEXT OVER THE SHORTER. 1 is linear\n\n" + growth_table(found["timings"]),
    ]
    if found["answers"]:
        parts.append("WHAT IS NO NEWS\n\n" + answer_table(found["answers"]))
    parts.append("\n".join(f"{'met' if is_met else 'NOT MET'}: {aim}" for aim, is_met in verdicts(found)))
    return "\n\n".join(parts)


def as_json(found: Mapping[str, Any]) -> str:
    """The same as one JSON object."""
    names = ("spans", "rungs", "spotting", "timings", "answers")
    rows = {name: [asdict(row) for row in found[name]] for name in names}
    columns = ("layer", "bytes", "longer_bytes", "inside", "whole_process")
    grown = [dict(zip(columns, row, strict=True)) for row in growth(found["timings"])]
    aims = [{"aim": aim, "is_met": is_met} for aim, is_met in verdicts(found)]
    return json.dumps({**found, **rows, "growth": grown, "aims": aims, "note": NO_RESULT}, indent=2, ensure_ascii=False)


def _sizes(text: str) -> list[int]:
    sizes = [int(part) for part in text.split(",")]
    if min(sizes) < 1_000:
        raise ValueError
    return sizes


def _at_least_one(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, measure, print; returns the exit status: 0, or 1 if an aim is not met or a step fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "--sizes", type=_sizes, default="10000,100000,1000000",
        help="bytes of made-up news, 1000 or more each (default 10000,100000,1000000)",
    )  # fmt: skip
    parser.add_argument("--repeat", type=_at_least_one, default=3, help="runs of each size and layer (default 3)")
    parser.add_argument("--draws", type=_at_least_one, default=1_000, help="draws by chance (default 1000)")
    parser.add_argument("--seed", type=int, default=1, help="of the draws and the made-up news (default 1)")
    parser.add_argument("--no-bad-files", dest="bad_files", action="store_false", help="leave the bad files out")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    given = parser.parse_args(arguments)
    try:
        found = bench(given)
    except (BenchError, KitError) as error:
        print(error, file=sys.stderr)
        return 1
    print(as_json(found) if given.json else report(found))
    return 0 if all(is_met for _, is_met in verdicts(found)) else 1


if __name__ == "__main__":
    sys.exit(main())
