"""A class in which every student but one hands in something hostile: each comes to its state, the honest one to 36.

The class is graded once, with one command; each case says in its name what must happen to it.
"""

import base64
import csv
import json
import pickle
import sqlite3
from types import SimpleNamespace

import pytest

from perfect import EXERCISE, answers_file, encoded, notebook
from redpencil.cli import main
from redpencil.grading.submissions import MIME_TYPE

END = len(EXERCISE.document.text)


def marks(**changed):
    return answers_file({"attributions": [{"id": "m1", "label": "cue", "spans": [[0, 7]]} | changed]})


def spans(*given):
    return marks(spans=list(given))


def raw(old, new, **changed):
    """An answers file as bytes in which a piece is written as json.dumps would not."""
    whole = encoded(answers_file(**changed)).decode()
    assert whole.count(old) == 1
    return whole.replace(old, new).encode()


def nested(depth, open="[", close="]"):
    return open * depth + close * depth


def code(source, *outputs, answers=None):
    """A worksheet with a cell of a student's own before the answers."""
    row = notebook(answers_file() if answers is None else answers)
    row["cells"].insert(
        1,
        {
            "cell_type": "code", "id": "own", "metadata": {}, "execution_count": 7, "outputs": list(outputs),
            "source": source,
        },
    )  # fmt: skip
    return row


def stored(data):
    return {"output_type": "display_data", "metadata": {}, "data": data}


def version(n, minor=0):
    row = notebook(answers_file())
    row["nbformat"], row["nbformat_minor"] = n, minor
    return row


def worksheets(n):
    cells = [{"cell_type": "code", "input": "work_on('who-says-so')", "language": "python", "outputs": []}]
    return {"metadata": {"name": ""}, "nbformat": n, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}


class Exploit:
    def __reduce__(self):
        return print, ("this was unpickled",)


PICKLE = pickle.dumps(Exploit())
EARLY, LATE = "2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z"

