"""What several tests share: the whole site, built once, and its address while the tests run.

With pytest-xdist each worker is a process that has its own session: a browser and a server of its own. The site is
built by whichever worker comes first, and is the others' too.
"""

from __future__ import annotations

import gc
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from redpencil.pages.lite.build import finished
from redpencil.pages.site import build, server
from serving import answering

if TYPE_CHECKING:
    from gradebooks import Database
    from student_notebook import Screen

ROOT = Path(__file__).resolve().parents[1]
# Drawn cases differ from run to run, so that they find what is new; a check of a commit draws the same each time.
# None fails by the clock on the wall, which a busy machine holds up: what must be quick is tested for that alone.
settings.register_profile("any", deadline=None)
settings.register_profile("check", deadline=None, derandomize=True)
settings.load_profile("check" if os.environ.get("CI") else "any")
# Whoever reads a notebook loads jsonschema, which compiles a grammar of internationalised addresses for two seconds
# wherever there is one; no notebook is checked by it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is how Python says so

# Quiet, with no talk to its maker; --no-sandbox because CI runs as root, and only our own pages are opened.
# Chromium heeds its last list of what to leave off, so that Playwright's own has to stand in it as well. Ours are the
# pages behind the address bar, which nobody sees here: every new window would load them, a third of its work; and a
# process in reserve for another site's page, which no test opens.
LEFT_OFF = [
    *("AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose"),
    *("HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "PaintHolding", "ThirdPartyStoragePartitioning"),
    *(
        "AimEnabled",
        "AutofillServerCommunication",
        "LensOverlay",
        "MediaRouter",
        "NetworkTimeServiceQuerying",
        "OptimizationHints",
    ),
    *("PreconnectToSearch", "TcpPortRandomizationWin"),
    *("SpareRendererForSitePerProcess", "WebUIOmniboxAimPopup", "WebUIOmniboxPopup"),
]
CHROMIUM_ARGUMENTS = [
    f"--disable-features={','.join(LEFT_OFF)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No other host than this machine is to be found.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]

sys.path.insert(0, str(Path(__file__).parent))
from set_up_chromium import find_chromium  # noqa: E402  a script beside this file, which make runs before any test
from set_up_postgresql import NoPostgresqlError, Server, find_postgresql, missing  # noqa: E402  likewise


def pytest_collection_finish() -> None:
    """Leave what all tests and modules are made of out of every search for garbage: it is large, and it stays."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests counted, above the last line, whichever process counted it."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session", autouse=True)
def one_process() -> Iterator[None]:
    """Commands that a test calls work in its own process, unless it says how many: for three files forking costs more.

    A command that runs as a process of its own takes as many as anywhere.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("redpencil.grading.pool.workers", lambda: 1)
        yield


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's folder, in a kernel that has just started."""
    from student_notebook import restart

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    restart(monkeypatch)
    return tmp_path


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """A screen that is updated at once: no event loop, not even one that a test of a browser left running."""
    from redpencil.notebook import worksheet
    from student_notebook import Screen

    monkeypatch.setattr(worksheet, "asyncio", SimpleNamespace(get_running_loop=_no_loop))
    return Screen(monkeypatch)


def _no_loop() -> None:
    raise RuntimeError("no running event loop")


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Held by one process at a time, on every system; one that dies lets go of it."""
    with closing(sqlite3.connect(lock, timeout=600, isolation_level=None)) as held:
        held.execute("BEGIN EXCLUSIVE")
        yield


@pytest.fixture(scope="session")
def place_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run have in common."""
    place = tmp_path_factory.getbasetemp()
    return place.parent if "PYTEST_XDIST_WORKER" in os.environ else place


@pytest.fixture(scope="session")
def made_notebooks(place_of_the_run: Path) -> Path:
    """The folder of the notebooks that run in the browser, of which nothing may be changed; made by one worker."""
    with one_at_a_time(place_of_the_run / "notebooks.lock"):
        return finished(ROOT)


@pytest.fixture(scope="session")
def built_site(place_of_the_run: Path) -> Path:
    """The folder of the site, built strictly from this checkout into a folder of its own."""
    place = place_of_the_run
    with pytest.MonkeyPatch.context() as patch, one_at_a_time(place / "site.lock"):
        patch.chdir(ROOT)
        patch.delenv("REDPENCIL_KIT", raising=False)
        # Of a site that is there already, nothing is built.
        return build(place / "site" / "html").parent


@pytest.fixture(scope="session")
def site_address(built_site: Path) -> Iterator[str]:
    """Where the built site is served, as ``http://127.0.0.1:<port>/``."""
    with answering(server(built_site, 0)) as listening:
        yield f"http://127.0.0.1:{listening.server_address[1]}/"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The real browser of every browser test; Playwright allows one at a time in a process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def open_browser(chromium: Browser) -> Callable[..., AbstractContextManager[BrowserContext]]:
    """Opens a browser of its own, with Playwright's options, whose storage lies in a folder and stays there."""

    @contextmanager
    def opened(profile: Path, **options: object) -> Iterator[BrowserContext]:
        context = chromium.browser_type.launch_persistent_context(
            profile, executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS, **options
        )
        yield context
        context.close()

    return opened


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of this run's own. Without its programs a test fails: it is never passed over."""
    programs = find_postgresql()
    if programs is None:
        raise NoPostgresqlError(missing())
    with Server(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database that commands take for the gradebook unless told otherwise; every test runs on each."""
    from gradebooks import Database

    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'gradebook.sqlite'}"
        monkeypatch.setattr("redpencil.cli.DEFAULT_GRADEBOOK", address)
        yield Database(address)
        return
    server: Server = request.getfixturevalue("postgresql")
    address = server.new_database()
    monkeypatch.setattr("redpencil.cli.DEFAULT_GRADEBOOK", address)
    yield Database(address)
    server.drop(address)


@pytest.fixture
def another_database(
    database: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[Database | None], Database]]:
    """A function that makes another of the same kind: an empty one, or a copy of one that nobody is connected to."""
    from gradebooks import Database

    made: list[str] = []
    server: Server | None = None
    if not database.address.startswith("sqlite"):
        server = request.getfixturevalue("postgresql")

    def make(like: Database | None = None) -> Database:
        if server is not None:
            made.append(server.new_database(like.address if like else ""))
            return Database(made[-1])
        file = tmp_path / f"another-{len(made)}.sqlite"
        made.append(f"sqlite:///{file}")
        if like:
            old, new = (sqlite3.connect(one) for one in (like.address.removeprefix("sqlite:///"), file))
            old.backup(new)
            old.close()
            new.close()
        return Database(made[-1])

    yield make
    for address in made if server is not None else ():
        server.drop(address)
