"""Points for answers: marks against a key's spans, choices against a key's labels, and discernment.

Only the standard library is used here. Spans are pairs of code points ``(start, end)``, end exclusive: this is the
grader's inner loop, and a tuple costs a tenth of a checked `Span`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from redpencil.annotation import Annotation

Pair = tuple[int, int]

FOUND, PARTLY_FOUND, MISSED, NOT_IN_KEY = "found", "partly found", "missed", "not in the key"


@dataclass(frozen=True, slots=True)
class SpanScore:
    """How submitted spans match required ones, each from 0 to 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Discernment:
    """Sensitivity (d') apart from bias (c), from counts of a yes-or-no judgement.

    ``bias`` below 0 leans to saying that there is something to spot, above 0 to saying that there is nothing. A count
    may end in a half: who says “as likely as not” of something has half a hit and half a miss. The intervals are
    of 95 %, from and to.
    """

    sensitivity: float
    bias: float
    hits: float
    misses: float
    false_alarms: float
    correct_rejections: float
    sensitivity_interval: tuple[float, float]
    bias_interval: tuple[float, float]


def merge_spans(spans: Iterable[Pair]) -> list[Pair]:
    """The spans in order, those that overlap made into one. Spans that only touch stay apart."""
    merged: list[Pair] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def score_spans(submitted: Iterable[Pair], required: Iterable[Pair]) -> SpanScore | None:
    """The span identification measure of SemEval-2020 task 11, on spans merged within each side.

    P = (1/|S|) sum over pairs of |s∩t|/|s|, R = (1/|T|) sum of |s∩t|/|t|, F1 their harmonic mean. None if neither side
    has a span, because there is then nothing to measure. A side that is empty alone scores 0.

    Source: Da San Martino et al. (2020), "SemEval-2020 Task 11: Detection of Propaganda Techniques in News Articles".
    """
    return _score_merged(merge_spans(submitted), merge_spans(required))


def _score_merged(s: Sequence[Pair], t: Sequence[Pair]) -> SpanScore | None:
    if not s and not t:
        return None
    if not s or not t:
        return SpanScore(0.0, 0.0, 0.0)
    precision = recall = 0.0
    i = j = 0
    while i < len(s) and j < len(t):
        a, b = s[i], t[j]
        shared = min(a[1], b[1]) - max(a[0], b[0])
        if shared > 0:
            precision += shared / (a[1] - a[0])
            recall += shared / (b[1] - b[0])
        if a[1] < b[1]:
            i += 1
        else:
            j += 1
    precision /= len(s)
    recall /= len(t)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return SpanScore(precision, recall, f1)


def leave_out_accepted(
    submitted: Sequence[Pair], required: Sequence[Pair], accepted: Sequence[Pair]
) -> list[Pair | None]:
    """What of each submitted span is measured, in the same order; None for a span that is left out.

    A span that touches no required one and lies at least half in an accepted one is left out. A span that touches a
    required one stays, and at its ends loses the words that lie in accepted spans alone, so that a wider boundary that
    the key accepts costs nothing.
    """
    over_required, over_accepted = SpanIndex(required), SpanIndex(accepted)
    return [_without_accepted(span, required, over_required, accepted, over_accepted) for span in submitted]


def _without_accepted(
    span: Pair,
    required: Sequence[Pair],
    over_required: SpanIndex,
    accepted: Sequence[Pair],
    over_accepted: SpanIndex,
) -> Pair | None:
    start, end = span
    beside = over_accepted.touched(start, end)
    if not beside:
        return span
    touched = over_required.touched(start, end)
    if not touched:
        for n in beside:
            a = accepted[n]
            if 2 * (min(end, a[1]) - max(start, a[0])) >= end - start:
                return None
        return span
    first, last = min(required[n][0] for n in touched), max(required[n][1] for n in touched)
    for a in sorted(accepted[n] for n in beside):
        if a[0] <= start < a[1]:
            start = min(a[1], first) if first > start else start
        if a[0] < end <= a[1]:
            end = max(a[0], last) if last < end else end
    return start, end


