from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from published_example import published
from redpencil.annotation import Annotation
from redpencil.document import Span
from redpencil.scoring import (
    MarkingKey,
    brier_score,
    discernment,
    leave_out_accepted,
    merge_spans,
    reliability,
    score_choice,
    score_likelihood,
    score_marks,
    score_spans,
)

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: (p[0], p[0] + p[1])), max_size=8)


def test_the_span_measure_matches_the_published_example_to_six_digits():
    example = published("semeval-2020-task-11")
    score = score_spans(*([tuple(span) for span in example[side]] for side in ("submitted", "required")))

    assert score.precision == pytest.approx(example["precision_sum"] / example["submitted_after_merging"], abs=5e-7)
    assert score.recall == pytest.approx(example["recall_sum"] / example["required_after_merging"], abs=5e-7)
    assert score.f1 == pytest.approx(example["f1"], abs=5e-7)


def test_overlapping_marks_cannot_lift_precision_above_one():
    assert score_spans([(0, 10), (0, 10), (5, 10)], [(0, 10)]).precision == 1


def test_with_nothing_on_either_side_there_is_no_f1():
    assert score_spans([], []) is None


def test_marking_nothing_where_something_is_required_scores_zero():
    assert score_spans([], [(0, 5)]).f1 == 0
    assert score_spans([(0, 5)], []).f1 == 0


def test_spans_that_only_touch_stay_apart():
    assert merge_spans([(5, 8), (0, 5), (7, 9)]) == [(0, 5), (5, 9)]


@given(spans, spans)
def test_precision_and_recall_change_places_with_the_sides(a, b):
    one, other = score_spans(a, b), score_spans(b, a)

    assert (one is None) == (other is None)
    if one:
        assert one.precision == pytest.approx(other.recall)
        assert one.f1 == pytest.approx(other.f1)
        assert 0 <= one.f1 <= 1


@given(spans.filter(bool))
def test_marking_exactly_the_key_scores_one(a):
    assert score_spans(a, a).f1 == pytest.approx(1)


def test_a_mark_at_least_half_in_an_accepted_span_is_left_out():
    assert leave_out_accepted([(0, 10)], [(50, 60)], [(5, 20)]) == [None]
    assert leave_out_accepted([(0, 11)], [(50, 60)], [(6, 20)]) == [(0, 11)]


def test_a_wider_boundary_that_the_key_accepts_costs_nothing():
    # "claimed" is required, "even claimed on Friday" accepted around it.
    assert leave_out_accepted([(5, 27)], [(10, 17)], [(5, 27)]) == [(10, 17)]
    assert leave_out_accepted([(10, 27)], [(10, 17)], [(5, 27)]) == [(10, 17)]


def test_words_beyond_the_accepted_boundary_still_count():
    assert leave_out_accepted([(0, 17)], [(10, 17)], [(5, 27)]) == [(0, 17)]


def key_of(*rows, text="x" * 200):
    annotations = [
        Annotation(f"k{n}", "attribution", label, tuple(Span(*s) for s in pieces), status=status)
        for n, (label, pieces, status) in enumerate(rows)
    ]
    return MarkingKey.of(annotations, text)


def fates(marks, key, points=None):
    return [(f.fate, f.annotation) for f in score_marks(marks, key, points or {"cue": 1}).fates]


def test_a_mark_is_found_partly_found_missed_or_not_in_the_key():
    key = key_of(("cue", [(0, 10)], "required"), ("cue", [(20, 30)], "required"), ("cue", [(40, 50)], "required"))
    marks = [("cue", [(0, 10)]), ("cue", [(20, 25)]), ("cue", [(60, 70)])]

    assert fates(marks, key) == [("found", "k0"), ("partly found", "k1"), ("missed", "k2"), ("not in the key", None)]


def test_a_mark_over_everything_finds_nothing_whole():
    key = key_of(("cue", [(0, 10)], "required"), ("cue", [(40, 50)], "required"))

    assert fates([("cue", [(0, 100)])], key) == [("partly found", "k0"), ("partly found", "k1")]


def test_the_words_that_are_missing_are_told():
    key = key_of(("cue", [(0, 10)], "required"))

    assert score_marks([("cue", [(2, 8)])], key, {"cue": 1}).fates[0].missing == ((0, 2), (8, 10))


def test_missing_white_space_is_not_missed():
    key = key_of(("cue", [(0, 5)], "required"), text="said ")

    assert fates([("cue", [(0, 4)])], key) == [("found", "k0")]


def test_a_mark_with_another_label_finds_nothing():
    key = key_of(("cue", [(0, 10)], "required"))

    assert fates([("source", [(0, 10)])], key) == [("missed", "k0"), ("not in the key", None)]


def test_an_accepted_annotation_is_told_only_when_it_was_marked():
    key = key_of(("cue", [(0, 10)], "required"), ("cue", [(40, 50)], "accepted"))

    assert fates([("cue", [(0, 10)])], key) == [("found", "k0")]
    assert fates([("cue", [(0, 10)]), ("cue", [(40, 50)])], key) == [("found", "k0"), ("found", "k1")]


def test_points_are_f1_times_the_points_of_the_label():
    key = key_of(("cue", [(0, 10)], "required"), ("source", [(20, 30)], "required"))
    score = score_marks([("cue", [(0, 5)]), ("source", [(20, 30)])], key, {"cue": 3, "source": 2})

    # Half the cue is found with nothing too much: P 1, R 1/2, F1 2/3.
    assert score.points == {"cue": pytest.approx(2), "source": 2}


