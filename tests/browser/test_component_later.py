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
        "A part of this page did not come. Is there a connection? Nothing is lost: do that once more when there is one."
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


@pytest.fixture
def held(page):
    """The requests for it, which get no answer yet: the network is slow."""
    routes = []
    page.route(LATER, lambda route: routes.append(route))
    return routes


def arrive(page, held):
    with page.expect_response(LATER):
        for route in held:
            route.continue_()


def test_who_waits_for_a_comparison_is_told_so_and_keeps_the_focus(sheet, held):
    page = sheet.page
    choose(page)
    part = page.locator("[data-group=rung]")
    part.get_by_role("button", name="Compare with the key").press("Enter")
    page.keyboard.press("Enter")
    opener = part.get_by_role("button", name="Compare with the key")
    expect(opener).to_be_focused()
    expect(part.get_by_role("status")).to_have_text("One moment: the key is on its way.")
    # To press it once more asks nothing again.
    page.keyboard.press("Enter")
    expect(part.get_by_role("button", name="Compare now")).to_be_hidden()

    arrive(page, held)
    expect(part.get_by_role("group", name="Comparison: 1 of 2 points")).to_be_focused()
    expect(part.get_by_role("status")).to_have_text("")


def test_who_writes_on_while_the_key_is_on_its_way_is_not_taken_away(sheet, held):
    page = sheet.page
    choose(page)
    part = compare(page)
    page.locator("textarea").focus()
    page.keyboard.type("My ")
    expect(part.locator(".rp-hint")).to_have_text("One moment: the key is on its way.")

    arrive(page, held)
    expect(part.locator(".rp-score")).to_be_visible()
    page.keyboard.type("text")
    expect(page.locator("textarea")).to_have_value("My text")


def test_who_opens_a_file_over_a_slow_network_is_told_to_wait(sheet, held):
    page = sheet.page
    page.locator("[data-ref=open]").set_input_files({"name": "a.json", "mimeType": "application/json", "buffer": b"{}"})
    status = page.locator(".rp-hand-in .rp-status")
    expect(status).to_have_text("One moment.")

    arrive(page, held)
    expect(status).to_contain_text("a.json was not opened.")


def test_a_fixed_attempt_that_was_opened_offline_is_compared_when_the_connection_comes(sheet):
    page = sheet.page
    choose(page)
    compare(page)
    expect(page.locator(".rp-score")).to_be_visible()
    sheet.answers()
    page.route(LATER, lambda route: route.abort())
    page.reload()
    expect(page.locator("[data-group=rung] .rp-comparison")).to_contain_text("did not come.")

    page.unroute(LATER)
    page.context.set_offline(True)
    page.context.set_offline(False)
    expect(page.locator("[data-group=rung] .rp-score")).to_have_text("1 of 2 points")


def test_the_handles_come_with_the_next_choice_of_a_mark_if_they_did_not_with_one(sheet):
    page = sheet.page
    page.route(LATER, lambda route: route.abort())
    sheet.drag("said on")
    sheet.label("cue")
    with page.expect_event("requestfailed"):
        sheet.click("said")
    expect(page.locator("mark[data-chosen]").first).to_be_visible()
    page.unroute(LATER)
    sheet.press("Escape")
    sheet.click("said")

    expect(page.locator(".rp-handle")).to_have_count(2)


def test_older_work_is_offered_even_if_what_shows_it_came_late(page, write_page, bridge, make_sheet):
    page.route(LATER, lambda route: route.abort())
    page.goto(write_page(exercise_html(bridge)))
    page.evaluate("""localStorage.setItem("redpencil:bridge:of-last-year", '{"redpencil": 1, "answers": {}}')""")
    with page.expect_event("requestfailed"):
        page.reload()
    make_sheet(page, bridge)
    page.unroute(LATER)
    choose(page)

    expect(page.locator(".rp-older")).to_contain_text("on another version of this exercise")
    expect(page.locator(".rp-older")).to_have_count(1)


def test_a_later_file_of_another_day_is_not_worked_with(sheet):
    # The site was built anew while the page was open: what is called otherwise in there would break in the middle.
    page = sheet.page
    page.route(
        LATER, lambda route: route.fulfill(content_type="text/javascript", body='export const version = "another";')
    )
    choose(page)
    part = compare(page)

    expect(part.locator(".rp-hint")).to_have_text("There is a newer version of this page: reload it.")
    expect(part.get_by_label("group").first).to_be_enabled()
    assert sheet.answers() == {"rung-01": "group"}