class SpanIndex:
    """Spans laid out to be asked which of them share a code point with another; they may lie over each other."""

    def __init__(self, spans: Sequence[Pair]) -> None:
        self._ends = sorted({point for span in spans for point in span})
        # By stretch, from one end of a span to the next: the positions of the spans that lie over it.
        self._over = [tuple(n for n, (start, end) in enumerate(spans) if start <= here < end) for here in self._ends]

    def touched(self, start: int, end: int) -> Sequence[int]:
        """The positions of the spans that share a code point with ``(start, end)``, in order, each once."""
        at = bisect_right(self._ends, start) - 1
        found: Sequence[int] = self._over[at] if at >= 0 else ()
        at += 1
        while at < len(self._ends) and self._ends[at] < end:
            more = self._over[at]
            if more and more != found:
                found = sorted({*found, *more}) if found else more
            at += 1
        return found


class Fate(NamedTuple):
    """What became of one annotation of the key, or of one submitted mark, with the other side's part in it.

    ``annotation`` is the key's id, None for a mark that is not in the key. ``marks`` are the positions of the submitted
    marks that bear on it. ``missing`` are the spans of the key that no mark covers.
    """

    fate: str
    annotation: str | None
    marks: tuple[int, ...]
    missing: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class MarksScore:
    """What a marking item earned: scores and points by label, and the fate of each annotation and mark."""

    scores: Mapping[str, SpanScore | None]
    points: Mapping[str, float]
    fates: tuple[Fate, ...]


@dataclass(frozen=True)
class MarkingKey:
    """A key's annotations for one marking item, laid out for scoring many submissions."""

    required: Mapping[str, tuple[tuple[str, tuple[Pair, ...]], ...]]
    accepted: Mapping[str, tuple[tuple[str, tuple[Pair, ...]], ...]]
    text: str

    @cached_property
    def by_label(self) -> Mapping[str, LabelKey]:
        """The annotations of each label that the key has."""
        labels = dict.fromkeys([*self.required, *self.accepted])
        return {
            label: LabelKey(self.required.get(label, ()), self.accepted.get(label, ()), self.text) for label in labels
        }

    @classmethod
    def of(cls, key: Iterable[Annotation], text: str) -> MarkingKey:
        """Lay out annotations by status and label. ``text`` tells which code points are white space."""
        rows: dict[str, dict[str, list[tuple[str, tuple[Pair, ...]]]]] = {"required": {}, "accepted": {}}
        for a in key:
            rows[a.status].setdefault(a.label, []).append((a.id, tuple((s.start, s.end) for s in a.spans)))
        required, accepted = ({label: tuple(r) for label, r in rows[s].items()} for s in ("required", "accepted"))
        return cls(required, accepted, text)


class LabelKey:
    """What a key has of one label. Whatever is the same for every student is made here, once."""

    def __init__(
        self,
        required: Sequence[tuple[str, tuple[Pair, ...]]],
        accepted: Sequence[tuple[str, tuple[Pair, ...]]],
        text: str,
    ) -> None:
        self._text = text
        self._required = required
        self._required_spans = [span for _, spans in required for span in spans]
        # Of each span, the position of the annotation that it is of.
        self._required_of = [n for n, (_, spans) in enumerate(required) for _ in spans]
        self._over_required = SpanIndex(self._required_spans)
        self._merged = merge_spans(self._required_spans)
        self._accepted_spans = [span for _, spans in accepted for span in spans]
        self._accepted_of = [n for n, (_, spans) in enumerate(accepted) for _ in spans]
        self._over_accepted = SpanIndex(self._accepted_spans)
        # A wider boundary of a required annotation is no find of its own.
        self._finds = [
            "" if any(self._over_required.touched(*span) for span in spans) else id for id, spans in accepted
        ]
        # What becomes of each required annotation that no mark touches.
        self._missed = [
            Fate(MISSED, id, (), tuple(t for t in spans if not text[t[0] : t[1]].isspace())) for id, spans in required
        ]

    def score(self, pieces: Sequence[tuple[int, Pair]]) -> tuple[SpanScore | None, list[Fate]]:
        """The score of marks of this label, and what became of them and the key's annotations.

        ``pieces`` are the marks' spans, each with its mark's position. Without required annotations there is no score.
        """
        if not pieces:
            return SpanScore(0.0, 0.0, 0.0) if self._required else None, self._missed
        measured = pieces
        if self._accepted_spans:
            sides = (self._required_spans, self._over_required, self._accepted_spans, self._over_accepted)
            cut = [(n, _without_accepted(span, *sides)) for n, span in pieces]
            measured = [(n, span) for n, span in cut if span is not None]
        score = _score_merged(merge_spans(span for _, span in measured), self._merged) if self._required else None
        fates: list[Fate] = []
        used: set[int] = set()
        touching = _by_annotation(measured, self._over_required, self._required_of)
        for n, (id, spans) in enumerate(self._required):
            if n in touching:
                marks, touched = touching[n]
                used.update(marks)
                fates.append(_found(id, spans, marks, touched, self._text))
            else:
                fates.append(self._missed[n])
        if self._accepted_spans:
            touching = _by_annotation(pieces, self._over_accepted, self._accepted_of)
            for n in sorted(touching):
                marks, _ = touching[n]
                used.update(marks)
                if self._finds[n]:
                    fates.append(Fate(FOUND, self._finds[n], tuple(marks)))
        fates += [Fate(NOT_IN_KEY, None, (n,)) for n in dict.fromkeys([n for n, _ in pieces]) if n not in used]
        return score, fates


