"""Hints are a part of an exercise's spec: steps from a nudge to a place in the text, and no part of its version."""

import shutil
import tomllib
from pathlib import Path

import pytest

from redpencil.document import KitError
from redpencil.exercise import exercise_from_json, load_exercise, load_key
from redpencil.pages.markup import exercise_data

EXERCISES = Path(__file__).parents[1] / "exercises"
FOLDERS = sorted(path.parent.name for path in EXERCISES.glob("*/exercise.toml"))
WITH_CHOICES = [name for name in FOLDERS if any(item.kind == "choice" for item in load_exercise(name).items)]
WITH_ATTRIBUTIONS = [name for name in FOLDERS if "attributions" in load_exercise(name).groups]


@pytest.fixture
def edited(tmp_path):
    """A copy of an exercise whose spec was changed."""

    def edit(old, new):
        folder = tmp_path / "the-bridge"
        shutil.copytree(EXERCISES / "the-bridge", folder, dirs_exist_ok=True)
        spec = folder / "exercise.toml"
        text = spec.read_text(encoding="utf-8")
        assert old in text
        spec.write_text(text.replace(old, new, 1), encoding="utf-8")
        return load_exercise(folder)

    return edit


@pytest.mark.parametrize("name", FOLDERS)
def test_each_item_of_the_kit_has_a_nudge_and_then_more(name):
    exercise = load_exercise(name)

    assert all(len(item.hints) >= 2 and item.hints[0].span is None for item in exercise.items)


@pytest.mark.parametrize("name", WITH_CHOICES)
def test_the_last_hint_to_a_sentence_is_a_place_in_that_sentence(name):
    exercise = load_exercise(name)
    sentences = [item for item in exercise.items if item.kind == "choice"]

    assert len(sentences) == len(exercise.document.sentences)
    for item in sentences:
        place = item.hints[-1].span
        assert item.span.start <= place.start < place.end <= item.span.end
        assert f"“{exercise.document.quote(place)}”" in item.hints[-1].text


@pytest.mark.parametrize("name", WITH_ATTRIBUTIONS)
def test_the_number_of_claims_that_a_hint_tells_is_the_keys(name):
    numbers = {"Five": 5, "Ten": 10}
    exercise = load_exercise(name)
    contents = [one for one in load_key(exercise) if one.label == "content" and one.status == "required"]
    [told] = [hint.text for hint in exercise.item_by_id["attributions"].hints if "are handed over" in hint.text]

    assert numbers[told.split()[0]] == len(contents)


def test_hints_are_no_part_of_the_version_so_that_work_goes_on(edited):
    version = load_exercise("the-bridge").version

    assert edited("Is nobody there?", "Is there nobody?").version == version
    assert edited('1 = "Stays Shut"\n', "").version == version
    assert edited("Choose one rung", "Take one rung").version != version


def test_hints_travel_with_the_exercise_and_to_the_component():
    exercise = load_exercise("the-bridge")
    again = exercise_from_json(exercise.to_json(), "here")

    assert [item.hints for item in again.items] == [item.hints for item in exercise.items]
    spec = tomllib.loads((EXERCISES / "the-bridge/exercise.toml").read_text(encoding="utf-8"))
    [rung] = [group for group in exercise_data(exercise, ["rung"])["groups"] if group["id"] == "rung"]
    first = rung["items"][0]["hints"]
    assert [hint["text"] for hint in first[:2]] == spec["items"][0]["hints"]
    start, end = first[2]["span"]
    assert exercise.document.text[start:end] == "Stays Shut"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('1 = "Stays Shut"', '1 = "Stays Open"', "look_at, sentence 1: the words 'Stays Open' are not there"),
        ('6 = "costs the shops"', '6 = "o"', "sentence 6: the words 'o' are there"),
        ('16 = "is better than"', '17 = "is better than"', "expected the number of a sentence, from 1 to 16"),
        ('at = "are rumoured"', 'at = "nowhere"', "a hint’s at: the words 'nowhere' are not there"),
        ('at = "are rumoured"', 'where = "are rumoured"', "is neither a text nor a text and words to look at"),
        ('  "Is nobody there?', '  7, "Is nobody there?', "the hint 7 is neither"),
    ],
)
def test_a_hint_that_cannot_be_shown_is_refused_with_its_place(edited, old, new, says):
    with pytest.raises(KitError) as refused:
        edited(old, new)

    assert "exercise.toml, item" in str(refused.value)
    assert says in str(refused.value)
