"""Time grading, feedback and export for classes of several sizes, and nbgrader and otter-grader on the same answers.

    python benchmarks/run.py --sizes 30,1000,30000

Every number is of a whole process, from its start to its exit, and everything that is printed was measured in this run.
See README.md beside this file for what the columns mean.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from environments import environment
from measure import BenchError, Measured, measure
from nbgrader_class import build_course, run_nbgrader
from otter_class import run_otter_class
from redpencil.document import KitError
from redpencil.exercise import Exercise, load_exercise, load_key

EXERCISE = "who-says-so"
REDPENCIL = Path(sys.executable).with_name("redpencil")
MAKE_CLASS = Path(__file__).with_name("make_class.py")
PEERS_SIZE = 30
SIZES = "30,1000,30000,300000"
REPEATED_UP_TO = 1_000
# The largest class up to this size is graded with each of these numbers of processes as well.
SPREAD_UP_TO = 30_000
# Of a larger class the feedback is not written: that would be many gigabytes.
FEEDBACK_UP_TO = 30_000
WORKERS = (1, 2, 4)
STEPS = ("grade", "feedback", "export")
# All three by one command, which starts Python and the database layer once instead of three times.
ONE_GO = "one go"


@dataclass(frozen=True, slots=True)
class Row:
    """One step for one class: medians of seconds by the clock and of processors' work, and the largest peak in bytes.

    ``peak_is_bound`` says that the measuring process itself had held as much, so that the peak is at most that.
    """

    size: int
    step: str
    seconds: float
    cpu_seconds: float
    peak: int
    peak_is_bound: bool
    runs: int

    @property
    def per_core_second(self) -> float:
        """Submissions for each second of processors' work, the process's start included."""
        return self.size / self.cpu_seconds

    @property
    def milliseconds_each(self) -> float:
        """Milliseconds a submission, the process's start shared out among all."""
        return 1000 * self.seconds / self.size

    def to_json(self) -> dict[str, Any]:
        """The row with what is derived from it, for ``--json``."""
        return {
            **asdict(self),
            "milliseconds_a_submission": self.milliseconds_each,
            "submissions_a_second": self.size / self.seconds,
            "submissions_a_second_a_core": self.per_core_second,
        }


def grade_class(folder: Path, place: Path, size: int) -> dict[str, Measured]:
    """Grade a class into a new gradebook in ``place``, write feedback and CSV; check that all were graded.

    Of a class larger than ``FEEDBACK_UP_TO`` there is no feedback.

    Raises BenchError if a step fails, or if the gradebook does not hold ``size`` submissions that are graded or wait
    for a person.
    """
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    steps: dict[str, Measured] = {}
    read_through(folder)
    if size <= FEEDBACK_UP_TO:
        at_once: list[str | Path] = ["--feedback", place / "feedback", "--csv", place / "grades.csv"]
        once = [REDPENCIL, "grade", folder, *at_once, "--gradebook", f"sqlite:///{place / 'once.sqlite'}"]
        steps[ONE_GO] = measure(once)
        shutil.rmtree(place)
        place.mkdir()
    gradebook = ["--gradebook", f"sqlite:///{place / 'gradebook.sqlite'}"]
    steps["grade"] = measure([REDPENCIL, "grade", folder, *gradebook])
    if size <= FEEDBACK_UP_TO:
        steps["feedback"] = measure([REDPENCIL, "feedback", "--output", place / "feedback", *gradebook])
    steps["export"] = measure([REDPENCIL, "export", "csv", "--output", place / "grades.csv", *gradebook])
    with closing(sqlite3.connect(place / "gradebook.sqlite")) as database:
        states = dict(database.execute("SELECT state, count(*) FROM submissions GROUP BY state"))
    if states.get("graded", 0) + states.get("needs-manual", 0) != size or sum(states.values()) != size:
        raise BenchError(f"of {size:,} submissions the gradebook has {states}; all should be graded or needs-manual")
    return steps


def read_through(folder: Path) -> None:
    """Read every file once, so that it comes from the system's cache when it is measured, at every size."""
    # Nothing is held: what this process takes up is the least that a measured one can be told to.
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                read_through(Path(entry.path))
            else:
                Path(entry.path).read_bytes()


