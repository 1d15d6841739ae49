"""What a class marked, laid over the text: a heat map with counts. Only counts come here, never a name.

On a page that is projected a count can give somebody away too. Where one of 30 marked a place, the neighbour who saw it
on the screen knows who; where all but one found it, everybody looks for the one; and in a class of three, who knows
their own answer knows nearly all of the others'. So a page that is `veiled` gives counts of 0 to 2, and those that are
as near to everybody, as a range, for one number in each row, so that none can be found by taking the others away; and
of fewer than five readers it shows no count at all.

Where a course hides the key, such a page must not give the key away to somebody who can still hand in again. It shows
what the class marked and chose, and nothing that was found by holding that against the key: no frame, no “found”, no
place where the key has nothing, and no measure either, since a measure beside the counts is an equation for the key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from markupsafe import Markup, escape

from redpencil.annotation import Annotation
from redpencil.exercise import INVENTED, LABEL_SETS, Exercise, Item, has_something_to_spot, key_for_item
from redpencil.grading.talking_points import Question, Row, divided, foremost, talking_points
from redpencil.scoring import (
    FOUND,
    MISSED,
    PARTLY_FOUND,
    Discernment,
    brier_score,
    discernment,
    merge_spans,
    reliability,
)

LEVELS = 5
# Rows in the list of what many marked and the key has not.
EXTRA_AT_MOST = 15
# Stands for all labels together.
ANY = ""
# Where names must not be guessed: counts up to this, and from all less this, are given as a range …
SMALL = 2
# … and of fewer readers nothing is shown.
READERS_AT_LEAST = 5


@dataclass
class ClassCounts:
    """How many readers marked what in one exercise; each reader counts once for a place and a label.

    ``changes`` holds, by item and label (and by item and ``ANY``), where the number of readers goes up or down and by
    how much: its size depends on the text, not on the class. ``chosen`` counts the labels of each choice, ``fates``
    what became of each annotation of the key, ``actors`` whom those who found one said that it hits, ``left_out`` the
    submissions without a number, by their state.
    """

    readers: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    changes: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)
    chosen: dict[str, Counter[str]] = field(default_factory=dict)
    fates: dict[str, Counter[str]] = field(default_factory=dict)
    actors: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, answers: Mapping[str, Any], details: Mapping[str, Any], choices: Container[str]) -> None:
        """Count one reader's answers as they were graded; ``choices`` are the ids of the items that are choices."""
        self.readers += 1
        for item, answer in answers.items():
            if isinstance(answer, list):
                for label in {ANY, *(mark["label"] for mark in answer)}:
                    spans = [tuple(s) for mark in answer if label in (ANY, mark["label"]) for s in mark["spans"]]
                    changes = self.changes.setdefault((item, label), Counter())
                    for start, end in merge_spans(spans):
                        changes[start] += 1
                        changes[end] -= 1
            elif item in choices:
                self.chosen.setdefault(item, Counter())[answer] += 1
        for item, outcome in details.get("items", {}).items():
            # Of a choice only the share of its points is kept.
            if not isinstance(outcome, dict):
                continue
            marks = answers.get(item, ())
            for fate, id, numbers, *_ in outcome["fates"]:
                if id:
                    self.fates.setdefault(id, Counter())[fate] += 1
                    if said := {marks[n]["actor"] for n in numbers if marks[n].get("actor")}:
                        self.actors.setdefault(id, Counter()).update(said)

    def merge(self, other: ClassCounts) -> None:
        """Add what was counted elsewhere."""
        self.readers += other.readers
        self.left_out.update(other.left_out)
        for place, changes in other.changes.items():
            self.changes.setdefault(place, Counter()).update(changes)
        for item, labels in other.chosen.items():
            self.chosen.setdefault(item, Counter()).update(labels)
        for id, fates in other.fates.items():
            self.fates.setdefault(id, Counter()).update(fates)
        for id, said in other.actors.items():
            self.actors.setdefault(id, Counter()).update(said)

    def runs(self, item: str, label: str) -> list[tuple[int, int, int]]:
        """Stretches of the text that equally many readers marked, in order: (start, end, readers), readers from 1."""
        changes = sorted((at, by) for at, by in self.changes.get((item, label), {}).items() if by)
        levels = accumulate(by for _, by in changes)
        return [
            (start, end, level)
            for ((start, _), (end, _)), level in zip(pairwise(changes), levels, strict=False)
            if level > 0
        ]


