"""The pages of a class report: the numbers, put into pictures, tables and words.

``report.html`` is for the instructor. ``report_class.html`` has no names and no points, gives small counts as a range,
and is set in large type, to be projected; where the course hides the key, it has none of that either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from redpencil.exercise import LABEL_SETS, Item
from redpencil.grading.class_view import ANY, READERS_AT_LEAST, ClassPage
from redpencil.grading.feedback import file_name
from redpencil.grading.grade import Grader
from redpencil.grading.item_analysis import KELLEY, histogram, quantile
from redpencil.grading.pictures import (
    Bar,
    bars,
    calibration_picture,
    histogram_picture,
    items_picture,
    matrix_picture,
    track_picture,
)
from redpencil.grading.report import SAMPLE, Tally
from redpencil.grading.shown import without_turning
from redpencil.grading.submissions import GRADED, NEEDS_MANUAL

FOLDER = Path(__file__).parent
# Columns of the picture of points, at most: no finer than a point.
BINS = 20
# Of fewer students, correlations and differences are mostly chance: the page says so.
FEW = 30
STATES = (GRADED, NEEDS_MANUAL, "empty", "unreadable", "wrong-exercise", "too-large", "duplicate")


def write_pages(
    grader: Grader, tally: Tally, output: Path, elsewhere: Tally | None = None, *, shows_key: bool = True
) -> tuple[Path, Path]:
    """Write the two pages of one exercise into the folder ``output``; returns their paths.

    ``elsewhere`` counts what belongs to no exercise that is known; the first page lists it too, so that nobody is lost.
    The first page, the instructor's own, always has the key; the second has it where the course ``shows_key``.
    """
    output.mkdir(parents=True, exist_ok=True)
    name = file_name(grader.exercise.id)
    pages = (
        (output / f"{name}-report.html", "report.html", report_context(grader, tally, elsewhere)),
        (output / f"{name}-class.html", "report_class.html", class_context(grader, tally, shows_key=shows_key)),
    )
    for path, template, context in pages:
        path.write_bytes(_environment().get_template(template).render(style=_style(), **context).encode())
    return pages[0][0], pages[1][0]


def numbers(grader: Grader, tally: Tally) -> dict[str, Any]:
    """What the report measured, as one JSON object; None where a measure is undefined. No student's name is in it."""
    page = ClassPage(grader.exercise, grader.key, tally.counts, drop=tally.drop).context()
    analysis = Analysis(grader, tally)
    return {
        "students": tally.students,
        "states": dict(tally.states),
        "unmatched": tally.unmatched,
        "above_maximum": tally.above_in_all,
        "handed_in_nothing": tally.absent_in_all,
        "late": {"by_days": {str(days): n for days, n in sorted(tally.late.items())}, "marked": tally.late_marked},
        "points": spread(tally.points, tally.points_at_most),
        "points_of_the_program": spread(tally.items.totals, sum(tally.at_most.values())),
        "items": [{name: row[name] for name in ("id", "share", "item_rest", "upper_lower")} for row in analysis.items],
        "dropped": sorted(tally.drop),
        "choices": {
            group["group"]: {
                "krippendorff_alpha": analysis.alpha(group["group"]),
                "cronbach_alpha": analysis.cronbach(group["group"]),
                "d_prime": group["discernment"] and group["discernment"].sensitivity,
                "bias": group["discernment"] and group["discernment"].bias,
                "brier": group["reliability"] and group["reliability"]["brier"],
            }
            for group in page["choices"]
        },
        "marks": {
            text["id"]: dict(zip(("unitizing_alpha", "readers"), analysis.unitizing(text["id"]), strict=True))
            for text in page["texts"]
        },
        "most_worth_talking_about": [
            {"words": point.words, "sentence": point.row["sentence"], "why": point.why, "said": point.said}
            for point in page["three"]
        ],
        "sections": {
            name: {"students": one.states.total(), **spread(one.points, sum(tally.at_most.values()))}
            for name, one in sorted(tally.sections.items())
            if name
        },
    }


