"""Answers that are the same to the last mark and letter: told to the instructor, and nothing follows from it.

Two students who chose the same labels have agreed, as they should. So only answers count here that hold something of
somebody's own: a text, or several marks, each with its place and its order. Even those can be alike without a copy
having been made, where two worked together, say. What it means is for a person to find out.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redpencil.grading.archive import Marks

if TYPE_CHECKING:
    from redpencil.grading.gradebook import Gradebook

# From how many marks, or characters of all texts, answers are somebody's own.
MARKS_OF_ONES_OWN = 5
CHARACTERS_OF_ONES_OWN = 40
LISTED_AT_MOST = 1_000


@dataclass(frozen=True, slots=True)
class SameAnswers:
    """Students, by id, whose answers to one exercise are the same."""

    exercise: str
    students: tuple[str, ...]


class Alike:
    """The rows of a gradebook that were seen, sixteen bytes for each, to tell which of them hold the same answers."""

    def __init__(self) -> None:
        self._marks = Marks()
        self._hashes = array("q")
        self._ids = array("q")

    def see(self, row: Any) -> None:
        """Take note of a row of ``submissions``."""
        what = f"{row.exercise}\n{row.answers}"
        self._marks.add(what)
        self._hashes.append(hash(what))
        self._ids.append(row.id)

    def found(self, gradebook: Gradebook) -> list[SameAnswers]:
        """Those that several students handed in, in order; the first ``LISTED_AT_MOST``."""
        twice = self._marks.twice()
        again = (id for id, mark in zip(self._ids, self._hashes, strict=True) if mark in twice)
        students: dict[tuple[str, str], set[str]] = {}
        for row in gradebook.of_ids(again):
            students.setdefault((row.exercise, row.answers), set()).add(row.student_id)
        same = [
            SameAnswers(exercise, tuple(sorted(ids)))
            for (exercise, answers), ids in students.items()
            if len(ids) > 1 and is_ones_own(json.loads(answers).values())
        ]
        return sorted(same, key=lambda one: (one.exercise, one.students))[:LISTED_AT_MOST]


def is_ones_own(answers: Iterable[Any]) -> bool:
    """Whether stored answers hold more than labels that were chosen from a list."""
    marks = characters = 0
    for answer in answers:
        if isinstance(answer, list):
            marks += len(answer)
        elif isinstance(answer, str) and " " in answer:
            # Labels have no spaces, sentences do.
            characters += len(answer)
    return marks >= MARKS_OF_ONES_OWN or characters >= CHARACTERS_OF_ONES_OWN
