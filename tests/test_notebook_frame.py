"""The answers as a frame: a row for each mark, choice and text."""

import subprocess
import sys

import pandas
import pytest

from redpencil.document import KitError
from redpencil.exercise import load_exercise, load_key
from redpencil.notebook import RedPencil
from student_notebook import answers_object, pillar

COLUMNS = [
    "item", "kind", "mark", "label", "words", "start", "end", "pieces", "sentence", "note", "source", "cue",
]  # fmt: skip


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("the-bridge")


@pytest.fixture
def widget(exercise):
    return RedPencil(exercise, load_key(exercise))


def test_a_frame_has_a_row_for_each_mark_choice_and_text(exercise, widget):
    text = "=HYPERLINK(1)"
    widget.answers = answers_object(exercise, {"rung-02": "opinion", "attributions": pillar(), "evidence": text})
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


def test_all_links_of_one_role_stand_in_its_column_in_their_order_and_once(exercise, widget):
    content, said, who = pillar()
    again = {"id": "m4", "label": "source", "spans": [[337, 347]]}
    to = [("m4", "source"), ("m2", "cue"), ("m3", "source"), ("m4", "source")]
    content["links"] = [{"to": id, "role": role} for id, role in to]
    widget.answers = answers_object(exercise, {"attributions": [content, said, who, again]})
    frame = widget.to_frame()

    assert (frame["source"][0], frame["cue"][0]) == ("m4; m3", "m2")
    assert frame["source"].str.split("; ")[0] == ["m4", "m3"]
    assert frame["source"].isna().tolist() == [False, True, True, True]


def test_an_empty_frame_has_the_same_columns_and_types(exercise, widget):
    empty = widget.to_frame()
    widget.answers = answers_object(exercise, {"attributions": pillar()})
    full = widget.to_frame()

    assert len(empty) == 0
    assert empty.dtypes.equals(full.dtypes)
    assert isinstance(full["start"].dtype, pandas.Int64Dtype)


def test_pandas_is_loaded_only_for_a_frame():
    code = "import sys, redpencil.notebook; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_without_pandas_it_is_said_what_to_install(widget, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(KitError, match="pip install pandas"):
        widget.to_frame()
