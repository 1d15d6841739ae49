"""Where each change of a student's answers is kept, and what becomes of one that is out of order."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from redpencil.exercise import load_exercise
from redpencil.grading.submissions import read_submission
from redpencil.notebook import widget_of, work_on, worksheet
from student_notebook import (
    ANSWERS_MIME,
    MARKS,
    SIDE_FILE,
    Screen,
    answers_object,
    stored,
    the_browser_sends,
)


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("who-says-so")


def test_the_marks_of_these_tests_are_at_the_words_they_quote(exercise):
    for mark in MARKS:
        assert [exercise.document.text[start:end] for start, end in mark["spans"]] == mark["quotes"]


def test_a_change_is_in_the_side_file_and_in_the_output(folder, screen, exercise):
    work_on("who-says-so")
    assert not (folder / SIDE_FILE).exists()

    the_browser_sends(screen, answers_object(exercise, {"rung-15": "group", "attributions": MARKS, "evidence": "One."}))

    assert stored(folder)["answers"] == {"rung-15": "group", "attributions": MARKS, "evidence": "One."}
    assert screen.output[ANSWERS_MIME] == stored(folder)


def test_the_side_file_is_one_that_can_be_handed_in(folder, screen, exercise):
    work_on("who-says-so")
    the_browser_sends(
        screen, answers_object(exercise, {"rung-01": "opinion"}, student={"id": "7", "name": "Zoë Example"})
    )

    answers = read_submission((folder / SIDE_FILE).read_bytes())

    assert (answers.student_id, answers.student_name) == ("7", "Zoë Example")
    assert answers.answers == {"rung-01": "opinion"}


def test_what_is_stored_says_when_it_was_stored_here(folder, screen, exercise):
    work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "opinion"}, saved_at="1999-01-01T00:00:00Z"))

    assert stored(folder)["saved_at"] > "2026"
    assert stored(folder)["saved_at"].endswith("Z")


@pytest.fixture
def answered(screen, exercise, monkeypatch):
    """Sends a change as the browser does, and gives what comes back."""

    def send(answers, **more):
        sent = []
        monkeypatch.setattr(screen.widget, "send", sent.append)
        the_browser_sends(screen, answers_object(exercise, answers, saved_at="1999-01-01T00:00:00Z", **more))
        (answer,) = sent
        return answer

    return send


def test_a_change_is_answered_when_it_is_in_the_side_file_with_the_time_that_stands_there(folder, answered):
    work_on("who-says-so")

    assert answered({"rung-01": "opinion"}) == {
        "type": "kept",
        "of": "1999-01-01T00:00:00Z",
        "saved_at": stored(folder)["saved_at"],
        "problem": "",
    }


def test_a_change_that_could_not_be_kept_is_answered_with_the_reason(folder, answered, monkeypatch):
    work_on("who-says-so")
    assert "could not be kept" in answered({"rung-01": "no-such-label"})["problem"]
    assert "could not be kept" in answered({"rung-01": "group"}, padding="x" * 1_000_000)["problem"]
    assert answered({"rung-01": "group"})["problem"] == ""

    monkeypatch.setattr(Path, "replace", _no_space)
    assert "No space left" in answered({"rung-01": "role"})["problem"]


def test_what_another_program_wrote_meanwhile_is_kept(folder, screen, exercise):
    work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "opinion"}))
    (folder / SIDE_FILE).write_text("another notebook's work", encoding="utf-8")

    the_browser_sends(screen, answers_object(exercise, {"rung-01": "group"}))

    assert stored(folder)["answers"] == {"rung-01": "group"}
    kept = folder / "who-says-so.redpencil.kept-1.json"
    assert kept.read_text(encoding="utf-8") == "another notebook's work"


@pytest.mark.parametrize(
    ("item", "answer"),
    [
        ("rung-01", "no-such-label"),
        ("rung-01", 7),
        ("attributions", [{"id": "m1", "label": "source", "spans": [[0, 99999]], "quotes": ["x"]}]),
        ("attributions", [{"id": "m1", "label": "source", "spans": [[0, 7]], "quotes": ["another"]}]),
        ("attributions", [MARKS[1]]),
        ("evidence", "x" * 20_001),
        ("no-such-item", "x"),
    ],
)
def test_an_answer_out_of_order_is_not_stored_and_the_others_are(folder, screen, exercise, item, answer):
    work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "group", "evidence": "Before."}))

    the_browser_sends(screen, answers_object(exercise, {"rung-01": "group", "rung-02": "record", item: answer}))

    assert stored(folder)["answers"]["rung-02"] == "record"
    assert stored(folder)["answers"]["rung-01"] == "group"
    assert stored(folder)["answers"].get(item) != answer
    assert "could not be kept" in screen.output["text/html"]
    the_browser_sends(screen, answers_object(exercise, {"rung-02": "record"}))
    assert "could not be kept" not in screen.output["text/html"]


@pytest.mark.parametrize(
    "change",
    [
        {"exercise": "another-one"},
        {"exercise_version": "0" * 64},
        {"answers": "none"},
        {"padding": "x" * 1_000_000},
        {"saved_at": "yesterday"},
    ],
)
def test_a_whole_that_is_out_of_order_changes_nothing_that_was_stored(folder, screen, exercise, change):
    work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "group"}))
    before = stored(folder)

    the_browser_sends(screen, answers_object(exercise, {"rung-01": "record"}) | change)

    assert stored(folder) == before
    assert screen.output[ANSWERS_MIME] == before
    assert "could not be kept" in screen.output["text/html"]


def test_an_answer_taken_back_is_gone(folder, screen, exercise):
    work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "group"}))
    the_browser_sends(screen, answers_object(exercise, {}))

    assert stored(folder)["answers"] == {}


def test_answers_that_code_empties_are_gone_from_what_is_stored_as_from_what_is_shown(folder, screen, exercise):
    work_on("who-says-so")
    the_browser_sends(
        screen, answers_object(exercise, {"rung-01": "group"}, student={"id": "7", "name": "Zoë Example"})
    )
    widget_of("who-says-so").answers = {}

    assert stored(folder)["answers"] == screen.output[ANSWERS_MIME]["answers"] == {}
    assert "student" not in stored(folder)
    assert "could not be kept" not in screen.output["text/html"]


def test_a_folder_that_cannot_be_written_is_said_and_the_notebook_holds_the_answers(
    folder, screen, exercise, monkeypatch
):
    work_on("who-says-so")
    (folder / SIDE_FILE).mkdir()

    the_browser_sends(screen, answers_object(exercise, {"rung-01": "group"}))
    (folder / "who-says-so.redpencil.kept-1.json").rmdir()
    monkeypatch.setattr(Path, "replace", _no_space)
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "record"}))

    assert screen.output[ANSWERS_MIME]["answers"] == {"rung-01": "record"}
    assert "No space left" in screen.output["text/html"]
    assert sorted(path.name for path in folder.iterdir()) == [SIDE_FILE]


def _no_space(self, target):
    raise OSError(28, "No space left on device")


def test_a_write_leaves_no_other_file_behind(folder, screen, exercise):
    work_on("who-says-so")
    for label in ("group", "record", "role"):
        the_browser_sends(screen, answers_object(exercise, {"rung-01": label}))

    assert [path.name for path in folder.iterdir()] == [SIDE_FILE]


def test_many_changes_at_once_are_all_written_but_few_updates_are_sent(folder, exercise, monkeypatch):
    screen = Screen(monkeypatch)

    async def typing():
        work_on("who-says-so")
        for n in range(1, 101):
            the_browser_sends(screen, answers_object(exercise, {"evidence": "x" * n}))
            assert stored(folder)["answers"] == {"evidence": "x" * n}
            await asyncio.sleep(0)
        await asyncio.sleep(2 * worksheet.SECONDS_BETWEEN_UPDATES)

    with ThreadPoolExecutor() as kernel:
        kernel.submit(asyncio.run, typing()).result()

    assert screen.output[ANSWERS_MIME]["answers"] == {"evidence": "x" * 100}
    assert screen.updates < 10
