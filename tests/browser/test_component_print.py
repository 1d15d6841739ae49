"""An exercise on paper: a place for the name, numbered lines, room to write, the marks, no controls."""

import pytest
from playwright.sync_api import expect

from redpencil.pages.markup import exercise_html

# The lines of the words by their tops, and the heights at which the numbers stand: both in CSS pixels.
LINES = """() => {
  const text = document.querySelector(".rp-text"), column = text.querySelector(".rp-line-numbers");
  const range = document.createRange();
  const middles = new Set();
  for (const block of text.querySelectorAll("[data-start]")) {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      range.selectNodeContents(node);
      for (const { top, bottom } of range.getClientRects()) middles.add(Math.round((top + bottom) / 2));
    }
  }
  const node = column.firstChild;
  const numbers = [];
  for (let at = 0; at < node.length; at = node.data.indexOf("\\n", at) + 1 || node.length) {
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const { top, bottom } = range.getBoundingClientRect();
    numbers.push(Math.round((top + bottom) / 2));
  }
  return { words: [...middles].sort((a, b) => a - b), numbers, bottom: column.getBoundingClientRect().bottom };
}"""


@pytest.mark.parametrize("width", [718, 420])
def test_each_line_on_paper_has_its_number_also_with_marks_in_it(page, write_page, rewrite, bridge, make_sheet, width):
    exercise = rewrite(bridge, " ".join(f"word{n}" for n in range(300)), "en")
    page.goto(write_page(exercise_html(exercise, ["attributions"])))
    sheet = make_sheet(page, exercise)
    sheet.text.focus()
    sheet.press("ArrowRight")
    for label in "123" * 12:
        sheet.press(label, "ArrowRight", "ArrowRight")
    assert page.locator(".rp-on-paper").evaluate_all("all => all.filter(one => one.checkVisibility()).length") == 0

    page.set_viewport_size({"width": width, "height": 1000})
    page.emulate_media(media="print")
    found = page.evaluate(LINES)

    # Some fonts stand a pixel higher or lower in their line, and a line of words is one line though pieces of it differ by one.
    lines = [a for a, b in zip(found["words"], [-99, *found["words"]], strict=False) if a - b > 4]
    assert len(lines) > 15
    assert len(found["numbers"]) >= len(lines)
    assert [abs(a - b) <= 4 for a, b in zip(lines, found["numbers"], strict=False)] == [True] * len(lines)
    # What is too many is cut off where the words end.
    assert sum(number < found["bottom"] for number in found["numbers"]) == len(lines)


def test_paper_has_a_place_for_the_name_and_the_marks_and_no_controls(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge)))
    sheet = make_sheet(page, bridge)
    sheet.drag("said on")
    sheet.label("cue")
    expect(page.locator(".rp-marks > li")).to_have_count(1)
    page.emulate_media(media="print")

    expect(page.locator("p.rp-on-paper")).to_contain_text("Name")
    expect(page.locator(".rp-marks > li")).to_contain_text("said on")
    assert page.locator(".rp-text mark").count() == 1
    assert page.locator("button, summary:has(kbd)").evaluate_all("all => all.filter(one => one.checkVisibility())") == []
    assert page.locator("textarea").first.bounding_box()["height"] >= 200