def spread(points: Sequence[float], at_most: float) -> dict[str, Any]:
    """How many, the mean, and the lowest, the quartiles and the highest; None for each of nobody."""
    ordered = sorted(points)
    names = ("lowest", "quartile_1", "median", "quartile_3", "highest")
    five = [quantile(ordered, p) for p in (0, 0.25, 0.5, 0.75, 1)] if ordered else [None] * 5
    mean = sum(ordered) / len(ordered) if ordered else None
    return {"n": len(ordered), "at_most": at_most, "mean": mean, **dict(zip(names, five, strict=True))}


class Analysis:
    """The measures of the items, each None where it is undefined."""

    def __init__(self, grader: Grader, tally: Tally) -> None:
        self.exercise = grader.exercise
        self.tally = tally
        self._by_id = grader.exercise.item_by_id
        self._groups = _or_none(tally.items.groups)
        distances = _or_none(tally.items.upper_lower) or {}
        self.items = [self._row(scored, distances.get(scored)) for scored in tally.at_most]

    @property
    def group_size(self) -> int | None:
        """How many students are in the upper group, and as many in the lower."""
        return self._groups[0].size if self._groups else None

    def _row(self, scored: str, distance: float | None) -> dict[str, Any]:
        id, _, label = scored.partition(":")
        item = self._by_id[id]
        sums = self.tally.items
        return {
            "id": scored,
            "item": item,
            "short": _short(item, label, self.exercise.document.sentence_number),
            "name": self.name_of(item, label),
            "at_most": self.tally.at_most[scored],
            "share": _or_none(lambda: sums.difficulty(scored)),
            "item_rest": _or_none(lambda: sums.item_rest_correlation(scored)),
            "upper_lower": distance,
        }

    def name_of(self, item: Item, label: str = "") -> str:
        """An item, or one label of it, as the tables call it."""
        if label:
            return f"{item.title}: {_label(item, label)}"
        number = self.exercise.document.sentence_number(item.span.start) if item.span else None
        return f"{item.title}, sentence {number}" if number else item.title

    def matrix(self) -> list[list[float | None]]:
        """The correlation of each item with those above it."""
        sums, ids = self.tally.items, list(self.tally.at_most)
        return [[_or_none(lambda a=a, b=b: sums.correlation(a, b)) for b in ids[:n]] for n, a in enumerate(ids)]  # type: ignore[misc]  # the defaults bind the names

    def alpha(self, group: str) -> float | None:
        """Krippendorff's alpha of a group of choices."""
        return self.tally.label_alpha(self.exercise.in_group(group))

    def cronbach(self, group: str) -> float | None:
        """Cronbach's alpha of a group of choices."""
        ids = [item.id for item in self.exercise.in_group(group) if item.id not in self.tally.drop]
        alpha: float | None = _or_none(lambda: self.tally.items.cronbach_alpha(ids))
        return alpha

    def unitizing(self, item: str) -> tuple[float | None, int]:
        """The unitizing alpha of a marking item, and of how many readers."""
        return self.tally.unitizing_alpha(self._by_id[item])

    def distractors(self, group: str) -> list[list[dict[str, Any]]]:
        """For each item of a group and each label: how many chose it, and how many of the upper and lower group."""
        table = []
        for item in self.exercise.in_group(group):
            chosen = self.tally.counts.chosen.get(item.id, Counter())
            row = []
            for label in LABEL_SETS[item.layer]:
                both = [round(one.chosen.get((item.id, label.id), 0.0), 1) for one in self._groups or ()]
                row.append({"label": label.id, "n": chosen.get(label.id, 0), "groups": both})
            table.append(row)
        return table


