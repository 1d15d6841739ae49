"""Hold our likeness to rapidfuzz's, and time checking a list of names against a large table.

    python benchmarks/names/names.py --names 1000 --people 100000

See README.md beside this file for what is measured, and how. All names are made of drawn syllables.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any

from rapidfuzz.distance import JaroWinkler

from redpencil.names.check import NameIndex
from redpencil.names.likeness import jaro_winkler, jaro_winkler_of_pairs
from redpencil.names.match import match_names
from redpencil.names.parts import Name, parse_name
from redpencil.names.transliteration import SCHEMES, transliterate

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import measure

SYLLABLES = (
    "ба", "ве", "го", "ду", "жи", "за", "ки", "ло", "ме", "ни", "по",
    "ру", "са", "ту", "фе", "хо", "че", "ша", "ро", "ла", "ко", "на",
)  # fmt: skip
ENDINGS = ("ов", "ев", "ский", "енко")
GIVEN = (
    "Александр", "Алексей", "Андрей", "Антон", "Борис", "Вадим", "Виктор", "Владимир", "Глеб", "Григорий",
    "Даниил", "Денис", "Дмитрий", "Егор", "Иван", "Игорь", "Кирилл", "Константин", "Максим", "Михаил",
    "Николай", "Олег", "Павел", "Пётр", "Роман", "Семён", "Сергей", "Степан", "Юрий", "Яков",
)  # fmt: skip
SURNAMES = 50_000
# Frequencies fall off as one over the place plus this: the first twenty surnames then have about a tenth of all people,
# as they do in Russia.
FLATTENING = 20
PAIRS = 10_000
# The aims: digits that agree, how many times rapidfuzz's time a batch may take, processors' seconds for a check.
DIGITS = 4
TIMES_AT_MOST = 3
SECONDS_AT_MOST = 10


def drawn_people(count: int, seed: int) -> list[str]:
    """Full names in Cyrillic, surname first; the same for a seed. Common surnames come often, as in life."""
    chance = random.Random(seed)
    surnames = _surnames()
    sums = list(accumulate(1 / (place + FLATTENING) for place in range(len(surnames))))
    return [
        f"{surname} {given} {patronymic_of(father)}"
        for surname, given, father in zip(
            chance.choices(surnames, cum_weights=sums, k=count),
            chance.choices(GIVEN, k=count),
            chance.choices(GIVEN, k=count),
            strict=True,
        )
    ]


def _surnames() -> list[str]:
    chance = random.Random(0)
    drawn: dict[str, None] = {}
    while len(drawn) < SURNAMES:
        stem = "".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4))))
        drawn[stem.capitalize() + chance.choice(ENDINGS)] = None
    return list(drawn)


def patronymic_of(given: str) -> str:
    """A patronymic, regular but for what the list of given names does not need."""
    if given.endswith(("ий", "ь", "й")):
        return given.removesuffix("ь").removesuffix("й") + "евич"
    return given + "ович"


def drawn_list(people: Sequence[str], count: int, seed: int) -> list[str]:
    """Names for a list: half from the table, half new; in Latin letters by any scheme, every fifth with a slip."""
    chance = random.Random(seed)
    new = drawn_people(count, seed + 1)
    names = []
    for n in range(count):
        name = transliterate(chance.choice(people) if n % 2 else new[n], chance.choice(list(SCHEMES)))
        if n % 5 == 0:
            at = chance.randrange(1, len(name))
            name = name[:at] + name[at + 1 :]
        names.append(name)
    return names


def drawn_pairs(count: int, seed: int) -> list[tuple[str, str]]:
    """Pairs of surnames: a quarter of strangers, the rest one surname in two schemes, half of these with a slip."""
    chance = random.Random(seed)
    surnames = _surnames()
    pairs = []
    for n in range(count):
        one = chance.choice(surnames)
        other = chance.choice(surnames) if n % 4 == 0 else one
        a, b = (transliterate(name, chance.choice(list(SCHEMES))) for name in (one, other))
        if n % 2:
            at = chance.randrange(len(b))
            b = b[:at] + b[at + 1 :]
        pairs.append((a, b))
    return pairs


def seconds_of(work: Callable[[], object], runs: int) -> float:
    """The median of processors' seconds that a piece of work takes in this process."""
    taken = []
    for _ in range(runs):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return median(taken)


def likenesses(runs: int) -> dict[str, Any]:
    """How our values and times stand to rapidfuzz's, on the same pairs."""
    pairs = drawn_pairs(PAIRS, 3)
    theirs = [JaroWinkler.similarity(a, b) for a, b in pairs]
    apart = max(abs(x - y) for x, y in zip((jaro_winkler(a, b) for a, b in pairs), theirs, strict=True))
    together = max(abs(x - y) for x, y in zip(jaro_winkler_of_pairs(pairs), theirs, strict=True))
    rapid = seconds_of(lambda: [JaroWinkler.similarity(a, b) for a, b in pairs], runs)
    return {
        "pairs": len(pairs),
        "largest_difference": max(apart, together),
        "rapidfuzz_seconds": rapid,
        "pure_python_seconds": seconds_of(lambda: [jaro_winkler(a, b) for a, b in pairs], runs),
        "batch_seconds": seconds_of(lambda: jaro_winkler_of_pairs(pairs), runs),
    }


