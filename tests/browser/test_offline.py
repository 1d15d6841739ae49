"""A site that was visited once, without a network; and what a browser that keeps a site must never show."""

import csv
import io
import json
import re
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
from redpencil.pages.lite.base import compressed

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
# Of the page and of all that it loaded: bytes that came over the network, and bytes that are shown.
TRANSFERRED = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .map(one => [one.transferSize, one.decodedBodySize])"""
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
            def do_POST(self):  # noqa: N802  as the class above has it
                host.note(self.path)
                self.send_error(405)

            def log_message(self, format, *args):
                pass

            def send_head(self):
                host.note(self.path)
                time.sleep(host.delay)
                return super().send_head()

        self.listening.RequestHandlerClass = Handler
        self.thread = threading.Thread(target=self.listening.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def note(self, path):
        self.asked.append(urlsplit(path).path.rpartition("/red-pencil/")[2] or path)

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
def lite_host(built_site, made_notebooks, tmp_path):
    """The book and the notebooks."""
    folder = tmp_path / "host" / PLACE
    shutil.copytree(built_site, folder, ignore=shutil.ignore_patterns(notebooks.FOLDER))
    notebooks.put(made_notebooks, folder / notebooks.FOLDER)
    offline.make_offline(folder, notebooks.FOLDER)
    host = Host(folder)
    yield host
    if host.thread.is_alive():
        host.stop()


def until(page, script, arg=None, seconds=60):
    """Wait until a script says yes. Playwright's own wait takes the promise of an answer for one."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(script, arg):
        assert time.monotonic() < deadline, f"it never came true: {script}"
        page.wait_for_timeout(100)


def keep_at_once(page):
    """What the page does by itself when it has been read for a moment."""
    page.evaluate("navigator.serviceWorker.register('service-worker.js', {updateViaCache: 'none'}).then(() => null)")


def wait_until_kept(page, kind="book"):
    until(page, KEPT_WHOLE, kind)
    until(page, "() => navigator.serviceWorker.controller !== null")


def cut(context, host):
    context.set_offline(True)
    host.stop()


def test_a_chapter_visited_once_is_read_done_handed_in_and_graded_without_a_network(
    new_context, host, tmp_path, monkeypatch, capsys, record_property
):
    context = new_context(viewport={"width": 1300, "height": 900})
    page = context.new_page()
    page.goto(f"{host.address}the-article.html")
    wait_until_kept(page)

    # The second visit, to another page.
    host.asked.clear()
    page.goto(f"{host.address}loaded-labels.html", wait_until="networkidle")
    fetched = page.evaluate(TRANSFERRED)
    record_property("second visit to the book: bytes transferred to the page", sum(sent for sent, _ in fetched))
    record_property("second visit to the book: bytes shown", sum(size for _, size in fetched))
    assert sum(size for _, size in fetched) > 250_000
    assert sum(sent for sent, _ in fetched) < 1_000
    # The version, and whether there is another worker.
    assert set(host.asked) <= {"kept-version.txt", "service-worker.js"}

    # A part of a file, and what is sent, is for the server; a whole file is not.
    for how, is_asked in (("{headers: {Range: 'bytes=0-9'}}", True), ("{method: 'POST'}", True), ("{}", False)):
        host.asked.clear()
        page.evaluate(f"fetch('the-bridge.html', {how}).then(answer => answer.status)")
        assert ("the-bridge.html" in host.asked) == is_asked

    cut(context, host)
    page.reload()
    page.locator("nav.chapters").get_by_role("link", name="The article").click()
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


def test_a_corrected_page_is_seen_at_once_and_an_open_one_goes_on_with_the_files_of_its_own_version(new_context, host):
    context = new_context()
    page = context.new_page()
    page.goto(host.address)
    keep_at_once(page)
    wait_until_kept(page)
    page.goto(f"{host.address}the-bridge.html")
    page.locator(".red-pencil[data-live]").first.wait_for()
    [component] = (host.folder / "_static").glob("red_pencil.*.js")
    [version] = offline.LATER_VERSION.findall((host.folder / offline.LATER).read_text(encoding="utf-8"))
    other = "0" * 8

    host.publish(
        {
            "the-bridge.html": ("<h1>", "<h1>Corrected: "),
            f"_static/{component.name}": (version, other),
            offline.LATER: (version, other),
        }
    )
    newer = context.new_page()
    newer.goto(f"{host.address}the-bridge.html")
    expect(newer.locator("h1")).to_contain_text("Corrected: ")
    newer.locator(".red-pencil[data-live]").first.wait_for()

    # Each has that file come only now, at the address of its own version.
    ask = 'async address => (await (await fetch(address)).text()).match(/"([0-9a-f]{8})"/)[1]'
    assert page.evaluate(ask, f"_static/red_pencil_later.js?{version}.0") == version
    assert newer.evaluate(ask, f"_static/red_pencil_later.js?{other}.0") == other

    # The corrected page is the one that is kept from now on, though the old one is still open.
    until(newer, "async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)")
    cut(context, host)
    newer.reload()
    expect(newer.locator("h1")).to_contain_text("Corrected: ")
    newer.locator(".red-pencil[data-live]").first.wait_for()
    assert newer.evaluate(ask, f"_static/red_pencil_later.js?{other}.0") == other


