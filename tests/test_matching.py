"""Whose a submission is: by an id, by the exact name, by a person's word, and never by guess."""

import json
import shutil
import sqlite3
import zipfile

import pytest

from perfect import answers_file, encoded
from redpencil.cli import main
from redpencil.grading.matching import Matcher
from redpencil.grading.roster import load_roster

ROSTER = """id,login,last name,first name,section
s1,al,Lovelace,Ada,8b
s2,gh,Hopper,Grace,8b
s3,zo,O'Neil-Smith,Zoë,8a
s4,a1,Schmidt,Anna,8a
s5,a2,Schmidt,Anna,8b
s6,ct,Turing,Alan,8a
"""


@pytest.fixture
def matched(tmp_path):
    """Whose an identity is found to be, and by what, with a roster of these lines."""

    def matched(source, id, name="", roster=ROSTER):
        (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
        row = {"handed_in_as": f"{source} {id} {name}".strip(), "student_id": id, "student_name": ""}
        Matcher(load_roster(tmp_path / "roster.csv")).apply([row])
        return row["matched_by"], row["student_id"], row.get("section", "")

    return matched


@pytest.mark.parametrize(
    ("source", "id", "name", "expected"),
    [
        ("folder", "s1", "", ("id", "s1", "8b")),
        ("folder", " S1 ", "", ("id", "s1", "8b")),
        ("blackboard", "gh", "", ("id", "s2", "8b")),
        ("answers", "al", "Ada L.", ("id", "s1", "8b")),
        # By name: as the system writes it.
        ("canvas", "901", "lovelaceada", ("name", "s1", "8b")),
        ("canvas", "903", "oneilsmithzoë", ("name", "s3", "8a")),
        ("canvas", "903", "oneilsmithzoe\u0308", ("name", "s3", "8a")),
        ("canvas", "903", "o-neil-smith--zoë", ("name", "s3", "8a")),
        ("moodle", "Participant 5", "Zoë ONeil-Smith", ("name", "s3", "8a")),
        ("moodle", "Participant 5", "Zoë O'Neil-Smith", ("name", "s3", "8a")),
        ("moodle", "Participant 5", "LOVELACE,  Ada", ("name", "s1", "8b")),
        ("blackboard", "u77", "Grace Hopper", ("name", "s2", "8b")),
        ("folder", "Grace Hopper", "", ("name", "s2", "8b")),
        # Nobody, or two: it waits, and keeps the id that it came with.
        ("canvas", "904", "schmidtanna", ("nobody", "904", "")),
        ("folder", "Anna Schmidt", "", ("nobody", "Anna Schmidt", "")),
        ("canvas", "anon_Yx3Qa", "", ("nobody", "anon_Yx3Qa", "")),
        ("moodle", "Participant 5", "", ("nobody", "Participant 5", "")),
        # Near is not exact.
        ("canvas", "901", "lovelaceadah", ("nobody", "901", "")),
        ("moodle", "Participant 5", "Zoe ONeil-Smith", ("nobody", "Participant 5", "")),
        ("moodle", "Participant 5", "Ada", ("nobody", "Participant 5", "")),
        ("folder", "1", "", ("nobody", "1", "")),
        # The id is one student's and the name another's: one of them is there by chance.
        ("canvas", "s2", "lovelaceada", ("nobody", "s2", "")),
    ],
)
def test_a_match_is_by_id_or_by_exact_name(matched, source, id, name, expected):
    assert matched(source, id, name) == expected


def test_a_name_that_another_student_has_in_the_other_order_waits(matched):
    roster = "id,last name,first name\n1,Ali,Hassan\n2,Hassan,Ali\n"

    assert matched("moodle", "Participant 5", "Ali Hassan", roster) == ("name", "2", "")
    assert matched("moodle", "Participant 5", "Hassan, Ali", roster) == ("name", "2", "")


def test_without_columns_for_them_names_are_sorted_as_canvas_sorts_them(matched):
    roster = 'id,name\n1,Martin Luther King Jr.\n2,"Cruz, Ana de la"\n3,Plato\n'

    # User.name_parts: the suffix stays behind the given names.
    assert matched("canvas", "9", "kingmartinlutherjr", roster)[:2] == ("name", "1")
    assert matched("canvas", "9", "cruzanadela", roster)[:2] == ("name", "2")
    assert matched("canvas", "9", "plato", roster)[:2] == ("name", "3")


def test_names_in_other_scripts_are_matched(matched):
    roster = "id,last name,first name\n1,山田,太郎\n2,عمر,ليلى\n3,नाम,हिन्दी\n4,𝔷𝔬𝔢,𝔞\n"

    assert [matched("canvas", "9", name, roster)[1] for name in ("山田太郎", "عمرليلى", "नामहिन्दी", "𝔷𝔬𝔢𝔞")] == list(
        "1234"
    )
    assert matched("moodle", "Participant 9", "太郎 山田", roster)[1] == "1"


# Through the commands


@pytest.fixture
def course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (tmp_path / "course.toml").write_text('redpencil = 1\nroster = "roster.csv"\n', encoding="utf-8")
    names = {
        "lovelaceada_901_11_who-says-so.json": answers_file(),
        "hoppergrace_LATE_902_12_who-says-so.json": answers_file(),
        "schmidtanna_904_13_who-says-so.json": answers_file(),
        "schmidtanna_905_14_who-says-so.json": answers_file({"rung-01": "opinion"}),
        "zooneil_903_15_who-says-so.json": answers_file(),
    }
    with zipfile.ZipFile("class.zip", "w") as archive:
        for name, row in names.items():
            archive.writestr(name, encoded(row))

    def run(*arguments):
        status = main([str(a) for a in (*arguments, "--json")])
        out = capsys.readouterr()
        return status, json.loads(out.out) if out.out else out.err

    return run


def rows(columns="handed_in_as, student_id, matched_by, section, state", where="is_current"):
    with sqlite3.connect("gradebook.sqlite") as connection:
        found = list(connection.execute(f"SELECT {columns} FROM submissions WHERE {where} ORDER BY path"))
    connection.close()
    return found


def table(name, columns):
    with sqlite3.connect("gradebook.sqlite") as connection:
        found = list(connection.execute(f"SELECT {columns} FROM {name} ORDER BY id"))
    connection.close()
    return found


def test_grade_matches_with_the_courses_roster_and_lists_who_waits_and_who_is_missing(course):
    status, summary = course("grade", "class.zip")

    assert status == 1
    assert rows() == [
        ("canvas 902 hoppergrace", "s2", "name", "8b", "graded"),
        ("canvas 901 lovelaceada", "s1", "name", "8b", "graded"),
        ("canvas 904 schmidtanna", "904", "nobody", "", "graded"),
        ("canvas 905 schmidtanna", "905", "nobody", "", "graded"),
        ("canvas 903 zooneil", "903", "nobody", "", "graded"),
    ]
    assert rows("student_name", "student_id = 's1'") == [("Ada Lovelace",)]
    assert [one["handed_in_as"] for one in summary["waiting"]] == [
        "canvas 903 zooneil", "canvas 904 schmidtanna", "canvas 905 schmidtanna",
    ]  # fmt: skip
    assert summary["waiting_in_all"] == 3
    assert [one["id"] for one in summary["handed_in_nothing"]["who-says-so"]] == ["s3", "s4", "s5", "s6"]
    assert summary["roster"] == {"file": "roster.csv", "encoding": "UTF-8", "students": 6}


def test_what_waits_counts_for_nobody(course, capsys):
    course("grade", "class.zip")

    assert main(["export", "csv"]) == 1  # done, but not for everybody
    out = capsys.readouterr().out
    assert "s1" in out
    assert "904" not in out.replace("9004", "")


def test_match_lists_what_waits_with_near_names_that_are_not_applied(course):
    course("grade", "class.zip")

    status, listed = course("match")

    assert status == 1
    near = {one["handed_in_as"]: [s["id"] for s in one["suggestions"]] for one in listed["waiting"]}
    assert near["canvas 904 schmidtanna"] == near["canvas 905 schmidtanna"] == ["s4", "s5"]
    assert {r[1] for r in rows() if r[2] == "nobody"} == {"903", "904", "905"}


def test_a_match_by_hand_holds_at_once_and_later(course):
    course("grade", "class.zip")

    status, told = course("match", "canvas 904 schmidtanna", "A1", "--reason", "asked her", "--by", "Ms Frizzle")

    assert status == 0
    assert told["settled"] == [{"handed_in_as": "canvas 904 schmidtanna", "student_id": "s4", "rows": 1}]
    assert [one["handed_in_as"] for one in told["waiting"]] == ["canvas 903 zooneil", "canvas 905 schmidtanna"]
    wanted = ("canvas 904 schmidtanna", "s4", "hand", "8a", "graded")
    assert wanted in rows()
    # A new upload of hers, and everything graded again: her word holds, and the gradebook does not change without it.
    with zipfile.ZipFile("class.zip", "a") as archive:
        archive.writestr("schmidtanna_904_16_who-says-so-1.json", encoded(answers_file({"rung-01": "group"})))
    course("grade", "class.zip")
    assert [r[1:3] for r in rows() if r[0] == wanted[0]] == [("s4", "hand"), ("s4", "hand")]
    assert course("grade", "class.zip")[1]["new_or_changed"] == 0
    ((at, *kept),) = table("matches", "at, handed_in_as, student_id, reason, by")
    assert kept == ["canvas 904 schmidtanna", "s4", "asked her", "Ms Frizzle"]
    assert at.endswith("Z")


def test_a_match_is_changed_and_taken_back_by_further_words_that_are_all_kept(course):
    course("grade", "class.zip")
    identity = "canvas 904 schmidtanna"
    course("match", identity, "s4")
    course("match", identity, "s5", "--reason", "the other one")
    assert (identity, "s5", "hand", "8b", "graded") in rows()

    status, told = course("match", identity, "--undo", "--reason", "neither")

    assert status == 0
    assert identity in [one["handed_in_as"] for one in told["waiting"]]
    course("grade", "class.zip")
    assert (identity, "904", "nobody", "", "graded") in rows()
    assert table("matches", "student_id, reason") == [("s4", ""), ("s5", "the other one"), ("", "neither")]
    assert len(table("decisions", "kind")) == 3


def test_a_submission_that_is_matched_competes_with_the_students_others(course):
    course("grade", "class.zip")
    # Both of one Anna: the later one counts.
    course("match", "canvas 904 schmidtanna", "s4")
    course("match", "canvas 905 schmidtanna", "s4")

    states = {r[0]: r[4] for r in rows() if r[1] == "s4"}
    assert sorted(states.values()) == ["duplicate", "graded"]


def test_a_zip_that_is_fetched_again_or_unpacked_doubles_nobody_and_is_no_fault(course):
    course("grade", "class.zip")
    for identity, student in (("904 schmidtanna", "s4"), ("905 schmidtanna", "s5"), ("903 zooneil", "s3")):
        course("match", f"canvas {identity}", student)
    counted = "student_id, sha256, points", "is_current AND state != 'duplicate'"
    before = sorted(rows(*counted))
    assert [id for id, *_ in before] == ["s1", "s2", "s3", "s4", "s5"]
    # Of two that are the same in all, the one with the later path counts: once the first one, once the second.
    shutil.copy("class.zip", "again.zip")
    with zipfile.ZipFile("class.zip") as archive:
        archive.extractall("unpacked")

    status, summary = course("grade", "again.zip")
    assert (status, summary["same_files"], summary["not_graded_in_all"], summary["not_graded"]) == (0, 5, 0, [])
    assert sorted(rows(*counted)) == before
    status, summary = course("grade", "unpacked")
    assert (status, summary["same_files"], summary["not_graded_in_all"]) == (0, 0, 0)
    assert sorted(rows(*counted)) == before


def test_a_roster_that_is_left_out_the_next_time_is_asked_for(course, tmp_path, monkeypatch, capsys):
    course("grade", "class.zip")
    capsys.readouterr()
    (tmp_path / "course.toml").unlink()

    main(["grade", "class.zip"])
    assert "graded with a roster before, and now without" in capsys.readouterr().out

    main(["grade", "class.zip", "--roster", "roster.csv"])
    assert "graded with a roster before" not in capsys.readouterr().out


def test_many_are_settled_with_a_table(course, tmp_path):
    course("grade", "class.zip")
    (tmp_path / "words.csv").write_text(
        "Handed in as;Student ID;Reason\ncanvas 904 schmidtanna;s4;asked\nCANVAS 905  schmidtanna;a2;\n",
        encoding="utf-8",
    )

    status, told = course("match", "--csv", "words.csv")

    assert status == 0
    assert [(one["student_id"], one["rows"]) for one in told["settled"]] == [("s4", 1), ("s5", 1)]
    assert [one["handed_in_as"] for one in told["waiting"]] == ["canvas 903 zooneil"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["canvas 1 nobody", "s1"], "Nothing was handed in as"),
        (["canvas 904 schmidtanna", "s99"], "no id of one student"),
        (["canvas 904 schmidtanna"], "Say whose it is"),
        (["canvas 904 schmidtanna", "s4", "--undo"], "Say whose it is"),
        (["--undo"], "what to take back"),
        # The roster has found her, and nobody has said anything.
        (["canvas 901 lovelaceada", "--undo"], "nothing to take back"),
        (["canvas 904 schmidtanna", "s4", "--csv", "x.csv"], "many at once"),
        (["--csv", "missing.csv"], "missing"),
        (["--csv", "bad.csv"], "bad.csv, line 3"),
        (["--csv", "half.csv"], "no id of one student"),
        (["--csv", "roster.csv"], "no columns"),
    ],
)
def test_a_word_that_cannot_hold_changes_nothing(course, tmp_path, arguments, word):
    (tmp_path / "bad.csv").write_text("handed in as,student id\ncanvas 904 schmidtanna,s4\n,s5\n")
    (tmp_path / "half.csv").write_text(
        "handed in as,student id\ncanvas 904 schmidtanna,s4\ncanvas 905 schmidtanna,s99\n"
    )
    course("grade", "class.zip")
    before = rows()

    status, said = course("match", *arguments)

    assert status == 2
    assert word in said
    assert rows() == before
    assert table("matches", "id") == []


