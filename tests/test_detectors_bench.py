"""The arithmetic of what is measured of the detectors, and one small run of all of it."""

import json
import random
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks/detectors"))

import against_keys
import speed
from made_up_news import made_up_news

import detectors
from redpencil.detectors import Suggestion
from redpencil.detectors.detect import detect, layers
from redpencil.detectors.words import looks_english
from redpencil.document import Document, Span
from redpencil.exercise import load_exercise, load_key


def test_spans_are_measured_after_those_that_the_key_accepts_are_left_out():
    target = against_keys.Target([(0, 10)], [(20, 30)], 1, 1)

    # Of three spans the second lies in what is accepted. Of the other two, one lies whole in the key and covers half of
    # it, the other lies nowhere: P = (1 + 0) / 2, R = 1/2.
    assert target.score([(0, 5), (20, 28), (40, 50)]) == (3, 2, 0.5, 0.5, 0.5)


def test_nothing_suggested_scores_nothing():
    assert against_keys.Target([(0, 10)], [], 1, 0).score([]) == (0, 0, 0, 0, 0)


def test_chance_puts_spans_of_the_same_lengths_anywhere_and_none_over_another():
    words = [(0, 1), (2, 3), (4, 5), (6, 7)]
    drawn = {tuple(against_keys.draw_spans(words, [2, 1], random.Random(seed))) for seed in range(200)}

    # A span of two words and one of one, in four words: by hand there are six ways.
    assert drawn == {
        ((0, 3), (4, 5)), ((0, 3), (6, 7)), ((2, 5), (6, 7)),
        ((0, 1), (2, 5)), ((0, 1), (4, 7)), ((2, 3), (4, 7)),
    }  # fmt: skip


def test_chance_draws_as_many_words_as_the_key_marks():
    text = "The so-called heroes came home, and it rained."
    target = against_keys.Target([(4, 20), (39, 45)], [], 2, 0)

    for spans in against_keys.chance(text, target, 20, seed=1):
        assert sorted(len(text[a:b].split()) for a, b in spans) == [1, 2]


# The tables of the exercise's datasheet.
LABELS = {"name-calling": (5, 5), "loaded-language": (4, 17), "euphemism": (2, 1), "exaggeration-minimisation": (1, 7)}


def test_each_figure_has_the_number_of_annotations_that_it_rests_on():
    rows = [row for row in against_keys.span_rows(2, seed=1) if row.exercise == "loaded-labels"]

    counts = {row.label: (row.required, row.accepted) for row in rows}
    assert counts == {**LABELS, "all labels": (12, 30)}
    assert {row.label for row in rows if row.who == "random"} == set(counts)
    assert {row.label for row in rows if row.who.startswith("TextBlob")} == {"all labels"}


def test_a_detector_that_suggests_what_the_key_requires_scores_one(monkeypatch):
    key = [a for a in load_key(load_exercise("loaded-labels")) if a.layer == "loaded-label"]
    perfect = [Suggestion(a, "rule") for a in key if a.status == "required"]
    monkeypatch.setattr(against_keys, "detect_loaded_labels", lambda text: perfect)
    rows = against_keys.span_rows(1, seed=1)

    ours = [row for row in rows if row.exercise == "loaded-labels" and row.who == "redpencil"]
    assert {row.label: (row.precision, row.recall, row.f1) for row in ours} == dict.fromkeys(
        [*LABELS, "all labels"], (pytest.approx(1), pytest.approx(1), pytest.approx(1))
    )


def test_rungs_are_measured_by_what_the_key_requires_what_it_accepts_and_alpha():
    figures = against_keys.rung_figures("abab", "abbb", [{"a"}, {"b"}, {"a", "b"}, {"b"}])

    # Three of four are required. By hand: a stands three times and b five times in both codings together, one unit of
    # four differs, alpha = 1 - 2 / ((8² - 3² - 5²) / 7).
    assert figures == (0.75, 1.0, pytest.approx(1 - 2 * 7 / 30))


