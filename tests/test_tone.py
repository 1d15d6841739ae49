"""The tone of a text: a word list's scores, held against a key, as counts, in words, and as a picture."""

import sys
from xml.etree import ElementTree

import pytest

from redpencil.annotation import Annotation
from redpencil.detectors.loaded_labels import detect_loaded_labels
from redpencil.document import KitError, Span
from redpencil.exercise import load_exercise, load_key
from redpencil.notebook import tone_of
from redpencil.tone import Reading, fit_at, fit_in_words, read_tone, tone_picture, tone_slider, words_without_entry

# Seven sentences: four that the key calls loaded, two plain, one that it leaves open.
READINGS = [
    Reading(number, "A sentence.", key, score, 0.0, ())
    for number, (key, score) in enumerate(
        [
            ("loaded", 0.9), ("plain", 0.5), ("loaded", 0.5), ("left open", 0.9), ("loaded", 0.0), ("plain", 0.0),
            ("loaded", 0.4),
        ],
        start=1,
    )
]  # fmt: skip


def test_a_score_at_the_threshold_counts_and_what_the_key_leaves_open_does_not():
    fit = fit_at(READINGS, 0.5)

    # Called loaded: 1, 2, 3 (and 4, which is open). Of these 1 and 3 are; 5 and 7 are missed; 6 is rightly left alone.
    assert (fit.hits, fit.misses, fit.false_alarms, fit.correct_rejections) == (2, 2, 1, 1)
    assert fit.precision == pytest.approx(2 / 3)
    assert fit.recall == pytest.approx(2 / 4)


def test_a_sliders_step_that_is_not_quite_a_decimal_counts_as_that_decimal():
    readings = [Reading(1, "A sentence.", "loaded", 0.3, 0.0, ())]

    assert 6 * 0.05 > 0.3
    assert fit_at(readings, 6 * 0.05).hits == 1
    assert 'fill="#c2413a"' in tone_picture(readings, 6 * 0.05)


def test_where_nothing_is_called_loaded_there_is_no_precision():
    assert fit_at(READINGS, 1.0).precision is None
    assert fit_at(READINGS, 1.0).recall == 0
    assert fit_at([], 0.5).recall is None


def test_the_words_give_the_counts_behind_each_share():
    assert fit_in_words(READINGS, 0.5) == (
        "At 0.50 or more, the program calls 3 of 6 sentences loaded. For 2 of them the key agrees: precision 67%. "
        "The key has 4 loaded sentences, and 2 of them are found: recall 50%. "
        "Not counted, because the key leaves them open: 1."
    )
    assert "no precision" in fit_in_words(READINGS, 1.0)


def test_a_required_mark_makes_a_sentence_loaded_and_an_accepted_one_leaves_it_open():
    exercise = load_exercise("loaded-labels")
    readings = read_tone(exercise, load_key(exercise))

    assert [r.number for r in readings] == list(range(1, 22))
    assert "Liberates" in readings[1].text
    # By the data sheet: nothing is required in sentence 9, but "even" is accepted; sentence 5 has no mark at all.
    assert [readings[n - 1].key for n in (2, 9, 5)] == ["loaded", "left open", "plain"]


def test_a_key_that_calls_a_whole_sentence_plain_leaves_it_plain():
    exercise = load_exercise("label-swap")
    readings = read_tone(exercise, load_key(exercise))

    assert sum(r.key == "loaded" for r in readings) == sum(r.key == "plain" for r in readings) == 12
    assert readings[9].text == "Tavelby’s guard liberated the island on Thursday."
    assert readings[9].key == "loaded"


def test_a_mark_counts_for_every_sentence_that_it_touches():
    exercise = load_exercise("loaded-labels")
    first, second = exercise.document.sentences[:2]
    across = Annotation("a", "loaded-label", "euphemism", (Span(first.end - 2, second.start + 3),), (), reason="Two.")

    assert [r.key for r in read_tone(exercise, [across])][:3] == ["loaded", "loaded", "plain"]


# What the chapter says of the machine, from the lexicon: it has "entire", "most" and "more", and not the labels.
def test_the_headline_scores_for_entire_and_not_for_its_label():
    exercise = load_exercise("loaded-labels")
    readings = read_tone(exercise, load_key(exercise))

    assert {n: readings[n - 1].because for n in (2, 18, 21)} == {2: ("entire",), 18: ("most",), 21: ("more",)}
    assert (readings[1].polarity, readings[20].polarity) == (0, 0.5)


