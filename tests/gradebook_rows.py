"""A gradebook with rows that a test writes down, as grading would have left them."""

import json

from redpencil.grading.gradebook import Gradebook


def graded_row(student, points, exercise="who-says-so", at_most=42.0, **columns):
    """A row with points for one part; with ``points`` None it waits for a person."""
    details = {"items": {}, "free_text": {"words": True}} if points is None else {"items": {}}
    filled = {
        "exercise": exercise,
        "state": "needs-manual" if points is None else "graded",
        "points": points,
        "points_at_most": at_most,
        "parts": json.dumps({"words": points}),
        "details": json.dumps(details),
        "key_version": "k",
    }
    return row(student, **{**filled, **columns})


def row(student, **columns):
    """A row that could not be graded, unless the columns say otherwise."""
    path = columns.get("path", f"{student}/answers.json")
    return {
        "exercise": "who-says-so", "student_id": student, "student_name": "", "path": path,
        "sha256": f"sum of {path} {columns.get('exercise', '')}", "saved_at": "", "state": "unreadable",
        "reason": "The file was cut off.", "points": None, "points_at_most": None, "parts": "{}", "answers": "{}",
        "details": "{}", "exercise_version": "", "key_version": "", "graded_at": "2026-11-20T10:00:00Z",
        "handed_in_as": "", "late": False, "attempt": 0, "handed_in_at": "", "matched_by": "", "section": "",
        "manual": "{}", **columns,
    }  # fmt: skip


def gradebook_of(folder, *rows):
    """A gradebook in the folder that holds these rows."""
    gradebook = Gradebook(f"sqlite:///{folder}/gradebook.sqlite")
    gradebook.record(list(rows))
    return gradebook
