"""Notes on marks: written by key and by button, shown, undone and kept."""

import pytest
from playwright.sync_api import expect

from redpencil.grading.submissions import read_submission
from redpencil.pages.markup import exercise_html


@pytest.fixture
def sheet(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge, ["attributions"], heading=2)))
    sheet = make_sheet(page, bridge)
    sheet.click("said on")
    sheet.label("cue")
    return sheet


def test_the_keyboard_alone_writes_a_note_and_comes_back_to_the_mark(sheet):
    sheet.text.focus()
    sheet.press("Escape", "Control+Home", "m", "n")
    area = sheet.page.get_by_label("Your note on “said”")
    expect(area).to_be_focused()
    sheet.page.keyboard.type("Who, exactly? <b>")
    sheet.press("Escape")

    expect(sheet.text).to_be_focused()
    assert sheet.chosen() == "said"
    expect(sheet.status).to_have_text("Chosen: cue “said”, with a note, mark 1 of 1.")
    expect(sheet.page.locator(".rp-noted")).to_have_text("Who, exactly? <b>")
    assert sheet.marks()[0]["note"] == "Who, exactly? <b>"


def test_a_note_is_written_by_button_and_by_touch(new_context, write_page, bridge, make_sheet):
    page = new_context(viewport={"width": 390, "height": 900}, has_touch=True, is_mobile=True).new_page()
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    sheet.tap("Monday")
    page.locator(".rp-palette").get_by_role("button", name="cue").tap()
    page.get_by_role("button", name="Note on “Monday”").tap()
    page.get_by_label("Your note on “Monday”").fill("Which Monday?")
    page.get_by_role("button", name="Note on “Monday”").tap()

    expect(page.get_by_label("Your note on “Monday”")).to_have_count(0)
    expect(page.locator(".rp-noted")).to_have_text("Which Monday?")


def test_a_burst_of_typing_is_one_step_that_can_be_undone(sheet):
    sheet.click("said on")
    sheet.press("n")
    sheet.page.keyboard.type("Who?")
    sheet.press("Control+z")

    expect(sheet.page.get_by_label("Your note on “said”")).to_have_value("")
    assert "note" not in sheet.marks()[0]
    sheet.press("Control+y")
    expect(sheet.page.get_by_label("Your note on “said”")).to_have_value("Who?")
    assert sheet.marks()[0]["note"] == "Who?"


def test_a_note_has_at_most_2000_characters(sheet):
    sheet.click("said on")
    sheet.press("n")
    sheet.page.keyboard.insert_text("x" * 2_500)

    assert sheet.marks()[0]["note"] == "x" * 2_000


def test_an_emptied_note_is_gone(sheet):
    sheet.click("said on")
    sheet.press("n", "a", "Backspace", "Escape")

    assert "note" not in sheet.marks()[0]
    expect(sheet.page.locator(".rp-noted")).to_have_count(0)
    expect(sheet.text.locator("[data-noted]")).to_have_count(0)


def test_the_sign_of_a_note_is_no_text(sheet):
    sheet.click("said on")
    sheet.press("n", "a", "Escape", "Escape")
    noted = sheet.text.locator("mark[data-noted]")
    expect(noted).to_have_count(1)
    assert noted.evaluate("mark => getComputedStyle(mark, '::after').content").startswith('"*"')
    assert noted.text_content() == "said"
    sheet.click("Monday")
    sheet.label("cue")

    text = sheet.document.text
    assert [mark["spans"] for mark in sheet.marks()] == [
        [[text.index(words), text.index(words) + len(words)]] for words in ("said", "Monday")
    ]


def test_a_note_stays_with_its_mark_through_every_change_and_a_reload(sheet):
    page = sheet.page
    sheet.click("said on")
    sheet.press("n", "a", "Escape", "Shift+ArrowRight")
    page.get_by_label("Label of “said on”").select_option("source")
    mark = sheet.marks()[0]
    assert (mark["label"], mark["quotes"], mark["note"]) == ("source", ["said on"], "a")
    page.reload()

    expect(page.locator(".rp-noted")).to_have_text("a")


def test_a_note_is_handed_in_and_read_by_the_grader(sheet):
    sheet.click("said on")
    sheet.press("n", "a", "Escape")
    with sheet.page.expect_download() as download:
        sheet.page.get_by_role("button", name="Hand in").click()
    answers = read_submission(download.value.path().read_bytes())

    assert answers.answers["attributions"][0]["note"] == "a"


def test_without_a_mark_the_key_for_a_note_says_so(sheet):
    sheet.click("Monday")
    sheet.press("n")

    expect(sheet.status).to_have_text("There is no mark here. Go to a marked word first.")
    expect(sheet.page.locator("textarea")).to_have_count(0)


def test_axe_finds_nothing_while_a_note_is_written(sheet, find_accessibility_faults):
    sheet.click("said on")
    assert find_accessibility_faults(sheet.page) == []
    sheet.press("n", "a")
    assert find_accessibility_faults(sheet.page) == []
