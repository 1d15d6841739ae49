"""Marking a text with the mouse, with a finger and with the keyboard alone."""

import pytest
from playwright.sync_api import expect

from redpencil.pages.markup import exercise_html


@pytest.fixture
def sheet(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    return make_sheet(page, bridge)


def test_a_click_on_a_word_and_a_label_mark_it(sheet):
    sheet.click("said on")
    assert sheet.selected() == "said"
    sheet.label("cue")

    assert sheet.painted() == [[2, "said"]]
    assert sheet.listed() == [["cue", "said", "sentence 2"]]
    expect(sheet.status).to_have_text("Marked “said” as cue. 1 mark.")


def test_a_second_click_extends_the_selection_so_that_nobody_has_to_drag(sheet):
    sheet.click("the mayor")
    sheet.click("office said")
    assert sheet.selected() == "the mayor’s office"
    sheet.label("source")

    assert sheet.painted() == [[1, "the mayor’s office"]]


def test_a_third_click_begins_a_new_selection(sheet):
    sheet.click("the mayor")
    sheet.click("office said")
    sheet.click("Monday")

    assert sheet.selected() == "Monday"


def test_a_second_click_on_the_same_word_selects_nothing(sheet):
    sheet.click("Monday")
    sheet.page.wait_for_timeout(600)
    sheet.click("Monday")

    assert sheet.selected() == ""


def test_after_a_mark_by_number_a_click_begins_anew(sheet):
    sheet.click("said on")
    sheet.press("2")
    sheet.click("Monday")
    assert sheet.selected() == "Monday"
    sheet.press("1")

    assert sheet.painted() == [[2, "said"], [1, "Monday"]]


def test_shift_and_click_extend_as_far_as_one_likes(sheet):
    sheet.click("traffic")
    sheet.page.keyboard.down("Shift")
    sheet.click("fell")
    sheet.click("12%")
    sheet.page.keyboard.up("Shift")

    assert sheet.selected() == "traffic fell by 12%"


def test_a_double_click_selects_a_word_and_a_triple_click_its_sentence(sheet):
    sheet.click("spans", click_count=2)
    assert sheet.selected() == "spans"
    sheet.click("spans", click_count=3)
    assert sheet.selected() == "It spans 300km2 of marsh"


@pytest.mark.parametrize(
    ("dragged", "selected"),
    [
        ("e bridge is close", "The bridge is closed"),
        ("“The bridge is closed,” ", "The bridge is closed"),
        ("00km2 o", "300km2 of"),
        ("’t panic.", "Don’t panic"),
    ],
)
def test_a_drag_selects_whole_words_without_the_punctuation_around_them(sheet, dragged, selected):
    sheet.drag(dragged)

    assert sheet.selected() == selected


def test_a_drag_over_two_paragraphs_is_one_mark(sheet):
    sheet.drag("of marsh", to="According")
    sheet.label("content")

    [mark] = sheet.marks()
    assert mark["quotes"] == ["of marsh.\n\nAccording"]
    assert len(mark["spans"]) == 1


def test_a_tap_and_a_tap_select_and_a_tap_on_a_label_marks(new_context, write_page, bridge, make_sheet):
    context = new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)

    sheet.tap("a 2019")
    sheet.tap("record")
    page.locator(".rp-palette").get_by_role("button", name="source").tap()

    assert sheet.painted() == [[1, "a 2019 record"]]


def test_a_selection_made_with_the_systems_handles_is_taken_as_it_is(new_context, write_page, bridge, make_sheet):
    context = new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)

    sheet.tap("Monday")
    page.evaluate(
        """() => {
          const words = document.querySelectorAll(".rp-block")[2];
          const node = [...words.childNodes].find(n => n.nodeType === 3 && n.nodeValue.includes("traffic"));
          const at = node.nodeValue.indexOf("affic fell");
          document.getSelection().setBaseAndExtent(node, at, node, at + 9);
        }"""
    )
    expect(sheet.status).to_contain_text("Selected “traffic fell”")
    page.locator(".rp-palette").get_by_role("button", name="content").tap()

    assert [mark["quotes"] for mark in sheet.marks()] == [["traffic fell"]]


