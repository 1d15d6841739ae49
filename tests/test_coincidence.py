"""How often names agree by chance: closed forms against hand computation, and simulations against the closed forms."""

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redpencil.names.coincidence import (
    chance_of_agreeing,
    chance_of_any,
    expected_matches,
    expected_names_matched,
    initials_of,
    simulate_any,
    simulate_matches,
)
from redpencil.names.match import Strength

# The twenty commonest surnames of Russia with their shares, from sigpwned/popular-names-by-country-dataset (CC0).
TOP_20 = {
    **{"Smirnov": 0.0161, "Ivanov": 0.0130, "Kuznetsov": 0.0090, "Popov": 0.0079, "Sokolov": 0.0073, "Lebedev": 0.0065},
    **{"Kozlov": 0.0058, "Novikov": 0.0054, "Morozov": 0.0053, "Petrov": 0.0044, "Volkov": 0.0044, "Solovyov": 0.0044},
    **{"Vasilyev": 0.0042, "Zaytsev": 0.0041, "Pavlov": 0.0039, "Semyonov": 0.0035, "Golubev": 0.0032},
    **{"Vinogradov": 0.0032, "Bogdanov": 0.0031, "Vorobyov": 0.0030},
}
SMALL = {
    "surnames": {"Ivanov": 0.2, "Petrov": 0.1, "Popov": 0.05},
    "given": {"Ivan": 0.4, "Igor": 0.2, "Pyotr": 0.1},
    "patronymics": {"Ivanovich": 0.3, "Ilyich": 0.2},
    "ranks": {"colonel": 0.5, "major": 0.5},
}


# 1 - (1 - 0.1177)^n: 0.8823^5 = 0.535, ^8 = 0.367, ^10 = 0.286.
@pytest.mark.parametrize(("people", "chance"), [(0, 0), (1, 0.118), (5, 0.47), (8, 0.63), (10, 0.71)])
def test_one_of_the_top_twenty_surnames_is_cheap_to_find(people, chance):
    assert sum(TOP_20.values()) == pytest.approx(0.118, abs=0.0005)
    assert chance_of_any(TOP_20.values(), people) == pytest.approx(chance, abs=0.005)


# The classic of chance agreement: 23 people, 365 days; here in the form of one list against another's one day.
def test_the_chance_of_any_is_that_of_a_shared_birthday_with_a_given_person():
    # Feller (1968), An Introduction to Probability Theory, II.3: 253 people are needed for one half.
    assert chance_of_any([1 / 365], 252) < 0.5 < chance_of_any([1 / 365], 253)


@pytest.mark.parametrize("people", [5, 8, 10])
def test_the_simulation_comes_to_the_closed_form(people):
    expected = chance_of_any(TOP_20.values(), people)
    trials = 4_000

    found = simulate_any(TOP_20.values(), people, trials=trials, seed=7)

    # Four standard errors: a wrong formula would be further off, chance is not (1 in 16,000).
    assert abs(found - expected) < 4 * math.sqrt(expected * (1 - expected) / trials)


def test_a_simulation_is_the_same_for_the_same_seed_and_differs_for_another():
    assert simulate_any(TOP_20.values(), 8, seed=1) == simulate_any(TOP_20.values(), 8, seed=1)
    assert simulate_any(TOP_20.values(), 8, seed=1) != simulate_any(TOP_20.values(), 8, seed=2)
    assert simulate_matches(5, 9, **SMALL, seed=1) == simulate_matches(5, 9, **SMALL, seed=1)


def test_two_people_agree_by_the_sum_of_squares():
    # 0.2^2 + 0.1^2 + 0.05^2
    assert chance_of_agreeing(SMALL["surnames"]) == pytest.approx(0.0525)
    # Another population for the second: 0.2 x 0.5.
    assert chance_of_agreeing(SMALL["surnames"], {"Ivanov": 0.5, "Smith": 0.5}) == pytest.approx(0.1)


def test_expected_matches_multiply_part_by_part():
    # By hand: surnames .0525; initials И .6 and П .1: .37; given .16 + .04 + .01 = .21; patronymics .13; ranks .5.
    expected = expected_matches(16, 40, **SMALL)

    assert expected == pytest.approx(
        {
            Strength.SURNAME: 640 * 0.0525,
            Strength.INITIALS: 640 * 0.0525 * 0.37,
            Strength.GIVEN: 640 * 0.0525 * 0.21,
            Strength.PATRONYMIC: 640 * 0.0525 * 0.21 * 0.13,
            Strength.RANK: 640 * 0.0525 * 0.21 * 0.13 * 0.5,
        }
    )
    assert list(expected_matches(16, 40, surnames=TOP_20)) == [Strength.SURNAME]
    assert list(expected_matches(16, 40, surnames=TOP_20, patronymics=SMALL["patronymics"])) == [Strength.SURNAME]


