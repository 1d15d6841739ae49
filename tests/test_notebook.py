import asyncio
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient

from redpencil import notebook
from redpencil.document import KitError
from redpencil.exercise import load_exercise, load_key
from redpencil.grading.release import release
from redpencil.grading.submissions import read_submission

ANSWERS_MIME = "application/vnd.redpencil.answers+json"
SIDE_FILE = "who-says-so.redpencil.json"
# Sentence 15 of the article, by hand: "Syrian opposition activists claimed on February 14 that …".
MARKS = [
    {"id": "m1", "label": "source", "spans": [[1738, 1765]], "quotes": ["Syrian opposition activists"]},
    {
        "id": "m2",
        "label": "content",
        "spans": [[1796, 1808]],
        "quotes": ["drone attack"],
        "links": [{"to": "m1", "role": "source"}],
    },
]


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("who-says-so")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A student's folder, in a kernel that has just started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setattr(notebook, "_OPEN", {})
    return tmp_path


class Screen:
    """What a cell displays, by display id, in the place of a notebook."""

    def __init__(self, monkeypatch):
        self.widgets = []
        self.outputs = {}
        self.updates = 0
        monkeypatch.setattr(notebook, "display", self.display)
        monkeypatch.setattr(notebook, "update_display", self.update)

    def display(self, shown, raw=False, display_id=None):
        if raw:
            self.outputs[display_id] = shown
        else:
            self.widgets.append(shown)

    def update(self, shown, raw, display_id):
        assert display_id in self.outputs
        self.updates += 1
        self.outputs[display_id] = shown

    @property
    def widget(self):
        return self.widgets[-1]

    @property
    def output(self):
        return list(self.outputs.values())[-1]


@pytest.fixture
def screen(monkeypatch):
    """A screen that is updated at once: no event loop, not even one that a test of a browser left running."""
    monkeypatch.setattr(notebook, "asyncio", SimpleNamespace(get_running_loop=_no_loop))
    return Screen(monkeypatch)


def _no_loop():
    raise RuntimeError("no running event loop")


def answers_object(exercise, answers, saved_at="2026-03-02T09:30:00Z", **more):
    return {
        "redpencil": 1,
        "exercise": exercise.id,
        "exercise_version": exercise.version,
        "answers": answers,
        "saved_at": saved_at,
    } | more


def notebook_with(row):
    cell = nbformat.v4.new_code_cell("work_on('who-says-so')")
    cell.outputs = [nbformat.v4.new_output("display_data", data={ANSWERS_MIME: row})]
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))


def restart(monkeypatch):
    monkeypatch.setattr(notebook, "_OPEN", {})


def the_browser_sends(screen, row):
    screen.widget.set_state({"answers": row})


def stored(folder):
    return json.loads((folder / SIDE_FILE).read_text(encoding="utf-8"))


def test_the_marks_of_these_tests_are_at_the_words_they_quote(exercise):
    for mark in MARKS:
        assert [exercise.document.text[start:end] for start, end in mark["spans"]] == mark["quotes"]


def test_a_change_is_in_the_side_file_and_in_the_output(folder, screen, exercise):
    notebook.work_on("who-says-so")
    assert not (folder / SIDE_FILE).exists()

    the_browser_sends(screen, answers_object(exercise, {"rung-15": "group", "attributions": MARKS, "evidence": "One."}))

    assert stored(folder)["answers"] == {"rung-15": "group", "attributions": MARKS, "evidence": "One."}
    assert screen.output[ANSWERS_MIME] == stored(folder)


def test_the_side_file_is_one_that_can_be_handed_in(folder, screen, exercise):
    notebook.work_on("who-says-so")
    the_browser_sends(
        screen, answers_object(exercise, {"rung-01": "opinion"}, student={"id": "7", "name": "Zoë Example"})
    )

    answers = read_submission((folder / SIDE_FILE).read_bytes())

    assert (answers.student_id, answers.student_name) == ("7", "Zoë Example")
    assert answers.answers == {"rung-01": "opinion"}


