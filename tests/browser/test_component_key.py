"""Comparing with the key: after an attempt, with reasons, and counted as the grader counts."""

import random

import pytest
from playwright.sync_api import expect

from redpencil.annotation import Annotation
from redpencil.document import Span
from redpencil.pages.markup import exercise_html
from redpencil.scoring import MarkingKey, score_marks


@pytest.fixture
def sheet(page, write_page, bridge, bridge_key):
    page.goto(write_page(exercise_html(bridge, key=bridge_key)))
    return page


def compare(page, group):
    part = page.locator(f"[data-group={group}]")
    part.locator(".rp-key-panel > .rp-button").click()
    part.get_by_role("button", name="Compare now").click()
    expect(part.locator(".rp-comparison > *").first).to_be_visible()
    return part


def select(page, *words):
    """Put the keyboard's selection on some words that stand side by side."""
    text = page.locator(".rp-text")
    text.focus()
    page.keyboard.press("Control+Home")
    for _ in range(60):
        if page.locator(".rp-selected").all_text_contents() == [words[0]]:
            break
        page.keyboard.press("ArrowRight")
    for _ in words[1:]:
        page.keyboard.press("Shift+ArrowRight")


def test_the_key_opens_only_after_an_attempt_and_says_first_that_it_is_then_fixed(sheet):
    part = sheet.locator("[data-group=rung]")
    opener = part.get_by_role("button", name="Compare with the key")
    expect(opener).to_be_disabled()

    part.locator("[data-item=rung-01]").get_by_label("group").check()
    opener.click()
    expect(part.locator(".rp-confirm")).to_contain_text(
        "You have answered 1 of 2. When the key opens, this attempt is fixed."
    )
    expect(sheet.get_by_text("The reason of r1.")).to_have_count(0)
    part.get_by_role("button", name="Not yet").click()
    expect(opener).to_be_focused()
    expect(sheet.get_by_text("The reason of r1.")).to_have_count(0)


def test_the_button_that_opens_the_key_keeps_the_focus_when_the_attempt_is_undone(sheet):
    part = sheet.locator("[data-group=rung]")
    opener = part.get_by_role("button", name="Compare with the key")
    part.locator("[data-item=rung-01]").get_by_label("group").check()
    opener.focus()
    sheet.keyboard.press("Control+z")
    expect(opener).to_be_disabled()
    expect(opener).to_be_focused()
    sheet.keyboard.press("Enter")
    expect(part.locator(".rp-confirm")).to_be_hidden()

    sheet.keyboard.press("Control+y")
    sheet.keyboard.press("Enter")
    expect(part.locator(".rp-confirm")).to_be_visible()


def test_each_choice_shows_its_answer_the_keys_and_the_reasons(sheet):
    sheet.locator("[data-item=rung-01]").get_by_label("role", exact=True).first.check()
    part = compare(sheet, "rung")

    first = part.locator("[data-item=rung-01] .rp-verdict")
    expect(first).to_contain_text("Accepted, half the points · you chose role")
    expect(first).to_contain_text("Key: group. The reason of r1.")
    expect(first).to_contain_text("Also accepted: role. The reason of r1b.")
    expect(part.locator("[data-item=rung-02] .rp-verdict")).to_contain_text("Not answered")
    expect(part.locator(".rp-score")).to_have_text("0.5 of 2 points")


def test_a_compared_part_is_fixed_until_it_is_tried_again_and_the_attempt_is_kept(sheet):
    sheet.locator("[data-item=rung-01]").get_by_label("group").check()
    part = compare(sheet, "rung")
    expect(part.locator("input:enabled")).to_have_count(0)
    sheet.locator("textarea").fill("Other parts go on.")
    sheet.locator("textarea").press("Control+z")
    sheet.locator("textarea").press("Control+z")
    expect(part.locator("input:checked")).to_have_count(1)

    sheet.reload()
    expect(part.get_by_text("The reason of r2.")).to_be_visible()
    part.get_by_role("button", name="Try again").click()
    expect(sheet.get_by_text("The reason of r2.")).to_have_count(0)
    part.locator("[data-item=rung-01]").get_by_label("opinion").check()
    sheet.evaluate("window.dispatchEvent(new Event('pagehide'))")
    kept = sheet.evaluate("Object.values(localStorage).map(value => JSON.parse(value))[0]")
    assert kept["answers"]["rung-01"] == "opinion"
    assert [attempt["answers"] for attempt in kept["attempts"]["rung"]] == [{"rung-01": "group"}]


