"""What the component says, and how it is read: on phones, by ear, at twice the size, after a reworded prompt."""

import json
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from redpencil.pages.markup import exercise_html

# Forced colours, dark: what Chromium gives for CanvasText.
WHITE = "rgb(255, 255, 255)"
MARK = {"id": "a", "label": "cue", "spans": [[0, 4]]}


def choose(page, item, label):
    page.locator(f"fieldset[data-item={item}]").get_by_label(label, exact=True).first.check()


def compare(page, group):
    part = page.locator(f"[data-group={group}]")
    part.locator(".rp-key-panel > .rp-button").click()
    part.get_by_role("button", name="Compare now").click()
    expect(part.locator(".rp-comparison > *").first).to_be_visible()
    return part


def save(page, button="Hand in"):
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    return json.loads(download.value.path().read_text(encoding="utf-8"))


@pytest.fixture
def sheet(page, write_page, bridge, bridge_key, make_sheet):
    page.goto(write_page(exercise_html(bridge, key=bridge_key)))
    return make_sheet(page, bridge)


@pytest.fixture
def reworded(bridge):
    """The exercise with another prompt, to which answers to the first one still fit."""
    return replace(bridge, spec={"id": "bridge", "prompt": "Reworded.", "still_fits": [bridge.version]})


def test_work_goes_on_after_a_prompt_was_reworded(page, write_page, bridge, reworded, make_sheet):
    page.goto(write_page(exercise_html(bridge)))
    first = make_sheet(page, bridge)
    choose(page, "rung-01", "group")
    first.drag("a 2019 record")
    first.label("source")
    page.goto(write_page(exercise_html(reworded), "reworded.html"))

    expect(page.locator(".rp-progress")).to_have_text("1 of 3 answered · 1 mark")
    expect(page.locator(".rp-older")).to_have_count(0)
    assert save(page)["exercise_version"] == reworded.version
    choose(page, "rung-02", "role")
    page.reload()
    expect(page.locator(".rp-progress")).to_have_text("2 of 3 answered · 1 mark")
    expect(page.locator(".rp-older")).to_have_count(0)


def test_of_several_earlier_versions_the_newest_work_is_taken_up(page, write_page, bridge):
    rows = {"a" * 64: ("group", "2026-03-01T10:00:00Z"), "b" * 64: ("role", "2026-03-03T10:00:00Z")}
    for version, (label, at) in rows.items():
        row = {"redpencil": 1, "exercise": "bridge", "answers": {"rung-01": label}, "saved_at": at}
        content = json.dumps(json.dumps(row | {"exercise_version": version}))
        page.add_init_script(
            f"localStorage.getItem('done') || localStorage.setItem('redpencil:bridge:{version}', {content})"
        )
    now = replace(bridge, spec={"id": "bridge", "still_fits": list(rows)})
    page.goto(write_page(exercise_html(now)))

    expect(page.locator("[data-item=rung-01] input:checked")).to_have_value("role")
    expect(page.locator(".rp-older")).to_contain_text("2026-03-01")


def test_a_file_of_a_version_that_still_fits_is_opened_and_handed_in_as_the_present_one(
    page, write_page, bridge, reworded
):
    page.goto(write_page(exercise_html(bridge)))
    choose(page, "rung-01", "group")
    row = save(page)
    page.evaluate("localStorage.clear()")
    page.goto(write_page(exercise_html(reworded), "reworded.html"))
    page.evaluate("localStorage.clear()")
    page.reload()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a saved file").click()
    chooser.value.set_files({"name": "a.json", "mimeType": "application/json", "buffer": json.dumps(row).encode()})

    expect(page.locator(".rp-progress")).to_have_text("1 of 3 answered · 0 marks")
    assert save(page) | {"saved_at": ""} == row | {"saved_at": "", "exercise_version": reworded.version}


def test_work_that_no_longer_fits_is_told_of_above_each_part_with_a_way_on(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge)))
    choose(page, "rung-01", "group")
    other = replace(bridge, spec={"id": "bridge", "changed": True})
    page.goto(write_page(exercise_html(other, ["rung"]) + exercise_html(other, ["evidence"]), "other.html"))

    for element in page.locator("red-pencil").all():
        notice = element.locator(".rp-older")
        expect(notice).to_contain_text("save it and give that file to your teacher")
        assert notice.bounding_box()["y"] < element.locator(".rp-part").bounding_box()["y"]
    page.get_by_role("button", name="Save the older work as a file").first.click()
    page.get_by_role("button", name="Remove it from this browser").click()
    expect(page.locator(".rp-older")).to_have_count(0)


