"""What a notebook's code can read of the widget: its marks, its answers, and all of it as a frame."""

import subprocess
import sys

import pandas
import pytest
import traitlets

from redpencil import notebook
from redpencil.document import KitError
from redpencil.exercise import load_exercise, load_key
from redpencil.notebook import RedPencil, widget_of, work_on

COLUMNS = [
    "item", "kind", "mark", "label", "words", "start", "end", "pieces", "sentence", "note", "source", "cue",
]  # fmt: skip


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("the-bridge")


@pytest.fixture
def widget(exercise):
    return RedPencil(exercise, load_key(exercise))


def stored(exercise, answers):
    return {
        "redpencil": 1,
        "exercise": exercise.id,
        "exercise_version": exercise.version,
        "answers": answers,
        "saved_at": "2026-03-02T09:30:00Z",
    }


def pillar():
    """The content in two pieces, with its cue and its source."""
    said = {"id": "m2", "label": "cue", "spans": [[350, 354]], "quotes": ["said"]}
    who = {"id": "m3", "label": "source", "spans": [[355, 371]], "quotes": ["Jonna Pellwater,"], "note": "=1+1"}
    content = {
        "id": "m1",
        "label": "content",
        "spans": [[337, 347], [403, 445]],
        "quotes": ["The pillar", "can carry people and bicycles, but no cars"],
        "links": [{"to": "m3", "role": "source"}, {"to": "m2", "role": "cue"}],
    }
    return [content, said, who]


def test_marks_follow_the_answers_and_can_be_watched(exercise, widget):
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "marks")
    widget.answers = stored(exercise, {"attributions": pillar(), "rung-01": "own-voice"})

    assert widget.marks == [{"item": "attributions", **mark} for mark in pillar()]
    assert seen == [widget.marks]
    widget.answers = stored(exercise, {})
    assert widget.marks == []


def test_marks_cannot_be_assigned_and_are_not_sent(widget):
    with pytest.raises(traitlets.TraitError, match="read-only"):
        widget.marks = []
    assert "marks" not in widget.get_state()


def test_marks_that_are_out_of_order_do_not_get_through(exercise, widget):
    widget.answers = stored(exercise, {"attributions": pillar()})
    beyond = {"id": "m1", "label": "cue", "spans": [[0, 10**9]], "quotes": ["x"]}
    widget.answers = stored(exercise, {"attributions": [beyond]})
    assert [mark["id"] for mark in widget.marks] == ["m1", "m2", "m3"]

    widget.answers = {"redpencil": 1, "answers": 5}
    assert [mark["id"] for mark in widget.marks] == ["m1", "m2", "m3"]


def test_a_frame_has_a_row_for_each_mark_choice_and_text(exercise, widget):
    text = "=HYPERLINK(1)"
    widget.answers = stored(exercise, {"rung-02": "opinion", "attributions": pillar(), "evidence": text})
    frame = widget.to_frame()

    assert list(frame.columns) == COLUMNS
    assert frame["kind"].tolist() == ["choice", "marks", "marks", "marks", "free-text"]
    choice, content, _, who, written = (row for _, row in frame.iterrows())
    assert (choice["label"], choice["words"], choice["sentence"]) == ("opinion", "Dunmarrow Has Waited Long Enough", 2)
    assert content["words"] == "The pillar … can carry people and bicycles, but no cars"
    assert (content["start"], content["end"], content["pieces"], content["sentence"]) == (337, 445, 2, 5)
    assert (content["source"], content["cue"]) == ("m3", "m2")
    assert who["note"] == "=1+1"
    assert written["words"] == text
    assert frame[["mark", "note", "source"]].isna().iloc[0].all()


def test_an_empty_frame_has_the_same_columns_and_types(exercise, widget):
    empty = widget.to_frame()
    widget.answers = stored(exercise, {"attributions": pillar()})
    full = widget.to_frame()

    assert len(empty) == 0
    assert empty.dtypes.equals(full.dtypes)
    assert isinstance(full["start"].dtype, pandas.Int64Dtype)


def test_the_widget_that_a_cell_shows_is_found_by_its_exercise(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(notebook, "display", lambda *_, **__: None)
    with pytest.raises(KitError, match="First run: work_on"):
        widget_of("the-bridge")
    work_on("the-bridge")

    assert widget_of("the-bridge").marks == []


def test_pandas_is_loaded_only_for_a_frame():
    code = "import sys, redpencil.notebook; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_without_pandas_it_is_said_what_to_install(widget, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(KitError, match="pip install pandas"):
        widget.to_frame()
