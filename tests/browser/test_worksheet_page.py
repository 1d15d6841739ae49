"""What a reader meets around a worksheet in the site: the bar, handing in, and what a browser cannot do."""

import hashlib
import io
import json
import re
import time
import zipfile
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from redpencil.grading.submissions import read_submission
from redpencil.pages.lite import base
from redpencil.pages.lite import build as notebooks
from redpencil.pages.site import server
from serving import answering

ROOT = Path(__file__).resolve().parents[2]
ANSWERS_MIME = "application/vnd.redpencil.answers+json"
# Milliseconds: Python itself starts in the page, on a machine that runs other things too.
PATIENCE = 90_000
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MAKERS = "https://cdn.jsdelivr.net/"


def made_pandas():
    """A wheel of the name pandas with one constant in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("pandas.py", "FROM = 'the made-up wheel'\n")
        archive.writestr("pandas-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: pandas\nVersion: 1\n")
        archive.writestr("pandas-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("pandas-1.dist-info/RECORD", "")
    return packed.getvalue()


PANDAS = made_pandas()


def write_anew(path, row):
    """Write a file that may share its place with one in the cache."""
    path.unlink()
    path.write_text(json.dumps(row), encoding="utf-8")


@pytest.fixture(scope="module")
def address(made_notebooks, tmp_path_factory):
    """A site of the notebooks alone; one of them imports pandas, and that is a small made-up wheel."""
    folder = tmp_path_factory.mktemp("site")
    lite = folder / notebooks.FOLDER
    notebooks.put(made_notebooks, lite)
    notebook = json.loads((lite / "files/the-bridge.ipynb").read_text(encoding="utf-8"))
    cell = {"cell_type": "code", "source": ["import pandas\n", "print(pandas.FROM)"], "id": "needs-pandas"}
    notebook["cells"].append({**cell, "metadata": {}, "outputs": [], "execution_count": None})
    write_anew(lite / "files/the-bridge.ipynb", notebook)
    (table,) = lite.rglob("packages.json")
    row = json.loads(table.read_text(encoding="utf-8"))
    made_up = {"file_name": "pandas-1-py3-none-any.whl", "sha256": hashlib.sha256(PANDAS).hexdigest(), "depends": []}
    row["packages"] = {"pandas": row["packages"]["pandas"] | made_up}
    write_anew(table, row)
    with answering(server(folder, 0)) as listening:
        yield f"http://127.0.0.1:{listening.server_address[1]}/{notebooks.FOLDER}"


class Phone:
    """A window as wide as a phone's, with a worksheet in it, and what it asked its own and other hosts for."""

    def __init__(self, chromium, address):
        self.context = chromium.new_context(**PHONE, color_scheme="dark")
        self.context.set_default_timeout(PATIENCE)
        self.elsewhere = []
        self.asked = set()
        self.context.on("request", self._note)
        self.context.route(f"{MAKERS}**", self._makers)
        self.page = self.context.new_page()
        # Python's own words, which its worker hands on.
        self.warnings = []
        self.page.on("console", lambda said: "Warning: " in said.text and self.warnings.append(said.text))
        # What the bar said, in order, though it may be gone a moment later.
        self.page.add_init_script(
            """window.said = [];
            new MutationObserver(() => {
              const words = document.querySelector("#red-pencil-bar .red-pencil-words")?.textContent;
              if (words && words !== said.at(-1)) said.push(words);
            }).observe(document, {subtree: true, childList: true, characterData: true});"""
        )
        self.page.goto(f"{address}/notebooks/index.html?path=the-bridge.ipynb")
        self.bar = self.page.locator("#red-pencil-bar")
        self.status = self.bar.get_by_role("status")

    def _note(self, request):
        parts = urlsplit(request.url)
        if parts.hostname == "127.0.0.1":
            self.asked.add(unquote(parts.path))
        elif parts.scheme not in ("data", "blob"):
            self.elsewhere.append(request.url)

    def _makers(self, route):
        # As that host answers any site.
        headers = {"Access-Control-Allow-Origin": "*"}
        route.fulfill(body=PANDAS, headers=headers, content_type="application/octet-stream")

    def press(self, name):
        self.bar.get_by_role("button", name=name).tap()


