"""Free text goes out to a person, and the person's points and comments come back in; nothing decided is ever lost."""

import csv
import io
import json
from pathlib import Path

import pytest

from gradebooks import Database
from perfect import EXERCISE, answers_file, encoded, perfect_answers
from redpencil import cli
from redpencil.cli import main
from redpencil.grading.decisions import folded

WORDS = "It says “at least 60”, and shows nothing."
# exercises/who-says-so/rubric.toml: three criteria of two points each.
AT_MOST = 6


@pytest.fixture
def course(tmp_path, monkeypatch, database):
    """A class of three whose free texts wait; a function that puts another file into it and grades."""
    monkeypatch.chdir(tmp_path)

    def put(path, answers=None, **changed):
        file = tmp_path / "class" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        row = answers_file(perfect_answers(evidence=WORDS) if answers is None else answers, **changed)
        file.write_bytes(encoded(row))

    for student in ("ada", "ben", "cara"):
        put(f"{student}/w.redpencil.json")
    main(["grade", "class"])
    return put


def run(capsys, *arguments):
    capsys.readouterr()
    status = main([str(a) for a in arguments])
    told = capsys.readouterr()
    return status, told.out, told.err


def rows():
    return {row["path"]: row for row in Database(cli.DEFAULT_GRADEBOOK).rows() if row["is_current"]}


def of(student):
    return rows()[f"{student}/w.redpencil.json"]


def decisions():
    return Database(cli.DEFAULT_GRADEBOOK).rows("decisions", "id")


def sheet(*lines, header="exercise,student id,item,points,comment", name="points.csv"):
    Path(name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return name


def waiting_sheet(capsys):
    """The rows of the sheet that is written of what waits, as a spreadsheet program reads them."""
    assert run(capsys, "grade", "--free-text-out", "waiting.csv")[0] == 0
    return list(csv.DictReader(io.StringIO(Path("waiting.csv").read_bytes().decode("utf-8-sig"), newline="")))


def save(filled, name="waiting.csv", encoding="utf-8-sig", **dialect):
    with Path(name).open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, filled[0].keys(), **dialect)
        writer.writeheader()
        writer.writerows(filled)
    return name


@pytest.mark.parametrize(
    ("encoding", "dialect"),
    [
        ("utf-8-sig", {}),
        ("utf-8", {"delimiter": ";", "lineterminator": "\n"}),
        ("utf-16", {"delimiter": "\t"}),
        ("utf-8-sig", {"delimiter": ";", "quoting": csv.QUOTE_ALL}),
    ],
)
def test_the_sheet_that_goes_out_is_filled_in_and_read_back(course, capsys, encoding, dialect):
    filled = waiting_sheet(capsys)
    assert [(r["student id"], r["item"], r["answer"], r["at most"], r["points"], r["comment"]) for r in filled] == [
        (student, "evidence", WORDS, "6", "", "") for student in ("ada", "ben", "cara")
    ]
    filled[0] |= {"points": "4,5", "comment": "Zwei Stellen – gut; “60” fehlt."}
    filled[1] |= {"points": "0"}
    save(filled, encoding=encoding, **dialect)

    status, out, _ = run(capsys, "grade", "--free-text", "waiting.csv", "--by", "Ms Okafor", "--json")

    assert status == 0
    assert json.loads(out)["free_text"] == {
        "decisions": 3, "submissions": 2, "still_waiting": 0, "on_earlier_attempts": 0, "empty_rows": 1,
    }  # fmt: skip
    assert (of("ada")["state"], of("ada")["points"], of("ada")["reason"]) == ("graded", 40.5, "")
    assert json.loads(of("ada")["parts"]) == {"rung": 21, "attributions": 15, "evidence": 4.5}
    assert json.loads(of("ada")["manual"]) == {
        "items": {"evidence": {"points": 4.5, "comment": "Zwei Stellen – gut; “60” fehlt."}}
    }
    assert (of("ben")["state"], of("ben")["points"]) == ("graded", 36)
    assert (of("cara")["state"], of("cara")["points"]) == ("needs-manual", None)
    assert [r["student id"] for r in waiting_sheet(capsys)] == ["cara"]