def rows_of(size: int, taken: Sequence[Mapping[str, Measured]]) -> list[Row]:
    """A row for each step, from one run or several of it, and one for all steps together."""
    rows: list[Row] = []
    done = [step for step in STEPS if step in taken[0]]
    together = [("together", done)] if done == list(STEPS) else []
    one_go = [(ONE_GO, [ONE_GO])] if ONE_GO in taken[0] else []
    for name, steps in (*((step, [step]) for step in done), *together, *one_go):
        seconds = median(sum(run[step].seconds for step in steps) for run in taken)
        cpu_seconds = median(sum(run[step].cpu_seconds for step in steps) for run in taken)
        highest = max((run[step] for run in taken for step in steps), key=lambda measured: measured.peak)
        bound = highest.peak <= highest.floor
        rows.append(Row(size, name, seconds, cpu_seconds, highest.peak, bound, len(taken)))
    return rows


def check_points(gradebook: Path, theirs: Mapping[str, Mapping[str, float]], size: int) -> None:
    """Raise BenchError unless every student has the same autograded points, group by group, from both programs."""
    with closing(sqlite3.connect(gradebook)) as database:
        ours = {id: json.loads(parts) for id, parts in database.execute("SELECT student_id, parts FROM submissions")}
    if not len(ours) == len(theirs) == size:
        raise BenchError(f"of {size} students, the gradebook has {len(ours)} and nbgrader's has {len(theirs)}")
    for student, groups in theirs.items():
        for group, points in groups.items():
            here = ours.get(student, {}).get(group)
            # The gradebook rounds to six places.
            if here is None or abs(here - points) > 1e-6:
                raise BenchError(
                    f"{student}: {group} earns {here} points here, {points} from nbgrader.\n"
                    "The comparison has to be of the same work: one of the two measures the answers wrongly."
                )


def table(title: str, rows: Sequence[Row]) -> str:
    """The rows as plain text with a heading."""
    columns = ("N", "step", "seconds", "CPU seconds", "ms/submission", "submissions/s", "per core", "peak MB", "runs")
    lines = [title, "{:>7}  {:<9}{:>9}{:>13}{:>15}{:>15}{:>10}{:>9}{:>6}".format(*columns)]
    for row in rows:
        peak = f"{'<=' if row.peak_is_bound else '':>3}{row.peak / 1e6:>6.1f}"
        rates = f"{row.milliseconds_each:>15.3f}{row.size / row.seconds:>15,.1f}{row.per_core_second:>10,.1f}"
        lines.append(
            f"{row.size:>7,}  {row.step:<9}{row.seconds:>9.3f}{row.cpu_seconds:>13.3f}{rates}{peak}{row.runs:>6}"
        )
    return "\n".join(lines)


def ratios(ours: Sequence[Row], theirs: Sequence[Row]) -> list[tuple[int, str, float, float]]:
    """How many times longer nbgrader takes a submission: (our N, step, by the clock, by processors' work)."""
    of = {row.step: row for row in theirs}
    # nbgrader has no one command for all; its three together are what ours does in one go.
    if "together" in of:
        of[ONE_GO] = of["together"]
    return [
        (
            row.size,
            row.step,
            (of[row.step].seconds / of[row.step].size) / (row.seconds / row.size),
            (of[row.step].cpu_seconds / of[row.step].size) / (row.cpu_seconds / row.size),
        )
        for row in ours
        if row.step in of
    ]


def growth(rows: Sequence[Row]) -> list[tuple[str, int, int, float, float]]:
    """What one more submission costs from each size to the next: (step, from N, to N, milliseconds, those of CPU).

    Where time is linear in N, a step's numbers are the same at every size; the start of Python is not in them.
    """
    by_step: dict[str, list[Row]] = {}
    for row in rows:
        by_step.setdefault(row.step, []).append(row)
    return [
        (
            step,
            one.size,
            next.size,
            1000 * (next.seconds - one.seconds) / (next.size - one.size),
            1000 * (next.cpu_seconds - one.cpu_seconds) / (next.size - one.size),
        )
        for step, sizes in by_step.items()
        for one, next in pairwise(sizes)
    ]


