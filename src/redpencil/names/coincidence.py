"""How often names agree by chance alone: in closed form, and by a seeded simulation to hold beside it.

Two assumptions stand behind every number here, and whoever shows one says so: people are drawn independently from one
population with the given frequencies, and the parts of a name are independent of each other. Real lists break both (an
army is no random sample; given names go with age and region; brothers share surname and patronymic). Names outside a
frequency table are taken never to agree, so that a number from an incomplete table is a lower bound.

Only the standard library is used here.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from redpencil.names.match import Strength, first_letters

Frequencies = Mapping[str, float]
TRIALS = 1_000
COMBINATIONS_AT_MOST = 2_000_000
# What rounding in a published table can add up to.
_ROUNDING = 1e-6


def chance_of_any(frequencies: Iterable[float], people: int) -> float:
    """The chance that at least one of ``people`` random people has one of the names: 1 - (1 - sum of p)^n.

    ``frequencies`` are shares of the population (0.013, not 1.3), one for each name. Raises ValueError if one is below
    0, they sum to more than 1, or ``people`` is below 0.
    """
    p = _sum(frequencies)
    _not_negative(people=people)
    if p >= 1:
        return 1.0 if people else 0.0
    return -math.expm1(people * math.log1p(-p))


def simulate_any(frequencies: Iterable[float], people: int, *, trials: int = TRIALS, seed: int = 1) -> float:
    """The share of ``trials`` random groups in which at least one person has one of the names; the same for a seed.

    By chance it differs from `chance_of_any` by about the square root of p (1 - p) / trials. Raises ValueError as that
    does, and if ``trials`` is below 1.
    """
    p = _sum(frequencies)
    _not_negative(people=people)
    _trials(trials)
    draw = random.Random(seed).random  # noqa: S311  a simulation, no secret
    return sum(any(draw() < p for _ in range(people)) for _ in range(trials)) / trials


def chance_of_agreeing(first: Frequencies, second: Frequencies | None = None) -> float:
    """The chance that two random people share a name: the sum of p q over the names in both tables.

    ``second`` is the other person's population; without it, both come from the first. Raises ValueError for a table
    that is none.
    """
    _sum(first.values())
    if second is None:
        return sum(p * p for p in first.values())
    _sum(second.values())
    return sum(p * second[name] for name, p in first.items() if name in second)


def expected_matches(
    names: int,
    people: int,
    *,
    surnames: Frequencies,
    given: Frequencies | None = None,
    patronymics: Frequencies | None = None,
    ranks: Frequencies | None = None,
) -> dict[Strength, float]:
    """How many pairs of a name of a list and a person of a table agree by chance, for each strength or more.

    ``names`` is the list's length, ``people`` the table's. Each part's chance of agreeing multiplies the one before:
    names x people x (sum of p^2 over surnames) x (sum of p^2 over given names) x … Strengths whose table is not given
    are left out, and so are those after them; initials come from the given names. Raises ValueError for a table that
    is none, or a count below 0.
    """
    _not_negative(names=names, people=people)
    expected = float(names * people)
    found = {}
    for strength, table in _parts(surnames, given, patronymics, ranks):
        if strength == Strength.GIVEN:
            found[Strength.INITIALS] = expected * chance_of_agreeing(initials_of(table))
        expected *= chance_of_agreeing(table)
        found[strength] = expected
    return found


def expected_names_matched(
    names: int,
    people: int,
    *,
    surnames: Frequencies,
    given: Frequencies | None = None,
    patronymics: Frequencies | None = None,
    ranks: Frequencies | None = None,
) -> dict[Strength, float]:
    """How many names of a list agree with at least one person of a table by chance, for each strength or more.

    A common name matches many people at once, so that this is less than `expected_matches` and never above ``names``:
    names x sum over the full names of p (1 - (1 - p)^people). Raises ValueError as that does, and if there are more
    than 2,000,000 full names to sum over.
    """
    _not_negative(names=names, people=people)
    parts: list[Frequencies] = []
    found = {}
    for strength, table in _parts(surnames, given, patronymics, ranks):
        if strength == Strength.GIVEN:
            found[Strength.INITIALS] = names * _agreeing([*parts, initials_of(table)], people)
        parts.append(table)
        found[strength] = names * _agreeing(parts, people)
    return found


def _parts(
    surnames: Frequencies, given: Frequencies | None, patronymics: Frequencies | None, ranks: Frequencies | None
) -> list[tuple[Strength, Frequencies]]:
    """The tables up to the first that is not given, each with how far a name agrees if its part agrees as well."""
    parts = [(Strength.SURNAME, surnames)]
    for strength, table in zip(_FURTHER, (given, patronymics, ranks), strict=True):
        if table is None:
            break
        parts.append((strength, table))
    return parts


_FURTHER = (Strength.GIVEN, Strength.PATRONYMIC, Strength.RANK)


def _agreeing(parts: Sequence[Frequencies], people: int) -> float:
    """The chance that a random name is in the tables and that at least one of ``people`` has the same."""
    return sum(n * p * _any_of(p, people) for p, n in _products(parts).items())


def _any_of(p: float, people: int) -> float:
    return (1.0 if people else 0.0) if p >= 1 else -math.expm1(people * math.log1p(-p))


def _products(parts: Sequence[Frequencies]) -> Counter[float]:
    """The frequencies of all full names, if their parts are independent, and how many names have each."""
    for table in parts:
        _sum(table.values())
    if math.prod(map(len, parts)) > COMBINATIONS_AT_MOST:
        raise ValueError(
            f"there are {math.prod(map(len, parts)):,} full names to sum over; at most {COMBINATIONS_AT_MOST:,}. "
            "Use shorter tables, or expected_matches."
        )
    products: Counter[float] = Counter({1.0: 1})
    for table in parts:
        longer: Counter[float] = Counter()
        for q, m in Counter(table.values()).items():
            for p, n in products.items():
                longer[p * q] += n * m
        products = longer
    return products


def simulate_matches(
    names: int,
    people: int,
    *,
    surnames: Frequencies,
    given: Frequencies | None = None,
    patronymics: Frequencies | None = None,
    ranks: Frequencies | None = None,
    trials: int = 100,
    seed: int = 1,
) -> dict[Strength, tuple[float, float]]:
    """Draw lists and tables at random, and count: for each strength or more, the mean (pairs, names matched) a trial.

    Beside `expected_matches` and `expected_names_matched`. People with a name outside a table match nobody. The same
    for a seed. Raises ValueError as `expected_matches` does, and if ``trials`` is below 1.
    """
    _not_negative(names=names, people=people)
    _trials(trials)
    chance = random.Random(seed)  # noqa: S311  a simulation, no secret
    parts = _parts(surnames, given, patronymics, ranks)
    strengths = [strength for strength, _ in parts]
    drawn = [_Draw(table, chance) for _, table in parts]
    pairs: Counter[Strength] = Counter()
    matched: Counter[Strength] = Counter()
    for _ in range(trials):
        a_list = list(zip(*(draw(names) for draw in drawn), strict=True))
        a_table = list(zip(*(draw(people) for draw in drawn), strict=True))
        for depth, strength in enumerate(strengths, start=1):
            _count(strength, [n[:depth] for n in a_list], [p[:depth] for p in a_table], pairs, matched)
        if given is not None:
            a_list, a_table = ([(n[0], _initial(n[1])) for n in rows] for rows in (a_list, a_table))
            _count(Strength.INITIALS, a_list, a_table, pairs, matched)
    counted = sorted({*strengths, *([Strength.INITIALS] if given is not None else [])})
    return {strength: (pairs[strength] / trials, matched[strength] / trials) for strength in counted}


class _Draw:
    """Draws names from a table; None stands for a name outside it."""

    def __init__(self, table: Frequencies, chance: random.Random) -> None:
        rest = max(0.0, 1 - _sum(table.values()))
        self.names: list[str | None] = [*table, None]
        self.sums = list(accumulate([*table.values(), rest]))
        self.chance = chance

    def __call__(self, count: int) -> list[str | None]:
        return self.chance.choices(self.names, cum_weights=self.sums, k=count)


def _count(
    strength: Strength,
    a_list: Sequence[tuple[str | None, ...]],
    a_table: Sequence[tuple[str | None, ...]],
    pairs: Counter[Strength],
    matched: Counter[Strength],
) -> None:
    there = Counter(person for person in a_table if None not in person)
    for name in a_list:
        if n := there[name]:
            pairs[strength] += n
            matched[strength] += 1


def initials_of(given: Frequencies) -> dict[str, float]:
    """The frequencies of the initials of given names, by the letter that they begin with in Cyrillic."""
    initials: dict[str, float] = {}
    for name, p in given.items():
        initial = _initial(name) or ""
        initials[initial] = initials.get(initial, 0.0) + p
    return initials


def _initial(name: str | None) -> str | None:
    return None if name is None else "".join(sorted(first_letters(name)))


def _sum(frequencies: Iterable[float]) -> float:
    total = 0.0
    for p in frequencies:
        if not 0 <= p <= 1:
            raise ValueError(f"a frequency is a share from 0 to 1, got {p!r}; 1.3 % is 0.013")
        total += p
    if total > 1 + _ROUNDING:
        raise ValueError(f"the frequencies sum to {total:.4g}; shares of one population sum to 1 or less")
    return min(total, 1.0)


def _not_negative(**counts: int) -> None:
    for what, count in counts.items():
        if count < 0:
            raise ValueError(f"{what} has to be 0 or more, got {count}")


def _trials(trials: int) -> None:
    if trials < 1:
        raise ValueError(f"trials has to be 1 or more, got {trials}")
