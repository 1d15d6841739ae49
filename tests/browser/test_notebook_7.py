"""Exercises in a real Notebook 7: marked by mouse and by keyboard, saved, opened again; and two in one notebook."""

import json
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jupyter_process import end, nobodys_settings
from redpencil.exercise import load_exercise
from redpencil.grading.release import KERNEL, release

ANSWERS_MIME = "application/vnd.redpencil.answers+json"
PATIENCE = 40  # seconds
# What Notebook does to a selected cell, pressed where the exercise has the focus: cut, delete, copy, paste, insert,
# undo, change to code, raw and headings, merge, hide outputs, restart, interrupt, change to Markdown; and run.
LETTERS = (*"xddcvabzyr", "Shift+M", "o", *"00", *"ii", *"654", "m")
RUN = ("Shift+Enter", "Control+Enter", "Alt+Enter")


@dataclass(frozen=True)
class Notebooks:
    """A running Notebook server and the folder that it serves."""

    address: str
    token: str
    root: Path

    def request(self, path, method="GET"):
        request = urllib.request.Request(
            f"{self.address}/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read()

    def sessions(self):
        return json.loads(self.request("api/sessions"))

    def stop_kernels(self):
        for session in self.sessions():
            self.request(f"api/sessions/{session['id']}", method="DELETE")

    def open(self, page, path):
        """Open a notebook's own page, and wait until it can run cells."""
        page.goto(f"{self.address}/notebooks/{path.relative_to(self.root)}?token={self.token}")
        page.locator(".jp-Notebook .jp-Cell.jp-mod-active").wait_for()
        end = time.monotonic() + PATIENCE
        while not any(
            session["kernel"]["connections"] and session["kernel"]["execution_state"] == "idle"
            for session in self.sessions()
        ):
            assert time.monotonic() < end, f"no kernel: {self.sessions()}"
            page.wait_for_timeout(50)
        page.locator(".jp-NotebookKernelStatus, .jp-Toolbar-kernelName").first.wait_for()

    def save(self, page, path):
        """Press Ctrl+S, and give the cells that are written then, and the answers objects in their outputs."""
        before = path.stat().st_mtime_ns
        page.keyboard.press("Control+s")
        end = time.monotonic() + PATIENCE
        # The server empties the file before it writes it.
        while path.stat().st_mtime_ns == before or not (text := path.read_text(encoding="utf-8")).endswith("}\n"):
            assert time.monotonic() < end, "nothing was saved"
            page.wait_for_timeout(50)
        cells = json.loads(text)["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", ())]
        return cells, [output["data"][ANSWERS_MIME] for output in outputs if ANSWERS_MIME in output.get("data", {})]


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    """A Notebook server of its own, with nobody's settings, that looks for no news and no updates."""
    place = tmp_path_factory.mktemp("notebook-7")
    root = place / "root"
    root.mkdir()
    settings = place / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    log = place / "notebook.log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "notebook", "--no-browser", "--allow-root"),
                *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
                *(f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}"),
            ],
            env=nobodys_settings(place),
            cwd=root,
            stdout=stream,
            stderr=stream,
        )
    running = Notebooks(f"http://127.0.0.1:{port}", token, root)
    try:
        _wait_until_up(running, server, log)
        yield running
    finally:
        # It ends its kernels as it ends.
        end(server)


def _wait_until_up(notebooks, server, log):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            notebooks.request("api")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"Notebook did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture
def folder(notebooks, request):
    """A folder for one test, so that no test finds another's answers."""
    folder = notebooks.root / request.function.__name__
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
    notebooks.open(page, path)
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
    cells, saved = notebooks.save(page, path)

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
    notebooks.open(page, path)
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
    notebooks.open(page, path)
    run_cells(page, 2)

    for name, words, key, label in (
        ("the-bridge", "Jonna Pellwater", "1", "source"),
        ("who-says-so", "pro-government forces", "2", "cue"),
    ):
        drag(make_sheet(page, load_exercise(name)), words)
        page.keyboard.press(key)
        wait_for_mark(page, label, words)
    cells, saved = notebooks.save(page, path)

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
    notebooks.open(page, path)
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
