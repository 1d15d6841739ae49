"""What a notebook's code can read of the widget: its marks and its answers."""

import pytest
import traitlets

from redpencil.document import KitError
from redpencil.exercise import load_exercise, load_key
from redpencil.notebook import RedPencil, widget_of, work_on, worksheet
from student_notebook import answers_object, pillar


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("the-bridge")


@pytest.fixture
def widget(exercise):
    return RedPencil(exercise, load_key(exercise))


def test_marks_follow_the_answers_and_can_be_watched(exercise, widget):
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "marks")
    widget.answers = answers_object(exercise, {"attributions": pillar(), "rung-01": "own-voice"})

    assert widget.marks == [{"item": "attributions", **mark} for mark in pillar()]
    assert seen == [widget.marks]
    widget.answers = answers_object(exercise, {})
    assert widget.marks == []


# In the bridge, code points 350 to 354 read "said", 355 to 371 "Jonna Pellwater,".


def test_a_mark_says_which_item_it_belongs_to_whatever_was_stored_in_it(exercise, widget):
    odd = {"item": "rung-01", "id": "m1", "label": "cue", "spans": [[350, 354]], "quotes": ["said"], "colour": "red"}
    widget.answers = answers_object(exercise, {"attributions": [odd]})

    assert widget.marks == [
        {"item": "attributions", "id": "m1", "label": "cue", "spans": [[350, 354]], "quotes": ["said"]}
    ]


def test_marks_have_an_id_and_quotes_where_none_were_stored(exercise, widget):
    said = {"label": "cue", "spans": [[350, 354]], "links": [], "note": ""}
    who = {"label": "source", "spans": [[355, 371]], "quotes": None}
    # "mark 1" is what the grader calls a first mark without an id, so a link may lead there.
    content = {"id": "m1", "label": "content", "spans": [[337, 347]], "links": [{"to": "mark 1", "role": "cue"}]}
    widget.answers = answers_object(exercise, {"attributions": [said, who, content]})

    assert [(mark["id"], mark["quotes"]) for mark in widget.marks] == [
        ("mark 1", ["said"]),
        ("mark 2", ["Jonna Pellwater,"]),
        ("m1", ["The pillar"]),
    ]
    assert "links" not in widget.marks[0]
    assert "note" not in widget.marks[0]
    assert widget.to_frame()["mark"].tolist() == ["mark 1", "mark 2", "m1"]


def test_the_empty_object_is_nothing_answered(exercise, widget):
    widget.answers = answers_object(exercise, {"attributions": pillar(), "rung-01": "own-voice"})
    widget.answers = {}

    assert widget.marks == []
    assert len(widget.to_frame()) == 0


def test_marks_cannot_be_assigned_and_are_not_sent(widget):
    with pytest.raises(traitlets.TraitError, match="read-only"):
        widget.marks = []
    assert "marks" not in widget.get_state()


def test_marks_that_are_out_of_order_do_not_get_through(exercise, widget):
    widget.answers = answers_object(exercise, {"attributions": pillar()})
    beyond = {"id": "m1", "label": "cue", "spans": [[0, 10**9]], "quotes": ["x"]}
    widget.answers = answers_object(exercise, {"attributions": [beyond]})
    assert [mark["id"] for mark in widget.marks] == ["m1", "m2", "m3"]

    widget.answers = {"redpencil": 1, "answers": 5}
    assert [mark["id"] for mark in widget.marks] == ["m1", "m2", "m3"]


def test_the_widget_that_a_cell_shows_is_found_by_its_exercise(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(worksheet, "display", lambda *_, **__: None)
    with pytest.raises(KitError, match="First run: work_on"):
        widget_of("the-bridge")
    work_on("the-bridge")

    assert widget_of("the-bridge").marks == []


def test_the_widget_brings_what_is_needed_later_and_hands_over_nothing_else_than_the_key(widget, monkeypatch):
    sent = []
    monkeypatch.setattr(widget, "send", sent.append)
    for message in ({"type": "later?"}, {"type": "../../etc/passwd?"}, "key?", {"type": None}):
        widget._answer(widget, message, [])

    assert sent == []
    assert "AnnotationCollection" in widget.get_state()["later"]


def answered(widget, monkeypatch, row):
    """What the widget answers to a change that a browser writes."""
    sent = []
    monkeypatch.setattr(widget, "send", sent.append)
    widget.set_state({"answers": row})
    (answer,) = sent
    return answer


def test_a_change_that_a_browser_writes_is_answered_with_its_own_time(exercise, widget, monkeypatch):
    row = answers_object(exercise, {"rung-01": "own-voice"}, saved_at="2026-03-02T09:31:00.123Z")

    assert answered(widget, monkeypatch, row) == {
        "type": "kept",
        "of": "2026-03-02T09:31:00.123Z",
        "saved_at": "2026-03-02T09:31:00.123Z",
        "problem": "",
    }
    assert answered(widget, monkeypatch, row)["problem"] == ""


def test_what_code_assigns_is_answered_to_nobody(exercise, widget, monkeypatch):
    sent = []
    monkeypatch.setattr(widget, "send", sent.append)
    widget.answers = answers_object(exercise, {"rung-01": "own-voice"})

    assert sent == []


@pytest.mark.parametrize("answers", [{"rung-01": "no label"}, 5])
def test_what_could_not_be_kept_is_answered_with_the_reason(exercise, widget, monkeypatch, answers):
    assert answered(widget, monkeypatch, answers_object(exercise, answers))["problem"]
    # The next change that is in order clears it.
    assert answered(widget, monkeypatch, answers_object(exercise, {"rung-01": "own-voice"}))["problem"] == ""


def test_a_change_whose_keeping_fails_is_not_answered(exercise, widget, monkeypatch):
    def fail(_change):
        raise OSError("the folder is gone")

    sent = []
    monkeypatch.setattr(widget, "send", sent.append)
    widget.observe(fail, "answers")
    with pytest.raises(OSError, match="gone"):
        widget.set_state({"answers": answers_object(exercise, {"rung-01": "own-voice"})})

    assert sent == []
