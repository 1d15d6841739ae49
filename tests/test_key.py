import shutil

import pytest

from perfect import EXERCISE, answers_file, encoded
from redpencil.document import KitError
from redpencil.exercise import load_exercise, load_key
from redpencil.grading.submissions import NotGraded, check_answers, read_submission


@pytest.fixture
def key(tmp_path):
    """A folder of private keys that holds a copy of the practice key, and a function that changes it."""
    path = tmp_path / "who-says-so/key.jsonl"
    path.parent.mkdir()
    shutil.copy(EXERCISE.folder / "key.jsonl", path)

    def change(old, new):
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path

    return change


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"label": "opinion"', '"label": "fiction"', "is not one of the layer 'sourcing'"),
        ('"status": "required"', '"status": "perhaps"', "expected one of required, accepted"),
        ('"status": "required"', '"status": "accepted"', "needs one required label on its span, it has 0"),
        ('"spans": [[0, 27]]', '"spans": [[0, 26]]', "reads 'Turkish MANPADs Don’t Help', but"),
        ('"spans": [[0, 27]]', '"spans": [[27, 0]]', "Write \\[\\[start, end\\]"),
        ('"spans": [[0, 27]]', '"spans": [[0, 2.5]]', "whole numbers"),
        ('"id": "r02"', '"id": "r01"', "stands in line"),
        ('{"id": "r01"', '{"id": "r01', "is not JSON"),
        ('{"id": "r01"', "[" * 100_000 + '{"id": "r01"', "is not JSON"),
        ('{"id": "r01"', '{"n": ' + "1" * 5_000 + ', "id": "r01"', "is not JSON"),
        ('"links": [', '"links": 5, "more": [', "links holds 5"),
        ('"to": "a10-source", "role": "source"', '"to": "nobody", "role": "source"', "which is not there"),
        ('"to": "a10-source", "role": "source"', '"to": "a10-cue", "role": "source"', "which is a cue"),
    ],
)
def test_a_broken_key_is_told_with_its_place(key, old, new, message):
    with pytest.raises(KitError, match=message) as error:
        load_key(EXERCISE, key(old, new))

    assert "key.jsonl" in str(error.value)


def test_a_key_without_a_reason_is_refused(key):
    folder = key(
        "“Don’t Help” weighs up whether weapons were of use. That is a judgement. No source is given for it.", ""
    )

    with pytest.raises(KitError, match="there is no reason"):
        load_key(EXERCISE, folder)


def test_a_missing_key_says_where_it_was_looked_for(tmp_path):
    with pytest.raises(KitError, match=r"key\.jsonl is missing"):
        load_key(EXERCISE, tmp_path)


@pytest.fixture
def exercise(tmp_path):
    folder = tmp_path / "who-says-so"
    shutil.copytree(EXERCISE.folder, folder)

    def change(old, new):
        path = folder / "exercise.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return change


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("redpencil = 1", "redpencil = 9", "update the kit if the file is newer"),
        ('id = "who-says-so"', 'id = "other"', "the folder is called 'who-says-so'"),
        ('kind = "choice"', 'kind = "guess"', "expected one of choice, marks, free-text"),
        ('layer = "sourcing"', 'layer = "mood"', "layer is 'mood'"),
        ("points = 1\n", "points = -1\n", "expected a number from 0"),
        ("points = 1\n", "points = true\n", "expected a number from 0"),
        ('"sourceless", "own-voice"', '"sourceless", "fiction"', "signal holds 'fiction'"),
        ('signal = ["sourceless", "own-voice"]', "signal = 5", "expected a list of labels"),
        ('signal = ["sourceless", "own-voice"]', "signal = [[1]]", "expected a list of labels"),
        ("redpencil = 1\n", "redpencil = 1\nstill_fits = 5\n", "expected a list of versions"),
        ('each = "sentence"', 'each = "word"', "each is 'word'"),
        ('id = "evidence"', 'id = "words"', "free text needs a rubric"),
        ('id = "attributions"', 'id = "rung"', "'rung' names two groups"),
        ("source = 5", "speaker = 5", "marks have points for each label"),
        ('title = "The ladder"\n', "", "'title' is None"),
    ],
)
def test_a_broken_exercise_is_told_with_its_place(exercise, old, new, message):
    with pytest.raises(KitError, match=message) as error:
        load_exercise(exercise(old, new))

    assert "exercise.toml" in str(error.value)


def test_the_version_changes_with_the_questions_and_not_with_comments(exercise):
    folder = exercise("# Spotting:", "# Looking:")
    assert load_exercise(folder).version == EXERCISE.version

    exercise('title = "The ladder"', 'title = "The rungs"')
    assert load_exercise(folder).version != EXERCISE.version


def test_answers_to_an_earlier_version_fit_where_the_exercise_says_so(exercise):
    earlier = EXERCISE.version
    folder = exercise('title = "The ladder"', 'title = "The rungs"')
    answers = read_submission(encoded(answers_file()))
    with pytest.raises(NotGraded, match="still_fits"):
        check_answers(load_exercise(folder), answers)
    reworded = load_exercise(folder).version

    exercise("redpencil = 1\n", f'redpencil = 1\nstill_fits = ["{earlier}"]\n')

    assert load_exercise(folder).version == reworded
    assert len(check_answers(load_exercise(folder), answers).choices) == 21