def test_what_is_stored_says_when_it_was_stored_here(folder, screen, exercise):
    notebook.work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "opinion"}, saved_at="1999-01-01T00:00:00Z"))

    assert stored(folder)["saved_at"] > "2026"
    assert stored(folder)["saved_at"].endswith("Z")


def test_running_the_cell_again_in_a_new_kernel_restores_all(folder, screen, exercise, monkeypatch):
    notebook.work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-15": "group", "attributions": MARKS}))
    before = stored(folder)
    restart(monkeypatch)

    notebook.work_on("who-says-so")

    assert screen.widget.answers == before
    assert screen.output[ANSWERS_MIME] == before
    assert stored(folder) == before


def test_two_calls_share_one_set_of_answers(folder, screen, exercise):
    notebook.work_on("who-says-so")
    notebook.work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "opinion"}))

    assert screen.widgets[0].answers["answers"] == screen.widgets[1].answers["answers"] == {"rung-01": "opinion"}
    assert [output[ANSWERS_MIME]["answers"] for output in screen.outputs.values()] == [{"rung-01": "opinion"}]


def test_running_the_cell_again_in_the_same_kernel_keeps_what_was_answered(folder, screen, exercise):
    notebook.work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "opinion"}))
    (folder / SIDE_FILE).unlink()

    notebook.work_on("who-says-so")

    assert screen.widget.answers["answers"] == {"rung-01": "opinion"}
    assert stored(folder)["answers"] == {"rung-01": "opinion"}


def test_an_older_side_file_put_there_meanwhile_is_kept_when_the_cell_is_run_again(folder, screen, exercise):
    notebook.work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "opinion"}))
    older = json.dumps(answers_object(exercise, {"rung-02": "group"}, saved_at="2020-01-01T00:00:00Z"))
    (folder / SIDE_FILE).write_text(older, encoding="utf-8")

    notebook.work_on("who-says-so")

    assert stored(folder)["answers"] == {"rung-01": "opinion"}
    assert (folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8") == older


def test_a_folder_in_which_nothing_can_be_set_aside_is_said_before_anything_is_lost(folder, screen, monkeypatch):
    (folder / SIDE_FILE).write_text("not answers", encoding="utf-8")
    monkeypatch.setattr(notebook.Path, "rename", _read_only)

    with pytest.raises(KitError, match=r"who-says-so\.redpencil\.json .*Read-only(.|\n)*folder of your own"):
        notebook.work_on("who-says-so")

    assert (folder / SIDE_FILE).read_text(encoding="utf-8") == "not answers"


def _read_only(self, target):
    raise OSError(30, "Read-only file system", str(self))


def test_without_the_side_file_the_newest_answers_of_a_notebook_in_the_folder_come_back(
    folder, screen, exercise, capsys
):
    older = answers_object(exercise, {"rung-01": "opinion"}, saved_at="2026-03-01T10:00:00Z")
    newer = answers_object(exercise, {"rung-01": "own-voice"}, saved_at="2026-03-02T10:00:00Z")
    (folder / "a.ipynb").write_text(notebook_with(newer), encoding="utf-8")
    (folder / "b.ipynb").write_text(notebook_with(older), encoding="utf-8")
    (folder / "broken.ipynb").write_text('{"cells": [', encoding="utf-8")

    notebook.work_on("who-says-so")

    assert screen.widget.answers["answers"] == {"rung-01": "own-voice"}
    assert stored(folder) == newer
    assert "from a.ipynb." in capsys.readouterr().out


def test_whose_answers_come_back_and_of_when_is_said_each_time_with_the_way_to_start_anew(
    folder, screen, exercise, capsys
):
    bo = answers_object(
        exercise, {"rung-01": "opinion"}, "2026-03-02T10:05:00Z", student={"id": "", "name": "Bo\x1b[8m"}
    )
    (folder / SIDE_FILE).write_text(json.dumps(bo), encoding="utf-8")

    notebook.work_on("who-says-so")

    said = capsys.readouterr().out
    here = datetime(2026, 3, 2, 10, 5, tzinfo=UTC).astimezone()
    assert f"the answers of Bo[8m, saved on {here:%Y-%m-%d at %H:%M}, from who-says-so.redpencil.json." in said
    assert "move this notebook into an empty folder" in said


def test_answers_without_a_name_are_said_to_be_so(folder, screen, exercise, capsys):
    row = answers_object(exercise, {"rung-01": "opinion"}, "2026-03-02T10:05:00Z")
    (folder / SIDE_FILE).write_text(json.dumps(row), encoding="utf-8")

    notebook.work_on("who-says-so")

    assert "Here are the answers of somebody who gave no name, saved on" in capsys.readouterr().out


def test_this_notebook_comes_before_others_in_the_folder(folder, screen, exercise, monkeypatch):
    mine = answers_object(exercise, {"rung-01": "opinion"}, saved_at="2026-03-01T10:00:00Z")
    newer = answers_object(exercise, {"rung-01": "own-voice"}, saved_at="2026-03-02T10:00:00Z")
    (folder / "mine.ipynb").write_text(notebook_with(mine), encoding="utf-8")
    (folder / "another.ipynb").write_text(notebook_with(newer), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "mine.ipynb"))

    notebook.work_on("who-says-so")

    assert screen.widget.answers["answers"] == {"rung-01": "opinion"}


