"""Exercises in a real Notebook 7: marked by mouse and by keyboard, saved, opened again; and two in one notebook."""

import json
import shutil
import time

import pytest
from playwright.sync_api import expect

from jupyter_process import PATIENCE, jupyter, save
from redpencil.exercise import load_exercise
from redpencil.grading.release import KERNEL, release

# What Notebook does to a selected cell, pressed where the exercise has the focus: cut, delete, copy, paste, insert,
# undo, change to code, raw and headings, merge, hide outputs, restart, interrupt, change to Markdown; and run.
LETTERS = (*"xddcvabzyr", "Shift+M", "o", *"00", *"ii", *"654", "m")
RUN = ("Shift+Enter", "Control+Enter", "Alt+Enter")


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    with jupyter(tmp_path_factory.mktemp("notebook-7"), "notebook") as running:
        yield running


def open_notebook(page, notebooks, path):
    """Open a notebook's own page, and wait until it can run cells."""
    page.goto(f"{notebooks.address}/notebooks/{path.relative_to(notebooks.folder)}?token={notebooks.token}")
    page.locator(".jp-Notebook .jp-Cell.jp-mod-active").wait_for()
    end = time.monotonic() + PATIENCE
    while not any(
        session["kernel"]["connections"] and session["kernel"]["execution_state"] == "idle"
        for session in notebooks.sessions()
    ):
        assert time.monotonic() < end, f"no kernel: {notebooks.sessions()}"
        page.wait_for_timeout(50)
    page.locator(".jp-NotebookKernelStatus, .jp-Toolbar-kernelName").first.wait_for()


@pytest.fixture
def folder(notebooks, request):
    """A folder for one test, so that no test finds another's answers."""
    folder = notebooks.folder / request.function.__name__
    folder.mkdir()
    yield folder
    notebooks.stop_kernels()
    shutil.rmtree(folder)


@pytest.fixture
def page(new_context):
    """A page where an error in the widget's module fails the test; Notebook's own scripts have some of theirs."""
    page = new_context(viewport={"width": 1300, "height": 900}).new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(error.stack))
    yield page
    # anywidget loads a module from a blob.
    assert not [error for error in errors if "blob:" in error]


def run_cells(page, count=1):
    """Go to the first cell with code, and run as many as there are."""
    page.locator(".jp-CodeCell .cm-content").first.click()
    for _ in range(count):
        page.keyboard.press("Shift+Enter")
    page.locator(".red-pencil fieldset").first.wait_for()
    expect(page.locator(".red-pencil")).to_have_count(count)


def drag(sheet, words):
    """Select words with the mouse, once the paragraphs that come into view are laid out."""
    now, before = sheet.place(words), None
    while now != before:
        sheet.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        now, before = sheet.place(words), now
    sheet.drag(words)


def wait_for_mark(page, label, words):
    """The output below the exercise, which is what a save stores, follows within a moment."""
    line = page.locator(".redpencil-answers li", has_text=f"{label}: “{words}”")
    line.wait_for(state="attached")


def kinds_and_sources(cells):
    return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]


