import json
import tomllib
from pathlib import Path

import nbformat
import pytest

from redpencil.document import KitError
from redpencil.exercise import exercise_from_json, load_exercise, load_key
from redpencil.grading.release import release
from redpencil.grading.submissions import NotGraded, read_submission

KIT = Path(__file__).parents[1]
ANSWERS_MIME = "application/vnd.redpencil.answers+json"


@pytest.fixture
def released(tmp_path):
    return release("who-says-so", tmp_path / "out")


def test_a_release_is_a_notebook_and_the_exercise_beside_it(released, tmp_path):
    assert [path.relative_to(tmp_path).as_posix() for path in released] == [
        "out/who-says-so.ipynb",
        "out/who-says-so.exercise.json",
    ]


def test_the_notebook_is_valid_and_calls_the_exercise_once(released):
    notebook = nbformat.read(released[0], as_version=4)

    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == 1
    assert code[0].endswith('work_on("who-says-so")')
    assert notebook.metadata.kernelspec.name == "python3"


def test_the_notebook_says_which_exercise_and_version_it_is(released):
    about = json.loads(released[0].read_text(encoding="utf-8"))["metadata"]["redpencil"]

    assert about == {"exercise": "who-says-so", "exercise_version": load_exercise("who-says-so").version}


def test_the_exercise_reads_back_as_the_same_version_with_the_same_items(released):
    exercise = exercise_from_json(json.loads(released[1].read_text(encoding="utf-8")), "released")

    kits = load_exercise("who-says-so")
    assert exercise.version == kits.version
    assert exercise.items == kits.items
    assert [list(item.points) for item in exercise.items] == [list(item.points) for item in kits.items]


def test_nothing_of_the_key_is_in_what_students_get(released):
    key = load_key(load_exercise("who-says-so"))
    lines = (KIT / "exercises/who-says-so/key.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(key) == len(lines) > 21

    for path in released:
        text = path.read_text(encoding="utf-8")
        texts = _texts(json.loads(text))
        assert len(texts) > 10
        for annotation in key:
            assert annotation.reason not in text
            assert not any(annotation.reason in found for found in texts)
            assert annotation.id not in texts
        assert not {"required", "accepted"} & texts


def test_a_label_stands_only_in_the_list_of_what_there_is_to_spot_and_in_points(released):
    spec = json.loads(released[1].read_text(encoding="utf-8"))["spec"]

    # The spec is what the exercise's own file says, which names labels in these two places only and for no sentence.
    assert spec == tomllib.loads((KIT / "exercises/who-says-so/exercise.toml").read_text(encoding="utf-8"))


def _texts(value):
    """Every text of a JSON value, names included."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return set(value).union(*map(_texts, value.values()))
    if isinstance(value, list):
        return set().union(*map(_texts, value))
    return set()


def test_two_releases_are_the_same_to_the_byte(released, tmp_path):
    again = release("who-says-so", tmp_path / "again")

    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in released]


def test_releasing_over_an_untouched_worksheet_is_fine(released):
    before = [path.read_bytes() for path in released]

    release("who-says-so", released[0].parent)

    assert [path.read_bytes() for path in released] == before


def test_a_worksheet_as_released_counts_as_empty(released):
    with pytest.raises(NotGraded) as empty:
        read_submission(released[0].read_bytes())

    assert empty.value.state == "empty"


def test_a_notebook_with_answers_is_not_written_over(released):
    exercise = load_exercise("who-says-so")
    notebook = json.loads(released[0].read_text(encoding="utf-8"))
    answers = {
        "redpencil": 1,
        "exercise": exercise.id,
        "exercise_version": exercise.version,
        "answers": {"rung-01": "opinion"},
        "saved_at": "2026-03-02T09:30:00Z",
    }
    next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")["outputs"] = [
        {"output_type": "display_data", "data": {ANSWERS_MIME: answers}, "metadata": {}}
    ]
    released[0].write_text(json.dumps(notebook), encoding="utf-8")
    before = [path.read_bytes() for path in released]

    with pytest.raises(KitError, match=r"holds answers.*2026-03-02(.|\n)*Move the file away"):
        release("who-says-so", released[0].parent)

    assert [path.read_bytes() for path in released] == before


@pytest.mark.parametrize("text", ["no notebook", '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'])
def test_another_file_of_that_name_is_not_written_over(released, text):
    released[0].write_text(text, encoding="utf-8")

    with pytest.raises(KitError, match="stays as it is"):
        release("who-says-so", released[0].parent)

    assert released[0].read_text(encoding="utf-8") == text


def test_an_exercise_without_a_worksheet_names_the_file_that_is_missing(tmp_path, monkeypatch):
    folder = tmp_path / "exercises" / "mine"
    folder.mkdir(parents=True)
    for name in ("exercise.toml", "rubric.toml"):
        text = (KIT / "exercises/who-says-so" / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace('id = "who-says-so"', 'id = "mine"'), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(KitError, match=r"worksheet\.md is missing"):
        release("mine", tmp_path / "out")

    assert not (tmp_path / "out").exists()
