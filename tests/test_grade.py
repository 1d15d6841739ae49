import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from perfect import EXERCISE, KEY, answers_file, encoded, notebook, perfect_answers
from redpencil.cli import main
from redpencil.grading.grade import Grader
from redpencil.grading.submissions import read_submission

GRADER = Grader(EXERCISE, KEY)


def grade(answers):
    return GRADER.grade(read_submission(encoded(answers_file(answers))))


def test_perfect_answers_without_free_text_earn_all_but_its_points():
    graded = grade(perfect_answers())

    assert graded.state == "graded"
    assert graded.parts == {"rung": 21, "attributions": 15, "evidence": 0}
    assert graded.points == 36
    assert graded.points_at_most == 42


def test_free_text_waits_for_a_person_and_has_no_number():
    graded = grade(perfect_answers(evidence="It gives none for “at least 60”."))

    assert graded.state == "needs-manual"
    assert graded.points is None
    assert graded.parts == {"rung": 21, "attributions": 15, "evidence": None}


def test_an_accepted_rung_earns_half():
    # Sentence 12, “appears”: sourceless is required, own voice accepted.
    assert grade({"rung-12": "sourceless"}).points == 1
    assert grade({"rung-12": "own-voice"}).points == 0.5
    assert grade({"rung-12": "record"}).points == 0


def test_a_wider_boundary_that_the_key_accepts_earns_the_same():
    text = EXERCISE.document.text
    start = text.index("claimed on February 14")
    narrow = [{"id": "m", "label": "cue", "spans": [[start, start + 7]]}]
    wide = [{"id": "m", "label": "cue", "spans": [[start, start + len("claimed on February 14")]]}]

    assert grade({"attributions": narrow}).points == grade({"attributions": wide}).points > 0


def test_marking_the_whole_text_earns_little():
    whole = [[p.start, p.end] for p in EXERCISE.document.paragraphs]
    marks = [{"id": label, "label": label, "spans": whole} for label in ("source", "cue", "content")]

    assert grade({"attributions": marks}).points < 5


def test_spotting_counts_hits_and_false_alarms_of_clear_sentences_only():
    spotting = grade(perfect_answers()).details["spotting"]["rung"]
    everything = {item.id: "own-voice" for item in EXERCISE.in_group("rung")}

    # Sentences 1, 7 and 14 can be read both ways and the calls 20 and 21 are neither: 11 to spot and 5 to leave alone.
    assert spotting == {"hits": 11, "correct_rejections": 5}
    assert grade(everything).details["spotting"]["rung"] == {"hits": 11, "false_alarms": 5}


def test_what_was_not_answered_is_neither_hit_nor_miss():
    assert grade({"rung-02": "own-voice"}).details["spotting"]["rung"] == {"hits": 1}


# A folder of a class: good ones beside everything that goes wrong.


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "class"

    def put(path, data):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else encoded(data))
        return file

    put("ada/who-says-so.ipynb", notebook(answers_file()))
    put("ben/who-says-so.redpencil.json", answers_file(perfect_answers(evidence="Two claims.")))
    return put


def run(capsys, *arguments):
    status = main([str(a) for a in arguments])
    return status, capsys.readouterr().out


def graded(capsys, folder="class"):
    status, out = run(capsys, "grade", folder, "--json")
    return status, json.loads(out)


def rows():
    with sqlite3.connect("gradebook.sqlite") as connection:
        connection.row_factory = sqlite3.Row
        found = [dict(row) for row in connection.execute("SELECT * FROM submissions ORDER BY path")]
    connection.close()
    return found


def test_notebooks_and_answer_files_are_graded_side_by_side(course, capsys):
    status, summary = graded(capsys)

    assert status == 0
    assert summary["states"] == {"graded": 1, "needs-manual": 1}
    assert [(r["student_id"], r["state"], r["points"]) for r in rows()] == [
        ("ada", "graded", 36.0),
        ("ben", "needs-manual", None),
    ]


