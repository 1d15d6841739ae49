"""Which earlier answers come back when a cell is run, and that none of the others is lost."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from redpencil.document import KitError
from redpencil.exercise import load_exercise
from redpencil.notebook import work_on
from student_notebook import (
    ANSWERS_MIME,
    MARKS,
    SIDE_FILE,
    answers_object,
    notebook_with,
    restart,
    stored,
    the_browser_sends,
)


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("who-says-so")


def test_running_the_cell_again_in_a_new_kernel_restores_all(folder, screen, exercise, monkeypatch):
    work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-15": "group", "attributions": MARKS}))
    before = stored(folder)
    restart(monkeypatch)

    work_on("who-says-so")

    assert screen.widget.answers == before
    assert screen.output[ANSWERS_MIME] == before
    assert stored(folder) == before


def test_two_calls_share_one_set_of_answers(folder, screen, exercise):
    work_on("who-says-so")
    work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "opinion"}))

    assert screen.widgets[0].answers["answers"] == screen.widgets[1].answers["answers"] == {"rung-01": "opinion"}
    assert [output[ANSWERS_MIME]["answers"] for output in screen.outputs.values()] == [{"rung-01": "opinion"}]


def test_running_the_cell_again_in_the_same_kernel_keeps_what_was_answered(folder, screen, exercise):
    work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "opinion"}))
    (folder / SIDE_FILE).unlink()

    work_on("who-says-so")

    assert screen.widget.answers["answers"] == {"rung-01": "opinion"}
    assert stored(folder)["answers"] == {"rung-01": "opinion"}


def test_an_older_side_file_put_there_meanwhile_is_kept_when_the_cell_is_run_again(folder, screen, exercise):
    work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-01": "opinion"}))
    older = json.dumps(answers_object(exercise, {"rung-02": "group"}, saved_at="2020-01-01T00:00:00Z"))
    (folder / SIDE_FILE).write_text(older, encoding="utf-8")

    work_on("who-says-so")

    assert stored(folder)["answers"] == {"rung-01": "opinion"}
    assert (folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8") == older


def test_a_folder_in_which_nothing_can_be_set_aside_is_said_before_anything_is_lost(folder, screen, monkeypatch):
    (folder / SIDE_FILE).write_text("not answers", encoding="utf-8")
    monkeypatch.setattr(Path, "rename", _read_only)

    with pytest.raises(KitError, match=r"who-says-so\.redpencil\.json .*Read-only(.|\n)*folder of your own"):
        work_on("who-says-so")

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

    work_on("who-says-so")

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

    work_on("who-says-so")

    said = capsys.readouterr().out
    here = datetime(2026, 3, 2, 10, 5, tzinfo=UTC).astimezone()
    assert f"the answers of Bo[8m, saved on {here:%Y-%m-%d at %H:%M}, from who-says-so.redpencil.json." in said
    assert "move this notebook into an empty folder" in said


def test_in_a_browser_the_way_to_start_anew_is_one_that_is_there(folder, screen, exercise, monkeypatch, capsys):
    row = answers_object(exercise, {"rung-01": "opinion"}, "2026-03-02T10:05:00Z")
    (folder / SIDE_FILE).write_text(json.dumps(row), encoding="utf-8")
    monkeypatch.setattr("sys.platform", "emscripten")

    work_on("who-says-so")

    said = capsys.readouterr().out
    assert "Not yours? To start anew, open this page in a private window of your browser." in said
    assert "folder" not in said


@pytest.mark.parametrize(
    ("platform", "advice"),
    [("linux", "Copy the notebook into a folder of your own"), ("emscripten", "Are you online?")],
)
def test_a_file_that_cannot_be_used_is_told_with_what_can_be_done_there(folder, screen, monkeypatch, platform, advice):
    def fail(*of):
        raise FileNotFoundError(2, "No such file or directory", "who-says-so.exercise.json")

    monkeypatch.setattr("redpencil.notebook.find_exercise", fail)
    monkeypatch.setattr("sys.platform", platform)

    with pytest.raises(
        KitError, match=rf"(?s)who-says-so.exercise.json .*{re.escape(advice)}.* and run the cell again"
    ):
        work_on("who-says-so")


def test_answers_without_a_name_are_said_to_be_so(folder, screen, exercise, capsys):
    row = answers_object(exercise, {"rung-01": "opinion"}, "2026-03-02T10:05:00Z")
    (folder / SIDE_FILE).write_text(json.dumps(row), encoding="utf-8")

    work_on("who-says-so")

    assert "Here are the answers of somebody who gave no name, saved on" in capsys.readouterr().out


def test_this_notebook_comes_before_others_in_the_folder(folder, screen, exercise, monkeypatch):
    mine = answers_object(exercise, {"rung-01": "opinion"}, saved_at="2026-03-01T10:00:00Z")
    newer = answers_object(exercise, {"rung-01": "own-voice"}, saved_at="2026-03-02T10:00:00Z")
    (folder / "mine.ipynb").write_text(notebook_with(mine), encoding="utf-8")
    (folder / "another.ipynb").write_text(notebook_with(newer), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "mine.ipynb"))

    work_on("who-says-so")

    assert screen.widget.answers["answers"] == {"rung-01": "opinion"}


def test_a_notebook_brought_from_elsewhere_wins_over_an_older_side_file_which_is_kept(
    folder, screen, exercise, monkeypatch, capsys
):
    at_school = answers_object(exercise, {"rung-01": "opinion"}, saved_at="2026-03-01T10:00:00Z")
    at_home = answers_object(exercise, {"rung-01": "own-voice"}, saved_at="2026-03-02T10:00:00Z")
    (folder / SIDE_FILE).write_text(json.dumps(at_school), encoding="utf-8")
    (folder / "who-says-so.ipynb").write_text(notebook_with(at_home), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "who-says-so.ipynb"))

    work_on("who-says-so")

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

    work_on("who-says-so")

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

    work_on("who-says-so")

    assert screen.output[ANSWERS_MIME] == later
    assert not list(folder.glob("*kept*"))


def test_answers_that_only_the_older_notebook_holds_are_kept(folder, screen, exercise, monkeypatch, capsys):
    here = answers_object(exercise, {"rung-02": "opinion"}, saved_at="2026-03-02T10:00:00Z")
    brought = answers_object(exercise, {"rung-01": "opinion"}, saved_at="2026-03-01T10:00:00Z")
    (folder / SIDE_FILE).write_text(json.dumps(here), encoding="utf-8")
    (folder / "who-says-so.ipynb").write_text(notebook_with(brought), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "who-says-so.ipynb"))

    work_on("who-says-so")

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

    work_on("who-says-so")
    the_browser_sends(screen, answers_object(exercise, {"rung-02": "opinion"}))

    assert stored(folder)["answers"] == {"rung-02": "opinion"}
    assert (folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8") == "kept before"
    assert (folder / "who-says-so.redpencil.kept-2.json").read_text(encoding="utf-8") == text
    assert "It is kept as who-says-so.redpencil.kept-2.json." in capsys.readouterr().out


def test_a_side_file_cut_off_in_the_middle_is_kept_and_the_notebook_s_answers_come_back(folder, screen, exercise):
    whole = json.dumps(answers_object(exercise, {"rung-01": "opinion"}))
    (folder / SIDE_FILE).write_text(whole[:-20], encoding="utf-8")
    (folder / "a.ipynb").write_text(notebook_with(json.loads(whole)), encoding="utf-8")

    work_on("who-says-so")

    assert screen.widget.answers["answers"] == {"rung-01": "opinion"}
    assert (folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8") == whole[:-20]


def test_answers_to_another_version_in_this_notebook_are_copied_out_before_the_cell_replaces_them(
    folder, screen, exercise, monkeypatch, capsys
):
    other = answers_object(exercise, {"rung-01": "opinion"}, exercise_version="0" * 64)
    (folder / "a.ipynb").write_text(notebook_with(other), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "a.ipynb"))

    work_on("who-says-so")
    restart(monkeypatch)
    work_on("who-says-so")

    assert screen.output[ANSWERS_MIME]["answers"] == {}
    assert [path.name for path in folder.glob("*kept*")] == ["who-says-so.redpencil.kept-1.json"]
    assert json.loads((folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8")) == other
    assert "another version" in capsys.readouterr().out


def test_answers_of_which_some_cannot_be_used_are_kept_whole(folder, screen, exercise, capsys):
    row = answers_object(exercise, {"rung-01": "opinion", "rung-02": "no-such-label"})
    (folder / SIDE_FILE).write_text(json.dumps(row), encoding="utf-8")

    work_on("who-says-so")

    assert stored(folder)["answers"] == {"rung-01": "opinion"}
    kept = json.loads((folder / "who-says-so.redpencil.kept-1.json").read_text(encoding="utf-8"))
    assert kept["answers"] == {"rung-01": "opinion", "rung-02": "no-such-label"}
    assert "Not everything" in capsys.readouterr().out
