"""A run of grading that is killed at any moment, and several at once: nothing is lost, and nothing comes out twice."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine, text

from gradebooks import Database
from perfect import EXERCISE, answers_file, encoded, perfect_answers
from redpencil.cli import main
from redpencil.grading.decisions import POINTS, Decision, folded
from redpencil.grading.gradebook import Gradebook
from redpencil.grading.settling import COUNTING

# Kills by the clock, and kills when so much was written; each begins from a gradebook of its own.
BY_CLOCK, BY_PROGRESS = 6, 6
STUDENTS = 60
# The command itself, in batches of 4, so that a run has many moments between two transactions; and by two workers.
BATCH = 4
GRADE = (
    f"import sys, redpencil.grading.pool as pool\npool.BATCH = {BATCH}\npool.workers = lambda: 2\n"
    "from redpencil.cli import main\nsys.exit(main(['grade', *sys.argv[1:]]))"
)


@pytest.fixture
def course(tmp_path, monkeypatch, database):
    """A gradebook that an earlier run filled, by another key: students with two attempts, decisions, broken files.

    Since then new files have come, and one was replaced. So a run inserts, regrades, and settles who counts.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("redpencil.grading.pool.BATCH", BATCH)
    monkeypatch.setattr("redpencil.grading.pool.workers", lambda: 1)

    def put(path, row):
        file = tmp_path / "class" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(row if isinstance(row, bytes) else encoded(row))

    labels = ["own-voice", "opinion", "group"]
    for n in range(STUDENTS):
        answers = {"rung-02": labels[n % 3], "rung-10": "group", **({"evidence": f"Claim {n}."} if n % 4 == 0 else {})}
        put(f"s{n:02}/a.redpencil.json", answers_file(answers))
    for n in range(0, STUDENTS, 7):
        put(f"s{n:02}/b.redpencil.json", answers_file({"rung-03": "own-voice"}, saved_at="2026-03-02T09:00:00Z"))
    for n in range(0, STUDENTS, 11):
        put(f"s{n:02}/c.redpencil.json", b"{")
    keys = tmp_path / "keys/who-says-so"
    keys.mkdir(parents=True)
    old = '"id": "r02", "layer": "sourcing", "label": "own-voice"'
    lines = (EXERCISE.folder / "key.jsonl").read_text(encoding="utf-8")
    assert old in lines
    (keys / "key.jsonl").write_text(lines.replace(old, old.replace("own-voice", "opinion")), encoding="utf-8")
    grade("class", "--keys", "keys", database=database)
    gradebook = Gradebook(database.address)
    gradebook.decide([Decision("who-says-so", f"s{n:02}", POINTS, "evidence", 3.0) for n in (4, 8, 12)])
    gradebook.close()
    for n in range(3, STUDENTS, 9):
        put(
            f"s{n:02}/d.redpencil.json", answers_file(perfect_answers(evidence="New."), saved_at="2026-04-01T09:00:00Z")
        )
    put("s01/a.redpencil.json", answers_file({"rung-04": "opinion"}))
    return database


