"""Everybody can use it: what axe finds in each state, narrow screens, large text, no script, paper."""

import pytest
from playwright.sync_api import expect

from redpencil.pages.markup import document_html, exercise_html


def reach_every_state(page):
    """Answer, mark, link and write, then compare everything; stops at each state for a look."""
    yield "untouched"
    page.locator("[data-item=rung-01]").get_by_label("group").check()
    page.locator("textarea").fill("Some words.")
    page.locator(".rp-text").focus()
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    yield "selected"
    page.keyboard.press("3")
    page.keyboard.press("1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("2")
    page.get_by_label("Cue of").select_option(index=1)
    page.locator(".rp-keys summary").click()
    yield "marked"
    openers = page.locator(".rp-key-panel > .rp-button:visible")
    while openers.count():
        openers.first.click()
    yield "asked"
    while page.get_by_role("button", name="Compare now").count():
        page.get_by_role("button", name="Compare now").first.click()
    page.locator(".rp-formula summary").click()
    yield "compared"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("by", ["system", "page"])
def test_axe_finds_nothing_in_any_state(
    new_context, write_page, bridge, bridge_key, find_accessibility_faults, theme, by
):
    scheme = theme if by == "system" else {"light": "dark", "dark": "light"}[theme]
    page = new_context(viewport={"width": 1300, "height": 900}, color_scheme=scheme).new_page()
    body = document_html(bridge.document) + exercise_html(bridge, key=bridge_key, heading=2)
    page.goto(write_page(body, theme=f' data-theme="{theme}"' if by == "page" else ""))

    for state in reach_every_state(page):
        assert find_accessibility_faults(page) == [], state


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_wider_than_a_narrow_screen_in_any_state(new_context, write_page, bridge, bridge_key, width):
    page = new_context(viewport={"width": width, "height": 640}).new_page()
    page.goto(write_page(document_html(bridge.document) + exercise_html(bridge, key=bridge_key)))

    for state in reach_every_state(page):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state


def test_text_at_twice_its_size_is_not_wider_than_the_screen(new_context, write_page, bridge, bridge_key):
    page = new_context(viewport={"width": 640, "height": 800}).new_page()
    large = "<style>html { font-size: 200% }</style>"
    page.goto(write_page(exercise_html(bridge, key=bridge_key), head=large))

    for state in reach_every_state(page):
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, state


def test_every_target_is_at_least_24_pixels_each_way(new_context, write_page, bridge, bridge_key):
    page = new_context(viewport={"width": 390, "height": 800}).new_page()
    page.goto(write_page(exercise_html(bridge, key=bridge_key)))

    for state in reach_every_state(page):
        small = page.evaluate(
            """() => [...document.querySelectorAll(
                 ".red-pencil :is(button, select, summary, textarea, input:not([type=file]))")]
               .filter(e => e.checkVisibility()).map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
               .filter(([, r]) => r.width < 24 || r.height < 24).map(([html]) => html)"""
        )
        assert small == [], state


def test_what_has_the_focus_is_not_hidden_behind_the_bars(new_context, write_page, bridge, bridge_key):
    page = new_context(viewport={"width": 390, "height": 600}).new_page()
    page.goto(write_page(exercise_html(bridge, key=bridge_key)))
    page.locator(".rp-text").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.locator("summary").first.focus()

    hidden = []
    for _ in range(40):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
              const focused = document.activeElement;
              if (focused === document.body || focused.matches(".rp-text")) return null;
              const box = focused.getBoundingClientRect();
              const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
              const bar = top?.closest(".rp-bar, .rp-palette");
              return bar && !bar.contains(focused) ? focused.outerHTML.slice(0, 90) : null;
            }"""
        )
        hidden += [covered] if covered else []
    assert hidden == []


def test_without_scripts_the_whole_text_and_every_question_are_there(new_context, write_page, bridge):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(write_page(exercise_html(bridge)))

    for sentence in bridge.document.sentences:
        expect(page.locator(".rp-text")).to_contain_text(bridge.document.quote(sentence))
    expect(page.get_by_role("radio")).to_have_count(14)
    expect(page.get_by_role("button")).to_have_count(0)


def test_on_paper_there_are_the_questions_and_the_marks_but_no_buttons(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))
    page.locator(".rp-text").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.emulate_media(media="print")

    expect(page.locator(".rp-text mark")).to_be_visible()
    expect(page.locator("fieldset").first).to_be_visible()
    assert [button for button in page.locator("button").all() if button.is_visible()] == []


def test_a_reader_is_told_how_to_start(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))
    text = page.get_by_role("group", name="Text to mark")

    assert "Arrow keys move by word" in page.locator(f"#{text.get_attribute('aria-describedby')}").text_content()
    expect(text.get_by_role("paragraph")).to_have_count(3)


def test_what_the_keyboard_does_is_said(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))
    page.locator(".rp-text").focus()
    status = page.locator(".rp-palette").get_by_role("status")
    for keys, said in [
        (["Control+ArrowRight", "Shift+ArrowRight"], "“The bridge”"),
        (["1"], "Marked “The bridge” as source. 1 mark."),
        (["ArrowLeft"], "“The”, marked as source"),
        (["Delete"], "Deleted the source “The bridge”. 0 marks."),
        (["Delete"], "There is no mark here. Go to a marked word first."),
    ]:
        for key in keys:
            page.keyboard.press(key)
        expect(status).to_have_text(said)