def intervals(readers: int) -> list[tuple[int, int, int]]:
    """The levels of shading as numbers of readers: (level, from, to), both inclusive; a level without any left out."""
    bounds = [level * readers // LEVELS for level in range(LEVELS + 1)]
    return [(level, low + 1, high) for level, (low, high) in enumerate(pairwise(bounds), start=1) if low < high]


def in_range(n: int, readers: int) -> str:
    """A count that points at nobody: as it is, or a range where it is so small or so near to all that it might."""
    if n <= SMALL:
        return f"0–{min(SMALL, readers)}"
    if n >= readers - SMALL:
        return f"{readers - SMALL}–{readers}"
    return str(n)


class ClassPage:
    """What the templates need of a class's counts, escaped; ``veiled`` for a page that everybody sees.

    Without ``shows_key`` nothing of it follows from the key.
    """

    def __init__(
        self,
        exercise: Exercise,
        key: Sequence[Annotation],
        counts: ClassCounts,
        *,
        drop: Container[str] = (),
        veiled: bool = False,
        shows_key: bool = True,
    ) -> None:
        self.exercise = exercise
        # What the course dropped is shown, but measured nowhere.
        self.drop = drop
        self.veiled = veiled
        self.shows_key = shows_key
        self.document = exercise.document
        # Nothing that is not here can be shown.
        self.key = key if shows_key else ()
        self.counts = counts
        self.legend = intervals(counts.readers)
        self.level = {n: level for level, low, high in self.legend for n in range(low, high + 1)}
        if veiled:
            # The border between two neighbouring counts would be one reader's mark.
            for n in range(counts.readers + 1):
                self.level[n] = 0 if n <= SMALL else LEVELS if n >= counts.readers - SMALL else self.level[n]

    def say(self, n: int) -> str:
        """A count as the page gives it."""
        return in_range(n, self.counts.readers) if self.veiled else str(n)

    def context(self) -> dict[str, Any]:
        """The values for the templates: texts with their views and tables, groups of choices, where to begin."""
        counts = self.counts
        texts = [self._text(item) for item in self.exercise.items if item.kind == "marks"]
        choices = [
            self._choices(group) for group in self.exercise.groups if self.exercise.in_group(group)[0].kind == "choice"
        ]
        points = [point for part in (*texts, *choices) for point in part["points"]]
        return {
            "title": self.exercise.title,
            "language": self.document.language,
            "invented": INVENTED if self.document.is_invented else "",
            "readers": counts.readers,
            "left_out": sorted(counts.left_out.items()),
            "legend": self.legend,
            "texts": texts,
            "choices": choices,
            "begin": min(points, key=lambda point: point.order, default=None),
            "three": foremost(points, 3),
            "say": self.say,
            "shows_key": self.shows_key,
        }

    def _text(self, item: Item) -> dict[str, Any]:
        labels = LABEL_SETS[item.layer]
        bearing = key_for_item(item, self.key)
        views = [("All", ANY), *((label.name, label.id) for label in labels)]
        required = [annotation for annotation in bearing if annotation.status == "required"]
        key = [self._key_row(item, n, annotation) for n, annotation in enumerate(required, start=1)]
        extra = self._extra(item, bearing)
        is_dropped = item.id in self.drop
        questions = self._questions_of_key(key, extra) if self.shows_key else self._questions_of_marks(extra)
        points = talking_points(() if is_dropped else questions)
        return {
            "id": item.id,
            "title": item.title,
            "is_dropped": is_dropped,
            "views": [
                {"name": name, "id": f"{item.id}-{id or 'all'}", "paragraphs": self._painted(item.id, id, required)}
                for name, id in views
            ],
            "key": key,
            "has_actors": bool(item.actors),
            # What is worth talking about is in the table, however far down.
            "extra": [row for n, row in enumerate(extra) if n < EXTRA_AT_MOST or row["why"]],
            "points": points,
        }

    def _questions_of_key(self, key: Sequence[Row], extra: Sequence[Row]) -> list[Question]:
        """What is worth talking about in a text whose key everybody may know."""
        readers = self.counts.readers
        return [
            Question(
                why="most divided",
                rank=0,
                rows=key,
                count=lambda row: divided(row["found"], readers),
                said=lambda row: f"{self.say(row['found'])} of {readers} found it",
            ),
            Question(
                why="most missed",
                rank=1,
                rows=key,
                count=lambda row: row["missed"],
                said=lambda row: f"{self.say(row['missed'])} of {readers} missed it",
            ),
            Question(
                why="most marked against the key",
                rank=2,
                rows=extra,
                count=lambda row: row["readers"],
                said=lambda row: (
                    f"{self.say(row['readers'])} of {readers} marked it, the key has nothing of that label"
                ),
            ),
        ]

    def _questions_of_marks(self, marked: Sequence[Row]) -> list[Question]:
        """What is worth talking about in a text by the marks alone."""
        readers = self.counts.readers

        def said(row: Row) -> str:
            return f"{self.say(row['readers'])} of {readers} marked it"

        return [
            Question("most divided", 0, marked, lambda row: divided(row["readers"], readers), said),
            Question("most marked", 1, marked, lambda row: row["readers"], said),
        ]

    def _painted(self, item: str, label: str, required: Sequence[Annotation]) -> list[Markup]:
        """The paragraphs, cut where the number of readers changes and where the key has something.

        A number stands where it is highest; what the key has is framed.
        """
        runs = self._runs(item, label)
        peaks = set(_peaks(runs))
        sentences = {sentence.start: n for n, sentence in enumerate(self.document.sentences, start=1)}
        framed = merge_spans((s.start, s.end) for a in required if label in (ANY, a.label) for s in a.spans)
        painted = []
        for paragraph in self.document.paragraphs:
            here = [run for run in runs if run[0] < paragraph.end and paragraph.start < run[1]]
            keyed = [span for span in framed if span[0] < paragraph.end and paragraph.start < span[1]]
            inside = {x for start, end, *_ in (*here, *keyed) for x in (start, end)}
            numbered = {start for start in sentences if paragraph.start <= start < paragraph.end}
            cuts = {x for x in inside | numbered if paragraph.start < x < paragraph.end}
            begins = {max(start, paragraph.start) for start, _ in keyed}
            ends = {min(end, paragraph.end) for _, end in keyed}
            html = []
            for start, end in pairwise(sorted({paragraph.start, paragraph.end, *cuts})):
                if start in sentences:
                    html.append(f'<sup class="s">{sentences[start]}</sup>')
                if start in begins:
                    html.append('<span class="k">')
                words = str(escape(self.document.text[start:end]))
                run = next((run for run in here if run[0] <= start and end <= run[1]), None)
                if run and self.level.get(run[2], LEVELS):
                    words = f'<mark class="h{self.level.get(run[2], LEVELS)}">{words}</mark>'
                    if run in peaks and end == min(run[1], paragraph.end):
                        said = '<span class="sr" lang="en"> marked by </span>'
                        words += f'<small class="count">{said}{self.say(run[2])}</small>'
                html.append(words)
                if end in ends:
                    html.append("</span>")
            painted.append(Markup("".join(html)))  # noqa: S704  its texts are escaped above
        return painted

    def _runs(self, item: str, label: str) -> list[tuple[int, int, int]]:
        """The stretches that are shaded alike. On a veiled page a border between them is never one reader's mark."""
        if not self.counts.readers:
            return []
        runs = self.counts.runs(item, label)
        if not self.veiled:
            return runs
        joined: list[tuple[int, int, int]] = []
        for start, end, readers in runs:
            before = joined[-1] if joined else (0, 0, 0)
            if not self.level[readers]:
                continue
            if before[1] == start and self.level[before[2]] == self.level[readers]:
                joined[-1] = (before[0], end, max(before[2], readers))
            else:
                joined.append((start, end, readers))
        return joined

    def _key_row(self, item: Item, number: int, annotation: Annotation) -> dict[str, Any]:
        fates = self.counts.fates.get(annotation.id, Counter())
        said = self.counts.actors.get(annotation.id, Counter())
        names = {actor.id: actor.name for actor in item.actors}
        return {
            "id": f"{item.id}.key.{number}",
            "why": [],
            "words": " … ".join(annotation.quotes),
            "label": _name(annotation.layer, annotation.label),
            "sentence": self.document.sentence_number(annotation.spans[0].start),
            "found": fates[FOUND],
            "partly": fates[PARTLY_FOUND],
            "missed": fates[MISSED],
            "reason": annotation.reason,
            "annotation": annotation,
            "actor": names.get(annotation.actor, ""),
            "said": [(names[id], n) for id, n in said.most_common() if id in names],
        }

    def _extra(self, item: Item, bearing: Sequence[Annotation]) -> list[dict[str, Any]]:
        """What readers marked where the key has nothing of that label, the most marked first; without a key, all."""
        rows: list[tuple[int, dict[str, Any]]] = []
        for label in LABEL_SETS[item.layer]:
            own = [span for a in bearing if a.label == label.id for span in a.spans]
            for start, end, readers in _peaks(self._runs(item.id, label.id)):
                if not any(span.start < end and start < span.end for span in own):
                    words = " ".join(self.document.text[start:end].split())
                    sentence = self.document.sentence_number(start)
                    row = {"words": words, "label": label.name, "sentence": sentence, "readers": readers, "reason": ""}
                    rows.append((readers, row))
        most = [row for _, row in sorted(rows, key=lambda pair: -pair[0])]
        return [row | {"id": f"{item.id}.extra.{n}", "why": []} for n, row in enumerate(most, start=1)]

    def _choices(self, group: str) -> dict[str, Any]:
        items = self.exercise.in_group(group)
        rows = []
        for item in items:
            bearing = key_for_item(item, self.key)
            required = [a.label for a in bearing if a.status == "required"]
            chosen = self.counts.chosen.get(item.id, Counter())
            against = chosen - Counter({a.label: chosen[a.label] for a in bearing}) if required else Counter[str]()
            rows.append(
                {
                    "id": f"{item.id}.choice",
                    "item": item,
                    "reason": next((a.reason for a in bearing if a.status == "required"), ""),
                    "key_labels": {a.label: a.status for a in bearing},
                    "why": [],
                    "is_dropped": item.id in self.drop,
                    "label": "",
                    "words": self.document.quote(item.span) if item.span else item.title,
                    "sentence": self.document.sentence_number(item.span.start) if item.span else None,
                    "key": _name(item.layer, required[0]) if required else "",
                    "right": sum(chosen[label] for label in required),
                    # Of a page that everybody sees, nobody may take one number from the other.
                    "answered": self.counts.readers if self.veiled else chosen.total(),
                    "against": [(_name(item.layer, label), n) for label, n in against.most_common()],
                    "labels": [(_name(item.layer, label), n) for label, n in chosen.most_common()],
                }
            )
        counted = [row for row in rows if not row["is_dropped"]]
        points = talking_points(self._questions_of_choices(counted))
        return {
            "group": group,
            "title": items[0].title,
            "rows": rows,
            "points": points,
            "reliability": self._reliability(items),
            "discernment": self._discernment(items),
            "signal": _names(items[0], items[0].signal),
            "noise": _names(items[0], items[0].noise),
        }

    def _questions_of_choices(self, rows: Sequence[Row]) -> list[Question]:
        """What is worth talking about in a group of choices."""
        if not self.shows_key:
            return [
                Question(
                    why="most divided",
                    rank=0,
                    rows=rows,
                    count=lambda row: divided(self._told_apart(row["labels"]), row["answered"]),
                    said=lambda row: f"{self._most(row['labels'])} of {row['answered']} chose: {row['labels'][0][0]}",
                )
            ]
        return [
            Question(
                why="most divided",
                rank=0,
                rows=rows,
                count=lambda row: divided(row["right"], row["answered"]),
                said=lambda row: f"{self.say(row['right'])} of {row['answered']} chose as the key",
            ),
            Question(
                why="most chosen against the key",
                rank=1,
                rows=rows,
                count=lambda row: self._told_apart(row["against"]),
                said=lambda row: f"{self._most(row['against'])} of {row['answered']} chose: {row['against'][0][0]}",
            ),
        ]

    def _told_apart(self, labels: Sequence[tuple[str, int]]) -> int:
        """How many chose the first of some labels; on a veiled page nobody, where they are too few to name it."""
        most = labels[0][1] if labels else 0
        return 0 if self.veiled and most <= SMALL else most

    def _most(self, labels: Sequence[tuple[str, int]]) -> str:
        return self.say(labels[0][1])

    def _discernment(self, items: Sequence[Item]) -> Discernment | None:
        """How well the class tells what is to be spotted from the rest, over the clear items; None of likelihoods."""
        if not self.shows_key:
            return None
        counts: Counter[tuple[bool, bool]] = Counter()
        for item in items:
            is_signal = has_something_to_spot(item, key_for_item(item, self.key))
            if is_signal is not None and not item.probabilities and item.id not in self.drop:
                for label, n in self.counts.chosen.get(item.id, Counter()).items():
                    counts[is_signal, label in item.signal] += n
        try:
            return discernment(counts[True, True], counts[True, False], counts[False, True], counts[False, False])
        except ValueError:
            return None

    def _reliability(self, items: Sequence[Item]) -> dict[str, Any] | None:
        """For likelihoods: how often each was said, and how often it was so."""
        if not self.shows_key:
            return None
        names = {p: _name(items[0].layer, label) for label, p in items[0].probabilities.items()}
        forecasts: Counter[tuple[float, bool]] = Counter()
        for item in items if names else ():
            if item.id in self.drop:
                continue
            is_so = any(a.label in item.signal for a in key_for_item(item, self.key))
            for label, n in self.counts.chosen.get(item.id, Counter()).items():
                forecasts[item.probabilities[label], is_so] += n
        if not forecasts:
            return None
        rows = [
            {
                "name": names[p],
                "said": p,
                "n": n,
                "so": so,
                "share": so / n,
            }
            for p, n, so in reliability(forecasts)
        ]
        return {"rows": rows, "n": forecasts.total(), "brier": brier_score(forecasts)}


def _peaks(runs: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """The runs that more readers marked than what stands directly before, and no fewer than what follows."""
    for n, (start, end, readers) in enumerate(runs):
        before = runs[n - 1][2] if n and runs[n - 1][1] == start else 0
        after = runs[n + 1][2] if n + 1 < len(runs) and runs[n + 1][0] == end else 0
        if before < readers >= after:
            yield start, end, readers


def _names(item: Item, labels: Sequence[str]) -> str:
    return " or ".join(f"“{_name(item.layer, label)}”" for label in labels)


def _name(layer: str, label: str) -> str:
    return next((one.name for one in LABEL_SETS[layer] if one.id == label), label)