def test_every_decision_is_kept_with_its_time_reason_and_person(course, capsys):
    run(capsys, "grade", "--free-text", sheet("who-says-so,ada,evidence,2,too short"), "--by", "Ms Okafor")
    run(capsys, "grade", "--free-text", sheet("who-says-so,ada,evidence,3,"), "--by", "Mr Lind")

    kept = decisions()
    assert [(d["kind"], d["item"], json.loads(d["value"]), d["by"]) for d in kept] == [
        ("points", "evidence", 2.0, "Ms Okafor"),
        ("comment", "evidence", "too short", "Ms Okafor"),
        ("points", "evidence", 3.0, "Mr Lind"),
    ]
    assert all(len(d["at"]) == len("2026-11-20T10:00:00Z") for d in kept)
    assert json.loads(of("ada")["manual"]) == {"items": {"evidence": {"points": 3.0, "comment": "too short"}}}
    assert folded(kept) == json.loads(of("ada")["manual"])
    moved = [json.loads(c["after"])["points"] for c in Database(cli.DEFAULT_GRADEBOOK).rows("changes", "id")]
    assert moved == [38.0, 39.0]


def test_reading_the_same_sheet_twice_decides_nothing_new(course, capsys):
    name = sheet("who-says-so,ada,evidence,2,too short", "who-says-so,ben,override,7.5,oral exam")
    run(capsys, "grade", "--free-text", name)
    before = (rows(), decisions())

    _, out, _ = run(capsys, "grade", "--free-text", name, "--json")

    assert json.loads(out)["free_text"]["decisions"] == 0
    assert (rows(), decisions()) == before


def test_an_override_has_the_last_word_and_says_what_was_before(course, capsys):
    run(
        capsys,
        "grade",
        "--free-text",
        sheet("who-says-so,ada,override,7.5,oral exam", "who-says-so,ada,whole,,Well argued."),
    )

    ada = of("ada")
    assert (ada["state"], ada["points"]) == ("graded", 7.5)
    assert json.loads(ada["manual"]) == {"override": {"points": 7.5, "reason": "oral exam"}, "comment": "Well argued."}
    # The free text still has no points of its own, so that there is no number before.
    assert "points_before" not in json.loads(ada["details"])
    run(capsys, "grade", "--free-text", sheet("who-says-so,ada,evidence,6,"))
    assert of("ada")["points"] == 7.5
    assert json.loads(of("ada")["details"])["points_before"] == 42

    run(capsys, "grade", "--free-text", sheet("who-says-so,ada,override,-,"))

    assert of("ada")["points"] == 42
    assert "points_before" not in json.loads(of("ada")["details"])


def test_what_was_decided_can_be_taken_back_and_waits_again(course, capsys):
    run(capsys, "grade", "--free-text", sheet("who-says-so,ada,evidence,2,too short"))
    run(capsys, "grade", "--free-text", sheet("who-says-so,ada,evidence,-,-"))

    assert (of("ada")["state"], of("ada")["points"], of("ada")["manual"]) == ("needs-manual", None, "{}")
    assert [json.loads(d["value"]) for d in decisions()] == [2.0, "too short", None, None]


# What is said of a sheet does not hang on the database: one will do.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "who-says-so,ada,evidence,6.5,",
            "found the points “6.5”; expected a number from 0 to 6, the rubric’s maximum",
        ),
        ("who-says-so,ada,evidence,-1,", "found the points “-1”"),
        ("who-says-so,ada,evidence,1e3,", "found the points “1e3”"),
        ("who-says-so,ada,evidence,nan,", "found the points “nan”"),
        ("who-says-so,ada,evidence,02.Apr,", "taken for a date"),
        ("who-says-so,ada,evidnce,2,", "found the item “evidnce”; expected a free text of who-says-so (evidence)"),
        ("who-says-so,ada,rung-01,1,", "found the item “rung-01”"),
        ("who-says-so,adam,evidence,2,", "found the student id “adam”"),
        ("who-says-so,,evidence,2,", "found no student id"),
        ("who-said-so,ada,evidence,2,", "found the exercise “who-said-so”"),
        ("who-says-so,ada,override,7,", "found no reason"),
        ("who-says-so,ada,override,,why", "found no points"),
        ("who-says-so,ada,override,43,extra", "expected a number from 0 to 42"),
        ("who-says-so,ada,whole,3,why", "found points (3)"),
        ("who-says-so,ben,evidence,4,", "a second time; line 2 has them"),
        (f"who-says-so,ada,evidence,2,{'x' * 5001}", "a comment of 5,001 characters"),
    ],
)
def test_one_bad_row_is_told_with_its_line_and_nothing_of_the_file_is_written(course, capsys, line, told):
    before = Database(cli.DEFAULT_GRADEBOOK).whole()

    status, _, err = run(capsys, "grade", "--free-text", sheet("who-says-so,ben,evidence,3,good", line))

    assert status == 2
    assert told in err
    assert "line 3: " in err
    assert "nothing of the file was written" in err
    assert Database(cli.DEFAULT_GRADEBOOK).whole() == before