def checking(names: Sequence[str], people: Sequence[str], exhaustively: int) -> dict[str, Any]:
    """Seconds of each step in one process; and whether some names' matches are what comparing with everybody finds."""
    steps: dict[str, float] = {}

    def timed(step: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        done = work()
        steps[step] = time.process_time() - began
        return done

    table: list[Name] = timed("read the people", lambda: [parse_name(text) for text in people])
    listed: list[Name] = timed("read the list", lambda: [parse_name(text) for text in names])
    index: NameIndex = timed("make the index", lambda: NameIndex(table))
    checked = timed("check", lambda: [index.check(name) for name in listed])
    same = True
    for one in checked[:exhaustively]:
        strengths = ((place, match_names(one.name, person).strength) for place, person in enumerate(table))
        everybody = {place: strength for place, strength in strengths if strength}
        same = same and everybody == {place: match.strength for place, match in one.matches}
    return {
        "names": len(names),
        "people": len(people),
        "steps": steps,
        "seconds": sum(steps.values()),
        "matches": sum(len(one.matches) for one in checked),
        "compared_with_everybody": min(exhaustively, len(checked)),
        "same_as_everybody": same,
    }


def command(names: Sequence[str], people: Sequence[str]) -> dict[str, float]:
    """The command as a whole process, from files to one JSON object: seconds and the peak in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        list_file, table_file = Path(folder) / "list.csv", Path(folder) / "people.csv"
        for file, rows in ((list_file, names), (table_file, people)):
            with file.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([["name"], *([row] for row in rows)])
        check = ("names", "check", list_file, "--against", table_file, "--at-least", "initials", "--json")
        run = measure((sys.executable, "-m", "redpencil", *check))
        found = json.loads(run.output)
        return {
            "seconds": run.seconds,
            "cpu_seconds": run.cpu_seconds,
            "peak": run.peak,
            "names": found["list"]["names"],
            "matched": sum(bool(one["matches"]) for one in found["names"]),
        }


def verdicts(alike: dict[str, Any], check: dict[str, Any], whole: dict[str, float]) -> list[tuple[str, bool]]:
    """Each aim in words with what was measured, and whether it is met."""
    times = alike["batch_seconds"] / alike["rapidfuzz_seconds"]
    return [
        (
            f"likeness equals rapidfuzz’s to {DIGITS} digits on {alike['pairs']:,} pairs "
            f"(furthest apart: {alike['largest_difference']:.1e})",
            alike["largest_difference"] < 0.5 * 10**-DIGITS,
        ),
        (
            f"a batch takes {times:.1f} times rapidfuzz’s time, at most {TIMES_AT_MOST}",
            times <= TIMES_AT_MOST,
        ),
        (
            f"checking {check['names']:,} names against {check['people']:,} takes {whole['cpu_seconds']:.1f} s "
            f"of processors’ work, at most {SECONDS_AT_MOST}",
            whole["cpu_seconds"] <= SECONDS_AT_MOST,
        ),
        (
            f"for {check['compared_with_everybody']} names, the matches are those of comparing with everybody",
            check["same_as_everybody"] and check["compared_with_everybody"] > 0,
        ),
    ]


def main() -> int:
    """Run it; 1 if an aim is not met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=1_000, help="the length of the list")
    parser.add_argument("--people", type=int, default=100_000, help="the size of the table")
    parser.add_argument("--runs", type=int, default=5, help="of the likenesses; medians are shown")
    parser.add_argument("--exhaustively", type=int, default=10, help="names to compare with everybody as well")
    parser.add_argument("--json", type=Path, help="write what was measured there")
    options = parser.parse_args()
    people = drawn_people(options.people, 1)
    names = drawn_list(people, options.names, 2)
    # The whole process first: later, what this one holds would count as the other's peak.
    whole = command(names, people)
    alike = likenesses(options.runs)
    check = checking(names, people, options.exhaustively)
    print(f"likeness, {alike['pairs']:,} pairs, processors’ milliseconds, medians of {options.runs}")
    for what, key in (("rapidfuzz", "rapidfuzz"), ("ours, pure Python", "pure_python"), ("ours, as used", "batch")):
        each = alike[f"{key}_seconds"]
        print(f"  {what:18}{1000 * each:9.1f}{each / alike['rapidfuzz_seconds']:8.1f} times")
    print(f"\nchecking {check['names']:,} names against {check['people']:,}, processors’ seconds")
    for step, seconds in check["steps"].items():
        print(f"  {step:18}{seconds:9.2f}")
    print(f"  {'together':18}{check['seconds']:9.2f}   {check['matches']:,} matches, most of them a surname only")
    print(
        f"  the command, whole {whole['cpu_seconds']:7.2f}   {whole['seconds']:.2f} by the clock, "
        f"peak {whole['peak'] / 1e6:.0f} MB; {whole['matched']:,} names agree with somebody in an initial or more\n"
    )
    if options.json:
        measured = {"likeness": alike, "check": check, "command": whole}
        options.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    found = verdicts(alike, check, whole)
    for aim, is_met in found:
        print(f"{'met' if is_met else 'NOT MET'}: {aim}")
    return 0 if all(is_met for _, is_met in found) else 1


if __name__ == "__main__":
    sys.exit(main())
