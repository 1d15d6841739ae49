"""An answers object as it comes from a browser or a file, read item by item."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from redpencil.document import Document, Span
from redpencil.exercise import Answers, Exercise
from redpencil.grading.submissions import (
    EMPTY,
    TOO_LARGE,
    WRONG_EXERCISE,
    NotGraded,
    answers_from_json,
    check_answers,
)

# Far above what a student needs, far below what would stall a notebook: one change carries all answers.
ANSWERS_BYTES_AT_MOST = 1_000_000


def take_answers(row: object, exercise: Exercise, before: Answers | None = None) -> tuple[Answers, list[str]]:
    """Read an answers object item by item, so that one bad answer does not cost the others.

    Returns the answers that are in order and what is wrong with the rest, where that of ``before`` stays. The empty
    object, which a widget shows as an exercise without answers and without a name, is read as just that.
    Raises NotGraded if the whole is no answers object, is too large, or is for another exercise or version.
    """
    if row == {}:
        return Answers(exercise.id, exercise.version, {}), []
    size = len(json.dumps(row).encode())
    if size > ANSWERS_BYTES_AT_MOST:
        raise NotGraded(TOO_LARGE, f"Your answers have {size:,} bytes of {ANSWERS_BYTES_AT_MOST:,}. Shorten them.")
    answers = answers_from_json(row)
    kept: dict[str, Any] = {}
    problems: list[str] = []
    for id, answer in answers.answers.items():
        try:
            check_answers(exercise, replace(answers, answers={id: answer}))
        except NotGraded as problem:
            if problem.state == WRONG_EXERCISE:
                raise
            if problem.state != EMPTY:
                problems.append(problem.reason)
                if before and id in before.answers:
                    kept[id] = before.answers[id]
        else:
            kept[id] = answer
    return replace(answers, answers=kept), problems


def whole_marks(marks: Iterable[Mapping[str, Any]], document: Document) -> list[dict[str, Any]]:
    """The marks of one item with all that belongs to a mark, and nothing else, whatever more was stored.

    Each is a dict with ``id`` (where none was stored ``"mark <n>"``, counted from 1, as `check_answers` names it),
    ``label``, ``spans`` (a list of ``[start, end]`` in code points of the document, end exclusive), ``quotes`` (the
    words of each span), and, where there are any, ``links`` (a list of ``{"to": id, "role"}``), ``note`` and ``actor``
    (the id of whom it hits). ``marks`` have been checked against the exercise.
    """
    whole = []
    for n, mark in enumerate(marks, start=1):
        spans = [[start, end] for start, end in mark["spans"]]
        quotes = [document.quote(Span(start, end)) for start, end in spans]
        row = {"id": mark.get("id", f"mark {n}"), "label": mark["label"], "spans": spans, "quotes": quotes}
        if links := mark.get("links"):
            row["links"] = [{"to": link["to"], "role": link["role"]} for link in links]
        whole.append(row | {name: mark[name] for name in ("note", "actor") if mark.get(name)})
    return whole
