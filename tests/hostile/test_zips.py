"""A zip of a learning management system whose names and contents are hostile, graded from the command line.

Nothing is unpacked onto the disk, nobody else's work is lost, and what is refused says why. The zip's own format is
tested in ``test_archive.py``; here the whole way is, to the gradebook, the pages and the table.
"""

import json
import os
import zipfile
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmless import assert_harmless
from perfect import answers_file, encoded, notebook
from redpencil.cli import main
from redpencil.document import KitError
from redpencil.grading.grade import Graders, grade_file
from redpencil.grading.intake import find_submissions
from zips import STORED, Part, bomb_of_quoted_headers, zipped

WORK = encoded(answers_file())
HONEST = Part("lovelaceada_11111_22222_who-says-so.ipynb", encoded(notebook(answers_file())))
OTHER = Part("babbagecharles_LATE_33333_44444_who-says-so.ipynb", encoded(notebook(answers_file())))


@pytest.fixture
def graded(course):
    """Grade a zip of these entries beside two honest ones; the rows by path, and what was printed."""

    def grade(*parts, data=None, name="class.zip"):
        (course.folder / name).write_bytes(zipped(HONEST, OTHER, *parts) if data is None else data)
        before = set(course.folder.parent.rglob("*"))
        status, out, err = course.run("grade", name, "--json")
        new = set(course.folder.parent.rglob("*")) - before
        assert {path.name.removesuffix("-wal").removesuffix("-shm") for path in new} <= {"gradebook.sqlite"}
        assert status in (0, 1), err
        rows = course.rows()
        if data is None:
            for part in (HONEST, OTHER):
                assert rows[f"{name}/{part.name}"]["points"] is not None, rows
        assert all((row["points"] is not None) == (row["state"] == "graded") for row in rows.values())
        return {path.removeprefix(f"{name}/"): row for path, row in rows.items()}, json.loads(out)

    return grade


UNSAFE = {
    "a name that leads out": "../../../../tmp/owned.ipynb",
    "a name that leads out of an honest folder": "a/b/../../../owned.ipynb",
    "a name that leads out with backslashes": "..\\..\\owned.ipynb",
    "a name from the root": "/etc/cron.d/owned.ipynb",
    "a name from a disk": "C:\\owned.ipynb",
    "a name from another machine": "\\\\x.invalid\\share\\owned.ipynb",
    "a device of Windows": "con.ipynb",
    "a device of Windows as a folder": "aux/who-says-so.ipynb",
    "a name with a NUL": "eve\0.ipynb",
    "a name that turns the line around": "eve\u202ebnpyi.ipynb",
    "a name with an escape sequence": "eve\x1b[2J.ipynb",
    "a name with a line end": "eve\n  graded: 42.ipynb",
    "a name of a thousand bytes and one": "x" * 1001 + ".ipynb",
}


@pytest.mark.parametrize("what", UNSAFE)
def test_a_name_that_is_not_to_be_trusted_is_listed_and_not_read(graded, what):
    rows, found = graded(Part(UNSAFE[what], WORK))

    (bad,) = (row for row in found["not_graded"] if row["state"] == "unreadable")
    assert bad["path"].isprintable()
    assert len(rows) == 3