def test_all_bad_rows_are_told_at_once_in_the_order_of_their_lines(course, capsys):
    name = sheet("who-says-so,adam,evidence,2,", "who-says-so,ada,evidence,7,", "who-says-so,ben,evidence,3,")

    err = run(capsys, "grade", "--free-text", name)[2]

    assert "2 rows cannot be taken" in err
    assert err.index("line 2: ") < err.index("line 3: ")


def test_a_line_number_counts_the_lines_within_a_cell(course, capsys):
    name = sheet('who-says-so,ben,evidence,3,"two\nlines"', "who-says-so,ada,evidence,7,")

    assert "line 4: " in run(capsys, "grade", "--free-text", name)[2]


# What is said of a sheet does not hang on the database: one will do.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "found the columns nothing"),
        (b"student,points\nada,2\n", "expected one called"),
        (b"PK\x03\x04rest", "Office file"),
        (b"exercise,student id,item,points,points\n", "two columns are"),
        (b'exercise,student id,item,points\nwho-says-so,ada,evidence,"2\n', "quotation mark"),
    ],
)
def test_a_file_that_is_no_such_sheet_is_told(course, capsys, data, told):
    Path("points.csv").write_bytes(data)

    status, _, err = run(capsys, "grade", "--free-text", "points.csv")

    assert status == 2
    assert told in err
    assert decisions() == []


def test_an_old_spreadsheets_encoding_is_guessed_and_said(course, capsys):
    text = "exercise;student id;item;points;comment\nwho-says-so;ada;evidence;2;Schön, aber zu kurz – „60“?\n"
    Path("points.csv").write_bytes(text.encode("cp1252"))

    _, out, _ = run(capsys, "grade", "--free-text", "points.csv")

    assert json.loads(of("ada")["manual"])["items"]["evidence"]["comment"] == "Schön, aber zu kurz – „60“?"
    assert "Windows-1252" in out


def test_what_a_submission_is_judged_unfit_for_takes_no_points(course, capsys, tmp_path):
    broken = tmp_path / "class/dan/w.redpencil.json"
    broken.parent.mkdir()
    broken.write_bytes(b"{")
    main(["grade", "class"])

    err = run(capsys, "grade", "--free-text", sheet("who-says-so,dan,override,7,by hand"))[2]

    assert "found the student id “dan”" in err


# What happens afterwards.


def test_a_later_attempt_waits_anew_and_says_so_and_nothing_is_lost(course, capsys):
    run(capsys, "grade", "--free-text", sheet("who-says-so,ada,evidence,2,too short"))
    course("ada/later.redpencil.json", saved_at="2026-03-05T09:00:00Z")
    main(["grade", "class"])

    later = rows()["ada/later.redpencil.json"]
    assert (later["state"], later["points"], later["manual"]) == ("needs-manual", None, "{}")
    assert later["reason"] == (
        "Free text waits for a person. What was decided on an earlier attempt stays with it: ada/w.redpencil.json."
    )
    assert json.loads(of("ada")["manual"]) == {"items": {"evidence": {"points": 2.0, "comment": "too short"}}}
    # The earlier attempt counts again, with its points, when the later one is gone.
    Path("class/ada/later.redpencil.json").write_bytes(b"{")
    main(["grade", "class"])
    assert (of("ada")["state"], of("ada")["points"]) == ("graded", 38)


def test_points_for_what_was_read_stay_with_it_though_the_student_handed_in_again(course, capsys):
    filled = waiting_sheet(capsys)
    filled[0] |= {"points": "2"}
    filled[1] |= {"points": "3"}
    save(filled)
    course("ada/later.redpencil.json", saved_at="2026-03-05T09:00:00Z")
    main(["grade", "class"])

    status, out, _ = run(capsys, "grade", "--free-text", "waiting.csv")

    assert status == 0
    assert "1 handed in again since" in out
    assert of("ben")["points"] == 39
    assert (of("ada")["state"], json.loads(of("ada")["manual"])) == (
        "duplicate",
        {"items": {"evidence": {"points": 2.0}}},
    )
    later = rows()["ada/later.redpencil.json"]
    assert (later["state"], later["points"]) == ("needs-manual", None)
    assert "earlier attempt" in later["reason"]


def test_the_same_file_fetched_again_under_another_name_keeps_its_points(course, capsys, tmp_path):
    run(capsys, "grade", "--free-text", sheet("who-says-so,ada,evidence,2,too short"), "--by", "Ms Okafor")
    again = tmp_path / "again/ada/z.redpencil.json"
    again.parent.mkdir(parents=True)
    again.write_bytes((tmp_path / "class/ada/w.redpencil.json").read_bytes())

    main(["grade", "again"])

    here = rows()["ada/z.redpencil.json"]
    assert (here["state"], here["points"]) == ("graded", 38)
    mine = [d for d in decisions() if d["submission_id"] == here["id"]]
    assert [(d["kind"], d["by"]) for d in mine] == [("points", "Ms Okafor"), ("comment", "Ms Okafor")]
    assert folded(mine) == json.loads(here["manual"])