@pytest.fixture(scope="module")
def phone(chromium, address):
    phone = Phone(chromium, address)
    yield phone
    phone.context.close()


def test_a_notebook_that_needs_pandas_says_so_and_fetches_it_only_after_a_yes(phone, find_accessibility_faults):
    asks = phone.page.get_by_role("main")
    expect(asks.get_by_role("heading")).to_have_text("This notebook needs pandas")
    expect(asks).to_contain_text("cdn.jsdelivr.net")
    expect(asks.get_by_role("button").first).to_have_text("Open it and fetch nothing")
    assert phone.elsewhere == []
    # Python has not been asked for either.
    assert phone.page.workers == []
    assert find_accessibility_faults(phone.page) == []

    asks.get_by_role("button", name="Open it and fetch pandas").tap()
    # As the kernel's own worker tells it, if that has not said anything yet.
    phone.page.locator(".jp-NotebookPanel").wait_for()
    phone.page.evaluate(
        """() => {
          const channel = new BroadcastChannel("red-pencil-start");
          const total = 14_000_000;
          for (const [stage, loaded] of [["python", 6_400_000], ["kit", total], ["ready", total]]) {
            channel.postMessage({redpencil: 1, worker: "w", stage, loaded, total});
          }
        }"""
    )
    # While Python starts.
    assert find_accessibility_faults(phone.page) == []
    expect(phone.status).to_have_text(re.compile("^Ready"), timeout=PATIENCE)

    # The page's worker asks, and the service worker for it.
    version = notebooks.read_manifest().core.version
    assert set(phone.elsewhere) == {f"{MAKERS}pyodide/v{version}/full/pandas-1-py3-none-any.whl"}
    said = phone.page.evaluate("said")
    assert [words for words in said if re.fullmatch(r"Getting Python.*\d+ of \d+ MB", words)], said
    assert "Fetching pandas" in said
    # What is told goes on, and not back.
    assert "Starting Python" not in said[said.index("Getting the exercise ready") :]


def test_the_page_has_no_fault_that_axe_finds_and_fits_a_phone(phone, find_accessibility_faults):
    assert find_accessibility_faults(phone.page) == []
    assert phone.page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
    targets = phone.page.locator("#red-pencil-bar a, #red-pencil-bar button, .jp-NotebookPanel-toolbar jp-button")
    boxes = [box for box in (target.bounding_box() for target in targets.all()) if box]
    assert len(boxes) > 5
    assert [box for box in boxes if min(box["width"], box["height"]) < 24] == []
    # Two that do the same make a reader wonder which is the right one.
    expect(phone.page.get_by_role("button", name="Hand in")).to_have_count(1)
    # Nothing of the notebook is under the bar.
    bar, menu = phone.bar.bounding_box(), phone.page.locator(".jp-NotebookPanel-toolbar").bounding_box()
    assert menu["y"] >= bar["y"] + bar["height"]


def test_what_a_first_visit_fetches_beside_python_is_what_the_build_counts_for_it(phone, record_property):
    made = notebooks.finished(ROOT)
    names = [path.removeprefix(f"/{notebooks.FOLDER}/") for path in phone.asked]
    # All that lies in Python's folder is weighed file by file when it is built.
    files = [made / name for name in names if not name.startswith("static/python-") and (made / name).is_file()]

    found = sum(base.compressed(path) for path in files)

    record_property("first visit to a notebook: files beside Python", len(files))
    record_property("first visit to a notebook: bytes beside Python, as they travel", found)
    assert found == pytest.approx(base.SCRIPTS, rel=0.05)


def test_a_screen_reader_is_told_what_jupyterlab_leaves_unsaid(phone):
    cells = phone.page.get_by_role("feed").get_by_role("article")
    expect(cells).to_have_count(phone.page.locator(".jp-Cell").count())
    # It is drawn in the cell that is active alone.
    triangle = cells.first.get_by_role("button", name="What is under this heading")
    for state in ("false", "true"):
        triangle.evaluate("button => button.click()")
        expect(triangle).to_have_attribute("aria-expanded", state)

    box = phone.page.get_by_role("textbox", name="Box with code").first
    # What is written in it does not take its name away.
    box.press("End")
    box.press("Space")
    box.press("Backspace")
    expect(box).to_contain_text("work_on")


