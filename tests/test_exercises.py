"""The exercises and documents that the kit carries are whole: texts, offsets, keys, and what each is made for."""

import csv
import re
from collections import Counter
from itertools import groupby, pairwise
from pathlib import Path
from statistics import mean

import pytest

from redpencil.document import load_document
from redpencil.exercise import LABEL_SETS, Answers, key_for_item, load_exercise, load_key
from redpencil.grading.grade import Grader
from redpencil.scoring import discernment

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = sorted(path.parent for path in (ROOT / "exercises").glob("*/exercise.toml"))
DOCUMENTS = sorted(path.parent for path in (ROOT / "data/documents").glob("*/document.toml"))

# Those in which attributions are marked; the rules on marks say nothing of the others.
WITH_MARKS = [
    folder for folder in EXERCISES if any(item.layer == "attribution" for item in load_exercise(folder).items)
]
WITH_MARKS_OF_ANY_KIND = [
    folder for folder in EXERCISES if any(item.kind == "marks" for item in load_exercise(folder).items)
]
WITH_CHOICES = [folder for folder in EXERCISES if any(item.kind == "choice" for item in load_exercise(folder).items)]

exercises = pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)
exercises_with_marks = pytest.mark.parametrize("folder", WITH_MARKS, ids=lambda folder: folder.name)
exercises_with_choices = pytest.mark.parametrize("folder", WITH_CHOICES, ids=lambda folder: folder.name)
documents = pytest.mark.parametrize("folder", DOCUMENTS, ids=lambda folder: folder.name)


def as_the_key_has_it(exercise, key):
    """Answers that agree with every required annotation of a key; free text is left empty."""
    answers = {}
    for item in exercise.items:
        required = [a for a in key_for_item(item, key) if a.status == "required"]
        if item.kind == "choice":
            answers[item.id] = required[0].label
        elif item.kind == "marks":
            answers[item.id] = [
                {"id": a.id, "label": a.label, "spans": [[s.start, s.end] for s in a.spans], "quotes": list(a.quotes)}
                for a in required
            ]
    return answers


def graded(exercise, key, answers):
    return Grader(exercise, key).grade(Answers(exercise.id, exercise.version, answers))


def test_the_kit_has_an_exercise_on_a_real_text_and_one_on_an_invented_text():
    assert {load_exercise(folder).document.is_invented for folder in EXERCISES} == {True, False}


def test_the_rules_on_marks_are_put_to_the_exercises_that_have_attributions_to_mark():
    assert {"the-bridge", "who-says-so"} <= {folder.name for folder in WITH_MARKS}


# Documents


@documents
def test_paragraphs_are_the_blocks_between_blank_lines(folder):
    document = load_document(folder)

    assert [document.quote(p) for p in document.paragraphs] == document.text.strip("\n").split("\n\n")


@documents
def test_sentences_leave_out_nothing_but_white_space_and_begin_and_end_with_a_word(folder):
    document = load_document(folder)
    sentences = [document.quote(s) for s in document.sentences]

    assert "".join("".join(sentences).split()) == "".join(document.text.split())
    assert [s for s in sentences if s != s.strip()] == []
    # One sentence each: no full stop with a capital after it. (A headline's last sentence has none at its end.)
    assert [s for s in sentences if re.search(r"[.!?][”’)]* +[“‘(]*[A-Z]", s)] == []


@documents
def test_a_document_says_whose_it_is_and_what_a_reader_should_know_first(folder):
    document = load_document(folder)

    assert document.about["publisher"]
    assert document.about["rights"]
    assert document.about["advisory"]
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("# Datasheet")
    if document.is_invented:
        assert "Everything in this text is invented" in document.about["advisory"]


# Exercises


@exercises
def test_an_exercise_is_found_by_its_id_with_its_key_and_each_part_earns_something(folder):
    exercise = load_exercise(folder.name)

    assert load_key(exercise)
    for group in exercise.groups:
        assert sum(item.points_at_most for item in exercise.in_group(group)) > 0


@exercises
def test_answers_as_the_key_has_them_earn_all_points_that_a_program_gives(folder):
    exercise = load_exercise(folder)
    by_program = sum(item.points_at_most for item in exercise.items if item.kind != "free-text")
    grade = graded(exercise, load_key(exercise), as_the_key_has_it(exercise, load_key(exercise)))

    assert grade.points == by_program


