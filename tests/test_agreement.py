import json
import time
from collections import Counter
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from published_example import FOLDER, published
from redpencil.agreement import (
    Segmentations,
    cohen_kappa,
    krippendorff_alpha,
    krippendorff_alpha_of_counts,
    measure_agreement,
    pairwise_f1,
    unitizing_alpha,
    unitizing_alpha_of_counts,
)
from redpencil.annotation import read_annotations
from redpencil.exercise import load_exercise
from redpencil.scoring import merge_spans

# An exercise without a folder of passes says so in its datasheet (see test_keys.py).
EXERCISES = sorted(path.parent for path in (Path(__file__).parents[1] / "exercises").glob("*/passes"))
# Their key was there before the list was read, so that a single pass can be held against it.
INTENDED_KEY_AND_ONE_PASS = {"name-check"}


def coded(rows):
    return [[None if c in ".*" else c for c in row] for row in rows]


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_a_published_example_says_in_full_where_it_is_from(path):
    example = published(path.stem)

    assert path.suffix == ".json"
    assert len(example["source"]) > 40
    assert example["where"]


@pytest.mark.parametrize("name", ["krippendorff-2011", "krippendorff-three-coders"])
def test_alpha_matches_the_published_example(name):
    example = published(name)

    assert krippendorff_alpha(coded(example["observers"])) == pytest.approx(example["nominal_alpha"], abs=0.0005)


def test_alpha_is_undefined_where_only_one_label_occurs():
    with pytest.raises(ValueError, match="undefined"):
        krippendorff_alpha([["a", "a"], ["a", "a"]])


def test_alpha_needs_the_same_units_from_everybody():
    with pytest.raises(ValueError, match="same units"):
        krippendorff_alpha([["a"], ["a", "b"]])


def test_unitizing_alpha_matches_the_published_example():
    example = published("krippendorff-unitizing")
    place, alpha = (example["begin"], example["end"]), example["alpha"]
    both = [[(label, tuple(span)) for label, span in row] for row in example["annotators"]]
    only = {label: [[unit for unit in row if unit[0] == label] for row in both] for label in "ck"}

    assert unitizing_alpha(only["c"], *place) == pytest.approx(alpha["c"], abs=0.00005)
    assert unitizing_alpha(only["k"], *place) == alpha["k"]
    # The paper rounds its disagreements before it divides.
    assert unitizing_alpha(both, *place) == pytest.approx(alpha["overall"], abs=0.0005)


def test_unitizing_alpha_refuses_overlapping_spans_of_one_label():
    with pytest.raises(ValueError, match="overlaps"):
        unitizing_alpha([[("c", (0, 5)), ("c", (3, 8))], []], 0, 10)


def test_kappa_matches_cohens_formula_by_hand():
    # 20 yes-yes, 15 no-no, 5 yes-no, 10 no-yes: observed .7, expected .5, kappa .4.
    first = ["y"] * 20 + ["n"] * 15 + ["y"] * 5 + ["n"] * 10
    second = ["y"] * 20 + ["n"] * 15 + ["n"] * 5 + ["y"] * 10

    assert cohen_kappa(first, second) == pytest.approx(0.4)


def test_kappa_is_undefined_where_both_used_one_label_throughout():
    with pytest.raises(ValueError, match="undefined"):
        cohen_kappa(["a", "a"], ["a", "a"])


def test_pairwise_f1_is_the_mean_over_all_pairs():
    # The pairs score 1, 0 and 0.
    assert pairwise_f1([[(0, 10)], [(0, 10)], [(20, 30)]]) == pytest.approx(1 / 3)


@pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)
def test_the_datasheet_gives_the_agreement_of_the_passes_as_measured(folder):
    document = load_exercise(folder).document
    files = sorted((folder / "passes").glob("*.jsonl"))
    datasheet = (folder / "README.md").read_text(encoding="utf-8")
    if folder.name in INTENDED_KEY_AND_ONE_PASS:
        assert "There is one pass." in datasheet
        files.insert(0, folder / "key.jsonl")
    measured = measure_agreement([read_annotations(path, document) for path in files], document)

    for layer, measures in measured.items():
        for name, value in measures.items():
            assert f"| {layer} | {name} | {value:.3f} |" in datasheet, json.dumps(measured, indent=1)


# From counts, for a class of any size


def test_alpha_from_counts_is_alpha_from_codings():
    observers = coded(published("krippendorff-2011")["observers"])
    units = [Counter(c for c in unit if c is not None) for unit in zip(*observers, strict=True)]

    assert krippendorff_alpha_of_counts(units) == krippendorff_alpha(observers)


CONTINUUM = 30
ROW = st.lists(st.tuples(st.integers(0, CONTINUUM - 1), st.integers(1, 8)), max_size=4).map(
    lambda pairs: merge_spans((a, min(CONTINUUM, a + n)) for a, n in pairs)
)


def pair_by_pair(rows):
    """Observed disagreement as the paper defines it, over each pair of annotators and each pair of their sections."""

    def sections(row):
        borders = sorted({0, CONTINUUM, *(x for span in row for x in span)})
        return [(span, span in row) for span in pairwise(borders)]

    total = 0
    for g, h in permutations(map(sections, rows), 2):
        for (a, b), marked in g:
            for (c, d), other in h:
                if marked and other and a < d and c < b:
                    total += (a - c) ** 2 + (b - d) ** 2
                elif marked and not other and c <= a and b <= d:
                    total += (b - a) ** 2
                elif other and not marked and a <= c and d <= b:
                    total += (d - c) ** 2
    return total / (len(rows) * (len(rows) - 1) * CONTINUUM**2)


@given(st.lists(ROW, min_size=2, max_size=5))
def test_the_disagreement_from_counts_is_that_of_each_pair_of_annotators(rows):
    counted = Segmentations(0, CONTINUUM)
    for row in rows:
        # Who marked nothing need not be counted in.
        if row:
            counted.add(row)

    assert counted.disagreements(len(rows))[0] == pytest.approx(pair_by_pair(rows))


def test_unitizing_alpha_of_thirty_thousand_annotators_takes_no_longer_than_sorting_their_spans():
    counted = Segmentations(0, 4_000)
    rows = [[(50 * k + n % 7, 50 * k + 10 + n % 11) for k in range(20)] for n in range(77)]
    for n in range(30_000):
        counted.add(rows[n % 77])
    begun = time.process_time()
    alpha = unitizing_alpha_of_counts([counted], 30_000)

    assert time.process_time() - begun < 0.5
    # With so many annotators it is nearly the alpha of the 77 kinds of them.
    assert alpha == pytest.approx(unitizing_alpha([[("c", s) for s in row] for row in rows], 0, 4_000), abs=0.02)