def test_a_roster_that_comes_later_matches_what_was_graded_before(course, tmp_path):
    (tmp_path / "course.toml").unlink()
    course("grade", "class.zip")
    assert {r[1:3] for r in rows()} >= {("901", ""), ("904", "")}

    course("grade", "class.zip", "--roster", "roster.csv")

    assert {r[1:3] for r in rows()} >= {("s1", "name"), ("904", "nobody")}


def test_a_broken_roster_is_told_before_anything_is_graded(course, tmp_path):
    (tmp_path / "roster.csv").write_text("id,name\n1,A\n1,B\n")

    status, said = course("grade", "class.zip")

    assert status == 2
    assert "line 3" in said
    assert not (tmp_path / "gradebook.sqlite").exists()


def test_the_name_that_a_student_types_does_not_outrank_the_folder(course, tmp_path):
    folder = tmp_path / "class/s2"
    folder.mkdir(parents=True)
    typed = answers_file(student={"id": "s1", "name": "Ada Lovelace"})
    (folder / "who-says-so.json").write_bytes(encoded(typed))
    other = tmp_path / "class/unknown"
    other.mkdir()
    (other / "who-says-so.json").write_bytes(encoded(typed))

    course("grade", "class")

    assert [r[:3] for r in rows()] == [("folder s2", "s2", "id"), ("folder unknown", "unknown", "nobody")]


