"""One class graded by nbgrader itself, in an environment of its own, and by the kit: the points are the same."""

import importlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest

from perfect import EXERCISE, KEY, answers_file, encoded, perfect_answers
from redpencil.cli import main
from redpencil.grading import nbgrader_course
from redpencil.grading.nbgrader_course import earned, show_answer
from redpencil.grading.submissions import MIME_TYPE

ROOT = Path(__file__).parents[1]
ASSIGNMENT = EXERCISE.id
GROUPS = ("rung", "attributions")


@pytest.fixture(scope="module")
def nbgrader_bin():
    """The folder of nbgrader's programs; `make test` has made it, else it is made here, from PyPI, once."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        return importlib.import_module("environments").environment("nbgrader")
    finally:
        sys.path.pop(0)


def words():
    return {"evidence": "For the one side: “claimed”. For the other: nothing. <script>alert(1)</script>"}


def half():
    answers = perfect_answers(**{f"rung-{n:02}": None for n in range(1, 11)})
    answers["attributions"] = [{**one, "links": []} for one in answers["attributions"][:7]]
    return answers


def shifted():
    """Marks that begin a few letters late, so that the points of F1 have many places."""
    answers = perfect_answers(**{"rung-02": "record", "rung-15": "opinion", "rung-16": "sourceless"}, **words())
    for mark in answers["attributions"]:
        mark["links"] = []
        del mark["quotes"]
        mark["spans"] = [[start + (3 if end - start > 4 else 0), end] for start, end in mark["spans"]]
    return answers


def wrong():
    text = EXERCISE.document.text
    return {
        **{f"rung-{n:02}": "record" for n in range(1, 22)},
        "attributions": [{"id": "m", "label": "cue", "spans": [[0, len(text)]]}],
    }


# What each student answered, when it was saved, and when nbgrader received it. "late" comes after the due date.
STUDENTS = {
    "ada": (perfect_answers(), "2026-03-01T09:00:00Z"),
    "bo": (half(), "2026-03-01T09:00:00Z"),
    "cy": (shifted(), "2026-03-01T09:00:00Z"),
    "dee": (wrong(), "2026-03-01T09:00:00Z"),
    "late": (perfect_answers(**{"rung-01": "record"}), "2026-03-09T09:00:00Z"),
    "two": (half(), "2026-03-01T09:00:00Z"),
    # Never worked on: the released notebook as it is; and a notebook with somebody else's exercise in it.
    "empty": (None, ""),
    "other": ("other", ""),
}
WITHOUT_A_NUMBER = {"empty": "empty", "other": "wrong-exercise"}


def work_on(notebook, answers):
    """The released notebook after a student worked on it and saved."""
    (cell,) = (c for c in notebook.cells if c.cell_type == "code" and "work_on(" in c.source)
    output = nbformat.v4.new_output("display_data", data={MIME_TYPE: answers, "text/plain": "answers"})
    cell.outputs = [output]
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory, nbgrader_bin):
    """The course after nbgrader generated, collected and autograded it, with what it said."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    main(["release", ASSIGNMENT, "--nbgrader", "--output", str(folder)])
    (folder / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "8b"\n')

    def nbgrader(*arguments):
        settings = {n: str(folder / ".jupyter" / n) for n in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
        environment = {
            **os.environ, **settings, "PATH": f"{nbgrader_bin}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
        }  # fmt: skip
        done = subprocess.run(
            [nbgrader_bin / "nbgrader", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stderr

    nbgrader("generate_assignment", ASSIGNMENT)
    with closing(sqlite3.connect(folder / "gradebook.db")) as database, database:
        database.execute("UPDATE assignment SET duedate = '2026-03-05 12:00:00.000000'")
    released = folder / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    for student, (answers, saved_at) in STUDENTS.items():
        place = folder / "submitted" / student / ASSIGNMENT
        place.mkdir(parents=True)
        notebook = nbformat.read(released, as_version=4)
        if answers == "other":
            work_on(notebook, answers_file({"rung-01": "role"}, exercise="the-bridge", exercise_version="0" * 64))
        elif answers:
            work_on(notebook, answers_file(answers, saved_at=saved_at))
            received = datetime.fromisoformat(saved_at)
            (place / "timestamp.txt").write_text(received.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))
        # Only the notebook is handed in: the exercise beside it, which could be forged, is not even there.
        nbformat.write(notebook, place / released.name)
    # The side file is handed in as well, saved later, and says more.
    side_file = encoded(answers_file(perfect_answers(), saved_at="2026-03-01T10:00:00Z"))
    (folder / f"submitted/two/{ASSIGNMENT}/{ASSIGNMENT}.redpencil.json").write_bytes(side_file)
    # A forged exercise and key of one's own are looked at by nobody.
    (folder / f"submitted/dee/{ASSIGNMENT}/redpencil-keys/{ASSIGNMENT}").mkdir(parents=True)
    said = nbgrader("autograde", ASSIGNMENT)
    return folder, said


@pytest.fixture(scope="module")
def theirs(course):
    """By student and grade id, the points of nbgrader's gradebook."""
    query = """
        SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score
        FROM grade
        JOIN base_cell ON base_cell.id = grade.cell_id
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    """
    points = {}
    with closing(sqlite3.connect(course[0] / "gradebook.db")) as database:
        for student, cell, score in database.execute(query):
            points.setdefault(student, {})[cell] = score
    return points


@pytest.fixture(scope="module")
def ours(course, tmp_path_factory):
    """By student, the row of the kit's gradebook of the same folder of submissions."""
    place = tmp_path_factory.mktemp("ours")
    url = f"sqlite:///{place / 'gradebook.sqlite'}"
    main(["grade", str(course[0] / "submitted"), "--gradebook", url])
    with closing(sqlite3.connect(place / "gradebook.sqlite")) as database:
        database.row_factory = sqlite3.Row
        query = "SELECT * FROM submissions WHERE is_current AND state <> 'duplicate'"
        return {row["student_id"]: dict(row) for row in database.execute(query)}


def test_nbgrader_and_the_kit_give_everybody_the_same_points(theirs, ours):
    assert set(theirs) == set(ours) == set(STUDENTS)
    compared = 0
    for student in set(STUDENTS) - set(WITHOUT_A_NUMBER):
        parts = json.loads(ours[student]["parts"])
        for group in GROUPS:
            assert theirs[student][f"points-{group}"] == pytest.approx(parts[group], abs=1e-6), (student, group)
            compared += 1
    assert compared == 12


def test_the_points_are_not_all_alike_and_some_have_many_places(theirs):
    rungs = {student: cells["points-rung"] for student, cells in theirs.items()}

    # Half of the ladder: 11 of 21. Late: one sentence of 21 wrong.
    assert (rungs["ada"], rungs["bo"], rungs["late"], rungs["two"]) == (21, 11, 20, 21)
    assert theirs["ada"]["points-attributions"] == 15
    assert theirs["cy"]["points-attributions"] == pytest.approx(14, abs=1)
    assert theirs["cy"]["points-attributions"] * 1000 % 1 != 0
    assert theirs["dee"]["points-attributions"] < 1


def test_what_has_no_number_here_is_a_0_there_and_the_feedback_says_why(course, theirs, ours):
    folder, _ = course
    for student, state in WITHOUT_A_NUMBER.items():
        assert ours[student]["state"] == state
        assert ours[student]["points"] is None
        assert {theirs[student][f"points-{group}"] for group in GROUPS} == {0}
        graded = nbformat.read(folder / f"autograded/{student}/{ASSIGNMENT}/{ASSIGNMENT}.ipynb", as_version=4)
        assert state in json.dumps(graded)
    assert "It is no earned 0" in json.dumps(graded)


def test_nbgrader_knows_who_is_late_and_takes_nothing_unless_it_is_told_to(course, theirs):
    _, said = course

    # From noon of 5 March to 9 in the morning of 9 March: 3 days and 21 hours.
    assert f"is {(3 * 24 + 21) * 3600:.1f} seconds late" in said
    assert theirs["late"]["points-rung"] == 20


def test_words_wait_for_a_person_in_both_and_stand_above_the_task(course, ours):
    folder, _ = course
    graded = nbformat.read(folder / f"autograded/cy/{ASSIGNMENT}/{ASSIGNMENT}.ipynb", as_version=4)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in graded.cells]
    shown = graded.cells[ids.index("answer-evidence")]

    assert ours["cy"]["state"] == "needs-manual"
    assert shown.outputs[0].text.strip() == words()["evidence"]
    assert ids[ids.index("answer-evidence") + 1] == "task-evidence"


def test_nbgraders_own_checksums_of_what_is_released_are_ours(course):
    folder, _ = course
    source, released = (
        nbformat.read(folder / step / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
        for step in ("source", "release")
    )
    theirs = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader for c in released.cells if "nbgrader" in c.metadata}
    ours = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader for c in source.cells if "nbgrader" in c.metadata}

    assert len(ours) == 5
    assert theirs == ours


def test_nothing_of_the_key_is_in_what_nbgrader_hands_out_or_writes_into_a_graded_notebook(course):
    folder, said = course
    places = [*(folder / "release").rglob("*"), *(folder / "autograded").rglob("*")]
    texts = [path.read_text(encoding="utf-8") for path in places if path.is_file()]

    assert len(texts) > 10
    for annotation in KEY:
        reason = json.dumps(annotation.reason, ensure_ascii=False)[1:-1]
        assert not any(reason in text for text in texts)
        assert reason not in said
    assert not [path for path in places if "key" in path.name]


# Without nbgrader


@pytest.fixture
def released(tmp_path, capsys):
    assert main(["release", ASSIGNMENT, "--nbgrader", "--output", str(tmp_path / "course")]) == 0
    assert "nbgrader generate_assignment who-says-so" in capsys.readouterr().out
    return tmp_path / "course"


def test_the_source_is_a_valid_notebook_in_which_every_graded_part_has_its_points(released):
    notebook = nbformat.read(released / "source/who-says-so/who-says-so.ipynb", as_version=4)
    nbformat.validate(notebook)
    cells = {c.metadata.nbgrader.grade_id: (c.cell_type, c.metadata.nbgrader) for c in notebook.cells if c.metadata}

    for kind, about in cells.values():
        assert about["schema_version"] == 3
        assert about["locked"] is True
        assert about["solution"] is False
        assert about["cell_type"] == kind
    points = {id: about["points"] for id, (_, about) in cells.items() if "points" in about}
    assert points == {"points-rung": 21, "points-attributions": 15, "task-evidence": 6}
    assert cells["task-evidence"][1]["task"] is True
    assert cells["task-evidence"][0] == "markdown"
    assert {id for id, (_, about) in cells.items() if about["grade"]} == {"points-rung", "points-attributions"}


def test_a_private_key_is_the_one_that_the_course_gets(tmp_path):
    keys = tmp_path / "keys" / ASSIGNMENT
    keys.mkdir(parents=True)
    text = (EXERCISE.folder / "key.jsonl").read_text(encoding="utf-8").replace('"reason": "', '"reason": "Mine. ', 1)
    (keys / "key.jsonl").write_text(text, encoding="utf-8")
    command = ["release", ASSIGNMENT, "--nbgrader", "--output", str(tmp_path / "c"), "--keys", str(tmp_path / "keys")]

    assert main(command) == 0
    assert "Mine. " in (tmp_path / f"c/redpencil-keys/{ASSIGNMENT}/key.jsonl").read_text(encoding="utf-8")
    assert main(["release", ASSIGNMENT, "--output", str(tmp_path / "d"), "--keys", str(tmp_path / "keys")]) == 2


def test_what_an_instructor_edited_is_not_written_over(released, capsys):
    assert main(["release", ASSIGNMENT, "--nbgrader", "--output", str(released)]) == 0
    for name in ("source/who-says-so/who-says-so.ipynb", "redpencil-keys/who-says-so/key.jsonl"):
        path = released / name
        before = path.read_text(encoding="utf-8")
        path.write_text(before + "\n", encoding="utf-8")

        assert main(["release", ASSIGNMENT, "--nbgrader", "--output", str(released)]) == 2
        assert "holds something else" in capsys.readouterr().err
        assert path.read_text(encoding="utf-8") == before + "\n"
        path.write_text(before, encoding="utf-8")


def autograding(course, student, monkeypatch):
    place = course / "autograded" / student / ASSIGNMENT
    place.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(place)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    for kept in (nbgrader_course._grader, nbgrader_course._answers):
        kept.cache_clear()
    return course / "submitted" / student / ASSIGNMENT


def test_a_link_to_somebody_elses_work_is_not_followed(released, monkeypatch):
    mine = autograding(released, "eve", monkeypatch)
    hers = released / "submitted" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.redpencil.json"
    for place in (mine, hers.parent):
        place.mkdir(parents=True)
    hers.write_bytes(encoded(answers_file()))
    (mine / hers.name).symlink_to(hers)

    with pytest.raises(Exception, match=r"empty: There is no notebook"):
        earned(ASSIGNMENT, "rung")


def test_a_key_that_came_with_a_submission_is_not_the_course_s(released, monkeypatch):
    mine = autograding(released, "eve", monkeypatch)
    mine.mkdir(parents=True)
    (mine / "eve.redpencil.json").write_bytes(encoded(answers_file()))
    forged = Path.cwd() / "redpencil-keys"
    (released / "redpencil-keys").rename(forged)

    with pytest.raises(Exception, match="There is no folder redpencil-keys"):
        earned(ASSIGNMENT, "rung")


def test_outside_of_autograding_no_cell_ends_without_an_error_or_with_points(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    for call in (earned, show_answer):
        with pytest.raises(Exception, match="nothing for you to do here") as told:
            call(ASSIGNMENT, "rung")
        assert told.value._render_traceback_() == str(told.value).split("\n")

    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert earned(ASSIGNMENT, "rung") is None
    assert "says nothing about your answers" in capsys.readouterr().out
