"""How far annotators agree with each other beyond chance.

Only the standard library is used here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial

from redpencil.annotation import Annotation
from redpencil.document import Document
from redpencil.scoring import Pair, merge_spans, score_spans


def krippendorff_alpha(codings: Sequence[Sequence[Hashable | None]]) -> float:
    """Nominal alpha: 1 is perfect agreement, 0 is chance, below 0 is worse.

    ``codings`` has a row per annotator and a column per unit; None means not coded, and units coded once are ignored.
    Raises ValueError if rows differ in length, or if fewer than two labels remain, because alpha is then undefined.

    Source: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability".
    """
    if len({len(row) for row in codings}) > 1:
        raise ValueError(f"every annotator needs the same units, got rows of {[len(row) for row in codings]}")
    return krippendorff_alpha_of_counts(
        Counter(label for label in unit if label is not None) for unit in zip(*codings, strict=True)
    )


def krippendorff_alpha_of_counts(units: Iterable[Mapping[Hashable, int]]) -> float:
    """Nominal alpha from how many annotators gave each unit which label: a row per unit, however many annotators.

    It is the same number as `krippendorff_alpha` gives, since alpha depends on the codings through these counts alone.
    Raises ValueError if fewer than two labels remain.

    Source: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C (values-by-units matrix).
    """
    totals: Counter[Hashable] = Counter()
    disagreement = 0.0
    for counts in units:
        m = sum(counts.values())
        if m < 2:
            continue
        totals.update(counts)
        disagreement += (m * m - sum(c * c for c in counts.values())) / (m - 1)
    totals = +totals
    n = totals.total()
    if len(totals) < 2:
        raise ValueError("alpha is undefined: fewer than two labels were used by annotators who coded the same units")
    expected = (n * n - sum(c * c for c in totals.values())) / (n - 1)
    return 1 - disagreement / expected


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Agreement of two annotators over the same units: 1 is perfect, 0 is chance.

    Raises ValueError if the lengths differ, there are no units, or both used one and the same label throughout.

    Source: Cohen (1960), "A Coefficient of Agreement for Nominal Scales".
    """
    if len(first) != len(second) or not first:
        raise ValueError(f"kappa needs the same units from both, got {len(first)} and {len(second)}")
    n = len(first)
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    a, b = Counter(first), Counter(second)
    expected = sum(a[label] * b[label] for label in a) / (n * n)
    if expected == 1:
        raise ValueError("kappa is undefined: both annotators used one and the same label throughout")
    return (observed - expected) / (1 - expected)


def unitizing_alpha(codings: Sequence[Iterable[tuple[Hashable, Pair]]], start: int, end: int) -> float:
    """Alpha for spans that annotators cut out of a continuum themselves, labels taken together.

    ``codings`` has, for each of two annotators or more, pairs of a label and a span ``(start, end)``; within one label
    an annotator's spans may not overlap (they are a segmentation). ``start`` and ``end`` bound the continuum, in the
    same units. 1 is perfect, 0 is chance.
    Raises ValueError if there are fewer than two annotators, spans overlap or leave the continuum, or nobody marked
    anything.

    Source: Krippendorff (1995), "On the Reliability of Unitizing Continuous Data"; (2004), Content Analysis, ch. 11.
    """
    rows = [list(row) for row in codings]
    segmentations: dict[Hashable, Segmentations] = {}
    for row in rows:
        for label in dict.fromkeys(name for name, _ in row):
            own = segmentations.setdefault(label, Segmentations(start, end))
            own.add([span for name, span in row if name == label])
    ordered = sorted(segmentations.items(), key=lambda pair: repr(pair[0]))
    return unitizing_alpha_of_counts([one for _, one in ordered], len(rows))


def pairwise_f1(codings: Sequence[Sequence[Pair]]) -> float:
    """The mean F1 over all pairs of annotators, by the measure that exercises are scored with.

    Two annotators who both marked nothing agree and are left out. Raises ValueError if no pair remains.
    """
    scores = [
        score.f1
        for n, first in enumerate(codings)
        for second in codings[n + 1 :]
        if (score := score_spans(first, second)) is not None
    ]
    if not scores:
        raise ValueError("pairwise F1 needs two annotators of whom one marked something")
    return sum(scores) / len(scores)