def test_a_notebook_brought_from_elsewhere_wins_over_an_older_side_file_which_is_kept(
    folder, screen, exercise, monkeypatch, capsys
):
    at_school = answers_object(exercise, {"rung-01": "opinion"}, saved_at="2026-03-01T10:00:00Z")
    at_home = answers_object(exercise, {"rung-01": "own-voice"}, saved_at="2026-03-02T10:00:00Z")
    (folder / SIDE_FILE).write_text(json.dumps(at_school), encoding="utf-8")
    (folder / "who-says-so.ipynb").write_text(notebook_with(at_home), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "who-says-so.ipynb"))

    notebook.work_on("who-says-so")

    assert stored(folder) == at_home
    kept = folder / "who-says-so.redpencil.kept-1.json"
    assert json.loads(kept.read_text(encoding="utf-8")) == at_school
    assert kept.name in capsys.readouterr().out


def test_in_a_shared_folder_another_student_s_side_file_does_not_come_into_this_notebook(
    folder, screen, exercise, monkeypatch
):
    ana = answers_object(exercise, {"rung-01": "opinion"}, "2026-03-01T10:00:00Z", student={"id": "", "name": "Ana"})
    bo = answers_object(exercise, {"rung-01": "own-voice"}, "2026-03-02T10:00:00Z", student={"id": "", "name": "Bo"})
    (folder / SIDE_FILE).write_text(json.dumps(bo), encoding="utf-8")
    (folder / "ana.ipynb").write_text(notebook_with(ana), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "ana.ipynb"))

    notebook.work_on("who-says-so")

    assert screen.output[ANSWERS_MIME] == ana
    assert json.loads((folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8")) == bo


def test_a_name_that_was_finished_after_the_last_save_is_the_same_student(folder, screen, exercise, monkeypatch):
    saved = answers_object(exercise, {"rung-01": "opinion"}, "2026-03-01T10:00:00Z", student={"id": "", "name": "Zo"})
    later = answers_object(
        exercise, {"rung-01": "group"}, "2026-03-01T10:00:09Z", student={"id": "", "name": "Zoë Example"}
    )
    (folder / SIDE_FILE).write_text(json.dumps(later), encoding="utf-8")
    (folder / "who-says-so.ipynb").write_text(notebook_with(saved), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "who-says-so.ipynb"))

    notebook.work_on("who-says-so")

    assert screen.output[ANSWERS_MIME] == later
    assert not list(folder.glob("*kept*"))


def test_answers_that_only_the_older_notebook_holds_are_kept(folder, screen, exercise, monkeypatch, capsys):
    here = answers_object(exercise, {"rung-02": "opinion"}, saved_at="2026-03-02T10:00:00Z")
    brought = answers_object(exercise, {"rung-01": "opinion"}, saved_at="2026-03-01T10:00:00Z")
    (folder / SIDE_FILE).write_text(json.dumps(here), encoding="utf-8")
    (folder / "who-says-so.ipynb").write_text(notebook_with(brought), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "who-says-so.ipynb"))

    notebook.work_on("who-says-so")

    assert screen.output[ANSWERS_MIME] == here
    assert json.loads((folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8")) == brought
    assert "kept-1" in capsys.readouterr().out


@pytest.mark.parametrize(
    "row",
    [
        {"exercise": "another-one"},
        {"exercise_version": "0" * 64},
        {"redpencil": 99},
        {"answers": ["not", "an", "object"]},
    ],
)
def test_a_side_file_that_does_not_fit_is_renamed_and_the_student_is_told(folder, screen, exercise, capsys, row):
    text = json.dumps(answers_object(exercise, {"rung-01": "opinion"}) | row)
    (folder / SIDE_FILE).write_text(text, encoding="utf-8")
    (folder / "who-says-so.redpencil.kept-1.json").write_text("kept before", encoding="utf-8")

    notebook.work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-02": "opinion"}))

    assert stored(folder)["answers"] == {"rung-02": "opinion"}
    assert (folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8") == "kept before"
    assert (folder / "who-says-so.redpencil.kept-2.json").read_text(encoding="utf-8") == text
    assert "It is kept as who-says-so.redpencil.kept-2.json." in capsys.readouterr().out


def test_a_side_file_cut_off_in_the_middle_is_kept_and_the_notebook_s_answers_come_back(folder, screen, exercise):
    whole = json.dumps(answers_object(exercise, {"rung-01": "opinion"}))
    (folder / SIDE_FILE).write_text(whole[:-20], encoding="utf-8")
    (folder / "a.ipynb").write_text(notebook_with(json.loads(whole)), encoding="utf-8")

    notebook.work_on("who-says-so")

    assert screen.widget.answers["answers"] == {"rung-01": "opinion"}
    assert (folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8") == whole[:-20]


def test_answers_to_another_version_in_this_notebook_are_copied_out_before_the_cell_replaces_them(
    folder, screen, exercise, monkeypatch, capsys
):
    other = answers_object(exercise, {"rung-01": "opinion"}, exercise_version="0" * 64)
    (folder / "a.ipynb").write_text(notebook_with(other), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "a.ipynb"))

    notebook.work_on("who-says-so")
    restart(monkeypatch)
    notebook.work_on("who-says-so")

    assert screen.output[ANSWERS_MIME]["answers"] == {}
    assert [path.name for path in folder.glob("*kept*")] == ["who-says-so.redpencil.kept-1.json"]
    assert json.loads((folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8")) == other
    assert "another version" in capsys.readouterr().out


def test_answers_of_which_some_cannot_be_used_are_kept_whole(folder, screen, exercise, capsys):
    row = answers_object(exercise, {"rung-01": "opinion", "rung-02": "no-such-label"})
    (folder / SIDE_FILE).write_text(json.dumps(row), encoding="utf-8")

    notebook.work_on("who-says-so")

    assert stored(folder)["answers"] == {"rung-01": "opinion"}
    kept = json.loads((folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8"))
    assert kept["answers"] == {"rung-01": "opinion", "rung-02": "no-such-label"}
    assert "Not everything" in capsys.readouterr().out


def test_what_another_program_wrote_meanwhile_is_kept(folder, screen, exercise):
    notebook.work_on("who-says-so")
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
    notebook.work_on("who-says-so")
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
    notebook.work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "group"}))
    before = stored(folder)

    the_browser_sends(screen, answers_object(exercise, {"rung-01": "record"}) | change)

    assert stored(folder) == before
    assert screen.output[ANSWERS_MIME] == before
    assert "could not be kept" in screen.output["text/html"]


def test_an_answer_taken_back_is_gone(folder, screen, exercise):
    notebook.work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "group"}))
    the_browser_sends(screen, answers_object(exercise, {}))

    assert stored(folder)["answers"] == {}


def test_a_folder_that_cannot_be_written_is_said_and_the_notebook_holds_the_answers(
    folder, screen, exercise, monkeypatch
):
    notebook.work_on("who-says-so")
    (folder / SIDE_FILE).mkdir()

    the_browser_sends(screen, answers_object(exercise, {"rung-01": "group"}))
    (folder / "who-says-so.redpencil.kept-1.json").rmdir()
    monkeypatch.setattr(notebook.Path, "replace", _no_space)
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "record"}))

    assert screen.output[ANSWERS_MIME]["answers"] == {"rung-01": "record"}
    assert "No space left" in screen.output["text/html"]
    assert sorted(path.name for path in folder.iterdir()) == [SIDE_FILE]


