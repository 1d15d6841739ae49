"""What was done to other graders, done to this one.

Two graders that run a student's notebook were attacked on one machine in November 2026; each test here is named after
what happened there, and says what happens here. Nothing of a submission is run, so most of them come to nothing: the
answers in the file earn what they earn.
"""

import base64
import csv
import io
import json
import pickle
import shutil
import time

import pytest

from harmless import Page
from perfect import EXERCISE, KEY, answers_file, notebook, perfect_answers

ONE = {"rung-02": "own-voice"}


def worksheet(source, *outputs, answers=ONE):
    """A worksheet whose answers are worth one point, with a cell of the student's own before them."""
    row = notebook(answers_file(answers))
    row["cells"].insert(1, {
        "cell_type": "code", "id": "own", "metadata": {}, "execution_count": 1, "outputs": list(outputs),
        "source": source.splitlines(keepends=True),
    })  # fmt: skip
    return row


def graded(course, row, name="who-says-so.ipynb"):
    """The gradebook's row of what eve hands in; the honest student beside her keeps every point."""
    course.put(f"eve/{name}", row)
    course.grade()
    rows = course.rows()
    assert rows["ada/who-says-so.redpencil.json"]["points"] == 36
    return rows[f"eve/{name}"]


def table_of(course):
    """The rows of the exported table."""
    return list(csv.DictReader(io.StringIO(course.table())))


# What a cell does when it is run: it is not.

SOURCES = {
    "an endless loop": "while True:\n    pass",
    "six gigabytes of memory": "x = bytearray(6 * 10**9)",
    "an object that equals everything": (
        "class Always:\n    def __eq__(self, other):\n        return True\nanswer = Always()"),
    "a transformer of the syntax tree": "import ast\nget_ipython().ast_transformers.append(ast.NodeTransformer())",
    "a transformer of the input": "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass'])",
    "expected values read from the input history": "answer = In[-1]",
    "the solutions read from the disk": (
        "import glob\nanswer = open(glob.glob('/**/key.jsonl', recursive=True)[0]).read()"),
    "a gradebook that is written to": (
        "import sqlite3\nsqlite3.connect('gradebook.sqlite').execute('UPDATE submissions SET points = 220')"),
    "another student's file that is written over": "open('../ada/who-says-so.redpencil.json', 'w').write('{}')",
    "a parent that is killed": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "a crash": "raise SystemExit(1)",
    "a process that is left behind": "import subprocess\nsubprocess.Popen(['sleep', '1000'])",
    "a shell escape": "!rm -rf ..",
    "a magic that writes a file": "%%writefile ../../owned\n1",
}  # fmt: skip


@pytest.mark.parametrize("what", SOURCES)
def test_a_cell_is_not_run_and_the_answers_earn_what_they_earn(course, what):
    began = time.monotonic()
    row = graded(course, worksheet(SOURCES[what]))

    assert (row["state"], row["points"]) == ("graded", 1)
    assert time.monotonic() - began < 20
    assert {path.name.removesuffix("-wal").removesuffix("-shm") for path in course.folder.iterdir()} == {
        "class", "gradebook.sqlite"
    }  # fmt: skip


# Full marks for wrong answers.


def test_an_answer_that_equals_everything_is_unreadable(course):
    always = {"__eq__": True, "__class__": "Always", "__reduce__": ["print"], "py/object": "Always"}

    assert graded(course, answers_file({"rung-02": always}))["state"] == "unreadable"


def test_every_label_at_once_is_unreadable(course):
    assert graded(course, answers_file({"rung-02": ["own-voice", "opinion", "record"]}))["state"] == "unreadable"


def test_marking_everything_with_every_label_earns_less_than_a_third(course):
    whole = [[p.start, p.end] for p in EXERCISE.document.paragraphs]
    marks = [{"id": label, "label": label, "spans": whole} for label in ("source", "cue", "content")]
    row = graded(course, answers_file({"attributions": marks}))

    assert row["state"] == "graded"
    assert 0 <= row["points"] <= 5


def test_one_right_mark_said_twenty_times_earns_what_it_earns_once(course):
    (cue, *_) = [m for m in perfect_answers()["attributions"] if m["label"] == "cue"]
    cue = {name: value for name, value in cue.items() if name != "links"}
    once = graded(course, answers_file({"attributions": [cue]}), "once.json")["points"]
    twenty = [cue | {"id": f"m{n}"} for n in range(20)]
    course.put("dan/x.json", answers_file({"attributions": twenty}))
    course.grade()

    assert course.rows()["dan/x.json"]["points"] == once > 0


def test_no_answers_earn_more_than_the_most(course):
    marks = perfect_answers()["attributions"]
    more = marks + [{"id": f"x{n}", "label": m["label"], "spans": m["spans"]} for n, m in enumerate(marks)]
    row = graded(course, answers_file(perfect_answers(attributions=more)))

    assert row["points"] <= row["points_at_most"]
    parts = json.loads(row["parts"])
    assert (parts["rung"], parts["attributions"]) <= (21, 15)


# The solutions.


def test_a_worksheet_holds_nothing_of_the_key(course):
    assert course.run("release", "who-says-so", "--output", "out")[0] == 0
    written = "".join(path.read_text("utf-8") for path in (course.folder / "out").rglob("*") if path.is_file())

    assert len(KEY) > 30
    assert not [a.id for a in KEY if a.reason in written]
    assert '"required"' not in written