def test_a_kept_page_that_a_slow_network_let_stand_says_that_there_is_a_newer_one(new_context, host):
    page = new_context().new_page()
    page.goto(f"{host.address}the-bridge.html")
    keep_at_once(page)
    wait_until_kept(page)
    host.publish({"the-bridge.html": ("<h1>", "<h1>Corrected: ")})

    host.delay = 4.5
    page.reload()
    expect(page.locator("h1")).not_to_contain_text("Corrected: ")
    page.get_by_text("There is a newer version of this page.").wait_for()
    host.delay = 0
    page.get_by_role("link", name="Show it").click()

    expect(page.locator("h1")).to_contain_text("Corrected: ")


def test_a_reader_sees_what_is_kept_and_removes_it_and_the_marks_stay(new_context, host):
    page = new_context().new_page()
    page.goto(f"{host.address}the-bridge.html")
    page.locator('[data-item="rung-01"] input').first.check()
    keep_at_once(page)
    wait_until_kept(page)
    page.goto(f"{host.address}for-readers.html")
    size = json.loads((host.folder / "kept-files.json").read_text(encoding="utf-8"))["bytes"] / 1e6
    expect(page.locator("#kept p")).to_have_text(f"This browser now keeps the book ({size:.1f} MB).")

    page.get_by_role("button", name="Remove what is kept").click()

    expect(page.locator("#kept p")).to_have_text("This browser keeps nothing of the site, as you asked.")
    assert page.evaluate("caches.keys().then(all => all.filter(name => !name.endsWith('keeps nothing')))") == []
    page.goto(f"{host.address}the-bridge.html")
    expect(page.locator('[data-item="rung-01"] input').first).to_be_checked()
    page.wait_for_timeout(2500)
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0

    # And back again, also where the worker that was removed still has the open page.
    page.goto(f"{host.address}for-readers.html")
    page.get_by_role("button", name="Keep the book again").click()
    wait_until_kept(page)
    page.get_by_role("button", name="Remove what is kept").click()
    page.get_by_role("button", name="Keep the book again").click()
    until(page, "async () => Boolean(await navigator.serviceWorker.getRegistration())")


def test_a_site_above_or_below_this_one_on_its_host_keeps_its_own_worker(new_context, host):
    page = new_context().new_page()
    (host.folder.parents[1] / "theirs.js").write_text("addEventListener('activate', e => e.waitUntil(clients.claim()))")
    (host.folder / "below").mkdir()
    (host.folder / "below/theirs.js").write_text("")
    page.goto(f"{host.address}for-readers.html")
    top = f"http://127.0.0.1:{host.port}/"
    page.evaluate(f"navigator.serviceWorker.register('{top}theirs.js').then(() => null)")
    page.evaluate("navigator.serviceWorker.register('below/theirs.js').then(() => null)")
    until(page, "() => navigator.serviceWorker.controller !== null")

    # With a worker above it, the book is kept all the same.
    page.reload()
    until(page, KEPT_WHOLE, "book")
    page.reload()
    page.get_by_role("button", name="Remove what is kept").click()

    expect(page.locator("#kept p")).to_have_text("This browser keeps nothing of the site, as you asked.")
    assert {*page.evaluate(WORKERS)} == {f"{top}theirs.js", f"{host.address}below/theirs.js"}


def test_where_the_storage_is_full_or_data_is_saved_nothing_is_kept_and_the_site_works(new_context, host):
    context = new_context()
    page = context.new_page()
    full = {"origin": f"http://127.0.0.1:{host.port}", "quotaSize": 500_000}
    context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", full)
    saving = new_context()
    saving.add_init_script("Object.defineProperty(navigator, 'connection', {value: {saveData: true}})")
    other = saving.new_page()
    for one in (page, other):
        one.goto(f"{host.address}the-article.html")
    until(page, "() => navigator.serviceWorker.controller !== null")
    [name] = page.evaluate("caches.keys()")
    assert " had no room for book " in name

    for one in (page, other):
        one.goto(f"{host.address}the-bridge.html")
        one.locator(".red-pencil[data-live]").first.wait_for()
        assert not one.evaluate(KEPT_WHOLE, "book")
    assert other.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_a_browser_keeps_the_book_without_what_safari_has_only_since_version_17(new_context, host):
    worker = host.folder / "service-worker.js"
    worker.write_text("delete Response.json;\n" + worker.read_text(encoding="utf-8"), encoding="utf-8")
    context = new_context()
    page = context.new_page()
    page.goto(f"{host.address}the-bridge.html")
    keep_at_once(page)
    wait_until_kept(page)

    cut(context, host)
    page.goto(f"{host.address}glossary.html")
    expect(page.locator("h1")).to_contain_text("Glossary")


