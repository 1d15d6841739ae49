"""What happens to answers: kept in the browser, shared on the page, handed in, and opened again."""

import json
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from redpencil.grading.submissions import check_answers, read_submission
from redpencil.pages.markup import exercise_html


def mark(page, words, key):
    """Mark some words of a block's text with the keyboard's number, through a native selection."""
    found = page.evaluate(
        """words => {
          for (const block of document.querySelectorAll(".rp-text [data-start]")) {
            const at = block.textContent.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
            let before = 0;
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
              const length = node.nodeValue.length;
              if (at >= before && at < before + length) range.setStart(node, at - before);
              const end = at + words.length;
              if (end > before && end <= before + length) range.setEnd(node, end - before);
              before += length;
            }
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            block.dispatchEvent(new MouseEvent("click", {bubbles: true, detail: 1}));
            block.closest(".rp-text").focus();
            return true;
          }
          return false;
        }""",
        words,
    )
    assert found, words
    page.keyboard.press(key)


def choose(page, item, label):
    page.locator(f"fieldset[data-item={item}]").get_by_label(label, exact=True).first.check()


def hand_in(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Hand in").click()
    return download.value


def open_file(page, name, content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a saved file").click()
    chooser.value.set_files({"name": name, "mimeType": "application/json", "buffer": data})


@pytest.fixture
def sheet(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))
    return page


def test_what_is_handed_in_is_read_by_the_grader_with_its_offsets_in_code_points(sheet, bridge):
    choose(sheet, "rung-01", "group")
    mark(sheet, "traffic fell by 12%", "3")
    mark(sheet, "a 2019 record", "1")
    sheet.get_by_label("Source of “traffic fell by 12%”").select_option(index=1)
    sheet.locator("textarea").fill("It gives a record, “2019”. 🦊")
    sheet.get_by_label("Name (optional)").fill("Ada Lovelace")
    sheet.get_by_label("Student number (optional)").fill("1815")

    file = hand_in(sheet)

    assert file.suggested_filename == "bridge.redpencil.json"
    answers = read_submission(file.path().read_bytes())
    assert (answers.student_name, answers.student_id) == ("Ada Lovelace", "1815")
    checked = check_answers(bridge, answers)
    assert checked.choices == {"rung-01": "group"}
    assert checked.texts == {"evidence": "It gives a record, “2019”. 🦊"}
    marks = checked.marks["attributions"]
    assert [(m.label, bridge.document.text[slice(*m.spans[0])], m.links) for m in marks] == [
        ("source", "a 2019 record", ()),
        ("content", "traffic fell by 12%", ((marks[0].id, "source"),)),
    ]


def test_an_unanswered_item_is_absent_from_the_file(sheet):
    choose(sheet, "rung-01", "group")
    sheet.locator("textarea").fill("x")
    sheet.locator("textarea").fill("")

    row = json.loads(hand_in(sheet).path().read_text(encoding="utf-8"))

    assert row["answers"] == {"rung-01": "group"}
    assert "student" not in row
    assert row["saved_at"].endswith("Z")


def test_everything_is_there_again_after_a_reload(sheet):
    choose(sheet, "rung-02", "role")
    mark(sheet, "the mayor’s office", "1")
    sheet.locator("textarea").fill("My answer")
    sheet.get_by_label("Name (optional)").fill("Ada")
    sheet.reload()

    expect(sheet.locator("fieldset[data-item=rung-02] input[value=role]")).to_be_checked()
    expect(sheet.locator(".rp-text mark")).to_have_text("the mayor’s office")
    expect(sheet.locator("textarea")).to_have_value("My answer")
    expect(sheet.get_by_label("Name (optional)")).to_have_value("Ada")
    expect(sheet.locator(".rp-progress")).to_have_text("2 of 3 answered · 1 mark")


def test_another_version_of_the_exercise_starts_empty(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))
    choose(page, "rung-01", "group")
    changed = replace(bridge, spec={"id": "bridge", "changed": True})
    page.goto(write_page(exercise_html(changed), "changed.html"))

    expect(page.locator(".rp-progress")).to_have_text("0 of 3 answered · 0 marks")


