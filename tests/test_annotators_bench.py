"""The texts on which annotators are measured, and the arithmetic of what is measured."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks/annotators"))

import annotators


@pytest.mark.parametrize(("words", "marks"), [(1_000, 50), (10_000, 500), (100_000, 5_000)])
def test_a_text_has_as_many_different_words_and_marks_as_it_says(words, marks):
    text = annotators.text_of(words)

    assert len({text.quote(n) for n in range(words)}) == words
    assert len(text.marks) == marks
    assert text == annotators.text_of(words)


def test_marks_stand_apart_and_the_new_ones_go_between_them():
    text = annotators.text_of(1_000)
    marked = {at for start, end, _ in text.marks for at in range(start, end)}
    free = [text.words[n] for n in range(0, 1_000) if annotators.FREE[0] <= n % 20 < annotators.FREE[1]]

    assert sum(end - start for start, end, _ in text.marks) == len(marked)
    assert not marked & {at for start, end in free for at in range(start, end)}


def test_the_text_is_one_that_the_kit_can_show_and_its_marks_are_on_words():
    text = annotators.text_of(1_000)
    exercise = annotators.exercise_of(text)

    assert exercise.document.text == text.content
    assert exercise.document.sentences[-1].end == len(text.content)
    start, end, _ = text.marks[0]
    assert text.content[start:end].split() == [text.quote(n) for n in (2, 3, 4)]


def test_a_percentile_is_of_the_nearest_rank():
    # The worked example of the method in Wikipedia's article on percentiles.
    values = [15, 20, 35, 40, 50]

    assert [annotators.percentile(values, share / 100) for share in (5, 30, 40, 50, 100)] == [15, 20, 20, 35, 50]


def run(tool, words, first, new):
    return annotators.Run(tool, words, first, new, 0, 0, "" if first else "over 60 s")


def test_an_aim_that_is_missed_is_said_to_be_and_a_tool_that_did_not_run_counts_for_nothing():
    rows = annotators.summary(
        [
            run("redpencil", 1_000, 30, [10]),
            run("recogito", 1_000, 20, [40]),
            run("redpencil", 100_000, 100, [31]),
            run("recogito", 100_000, 2_000, [90]),
            run("metanno", 100_000, None, []),
        ]
    )
    verdicts = dict(annotators.verdicts(rows))

    assert verdicts == {
        "1,000 words: first_render is the fastest": False,
        "1,000 words: new_mark is the fastest": True,
        "100,000 words: first_render is the fastest": True,
        "100,000 words: new_mark is the fastest": True,
        "100,000 words: first render in 0.05 of recogito’s time, at most 0.10": True,
        "100,000 words: a new mark in 0.34 of recogito’s time, at most 0.33": False,
        "A new mark in 100,000 words costs 3.1 times one in 1,000, at most 3": False,
    }
    assert "over 60 s" in annotators.table(rows)
