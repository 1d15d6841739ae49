"""One text that is meant to do harm in a roster, in an instructor's comments and in the sheets of learning platforms.

What the instructor gave is trusted to say who a student is and what a sheet holds, but not to be harmless where it is
shown: rosters and sheets are filled from what students typed somewhere else.
"""

import csv
import io
import json
import unicodedata
import zipfile
from types import SimpleNamespace

import pytest

from harmful import FORMULA, TEXTS, TURNING, visible
from harmless import Page, assert_harmless
from perfect import answers_file, encoded, perfect_answers
from redpencil.cli import main
from redpencil.grading.lms_names import moodle_name

CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Notes", "Who says so? (1002)"]
MOODLE = [
    "Identifier", "Full name", "Email address", "ID number", "Status", "Grade", "Maximum Grade",
    "Grade can be changed", "Last modified (submission)", "Last modified (grade)", "Feedback comments",
]  # fmt: skip
# One of each kind. Characters that a roster cannot hold are refused with it, and said so; see below.
SHOWN = [
    "an image that runs a script", "a script after the end of the title", "a comment, a CDATA section and entities",
    "a template", "a format", "SQL", "a formula", "a formula that begins with a minus", "a formula behind a tab",
    "a formula with a wide sign", "a formula behind quotes and a separator", "a formula behind a mark of direction",
    "a name that ends an isolate and turns the line", "letters with a hundred accents", "a name of a path",
]  # fmt: skip


def written(*rows):
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode()


