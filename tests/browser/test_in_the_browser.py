"""The worksheets done in the browser alone: Python, notebook and widget, all served from the site, and nothing else."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.lite import Worksheet, graded, nothing_outside
from perfect import answers_file, encoded, notebook, perfect_answers
from redpencil.exercise import load_exercise, load_key

ROOT = Path(__file__).resolve().parents[2]
# Every worksheet of the kit is done below. What a program gives for it at most, by hand: a point for each of 21
# sentences and 15 for marks; 16 and 15; 12 for marks; 24 sentences; 26 for marks; 16 names.
POINTS = {
    "who-says-so": "36.00",
    "the-bridge": "31.00",
    "loaded-labels": "12.00",
    "label-swap": "24.00",
    "casualty-claims": "26.00",
    "name-check": "16.00",
}


@pytest.fixture(scope="module")
def outside():
    with nothing_outside() as outside:
        yield outside


@pytest.fixture(scope="module")
def adas_browser(chromium, outside, lite_address):
    """The browser of one student, who does one worksheet after the other in it."""
    context = chromium.new_context(viewport={"width": 1300, "height": 900}, proxy=outside.but_for(lite_address))
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


def key_of(exercise, *layers_or_ids):
    """What the key requires of some layers, or by some ids."""
    required = [a for a in load_key(exercise) if a.status == "required"]
    return [a for a in required if a.layer in layers_or_ids or a.id in layers_or_ids]


def answers_without(exercise, *left_out):
    """What agrees with the key, but for some items and some marks, by their ids."""
    answers = perfect_answers(exercise, load_key(exercise))
    for id, marks in answers.items():
        if isinstance(marks, list):
            links = {mark["id"]: [link for link in mark["links"] if link["to"] not in left_out] for mark in marks}
            answers[id] = [{**mark, "links": links[mark["id"]]} for mark in marks if mark["id"] not in left_out]
    return {id: answer for id, answer in answers.items() if id not in left_out}


def test_each_worksheet_of_the_kit_that_agrees_with_its_key_earns_all_that_a_program_gives(tmp_path):
    exercises = [load_exercise(path.parent.name) for path in ROOT.glob("exercises/*/worksheet.md")]
    rows = [
        answers_file(answers_without(one), exercise=one.id, exercise_version=one.version, student="ada")
        for one in exercises
    ]

    graded_rows = graded(tmp_path, *((one, encoded(notebook(row))) for one, row in zip(exercises, rows, strict=True)))

    # Another worksheet has to be done here as well, and another number of points to be looked at by hand.
    assert {id: row["Points"] for id, row in graded_rows.items()} == POINTS


def test_two_worksheets_done_at_once_in_two_tabs_are_graded_each_by_its_own_answers(worksheet, tmp_path):
    # Their items have the same names. One is done by mouse and keyboard, the other from a file and then by mouse.
    ladder, bridge = worksheet("who-says-so"), worksheet("the-bridge")
    # Python starts in both at the same time.
    for one in (ladder, bridge):
        one.page.goto(one.address)
    for one in (ladder, bridge):
        one.begin()
    for one in (ladder, bridge):
        one.is_open()
    rungs = [(f"rung-{n:02}", a.label) for n, a in enumerate(key_of(ladder.exercise, "sourcing"), start=1)]
    ladder.come()
    for item, label in rungs[:10]:
        ladder.choose(item, label)
    bridge.come().open_file(answers_without(bridge.exercise, "rung-16"))
    ladder.come()
    for item, label in rungs[10:]:
        ladder.choose(item, label)
    bridge.come().choose("rung-16", "record")
    ladder.come().mark(key_of(ladder.exercise, "attribution"))
    ladder.sheet.locator("textarea").fill("“at least 60 members … were killed”: no photo, no document.")
    ladder.is_kept("22 of 22 answered, 15 marks")
    bridge.is_kept("16 of 17 answered, 28 marks")

    rows = graded(tmp_path, *((one.exercise, one.come().hand_in()) for one in (ladder, bridge)))

    # 21 sentences have their rung, and five sources, cues and contents are marked as the key has them. The text waits.
    parts = ("rung", "attributions", "evidence")
    assert [rows["who-says-so"][f"who-says-so: {part}"] for part in parts] == ["21.00", "15.00", ""]
    assert (rows["who-says-so"]["State"], rows["who-says-so"]["Points"]) == ("needs-manual", "")
    # Of 16 sentences the last is an opinion, and was called a record. Nothing was written.
    assert [rows["the-bridge"][f"the-bridge: {part}"] for part in parts] == ["15.00", "15.00", "0.00"]
    assert (rows["the-bridge"]["State"], rows["the-bridge"]["Points"]) == ("graded", "30.00")


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
    row = graded(tmp_path, (swap.exercise, swap.hand_in()))[swap.exercise.id]
    assert (row["State"], row["Points"], row["label-swap: wording"]) == ("graded", "23.00", "23.00")


def test_marks_are_there_after_python_died_in_the_middle_those_made_since_as_well(worksheet, tmp_path):
    claims = worksheet("casualty-claims").open()
    claims.open_file(answers_without(claims.exercise, "c04-hedge", "c13-counter"))
    claims.is_kept("0 of 1 answered, 24 marks")

    claims.let_python_die()
    claims.mark(key_of(claims.exercise, "c04-hedge"))
    expect(claims.sheet.locator(".rp-progress").first).to_have_text("0 of 1 answered · 25 marks")
    claims.start_python_again()
    claims.run()
    claims.take_what_the_browser_keeps()

    claims.is_kept("0 of 1 answered, 25 marks")
    row = graded(tmp_path, (claims.exercise, claims.hand_in()))[claims.exercise.id]
    # 9 numbers, 9 units and 4 hedges are marked as the key has them, and 3 of its 4 counters: the share of what is
    # marked that is right is 1, that of the key that is found 3/4, and 4 points times 2 * 3/4 / (1 + 3/4) are 3.43.
    assert (row["State"], row["Points"], row["casualty-claims: claims"]) == ("graded", "25.43", "25.43")


def test_marks_are_there_when_the_browser_was_closed_in_the_middle(
    open_browser, outside, lite_address, worksheet, tmp_path
):
    with open_browser(tmp_path / "profile", proxy=outside.but_for(lite_address)) as first:
        labels = worksheet("loaded-labels", first).open()
        labels.open_file(answers_without(labels.exercise, "l08", "l24"))
        labels.is_kept("0 of 1 answered, 10 marks")

    with open_browser(tmp_path / "profile", proxy=outside.but_for(lite_address)) as second:
        labels = worksheet("loaded-labels", second).open()
        labels.is_kept("0 of 1 answered, 10 marks")
        labels.mark(key_of(labels.exercise, "l24"))
        labels.is_kept("0 of 1 answered, 11 marks")
        # The last part: a word list's scores, with a threshold that begins at 0.3 and goes by 0.05.
        picture = labels.run_cell(1).locator(".jp-OutputArea")
        picture.get_by_role("slider").press("ArrowRight")
        expect(picture.locator("svg title")).to_contain_text("with the threshold at 0.35")
        row = graded(tmp_path, (labels.exercise, labels.hand_in()))[labels.exercise.id]

    # Of 12 marks one is missing, the only one of its kind, which is worth one point of 12.
    assert (row["State"], row["Points"], row["loaded-labels: labels"]) == ("graded", "11.00", "11.00")


def test_likelihoods_given_in_the_browser_are_graded_by_how_near_they_came(worksheet, tmp_path):
    names = worksheet("name-check").open()
    names.open_file(answers_without(names.exercise, "names-01", "names-02"))
    names.choose("names-01", "even")
    names.choose("names-02", "very-unlikely")
    names.is_kept("16 of 17 answered")
    # The last part: a list that begins with 16 names against the kit's table of 44 people.
    chance = names.run_cell(1).locator(".jp-OutputArea")
    chance.get_by_role("slider").first.press("ArrowRight")
    expect(chance.get_by_text("for a list of 17 names and a table of 44 people").last).to_be_visible()

    row = graded(tmp_path, (names.exercise, names.hand_in()))[names.exercise.id]

    # The first name was copied. Whoever says 0.5 is off by 0.5 squared, the best (0.95) by 0.0025 and the worst (0.05)
    # by 0.9025: (0.9025 - 0.25) / (0.9025 - 0.0025) = 0.725. The other 15 names earn a point each.
    assert row["State"] == "graded"
    assert float(row["Points"]) == pytest.approx(15.725, abs=0.0051)


def test_whatever_asks_another_host_is_counted_and_gets_nothing(chromium, serve, tmp_path):
    (tmp_path / "index.html").write_text('<!doctype html><link rel="icon" href="data:,"><title>A page</title>')
    ask = "fetch('https://{}.example/').catch(() => {{}})"
    (tmp_path / "worker.js").write_text(f"{ask.format('worker')}.then(() => postMessage('done'))")
    (tmp_path / "service-worker.js").write_text(f"oninstall = e => e.waitUntil({ask.format('service-worker')})")
    with nothing_outside() as outside:
        address = serve(tmp_path)
        context = chromium.new_context(proxy=outside.but_for(address))
        page = context.new_page()
        page.goto(f"{address}/index.html")
        assert outside.asked == []
        page.evaluate(f"() => {ask.format('page')}")
        page.evaluate("() => new Promise(done => { new Worker('worker.js').onmessage = done; })")
        page.evaluate(
            "() => navigator.serviceWorker.register('service-worker.js').then(() => navigator.serviceWorker.ready)"
        )
        page.evaluate(
            "() => new Promise(done => { const i = new Image(); i.onerror = done; i.src = 'http://127.0.0.1:8123/'; })"
        )
        context.close()
    hosts = ["page.example:443", "worker.example:443", "service-worker.example:443", "http://127.0.0.1:8123/"]
    assert {line.split()[1] for line in outside.asked} == set(hosts)