def run_nbgrader_class(exercise: Exercise, submissions: Path, place: Path, gradebook: Path) -> list[Row]:
    """Put a class's answers into an nbgrader course, time nbgrader on it, and hold its points against ours."""
    bin = environment("nbgrader")
    size = build_course(place, submissions, exercise, load_key(exercise), bin)
    side = run_nbgrader(place, exercise, bin)
    check_points(gradebook, side.points, size)
    return rows_of(size, [{"grade": side.grade, "feedback": side.feedback, "export": side.export}])


def run_otter(exercise: Exercise, submissions: Path, place: Path, gradebook: Path) -> Row:
    """Time `otter run` on each student of a class, and hold its points for choices against ours."""
    taken, points = run_otter_class(exercise, load_key(exercise), submissions, place)
    check_points(gradebook, points, len(taken))
    highest = max(taken, key=lambda measured: measured.peak)
    seconds, cpu_seconds = (sum(getattr(one, name) for one in taken) for name in ("seconds", "cpu_seconds"))
    return Row(len(taken), "grade", seconds, cpu_seconds, highest.peak, highest.peak <= highest.floor, 1)


def over_workers(folder: Path, place: Path, size: int, counts: Sequence[int], runs: int) -> list[Row]:
    """Grade a class into a new gradebook with each number of processes."""
    rows = []
    read_through(folder)
    for count in counts:
        taken = []
        for _ in range(runs):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            url = f"sqlite:///{place / 'gradebook.sqlite'}"
            taken.append(measure([REDPENCIL, "grade", folder, "--gradebook", url, "--workers", str(count)]))
        highest = max(taken, key=lambda measured: measured.peak)
        seconds, cpu_seconds = (median(getattr(one, name) for one in taken) for name in ("seconds", "cpu_seconds"))
        step = f"{count} worker{'s' * (count > 1)}"
        rows.append(Row(size, step, seconds, cpu_seconds, highest.peak, highest.peak <= highest.floor, runs))
    return rows


@contextmanager
def working_folder(named: Path | None) -> Iterator[Path]:
    """A new folder: the one that was named, which stays, or a temporary one."""
    if named is None:
        with tempfile.TemporaryDirectory(prefix="redpencil-bench-") as folder:
            yield Path(folder).resolve()
    else:
        named.mkdir(parents=True)
        yield named.resolve()


def bench(given: argparse.Namespace) -> dict[str, Any]:
    """Run everything that was asked for, saying on standard error what is being done; returns the report."""
    exercise = load_exercise(EXERCISE)
    sizes = sorted({*given.sizes, *([PEERS_SIZE] if given.nbgrader or given.otter else [])})
    ours: list[Row] = []
    theirs: list[Row] = []
    otter: list[Row] = []
    spread: list[Row] = []
    load = [os.getloadavg()[0]]
    with working_folder(given.work) as work:
        for size in sizes:
            runs = given.repeat if size <= REPEATED_UP_TO else 1
            print(f"class of {size:,}: making it, then {runs} run{'s' * (runs > 1)}", file=sys.stderr)
            folder, place = work / f"class-{size}", work / f"ours-{size}"
            made = measure([sys.executable, MAKE_CLASS, str(size), "--seed", str(given.seed), "--output", folder])
            print(f"  made in {made.seconds:.0f} s", file=sys.stderr)
            rows = rows_of(size, [grade_class(folder, place, size) for _ in range(runs)])
            # Said at once: a run that is ended before its last table has not been for nothing.
            print(table("", rows), file=sys.stderr, flush=True)
            ours += rows
            if size == PEERS_SIZE and given.nbgrader:
                print("the same class with nbgrader: about two minutes", file=sys.stderr)
                theirs = run_nbgrader_class(exercise, folder, work / "nbgrader", place / "gradebook.sqlite")
            if size == PEERS_SIZE and given.otter:
                print("the same class with otter-grader: two or three minutes", file=sys.stderr)
                otter = [run_otter(exercise, folder, work / "otter", place / "gradebook.sqlite")]
            if size == max(n for n in sizes if n <= SPREAD_UP_TO or n == min(sizes)):
                spread = over_workers(folder, work / "spread", size, WORKERS, 1 if size > REPEATED_UP_TO else runs)
            if given.work is None:
                shutil.rmtree(folder)
                shutil.rmtree(place)
    load.append(os.getloadavg()[0])
    system = f"{platform.system()} {platform.machine()}"
    return {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, {system}",
        "load": load,
        "seed": given.seed,
        "ours": ours,
        "nbgrader": theirs,
        "otter": otter,
        "spread": spread,
    }