# What the chapter says of the kit's own program, so that a change to its lexicon changes the chapter too.
def test_the_kits_own_program_passes_over_cleared_and_trips_over_a_thug_in_a_school_play():
    suggested = [s.annotation.quotes[0] for s in detect_loaded_labels(load_exercise("loaded-labels").document.text)]

    assert "Liberates" in suggested
    assert not any("cleared" in quote for quote in suggested)
    assert [s.annotation.quotes[0] for s in detect_loaded_labels("She plays a thug in the school play.")] == ["thug"]


# The lexicon file in the wheel, looked through by hand: it holds "devastating" and "real", and none of the others.
def test_words_are_looked_up_by_their_exact_form():
    assert words_without_entry("Liberates") == ["liberates"]
    assert words_without_entry("devastating blow") == ["blow"]
    assert words_without_entry("no real terrorists, militant radicals") == [
        "no", "terrorists", "militant", "radicals",
    ]  # fmt: skip


def test_the_picture_says_in_words_and_signs_what_it_shows():
    picture = tone_picture(READINGS, 0.5, name="it")
    svg = ElementTree.fromstring(picture[: picture.index("</svg>") + 6])
    texts = ["".join(element.itertext()) for element in svg.iter("text")]

    assert svg.get("role") == "img"
    assert svg.find("title").get("id") == svg.get("aria-labelledby") == "it"
    assert "0.50" in svg.findtext("title")
    assert [text for text in texts if text in "●○–"] == ["●", "○", "●", "–", "●", "○", "●"]
    # A bar for each score that is not 0, filled from the threshold on.
    assert [bar.get("fill") != "none" for bar in svg.iter("rect")] == [True, True, True, True, False]
    assert fit_in_words(READINGS, 0.5) in picture
    # On a phone 320 CSS pixels are left: the letters are then at least 12 high.
    assert 13 * 320 / float(svg.get("viewBox").split()[2]) >= 12


def test_the_slider_draws_the_same_picture_at_its_threshold():
    exercise = load_exercise("loaded-labels")
    key = load_key(exercise)
    readings = read_tone(exercise, key)
    slider, box, shown = tone_slider(exercise, key).children

    slider.value = 0.5

    assert box.value == 0.5
    assert shown.value == tone_picture(readings, 0.5, name="tone-slider")
    assert slider.description == "Threshold"


def test_the_threshold_can_be_typed_into_a_box_with_a_label_and_moves_the_slider():
    # The handle of a slider of ipywidgets 8 has no accessible name; a box's description is its label.
    exercise = load_exercise("loaded-labels")
    key = load_key(exercise)
    slider, box, shown = tone_slider(exercise, key).children

    box.value = 0.45

    assert slider.value == 0.45
    assert shown.value == tone_picture(read_tone(exercise, key), 0.45, name="tone-slider")
    assert box.description == "Threshold as a number, 0 to 1"
    assert slider.readout is False


def test_a_step_of_the_slider_that_is_not_quite_a_decimal_stands_in_the_box_as_that_decimal():
    exercise = load_exercise("loaded-labels")
    slider, box, _ = tone_slider(exercise, load_key(exercise)).children

    slider.value = 0.05 * 7

    assert 0.05 * 7 != 0.35
    assert box.value == slider.value == 0.35


def test_a_worksheet_shows_the_slider_by_the_name_of_its_exercise(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    slider, _, shown = tone_of("loaded-labels").children

    assert slider.value == 0.3
    assert "9 loaded sentences" in shown.value


def test_without_a_key_that_fits_a_student_is_told_to_go_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("redpencil.notebook.practice_key", lambda exercise: ())

    with pytest.raises(KitError, match=r"no practice key that fits.*\nGo on without it") as told:
        tone_of("loaded-labels")
    assert told.value._render_traceback_() == str(told.value).split("\n")


def test_a_missing_word_list_is_named_with_the_next_step(monkeypatch):
    monkeypatch.setitem(sys.modules, "textblob", None)
    exercise = load_exercise("loaded-labels")

    with pytest.raises(KitError, match=r"textblob is not installed.*\n.*pip install"):
        read_tone(exercise, ())
    with pytest.raises(KitError, match="textblob is not installed"):
        words_without_entry("fierce")
