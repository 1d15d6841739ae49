"""The gradebook by itself, on both databases: who counts, whose it is, and what every database takes."""

import json
import sqlite3
import subprocess
import sys
import tracemalloc
from contextlib import closing

import pytest
from sqlalchemy import create_engine, event, inspect, text

from redpencil.document import KitError
from redpencil.grading import schema
from redpencil.grading.decisions import OVERRIDE, POINTS, Decision
from redpencil.grading.gradebook import Gradebook


@pytest.fixture
def gradebook(database):
    opened = Gradebook(database.address)
    yield opened
    opened.close()


def row(path, student="ada", **changed):
    """A graded row as `grade_file` makes it; it earned 3 of 5, and its free text, if any, is part “words”."""
    made = {
        "exercise": "x", "student_id": student, "student_name": "", "path": path, "sha256": f"sum of {path}",
        "saved_at": "2026-03-01T09:00:00Z", "state": "graded", "reason": "", "points": 3.0, "points_at_most": 5.0,
        "parts": '{"a":3.0}', "answers": "{}", "details": '{"items":{}}', "exercise_version": "v", "key_version": "k",
        "graded_at": "2026-03-02T09:00:00Z", "handed_in_as": f"folder {student}", "late": False, "attempt": 0,
        "handed_in_at": "", "matched_by": "", "section": "",
    }  # fmt: skip
    return {**made, **changed}


def waits(path, student="ada", **changed):
    values = {
        "state": "needs-manual", "points": None, "reason": "Free text waits for a person.",
        "parts": '{"a":3.0,"words":null}', "details": '{"items":{},"free_text":{"words":true}}',
    }  # fmt: skip
    return row(path, student, **values, **changed)


def unreadable(path, student="ada", **changed):
    return row(path, student, **{"state": "unreadable", "points": None, "parts": "{}", "key_version": "", **changed})


KEY_2 = {"key_version": "another"}


def states(database):
    return {one["path"]: (one["student_id"], one["state"], one["points"]) for one in database.rows()}


def test_next_weeks_file_of_the_same_name_takes_nothing_away_from_this_weeks(gradebook, database):
    gradebook.record([row("ada/work.ipynb", sha256="first")])

    written = gradebook.record([row("ada/work.ipynb", sha256="second", exercise="y")])

    assert len(written.ids) == 1
    assert {(r.exercise, r.state) for r in gradebook.one_for_each_student()} == {("x", "graded"), ("y", "graded")}
    # Of the same exercise, or of none that can be told, it is another version of the file.
    gradebook.record([row("ada/work.ipynb", sha256="third", exercise="y", points=2.0)])
    assert [(r.exercise, r.sha256) for r in gradebook.one_for_each_student()] == [("x", "first"), ("y", "third")]


# Who counts.


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        # The learning platform's time goes before the student's word, also where only one of them has it.
        ({"handed_in_at": "2026-03-05T09:00:00Z"}, {"saved_at": "2026-03-04T09:00:00Z"}, "first"),
        (
            {"handed_in_at": "2026-03-05T09:00:00Z", "saved_at": "2026-03-01T00:00:00Z"},
            {"handed_in_at": "2026-03-04T09:00:00Z", "saved_at": "2026-03-09T00:00:00Z"},
            "first",
        ),
        # Where every one has its number, that decides.
        ({"attempt": 2}, {"attempt": 1, "saved_at": "2026-04-01T09:00:00Z"}, "first"),
        ({"attempt": 1}, {"attempt": 2, "handed_in_at": "2026-01-01T09:00:00Z"}, "second"),
        # Where one has none, the time does.
        ({"attempt": 2}, {"attempt": 0, "saved_at": "2026-04-01T09:00:00Z"}, "second"),
        # At the same time, the number, then the name.
        ({"attempt": 1}, {"attempt": 0}, "first"),
        ({}, {}, "second"),
    ],
)
def test_the_latest_attempt_counts(gradebook, database, first, second, counts):
    gradebook.record([row("first", **first), row("second", **second)])

    other = "second" if counts == "first" else "first"
    assert states(database) == {counts: ("ada", "graded", 3.0), other: ("ada", "duplicate", None)}