def report_context(grader: Grader, tally: Tally, elsewhere: Tally | None = None) -> dict[str, Any]:
    """The values for ``report.html``."""
    exercise = grader.exercise
    view = ClassPage(exercise, grader.key, tally.counts, drop=tally.drop)
    analysis = Analysis(grader, tally)
    context = view.context()
    readers = tally.counts.readers
    for text in context["texts"]:
        text["alpha"], text["alpha_readers"] = analysis.unitizing(text["id"])
        text["track"] = _track(view, text["id"]) if readers else ""
    for group in context["choices"]:
        group["alpha"] = analysis.alpha(group["group"])
        group["cronbach"] = analysis.cronbach(group["group"])
        group["labels"] = LABEL_SETS[exercise.in_group(group["group"])[0].layer]
        group["distractors"] = list(zip(group["rows"], analysis.distractors(group["group"]), strict=True))
        group["picture"] = _calibration(group)
    return context | {
        "projected": False,
        "students": tally.students,
        "unmatched": tally.unmatched,
        "states": [(state, tally.states[state]) for state in STATES if tally.states[state]],
        "states_picture": _states_picture(tally),
        "late": sorted(tally.late.items()),
        "late_marked": tally.late_marked,
        "taken": tally.taken,
        "spreads": _spreads(tally),
        "items": analysis.items,
        "dropped": [analysis.name_of(item) for item in exercise.items if item.id in tally.drop],
        "items_picture": _items_picture(analysis) if readers else "",
        "matrix": analysis.matrix() if readers > 1 else [],
        "matrix_picture": _matrix_picture(analysis) if readers > 1 else "",
        "group_size": analysis.group_size,
        "kelley": KELLEY,
        "few": readers < FEW,
        "sample": SAMPLE,
        "waiting": [(exercise.item_by_id[id].title, n) for id, n in tally.waiting.items()],
        "given": [
            (exercise.item_by_id[id].title, n, together / n, exercise.item_by_id[id].points_at_most)
            for id, (n, together) in tally.given.items()
        ],
        "sections": [
            (name or "no section", one, spread(one.points, sum(tally.at_most.values())))
            for name, one in sorted(tally.sections.items())
        ]
        if any(tally.sections)
        else [],
        "people": sorted(tally.people, key=lambda one: (one["section"], one["name"].casefold(), one["id"])),
        "people_in_all": sum(tally.states[state] for state in (GRADED, NEEDS_MANUAL)),
        "open": tally.open,
        "open_in_all": sum(n for state, n in tally.states.items() if state not in (GRADED, NEEDS_MANUAL)),
        "absent": tally.absent,
        "absent_in_all": tally.absent_in_all,
        "above": tally.above,
        "above_in_all": tally.above_in_all,
        "unknown": elsewhere.open if elsewhere else [],
        "unknown_in_all": elsewhere.students if elsewhere else 0,
        "groups": [(group, exercise.in_group(group)[0].title) for group in exercise.groups],
    }


def class_context(grader: Grader, tally: Tally, *, shows_key: bool = True) -> dict[str, Any]:
    """The values for ``report_class.html``: no names, no points, no count that points at somebody."""
    view = ClassPage(grader.exercise, grader.key, tally.counts, drop=tally.drop, veiled=True, shows_key=shows_key)
    context = view.context()
    for group in context["choices"]:
        for row in group["rows"]:
            # The rare labels of a sentence are not told apart, nor counted.
            row["often"] = [(name, n) for name, n in row["labels"] if view.level[n]]
    return context | {
        "projected": True,
        "enough": tally.counts.readers >= READERS_AT_LEAST,
        "readers_at_least": READERS_AT_LEAST,
    }


def _states_picture(tally: Tally) -> Markup:
    rows = [Bar(state, tally.states[state], str(tally.states[state])) for state in STATES if tally.states[state]]
    said = "; ".join(f"{row.name}: {row.said}" for row in rows)
    return bars("states", "How the submissions stand", said, rows, max((row.value for row in rows), default=1))


def _spreads(tally: Tally) -> list[dict[str, Any]]:
    """The points that count, and those that the program gave, if these are not the same."""
    shown = []
    by_program = sum(tally.at_most.values())
    have = f"{len(tally.points)} of {tally.counts.readers} readers have a total"
    kinds = [
        (
            "program",
            "Points from the program",
            tally.items.totals,
            by_program,
            "without answers in words and penalties",
        ),
        ("points", "All points", tally.points, tally.points_at_most, have),
    ]
    if sorted(round(p, 5) for p in tally.points) == sorted(round(p, 5) for p in tally.items.totals):
        kinds = kinds[1:]
    for id, title, points, at_most, what in kinds:
        if not points or not at_most:
            continue
        found = spread(points, at_most)
        counts = histogram(points, at_most, max(1, min(BINS, round(at_most))))
        wide = at_most / len(counts)
        who = "1 student" if found["n"] == 1 else f"{found['n']} students"
        described = (
            f"{who}. The lowest has {found['lowest']:.1f}, the highest {found['highest']:.1f} of {at_most:g} points; "
            f"half have {found['median']:.1f} or more. The table below has the numbers."
        )
        quartiles = [found["quartile_1"], found["median"], found["quartile_3"]]
        shown.append(
            found
            | {
                "title": title,
                "what": what,
                "bins": [(n * wide, (n + 1) * wide, count) for n, count in enumerate(counts)],
                "picture": histogram_picture(f"hist-{id}", title, described, counts, at_most, quartiles),
            }
        )
    return shown


