"""What happens to answers: kept in the browser, shared on the page, handed in, and opened again."""

import json
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from redpencil.document import Span
from redpencil.grading.submissions import check_answers, read_submission
from redpencil.pages.markup import exercise_html


def turn_to(page):
    """Bring a tab to the front, as whoever works in it does; one behind another is drawn only once a second."""
    page.bring_to_front()


def mark(page, words, key):
    """Mark some words of a block's text with the keyboard's number, through a native selection."""
    turn_to(page)
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
    turn_to(page)
    page.locator(f"fieldset[data-item={item}]").get_by_label(label, exact=True).first.check()


def hand_in(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Hand in").click()
    return download.value


def open_file(page, name, content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    with page.expect_file_chooser() as chooser:
        # By key: a long text above may still be drawn, and move the button away under a mouse.
        page.get_by_role("button", name="Open a saved file").press("Enter")
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


@pytest.fixture
def two_tabs(new_context, write_page, bridge):
    address = write_page(exercise_html(bridge))
    context = new_context()
    tabs = context.new_page(), context.new_page()
    for tab in tabs:
        tab.goto(address)
    return tabs


def painted(tab):
    return tab.locator(".rp-text mark").all_text_contents()


def test_two_tabs_in_turn_keep_each_others_marks_and_each_its_history(two_tabs):
    here, there = two_tabs
    mark(here, "officials", "1")
    expect(there.locator(".rp-text mark")).to_have_text(["officials"])
    mark(there, "said", "2")
    there.get_by_label("Label of “officials”").select_option("cue")
    choose(there, "rung-02", "role")
    expect(here.locator(".rp-text mark")).to_have_text(["officials", "said"])
    expect(here.locator("fieldset[data-item=rung-02] input[value=role]")).to_be_checked()
    here.locator("textarea").fill("Words")
    mark(here, "Monday", "3")
    expect(there.locator(".rp-text mark")).to_have_text(["officials", "said", "Monday"])
    expect(there.locator("textarea")).to_have_value("Words")

    # The first tab made four steps or more: its own, and what came from the other.
    for _ in range(20):
        here.keyboard.press("Control+z")
    assert painted(here) == []
    expect(here.locator("textarea")).to_have_value("")
    for _ in range(20):
        here.keyboard.press("Control+y")
    assert painted(here) == ["officials", "said", "Monday"]
    expect(here.get_by_label("Label of “officials”")).to_have_value("cue")
    expect(there.locator(".rp-text mark")).to_have_text(["officials", "said", "Monday"])


def test_a_reader_is_told_that_another_tab_changed_something(two_tabs):
    here, there = two_tabs
    choose(here, "rung-01", "group")
    expect(there.locator("fieldset[data-item=rung-01] input[value=group]")).to_be_checked()
    expect(there.locator(".rp-news")).to_be_hidden()
    choose(there, "rung-02", "role")

    expect(here.locator(".rp-news [role=status]")).to_have_text(
        "Another tab changed 1 thing here. “Undo” takes it back."
    )
    expect(there.locator(".rp-news")).to_be_hidden()
    choose(here, "rung-01", "opinion")
    expect(here.locator(".rp-news")).to_be_hidden()


# Each tab works on without hearing of the other, and both save: the last save covers the first.
DEAF = """
const listen = window.addEventListener.bind(window);
window.addEventListener = (name, listener) =>
  listen(name, name === "storage" ? (event) => window.isDeaf || listener(event) : listener);
const read = Storage.prototype.getItem;
Storage.prototype.getItem = function (name) { return window.isDeaf ? window.old ?? null : read.call(this, name); };
"""


def test_two_tabs_that_work_at_once_lose_nothing(new_context, write_page, bridge):
    address = write_page(exercise_html(bridge))
    context = new_context()
    context.add_init_script(DEAF)
    here, there = context.new_page(), context.new_page()
    for tab in (here, there):
        tab.goto(address)
    mark(here, "panic", "3")
    expect(there.locator(".rp-text mark")).to_have_text(["panic"])
    for tab in (here, there):
        tab.evaluate("() => { window.old = localStorage.getItem(localStorage.key(0)); window.isDeaf = true; }")
    saved = "words => localStorage[localStorage.key(0)].includes(words)"
    mark(here, "officials", "1")
    here.get_by_label("Label of “panic”").select_option("source")
    here.wait_for_function(saved, arg="officials")
    mark(there, "said", "2")
    choose(there, "rung-01", "group")
    there.wait_for_function(saved, arg="said")
    assert not there.evaluate(saved, "officials")
    for tab in (here, there):
        tab.evaluate("window.isDeaf = false")
    # Anything at all makes them speak again.
    choose(here, "rung-02", "role")

    for tab in (here, there):
        expect(tab.locator(".rp-text mark")).to_have_text(["officials", "said", "panic"])
        expect(tab.get_by_label("Label of “panic”")).to_have_value("source")
        expect(tab.locator("fieldset[data-item=rung-01] input[value=group]")).to_be_checked()
        expect(tab.locator("fieldset[data-item=rung-02] input[value=role]")).to_be_checked()
    here.reload()
    expect(here.locator(".rp-text mark")).to_have_text(["officials", "said", "panic"])


def test_a_key_opened_in_one_tab_fixes_the_attempt_in_the_other(new_context, write_page, bridge, bridge_key):
    address = write_page(exercise_html(bridge, key=bridge_key))
    context = new_context()
    here, there = context.new_page(), context.new_page()
    for tab in (here, there):
        tab.goto(address)
    choose(here, "rung-01", "group")
    part = here.locator(".rp-part[data-group=rung]")
    part.get_by_role("button", name="Compare with the key").click()
    part.get_by_role("button", name="Compare now").click()

    expect(there.locator(".rp-part[data-group=rung] .rp-score")).to_be_visible()
    expect(there.locator("fieldset[data-item=rung-01] input[value=group]")).to_be_disabled()
    there.locator("textarea").press("Control+z")
    expect(there.locator("fieldset[data-item=rung-01] input[value=group]")).to_be_checked()


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

    expect(page.locator(".rp-note:visible")).to_contain_text("does not keep anything")
    assert json.loads(hand_in(page).path().read_text(encoding="utf-8"))["answers"] == {"rung-01": "group"}


def test_when_the_browser_is_full_it_says_so_after_the_change_that_did_not_fit(page, write_page, bridge):
    page.add_init_script(FORBIDDEN.replace('"getItem", ', ""))
    page.goto(write_page(exercise_html(bridge)))
    expect(page.locator(".rp-note:visible")).to_contain_text("stay in this browser")
    choose(page, "rung-01", "group")

    expect(page.locator(".rp-note:visible")).to_contain_text("does not keep anything")


def test_a_full_browser_says_so_hands_out_the_file_and_goes_on_keeping_when_there_is_room(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))
    # The real limit: 5 MB an origin.
    page.evaluate("""() => {
      let size = 4_000_000;
      for (let n = 0; size >= 1; ) {
        try { localStorage.setItem(`other${n}`, "x".repeat(size)); n += 1; } catch { size = Math.floor(size / 2); }
      }
    }""")
    choose(page, "rung-01", "group")

    expect(page.locator(".rp-news")).to_contain_text("Not kept: this browser has no room left.")
    expect(page.locator(".rp-note[data-warning]:visible")).to_contain_text("no room left")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    assert json.loads(download.value.path().read_text(encoding="utf-8"))["answers"] == {"rung-01": "group"}

    page.evaluate("localStorage.clear()")
    choose(page, "rung-02", "role")
    expect(page.locator(".rp-news")).to_be_hidden()
    page.reload()
    expect(page.locator(".rp-progress")).to_have_text("2 of 3 answered · 0 marks")


def test_work_on_an_older_version_is_offered_as_a_file_and_stays_until_it_is_removed(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))
    choose(page, "rung-01", "group")
    page.get_by_label("Name (optional)").fill("Ada")
    changed = replace(bridge, spec={"id": "bridge", "changed": True})
    page.goto(write_page(exercise_html(changed), "changed.html"))

    offer = page.get_by_role("button", name="Save the older work as a file")
    expect(page.locator(".rp-older")).to_contain_text("another version of this exercise")
    with page.expect_download() as download:
        offer.click()
    row = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert (row["exercise_version"], row["answers"]) == (bridge.version, {"rung-01": "group"})
    assert read_submission(download.value.path().read_bytes()).student_name == "Ada"

    page.reload()
    open_file(page, "older.json", row)
    expect(page.locator(".rp-hand-in .rp-status")).to_contain_text("another version")
    page.get_by_role("button", name="Save the older work as a file").click()
    page.get_by_role("button", name="Remove it from this browser").click()
    expect(offer).to_have_count(0)
    page.reload()
    expect(offer).to_have_count(0)


