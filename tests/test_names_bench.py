"""The names on which likeness and checking are measured, and what is said of the aims."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks/names"))

import names as bench
from redpencil.names.parts import parse_name


def test_the_drawn_people_are_the_same_each_time_and_all_have_three_parts():
    people = bench.drawn_people(2_000, 1)

    assert people == bench.drawn_people(2_000, 1)
    assert {tuple(parse_name(name).parts()) for name in people} == {("given", "patronymic", "surname")}


def test_common_surnames_are_as_common_as_in_life():
    surnames = [name.split()[0] for name in bench.drawn_people(20_000, 1)]
    top_20 = sorted((surnames.count(name) for name in set(surnames)), reverse=True)[:20]

    # 11.8 % in Russia.
    assert 0.07 < sum(top_20) / 20_000 < 0.14


def test_the_pairs_are_of_both_kinds():
    pairs = bench.drawn_pairs(1_000, 3)

    assert len(pairs) == 1_000
    assert 0 < sum(a == b for a, b in pairs) < 500


def test_a_small_check_finds_what_comparing_with_everybody_finds():
    people = bench.drawn_people(500, 1)
    found = bench.checking(bench.drawn_list(people, 40, 2), people, 40)

    assert found["same_as_everybody"]
    assert found["matches"] >= 20


def test_an_aim_that_is_missed_is_said_to_be():
    alike = {"pairs": 10, "largest_difference": 0.001, "batch_seconds": 4.0, "rapidfuzz_seconds": 1.0}
    check = {"names": 1, "people": 2, "compared_with_everybody": 0, "same_as_everybody": True}

    assert [met for _, met in bench.verdicts(alike, check, {"cpu_seconds": 11.0})] == [False] * 4
    alike |= {"largest_difference": 0.00004, "batch_seconds": 3.0}
    check["compared_with_everybody"] = 1
    assert [met for _, met in bench.verdicts(alike, check, {"cpu_seconds": 10.0})] == [True] * 4
