"""Grading, feedback and tables run nothing of a submission, open nothing elsewhere, and talk to nobody.

Real commands over a hostile class, in a process of their own with an audit hook (PEP 578) that was there before the kit
was imported; see ``watched.py``. The same process with a reader that misbehaves shows that each misdeed is noticed.
"""

import base64
import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import redpencil
from perfect import answers_file, encoded, notebook, perfect_answers

WATCHED = Path(__file__).with_name("watched.py")
PACKAGE = Path(redpencil.__file__).resolve().parent
MARKER = "Zq7Handed"
COMMANDS = [
    ["grade", "class", "--feedback", "feedback", "--csv", "grades.csv"],
    ["grade", "class", "--json"],
    ["grade", "class.zip", "--gradebook", "sqlite:///zip.sqlite", "--roster", "roster.csv"],
    ["feedback"],
    ["match", "--gradebook", "sqlite:///zip.sqlite", "--roster", "roster.csv"],
    ["export", "csv"],
    ["export", "canvas", "--sheet", "canvas.csv", "--output", "canvas-filled.csv"],
    ["export", "gradescope"],
    ["grade", "--free-text-out", "waiting.csv"],
    ["grade", "--free-text", "waiting.csv"],
]


class Exploit:
    def __reduce__(self):
        return exec, (f"open('{MARKER}', 'w')",)


def cell(source, **metadata):
    return {
        "cell_type": "code", "id": "own", "metadata": metadata, "execution_count": 1, "outputs": [],
        "source": source,
    }  # fmt: skip


def hand_in(folder):
    """A class whose every file tries something; every one carries the marker."""
    pickled = pickle.dumps(Exploit())
    sources = [
        f"open('{MARKER}', 'w')", f"import os; os.system('touch {MARKER}')", f"!touch {MARKER}", f"%run {MARKER}.py",
        f"__import__('{MARKER}')", f"exec('{MARKER} = 1')",
        f"import socket; socket.create_connection(('{MARKER}', 80))",
        f"import pickle, base64; pickle.loads(base64.b64decode('{base64.b64encode(pickled).decode()}')) # {MARKER}",
        f"import ctypes; ctypes.CDLL('{MARKER}.so')", f"import this as {MARKER}; help()",
    ]  # fmt: skip
    files = {"ada/who-says-so.redpencil.json": encoded(answers_file())}
    for n, source in enumerate(sources):
        row = notebook(answers_file(student={"id": "x", "name": f"{MARKER} {{{{ 7*7 }}}}"}))
        row["cells"].insert(0, cell(source))
        row["metadata"] |= {"kernelspec": {"name": MARKER, "argv": ["sh", "-c", f"touch {MARKER}"]}}
        files[f"cell-{n}/who-says-so.ipynb"] = encoded(row)
    text = f"{{{{ {MARKER}.__class__ }}}}{{% import '{MARKER}' %}}__import__('os').system('touch {MARKER}')"
    mark = {"id": "m1", "label": "cue", "spans": [[0, 7]], "note": text}
    files |= {
        "text/a.redpencil.json": encoded(answers_file(perfect_answers(attributions=[mark], evidence=text))),
        "label/a.redpencil.json": encoded(answers_file({"rung-01": text})),
        "exercise/a.redpencil.json": encoded(answers_file(exercise=f"../{MARKER}")),
        "known/a.redpencil.json": encoded(answers_file(exercise="the-bridge", student={"id": MARKER, "name": text})),
        "pickle/a.ipynb": pickled,
        "pickle/a.pkl": pickled,
        "broken/a.ipynb": f"{{'{MARKER}': __import__('os').system('touch {MARKER}')}}".encode(),
        "deep/a.ipynb": b"[" * 5000,
        f"program/{MARKER}.py": f"open('{MARKER}', 'w')".encode(),
        "program/conftest.py": f"open('{MARKER}', 'w')".encode(),
        "program/sitecustomize.py": f"open('{MARKER}', 'w')".encode(),
        "program/course.toml": f'title = "{MARKER}"'.encode(),
        f"program/{MARKER}.so": b"\x7fELF",
        f"={MARKER}/{MARKER}'$(touch {MARKER}).ipynb": encoded(notebook(answers_file())),
    }
    for path, data in files.items():
        file = folder / "class" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    with zipfile.ZipFile(folder / "class.zip", "w") as made:
        for n, (path, data) in enumerate(files.items()):
            made.writestr(f"{MARKER.lower()}_{n}_{n + 100}_{path.replace('/', '-')}", data)
    (folder / "roster.csv").write_text(f"id,name\nada,{MARKER}\n3,=cmd|{MARKER}\n", "utf-8")
    (folder / "canvas.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Who says so? (7)\n    Points Possible,,,,,42.00\n"
        f"{MARKER},1,ada,x,={MARKER},\n", "utf-8",
    )  # fmt: skip
    return files


def watched(folder, workers, misdeeds="no", commands=COMMANDS):
    """The log of a watched run: for each line the process, what, and the details."""
    log = folder.parent / f"{folder.name}.log"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(PACKAGE.parent)}
    for name in [name for name in environment if name.startswith(("COV_", "PYTEST_", "REDPENCIL_"))]:
        del environment[name]
    command = [sys.executable, WATCHED, log, str(workers), misdeeds, json.dumps(commands), PACKAGE]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    return [line.split("\t") for line in log.read_text("utf-8").splitlines()], ran.stdout.decode()


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_of_a_submission_is_run_and_nothing_elsewhere_is_opened(tmp_path, workers):
    folder = tmp_path / "course"
    files = hand_in(folder)

    log, said = watched(folder, workers)

    assert [line for line in log if line[1] not in ("read", "status")] == []
    (statuses,) = (json.loads(line[2].strip("'")) for line in log if line[1] == "status")
    # Each did its work; where something was not graded or waits for somebody, the status is 1.
    assert statuses[:4] == [1, 1, 1, 0]
    assert set(statuses) == {0, 1}, said
    assert not [path for path in tmp_path.rglob(f"*{MARKER}*") if folder / "class" not in path.parents]
    # The hook was there: it saw every worksheet being read, twice, and in the workers where there are any.
    read = [line for line in log if line[1] == "read"]
    expected = [str(folder / "class" / path) for path in files if path.endswith((".ipynb", ".json"))]
    assert sorted(line[2] for line in read) == sorted(repr(path) for path in expected * 2)
    processes = {line[0] for line in read}
    (main,) = {line[0] for line in log if line[1] == "status"}
    assert processes == {main} if workers == 1 else len(processes) >= 2 and main not in processes
    assert "graded" in said


@pytest.mark.parametrize("workers", [1, 2])
def test_each_misdeed_of_a_reader_would_be_noticed(tmp_path, workers):
    folder = tmp_path / "course"
    file = folder / "class/ada/who-says-so.redpencil.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(encoded(answers_file(student={"id": "ada", "name": MARKER})))

    log, _ = watched(folder, workers, "yes", [["grade", "class"]])

    (worker,) = {line[0] for line in log if line[1] == "begin"}
    noticed = {}
    name = None
    for process, what, *details in log:
        if what == "begin":
            (name,) = details
            noticed[name] = []
        elif what == "end":
            name = None
        elif name and process == worker:
            noticed[name].append(what)
    assert len(noticed) >= 20
    assert [name for name, found in noticed.items() if not set(found) - {"read"}] == []