def test_five_thousand_marks_are_kept_in_a_fifth_of_the_room(page, write_page, bridge, rewrite):
    text = "word " * 10_000
    exercise = rewrite(bridge, text.strip(), "en")
    paragraphs = tuple(Span(at, at + 499) for at in range(0, 50_000, 500))
    exercise = replace(exercise, document=replace(exercise.document, paragraphs=paragraphs, sentences=paragraphs))
    marks = [
        {"id": f"m{n}-abcde", "label": "cue", "spans": [[5 * n, 5 * n + 39]], "quotes": [text[5 * n : 5 * n + 39]]}
        for n in range(5000)
    ]
    page.goto(write_page(exercise_html(exercise)))
    open_file(page, "many.json", saved(bridge, exercise_version=exercise.version, answers={"attributions": marks}))
    expect(page.locator(".rp-hand-in .rp-status")).to_contain_text("Opened many.json")
    page.wait_for_function("localStorage.length === 1")

    assert page.evaluate("localStorage[localStorage.key(0)].length") < 1_000_000
    page.reload()
    assert len(json.loads(hand_in(page).path().read_text(encoding="utf-8"))["answers"]["attributions"]) == 5000


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


def test_an_opened_file_brings_its_notes_and_hints_and_hands_them_in_again(sheet, bridge):
    row = saved(bridge, hints={"attributions": 3})
    row["answers"]["attributions"][0]["note"] = "Who? “They” 🦊"
    open_file(sheet, "mine.json", row)
    expect(sheet.locator(".rp-text mark")).to_have_text("said")
    sheet.reload()

    again = json.loads(hand_in(sheet).path().read_text(encoding="utf-8"))
    assert {name: again[name] for name in ("answers", "hints")} == {name: row[name] for name in ("answers", "hints")}
    assert check_answers(bridge, read_submission(json.dumps(again).encode())).marks["attributions"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hints": {"attributions": -1}}, "hints"),
        (
            {"answers": {"attributions": [{"id": "m1", "label": "cue", "spans": [[0, 4]], "note": "x" * 2001}]}},
            "has a note",
        ),
        ({"exercise": "tunnel"}, "another exercise"),
        ({"exercise_version": "0" * 64}, "another version"),
        ({"redpencil": 2}, "not a file that “Hand in” saved"),
        ({"answers": {"rung-01": "opinion", "rung-99": "group"}}, "a question that this exercise does not have"),
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
    # It is not written over either: it can be had as a file.
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the older work as a file").click()
    assert json.loads(download.value.path().read_text(encoding="utf-8"))["answers"] == {"x": 5}