def _no_space(self, target):
    raise OSError(28, "No space left on device")


def test_a_write_leaves_no_other_file_behind(folder, screen, exercise):
    notebook.work_on("who-says-so")
    for label in ("group", "record", "role"):
        the_browser_sends(screen, answers_object(exercise, {"rung-01": label}))

    assert [path.name for path in folder.iterdir()] == [SIDE_FILE]


def test_many_changes_at_once_are_all_written_but_few_updates_are_sent(folder, exercise, monkeypatch):
    screen = Screen(monkeypatch)

    async def typing():
        notebook.work_on("who-says-so")
        for n in range(1, 101):
            the_browser_sends(screen, answers_object(exercise, {"evidence": "x" * n}))
            assert stored(folder)["answers"] == {"evidence": "x" * n}
            await asyncio.sleep(0)
        await asyncio.sleep(2 * notebook.SECONDS_BETWEEN_UPDATES)

    with ThreadPoolExecutor() as kernel:
        kernel.submit(asyncio.run, typing()).result()

    assert screen.output[ANSWERS_MIME]["answers"] == {"evidence": "x" * 100}
    assert screen.updates < 10


def test_a_student_s_text_is_escaped_in_the_readable_answers(folder, screen, exercise):
    notebook.work_on("who-says-so")
    the_browser_sends(
        screen,
        answers_object(
            exercise,
            {"evidence": "<script>alert(1)</script> & more\nsecond line"},
            student={"id": '"><img src=x>', "name": "<b>"},
        ),
    )

    shown = screen.output["text/html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more<br>second line" in shown
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<b>" not in shown


def test_the_readable_answers_show_rungs_marks_with_links_and_text(folder, screen, exercise):
    notebook.work_on("who-says-so")
    the_browser_sends(
        screen, answers_object(exercise, {"rung-02": "own-voice", "attributions": MARKS, "evidence": "“Cleared”."})
    )

    shown = screen.output["text/html"]
    assert "<li><strong>own voice</strong>: “Syrian Army Liberates Entire Westen Aleppo”</li>" in shown
    assert "<li><strong>source</strong>: “Syrian opposition activists”</li>" in shown
    assert "<li><strong>content</strong>: “drone attack” (source: “Syrian opposition activists”)</li>" in shown
    assert "“Cleared”." in shown
    assert shown.count("<li>no answer yet") == 20
    assert "2 of 22 answered, 2 marks" in shown
    assert screen.output["text/plain"] == "Who says so? Your answers in this notebook: 2 of 22 answered, 2 marks"


def test_the_readable_answers_name_what_a_number_is_linked_to_as_the_exercise_does(folder, screen):
    # Sentence 9 of the article, by hand: "… even shot down 2 Syrian helicopters".
    unit = {"id": "m1", "label": "unit-of-count", "spans": [[963, 972], [975, 993]]}
    number = {"id": "m2", "label": "number", "spans": [[973, 974]], "links": [{"to": "m1", "role": "unit-of-count"}]}
    notebook.work_on("casualty-claims")
    marks = [unit | {"quotes": ["shot down", "Syrian helicopters"]}, number | {"quotes": ["2"]}]
    the_browser_sends(screen, answers_object(load_exercise("casualty-claims"), {"claims": marks}))

    said = "<li><strong>number</strong>: “2” (unit of count: “shot down … Syrian helicopters”)</li>"
    assert said in screen.output["text/html"]


def test_a_link_in_a_layer_that_links_nothing_is_shown_by_its_role(folder, screen):
    # "Liberates" and "Entire" stand in the headline, at 40 and at 50.
    marks = [
        {"id": "m1", "label": "loaded-language", "spans": [[40, 49]], "quotes": ["Liberates"]},
        {
            "id": "m2", "label": "loaded-language", "spans": [[50, 56]], "quotes": ["Entire"],
            "links": [{"to": "m1", "role": "cue"}],
        },
    ]  # fmt: skip
    notebook.work_on("loaded-labels")
    the_browser_sends(screen, answers_object(load_exercise("loaded-labels"), {"labels": marks}))

    assert "“Entire” (cue: “Liberates”)" in screen.output["text/html"]


def test_the_key_is_sent_when_it_is_asked_for_and_is_in_no_trait(folder, screen, exercise, monkeypatch):
    notebook.work_on("who-says-so")
    sent = []
    monkeypatch.setattr(screen.widget, "send", sent.append)
    reasons = [annotation.reason for annotation in load_key(exercise)]

    assert screen.widget.has_key
    state = json.dumps({name: value for name, value in screen.widget.get_state().items() if name != "_esm"})
    assert not any(reason in state or json.dumps(reason)[1:-1] in state for reason in reasons)
    screen.widget._handle_custom_msg({"type": "something else"}, [])
    assert sent == []
    screen.widget._handle_custom_msg({"type": "key?"}, [])

    (message,) = sent
    assert message["type"] == "key"
    assert [row["reason"] for row in message["key"]] == reasons


def test_the_exercise_beside_the_notebook_comes_before_the_kit_s(folder, screen):
    (path,) = [p for p in release("who-says-so", folder) if p.name.endswith(".exercise.json")]
    row = json.loads(path.read_text(encoding="utf-8"))
    row["spec"]["title"] = "Whose words?"
    path.write_text(json.dumps(row), encoding="utf-8")

    notebook.work_on("who-says-so")

    assert "Whose words?" in screen.widget.html
    assert screen.output[ANSWERS_MIME]["exercise_version"] != load_exercise("who-says-so").version
    # The kit's key is for another version, so it is not offered.
    assert not screen.widget.has_key


def test_the_exercise_as_released_has_the_practice_key(folder, screen):
    release("who-says-so", folder)

    notebook.work_on("who-says-so")

    assert screen.widget.has_key


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "damaged"),
        ("[]", "not an exercise"),
        ("[" * 100_000, "damaged"),
    ],
)
def test_a_broken_exercise_file_is_named(folder, screen, content, expected):
    (folder / "who-says-so.exercise.json").write_text(content, encoding="utf-8")

    with pytest.raises(KitError, match=rf"who-says-so\.exercise\.json .*{expected}"):
        notebook.work_on("who-says-so")


