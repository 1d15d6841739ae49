"""Marks in several pieces: made, taken apart, undone and kept, by mouse, by touch and by keyboard."""

import pytest
from playwright.sync_api import expect

from redpencil.pages.markup import exercise_html


@pytest.fixture
def sheet(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    sheet.drag("The bridge is closed")
    sheet.label("content")
    return sheet


def button(sheet, name):
    return sheet.page.locator(".rp-chosen").get_by_role("button", name=name)


def quotes(sheet):
    return [mark["quotes"] for mark in sheet.marks()]


def test_words_that_are_selected_become_a_piece_of_the_chosen_mark(sheet):
    sheet.click("bridge is")
    sheet.drag("spans 300km2")
    button(sheet, "Add to this mark").click()

    assert quotes(sheet) == [["The bridge is closed", "spans 300km2"]]
    assert sheet.chosen() == "The bridge is closed … spans 300km2"
    expect(sheet.status).to_have_text("Now: content “The bridge is closed … spans 300km2”, in 2 pieces.")
    assert sheet.listed() == [["content", "The bridge is closed … spans 300km2", "sentence 2, in 2 pieces"]]


def test_the_keyboard_alone_adds_a_piece_and_takes_it_away(sheet):
    sheet.text.focus()
    sheet.press("Escape", "Control+Home", "m", "Control+ArrowRight", "Shift+ArrowRight", "+")
    assert quotes(sheet) == [["The bridge is closed", "It spans"]]
    sheet.press("-")
    assert quotes(sheet) == [["The bridge is closed"]]
    expect(sheet.status).to_have_text("Now: content “The bridge is closed”.")
    sheet.press("Control+z")
    assert quotes(sheet) == [["The bridge is closed", "It spans"]]
    sheet.press("Control+z")
    assert quotes(sheet) == [["The bridge is closed"]]


def test_fingers_add_a_piece_and_take_it_away(new_context, write_page, bridge, make_sheet):
    page = new_context(viewport={"width": 390, "height": 900}, has_touch=True, is_mobile=True).new_page()
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    sheet.tap("Monday")
    page.locator(".rp-palette").get_by_role("button", name="cue").tap()
    sheet.tap("Monday")
    sheet.tap("spans")
    button(sheet, "Add to this mark").tap()
    assert quotes(sheet) == [["Monday", "spans"]]
    sheet.tap("spans")
    button(sheet, "Take this piece away").tap()
    assert quotes(sheet) == [["Monday"]]


def test_words_next_to_a_piece_make_it_longer(sheet):
    sheet.click("bridge is")
    sheet.drag("the mayor")
    sheet.press("+")

    assert quotes(sheet) == [["The bridge is closed,” the mayor’s"]]


def test_words_out_of_the_middle_leave_two_pieces(sheet):
    sheet.click("bridge is")
    sheet.drag("bridge is")
    sheet.press("-")

    assert quotes(sheet) == [["The", "closed"]]
    assert sheet.chosen() == "The … closed"


def test_the_whole_mark_is_not_taken_away(sheet):
    sheet.click("bridge is")
    sheet.press("-")

    expect(sheet.status).to_have_text("That is the whole mark. To delete it, press Delete.")
    assert quotes(sheet) == [["The bridge is closed"]]


def test_without_a_mark_or_without_words_it_says_what_is_missing(sheet):
    sheet.click("Monday")
    sheet.press("+")
    expect(sheet.status).to_contain_text("Choose a mark first")
    sheet.press("Escape")
    sheet.click("bridge is")
    sheet.press("+")
    expect(sheet.status).to_have_text("Select the words to add to the mark first.")
    sheet.click("Monday")
    sheet.press("-")
    expect(sheet.status).to_have_text("These words are not in the mark.")
    assert quotes(sheet) == [["The bridge is closed"]]


def test_adding_a_piece_that_makes_it_the_same_as_another_mark_is_refused(sheet):
    sheet.click("bridge is")
    sheet.click("Monday")
    sheet.press("+", "Escape")
    sheet.drag("The bridge is closed")
    sheet.label("content")
    sheet.press("Escape", "Control+Home", "m", "m")
    assert sheet.chosen() == "The bridge is closed"
    sheet.click("Monday", click_count=2)
    sheet.press("+")

    expect(sheet.status).to_contain_text("is already marked as content")
    assert sorted(quotes(sheet)) == [["The bridge is closed"], ["The bridge is closed", "Monday"]]


def test_a_mark_has_at_most_as_many_pieces_as_the_grader_reads(page, write_page, bridge, make_sheet, rewrite):
    exercise = rewrite(bridge, " ".join(f"w{n}" for n in range(120)), "en")
    page.goto(write_page(exercise_html(exercise, ["attributions"])))
    sheet = make_sheet(page, exercise)
    sheet.text.focus()
    sheet.press("ArrowRight", "1", "m")
    for _ in range(50):
        sheet.press("ArrowRight", "ArrowRight", "ArrowRight", "+")

    expect(sheet.status).to_have_text("A mark has at most 50 pieces.")
    assert len(sheet.marks()[0]["spans"]) == 50


def test_pieces_are_there_again_after_a_reload(sheet):
    sheet.click("bridge is")
    sheet.drag("spans 300km2")
    sheet.press("+")
    sheet.marks()
    sheet.page.reload()

    expect(sheet.text.locator("mark")).to_have_text(["The bridge is closed", "spans 300km2"])