def test_a_changed_key_regrades_and_keeps_what_a_person_decided(course, capsys, tmp_path):
    run(
        capsys, "grade", "--free-text", sheet("who-says-so,ada,evidence,2,too short", "who-says-so,ben,override,7,oral")
    )
    keys = tmp_path / "private/who-says-so"
    keys.mkdir(parents=True)
    old = '"id": "r02", "layer": "sourcing", "label": "own-voice"'
    lines = (EXERCISE.folder / "key.jsonl").read_text(encoding="utf-8")
    (keys / "key.jsonl").write_text(lines.replace(old, old.replace("own-voice", "opinion")), encoding="utf-8")
    kept = decisions()

    _, out, _ = run(capsys, "grade", "class", "--keys", tmp_path / "private", "--json")

    # 21 - 1 of the ladder, 15, 2 by hand.
    assert of("ada")["points"] == 37
    assert json.loads(of("ada")["parts"]) == {"rung": 20, "attributions": 15, "evidence": 2}
    assert of("ben")["points"] == 7
    assert decisions() == kept
    assert [(m["student_id"], m["points_before"], m["points"], m["reason"]) for m in json.loads(out)["moved"]] == [
        ("ada", 38.0, 37.0, "The key or the exercise changed.")
    ]


# Twelve of the 21 sentences, a point each: 30 of 42 are left.
DROPPED = json.dumps([f"rung-{n:02}" for n in range(1, 13)])
SETTINGS = f"redpencil = 1\n[exercises.who-says-so]\ndrop = {DROPPED}\n"
TOO_MANY = "The whole has 40 points by hand, more than can be had now (30): give them anew."


@pytest.fixture
def above(course, capsys):
    """Ada has 40 of 42 points by her teacher's word, and then only 30 can be had; what grading again said."""
    run(
        capsys, "grade", "--free-text", sheet("who-says-so,ada,override,40,oral exam", "who-says-so,ben,override,30,so")
    )
    Path("course.toml").write_text(SETTINGS, encoding="utf-8")
    return run(capsys, "grade", "--again")[1]


def test_points_by_hand_above_a_maximum_that_fell_wait_and_are_told(above, capsys):
    ada = of("ada")

    assert (ada["state"], ada["points"], ada["points_at_most"], ada["reason"]) == (
        "needs-manual", None, 30, f"Free text waits for a person. {TOO_MANY}",
    )  # fmt: skip
    assert of("ben")["points"] == 30
    assert "ada, who-says-so: 40.00 -> needs-manual" in above
    assert "points by hand that are more than can be had now, so that they wait: 1\n  ada, who-says-so: " in above
    # It is told as long as it is so, also by a run that changes nothing.
    told = json.loads(run(capsys, "grade", "class", "--json")[1])
    assert (told["above_maximum_in_all"], told["moved_in_all"]) == (1, 0)
    assert told["above_maximum"][0]["student_id"] == "ada"


def test_points_by_hand_above_the_maximum_go_into_no_table_and_onto_no_page_as_a_number(above, capsys):
    run(capsys, "export", "csv", "--output", "grades.csv")
    with Path("grades.csv").open(encoding="utf-8", newline="") as stream:
        table = {row["Student ID"]: row for row in csv.DictReader(stream)}
    assert (table["ada"]["Points"], table["ada"]["Out of"], table["ada"]["Set by teacher"]) == ("", "30.00", "40.00")
    assert TOO_MANY in table["ada"]["Reason"]
    Path("sheet.csv").write_text(
        "Student,ID,Section,who-says-so (1)\n    Points Possible,,,30\nada,ada,1,7\nben,ben,1,7\n", encoding="utf-8"
    )
    assert "1  needs-manual" in run(capsys, "export", "canvas", "--sheet", "sheet.csv")[1]
    assert Path("sheet-filled.csv").read_text(encoding="utf-8").splitlines()[2:] == ["ada,ada,1,7", "ben,ben,1,30.00"]
    run(capsys, "feedback")
    page = Path("feedback/who-says-so/ada.html").read_text(encoding="utf-8")
    assert "Not finished yet." in page
    assert (
        "Your teacher set the points: 40. Since then the most that can be had became 30, so your teacher will" in page
    )
    run(capsys, "report")
    report = Path("report/who-says-so-report.html").read_text(encoding="utf-8")
    assert TOO_MANY in report.partition("Points that you gave and that are more than can be had now")[2]


