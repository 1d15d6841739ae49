"""Answers made from the key, for tests that hand something in."""

from __future__ import annotations

import json

from redpencil.exercise import key_for_item, load_exercise, load_key
from redpencil.grading.submissions import MIME_TYPE

EXERCISE = load_exercise("who-says-so")
KEY = load_key(EXERCISE)


def perfect_answers(exercise=EXERCISE, key=KEY, **changed):
    """What a student would hand in who agrees with every required label of the key; items by id may be changed."""
    answers = {}
    for item in exercise.items:
        required = [a for a in key_for_item(item, key) if a.status == "required"]
        if item.kind == "choice":
            (answers[item.id],) = (a.label for a in required)
        elif item.kind == "marks":
            answers[item.id] = [_mark(a) for a in required]
    answers.update(changed)
    return {id: answer for id, answer in answers.items() if answer is not None}


def _mark(annotation):
    row = {
        "id": annotation.id,
        "label": annotation.label,
        "spans": [[s.start, s.end] for s in annotation.spans],
        "quotes": list(annotation.quotes),
        "links": [{"to": link.to, "role": link.role} for link in annotation.links],
    }
    return row | ({"actor": annotation.actor} if annotation.actor else {})


def answers_file(answers=None, *, student=None, saved_at="2026-03-01T09:00:00Z", **changed):
    """The object of an answers file, without free text unless it is given; fields may be changed or dropped (None)."""
    row = {
        "redpencil": 1,
        "exercise": "who-says-so",
        "exercise_version": EXERCISE.version,
        "answers": perfect_answers() if answers is None else answers,
        "saved_at": saved_at,
    }
    if student:
        row["student"] = {"id": student, "name": student.title()} if isinstance(student, str) else student
    row.update(changed)
    return {name: value for name, value in row.items() if value is not None}


def notebook(*answers, **metadata):
    """A notebook with a code cell for each answers object."""
    cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Who says so?"}]
    for n, row in enumerate(answers):
        data = {MIME_TYPE: row, "text/plain": "answers"}
        output = {"output_type": "display_data", "data": data, "metadata": {}}
        cells.append(
            {
                "cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": 1, "outputs": [output],
                "source": 'work_on("who-says-so")',
            }
        )  # fmt: skip
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def encoded(row):
    """JSON as it is stored in a file."""
    return json.dumps(row, ensure_ascii=False).encode()
