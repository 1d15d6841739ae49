"""What lies in a class's folder and is no ordinary file, or does not stay what it was; and what is called strangely.

Each is listed with a state and a reason, none is followed or waited for, and nobody else loses a point by it.
"""

import errno
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from perfect import EXERCISE, answers_file, encoded, notebook
from redpencil.grading import intake, submissions
from redpencil.grading.grade import Graders, grade_file
from redpencil.grading.intake import find_submissions


def states(course, *arguments):
    """The states by path, after grading; the honest student among them has every point."""
    course.grade(*arguments)
    rows = course.rows()
    assert rows["ada/who-says-so.redpencil.json"]["points"] == 36
    assert all(row["points"] is None for row in rows.values() if row["state"] != "graded")
    return {path: row["state"] for path, row in rows.items() if not path.startswith("ada/")}


def eve(course, name="who-says-so.ipynb"):
    path = course.folder / "class/eve" / name
    path.parent.mkdir(exist_ok=True)
    return path


def test_a_link_to_another_students_file_is_listed_and_not_followed(course):
    eve(course).symlink_to(course.folder / "class/ada/who-says-so.redpencil.json")

    assert states(course) == {"eve/who-says-so.ipynb": "unreadable"}
    assert "link" in course.rows()["eve/who-says-so.ipynb"]["reason"]


def test_a_link_to_the_key_is_listed_and_nothing_of_the_key_is_stored(course):
    eve(course).symlink_to(EXERCISE.folder / "key.jsonl")

    assert states(course) == {"eve/who-says-so.ipynb": "unreadable"}
    assert "required" not in str(course.rows()["eve/who-says-so.ipynb"])


def test_a_link_to_a_folder_outside_is_listed_and_not_entered(course, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "who-says-so.redpencil.json").write_bytes(encoded(answers_file()))
    (course.folder / "class/eve").symlink_to(outside)

    assert states(course) == {"eve": "unreadable"}


def test_a_link_to_itself_and_a_loop_of_folders_end(course):
    eve(course).symlink_to(eve(course))
    (course.folder / "class/eve/up").symlink_to(course.folder / "class")

    assert states(course) == {"eve/who-says-so.ipynb": "unreadable", "eve/up": "unreadable"}


def test_a_link_to_nothing_is_listed(course):
    eve(course).symlink_to("nowhere.ipynb")

    assert states(course) == {"eve/who-says-so.ipynb": "unreadable"}


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/tty", "/proc/self/mem"])
def test_a_link_to_a_device_is_listed_and_not_read(course, device):
    eve(course).symlink_to(device)

    assert states(course) == {"eve/who-says-so.ipynb": "unreadable"}


def test_a_pipe_is_listed_and_not_waited_for(course):
    os.mkfifo(eve(course))

    assert states(course) == {"eve/who-says-so.ipynb": "unreadable"}


def test_a_socket_is_listed(course, monkeypatch):
    eve(course)
    monkeypatch.chdir(course.folder / "class/eve")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("who-says-so.ipynb")
        monkeypatch.chdir(course.folder)
        assert states(course) == {"eve/who-says-so.ipynb": "unreadable"}


def test_a_device_is_listed_and_not_read(course, monkeypatch):
    file = eve(course)
    try:
        os.mknod(file, 0o600 | stat.S_IFCHR, os.makedev(1, 5))  # /dev/zero by another name
    except PermissionError:
        # Only root makes devices: for others a file is said to be one.
        file.touch()
        ask = Path.lstat
        as_device = os.stat_result((stat.S_IFCHR | 0o600, *file.lstat()[1:]))
        monkeypatch.setattr(Path, "lstat", lambda path: as_device if path.name == file.name else ask(path))

    assert states(course) == {"eve/who-says-so.ipynb": "unreadable"}


