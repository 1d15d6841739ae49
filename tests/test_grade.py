import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gradebooks import Database
from perfect import EXERCISE, KEY, answers_file, encoded, notebook, perfect_answers
from redpencil import cli
from redpencil.cli import main
from redpencil.grading.grade import Grader
from redpencil.grading.gradebook import Gradebook
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
def course(tmp_path, monkeypatch, database):
    """A function that puts a file into the class's folder; the gradebook is in one database, then in the other."""
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
    return Database(cli.DEFAULT_GRADEBOOK).rows()


def changes():
    return Database(cli.DEFAULT_GRADEBOOK).rows("changes", "id")


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
    assert [row["reason"] for row in changes()] == ["A later one counts: ada/new.ipynb."]


def test_a_changed_key_regrades_and_keeps_what_was_before(course, capsys, tmp_path):
    graded(capsys)
    keys = tmp_path / "private/who-says-so"
    keys.mkdir(parents=True)
    lines = (EXERCISE.folder / "key.jsonl").read_text(encoding="utf-8")
    (keys / "key.jsonl").write_text(lines.replace('"id": "r02", "layer": "sourcing", "label": "own-voice"',
        '"id": "r02", "layer": "sourcing", "label": "opinion"'), encoding="utf-8")  # fmt: skip

    run(capsys, "grade", "class", "--keys", tmp_path / "private")

    assert rows()[0]["points"] == 35
    change = next(row for row in changes() if json.loads(row["before"])["points"] is not None)
    assert change["reason"] == "The key or the exercise changed."
    assert (json.loads(change["before"])["points"], json.loads(change["after"])["points"]) == (36, 35)


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


def test_several_processes_grade_as_one_does(many, capsys, monkeypatch, database, another_database):
    monkeypatch.setattr("redpencil.grading.pool.workers", lambda: 1)
    graded(capsys)
    monkeypatch.setattr("redpencil.grading.pool.workers", lambda: 3)

    other = another_database()
    run(capsys, "grade", "class", "--gradebook", other.address)

    assert len(database.rows()) == 302
    assert other.whole() == database.whole()


def test_a_folder_too_large_to_sort_is_graded_all_the_same(many, capsys, monkeypatch):
    monkeypatch.setattr("redpencil.grading.intake.SORTED_AT_MOST", 10)

    assert graded(capsys)[1]["files"] == 302


# What went wrong once, and must not again.


def other_key(tmp_path, label="opinion"):
    """A folder of private keys in which sentence 2 stands on another rung."""
    keys = tmp_path / f"keys-{label}/who-says-so"
    keys.mkdir(parents=True)
    lines = (EXERCISE.folder / "key.jsonl").read_text(encoding="utf-8")
    old = '"id": "r02", "layer": "sourcing", "label": "own-voice"'
    assert old in lines
    (keys / "key.jsonl").write_text(lines.replace(old, old.replace("own-voice", label)), encoding="utf-8")
    return keys.parent


def test_the_same_place_named_twice_is_graded_once(course, capsys):
    status, out = run(capsys, "grade", "class", "class", "--json")

    assert status == 0
    assert json.loads(out)["files"] == 2


def test_two_classes_with_a_student_of_the_same_name_lose_nobody(course, capsys, tmp_path):
    other = tmp_path / "other/ada/who-says-so.ipynb"
    other.parent.mkdir(parents=True)
    other.write_bytes((tmp_path / "class/ada/who-says-so.ipynb").read_bytes())

    run(capsys, "grade", "class", "other")

    assert {r["path"] for r in rows()} >= {"class/ada/who-says-so.ipynb", "other/ada/who-says-so.ipynb"}


def test_names_that_are_no_utf_8_stay_two_names(course, capsys, tmp_path):
    for name in (b"\xff", b"\xfe"):
        folder = tmp_path / "class" / os.fsdecode(name)
        folder.mkdir()
        (folder / "who-says-so.redpencil.json").write_bytes(encoded(answers_file()))

    assert graded(capsys)[1]["states"]["graded"] == 3


def test_a_small_file_cannot_make_a_huge_page(course, capsys):
    whole = [[0, len(EXERCISE.document.text)]] * 50
    marks = [
        {"id": f"m{n}", "label": "cue", "spans": whole, "links": [{"to": "m0", "role": "cue"}] * 50} for n in range(120)
    ]
    course("eve/who-says-so.redpencil.json", answers_file({"attributions": marks}))

    assert graded(capsys)[1]["not_graded"][0]["state"] == "too-large"


def test_a_file_that_was_mended_leaves_no_second_row_in_the_table(course, capsys):
    course("cut/who-says-so.ipynb", b'{"cells": [')
    graded(capsys)
    course("cut/who-says-so.ipynb", notebook(answers_file()))

    status, summary = graded(capsys)
    table = run(capsys, "export", "csv")[1]

    assert (status, summary["states"]["graded"]) == (0, 2)
    assert table.count("cut/who-says-so.ipynb") == 1
    assert graded(capsys)[1]["new_or_changed"] == 0


def test_grading_one_exercise_leaves_the_grades_of_others(course, capsys, tmp_path, monkeypatch):
    graded(capsys)
    run(capsys, "grade", "class", "--exercise", "the-bridge")

    assert {r["student_id"]: r["points"] for r in rows()}["ada"] == 36