def test_marks_by_mouse_and_keyboard_are_saved_and_come_back_and_no_shortcut_acts_on_the_cell(
    page, notebooks, folder, make_sheet
):
    path, _ = release("the-bridge", folder)
    before = kinds_and_sources(json.loads(path.read_text("utf-8"))["cells"])
    open_notebook(page, notebooks, path)
    run_cells(page)
    (session,) = notebooks.sessions()

    sheet = make_sheet(page, load_exercise("the-bridge"))
    drag(sheet, "Jonna Pellwater")
    sheet.label("source")
    # Sentence 5: “The pillar,” said Jonna Pellwater, …
    sheet.text.focus()
    sheet.press("Control+Home", *["Control+ArrowRight"] * 4, "Shift+ArrowRight", "3", "ArrowRight", "2", "Escape")
    marks = [[3, "The pillar"], [2, "said"], [1, "Jonna Pellwater"]]
    assert sheet.painted() == marks
    page.locator("[data-item=rung-05]").get_by_label("named").check()
    for place, keys in (
        (".rp-text", (*LETTERS, *RUN)),
        ("[data-item=rung-05] input:checked", (*LETTERS, *RUN)),
        # Enter presses a button.
        (".rp-tools button", LETTERS),
    ):
        for key in keys:
            page.locator(place).first.focus()
            page.keyboard.press(key)
    assert sheet.painted() == marks
    assert page.locator(".jp-Dialog").count() == 0
    wait_for_mark(page, "source", "Jonna Pellwater")
    sheet.text.focus()
    cells, saved = save(page, path)

    assert kinds_and_sources(cells) == before
    assert [now["kernel"]["id"] for now in notebooks.sessions()] == [session["kernel"]["id"]]
    (answers,) = (row["answers"] for row in saved)
    assert answers["rung-05"] == "named"
    assert sorted((mark["label"], *mark["quotes"]) for mark in answers["attributions"]) == [
        ("content", "The pillar"),
        ("cue", "said"),
        ("source", "Jonna Pellwater"),
    ]

    # Another day: a new kernel, and the side file is gone.
    page.goto("about:blank")
    notebooks.stop_kernels()
    (folder / "the-bridge.redpencil.json").unlink()
    open_notebook(page, notebooks, path)
    run_cells(page)
    expect(page.locator(".rp-marks > li")).to_have_count(3)
    assert sheet.painted() == marks
    assert page.locator("[data-item=rung-05] input:checked").get_attribute("value") == "named"


def test_two_exercises_in_one_notebook_keep_their_own_marks(page, notebooks, folder, make_sheet):
    names = ("the-bridge", "who-says-so")
    code = [f'from redpencil.notebook import work_on\n\nwork_on("{name}")' for name in names]
    sources = [("markdown", "# Two exercises"), *(("code", source) for source in code)]
    cells = [
        {"cell_type": kind, "id": f"cell-{n}", "metadata": {}, "source": source}
        | ({"execution_count": None, "outputs": []} if kind == "code" else {})
        for n, (kind, source) in enumerate(sources)
    ]
    path = folder / "two.ipynb"
    row = {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(row), encoding="utf-8")
    open_notebook(page, notebooks, path)
    run_cells(page, 2)

    for name, words, key, label in (
        ("the-bridge", "Jonna Pellwater", "1", "source"),
        ("who-says-so", "pro-government forces", "2", "cue"),
    ):
        drag(make_sheet(page, load_exercise(name)), words)
        page.keyboard.press(key)
        wait_for_mark(page, label, words)
    cells, saved = save(page, path)

    marks = {row["exercise"]: row["answers"]["attributions"] for row in saved}
    assert {name: [(mark["label"], mark["quotes"]) for mark in own] for name, own in marks.items()} == {
        "the-bridge": [("source", ["Jonna Pellwater"])],
        "who-says-so": [("cue", ["pro-government forces"])],
    }
    # What describes a text to a screen reader is its own, and so is what a link on the bar leads to.
    ids = page.evaluate("[...document.querySelectorAll('.red-pencil [id]')].map(({id}) => id)")
    assert len(ids) == len(set(ids)) > 0


def test_an_exercise_stands_whole_in_the_page_and_stays_so_while_it_is_worked_on(page, notebooks, folder, make_sheet):
    path, _ = release("the-bridge", folder)
    open_notebook(page, notebooks, path)
    run_cells(page)
    sheet = make_sheet(page, load_exercise("the-bridge"))
    drag(sheet, "Jonna Pellwater")
    sheet.label("source")
    wait_for_mark(page, "source", "Jonna Pellwater")

    # At each change of the outputs Notebook gives those of more than 100 lines a low box with a scroll bar of its own.
    drag(sheet, "a car in the river")
    boxes = "[...document.querySelectorAll('.red-pencil')].map(one => one.closest('.jp-OutputArea'))"
    assert page.evaluate(f"{boxes}.map(box => box.scrollHeight - box.clientHeight)") == [0]
    expect(page.locator(".rp-palette").get_by_role("button", name="content")).to_be_in_viewport(ratio=1)
    sheet.label("content")
    assert sheet.painted() == [[1, "Jonna Pellwater"], [3, "a car in the river"]]