def test_a_choice_earns_all_half_or_nothing():
    assert score_choice("group", "group", {"role"}) == 1
    assert score_choice("role", "group", {"role"}) == 0.5
    assert score_choice("record", "group", {"role"}) == 0


@pytest.mark.parametrize(("counts", "sensitivity"), published("hautus-1995")["sensitivity"])
def test_discernment_is_what_the_published_correction_gives(counts, sensitivity):
    assert discernment(*counts).sensitivity == pytest.approx(sensitivity, abs=0.005)


def test_calling_everything_unsourced_shows_as_bias_and_not_as_skill():
    ((counts, bias),) = published("hautus-1995")["bias"]
    measured = discernment(*counts)

    assert measured.sensitivity == 0
    assert measured.bias == pytest.approx(bias, abs=0.005)


@pytest.mark.parametrize(
    ("n", "hits", "alarms", "low", "high"), [(8, 6, 2, -0.13, 2.49), (12, 9, 3, 0.16, 2.31), (20, 15, 5, 0.44, 2.11)]
)
def test_the_interval_of_discernment_is_that_of_gourevitch_and_galanter(n, hits, alarms, low, high):
    # For 9 of 12 and 3 of 12: H = 9.5/13 = 0.7308, z(H) = 0.6151, phi(z(H)) = 0.3302. H(1-H)/(12 * 0.3302^2) = 0.1504,
    # and as much for F. The standard error is sqrt(0.3008) = 0.5484, and 1.230 -+ 1.96 * 0.5484 is 0.16 to 2.31.
    measured = discernment(hits, n - hits, alarms, n - alarms)

    assert measured.sensitivity_interval == pytest.approx((low, high), abs=0.005)


def test_the_interval_of_bias_is_half_as_wide_around_bias():
    # c is half of a sum whose parts vary as those of d' do: for 9 of 12 and 3 of 12, 1.96 * 0.5484 / 2 = 0.537.
    assert discernment(9, 3, 3, 9).bias_interval == pytest.approx((-0.537, 0.537), abs=0.001)


def test_without_sound_items_there_is_no_discernment():
    with pytest.raises(ValueError, match="both kinds"):
        discernment(5, 1, 0, 0)


# How likely something is


FIVE = {"very-unlikely": 0.05, "rather-unlikely": 0.25, "even": 0.5, "rather-likely": 0.75, "very-likely": 0.95}
FORECASTS = st.lists(st.tuples(st.sampled_from(list(FIVE.values())), st.booleans()), min_size=1, max_size=60)


@pytest.mark.parametrize(("said", "happened", "score"), published("brier-score")["forecasts"])
def test_the_brier_score_is_that_of_the_published_forecasts_of_rain(said, happened, score):
    assert brier_score({(said, happened): 1}) == pytest.approx(score)


def test_the_brier_score_of_several_forecasts_is_their_mean():
    # (0.09 + 0.49 + 0.49) / 3
    assert brier_score({(0.7, True): 1, (0.3, True): 2}) == pytest.approx(1.07 / 3)


@given(FORECASTS)
def test_the_brier_score_is_reliability_less_resolution_and_uncertainty(said):
    """Murphy (1973), "A New Vector Partition of the Probability Score"."""
    forecasts = Counter(said)
    rate = sum(happened for _, happened in said) / len(said)
    rows = reliability(forecasts)
    unreliable = sum(n * (p - so / n) ** 2 for p, n, so in rows) / len(said)
    resolved = sum(n * (so / n - rate) ** 2 for _, n, so in rows) / len(said)

    assert sum(n for _, n, _ in rows) == len(said)
    assert brier_score(forecasts) == pytest.approx(unreliable - resolved + rate * (1 - rate))


@given(FORECASTS)
def test_to_deny_what_happens_and_say_the_opposite_scores_the_same(said):
    turned = Counter((round(1 - p, 2), not happened) for p, happened in said)

    assert brier_score(Counter(said)) == pytest.approx(brier_score(turned))
    assert 0 <= brier_score(turned) <= 1


def test_without_forecasts_or_beyond_one_there_is_no_brier_score():
    with pytest.raises(ValueError, match="without forecasts"):
        brier_score({})
    with pytest.raises(ValueError, match=r"from 0 to 1, got 1\.5"):
        brier_score({(1.5, True): 1})


@pytest.mark.parametrize(
    ("label", "if_so", "if_not"),
    # (0.95^2 - (p - o)^2) / (0.95^2 - 0.05^2), with 0.9025 - 0.0025 = 0.9 below: 0.84 / 0.9, 0.6525 / 0.9, 0.34 / 0.9.
    [
        ("very-likely", 1, 0),
        ("rather-likely", 0.93333, 0.37778),
        ("even", 0.725, 0.725),
        ("rather-unlikely", 0.37778, 0.93333),
        ("very-unlikely", 0, 1),
    ],
)
def test_a_likelihood_earns_by_how_near_it_comes(label, if_so, if_not):
    assert score_likelihood(label, FIVE, happened=True) == pytest.approx(if_so, abs=5e-6)
    assert score_likelihood(label, FIVE, happened=False) == pytest.approx(if_not, abs=5e-6)


@pytest.mark.parametrize("believed", FIVE)
def test_nobody_expects_more_points_by_saying_something_else_than_they_think(believed):
    p = FIVE[believed]
    expected = {
        label: p * score_likelihood(label, FIVE, happened=True)
        + (1 - p) * score_likelihood(label, FIVE, happened=False)
        for label in FIVE
    }

    assert max(expected, key=expected.get) == believed