def score_marks(
    marks: Sequence[tuple[str, Sequence[Pair]]], key: MarkingKey, points: Mapping[str, float]
) -> MarksScore:
    """Score submitted marks, each a label and its spans, against a key.

    The points of a label are its F1 times the points that the exercise gives it; a label that the key never requires
    has no score and no points.
    """
    scores: dict[str, SpanScore | None] = {}
    earned: dict[str, float] = {}
    fates: list[Fate] = []
    pieces: dict[str, list[tuple[int, Pair]]] = {label: [] for label in (*points, *key.by_label)}
    for n, (label, spans) in enumerate(marks):
        pieces.setdefault(label, []).extend([(n, span) for span in spans])
    for label, own in pieces.items():
        score, became = key.by_label.get(label, _NOTHING).score(own)
        scores[label] = score
        if label in points:
            earned[label] = points[label] * score.f1 if score else 0.0
        fates += became
    return MarksScore(scores, earned, tuple(fates))


_NOTHING = LabelKey((), (), "")


def _by_annotation(
    pieces: Iterable[tuple[int, Pair]], over: SpanIndex, annotation_of: Sequence[int]
) -> dict[int, tuple[dict[int, None], list[Pair]]]:
    """By the annotation's position, the marks that touch it, each once, and their spans that do."""
    touching: dict[int, tuple[dict[int, None], list[Pair]]] = {}
    for n, span in pieces:
        for annotation in {annotation_of[at] for at in over.touched(*span)}:
            marks, spans = touching.setdefault(annotation, ({}, []))
            marks[n] = None
            spans.append(span)
    return touching


def _found(id: str, spans: Sequence[Pair], marks: Iterable[int], touching: Sequence[Pair], text: str) -> Fate:
    """What became of a required annotation that marks touch: found, or found in part."""
    covered = merge_spans(touching) if len(touching) > 1 else touching
    missing = tuple([gap for t in spans for gap in _uncovered(t, covered) if not text[gap[0] : gap[1]].isspace()])
    if not missing:
        shared = sum([_overlap(s, t) for s in covered for t in spans])
        if sum([end - start for start, end in covered]) <= 2 * shared:
            return Fate(FOUND, id, tuple(marks))
    return Fate(PARTLY_FOUND, id, tuple(marks), missing)


def _overlap(a: Pair, b: Pair) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def _uncovered(span: Pair, covered: Sequence[Pair]) -> Iterable[Pair]:
    start = span[0]
    for a, b in covered:
        if b <= start or a >= span[1]:
            continue
        if a > start:
            yield (start, a)
        start = b
    if start < span[1]:
        yield (start, span[1])


def score_choice(chosen: str, required: str, accepted: Iterable[str]) -> float:
    """The share of an item's points that a chosen label earns: 1 if required, half if accepted, else 0."""
    if chosen == required:
        return 1.0
    return 0.5 if chosen in accepted else 0.0