class Segmentations:
    """How often each span was marked with one label, and how often each gap was left: all that unitizing alpha needs.

    ``start`` and ``end`` bound the continuum. Its size depends on how many different spans there are, not on how many
    annotators marked them, and alpha is found in the time that it takes to sort them.
    """

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        # How many annotators marked something; the others left the whole continuum as one gap.
        self.annotators = 0
        self.units: Counter[Pair] = Counter()
        self.gaps: Counter[Pair] = Counter()

    def add(self, spans: Iterable[Pair]) -> None:
        """Count one annotator's spans of the label. Raises ValueError if they overlap or leave the continuum."""
        self.annotators += 1
        at = self.start
        for a, b in sorted(spans):
            if a < at or b > self.end or a >= b:
                raise ValueError(
                    f"the span {a} to {b} overlaps another or leaves the continuum {self.start} to {self.end}"
                )
            if a > at:
                self.gaps[at, a] += 1
            self.units[a, b] += 1
            at = b
        if at < self.end:
            self.gaps[at, self.end] += 1

    def disagreements(self, annotators: int) -> tuple[float, float]:
        """Observed and expected disagreement among so many annotators, as fractions of the squared continuum."""
        if annotators < 2:
            raise ValueError(f"agreement needs two annotators or more, got {annotators}")
        m, length = annotators, self.end - self.start
        gaps = self.gaps.copy()
        gaps[self.start, self.end] += m - self.annotators
        # Each pair of annotators counts both ways round; two units of one annotator are never apart and overlapping.
        observed = self._apart() + 2 * _missed(self.units, gaps)
        units = Counter[int]()
        for (a, b), n in self.units.items():
            units[b - a] += n
        lengths = Counter[int]()
        for (a, b), n in gaps.items():
            lengths[b - a] += n
        in_all = units.total()
        numerator = 0.0
        longer = iter(sorted(lengths.items(), reverse=True))
        following = next(longer, None)
        # Of the gaps that are at least as long as the unit: how many, and their lengths together.
        many = together = 0
        for u, n in sorted(units.items(), reverse=True):
            while following is not None and following[0] >= u:
                many, together = many + following[1], together + following[0] * following[1]
                following = next(longer, None)
            numerator += n * ((in_all - 1) / 3 * (2 * u**3 - 3 * u**2 + u) + u**2 * (together - (u - 1) * many))
        denominator = m * length * (m * length - 1) - sum(n * u * (u - 1) for u, n in units.items())
        return observed / (m * (m - 1) * length**2), 2 / length * numerator / denominator

    def _apart(self) -> int:
        """The sum of (start - start)^2 + (end - end)^2 over all ordered pairs of units that overlap.

        It is the sum over all pairs less that over those where one unit ends before the other starts.
        """
        by_end = sorted(self.units.items(), key=lambda pair: pair[0][1])
        n0 = s1 = s2 = e1 = e2 = at = 0
        before = 0
        for (start, end), n in sorted(self.units.items()):
            while at < len(by_end) and by_end[at][0][1] <= start:
                (a, b), k = by_end[at]
                n0, s1, s2, e1, e2 = n0 + k, s1 + k * a, s2 + k * a * a, e1 + k * b, e2 + k * b * b
                at += 1
            before += n * (start * start * n0 - 2 * start * s1 + s2 + end * end * n0 - 2 * end * e1 + e2)
        for (a, b), k in by_end[at:]:
            n0, s1, s2, e1, e2 = n0 + k, s1 + k * a, s2 + k * a * a, e1 + k * b, e2 + k * b * b
        return 2 * (n0 * s2 - s1 * s1 + n0 * e2 - e1 * e1) - 2 * before


def _missed(units: Mapping[Pair, int], gaps: Mapping[Pair, int]) -> int:
    """The sum of the squared lengths of units over all pairs of a unit and a gap that it lies in."""
    places = {end: n for n, end in enumerate(sorted({end for _, end in gaps}), start=1)}
    ends = list(places)
    # A Fenwick tree over the ends of those gaps that start no later than the unit.
    tree = [0] * (len(places) + 1)
    waiting = iter(sorted(gaps.items()))
    following = next(waiting, None)
    begun = missed = 0
    for (start, end), n in sorted(units.items()):
        while following is not None and following[0][0] <= start:
            begun += following[1]
            at = places[following[0][1]]
            while at < len(tree):
                tree[at] += following[1]
                at += at & -at
            following = next(waiting, None)
        ended, at = 0, bisect_left(ends, end)
        while at:
            ended += tree[at]
            at -= at & -at
        missed += n * (end - start) ** 2 * (begun - ended)
    return missed


