"""The kit's own table, its cells, sheets kept byte for byte, and Gradescope's results."""

import csv
import io
import json
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradebook_rows import gradebook_of, graded_row, row
from perfect import answers_file, encoded, perfect_answers
from redpencil.cells import neutral_cell
from redpencil.cli import main
from redpencil.document import KitError
from redpencil.grading.export.cells import as_number, number
from redpencil.grading.export.sheet import Sheet
from redpencil.grading.export.table import write_csv
from redpencil.grading.roster import Student

# Cells

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\u3000+1", "\ufeff=1", "\u200b@A1",
    "＝1+1", "＋1", "－1", "＠SUM", " \t ＝1", "\x00=1", "-2+3+cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_is_never_a_formula(text):
    assert neutral_cell(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["ada", "O'Neil-Smith, Zoë", "محمد علي", "क्षत्रिय", "7-up", "a=b", "", " ", "2026-11-20"]
)
def test_a_cell_that_is_no_formula_stays_as_it_is(text):
    assert neutral_cell(text) == text


def test_a_cell_stays_on_one_line_and_within_its_borders():
    assert neutral_cell("a\r\nb\x1b[31m") == "a  b [31m"
    # U+202E turns the order of all that follows; half of a surrogate pair is no character.
    assert neutral_cell("ada\u202egnp.exe") == "adagnp.exe"
    assert neutral_cell("\ud800") == "\ufffd"


@given(st.text())
def test_no_text_at_all_begins_a_formula(text):
    stripped = neutral_cell(text).lstrip(" \u00a0\u3000\ufeff\u200b")

    assert not stripped.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    neutral_cell(text).encode()


@pytest.mark.parametrize(
    ("points", "shown"),
    [(7.0, "7.00"), (0.725, "0.73"), (-1.5, "-1.50"), (-0.001, "0.00"), (1234.5, "1234.50"), (None, "")],
)
def test_a_number_of_ours_is_a_number_also_below_zero(points, shown):
    assert number(points) == shown
    assert number(points, ",") == shown.replace(".", ",")


@pytest.mark.parametrize(
    ("cell", "read"),
    [("7", 7), ("7.50", 7.5), ("7,50", 7.5), (" 1.234,5 ", 1234.5), ("1 234,5", 1234.5), ("85%", 85), ("-2", -2),
     ("", None), ("-", None), ("EX", None), ("1e5", None), ("nan", None), ("inf", None), ("٣", None), ("1-2", None)],
)  # fmt: skip
def test_the_last_comma_or_point_of_a_number_is_its_decimal_mark(cell, read):
    # As lib/gradebook_importer.rb of canvas-lms (00b222d) reads one.
    assert as_number(cell) == read


# Sheets


def is_strict_csv(text, delimiter):
    try:
        return bool(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)))
    except csv.Error:
        return False