def score_likelihood(chosen: str, probabilities: Mapping[str, float], happened: bool) -> float:
    """The share of an item's points that a likelihood earns, from 0 for the worst label to 1 for the best.

    It is the Brier score of one forecast, (p - o)^2 with o = 1 if it ``happened`` and 0 if not, turned and stretched so
    that the worst of the labels earns 0 and the best 1. Turning and stretching keep the rule proper: nobody does better
    by saying something else than what they think. ``probabilities`` are those of the labels; they are mirrored at 0.5.
    """
    losses = {label: (p - happened) ** 2 for label, p in probabilities.items()}
    best, worst = min(losses.values()), max(losses.values())
    return (worst - losses[chosen]) / (worst - best)


def brier_score(forecasts: Mapping[tuple[float, bool], int]) -> float:
    """The mean of (p - o)^2 over forecasts: 0 is perfect, 1 the worst, and 0.5 throughout gives 0.25.

    ``forecasts`` counts each pair of a probability p and whether it happened; o is then 1, otherwise 0. Brier's own sum
    runs over both classes, happened and did not, and is twice as large. Raises ValueError without forecasts, or for a p
    that is no probability.

    Source: Brier (1950), "Verification of Forecasts Expressed in Terms of Probability".
    """
    if wrong := [p for p, _ in forecasts if not 0 <= p <= 1]:
        raise ValueError(f"a forecast is a probability from 0 to 1, got {wrong[0]}")
    in_all = sum(forecasts.values())
    if not in_all:
        raise ValueError("without forecasts there is no Brier score")
    return sum(n * (p - happened) ** 2 for (p, happened), n in forecasts.items()) / in_all


def reliability(forecasts: Mapping[tuple[float, bool], int]) -> list[tuple[float, int, int]]:
    """For each probability that was said, in order: (probability, how often it was said, how often it happened then).

    ``forecasts`` are as for `brier_score`. Whoever is well calibrated has a third of about the first times the second.
    """
    said = sorted({p for (p, _), n in forecasts.items() if n})
    counts = [(p, forecasts.get((p, False), 0), forecasts.get((p, True), 0)) for p in said]
    return [(p, missed + happened, happened) for p, missed, happened in counts]


def discernment(hits: float, misses: float, false_alarms: float, correct_rejections: float) -> Discernment:
    """Sensitivity d' = z(H) - z(F) and bias c = -(z(H) + z(F)) / 2, with the log-linear correction.

    The correction adds 0.5 to each count and 1 to each total, so that neither rate is 0 or 1. Raises ValueError if
    there was nothing to spot or nothing to leave alone: the one cannot then be told from the other.

    The intervals rest on Var d' = H(1-H) / (n1 phi(z(H))^2) + F(1-F) / (n2 phi(z(F))^2), with n1 items to spot and n2
    to leave alone; Var c is a quarter of it. That takes each judgement for independent of the others: where one person
    makes many, or many judge one item, the intervals are rather too narrow.

    Sources: Hautus (1995), "Corrections for extreme proportions and their biasing effects on estimated values of d'";
    Gourevitch and Galanter (1967), "A significance test for one parameter isosensitivity functions".
    """
    # Loading it takes as long as grading thirty students, and grading them does not need it.
    from statistics import NormalDist

    signal, noise = hits + misses, false_alarms + correct_rejections
    if min(hits, misses, false_alarms, correct_rejections) < 0 or not signal or not noise:
        raise ValueError(f"discernment needs both kinds of items, got {signal} to spot and {noise} to leave alone")
    normal = NormalDist()
    hit_rate, alarm_rate = (hits + 0.5) / (signal + 1), (false_alarms + 0.5) / (noise + 1)
    h, f = normal.inv_cdf(hit_rate), normal.inv_cdf(alarm_rate)
    variance = sum(
        rate * (1 - rate) / (n * normal.pdf(z) ** 2) for rate, n, z in ((hit_rate, signal, h), (alarm_rate, noise, f))
    )
    sensitivity, bias = h - f, -(h + f) / 2
    reach = normal.inv_cdf(0.975) * variance**0.5
    return Discernment(
        sensitivity,
        bias,
        hits,
        misses,
        false_alarms,
        correct_rejections,
        (sensitivity - reach, sensitivity + reach),
        (bias - reach / 2, bias + reach / 2),
    )
