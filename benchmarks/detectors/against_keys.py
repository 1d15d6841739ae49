"""How far detectors, a word list's tone and chance are from the keys of the kit's own exercises.

Spans are measured as a student's marks are: by the measure of SemEval-2020 task 11 against what the key requires, after
leaving out what lies in a span that the key only accepts. Sentences are measured by the share that is right, by alpha,
and, where there is something to spot, by d' and c.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean

from textblob import TextBlob

from redpencil.agreement import krippendorff_alpha
from redpencil.annotation import Annotation
from redpencil.detectors.loaded_labels import detect_loaded_labels
from redpencil.detectors.sourcing import detect_attributions, detect_rungs
from redpencil.document import Document
from redpencil.exercise import load_exercise, load_key
from redpencil.scoring import Pair, SpanScore, discernment, leave_out_accepted, merge_spans, score_spans

OURS, RANDOM, FREQUENT = "redpencil", "random", "most frequent"
ALL = "all labels"
MARKED = (("loaded-labels", "loaded-label"), ("who-says-so", "attribution"), ("the-bridge", "attribution"))
RUNGS = ("who-says-so", "the-bridge")
SWAP = "label-swap"
LOADED = "loaded"
# The book's slider begins at the first; the second is half of the scale.
THRESHOLDS = (0.3, 0.5)
ALL_THRESHOLDS = tuple(n / 20 for n in range(1, 21))
WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One detector's spans of one label against a key that has ``required`` and ``accepted`` annotations of it.

    ``suggested`` is how many spans there were, ``measured`` how many were left after those in accepted spans were left
    out and those that overlap were made into one.
    """

    exercise: str
    layer: str
    label: str
    who: str
    required: int
    accepted: int
    suggested: float
    measured: float
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class RungRow:
    """One detector's rungs against a key: the share of ``sentences`` whose label the key requires, or at least accepts.

    ``alpha`` is Krippendorff's, against the required labels.
    """

    exercise: str
    who: str
    sentences: int
    required: float
    required_or_accepted: float
    alpha: float


@dataclass(frozen=True, slots=True)
class SpottingRow:
    """Loaded or plain, said of single sentences: how many of the loaded and of the plain ones were called loaded."""

    who: str
    loaded: int
    plain: int
    hits: float
    false_alarms: float
    sensitivity: float
    bias: float


@dataclass(frozen=True, slots=True)
class Target:
    """The spans of a key of one label, or of all, and how many annotations they come from."""

    required: list[Pair]
    accepted: list[Pair]
    required_annotations: int
    accepted_annotations: int

    @classmethod
    def of(cls, key: Sequence[Annotation], label: str | None = None) -> Target:
        """What the key has of ``label``; None means of all labels, taken as one."""
        chosen = [a for a in key if label in (None, a.label)]
        required = [a for a in chosen if a.status == "required"]
        accepted = [a for a in chosen if a.status == "accepted"]
        return cls(_pairs(required), _pairs(accepted), len(required), len(accepted))

    def score(self, suggested: Sequence[Pair]) -> tuple[int, int, float, float, float]:
        """How many spans were suggested, how many of them are measured, their precision, recall and F1."""
        cut = leave_out_accepted(suggested, self.required, self.accepted)
        measured = merge_spans(span for span in cut if span is not None)
        score = score_spans(measured, self.required) or SpanScore(0.0, 0.0, 0.0)
        return len(suggested), len(measured), score.precision, score.recall, score.f1


def span_rows(draws: int, seed: int) -> list[SpanRow]:
    """Each marking exercise, label by label and over all labels."""
    rows: list[SpanRow] = []
    for exercise_id, layer in MARKED:
        exercise = load_exercise(exercise_id)
        text = exercise.document.text
        key = [a for a in load_key(exercise) if a.layer == layer]
        detector = detect_loaded_labels if layer == "loaded-label" else detect_attributions
        ours = [suggestion.annotation for suggestion in detector(text)]
        labels = [label for label in dict.fromkeys(a.label for a in key) if Target.of(key, label).required]

        for label in (*sorted(labels), None):
            target = Target.of(key, label)
            candidates = {OURS: [_pairs(ours, label)]}
            if label is None and layer == "loaded-label":
                candidates |= {who: [spans] for who, spans in tone_spans(exercise.document, target).items()}
            candidates[RANDOM] = chance(text, target, draws, seed)
            for who, runs in candidates.items():
                means = map(fmean, zip(*map(target.score, runs), strict=True))
                counts = target.required_annotations, target.accepted_annotations
                rows.append(SpanRow(exercise_id, layer, label or ALL, who, *counts, *means))
    return rows


def chance(text: str, target: Target, draws: int, seed: int) -> list[list[Pair]]:
    """So many times as many spans as the key requires, each as many words long, put anywhere."""
    rng = random.Random(seed)
    words = [found.span() for found in WORD.finditer(text)]
    spans = merge_spans(target.required)
    lengths = [max(1, sum(start < span[1] and span[0] < end for start, end in words)) for span in spans]
    return [draw_spans(words, lengths, rng) for _ in range(draws)]


def draw_spans(words: Sequence[Pair], lengths: Sequence[int], rng: random.Random) -> list[Pair]:
    """Spans of so many ``words`` each, in any order and at any place, none over another; all ways are alike likely."""
    shuffled = rng.sample(lengths, len(lengths))
    free = len(words) - sum(lengths)
    places = sorted(rng.sample(range(free + len(lengths)), len(lengths)))
    spans = []
    taken = 0
    for number, (place, length) in enumerate(zip(places, shuffled, strict=True)):
        first = place - number + taken
        spans.append((words[first][0], words[first + length - 1][1]))
        taken += length
    return spans


