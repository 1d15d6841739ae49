"""Nothing is deleted, locked, miscounted or taken in by accident: by typing on, files, other tabs, other programs."""

import json
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from redpencil.exercise import Hint
from redpencil.pages.markup import exercise_html


@pytest.fixture
def sheet(page, write_page, bridge, bridge_key, make_sheet):
    page.goto(write_page(exercise_html(bridge, key=bridge_key)))
    return make_sheet(page, bridge)


def with_hints(exercise, id, *texts):
    hints = tuple(Hint(text) for text in texts)
    return replace(exercise, items=tuple(replace(i, hints=hints) if i.id == id else i for i in exercise.items))


def mark(sheet, *rows):
    for words, label in rows:
        sheet.drag(words)
        sheet.label(label)
    expect(sheet.page.locator(".rp-marks > li")).to_have_count(len(rows))


def give(page, content):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a saved file").click()
    chooser.value.set_files({"name": "a.json", "mimeType": "application/json", "buffer": json.dumps(content).encode()})
    return page.locator(".rp-hand-in > .rp-status")


def saved(exercise, **changes):
    row = {"redpencil": 1, "exercise": exercise.id, "exercise_version": exercise.version, "answers": {}, "saved_at": ""}
    return row | changes


def one_mark(exercise, **changes):
    start = exercise.document.text.index("said")
    return {"id": "m1", "label": "cue", "spans": [[start, start + 4]], "quotes": ["said"]} | changes


# The list of marks


def test_who_types_on_after_the_entry_is_gone_deletes_nothing(sheet):
    mark(sheet, ("said on", "cue"), ("the mayor’s office", "source"), ("12%", "content"))
    sheet.page.get_by_role("button", name="Note on “12%”").click()
    sheet.page.keyboard.type("mine")
    sheet.press("Control+z", "Control+z")
    expect(sheet.page.locator(".rp-marks > li")).to_have_count(2)
    expect(sheet.page.locator(".rp-list-title")).to_be_focused()
    sheet.page.keyboard.type("my note goes on here")

    assert len(sheet.marks()) == 2


def test_who_deletes_one_mark_after_the_other_goes_on_with_the_one_that_took_its_place(sheet):
    mark(sheet, ("said on", "cue"), ("the mayor’s office", "source"), ("12%", "content"))
    sheet.page.get_by_role("button", name="Delete source “the mayor’s office”").press("Enter")
    expect(sheet.page.get_by_role("button", name="Delete cue “said on”")).to_be_focused()
    sheet.press("Enter")
    expect(sheet.page.get_by_role("button", name="Delete content “12%”")).to_be_focused()


def test_a_long_list_stays_where_it_is_when_something_before_it_changes(page, write_page, bridge, make_sheet, rewrite):
    exercise = rewrite(bridge, " ".join(f"word{n}" for n in range(400)), "en")
    text = exercise.document.text
    marks = []
    for n in range(250):
        start = text.index(f"word{n}")
        quote = f"word{n}"
        marks.append({"id": f"m{n}", "label": "content", "spans": [[start, start + len(quote)]], "quotes": [quote]})
    marks[98]["links"] = [{"to": "m104", "role": "source"}]
    marks[104]["label"] = "source"
    page.goto(write_page(exercise_html(exercise)))
    sheet = make_sheet(page, exercise)
    row = saved(exercise, answers={"attributions": marks})
    expect(give(page, row)).to_contain_text("Opened")
    title = page.locator(".rp-list-title")
    expect(title).to_have_text("Your marks: 1 to 100 of 250")
    page.get_by_role("button", name="Later marks").first.click()
    expect(title).to_have_text("Your marks: 101 to 200 of 250")

    # Mark 98, before the list, was linked to this one and changes with it.
    page.get_by_role("button", name="Delete source “word104”").press("Enter")
    expect(title).to_have_text("Your marks: 101 to 200 of 249")
    expect(page.get_by_role("button", name="Delete content “word105”")).to_be_focused()
    sheet.press("Enter")
    expect(title).to_have_text("Your marks: 101 to 200 of 248")
    assert {"m51", "m98"} <= {one["id"] for one in sheet.marks()}


# The key


def test_without_a_key_nothing_is_fixed_whoever_asks(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge)))
    sheet = make_sheet(page, bridge)
    mark(sheet, ("said on", "cue"))
    page.evaluate("document.querySelector('red-pencil').showSolutions()")
    sheet.click("said on")
    sheet.press("Delete")

    assert sheet.marks() == []