def report(found: Mapping[str, Any]) -> str:
    """What was measured, as plain text."""
    ours, theirs = found["ours"], found["nbgrader"]
    parts = [
        f"{found['machine']}; load average {found['load'][0]:.1f} before, {found['load'][1]:.1f} after\n"
        f"exercise {EXERCISE}, seed {found['seed']}",
        table("redpencil: grade, feedback, export csv, a whole process each; and all three in one go", ours),
    ]
    if grown := growth(ours):
        lines = ["what one more submission costs from one size to the next; where time is linear, it stays the same"]
        lines.append(f"{'step':<9}{'from N':>9}{'to N':>9}{'ms':>9}{'ms of CPU':>11}")
        lines += [f"{step:<9}{a:>9,}{b:>9,}{ms:>9.3f}{cpu:>11.3f}" for step, a, b, ms, cpu in grown]
        parts.append("\n".join(lines))
    if theirs:
        parts.append(table("nbgrader 0.9.6: autograde, generate_feedback, export, on the same answers", theirs))
        parts.append(f"Every one of the {theirs[0].size} students has the same autograded points from both.")
        lines = ["nbgrader's time a submission, as a multiple of ours"]
        lines.append(f"{'our N':>7}  {'step':<9}{'by the clock':>14}{'by CPU':>10}")
        lines += [f"{n:>7,}  {step:<9}{clock:>14,.1f}{cpu:>10,.1f}" for n, step, clock, cpu in ratios(ours, theirs)]
        parts.append("\n".join(lines))
    if found["otter"]:
        (row,) = found["otter"]
        parts.append(table("otter-grader 7.0.0: otter run, a student at a time, without its container", [row]))
        lines = [f"Every one of the {row.size} students has the same points for choices from both."]
        lines += [
            f"its time a submission is {clock:,.1f} times ours at {n:,} ({cpu:,.1f} times by CPU)"
            for n, step, clock, cpu in ratios(ours, [row])
            if step == "grade"
        ]
        parts.append("\n".join(lines))
    if found["spread"]:
        parts.append(table("redpencil grade, by the number of processes that read and grade", found["spread"]))
    return "\n\n".join(parts)


def as_json(found: Mapping[str, Any]) -> str:
    """The same as one JSON object."""
    rows = {name: [row.to_json() for row in found[name]] for name in ("ours", "nbgrader", "otter", "spread")}
    multiples = ratios(found["ours"], found["nbgrader"]) if found["nbgrader"] else []
    names = ("size", "step", "by_the_clock", "by_cpu")
    listed = [dict(zip(names, multiple, strict=True)) for multiple in multiples]
    return json.dumps({**found, **rows, "ratios": listed}, indent=2)


def _sizes(text: str) -> list[int]:
    sizes = [int(part) for part in text.split(",")]
    if min(sizes) < 1:
        raise ValueError
    return sizes


def _at_least_one(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, measure, print; returns the exit status: 0, or 1 if something did not do its work."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "--sizes", type=_sizes, default="30,1000,30000,300000", help="class sizes (default 30,1000,30000,300000)"
    )
    parser.add_argument(
        "--repeat", type=_at_least_one, default=5, help=f"runs of classes up to {REPEATED_UP_TO:,} (default 5)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the class's seed (default 1)")
    parser.add_argument("--no-nbgrader", dest="nbgrader", action="store_false", help="leave nbgrader out")
    parser.add_argument("--no-otter", dest="otter", action="store_false", help="leave otter-grader out")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--work", type=Path, help="a new folder to keep classes, gradebooks and feedback in")
    given = parser.parse_args(arguments)
    try:
        found = bench(given)
    except (BenchError, KitError) as error:
        print(error, file=sys.stderr)
        return 1
    except FileExistsError as error:
        parser.error(f"{error.filename} exists; --work names a new folder")
    print(as_json(found) if given.json else report(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
