"""Grading over a Dask cluster of two real worker processes, and submissions behind addresses."""

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import fsspec
import pytest
import trustme

from redpencil.document import KitError
from redpencil.exercise import load_exercise, load_key
from redpencil.grading.cluster import Cluster
from redpencil.grading.grade import Grader, grade_folder
from redpencil.grading.gradebook import Gradebook
from redpencil.grading.intake import Intake, find_submissions
from redpencil.grading.remote import find_elsewhere

ROOT = Path(__file__).parents[1]
REDPENCIL = Path(sys.executable).with_name("redpencil")
STUDENTS = 900
# The checkout's own kit, also where another is installed; and on a machine with much else to do, time to connect.
SLOWLY = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "30s"}
OURS = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **SLOWLY}


def dask(what, *arguments):
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, "--no-dashboard"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=OURS)


@contextmanager
def running_cluster(place, *tls, protocol="tcp"):
    """A scheduler and two workers, each a process of its own on 127.0.0.1; ends those that it started."""
    told = place / "scheduler.json"
    at = ("--host", "127.0.0.1", "--port", "0", "--protocol", protocol)
    started = [dask("scheduler", *at, "--scheduler-file", str(told), *tls)]
    try:
        until = time.monotonic() + 60
        while not told.exists():
            assert started[0].poll() is None, "the scheduler ended"
            assert time.monotonic() < until, "the scheduler did not start"
            time.sleep(0.05)
        address = json.loads(told.read_text())["address"]
        workers = [
            dask("worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", *tls) for _ in range(2)
        ]
        started += workers
        yield address, workers
    finally:
        for process in reversed(started):
            process.kill()
            process.wait(10)


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster") / "class"
    command = [sys.executable, ROOT / "benchmarks/make_class.py", str(STUDENTS), "--seed", "1", "--output", folder]
    subprocess.run(command, check=True, capture_output=True, env=OURS)
    return folder


@pytest.fixture(autouse=True)
def in_no_hurry(monkeypatch):
    for name, value in SLOWLY.items():
        monkeypatch.setenv(name, value)


@contextmanager
def patched_environment(**variables):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


def book(tmp_path, name):
    return lambda: Gradebook(f"sqlite:///{tmp_path / name}")


def rows(path):
    with closing(sqlite3.connect(path)) as database:
        columns = "path, sha256, exercise, student_id, state, points, parts, answers, details, key_version, is_current"
        return database.execute(f"SELECT {columns} FROM submissions ORDER BY path, sha256").fetchall()


@pytest.fixture(scope="module")
def alone(students, tmp_path_factory):
    """What one machine makes of the class."""
    folder = tmp_path_factory.mktemp("alone")
    grade_folder([students], book(folder, "alone.sqlite"))
    return rows(folder / "alone.sqlite")


def test_two_workers_grade_as_one_machine_does_and_one_that_is_killed_in_the_middle_costs_nothing(
    students, alone, tmp_path
):
    killed = []
    with running_cluster(tmp_path) as (address, workers):

        def kill_one(n):
            # After the first batch is written, others are at work on both.
            if not killed:
                os.kill(workers[0].pid, signal.SIGKILL)
                killed.append(workers[0].wait(10))

        summary = grade_folder([students], book(tmp_path, "book.sqlite"), progress=kill_one, over=Cluster(address))
        assert workers[1].poll() is None
    assert killed == [-signal.SIGKILL]
    assert summary.files == STUDENTS
    assert len(alone) == STUDENTS
    assert rows(tmp_path / "book.sqlite") == alone


def test_the_command_line_grades_over_an_encrypted_cluster_and_an_address_by_a_key_that_only_it_has(students, tmp_path):
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    files = {name: tmp_path / f"{name}.pem" for name in ("ca", "cert", "key")}
    authority.cert_pem.write_to_path(files["ca"])
    issued.cert_chain_pems[0].write_to_path(files["cert"])
    issued.private_key_pem.write_to_path(files["key"])
    named = [argument for name, path in files.items() for argument in (f"--tls-{name}", str(path))]
    theirs = [argument.replace("--tls-ca", "--tls-ca-file") for argument in named]
    keys = tmp_path / "keys/who-says-so"
    keys.mkdir(parents=True)
    public = (ROOT / "exercises/who-says-so/key.jsonl").read_text(encoding="utf-8")
    first, *others = public.splitlines()
    private = "\n".join([json.dumps({**json.loads(first), "reason": "A reason that only this key gives."}), *others])
    keys.joinpath("key.jsonl").write_text(private, encoding="utf-8")
    exercise = load_exercise("who-says-so")
    version = Grader(exercise, load_key(exercise, keys.parent)).key_version
    assert version != Grader(exercise, load_key(exercise)).key_version
    with running_cluster(tmp_path, *theirs, protocol="tls") as (address, _):
        done = subprocess.run(
            [
                REDPENCIL, "grade", students.as_uri(), "--scheduler", address, *named, "--keys", keys.parent,
                "--gradebook", f"sqlite:///{tmp_path / 'book.sqlite'}",
            ],
            capture_output=True, text=True, env=OURS, cwd=tmp_path, timeout=120,
        )  # fmt: skip
        # Without its own certificate nobody gets in.
        with (
            patched_environment(DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="3s"),
            pytest.raises(KitError, match="cannot be reached within 3 seconds"),
            Cluster(address.replace("tls", "tcp"))(len, ()),
        ):
            pass
    assert done.returncode == 0, done.stderr
    assert f"{STUDENTS} files, {STUDENTS} new or changed" in done.stdout
    graded = rows(tmp_path / "book.sqlite")
    assert len(graded) == STUDENTS
    assert {row[-2] for row in graded} == {version}