def test_what_was_compared_can_be_tried_again_where_the_key_is_gone(page, write_page, bridge, bridge_key, make_sheet):
    address = write_page(exercise_html(bridge, ["attributions"], bridge_key))
    page.goto(address)
    sheet = make_sheet(page, bridge)
    mark(sheet, ("said on", "cue"))
    page.get_by_role("button", name="Compare with the key").click()
    page.get_by_role("button", name="Compare now").click()
    expect(page.locator(".rp-score")).to_be_visible()
    sheet.answers()
    write_page(exercise_html(bridge, ["attributions"]))
    page.reload()
    make_sheet(page, bridge)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    sheet.click("said on")
    sheet.press("Delete")

    assert sheet.marks() == []


def test_asking_twice_keeps_the_attempt_once(sheet):
    mark(sheet, ("said on", "cue"))
    sheet.page.evaluate(
        "async () => { const it = document.querySelector('red-pencil');"
        " await Promise.all([it.showSolutions(), it.showSolutions()]); }"
    )
    sheet.answers()
    kept = sheet.page.evaluate("JSON.parse(localStorage[localStorage.key(0)]).attempts")
    assert {group: len(attempts) for group, attempts in kept.items()} == {"attributions": 1}


def test_with_one_label_shown_only_its_marks_are_chosen_and_going_to_another_shows_all(sheet):
    page = sheet.page
    mark(sheet, ("said on", "cue"), ("the mayor’s office", "source"))
    page.locator("[data-group=attributions]").get_by_role("button", name="Compare with the key").click()
    page.get_by_role("button", name="Compare now").click()
    page.locator(".rp-filter").get_by_role("button", name="source").click()
    expect(page.locator(".rp-result .rp-status")).to_have_text("2 of 6 shown: source.")
    # On paper it says so too.
    page.emulate_media(media="print")
    expect(page.locator(".rp-result .rp-status")).to_be_visible()
    page.emulate_media(media="screen")

    sheet.click("said on")
    assert sheet.chosen() == ""
    page.get_by_role("button", name="Go to it: “said on”").first.click()
    assert sheet.chosen() == "said on"
    expect(page.locator(".rp-filter [aria-pressed=true]")).to_have_text("All")


# Another tab


def test_undo_takes_back_only_what_it_says(new_context, write_page, bridge, make_sheet):
    exercise = with_hints(bridge, "attributions", "First.", "Second.", "Third.")
    context = new_context()
    address = write_page(exercise_html(exercise))
    here, there = context.new_page(), context.new_page()
    sheets = []
    for page in (here, there):
        page.goto(address)
        sheets.append(make_sheet(page, exercise))
    # A tab behind another is drawn only once a second: whoever works in one has it in front.
    here.bring_to_front()
    mark(sheets[0], ("said on", "cue"))
    sheets[0].answers()
    expect(there.locator(".rp-marks > li")).to_have_count(1)
    there.bring_to_front()
    there.get_by_role("button", name="Hint 1 of 3").click()
    there.get_by_role("button", name="Hint 2 of 3").click()
    sheets[1].answers()
    expect(here.get_by_role("button", name="Hint 3 of 3")).to_be_visible()

    here.bring_to_front()
    expect(here.locator(".rp-news")).to_be_hidden()
    here.get_by_role("button", name="Undo").click()
    assert sheets[0].marks() == []
    expect(here.get_by_role("button", name="Hint 3 of 3")).to_be_visible()


def test_a_count_of_hints_never_falls(page, write_page, bridge, make_sheet):
    exercise = with_hints(bridge, "attributions", "First.", "Second.", "Third.")
    page.goto(write_page(exercise_html(exercise)))
    make_sheet(page, exercise)
    page.get_by_role("button", name="Hint 1 of 3").click()
    page.get_by_role("button", name="Hint 2 of 3").click()
    expect(give(page, saved(exercise, answers={"rung-01": "opinion"}, hints={"rung-01": 0}))).to_contain_text("Opened")
    expect(page.locator(".rp-hints li")).to_have_text(["First.", "Second."])
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Hint 3 of 3")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Hand in", exact=True).click()
        page.get_by_role("button", name="Save it anyway").click()
    assert json.loads(download.value.path().read_text(encoding="utf-8"))["hints"] == {"attributions": 2}


# Files, and what the grader would refuse


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hints": {f"x{n}": 1 for n in range(5_000)}}, "Its count of hints is damaged."),
        ({"hints": {"rung-01 x": 1}}, "Its count of hints is damaged."),
        ({"answers": {"attributions": [{"id": "m" * 65}]}}, "mark 1 is not as “Hand in” saves it"),
        ({"answers": {"attributions": [{"spans": [[0, 1]] * 51, "quotes": []}]}}, "mark 1 has more than 50 pieces"),
        ({"answers": {"attributions": [{"note": "a\0b"}]}}, "mark 1 has a note that is no text"),
        ({"answers": {"attributions": [{"note": "a\ud800b"}]}}, "mark 1 has a note that is no text"),
    ],
)
def test_a_file_that_the_grader_would_refuse_is_refused_here(sheet, bridge, changes, reason):
    marks = [one_mark(bridge, **mark) for mark in changes.get("answers", {}).get("attributions", [])]
    row = saved(bridge, **changes | ({"answers": {"attributions": marks}} if marks else {}))

    expect(give(sheet.page, row)).to_contain_text(reason)


