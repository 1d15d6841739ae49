"""What the output of the cell shows of a student's answers, in any viewer."""

import pytest

from redpencil.exercise import load_exercise
from redpencil.notebook import work_on
from student_notebook import MARKS, answers_object, the_browser_sends


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("who-says-so")


def test_a_student_s_text_is_escaped_in_the_readable_answers(folder, screen, exercise):
    work_on("who-says-so")
    the_browser_sends(
        screen,
        answers_object(
            exercise,
            {"evidence": "<script>alert(1)</script> & more\nsecond line"},
            student={"id": '"><img src=x>', "name": "<b>"},
        ),
    )

    shown = screen.output["text/html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more<br>second line" in shown
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<b>" not in shown


def test_the_readable_answers_name_what_a_number_is_linked_to_as_the_exercise_does(folder, screen):
    # Sentence 9 of the article, by hand: "… even shot down 2 Syrian helicopters".
    unit = {"id": "m1", "label": "unit-of-count", "spans": [[963, 972], [975, 993]]}
    number = {"id": "m2", "label": "number", "spans": [[973, 974]], "links": [{"to": "m1", "role": "unit-of-count"}]}
    work_on("casualty-claims")
    marks = [unit | {"quotes": ["shot down", "Syrian helicopters"]}, number | {"quotes": ["2"]}]
    the_browser_sends(screen, answers_object(load_exercise("casualty-claims"), {"claims": marks}))

    said = "<li><strong>number</strong>: “2” (unit of count: “shot down … Syrian helicopters”)</li>"
    assert said in screen.output["text/html"]


def test_a_link_in_a_layer_that_links_nothing_is_shown_by_its_role(folder, screen):
    # "Liberates" and "Entire" stand in the headline, at 40 and at 50.
    marks = [
        {"id": "m1", "label": "loaded-language", "spans": [[40, 49]], "quotes": ["Liberates"]},
        {
            "id": "m2", "label": "loaded-language", "spans": [[50, 56]], "quotes": ["Entire"],
            "links": [{"to": "m1", "role": "cue"}],
        },
    ]  # fmt: skip
    work_on("loaded-labels")
    the_browser_sends(screen, answers_object(load_exercise("loaded-labels"), {"labels": marks}))

    assert "“Entire” (cue: “Liberates”)" in screen.output["text/html"]


def test_the_readable_answers_show_rungs_marks_with_links_and_text(folder, screen, exercise):
    work_on("who-says-so")
    the_browser_sends(
        screen, answers_object(exercise, {"rung-02": "own-voice", "attributions": MARKS, "evidence": "“Cleared”."})
    )

    shown = screen.output["text/html"]
    assert "<li><strong>own voice</strong>: “Syrian Army Liberates Entire Westen Aleppo”</li>" in shown
    assert "<li><strong>source</strong>: “Syrian opposition activists”</li>" in shown
    assert "<li><strong>content</strong>: “drone attack” (source: “Syrian opposition activists”)</li>" in shown
    assert "“Cleared”." in shown
    assert shown.count("<li>no answer yet") == 20
    assert "2 of 22 answered, 2 marks" in shown
    assert screen.output["text/plain"] == "Who says so? Your answers in this notebook: 2 of 22 answered, 2 marks"
