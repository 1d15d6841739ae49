"""From a zip or a folder, as the systems give them, to whose each file is."""

import io
import json
import os
import sqlite3
import sys
import time
import zipfile
from pathlib import Path

import pytest

from perfect import answers_file, encoded, notebook, perfect_answers
from redpencil.cli import main
from redpencil.document import KitError
from redpencil.grading.intake import Intake, find_submissions
from zips import Part, bomb_of_quoted_headers, zipped

ANSWERS = encoded(answers_file())
CANVAS = [
    "lovelaceada_101_9001_who-says-so.redpencil.json",
    "hoppergrace_LATE_102_9002_who-says-so.redpencil.json",
    "turingalan_103_text.html",
]
MOODLE = [
    "Ada Lovelace_55551_assignsubmission_file/who-says-so.redpencil.json",
    "Grace Hopper_55552_assignsubmission_file/deep/who-says-so.redpencil.json",
    "Alan Turing_55553_assignsubmission_onlinetext/onlinetext.html",
]
BLACKBOARD = [
    "Who says so_ada1_attempt_2026-11-19-10-00-00_a.redpencil.json",
    "Who says so_ada1_attempt_2026-11-19-10-00-00.txt",
    "Who says so_grace2_attempt_2026-11-19-11-00-00_a.redpencil.json",
    "Who says so_grace2_attempt_2026-11-19-11-00-00.txt",
    "Who says so_alan3_attempt_2026-11-19-12-00-00.txt",
]
RECEIPTS = {
    BLACKBOARD[1]: b"Name: Ada Lovelace (ada1)\n",
    BLACKBOARD[3]: b"Name: Grace Hopper (grace2)\n",
    BLACKBOARD[4]: b"Name: Alan Turing (alan3)\n",
}


def as_zip(folder, names, called="class.zip", **data):
    path = folder / called
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, data.get(name, RECEIPTS.get(name, ANSWERS)))
    return path


def as_folder(folder, names, called="class", **data):
    for name in names:
        file = folder / called / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.get(name, RECEIPTS.get(name, ANSWERS)))
    return folder / called


def listed(*places, **how):
    """(path, student, name, state) of everything found, and what intake told beside it."""
    intake = Intake(**how)
    found = list(find_submissions(places, intake))
    return [(f.path, f.student_id, f.name, f.state) for f in found], intake.read


@pytest.fixture(params=[as_zip, as_folder], ids=["zip", "folder"])
def put(request, tmp_path):
    """Files in a zip, or in the folder that the zip was unpacked into."""

    def put(names, **data):
        return request.param(tmp_path, names, **data)

    return put


# Downloads, in the zip and unpacked


def told(found):
    return sorted((path.split("/", 1)[-1], *rest) for path, *rest in found)


def test_a_download_of_canvas_is_understood(put):
    found, read = listed(put(CANVAS))

    assert told(found) == [
        (CANVAS[1], "102", "hoppergrace", ""),
        (CANVAS[0], "101", "lovelaceada", ""),
        (CANVAS[2], "103", "turingalan", "unreadable"),
    ]
    assert list(read.systems.values()) == ["canvas"]
    assert not read.others


def test_late_times_and_attempts_are_taken_from_the_names(put):
    again = "lovelaceada_101_9003_who-says-so-1.redpencil.json"
    by_name = {f.path.split("/")[-1]: f for f in find_submissions([put([*CANVAS, again])])}

    assert [by_name[name].late for name in CANVAS] == [False, True, False]
    assert [by_name[name].attempt for name in (CANVAS[0], again)] == [0, 2]


def test_a_download_of_moodle_is_understood(put):
    found, read = listed(put(MOODLE))

    assert sorted((who, name, state) for _, who, name, state in found) == [
        ("Participant 55551", "Ada Lovelace", ""),
        ("Participant 55552", "Grace Hopper", ""),
        ("Participant 55553", "Alan Turing", "unreadable"),
    ]
    assert list(read.systems.values()) == ["moodle"]


