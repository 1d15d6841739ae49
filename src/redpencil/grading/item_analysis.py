"""How the items of an exercise did: how hard each was, and how well it tells strong students from weak ones.

These are the measures of classical test theory. They are taken from sums that are added to student by student, so that
memory does not grow with the class, and sums made apart can be put together. Only the standard library is used here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import sqrt

# The share of a class in the upper and in the lower group.
KELLEY = 0.27
# Totals that differ by less than this part of the highest total count as equal when the groups are made.
BUCKETS = 400


@dataclass
class Bucket:
    """The students with about one total: how many, what they earned by item, and how many chose which label."""

    students: int = 0
    earned: list[float] = field(default_factory=list)
    chosen: dict[tuple[str, str], int] = field(default_factory=dict)


class ItemSums:
    """Sums over students of what each earned for each item, from which all measures of the items follow.

    ``at_most`` maps each item's id to what a perfect answer earns. An item that a student did not answer earned 0.
    """

    def __init__(self, at_most: Mapping[str, float]) -> None:
        self.at_most = dict(at_most)
        self.items = tuple(at_most)
        self.students = 0
        self.sums = [0.0] * len(self.items)
        # Of each pair of items, an item with itself among them, in the order of the rows of a lower triangle.
        self.products = [0.0] * (len(self.items) * (len(self.items) + 1) // 2)
        self.buckets: dict[int, Bucket] = {}
        # Eight bytes a student: quantiles need every total.
        self.totals = array("d")

    def add(self, earned: Sequence[float], chosen: Iterable[tuple[str, str]] = ()) -> None:
        """Count one student: what they earned, in the order of the items, and the labels that they chose, by item."""
        self.students += 1
        total = sum(earned)
        self.totals.append(total)
        sums, products, at = self.sums, self.products, 0
        for n, x in enumerate(earned):
            if x:
                sums[n] += x
                for y in earned[: n + 1]:
                    products[at] += x * y
                    at += 1
            else:
                at += n + 1
        whole = sum(self.at_most.values())
        place = round(BUCKETS * total / whole) if whole else 0
        bucket = self.buckets.get(place)
        if bucket is None:
            bucket = self.buckets[place] = Bucket(earned=[0.0] * len(self.items))
        bucket.students += 1
        for n, x in enumerate(earned):
            bucket.earned[n] += x
        for pair in chosen:
            bucket.chosen[pair] = bucket.chosen.get(pair, 0) + 1

    def merge(self, other: ItemSums) -> None:
        """Add what was summed elsewhere, of the same items."""
        self.students += other.students
        self.totals.extend(other.totals)
        self.sums = [a + b for a, b in zip(self.sums, other.sums, strict=True)]
        self.products = [a + b for a, b in zip(self.products, other.products, strict=True)]
        for place, bucket in other.buckets.items():
            own = self.buckets.setdefault(place, Bucket(earned=[0.0] * len(self.items)))
            own.students += bucket.students
            own.earned = [a + b for a, b in zip(own.earned, bucket.earned, strict=True)]
            for pair, n in bucket.chosen.items():
                own.chosen[pair] = own.chosen.get(pair, 0) + n

    def _covariance(self, a: int, b: int) -> float:
        """Over all students, the mean product of the distances from the means."""
        if not self.students:
            raise ValueError("a correlation is undefined: nobody was counted")
        high, low = max(a, b), min(a, b)
        n = self.students
        covariance = self.products[high * (high + 1) // 2 + low] / n - self.sums[a] / n * (self.sums[b] / n)
        # What is left of nothing in binary is nothing.
        scale = self.at_most[self.items[a]] * self.at_most[self.items[b]]
        return covariance if abs(covariance) > 1e-12 * scale else 0.0

    def difficulty(self, item: str) -> float:
        """The mean share of an item's points: 1 if all earned everything, for right or wrong the share of the right.

        The name is the field's: a high value is an easy item. Raises ValueError if nobody was counted, or the item has
        no points.

        Source: Crocker and Algina (1986), "Introduction to Classical and Modern Test Theory", chapter 14.
        """
        if not self.students or not self.at_most[item]:
            raise ValueError("difficulty is undefined: nobody was counted, or the item has no points")
        return self.sums[self.items.index(item)] / self.students / self.at_most[item]

    def correlation(self, first: str, second: str) -> float:
        """Pearson's correlation of what two items earned; of two right-or-wrong items it is phi.

        Raises ValueError if one of them earned everybody the same: a correlation is then undefined.
        """
        a, b = self.items.index(first), self.items.index(second)
        return _correlation(self._covariance(a, b), self._covariance(a, a), self._covariance(b, b))

    def item_rest_correlation(self, item: str) -> float:
        """The corrected item-total correlation: of an item with the total of all the other items.

        The item is left out of the total, because it would else be correlated with itself. Raises ValueError if the
        item, or the rest, earned everybody the same, or there is no other item.

        Source: Crocker and Algina (1986), "Introduction to Classical and Modern Test Theory", chapter 14.
        """
        at = self.items.index(item)
        others = [n for n in range(len(self.items)) if n != at]
        with_rest = sum(self._covariance(at, n) for n in others)
        of_rest = sum(self._covariance(n, n) for n in others)
        of_rest += 2 * sum(self._covariance(a, b) for a, b in combinations(others, 2))
        return _correlation(with_rest, self._covariance(at, at), of_rest)

    def cronbach_alpha(self, items: Sequence[str]) -> float:
        """How far some items hang together: k/(k-1) (1 - sum of the items' variances / variance of their sum).

        1 is perfect; it can fall below 0. Of right-or-wrong items it is Kuder and Richardson's formula 20. Raises
        ValueError with fewer than two items, or if the sum is the same for everybody.

        Source: Cronbach (1951), "Coefficient alpha and the internal structure of tests".
        """
        places = [self.items.index(item) for item in items]
        if len(places) < 2 or not self.students:
            raise ValueError("Cronbach's alpha needs two items or more, and a student")
        own = sum(self._covariance(n, n) for n in places)
        whole = own + 2 * sum(self._covariance(a, b) for a, b in combinations(places, 2))
        if whole <= 0:
            raise ValueError("Cronbach's alpha is undefined: everybody earned the same")
        return len(places) / (len(places) - 1) * (1 - own / whole)

    def groups(self, share: float = KELLEY) -> tuple[Group, Group]:
        """The upper and the lower group by total: each ``share`` of the class, at least one student.

        Where several have the total at the border, each of them belongs to the group in part, so that it does not
        matter who was counted first. Raises ValueError if everybody has the same total, to a 400th of the highest.

        Source: Kelley (1939), "The selection of upper and lower groups for the validation of test items".
        """
        if len(self.buckets) < 2:
            raise ValueError("upper and lower groups are undefined: everybody has the same total")
        size = max(1, round(share * self.students))
        ordered = [self.buckets[place] for place in sorted(self.buckets)]
        return self._group(reversed(ordered), size), self._group(ordered, size)

    def _group(self, buckets: Iterable[Bucket], size: int) -> Group:
        group = Group(size, [0.0] * len(self.items), {})
        wanted = float(size)
        for bucket in buckets:
            if wanted <= 0:
                break
            part = min(1.0, wanted / bucket.students)
            wanted -= bucket.students
            group.earned = [a + part * b for a, b in zip(group.earned, bucket.earned, strict=True)]
            for pair, n in bucket.chosen.items():
                group.chosen[pair] = group.chosen.get(pair, 0.0) + part * n
        return group

    def upper_lower(self, share: float = KELLEY) -> dict[str, float]:
        """The discrimination index D of each item: the mean share of its points in the upper group less the lower's.

        Raises ValueError as `groups`.

        Sources: as for `groups`; Crocker and Algina (1986), chapter 14.
        """
        upper, lower = self.groups(share)
        return {
            item: (high - low) / upper.size / self.at_most[item]
            for item, high, low in zip(self.items, upper.earned, lower.earned, strict=True)
            if self.at_most[item]
        }


@dataclass
class Group:
    """Some students by their total: how many, what they earned together by item, and how many chose which label."""

    size: int
    earned: list[float]
    chosen: dict[tuple[str, str], float]


def _correlation(covariance: float, first: float, second: float) -> float:
    if first <= 0 or second <= 0:
        raise ValueError("a correlation is undefined where everybody has the same")
    return max(-1.0, min(1.0, covariance / sqrt(first * second)))


def quantile(ordered: Sequence[float], p: float) -> float:
    """The value below which a share ``p`` of ordered values lies, between two of them in proportion.

    Raises ValueError without values. Source: Hyndman and Fan (1996), "Sample Quantiles in Statistical Packages",
    definition 7.
    """
    if not ordered or not 0 <= p <= 1:
        raise ValueError(f"a quantile needs values and a share from 0 to 1, got {len(ordered)} and {p}")
    place = p * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def histogram(values: Iterable[float], highest: float, bins: int) -> list[int]:
    """How many values lie in each of equally wide bins from 0 to ``highest``; a value on a border is in the upper one.

    The last bin holds ``highest`` too, and what is above it.
    """
    counts = [0] * bins
    for value in values:
        # A border is met to nine places: 0.3 / 0.1 is a little less than 3 in binary.
        counts[max(0, min(bins - 1, int(bins * value / highest + 1e-9)))] += 1
    return counts
