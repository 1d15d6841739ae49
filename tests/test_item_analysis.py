"""The measures of the items against worked examples from textbooks and by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from published_example import published
from redpencil.grading.item_analysis import ItemSums, histogram, quantile


def summed(rows, at_most=None):
    names = [f"i{n}" for n in range(1, len(rows[0]) + 1)]
    sums = ItemSums(dict.fromkeys(names, 1.0) if at_most is None else dict(zip(names, at_most, strict=True)))
    for row in rows:
        sums.add(row)
    return sums


def test_alpha_and_the_correlations_match_a_textbooks_five_items():
    example = published("denis-five-items")
    sums = summed(example["scores"], [18] * 5)

    assert sums.cronbach_alpha(sums.items) == pytest.approx(example["cronbach_alpha"], abs=0.0005)
    for (a, b), r in zip(example["pairs"], example["correlations"], strict=True):
        assert sums.correlation(f"i{a}", f"i{b}") == pytest.approx(r, abs=0.0005)
    assert sums.item_rest_correlation("i1") == pytest.approx(example["corrected_item_total_of_item_1"], abs=0.0005)


def test_alpha_of_right_or_wrong_items_is_formula_20_of_kuder_and_richardson():
    example = published("wuensch-kr20")
    sums = summed(example["scores"])

    # 10/9 (1 - 2.18/5.84), from the sum of p q and the variance of the totals that stand under the table.
    assert sums.cronbach_alpha(sums.items) == pytest.approx(10 / 9 * (1 - 2.18 / 5.84))
    assert [round(sums.difficulty(item), 6) for item in sums.items] == example["p"]


def test_the_index_of_upper_and_lower_groups_matches_a_worksheets_answers():
    example = published("item-analysis-worksheet")
    sums = summed(example["scores"])

    # In the worksheet the ten are an upper and a lower five.
    assert list(sums.upper_lower(share=0.5).values()) == pytest.approx(example["discrimination"])
    assert [sums.difficulty(item) for item in sums.items][:4] == pytest.approx([0.6, 1.0, 0.8, 0.5])


def test_the_groups_are_27_in_100_each_and_those_at_the_border_belong_in_part():
    # Totals 3, 2, 2, 2, 1, 0, 0, 0, 0, 0, 0: of 11, 27 % are 3 (2.97). The upper group is the 3 and two thirds of each
    # of the three 2s; the lower one half of each of the six 0s.
    rows = [(1, 1, 1), (1, 1, 0), (1, 0, 1), (1, 0, 1), (1, 0, 0), *[(0, 0, 0)] * 6]
    upper, lower = summed(rows).groups()

    assert upper.size == lower.size == 3
    assert upper.earned == pytest.approx([1 + 2 / 3 * 3, 1 + 2 / 3, 1 + 2 / 3 * 2])
    assert lower.earned == [0, 0, 0]
    assert summed(rows).upper_lower()["i1"] == pytest.approx(1.0)


def test_the_item_is_left_out_of_the_total_that_it_is_held_against():
    # Two items that mirror each other: with itself in the total an item would seem to go with a constant 1.
    sums = summed([(1, 0), (0, 1), (1, 0), (0, 1)])

    assert sums.item_rest_correlation("i1") == pytest.approx(-1)


def test_where_all_earned_the_same_a_measure_is_undefined_and_not_0():
    sums = summed([(1, 1, 0), (1, 0, 0), (1, 1, 0)])

    for undefined in (
        lambda: sums.item_rest_correlation("i1"),
        lambda: sums.correlation("i2", "i3"),
        lambda: summed([(1, 0), (0, 1)]).groups(),
        lambda: summed([(1, 0), (0, 1)]).cronbach_alpha(("i1", "i2")),
        lambda: sums.cronbach_alpha(("i1",)),
        lambda: ItemSums({"a": 1.0}).difficulty("a"),
    ):
        with pytest.raises(ValueError, match=r"undefined|two items"):
            undefined()


ROWS = st.lists(st.lists(st.sampled_from([0, 0.25, 0.5, 1]), min_size=4, max_size=4), min_size=2, max_size=12)


@given(ROWS, st.integers(0, 12))
def test_sums_made_apart_and_put_together_are_the_sums_of_all(rows, cut):
    whole, first, second = summed(rows), ItemSums(dict.fromkeys(("i1", "i2", "i3", "i4"), 1.0)), None
    second = ItemSums(first.at_most)
    for n, row in enumerate(rows):
        (first if n < cut else second).add(row)
    first.merge(second)

    assert list(first.totals) == list(whole.totals)
    assert first.products == pytest.approx(whole.products)
    assert first.buckets == whole.buckets


@given(ROWS)
def test_the_order_of_the_students_changes_nothing(rows):
    forth, back = summed(rows), summed(rows[::-1])

    try:
        assert forth.upper_lower() == pytest.approx(back.upper_lower())
    except ValueError:
        assert len(set(forth.totals)) == 1


def test_labels_that_were_chosen_are_counted_in_both_groups():
    sums = ItemSums({"a": 1.0, "b": 1.0})
    sums.add([1, 1], [("a", "named"), ("b", "role")])
    sums.add([1, 0], [("a", "named"), ("b", "group")])
    sums.add([0, 0], [("a", "group")])
    upper, lower = sums.groups()

    assert upper.chosen == {("a", "named"): 1, ("b", "role"): 1}
    assert lower.chosen == {("a", "group"): 1}


def test_a_quantile_lies_between_two_values_in_proportion():
    # Of 1, 2, 3, 4 the first quarter ends a quarter of the way... 0.25 * 3 = 0.75 steps from the first: 1.75.
    assert quantile([1, 2, 3, 4], 0.25) == 1.75
    assert quantile([1, 2, 3, 4], 0.5) == 2.5
    assert quantile([7], 0.9) == 7
    with pytest.raises(ValueError, match="needs values"):
        quantile([], 0.5)


def test_a_value_on_a_border_is_in_the_upper_bin_and_the_highest_in_the_last():
    assert histogram([0, 0.3, 0.999, 1, 10], 10, 10) == [3, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    # 0.3 of 1 in ten bins is the border between the third and the fourth.
    assert histogram([0.1 + 0.2], 1, 10).index(1) == 3
