"""The exercises and documents that the kit carries are whole: texts, offsets, keys, and what each is made for."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

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


@exercises
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
    counts = Counter(grade.details["spotting"]["rung"])
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
