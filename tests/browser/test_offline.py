"""A site that was visited once, without a network; and what a browser that keeps a site must never show."""

import csv
import io
import shutil
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from redpencil.cli import main
from redpencil.exercise import load_exercise, load_key
from redpencil.grading.submissions import read_submission
from redpencil.pages import offline, site
from redpencil.pages.lite import build as notebooks

ROOT = Path(__file__).resolve().parents[2]

# Below a path, as many hosts have it.
PLACE = "class of 2026/red-pencil"
KEPT_WHOLE = """async kind => {
  for (const name of await caches.keys()) {
    if (!name.includes(` ${kind} `)) continue;
    const requests = await (await caches.open(name)).keys();
    if (requests.some(request => request.url.endsWith("/kept-whole"))) return true;
  }
  return false;
}"""
WORKERS = """async () => (await navigator.serviceWorker.getRegistrations())
  .map(one => (one.active ?? one.waiting ?? one.installing).scriptURL.split("?")[0])"""
# What JupyterLite keeps of a file in this browser, or null.
IN_STORAGE = """async name => {
  for (const known of await indexedDB.databases()) {
    const open = indexedDB.open(known.name);
    const base = await new Promise(ready => open.onsuccess = () => ready(open.result));
    const files = base.objectStoreNames.contains("files") && base.transaction("files").objectStore("files").get(name);
    const found = files && await new Promise(ready => files.onsuccess = () => ready(files.result));
    base.close();
    if (found) return JSON.stringify(found.content);
  }
  return null;
}"""
# Milliseconds: Python itself starts in the page, on a machine that runs other things too.
LONG_PATIENCE = 180_000


class Host:
    """A web server with a folder of its own, which can be stopped and started again at the same address."""

    def __init__(self, folder):
        self.folder = folder
        self.port = 0
        self.asked = []
        self.delay = 0.0
        self.start()

    def start(self):
        self.listening = site.server(self.folder.parents[1], self.port)
        self.port = self.listening.server_address[1]
        host = self

        class Handler(self.listening.RequestHandlerClass):
            def send_head(self):
                host.asked.append(urlsplit(self.path).path.rpartition("/red-pencil/")[2] or self.path)
                time.sleep(host.delay)
                return super().send_head()

        self.listening.RequestHandlerClass = Handler
        self.thread = threading.Thread(target=self.listening.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def stop(self):
        self.listening.shutdown()
        self.listening.server_close()
        self.thread.join()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/{PLACE.replace(' ', '%20')}/"

    def publish(self, changes, lab=""):
        """A new version of the site, with some files changed: name -> (old words, new words)."""
        for name, (old, new) in changes.items():
            path = self.folder / name
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{name} has no {old}"
            path.write_text(text.replace(old, new), encoding="utf-8")
        offline.make_offline(self.folder, lab)


@pytest.fixture
def host(built_site, tmp_path):
    folder = tmp_path / "host" / PLACE
    # The pages alone: a worksheet has a test of its own.
    shutil.copytree(built_site, folder, ignore=shutil.ignore_patterns("lite"))
    offline.make_offline(folder)
    host = Host(folder)
    yield host
    if host.thread.is_alive():
        host.stop()


@pytest.fixture
def lite_host(built_site, tmp_path):
    """The book and the notebooks."""
    folder = tmp_path / "host" / PLACE
    shutil.copytree(built_site, folder, ignore=shutil.ignore_patterns(notebooks.FOLDER))
    notebooks.put(notebooks.finished(ROOT), folder / notebooks.FOLDER)
    offline.make_offline(folder, notebooks.FOLDER)
    host = Host(folder)
    yield host
    if host.thread.is_alive():
        host.stop()


def wait_until_kept(page, kind="book"):
    page.wait_for_function(KEPT_WHOLE, arg=kind)
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def cut(context, host):
    context.set_offline(True)
    host.stop()


def mend(context, host):
    host.start()
    context.set_offline(False)


def test_a_chapter_visited_once_is_read_done_handed_in_and_graded_without_a_network(
    new_context, host, tmp_path, monkeypatch, capsys
):
    context = new_context(viewport={"width": 1300, "height": 900})
    page = context.new_page()
    page.goto(f"{host.address}the-article.html")
    wait_until_kept(page)
    cut(context, host)

    page.reload()
    assert page.get_by_text("The opposition sources provided no photo or video evidence").is_visible()
    page.locator("nav.chapters").get_by_role("link", name="Loaded or plain? A warm-up").click()
    exercise = load_exercise("label-swap")
    key = {a.spans: a.label for a in load_key(exercise) if a.status == "required"}
    choices = [item for item in exercise.items if item.kind == "choice"]
    for item in choices:
        page.locator(f'[data-item="{item.id}"] input[value="{key[item.span,]}"]').check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Hand in").first.click()

    monkeypatch.chdir(tmp_path)
    (tmp_path / "class/ada").mkdir(parents=True)
    download.value.save_as(tmp_path / "class/ada" / download.value.suggested_filename)
    assert main(["grade", "class"]) == 0
    capsys.readouterr()
    assert main(["export", "csv"]) == 0
    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["State"] == "graded"
    assert float(row["Points"]) == float(row["label-swap: wording"]) == len(choices)
    # What is needed only later comes too: the comparison with the key.
    page.get_by_role("button", name="Compare with the key").first.click()
    page.locator(".rp-confirm button").first.click()
    page.get_by_text("“Captured” is a word of war").first.wait_for()


def test_a_second_visit_fetches_next_to_nothing(new_context, host, record_property):
    context = new_context()
    page = context.new_page()
    page.goto(f"{host.address}who-says-so.html")
    wait_until_kept(page)
    host.asked.clear()

    page.goto(f"{host.address}loaded-labels.html", wait_until="networkidle")

    fetched = page.evaluate(
        """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
                 .map(one => [one.name, one.transferSize, one.decodedBodySize])"""
    )
    record_property("second visit, bytes transferred", sum(sent for _, sent, _ in fetched))
    record_property("second visit, bytes shown", sum(size for _, _, size in fetched))
    assert sum(size for _, _, size in fetched) > 250_000
    assert sum(sent for _, sent, _ in fetched) < 1_000
    # The version, and whether there is another worker.
    assert set(host.asked) <= {"kept-version.txt", "service-worker.js"}


def test_a_corrected_page_is_seen_at_once_and_kept_from_then_on(new_context, host):
    context = new_context()
    page = context.new_page()
    page.goto(f"{host.address}the-bridge.html")
    wait_until_kept(page)

    host.publish({"the-bridge.html": ("<h1>", "<h1>Corrected: ")})
    page.reload()

    expect(page.locator("h1")).to_contain_text("Corrected: ")
    page.wait_for_function("navigator.serviceWorker.getRegistration().then(found => Boolean(found.waiting))")
    cut(context, host)
    page.reload()
    expect(page.locator("h1")).to_contain_text("Corrected: ")


def test_an_open_page_goes_on_with_the_files_of_its_own_version(new_context, host):
    context = new_context()
    page = context.new_page()
    page.goto(host.address)
    wait_until_kept(page)
    page.goto(f"{host.address}the-bridge.html")
    page.locator(".red-pencil[data-live]").first.wait_for()
    [component] = (host.folder / "_static").glob("red_pencil.*.js")
    [version] = offline.LATER_VERSION.findall((host.folder / offline.LATER).read_text(encoding="utf-8"))
    other = "0" * 8

    host.publish({f"_static/{component.name}": (version, other), offline.LATER: (version, other)})
    newer = context.new_page()
    newer.goto(f"{host.address}the-bridge.html")
    newer.locator(".red-pencil[data-live]").first.wait_for()

    # Each has that file come only now, at the address of its own version.
    ask = 'async address => (await (await fetch(address)).text()).match(/"([0-9a-f]{8})"/)[1]'
    assert page.evaluate(ask, f"_static/red_pencil_later.js?{version}.0") == version
    assert newer.evaluate(ask, f"_static/red_pencil_later.js?{other}.0") == other


# --- Notebooks --------------------------------------------------------------------------------------


def run_first_cell(page):
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".red-pencil[data-live]").first.wait_for()


