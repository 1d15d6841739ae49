"""A student's feedback page, made from answers as grading would have stored them."""

from pathlib import Path

from redpencil.exercise import Answers, key_for_item, load_exercise, load_key
from redpencil.grading.course import Course, ExerciseSettings
from redpencil.grading.feedback import FeedbackPages
from redpencil.grading.grade import Grader
from redpencil.grading.points import compact, total

TEXT = "The report says “activists”.\nNobody could ask them."


def answers_to(exercise, key):
    """The key's own answers, with a text where one is asked for."""
    answers = {}
    for item in exercise.items:
        bearing = [a for a in key_for_item(item, key) if a.status == "required"] if item.kind != "free-text" else []
        if item.kind == "choice":
            answers[item.id] = bearing[0].label
        elif item.kind == "marks":
            answers[item.id] = [
                {"id": a.id, "label": a.label, "spans": [[s.start, s.end] for s in a.spans]} for a in bearing
            ]
        else:
            answers[item.id] = TEXT
    return answers


def with_faults(answers):
    """The answers with marks left out, moved and added, and every third choice another one that the student made."""
    changed = {}
    for n, (item, answer) in enumerate(answers.items()):
        if isinstance(answer, list) and answer:
            first, *others = answer[2:]
            (start, end), *more = first["spans"]
            cut = {**first, "spans": [[start, max(start + 1, end - 4)], *more], "note": "Is this one? <b>"}
            changed[item] = [cut, *others, {"id": "m99", "label": first["label"], "spans": [[0, 12]]}]
        elif n % 3 == 0 and item.rpartition("-")[2].isdecimal():
            changed[item] = next(other for other in answers.values() if isinstance(other, str) and other != answer)
        else:
            changed[item] = answer
    return changed


def page_of(id, *, change=with_faults, shows_key=True, drop=(), late=None, manual=None, **columns):
    """The page of Zoë's answers to an exercise of the kit.

    ``drop`` are items that the course drops, ``late`` a `Lateness`, ``manual`` what a person decided.
    """
    exercise = load_exercise(id)
    key = load_key(exercise)
    course = Course(Path(), shows_key=shows_key, exercises={id: ExerciseSettings(drop=frozenset(drop))})
    grader = Grader(exercise, key, course.of(id))
    answers = change(answers_to(exercise, key))
    grade = grader.grade(Answers(exercise=id, exercise_version=exercise.version, answers=answers, saved_at=""), late)
    manual = manual or {}
    come_to = total(grade.parts, grade.details, grader.points_at_most, manual)
    row = {
        "exercise": id, "student_id": "zoe", "student_name": "Zoë O’Neil-Smith", "section": "8b",
        "state": come_to.state, "reason": come_to.reason, "points": come_to.points,
        "points_at_most": grader.points_at_most, "parts": compact(come_to.parts), "answers": compact(answers),
        "details": compact(come_to.details), "manual": compact(manual), "key_version": grader.key_version,
        "path": "zoe/answers.json", **columns,
    }  # fmt: skip
    return FeedbackPages(None, course).page(row)