def test_an_unknown_exercise_says_what_to_do_without_a_traceback(folder, screen):
    with pytest.raises(KitError) as error:
        notebook.work_on("who-said-so")

    assert "Check the spelling of 'who-said-so'" in str(error.value)
    assert error.value._render_traceback_() == str(error.value).split("\n")


def test_a_path_is_no_name_of_an_exercise(folder, screen):
    with pytest.raises(KitError, match="an id is"):
        notebook.work_on("../who-says-so")


def test_importing_the_worksheet_s_call_brings_in_neither_pandas_nor_sphinx():
    script = "import sys, redpencil.notebook; print({'pandas', 'sphinx', 'jupytext', 'sqlalchemy'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_importing_redpencil_alone_brings_in_no_widget():
    script = "import sys, redpencil; print({'anywidget', 'ipywidgets', 'IPython'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_the_released_notebook_run_by_a_real_kernel_holds_the_restored_answers(tmp_path, exercise):
    (path, _) = release("who-says-so", tmp_path)
    row = answers_object(exercise, {"rung-15": "group", "attributions": MARKS})
    (tmp_path / SIDE_FILE).write_text(json.dumps(row), encoding="utf-8")
    worksheet = nbformat.read(path, as_version=4)

    NotebookClient(worksheet, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute(
        env=os.environ | {"IPYTHONDIR": str(tmp_path / "ipython")}
    )

    written = nbformat.writes(worksheet)
    assert read_submission(written.encode()).to_json() == row
    assert not any(annotation.reason in written for annotation in load_key(exercise))