def test_a_worksheet_without_answers_is_not_downloaded_and_the_reason_is_said(phone):
    phone.press("Hand in")
    expect(phone.status).to_have_text("Nothing was downloaded. There are no answers yet, because the box was not run.")

    phone.press("Run the box")
    phone.page.locator(".red-pencil[data-live]").first.wait_for()
    expect(phone.status).to_contain_text("The exercise is open")
    phone.press("Hand in")
    expect(phone.status).to_contain_text("nothing is answered yet")


@pytest.mark.parametrize("width", [PHONE["viewport"]["width"], 1300])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_the_exercise_open_axe_finds_no_fault_in_either_theme(phone, find_accessibility_faults, scheme, width):
    phone.page.emulate_media(color_scheme=scheme)
    phone.page.set_viewport_size({**PHONE["viewport"], "width": width})
    phone.page.locator(f"body[data-jp-theme-name='JupyterLab {scheme.capitalize()}']").wait_for(state="attached")

    assert find_accessibility_faults(phone.page) == []

    phone.page.set_viewport_size(PHONE["viewport"])


def test_the_file_that_hand_in_downloads_has_the_answers_in_it(phone, tmp_path):
    phone.page.locator(".red-pencil").get_by_role("radio", name="named", exact=True).first.check()
    with phone.page.expect_download() as started:
        phone.press("Hand in")
    started.value.save_as(tmp_path / "handed-in.ipynb")

    assert started.value.suggested_filename == "the-bridge.ipynb"
    assert read_submission((tmp_path / "handed-in.ipynb").read_bytes(), "the-bridge").answers == {"rung-01": "named"}
    expect(phone.status).to_contain_text("Next: give it to your teacher")
    # As the exercise itself writes a time.
    expect(phone.bar.locator(".red-pencil-amount")).to_have_text(re.compile(r"^Saved at \d\d:\d\d$"))


def test_where_the_browser_is_full_in_the_middle_it_is_said_and_the_answers_can_be_handed_in(phone):
    # As Chromium does when there is no room. A smaller quota does not bite where something is kept already.
    phone.page.evaluate(
        """() => {
          const put = IDBObjectStore.prototype.put;
          IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
          window.makeRoom = () => void (IDBObjectStore.prototype.put = put);
        }"""
    )
    first = phone.page.locator(".red-pencil [data-item]").first
    first.get_by_role("radio", name="role", exact=True).check()

    expect(phone.status).to_contain_text("could not be saved in this browser")
    with phone.page.expect_download() as started:
        phone.press("Hand in")
    handed_in = Path(started.value.path()).read_bytes()
    assert read_submission(handed_in, "the-bridge").answers == {"rung-01": "role"}

    # There is room again, and Python is still there.
    phone.page.evaluate("makeRoom()")
    first.get_by_role("radio", name="named", exact=True).check()
    expect(phone.page.locator(".red-pencil .rp-kept")).to_contain_text("Python answers again. Everything is kept.")
    with phone.page.expect_download() as started:
        phone.press("Hand in")
    assert read_submission(Path(started.value.path()).read_bytes(), "the-bridge").answers == {"rung-01": "named"}


