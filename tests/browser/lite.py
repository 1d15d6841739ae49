"""A student at the worksheets that run in the site, and whatever a browser asks of other hosts meanwhile."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import contextmanager, suppress
from csv import DictReader
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from browser.keyboard import Keyboard
from serving import answering

# Milliseconds: Python itself starts in the page, on a machine that runs other things too.
PATIENCE = 90_000
# Milliseconds that an answer takes to the kernel and back into the notebook.
ON_THE_WAY = 60_000

# A Chromium that keeps a profile asks its maker whether it is the newest and who is signed in, whatever page is open.
CHROMIUMS_OWN = {"accounts.google.com", "update.googleapis.com"}

# Python may still be on its way: what is run waits for it.
KERNEL_IS_THERE = """() => {
  const said = document.querySelector("#red-pencil-bar [role=status]")?.textContent ?? "Opening";
  const kernel = document.querySelector(".jp-NotebookKernelStatus")?.textContent ?? "";
  return kernel.includes("Connecting") || !/^(Opening|Starting|Getting|$)/.test(said);
}"""


class Outside(ThreadingHTTPServer):
    """A proxy between a browser and every host but the site's: it gives nothing, and counts what it is asked for.

    Whatever asks has to come by here, be it a page, a worker, a service worker or the browser itself; what watches a
    page from within is not told of all of them. ``asked`` has a line for each request, but for those of
    `CHROMIUMS_OWN`.
    """

    daemon_threads = True

    def __init__(self):
        self.asked = []
        super().__init__(("127.0.0.1", 0), _Refuse)

    def but_for(self, address):
        """For Playwright's ``proxy``: only the site at this address is asked without it."""
        # Of rules for one host the last counts. Playwright would put the first at the end.
        bypass = f"<-loopback>,{urlsplit(address).netloc}"
        return {"server": f"http://127.0.0.1:{self.server_address[1]}", "bypass": bypass}


class _Refuse(BaseHTTPRequestHandler):
    def refuse(self):
        if urlsplit(f"//{self.path}" if self.command == "CONNECT" else self.path).hostname not in CHROMIUMS_OWN:
            self.server.asked.append(f"{self.command} {self.path}")
        self.send_error(403)

    do_CONNECT = do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = refuse  # noqa: N815  as the class above calls them

    def log_message(self, format, *args):
        """Say nothing."""


@contextmanager
def nothing_outside():
    """An `Outside` that answers in a thread of its own."""
    with answering(Outside()) as outside:
        yield outside


class Worksheet:
    """A worksheet in a tab of the browser, as a student meets it."""

    def __init__(self, page, address, exercise):
        self.page = page
        self.exercise = exercise
        self.address = f"{address}/notebooks/index.html?path={exercise.file_name}.ipynb"
        self.bar = page.locator("#red-pencil-bar")
        self.sheet = page.locator(".red-pencil")
        self.text = self.sheet.locator(".rp-text")
        # The line over the answers that the notebook keeps, under the exercise.
        self.kept = page.locator(".jp-OutputArea details.redpencil-answers > summary")
        page.set_default_timeout(PATIENCE)

    def open(self):
        self.page.goto(self.address)
        return self.run()

    def come(self):
        """Turn to this tab, as whoever works in it does; one behind another is drawn only once a second."""
        self.page.bring_to_front()
        return self

    def reload(self):
        self.page.reload()
        return self.run()

    def run(self):
        """Run the cell with the exercise, which also starts Python, and wait until the exercise can be done."""
        self.begin()
        return self.is_open()

    def begin(self):
        """Run the cell with the exercise, and wait for nothing."""
        self.sheet.evaluate_all("all => all.forEach(one => one.toggleAttribute('data-before', true))")
        self.run_cell(0)

    def is_open(self):
        """Wait until the exercise can be done."""
        self.come()
        self.page.locator(".red-pencil[data-live]:not([data-before])").wait_for()
        return self

    def run_cell(self, number):
        self.come()
        cell = self.page.locator(".jp-CodeCell").nth(number)
        # Before there is a kernel at all, Jupyter passes over the keys, or asks which kernel it should be.
        self.page.wait_for_function(KERNEL_IS_THERE)
        for _ in range(3):
            cell.locator(".cm-content").click()
            self.page.keyboard.press("Shift+Enter")
            with suppress(AssertionError):
                expect(cell.locator(".jp-InputPrompt").first).to_have_text(re.compile(r"\[(\*|\d+)\]"), timeout=5_000)
                break
        return cell

    def choose(self, item, label):
        self.sheet.locator(f'[data-item="{item}"] input[value="{label}"]').check()

    def chosen(self):
        """What is chosen on the screen, by item."""
        return dict(
            self.sheet.locator("[data-item] input:checked").evaluate_all(
                "all => all.map(one => [one.closest('[data-item]').dataset.item, one.value])"
            )
        )

    def mark(self, annotations):
        """Mark by keyboard what these annotations mark."""
        self.text.focus()
        for annotation in annotations:
            Keyboard(self.page, self.exercise).mark(annotation)

    def open_file(self, answers):
        """Go on from a saved file, by the button for it."""
        row = {"redpencil": 1, "exercise": self.exercise.id, "exercise_version": self.exercise.version}
        content = json.dumps(row | {"answers": answers, "saved_at": "2026-03-01T09:00:00Z"}).encode()
        name = f"{self.exercise.id}.redpencil.json"
        with self.page.expect_file_chooser() as chooser:
            self.sheet.get_by_role("button", name="Open a saved file").click()
        chooser.value.set_files({"name": name, "mimeType": "application/json", "buffer": content})
        expect(self.sheet.locator(".rp-hand-in .rp-status")).to_contain_text(f"Opened {name}")

    def is_kept(self, progress):
        """Wait until the notebook says of the answers that it keeps what the exercise says of them."""
        expect(self.sheet.locator(".rp-progress").first).to_have_text(progress.replace(", ", " · "))
        expect(self.kept).to_have_text(f"Your answers in this notebook: {progress}", timeout=ON_THE_WAY)

    def let_python_die(self):
        """End the kernel's worker from within, as a browser does when memory runs out."""
        (worker,) = self.page.workers
        with worker.expect_event("close"):
            worker.evaluate("() => { setTimeout(() => self.close()); }")

    def start_python_again(self):
        expect(self.bar).to_contain_text("Python stopped. Your marks are kept.")
        self.bar.get_by_role("button", name="Start it again").click()
        expect(self.bar).to_contain_text("Python runs again.", timeout=PATIENCE)

    def take_what_the_browser_keeps(self):
        """Take up what was answered while there was no Python."""
        self.page.locator(".rp-other").get_by_role("button", name="Take them").click()

    def hand_in(self):
        """The notebook that “Hand in” gives, in bytes."""
        with self.page.expect_download() as download:
            self.bar.get_by_role("button", name="Hand in").click()
        assert download.value.suggested_filename == f"{self.exercise.file_name}.ipynb"
        return Path(download.value.path()).read_bytes()


def graded(folder, *handed_in):
    """What the command line, in a process of its own, makes of a student's notebooks: rows of its table, by exercise.

    ``handed_in`` are pairs of an exercise and the bytes of a notebook.
    """
    place = folder / "class" / "ada"
    place.mkdir(parents=True)
    for exercise, notebook in handed_in:
        (place / f"{exercise.file_name}.ipynb").write_bytes(notebook)
    command = [sys.executable, "-m", "redpencil", "grade", "class", "--csv", "grades.csv"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as stream:
        return {row["Exercise"]: row for row in DictReader(stream)}
