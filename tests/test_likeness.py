"""Jaro, Jaro-Winkler and the best over transliterations, beside published values and a library's."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Jaro, JaroWinkler

from redpencil.names import likeness as module
from redpencil.names.likeness import jaro, jaro_winkler, jaro_winkler_of_pairs, likeness

# Winkler (1990), and the same three in most descriptions of the measure.
PUBLISHED = [
    ("MARTHA", "MARHTA", 0.9444, 0.9611),
    ("DIXON", "DICKSONX", 0.7667, 0.8133),
    ("DWAYNE", "DUANE", 0.8222, 0.8400),
]


@pytest.mark.parametrize(("a", "b", "of_jaro", "of_winkler"), PUBLISHED)
def test_the_published_examples_come_out(a, b, of_jaro, of_winkler):
    assert (round(jaro(a, b), 4), round(jaro_winkler(a, b), 4)) == (of_jaro, of_winkler)
    assert (round(jaro(b, a), 4), round(jaro_winkler(b, a), 4)) == (of_jaro, of_winkler)


def test_nothing_in_common_is_0_and_equal_is_1_and_so_is_nothing_beside_nothing():
    assert (jaro("abc", "xyz"), jaro("", "a"), jaro("abc", "abc"), jaro("", "")) == (0, 0, 1, 1)
    # Two letters in each other's place: the reach of two letters is none.
    assert jaro("ab", "ba") == 0


def test_a_low_likeness_is_not_raised_for_its_beginning():
    # m = 2 of 4 and of 6, in order: (2/4 + 2/6 + 1) / 3 = .6111, which is not above .7.
    assert jaro_winkler("abcd", "abxyzw") == jaro("abcd", "abxyzw") == pytest.approx(11 / 18)


texts = st.one_of(st.text(max_size=12), st.text("abcde", max_size=70))


@given(texts, texts)
@settings(max_examples=1000, deadline=None)
def test_likeness_is_the_same_both_ways_and_1_only_for_equal(a, b):
    for measure in (jaro, jaro_winkler):
        assert measure(a, b) == pytest.approx(measure(b, a), abs=1e-12)
        assert 0 <= measure(a, b) <= 1
        assert (measure(a, b) == 1) == (a == b)


@given(texts, texts)
@settings(max_examples=1000, deadline=None)
def test_it_equals_rapidfuzz(a, b):
    assert jaro(a, b) == pytest.approx(Jaro.similarity(a, b), abs=1e-9)
    assert jaro_winkler(a, b) == pytest.approx(JaroWinkler.similarity(a, b), abs=1e-9)


@pytest.fixture
def without_rapidfuzz(monkeypatch):
    module._fastest.cache_clear()
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    yield
    module._fastest.cache_clear()


def test_batches_are_the_same_with_the_library_and_without(request):
    chance = random.Random(5)
    pairs = [("".join(chance.choices("аоивнкс", k=7)), "".join(chance.choices("аоивнкс", k=8))) for _ in range(500)]
    with_library = jaro_winkler_of_pairs(pairs)
    assert module._fastest() is JaroWinkler.similarity
    request.getfixturevalue("without_rapidfuzz")

    assert module._fastest() is jaro_winkler
    assert jaro_winkler_of_pairs(pairs) == pytest.approx(with_library, abs=1e-9)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        *[("Дмитрий", "Dmitry"), ("Дмитрий", "DMITRII"), ("Dmitriy", "Dmitry"), ("Щербаков", "Ŝerbakov")],
        *[("Соловьёв", "Solov’yëv"), ("Solovyov", "Solov’yëv"), ("Ивано́в", "Ivanov"), ("Yuri", "Jurij")],
    ],
)
def test_two_ways_to_write_one_name_come_to_1(a, b):
    assert likeness(a, b) == likeness(b, a) == 1


def test_other_names_stay_below_1_and_further_ones_lower():
    assert 1 > likeness("Иванов", "Ivankov") > likeness("Иванов", "Ivashov") > likeness("Иванов", "Petrov")


@given(st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_the_best_over_transliterations_is_the_same_both_ways_and_never_fails(a, b):
    assert likeness(a, b) == pytest.approx(likeness(b, a), abs=1e-12)
    assert 0 <= likeness(a, b) <= 1


def test_ten_thousand_letters_are_compared_as_they_stand():
    assert likeness("a" * 10_000, "a" * 10_000) == 1
    assert likeness("a" * 10_000, "b" * 10_000) == 0
