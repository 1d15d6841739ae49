"""The page that shows what a class marked, in a real browser."""

import pytest
from playwright.sync_api import expect

from redpencil.exercise import load_exercise, load_key
from redpencil.grading.class_view import ClassCounts
from redpencil.grading.feedback import write_class
from redpencil.grading.grade import Graders


@pytest.fixture
def address(tmp_path, serve):
    """The class view of 30 readers: 24 marked one cue, 6 of them one word more."""
    exercise = load_exercise("the-bridge")
    start = next(one.spans[0].start for one in load_key(exercise) if one.id == "a13-cue")
    counts = ClassCounts()
    for reader in range(30):
        spans = [[start, start + (12 if reader < 6 else 7)]] if reader < 24 else []
        marks = [{"id": "m1", "label": "cue", "spans": spans, "quotes": []}] if spans else []
        counts.add({"attributions": marks, "rung-01": "own-voice"}, {}, {"rung-01"})
    write_class(Graders().get("the-bridge"), counts, tmp_path)
    return serve(tmp_path) + "/the-bridge-class.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_class_view(new_context, address, find_accessibility_faults, scheme):
    page = new_context(viewport={"width": 1300, "height": 900}, color_scheme=scheme).new_page()
    page.goto(address)

    assert find_accessibility_faults(page) == []


def test_the_shading_and_the_number_say_how_many_marked_a_place(page, address):
    page.goto(address)
    shown = page.locator("section:visible")

    expect(shown.locator("mark")).to_have_text(["is said", " that"])
    # 24 of 30 are in the fourth fifth, 6 in the first.
    expect(shown.locator("mark").nth(0)).to_have_class("h4")
    expect(shown.locator("mark").nth(1)).to_have_class("h1")
    expect(shown.locator(".count")).to_have_text([" marked by 24"])


def test_one_label_at_a_time_is_shown_by_keyboard_without_a_script(new_context, address):
    page = new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False).new_page()
    page.goto(address)
    expect(page.locator("section:visible h3")).to_have_text(["All"])
    page.get_by_role("radio", name="All").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("section:visible h3")).to_have_text(["source"])
    expect(page.locator("section:visible mark")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator("section:visible mark")).to_have_count(2)


def test_it_is_not_wider_than_a_narrow_screen(new_context, address):
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