# What is handed in, the state that it must come to, and what its reason must say; for what is graded, its points.
CASES = {
    # Numbers that are none, or none of the text.
    "NaN in an answers file is unreadable": (raw('"redpencil": 1', '"redpencil": NaN'), "unreadable", "NaN"),
    "NaN as an offset is unreadable": (raw("[[0, 7]]", "[[NaN, 7]]", answers=marks()["answers"]), "unreadable", "NaN"),
    "an infinite offset is unreadable": (
        raw("[[0, 7]]", "[[0, Infinity]]", answers=marks()["answers"]), "unreadable", "Infinity"),
    "a number that overflows to infinity is unreadable": (
        raw("[[0, 7]]", "[[0, 1e999]]", answers=marks()["answers"]), "unreadable", "mark 1 of attributions"),
    "a negative offset is unreadable": (spans([-3, 7]), "unreadable", "outside the text"),
    "minus zero and a float are no offsets": (spans([-0.0, 7.0]), "unreadable", "two whole numbers"),
    "a reversed span is unreadable": (spans([7, 0]), "unreadable", "outside the text"),
    "an empty span is unreadable": (spans([7, 7]), "unreadable", "outside the text"),
    "a span one past the end is unreadable": (spans([0, END + 1]), "unreadable", "outside the text"),
    "a boolean is no offset": (spans([False, True]), "unreadable", "two whole numbers"),
    "a text is no offset": (spans(["0", "7"]), "unreadable", "two whole numbers"),
    "an offset of thirty digits is unreadable": (spans([10**29, 10**30]), "unreadable", "an enormous number"),
    "an offset of five thousand digits is unreadable": (
        raw("[[0, 7]]", f"[[0, {'9' * 5000}]]", answers=marks()["answers"]), "unreadable", "too long"),
    "an exponent beyond all floats is unreadable": (
        raw('"redpencil": 1', '"redpencil": -1e99999'), "unreadable", "format"),
    "a negative number of hints is unreadable": (answers_file(hints={"rung-01": -1}), "unreadable", "hints"),
    "an enormous number of hints is unreadable": (answers_file(hints={"rung-01": 10**400}), "unreadable", "hints"),
    "a share of a hint is unreadable": (answers_file(hints={"rung-01": 0.5}), "unreadable", "hints"),
    # Deep and huge JSON.
    "lists five hundred deep as an answer are unreadable": (
        raw('"group"', nested(500), answers={"rung-01": "group"}), "unreadable", "rung-01"),
    "lists nine hundred deep as a student are unreadable": (
        raw('"eve"', nested(900), student={"id": "eve"}), "unreadable", "student"),
    "a hundred thousand lists in each other are unreadable": (nested(100_000).encode(), "unreadable", "too deeply"),
    "a hundred thousand objects in each other are unreadable": (
        nested(100_000, '{"a":', "}").encode(), "unreadable", ""),
    "twenty megabytes of empty lists are too large": (
        b'{"redpencil":1,"answers":[' + b"[]," * 6_000_000 + b"[]]}", "too-large", "values"),
    "a million marks are too large": (
        raw('"@"', ",".join(['{"label":"cue","spans":[[0,7]]}'] * 1_000_000), answers={"attributions": ["@"]}),
        "too-large", "bytes"),
    "ten thousand and one marks are too large": (
        answers_file({"attributions": [{"label": "cue", "spans": [[0, 7]]}] * 10_001}), "too-large", "10,001 marks"),
    "marks that cover the text a hundred times are too large": (
        answers_file({"attributions": [{"label": "cue", "spans": [[0, END]]}] * 100}), "too-large", "100 times"),
    "a mark in a thousand pieces is too large": (
        spans(*[[n, n + 1] for n in range(1000)]), "too-large", "1,000 pieces"),
    "a free text of a megabyte is too large": (answers_file({"evidence": "x" * 1_000_000}), "too-large", "characters"),
    "a name of a megabyte is unreadable": (
        answers_file(student={"name": "x" * 1_000_000}), "unreadable", "at most 200"),
    "a hundred thousand answers to nothing are unreadable": (
        answers_file({f"item-{n}": "x" for n in range(100_000)}), "unreadable", "no item"),
    # Two things said at once.
    "a name twice in the answers object is unreadable": (
        raw('"redpencil": 1', '"redpencil": 1, "redpencil": 1'), "unreadable", "“redpencil” twice"),
    "an answer twice is unreadable and not the last one": (
        raw('"rung-01": "group"', '"rung-01": "record", "rung-01": "group"', answers={"rung-01": "group"}),
        "unreadable", "“rung-01” twice"),
    "two whole sets of answers in one file are unreadable": (
        raw('"answers": {}', '"answers": {}, "answers": {"rung-01": "group"}', answers={}), "unreadable", "twice"),
    "a span list twice in a mark is unreadable": (
        raw('"label": "cue"', '"label": "cue", "label": "source"', answers=marks()["answers"]), "unreadable", "twice"),
    "a name twice that is written in two ways is unreadable": (
        raw('"rung-01": "group"', '"rung-01": "record", "rung\\u002d01": "group"', answers={"rung-01": "group"}),
        "unreadable", "“rung-01” twice"),
    "a cell that was copied whole is graded once": (notebook(answers_file(), answers_file()), "graded", 36),
    "two different answers of one time in a notebook are unreadable": (
        notebook(answers_file(), answers_file({"rung-01": "group"})), "unreadable", "two different answers"),
    "of two answers in a notebook the later counts though it stands first and is worse": (
        notebook(answers_file({"rung-02": "own-voice"}, saved_at=LATE), answers_file(saved_at=EARLY)), "graded", 1),
    "later is later whatever the time zone": (
        notebook(
            answers_file({"rung-02": "own-voice"}, saved_at="2026-03-01T09:30:00Z"),
            answers_file(saved_at="2026-03-01T10:00:00+05:00"),
        ), "graded", 1),
    "answers that are too deep to be compared are unreadable": (
        encoded(notebook(*[answers_file({"rung-01": "@"})] * 2)).replace(b'"@"', nested(900).encode()),
        "unreadable", "rung-01"),
    # Characters that are none.
    "half a surrogate pair in a free text is unreadable": (
        json.dumps(answers_file({"evidence": "\ud800"})).encode(), "unreadable", "half a character"),
    "half a surrogate pair in a name is unreadable": (
        json.dumps(answers_file(student={"name": "\udfff"})).encode(), "unreadable", "name"),
    "a NUL in a name is unreadable": (answers_file(student={"name": "a\0b"}), "unreadable", "name"),
    "a NUL in a mark's id is unreadable": (marks(id="m\0"), "unreadable", "id"),
    "raw control characters in JSON are unreadable": (raw('"redpencil"', '"red\x1bpencil"'), "unreadable", "not JSON"),
    "UTF-16 is unreadable": (encoded(answers_file()).decode().encode("utf-16"), "unreadable", "not UTF-8"),
    "overlong UTF-8 is unreadable": (
        raw('"eve"', '"@"', student={"id": "eve"}).replace(b"@", b"\xc0\xaf"), "unreadable", "not UTF-8"),
    "surrogates written as UTF-8 are unreadable": (
        raw('"eve"', '"@"', student={"id": "eve"}).replace(b"@", b"\xed\xa0\x80"), "unreadable", "not UTF-8"),
    # Notebooks of other times.
    "a notebook of format 2 is unreadable and names it": (worksheets(2), "unreadable", "old format 2"),
    "a notebook of format 3 is unreadable and names it": (worksheets(3), "unreadable", "old format 3"),
    "a notebook of format 4.0 is graded": (version(4, 0), "graded", 36),
    "a notebook of format 5 with cells is graded": (version(5, 99), "graded", 36),
    "a notebook of format 6 without cells is unreadable and asks for a newer kit": (
        {"nbformat": 6, "blocks": []}, "unreadable", "Update the kit"),
    "a notebook of format 1e400 without cells is unreadable": (b'{"nbformat": 1e400}', "unreadable", ""),
    "answers of a format to come are unreadable": (answers_file(redpencil=2), "unreadable", "newer"),
    "a notebook whose cells are no cells holds no answers": (
        {"cells": [None, 5, "x", [], {"outputs": {}}, {"outputs": [None, {"data": []}]}]}, "wrong-exercise", ""),
    "a notebook whose metadata is a list holds no answers": ({"cells": [], "metadata": [1]}, "wrong-exercise", ""),
    # What outputs and answers claim.
    "an output that claims points earns what the answers earn": (
        code("", stored({"text/plain": "220 of 15 points", "application/json": {"score": 220, "points": 220}}),
             answers=answers_file({"rung-02": "own-voice"})), "graded", 1),
    "answers that claim points and a state earn what they earn": (
        answers_file({"rung-02": "own-voice"}, points=220, state="graded", points_at_most=1, parts={"rung": 220},
                     key_version="x", is_current=False), "graded", 1),
    "a mark that says that it is the key's earns what it covers": (
        marks(status="required", fate="found", points=15, reason="because"), "graded", 0),
    "answers that bring a key of their own are graded by ours": (
        answers_file({"rung-02": "record"}, key=[{"id": "r02", "label": "record", "status": "required"}]), "graded", 0),
    "answers as a text of JSON in a notebook are unreadable": (
        code("", stored({MIME_TYPE: json.dumps(answers_file())}), answers=answers_file(redpencil=3)), "unreadable", ""),
    "a version that is none is not offered for copying": (
        answers_file(exercise_version='"]\nid = "who-says-so'), "unreadable", "64 hexadecimal digits"),
    "an exercise that is a path is the wrong exercise": (
        answers_file(exercise="../../../etc/passwd"), "wrong-exercise", "etc/passwd"),
    "an exercise that is an absolute path is the wrong exercise": (
        answers_file(exercise="/dev/zero"), "wrong-exercise", ""),
    "an exercise without a name is the wrong exercise": (answers_file(exercise=""), "wrong-exercise", ""),
    "an exercise that is a device of Windows is the wrong exercise": (
        answers_file(exercise="con"), "wrong-exercise", ""),
    # Answers for items that are not there, or of another kind.
    "an answer to __proto__ is unreadable": (answers_file({"__proto__": {"points": 9}}), "unreadable", "__proto__"),
    "an answer to __class__ is unreadable": (answers_file({"__class__": "x"}), "unreadable", "__class__"),
    "a label that is an object equal to everything is unreadable": (
        answers_file({"rung-01": {"__eq__": True, "__class__": "Always"}}), "unreadable", "rung-01"),
    "a label of another layer is unreadable": (answers_file({"rung-01": "cue"}), "unreadable", "rung-01"),
    "a link to itself without a role is unreadable": (
        marks(links=[{"to": "m1", "role": ["source"]}]), "unreadable", "link"),
    "a hundred thousand links of a mark are too large": (
        marks(links=[{"to": "m1", "role": "source"}] * 100_000), "too-large", "too many links"),
    "fifty-one links of a mark are unreadable": (
        marks(links=[{"to": "m1", "role": "source"}] * 51), "unreadable", "links"),
    "an actor that the item does not list is unreadable": (marks(actor="__class__"), "unreadable", "hits"),
    # Files that are something else.
    "a pickle called a notebook is unreadable": (PICKLE, "unreadable", "not UTF-8"),
    "a pickle inside an answer is a text and nothing else": (
        answers_file({"rung-02": base64.b64encode(PICKLE).decode()}), "unreadable", "rung-02"),
    "a zip called a notebook is unreadable": (b"PK\x03\x04" + bytes(100), "unreadable", ""),
    "a Python program called a notebook is unreadable": (b"import os\nos.system('true')\n", "unreadable", "not JSON"),
    "HTML called a notebook is unreadable": (b"<!doctype html><script>alert(1)</script>", "unreadable", "not JSON"),
    "a file of zeros is unreadable": (bytes(1_000_000), "unreadable", ""),
    "a file of blanks is unreadable": (b" " * 1_000_000, "unreadable", "empty"),
    "JavaScript's NaN-prefixed JSON is unreadable": (b")]}',\n" + encoded(answers_file()), "unreadable", "not JSON"),
    "two JSON objects in a row are unreadable": (encoded(answers_file()) * 2, "unreadable", "not JSON"),
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The whole class, graded with one command."""
    folder = tmp_path_factory.mktemp("course")
    hand_in = {"ada": encoded(answers_file())}
    hand_in |= {
        f"student-{n:03}": data if isinstance(data, bytes) else encoded(data)
        for n, (data, _, _) in enumerate(CASES.values())
    }
    for student, data in hand_in.items():
        (folder / "class" / student).mkdir(parents=True)
        (folder / "class" / student / "who-says-so.ipynb").write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("redpencil.grading.pool.workers", lambda: 1)
        status = main(["grade", "class", "--feedback", "feedback", "--csv", "grades.csv"])
    connection = sqlite3.connect(folder / "gradebook.sqlite")
    connection.row_factory = sqlite3.Row
    rows = {row["student_id"]: dict(row) for row in connection.execute("SELECT * FROM submissions")}
    connection.close()
    return SimpleNamespace(status=status, rows=rows, folder=folder)


@pytest.mark.parametrize("case", CASES)
def test_it_comes_to_the_state_that_its_name_says(graded, case):
    _, state, expected = CASES[case]
    row = graded.rows[f"student-{list(CASES).index(case):03}"]

    assert row["state"] == state, row["reason"]
    if state == "graded":
        assert row["points"] == expected
    else:
        assert row["points"] is None
        assert expected in row["reason"]
        assert row["reason"].isprintable()
        assert len(row["reason"]) < 600


def test_the_honest_student_among_them_gets_every_point(graded):
    assert graded.status == 1
    assert graded.rows["ada"]["points"] == 36
    assert len(graded.rows) == len(CASES) + 1


def test_every_one_of_them_gets_a_page_and_a_line_of_the_table(graded):
    pages = {page.stem for page in (graded.folder / "feedback").glob("*/*.html")}
    lines = (graded.folder / "grades.csv").read_text("utf-8").splitlines()

    assert pages == set(graded.rows)
    assert len(lines) == len(CASES) + 2


def test_no_number_stands_where_nothing_was_graded(graded):
    with (graded.folder / "grades.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))

    assert {row["Points"] for row in table if row["State"] != "graded"} == {""}
    assert all(0 <= float(row["Points"]) <= 42 for row in table if row["State"] == "graded")