def test_a_folder_called_like_a_notebook_is_a_folder(course):
    eve(course).mkdir()
    (eve(course) / "who-says-so.redpencil.json").write_bytes(encoded(answers_file()))

    assert states(course) == {"eve/who-says-so.ipynb/who-says-so.redpencil.json": "graded"}
    assert course.rows()["eve/who-says-so.ipynb/who-says-so.redpencil.json"]["student_id"] == "eve"


def test_a_sparse_file_of_ten_gigabytes_is_too_large_and_not_read(course, monkeypatch):
    eve(course).touch()
    os.truncate(eve(course), 10**10)
    monkeypatch.setattr(intake.Found, "read", lambda found: pytest.fail(f"{found.path} was read"))
    found = {one.path: one.state for one in find_submissions([course.folder / "class"])}

    assert found["eve/who-says-so.ipynb"] == "too-large"


def test_a_file_that_may_not_be_read_is_unreadable(course):
    eve(course).write_bytes(encoded(notebook(answers_file())))
    found = {one.path: one for one in find_submissions([course.folder / "class"])}
    eve(course).chmod(0)
    graders = Graders()
    graders.get("who-says-so")
    is_root = os.geteuid() == 0
    if is_root:  # who may read everything
        os.seteuid(65534)
    try:
        row = grade_file(found["eve/who-says-so.ipynb"], graders)
    finally:
        if is_root:
            os.seteuid(0)

    assert row["state"] == "unreadable"
    assert "Permission denied" in row["reason"]


def test_a_folder_that_may_not_be_entered_is_listed(course, monkeypatch):
    eve(course).parent.mkdir(exist_ok=True)
    scan = os.scandir

    def refused(folder):
        if Path(folder).name == "eve":
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr(intake.os, "scandir", refused)

    assert states(course) == {"eve": "unreadable"}
    assert "Permission denied" in course.rows()["eve"]["reason"]
    assert course.rows()["eve"]["student_id"] == "eve"


# Files that do not stay what they were between being found and being read.


def swapped(course, become):
    """The row of a file that becomes something else after it was found."""
    path = eve(course)
    path.write_bytes(encoded(notebook(answers_file())))
    (found,) = (one for one in find_submissions([course.folder / "class"]) if one.student_id == "eve")
    path.unlink()
    become(path)
    rows = []
    reader = threading.Thread(target=lambda: rows.append(grade_file(found, Graders())), daemon=True)
    reader.start()
    reader.join(20)
    assert rows, "it is still being read"
    return rows[0]


def test_a_file_that_vanishes_before_it_is_read_is_unreadable(course):
    assert swapped(course, lambda path: None)["state"] == "unreadable"


def test_a_file_that_becomes_a_pipe_is_unreadable_and_not_waited_for(course):
    assert swapped(course, os.mkfifo)["state"] == "unreadable"


def test_a_file_that_becomes_a_link_to_the_key_is_not_followed(course):
    row = swapped(course, lambda path: path.symlink_to(course.folder / "class/ada/who-says-so.redpencil.json"))

    assert row["state"] == "unreadable"


def test_a_file_that_becomes_a_folder_is_unreadable(course):
    assert swapped(course, Path.mkdir)["state"] == "unreadable"


def test_a_file_that_grows_beyond_the_limit_is_too_large(course, monkeypatch):
    monkeypatch.setattr(submissions, "BYTES_AT_MOST", 10_000)
    monkeypatch.setattr(intake, "BYTES_AT_MOST", 10_000)
    row = swapped(course, lambda path: path.write_bytes(encoded(answers_file()) + b" " * 1_000_000))

    assert row["state"] == "too-large"


def test_a_file_that_is_cut_off_while_it_is_read_is_unreadable(course):
    whole = encoded(notebook(answers_file()))

    assert swapped(course, lambda path: path.write_bytes(whole[:1000]))["state"] == "unreadable"


