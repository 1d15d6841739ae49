"""How far annotators agree with each other beyond chance.

Only the standard library is used here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
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
    totals: Counter[Hashable] = Counter()
    disagreement = 0.0
    for unit in zip(*codings, strict=True):
        counts = Counter(label for label in unit if label is not None)
        m = counts.total()
        if m < 2:
            continue
        totals += counts
        disagreement += (m * m - sum(c * c for c in counts.values())) / (m - 1)
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
    labels = sorted({label for row in rows for label, _ in row}, key=repr)
    observed = expected = 0.0
    for label in labels:
        o, e = _unitizing_disagreements([[s for name, s in row if name == label] for row in rows], start, end)
        observed += o
        expected += e
    if not expected:
        raise ValueError("unitizing alpha is undefined: nobody marked anything")
    return 1 - observed / expected


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


def _unitizing_disagreements(rows: Sequence[Sequence[Pair]], start: int, end: int) -> tuple[float, float]:
    """Observed and expected disagreement of one label, as fractions of the squared continuum."""
    m, length = len(rows), end - start
    if m < 2:
        raise ValueError(f"agreement needs two annotators or more, got {m}")
    sections = [_sections(sorted(row), start, end) for row in rows]
    observed = 0.0
    for i in range(m):
        for j in range(m):
            if i != j:
                observed += sum(_distance(g, h) for g in sections[i] for h in sections[j])
    observed /= m * (m - 1) * length**2
    units = [(e - s) for row in sections for marked, s, e in row if marked]
    gaps = [(e - s) for row in sections for marked, s, e in row if not marked]
    numerator = 0.0
    for u in units:
        numerator += (len(units) - 1) / 3 * (2 * u**3 - 3 * u**2 + u)
        numerator += u**2 * sum(g - u + 1 for g in gaps if g >= u)
    denominator = m * length * (m * length - 1) - sum(u * (u - 1) for u in units)
    expected = 2 / length * numerator / denominator
    return observed, expected


def _sections(row: Sequence[Pair], start: int, end: int) -> list[tuple[bool, int, int]]:
    sections: list[tuple[bool, int, int]] = []
    at = start
    for a, b in row:
        if a < at or b > end or a >= b:
            raise ValueError(f"the span {a} to {b} overlaps another or leaves the continuum {start} to {end}")
        if a > at:
            sections.append((False, at, a))
        sections.append((True, a, b))
        at = b
    if at < end:
        sections.append((False, at, end))
    return sections


def _distance(g: tuple[bool, int, int], h: tuple[bool, int, int]) -> int:
    (g_marked, g_start, g_end), (h_marked, h_start, h_end) = g, h
    if g_marked and h_marked:
        if g_start < h_end and h_start < g_end:
            return (g_start - h_start) ** 2 + (g_end - h_end) ** 2
        return 0
    if g_marked and h_start <= g_start and g_end <= h_end:
        return (g_end - g_start) ** 2
    if h_marked and g_start <= h_start and h_end <= g_end:
        return (h_end - h_start) ** 2
    return 0


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