def _items_picture(analysis: Analysis) -> Markup:
    rows = [Bar(row["short"], row["share"] or 0.0, "", row["item_rest"]) for row in analysis.items]
    hardest, *_, easiest = sorted([*analysis.items, *analysis.items], key=lambda row: row["share"] or 0.0)
    said = (
        f"{len(rows)} items. The hardest is “{hardest['name']}”, of whose points the class earned "
        f"{hardest['share'] or 0:.0%}; the easiest “{easiest['name']}”, with {easiest['share'] or 0:.0%}. "
        "The table below has the numbers."
    )
    return items_picture("items", "How hard each item was, and how well it tells apart", said, rows)


def _matrix_picture(analysis: Analysis) -> Markup:
    names = [row["short"] for row in analysis.items]
    said = f"Correlations of {len(names)} items with each other; the table below has the numbers."
    return matrix_picture("matrix", "Which items go together", said, names, analysis.matrix())


def _track(view: ClassPage, item_id: str) -> Markup:
    item = view.exercise.item_by_id[item_id]
    document, counts = view.document, view.counts
    required = [a for a in view.key if a.layer == item.layer and a.status == "required"]
    tracks = []
    for label in LABEL_SETS[item.layer]:
        spans = sorted((s.start, s.end) for a in required if a.label == label.id for s in a.spans)
        tracks.append((label.name, counts.runs(item_id, label.id), spans))
    most = max((n for _, _, n in counts.runs(item_id, ANY)), default=0)
    said = (
        f"From the first sentence to the last, for each of {len(tracks)} labels: how many of {counts.readers} readers "
        f"marked each place, and beneath it the spans of the key. The most marked place has {most}. "
        "The tables below have the numbers."
    )
    starts = [sentence.start for sentence in document.sentences]
    return track_picture(
        f"track-{item_id}", f"{item.title}: the class’s marks against the key", said, tracks, len(document.text),
        counts.readers, starts,
    )  # fmt: skip


def _calibration(group: Mapping[str, Any]) -> Markup | str:
    found = group["reliability"]
    if not found:
        return ""
    said = "; ".join(f"{row['name']}: {row['so']} of {row['n']}" for row in found["rows"])
    return calibration_picture(
        f"said-{group['group']}", "Does “very likely” mean very likely?",
        f"For each likelihood that was said, how often it was so. {said}. The table below has the same.",
        [(row["said"], row["share"], row["n"]) for row in found["rows"]],
    )  # fmt: skip


def _label(item: Item, label: str) -> str:
    return next((one.name for one in LABEL_SETS[item.layer] if one.id == label), label)


def _short(item: Item, label: str, sentence_number: Callable[[int], int | None]) -> str:
    """A name that fits beside a bar."""
    if label:
        name = _label(item, label)
        return name if len(name) <= 10 else f"{name[:9]}…"
    number = sentence_number(item.span.start) if item.span else None
    return f"s {number}" if number else item.id[-10:]


def _or_none(measure: Callable[[], Any]) -> Any:
    try:
        return measure()
    except ValueError:
        return None


@cache
def _style() -> Markup:
    return Markup((FOLDER / "report.css").read_text(encoding="utf-8"))  # noqa: S704  our own file


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER, encoding="utf-8"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
        finalize=lambda value: without_turning(value) if type(value) is str else value,
    )  # fmt: skip
    environment.filters["points"] = lambda points: f"{points + 1e-9:.2f}".rstrip("0").rstrip(".")
    # With a true minus, and without a minus before nothing.
    environment.filters["signed"] = lambda value: f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
    environment.filters["percent"] = lambda share: f"{share:.0%}"
    environment.filters["count"] = lambda n: f"{n:,.1f}".removesuffix(".0")
    return environment