def test_answers_that_python_never_takes_hold_up_a_file_once_and_not_for_ever(phone):
    hand_in = """async again => {
      const {handIn, MIME_TYPE} = await import(
        performance.getEntriesByType("resource").map(one => one.name).find(name => name.endsWith("/answers.js")));
      const of = (saved_at, answers) => ({exercise: "made-up", exercise_version: "1", saved_at, answers});
      const taken = of("2026-01-31T09:00:00Z", {one: "a"}), newer = of("2026-01-31T09:05:00Z", {one: "b"});
      localStorage["redpencil-notebook:made-up:1"] = JSON.stringify(newer);
      const notebook = {cells: [{outputs: [{data: {[MIME_TYPE]: taken}}]}]};
      const context = {model: {toJSON: () => notebook}, save: async () => {}};
      return handIn(context, null, "made-up.ipynb", "made-up", {again});
    }"""

    first = phone.page.evaluate(hand_in, False)
    with phone.page.expect_download() as downloading:
        second = phone.page.evaluate(hand_in, True)

    assert first["wait"]
    assert first["words"].startswith("Nothing was downloaded.")
    assert not second["wait"]
    assert "without your last answers" in second["words"]
    assert downloading.value.suggested_filename == "made-up.ipynb"
    phone.page.evaluate("localStorage.removeItem('redpencil-notebook:made-up:1')")


def test_what_was_fetched_can_be_imported(phone):
    phone.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 1e6)")
    cell = phone.page.locator(".jp-CodeCell", has_text="pandas.FROM")
    cell.locator(".cm-content").click()
    phone.page.keyboard.press("Shift+Enter")

    expect(cell.locator(".jp-OutputArea")).to_contain_text("the made-up wheel")


def test_python_warns_of_nothing_that_no_cell_did(phone):
    assert phone.warnings == []


def test_a_second_window_of_a_worksheet_says_so_until_the_first_is_closed(phone):
    windows = [phone.context.new_page() for _ in range(2)]
    for window in windows:
        window.goto(phone.page.url.replace("the-bridge", "label-swap"))
        # The first is the one that has its notebook first.
        window.locator("#red-pencil-bar [data-do='hand-in']").wait_for()
    says = [window.get_by_text("open in another window too") for window in windows]
    expect(says[1]).to_be_visible(timeout=PATIENCE)
    assert says[0].count() == 0

    windows[0].close()

    expect(says[1]).to_have_count(0)
    windows[1].close()


def test_when_python_stops_it_is_said_and_can_be_started_again_by_the_keyboard_alone(phone):
    # The worker of the kernel, which ends as when the device takes its memory back.
    phone.page.workers[-1].evaluate("self.close()")
    expect(phone.status).to_have_text("Python stopped. Your marks are kept.")
    first = phone.page.locator(".red-pencil [data-item]").first
    first.get_by_role("radio", name="role", exact=True).check()
    # JupyterLab goes on to call it busy.
    expect(phone.page.locator(".red-pencil .rp-kept")).to_contain_text("Python does not answer. What you did is kept")
    phone.press("Hand in")
    expect(phone.status).to_contain_text("Start Python again and run the box, then hand in again.")
    first.get_by_role("radio", name="named", exact=True).check()
    phone.page.wait_for_timeout(500)
    with phone.page.expect_download():
        phone.press("Hand in")
    expect(phone.bar.get_by_role("button", name="Start it again")).to_be_visible()

    phone.bar.get_by_role("link", name="Back to the chapter").focus()
    phone.page.keyboard.press("Tab")
    expect(phone.bar.get_by_role("button", name="Hand in")).to_be_focused()
    phone.page.keyboard.press("Tab")
    expect(phone.bar.get_by_role("button", name="Start it again")).to_be_focused()
    phone.page.keyboard.press("Enter")
    expect(phone.status).to_contain_text("Now run the box again", timeout=PATIENCE)
    expect(phone.bar.get_by_role("button", name="Run the box")).to_be_focused()
    phone.page.keyboard.press("Enter")
    expect(phone.status).to_contain_text("The exercise is open")
    assert phone.page.evaluate("document.activeElement.closest('.jp-CodeCell') !== null")
    # A phone's lines are short.
    said = phone.page.locator(".jp-RenderedText pre", has_text="Not yours?")
    expect(said).to_contain_text("private window")
    expect(said).to_have_css("word-break", "normal")

    expect(phone.page.locator(".red-pencil").get_by_role("radio", name="named", exact=True).first).to_be_checked()