@pytest.mark.parametrize("folder", WITH_MARKS_OF_ANY_KIND, ids=lambda folder: folder.name)
def test_a_wider_boundary_that_the_key_accepts_costs_nothing(folder):
    exercise = load_exercise(folder)
    key = load_key(exercise)
    wide = {a.id: a for a in key if a.id.endswith("-wide")}
    answers = as_the_key_has_it(exercise, key)
    for item in exercise.items:
        for mark in answers.get(item.id, ()) if item.kind == "marks" else ():
            if found := wide.get(f"{mark['id']}-wide"):
                mark |= {"spans": [[s.start, s.end] for s in found.spans], "quotes": list(found.quotes)}

    assert len(wide) > 5
    grade = graded(exercise, key, answers)
    assert grade.points == sum(item.points_at_most for item in exercise.items if item.kind != "free-text")


@exercises_with_choices
def test_sensitivity_is_defined_for_answers_as_the_key_has_them(folder):
    exercise = load_exercise(folder)
    grade = graded(exercise, load_key(exercise), as_the_key_has_it(exercise, load_key(exercise)))
    choices = [group for group in exercise.groups if exercise.in_group(group)[0].kind == "choice"]

    assert list(grade.details["spotting"]) == choices != []
    for group in choices:
        counts = Counter(grade.details["spotting"][group])
        assert (counts["misses"], counts["false_alarms"]) == (0, 0)

        # With as few as 4 of each kind the corrected rates are 0.9 and 0.1, z = 1.2816 by a table of the normal curve.
        assert counts["hits"] >= 4
        assert counts["correct_rejections"] >= 4
        measured = discernment(counts["hits"], 0, 0, counts["correct_rejections"])
        assert measured.sensitivity >= 2 * 1.2815


@exercises
def test_a_worksheet_opens_its_own_exercise(folder):
    worksheet = (folder / "worksheet.md").read_text(encoding="utf-8")
    exercise = load_exercise(folder)

    assert re.findall(r"work_on\(\"(.+)\"\)", worksheet) == [exercise.id]
    assert f"the {len(exercise.document.sentences)} sentences" in worksheet
    assert ("invented" in worksheet) == exercise.document.is_invented


# The key's rules, as each exercise's datasheet gives them


def attributions(key):
    return [a for a in key if a.layer == "attribution"]


@exercises_with_marks
def test_content_is_linked_to_one_cue_and_to_one_source_at_most(folder):
    key = load_key(load_exercise(folder))

    for content in (a for a in attributions(key) if a.label == "content" and "-wide" not in a.id):
        roles = Counter(link.role for link in content.links)
        assert roles["cue"] == 1, content.id
        assert roles["source"] <= 1, content.id


@exercises_with_marks
def test_no_required_source_or_cue_stands_alone(folder):
    key = load_key(load_exercise(folder))
    required = [a for a in attributions(key) if a.status == "required"]
    linked = {link.to for a in required for link in a.links}

    assert {a.id for a in required if a.label != "content"} == linked


@exercises_with_marks
def test_an_attribution_lies_within_one_sentence_and_its_parts_share_no_words(folder):
    exercise = load_exercise(folder)
    by_id = {a.id: a for a in load_key(exercise)}

    for content in (a for a in by_id.values() if a.links):
        parts = [content, *(by_id[link.to] for link in content.links)]
        spans = sorted(span for part in parts for span in part.spans)
        assert len({exercise.document.sentence_number(span.start) for span in spans}) == 1, content.id
        assert all(a.end <= b.start for a, b in pairwise(spans)), content.id


@exercises_with_marks
def test_that_and_the_final_full_stop_belong_to_nothing_that_is_required(folder):
    quotes = [q for a in attributions(load_key(load_exercise(folder))) if a.status == "required" for q in a.quotes]

    assert [q for q in quotes if q.startswith("that ") or q.endswith(".") or q != q.strip()] == []


@exercises_with_choices
def test_a_second_reading_is_another_label_than_the_first(folder):
    exercise = load_exercise(folder)
    key = load_key(exercise)

    for item in exercise.items:
        if item.kind == "choice":
            labels = [a.label for a in key_for_item(item, key)]
            assert len(labels) == len(set(labels)), item.id


# The bridge, which was built to hold everything


def required_rungs():
    exercise = load_exercise("the-bridge")
    key = load_key(exercise)
    return {
        item.id: next(a.label for a in key_for_item(item, key) if a.status == "required")
        for item in exercise.in_group("rung")
    }


