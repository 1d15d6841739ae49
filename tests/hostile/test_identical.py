"""The same answers by two students: told to the instructor, and nobody loses a point by it."""

import pytest

from perfect import answers_file, notebook, perfect_answers

MARKS = [
    {"id": f"m{n}", "label": "cue", "spans": [[n * 10, n * 10 + 5]], "note": "here"} for n in range(5)
]  # fmt: skip
TEXT = "It gives none for “at least 60”, and for the other side it names two officials."


def same(course):
    return [(one["exercise"], one["students"]) for one in course.grade()["same_answers"]]


@pytest.mark.parametrize("answers", [perfect_answers(attributions=MARKS), perfect_answers(evidence=TEXT)])
def test_a_copy_is_told_with_both_names_and_both_are_graded(course, answers):
    course.put("ben/a.redpencil.json", answers_file(answers))
    course.put("cat/b.ipynb", notebook(answers_file(answers, student="cat", saved_at="2026-03-05T09:00:00Z")))

    assert same(course) == [("who-says-so", ["ben", "cat"])]
    rows = course.rows()
    assert rows["ben/a.redpencil.json"]["state"] == rows["cat/b.ipynb"]["state"] != "duplicate"
    assert rows["ben/a.redpencil.json"]["points"] == rows["cat/b.ipynb"]["points"]


def test_on_the_terminal_it_says_that_nothing_was_taken_for_it(course):
    for student in ("ben\u202e", "cat"):
        course.put(f"{student}/a.json", answers_file({"attributions": MARKS}))
    _, out, _ = course.run("grade", "class")

    assert "the same answers, to the last mark and letter (nothing was taken for it; ask before you judge)" in out
    assert "who-says-so: ben\\u202e, cat" in out


def test_who_chose_the_same_labels_has_agreed_and_copied_nothing(course):
    for student in ("ben", "cat"):
        course.put(f"{student}/a.json", answers_file(perfect_answers(attributions=None)))

    assert same(course) == []


@pytest.mark.parametrize("changed", [{"attributions": MARKS[:4]}, {"attributions": MARKS[::-1]}, {"evidence": "No."}])
def test_what_differs_in_a_mark_or_is_little_is_not_told(course, changed):
    course.put(
        "ben/a.json", answers_file({"attributions": MARKS} if "attributions" in changed else {"evidence": "No."})
    )
    course.put("cat/a.json", answers_file(changed))

    assert same(course) == []


def test_two_by_one_student_are_no_copy(course):
    for n in range(2):
        course.put(f"ben/{n}.json", answers_file({"attributions": MARKS}))

    assert same(course) == []


def test_a_class_of_copies_is_told_once(course):
    for n in range(30):
        course.put(f"s{n:02}/a.json", answers_file({"evidence": TEXT}))

    assert same(course) == [("who-says-so", [f"s{n:02}" for n in range(30)])]