def test_each_mark_has_its_fate_with_the_keys_reason(sheet):
    select(sheet, "the", "mayor’s")
    sheet.keyboard.press("1")
    select(sheet, "said", "on")
    sheet.keyboard.press("2")
    select(sheet, "Bridge")
    sheet.keyboard.press("3")
    part = compare(sheet, "attributions")

    fates = [
        [entry.locator(".rp-fate").text_content(), entry.locator(".rp-quote").text_content()]
        for entry in part.locator(".rp-fates > li").all()
    ]
    assert fates == [
        ["not in the key", "Bridge"],
        ["missed", "The bridge is closed"],
        ["partly found", "the mayor’s office"],
        ["found", "said"],
        ["missed", "According to"],
        ["missed", "a 2019 record"],
        ["missed", "traffic fell by 12%"],
    ]
    partly = part.locator(".rp-fates > li").nth(2)
    expect(partly).to_contain_text("Missing: “office”.")
    expect(partly).to_contain_text("The reason of s1.")
    expect(part.locator(".rp-fates > li").nth(3)).to_contain_text("You marked: “said on”.")
    # Source: P = 1, R = (11/18 + 0)/2. Cue: what is accepted is cut away, P = 1, R = 1/2. Content: 0.
    source = 2 * (11 / 18 / 2) / (1 + 11 / 18 / 2)
    expect(part.locator(".rp-score")).to_have_text(f"{round(5 * source + 5 * 2 / 3, 2)} of 15 points")


def test_marks_cannot_change_while_the_key_is_open(sheet):
    select(sheet, "said")
    sheet.keyboard.press("2")
    part = compare(sheet, "attributions")
    select(sheet, "Monday")
    sheet.keyboard.press("1")
    sheet.keyboard.press("Delete")

    expect(part.locator(".rp-palette .rp-status")).to_contain_text("This attempt is fixed")
    expect(part.locator(".rp-text mark")).to_have_count(1)
    expect(part.locator(".rp-marks select:enabled")).to_have_count(0)


def test_free_text_is_held_against_the_rubric(sheet):
    sheet.locator("textarea").fill("Two claims.")
    part = compare(sheet, "evidence")

    expect(part).to_contain_text("Names two claims of the report")
    expect(part).to_contain_text("Two different claims of the report are named.")
    expect(sheet.locator("textarea")).not_to_be_editable()


def test_without_a_key_nothing_compares_and_a_line_says_who_does(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))

    expect(page.get_by_role("button", name="Compare with")).to_have_count(0)
    expect(page.get_by_text("your teacher compares your answers").first).to_be_visible()


def test_a_saved_key_that_is_open_stays_open_for_every_element(page, write_page, bridge, bridge_key):
    page.goto(write_page(exercise_html(bridge, ["rung"]) + exercise_html(bridge, ["rung"], key=bridge_key)))
    first, second = page.locator("red-pencil").all()
    first.locator("[data-item=rung-01]").get_by_label("group").check()
    first.get_by_role("button", name="Compare with the key").click()
    first.get_by_role("button", name="Compare now").click()

    expect(first.get_by_text("The reason of r2.")).to_be_visible()
    expect(second.get_by_text("The reason of r2.")).to_be_visible()


# SemEval-2020 task 11, the worked example of its scorer: overlapping spans are merged first, else P comes out above 1.
SUBMITTED = [[0, 50], [161, 172], [0, 10], [115, 167]]
REQUIRED = [[0, 59], [171, 181], [0, 9], [115, 167], [740, 759]]