def test_what_is_nobodys_competes_with_nothing_and_stands_for_nobody(gradebook, database):
    unknown = {"matched_by": "nobody", "handed_in_as": "canvas 7 zoe"}
    gradebook.record([row("a"), row("b", **unknown), row("c", saved_at="2026-04-01T09:00:00Z", **unknown)])

    assert states(database)["a"] == ("ada", "graded", 3.0)
    assert states(database)["b"][1] == "duplicate"
    assert [one.path for one in gradebook.one_for_each_student()] == ["a"]
    assert [one.path for one in gradebook.of_nobody()] == ["b", "c"]


def test_a_persons_word_says_whose_it_is_at_once_and_for_all_that_comes(gradebook, database):
    unknown = {"matched_by": "nobody", "handed_in_as": "canvas 7 zoe"}
    gradebook.record([row("a"), row("b", "7", saved_at="2026-04-01T09:00:00Z", **unknown)])

    assert gradebook.match("canvas 7 zoe", "ada", section="8b", reason="told me", by="Ms Okafor") == 1

    assert states(database) == {"a": ("ada", "duplicate", None), "b": ("ada", "graded", 3.0)}
    gradebook.record([row("c", "7", saved_at="2026-05-01T09:00:00Z", **unknown)])
    assert states(database)["c"] == ("ada", "graded", 3.0)
    assert [(m["student_id"], m["reason"], m["by"]) for m in database.rows("matches", "id")] == [
        ("ada", "told me", "Ms Okafor")
    ]
    assert {one["matched_by"] for one in database.rows() if one["path"] != "a"} == {"hand"}
    moved = [json.loads(one["before"])["student_id"] for one in database.rows("changes", "id")]
    assert "7" in moved


def test_what_becomes_known_of_who_handed_in_is_written_without_grading_anew(gradebook, database):
    gradebook.record([row("a", "12", student_name="")])

    written = gradebook.record([row("a", "ada", student_name="Ada", matched_by="id", section="8b")]).written

    found = database.rows()[0]
    assert (found["student_id"], found["student_name"], found["matched_by"], found["section"]) == (
        "ada", "Ada", "id", "8b",
    )  # fmt: skip
    assert written == 1
    assert [one["reason"] for one in database.rows("changes", "id")] == ["More is known of who handed it in."]


def test_a_time_that_becomes_known_grades_anew_and_says_so(gradebook):
    gradebook.record([row("a")])
    later = row("a", handed_in_at="2026-03-05T09:00:00Z", points=2.5, details='{"late":{"percent":10}}')

    moved = gradebook.record([later]).moved

    assert [(one.points_before, one.points, one.reason) for one in moved] == [
        (3.0, 2.5, "What is known of when it was handed in changed.")
    ]


# Decisions.


def test_a_decision_that_cannot_be_leaves_the_others_of_its_batch_unwritten(gradebook, database):
    gradebook.record([waits("a"), waits("b", "ben")])
    before = database.whole()

    with pytest.raises(KitError, match="Nothing was written: found the student id “eve”"):
        gradebook.decide([Decision("x", "ada", POINTS, "words", 1.0), Decision("x", "eve", POINTS, "words", 1.0)])

    assert database.whole() == before


def test_what_waits_is_listed_until_it_is_decided(gradebook):
    gradebook.record([waits("a"), waits("b", "ben"), row("c", "cara")])
    assert [one.student_id for one in gradebook.waiting()] == ["ada", "ben"]

    decided = gradebook.decide(
        [Decision("x", "ada", POINTS, "words", 1.5), Decision("x", "ben", OVERRIDE, "", 2.0, "oral")]
    )

    assert (decided.decisions, decided.submissions, decided.still_waiting) == (2, 2, 0)
    assert list(gradebook.waiting()) == []
    assert [(one.student_id, one.points) for one in gradebook.one_for_each_student()] == [
        ("ada", 4.5), ("ben", 2.0), ("cara", 3.0),
    ]  # fmt: skip


