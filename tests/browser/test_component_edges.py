"""The edges of the chosen mark: dragged by mouse and by finger, moved by key and by button."""

import pytest
from playwright.sync_api import expect

from redpencil.pages.markup import exercise_html


@pytest.fixture
def sheet(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    sheet.drag("office said")
    sheet.label("cue")
    sheet.click("office said")
    expect(page.locator(".rp-handle")).to_have_count(2)
    return sheet


def quotes(sheet):
    return [mark["quotes"] for mark in sheet.marks()]


def middle(handle):
    box = handle.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_by_mouse(sheet, side, words):
    x, y = middle(sheet.page.locator(f".rp-handle[data-side='{side}']").first)
    to = sheet.place(words)
    mouse = sheet.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(to["x"] + 14, to["y"], steps=6)
    yield
    mouse.up()


def test_both_edges_are_dragged_from_word_to_word(sheet):
    for side, words, shown in [(1, "Monday", "office said on Monday"), (0, "mayor", "mayor’s office said on Monday")]:
        for _ in drag_by_mouse(sheet, side, words):
            assert sheet.chosen() == shown
        assert quotes(sheet) == [[shown]]
    expect(sheet.status).to_have_text("Now: cue “mayor’s office said on Monday”.")
    sheet.press("Control+z")
    assert quotes(sheet) == [["office said on Monday"]]


def test_an_edge_leaves_one_word_however_far_it_is_dragged(sheet):
    for _ in drag_by_mouse(sheet, 1, "The bridge"):
        pass
    assert quotes(sheet) == [["office"]]


def test_an_edge_goes_into_another_paragraph(sheet):
    for _ in drag_by_mouse(sheet, 1, "According"):
        pass
    [[quote]] = quotes(sheet)
    assert quote.startswith("office said on Monday.")
    assert quote.endswith("\n\nAccording")


def test_a_finger_drags_an_edge_and_the_page_does_not_scroll(new_context, write_page, bridge, make_sheet):
    page = new_context(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True).new_page()
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    sheet.tap("The bridge")
    page.locator(".rp-palette").get_by_role("button", name="content").tap()
    sheet.tap("The bridge")
    handle = page.locator(".rp-handle[data-side='1']")
    expect(handle).to_be_visible()
    handle.scroll_into_view_if_needed()
    to = sheet.place("closed,”")
    x, y = middle(handle)
    before = page.evaluate("scrollY")
    touch = page.context.new_cdp_session(page)
    dx, dy = to["x"] + 14 - x, to["y"] + 6 - y
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x + dx * step / 8, "y": y + dy * step / 8}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    expect(sheet.status).to_have_text("Now: content “The bridge is closed”.")
    assert page.evaluate("scrollY") == before
    assert page.locator(".rp-text").evaluate("text => getComputedStyle(text).touchAction") == "manipulation"


def test_a_handle_is_at_least_24_pixels_each_way(sheet):
    for handle in sheet.page.locator(".rp-handle").all():
        box = handle.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_keys_move_the_end_and_with_alt_the_start(sheet):
    said = []
    for key in [
        "Shift+ArrowRight",
        "Shift+ArrowLeft",
        "Shift+ArrowLeft",
        "Alt+Shift+ArrowLeft",
        "Alt+Shift+ArrowRight",
    ]:
        sheet.press(key)
        said.append(sheet.status.text_content())

    assert said == [
        "Now: cue “office said on”.",
        "Now: cue “office said”.",
        "Now: cue “office”.",
        "Now: cue “mayor’s office”.",
        "Now: cue “office”.",
    ]
    sheet.press("Shift+ArrowLeft")
    expect(sheet.status).to_have_text("A mark keeps at least one word.")
    sheet.press("Control+z")
    assert quotes(sheet) == [["office said"]]


def test_buttons_move_the_edges_too(sheet):
    for name in (
        "Start a word earlier",
        "End a word later",
        "End a word later",
        "End a word earlier",
        "Start a word later",
    ):
        sheet.page.get_by_role("button", name=name).click()

    assert quotes(sheet) == [["office said on"]]


def test_an_edge_that_would_make_it_the_same_as_another_mark_stays(sheet):
    sheet.press("Escape")
    sheet.drag("office said on")
    sheet.label("cue")
    sheet.press("Control+Home", "m", "m")
    assert sheet.chosen() == "office said"
    sheet.press("Shift+ArrowRight")

    expect(sheet.status).to_have_text("“office said on” is already marked as cue.")
    assert sorted(quotes(sheet)) == [["office said"], ["office said on"]]
    for _ in drag_by_mouse(sheet, 1, "on Monday"):
        pass
    assert sorted(quotes(sheet)) == [["office said"], ["office said on"]]


def test_each_piece_has_its_own_edges(sheet):
    sheet.drag("traffic fell")
    sheet.press("+")
    expect(sheet.page.locator(".rp-handle")).to_have_count(4)
    x, y = middle(sheet.page.locator(".rp-handle[data-side='1']").last)
    to = sheet.place("by 12")
    sheet.page.mouse.move(x, y)
    sheet.page.mouse.down()
    sheet.page.mouse.move(to["x"] + 14, to["y"], steps=5)
    sheet.page.mouse.up()

    assert quotes(sheet) == [["office said", "traffic fell by"]]


def test_nothing_can_be_dragged_while_the_key_is_open(page, write_page, bridge, bridge_key, make_sheet):
    page.goto(write_page(exercise_html(bridge, ["attributions"], bridge_key)))
    sheet = make_sheet(page, bridge)
    sheet.click("said on")
    sheet.label("cue")
    page.get_by_role("button", name="Compare with the key").click()
    page.get_by_role("button", name="Compare now").click()
    expect(page.locator(".rp-score")).to_be_visible()
    sheet.click("said on")

    assert sheet.chosen() == "said"
    expect(page.locator(".rp-handle")).to_have_count(0)
    sheet.press("Shift+ArrowRight")
    expect(sheet.status).to_contain_text("This attempt is fixed")