def start(*arguments, database):
    command = [sys.executable, "-c", GRADE, *arguments, "--json", "--gradebook", database.address]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def finish(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode in (0, 1), err.decode()
    return json.loads(out)


def grade(*arguments, database):
    """Run the command to its end, where nobody kills it: in this process, which has loaded everything already."""
    assert main(["grade", *arguments, "--json", "--gradebook", database.address]) in (0, 1)


def written(connection, key_version):
    query = text("SELECT count(*) FROM submissions WHERE key_version <> :old AND key_version <> ''")
    count = connection.execute(query, {"old": key_version}).scalar()
    connection.rollback()
    return count


def kill(process):
    """End the run and everybody who works for it, as by a power cut; whether it was still at work."""
    was_at_work = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return was_at_work


@pytest.mark.skipif(os.name != "posix", reason="Windows has no groups of processes that a signal ends at once")
def test_a_run_that_is_killed_at_any_moment_is_finished_by_running_it_again(course, another_database):
    seed = 1 if os.environ.get("CI") else random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    whole = another_database(course)
    began = time.monotonic()
    finish(start("class", database=whole))
    lasted = time.monotonic() - began
    expected, untouched = whole.whole(), course.whole()
    assert expected != untouched
    old_key = next(row["key_version"] for row in course.rows() if row["path"] == "s02/a.redpencil.json")
    rewritten = sum(row["key_version"] not in (old_key, "") for row in whole.rows())
    cut_in_the_middle = 0
    # A server takes longer for each: half of the moments there.
    moments = range(0, BY_CLOCK + BY_PROGRESS, 1 if course.address.startswith("sqlite") else 2)
    for n in moments:
        here = another_database(course)
        process = start("class", database=here)
        if n < BY_CLOCK:
            moment = chance.uniform(0, lasted)
            time.sleep(moment)
        else:
            moment = chance.randrange(1, rewritten - 4)
            engine = create_engine(here.address)
            with engine.connect() as connection:
                while process.poll() is None and written(connection, old_key) < moment:
                    time.sleep(0.002)
            engine.dispose()
        was_at_work = kill(process)
        left = here.whole()
        cut_in_the_middle += left not in (untouched, expected)
        print(f"{moment:.3f} of {lasted:.3f} s, or of {rewritten} rows: {was_at_work=}")
        # Whatever moment it was, no row stands there half: each student's one counts, and no more than one.
        counting = [r["student_id"] for r in here.rows() if r["is_current"] and r["state"] in COUNTING]
        assert len(counting) == len(set(counting))

        grade("class", database=here)

        assert here.whole() == expected
    # Otherwise nothing was tested.
    assert cut_in_the_middle >= len(moments) / 4


def test_a_run_that_is_killed_again_and_again_gets_there(course, another_database):
    whole = another_database(course)
    grade("class", database=whole)
    here = another_database(course)
    for n in range(4):
        process = start("class", database=here)
        time.sleep(0.3 + 0.15 * n)
        kill(process)

    grade("class", database=here)

    assert here.whole() == whole.whole()


# Two at once.


def test_two_runs_over_the_same_folder_lose_nothing_and_write_nothing_twice(course, another_database):
    whole, here = another_database(course), another_database(course)
    grade("class", database=whole)

    both = [start("class", database=here) for _ in range(2)]
    told = [finish(one) for one in both]

    assert here.whole() == whole.whole()
    assert told[0]["states"] == told[1]["states"]


def test_two_runs_on_a_gradebook_that_is_not_there_yet_make_one(course, another_database):
    whole, here = another_database(), another_database()
    grade("class", database=whole)

    both = [start("class", database=here) for _ in range(3)]
    for one in both:
        finish(one)

    assert here.whole() == whole.whole()


def test_two_runs_over_folders_of_different_students_lose_nobody(course, another_database, tmp_path):
    other = tmp_path / "other"
    for n in range(40):
        file = other / f"t{n:02}" / "a.redpencil.json"
        file.parent.mkdir(parents=True)
        file.write_bytes(encoded(answers_file({"rung-10": "group"})))
    whole, here = another_database(course), another_database(course)
    grade("class", database=whole)
    grade("other", database=whole)

    both = [start(folder, database=here) for folder in ("class", "other")]
    for one in both:
        finish(one)

    # Each regrades what it meets, also a file that the other is about to find replaced. So a row may have changed in
    # two steps or in one, and one that is not current may stand in either key; what is current ends the same.
    ends, expected = here.whole(), whole.whole()
    assert current(ends) == current(expected)
    assert files(ends) == files(expected)
    assert ends["decisions"] == expected["decisions"]


def current(tables):
    return [row for row in tables["submissions"] if row["is_current"]]


def files(tables):
    return sorted((row["path"], row["sha256"]) for row in tables["submissions"])


def test_what_a_person_decides_while_a_run_regrades_is_not_lost(course, another_database):
    wanted = [
        Decision("who-says-so", f"s{n:02}", POINTS, "evidence", float(n % 6), f"read {n}")
        for n in (16, 20, 24, 32, 36, 40, 44, 52)
    ]
    whole, here = another_database(course), another_database(course)
    grade("class", database=whole)
    after = Gradebook(whole.address)
    for one in wanted:
        after.decide([one], by="Ms Okafor")
    after.close()

    process = start("class", database=here)
    gradebook = Gradebook(here.address)
    for one in wanted:
        gradebook.decide([one], by="Ms Okafor")
        time.sleep(0.05)
    gradebook.close()
    finish(process)

    assert here.whole()["submissions"] == whole.whole()["submissions"]
    assert here.whole()["decisions"] == whole.whole()["decisions"]
    ids = {row["id"]: row for row in here.rows()}
    for id, row in ids.items():
        mine = [one for one in Database(here.address).rows("decisions", "id") if one["submission_id"] == id]
        assert folded(mine) == json.loads(row["manual"])
