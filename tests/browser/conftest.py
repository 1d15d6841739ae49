"""What browser tests share: contexts kept from every host but this machine, a file server, and axe."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

import redpencil
from redpencil.annotation import Annotation
from redpencil.document import Document, Span
from redpencil.exercise import Exercise, load_exercise
from redpencil.pages import offline
from redpencil.pages.lite import build as notebooks
from redpencil.pages.site import server
from serving import answering

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
# Milliseconds; a machine that runs other things too may be slow.
PATIENCE = 15_000


WIDE = {"viewport": {"width": 1300, "height": 900}}


def _elsewhere(request: Request) -> bool:
    address = urlsplit(request.url)
    return address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1"


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts with Playwright's options; a request to another host is refused, and fails the test."""
    contexts: list[BrowserContext] = []
    elsewhere: list[str] = []

    def make(**options: object) -> BrowserContext:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda request: elsewhere.append(request.url) if _elsewhere(request) else None)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not elsewhere, f"the page asked other hosts: {elsewhere}"


class _Noting(Page):
    """A page that notes when a test takes hold of what could outlast the test."""

    LASTING = frozenset(
        {
            *("add_init_script", "add_locator_handler", "clock", "close", "context", "emulate_media"),
            *("expose_binding", "expose_function", "on", "once", "route", "route_from_har", "route_web_socket"),
            *("set_default_navigation_timeout", "set_default_timeout", "set_extra_http_headers", "set_viewport_size"),
        }
    )

    def __getattribute__(self, name: str) -> object:
        if name in _Noting.LASTING:
            object.__getattribute__(self, "__dict__")["lasts"] = True
        return super().__getattribute__(name)