def test_a_download_of_blackboard_is_understood_with_the_texts_beside_it(put):
    found, read = listed(put(BLACKBOARD))

    assert told(found) == [
        (BLACKBOARD[0], "ada1", "Ada Lovelace", ""),
        (BLACKBOARD[4], "alan3", "Alan Turing", "unreadable"),
        (BLACKBOARD[2], "grace2", "Grace Hopper", ""),
    ]
    assert list(read.systems.values()) == ["blackboard"]
    assert not read.others


def test_a_download_within_one_more_folder_is_understood(put):
    found, _ = listed(put(["submissions/" + name for name in CANVAS]))

    assert sorted(who for _, who, *_ in found) == ["101", "102", "103"]


def test_a_plain_zip_is_read_as_a_folder_is(tmp_path):
    names = ["amira/who-says-so.ipynb", "ben/deep/a.json", "cara.redpencil.json"]
    in_zip, read = listed(as_zip(tmp_path, names))
    in_folder, _ = listed(as_folder(tmp_path, names))

    assert [(path.removeprefix("class.zip/"), *rest) for path, *rest in in_zip] == in_folder
    assert [who for _, who, *_ in in_folder] == ["amira", "ben", ""]
    assert read.systems == {}


def test_what_macos_windows_and_the_kit_leave_is_left_out(put):
    litter = ["__MACOSX/amira/._a.json", "amira/.DS_Store", "amira/.ipynb_checkpoints/a.ipynb", "Thumbs.db"]
    found, read = listed(put([*litter, "amira/a.json", "amira/who-says-so.exercise.json"]))

    assert [path.split("/")[-1] for path, *_ in found] == ["a.json"]
    assert not read.others


# Files of other types


def test_other_types_are_told_and_are_nobodys_error_where_a_submission_is_there(put):
    more = [
        "Ada Lovelace_55551_assignsubmission_file/notes.pdf",
        MOODLE[2].replace("Alan Turing_55553", "Ada Lovelace_55551"),
    ]
    found, read = listed(put([*MOODLE[:2], *more]))

    assert [state for *_, state in found] == ["", ""]
    assert read.others == {".pdf": 1, "typed into the system": 1}
    assert len(read.named) == 2


def test_who_handed_in_nothing_else_is_listed_once(put):
    found, read = listed(put(["amira/a.json", "ben/essay.pdf", "ben/photo.jpg", "cara/hw.zip"]))

    assert [(who, state) for _, who, _, state in found] == [
        ("amira", ""),
        ("ben", "unreadable"),
        ("cara", "unreadable"),
    ]
    assert read.others == {".jpg": 1}
    reasons = [f.reason for f in find_submissions([put(["cara/hw.zip"])]) if f.student_id == "cara"]
    assert "not opened" in reasons[0]


def test_who_only_typed_a_text_is_told_so(put):
    (reason,) = [f.reason for f in find_submissions([put(CANVAS)]) if f.state]

    assert "typed into Canvas" in reason


def test_a_zip_in_a_folder_is_not_opened_and_says_what_to_do(tmp_path):
    as_folder(tmp_path, ["amira/a.json"])
    as_zip(tmp_path / "class", CANVAS, "canvas.zip")
    found = {f.path: f for f in find_submissions([tmp_path / "class"])}

    assert found["canvas.zip"].state == "unreadable"
    assert "Name the zip itself" in found["canvas.zip"].reason


def test_the_first_others_are_named_and_all_are_counted(put):
    found, read = listed(put(["amira/a.json", *(f"amira/{n:02}.png" for n in range(30))]))

    assert len(found) == 1
    assert read.others[".png"] == 30
    assert len(read.named) == 10


# Places