def test_the_keyboard_alone_marks_links_and_deletes(sheet):
    sheet.text.focus()
    sheet.press("Control+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "3")
    sheet.press("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "1", "ArrowRight", "2")

    assert sheet.painted() == [[3, "The bridge is closed"], [1, "the mayor’s office"], [2, "said"]]

    page = sheet.page
    page.get_by_label("Source of “The bridge is closed”").select_option(label="“the mayor’s office”, sentence 2")
    page.get_by_label("Cue of “The bridge is closed”").select_option(label="“said”, sentence 2")
    expect(page.locator(".rp-words")).to_have_text(
        "“The bridge is closed” is said by “the mayor’s office”, handed over by “said”."
    )
    source, cue = (mark["id"] for mark in sheet.marks()[1:])
    assert sheet.marks()[0]["links"] == [{"to": source, "role": "source"}, {"to": cue, "role": "cue"}]

    sheet.text.focus()
    sheet.press("Delete")
    assert [mark["quotes"] for mark in sheet.marks()] == [["The bridge is closed"], ["the mayor’s office"]]
    assert sheet.marks()[0]["links"] == [{"to": source, "role": "source"}]


def test_keys_move_by_word_by_sentence_and_to_the_ends(sheet):
    sheet.text.focus()
    visited = []
    for key in [
        "ArrowRight", "ArrowRight", "ArrowLeft", "Control+ArrowRight", "Alt+ArrowRight", "Control+ArrowLeft",
        "End", "Home", "Control+End", "Control+Home",
    ]:  # fmt: skip
        sheet.press(key)
        visited.append(sheet.selected())

    assert visited == ["🦊", "Bridge", "🦊", "The", "It", "The", "marsh", "The", "panic", "🦊"]


def test_the_arrows_up_and_down_go_by_line(new_context, write_page, bridge, make_sheet):
    page = new_context(viewport={"width": 390, "height": 800}).new_page()
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    sheet.text.focus()
    sheet.press("ArrowRight", "ArrowDown")
    below = sheet.selected()
    top = page.locator(".rp-selected").bounding_box()["y"]
    sheet.press("ArrowDown")

    assert below
    assert page.locator(".rp-selected").bounding_box()["y"] > top
    sheet.press("ArrowUp")
    assert sheet.selected() == below


def test_escape_selects_nothing_and_a_number_then_asks_for_words(sheet):
    sheet.text.focus()
    sheet.press("ArrowRight", "Escape", "1")

    assert sheet.painted() == []
    expect(sheet.status).to_contain_text("No words are selected")


def test_the_question_mark_shows_the_keys(sheet):
    sheet.text.focus()
    sheet.press("?")

    expect(sheet.page.get_by_text("a sentence back, a sentence on")).to_be_visible()


def test_an_identical_mark_is_refused_with_a_word_about_it(sheet):
    for _ in range(2):
        sheet.click("said on")
        sheet.label("cue")

    assert sheet.painted() == [[2, "said"]]
    expect(sheet.status).to_have_text("“said” is already marked as cue.")


def test_marks_that_overlap_are_all_painted_and_kept_apart(sheet):
    sheet.drag("The bridge is closed,” the mayor’s office said")
    sheet.label("content")
    sheet.drag("closed,” the mayor’s office said on")
    sheet.label("source")
    sheet.click("said on", click_count=2)
    sheet.label("cue")

    assert sheet.painted() == [
        [3, "The bridge is closed,” the mayor’s office said"],
        [1, "closed,” the mayor’s office said on"],
        [2, "said"],
    ]
    assert sheet.text.locator(".rp-block").nth(1).text_content() == sheet.document.quote(sheet.document.paragraphs[1])


def test_undo_and_redo_go_back_and_forth_by_key_and_by_button(sheet):
    sheet.click("said on")
    sheet.label("cue")
    sheet.click("Monday")
    sheet.label("source")
    both = sheet.painted()

    sheet.text.focus()
    sheet.press("Control+z")
    assert sheet.painted() == both[:1]
    sheet.page.get_by_role("button", name="Undo").click()
    assert sheet.painted() == []
    sheet.page.get_by_role("button", name="Redo").click()
    sheet.text.focus()
    sheet.press("Control+Shift+z")
    assert sheet.painted() == both
    sheet.press("Control+z", "Control+y")
    assert sheet.painted() == both


def test_a_mark_gets_another_label_and_goes_from_the_list(sheet):
    page = sheet.page
    sheet.click("said on")
    sheet.label("cue")
    page.get_by_label("Label of “said”").select_option("source")
    assert sheet.painted() == [[1, "said"]]

    page.get_by_role("button", name="Delete source “said”").click()
    assert sheet.painted() == []
    expect(page.locator(".rp-list-title")).to_be_focused()


def test_the_list_leads_to_a_mark_in_the_text(sheet):
    sheet.click("panic")
    sheet.label("cue")
    sheet.page.get_by_role("button", name="Go to it: “panic”").click()

    expect(sheet.text).to_be_focused()
    assert sheet.chosen() == "panic"
    expect(sheet.text.locator("[data-chosen]")).to_be_in_viewport()
    expect(sheet.status).to_have_text("Chosen: cue “panic”, mark 1 of 1.")


def test_candidates_for_a_link_come_nearest_first(sheet):
    for words in ("officials", "the mayor’s office", "a 2019 record"):
        sheet.drag(words) if " " in words else sheet.click(words)
        sheet.label("source")
    sheet.drag("The bridge is closed")
    sheet.label("content")

    expect(sheet.page.get_by_label("Source of “The bridge is closed”").locator("option")).to_have_text([
        "none yet",
        "“the mayor’s office”, sentence 2",
        "“officials”, sentence 1",
        "“a 2019 record”, sentence 4",
    ])  # fmt: skip


def test_letters_of_labels_and_numbers_of_sentences_are_not_text(sheet):
    sheet.click("said on")
    sheet.label("cue")
    copied = sheet.page.evaluate(
        """() => {
          getSelection().selectAllChildren(document.querySelectorAll(".rp-block")[1]);
          return String(getSelection());
        }"""
    )

    assert copied.strip() == sheet.document.quote(sheet.document.paragraphs[1])


def test_only_the_paragraph_that_is_touched_is_drawn_again(sheet):
    sheet.page.evaluate(
        """() => {
          window.drawn = new Set();
          document.querySelectorAll(".rp-block").forEach((block, n) =>
            new MutationObserver(() => window.drawn.add(n)).observe(block, {childList: true, subtree: true}));
        }"""
    )
    sheet.click("said on")
    sheet.label("cue")

    assert sheet.page.evaluate("[...window.drawn]") == [1]


def test_a_click_on_a_mark_chooses_it_and_more_clicks_go_on_to_longer_ones_and_to_the_word(sheet):
    sheet.drag("The bridge is closed,” the mayor’s office said")
    sheet.label("content")
    sheet.drag("mayor’s office")
    sheet.label("source")

    sheet.click("office said")
    assert sheet.chosen() == "mayor’s office"
    expect(sheet.status).to_contain_text("Chosen: source “mayor’s office”, 1 of 2 here.")
    expect(sheet.page.locator(".rp-marks [aria-current]")).to_contain_text("mayor’s office")
    sheet.page.wait_for_timeout(600)
    sheet.click("office said")
    assert sheet.chosen() == "The bridge is closed,” the mayor’s office said"
    expect(sheet.status).to_contain_text("2 of 2 here.")
    sheet.page.wait_for_timeout(600)
    sheet.click("office said")
    assert sheet.chosen() == ""
    assert sheet.selected() == "office"


def test_a_tap_on_a_mark_chooses_it(new_context, write_page, bridge, make_sheet):
    page = new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True).new_page()
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    sheet.tap("Monday")
    page.locator(".rp-palette").get_by_role("button", name="cue").tap()
    sheet.tap("Monday")

    assert sheet.chosen() == "Monday"


def test_a_chosen_mark_is_outlined_in_forced_colours_too(new_context, write_page, bridge, make_sheet):
    page = new_context(forced_colors="active", viewport={"width": 1300, "height": 900}).new_page()
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    for words in ("Monday", "panic"):
        sheet.click(words)
        sheet.label("cue")
    sheet.click("panic")

    assert sheet.text.locator("mark").evaluate_all("all => all.map(mark => getComputedStyle(mark).borderTopWidth)") == [
        "0px",
        "2px",
    ]


def test_tab_goes_through_the_marks_once_one_is_chosen_and_then_on(sheet):
    for words in ("Monday", "panic", "officials"):
        sheet.click(words)
        sheet.label("cue")
    sheet.text.focus()
    sheet.press("Escape", "Control+Home", "m")
    visited = [sheet.chosen()]
    for _ in range(2):
        sheet.press("Tab")
        visited.append(sheet.chosen())
    assert visited == ["officials", "Monday", "panic"]
    sheet.press("Shift+Tab")
    assert sheet.chosen() == "Monday"
    expect(sheet.status).to_have_text("Chosen: cue “Monday”, mark 2 of 3.")
    sheet.press("Tab", "Tab")
    expect(sheet.text).not_to_be_focused()
    expect(sheet.page.get_by_role("button", name="Add to this mark")).to_be_focused()


def test_the_list_of_marks_is_one_stop_for_tab_and_up_and_down_go_from_mark_to_mark(sheet):
    page = sheet.page
    for words in ("Monday", "panic", "officials"):
        sheet.click(words)
        sheet.label("cue")
    sheet.listed()
    go_to = [page.get_by_role("button", name=f"Go to it: “{words}”") for words in ("officials", "Monday", "panic")]

    def reached():
        """The marks whose entry Tab stops in."""
        controls = page.locator(".rp-marks").locator("button, select")
        words = "one => one.closest('li').querySelector('q').textContent"
        return set(controls.evaluate_all(f"all => all.filter(one => one.tabIndex === 0).map({words})"))

    assert reached() == {"officials"}

    go_to[0].focus()
    sheet.press("ArrowDown")
    expect(go_to[1]).to_be_focused()
    assert reached() == {"Monday"}
    sheet.press("End")
    expect(go_to[2]).to_be_focused()
    sheet.press("ArrowDown")
    expect(go_to[2]).to_be_focused()
    sheet.press("Home")
    expect(go_to[0]).to_be_focused()

    # Tab goes through what can be done to this one, and the same button is found at the next; a menu keeps its keys.
    sheet.press("Tab", "ArrowDown")
    expect(page.get_by_label("Label of “officials”")).to_be_focused()
    expect(page.get_by_label("Label of “officials”")).to_have_value("content")
    sheet.press("Tab", "ArrowDown")
    expect(page.get_by_role("button", name="Note on “Monday”")).to_be_focused()
    sheet.press("Tab")
    expect(page.get_by_role("button", name="Delete cue “Monday”")).to_be_focused()
    sheet.press("Tab")
    assert not page.locator(".rp-marks").evaluate("list => list.contains(document.activeElement)")
    sheet.press("Shift+Tab")
    expect(page.get_by_role("button", name="Delete cue “Monday”")).to_be_focused()

    # The mark that is chosen in the text is the one that the list goes on from; one that is gone gives way.
    page.get_by_role("button", name="Go to it: “panic”").click()
    assert reached() == {"panic"}
    sheet.press("Delete")
    sheet.listed()
    assert reached() == {"officials"}


def test_with_no_mark_chosen_tab_leaves_the_text_at_once(sheet):
    sheet.click("Monday")
    sheet.label("cue")
    sheet.text.focus()
    sheet.press("Escape", "Tab")

    expect(sheet.text).not_to_be_focused()


def test_the_letter_m_stops_at_the_last_mark_and_says_so(sheet):
    for words in ("Monday", "panic"):
        sheet.click(words)
        sheet.label("cue")
    sheet.text.focus()
    sheet.press("Escape", "Control+Home", "m", "m", "m")
    assert sheet.chosen() == "panic"
    expect(sheet.status).to_have_text("There is no further mark.")
    sheet.press("Shift+m")
    assert sheet.chosen() == "Monday"


def test_a_label_and_delete_act_on_the_chosen_mark(sheet):
    sheet.click("Monday")
    sheet.label("cue")
    sheet.click("Monday")
    sheet.label("source")
    assert sheet.painted() == [[1, "Monday"]]
    sheet.press("Delete")
    assert sheet.painted() == []
    sheet.press("Control+z", "Control+z")
    assert sheet.painted() == [[2, "Monday"]]


def test_relabelling_into_an_identical_mark_is_refused_with_a_word_about_it(sheet):
    for label in ("cue", "source"):
        sheet.click("Monday", click_count=2)
        sheet.label(label)
    sheet.text.focus()
    sheet.press("Escape")
    sheet.page.get_by_label("Label of “Monday”").last.select_option("cue")

    expect(sheet.status).to_have_text("“Monday” is already marked as cue.")
    assert sorted(sheet.painted()) == [[1, "Monday"], [2, "Monday"]]
    expect(sheet.page.get_by_label("Label of “Monday”").last).to_have_value("source")


# The word in each, marked, has to come out whole: a vowel sign, a joiner, a family, a flag, a soft hyphen, a long word.
WORDS = {
    "Devanagari": ("hi", "यह हिन्दी है।", "हिन्दी", "है"),
    "Arabic": ("ar", "قالَ المُتَحَدِّثُ ذلك.", "المُتَحَدِّثُ", "ذلك"),
    "Persian": ("fa", "او می\u200cگوید که", "می\u200cگوید", "که"),
    "Hebrew": ("he", "הוא אמר שלום", "אמר", "שלום"),
    "Decomposed": ("fr", "un e\u0301te\u0301 chaud", "e\u0301te\u0301", "chaud"),
    "Family": ("en", "see 👩‍👩‍👧‍👦 here", "👩‍👩‍👧‍👦", "here"),
    "Flag": ("en", "the 🇫🇷 flag", "🇫🇷", "flag"),
    "Soft hyphen": ("en", "a hy\u00adphen ated", "hy\u00adphen", "ated"),
    # No spaces: these are the words that MDN gives for this text, where it explains the constructor Intl.Segmenter().
    "Japanese": ("ja", "吾輩は猫である。名前はたぬき。", "は", "猫"),
    # "Thai language is", in three words.
    "Thai": ("th", "ภาษาไทยเป็น", "ไทย", "เป็น"),
    "Long word": ("en", "a " + "x" * 500 + " end", "x" * 500, "end"),
}


@pytest.mark.parametrize("kind", WORDS)
def test_a_word_of_any_script_is_one_word_with_offsets_in_code_points(
    page, write_page, bridge, make_sheet, rewrite, kind
):
    language, text, word, following = WORDS[kind]
    exercise = rewrite(bridge, text, language)
    page.goto(write_page(exercise_html(exercise, ["attributions"])))
    sheet = make_sheet(page, exercise)
    on = "ArrowLeft" if language in {"ar", "fa", "he"} else "ArrowRight"
    sheet.text.focus()
    sheet.press(on, on)

    assert sheet.selected() == word
    sheet.press("2")
    start = text.index(word)
    assert [mark["spans"] for mark in sheet.marks()] == [[[start, start + len(word)]]]
    sheet.press("m", f"Shift+{on}")
    end = text.index(following) + len(following)
    assert [mark["spans"] for mark in sheet.marks()] == [[[start, end]]]
    assert [mark["quotes"] for mark in sheet.marks()] == [[text[start:end]]]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def press_at_once(sheet, *keys):
    """Press keys in the text faster than anything is drawn."""
    sheet.text.evaluate(
        """(text, keys) => {
          for (const key of keys) {
            text.ownerDocument.activeElement.dispatchEvent(
              new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
          }
        }""",
        keys,
    )


def test_a_new_mark_in_a_long_list_draws_one_entry_and_one_paragraph(page, write_page, bridge, make_sheet, rewrite):
    exercise = rewrite(bridge, " ".join(f"word{n}" for n in range(400)), "en")
    page.goto(write_page(exercise_html(exercise, ["attributions"])))
    sheet = make_sheet(page, exercise)
    sheet.text.focus()
    sheet.press("ArrowRight")
    press_at_once(sheet, *["2", "ArrowRight"] * 145)
    for _ in range(5):
        sheet.press("2", "ArrowRight")
    title, entries = page.locator(".rp-list-title"), page.locator(".rp-marks > li")
    expect(title).to_have_text("Your marks: 51 to 150 of 150")
    page.wait_for_timeout(300)
    page.evaluate(
        """() => {
          window.drawn = new Set();
          const note = changes => changes.forEach(({target, addedNodes}) =>
            [target.closest("li"), ...addedNodes].forEach(node => node?.matches?.("li") && window.drawn.add(node)));
          new MutationObserver(note).observe(document.querySelector(".rp-marks"), {childList: true, subtree: true});
        }"""
    )
    sheet.press("1")
    expect(title).to_have_text("Your marks: 52 to 151 of 151")

    assert page.evaluate("[...window.drawn].map(entry => entry.querySelector('.rp-quote').textContent)") == ["word150"]
    expect(entries).to_have_count(100)
    page.get_by_role("button", name="Delete source “word150”").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Delete source “word150”")).to_be_visible()


def test_a_long_list_of_marks_goes_where_the_reader_goes_and_paper_has_all_of_it(
    page, write_page, bridge, make_sheet, rewrite
):
    exercise = rewrite(bridge, " ".join(f"word{n}" for n in range(400)), "en")
    page.goto(write_page(exercise_html(exercise, ["attributions"])))
    sheet = make_sheet(page, exercise)
    sheet.text.focus()
    sheet.press("ArrowRight")
    title, quotes = page.locator(".rp-list-title"), page.locator(".rp-marks .rp-quote")
    press_at_once(sheet, *["2", "ArrowRight"] * 90)
    expect(quotes).to_have_count(90)
    # The last 30 come faster than the list is drawn.
    press_at_once(sheet, *["2", "ArrowRight"] * 30)
    expect(title).to_have_text("Your marks: 21 to 120 of 120")

    page.get_by_role("button", name="Earlier marks").first.press("Enter")
    expect(title).to_have_text("Your marks: 1 to 100 of 120")
    expect(title).to_be_focused()
    expect(quotes.first).to_have_text("word0")
    expect(page.get_by_role("button", name="Earlier marks").first).to_be_hidden()
    page.get_by_role("button", name="Later marks").first.click()
    expect(title).to_have_text("Your marks: 21 to 120 of 120")

    # Going through the marks with a key takes the list along.
    sheet.text.focus()
    sheet.press("Control+Home", "m")
    expect(title).to_have_text("Your marks: 1 to 100 of 120")
    expect(page.locator(".rp-marks > [aria-current]")).to_contain_text("word0")

    # Where the focus is, the list stays, though what was deleted comes back before it.
    page.get_by_role("button", name="Delete cue “word99”").press("Enter")
    follower = page.get_by_role("button", name="Delete cue “word100”")
    expect(follower).to_be_focused()
    sheet.press("Control+z")
    expect(title).to_contain_text("of 120")
    expect(follower).to_be_focused()

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(quotes).to_have_count(120)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(quotes).to_have_count(100)
