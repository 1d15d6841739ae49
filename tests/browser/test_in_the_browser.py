"""The worksheets done in the browser alone: Python, notebook and widget, all served from the site, and nothing else."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.lite import Worksheet, graded, nothing_outside
from perfect import perfect_answers
from redpencil.exercise import load_exercise, load_key

ROOT = Path(__file__).resolve().parents[2]
# One folder of the notebooks and one browser for all of them, and so one process.
pytestmark = pytest.mark.xdist_group("lite")


@pytest.fixture(scope="module")
def outside():
    with nothing_outside() as outside:
        yield outside


@pytest.fixture(scope="module")
def adas_browser(chromium, outside):
    """The browser of one student, who does one worksheet after the other in it."""
    context = chromium.new_context(viewport={"width": 1300, "height": 900}, proxy=outside.settings)
    yield context
    context.close()


@pytest.fixture(autouse=True)
def _nobody_else_is_asked(outside):
    before = len(outside.asked)
    yield
    assert outside.asked[before:] == []


@pytest.fixture
def worksheet(adas_browser, lite_address):
    """Opens worksheets in tabs of the student's browser by their names; the tabs are closed after the test."""
    opened = []

    def new(id, browser=None):
        page = (browser or adas_browser).new_page()
        opened.append(page)
        return Worksheet(page, lite_address, load_exercise(id))

    yield new
    for page in opened:
        page.close()


def key_of(exercise, *layers):
    return [a for a in load_key(exercise) if a.status == "required" and a.layer in layers]


def answers_without(exercise, *left_out):
    """What agrees with the key, but for some items and some marks, by their ids."""
    answers = perfect_answers(exercise, load_key(exercise))
    for id, marks in answers.items():
        if isinstance(marks, list):
            links = {mark["id"]: [link for link in mark["links"] if link["to"] not in left_out] for mark in marks}
            answers[id] = [{**mark, "links": links[mark["id"]]} for mark in marks if mark["id"] not in left_out]
    return {id: answer for id, answer in answers.items() if id not in left_out}


def test_two_worksheets_done_at_once_in_two_tabs_are_graded_each_by_its_own_answers(worksheet, tmp_path):
    # Their items have the same names. One is done by mouse and keyboard, the other from a file and then by mouse.
    ladder, bridge = worksheet("who-says-so").open(), worksheet("the-bridge").open()
    rungs = [(f"rung-{n:02}", a.label) for n, a in enumerate(key_of(ladder.exercise, "sourcing"), start=1)]
    for item, label in rungs[:10]:
        ladder.choose(item, label)
    bridge.open_file(answers_without(bridge.exercise, "rung-16"))
    for item, label in rungs[10:]:
        ladder.choose(item, label)
    bridge.choose("rung-16", "record")
    ladder.mark(key_of(ladder.exercise, "attribution"))
    ladder.sheet.locator("textarea").fill("“at least 60 members … were killed”: no photo, no document.")
    ladder.is_kept("22 of 22 answered, 15 marks")
    bridge.is_kept("16 of 17 answered, 28 marks")

    rows = [graded(tmp_path / one.exercise.id, one.exercise, one.hand_in()) for one in (ladder, bridge)]

    # 21 sentences have their rung, and five sources, cues and contents are marked as the key has them. The text waits.
    parts = ("rung", "attributions", "evidence")
    assert [rows[0][f"who-says-so: {part}"] for part in parts] == ["21.00", "15.00", ""]
    assert (rows[0]["State"], rows[0]["Points"]) == ("needs-manual", "")
    # Of 16 sentences the last is an opinion, and was called a record. Nothing was written.
    assert [rows[1][f"the-bridge: {part}"] for part in parts] == ["15.00", "15.00", "0.00"]
    assert (rows[1]["State"], rows[1]["Points"]) == ("graded", "30.00")


def test_a_worksheet_that_is_reloaded_in_the_middle_goes_on_where_it_was(worksheet, tmp_path, record_property):
    swap = worksheet("label-swap")
    started = time.monotonic()
    swap.open()
    record_property(
        "seconds from opening a worksheet to the exercise, Python's start included", time.monotonic() - started
    )
    wordings = [(f"wording-{n:02}", a.label) for n, a in enumerate(key_of(swap.exercise, "wording"), start=1)]
    for item, label in wordings[:12]:
        swap.choose(item, label)
    swap.is_kept("12 of 25 answered")

    swap.reload()

    assert swap.chosen() == dict(wordings[:12])
    for item, label in wordings[12:23]:
        swap.choose(item, label)
    # The last of the 24 is plain by the key.
    swap.choose("wording-24", "loaded")
    swap.is_kept("24 of 25 answered")
    row = graded(tmp_path, swap.exercise, swap.hand_in())
    assert (row["State"], row["Points"], row["label-swap: wording"]) == ("graded", "23.00", "23.00")