def test_where_a_host_changes_pages_or_a_browser_has_no_workers_nothing_is_kept_and_nothing_is_said(new_context, host):
    changed = host.folder / "glossary.html"
    changed.write_text(changed.read_text(encoding="utf-8") + "<script>/* of the host */</script>", encoding="utf-8")
    without = new_context()
    without.add_init_script("delete Navigator.prototype.serviceWorker")
    said = []
    pages = [new_context().new_page(), without.new_page()]
    for page in pages:
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{host.address}for-readers.html")
    keep_at_once(pages[0])
    until(pages[0], "async () => !(await navigator.serviceWorker.getRegistration())")

    assert "glossary.html" in host.asked
    assert pages[0].evaluate("navigator.serviceWorker.controller") is None
    assert not pages[0].evaluate(KEPT_WHOLE, "book")
    assert not pages[1].evaluate("'serviceWorker' in navigator")
    for page in pages:
        page.goto(f"{host.address}the-bridge.html")
        page.locator(".red-pencil[data-live]").first.wait_for()
    assert said == []


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


def test_who_came_straight_to_the_notebooks_can_read_the_book_without_a_network(new_context, lite_host):
    context = new_context()
    page = context.new_page()
    # A page of the notebooks in which no Python starts: the worksheets do this when theirs is ready.
    page.goto(f"{lite_host.address}lite/tree/index.html")
    (script,) = (lite_host.folder / "lite/extensions").rglob("keeping.js")
    address = f"{lite_host.address}{script.relative_to(lite_host.folder).as_posix()}"
    page.evaluate("async address => (await import(address)).keepTheBook()", address)
    until(page, KEPT_WHOLE, "book")
    page.close()
    cut(context, lite_host)

    page = context.new_page()
    page.goto(f"{lite_host.address}the-article.html")

    assert page.get_by_text("The opposition sources provided no photo or video evidence").is_visible()


def test_a_worksheet_opened_once_is_opened_done_and_saved_without_a_network(new_context, lite_host, record_property):
    context = new_context(viewport={"width": 1300, "height": 900})
    context.set_default_timeout(LONG_PATIENCE)
    page = context.new_page()
    # The book's worker has the page when JupyterLite looks for its own.
    page.goto(f"{lite_host.address}who-says-so.html")
    keep_at_once(page)
    wait_until_kept(page)
    listed = json.loads((lite_host.folder / "lite/kept-files.json").read_text(encoding="utf-8"))
    words = " ".join((ROOT / "book/for-readers.md").read_text(encoding="utf-8").split())
    [(said, travels)] = re.findall(
        r"your browser keep the notebooks too: about (\d+) MB, of which (\d+) MB travel", words
    )
    assert listed["bytes"] / 1e6 == pytest.approx(float(said), rel=0.05)
    sent = sum(compressed(lite_host.folder / "lite" / address) for address in listed["files"])
    assert sent / 1e6 == pytest.approx(float(travels), rel=0.05)
    worksheet = f"{lite_host.address}lite/notebooks/index.html?path=who-says-so.ipynb"
    page.goto(worksheet)
    run_first_cell(page)
    started = time.monotonic()
    wait_until_kept(page, "notebooks")
    record_property("seconds until the notebooks are kept, after the first result", time.monotonic() - started)
    # Neither ended the other.
    assert {*page.evaluate(WORKERS)} == {f"{lite_host.address}{name}service-worker.js" for name in ("", "lite/")}

    # The second visit, to the list of worksheets: the version alone is asked for, and whether there is another worker.
    lite_host.asked.clear()
    page.goto(f"{lite_host.address}lite/tree/index.html")
    page.locator(".jp-DirListing-item", has_text="who-says-so.ipynb").wait_for()
    assert {name.rpartition("/")[2] for name in lite_host.asked} <= {
        *("kept-version.txt", "service-worker.js", "service-worker-of-jupyterlite.js"),
    }
    assert sum(sent for sent, _ in page.evaluate(TRANSFERRED)) < 1_000
    page.close()
    cut(context, lite_host)

    page = context.new_page()
    started = time.monotonic()
    page.goto(worksheet)
    run_first_cell(page)
    record_property("seconds without a network from the address to the exercise", time.monotonic() - started)
    page.locator(".red-pencil").get_by_role("radio", name="named", exact=True).first.check()

    assert saved_answers(page, "who-says-so.ipynb") == {"rung-01": "named"}
    # And from there back into the book.
    page.goto(f"{lite_host.address}the-article.html")
    assert page.get_by_text("The opposition sources provided no photo or video evidence").is_visible()