HOSTILE = {
    "a link": Part("evee_5_6_a.ipynb", b"/etc/passwd", mode=0o120777),
    "a device": Part("evee_5_6_a.ipynb", b"", mode=0o020666),
    "a password": Part("evee_5_6_a.ipynb", WORK, flags=1),
    "a file that unpacks to a gigabyte": Part("evee_5_6_a.ipynb", b"{", size=10**9),
    "a file that is packed a thousand times": Part("evee_5_6_a.ipynb", b" " * 19_000_000),
    "a size that is a lie": Part("evee_5_6_a.ipynb", WORK, size=5),
    "a check sum that is a lie": Part("evee_5_6_a.ipynb", WORK, crc=1),
    "another name before the data": Part("evee_5_6_a.ipynb", WORK, local_name=b"lovelaceada_11111_22_a.ipynb"),
    "data that are no deflate": Part("evee_5_6_a.ipynb", WORK, packed=b"\xff" * 40),
    "a zip in the zip": Part("evee_5_6_a.zip", zipped(HONEST)),
    "a zip that is called a notebook": Part("evee_5_6_a.ipynb", zipped(HONEST)),
    "a program": Part("evee_5_6_a.py", b"import os"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_an_entry_that_is_hostile_is_listed_and_the_others_are_graded(graded, what):
    rows, found = graded(HOSTILE[what])

    (bad,) = (row for row in found["not_graded"] if row["state"] in ("unreadable", "too-large"))
    assert "evee" in bad["path"]
    assert bad["reason"].isprintable()
    assert sum(row["points"] is not None for row in rows.values()) == 2


def test_two_entries_of_one_name_are_listed_and_neither_counts(graded):
    twice = [Part("evee_5_6_a.ipynb", WORK), Part("evee_5_6_a.ipynb", encoded(answers_file({"rung-02": "own-voice"})))]
    rows, _ = graded(*twice)

    assert rows["evee_5_6_a.ipynb"]["state"] == "unreadable"


@pytest.mark.parametrize(
    "data",
    [
        bomb_of_quoted_headers(200, b" " * 1_000_000), zipped(HONEST, OTHER, claimed=60_000), zipped(HONEST)[:-30],
        b"PK\5\6" + bytes(18), b"", b"PK", bytes(10_000), zipped(HONEST) + bytes(100),
    ],
    ids=["a bomb", "a claim", "cut off", "nothing in it", "empty", "two bytes", "zeros", "something behind it"],
)  # fmt: skip
def test_a_zip_that_is_none_or_a_bomb_is_listed_as_one_file_or_said_to_be_empty(course, data):
    (course.folder / "class.zip").write_bytes(data)
    status, out, err = course.run("grade", "class.zip")

    assert (status == 1 and "class.zip" in out) or (status == 2 and "nothing to grade" in err.lower())
    assert "Traceback" not in err


def test_thousands_of_entries_of_one_student_are_graded_in_time(course):
    with zipfile.ZipFile(course.folder / "class.zip", "w") as made:
        made.writestr(HONEST.name, HONEST.data)
        for n in range(3_000):
            made.writestr(f"evee_5_{n + 100}_who-says-so-{n}.ipynb", b"{")
    found = json.loads(course.run("grade", "class.zip", "--json")[1])

    assert found["files"] == 3_001
    assert found["states"]["graded"] == 1


def test_who_an_entry_says_it_is_of_does_not_outrank_the_systems_name_for_it(graded):
    claims = encoded(answers_file({"rung-02": "own-voice"}, student={"id": "11111", "name": "lovelaceada"},
        saved_at="2030-01-01T00:00:00Z"))  # fmt: skip
    rows, _ = graded(Part("evee_55555_66666_who-says-so.ipynb", claims))

    assert rows[HONEST.name]["state"] == "graded"
    assert rows["evee_55555_66666_who-says-so.ipynb"]["student_id"] == "55555"


def test_settings_a_key_and_a_roster_in_a_zip_are_not_used(graded):
    rows, _ = graded(
        Part("evee_5_6_course.toml", b"redpencil = 1\n[exercises.who-says-so]\ndrop = ['rung']\n"),
        Part("evee_5_7_key.jsonl", b'{"id": "r02"}'), Part("evee_5_8_roster.csv", b"id,name\n5,Ada\n"),
        Part("exercises/who-says-so/key.jsonl", b"{}"),
    )  # fmt: skip

    assert rows[HONEST.name]["points"] == 36
    assert rows[HONEST.name]["points_at_most"] == 42


TEXTS = {
    "markup": "\"'><img src=x onerror=alert(1)>",
    "a script": "<script>alert(1)<\u2215script>",
    "a formula": "=cmd|' \u2215C calc'!A0",
    "a template": "{{ 7*7 }}{% if x %}",
    "quotes and separators": "a\",;'\t",
    "SQL": "'); DROP TABLE submissions; --",
}


@pytest.mark.parametrize("lms", ["canvas", "moodle", "blackboard", "folder"])
@pytest.mark.parametrize("what", TEXTS)
def test_a_name_in_a_zip_is_text_wherever_it_is_shown(course, what, lms):
    text = TEXTS[what].replace("\t", " ")
    path = {
        "canvas": f"{text}_5_6_{text}.ipynb",
        "moodle": f"{text}_5_assignsubmission_file/{text}.ipynb",
        "blackboard": f"Home_{text}_attempt_2026-03-01-09-00-00_{text}.ipynb",
        "folder": f"{text}/{text}.ipynb",
    }[lms]
    beside = Part(f"Home_{text}_attempt_2026-03-01-09-00-00.txt", f"Name: {text} ({text})\n".encode())
    (course.folder / "class.zip").write_bytes(zipped(Part(path, WORK), *([beside] if lms == "blackboard" else [])))
    status, out, err = course.run("grade", "class.zip")
    table = course.table()

    assert (status, err) == (0, "")
    assert all(line.isprintable() for line in out.split("\n"))
    for html in course.pages().values():
        assert_harmless(html)
    assert table.count("\r\n") == 2
    assert ",=" not in table
    assert ',"=' not in table


# Whatever a zip holds, each file comes to a state, twice the same.

names = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"[a-zé]{1,8}_(LATE_)?[0-9]{1,6}_[0-9]{1,6}_[a-z.\-]{1,12}\.(ipynb|json|zip|py)", fullmatch=True),
    st.from_regex(r"[A-Z][a-z]{1,6}_[0-9]{1,4}_assignsubmission_file/[a-z.]{1,8}\.ipynb", fullmatch=True),
    st.from_regex(r"(\.\.|[a-z]|con|\\|/|:|\x00|‮){1,6}(\.ipynb)?", fullmatch=True),
    st.binary(max_size=20),
)
contents = st.sampled_from([WORK, encoded(notebook(answers_file())), b"", b"{", b"[" * 9999, b"\0" * 99]) | st.binary(
    max_size=60
)
parts = st.builds(
    Part,
    name=names,
    data=contents,
    method=st.sampled_from([8, 8, 8, STORED, 12, 99]),
    flags=st.none() | st.integers(0, 0xFFFF),
    crc=st.none() | st.none() | st.integers(0, 2**32 - 1),
    size=st.none() | st.none() | st.integers(0, 2**32 - 1),
    packed=st.none() | st.none() | st.binary(max_size=30),
    mode=st.just(0o100644) | st.integers(0, 0xFFFF),
    extra=st.binary(max_size=20) | st.just(b""),
    offset=st.none() | st.none() | st.integers(0, 2000),
)
GRADERS = Graders()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("zips") / "class.zip"