def saved_answers(page, name):
    """The answers in the notebook, as JupyterLite keeps it in this browser, once it was saved with some."""
    deadline = time.monotonic() + 60
    answers = {}
    while time.monotonic() < deadline and not answers:
        page.keyboard.press("Control+s")
        page.wait_for_timeout(500)
        saved = page.evaluate(IN_STORAGE, name) or ""
        if "application/vnd.redpencil.answers+json" in saved:
            answers = read_submission(saved.encode(), name.partition(".")[0]).answers
    return answers


def test_a_worksheet_opened_once_is_opened_done_and_saved_without_a_network(new_context, lite_host, record_property):
    context = new_context(viewport={"width": 1300, "height": 900})
    context.set_default_timeout(LONG_PATIENCE)
    page = context.new_page()
    # The book's worker has the page when JupyterLite looks for its own.
    page.goto(f"{lite_host.address}who-says-so.html")
    wait_until_kept(page)
    worksheet = f"{lite_host.address}lite/notebooks/index.html?path=who-says-so.ipynb"
    page.goto(worksheet)
    run_first_cell(page)
    started = time.monotonic()
    wait_until_kept(page, "notebooks")
    record_property("seconds until the notebooks are kept, after the first result", time.monotonic() - started)
    # Neither ended the other.
    assert {*page.evaluate(WORKERS)} == {f"{lite_host.address}{name}service-worker.js" for name in ("", "lite/")}
    page.close()
    cut(context, lite_host)

    page = context.new_page()
    page.goto(worksheet)
    run_first_cell(page)
    page.locator(".red-pencil").get_by_role("radio", name="named", exact=True).first.check()

    assert saved_answers(page, "who-says-so.ipynb") == {"rung-01": "named"}
    # And from there back into the book.
    page.goto(f"{lite_host.address}the-article.html")
    assert page.get_by_text("The opposition sources provided no photo or video evidence").is_visible()