@cache
def subjectivity(text: str) -> float:
    """TextBlob's score of a text, from 0 to 1; it asks for none of the corpora that TextBlob would download."""
    return round(float(TextBlob(text).sentiment.subjectivity), 2)


def sentences_from(document: Document, threshold: float) -> list[Pair]:
    """Every sentence whose score reaches the threshold, whole."""
    return [(s.start, s.end) for s in document.sentences if subjectivity(document.quote(s)) >= threshold]


def words_from(document: Document, threshold: float) -> list[Pair]:
    """Every word whose score, looked up by itself, reaches the threshold."""
    return [w.span() for w in WORD.finditer(document.text) if subjectivity(w.group()) >= threshold]


TONES: Mapping[str, Callable[[Document, float], list[Pair]]] = {"sentences": sentences_from, "words": words_from}


def tone_spans(document: Document, target: Target) -> dict[str, list[Pair]]:
    """TextBlob's spans, of sentences and of words, at each threshold, and at the one that has the highest F1 here."""
    found = {}
    for name, tone in TONES.items():
        at = {threshold: tone(document, threshold) for threshold in ALL_THRESHOLDS}
        for threshold in THRESHOLDS:
            found[f"TextBlob {name} {threshold:.2f}"] = at[threshold]
        best = max(at, key=lambda threshold: target.score(at[threshold])[-1])
        found[f"TextBlob {name}, best: {best:.2f}"] = at[best]
    return found


def rung_rows(draws: int, seed: int) -> list[RungRow]:
    """Each exercise with a rung for every sentence; chance hands out the key's own labels in any order."""
    rows: list[RungRow] = []
    for exercise_id in RUNGS:
        exercise = load_exercise(exercise_id)
        document = exercise.document
        key = [a for a in load_key(exercise) if a.layer == "sourcing"]
        required = {a.spans[0]: a.label for a in key if a.status == "required"}
        units = [span for span in document.sentences if span in required]
        target = [required[span] for span in units]
        allowed = [{a.label for a in key if a.spans[0] == span} for span in units]
        found = {s.annotation.spans[0]: s.annotation.label for s in detect_rungs(document.text, document.sentences)}
        frequent = Counter(target).most_common(1)[0][0]
        rng = random.Random(seed)
        candidates = {
            OURS: [[found[span] for span in units]],
            f"{FREQUENT}: {frequent}": [[frequent] * len(units)],
            RANDOM: [rng.sample(target, len(target)) for _ in range(draws)],
        }
        for who, codings in candidates.items():
            measured = [rung_figures(labels, target, allowed) for labels in codings]
            rows.append(RungRow(exercise_id, who, len(units), *map(fmean, zip(*measured, strict=True))))
    return rows


def rung_figures(
    labels: Sequence[str], required: Sequence[str], allowed: Sequence[set[str]]
) -> tuple[float, float, float]:
    """The share that is required, the share that is required or accepted, and alpha."""
    n = len(labels)
    exact = sum(a == b for a, b in zip(labels, required, strict=True)) / n
    fair = sum(label in choices for label, choices in zip(labels, allowed, strict=True)) / n
    return exact, fair, krippendorff_alpha([labels, required])


def spotting_rows(draws: int, seed: int) -> list[SpottingRow]:
    """The 24 invented sentences: a sentence is called loaded if anything in it is suggested."""
    exercise = load_exercise(SWAP)
    document = exercise.document
    truth = [a.label == LOADED for a in load_key(exercise)]
    loaded, n = sum(truth), len(truth)

    def holding(spans: Sequence[Pair]) -> list[bool]:
        return [any(a < s.end and s.start < b for a, b in spans) for s in document.sentences]

    calls = {OURS: [holding(_pairs([s.annotation for s in detect_loaded_labels(document.text)]))]}
    for name, tone in TONES.items():
        at = {threshold: holding(tone(document, threshold)) for threshold in ALL_THRESHOLDS}
        for threshold in THRESHOLDS:
            calls[f"TextBlob {name} {threshold:.2f}"] = [at[threshold]]
        best = max(at, key=lambda threshold: spotting(at[threshold], truth)[2])
        calls[f"TextBlob {name}, best: {best:.2f}"] = [at[best]]
    rng = random.Random(seed)
    calls[RANDOM] = [rng.sample(truth, n) for _ in range(draws)]
    return [
        SpottingRow(
            who, loaded, n - loaded, *map(fmean, zip(*(spotting(called, truth) for called in runs), strict=True))
        )
        for who, runs in calls.items()
    ]


def spotting(called: Sequence[bool], truth: Sequence[bool]) -> tuple[float, float, float, float]:
    """Hits, false alarms, d' and c, with the log-linear correction."""
    counts = Counter(zip(truth, called, strict=True))
    found = discernment(counts[True, True], counts[True, False], counts[False, True], counts[False, False])
    return found.hits, found.false_alarms, found.sensitivity, found.bias


def _pairs(annotations: Sequence[Annotation], label: str | None = None) -> list[Pair]:
    return [(s.start, s.end) for a in annotations if label in (None, a.label) for s in a.spans]