def test_each_sentence_has_a_rung_and_two_baselines_beside_ours():
    rows = against_keys.rung_rows(20, seed=1)

    assert [(row.exercise, row.sentences) for row in rows] == [("who-says-so", 21)] * 3 + [("the-bridge", 16)] * 3
    # Eleven of 21 sentences are in the report's own voice, by the key.
    frequent = rows[1]
    assert (frequent.who, frequent.required) == ("most frequent: own-voice", pytest.approx(11 / 21))


def test_spotting_is_measured_by_d_prime_and_c_with_the_log_linear_correction():
    truth = [True] * 12 + [False] * 12

    # Hautus (1995): the rates are 12.5/13 and 0.5/13; z of them is 1.7688 and -1.7688 by the table of the normal curve.
    assert against_keys.spotting(truth, truth) == (12, 0, pytest.approx(3.5377, abs=0.0002), pytest.approx(0))
    assert against_keys.spotting([True] * 24, truth) == (12, 12, pytest.approx(0), pytest.approx(-1.7688, abs=0.0002))


def test_a_sentence_is_called_loaded_if_something_in_it_is_suggested(monkeypatch):
    exercise = load_exercise("label-swap")
    loaded = [a for a in load_key(exercise) if a.label == "loaded"]
    end_of_first = exercise.document.sentences[0].end
    # Ten of the twelve, by their last character, and the white space after a plain sentence, which is in none.
    spans = [Span(a.spans[0].end - 1, a.spans[0].end) for a in loaded[:10]] + [Span(end_of_first, end_of_first + 2)]
    found = [Suggestion(replace(loaded[0], spans=(span,), quotes=("x",)), "rule") for span in spans]
    monkeypatch.setattr(against_keys, "detect_loaded_labels", lambda text: found)

    ours = against_keys.spotting_rows(1, seed=1)[0]
    assert (ours.who, ours.hits, ours.false_alarms) == ("redpencil", 10, 0)


def test_chance_tells_nothing_apart_in_the_invented_sentences():
    rows = against_keys.spotting_rows(300, seed=1)
    by_chance = rows[-1]

    assert {(row.loaded, row.plain) for row in rows} == {(12, 12)}
    # Half of the sentences, at random: six of each kind on the average, and nothing told apart.
    assert by_chance.who == "random"
    assert by_chance.hits + by_chance.false_alarms == pytest.approx(12)
    assert by_chance.hits == pytest.approx(6, abs=0.4)
    assert by_chance.sensitivity == pytest.approx(0, abs=0.2)


@pytest.fixture
def tone(monkeypatch):
    scores = {"A calm day.": 0.0, "It was grim.": 0.5, "grim": 0.4}
    monkeypatch.setattr(against_keys, "subjectivity", lambda text: scores.get(text, 0.0))
    text = "A calm day. It was grim."
    return Document("text", "A text", "en", text, (Span(0, 24),), (Span(0, 11), Span(12, 24)))


@pytest.mark.parametrize(
    ("threshold", "sentences", "words"),
    [(0.3, [(12, 24)], [(19, 23)]), (0.5, [(12, 24)], []), (0.55, [], [])],
)
def test_a_tone_marks_whole_sentences_or_single_words_from_its_threshold_on(tone, threshold, sentences, words):
    assert against_keys.sentences_from(tone, threshold) == sentences
    assert against_keys.words_from(tone, threshold) == words


def test_the_best_threshold_is_the_one_that_fits_the_key_best(tone):
    target = against_keys.Target([(19, 23)], [], 1, 0)
    found = against_keys.tone_spans(tone, target)

    assert found["TextBlob words, best: 0.05"] == [(19, 23)]
    assert found["TextBlob words 0.50"] == []


def test_a_tone_is_the_one_that_textblob_gives():
    # Its lexicon says of "wonderful" that it is subjective through and through, and does not hold "bridge".
    assert (against_keys.subjectivity("wonderful"), against_keys.subjectivity("bridge")) == (1.0, 0.0)


def timing(size, inside):
    return speed.Timing("sourcing", size, 1, inside, inside + 0.1, inside, 3)