def test_every_rung_of_the_ladder_is_the_bridges_answer_twice_or_more():
    counts = Counter(required_rungs().values())

    assert {label.id: counts[label.id] >= 2 for label in LABEL_SETS["sourcing"]} == {
        "record": True, "named": True, "role": True, "group": True, "sourceless": True, "own-voice": True,
        "opinion": True,
    }  # fmt: skip


def test_the_bridge_has_content_in_pieces_a_cue_without_a_source_and_a_compound_source():
    key = [a for a in attributions(load_key(load_exercise("the-bridge"))) if a.status == "required"]

    assert any(len(a.spans) > 1 for a in key if a.label == "content")
    assert any({link.role for link in a.links} == {"cue"} for a in key)
    assert ("Parents and cyclists",) in [a.quotes for a in key if a.label == "source"]


# The label swap, which was built so that nothing but the words tells loaded from plain


SIDES = {"tavelby": "Tavelby", "lanmere": "Lanmere"}


def swap_table():
    """The rows of balance.csv, each with its sentence's words under ``text``."""
    document = load_document("label-swap")
    path = ROOT / "data/documents/label-swap/balance.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [int(row["sentence"]) for row in rows] == list(range(1, 25))
    return [row | {"text": document.quote(s)} for row, s in zip(rows, document.sentences, strict=True)]


def of_each_kind(measure):
    """What ``measure`` gives for the loaded and for the plain sentences' words."""
    rows = swap_table()
    return {kind: measure([row["text"] for row in rows if row["wording"] == kind]) for kind in ("loaded", "plain")}


def runs(values):
    return [len(list(same)) for _, same in groupby(values)]


def as_chosen(label):
    """Grade answers that call every sentence of the label swap the same."""
    exercise = load_exercise("label-swap")
    return graded(exercise, load_key(exercise), {item.id: label for item in exercise.in_group("wording")})


def test_the_label_swap_has_a_sentence_a_paragraph_and_as_many_loaded_as_plain():
    exercise = load_exercise("label-swap")
    required = [a.label for a in load_key(exercise)]

    assert exercise.document.paragraphs == exercise.document.sentences
    assert Counter(required) == {"loaded": 12, "plain": 12}
    assert {a.status for a in load_key(exercise)} == {"required"}
    # The two parts: a point for each sentence, and a rubric of three criteria.
    assert [group for group in exercise.groups if exercise.in_group(group)[0].kind == "choice"] == ["wording"]
    assert len(exercise.item_by_id["rewrite"].rubric) == 3


def test_the_table_of_the_label_swap_says_what_its_key_and_its_text_say():
    exercise = load_exercise("label-swap")
    key = load_key(exercise)
    labels = {label.id for label in LABEL_SETS["loaded-label"]}

    for row, item in zip(swap_table(), exercise.in_group("wording"), strict=True):
        (required,) = key_for_item(item, key)
        assert row["wording"] == required.label
        # The side is the one of whose deed the sentence tells: its name stands in the words that the last hint shows.
        deed = exercise.document.quote(item.hints[-1].span)
        assert [side for side, name in SIDES.items() if name in deed] == [row["side"]], row
        assert row["fact"] in {"good", "grim"}
        if row["wording"] == "loaded":
            assert row["direction"] in {"blame", "praise"}
            assert row["label"] in labels
        else:
            assert (row["direction"], row["label"]) == ("", "")


def test_the_label_swap_is_balanced_over_the_sides_over_blame_and_praise_and_over_grim_and_good():
    rows = swap_table()
    loaded = [row for row in rows if row["wording"] == "loaded"]

    assert Counter((row["side"], row["direction"]) for row in loaded) == {
        (side, direction): 3 for side in SIDES for direction in ("blame", "praise")
    }
    assert Counter((row["wording"], row["side"], row["fact"]) for row in rows) == {
        (kind, side, fact): 3 for kind in ("loaded", "plain") for side in SIDES for fact in ("good", "grim")
    }
    # Blame may stand beside good news and praise beside a grim deed, and each side is treated in the same four ways.
    assert {(row["direction"], row["fact"]) for row in loaded} == {
        ("blame", "grim"), ("blame", "good"), ("praise", "good"), ("praise", "grim"),
    }  # fmt: skip
    ways = [Counter(row["label"] for row in loaded if row["side"] == side) for side in SIDES]
    assert ways[0] == ways[1]
    assert set(ways[0]) == {label.id for label in LABEL_SETS["loaded-label"]}


