"""Each exercise's key against the independent passes that lie beside it."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from redpencil.annotation import read_annotations
from redpencil.exercise import LABEL_SETS, key_for_item, load_exercise, load_key

FOLDERS = sorted(path.parent for path in (Path(__file__).parents[1] / "exercises").glob("*/exercise.toml"))
EXERCISES = [folder for folder in FOLDERS if (folder / "passes").is_dir()]
# Where there are no choices, the key is held against its passes in the exercise's own test.
WITH_CHOICES = [f for f in EXERCISES if any(item.kind == "choice" for item in load_exercise(f).items)]
# A key of likelihoods has two labels only, and is held against how its list was made: see test_name_check.py.
BY_JUDGEMENT = [f for f in WITH_CHOICES if not any(item.probabilities for item in load_exercise(f).items)]


def test_an_exercise_that_nobody_else_has_judged_says_so_in_its_datasheet():
    without = {
        folder.name
        for folder in FOLDERS
        if "There are no independent passes yet." in (folder / "README.md").read_text(encoding="utf-8")
    }

    assert without == {folder.name for folder in FOLDERS} - {folder.name for folder in EXERCISES}
    assert {"the-bridge", "who-says-so"} <= {folder.name for folder in EXERCISES}


def choices(exercise, annotations):
    """Item id -> the required label of each choice."""
    found = {}
    for item in exercise.items:
        if item.kind == "choice":
            (found[item.id],) = [a.label for a in key_for_item(item, annotations) if a.status == "required"]
    return found


def unlike_the_passes(folder):
    """Ids of the choices whose label is not the one that most passes gave: more than half of them."""
    exercise = load_exercise(folder)
    passes = [
        choices(exercise, read_annotations(path, exercise.document)) for path in sorted(folder.glob("passes/*.jsonl"))
    ]
    key = choices(exercise, load_key(exercise))
    return {id for id, label in key.items() if 2 * Counter(given[id] for given in passes)[label] <= len(passes)}


def listed_as_settled_against_the_passes(folder):
    readme = (folder / "README.md").read_text(encoding="utf-8")
    part = re.search(r"^## Settled against the passes\n(.*?)(?=^## |\Z)", readme, re.DOTALL | re.MULTILINE)
    return set(re.findall(r"^- `([^`]+)`", part[1], re.MULTILINE)) if part else set()


@pytest.mark.parametrize("folder", WITH_CHOICES, ids=lambda folder: folder.name)
def test_a_required_label_is_the_one_that_most_passes_gave_or_the_datasheet_lists_it(folder):
    assert unlike_the_passes(folder) == listed_as_settled_against_the_passes(folder)


@pytest.mark.parametrize("folder", BY_JUDGEMENT, ids=lambda folder: folder.name)
def test_a_label_that_was_changed_by_mistake_is_found_whichever_it_is(folder, tmp_path):
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    path = copy / "key.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    chosen = {item.layer for item in load_exercise(folder).items if item.kind == "choice"}
    rows = [json.loads(line) for line in lines]
    required = [n for n, row in enumerate(rows) if row["layer"] in chosen and row["status"] == "required"]
    missed = []
    for n in required:
        other = next(one.id for one in LABEL_SETS[rows[n]["layer"]] if one.id != rows[n]["label"])
        changed = json.dumps(rows[n] | {"label": other}, ensure_ascii=False) + "\n"
        path.write_text("".join([*lines[:n], changed, *lines[n + 1 :]]), encoding="utf-8")
        if len(unlike_the_passes(copy) ^ unlike_the_passes(folder)) != 1:
            missed.append(changed)

    assert len(required) == len(choices(load_exercise(folder), load_key(load_exercise(folder)))) > 0
    assert missed == []


def test_a_label_settled_against_the_passes_is_read_from_the_datasheet(tmp_path):
    (tmp_path / "README.md").write_text(
        "# Datasheet\n\n- `rung-01`: before\n\n## Settled against the passes\n\nWhy.\n\n- `rung-12`: a reason\n"
        "- `rung-14`: another\n\n## Next\n\n- `rung-15`: after\n"
    )

    assert listed_as_settled_against_the_passes(tmp_path) == {"rung-12", "rung-14"}
