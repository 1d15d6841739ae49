"""What Firefox and Safari do otherwise than Chromium, or do not have: done, or taken away, in Chromium."""

import re

from playwright.sync_api import expect

from redpencil.pages.markup import exercise_html

# Safari reads nothing but a line in it, and drops a declaration with more; so seen in WebKitGTK 2.50.6.
LONG_SHORT_FORM = re.compile(r"text-decoration:\s*[^;}]*\s[^;}]*")

# WebKitGTK 2.50.6 has neither of the first two; Firefox has a dictionary of words since version 125; no page that came
# over plain HTTP has locks; and Chromium alone tells of the connection.
TAKEN_AWAY = """
delete Document.prototype.caretPositionFromPoint;
delete window.requestIdleCallback;
delete Intl.Segmenter;
delete Navigator.prototype.locks;
delete Navigator.prototype.connection;
"""


def test_each_label_has_its_line_in_a_browser_that_reads_only_a_line_in_the_short_form(
    new_context, write_page, bridge, make_sheet
):
    page = new_context().new_page()

    def without_what_safari_drops(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=LONG_SHORT_FORM.sub("", answer.text()))

    page.route("**/red_pencil.css", without_what_safari_drops)
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    for words, label in (("mayor", "source"), ("said", "cue"), ("closed", "content")):
        sheet.click(words)
        sheet.label(label)
    expect(page.locator(".rp-marks > li")).to_have_count(3)

    looks = page.locator(".rp-text mark, .rp-marks .rp-tag").evaluate_all(
        """all => all.map(one => {
          const {textDecorationLine, textDecorationStyle, textDecorationColor, color} = getComputedStyle(one);
          return [one.dataset.n, textDecorationLine, textDecorationStyle, textDecorationColor !== color];
        })"""
    )
    # In the order of the text, then of the list.
    assert [tuple(one) for one in looks] == 2 * [
        ("3", "underline", "double", True),
        ("1", "underline", "solid", True),
        ("2", "underline", "wavy", True),
    ]


def test_selected_words_are_copied_in_a_browser_that_copies_from_the_body(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge, ["attributions", "evidence"])))
    sheet = make_sheet(page, bridge)
    sheet.click("the mayor")
    sheet.click("office said")
    # As Firefox does where the page has no selection of the browser's own, whatever has the focus.
    copy = """() => {
      const event = new ClipboardEvent("copy", {bubbles: true, cancelable: true, clipboardData: new DataTransfer()});
      document.body.dispatchEvent(event);
      return [event.defaultPrevented, event.clipboardData.getData("text/plain")];
    }"""
    assert page.evaluate(copy) == [True, "the mayor’s office"]

    page.locator("textarea").first.focus()
    assert page.evaluate(copy) == [False, ""]


def test_a_text_is_marked_by_mouse_and_keyboard_without_what_other_engines_lack(page, write_page, bridge, make_sheet):
    page.add_init_script(TAKEN_AWAY)
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    assert page.evaluate("'caretPositionFromPoint' in document") is False
    sheet.click("the mayor")
    sheet.click("office said")
    sheet.label("source")
    sheet.drag("traffic fell by 12%")
    sheet.label("content")
    sheet.click("According")
    sheet.press("Shift+ArrowRight", "2")

    assert sheet.painted() == [[1, "the mayor’s office"], [2, "According to"], [3, "traffic fell by 12%"]]


def test_what_was_answered_is_still_shown_where_a_browser_empties_forms_when_somebody_comes_back(
    page, write_page, bridge, make_sheet
):
    page.goto(write_page(exercise_html(bridge)))
    make_sheet(page, bridge)
    page.locator('[data-item="rung-01"] input[value="group"]').check()
    page.locator("textarea").first.fill("One claim, and another.")
    page.get_by_label("Name (optional)").fill("Ada")
    # What is needed only later has come.
    came = "performance.getEntriesByType('resource').some(one => one.name.includes('red_pencil_later'))"
    page.wait_for_function(came)
    page.wait_for_timeout(300)

    # As WebKitGTK 2.50.6 does with the page that it had put aside, when it has said that it shows it.
    page.evaluate(
        """() => new Promise(done => {
          setTimeout(() => document.querySelector("form[autocomplete=off]").reset());
          dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}));
          setTimeout(done, 50);
        })"""
    )

    expect(page.locator('[data-item="rung-01"] input[value="group"]')).to_be_checked()
    expect(page.locator("textarea").first).to_have_value("One claim, and another.")
    expect(page.get_by_label("Name (optional)")).to_have_value("Ada")
    # Nor does Firefox fill them in by itself, when the page is loaded again, with what stood there before.
    assert page.locator("form.rp-sheet").evaluate_all("all => all.map(one => one.autocomplete)") == ["off"]


def test_the_text_and_the_column_both_cut_off_line_numbers_that_are_too_many(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    make_sheet(page, bridge)
    overflow = "all => all.map(one => getComputedStyle(one).overflow)"
    assert page.locator(".rp-text").evaluate_all(overflow) == ["visible"]
    page.emulate_media(media="print")

    # A column that alone does so goes on in Firefox, on the text's last page, over what follows; a text that alone does
    # so lets it go on in Chromium on the page after.
    assert page.locator(".rp-text, .rp-line-numbers").evaluate_all(overflow) == ["clip", "clip"]
