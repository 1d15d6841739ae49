"""Dropped items, late penalties and a person's points, held against a slow and simple count."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfect import EXERCISE, KEY, perfect_answers
from redpencil.exercise import Answers
from redpencil.grading.course import ExerciseSettings, LateRule
from redpencil.grading.grade import Grader
from redpencil.grading.points import joined_version, split_version, total

ITEMS = [item.id for item in EXERCISE.items]
SENTENCES = [item for item in EXERCISE.items if item.kind == "choice"]
LABELS = ["record", "named", "role", "group", "sourceless", "own-voice", "opinion"]
PERFECT_MARKS = perfect_answers()["attributions"]
# exercises/who-says-so: a point for each sentence, five for each of three labels, six by the rubric.
WORTH = {**{item.id: 1 for item in SENTENCES}, "attributions": 15, "evidence": 6}


@st.composite
def answered(draw):
    """Some sentences with some label, no marks or perfect ones, an answer in words or none; never nothing at all."""
    chosen = draw(st.dictionaries(st.sampled_from([item.id for item in SENTENCES]), st.sampled_from(LABELS)))
    answers = dict(chosen)
    if draw(st.booleans()):
        answers["attributions"] = PERFECT_MARKS
    if draw(st.booleans()) or not answers:
        answers["evidence"] = "Two claims."
    return answers


def quarters(at_most):
    return st.integers(0, 4 * at_most).map(lambda n: n / 4)


def by_hand(answers, drop, percent, given, override):
    """What it comes to, counted item by item in fractions: (points, points before, parts, points at most).

    A sentence earns 1 for a label that the key requires and a half for one that it accepts.
    """
    parts, at_most, waits = {}, 0, False
    for item in EXERCISE.items:
        if item.id in drop:
            continue
        at_most += WORTH[item.id]
        earned = Fraction(0)
        if item.kind == "choice":
            for a in KEY:
                if a.layer == "sourcing" and a.spans == (item.span,) and a.label == answers.get(item.id):
                    earned = Fraction(1) if a.status == "required" else Fraction(1, 2)
        elif item.kind == "marks":
            earned = Fraction(15 if "attributions" in answers else 0)
        elif item.id in given:
            earned = Fraction(given[item.id])
        elif item.id in answers:
            earned, waits = None, True
        group = "rung" if item.kind == "choice" else item.id
        parts[group] = None if earned is None or parts.get(group, 0) is None else parts.get(group, 0) + earned
    before = None if waits else sum(parts.values())
    points = None if before is None else max(Fraction(0), before - Fraction(percent) / 100 * at_most)
    # What is more than can be had by now waits for another word.
    by_word = None if override is None or override > at_most else Fraction(override)
    return (points if override is None else by_word), before, parts, at_most


@settings(max_examples=300, deadline=None)
@given(
    answers=answered(),
    drop=st.sets(st.sampled_from(ITEMS), max_size=len(ITEMS) - 1)
    | st.just({item.id for item in SENTENCES})
    | st.sampled_from(ITEMS).map(lambda kept: set(ITEMS) - {kept}),
    days=st.integers(0, 12),
    per_day=quarters(100),
    at_most=quarters(100),
    points=st.none() | quarters(6),
    override=st.none() | quarters(42),
)
def test_points_are_what_a_slow_count_gives(answers, drop, days, per_day, at_most, points, override):
    grader = Grader(EXERCISE, KEY, ExerciseSettings(late=LateRule(per_day, at_most), drop=frozenset(drop)))
    percent = min(Fraction(per_day) * days, Fraction(at_most))
    lateness = None
    if days and per_day:
        rule = grader.settings.late
        from redpencil.grading.course import Lateness

        lateness = Lateness(days, rule.percent(days), "time")
    given_by_hand = {} if points is None else {"evidence": points}
    manual = {"items": {"evidence": {"points": points}}} if given_by_hand else {}
    if override is not None:
        manual["override"] = {"points": override, "reason": "oral"}

    grade = grader.grade(Answers(EXERCISE.id, EXERCISE.version, answers), lateness)
    come_to = total(grade.parts, grade.details, grade.points_at_most, manual)

    expected, before, parts, worth = by_hand(answers, drop, percent, given_by_hand, override)
    assert grade.points_at_most == worth
    assert come_to.points == (None if expected is None else pytest.approx(float(expected), abs=1e-6))
    assert come_to.state == ("needs-manual" if expected is None else "graded")
    assert list(come_to.parts) == list(parts)
    for group, part in parts.items():
        assert come_to.parts[group] == (None if part is None else pytest.approx(float(part), abs=1e-6))
    # What was dropped is said, and what was taken adds up.
    assert grade.details.get("dropped", []) == [id for id in ITEMS if id in drop]
    if before is not None and override is None:
        taken = come_to.details.get("late", {}).get("taken", 0)
        assert come_to.points + taken == pytest.approx(float(before), abs=2e-6)
    assert come_to.details.get("points_before", come_to.points) == (
        come_to.points if before is None else pytest.approx(float(before), abs=1e-6)
    )
    # Doing it again, as when something else changes, changes nothing.
    again = total(come_to.parts, come_to.details, grade.points_at_most, manual)
    assert again == come_to
    # And without the person's word it is what it was.
    assert total(come_to.parts, come_to.details, grade.points_at_most, {}).points == grade.points


@given(drop=st.sets(st.sampled_from([item.id for item in SENTENCES])))
@settings(max_examples=50, deadline=None)
def test_what_is_dropped_counts_for_no_spotting(drop):
    spotting = (
        Grader(EXERCISE, KEY, ExerciseSettings(drop=frozenset(drop)))
        .grade(Answers(EXERCISE.id, EXERCISE.version, perfect_answers()))
        .details.get("spotting", {})
        .get("rung", {})
    )

    # Sentences 1, 7 and 14 can be read both ways and the calls 20 and 21 are neither; 10, 11, 13, 15 and 18 hand their
    # claim to a group, the other eleven give no source.
    noise = {f"rung-{n:02}" for n in (10, 11, 13, 15, 18)}
    neither = {f"rung-{n:02}" for n in (1, 7, 14, 20, 21)}
    signal = {item.id for item in SENTENCES} - noise - neither
    assert spotting.get("hits", 0) == len(signal - drop)
    assert spotting.get("correct_rejections", 0) == len(noise - drop)


def test_points_of_a_person_above_a_rubric_that_was_lowered_wait_for_another_word():
    parts, details = {"rung": 20.0, "evidence": None}, {"free_text": {"evidence": True}}
    manual = {"items": {"evidence": {"points": 6.0}}}
    # Six of six; then the rubric was changed, and four can be had.
    before = total(parts, details | {"free_text_at_most": {"evidence": 6.0}}, 27, manual)
    after = total(before.parts, before.details | {"free_text_at_most": {"evidence": 4.0}}, 25, manual)

    assert (before.state, before.points, before.reason) == ("graded", 26, "")
    assert (after.state, after.points, after.parts["evidence"]) == ("needs-manual", None, None)
    assert after.reason == "evidence has 6 points by hand, more than can be had now (4): give them anew."
    # A word on the whole that can be had settles it.
    assert total(after.parts, after.details, 25, manual | {"override": {"points": 25}}).points == 25


def test_a_group_that_is_emptied_is_no_part_any_more():
    grader = Grader(EXERCISE, KEY, ExerciseSettings(drop=frozenset({"evidence"})))

    grade = grader.grade(Answers(EXERCISE.id, EXERCISE.version, perfect_answers(evidence="Two claims.")))

    assert grade.parts == {"rung": 21, "attributions": 15}
    assert (grade.state, grade.points, grade.points_at_most) == ("graded", 36, 36)


def test_a_version_says_which_of_key_and_settings_changed():
    key, other, late, drop = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)

    assert len(joined_version(key, late)) == 64
    assert split_version(joined_version(key, late))[0] == split_version(key)[0]
    assert split_version(joined_version(key, late))[0] != split_version(joined_version(other, late))[0]
    assert split_version(joined_version(key, late))[1] != split_version(joined_version(key, drop))[1]
    assert split_version(key)[1] == ""