def test_names_matched_are_counted_once_each():
    # One name, a table of two people: p (1 - (1 - p)^2) summed: .2 x .36 + .1 x .19 + .05 x .0975.
    matched = expected_names_matched(1, 2, surnames=SMALL["surnames"])

    assert matched[Strength.SURNAME] == pytest.approx(0.072 + 0.019 + 0.004875)


def test_with_one_person_in_the_table_names_matched_are_pairs():
    assert expected_names_matched(16, 1, **SMALL) == pytest.approx(expected_matches(16, 1, **SMALL))


tables = st.lists(st.floats(0, 0.2), min_size=1, max_size=5).map(lambda ps: {f"n{n}": p for n, p in enumerate(ps)})


@given(tables, tables, st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=200, deadline=None)
def test_each_further_part_makes_chance_rarer_and_nobody_is_counted_twice(surnames, given_names, names, people):
    pairs = expected_matches(names, people, surnames=surnames, given=given_names)
    matched = expected_names_matched(names, people, surnames=surnames, given=given_names)

    assert pairs[Strength.GIVEN] <= pairs[Strength.SURNAME] + 1e-12
    assert all(matched[s] <= min(names, pairs[s]) + 1e-9 for s in matched)


@given(st.lists(st.floats(0, 0.25), min_size=1, max_size=4), st.integers(0, 6))
@settings(max_examples=100, deadline=None)
def test_the_closed_form_is_the_sum_over_all_groups(frequencies, people):
    # Each of the people has one of the names or none: add up the chances of all groups with one at least.
    p = sum(frequencies)
    by_hand = sum(
        math.prod(p if has else 1 - p for has in group) for group in product([True, False], repeat=people) if any(group)
    )

    assert chance_of_any(frequencies, people) == pytest.approx(by_hand, abs=1e-9)


def test_the_simulated_pairs_and_names_come_to_the_closed_forms():
    trials, names, people = 600, 20, 30
    simulated = simulate_matches(names, people, **SMALL, trials=trials, seed=11)
    pairs, matched = expected_matches(names, people, **SMALL), expected_names_matched(names, people, **SMALL)

    assert list(simulated) == list(Strength)[1:]
    for strength, (found_pairs, found_names) in simulated.items():
        # Pairs of one list and table hang together: allow for that with a wide margin, yet a tenth where many are seen.
        assert found_pairs == pytest.approx(pairs[strength], rel=0.1, abs=0.15), strength
        assert found_names == pytest.approx(matched[strength], rel=0.1, abs=0.1), strength


def test_people_outside_the_tables_agree_with_nobody():
    rare = {"Ivanov": 1e-12}

    assert simulate_matches(50, 50, surnames=rare, trials=20) == {Strength.SURNAME: (0, 0)}


def test_initials_are_put_together_across_spellings():
    initials = initials_of({"Ivan": 0.3, "Игорь": 0.2, "Yury": 0.1, "Юлий": 0.1, "Юнус": 0.05})

    assert initials == pytest.approx({"и": 0.5, "ю": 0.25})


@pytest.mark.parametrize(
    ("frequencies", "said"),
    [
        ([1.3], "0.013"),
        ([-0.1], "a share from 0 to 1"),
        ([0.7, 0.7], "sum to 1.4"),
        ([float("nan")], "share from 0 to 1"),
    ],
)
def test_what_is_no_table_of_shares_is_refused(frequencies, said):
    with pytest.raises(ValueError, match=said):
        chance_of_any(frequencies, 3)


def test_counts_below_nothing_and_sums_without_end_are_refused():
    with pytest.raises(ValueError, match="people has to be 0 or more, got -1"):
        chance_of_any([0.1], -1)
    with pytest.raises(ValueError, match="trials has to be 1 or more"):
        simulate_any([0.1], 1, trials=0)
    many = {str(n): 0.0001 for n in range(2_000)}
    with pytest.raises(ValueError, match="4,000,000 full names"):
        expected_names_matched(1, 1, surnames=many, given=many)


def test_a_table_that_holds_everybody_is_certain():
    assert chance_of_any([0.5, 0.5], 1) == 1
    assert chance_of_any([0.5, 0.5], 0) == 0
    assert expected_names_matched(3, 1, surnames={"Ivanov": 1.0}) == {Strength.SURNAME: 3}