def test_marks_that_cover_the_text_too_often_are_refused_and_many_over_each_other_are_painted(
    page, write_page, bridge, rewrite, make_sheet
):
    exercise = rewrite(bridge, " ".join(f"word{n}" for n in range(3_000)), "en")
    text = exercise.document.text
    page.goto(write_page(exercise_html(exercise)))
    make_sheet(page, exercise)
    nested = [
        {"id": f"m{n}", "label": "cue", "spans": [[n, 600 - n]], "quotes": [text[n : 600 - n]]} for n in range(300)
    ]
    expect(give(page, saved(exercise, answers={"attributions": nested}))).to_contain_text("Opened")
    expect(page.locator(".rp-list-title")).to_have_text("Your marks: 1 to 100 of 300")
    whole = [one_mark_over(exercise, n) for n in range(21)]
    expect(give(page, saved(exercise, answers={"attributions": whole}))).to_contain_text(
        "mark 21 covers the text more than 20 times"
    )


def one_mark_over(exercise, n):
    text = exercise.document.text
    return {"id": f"w{n}", "label": "cue", "spans": [[0, len(text)]], "quotes": [text]}


def test_what_cannot_be_stored_is_left_out_of_notes_and_names(sheet):
    page = sheet.page
    mark(sheet, ("said on", "cue"))
    page.get_by_role("button", name="Note on “said on”").click()
    page.locator(".rp-jot textarea").evaluate(
        "area => { area.value = 'a\\0b\\ud83d c'; area.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    page.locator("[data-student=name]").evaluate(
        "field => { field.value = 'Kim\\0 Exam\\udc00ple'; field.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    assert [one["note"] for one in sheet.marks()] == ["ab c"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Hand in", exact=True).click()
    assert json.loads(download.value.path().read_text(encoding="utf-8"))["student"] == {"id": "", "name": "Kim Example"}


# The element itself


def test_an_element_that_goes_is_let_go_and_one_that_comes_back_goes_on(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge, ["rung"]) + exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    mark(sheet, ("said on", "cue"))
    expect(page.locator("red-pencil").first.locator(".rp-hand-in")).to_be_hidden()

    page.evaluate("() => { window.gone = document.querySelectorAll('red-pencil')[1]; window.gone.remove(); }")
    expect(page.locator(".rp-hand-in")).to_be_visible()
    expect(page.locator("red-pencil")).to_have_count(1)
    page.evaluate("document.querySelector('main').append(window.gone)")
    expect(page.locator(".rp-text mark")).to_have_text(["said on"])
    expect(page.locator(".rp-palette")).to_have_count(1)
    expect(page.locator(".rp-hand-in:visible")).to_have_count(1)
    sheet.click("said on")
    sheet.press("Delete")
    assert sheet.marks() == []


def test_a_reload_finds_the_place_again(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge)))
    make_sheet(page, bridge)
    page.locator("textarea").first.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    before = page.locator("textarea").first.bounding_box()["y"]
    page.reload()
    make_sheet(page, bridge)
    page.wait_for_timeout(300)

    assert abs(page.locator("textarea").first.bounding_box()["y"] - before) < 30


@pytest.mark.parametrize("media", ["screen", "print"])
def test_in_text_from_right_to_left_numbers_stand_beside_the_words(
    page, write_page, rewrite, bridge, make_sheet, media
):
    exercise = rewrite(bridge, "قال المكتب إن الجسر مغلق. " * 20, "ar")
    page.goto(write_page(exercise_html(exercise, ["attributions"]).replace('lang="ar"', 'lang="ar" dir="rtl"')))
    make_sheet(page, exercise)
    page.emulate_media(media=media)
    room = page.evaluate(
        """() => {
          const block = document.querySelector(".rp-block"), style = getComputedStyle(block);
          return [parseFloat(style.paddingRight), parseFloat(style.paddingLeft)];
        }"""
    )

    assert room[0] > 30 > room[1]


def test_a_long_answer_stands_whole_on_paper_and_closed_meanings_are_open(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge)))
    make_sheet(page, bridge)
    page.locator(".rp-meanings > summary").first.click()
    page.locator("textarea").first.fill("\n".join(f"line {n}" for n in range(60)))
    page.emulate_media(media="print")

    assert page.locator("textarea").first.evaluate("area => area.scrollHeight <= area.clientHeight + 1")
    assert page.locator(".rp-meanings dt").first.bounding_box()["height"] > 0
    # An empty list is not spoken of.
    expect(page.locator(".rp-list-title")).to_be_hidden()