def test_feedback_with_a_hidden_key_holds_nothing_of_the_key(course):
    course.put("eve/w.ipynb", worksheet("1", answers={"rung-02": "record", "attributions": []}))
    (course.folder / "course.toml").write_text('redpencil = 1\n[feedback]\nkey = "hidden"\n')
    course.grade()
    (page,) = [html for path, html in course.pages().items() if path.endswith("/eve.html")]
    shown = " ".join(Page(page).text.split())

    assert not [a.id for a in KEY if " ".join(a.reason.split()) in shown]
    # The quotes of the key that are no whole sentence stand in the text alone, which the page has once.
    assert "missed: “" not in shown


# The gradebook: 220 of 15 points.


@pytest.mark.parametrize(
    "claim",
    [
        {"points": 98765, "points_at_most": 15, "state": "graded"}, {"score": 98765, "max_score": 15},
        {"details": {"override": {"points": 98765}}}, {"manual": {"override": {"points": 98765, "reason": "so"}}},
        {"student": {"id": "eve", "name": "Eve", "points": 98765, "section": "all"}},
    ],
)  # fmt: skip
def test_an_answers_file_that_claims_points_gets_none_for_it(course, claim):
    row = graded(course, answers_file(ONE, **claim))

    assert (row["points"], row["points_at_most"]) == (1, 42)
    assert "98765" not in json.dumps(row)


def test_a_notebook_with_the_scores_of_another_grader_in_it_gets_none_for_it(course):
    row = worksheet("grader.check_all()")
    row["metadata"] |= {"nbgrader": {"score": 220}, "otter": {"tests": {"q1": {"points": 220}}}}
    row["cells"][1]["metadata"]["nbgrader"] = {
        "schema_version": 3, "grade": True, "grade_id": "q1", "points": 220, "locked": False, "solution": True,
    }  # fmt: skip

    assert graded(course, row)["points"] == 1


# Another student's file.


def test_a_file_called_by_a_path_to_another_students_folder_stays_eves(course):
    row = graded(course, worksheet("1"), "x\u2215..\u2215..\u2215ada\u2215who-says-so.redpencil.json.ipynb")

    assert (row["student_id"], row["points"]) == ("eve", 1)


def test_who_handed_in_nothing_usable_takes_nobody_elses_place(course):
    course.put("eve/a.ipynb", b"{")
    course.put("who-says-so.redpencil.json", answers_file({}, student="ada", saved_at="2030-01-01T00:00:00Z"))
    course.grade()
    (ada,) = [row for row in table_of(course) if row["Student ID"] == "ada"]

    assert course.rows()["ada/who-says-so.redpencil.json"]["points"] == 36
    assert (ada["State"], ada["Points"]) == ("graded", "36.00")


# A right answer that loses points.


def test_a_warning_and_an_error_beside_a_right_answer_cost_nothing(course):
    warning = {"output_type": "stream", "name": "stderr", "text": ["DeprecationWarning: harmless\n"]}
    error = {"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": ["\x1b[31mValueError\x1b[0m"]}

    assert graded(course, worksheet("import warnings", warning, error, answers=perfect_answers()))["points"] == 36


# What stopped the whole batch.


@pytest.mark.parametrize(
    "row",
    [
        {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 0},
        {"worksheets": [{"cells": []}], "nbformat": 3, "metadata": {}},
        {"nbformat": 99, "metadata": {}},
        {"cells": [{"metadata": {"nbgrader": {"schema_version": 1, "grade": True, "points": "x"}}}], "nbformat": 4},
    ],
)
def test_an_old_or_a_strange_schema_stops_nobody_else(course, row):
    assert graded(course, row)["state"] in ("unreadable", "wrong-exercise")


def test_a_duplicate_cell_stops_nobody_else(course):
    row = worksheet("1")
    row["cells"] += row["cells"]

    assert graded(course, row)["points"] == 1


def test_an_exercise_that_has_no_private_key_stops_nobody_else(course):
    (course.folder / "keys/who-says-so").mkdir(parents=True)
    shutil.copy(EXERCISE.folder / "key.jsonl", course.folder / "keys/who-says-so/key.jsonl")
    course.put("eve/who-says-so.ipynb", answers_file({"x": "y"}, exercise="the-bridge"))
    found = course.grade("--keys", "keys")

    assert found["states"] == {"graded": 1, "wrong-exercise": 1}
    assert "no key for the-bridge" in found["not_graded"][0]["reason"]


# Pickled results.


class Exploit:
    """What would leave a file behind if it were unpickled."""

    def __reduce__(self):
        return open, ("unpickled", "w")


@pytest.mark.parametrize("name", ["who-says-so.ipynb", "who-says-so.redpencil.json", "results.pkl", ".OTTER_LOG"])
def test_pickled_results_are_not_unpickled(course, name):
    course.put(f"eve/{name}", pickle.dumps(Exploit()))
    course.put("eve/w.ipynb", worksheet(base64.b64encode(pickle.dumps(Exploit())).decode()))
    course.grade()

    assert course.rows()["eve/w.ipynb"]["points"] == 1
    assert not (course.folder / "unpickled").exists()


# A crash exported as 0.0, like an earned zero.


def test_what_went_wrong_has_an_empty_cell_and_an_earned_zero_has_a_zero(course):
    course.put("crash/w.ipynb", b"{")
    course.put("empty/w.ipynb", notebook(redpencil={"exercise": "who-says-so"}))
    course.put("zero/w.ipynb", notebook(answers_file({"rung-02": "record"})))
    course.grade()
    table = {row["Student ID"]: (row["State"], row["Points"]) for row in table_of(course)}

    assert {name: table[name] for name in ("crash", "empty", "zero")} == {
        "crash": ("unreadable", ""), "empty": ("empty", ""), "zero": ("graded", "0.00"),
    }  # fmt: skip
