"""Links drawn from a content to its source and cue, beside the words that say the same."""

import pytest
from playwright.sync_api import expect

from redpencil.pages.markup import exercise_html


@pytest.fixture
def sheet(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge, ["attributions"], heading=2)))
    sheet = make_sheet(page, bridge)
    for words, label in [("The bridge is closed", "content"), ("the mayor’s office", "source"), ("said on", "cue")]:
        sheet.drag(words)
        sheet.label(label)
    page.get_by_label("Source of “The bridge is closed”").select_option(index=1)
    page.get_by_label("Cue of “The bridge is closed”").select_option(index=1)
    sheet.text.focus()
    sheet.press("Escape")
    page.mouse.move(0, 0)
    return sheet


def drawn(sheet):
    """Each line's word, and the words of the text where it ends."""
    return sheet.page.evaluate(
        """() => [...document.querySelectorAll(".rp-lines text")].map(word => {
          const path = word.previousElementSibling.previousElementSibling;
          const end = path.getPointAtLength(path.getTotalLength());
          const box = path.ownerSVGElement.getBoundingClientRect();
          const x = box.left + end.x, y = box.top + end.y;
          const hit = [0, 12, -12].flatMap(dy => document.elementsFromPoint(x, y + dy)).find(e => e.matches("mark"));
          return [word.textContent, hit?.textContent];
        })"""
    )


def test_a_chosen_content_is_drawn_together_with_its_source_and_cue(sheet):
    assert drawn(sheet) == []
    sheet.click("bridge is")
    expect(sheet.page.locator(".rp-lines text")).to_have_count(2)

    assert drawn(sheet) == [["source", "the mayor’s office"], ["cue", "said on"]]
    dashes = sheet.page.locator(".rp-lines path:not(.rp-tip)").evaluate_all(
        "all => all.map(path => getComputedStyle(path).strokeDasharray)"
    )
    assert len(set(dashes)) == 2
    sheet.press("Escape")
    expect(sheet.page.locator(".rp-lines text")).to_have_count(0)


def test_a_chosen_source_shows_what_it_is_the_source_of(sheet):
    sheet.click("mayor’s")

    expect(sheet.page.locator(".rp-lines text")).to_have_text(["source"])


@pytest.mark.parametrize("by", ["hover", "focus"])
def test_an_entry_of_the_list_that_is_pointed_at_shows_its_links(sheet, by):
    entry = sheet.page.get_by_role("button", name="Go to it: “The bridge is closed”")
    getattr(entry, by)()
    expect(sheet.page.locator(".rp-lines text")).to_have_text(["source", "cue"])
    expect(sheet.page.locator(".rp-words")).to_have_text(
        "“The bridge is closed” is said by “the mayor’s office”, handed over by “said on”."
    )


def test_the_lines_follow_the_words_when_the_window_changes(sheet):
    sheet.click("bridge is")
    expect(sheet.page.locator(".rp-lines text")).to_have_count(2)
    sheet.page.set_viewport_size({"width": 330, "height": 900})
    sheet.page.wait_for_function(
        """() => {
          const tip = document.querySelector(".rp-lines .rp-tip")?.getBoundingClientRect();
          const all = [...document.querySelector(".rp-text mark[data-n='1']").getClientRects()];
          const isOn = to => tip.left >= to.left - 8 && tip.right <= to.right + 8
            && tip.bottom > to.top - 12 && tip.top < to.bottom;
          return tip && all.some(isOn);
        }"""
    )


def test_the_lines_are_for_eyes_only_and_not_for_paper(sheet):
    sheet.click("bridge is")
    over = sheet.page.locator(".rp-over")
    expect(over).to_have_attribute("aria-hidden", "true")
    lines = sheet.page.locator(".rp-lines")
    assert lines.evaluate("lines => getComputedStyle(lines).pointerEvents") == "none"
    sheet.page.emulate_media(media="print")
    expect(lines).to_be_hidden()


def test_a_menu_of_links_knows_what_was_marked_since(sheet):
    menu = sheet.page.get_by_label("Source of “The bridge is closed”")
    sheet.click("officials")
    sheet.label("source")

    expect(menu.locator("option")).to_have_text(
        ["none yet", "“the mayor’s office”, sentence 2", "“officials”, sentence 1"]
    )


def test_axe_finds_nothing_with_lines_drawn(sheet, find_accessibility_faults):
    sheet.click("bridge is")
    assert find_accessibility_faults(sheet.page) == []