def test_what_goes_wrong_is_listed_with_its_state_and_never_a_number(course, capsys):
    whole = encoded(notebook(answers_file()))
    course("cut/who-says-so.ipynb", whole[: len(whole) // 2])
    course("none/who-says-so.ipynb", b'{"no": "notebook"}')
    course("other/who-says-so.ipynb", notebook(answers_file(exercise="another-one")))
    course("empty/who-says-so.redpencil.json", answers_file({}))
    outside = {"id": "m1", "label": "cue", "spans": [[0, 9999]]}
    course("outside/who-says-so.redpencil.json", answers_file({"attributions": [outside]}))
    huge = course("huge/who-says-so.ipynb", b"")
    os.truncate(huge, 200_000_000)
    course("report/who-says-so.pdf", b"%PDF-1.7")

    status, summary = graded(capsys)
    states = {row["path"].split("/")[0]: row["state"] for row in summary["not_graded"]}

    assert status == 1
    assert states == {
        "cut": "unreadable", "none": "unreadable", "other": "wrong-exercise", "empty": "empty",
        "outside": "unreadable", "huge": "too-large", "report": "unreadable",
    }  # fmt: skip
    assert all(row["reason"] for row in summary["not_graded"])
    assert summary["states"]["graded"] == summary["states"]["needs-manual"] == 1
    assert {r["points"] for r in rows() if r["state"] != "graded"} == {None}


def test_grading_again_changes_nothing_in_the_gradebook(course, capsys):
    course("cut/who-says-so.ipynb", b'{"cells": [')
    graded(capsys)
    before = rows()

    status, summary = graded(capsys)

    assert (status, summary["new_or_changed"]) == (1, 0)
    assert rows() == before


def test_of_two_by_one_student_the_last_saved_counts_and_the_other_is_a_duplicate(course, capsys):
    course("ada/who-says-so (2).ipynb", notebook(answers_file({"rung-01": "opinion"}, saved_at="2026-03-02T09:00:00Z")))

    status, summary = graded(capsys)

    assert status == 1
    assert [(r["path"], r["state"], r["points"]) for r in rows() if r["student_id"] == "ada"] == [
        ("ada/who-says-so (2).ipynb", "graded", 1.0),
        ("ada/who-says-so.ipynb", "duplicate", None),
    ]
    assert "who-says-so (2).ipynb" in summary["not_graded"][0]["reason"]


def test_a_later_submission_takes_the_place_of_one_that_was_graded_before(course, capsys):
    graded(capsys)
    course("ada/new.ipynb", notebook(answers_file({"rung-01": "opinion"}, saved_at="2026-03-02T09:00:00Z")))
    graded(capsys)
    again = graded(capsys)[1]

    assert again["new_or_changed"] == 0
    assert {r["path"]: r["points"] for r in rows() if r["student_id"] == "ada"} == {
        "ada/new.ipynb": 1.0, "ada/who-says-so.ipynb": None,
    }  # fmt: skip
    with sqlite3.connect("gradebook.sqlite") as connection:
        assert [row[0] for row in connection.execute("SELECT what FROM changes")] == ["stood back"]
    connection.close()


def test_a_changed_key_regrades_and_keeps_what_was_before(course, capsys, tmp_path):
    graded(capsys)
    keys = tmp_path / "private/who-says-so"
    keys.mkdir(parents=True)
    lines = (EXERCISE.folder / "key.jsonl").read_text(encoding="utf-8")
    (keys / "key.jsonl").write_text(lines.replace('"id": "r02", "layer": "sourcing", "label": "own-voice"',
        '"id": "r02", "layer": "sourcing", "label": "opinion"'), encoding="utf-8")  # fmt: skip

    run(capsys, "grade", "class", "--keys", tmp_path / "private")

    assert rows()[0]["points"] == 35
    with sqlite3.connect("gradebook.sqlite") as connection:
        what, before, after = connection.execute("SELECT what, before, after FROM changes").fetchone()
    connection.close()
    assert (what, json.loads(before)["points"], json.loads(after)["points"]) == ("regraded", 36, 35)


def test_the_folder_a_submission_lies_in_outranks_the_name_it_claims(course, capsys):
    course("eve/who-says-so.ipynb", notebook(answers_file(student="ada")))
    graded(capsys)

    assert {r["student_id"]: r["state"] for r in rows()}["eve"] == "graded"


def test_files_in_one_folder_belong_to_whom_they_name(course, capsys, tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    (flat / "who-says-so.redpencil.json").write_bytes(encoded(answers_file(student="cara")))
    (flat / "who-says-so (1).redpencil.json").write_bytes(encoded(answers_file(student="dan")))
    (flat / "emil.ipynb").write_bytes(encoded(notebook(answers_file())))
    graded(capsys, "flat")

    assert sorted(r["student_id"] for r in rows()) == ["cara", "dan", "emil"]


def test_a_link_is_listed_and_not_followed(course, capsys, tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(encoded(notebook(answers_file())))
    (tmp_path / "class/eve").mkdir()
    (tmp_path / "class/eve/who-says-so.ipynb").symlink_to(secret)

    status, summary = graded(capsys)

    assert status == 1
    assert "link" in summary["not_graded"][0]["reason"]


def test_another_exercise_than_the_one_asked_for_is_listed(course, capsys):
    status, out = run(capsys, "grade", "class", "--exercise", "who-says-so", "--json")

    assert status == 0
    assert json.loads(out)["states"] == {"graded": 1, "needs-manual": 1}


def test_grading_nothing_is_wrong_usage_and_makes_no_gradebook(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "none").mkdir()

    assert run(capsys, "grade", "none")[0] == 2
    assert run(capsys, "grade", "nowhere")[0] == 2
    assert not (tmp_path / "gradebook.sqlite").exists()


def test_a_gradebook_of_a_newer_kit_is_refused(course, capsys):
    graded(capsys)
    with sqlite3.connect("gradebook.sqlite") as connection:
        connection.execute("UPDATE about SET value = '2'")
    connection.close()

    assert main(["grade", "class"]) == 2
    assert "Update the kit" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["gradebook.sqlite", "nonsense://x", "sqlite:////no/such/folder/g.sqlite"])
def test_a_gradebook_address_that_cannot_be_used_is_told_and_not_traced(course, capsys, url):
    assert main(["grade", "class", "--gradebook", url]) == 2
    assert "Traceback" not in capsys.readouterr().err


# Many submissions: several processes, one result.


@pytest.fixture
def many(course, tmp_path):
    for n in range(300):
        label = ["group", "own-voice", "opinion"][n % 3]
        course(f"s{n:03}/who-says-so.redpencil.json", answers_file({"rung-02": label, "rung-10": "group"}))
    return tmp_path / "class"


def without_times():
    return [{k: v for k, v in row.items() if k not in ("id", "graded_at")} for row in rows()]


def test_several_processes_grade_as_one_does(many, capsys, monkeypatch):
    monkeypatch.setattr("redpencil.grading.pool.workers", lambda: 1)
    graded(capsys)
    alone = without_times()
    Path("gradebook.sqlite").unlink()
    monkeypatch.setattr("redpencil.grading.pool.workers", lambda: 3)

    graded(capsys)

    assert len(alone) == 302
    assert without_times() == alone


def test_a_folder_too_large_to_sort_is_graded_all_the_same(many, capsys, monkeypatch):
    monkeypatch.setattr("redpencil.grading.intake.SORTED_AT_MOST", 10)

    assert graded(capsys)[1]["files"] == 302


def test_a_run_that_was_killed_is_finished_by_running_it_again(many, capsys, tmp_path):
    graded(capsys)
    whole = without_times()
    Path("gradebook.sqlite").unlink()
    command = [sys.executable, "-m", "redpencil", "grade", "class"]

    for delay in (0.2, 0.35, 0.5):
        killed = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(delay)
        killed.kill()
        killed.wait()
        # Whoever worked for it ends with it: a group of processes without members cannot be signalled.
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                os.killpg(killed.pid, 0)
            except ProcessLookupError:
                break
            time.sleep(0.02)
        else:
            raise AssertionError("a worker outlived the run that was killed")
    graded(capsys)

    assert without_times() == whole