def unitizing_alpha_of_counts(segmentations: Iterable[Segmentations], annotators: int) -> float:
    """Unitizing alpha from counts: one `Segmentations` for each label, and how many annotators there were in all.

    It is the same number as `unitizing_alpha` gives. Raises ValueError if there are fewer than two annotators or nobody
    marked anything.

    Source: as for `unitizing_alpha`. The sums over pairs of annotators are taken over pairs of different spans.
    """
    observed = expected = 0.0
    for one in segmentations:
        o, e = one.disagreements(annotators)
        observed += o
        expected += e
    if not expected:
        raise ValueError("unitizing alpha is undefined: nobody marked anything")
    return 1 - observed / expected


def measure_agreement(passes: Sequence[Sequence[Annotation]], document: Document) -> dict[str, dict[str, float | None]]:
    """How far two or more passes over one document agree, by layer and measure; None where a measure is undefined.

    A layer whose every annotation covers exactly one sentence is a coding of sentences: its required labels are
    compared by Krippendorff's alpha, by the share of sentences on which all agree, and by Cohen's kappa for two passes.
    Any other layer is a segmentation: for each label the mean pairwise F1 and the unitizing alpha, over all marks and
    over those that their annotator was sure of (``required``). Raises ValueError if there are fewer than two passes.
    """
    if len(passes) < 2:
        raise ValueError(f"agreement needs two passes or more, got {len(passes)}")
    measured: dict[str, dict[str, float | None]] = {}
    sentences = {(s.start, s.end) for s in document.sentences}
    for layer in dict.fromkeys(a.layer for one in passes for a in one):
        rows = [[a for a in one if a.layer == layer] for one in passes]
        spans = [[_pairs(a) for a in row] for row in rows]
        if all(len(pairs) == 1 and pairs[0] in sentences for row in spans for pairs in row):
            measured[layer] = _coding_agreement(rows, document)
        else:
            measured[layer] = _segmentation_agreement(rows, len(document.text))
    return measured


def _coding_agreement(rows: Sequence[Sequence[Annotation]], document: Document) -> dict[str, float | None]:
    labels = [{a.spans[0]: a.label for a in row if a.status == "required"} for row in rows]
    codings = [[one.get(sentence) for sentence in document.sentences] for one in labels]
    units = [unit for unit in zip(*codings, strict=True) if None not in unit]
    measures: dict[str, float | None] = {
        "sentences coded by all": float(len(units)),
        "share on which all agree": sum(len(set(unit)) == 1 for unit in units) / len(units) if units else None,
        "krippendorff alpha": _or_none(lambda: krippendorff_alpha(codings)),
    }
    if len(rows) == 2 and units:
        first, second = zip(*units, strict=True)
        measures["cohen kappa"] = _or_none(lambda: cohen_kappa(first, second))
    return measures


def _segmentation_agreement(rows: Sequence[Sequence[Annotation]], length: int) -> dict[str, float | None]:
    measures: dict[str, float | None] = {}
    for which, statuses in (("all marks", ("required", "accepted")), ("sure marks", ("required",))):
        everything: list[list[tuple[Hashable, Pair]]] = [[] for _ in rows]
        for label in dict.fromkeys(a.label for row in rows for a in row):
            pieces = [[p for a in row if a.label == label and a.status in statuses for p in _pairs(a)] for row in rows]
            measures[f"{label}, {which}: pairwise F1"] = _or_none(partial(pairwise_f1, pieces))
            for one, marked in zip(everything, pieces, strict=True):
                one += [(label, span) for span in merge_spans(marked)]
        measures[f"{which}: unitizing alpha"] = _or_none(partial(unitizing_alpha, everything, 0, length))
    return measures


def _pairs(annotation: Annotation) -> list[Pair]:
    return [(span.start, span.end) for span in annotation.spans]


def _or_none(measure: Callable[[], float]) -> float | None:
    try:
        return measure()
    except ValueError:
        return None