def test_decisions_of_a_thousand_students_go_in_at_once(gradebook):
    students = [f"s{n:04}" for n in range(1000)]
    for start in range(0, 1000, 200):
        gradebook.record([waits(f"{s}/w", s) for s in students[start : start + 200]])

    decided = gradebook.decide([Decision("x", s, POINTS, "words", 1.0) for s in students])

    assert (decided.decisions, decided.still_waiting) == (1000, 0)
    assert {one.points for one in gradebook.one_for_each_student()} == {4.0}


def test_what_is_decided_between_reading_and_regrading_is_kept(gradebook, database):
    gradebook.record([waits("a"), row("b", "ben")])
    outdated = next(gradebook.graded_otherwise("x", "another"))
    gradebook.decide([Decision("x", "ada", POINTS, "words", 1.5), Decision("x", "ben", OVERRIDE, "", 5.0, "oral")])

    new = {name: waits("a")[name] for name in ("state", "points", "points_at_most", "details", "reason")}
    values = {**new, "parts": '{"a":2.0,"words":null}', "key_version": "another"}
    done = gradebook.regrade([(outdated[0], values), (outdated[1], {**row("b"), "student_id": "ben", **KEY_2})])

    assert {one["student_id"]: one["points"] for one in database.rows()} == {"ada": 3.5, "ben": 5.0}
    assert [(one.student_id, one.points_before, one.points) for one in done.moved] == [("ada", 4.5, 3.5)]


# What every database takes.


def test_texts_that_are_too_long_are_cut_and_say_so(gradebook, database):
    long = "ä" * 500
    gradebook.record([row("a", long, student_name=long, handed_in_as=long, section=long, exercise="y" * 70)])

    found = database.rows()[0]
    assert found["student_id"] == found["student_name"] == found["section"] == "ä" * 199 + "…"
    assert found["handed_in_as"] == "ä" * 399 + "…"
    assert found["exercise"] == "y" * 63 + "…"


def test_nul_and_half_characters_are_replaced(gradebook, database):
    gradebook.record([unreadable("a\x00b", "x\ud800y", reason="\x00", student_name="\udcffz")])

    found = database.rows()[0]
    assert (found["path"], found["student_id"], found["reason"], found["student_name"]) == (
        "a\ufffdb", "x\ufffdy", "\ufffd", "\ufffdz",
    )  # fmt: skip


def test_a_text_of_any_script_comes_back_as_it_was(gradebook, database):
    name = "Žoë 王 🖍️ مرحبا"
    answers = json.dumps({"words": "a\x00b \\ ' \" % :x"})
    gradebook.record([unreadable(f"{name}/w", name, answers=answers, reason=name)])

    found = database.rows()[0]
    assert (found["student_id"], found["path"], found["reason"]) == (name, f"{name}/w", name)
    assert json.loads(found["answers"]) == {"words": "a\x00b \\ ' \" % :x"}


def test_paths_beyond_measure_stay_two_and_are_known_again(gradebook, database):
    paths = ["ä" * 3000 + "/a", "ä" * 3000 + "/b", "d/" * 2000 + "w"]

    assert gradebook.record([row(path, str(n)) for n, path in enumerate(paths)]).written == 3
    assert gradebook.record([row(path, str(n)) for n, path in enumerate(paths)]).written == 0

    stored = [one["path"] for one in database.rows()]
    assert len(set(stored)) == 3
    assert all(len(path.encode()) <= schema.PATH_AT_MOST for path in stored)


def test_rows_come_in_the_order_of_code_points_whatever_the_databases_own(gradebook):
    names = ["b", "B", "a", "ä", "Ä", "_", "10", "9", "é", "z"]
    gradebook.record([row(f"{name}/w", name) for name in names])

    assert [one.student_id for one in gradebook.one_for_each_student()] == sorted(names)