def test_each_loaded_sentence_has_a_plain_twin_about_the_other_side_far_away():
    rows = {int(row["sentence"]): row for row in swap_table()}

    for number, row in rows.items():
        twin = rows[int(row["twin"])]
        assert int(twin["twin"]) == number
        assert twin["fact"] == row["fact"]
        assert {row["wording"], twin["wording"]} == {"loaded", "plain"}
        assert {row["side"], twin["side"]} == set(SIDES)
        assert abs(int(row["twin"]) - number) >= 7


def test_both_towns_are_named_equally_often_in_loaded_and_in_plain_sentences():
    named = of_each_kind(lambda texts: {name: " ".join(texts).count(name) for name in SIDES.values()})

    assert named["loaded"] == named["plain"] == {"Tavelby": 10, "Lanmere": 10}


def test_neither_length_nor_a_number_nor_a_quotation_tells_loaded_from_plain():
    for measured in (
        of_each_kind(lambda texts: mean(len(text.split()) for text in texts)),
        of_each_kind(lambda texts: mean(len(text) for text in texts)),
    ):
        assert max(measured.values()) / min(measured.values()) < 1.15
    shortest, longest = (of_each_kind(lambda texts, end=end: end(len(t.split()) for t in texts)) for end in (min, max))
    assert max(shortest.values()) <= 10
    assert min(longest.values()) >= 22
    for sign, times in ((r"\d", 5), (r"“", 1), (r"\b(said|say|report|bragged|announced)\b", 3)):
        found = of_each_kind(lambda texts, sign=sign: sum(bool(re.search(sign, text)) for text in texts))
        assert found == {"loaded": times, "plain": times}, sign


def test_the_order_of_the_label_swap_has_no_pattern():
    rows = swap_table()

    for column in ("wording", "side", "fact"):
        values = [row[column] for row in rows]
        assert max(runs(values)) <= 3
        # Neither one after the other nor in blocks: of 23 steps, about half go on with the same.
        assert 8 <= len(runs(values)) - 1 <= 15, column
    # As many of each in every quarter.
    kinds = [row["wording"] for row in rows]
    assert [kinds[n : n + 6].count("loaded") for n in (0, 6, 12, 18)] == [3, 3, 3, 3]


def test_the_last_hint_shows_the_words_that_load_a_sentence_and_the_like_of_a_plain_one():
    exercise = load_exercise("label-swap")
    key = load_key(exercise)
    words = {"loaded": [], "plain": []}

    for item in exercise.in_group("wording"):
        (required,) = key_for_item(item, key)
        shown = exercise.document.quote(item.hints[-1].span)
        words[required.label].append(len(shown.split()))
        if required.label == "loaded":
            # The reason begins with the loaded words.
            assert re.search(r"“(.+?)”", required.reason)[1].lower() in shown.lower(), required.id

    assert max(map(mean, words.values())) / min(map(mean, words.values())) < 1.15


@pytest.mark.parametrize(("label", "bias"), [("loaded", -1.769), ("plain", 1.769)])
def test_who_calls_every_sentence_the_same_shows_no_sensitivity_and_earns_half(label, bias):
    grade = as_chosen(label)
    counts = Counter(grade.details["spotting"]["wording"])

    # 12 of 12 become 12.5 of 13 = 0.9615 of either kind, 0 of 12 become 0.5 of 13 = 0.0385. A table of the normal curve
    # gives z(0.9615) = 1.769. Both rates are the same: d' = 0, and c = -(1.769 + 1.769) / 2 or its opposite.
    measured = discernment(counts["hits"], counts["misses"], counts["false_alarms"], counts["correct_rejections"])
    assert measured.sensitivity == pytest.approx(0)
    assert measured.bias == pytest.approx(bias, abs=0.001)
    assert grade.points == 12


def test_who_tells_them_all_apart_shows_the_most_that_twelve_and_twelve_can_show():
    exercise = load_exercise("label-swap")
    grade = graded(exercise, load_key(exercise), as_the_key_has_it(exercise, load_key(exercise)))
    counts = Counter(grade.details["spotting"]["wording"])

    assert counts == {"hits": 12, "correct_rejections": 12}
    # z(12.5/13) - z(0.5/13) = 2 * 1.769.
    assert discernment(12, 0, 0, 12).sensitivity == pytest.approx(3.538, abs=0.002)