def test_two_places_of_one_name_are_told_apart(tmp_path):
    for n in (1, 2):
        (tmp_path / f"week{n}").mkdir()
        as_zip(tmp_path / f"week{n}", ["amira/a.json"])
    found, _ = listed(tmp_path / "week1/class.zip", tmp_path / "week2/class.zip")

    assert [path for path, *_ in found] == ["week1/class.zip/amira/a.json", "week2/class.zip/amira/a.json"]


def test_files_given_one_by_one_are_read_by_all_their_names(tmp_path):
    folder = as_folder(tmp_path, CANVAS)
    found, _ = listed(*(folder / name for name in CANVAS))

    assert sorted(who for _, who, *_ in found) == ["101", "102", "103"]


def test_a_pattern_of_the_courses_own_is_used(put):
    found, _ = listed(put(["s17__hw.json", "s18__hw.json"]), file_names=r"(?P<student>s\d+)__(?P<file>.+)")

    assert [who for _, who, *_ in found] == ["s17", "s18"]
    with pytest.raises(KitError, match="file_names"):
        Intake(file_names="(")


# What a zip may not do


def test_bad_entries_are_listed_under_nobodys_name_and_the_others_are_read(tmp_path):
    path = tmp_path / "class.zip"
    bad = [Part("../../amira.json", ANSWERS), Part("amira/\u202e.json", ANSWERS), Part("CON/a.json", ANSWERS)]
    path.write_bytes(zipped(Part("amira/a.json", ANSWERS), *bad, Part("ben/a.json", ANSWERS, mode=0o120777)))
    found, _ = listed(path)

    assert [(who, state) for _, who, _, state in found] == [
        ("amira", ""), ("", "unreadable"), ("", "unreadable"), ("", "unreadable"), ("ben", "unreadable"),
    ]  # fmt: skip


def test_a_bad_file_of_another_type_is_no_error_of_who_handed_in_a_sound_one(tmp_path):
    path = tmp_path / "class.zip"
    path.write_bytes(
        zipped(Part("amira/a.json", ANSWERS), Part("amira/locked.pdf", flags=1), Part("ben/locked.pdf", flags=1))
    )
    found, read = listed(path)

    assert [(who, state) for _, who, _, state in found] == [("amira", ""), ("ben", "unreadable")]
    assert read.others == {".pdf": 1}


def test_a_zip_that_cannot_be_trusted_is_one_line_and_other_places_are_read(tmp_path):
    (tmp_path / "bomb.zip").write_bytes(bomb_of_quoted_headers(50, b"\0" * 100_000))
    (tmp_path / "cut.zip").write_bytes(b"PK\3\4")
    good = as_zip(tmp_path, ["amira/a.json"])
    found, _ = listed(tmp_path / "bomb.zip", tmp_path / "cut.zip", good)

    assert [(path, state) for path, *_, state in found] == [
        ("bomb.zip", "unreadable"), ("cut.zip", "unreadable"), ("class.zip/amira/a.json", ""),
    ]  # fmt: skip


# Through the command


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        status = main([str(a) for a in (*arguments, "--json")])
        return status, json.loads(capsys.readouterr().out)

    return run


def rows():
    with sqlite3.connect("gradebook.sqlite") as connection:
        connection.row_factory = sqlite3.Row
        found = [dict(row) for row in connection.execute("SELECT * FROM submissions WHERE is_current ORDER BY path")]
    connection.close()
    return found


@pytest.mark.parametrize("workers", [1, 3])
def test_a_zip_is_graded_in_place_by_any_number_of_processes(tmp_path, run, monkeypatch, workers):
    monkeypatch.setattr("redpencil.grading.pool.workers", lambda: workers)
    names = [f"student{n}_{100 + n}_{9000 + n}_who-says-so.redpencil.json" for n in range(300)]
    as_zip(tmp_path, names)
    before = sorted(p.name for p in tmp_path.rglob("*"))

    status, summary = run("grade", "class.zip")

    assert (status, summary["states"]) == (0, {"graded": 300})
    assert summary["read_as"] == {"class.zip": "canvas"}
    assert {(r["student_id"], r["handed_in_as"]) for r in rows()} == {
        (str(100 + n), f"canvas {100 + n} student{n}") for n in range(300)
    }
    # The gradebook is all that was written.
    assert sorted(p.name for p in tmp_path.rglob("*") if "gradebook" not in p.name) == before


