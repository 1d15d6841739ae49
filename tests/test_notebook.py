"""The call in a worksheet: which exercise it opens, with which key, and what it says where it cannot."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from redpencil.document import KitError
from redpencil.exercise import load_exercise, load_key
from redpencil.grading.release import release
from redpencil.grading.submissions import read_submission
from redpencil.notebook import work_on
from student_notebook import ANSWERS_MIME, MARKS, SIDE_FILE, answers_object


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("who-says-so")


def test_the_key_is_sent_when_it_is_asked_for_and_is_in_no_trait(folder, screen, exercise, monkeypatch):
    work_on("who-says-so")
    sent = []
    monkeypatch.setattr(screen.widget, "send", sent.append)
    reasons = [annotation.reason for annotation in load_key(exercise)]

    assert screen.widget.has_key
    state = json.dumps({name: value for name, value in screen.widget.get_state().items() if name != "_esm"})
    assert not any(reason in state or json.dumps(reason)[1:-1] in state for reason in reasons)
    screen.widget._handle_custom_msg({"type": "something else"}, [])
    assert sent == []
    screen.widget._handle_custom_msg({"type": "key?"}, [])

    (message,) = sent
    assert message["type"] == "key"
    assert [row["reason"] for row in message["key"]] == reasons


def test_the_exercise_beside_the_notebook_comes_before_the_kit_s(folder, screen):
    (path,) = [p for p in release("who-says-so", folder) if p.name.endswith(".exercise.json")]
    row = json.loads(path.read_text(encoding="utf-8"))
    row["spec"]["title"] = "Whose words?"
    path.write_text(json.dumps(row), encoding="utf-8")

    work_on("who-says-so")

    assert "Whose words?" in screen.widget.html
    assert screen.output[ANSWERS_MIME]["exercise_version"] != load_exercise("who-says-so").version
    # The kit's key is for another version, so it is not offered.
    assert not screen.widget.has_key


def test_the_exercise_as_released_has_the_practice_key(folder, screen):
    release("who-says-so", folder)

    work_on("who-says-so")

    assert screen.widget.has_key


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "damaged"),
        ("[]", "not an exercise"),
        ("[" * 100_000, "damaged"),
    ],
)
def test_a_broken_exercise_file_is_named(folder, screen, content, expected):
    (folder / "who-says-so.exercise.json").write_text(content, encoding="utf-8")

    with pytest.raises(KitError, match=rf"who-says-so\.exercise\.json .*{expected}"):
        work_on("who-says-so")


def test_an_unknown_exercise_says_what_to_do_without_a_traceback(folder, screen):
    with pytest.raises(KitError) as error:
        work_on("who-said-so")

    assert "Check the spelling of 'who-said-so'" in str(error.value)
    assert error.value._render_traceback_() == str(error.value).split("\n")


def test_a_path_is_no_name_of_an_exercise(folder, screen):
    with pytest.raises(KitError, match="an id is"):
        work_on("../who-says-so")


def test_importing_the_worksheet_s_call_brings_in_neither_pandas_nor_sphinx():
    script = "import sys, redpencil.notebook; print({'pandas', 'sphinx', 'jupytext', 'sqlalchemy'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_importing_redpencil_alone_brings_in_no_widget():
    script = "import sys, redpencil; print({'anywidget', 'ipywidgets', 'IPython'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_the_released_notebook_run_by_a_real_kernel_holds_the_restored_answers(tmp_path, exercise):
    (path, _) = release("who-says-so", tmp_path)
    row = answers_object(exercise, {"rung-15": "group", "attributions": MARKS})
    (tmp_path / SIDE_FILE).write_text(json.dumps(row), encoding="utf-8")
    worksheet = nbformat.read(path, as_version=4)

    NotebookClient(worksheet, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute(
        env=os.environ | {"IPYTHONDIR": str(tmp_path / "ipython")}
    )

    written = nbformat.writes(worksheet)
    assert read_submission(written.encode()).to_json() == row
    assert not any(annotation.reason in written for annotation in load_key(exercise))
