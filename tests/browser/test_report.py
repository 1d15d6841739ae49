"""The class report and the page to project, in a real browser."""

import json

import pytest
from playwright.sync_api import expect

from redpencil.exercise import load_exercise, load_key
from redpencil.grading.grade import Graders
from redpencil.grading.report import Tally
from redpencil.grading.report_page import write_pages


@pytest.fixture
def address(tmp_path, serve):
    """The pages of 30 readers: 24 marked one cue, 6 of them one word more; where they are served."""
    exercise = load_exercise("the-bridge")
    grader = Graders().get("the-bridge")
    start = next(one.spans[0].start for one in load_key(exercise) if one.id == "a13-cue")
    tally = Tally(exercise)
    for reader in range(30):
        spans = [[start, start + (12 if reader < 6 else 7)]] if reader < 24 else []
        marks = [{"id": "m1", "label": "cue", "spans": spans}] if spans else []
        answers = {"attributions": marks, "rung-01": "own-voice", "rung-02": "record" if reader < 9 else "opinion"}
        outcome = {"fates": [], "points": {"source": 0, "cue": reader % 3, "content": 0}}
        details = {"items": {"attributions": outcome, "rung-01": 1.0, "rung-02": float(reader >= 9)}}
        tally.add(
            {
                "student_id": f"s{reader}", "student_name": f"Student {reader}", "state": "graded", "reason": "",
                "points": 2.0 + reader % 3, "points_at_most": 37.0, "parts": json.dumps({"rung": 2.0}),
                "answers": json.dumps(answers), "details": json.dumps(details),
            }
        )  # fmt: skip
    write_pages(grader, tally, tmp_path)
    return serve(tmp_path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["the-bridge-report.html", "the-bridge-class.html"])
def test_axe_finds_nothing_in_the_report_and_nothing_in_the_page_to_project(
    new_context, address, find_accessibility_faults, scheme, name
):
    page = new_context(viewport={"width": 1300, "height": 900}, color_scheme=scheme).new_page()
    page.goto(f"{address}/{name}")

    assert find_accessibility_faults(page) == []


def test_the_shading_and_the_number_say_how_many_marked_a_place(page, address):
    page.goto(f"{address}/the-bridge-report.html")
    shown = page.locator("section:visible")

    expect(shown.locator("mark")).to_have_text(["is said", " that"])
    # 24 of 30 are in the fourth fifth, 6 in the first.
    expect(shown.locator("mark").nth(0)).to_have_class("h4")
    expect(shown.locator("mark").nth(1)).to_have_class("h1")
    expect(shown.locator(".count")).to_have_text([" marked by 24"])
    # What the key has is framed; no colour alone tells it.
    expect(shown.locator(".k").filter(has_text="is said")).to_have_css("outline-style", "dotted")


def test_one_label_at_a_time_is_shown_by_keyboard_without_a_script(new_context, address):
    page = new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False).new_page()
    page.goto(f"{address}/the-bridge-class.html")
    expect(page.locator("section:visible h3")).to_have_text(["All"])
    page.get_by_role("radio", name="All").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("section:visible h3")).to_have_text(["source"])
    expect(page.locator("section:visible mark")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator("section:visible mark")).to_have_count(2)


@pytest.mark.parametrize("name", ["the-bridge-report.html", "the-bridge-class.html"])
def test_it_is_not_wider_than_a_narrow_screen_and_letters_in_pictures_can_be_read(new_context, address, name):
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(f"{address}/{name}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    heights = page.locator("svg text").evaluate_all("texts => texts.map(text => text.getBoundingClientRect().height)")
    assert min(heights, default=9) >= 8


def test_the_page_to_project_is_set_in_large_type(new_context, address):
    page = new_context(viewport={"width": 1300, "height": 900}).new_page()
    page.goto(f"{address}/the-bridge-class.html")

    sizes = page.locator("main p, main td").evaluate_all(
        "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(size for size in sizes) >= 14
    assert sorted(sizes)[len(sizes) // 2] >= 22