def test_a_key_that_changed_regrades_those_whose_files_are_gone(course, capsys, tmp_path):
    graded(capsys)
    (tmp_path / "class/ada/who-says-so.ipynb").unlink()
    keys = other_key(tmp_path)

    out = run(capsys, "grade", "class", "--keys", keys, "--json")[1]

    assert json.loads(out)["regraded"] == 1
    assert {r["student_id"]: r["points"] for r in rows()}["ada"] == 35
    assert run(capsys, "feedback", "--keys", keys)[0] == 0


def test_a_changed_key_regrades_a_gradebook_with_no_file_at_hand(course, capsys, tmp_path):
    graded(capsys)
    shutil.rmtree(tmp_path / "class")
    keys = other_key(tmp_path)
    assert main(["feedback", "--keys", str(keys)]) == 2
    assert "redpencil grade --again" in capsys.readouterr().err

    out = json.loads(run(capsys, "grade", "--again", "--keys", keys, "--json")[1])

    assert [(m["student_id"], m["points_before"], m["points"]) for m in out["moved"]] == [("ada", 36, 35)]
    assert (out["regraded"], {r["student_id"]: r["points"] for r in rows()}["ada"]) == (2, 35)
    assert run(capsys, "feedback", "--keys", keys)[0] == 0
    assert json.loads(run(capsys, "grade", "--again", "--keys", keys, "--json")[1])["regraded"] == 0


def test_there_and_back_to_a_key_ends_where_it_began(course, capsys, tmp_path):
    course("ada/second.ipynb", notebook(answers_file({"rung-02": "own-voice"}, saved_at="2026-03-02T09:00:00Z")))
    graded(capsys)
    before = [(r["path"], r["state"], r["points"], r["reason"]) for r in rows()]
    run(capsys, "grade", "class", "--keys", other_key(tmp_path))
    assert [(r["path"], r["state"], r["points"], r["reason"]) for r in rows()] != before

    graded(capsys)

    assert [(r["path"], r["state"], r["points"], r["reason"]) for r in rows()] == before


def test_a_submission_that_was_a_duplicate_counts_when_the_other_is_replaced(course, capsys):
    late = course("ada/late.ipynb", notebook(answers_file({"rung-01": "opinion"}, saved_at="2026-03-05T09:00:00Z")))
    graded(capsys)
    assert {r["path"]: r["state"] for r in rows()}["ada/who-says-so.ipynb"] == "duplicate"
    late.write_bytes(b"{")

    graded(capsys)

    assert {r["path"]: r["points"] for r in rows() if r["is_current"]}["ada/who-says-so.ipynb"] == 36


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.500Z"), ("2026-03-01T10:00:00+05:00", "2026-03-01T09:00:00Z")],
)
def test_the_later_of_two_times_is_later_however_it_is_written(course, capsys, earlier, later):
    course("eve/a.ipynb", notebook(answers_file({"rung-01": "opinion"}, saved_at=later)))
    course("eve/b.ipynb", notebook(answers_file({"rung-01": "group"}, saved_at=earlier)))
    graded(capsys)

    assert {r["path"]: r["state"] for r in rows()}["eve/a.ipynb"] == "graded"


def test_a_key_that_came_with_a_submission_is_refused(course, capsys, tmp_path, monkeypatch):
    shutil.copytree(EXERCISE.folder, tmp_path / "class/exercises/who-says-so")
    monkeypatch.chdir(tmp_path / "class")

    assert main(["grade", "."]) == 2
    assert "bring its own key" in capsys.readouterr().err


def test_what_cannot_be_written_is_told_and_not_traced(course, capsys, tmp_path):
    graded(capsys)
    (tmp_path / "file").write_text("")
    for arguments in (
        ["export", "csv", "--output", "nowhere/grades.csv"],
        ["export", "csv", "--output", "class"],
        ["feedback", "--output", "file"],
        ["grade", "class", "--csv", "nowhere/grades.csv"],
        ["grade", "x" * 300],
        ["grade", "class", "--keys", "file"],
    ):
        assert main(arguments) == 2
        assert "Traceback" not in capsys.readouterr().err


def test_folders_nested_beyond_measure_are_no_trouble(course, capsys, tmp_path):
    deep = tmp_path / "class/eve"
    deep.mkdir()
    os.chdir(deep)
    for _ in range(1_200):
        Path("d").mkdir()
        os.chdir("d")
    os.chdir(tmp_path)
    try:
        assert graded(capsys)[1]["states"]["graded"] == 1
    finally:
        subprocess.run(["rm", "-rf", str(deep)], check=True)


def test_a_gradebook_that_keeps_nothing_is_refused(course, capsys):
    assert main(["grade", "class", "--gradebook", "sqlite://"]) == 2
    assert "names no file" in capsys.readouterr().err


def test_a_password_in_an_address_is_not_shown(course, capsys):
    assert main(["grade", "class", "--gradebook", "postgresql+pg8000://ada:geheim@127.0.0.1:1/x"]) == 2
    assert "geheim" not in capsys.readouterr().err


def test_a_password_is_not_shown_either_when_all_goes_well(course, capsys, postgresql):
    empty, url = (postgresql.new_database().replace("redpencil@", "redpencil:geheim@") for _ in range(2))
    Gradebook(empty).close()

    for command in ("grade class", "grade class --json", "grade --again", "feedback", "report", "export csv"):
        assert main([*command.split(), "--gradebook", url]) == 0
    for command in ("feedback", "report"):
        assert main([command, "--gradebook", empty]) == 2

    told = capsys.readouterr()
    assert "geheim" not in told.out + told.err
    assert "redpencil:***@" in told.out
    assert "redpencil:***@" in told.err
