"""What browser tests share: contexts kept from every host but this machine, a file server, and axe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
# Milliseconds; a machine that runs other things too may be slow.
PATIENCE = 15_000


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts with Playwright's options; a request to another host is refused, and fails the test."""
    contexts: list[BrowserContext] = []
    elsewhere: list[str] = []

    def guard(route: Route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    def make(**options: object) -> BrowserContext:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        context.route(lambda url: not url.startswith(("data:", "blob:")), guard)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not elsewhere, f"the page asked other hosts: {elsewhere}"


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """A page of its own; an error in its scripts fails the test."""
    page = new_context(viewport={"width": 1300, "height": 900}).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert not errors, f"the page's scripts failed: {errors}"


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
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def find_accessibility_faults() -> Callable[[Page], list[str]]:
    """What axe finds on a page, one line for each fault."""
    source = AXE.read_text(encoding="utf-8")

    def find(page: Page) -> list[str]:
        page.evaluate(source)
        faults = page.evaluate("axe.run(document).then(found => found.violations)")
        return [f"{fault['id']}: {node['html'][:160]}" for fault in faults for node in fault["nodes"]]

    return find