@given(st.text(alphabet='a",;\t\r\n é', min_size=1, max_size=40))
@example('"a""b",c\r\n,"x\ny"\n')
@example("a,b,\n,")
def test_a_sheet_that_nothing_is_written_into_stays_as_it_was_and_reads_as_the_standard_says(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("sheet") / "sheet.csv"
    path.write_bytes(text.encode())
    try:
        sheet = Sheet(path, "")
        rows = list(sheet.rows())
    except KitError:
        # Blank, or a quotation that never ends: the csv module, told to be strict, refuses that as well.
        assert not text.strip() or not all(is_strict_csv(text, delimiter) for delimiter in ",;\t")
        return
    assert "".join(sheet.filled_in(row, {}) for row in rows) == text
    try:
        theirs = list(csv.reader(io.StringIO(text, newline=""), delimiter=sheet.delimiter, strict=True))
    except csv.Error:
        return
    # A line with nothing on it is one empty cell to us, and none to the csv module.
    assert [r.values() if r.values() != [""] else [] for r in rows] == [r if r != [""] else [] for r in theirs]


# The table


def table(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def written(gradebook, roster=()):
    stream = io.StringIO(newline="")
    count = write_csv(gradebook, stream, roster)
    rows = table(stream.getvalue())
    assert count == len(rows)
    return rows


def test_everybody_on_the_roster_has_a_row_also_who_handed_in_nothing(tmp_path):
    gradebook = gradebook_of(
        tmp_path,
        graded_row("ada", 30.0, student_name="Ada Ay", section="8a"),
        graded_row("ben", 2.0, exercise="essay", path="z"),
    )
    on_it = [("cem", "=Cem", "8b"), ("ada", "Ada Ay", "8a"), ("ben", "Ben Bee", "8a")]
    roster = [Student(id, name, section, (id,)) for id, name, section in on_it]
    rows = written(gradebook, roster)

    assert [(r["Exercise"], r["Student ID"], r["State"], r["Points"]) for r in rows] == [
        ("essay", "ben", "graded", "2.00"),
        ("essay", "ada", "nothing handed in", ""),
        ("essay", "cem", "nothing handed in", ""),
        ("who-says-so", "ada", "graded", "30.00"),
        ("who-says-so", "ben", "nothing handed in", ""),
        ("who-says-so", "cem", "nothing handed in", ""),
    ]
    assert rows[-1]["Student"] == "'=Cem"
    assert rows[-1]["Section"] == "8b"


def test_the_roster_that_the_course_names_is_the_tables_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gradebook_of(tmp_path, graded_row("7", 30.0))
    (tmp_path / "roster.csv").write_text("id;name;class\n7;Ada Ay;8a\n8;Ben Bee;8b\n", encoding="utf-8")
    (tmp_path / "course.toml").write_text('redpencil = 1\nroster = "roster.csv"\n', encoding="utf-8")

    assert main(["export", "csv"]) == 0
    assert [(r["Student ID"], r["Section"], r["State"]) for r in table(capsys.readouterr().out)] == [
        ("7", "", "graded"),
        ("8", "8b", "nothing handed in"),
    ]


def test_what_lateness_took_and_when_it_was_handed_in_have_columns(tmp_path):
    late = {"items": {}, "late": {"days": 2, "percent": 20.0, "by": "time", "taken": 8.4}}
    gradebook = gradebook_of(
        tmp_path,
        graded_row("ada", 30.0, details=json.dumps(late), handed_in_at="2026-11-22T10:00:00+01:00") | {"points": 21.6},
        graded_row("ben", 30.0, late=True),
    )
    ada, ben = written(gradebook)

    assert (ada["Days late"], ada["Taken for lateness"], ada["Points"]) == ("2", "8.40", "21.60")
    assert ada["Handed in"] == "2026-11-22T10:00:00+01:00"
    # Without a rule that costs points only the platform's word is known.
    assert (ben["Days late"], ben["Taken for lateness"], ben["Points"]) == ("marked late", "", "30.00")


def test_who_is_nobodys_yet_is_left_out_and_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gradebook_of(
        tmp_path, graded_row("ada", 30.0), graded_row("x", 1.0, matched_by="nobody", handed_in_as="canvas 7 x")
    )

    assert main(["export", "csv", "--output", "grades.csv"]) == 1
    assert [r["Student ID"] for r in table((tmp_path / "grades.csv").read_text(encoding="utf-8"))] == ["ada"]
    assert "1 wait for you" in capsys.readouterr().out


# Gradescope: github.com/gradescope/autograder_samples, docs/specs.md (00f6aa0)

OF_A_RESULT = {
    "score", "execution_time", "output", "output_format", "visibility", "stdout_visibility", "extra_data", "tests",
    "leaderboard",
}  # fmt: skip
OF_A_TEST = {
    "score", "max_score", "name", "name_format", "number", "output", "output_format", "tags", "visibility",
    "extra_data", "status",
}  # fmt: skip


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Grades a class, exports it for Gradescope, and gives the results by student."""
    monkeypatch.chdir(tmp_path)

    def run(*options, **students):
        for student, data in students.items():
            folder = tmp_path / "class" / student
            folder.mkdir(parents=True)
            (folder / "who-says-so.redpencil.json").write_bytes(data if isinstance(data, bytes) else encoded(data))
        main(["grade", "class"])
        assert main(["export", "gradescope", *options]) == 0
        return {
            path.parent.name: json.loads(path.read_bytes()) for path in tmp_path.glob("gradescope/*/*/results.json")
        }

    return run


def test_only_what_is_graded_has_a_score_and_the_rest_say_why(results):
    found = results(ada=answers_file(), ben=answers_file(perfect_answers(evidence="Because.")), cut=b"{")

    assert found["ada"]["score"] == 36.0
    assert [(t["number"], t["score"], t["max_score"]) for t in found["ada"]["tests"]] == [
        ("1", 21.0, 21.0),
        ("2", 15.0, 15.0),
        ("3", 0.0, 6.0),
    ]
    for student, why in (("ben", "waits for your teacher"), ("cut", "cut off")):
        assert "score" not in json.dumps(found[student]["tests"])
        assert "score" not in found[student]
        assert why in found[student]["output"]
        assert "not a 0" in found[student]["output"]


def test_a_result_holds_only_what_gradescope_knows(results):
    for found in results("--visibility", "after_due_date", ada=answers_file(), cut=b"{").values():
        assert found.keys() <= OF_A_RESULT
        assert found["visibility"] == "after_due_date"
        assert found["output_format"] == "text"
        assert found["stdout_visibility"] == "hidden"
        assert all(test.keys() <= OF_A_TEST for test in found["tests"])


def test_the_results_come_as_a_zip_too(results, tmp_path):
    results("--output", "all.zip", ada=answers_file())

    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.namelist() == ["who-says-so/ada/results.json"]
        assert json.loads(archive.read("who-says-so/ada/results.json"))["score"] == 36.0


def test_a_name_of_a_student_is_data_in_the_results_and_no_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gradebook_of(tmp_path, row("../../up", exercise="../x"), row("Zoë/‮"))
    main(["export", "gradescope"])

    found = [path.relative_to(tmp_path / "gradescope").parts for path in tmp_path.rglob("results.json")]
    assert len(found) == 2
    assert all(len(parts) == 3 and ".." not in parts for parts in found)