def test_files_without_any_name_are_matched_by_what_was_typed_and_else_wait_each_alone(course, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "who-says-so.json").write_bytes(encoded(answers_file(student={"id": "", "name": "Ada Lovelace"})))
    (folder / "who-says-so (1).json").write_bytes(encoded(answers_file()))
    (folder / "who-says-so (2).json").write_bytes(encoded(answers_file({"rung-01": "group"})))
    (folder / "s6.json").write_bytes(encoded(answers_file()))

    course("grade", "class")

    found = rows()
    assert ("answers Ada Lovelace", "s1", "name") in [r[:3] for r in found]
    assert ("file s6", "s6", "id") in [r[:3] for r in found]
    assert len({r[0] for r in found if r[2] == "nobody"}) == 2


def test_who_waits_and_who_is_missing_is_told_in_words(course, capsys):
    assert main(["grade", "class.zip"]) == 1
    out = capsys.readouterr().out

    assert (
        "handed in nothing for who-says-so: 4 students (Zoë O'Neil-Smith, Anna Schmidt, Anna Schmidt, Alan Turing)"
        in out
    )
    assert "counts for nobody yet: 3" in out
    assert "canvas 903 zooneil: class.zip/zooneil_903_15_who-says-so.json" in out
    assert main(["match"]) == 1
    out = capsys.readouterr().out
    assert "“canvas 904 schmidtanna”" in out
    assert "like: s4, Anna Schmidt, 8a" in out
    assert "only a hint" in out