# The words of an element that stand on two lines, though they would fit on one.
BROKEN_WORDS = """() => {
  const broken = [];
  for (const element of document.querySelectorAll(
      ".red-pencil :is(button, th, .rp-onward, .rp-progress, .rp-link > span)")) {
    if (!element.checkVisibility()) continue;
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const word of node.nodeValue.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""


@pytest.mark.parametrize("width", [320, 390])
def test_no_button_heading_or_field_name_is_broken_inside_a_word(
    new_context, write_page, bridge, bridge_key, make_sheet, width
):
    page = new_context(viewport={"width": width, "height": 700}).new_page()
    page.goto(write_page(exercise_html(bridge, ["attributions"], key=bridge_key) + exercise_html(bridge, ["evidence"])))
    sheet = make_sheet(page, bridge)
    sheet.text.focus()
    sheet.press("Control+ArrowRight", "1", "ArrowRight", "2", "ArrowRight", "3")
    expect(page.locator(".rp-link")).to_have_count(2)
    expect(page.get_by_role("link", name="Hand in")).to_be_visible()
    assert page.evaluate(BROKEN_WORDS) == []
    compare(page, "attributions")
    page.locator(".rp-formula summary").click()

    assert page.evaluate(BROKEN_WORDS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 390])
def test_the_points_of_each_label_are_seen_whole_on_a_phone(
    new_context, write_page, bridge, bridge_key, make_sheet, width
):
    page = new_context(viewport={"width": width, "height": 700}).new_page()
    page.goto(write_page(exercise_html(bridge, key=bridge_key)))
    sheet = make_sheet(page, bridge)
    sheet.text.focus()
    sheet.press("ArrowRight", "1")
    part = compare(page, "attributions")

    table = part.get_by_role("group", name="Points for each label")
    assert table.locator("thead th").all_text_contents() == ["Label", "Points"]
    assert table.evaluate("table => table.scrollWidth <= table.clientWidth")


def test_measures_are_said_in_plain_words_and_their_names_only_in_the_fold(sheet):
    sheet.drag("a 2019 record")
    sheet.label("source")
    part = compare(sheet.page, "attributions")

    for name in ("precision", "recall", "F1"):
        found = part.get_by_text(name)
        expect(found.first).to_be_attached()
        assert [one for one in found.all() if one.is_visible()] == []
    part.locator(".rp-formula summary").click()
    expect(part.get_by_role("columnheader", name="Of what you marked, in the key")).to_be_visible()


def test_the_points_of_the_labels_add_up_to_the_total(sheet):
    # Of each label one of two is found, and nothing else is marked: F1 is 2/3, three times, of 5 points.
    for words, label in [("a 2019 record", "source"), ("According to", "cue"), ("traffic fell by 12%", "content")]:
        sheet.drag(words)
        sheet.label(label)
    part = compare(sheet.page, "attributions")

    table = part.get_by_role("group", name="Points for each label")
    rows = [float(cell.split(" of ")[0]) for cell in table.locator("tbody td").all_text_contents()]
    assert sorted(rows) == [3.33, 3.33, 3.34]
    expect(part.locator(".rp-score")).to_have_text("10 of 15 points")


def test_handing_in_says_that_nothing_was_sent_what_is_done_and_whose_it_is(sheet):
    page = sheet.page
    choose(page, "rung-01", "group")
    hand_in = page.locator(".rp-hand-in")
    expect(hand_in).to_contain_text("1 of 3 answered, 0 marks. No name given.")
    save(page)
    expect(hand_in.locator(".rp-status")).to_have_text(
        "Saved bridge.redpencil.json where your browser keeps downloads. Not sent yet: give this file to your teacher. "
        "1 of 3 answered, 0 marks. No name given."
    )
    page.get_by_label("Name (optional)").fill("Ada")
    expect(hand_in).to_contain_text("1 of 3 answered, 0 marks. Ada.")


def test_an_empty_file_is_saved_only_after_a_question(sheet):
    page = sheet.page
    downloads = []
    page.on("download", lambda download: downloads.append(download))
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("group", name="Nothing is answered yet.")).to_be_visible()
    page.locator(".rp-hand-in").get_by_role("button", name="Not yet").click()
    expect(page.get_by_role("button", name="Hand in")).to_be_focused()
    assert downloads == []
    page.get_by_role("button", name="Hand in").click()

    assert save(page, "Save it anyway")["answers"] == {}


def test_letters_of_labels_are_seen_in_forced_colours_in_the_dark(new_context, write_page, bridge, make_sheet):
    page = new_context(color_scheme="dark", forced_colors="active").new_page()
    page.goto(write_page(exercise_html(bridge)))
    sheet = make_sheet(page, bridge)
    sheet.drag("a 2019 record")
    sheet.label("source")
    expect(page.locator(".rp-marks .rp-tag")).to_have_count(1)

    colours = page.evaluate(
        """() => [...document.querySelectorAll(".red-pencil :is(mark, .rp-tag)[data-letter]")]
                   .map(element => getComputedStyle(element, "::before").color)"""
    )
    assert len(colours) == 5
    assert set(colours) == {WHITE}


def test_after_comparing_the_ladder_a_button_leads_to_the_first_sentence(sheet):
    choose(sheet.page, "rung-02", "role")
    part = compare(sheet.page, "rung")
    part.get_by_role("button", name="Begin at sentence 1").click()

    expect(part.locator("[data-item=rung-01] .rp-verdict")).to_be_focused()
    expect(part.locator("[data-item=rung-01] legend")).to_be_in_viewport()


def test_each_fate_leads_to_its_words_in_the_text_also_of_what_was_missed(sheet):
    sheet.drag("Monday")
    sheet.label("source")
    part = compare(sheet.page, "attributions")

    part.get_by_role("button", name="Go to it: “traffic fell by 12%”").click()
    assert sheet.selected() == "traffic fell by 12%"
    expect(sheet.text).to_be_focused()
    expect(sheet.text.locator(".rp-selected").first).to_be_in_viewport()
    part.locator(".rp-fates").get_by_role("button", name="Go to it: “Monday”").click()
    assert sheet.selected() == "Monday"


def test_what_was_missed_is_outlined_in_the_text_while_the_key_is_open(sheet, bridge):
    sheet.drag("the mayor’s")
    sheet.label("source")
    part = compare(sheet.page, "attributions")
    outlined = "".join(sheet.text.locator(".rp-missed").all_text_contents())

    assert (
        outlined
        == "The bridge is closed" + " office" + "said" + "According to" + "a 2019 record" + "traffic fell by 12%"
    )
    expect(part.get_by_text("A dashed outline in the text shows what the key has")).to_be_visible()
    # It is no part of the text: words behind it are still found at their places.
    blocks = sheet.text.locator("[data-start]")
    assert "\n\n".join(blocks.all_text_contents()) == bridge.document.text
    part.get_by_role("button", name="Try again").click()
    expect(sheet.text.locator(".rp-missed")).to_have_count(0)
    sheet.drag("traffic fell by 12%")
    sheet.label("content")
    assert sheet.marks()[-1]["quotes"] == ["traffic fell by 12%"]


def test_going_by_sentences_says_the_sentence_and_its_number(sheet):
    sheet.text.focus()
    sheet.press("Control+ArrowRight", "Control+ArrowRight")
    expect(sheet.status).to_have_text("Sentence 3: “It spans 300km2 of marsh.”")


def test_comparing_says_the_points_and_trying_again_says_what_it_did(sheet):
    choose(sheet.page, "rung-01", "group")
    part = compare(sheet.page, "rung")
    expect(part.get_by_role("group", name="Comparison: 1 of 2 points")).to_be_focused()
    part.get_by_role("button", name="Try again").click()

    expect(part.get_by_role("status")).to_have_text(
        "The key is closed. You can change your answers again; this attempt is kept."
    )


def test_undoing_says_above_the_text_what_became_of_the_mark(sheet):
    sheet.drag("a 2019 record")
    sheet.label("source")
    sheet.text.focus()
    sheet.press("Control+z")
    expect(sheet.status).to_have_text("Undone: source “a 2019 record” is gone. 0 marks.")
    sheet.press("Control+y")
    expect(sheet.status).to_have_text("Redone: source “a 2019 record” is there again. 1 mark.")


def test_a_number_with_nothing_selected_tells_how_to_select_with_keys(sheet):
    sheet.text.focus()
    sheet.press("1")
    expect(sheet.status).to_contain_text("with the arrow keys, hold Shift to take in more, then press 1")


def test_students_read_of_a_teacher_only(page, write_page, bridge, bridge_key):
    page.goto(write_page(exercise_html(bridge, key=bridge_key) + exercise_html(replace(bridge, id="other"))))
    expect(page.get_by_role("button", name="See what your teacher looks at").first).to_be_visible()
    assert "instructor" not in page.locator("main").text_content()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"rung-02": "sure"}, "Its answer to sentence 2 is"),
        ({"attributions": [MARK, MARK | {"id": "b", "spans": [[0, 99999]]}]}, "mark 2 lies outside the text."),
    ],
)
def test_a_refused_file_is_explained_without_the_names_of_the_format(sheet, bridge, answers, said):
    row = {"redpencil": 1, "exercise": "bridge", "exercise_version": bridge.version, "answers": answers, "saved_at": ""}
    with sheet.page.expect_file_chooser() as chooser:
        sheet.page.get_by_role("button", name="Open a saved file").click()
    chooser.value.set_files({"name": "a.json", "mimeType": "application/json", "buffer": json.dumps(row).encode()})

    status = sheet.page.locator(".rp-hand-in .rp-status")
    expect(status).to_contain_text(said)
    assert not any(word in status.text_content() for word in ("rung-", "attributions", "99999"))


def test_the_text_stays_where_it_is_when_the_line_above_it_grows(new_context, write_page, bridge, make_sheet):
    page = new_context(viewport={"width": 390, "height": 900}).new_page()
    page.goto(write_page(exercise_html(bridge)))
    sheet = make_sheet(page, bridge)
    top = "document.querySelector('.rp-text').getBoundingClientRect().top + scrollY"
    sheet.text.focus()
    sheet.press("Home")
    before = page.evaluate(top)
    sheet.press("Control+ArrowRight")
    expect(sheet.status).to_contain_text("the mayor’s office said on Monday")

    assert sheet.status.evaluate("s => s.getClientRects()[0].height > 30")
    assert page.evaluate(top) == before


def test_a_comparison_on_paper_has_no_button(sheet):
    choose(sheet.page, "rung-01", "group")
    compare(sheet.page, "rung")
    sheet.page.emulate_media(media="print")

    expect(sheet.page.get_by_text("The reason of r1.")).to_be_visible()
    assert [button for button in sheet.page.locator("button").all() if button.is_visible()] == []


def test_at_twice_the_size_the_bars_leave_two_thirds_of_the_window(new_context, write_page, bridge, make_sheet):
    # A window of 1300 by 900 pixels at 200 %.
    page = new_context(viewport={"width": 650, "height": 450}, device_scale_factor=2).new_page()
    page.goto(write_page(exercise_html(bridge) + "<p style='height: 2000px'>After it.</p>"))
    make_sheet(page, bridge).place("Don’t panic")
    page.mouse.wheel(0, 150)
    covered = page.evaluate(
        """() => [...document.querySelectorAll(".rp-palette, .rp-bar")]
                   .filter(bar => getComputedStyle(bar).position === "sticky")
                   .reduce((sum, bar) => sum + bar.getBoundingClientRect().height, 0)"""
    )
    assert covered < 450 / 3


def test_what_follows_an_exercise_stands_clear_of_it(page, write_page, bridge):
    page.goto(write_page(exercise_html(bridge) + "<p id='after' style='margin: 0'>After it.</p>"))
    card = page.locator("red-pencil").bounding_box()

    assert page.locator("#after").bounding_box()["y"] - card["y"] - card["height"] >= 16


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_colour_is_the_themes_own_whatever_the_system_says(new_context, write_page, bridge, theme):
    scheme = {"light": "dark", "dark": "light"}[theme]
    page = new_context(color_scheme=scheme).new_page()
    page.goto(write_page(exercise_html(bridge), theme=f' data-theme="{theme}"'))

    paper = page.locator("red-pencil").evaluate("element => getComputedStyle(element).backgroundColor")
    assert paper == {"light": "rgb(255, 253, 249)", "dark": "rgb(27, 24, 21)"}[theme]
    page.emulate_media(media="print")
    ink = page.locator(".rp-title").first.evaluate("element => getComputedStyle(element).color")
    assert ink == "rgb(33, 28, 24)"