def test_points_by_hand_above_the_maximum_are_asked_for_anew_in_the_sheet(above, capsys):
    filled = waiting_sheet(capsys)
    (asked,) = [row for row in filled if row["item"] == "override"]
    assert (asked["student id"], asked["at most"]) == ("ada", "30")
    assert asked["rubric"] == "by hand, before: 40 points (oral exam)"
    asked |= {"points": "28.5", "comment": "oral exam, as a share"}
    save([asked])

    assert run(capsys, "grade", "--free-text", "waiting.csv")[0] == 0
    assert (of("ada")["state"], of("ada")["points"], of("ada")["reason"]) == ("graded", 28.5, "")
    assert json.loads(run(capsys, "grade", "--again", "--json")[1])["above_maximum_in_all"] == 0


def test_points_by_hand_hold_again_when_the_maximum_is_what_it_was(above, capsys):
    Path("course.toml").unlink()
    run(capsys, "grade", "--again")

    assert (of("ada")["state"], of("ada")["points"], of("ada")["reason"]) == ("graded", 40, "")
    assert "above" not in json.loads(of("ada")["details"])


def test_hostile_texts_go_out_neutralised_and_come_back_to_their_student(course, capsys):
    course("=1+1/w.redpencil.json", perfect_answers(evidence='=HYPERLINK("http://example.org")'))
    course("@x/w.redpencil.json", perfect_answers(evidence='\t+1, "two"\r\nlines; three'))
    main(["grade", "class"])

    filled = waiting_sheet(capsys)
    for row in filled:
        row["points"] = "1"
    save(filled)
    status, _, err = run(capsys, "grade", "--free-text", "waiting.csv")

    assert status == 0, err
    cells = [cell for row in filled for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert of("=1+1")["points"] == of("@x")["points"] == 37


def test_a_comment_of_any_script_comes_back_as_it_was_written(course, capsys):
    comment = 'مرحبا, שלום; 市 "quoted" 🖍️ \N{RIGHT-TO-LEFT OVERRIDE}x'
    filled = waiting_sheet(capsys)
    filled[0]["comment"] = comment
    save(filled)

    run(capsys, "grade", "--free-text", "waiting.csv")

    assert json.loads(of("ada")["manual"])["items"]["evidence"]["comment"] == comment


def test_a_sheet_that_somebody_has_filled_in_is_not_written_over(course, capsys):
    filled = waiting_sheet(capsys)
    filled[0]["points"] = "5"
    save(filled)
    wrote = Path("waiting.csv").read_bytes()
    Path("roster.csv").write_text("id,name\nada,Ada\n", encoding="utf-8")

    # “-out” by mistake, twice; and a file that is something else.
    told = [run(capsys, "grade", "--free-text-out", name)[1] for name in ("waiting.csv", "waiting.csv", "roster.csv")]

    assert "kept as waiting-1.csv" in told[0]
    assert "kept as" not in told[1]  # a blank one is written anew
    assert "kept as roster-1.csv" in told[2]
    assert Path("waiting-1.csv").read_bytes() == wrote
    assert Path("roster-1.csv").read_text(encoding="utf-8") == "id,name\nada,Ada\n"
    assert run(capsys, "grade", "--free-text", "waiting-1.csv")[0] == 0
    assert of("ada")["state"] == "graded"


def test_grading_and_a_sheet_in_one_go(course, capsys):
    status, out, _ = run(
        capsys, "grade", "class", "--free-text", sheet("who-says-so,ada,evidence,2,"), "--csv", "grades.csv", "--json"
    )

    assert status == 0
    assert json.loads(out)["files"] == 3
    assert json.loads(out)["free_text"]["decisions"] == 1
    assert "ada,,,who-says-so,graded,38.00" in Path("grades.csv").read_text(encoding="utf-8")


def test_a_name_that_is_no_text_is_kept_as_far_as_it_is_one(course, capsys):
    # What a terminal of another encoding hands over.
    status = run(capsys, "grade", "--free-text", sheet("who-says-so,ada,evidence,2,"), "--by", "M\udce4x" + "x" * 300)[
        0
    ]

    assert status == 0
    assert [d["by"] for d in decisions()] == ["M\ufffdx" + "x" * 197]


def test_nothing_to_do_is_wrong_usage(course, capsys):
    assert run(capsys, "grade")[0] == 2
    assert run(capsys, "grade", "--free-text", "nowhere.csv")[0] == 2