def test_memory_does_not_grow_with_the_number_of_rows_that_are_read(gradebook):
    details = json.dumps({"items": {}, "filler": "x" * 4000})
    for start in range(0, 4000, 200):
        gradebook.record([row(f"s{n:05}/w", f"s{n:05}", details=details) for n in range(start, start + 200)])

    tracemalloc.start()
    assert sum(1 for _ in gradebook.one_for_each_student()) == 4000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    # All rows at once hold 16 MB of details alone; 500 at a time hold 2.
    assert peak < 10_000_000


def test_a_hundred_thousand_ids_are_looked_up_some_at_a_time(gradebook):
    ids = gradebook.record([row("a")]).ids

    assert [one.path for one in gradebook.of_ids([*range(-100_000, 0), *ids])] == ["a"]


# PostgreSQL alone.


def test_a_gradebook_of_format_1_on_postgresql_becomes_as_a_new_one(postgresql):
    old, new = postgresql.new_database(), postgresql.new_database()
    script = (
        "import sys\nfrom alembic import command\nfrom alembic.config import Config\n"
        "from sqlalchemy import create_engine\nengine = create_engine(sys.argv[1])\n"
        "with engine.begin() as connection:\n"
        "    config = Config()\n    config.set_main_option('script_location', 'redpencil.grading:migrations')\n"
        "    config.set_main_option('path_separator', 'os')\n    config.attributes['connection'] = connection\n"
        "    command.upgrade(config, '1')\n    connection.exec_driver_sql('DROP TABLE alembic_version')\n"
    )
    subprocess.run([sys.executable, "-c", script, old], check=True)
    engine = create_engine(old)
    with engine.begin() as connection:
        values = {name: value for name, value in waits("a").items() if name in FORMAT_1}
        names = ", ".join([*values, "is_current"])
        places = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO submissions ({names}) VALUES ({places}, true)"), values)
    Gradebook(new).close()

    Gradebook(old).close()

    with engine.connect() as connection:
        kept = connection.execute(text("SELECT * FROM submissions")).mappings().one()
        assert (kept["path"], kept["manual"], kept["late"], kept["is_current"]) == ("a", "{}", False, True)
        assert json.loads(kept["details"])["free_text"] == {"words": True}
    assert described(engine) == described(create_engine(new))
    engine.dispose()
    for address in (old, new):
        postgresql.drop(address)


FORMAT_1 = (
    "exercise", "student_id", "student_name", "path", "sha256", "saved_at", "state", "reason", "points",
    "points_at_most", "parts", "answers", "details", "exercise_version", "key_version", "graded_at",
)  # fmt: skip


def described(engine):
    """Columns with their collation, keys and indexes of every table."""
    seen = inspect(engine)
    with engine.connect() as connection:
        query = "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, "
        query += "collation_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        columns = [tuple(one) for one in connection.execute(text(query))]
    keys = {
        table: (
            seen.get_pk_constraint(table)["constrained_columns"],
            sorted(u["name"] for u in seen.get_unique_constraints(table)),
            sorted((i["name"], tuple(i["column_names"])) for i in seen.get_indexes(table)),
        )
        for table in seen.get_table_names()
    }
    engine.dispose()
    return columns, keys


def test_no_question_of_a_batch_reads_the_whole_gradebook(tmp_path):
    # In SQLite, which says how it will look for something; a table that is scanned makes time grow with its square.
    gradebook = Gradebook(f"sqlite:///{tmp_path / 'gradebook.sqlite'}")
    asked = []

    @event.listens_for(gradebook.engine, "before_cursor_execute")
    def hear(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    for exercise in ("x", "y"):
        gradebook.record([row(f"{n}-{exercise}.json", f"student {n}", exercise=exercise) for n in range(200)])
    ids = gradebook.record([waits("later.json", "student 1"), row("a.json", "student 2")]).ids
    gradebook.decide([Decision("x", "student 1", POINTS, "words", 1.0, "read")])
    list(gradebook.of_ids(ids))
    gradebook.close()

    with closing(sqlite3.connect(tmp_path / "gradebook.sqlite")) as database:
        plans = {
            statement: [step[3] for step in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in asked
            if "submissions" in statement
        }
    assert len(plans) >= 5
    assert not {statement: plan for statement, plan in plans.items() if "SCAN submissions" in plan}
