"""Which places of a text are most worth talking about, by what a class did there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

# Characters of a place's words in the list; all of them are in its table.
WORDS_AT_MOST = 80

# A row of a table: ``id``, ``words``, ``label`` and ``sentence`` of its place, ``why`` it is worth talking about (a
# list that fills here), and its numbers.
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for in the rows: the place with the highest ``count`` above 0; the first in the rows of equals.

    ``why`` names it, ``said`` puts its numbers into words. A lesson begins with the lowest ``rank`` that found a place.
    """

    why: str
    rank: int
    rows: Sequence[Row]
    count: Callable[[Row], int]
    said: Callable[[Row], str]


@dataclass(frozen=True, slots=True)
class TalkingPoint:
    """A place worth talking about: its row, the reasons in words, and where it stands among others (lowest first)."""

    row: Row
    why: str
    said: str
    order: tuple[int, int]

    @property
    def words(self) -> str:
        """The place's words, cut after a whole word where they are many."""
        words: str = self.row["words"]
        if len(words) <= WORDS_AT_MOST:
            return words
        return words[:WORDS_AT_MOST].rsplit(None, 1)[0] + " …"


def divided(yes: int, of: int) -> int:
    """How divided a class is over a place: the size of its smaller camp. It is highest where the share is half."""
    return min(yes, of - yes)


def talking_points(questions: Iterable[Question]) -> list[TalkingPoint]:
    """The places that the questions find, in the order of the questions; a place that several find stands once.

    Each reason is also added to ``why`` of the place's row.
    """
    found: dict[str, tuple[Row, list[Question]]] = {}
    for question in questions:
        row = max(question.rows, key=question.count, default=None)
        if row is not None and question.count(row) > 0:
            row["why"].append(question.why)
            found.setdefault(row["id"], (row, []))[1].append(question)
    return [
        TalkingPoint(
            row=row,
            why=" and ".join(question.why for question in asked),
            said="; ".join(question.said(row) for question in asked),
            order=min((question.rank, -question.count(row)) for question in asked),
        )
        for row, asked in found.values()
    ]


def foremost(points: Iterable[TalkingPoint], at_most: int) -> list[TalkingPoint]:
    """So many of the points: the first is where a lesson begins, then those on which most readers bear.

    One of each kind (most divided, most missed, …) comes before a second one of any, and no sentence comes twice while
    others are left.
    """
    waiting = sorted(points, key=lambda point: point.order)
    chosen = waiting[:1]
    waiting.sort(key=lambda point: point.order[1])
    # First with both conditions, then with fewer, until there are enough.
    for new_kind, new_sentence in ((True, True), (False, True), (False, False)):
        for point in waiting:
            is_another = not new_kind or all(point.why != one.why for one in chosen)
            is_elsewhere = not new_sentence or all(point.row["sentence"] != one.row["sentence"] for one in chosen)
            is_left = all(point is not one for one in chosen)
            if len(chosen) < at_most and is_left and is_another and is_elsewhere:
                chosen.append(point)
    return chosen
