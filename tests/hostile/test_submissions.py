import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfect import EXERCISE, answers_file, encoded, notebook, perfect_answers
from redpencil.exercise import Answers
from redpencil.grading.submissions import NotGraded, check_answers, read_submission


def state_of(data):
    """The state that some bytes come to, with the reason; "graded" if nothing stands against it."""
    try:
        check_answers(EXERCISE, read_submission(data))
    except NotGraded as error:
        assert error.reason.strip()
        return error.state, error.reason
    return "graded", ""


def test_a_notebook_and_an_answers_file_hold_the_same_answers():
    row = answers_file(student="ada")

    assert read_submission(encoded(notebook(row))) == read_submission(encoded(row))


def test_of_several_answers_in_a_notebook_the_last_saved_counts():
    early = answers_file({"rung-01": "opinion"}, saved_at="2026-03-01T09:00:00Z")
    late = answers_file({"rung-01": "group"}, saved_at="2026-03-01T10:00:00Z")

    assert read_submission(encoded(notebook(late, early))).answers == {"rung-01": "group"}


def test_a_byte_order_mark_does_no_harm():
    assert read_submission(b"\xef\xbb\xbf" + encoded(answers_file())).exercise == "who-says-so"


def test_a_truncated_file_is_unreadable_and_says_that_it_was_cut_off():
    whole = encoded(notebook(answers_file()))
    for length in (1, 100, len(whole) // 2, len(whole) - 1):
        state, reason = state_of(whole[:length])
        assert state == "unreadable"
        assert "cut off" in reason


def test_an_empty_file_is_unreadable_and_not_an_empty_answer():
    assert state_of(b"")[0] == "unreadable"
    assert state_of(b" \n")[0] == "unreadable"


def test_json_that_is_no_notebook_is_unreadable():
    assert "neither a notebook" in state_of(b'{"a": 1}')[1]
    assert state_of(b"[1, 2]")[0] == "unreadable"


def test_a_notebook_of_another_exercise_is_the_wrong_exercise():
    assert state_of(encoded(notebook(answers_file(exercise="loaded-labels"))))[0] == "wrong-exercise"
    assert state_of(encoded(notebook()))[0] == "wrong-exercise"


def test_answers_to_another_version_of_the_text_are_the_wrong_exercise():
    state, reason = state_of(encoded(answers_file(exercise_version="0" * 64)))

    assert state == "wrong-exercise"
    assert "another version" in reason


def test_a_worksheet_that_was_never_run_is_empty():
    assert state_of(encoded(notebook(redpencil={"exercise": "who-says-so"})))[0] == "empty"


@pytest.mark.parametrize(
    "answers", [{}, {"rung-01": None}, {"attributions": []}, {"evidence": "  \n"}, {"rung-01": ""}]
)
def test_answers_to_nothing_are_empty(answers):
    assert state_of(encoded(answers_file(answers)))[0] == "empty"


END = len(EXERCISE.document.text)


@pytest.mark.parametrize(
    "spans",
    [
        [[0, END + 1]], [[-1, 5]], [[5, 5]], [[9, 3]], [[10**30, 10**31]],
        [[0.0, 5.0]], [[True, 5]], [["0", "5"]], [[0]], [[0, 1, 2]], [5], "0-5", [], None, {"start": 0},
    ],
)  # fmt: skip
def test_offsets_that_are_none_of_the_text_are_unreadable(spans):
    mark = {"id": "m1", "label": "cue", "spans": spans}
    state, reason = state_of(encoded(answers_file({"attributions": [mark]})))

    assert state == "unreadable"
    assert "mark 1 of attributions" in reason


def test_a_quote_that_the_text_does_not_have_there_is_unreadable():
    mark = {"id": "m1", "label": "cue", "spans": [[0, 7]], "quotes": ["Russian"]}

    assert "reads “Turkish”" in state_of(encoded(answers_file({"attributions": [mark]})))[1]


@pytest.mark.parametrize(
    "answers",
    [
        {"rung-01": "terrible"}, {"rung-01": ["group"]}, {"rung-22": "group"}, {"evidence": 5}, {"attributions": "all"},
        {"attributions": [{"id": "m", "label": "claim", "spans": [[0, 5]]}]}, {"attributions": [None]},
        {"attributions": [{"id": "m", "label": "cue", "spans": [[0, 5]], "links": [{"to": "x", "role": "cue"}]}]},
        {"attributions": [{"id": "m", "label": "cue", "spans": [[0, 5]]}] * 2},
        {"attributions": [{"id": "m", "label": "cue", "spans": [[0, 5]], "note": 7}]},
        {"attributions": [{"id": "m", "label": "cue", "spans": [[0, 5]], "note": "x" * 2001}]},
        {"evidence": "half a character: \ud83d"}, {"evidence": "a NUL: \0"},
    ],
)  # fmt: skip
def test_an_answer_that_is_not_in_the_format_is_unreadable(answers):
    import json

    assert state_of(json.dumps(answers_file(answers)).encode())[0] == "unreadable"


def test_too_much_is_too_large():
    mark = {"label": "cue", "spans": [[0, 5]]}

    assert state_of(b" " * 20_000_001)[0] == "too-large"
    assert state_of(encoded(answers_file({"evidence": "x" * 20_001})))[0] == "too-large"
    assert state_of(encoded(answers_file({"attributions": [mark] * 10_001})))[0] == "too-large"


@pytest.mark.parametrize(
    "data",
    [
        b'{"redpencil": NaN}', b'{"redpencil": 1' + b"0" * 5000 + b"}", b"[" * 100_000, b'{"a":' * 100_000,
        b"\xff\xfe\x00", b"\x80\x04\x95", b"PK\x03\x04", b"%PDF-1.7", b"null", b'"text"', b"1",
    ],
)  # fmt: skip
def test_what_is_no_json_is_unreadable_and_no_crash(data):
    assert state_of(data)[0] == "unreadable"


@pytest.mark.parametrize(
    "changed",
    [
        {"redpencil": 2}, {"redpencil": True}, {"redpencil": "1"}, {"exercise": 5}, {"exercise": "x" * 65},
        {"exercise_version": None}, {"answers": []}, {"answers": None}, {"student": "ada"}, {"student": {"id": 7}},
        {"student": {"id": "x" * 201}}, {"saved_at": "yesterday"}, {"saved_at": 0},
        {"hints": [1]}, {"hints": {"rung-01": -1}}, {"hints": {"rung-01": 1.5}}, {"hints": {"rung-99": 1}},
    ],
)  # fmt: skip
def test_an_answers_object_that_is_not_in_the_format_is_unreadable(changed):
    assert state_of(encoded({**answers_file(), **changed}))[0] == "unreadable"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # its first text is slow, our reader is not
@given(st.dictionaries(st.sampled_from([*EXERCISE.item_by_id, "other"]), json_values, max_size=5))
def test_whatever_is_answered_comes_to_a_state(answers):
    row = Answers("who-says-so", EXERCISE.version, answers)
    try:
        checked = check_answers(EXERCISE, row)
    except NotGraded as error:
        assert error.state in ("unreadable", "empty", "too-large")
    else:
        assert checked.choices or checked.marks or checked.texts


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # its first text is slow, our reader is not
@given(st.binary(max_size=300))
def test_whatever_bytes_are_handed_in_come_to_a_state(data):
    assert state_of(data)[0] in ("unreadable", "wrong-exercise", "empty")


def test_perfect_answers_fit_the_exercise():
    checked = check_answers(EXERCISE, read_submission(encoded(answers_file())))

    assert len(checked.choices) == 21
    assert len(checked.marks["attributions"]) == 15
    assert perfect_answers(evidence="x")["evidence"] == "x"