def test_a_cluster_without_a_worker_and_one_that_is_not_there_are_told_with_the_next_step(students, tmp_path):
    with running_cluster(tmp_path) as (address, workers):
        for worker in workers:
            worker.kill()
            worker.wait(10)
        with pytest.raises(KitError, match=r"no worker for 2 seconds\.\nStart some .dask worker"):
            grade_folder([students], book(tmp_path, "book.sqlite"), over=Cluster(address, patience=2))
    with (
        patched_environment(DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s"),
        pytest.raises(KitError, match="cannot be"),
    ):
        grade_folder([students], book(tmp_path, "book.sqlite"), over=Cluster(address))


def test_a_scheduler_that_is_not_there_is_told_after_seconds_with_its_address(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada/who-says-so.json").write_text("{}", encoding="utf-8")
    # A port that is bound and does not listen refuses at once; nobody else can begin to listen on it meanwhile.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        environment = {name: value for name, value in OURS.items() if name not in SLOWLY}
        begun = time.monotonic()
        done = subprocess.run(
            [REDPENCIL, "grade", "ada", "--scheduler", address],
            capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120,
        )  # fmt: skip
        took = time.monotonic() - begun
    assert done.returncode == 2
    assert f"The scheduler at {address} cannot be reached within 5 seconds" in done.stderr
    assert "Check that it runs (dask scheduler)" in done.stderr
    assert "Traceback" not in done.stderr
    # Half of the 30 seconds that it took, for a machine with much else to do.
    assert took < 15
    assert not (tmp_path / "gradebook.sqlite").exists()


def test_what_listens_and_is_no_scheduler_is_told():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"

        def answer():
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 40)
                    connection.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        with (
            patched_environment(DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="2s"),
            pytest.raises(KitError, match=f"The scheduler at {address} cannot be reached"),
            Cluster(address)(len, ()),
        ):
            pass
    thread.join(30)


def test_a_time_to_connect_that_is_none_is_told():
    with (
        patched_environment(DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="soon"),
        pytest.raises(KitError, match=r"is 'soon'; expected a time, such as 10s"),
        Cluster("tcp://127.0.0.1:1")(len, ()),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "files", "told"),
    [
        ("127.0.0.1:8786", {}, "is no scheduler's address. Write tcp://HOST:PORT"),
        ("http://127.0.0.1:8786", {}, "is no scheduler's address"),
        ("tls://127.0.0.1:8786", {"ca": ROOT / "README.md"}, "name --tls-cert, --tls-key as well"),
        ("tcp://127.0.0.1:8786", {"ca": ROOT / "README.md"}, "Write tls:// for tcp://"),
        ("tls://127.0.0.1:1", dict.fromkeys(("ca", "certificate", "key"), ROOT / "none.pem"), "there is no file"),
    ],
)
def test_an_address_or_certificates_that_do_not_fit_are_told(address, files, told):
    with pytest.raises(KitError, match=re.escape(told)):
        Cluster(address, **files)


def test_files_behind_an_address_are_found_as_in_the_folder(students):
    some = students.parent / "some"
    some.mkdir()
    for n, folder in enumerate(sorted(students.iterdir())[:3]):
        some.joinpath(f"amira {n}").mkdir()
        file = next(folder.rglob("*.*")) if folder.is_dir() else folder
        some.joinpath(f"amira {n}/{file.name}").write_bytes(file.read_bytes())
    some.joinpath("loose.redpencil.json").write_text("{}")
    some.joinpath("notes.docx").write_text("no worksheet")
    some.joinpath("amira 0/link.json").symlink_to("/etc/hosts")
    some.joinpath(".DS_Store").write_text("")
    here, there = (
        {found.path: found for found in find(some)}
        for find in (lambda p: find_submissions([p]), lambda p: find_elsewhere(p.as_uri()))
    )
    assert here.keys() == there.keys()
    assert len(here) == 6
    for path, found in here.items():
        other = there[path]
        assert (found.student_id, found.state) == (other.student_id, other.state), path
        if not found.state:
            assert found.read() == other.read()


def test_an_address_that_cannot_be_listed_is_told():
    with pytest.raises(KitError, match="nothing at this address"):
        list(find_elsewhere("memory://nobody"))
    with pytest.raises(KitError, match="cannot be opened"):
        list(find_elsewhere("nosuchkind://bucket/class"))


def test_a_zip_behind_an_address_is_told_to_be_copied():
    fsspec.filesystem("memory").pipe_file("/zips/class.zip", b"PK")

    with pytest.raises(KitError, match=r"is a zip.*\n.*Copy it here"):
        list(find_elsewhere("memory://zips/class.zip"))


def test_the_names_of_a_platform_are_understood_behind_an_address():
    store = fsspec.filesystem("memory")
    for name in ("adalovelace_12_34_hw.ipynb", "graceh_LATE_13_35_hw.ipynb", "graceh_LATE_13_36_photo.png"):
        store.pipe_file(f"/canvas/{name}", b"{}")
    intake = Intake()

    found = {one.student_id: one for one in find_elsewhere("memory://canvas", intake)}

    assert intake.read.systems == {"memory://canvas": "canvas"}
    assert {id: (one.name, one.late, one.lms) for id, one in found.items()} == {
        "12": ("adalovelace", False, "canvas"),
        "13": ("graceh", True, "canvas"),
    }
    assert intake.read.named == ["graceh_LATE_13_36_photo.png"]
