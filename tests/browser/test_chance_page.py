"""The sliders above the picture of chance on a page: Python's numbers, by keys too, and none without a script."""

import pytest

from redpencil.chance import LISTS, chance_for, in_lists, read_frequent

PAGE = "casualty-names.html"


def set_to(slider, value):
    slider.evaluate("(e, to) => { e.value = to; e.dispatchEvent(new Event('input', {bubbles: true})); }", value)


def rows(chance):
    """The cells of the table: what agrees, worked out, drawn by lot."""
    texts = [row.split("\t") for row in chance.locator("tbody").inner_text().splitlines()]
    return [[cell.strip() for cell in row] for row in texts]


@pytest.mark.parametrize(("names", "people"), [(16, 1_000), (1, 10), (50, 1_000), (33, 500)])
def test_what_a_page_works_out_is_what_python_works_out(page, site_address, names, people):
    page.goto(site_address + PAGE)
    chance = page.locator(".chance")
    sliders = chance.get_by_role("slider")
    set_to(sliders.nth(0), names)
    set_to(sliders.nth(1), people)
    caption = chance.get_by_text(f"for a list of {names} name{'s' * (names > 1)} and a table of {people:,} people")
    caption.last.wait_for()
    expected = chance_for(read_frequent(), names, people)

    assert [row[1] for row in rows(chance)] == [in_lists(on_one) for on_one in expected.worked_out.values()]
    for row, on_one in zip(rows(chance), expected.worked_out.values(), strict=True):
        drawn, mean = int(row[2].split()[0].replace(",", "")), on_one * LISTS
        # Names of one list hang together, so that twice the spread of independent ones is taken, four times.
        assert abs(drawn - mean) <= 8 * max(1, mean) ** 0.5
    # A dot for each row and a ring where some agreed, none outside the picture.
    box = chance.locator("svg").bounding_box()
    drawn = [circle.bounding_box() for circle in chance.locator("circle").all()]
    assert len(drawn) == 5 + sum(not row[2].startswith("0 ") for row in rows(chance))
    assert all(box["x"] <= one["x"] and one["x"] + one["width"] <= box["x"] + box["width"] for one in drawn)


def test_the_sliders_are_moved_by_keys_and_other_lists_are_drawn_and_told(page, site_address):
    page.goto(site_address + PAGE)
    chance = page.locator(".chance")
    # The value is not in the name too: a name that changes is read out again at every step.
    chance.get_by_role("slider", name="People in the table:", exact=True).focus()
    page.keyboard.press("End")
    chance.get_by_text("and a table of 1,000 people").last.wait_for()
    chance.get_by_role("slider", name="Names on the list:", exact=True).focus()
    page.keyboard.press("ArrowRight")
    chance.get_by_text("a list of 17 names").last.wait_for()
    seen = set()
    for _ in range(6):
        chance.get_by_role("button", name="Draw 100 other lists").press("Enter")
        seen.add(chance.get_by_role("status").inner_text())

    assert len(seen) > 1
    assert all("surnames agreed by chance just now." in said for said in seen)


def test_without_a_script_the_picture_stands_there_and_no_slider(new_context, site_address):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(site_address + PAGE)

    assert page.locator(".chance svg circle").count() >= 5
    assert "a list of 16 names and a table of 44 people" in page.locator(".chance caption").inner_text()
    assert page.locator(".chance input, .chance button").count() == 0
