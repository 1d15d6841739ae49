"""A worksheet done in the browser alone: Python, notebook and widget, all served from the site."""

import threading
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from redpencil.grading.submissions import read_submission
from redpencil.pages.lite import build as notebooks
from redpencil.pages.site import server

ROOT = Path(__file__).resolve().parents[2]
ANSWERS_MIME = "application/vnd.redpencil.answers+json"
# Milliseconds: Python itself starts in the page, on a machine that runs other things too.
PATIENCE = 180_000


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where a site that has nothing but the notebooks is served."""
    folder = tmp_path_factory.mktemp("site")
    notebooks.put(notebooks.finished(ROOT), folder / notebooks.FOLDER)
    with server(folder, 0) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}/{notebooks.FOLDER}"
        listening.shutdown()
        thread.join()


def in_storage(page):
    """What JupyterLite keeps of the worksheet in this browser, or None before its first save."""
    return page.evaluate(
        """() => new Promise(async done => {
          for (const {name} of await indexedDB.databases()) {
            const open = indexedDB.open(name);
            const base = await new Promise(ready => open.onsuccess = () => ready(open.result));
            if (!base.objectStoreNames.contains("files")) { base.close(); continue; }
            const asked = base.transaction("files").objectStore("files").get("who-says-so.ipynb");
            const found = await new Promise(ready => asked.onsuccess = () => ready(asked.result));
            base.close();
            if (found) return done(JSON.stringify(found.content));
          }
          done(null);
        })"""
    )


def test_a_worksheet_is_done_saved_and_taken_up_again_with_other_hosts_refused(new_context, address, record_property):
    page = new_context(viewport={"width": 1300, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/notebooks/index.html?path=who-says-so.ipynb")
    code = page.locator(".jp-CodeCell .cm-content").first
    code.click()
    started = time.monotonic()
    page.keyboard.press("Shift+Enter")
    page.locator(".red-pencil[data-live]").first.wait_for()
    record_property("seconds from Shift+Enter to the exercise, Python's start included", time.monotonic() - started)

    page.locator(".red-pencil").get_by_role("radio", name="named", exact=True).first.check()
    deadline = time.monotonic() + 60
    answers = {}
    while time.monotonic() < deadline and not answers:
        page.keyboard.press("Control+s")
        page.wait_for_timeout(500)
        saved = in_storage(page) or ""
        if ANSWERS_MIME in saved:
            answers = read_submission(saved.encode(), "who-says-so").answers

    assert answers == {"rung-01": "named"}

    # A reader who comes back: the kernel is another one, and the notebook and its side file are this browser's.
    page.reload()
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".red-pencil[data-live]").first.wait_for()

    expect(page.locator(".red-pencil").get_by_role("radio", name="named", exact=True).first).to_be_checked()
    expect(page.locator(".jp-OutputArea", has_text="Here are the answers of").first).to_be_visible()
