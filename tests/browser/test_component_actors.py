"""Whom a loaded word hits: said in the list of marks, kept with the mark, and held against the key after an attempt."""

import json

import pytest
from playwright.sync_api import expect

from redpencil.annotation import from_w3c
from redpencil.exercise import load_exercise, load_key
from redpencil.pages.markup import exercise_html


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("loaded-labels")


@pytest.fixture
def sheet(page, write_page, exercise, make_sheet):
    page.goto(write_page(exercise_html(exercise, ["labels"], load_key(exercise))))
    return make_sheet(page, exercise)


def marks(sheet):
    return [(mark["quotes"], mark["label"], mark.get("actor")) for mark in sheet.answers().get("labels", [])]


def mark(sheet, words, label):
    sheet.drag(words)
    sheet.label(label)


def give(page, button, row):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    chooser.value.set_files({"name": "a.json", "mimeType": "application/json", "buffer": json.dumps(row).encode()})


def test_an_actor_is_chosen_in_the_list_by_keyboard_and_undone(sheet):
    mark(sheet, "Idlib radicals", "name-calling")
    menu = sheet.page.get_by_label("Whom “Idlib radicals” hits")
    expect(menu).to_have_value("")

    menu.focus()
    sheet.press("ArrowDown", "ArrowDown")
    expect(sheet.status).to_have_text("“Idlib radicals” hits the armed groups.")
    expect(menu).to_be_focused()
    assert marks(sheet) == [(["Idlib radicals"], "name-calling", "armed-groups")]

    # Another label, other words and a note leave it as it is.
    sheet.page.get_by_label("Label of “Idlib radicals”").select_option(label="loaded language")
    assert marks(sheet) == [(["Idlib radicals"], "loaded-language", "armed-groups")]
    sheet.press("Control+z", "Control+z")
    assert marks(sheet) == [(["Idlib radicals"], "name-calling", "government")]
    sheet.press("Control+z")
    assert marks(sheet) == [(["Idlib radicals"], "name-calling", None)]
    menu.select_option(label="nobody yet")
    assert marks(sheet) == [(["Idlib radicals"], "name-calling", None)]


def test_a_list_without_actors_asks_for_none(page, write_page, bridge, make_sheet):
    page.goto(write_page(exercise_html(bridge, ["attributions"])))
    sheet = make_sheet(page, bridge)
    mark(sheet, "said on", "cue")

    expect(page.get_by_label("Label of “said on”")).to_be_visible()
    expect(page.get_by_label("Whom “said on” hits")).to_have_count(0)


def test_the_comparison_says_whom_the_reader_and_the_key_mean_and_gives_no_points_for_it(sheet):
    page = sheet.page
    mark(sheet, "Liberates", "loaded language")
    page.get_by_label("Whom “Liberates” hits").select_option(label="NATO")
    mark(sheet, "Idlib radicals", "name-calling")
    page.get_by_role("button", name="Compare with the key").click()
    page.get_by_role("button", name="Compare now").click()

    fates = page.locator(".rp-fates > li")
    expect(fates.filter(has_text="Liberates")).to_contain_text(
        "You said it hits: NATO. The key: the Syrian government."
    )
    expect(fates.filter(has_text="Idlib radicals").first).to_contain_text(
        "You did not say whom it hits. The key: the armed groups."
    )
    expect(fates.filter(has_text="Al Qaeda allies").first).to_contain_text("It hits: the armed groups.")
    # One of five labels for people, F1 1/3 of 5 points; one of four words of the other kind, F1 2/5 of 4 points.
    expect(page.locator(".rp-score")).to_have_text("3.27 of 12 points")


def test_a_file_that_names_another_actor_is_refused(sheet, exercise):
    text = exercise.document.text
    start = text.index("Idlib radicals")
    one = {"id": "m1", "label": "name-calling", "spans": [[start, start + 14]], "quotes": ["Idlib radicals"]}
    row = {"redpencil": 1, "exercise": exercise.id, "exercise_version": exercise.version, "saved_at": ""}
    status = sheet.page.locator(".rp-hand-in > .rp-status")

    give(sheet.page, "Open a saved file", row | {"answers": {"labels": [one | {"actor": "<b>me</b>"}]}})
    expect(status).to_contain_text('In “Words that praise or blame”, mark 1 hits "<b>me</b>", which is none of those')
    give(sheet.page, "Open a saved file", row | {"answers": {"labels": [one | {"actor": "russia"}]}})
    expect(status).to_contain_text("Opened a.json")
    assert marks(sheet) == [(["Idlib radicals"], "name-calling", "russia")]


def test_an_actor_goes_out_as_a_web_annotation_that_both_readers_read_and_comes_back(sheet, exercise):
    page = sheet.page
    mark(sheet, "terrorists", "name-calling")
    page.get_by_label("Whom “terrorists” hits").select_option(label="the armed groups")
    page.locator(".rp-more > summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export marks").click()
    saved = download.value.path().read_text(encoding="utf-8")
    before = marks(sheet)

    found, lines = from_w3c(json.loads(saved), exercise.document)
    assert [(a.quotes, a.label, a.actor) for a in found] == [(("terrorists",), "name-calling", "armed-groups")]
    assert lines == ()

    sheet.click("terrorists")
    sheet.press("Delete")
    assert marks(sheet) == []
    give(page, "Import marks", json.loads(saved))
    expect(page.locator(".rp-hand-in > .rp-status")).to_contain_text("1 mark came in")
    assert marks(sheet) == before

    strange = json.loads(saved)
    strange["first"]["items"][0]["id"] = "urn:other:1"
    for body in strange["first"]["items"][0]["body"]:
        if body["purpose"] == "identifying":
            body["value"] = "the moon"
    sheet.click("terrorists")
    sheet.press("Delete")
    give(page, "Import marks", strange)
    expect(page.locator(".rp-report")).to_contain_text("“the moon” is none of those that it may hit")
    assert marks(sheet) == [(["terrorists"], "name-calling", None)]
