"""A student at the worksheets that run in the site, and whatever a browser asks of other hosts meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from csv import DictReader
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import expect

from browser.keyboard import Keyboard

# Milliseconds: Python itself starts in the page, on a machine that runs other things too.
PATIENCE = 180_000
# Milliseconds that an answer takes to the kernel and back into the notebook.
ON_THE_WAY = 60_000

IN_STORAGE = """name => new Promise(async done => {
  for (const database of await indexedDB.databases()) {
    const open = indexedDB.open(database.name);
    const base = await new Promise(ready => open.onsuccess = () => ready(open.result));
    if (!base.objectStoreNames.contains("files")) { base.close(); continue; }
    const asked = base.transaction("files").objectStore("files").get(name);
    const found = await new Promise(ready => asked.onsuccess = () => ready(asked.result));
    base.close();
    if (found) return done([String(found.last_modified), JSON.stringify(found.content)]);
  }
  done(null);
})"""


class Outside(ThreadingHTTPServer):
    """A proxy between a browser and every host but the site's: it gives nothing, and counts what it is asked for.

    Whatever asks has to come by here, be it a page, a worker, a service worker or the browser itself; what watches a
    page from within is not told of all of them. ``asked`` has a line for each request.
    """

    daemon_threads = True

    def __init__(self):
        self.asked = []
        super().__init__(("127.0.0.1", 0), _Refuse)

    @property
    def settings(self):
        """For Playwright's ``proxy``; the site itself, on this machine, is asked without it."""
        return {"server": f"http://127.0.0.1:{self.server_address[1]}", "bypass": "127.0.0.1"}


class _Refuse(BaseHTTPRequestHandler):
    def refuse(self):
        self.server.asked.append(f"{self.command} {self.path}")
        self.send_error(403)

    do_CONNECT = do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = refuse  # noqa: N815  as the class above calls them

    def log_message(self, format, *args):
        """Say nothing."""


@contextmanager
def nothing_outside():
    """An `Outside` that answers in a thread of its own."""
    with Outside() as outside:
        thread = threading.Thread(target=outside.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield outside
        outside.shutdown()
        thread.join()


class Worksheet:
    """A worksheet in a tab of the browser, as a student meets it."""

    def __init__(self, page, address, exercise):
        self.page = page
        self.exercise = exercise
        self.address = f"{address}/notebooks/index.html?path={exercise.file_name}.ipynb"
        self.sheet = page.locator(".red-pencil")
        self.text = self.sheet.locator(".rp-text")
        # The line over the answers that the notebook keeps, under the exercise.
        self.kept = page.locator(".jp-OutputArea details.redpencil-answers > summary")
        page.set_default_timeout(PATIENCE)

    def open(self):
        self.page.goto(self.address)
        return self.run()

    def reload(self):
        self.page.reload()
        return self.run()

    def run(self):
        """Run the cell with the exercise, which also starts Python, and wait until the exercise can be done."""
        self.run_cell(0)
        self.page.locator(".red-pencil[data-live]").first.wait_for()
        return self

    def run_cell(self, number):
        cell = self.page.locator(".jp-CodeCell").nth(number)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")
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

    def hand_in(self):
        """The notebook as it is handed in, in bytes."""
        name = f"{self.exercise.file_name}.ipynb"
        before = self.page.evaluate(IN_STORAGE, name)
        self.page.keyboard.press("Control+s")
        end = time.monotonic() + ON_THE_WAY / 1000
        while (found := self.page.evaluate(IN_STORAGE, name)) is None or (before and found[0] == before[0]):
            assert time.monotonic() < end, f"{name} was not saved"
            self.page.wait_for_timeout(50)
        return found[1].encode()


def graded(folder, exercise, notebook):
    """The row of the table that the command line makes of one handed in notebook, in a process of its own."""
    place = folder / "class" / "ada" / f"{exercise.file_name}.ipynb"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(notebook)
    command = [sys.executable, "-m", "redpencil", "grade", "class", "--csv", "grades.csv"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = DictReader(stream)
    return row