def evaluate(page, address, script, argument=None):
    return page.evaluate(
        f"async argument => {{ const c = await import('{address}'); return ({script})(argument) }}", argument
    )


@pytest.fixture
def measure(page, write_page):
    address = write_page("")
    page.goto(address)
    return address.replace("index.html", "component/compare.js")


def test_the_measure_gives_the_published_example(page, measure):
    script = """([s, t]) => c.scoreMarks(s.map(span => ({label: "a", spans: [span]})),
                 t.map(span => ({label: "a", spans: [span]})), []).a"""
    score = evaluate(page, measure, script, [SUBMITTED, REQUIRED])

    assert score["precision"] == pytest.approx(1.929825 / 2, abs=1e-6)
    assert score["recall"] == pytest.approx(1.947458 / 4, abs=1e-6)
    assert score["f1"] == pytest.approx(0.647181, abs=1e-6)


def test_nothing_submitted_scores_zero_and_nothing_required_has_no_score(page, measure):
    scores = evaluate(
        page,
        measure,
        """() => [c.scoreMarks([], [{label: "a", spans: [[0, 5]]}], []).a, c.scoreSpans([], []),
                  c.scoreMarks([], [], [{label: "a", spans: [[0, 5]]}]).a]""",
    )

    assert scores == [{"precision": 0, "recall": 0, "f1": 0}, None, None]


def test_the_page_and_the_grader_agree_on_scores_and_fates(page, measure):
    text = "".join(" " if n % 7 == 6 else "x" for n in range(120))
    chance = random.Random(20200217)

    def spans():
        starts = [chance.randrange(0, 110) for _ in range(chance.choice((1, 1, 1, 2)))]
        return [[start, min(120, start + chance.randrange(1, 25))] for start in starts]

    cases = []
    for _ in range(400):
        key = [
            {
                "id": f"k{n}",
                "layer": "attribution",
                "label": chance.choice(("source", "cue")),
                "spans": spans(),
                "status": chance.choice(("required", "required", "accepted")),
                "reason": "Because.",
                "quotes": [],
            }
            for n in range(chance.randrange(0, 6))
        ]
        marks = [{"label": chance.choice(("source", "cue")), "spans": spans()} for _ in range(chance.randrange(0, 6))]
        cases.append([marks, key])
    script = """([cases, text]) => cases.map(([marks, key]) => [
        c.scoreMarks(marks, key.filter(k => k.status === "required"), key.filter(k => k.status === "accepted")),
        c.findFates(marks, key, ([from, to]) => text.slice(from, to).trim() === "")
          .map(f => [f.fate, f.annotation?.id ?? null, f.marks, f.missing])])"""
    from_page = evaluate(page, measure, script, [cases, text])

    for (marks, key), (scores, fates) in zip(cases, from_page, strict=True):
        annotations = [
            Annotation(k["id"], k["layer"], k["label"], tuple(Span(*s) for s in k["spans"]), (), k["status"])
            for k in key
        ]
        given = [(m["label"], [tuple(s) for s in m["spans"]]) for m in marks]
        graded = score_marks(given, MarkingKey.of(annotations, text), {})
        assert set(scores) == set(graded.scores)
        for label, score in graded.scores.items():
            expected = score and {"precision": score.precision, "recall": score.recall, "f1": score.f1}
            assert scores[label] == (pytest.approx(expected) if expected else None)
        as_lists = [[f.fate, f.annotation, list(f.marks), [list(gap) for gap in f.missing]] for f in graded.fates]
        assert sorted(map(str, fates)) == sorted(map(str, as_lists))


