"""A student's feedback page in a real browser: on a screen, on a telephone, and on paper."""

import pytest
from playwright.sync_api import expect

from feedback_page import page_of
from redpencil.grading.course import Lateness

COMMENTS = {
    "items": {"evidence": {"points": 4.0, "comment": "Which line?\nhttps://a.example/" + "long" * 40}},
    "override": {"points": 30.0, "reason": "Ill for a week."},
    "comment": "Read the second paragraph again.",
}


@pytest.fixture
def address(tmp_path, serve):
    """Writes pages, with the key and without it, and gives where they are."""
    full = page_of("who-says-so", drop=["rung-03"], late=Lateness(2, 20.0, "time"), manual=COMMENTS)
    (tmp_path / "shown.html").write_text(full, encoding="utf-8")
    (tmp_path / "hidden.html").write_text(page_of("loaded-labels", shows_key=False), encoding="utf-8")
    (tmp_path / "labels.html").write_text(page_of("loaded-labels"), encoding="utf-8")
    return serve(tmp_path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["shown", "hidden", "labels"])
def test_axe_finds_nothing_on_the_page(new_context, address, find_accessibility_faults, scheme, name):
    page = new_context(viewport={"width": 1300, "height": 900}, color_scheme=scheme).new_page()
    page.goto(f"{address}/{name}.html")

    assert find_accessibility_faults(page) == []


@pytest.mark.parametrize("name", ["shown", "hidden", "labels"])
def test_the_page_is_not_wider_than_a_narrow_screen(new_context, address, name):
    page = new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False).new_page()
    page.goto(f"{address}/{name}.html")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_on_paper_dark_screens_do_not_print_pale_and_labels_differ_without_colour(new_context, address):
    page = new_context(viewport={"width": 1300, "height": 900}, color_scheme="dark").new_page()
    page.goto(f"{address}/labels.html")
    page.emulate_media(media="print")
    colours = page.evaluate(
        "['body', '.kicker', '.found b, .missed b'].map(at => getComputedStyle(document.querySelector(at)).color)"
    )
    patterns = page.evaluate(
        "[...document.querySelectorAll('.legend mark')].map(m => getComputedStyle(m).textDecorationStyle)"
    )

    # Each of red, green and blue is dark enough to read on white.
    assert all(int(part) < 150 for colour in colours for part in colour.removeprefix("rgb(").rstrip(")").split(", "))
    assert len(set(patterns)) == len(patterns) == 4


def test_nothing_that_belongs_together_is_torn_by_a_page_break(new_context, address):
    page = new_context(viewport={"width": 1300, "height": 900}).new_page()
    page.goto(f"{address}/shown.html")
    page.emulate_media(media="print")

    for what in (".total", ".fates li", "tr", "blockquote"):
        assert page.locator(what).first.evaluate("e => getComputedStyle(e).breakInside") == "avoid"
    assert page.locator("h2").first.evaluate("e => getComputedStyle(e).breakAfter") == "avoid"
    expect(page.locator(".total")).to_contain_text("30 of 41 points")