class Window:
    """A window that one test after the other may have: opening one costs as much as what most tests do in it."""

    def __init__(self, chromium: Browser):
        self.context = chromium.new_context(**WIDE)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.origins: set[str] = set()
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        self.context.on("request", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._storage = self.context.new_cdp_session(self.page)
        self.page.__class__ = _Noting

    def _note(self, request: Request) -> None:
        address = urlsplit(request.url)
        if _elsewhere(request):
            self.elsewhere.append(request.url)
        elif address.netloc:
            self.origins.add(f"{address.scheme}://{address.netloc}")

    def is_cleared(self) -> bool:
        """Make it as good as new; False if a test did to it what cannot be undone."""
        if "lasts" in vars(self.page) or self.context.pages != [self.page]:
            return False
        # Nothing is under the mouse, on whatever page comes next.
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank")
        for origin in self.origins:
            self._storage.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        self.origins.clear()
        return True


@pytest.fixture(scope="session")
def windows() -> list[Window]:
    """Windows that nobody has, each as good as new."""
    return []


@pytest.fixture
def page(chromium: Browser, windows: list[Window], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that has nothing of another test; an error in its scripts, or a request to another host, fails the test.

    What a test could do to a page that would stay there is noted, and then no other test gets it: nor one where a test
    failed, which may have ended in the middle of anything.
    """
    window = windows.pop() if windows else Window(chromium)
    failed = request.session.testsfailed
    yield window.page
    as_new = request.session.testsfailed == failed and window.is_cleared()
    trouble = {"its scripts failed": window.errors, "it asked other hosts": window.elsewhere}
    if as_new and not any(trouble.values()):
        windows.append(window)
    else:
        window.context.close()
    assert not any(trouble.values()), f"what is wrong with the page: {trouble}"


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def end_headers(self) -> None:
        """Keep nothing between tests."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], str]]:
    """Serves a folder on a free port of 127.0.0.1, and gives its address."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(folder: Path) -> str:
        one = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
        # It sleeps until somebody asks. There is one for each test: hundreds that wake now and then are a load.
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": None}, daemon=True)
        thread.start()
        servers.append((one, thread))
        return f"http://127.0.0.1:{one.server_address[1]}"

    yield start
    for one, thread in servers:
        threading.Thread(target=one.shutdown).start()
        # Whoever sleeps is told to end by a knock, which may come before the word.
        while thread.is_alive():
            with suppress(OSError):
                socket.create_connection(one.server_address[:2], timeout=1).close()
            thread.join(0.01)
        one.server_close()


@pytest.fixture(scope="session")
def lite_address(made_notebooks: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site that has nothing but the notebooks is served."""
    folder = tmp_path_factory.mktemp("site")
    notebooks.put(made_notebooks, folder / notebooks.FOLDER)
    offline.make_offline(folder, notebooks.FOLDER)
    with answering(server(folder, 0)) as listening:
        yield f"http://127.0.0.1:{listening.server_address[1]}/{notebooks.FOLDER}"


@pytest.fixture(scope="session")
def find_accessibility_faults() -> Callable[[Page], list[str]]:
    """What axe finds on a page, one line for each fault."""
    source = AXE.read_text(encoding="utf-8")

    def find(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        # Every rule runs; of what keeps them axe gathers no list, and it makes up no selectors, which nobody reads.
        faults = page.evaluate(
            "axe.run(document, {resultTypes: ['violations'], selectors: false}).then(found => found.violations)"
        )
        return [f"{fault['id']}: {node['html'][:160]}" for fault in faults for node in fault["nodes"]]

    return find


COMPONENT = Path(redpencil.__file__).parent / "component"

# A fox outside the basic plane stands before everything that is marked: UTF-16 offsets would be one too high.
TEXT = (
    "🦊 Bridge closed, officials say.\n\n"
    "“The bridge is closed,” the mayor’s office said on Monday. It spans 300km2 of marsh.\n\n"
    "According to a 2019 record, traffic fell by 12%. Don’t panic."
)


def _span(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


@pytest.fixture(scope="session")
def bridge() -> Exercise:
    """A small exercise over a small text, with a choice for each of two sentences, marks and free text."""
    kit = load_exercise("who-says-so")
    by_id = kit.item_by_id
    sentences = tuple(
        _span(TEXT, words)
        for words in (
            "🦊 Bridge closed, officials say.",
            "“The bridge is closed,” the mayor’s office said on Monday.",
            "It spans 300km2 of marsh.",
            "According to a 2019 record, traffic fell by 12%.",
            "Don’t panic.",
        )
    )
    paragraphs = (sentences[0], Span(sentences[1].start, sentences[2].end), Span(sentences[3].start, sentences[4].end))
    document = Document("bridge", "Bridge closed, officials say.", "en", TEXT, paragraphs, sentences)
    choices = [replace(by_id[f"rung-0{n}"], span=sentences[n - 1]) for n in (1, 2)]
    items = (*choices, by_id["attributions"], by_id["evidence"])
    # The kit's hints are about another text.
    items = tuple(replace(item, hints=()) for item in items)
    return Exercise("bridge", "The bridge", "", document, items, {"id": "bridge"}, {})


@pytest.fixture(scope="session")
def bridge_key(bridge: Exercise) -> tuple[Annotation, ...]:
    """A key to it: two attributions, and a wider cue that is accepted."""
    rows: list[tuple[str, str, str, str, str]] = [
        ("r1", "sourcing", "group", "🦊 Bridge closed, officials say.", "required"),
        ("r1b", "sourcing", "role", "🦊 Bridge closed, officials say.", "accepted"),
        ("r2", "sourcing", "role", "“The bridge is closed,” the mayor’s office said on Monday.", "required"),
        ("s1", "attribution", "source", "the mayor’s office", "required"),
        ("c1", "attribution", "cue", "said", "required"),
        ("c1b", "attribution", "cue", "said on Monday", "accepted"),
        ("t1", "attribution", "content", "The bridge is closed", "required"),
        ("s2", "attribution", "source", "a 2019 record", "required"),
        ("c2", "attribution", "cue", "According to", "required"),
        ("t2", "attribution", "content", "traffic fell by 12%", "required"),
    ]
    return tuple(
        Annotation(id, layer, label, (_span(TEXT, words),), (words,), status, f"The reason of {id}.")
        for id, layer, label, words, status in rows
    )


@pytest.fixture
def write_page(tmp_path: Path, serve: Callable[[Path], str]) -> Callable[..., str]:
    """Writes a page with some HTML on it and the component beside it, and gives its address."""
    address = serve(tmp_path)
    for name in ("red_pencil.js", "red_pencil.css", "red_pencil_later.js"):
        (tmp_path / name).write_bytes((COMPONENT / name).read_bytes())
    # The modules themselves, for who asks one of them directly; the bundle is held to them elsewhere.
    (tmp_path / "component").mkdir()
    for path in COMPONENT.glob("*.js"):
        shutil.copy(path, tmp_path / "component")

    def write(body: str, name: str = "index.html", head: str = "", theme: str = "") -> str:
        page = (
            f'<!doctype html>\n<html lang="en"{theme}>\n<head><meta charset="utf-8"><title>A page</title>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<link rel="icon" href="data:,"><link rel="stylesheet" href="red_pencil.css">{head}\n'
            '<script type="module" src="red_pencil.js"></script></head>\n'
            f"<body>\n<main>\n<h1>A page</h1>\n{body}</main>\n</body>\n</html>\n"
        )
        (tmp_path / name).write_text(page, encoding="utf-8")
        return f"{address}/{name}"

    return write


class Sheet:
    """An exercise's element on a page, as a reader meets it."""

    def __init__(self, page, exercise):
        self.page = page
        self.document = exercise.document
        self.text = page.locator(".rp-text")
        self.status = page.locator(".rp-palette .rp-status")
        # The text is painted first; what takes the keys and the mouse follows.
        page.locator(".red-pencil[data-live]").first.wait_for(state="attached")

    def place(self, words):
        """Where some words begin and end on the screen."""
        return self.page.evaluate(
            """words => {
              for (const block of document.querySelectorAll(".rp-text [data-start]")) {
                const at = block.textContent.indexOf(words);
                if (at < 0) continue;
                block.style.scrollMarginBlock = "11rem";
                block.scrollIntoView({block: "nearest"});
                const range = document.createRange();
                const point = place => {
                  let rest = place;
                  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
                  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                    if (rest <= node.nodeValue.length) return [node, rest];
                    rest -= node.nodeValue.length;
                  }
                };
                range.setStart(...point(at)); range.setEnd(...point(at + words.length));
                const all = [...range.getClientRects()].filter(r => r.width > 1);
                const first = all[0], last = all.at(-1);
                return {x: first.left + 3, y: (first.top + first.bottom) / 2,
                        to_x: last.right - 3, to_y: (last.top + last.bottom) / 2};
              }
            }""",
            words,
        )

    def click(self, words, **options):
        place = self.place(words)
        self.page.mouse.click(place["x"], place["y"], **options)

    def tap(self, words):
        place = self.place(words)
        self.page.touchscreen.tap(place["x"], place["y"])

    def drag(self, words, to=None):
        self.place(words)
        start, end = self.place(words), self.place(to or words)
        self.page.mouse.move(start["x"], start["y"])
        self.page.mouse.down()
        self.page.mouse.move(end["to_x"], end["to_y"], steps=5)
        self.page.mouse.up()

    def label(self, name):
        self.page.locator(".rp-palette").get_by_role("button", name=name).click()

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def selected(self):
        return "".join(self.text.locator(".rp-selected").all_text_contents())

    def chosen(self):
        """The words of the mark that is chosen."""
        return " … ".join(
            self.page.evaluate(
                """() => {
                  const pieces = [];
                  let last = null;
                  for (const mark of document.querySelectorAll(".rp-text mark[data-chosen]")) {
                    if (last && !gap(last, mark)) pieces.push(pieces.pop() + mark.textContent);
                    else pieces.push(mark.textContent);
                    last = mark;
                  }
                  function gap(one, other) {
                    const between = document.createRange();
                    between.setStartAfter(one);
                    between.setEndBefore(other);
                    return between.toString() !== "";
                  }
                  return pieces;
                }"""
            )
        )

    def painted(self):
        """The marks in the text: label's number and words, in the order of the text."""
        return self.page.evaluate(
            """() => {
              const marks = new Map();
              for (const mark of document.querySelectorAll(".rp-text mark")) {
                const known = marks.get(mark.dataset.mark) ?? [Number(mark.dataset.n), ""];
                known[1] += mark.textContent;
                marks.set(mark.dataset.mark, known);
              }
              return [...marks.values()];
            }"""
        )

    def listed(self):
        # The list follows the words: a frame later, and a moment.
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
        entries = self.page.locator(".rp-marks > li .rp-entry")
        return [[part.text_content() for part in entry.locator("> *").all()] for entry in entries.all()]

    def answers(self):
        """What this browser keeps."""
        self.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
        kept = self.page.evaluate("Object.values(localStorage).map(value => JSON.parse(value))")
        return kept[0]["answers"] if kept else {}

    def marks(self):
        return self.answers().get("attributions", [])


@pytest.fixture
def make_sheet() -> type[Sheet]:
    """Wraps a page with an exercise on it as a reader meets it."""
    return Sheet


@pytest.fixture
def rewrite() -> Callable[[Exercise, str, str], Exercise]:
    """An exercise over another text of one sentence."""

    def make(exercise: Exercise, text: str, language: str) -> Exercise:
        whole = (Span(0, len(text)),)
        document = Document("other", text, language, text, whole, whole)
        return replace(exercise, document=document, items=tuple(i for i in exercise.items if i.kind == "marks"))

    return make