def outcomes(file, data):
    """A row for each file that is found in the zip, with what holds for all of them."""
    file.write_bytes(data)
    before = sorted(file.parent.rglob("*"))
    try:
        found = list(find_submissions([file]))
    except KitError:
        pytest.fail("a zip that was handed in stopped everything")
    rows = [grade_file(one, GRADERS) for one in found]
    assert sorted(file.parent.rglob("*")) == before
    for row in rows:
        assert row["state"] in {"graded", "needs-manual", "unreadable", "empty", "wrong-exercise", "too-large"}
        assert (row["points"] is not None) == (row["state"] == "graded")
        assert row["state"] == "graded" or row["reason"].strip()
        assert row["reason"].isprintable()
        for value in row.values():
            if isinstance(value, str):
                value.encode()
                assert "\0" not in value
        assert len(row["student_id"]) <= 200
        assert ".." not in row["path"].split("/") or row["state"] == "unreadable"
    again = [grade_file(one, GRADERS) for one in find_submissions([file])]
    assert [row | {"graded_at": ""} for row in rows] == [row | {"graded_at": ""} for row in again]
    return rows


@settings(deadline=timedelta(seconds=10), max_examples=150, suppress_health_check=list(HealthCheck))
@given(some=st.lists(parts, max_size=5), claimed=st.none() | st.none() | st.integers(0, 65_535), large=st.booleans())
def test_whatever_a_zip_holds_each_file_comes_to_a_state(file, some, claimed, large):
    outcomes(file, zipped(*some, claimed=claimed, large=large))


@settings(deadline=timedelta(seconds=10), max_examples=150, suppress_health_check=list(HealthCheck))
@given(start=st.integers(0, 3000), middle=st.binary(max_size=8), gone=st.integers(0, 40), cut=st.integers(0, 60))
def test_a_zip_that_was_damaged_anywhere_comes_to_a_state(file, start, middle, gone, cut):
    whole = zipped(HONEST, OTHER, Part("evee_5_6_a.ipynb", WORK))
    damaged = whole[:start] + middle + whole[start + gone :]
    outcomes(file, damaged[: len(damaged) - cut * (cut % 2)])


def test_a_pipe_that_is_called_a_zip_is_listed_and_not_waited_for(course):
    os.mkfifo(course.folder / "class" / "evil.zip")
    os.mkfifo(course.folder / "pipe.zip")

    assert main(["grade", "class", "--json"]) in (0, 1)
    assert main(["grade", "pipe.zip", "--json"]) in (1, 2)