def test_an_answer_is_still_there_after_the_window_was_closed_and_nobody_saved(phone, address):
    phone.page.locator(".red-pencil").get_by_role("radio", name="role", exact=True).nth(1).check()
    # As long as it takes to look up from the screen, and Python to write the answer down.
    expect(phone.page.locator(".redpencil-answers")).to_contain_text("2 of 17 answered")
    phone.page.wait_for_timeout(2000)
    phone.page.close()

    other = phone.context.new_page()
    other.goto(f"{address}/manifest.webmanifest")
    kept = other.evaluate(
        """() => new Promise(async done => {
          for (const {name} of await indexedDB.databases()) {
            const open = indexedDB.open(name);
            const base = await new Promise(ready => open.onsuccess = () => ready(open.result));
            if (!base.objectStoreNames.contains("files")) { base.close(); continue; }
            const asked = base.transaction("files").objectStore("files").get("the-bridge.ipynb");
            const found = await new Promise(ready => asked.onsuccess = () => ready(asked.result));
            base.close();
            if (found) return done(JSON.stringify(found.content));
          }
          done(null);
        })"""
    )

    assert read_submission(kept.encode(), "the-bridge").answers == {"rung-01": "named", "rung-02": "role"}


NO_WEBASSEMBLY = "delete window.WebAssembly"
NO_STORAGE = """Object.defineProperty(window, "indexedDB", {get() { throw new DOMException("no", "SecurityError") }})"""
# As Chromium does where a school, or the reader, lets no site keep anything.
NO_STORAGE_AT_ALL = NO_STORAGE + ";" + NO_STORAGE.replace("indexedDB", "localStorage")
LITTLE_MEMORY = """Object.defineProperty(Navigator.prototype, "deviceMemory", {get: () => 1})"""


@pytest.mark.parametrize(
    ("without", "why", "anyway"),
    [
        (NO_WEBASSEMBLY, "no WebAssembly", False),
        (NO_STORAGE, "does not let the page keep files", True),
        (NO_STORAGE_AT_ALL, "does not let the page keep files", False),
        (LITTLE_MEMORY, "about 1 GB of memory", True),
    ],
    ids=["WebAssembly", "a database", "any storage", "memory"],
)
def test_what_a_browser_lacks_is_said_before_anything_heavy_is_loaded_with_what_still_works(
    new_context, address, find_accessibility_faults, without, why, anyway
):
    page = new_context(**PHONE).new_page()
    page.add_init_script(without)
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(f"{address}/notebooks/index.html?path=who-says-so.ipynb")

    says = page.get_by_role("main")
    expect(says).to_contain_text(why)
    expect(says).to_contain_text("you can still read, mark, and hand in")
    there = says.get_by_role("link", name="Do the exercise on its page").evaluate("link => link.href")
    assert there == f"{address.removesuffix('/lite')}/who-says-so.html"
    assert find_accessibility_faults(page) == []
    heavy = ("/lite/static/", "jlab_core", "config-utils")
    assert not [path for path in asked if any(words in path for words in heavy)]
    button = says.get_by_role("button", name="Open the notebook all the same")
    assert button.count() == anyway
    if anyway:
        with page.expect_request("**/config-utils.js*"):
            button.tap()


def test_a_browser_without_room_says_so_before_a_notebook_is_opened_that_cannot_be_kept(new_context, address):
    context = new_context(**PHONE)
    page = context.new_page()
    origin = address.removesuffix("/lite")
    context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1000})
    page.goto(f"{address}/notebooks/index.html?path=who-says-so.ipynb")

    says = page.get_by_role("main")
    expect(says).to_contain_text("no room left to keep the notebook")
    expect(says.get_by_role("link", name="Do the exercise on its page")).to_be_visible()
    assert says.get_by_role("button").count() == 0