def test_a_file_that_is_written_over_while_the_class_is_graded_comes_to_a_state(course):
    path = eve(course)
    stop = threading.Event()
    whole, half = encoded(notebook(answers_file())), encoded(notebook(answers_file()))[:900]
    path.write_bytes(whole)

    def scribble():
        while not stop.is_set():
            path.write_bytes(half)
            path.write_bytes(whole)

    writer = threading.Thread(target=scribble)
    writer.start()
    try:
        for _ in range(5):
            assert states(course)["eve/who-says-so.ipynb"] in ("graded", "unreadable")
    finally:
        stop.set()
        writer.join()


# Names.


def test_names_of_255_bytes_stay_two_students(course):
    for last in "ab":
        path = course.folder / "class" / ("x" * 254 + last)
        path.mkdir()
        (path / f"{'y' * 249}.ipynb").write_bytes(encoded(notebook(answers_file())))

    assert list(states(course).values()) == ["graded", "graded"]
    assert len({row["student_id"] for row in course.rows().values()}) == 3


def test_files_with_names_of_255_bytes_are_two_students(course):
    for last in "ab":
        course.put("x" * 248 + last + ".ipynb", notebook(answers_file()))

    assert list(states(course).values()) == ["graded", "graded"]


def test_names_that_are_no_utf_8_stay_two_students_and_can_be_shown(course):
    for name in (b"eve\xff", b"eve\xfe", b"\xed\xa0\x80"):
        folder = course.folder / "class" / os.fsdecode(name)
        folder.mkdir()
        (folder / os.fsdecode(b"\xff.ipynb")).write_bytes(encoded(notebook(answers_file())))

    assert list(states(course).values()) == ["graded"] * 3
    assert len(course.pages()) == 4
    course.table().encode()


def test_names_that_differ_in_case_or_accents_alone_get_pages_of_their_own(course):
    names = ["eve", "Eve", "EVE", "zoë", "zoe", "ZOË", "zoe.", "zoe ", "eve.html", "ｅｖｅ", "еve"]
    for name in names:
        course.put(f"{name}/who-says-so.ipynb", notebook(answers_file()))
    states(course)
    pages = [path.casefold() for path in course.pages() if path.count("/") == 1]

    assert len(set(pages)) == len(names) + 1


@pytest.mark.parametrize(
    "name",
    ["con", "NUL", "aux.html", "com1", "lpt9.txt", "...", "..\u2215..", "~", "-rf", "a:b", "a|b", "$HOME", "%00"],
)
def test_a_students_id_is_no_path_and_no_device(course, name):
    course.put("who-says-so.redpencil.json", answers_file(student={"id": name, "name": ""}))
    course.put("who-says-so (1).redpencil.json", answers_file(student={"id": f"../../{name}", "name": ""}))
    before = set(course.folder.parent.rglob("*"))
    states(course)
    pages = course.pages()
    new = {path for path in course.folder.parent.rglob("*") if path not in before}

    assert all(path.is_relative_to(course.folder) for path in new)
    assert len([path for path in pages if path.startswith("who-says-so/")]) == 3
    for path in pages:
        stem = Path(path).name.split(".")[0]
        assert stem not in ("con", "nul", "aux", "prn", "com1", "lpt9", "")
        assert not stem.startswith(("-", "."))


def test_one_name_in_two_unicode_forms_is_one_student(course):
    course.put("who-says-so.redpencil.json", answers_file(student={"id": "zoe\u0308", "name": "Zoë"}))
    course.put("who-says-so (1).redpencil.json", answers_file(student={"id": "zo\u00eb", "name": "Zoë"}))
    course.grade()
    of_zoe = [row for row in course.rows().values() if row["student_name"] == "Zoë"]

    assert {row["student_id"] for row in of_zoe} == {"zo\u00eb"}
    assert sorted(row["state"] for row in of_zoe) == ["duplicate", "graded"]


# What a submission brings along.