def test_elements_of_one_exercise_on_one_page_share_their_answers(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge, ["rung"]) + exercise_html(bridge)))
    first, second = page.locator("red-pencil").all()

    first.locator("[data-item=rung-01]").get_by_label("group").check()
    expect(second.locator("[data-item=rung-01]").get_by_label("group")).to_be_checked()
    second.locator("[data-item=rung-02]").get_by_label("opinion").check()
    expect(first.locator("[data-item=rung-02]").get_by_label("opinion")).to_be_checked()
    expect(first.locator(".rp-progress")).to_have_text("2 of 2 answered")
    expect(second.locator(".rp-progress")).to_have_text("2 of 3 answered · 0 marks")
    expect(page.get_by_role("button", name="Hand in")).to_have_count(1)
    first.get_by_role("link", name="Hand in").click()
    expect(second.get_by_role("button", name="Hand in")).to_be_in_viewport()

    first.get_by_role("button", name="Undo").click()
    expect(second.locator("[data-item=rung-02]").get_by_label("opinion")).not_to_be_checked()


def test_another_tab_shows_what_was_answered_here(new_context, write_page, bridge):
    address = write_page(exercise_html(bridge))
    context = new_context()
    here, there = context.new_page(), context.new_page()
    here.goto(address)
    there.goto(address)
    choose(here, "rung-01", "group")

    expect(there.locator("[data-item=rung-01]").get_by_label("group")).to_be_checked()


def test_choices_and_typing_are_undone_too_and_a_burst_of_typing_is_one_step(sheet):
    choose(sheet, "rung-01", "group")
    choose(sheet, "rung-01", "role")
    box = sheet.locator("textarea")
    box.press_sequentially("Two words")
    box.press("Control+z")
    expect(box).to_have_value("")
    box.press("Control+z")
    expect(sheet.locator("[data-item=rung-01]").get_by_label("group")).to_be_checked()
    box.press("Control+y")
    box.press("Control+y")
    expect(box).to_have_value("Two words")
    expect(sheet.locator("[data-item=rung-01]").get_by_label("role")).to_be_checked()


FORBIDDEN = """
for (const name of ["getItem", "setItem"]) {
  Storage.prototype[name] = () => { throw new DOMException("no", "SecurityError"); };
}
"""


def test_when_the_browser_keeps_nothing_it_says_so_and_offers_the_file(page, write_page, bridge):
    page.add_init_script(FORBIDDEN)
    page.goto(write_page(exercise_html(bridge)))
    choose(page, "rung-01", "group")

    expect(page.locator(".rp-note")).to_contain_text("does not keep anything")
    assert json.loads(hand_in(page).path().read_text(encoding="utf-8"))["answers"] == {"rung-01": "group"}


def test_when_the_browser_is_full_it_says_so_after_the_change_that_did_not_fit(page, write_page, bridge):
    page.add_init_script(FORBIDDEN.replace('"getItem", ', ""))
    page.goto(write_page(exercise_html(bridge)))
    expect(page.locator(".rp-note")).to_contain_text("stay in this browser")
    choose(page, "rung-01", "group")

    expect(page.locator(".rp-note")).to_contain_text("does not keep anything")


def saved(bridge, **changes):
    start = bridge.document.text.index("said")
    row = {
        "redpencil": 1,
        "exercise": "bridge",
        "exercise_version": bridge.version,
        "answers": {
            "rung-01": "opinion",
            "attributions": [{"id": "m7", "label": "cue", "spans": [[start, start + 4]], "quotes": ["said"]}],
        },
        "saved_at": "2026-01-31T09:30:00Z",
    }
    return row | changes


def test_a_saved_file_comes_back_as_one_step_that_can_be_undone(sheet, bridge):
    choose(sheet, "rung-02", "role")
    open_file(sheet, "mine.redpencil.json", saved(bridge))

    expect(sheet.locator(".rp-text mark")).to_have_text("said")
    expect(sheet.locator("[data-item=rung-01]").get_by_label("opinion")).to_be_checked()
    expect(sheet.locator("[data-item=rung-02] input:checked")).to_have_count(0)

    sheet.get_by_role("button", name="Undo").click()
    expect(sheet.locator(".rp-text mark")).to_have_count(0)
    expect(sheet.locator("[data-item=rung-02]").get_by_label("role", exact=True).first).to_be_checked()


