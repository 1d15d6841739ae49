"""Each exercise's key against the independent passes that lie beside it."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from redpencil.annotation import read_annotations
from redpencil.exercise import key_for_item, load_exercise, load_key

WITH_PASSES = sorted(path.parents[1] for path in (Path(__file__).parents[1] / "exercises").glob("*/passes/one.jsonl"))
# Loaded labels have no rungs; their key is held against its passes in test_loaded_labels.py.
EXERCISES = [f for f in WITH_PASSES if any(item.layer == "sourcing" for item in load_exercise(f).items)]


def rungs(exercise, annotations):
    """Item id -> the required label of each rung."""
    found = {}
    for item in exercise.items:
        if item.kind == "choice":
            (found[item.id],) = [a.label for a in key_for_item(item, annotations) if a.status == "required"]
    return found


def unlike_the_passes(folder):
    """Ids of the rungs whose label is not the one that most passes gave: more than half of them."""
    exercise = load_exercise(folder)
    passes = [
        rungs(exercise, read_annotations(path, exercise.document)) for path in sorted(folder.glob("passes/*.jsonl"))
    ]
    key = rungs(exercise, load_key(exercise))
    return {id for id, label in key.items() if 2 * Counter(given[id] for given in passes)[label] <= len(passes)}


def listed_as_settled_against_the_passes(folder):
    readme = (folder / "README.md").read_text(encoding="utf-8")
    part = re.search(r"^## Settled against the passes\n(.*?)(?=^## |\Z)", readme, re.DOTALL | re.MULTILINE)
    return set(re.findall(r"^- `([^`]+)`", part[1], re.MULTILINE)) if part else set()


@pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)
def test_a_required_rung_is_the_one_that_most_passes_gave_or_the_datasheet_lists_it(folder):
    assert unlike_the_passes(folder) == listed_as_settled_against_the_passes(folder)


@pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)
def test_a_label_that_was_changed_by_mistake_is_found_whichever_it_is(folder, tmp_path):
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    path = copy / "key.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    required = [n for n, line in enumerate(lines) if '"sourcing"' in line and '"status": "required"' in line]
    missed = []
    for n in required:
        other = "group" if '"label": "role"' in lines[n] else "role"
        changed = re.sub(r'"label": "[a-z-]+"', f'"label": "{other}"', lines[n])
        path.write_text("".join([*lines[:n], changed, *lines[n + 1 :]]), encoding="utf-8")
        if len(unlike_the_passes(copy) ^ unlike_the_passes(folder)) != 1:
            missed.append(changed)

    assert len(required) == len(rungs(load_exercise(folder), load_key(load_exercise(folder)))) > 0
    assert missed == []


def test_a_rung_settled_against_the_passes_is_read_from_the_datasheet(tmp_path):
    (tmp_path / "README.md").write_text(
        "# Datasheet\n\n- `rung-01`: before\n\n## Settled against the passes\n\nWhy.\n\n- `rung-12`: a reason\n"
        "- `rung-14`: another\n\n## Next\n\n- `rung-15`: after\n"
    )

    assert listed_as_settled_against_the_passes(tmp_path) == {"rung-12", "rung-14"}
