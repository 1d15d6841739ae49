"""What is needed only later: no part of what a page loads, it comes in time; where it does not, nothing is lost."""

import pytest
from playwright.sync_api import expect

from redpencil.pages.markup import exercise_html

LATER = "**/red_pencil_later.js*"


@pytest.fixture
def asked(page):
    """The addresses of it that were asked for, in order."""
    addresses = []
    page.on("request", lambda request: addresses.append(request.url) if "red_pencil_later.js" in request.url else None)
    return addresses


@pytest.fixture
def sheet(page, asked, write_page, bridge, bridge_key, make_sheet):
    page.goto(write_page(exercise_html(bridge, key=bridge_key)))
    return make_sheet(page, bridge)


def choose(page):
    page.locator("[data-item=rung-01]").get_by_label("group").check()


def compare(page):
    part = page.locator("[data-group=rung]")
    part.get_by_role("button", name="Compare with the key").click()
    part.get_by_role("button", name="Compare now").click()
    return part


def test_a_page_asks_for_it_when_a_reader_has_begun_to_answer_and_not_before(sheet, asked):
    page = sheet.page
    sheet.text.focus()
    sheet.press("ArrowRight", "Shift+ArrowRight")
    page.wait_for_timeout(1500)
    assert asked == []

    with page.expect_response(LATER):
        sheet.press("1")
    # With the network gone, comparing and what lies over a mark work.
    page.context.set_offline(True)
    choose(page)
    expect(compare(page).locator(".rp-score")).to_have_text("1 of 2 points")
    sheet.text.focus()
    sheet.press("m")
    expect(page.locator(".rp-handle")).to_have_count(2)
    assert len(asked) == 1


def test_without_it_nothing_is_fixed_or_lost_and_the_next_try_may_bring_it(sheet, asked):
    page = sheet.page
    page.route(LATER, lambda route: route.abort())
    choose(page)
    part = compare(page)
    expect(part.locator(".rp-hint")).to_have_text(
        "A part of this page did not come. Is there a connection? Nothing is lost: try again."
    )
    expect(part.get_by_label("group").first).to_be_enabled()
    expect(part.locator(".rp-comparison > *")).to_have_count(0)
    assert sheet.answers() == {"rung-01": "group"}

    page.unroute(LATER)
    expect(compare(page).locator(".rp-score")).to_have_text("1 of 2 points")
    # Some browsers remember for good that an address failed.
    assert len(set(asked)) == len(asked)


def test_an_attempt_that_is_fixed_says_so_where_it_cannot_be_compared_and_can_be_tried_again(sheet):
    page = sheet.page
    choose(page)
    compare(page)
    expect(page.locator(".rp-score")).to_be_visible()
    sheet.answers()
    page.route(LATER, lambda route: route.abort())
    page.reload()
    part = page.locator("[data-group=rung]")
    expect(part.locator(".rp-comparison")).to_contain_text("did not come. Is there a connection?")

    part.get_by_role("button", name="Try again").click()
    expect(part.locator(".rp-comparison > *")).to_have_count(0)
    expect(part.get_by_label("group").first).to_be_enabled()

    page.unroute(LATER)
    expect(compare(page).locator(".rp-score")).to_have_text("1 of 2 points")


def test_a_mark_is_moved_and_linked_without_it(sheet):
    page = sheet.page
    page.route(LATER, lambda route: route.abort())
    sheet.drag("said on")
    sheet.label("cue")
    sheet.click("said")
    page.get_by_role("button", name="End a word later").click()
    assert [mark["quotes"] for mark in sheet.marks()] == [["said on Monday"]]


def test_what_it_shows_is_never_seen_without_its_styles(sheet):
    page = sheet.page
    # What stands there when the comparison comes into the page, before anything else can run.
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
          const verdict = document.querySelector(".rp-verdict");
          if (!verdict) return;
          window.border = getComputedStyle(verdict).borderInlineStartWidth;
          observer.disconnect();
        }).observe(document.body, {subtree: true, childList: true})"""
    )
    choose(page)
    compare(page)
    expect(page.locator(".rp-verdict").first).to_be_visible()
    assert page.evaluate("window.border") == "3px"

    page.emulate_media(media="print")
    rule = page.locator(".rp-verdict").first.evaluate("verdict => getComputedStyle(verdict).borderInlineStartWidth")
    assert rule == "3px"
    expect(page.locator(".rp-score")).to_be_visible()
