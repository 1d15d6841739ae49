"""A course's settings: what course.toml may say, what lateness costs, and what is told of an entry that cannot be."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from gradebooks import Database
from perfect import EXERCISE, KEY, answers_file, encoded, perfect_answers
from redpencil import cli
from redpencil.cli import main
from redpencil.document import KitError
from redpencil.grading.course import ExerciseSettings, LateRule, load_course
from redpencil.grading.grade import Grader, Graders, grade_file
from redpencil.grading.intake import Found

WHOLE = """
redpencil = 1
title = "8b, autumn term"
roster = "roster.csv"
file_names = '''(?P<student>\\w+)-(?P<file>.+)'''
[feedback]
key = "hidden"
[late]
per_day = 10
at_most = 50
grace_minutes = 15
[exercises.who-says-so]
due = 2026-11-20T23:59:00+01:00
drop = ["rung-03"]
[exercises.who-says-so.late]
at_most = 30
[exercises.the-bridge]
drop = ["rung-01"]
"""


@pytest.fixture
def settings(tmp_path):
    """A function that writes course.toml and reads it."""

    def write(text):
        (tmp_path / "course.toml").write_text(text, encoding="utf-8")
        return load_course(tmp_path)

    return write


def test_every_setting_is_read_and_an_exercises_own_goes_before_the_courses(settings, tmp_path):
    course = settings(WHOLE)

    assert (course.title, course.roster, course.shows_key) == ("8b, autumn term", tmp_path / "roster.csv", False)
    assert course.file_names == r"(?P<student>\w+)-(?P<file>.+)"
    own = course.of("who-says-so")
    assert own.due == datetime.fromisoformat("2026-11-20T23:59:00+01:00")
    assert own.late == LateRule(per_day=10, at_most=30, grace_minutes=15)
    assert own.drop == {"rung-03"}
    assert course.of("the-bridge").late == LateRule(10, 50, 15)
    assert course.of("loaded-labels") == ExerciseSettings(late=LateRule(10, 50, 15))


def test_without_a_file_nothing_is_late_and_nothing_is_dropped(tmp_path):
    course = load_course(tmp_path)

    assert course.shows_key
    assert course.of("who-says-so") == ExerciseSettings()
    assert course.of("who-says-so").lateness("2099-01-01T00:00:00Z", True) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("redpencil = 2", "redpencil is 2; this kit reads 1"),
        ("titel = 'x'\nredpencil = 1", "'titel' is not known; expected one of redpencil, title"),
        ("redpencil = 1\n[late]\nper_dya = 1", r"\[late\]: 'per_dya' is not known"),
        ("redpencil = 1\n[late]\nper_day = 101", "per_day is 101; expected a number of percent, from 0 to 100"),
        ("redpencil = 1\n[late]\nper_day = -1", "per_day is -1"),
        ("redpencil = 1\n[late]\nper_day = nan", "per_day is nan"),
        ("redpencil = 1\n[late]\nat_most = true", "at_most is True"),
        ("redpencil = 1\n[late]\ngrace_minutes = inf", "grace_minutes is inf; expected a number of minutes"),
        ("redpencil = 1\nlate = 5", r"late is 5; expected a table: write \[late\]"),
        ("redpencil = 1\n[feedback]\nkey = 'maybe'", "key is 'maybe'; expected"),
        ("redpencil = 1\nroster = 5", "roster is 5; expected a text in quotes"),
        ("redpencil = 1\n[exercises.who-says-so]\ndue = 2026-11-20T23:59:00", "distance from UTC"),
        ("redpencil = 1\n[exercises.who-says-so]\ndue = '2026-11-20'", "without quotes"),
        ("redpencil = 1\n[exercises.who-says-so]\ndue = 2026-11-20", "expected a date and a time"),
        ("redpencil = 1\n[exercises.who-says-so]\ndrop = 'rung-03'", "drop is 'rung-03'; expected a list"),
        ("redpencil = 1\n[exercises.who-says-so.late]\nper_week = 1", r"\[exercises.who-says-so\], late: 'per_week'"),
        ("redpencil = 1\n[exercises.'Who says']\ndrop = []", "an id is 1 to 64"),
        ("redpencil = 1\nredpencil = 1", "not valid TOML"),
    ],
)
def test_what_cannot_be_is_told_with_its_place_and_what_was_expected(settings, text, told):
    with pytest.raises(KitError, match=told) as error:
        settings(text)
    assert "course.toml" in str(error.value)


def test_a_course_that_is_no_folder_is_told(tmp_path):
    with pytest.raises(KitError, match="is no folder"):
        load_course(tmp_path / "nowhere")


DUE = datetime.fromisoformat("2026-11-20T23:59:00+01:00")
RULE = ExerciseSettings(DUE, LateRule(per_day=10, at_most=35, grace_minutes=15))


@pytest.mark.parametrize(
    ("handed_in_at", "marked", "days", "percent", "by"),
    [
        ("2026-11-20T23:59:00+01:00", False, 0, 0, ""),
        ("2026-11-21T00:14:00+01:00", False, 0, 0, ""),
        ("2026-11-21T00:14:01+01:00", False, 1, 10, "time"),
        ("2026-11-21T23:59:00+01:00", False, 1, 10, "time"),
        ("2026-11-21T23:59:01+01:00", False, 2, 20, "time"),
        ("2026-11-24T12:00:00+01:00", False, 4, 35, "time"),
        ("2027-11-20T23:59:00+01:00", False, 365, 35, "time"),
        # The same moment elsewhere; a time without a zone is in that of the due time.
        ("2026-11-20T22:59:00Z", False, 0, 0, ""),
        ("2026-11-20T23:30:00Z", False, 1, 10, "time"),
        ("2026-11-20T23:58:00", False, 0, 0, ""),
        ("2026-11-21T00:15:00", False, 1, 10, "time"),
        # The hour outranks the mark; where no hour is known, a mark is one day begun.
        ("2026-11-20T12:00:00+01:00", True, 0, 0, ""),
        ("", True, 1, 10, "marker"),
        ("no time at all", True, 1, 10, "marker"),
        ("", False, 0, 0, ""),
    ],
)
def test_each_day_begun_is_counted_after_the_grace(handed_in_at, marked, days, percent, by):
    lateness = RULE.lateness(handed_in_at, marked)

    if days == 0:
        assert lateness is None
    else:
        assert (lateness.days, lateness.percent, lateness.by) == (days, percent, by)


def test_without_a_due_time_only_the_mark_says_late():
    rule = ExerciseSettings(None, LateRule(per_day=10))

    assert rule.lateness("2099-01-01T00:00:00Z", False) is None
    assert rule.lateness("2099-01-01T00:00:00Z", True).by == "marker"


def found(tmp_path, **known):
    """A submission as the intake finds it, handed in by “ada”."""
    file = tmp_path / "w.redpencil.json"
    file.write_bytes(encoded(answers_file()))
    return Found(file, "ada/w.redpencil.json", "ada", file.stat().st_size, **known)


def test_a_penalty_is_of_the_points_that_can_be_had_and_is_told(settings, tmp_path):
    course = settings("redpencil = 1\n[late]\nper_day = 10\n[exercises.who-says-so]\ndue = 2026-11-20T23:59:00+01:00\n")
    row = grade_file(found(tmp_path, handed_in_at="2026-11-22T12:00:00+01:00"), Graders(course=course))

    # 36 of 42 earned; two days begun cost 20 percent of 42.
    assert row["points"] == 36 - 8.4
    details = json.loads(row["details"])
    assert details["late"] == {"days": 2, "percent": 20, "by": "time", "taken": 8.4}
    assert details["points_before"] == 36
    assert json.loads(row["parts"]) == {"rung": 21, "attributions": 15, "evidence": 0}
    assert (row["points_at_most"], row["state"]) == (42, "graded")


def test_a_penalty_never_takes_more_than_there_is(settings, tmp_path):
    course = settings("redpencil = 1\n[late]\nper_day = 100\n")
    row = grade_file(found(tmp_path, late=True), Graders(course=course))

    assert row["points"] == 0
    assert json.loads(row["details"])["late"] == {"days": 1, "percent": 100, "by": "marker", "taken": 36}


def test_the_students_own_word_on_the_time_costs_nothing(settings, tmp_path):
    course = settings("redpencil = 1\n[late]\nper_day = 100\n[exercises.who-says-so]\ndue = 2026-01-01T00:00:00Z\n")
    row = grade_file(found(tmp_path), Graders(course=course))

    # The answers say that they were saved in March.
    assert row["saved_at"] == "2026-03-01T09:00:00Z"
    assert row["points"] == 36


@pytest.mark.parametrize("drop", [["rung-99"], ["rung"], [""]])
def test_dropping_what_is_no_item_is_told_with_the_items_there_are(drop):
    with pytest.raises(KitError, match=r"no item of who-says-so; expected ids among rung-01, .*, evidence"):
        Grader(EXERCISE, KEY, ExerciseSettings(drop=frozenset(drop)))


def test_dropping_everything_is_told_before_anything_is_graded(settings, tmp_path, monkeypatch, capsys):
    ids = json.dumps([item.id for item in EXERCISE.items])
    settings(f"redpencil = 1\n[exercises.who-says-so]\ndrop = {ids}\n")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class").mkdir()
    found(tmp_path / "class")

    assert main(["grade", "class"]) == 2
    assert "drop every item of who-says-so" in capsys.readouterr().err
    assert not Path("gradebook.sqlite").exists()


def test_settings_for_an_exercise_that_is_not_there_are_told(settings, tmp_path, monkeypatch, capsys):
    settings("redpencil = 1\n[exercises.who-said-so]\ndrop = []\n")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class").mkdir()
    found(tmp_path / "class")

    assert main(["grade", "class"]) == 2
    assert "has settings for 'who-said-so', and there is no such exercise here" in capsys.readouterr().err


def test_settings_that_came_with_a_submission_are_refused(settings, tmp_path, monkeypatch, capsys):
    settings("redpencil = 1\n")
    found(tmp_path)
    monkeypatch.chdir(tmp_path)

    assert main(["grade", "."]) == 2
    assert "bring its own settings" in capsys.readouterr().err


# A setting that changes regrades everybody, and says whose grade moved and why.


@pytest.fixture
def course(tmp_path, monkeypatch, database):
    """A class of two in the current folder, and a function that grades it, with settings if they are given."""
    monkeypatch.chdir(tmp_path)
    for student, answers in (("ada", perfect_answers()), ("ben", {"rung-03": "own-voice", "rung-04": "opinion"})):
        file = tmp_path / "class" / student / "w.redpencil.json"
        file.parent.mkdir(parents=True)
        file.write_bytes(encoded(answers_file(answers)))

    def grade(capsys, settings="", *arguments):
        if settings:
            (tmp_path / "course.toml").write_text(f"redpencil = 1\n{settings}\n", encoding="utf-8")
        else:
            (tmp_path / "course.toml").unlink(missing_ok=True)
        capsys.readouterr()
        assert main(["grade", "class", "--json", *arguments]) == 0
        return json.loads(capsys.readouterr().out)

    return grade


def points():
    return {row["student_id"]: row["points"] for row in Database(cli.DEFAULT_GRADEBOOK).rows()}


def test_dropping_an_item_regrades_everybody_and_lists_whose_grade_moved(course, capsys):
    course(capsys)
    before = points()
    told = course(capsys, '[exercises.who-says-so]\ndrop = ["rung-03"]')

    # Sentence 3 is in the report's own voice: both had it right. Its point goes for everybody, and from the maximum.
    assert before["ada"] - points()["ada"] == before["ben"] - points()["ben"] == 1
    assert [(m["student_id"], m["points_before"] - m["points"], m["reason"]) for m in told["moved"]] == [
        ("ada", 1, "The course’s settings changed."), ("ben", 1, "The course’s settings changed."),
    ]  # fmt: skip
    assert told["moved_in_all"] == 2
    row = Database(cli.DEFAULT_GRADEBOOK).rows()[0]
    assert (row["points_at_most"], json.loads(row["details"])["dropped"]) == (41, ["rung-03"])
    changes = Database(cli.DEFAULT_GRADEBOOK).rows("changes", "id")
    assert {change["reason"] for change in changes} == {"The course’s settings changed."}


def test_a_setting_that_moves_no_grade_lists_none(course, capsys):
    course(capsys)

    told = course(capsys, '[exercises.who-says-so]\ndrop = ["evidence"]')

    assert told["new_or_changed"] == 2
    assert (told["moved"], told["moved_in_all"]) == ([], 0)


def test_settings_there_and_back_end_where_they_began(course, capsys, database):
    course(capsys)
    before = [{**row, "graded_at": ""} for row in database.rows()]
    course(capsys, '[exercises.who-says-so]\ndrop = ["rung-03", "attributions"]')

    course(capsys)

    assert [{**row, "graded_at": ""} for row in database.rows()] == before


def test_a_late_rule_without_a_price_is_no_change(course, capsys):
    course(capsys)

    assert course(capsys, "title = 'x'\n[late]\ngrace_minutes = 5")["new_or_changed"] == 0


def test_the_course_can_lie_elsewhere(course, capsys, tmp_path):
    course(capsys)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "course.toml").write_text('redpencil = 1\n[exercises.who-says-so]\ndrop = ["rung-03"]\n')

    assert course(capsys, "", "--course", str(elsewhere))["moved_in_all"] == 2


def test_the_list_on_a_terminal_says_from_what_to_what_and_why(course, capsys, tmp_path):
    course(capsys)
    (tmp_path / "course.toml").write_text('redpencil = 1\n[exercises.who-says-so]\ndrop = ["rung-03"]\n')

    main(["grade", "class"])

    out = capsys.readouterr().out
    assert "2 grades moved:" in out
    assert "  ada, who-says-so: 36.00 -> 35.00. The course’s settings changed." in out