def test_when_python_cannot_start_it_is_said_with_what_still_works(new_context, address):
    context = new_context(**PHONE)
    context.route("**/lite/static/**", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{address}/notebooks/index.html?path=who-says-so.ipynb")

    bar = page.locator("#red-pencil-bar")
    expect(bar.get_by_role("status")).to_contain_text(
        "Python could not start. A file of it could not be fetched.", timeout=PATIENCE
    )
    expect(bar.get_by_role("status")).to_contain_text("on its page you can read, mark and hand in")
    bar.get_by_role("button", name="Hand in").tap()
    expect(bar.get_by_role("status")).to_contain_text("Nothing was downloaded.")
    there = bar.get_by_role("link", name="Do it on its page").evaluate("link => link.href")
    assert there == f"{address.removesuffix('/lite')}/who-says-so.html"


class _Between(BaseHTTPRequestHandler):
    """Gives what another address has, in a way of its own."""

    def do_GET(self):
        try:
            with urlopen(f"{self.server.site}{self.path}") as answer:
                content, kind = answer.read(), answer.headers["Content-Type"]
        except HTTPError as error:
            return self.send_error(error.code)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", len(content))
        self.end_headers()
        with suppress(OSError):
            self.give(content, kind)
        return None

    def log_message(self, format, *args):
        """Say nothing."""


class _Cut(_Between):
    """Gives of some files only half, and then the connection ends."""

    def give(self, content, kind):
        self.wfile.write(content[: len(content) // 2] if re.search(self.server.cut, self.path) else content)


@pytest.mark.parametrize("cut", [r"/start-\w+\.pack", r"\.wasm"], ids=["a pack", "Python itself"])
def test_when_the_network_is_cut_while_python_comes_it_is_said(new_context, address, cut):
    halving = ThreadingHTTPServer(("127.0.0.1", 0), _Cut)
    halving.site, halving.cut = address.removesuffix("/lite"), cut
    with answering(halving):
        context = new_context(**PHONE)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{halving.server_address[1]}/lite/notebooks/index.html?path=who-says-so.ipynb")

        try:
            expect(page.locator("#red-pencil-bar").get_by_role("status")).to_contain_text(
                "Python could not start. A file of it could not be fetched.", timeout=PATIENCE
            )
        finally:
            context.close()


class _Slow(_Between):
    """Gives of a page the head first, and the body a moment later."""

    def give(self, content, kind):
        head = content.index(b"</head>") if kind.startswith("text/html") else 0
        self.wfile.write(content[:head])
        if head:
            time.sleep(1)
        self.wfile.write(content[head:])


def test_scripts_that_are_there_before_the_page_is_wait_for_its_body(new_context, address):
    slow = ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    slow.site = address.removesuffix("/lite")
    with answering(slow):
        context = new_context(**PHONE)
        page = context.new_page()
        failed = []
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.add_init_script(
            """window.scripts = new Promise(done => addEventListener("DOMContentLoaded", () => {
              const all = performance.getEntriesByType("resource");
              done(all.filter(({name, responseEnd}) => name.endsWith(".js") && responseEnd).length);
            }));"""
        )
        with page.expect_request("**/config-utils.js*"):
            page.goto(f"http://127.0.0.1:{slow.server_address[1]}/lite/notebooks/index.html?path=who-says-so.ipynb")

        # The bar's own were there first.
        assert page.evaluate("scripts") >= 10
        assert failed == []
        expect(page.locator("#red-pencil-bar").get_by_role("link", name="Back to the chapter")).to_be_visible()
        context.close()


def test_a_dark_page_is_dark_before_jupyterlite_is_there(new_context, address):
    context = new_context(color_scheme="dark")
    context.route("**/config-utils.js*", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{address}/notebooks/index.html?path=who-says-so.ipynb")

    # As dark as JupyterLab's own dark page.
    expect(page.locator("body")).to_have_css("background-color", "rgb(17, 17, 17)")


def test_without_scripts_the_page_leads_to_the_chapters(new_context, address):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/notebooks/index.html?path=who-says-so.ipynb")

    link = page.get_by_role("link", name="Who says so?")
    assert link.get_attribute("href") == "../../who-says-so.html"


def test_the_list_of_notebooks_starts_no_python(new_context, address):
    page = new_context().new_page()
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(f"{address}/tree/index.html")
    page.get_by_text("who-says-so.ipynb").first.wait_for()
    page.wait_for_timeout(500)

    assert not [path for path in asked if "/lite/static/" in path]
    assert page.workers == []
