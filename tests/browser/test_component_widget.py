"""The component as anywidget drives it: answers live in the widget’s traits, and the key comes only when asked for."""

import json
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from fake_notebook import widget_page
from redpencil.document import Document, Span
from redpencil.pages.markup import exercise_html


@pytest.fixture
def open_widget(page, write_page, bridge):
    def show(**traits):
        page.goto(write_page(widget_page({"html": exercise_html(bridge)} | traits)))
        expect(page.locator(".rp-progress").first).to_be_visible()
        return page

    return show


def stored(bridge, **answers):
    return {
        "redpencil": 1,
        "exercise": "bridge",
        "exercise_version": bridge.version,
        "answers": answers,
        "saved_at": "2026-01-31T09:30:00Z",
    }


def test_each_change_is_saved_as_an_answers_object_and_a_copy_in_the_browser(open_widget, bridge):
    page = open_widget()
    page.locator("[data-item=rung-01]").get_by_label("group").check()
    page.locator("textarea").fill("Words")

    saved = page.evaluate("window.saved")
    assert [row["answers"] for row in saved] == [{"rung-01": "group"}, {"rung-01": "group", "evidence": "Words"}]
    assert {name: saved[-1][name] for name in ("redpencil", "exercise", "exercise_version")} == {
        "redpencil": 1,
        "exercise": "bridge",
        "exercise_version": bridge.version,
    }
    name = f"redpencil-notebook:bridge:{bridge.version}"
    page.wait_for_function("name => localStorage.getItem(name)?.includes('Words')", arg=name)
    assert page.evaluate("Object.keys(localStorage)") == [name]
    expect(page.locator(".rp-note:visible")).to_contain_text("Hand in this notebook")


def test_what_the_kernel_holds_is_shown_and_is_not_sent_back(open_widget, bridge):
    page = open_widget(answers=stored(bridge, **{"rung-01": "role", "evidence": "Before"}))

    expect(page.locator("textarea")).to_have_value("Before")
    page.evaluate("answers => window.model.set('answers', answers)", stored(bridge, evidence="After"))
    expect(page.locator("textarea")).to_have_value("After")
    expect(page.locator("input:checked")).to_have_count(0)
    assert page.evaluate("window.saved") == []


def test_answers_of_another_form_are_left_alone(open_widget, bridge):
    page = open_widget(answers=stored(bridge, **{"rung-01": "group"}))
    page.evaluate("answers => window.model.set('answers', answers)", stored(bridge, **{"rung-77": "group"}))

    expect(page.locator("[data-item=rung-01]").get_by_label("group")).to_be_checked()


def test_two_views_of_one_widget_show_the_same(open_widget):
    page = open_widget()
    page.evaluate("void window.show()")
    first, second = page.locator(".red-pencil").all()
    first.locator("[data-item=rung-01]").get_by_label("group").check()
    expect(second.locator("[data-item=rung-01]").get_by_label("group")).to_be_checked()

    page.evaluate("window.forget()")
    second.locator("[data-item=rung-01]").get_by_label("opinion").check()
    assert page.evaluate("window.saved.length") == 2


def test_the_key_is_asked_for_only_when_it_is_to_be_opened(open_widget, bridge_key):
    page = open_widget(has_key=True)
    part = page.locator("[data-group=rung]")
    part.locator("[data-item=rung-01]").get_by_label("group").check()
    part.get_by_role("button", name="Compare with the key").click()
    assert page.evaluate("window.sent") == []

    part.get_by_role("button", name="Compare now").click()
    assert page.evaluate("window.sent") == [{"type": "key?"}]
    rows = [annotation.to_json() for annotation in bridge_key]
    page.evaluate("key => window.tell('msg:custom', {type: 'key', key})", rows)
    expect(page.get_by_text("The reason of r1.", exact=False).first).to_be_visible()
    assert not any("reason" in json.dumps(row) for row in page.evaluate("window.saved"))


def test_without_a_key_there_is_nothing_to_compare(open_widget):
    expect(open_widget().get_by_role("button", name="Compare with")).to_have_count(0)


def test_a_notebooks_shortcuts_do_not_act_on_what_is_typed_here_but_saving_still_works(open_widget):
    page = open_widget()
    for focus in (
        page.locator(".rp-text"),
        page.locator("textarea"),
        page.get_by_role("button", name="Undo"),
        page.locator("fieldset input").first,
    ):
        focus.focus()
        for key in ("x", "d", "ArrowDown", "1", "Control+z"):
            page.keyboard.press(key)
    assert page.evaluate("window.reached") == []

    page.locator(".rp-text").focus()
    page.keyboard.press("Control+s")
    assert page.evaluate("window.reached") == ["s"]
    page.keyboard.press("x")
    assert page.evaluate("window.reached") == ["s"]


def test_a_widget_without_an_exercise_says_so(page, write_page):
    page.goto(write_page(widget_page({"html": "<p>nothing</p>"})))

    expect(page.locator("#output")).to_have_text("This widget holds no exercise. Run the cell again.")


def test_what_reads_files_of_other_tools_is_there_though_no_kernel_answers(open_widget):
    page = open_widget()
    page.locator(".rp-more > summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export marks").click()

    assert page.evaluate("window.sent") == []
    assert json.loads(download.value.path().read_text(encoding="utf-8"))["type"] == "AnnotationCollection"


def test_a_cell_that_is_run_again_brings_no_second_copy_of_the_styles(open_widget):
    page = open_widget()
    for _ in range(2):
        page.locator(".rp-more > summary").click()
        with page.expect_download():
            page.get_by_role("button", name="Export marks").click()
        page.evaluate(
            """() => {
              window.forget();
              document.getElementById("output").replaceChildren();
              window.sent.length = 0;
              window.forget = window.show();
            }"""
        )

    assert page.evaluate("document.adoptedStyleSheets.length") == 1


@pytest.mark.parametrize("width", [320, 1300])
def test_a_screen_of_the_text_is_painted_first_and_the_rest_a_moment_later(open_widget, bridge, width):
    paragraph = "The bridge is closed, the mayor’s office said on Monday, and it spans a marsh. " * 5
    text = "\n\n".join([paragraph.strip()] * 60)
    starts = [n * (len(paragraph.strip()) + 2) for n in range(60)]
    spans = tuple(Span(start, start + len(paragraph.strip())) for start in starts)
    document = Document("long", "A long text", "en", text, spans, spans)
    items = tuple(item for item in bridge.items if item.kind == "marks")
    page = open_widget(html=exercise_html(replace(bridge, document=document, items=items)))
    page.set_viewport_size({"width": width, "height": 900})
    first = page.evaluate(
        """() => {
          document.getElementById("output").replaceChildren();
          window.show();
          const blocks = [...document.querySelectorAll(".rp-text [data-start]")];
          const shown = blocks.filter(block => block.checkVisibility());
          return {held: blocks.length - shown.length, end: shown.at(-1).getBoundingClientRect().bottom};
        }"""
    )
    assert first["held"] > 30
    # What is held back would have stood below the window.
    assert first["end"] > 900

    expect(page.locator(".rp-progress").first).to_be_visible()
    assert page.locator(".rp-text [data-start][hidden]").count() == 0