def test_the_comparison_is_filtered_by_label_in_the_list_and_in_the_text(
    page, write_page, bridge, bridge_key, find_accessibility_faults
):
    page.goto(write_page(exercise_html(bridge, key=bridge_key, heading=2)))
    sheet = page
    select(sheet, "said", "on")
    sheet.keyboard.press("2")
    select(sheet, "Bridge")
    sheet.keyboard.press("3")
    part = compare(sheet, "attributions")
    shown = part.locator(".rp-fates .rp-quote")
    show = part.get_by_role("group", name="Show")
    expect(show.get_by_role("button")).to_have_text(["All", "source 2", "cue 2", "content 3"])

    show.get_by_role("button", name="cue").focus()
    sheet.keyboard.press("Enter")

    expect(shown).to_have_text(["said", "According to"])
    expect(part.locator(".rp-text mark")).to_have_text(["said on"])
    expect(part.locator(".rp-text .rp-missed")).to_have_text(["According to"])
    expect(show.get_by_role("button", name="cue")).to_have_attribute("aria-pressed", "true")
    expect(show.get_by_role("button", name="All")).to_have_attribute("aria-pressed", "false")
    expect(show.locator("+ [role=status]")).to_have_text("2 of 7 shown: cue.")
    assert find_accessibility_faults(sheet) == []

    show.get_by_role("button", name="All").click()
    expect(shown).to_have_count(7)
    expect(show.locator("+ [role=status]")).to_have_text("All 7 shown.")
    expect(part.locator(".rp-text mark")).to_have_text(["Bridge", "said on"])
    show.get_by_role("button", name="source").click()
    part.get_by_role("button", name="Try again").click()
    expect(part.locator(".rp-text mark")).to_have_text(["Bridge", "said on"])
    expect(part.locator(".rp-text .rp-missed")).to_have_count(0)


def test_another_program_on_the_page_may_ask_for_answers_scores_and_solutions(sheet):
    def ask(call):
        return sheet.evaluate(f"() => document.querySelector('red-pencil').{call}()")

    assert ask("getAnswerGiven") is False
    # Two choices at one point, and fifteen points for marks: free text is for a person to score.
    assert ask("getMaxScore") == 17
    assert ask("getScore") == 0
    ask("showSolutions")
    expect(sheet.locator(".rp-comparison > *")).to_have_count(0)

    sheet.locator("[data-item=rung-01]").get_by_label("role").check()
    sheet.locator("[data-item=rung-02]").get_by_label("role").check()
    assert ask("getAnswerGiven") is True
    # An accepted label gives half of the point, the key's all of it.
    assert ask("getScore") == 1.5

    ask("showSolutions")
    expect(sheet.locator(".rp-verdict")).to_have_count(2)
    expect(sheet.locator("[data-group=attributions] .rp-comparison > *")).to_have_count(0)

    ask("resetTask")
    assert ask("getAnswerGiven") is False
    expect(sheet.locator(".rp-verdict")).to_have_count(0)
    expect(sheet.locator("input:checked")).to_have_count(0)
    sheet.get_by_role("button", name="Undo").click()
    expect(sheet.locator("input:checked")).to_have_count(2)


def test_solutions_that_another_program_asks_for_leave_the_focus_and_a_reset_leaves_no_old_line(sheet):
    sheet.locator("[data-item=rung-01]").get_by_label("role", exact=True).first.check()
    select(sheet, "officials")
    sheet.keyboard.press("1")
    status = sheet.locator(".rp-palette .rp-status")
    expect(status).to_contain_text("Marked “officials” as source.")
    field = sheet.locator("textarea")
    field.focus()
    sheet.evaluate("document.querySelector('red-pencil').showSolutions()")
    expect(sheet.locator(".rp-verdict")).to_have_count(2)
    expect(sheet.locator("[data-group=attributions] .rp-score")).to_be_visible()
    expect(field).to_be_focused()

    sheet.evaluate("document.querySelector('red-pencil').resetTask()")
    expect(status).to_have_text("First press a word, and another to select up to it. Then choose a label.")
    expect(sheet.locator(".rp-bar [role=status]").first).to_have_text(
        "The answers are taken away. “Undo” brings them back."
    )
    expect(sheet.locator(".rp-selected")).to_have_count(0)


def test_without_a_key_the_score_is_not_a_number_and_not_0(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))
    page.locator("[data-item=rung-01]").get_by_label("role").check()

    assert page.evaluate("Number.isNaN(document.querySelector('red-pencil').getScore())")
    assert page.evaluate("document.querySelector('red-pencil').getMaxScore()") == 17