def test_a_damaged_entry_is_a_state_and_the_others_are_graded(tmp_path, run):
    (tmp_path / "class.zip").write_bytes(
        zipped(Part("amira/a.json", ANSWERS), Part("ben/a.json", ANSWERS, crc=1), Part("cara/a.ipynb", b"{", method=0))
    )

    status = run("grade", "class.zip")[0]

    assert status == 1
    assert {r["student_id"]: r["state"] for r in rows()} == {
        "amira": "graded",
        "ben": "unreadable",
        "cara": "unreadable",
    }
    assert "check sum" in {r["student_id"]: r["reason"] for r in rows()}["ben"]
    # Nothing is different the second time.
    assert run("grade", "class.zip")[1]["new_or_changed"] == 0


def test_of_several_attempts_on_blackboard_the_latest_counts(tmp_path, run):
    early = encoded(answers_file({"rung-01": "opinion"}, saved_at="2026-11-19T23:00:00Z"))
    names = [
        "Who_ada1_attempt_2026-11-19-10-00-00_a.json", "Who_ada1_attempt_2026-11-18-10-00-00_a.json",
        "Who_grace2_attempt_2026-11-18-10-00-00_a.json",
    ]  # fmt: skip
    as_zip(tmp_path, names, **{names[1]: early})

    run("grade", "class.zip")

    assert [(r["student_id"], r["handed_in_at"], r["state"]) for r in rows()] == [
        ("ada1", "2026-11-18T10:00:00", "duplicate"), ("ada1", "2026-11-19T10:00:00", "graded"),
        ("grace2", "2026-11-18T10:00:00", "graded"),
    ]  # fmt: skip


def test_of_uploads_of_one_name_on_canvas_the_latest_counts(tmp_path, run):
    again = "lovelaceada_101_9003_who-says-so-1.redpencil.json"
    as_zip(tmp_path, [CANVAS[0], again, CANVAS[1]])

    run("grade", "class.zip")

    assert [(r["path"].partition("/")[2], r["state"]) for r in rows() if r["student_id"] == "101"] == [
        (CANVAS[0], "duplicate"), (again, "graded"),
    ]  # fmt: skip


def test_what_is_read_beside_the_submissions_is_told_in_words(tmp_path, run, capsys):
    as_zip(tmp_path, [*MOODLE[:2], MOODLE[0].replace("who-says-so.redpencil.json", "foto.png")])

    assert main(["grade", "class.zip"]) == 0
    out = capsys.readouterr().out
    assert "class.zip: names as Moodle gives them" in out
    assert "not read: 1 .png (class.zip/Ada Lovelace_55551_assignsubmission_file/foto.png)" in out