def table(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def seen(text):
    """What somebody sees of a text: without what has no picture, which a roster and a comment lose or write out."""
    for turning in TURNING:
        text = text.replace(visible(turning), "")
    return " ".join("".join(c for c in text if unicodedata.category(c) not in ("Cf", "Mn")).split())


@pytest.fixture(scope="module", params=SHOWN)
def made(request, tmp_path_factory):
    """A course in which the text is a name, a section and a comment; and everything that is made of it."""
    text = TEXTS[request.param]
    one_line = " ".join(text.split())
    folder = tmp_path_factory.mktemp("course")
    answers = answers_file(perfect_answers(evidence=text or "x"), student={"id": "s1", "name": text})
    for student in ("s1", "s2"):
        (folder / "class" / student).mkdir(parents=True)
        (folder / "class" / student / "who-says-so.redpencil.json").write_bytes(encoded(answers))
    # A zip as Moodle gives it, for its feedback files.
    with zipfile.ZipFile(folder / "moodle.zip", "w") as made:
        for name in (moodle_name(text) + "_5101", "Ada_5102"):
            made.writestr(f"{name}_assignsubmission_file/who-says-so.redpencil.json", encoded(answers))
    (folder / "roster.csv").write_bytes(written(["id", "name", "section"], ["s1", text, text], ["s2", "Ada", "8b"]))
    canvas = [CANVAS, ["    Points Possible", *[""] * 5, "42.00"], [text, "301", "s1", "x", text, text, ""],
              ["Ada", "302", "s2", "y", "8b", "", "31.25"]]  # fmt: skip
    moodle = [MOODLE, ["Participant 5101", text, "x@x.invalid", "s1", text, "", "42.00", "Yes", text, "-", text],
              ["Participant 5102", "Ada", "y@x.invalid", "s2", "", "", "42.00", "Yes", "-", "-", ""]]  # fmt: skip
    (folder / "canvas.csv").write_bytes(written(*canvas))
    (folder / "moodle.csv").write_bytes(written(*moodle))
    said, errors = {}, {}

    def run(name, *command):
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        patch.setattr("sys.stdout", out)
        patch.setattr("sys.stderr", err)
        status = main([*command])
        said[name] = out.buffer.getvalue().decode() + err.buffer.getvalue().decode()
        errors[name] = status == 2

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("redpencil.grading.pool.workers", lambda: 1)
        run("grade", "grade", "class", "--roster", "roster.csv")
        run("out", "grade", "--free-text-out", "waiting.csv")
        waiting = table((folder / "waiting.csv").read_bytes())
        given = [list(row) for row in waiting]
        at = {name: n for n, name in enumerate(waiting[0])}
        for row in waiting[1:]:
            row[at["points"]], row[at["comment"]] = "3", one_line
        (folder / "points.csv").write_bytes(written(*waiting))
        run("in", "grade", "--free-text", "points.csv", f"--by={one_line}")
        run("feedback", "feedback", "--output", "pages")
        run("csv", "export", "csv", "--output", "out-csv.csv", "--roster", "roster.csv")
        run("canvas", "export", "canvas", "--sheet", "canvas.csv", "--output", "out-canvas.csv")
        run("moodle", "export", "moodle", "--sheet", "moodle.csv", "--output", "out-moodle.csv")
        run("gradescope", "export", "gradescope", "--output", "scope", "--visibility", "visible")
        run(
            "zip",
            "grade",
            "moodle.zip",
            "--gradebook",
            "sqlite:///moodle.sqlite",
            "--lms",
            "moodle",
            "--feedback",
            "pages-zip",
        )
        run("match", "match", "--gradebook", "sqlite:///moodle.sqlite", "--roster", "roster.csv")
        run("feedback zip", "export", "moodle", "--gradebook", "sqlite:///moodle.sqlite", "--sheet", "moodle.csv",
            "--output", "out-zip.csv", "--feedback-zip", "back.zip")  # fmt: skip
    return SimpleNamespace(
        text=text, line=one_line, folder=folder, said=said, errors=errors, canvas=canvas, moodle=moodle, waiting=given
    )


def test_every_command_does_its_work(made):
    assert {name: made.said[name] for name, failed in made.errors.items() if failed} == {}


def test_the_terminal_gets_lines_of_visible_characters(made):
    for said in made.said.values():
        assert not [line for line in said.split("\n") if not line.isprintable()]


def test_the_comment_and_the_name_stand_on_the_page_as_text(made):
    pages = list((made.folder / "pages").rglob("*.html")) + list((made.folder / "pages-zip").rglob("*.html"))
    for path in pages:
        html = path.read_text("utf-8")
        assert_harmless(html)
        assert not TURNING & set(html)
    page = Page((made.folder / "pages/who-says-so/s1.html").read_text("utf-8"))
    # Once over the page as the name, once in the answer, once in the comment.
    assert seen(page.text).count(seen(made.line)) >= 3


def test_the_sheet_for_points_by_hand_holds_no_formula_and_takes_the_points_back(made):
    for row in made.waiting[1:]:
        assert not [cell for cell in row if cell.lstrip().startswith(FORMULA) and cell]
    rows = {row["Student ID"]: row for row in csv.DictReader(io.StringIO(
        (made.folder / "out-csv.csv").read_bytes().decode()))}  # fmt: skip

    assert rows["s1"]["State"] == rows["s2"]["State"] == "graded"
    assert rows["s1"]["Points"] == rows["s2"]["Points"] == "39.00"


def test_the_table_holds_no_formula(made):
    for row in table((made.folder / "out-csv.csv").read_bytes()):
        for cell in row:
            assert not cell.lstrip("\ufeff\u200f \t\x0b").startswith(FORMULA), cell
            assert not TURNING & set(cell)


@pytest.mark.parametrize("system", ["canvas", "moodle"])
def test_a_platforms_sheet_is_filled_in_and_nothing_else_in_it_is_touched(made, system):
    before = table((made.folder / f"{system}.csv").read_bytes())
    after = table((made.folder / f"out-{system}.csv").read_bytes())
    ours = {
        before[0].index(name) for name in before[0] if name in ("Grade", "Feedback comments", "Who says so? (1002)")
    }

    assert [len(row) for row in after] == [len(row) for row in before]
    for old, new in zip(before, after, strict=True):
        assert [cell for n, cell in enumerate(new) if n not in ours] == [
            cell for n, cell in enumerate(old) if n not in ours
        ]
        for n in ours:
            assert new[n] == old[n] or float(new[n]) == 39


def test_what_goes_to_gradescope_is_json_whose_texts_are_texts(made):
    results = list((made.folder / "scope").rglob("*.json"))

    assert len(results) == 2
    for path in results:
        row = json.loads(path.read_text("utf-8"))
        assert row.get("output_format", "text") == "text"
        for test in row["tests"]:
            assert test.get("output_format", "text") == "text"
            assert test.get("name_format", "text") == "text"


def test_the_zip_for_moodle_holds_pages_below_the_folders_that_moodle_gave(made):
    if not (made.folder / "back.zip").exists():
        pytest.fail(made.said["feedback zip"])
    with zipfile.ZipFile(made.folder / "back.zip") as back:
        names = back.namelist()
        pages = [back.read(name).decode() for name in names]

    for name in names:
        assert ".." not in name.split("/")
        assert not name.startswith("/")
        assert name.count("/") == 1
        assert "assignsubmission_file" in name
    for html in pages:
        assert_harmless(html)


@pytest.mark.parametrize("what", ["escape sequences of a terminal", "backspaces", "a line of its own"])
def test_a_roster_with_hidden_characters_is_used_or_refused_and_never_shown_raw(course, what):
    (course.folder / "roster.csv").write_bytes(written(["id", "name"], ["ada", TEXTS[what]], [TEXTS[what], "x"]))
    status, out, err = course.run("grade", "class", "--roster", "roster.csv")

    assert status in (0, 1, 2)
    assert not [line for line in (out + err).split("\n") if not line.isprintable()]
    assert "Traceback" not in err


ROSTERS = {
    "no columns": b"", "a NUL": b"id,name\nada\0,x\n", "a pickle": b"\x80\x04\x95", "no header": b"ada,Ada\n",
    "an id twice": b"id,name\nada,Ada\nada,Ben\n", "a quote that never ends": b'id,name\n"ada,Ada\n',
    "a cell of a megabyte": b"id,name\nada," + b"x" * 1_000_000 + b"\n",
    "UTF-16": "id,name\nada,Ada\n".encode("utf-16"),
    "two columns of one name": b"id,id,name\nada,eve,Ada\n", "a row that is too long": b"id,name\nada,Ada,eve,eve\n",
    "a million blank lines": b"id,name\n" + b"\n" * 1_000_000 + b"ada,Ada\n",
}  # fmt: skip


@pytest.mark.parametrize("what", ROSTERS)
def test_a_roster_that_is_none_is_told_or_read_and_is_no_crash(course, what):
    (course.folder / "roster.csv").write_bytes(ROSTERS[what])
    status, _, err = course.run("grade", "class", "--roster", "roster.csv")

    assert status in (0, 1, 2)
    assert (status == 2) == bool(err)
    assert "Traceback" not in err
    assert len(err) < 2_000


COURSES = {
    "no TOML": b"[",
    "not UTF-8": b"\xff",
    "a newer format": b"redpencil = 99\n",
    "a list": b"redpencil = [1]\n",
    "a roster outside": b'redpencil = 1\nroster = "../../../../etc/passwd"\n',
    "a roster that is a device": b'redpencil = 1\nroster = "/dev/zero"\n',
    "NaN a day": b"redpencil = 1\n[late]\nper_day = nan\n",
    "infinity a day": b"redpencil = 1\n[late]\nper_day = inf\n",
    "less than nothing a day": b"redpencil = 1\n[late]\nper_day = -50\n",
    "a pattern that runs for ever": rb"""redpencil = 1
file_names = '''(?P<student>(a+)+)+$'''
""",
    "a pattern that is none": b"redpencil = 1\nfile_names = '''(?P<student>'''\n",
    "a name that is not known": b"redpencil = 1\npoints = 220\n",
}


@pytest.mark.parametrize("what", COURSES)
def test_settings_that_are_none_are_told_before_anything_is_graded(course, what):
    (course.folder / "course.toml").write_bytes(COURSES[what])
    status, _, err = course.run("grade", "class")

    assert "Traceback" not in err
    assert status == 2 or what == "a pattern that runs for ever"
    assert status != 2 or not (course.folder / "gradebook.sqlite").exists()