def test_work_a_byte_is_one_if_ten_times_the_text_takes_ten_times_as_long():
    linear = [timing(10_000, 0.1), timing(100_000, 1.0)]
    quadratic = [timing(100_000, 1.0), timing(10_000, 0.01)]

    # The whole process has 0.1 s more in each: (1.1 / 0.2) / 10.
    assert speed.growth(linear) == [("sourcing", 10_000, 100_000, pytest.approx(1), pytest.approx(0.55))]
    assert [row[3] for row in speed.growth(quadratic)] == [pytest.approx(10)]
    assert [met for _, met in detectors.verdicts({"timings": linear, "answers": []})] == [True]
    assert [met for _, met in detectors.verdicts({"timings": quadratic, "answers": []})] == [False]


@pytest.mark.parametrize(
    ("status", "expected", "suggestions", "is_expected"),
    [
        (0, 0, 5, True), (2, 2, None, True),
        (2, 0, None, False), (0, 2, 5, False), (1, 2, None, False), (0, 0, None, False),
    ],
)  # fmt: skip
def test_a_bad_file_is_answered_with_one_object_or_with_a_message_alone(status, expected, suggestions, is_expected):
    answer = speed.Answer("a file", 1, status, expected, suggestions, "", 0.1, 0.1)

    assert answer.is_expected is is_expected
    assert detectors.verdicts({"timings": [], "answers": [answer]})[0][1] is is_expected


@pytest.mark.parametrize("size", [1_000, 10_000, 100_000])
def test_made_up_news_is_as_long_as_asked_and_the_same_each_time(size):
    text = made_up_news(size, seed=1)

    assert size - 250 < len(text.encode()) <= size
    assert text == made_up_news(size, seed=1) != made_up_news(size, seed=2)


def test_made_up_news_is_english_and_every_detector_finds_something_in_it():
    text = made_up_news(10_000, seed=1)

    assert looks_english(text)
    assert all(len(detect(text, [layer])) > 20 for layer in layers())


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(speed, "INSIDE_AT_LEAST", 0)
    monkeypatch.setattr(speed, "BAD_FILES", speed.BAD_FILES[:5])
    # Times of so small texts say nothing.
    monkeypatch.setattr(detectors, "WORK_A_BYTE_AT_MOST", 1_000)
    return ["--sizes", "1000,2000", "--repeat", "1", "--draws", "5"]


def test_a_run_prints_one_object_with_everything_that_was_measured(small, capsys):
    assert detectors.main([*small, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert {row["layer"] for row in found["timings"]} == {*layers(), "all layers"}
    assert {row["longer_bytes"] > row["bytes"] for row in found["growth"]} == {True}
    assert [(row["file"], row["status"]) for row in found["answers"]] == [
        ("empty", 2), ("spaces alone", 2), ("random bytes", 2), ("UTF-16 with its mark", 2), ("Russian", 0),
    ]  # fmt: skip
    assert "the rules are for English" in found["answers"][-1]["said"]
    assert "is in UTF-16" in found["answers"][-2]["said"]
    assert "One article is no result" in found["note"]
    assert found["spans"] == [detectors.asdict(row) for row in against_keys.span_rows(5, seed=1)]


@pytest.mark.parametrize(("longer", "status", "verdict"), [(1.0, 0, "met"), (9.0, 1, "NOT MET")])
def test_the_tables_say_what_they_rest_on_and_a_missed_aim_ends_with_status_one(
    small, capsys, monkeypatch, longer, status, verdict
):
    monkeypatch.setattr(detectors, "WORK_A_BYTE_AT_MOST", 1.5)
    monkeypatch.setattr(detectors, "timings", lambda *_: [timing(10_000, 0.1), timing(100_000, longer)])

    assert detectors.main([*small, "--no-bad-files"]) == status
    lines = capsys.readouterr().out.splitlines()
    assert f"{verdict}: sourcing: a byte of 100,000 costs {longer:.2f} times one of 10,000, at most 1.5" in lines
    assert next(line for line in lines if line.startswith("One article is no result"))
    assert {line.split()[3] for line in lines if line.startswith("  all labels   ") and "redpencil" in line} == {
        "12+30", "15+34", "28+16",
    }  # fmt: skip
    assert "WHAT IS NO NEWS" not in lines