def test_an_empty_zip_is_nothing_to_grade(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    as_zip(tmp_path, [])

    assert main(["grade", "class.zip"]) == 2
    assert "nothing to grade" in capsys.readouterr().err


def test_a_notebook_of_a_zip_comes_to_the_same_grade_as_from_a_folder(tmp_path, run):
    data = encoded(notebook(answers_file(perfect_answers(evidence="Two."))))
    as_zip(tmp_path, ["ada/a.ipynb"], **{"ada/a.ipynb": data})
    as_folder(tmp_path, ["ada/a.ipynb"], **{"ada/a.ipynb": data})
    columns = ("student_id", "sha256", "state", "points", "parts", "handed_in_as")

    run("grade", "class.zip")
    (one,) = rows()
    run("grade", "class", "--gradebook", "sqlite:///gradebook.sqlite")
    other = next(r for r in rows() if r["path"] == "ada/a.ipynb")

    assert [one[c] for c in columns[:2]] == [other[c] for c in columns[:2]]
    assert other["handed_in_as"] == "folder ada"


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read as Linux tells it")
def test_a_zip_of_many_streams_in_flat_memory(tmp_path):
    """Twenty thousand entries are found at thousands a second, and the memory for each is a few dozen bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for n in range(20_000):
            archive.writestr(f"student{n}_{n + 1}_{n + 900_000}_who-says-so.redpencil.json", b"{}")
            archive.writestr(f"student{n}_{n + 1}_{n + 5_900_000}_photo.png", b"")
    (tmp_path / "many.zip").write_bytes(stream.getvalue())
    script = f"""
import resource, sys
from pathlib import Path
from redpencil.grading.intake import find_submissions
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in find_submissions([Path({str(tmp_path / "many.zip")!r})]))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    import subprocess

    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    took = time.perf_counter() - began
    count, kibibytes = map(int, done.stdout.split())

    assert count == 20_000, done.stderr
    assert kibibytes < 12_000
    assert took < 30


def test_a_million_claimed_entries_end_the_command_at_once(tmp_path, run):
    from zips import central, end_64

    directory = central(Part("a.json"), 0) * 100
    (tmp_path / "many.zip").write_bytes(directory + end_64(1_000_000, 50_000_000, 0, len(directory)))
    began = time.perf_counter()

    status, summary = run("grade", "many.zip")

    assert status == 1
    assert "1,000,000 files; at most 750,000" in summary["not_graded"][0]["reason"]
    assert time.perf_counter() - began < 5


