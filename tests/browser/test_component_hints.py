"""Hints in steps, from a nudge to the place: asked for, kept, counted, and never a cost."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from redpencil.document import Span
from redpencil.exercise import Hint
from redpencil.pages.markup import exercise_html


@pytest.fixture(scope="module")
def hinted(bridge):
    """The small exercise, with hints to one choice and to the marks."""
    start = bridge.document.text.index("said")
    hints = {
        "rung-01": (Hint("Who is it that tells you?"), Hint("Look at the end.")),
        "attributions": (Hint("Look for a verb."), Hint("There is one here.", Span(start, start + len("said")))),
    }
    items = tuple(replace(item, hints=hints.get(item.id, ())) for item in bridge.items)
    return replace(bridge, items=items)


@pytest.fixture
def sheet(page, write_page, hinted, bridge_key):
    page.goto(write_page(exercise_html(hinted, key=bridge_key, heading=2)))
    return page


def test_a_hint_comes_at_each_press_and_stays_to_be_read_again(sheet):
    field = sheet.locator("[data-item=rung-01]")
    expect(field.locator(".rp-hints li")).to_have_count(0)
    field.get_by_role("button", name="Hint 1 of 2").focus()
    sheet.keyboard.press("Enter")

    expect(field.locator(".rp-hints li")).to_have_text(["Who is it that tells you?"])
    expect(sheet.locator("[data-group=rung] .rp-hint + [role=status]")).to_have_text("Who is it that tells you?")
    expect(field.get_by_role("button", name="Hint 2 of 2")).to_be_focused()

    sheet.keyboard.press("Enter")
    expect(field.locator(".rp-hints li")).to_have_text(["Who is it that tells you?", "Look at the end."])
    expect(field.get_by_role("button", name="Hint")).to_have_count(0)
    expect(field.locator(".rp-hints li").last).to_be_focused()


def test_it_says_before_the_first_one_that_hints_are_counted_and_cost_nothing(sheet):
    said = sheet.get_by_text("They cost no points, and they are counted in what you hand in.")
    expect(said).to_have_count(2)
    expect(sheet.locator("[data-group=evidence]").get_by_text("hints")).to_have_count(0)


def test_what_is_said_of_hints_is_no_part_of_a_fields_name(page, write_page, hinted):
    items = tuple(
        replace(item, hints=(Hint("Look twice."),)) if item.kind == "free-text" else item for item in hinted.items
    )
    page.goto(write_page(exercise_html(replace(hinted, items=items))))
    expect(page.get_by_text("You can ask for hints.")).to_have_count(3)

    label = page.locator("textarea[data-item=evidence]").locator("xpath=ancestor::label")
    expect(label).not_to_contain_text("hints")


def test_hints_that_were_taken_are_in_the_file_and_there_again_after_a_reload(sheet):
    for name in ("Hint 1 of 2", "Hint 2 of 2"):
        sheet.locator("[data-item=rung-01]").get_by_role("button", name=name).click()
    sheet.locator("[data-group=attributions]").get_by_role("button", name="Hint 1 of 2").click()
    sheet.keyboard.press("Control+z")
    sheet.locator("[data-item=rung-01]").get_by_label("role").check()
    with sheet.expect_download() as download:
        sheet.get_by_role("button", name="Hand in").click()

    saved = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert saved["hints"] == {"rung-01": 2, "attributions": 1}

    sheet.reload()
    expect(sheet.locator("[data-item=rung-01] .rp-hints li")).to_have_count(2)
    expect(sheet.locator("[data-group=attributions]").get_by_role("button", name="Hint 2 of 2")).to_be_visible()


def test_the_last_step_shows_the_place_in_the_text(sheet):
    part = sheet.locator("[data-group=attributions]")
    for _ in range(2):
        part.get_by_role("button", name="Hint").click()
    part.locator(".rp-hints").get_by_role("button", name="Go to it").click()

    expect(part.locator(".rp-selected")).to_have_text("said")
    expect(part.locator(".rp-text")).to_be_focused()
    expect(part.locator(".rp-palette .rp-status")).to_have_text("There is one here.")


def test_once_the_key_is_open_no_more_hints_are_given_and_those_taken_stay(sheet, find_accessibility_faults):
    part = sheet.locator("[data-group=attributions]")
    part.get_by_role("button", name="Hint").click()
    part.locator(".rp-text").focus()
    sheet.keyboard.press("ArrowRight")
    sheet.keyboard.press("1")
    assert find_accessibility_faults(sheet) == []
    part.get_by_role("button", name="Compare with the key").click()
    part.get_by_role("button", name="Compare now").click()

    expect(part.locator(".rp-score")).to_be_visible()
    expect(part.get_by_role("button", name="Hint")).to_have_count(0)
    expect(part.locator(".rp-hints li")).to_have_text(["Look for a verb."])