def test_a_key_and_an_exercise_in_a_students_folder_are_not_used(course):
    course.put("eve/who-says-so.ipynb", notebook(answers_file({"rung-02": "opinion"})))
    shutil.copytree(EXERCISE.folder, course.folder / "class/eve/exercises/who-says-so")
    key = course.folder / "class/eve/exercises/who-says-so/key.jsonl"
    key.write_text(key.read_text("utf-8").replace('"label": "own-voice"', '"label": "opinion"'), "utf-8")
    states(course)

    assert course.rows()["eve/who-says-so.ipynb"]["points"] == 0
    assert "eve/exercises/who-says-so/key.jsonl" not in {p for p, row in course.rows().items() if row["key_version"]}


def test_settings_and_a_roster_in_a_students_folder_are_not_used(course):
    plain = 'redpencil = 1\n[exercises.who-says-so]\ndrop = ["rung"]\n'
    course.put("eve/course.toml", plain.encode())
    course.put("eve/roster.csv", b"id,name\neve,Ada\n")
    course.put("eve/who-says-so.ipynb", notebook(answers_file()))
    states(course)
    rows = course.rows()

    assert rows["eve/who-says-so.ipynb"]["points"] == 36
    assert rows["eve/who-says-so.ipynb"]["points_at_most"] == 42
    assert {path for path, row in rows.items() if row["state"] == "graded"} == {
        "ada/who-says-so.redpencil.json", "eve/who-says-so.ipynb"
    }  # fmt: skip


def test_a_gradebook_in_a_students_folder_is_listed_and_not_opened(course):
    course.grade()
    shutil.copy(course.folder / "gradebook.sqlite", eve(course, "gradebook.sqlite"))

    assert states(course) == {"eve/gradebook.sqlite": "unreadable"}


def test_programs_that_were_handed_in_are_listed_and_not_run(course):
    for name in ("conftest.py", "sitecustomize.py", "json.py", "Makefile", "run.sh", "evil.so", "evil.pkl", "x.dll"):
        course.put(f"eve/{name}", b"import os\nos.abort()\n")

    assert set(states(course).values()) == {"unreadable"}


def test_a_module_in_the_current_folder_is_not_imported(course):
    for name in ("tqdm", "sqlalchemy", "jinja2", "sqlite3", "unicodedata", "psycopg", "redpencil_extra"):
        (course.folder / f"{name}.py").write_text(f"open('imported-{name}', 'w')\nraise SystemExit(3)\n")
    command = [sys.executable, "-m", "redpencil", "grade", "class", "--json"]
    ran = subprocess.run(command, cwd=course.folder, capture_output=True, timeout=120, check=False)

    assert ran.returncode == 0, ran.stderr.decode()
    assert not list(course.folder.glob("imported-*"))


def test_answers_with_another_students_id_count_for_whose_folder_they_lie_in(course):
    course.put("eve/who-says-so.ipynb", notebook(answers_file({"rung-02": "own-voice"}, student="ada",
        saved_at="2030-01-01T00:00:00Z")))  # fmt: skip
    course.grade()
    rows = course.rows()

    assert rows["ada/who-says-so.redpencil.json"]["points"] == 36
    assert (rows["eve/who-says-so.ipynb"]["student_id"], rows["eve/who-says-so.ipynb"]["points"]) == ("eve", 1)


def test_a_file_that_claims_to_be_of_somebody_who_handed_in_is_listed_beside_theirs(course):
    course.put("eve.redpencil.json", answers_file({"rung-02": "own-voice"}, student="ada",
        saved_at="2030-01-01T00:00:00Z"))  # fmt: skip
    found = course.grade()

    assert [row["path"] for row in found["not_graded"]] == ["ada/who-says-so.redpencil.json"]
    assert "eve.redpencil.json" in found["not_graded"][0]["reason"]


def test_a_hundred_files_of_one_student_leave_one_that_counts(course):
    for n in range(100):
        course.put(f"eve/{n}.json", answers_file({"rung-02": "own-voice"}))
    course.grade()
    of_eve = [row["state"] for row in course.rows().values() if row["student_id"] == "eve"]

    assert sorted(set(of_eve)) == ["duplicate", "graded"]
    assert of_eve.count("graded") == 1