def test_a_folder_that_cannot_be_opened_is_listed(tmp_path, monkeypatch):
    folder = as_folder(tmp_path, ["amira/a.json", "ben/a.json"])
    real = os.scandir

    def scandir(path):
        if str(path).endswith("ben"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found, _ = listed(folder)

    assert [(who, state) for _, who, _, state in found] == [("amira", ""), ("ben", "unreadable")]


# What a file manager hides


SYSTEMS_LEAVE = [
    "amira/.DS_Store", "amira/._who-says-so.ipynb", "amira/.ipynb_checkpoints/who-says-so-checkpoint.ipynb",
    "amira/.~who-says-so.ipynb", "amira/.#who-says-so.json", "amira/.who-says-so.json.swp", ".git/config.json",
    ".gitignore", ".Trash-1000/files/w.ipynb", "amira/.virtual_documents/w.ipynb", "__MACOSX/._amira",
    "amira/.who-says-so.redpencil.json.4711.tmp",
]  # fmt: skip


def test_what_may_have_been_handed_in_under_a_name_with_a_dot_is_left_out_and_told(put):
    hidden = ["amira/.who-says-so.ipynb", ".anna/deep/w.json", ".w.json"]
    found, read = listed(put([*SYSTEMS_LEAVE, *hidden, "ben/w.json"]))

    assert [who for _, who, *_ in found] == ["ben"]
    assert read.hidden == 3
    assert sorted(path.removeprefix("class.zip/") for path in read.hidden_named) == sorted(hidden)
    assert not read.others


def test_what_systems_leave_behind_is_passed_over_without_a_word(put):
    found, read = listed(put([*SYSTEMS_LEAVE, "amira/w.json", "ben/w.json"]))

    assert [who for _, who, *_ in found] == ["amira", "ben"]
    assert (read.hidden, read.hidden_named) == (0, [])


def test_a_hidden_file_in_a_download_is_told_and_hides_not_which_system_it_is(put):
    hidden = [f".{n}_hidden.json" for n in range(9)]
    found, read = listed(put([*MOODLE, *hidden, "Ada Lovelace_55551_assignsubmission_file/.old/w.json"]))

    assert list(read.systems.values()) == ["moodle"]
    assert len(found) == len(MOODLE)
    assert read.hidden == 10


def test_a_place_that_is_itself_hidden_is_read_as_it_was_asked_for(tmp_path):
    found, read = listed(as_folder(tmp_path, ["ada/w.json"], called=".class"))
    several, _ = listed(tmp_path / ".class", as_folder(tmp_path, ["ben/w.json"], called="other"))

    assert [who for _, who, *_ in found] == ["ada"]
    assert [who for _, who, *_ in several] == ["ada", "ben"]
    assert read.hidden == 0


def test_grade_names_what_it_left_out_for_its_dot(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    as_folder(tmp_path, ["ada/w.json", "ben/.w.json"])
    as_folder(tmp_path, [".anna/w.json"], called="alone")
    main(["grade", "class"])
    told = "left out, because a name begins with a dot: 1 file ({}). If that was handed in, rename it and grade again."

    assert told.format("ben/.w.json") in capsys.readouterr().out
    main(["grade", "class", "--json"])
    assert json.loads(capsys.readouterr().out)["begin_with_a_dot"] == {"count": 1, "first": ["ben/.w.json"]}
    assert main(["grade", "alone"]) == 2
    assert told.format(".anna/w.json") in capsys.readouterr().err


# Which of several counts


FORWARD, RIGHT = "2030-01-01T00:00:00Z", "2026-11-01T00:00:00Z"


def of_ada(*uploads):
    """Ada's uploads as a download of Canvas has them; each has a number, a name, and the time of her own clock."""
    labels = ["record", "role"]
    return {
        f"lovelaceada_101_{number}_{name}.redpencil.json": encoded(answers_file({"rung-01": label}, saved_at=saved_at))
        for label, (number, name, saved_at) in zip(labels, uploads, strict=True)
    }


@pytest.mark.parametrize(
    ("uploads", "counts"),
    [
        # Her clock was set forward for the first one, and said nothing for the second.
        ([(8001, "w", FORWARD), (8002, "w-1", RIGHT)], 8002),
        ([(8001, "w", FORWARD), (8002, "w-1", "")], 8002),
        # A number with a digit more is higher; a file that she herself called w-1 is no second upload.
        ([(9999, "w-1", FORWARD), (10000, "w", RIGHT)], 10000),
        # Numbers of a large Canvas have more digits than a database's whole number.
        ([(70000000000000002, "w", RIGHT), (70000000000000001, "v", FORWARD)], 70000000000000002),
    ],
)
def test_of_several_uploads_to_canvas_the_one_with_the_highest_number_counts(uploads, counts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = of_ada(*uploads)
    as_zip(tmp_path, [*data, CANVAS[1]], **data)
    main(["grade", "class.zip"])
    with sqlite3.connect("gradebook.sqlite") as connection:
        standing = dict(connection.execute("SELECT path, state FROM submissions WHERE student_id = '101'"))
    connection.close()

    states = {int(path.split("_")[2]): state for path, state in standing.items()}
    assert len(states) == 2
    assert [number for number, state in states.items() if state != "duplicate"] == [counts]


def test_an_upload_to_canvas_and_a_file_from_elsewhere_are_told_apart_by_time(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = of_ada((8001, "w", FORWARD), (8002, "w-1", RIGHT))
    as_zip(tmp_path, [*data, CANVAS[1]], **data)
    # Saved after her second upload, and before what her clock said of the first.
    sent = encoded(answers_file({"rung-01": "named"}, saved_at="2026-11-03T00:00:00Z"))
    as_folder(tmp_path, ["101/w.redpencil.json"], called="by-mail", **{"101/w.redpencil.json": sent})
    main(["grade", "class.zip", "by-mail"])
    with sqlite3.connect("gradebook.sqlite") as connection:
        query = "SELECT path FROM submissions WHERE student_id = '101' AND state != 'duplicate'"
        counting = [path for (path,) in connection.execute(query)]
    connection.close()

    assert counting == ["by-mail/101/w.redpencil.json"]


# Where the system hides the names


TYPED = "Zaynab Quillfeather"
BLIND = {
    "moodle": [f"Participant_5555{n}_assignsubmission_file/who-says-so.redpencil.json" for n in (1, 2)],
    "canvas": [f"anon_Yx{n}Qa_900{n}_who-says-so.redpencil.json" for n in (1, 2)],
    # One that does not fit the pattern lies beside them; whoever grades is not to know whose it is either.
    "canvas, and another": [*(f"anon_Yx{n}Qa_900{n}_who-says-so.redpencil.json" for n in (1, 2)), "who-says-so.json"],
}


@pytest.fixture(params=BLIND)
def blind(request, tmp_path, monkeypatch):
    """A blind download of students who typed their names and numbers into their answers, in a zip."""
    monkeypatch.chdir(tmp_path)
    names = BLIND[request.param]
    data = {
        name: encoded(
            answers_file(perfect_answers(evidence=f"Answer {n}."), student={"id": f"quill{n}", "name": f"{TYPED} {n}"})
        )
        for n, name in enumerate(names)
    }
    as_zip(tmp_path, names, **data)
    return len(names)


def everything_written():
    """All that was written for whoever grades, names of files too, and all that the gradebook holds."""
    main(["feedback"])
    main(["report"])
    main(["export", "csv", "--output", "grades.csv"])
    main(["export", "gradescope", "--output", "results"])
    main(["grade", "--free-text-out", "waiting.csv"])
    with sqlite3.connect("gradebook.sqlite") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    folder = Path()
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix in (".html", ".csv", ".json")]
    assert len(files) > 4
    return dump + "".join(f"{path}\n{path.read_text(encoding='utf-8-sig')}" for path in files)


def test_of_a_blind_download_no_name_that_was_typed_into_the_answers_is_told(blind, capsys):
    assert main(["grade", "class.zip"]) == 0
    written = everything_written() + capsys.readouterr().out

    assert "hides whose they are" in written
    assert "quill" not in written.lower()
    assert main(["grade", "class.zip", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["without_names"] == ["class.zip"]


def test_of_a_blind_download_the_typed_names_are_told_where_an_option_asks_for_them(blind, capsys):
    main(["grade", "class.zip"])

    assert main(["grade", "class.zip", "--typed-names"]) == 0
    assert f"{TYPED} 1" in everything_written()
    assert "hides whose they are" not in capsys.readouterr().out.partition("--typed-names takes them in")[2]


def test_of_a_blind_download_a_persons_word_brings_a_name_back_by_the_roster(blind, tmp_path):
    (tmp_path / "roster.csv").write_text("id,name\ns1,Ada Lovelace\ns2,Grace Hopper\n", encoding="utf-8")
    main(["grade", "class.zip", "--roster", "roster.csv"])
    with sqlite3.connect("gradebook.sqlite") as connection:
        waiting = [row[0] for row in connection.execute("SELECT handed_in_as FROM submissions ORDER BY path")]
    connection.close()
    main(["match", waiting[0], "s1", "--roster", "roster.csv"])
    main(["match", waiting[1], "s2", "--roster", "roster.csv"])
    written = everything_written()

    assert "Ada Lovelace" in written
    assert "Grace Hopper" in written
    assert "quill" not in written.lower()


def test_a_download_with_names_tells_the_typed_name_where_the_system_gives_none(tmp_path, monkeypatch):
    # Blackboard without the text beside it: the system hides nothing, it only says nothing.
    monkeypatch.chdir(tmp_path)
    data = encoded(answers_file(student={"id": "", "name": TYPED}))
    as_zip(tmp_path, [BLACKBOARD[0], BLACKBOARD[2]], **{BLACKBOARD[0]: data})
    main(["grade", "class.zip"])

    assert TYPED in everything_written()
