"""Whatever is handed in comes to a state: valid files that were changed anywhere, cut, spliced, or are noise.

Of each outcome the same is asked: one of the seven states; a reason unless it was graded; points only if it was graded,
from 0 to the most; nothing that a database could not store or a terminal not show; and the same again the second time.
"""

import copy
import json
import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfect import EXERCISE, KEY, answers_file, encoded, notebook, perfect_answers
from redpencil.grading.grade import Grader, Graders, grade_file
from redpencil.grading.gradebook import submissions
from redpencil.grading.intake import Found
from redpencil.grading.submissions import NotGraded, read_submission

STATES = {"graded", "needs-manual", "unreadable", "empty", "wrong-exercise", "too-large", "duplicate"}
GRADERS = Graders()
GRADER = Grader(EXERCISE, KEY)
END = len(EXERCISE.document.text)
# How long a text each column of the gradebook takes; PostgreSQL refuses a longer one.
ROOM = {column.name: getattr(column.type, "length", None) for column in submissions.columns}
# A hang is found by it; what a busy machine takes for one file is far below.
fuzzed = settings(deadline=timedelta(seconds=10), suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "who-says-so.ipynb"


def outcome(file, data):
    """The gradebook's row for some bytes, after everything was asked of it that holds for all."""
    file.write_bytes(data)
    found = Found(file, "eve/who-says-so.ipynb", "", len(data))
    first, second = (grade_file(found, GRADERS) for _ in range(2))
    first.pop("graded_at"), second.pop("graded_at")
    assert first == second
    assert first["state"] in STATES
    assert (first["points"] is not None) == (first["state"] == "graded")
    if first["state"] == "graded":
        assert 0 <= first["points"] <= first["points_at_most"] == 42
        parts = json.loads(first["parts"])
        assert first["points"] == pytest.approx(sum(parts.values()))
        assert all(0 <= points <= 21 for points in parts.values())
    else:
        assert first["reason"].strip()
        assert first["reason"].isprintable()
        assert len(first["reason"]) < 1000
    for name, value in first.items():
        if isinstance(value, str):
            value.encode()
            assert "\0" not in value
            assert len(value) <= (ROOM.get(name) or sys.maxsize)
    return first


numbers = st.integers() | st.floats() | st.sampled_from([0, 1, -1, END, END + 1, 10**18, 2**63, 10**400, 1e308])
scalars = st.none() | st.booleans() | numbers | st.text(max_size=20)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
# What the format has, where it does not belong.
known = st.sampled_from(
    [
        "", "group", "cue", "m1", "who-says-so", EXERCISE.version, "evidence", "rung-01", "2026-01-01T00:00:00Z", [],
        {}, [[0, 7]], [0, 7], {"to": "m1", "role": "source"}, {"id": "m1", "label": "cue", "spans": [[0, 7]]}, True,
        0.5, "x" * 300, "\ud800", "\0", "\u202e", "__proto__",
    ]
)  # fmt: skip


def places(row, at=()):
    """Every place in a JSON value, as the steps that lead there."""
    yield at
    steps = row.items() if isinstance(row, dict) else enumerate(row) if isinstance(row, list) else ()
    for step, inner in steps:
        yield from places(inner, (*at, step))


ROWS = {
    "answers": answers_file(
        {"rung-01": "group", "rung-02": "own-voice", "evidence": "Two.",
         "attributions": perfect_answers()["attributions"][:3]},
        student="ada", hints={"rung-01": 1},
    ),
    "notebook": notebook(
        answers_file({"rung-01": "group"}), answers_file({"rung-02": "own-voice"}, saved_at="2026-03-02T09:00:00Z")
    ),
}  # fmt: skip
PLACES = {name: list(places(row)) for name, row in ROWS.items()}


@st.composite
def changed(draw, name):
    """A valid file, changed in one to four places, as a JSON value."""
    row = copy.deepcopy(ROWS[name])
    for _ in range(draw(st.integers(1, 4))):
        *way, last = draw(st.sampled_from(PLACES[name][1:]))
        try:
            parent = row
            for step in way:
                parent = parent[step]
            old = parent[last]
        except (KeyError, IndexError, TypeError):
            continue
        if not isinstance(parent, dict | list):
            continue
        what = draw(st.sampled_from(["value", "known", "gone", "twice", "wrapped", "unwrapped", "renamed", "nudged"]))
        if what == "value":
            parent[last] = draw(values)
        elif what == "known":
            parent[last] = draw(known)
        elif what == "gone":
            del parent[last]
        elif what == "twice" and isinstance(parent, list):
            parent.insert(last, copy.deepcopy(old))
        elif what == "wrapped":
            parent[last] = draw(st.sampled_from([[old], {"x": old}, [old, old], json.dumps(old)]))
        elif what == "unwrapped" and isinstance(old, list | dict) and old:
            parent[last] = next(iter(old.values() if isinstance(old, dict) else old))
        elif what == "renamed" and isinstance(parent, dict):
            parent[draw(st.text(max_size=8) | st.just(last.upper()))] = parent.pop(last)
        elif what == "nudged" and type(old) is int:
            parent[last] = old + draw(st.integers(-3, 3))
    return row


@settings(fuzzed, max_examples=200)
@given(row=changed("answers"))
def test_an_answers_file_that_was_changed_anywhere_comes_to_a_state(file, row):
    outcome(file, json.dumps(row).encode())


@settings(fuzzed, max_examples=200)
@given(row=changed("notebook"))
def test_a_notebook_that_was_changed_anywhere_comes_to_a_state(file, row):
    outcome(file, json.dumps(row).encode())


@settings(fuzzed, max_examples=150)
@given(name=st.sampled_from(sorted(ROWS)), data=st.data())
def test_bytes_that_were_changed_cut_or_spliced_anywhere_come_to_a_state(file, name, data):
    whole = encoded(ROWS[name])
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    middle = data.draw(
        st.binary(max_size=12) | st.sampled_from([b'"', b"{", b"[", b",", b"\\u0000", b"\\ud800", b"1e999"])
    )
    outcome(file, whole[:start] + middle + whole[end:])
    assert (
        outcome(file, whole[:start])["state"]
        in ("unreadable", "graded", "needs-manual")[: 1 + 2 * (start == len(whole))]
    )


@settings(fuzzed, max_examples=100)
@given(data=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-16")))
def test_noise_comes_to_a_state_and_never_to_points(file, data):
    assert outcome(file, data)["state"] in ("unreadable", "wrong-exercise", "empty")


@settings(fuzzed, max_examples=60)
@given(
    depth=st.integers(1, 1500),
    open=st.sampled_from(["[]", '{"a":}', '[{"a":}]', "[[],]"]),
    at=st.sampled_from(PLACES["answers"][1:]),
)
def test_nesting_of_any_depth_at_any_place_comes_to_a_state(file, depth, open, at):
    row = copy.deepcopy(ROWS["answers"])
    parent = row
    for step in at[:-1]:
        parent = parent[step]
    parent[at[-1]] = "@@"
    before, after = (open[:-1], open[-1:]) if open != '[{"a":}]' else (open[:-2], open[-2:])
    deep = before * depth + "1" + after * depth
    outcome(file, json.dumps(row).replace('"@@"', deep).encode())


@settings(fuzzed, max_examples=100)
@given(row=changed("answers"), shuffled=st.randoms(use_true_random=False))
def test_the_order_of_names_in_an_object_changes_nothing(file, row, shuffled):
    def mixed(value):
        if isinstance(value, dict):
            names = list(value)
            shuffled.shuffle(names)
            return {name: mixed(value[name]) for name in names}
        return [mixed(one) for one in value] if isinstance(value, list) else value

    first, second = outcome(file, json.dumps(row).encode()), outcome(file, json.dumps(mixed(row)).encode())

    assert (first["state"], first["points"]) == (second["state"], second["points"])


@settings(fuzzed, max_examples=100)
@given(
    st.lists(
        st.tuples(st.sampled_from(["cue", "source", "content"]), st.integers(0, END - 1), st.integers(1, 400)),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_any_marks_within_the_text_earn_from_nothing_to_the_most(given_marks):
    marks = [
        {"id": f"m{n}", "label": label, "spans": [[start, min(END, start + length)]]}
        for n, (label, start, length) in enumerate(given_marks)
    ]
    answers = answers_file({"attributions": marks})
    try:
        grade = GRADER.grade(read_submission(encoded(answers)))
    except NotGraded as error:
        assert error.state == "too-large"
    else:
        assert grade.state == "graded"
        assert 0 <= grade.points <= 15
        # The order in which somebody marked is nothing that they are graded for.
        backwards = GRADER.grade(read_submission(encoded(answers_file({"attributions": marks[::-1]}))))
        assert backwards.points == pytest.approx(grade.points)