def test_the_list_is_in_the_order_of_the_text_whatever_the_order_of_the_file(sheet, bridge):
    rows = []
    for number, words in enumerate(("panic", "officials", "Monday"), start=1):
        start = bridge.document.text.index(words)
        rows.append({"id": f"m{number}", "label": "cue", "spans": [[start, start + len(words)]], "quotes": [words]})
    open_file(sheet, "mine.json", saved(bridge, answers={"attributions": rows}))

    expect(sheet.locator(".rp-marks .rp-quote")).to_have_text(["officials", "Monday", "panic"])


def test_a_mark_in_several_pieces_is_painted_listed_and_handed_in_as_it_came(sheet, bridge):
    text = bridge.document.text
    pieces = [[text.index(words), text.index(words) + len(words)] for words in ("The bridge", "spans 300km2")]
    mark = {"id": "m1", "label": "content", "spans": pieces, "quotes": ["The bridge", "spans 300km2"]}
    open_file(sheet, "mine.json", saved(bridge, answers={"attributions": [mark]}))

    expect(sheet.locator(".rp-text mark")).to_have_text(["The bridge", "spans 300km2"])
    expect(sheet.locator(".rp-marks .rp-quote")).to_have_text("The bridge … spans 300km2")
    assert json.loads(hand_in(sheet).path().read_text(encoding="utf-8"))["answers"]["attributions"] == [mark]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exercise": "tunnel"}, "another exercise"),
        ({"exercise_version": "0" * 64}, "another version"),
        ({"redpencil": 2}, "not a file that “Hand in” saved"),
        ({"answers": {"rung-01": "opinion", "rung-99": "group"}}, "rung-99"),
        ({"answers": {"rung-01": "opinion", "rung-02": "sure"}}, "sure"),
        ({"answers": {"attributions": [{"id": "m1", "label": "cue", "spans": [[5, 9000]]}]}}, "outside the text"),
        ({"answers": {"attributions": [{"id": "m1", "label": "cue", "spans": [[0, 4]], "quotes": ["no"]}]}}, "quotes"),
        ({"answers": {"attributions": [{"id": "m1", "label": "lie", "spans": [[0, 4]]}]}}, "label"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_whole_with_the_reason(sheet, bridge, changes, reason):
    choose(sheet, "rung-02", "role")
    open_file(sheet, "other.json", saved(bridge, **changes))

    expect(sheet.locator(".rp-hand-in .rp-status")).to_contain_text("other.json was not opened.")
    expect(sheet.locator(".rp-hand-in .rp-status")).to_contain_text(reason)
    expect(sheet.locator("input:checked")).to_have_count(1)
    expect(sheet.locator(".rp-text mark")).to_have_count(0)


def test_a_file_that_is_no_json_is_refused(sheet):
    open_file(sheet, "cat.jpg", b"\xff\xd8\xff not json")

    expect(sheet.locator(".rp-hand-in .rp-status")).to_contain_text("cat.jpg was not opened.")


def test_an_answer_is_never_read_as_html(sheet, bridge):
    hostile = "<img src=x onerror=\"document.title='owned'\">"
    sheet.get_by_label("Name (optional)").fill(hostile)
    sheet.locator("textarea").fill(hostile)
    open_file(sheet, f"{hostile}.json".replace("/", ""), saved(bridge, exercise=hostile))
    expect(sheet.locator(".rp-hand-in .rp-status")).to_contain_text("<img src=x")
    sheet.reload()

    assert sheet.title() == "A page"
    assert sheet.locator("red-pencil img").count() == 0


def test_what_was_tampered_with_in_the_browsers_store_is_left_alone(page, write_page, bridge):
    page.add_init_script(
        f'localStorage.setItem(\'redpencil:bridge:{bridge.version}\', \'{{"redpencil":1,"answers":{{"x":5}}}}\')'
    )
    page.goto(write_page(exercise_html(bridge)))

    expect(page.locator(".rp-progress")).to_have_text("0 of 3 answered · 0 marks")
