"""The invented classes that the benchmark grades, and the benchmark's own arithmetic."""

import importlib
import re
import sqlite3
import statistics
import sys
from itertools import islice
from pathlib import Path

import nbformat
import pytest

from redpencil.exercise import key_for_item, load_exercise, load_key
from redpencil.grading.grade import Grader
from redpencil.grading.submissions import check_answers, read_submission
from redpencil.scoring import MarkingKey, score_marks

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
make_class = importlib.import_module("make_class")
measure = importlib.import_module("measure")
nbgrader_class = importlib.import_module("nbgrader_class")
run = importlib.import_module("run")


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("who-says-so")


@pytest.fixture(scope="module")
def key(exercise):
    return load_key(exercise)


@pytest.fixture(scope="module")
def class_of_200(exercise, key):
    return list(make_class.make_class(exercise, key, 200, seed=7))


def files_below(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_gives_others(tmp_path):
    for name, seed in (("one", "3"), ("again", "3"), ("other", "4")):
        assert make_class.main(["6", "--seed", seed, "--output", str(tmp_path / name)]) == 0

    assert files_below(tmp_path / "one") == files_below(tmp_path / "again")
    assert files_below(tmp_path / "one").keys() == files_below(tmp_path / "other").keys()
    assert files_below(tmp_path / "one") != files_below(tmp_path / "other")


def test_a_class_made_in_parts_is_the_same_to_the_byte(tmp_path, monkeypatch):
    assert make_class.main(["5", "--output", str(tmp_path / "whole")]) == 0
    monkeypatch.setattr(make_class, "PART", 2)

    assert make_class.main(["5", "--output", str(tmp_path / "parts")]) == 0

    assert len(files_below(tmp_path / "whole")) == 5
    assert files_below(tmp_path / "parts") == files_below(tmp_path / "whole")


def test_a_small_class_is_the_beginning_of_a_large_one(exercise, key, class_of_200):
    small = list(make_class.make_class(exercise, key, 9, seed=7))

    assert small == class_of_200[:9]


@pytest.mark.parametrize(("count", "notebooks", "answers_files"), [(30, 15, 15), (31, 16, 15), (1, 1, 0)])
def test_half_are_notebooks_and_half_are_answers_files(tmp_path, count, notebooks, answers_files):
    make_class.main([str(count), "--output", str(tmp_path / "class")])

    assert len(list((tmp_path / "class").glob("student-*/who-says-so.ipynb"))) == notebooks
    assert len(list((tmp_path / "class").glob("student-*/who-says-so.redpencil.json"))) == answers_files
    assert len(files_below(tmp_path / "class")) == count


def test_a_perfect_student_answers_as_the_key_does(exercise, key):
    for submission in make_class.make_class(exercise, key, 4, seed=1, ability=1.0):
        answers = submission.answers.answers
        rungs = {id: answer for id, answer in answers.items() if id.startswith("rung-")}
        marks = {mark["id"]: mark for mark in answers["attributions"]}
        wanted = [a for a in key if a.layer == "attribution" and a.status == "required"]

        assert rungs == {
            item.id: next(a.label for a in key_for_item(item, key) if a.status == "required")
            for item in exercise.in_group("rung")
        }
        assert [(m["label"], m["spans"], m["quotes"]) for m in marks.values()] == [
            (a.label, [[s.start, s.end] for s in a.spans], list(a.quotes)) for a in wanted
        ]
        assert [
            [(link["role"], marks[link["to"]]["spans"]) for link in m.get("links", [])] for m in marks.values()
        ] == [
            [(link.role, [[s.start, s.end] for s in next(k for k in key if k.id == link.to).spans]) for link in a.links]
            for a in wanted
        ]
        assert answers["evidence"]
        # 21 sentences at a point each; source, cue and content at five each.
        assert Grader(exercise, key).grade(submission.answers).parts == {
            "rung": 21.0,
            "attributions": 15.0,
            "evidence": None,
        }


def test_the_grader_reads_every_file_back_as_it_was_meant(exercise, class_of_200):
    for submission in class_of_200:
        answers = read_submission(submission.data)

        assert answers == submission.answers
        assert check_answers(exercise, answers)


def test_every_notebook_is_saved_as_jupyter_saves_it(class_of_200):
    for submission in class_of_200[:20:2]:
        text = submission.data.decode()
        notebook = nbformat.reads(text, as_version=4)

        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        assert nbformat.writes(notebook).rstrip("\n") + "\n" == text
        (cell,) = [c for c in notebook.cells if c.cell_type == "code" and c.outputs]
        assert 'work_on("who-says-so")' in cell.source
        assert [set(output.data) for output in cell.outputs] == [
            {"application/vnd.jupyter.widget-view+json", "text/plain"},
            {"application/vnd.redpencil.answers+json", "text/html", "text/plain"},
        ]


def test_the_class_makes_every_kind_of_mistake_and_not_all_of_them_write(exercise, key, class_of_200):
    answers = [submission.answers.answers for submission in class_of_200]
    graded = [Grader(exercise, key).grade(submission.answers) for submission in class_of_200]
    fates = {fate for grade in graded for fate, *_ in grade.details["items"].get("attributions", {}).get("fates", [])}

    assert fates == {"found", "partly found", "missed", "not in the key"}
    assert {"graded", "needs-manual"} == {grade.state for grade in graded}
    assert 20 < sum("evidence" not in row for row in answers) < 100
    assert len({grade.parts["rung"] for grade in graded}) > 10
    assert len({row.get("evidence") for row in answers}) > 80


def test_a_higher_ability_earns_more(exercise, key):
    def average(ability):
        grades = (
            Grader(exercise, key).grade(submission.answers)
            for submission in make_class.make_class(exercise, key, 40, seed=2, ability=ability)
        )
        return statistics.mean(grade.parts["rung"] + grade.parts["attributions"] for grade in grades)

    assert average(0.0) < average(0.3) < average(0.6) < average(0.9) < average(1.0) == 36.0


def test_students_are_clearly_made_up(class_of_200):
    for number, submission in enumerate(class_of_200, start=1):
        assert submission.answers.student_name == f"Student {number:05}"
        assert submission.path.parts[0] == submission.answers.student_id == f"student-{number:05}"


def test_a_class_of_a_billion_gives_its_first_students_at_once(exercise, key):
    assert len(list(islice(make_class.make_class(exercise, key, 10**9, seed=1), 3))) == 3


def test_an_older_class_is_never_mixed_into(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(SystemExit) as stopped:
        make_class.main(["2", "--output", str(tmp_path)])

    assert stopped.value.code == 2
    assert "is not empty" in capsys.readouterr().err
    assert files_below(tmp_path) == {Path("notes.txt"): b"mine"}


def test_the_measure_in_nbgraders_notebook_agrees_with_the_kit(exercise, key, class_of_200):
    notebook = {}
    exec(nbgrader_class.MEASURE, notebook)
    item = exercise.item_by_id["attributions"]
    bearing = key_for_item(item, key)
    marking_key = MarkingKey.of(bearing, exercise.document.text)

    for submission in class_of_200:
        marks = check_answers(exercise, submission.answers).marks.get(item.id, ())
        ours = score_marks([(m.label, m.spans) for m in marks], marking_key, item.points).points
        for label, points in ours.items():
            required, accepted = (
                [(s.start, s.end) for a in bearing if (a.label, a.status) == (label, status) for s in a.spans]
                for status in ("required", "accepted")
            )
            submitted = [span for m in marks if m.label == label for span in m.spans]
            assert item.points[label] * notebook["f1"](submitted, required, accepted) == pytest.approx(points, abs=1e-9)


def test_a_childs_peak_memory_and_time_are_its_own():
    child = "import time; held = bytearray(100_000_000); time.sleep(0.3); print(len(held))"
    # A small process measures, as the bench is one: a child's peak is never seen below its parent's.
    bench = f"""
import sys
from measure import measure
large, small = (measure([sys.executable, "-c", code]) for code in ({child!r}, "pass"))
print(large.output.strip(), large.peak, large.seconds, large.cpu_seconds, small.peak)
"""
    environment = {"PYTHONPATH": str(Path(measure.__file__).parent)}
    printed = measure.measure([sys.executable, "-c", bench], environment=environment).output
    length, peak, seconds, cpu_seconds, small_peak = map(float, printed.split())

    assert length == 100e6
    assert 100e6 < peak < 150e6
    assert small_peak < 50e6
    assert 0.3 < seconds < 30
    # Sleeping is no work.
    assert cpu_seconds <= seconds - 0.2


def test_a_peak_that_may_be_the_benchs_own_is_marked_as_a_bound():
    measured = {step: measure.Measured(1.0, 1.0, 40_000_000, 50_000_000, "") for step in run.STEPS}

    (row, *_) = rows = run.rows_of(10, [measured])

    assert row.peak_is_bound
    assert "<=  40.0" in run.table("a class", rows)


def test_a_step_that_fails_stops_the_bench_and_shows_what_it_printed():
    with pytest.raises(measure.BenchError, match=r"(?s)status 3.*no such class"):
        measure.measure([sys.executable, "-c", "import sys; print('no such class', file=sys.stderr); sys.exit(3)"])


def test_the_ratio_is_of_times_a_submission():
    # 30 submissions in 60 s are 2,000 ms each; 1,000 in 2 s are 2 ms each. Of processors' work 3,000 ms and 1.5 ms.
    ours = [run.Row(1000, "grade", 2.0, 1.5, 0, False, 5)]
    theirs = [run.Row(30, "grade", 60.0, 90.0, 0, False, 1)]

    assert run.ratios(ours, theirs) == [(1000, "grade", pytest.approx(1000.0), pytest.approx(2000.0))]


def test_repeated_runs_are_summed_before_their_median_is_taken():
    def steps(grade, feedback, export):
        seconds = {"grade": grade, "feedback": feedback, "export": export}
        return {step: measure.Measured(s, s / 2, int(s), 0, "") for step, s in seconds.items()}

    rows = run.rows_of(10, [steps(1.0, 9.0, 1.0), steps(2.0, 2.0, 2.0), steps(3.0, 3.0, 4.0)])

    assert [(row.step, row.seconds, row.cpu_seconds, row.peak, row.runs) for row in rows] == [
        ("grade", 2.0, 1.0, 3, 3),
        ("feedback", 3.0, 1.5, 9, 3),
        ("export", 2.0, 1.0, 4, 3),
        ("together", 10.0, 5.0, 9, 3),
    ]


@pytest.mark.parametrize(
    ("theirs", "complaint"),
    [
        ({"a": {"rung": 20.0}, "b": {"rung": 3.5}}, "a: rung earns 21.0 points here, 20.0 from nbgrader"),
        ({"a": {"rung": 21.0}}, "the gradebook has 2 and nbgrader's has 1"),
        ({"a": {"rung": 21.0}, "b": {"rung": 3.5}}, None),
    ],
)
def test_different_points_are_not_the_same_work(tmp_path, theirs, complaint):
    with sqlite3.connect(tmp_path / "gradebook.sqlite") as database:
        database.execute("CREATE TABLE submissions (student_id TEXT, parts TEXT)")
        rows = [("a", '{"rung": 21.0, "evidence": null}'), ("b", '{"rung": 3.5}')]
        database.executemany("INSERT INTO submissions VALUES (?, ?)", rows)
    database.close()

    if complaint:
        with pytest.raises(measure.BenchError, match=re.escape(complaint)):
            run.check_points(tmp_path / "gradebook.sqlite", theirs, 2)
    else:
        run.check_points(tmp_path / "gradebook.sqlite", theirs, 2)


def test_growth_leaves_the_start_out_and_takes_each_step_alone():
    # A start of 2 s and 3 ms a submission, then a larger class whose submissions cost 5 ms each.
    rows = [
        run.Row(size, "grade", seconds, seconds, 0, peak_is_bound=False, runs=1)
        for size, seconds in ((1_000, 5.0), (3_000, 11.0), (4_000, 16.0))
    ]
    rows.append(run.Row(1_000, "export", 1.0, 1.0, 0, peak_is_bound=False, runs=1))

    assert run.growth(rows) == [
        ("grade", 1_000, 3_000, pytest.approx(3.0), pytest.approx(3.0)),
        ("grade", 3_000, 4_000, pytest.approx(5.0), pytest.approx(5.0)),
    ]
