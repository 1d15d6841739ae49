"""How long the notebooks of the site take to a first result, beside a stock JupyterLite site with the same packages.

    python benchmarks/site/start.py --runs 3

See README.md beside this file for what is measured, and how.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import stock  # noqa: E402  beside this file

from redpencil.document import KitError  # noqa: E402
from redpencil.pages import site  # noqa: E402
from redpencil.pages.lite import build as notebooks  # noqa: E402
from redpencil.pages.lite import kit  # noqa: E402
from redpencil.pages.lite.making import Making  # noqa: E402
from redpencil.pages.lite.obtain import read_manifest  # noqa: E402
from set_up_chromium import find_chromium  # type: ignore[import-not-found]  # noqa: E402  among the tests

CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WINDOW = {"width": 1300, "height": 900}
WORKSHEET, SUM = "who-says-so", "one-and-one"
CHAPTER = "who-says-so.html"
PATIENCE = 240_000  # milliseconds
SETTLED = 2_000  # milliseconds after a page is loaded, until it is asked for its figures
# What the browser itself notes, from before the page's first byte.
WATCH = """
window.seen = {lcp: 0, shift: 0, blocked: 0};
const watch = (type, take) => {
  try { new PerformanceObserver(list => list.getEntries().forEach(take)).observe({type, buffered: true}); } catch {}
};
watch("largest-contentful-paint", one => { seen.lcp = one.startTime; });
watch("layout-shift", one => { if (!one.hadRecentInput) seen.shift += one.value; });
watch("longtask", one => { seen.blocked += Math.max(0, one.duration - 50); });
"""
FIGURES = """() => ({
  ...seen,
  fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
})"""
FLOOR = """<!DOCTYPE html><title>Pyodide alone</title><script type="module">
window.measure = () => new Promise((done, failed) => {
  const started = performance.now();
  const worker = new Worker("floor.mjs", {type: "module"});
  worker.onmessage = ({data}) => done({seconds: (performance.now() - started) / 1000, result: data});
  worker.onerror = event => failed(new Error(event.message));
});
</script>"""
FLOOR_WORKER = """import {loadPyodide} from "./static/pyodide/pyodide.mjs";
const python = await loadPyodide();
postMessage(python.runPython("1 + 1"));
"""


@dataclass(slots=True)
class Served:
    """A site that is served, with what was sent of it since the last look."""

    address: str
    requests: int = 0
    sent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self) -> tuple[int, int]:
        """Requests and bytes since the last look."""
        with self.lock:
            seen = self.requests, self.sent
            self.requests = self.sent = 0
        return seen


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """The site in a folder, by the server that `redpencil serve` has."""
    with site.server(folder, 0) as listening:
        about = Served(f"http://127.0.0.1:{listening.server_address[1]}")
        inherited: Any = listening.RequestHandlerClass

        class Counting(inherited):  # type: ignore[misc]
            def do_GET(self) -> None:  # noqa: N802  as its base class has it
                with about.lock:
                    about.requests += 1
                super().do_GET()

            def copyfile(self, source: Any, outputfile: Any) -> None:
                with about.lock:
                    about.sent += os.fstat(source.fileno()).st_size
                super().copyfile(source, outputfile)

        listening.RequestHandlerClass = Counting
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield about
        finally:
            listening.shutdown()
            thread.join()


def processors_work() -> float:
    """Seconds that processors worked for this process's descendants, the browser's; 0 where there is no /proc.

    Other programs move it less than the clock.
    """
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            values = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        children.setdefault(int(values[1]), []).append(int(place.name))
        ticks[int(place.name)] = int(values[11]) + int(values[12])
    total, following = 0, list(children.get(os.getpid(), ()))
    while following:
        one = following.pop()
        total += ticks[one]
        following += children.get(one, ())
    return total / os.sysconf("SC_CLK_TCK")


def notebook(cells: list[str]) -> str:
    """A notebook of these cells of code."""
    code: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": one, "outputs": [], "execution_count": None}
        for n, one in enumerate(cells)
    ]
    about = {"kernelspec": {"name": "python", "display_name": "Python", "language": "python"}}
    return json.dumps({"cells": code, "metadata": about, "nbformat": 4, "nbformat_minor": 5})


def make_sites(work: Path, also: Path | None) -> dict[str, Path]:
    """The folders that are served, by name: ``lite`` is in each."""
    made = notebooks.finished(ROOT)
    sites = {"redpencil": work / "redpencil", "stock": work / "stock"}
    notebooks.put(made, sites["redpencil"] / "lite")
    if also:
        sites["before"] = work / "before"
        notebooks.put(also, sites["before"] / "lite")
    sheets = work / "worksheets"
    shutil.copytree(made / "files", sheets)
    (sheets / f"{SUM}.ipynb").write_text(notebook(["1 + 1"]), encoding="utf-8")
    for name in sites:
        if name != "stock":
            kit.list_worksheets(Making(ROOT, sites[name] / "lite", work, read_manifest(), work), sheets)
    # There, a cell has to install first; the worksheet is the same but for that line.
    worksheet = json.loads((sheets / f"{WORKSHEET}.ipynb").read_text(encoding="utf-8"))
    first = next(cell for cell in worksheet["cells"] if cell["cell_type"] == "code")
    first["source"] = f"{stock.INSTALL}\n{''.join(first['source'])}"
    (sheets / f"{WORKSHEET}.ipynb").write_text(json.dumps(worksheet), encoding="utf-8")
    stock.make(ROOT, sites["stock"] / "lite", sheets)
    (sites["stock"] / "lite" / "floor.html").write_text(FLOOR, encoding="utf-8")
    (sites["stock"] / "lite" / "floor.mjs").write_text(FLOOR_WORKER, encoding="utf-8")
    return sites


@contextmanager
def fresh_page(browser: Browser, about: Served) -> Iterator[Page]:
    """A page whose browser has seen nothing before; a request to another host ends the run."""
    context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
    elsewhere: list[str] = []
    local = (about.address, "data:", "blob:")
    context.on("request", lambda asked: None if asked.url.startswith(local) else elsewhere.append(asked.url))
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(WATCH)
    about.look()
    try:
        yield page
        if elsewhere:
            raise SystemExit(f"Another host was asked: {elsewhere[0]}")
    finally:
        context.close()


def first_result(browser: Browser, about: Served, path: str, result: str) -> dict[str, float]:
    """Seconds from opening a notebook to its first cell, and to that cell's result, run as soon as it is there."""
    with fresh_page(browser, about) as page:
        opened = time.monotonic()
        page.goto(f"{about.address}/lite/notebooks/index.html?path={path}.ipynb", wait_until="commit")
        page.locator(".jp-CodeCell .cm-content").first.click()
        entered, worked = time.monotonic(), processors_work()
        page.keyboard.press("Shift+Enter")
        page.locator(result).first.wait_for()
        done, work = time.monotonic(), processors_work() - worked
        requests, sent = about.look()
        figures = page.evaluate(FIGURES)
    return {
        "from opening": done - opened,
        "from Shift+Enter": done - entered,
        "CPU seconds": work,
        "requests": requests,
        "MB": sent / 1e6,
        **{name: value / 1000 for name, value in figures.items() if name != "shift" and value is not None},
        "shift": figures["shift"],
    }


def floor(browser: Browser, about: Served) -> dict[str, float]:
    """Seconds that Pyodide alone takes to a first result, in a worker."""
    with fresh_page(browser, about) as page:
        page.goto(f"{about.address}/lite/floor.html")
        found = page.evaluate("measure()")
        requests, sent = about.look()
    if found["result"] != 2:
        raise SystemExit(f"Pyodide alone gave {found['result']!r} for 1 + 1")
    return {"from opening": found["seconds"], "requests": requests, "MB": sent / 1e6}


def reading(browser: Browser, about: Served, address: str) -> dict[str, float]:
    """The browser's own figures for a page that is only read."""
    with fresh_page(browser, about) as page:
        page.goto(f"{about.address}/{address}", wait_until="load")
        page.wait_for_timeout(SETTLED)
        requests, sent = about.look()
        figures = page.evaluate(FIGURES)
    seconds = {name: value / 1000 for name, value in figures.items() if name != "shift" and value is not None}
    return {"requests": requests, "MB": sent / 1e6, **seconds, "shift": figures["shift"]}


def measure(browser: Browser, sites: dict[str, Path], runs: int) -> dict[str, list[dict[str, float]]]:
    """All figures, by what was measured; the sites take turns."""
    rows: dict[str, list[dict[str, float]]] = {}
    for run in range(runs):
        for name, folder in sites.items():
            with served(folder) as about:
                if name.startswith("chapter"):
                    rows.setdefault(name, []).append(reading(browser, about, CHAPTER))
                    continue
                if name == "stock":
                    rows.setdefault("Pyodide alone", []).append(floor(browser, about))
                for what, path, result in (
                    ("1 + 1", SUM, ".jp-OutputArea-output:has-text('2')"),
                    ("work_on", WORKSHEET, ".red-pencil[data-live]"),
                ):
                    rows.setdefault(f"{name}: {what}", []).append(first_result(browser, about, path, result))
        print(f"run {run + 1} of {runs} done", file=sys.stderr)
    return rows


def table(rows: dict[str, list[dict[str, float]]]) -> str:
    """The medians, a line for each thing that was measured."""
    columns = ("from Shift+Enter", "CPU seconds", "from opening", "fcp", "lcp", "blocked", "shift", "MB", "requests")
    lines = [" ".join([f"{'':24}", *(f"{name:>16}" for name in columns)])]
    for what, runs in rows.items():
        cells = []
        for name in columns:
            values = [run[name] for run in runs if name in run]
            digits = {"requests": 0, "shift": 3, "MB": 1}.get(name, 2)
            cells.append(f"{median(values):16.{digits}f}" if values else f"{'':16}")
        lines.append(" ".join([f"{what:24}", *cells]))
    return "\n".join(lines)


def main() -> int:
    """Measure, and print the medians; 1 if a first result took more than half of the stock site's time."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--also", type=Path, help="a finished folder of notebooks of an older version, measured too")
    asked.add_argument("--no-chapters", action="store_true", help="leave out the book's pages, which are built first")
    asked.add_argument("--json", action="store_true", help="print one JSON object with every run")
    options = asked.parse_args()
    chromium = find_chromium()
    if chromium is None:
        sys.exit("There is no Chromium. Run: python tests/set_up_chromium.py")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as work:
        try:
            sites = make_sites(Path(work), options.also)
            if not options.no_chapters:
                for name, with_notebooks in (("chapter, no notebooks", False), ("chapter", True)):
                    sites[name] = site.build(
                        Path(work) / name.replace(", ", "-") / "html", notebooks=with_notebooks
                    ).parent
        except KitError as error:
            sys.exit(str(error))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
            try:
                rows = measure(browser, sites, options.runs)
                version = browser.version
            except PlaywrightError as error:
                sys.exit(f"The browser did not get to a result: {error.message.splitlines()[0]}")
            finally:
                browser.close()
    if options.json:
        print(json.dumps(rows))
    else:
        print(
            f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Chromium {version.split('.')[0]}; "
            f"load average {load:.1f} before, {os.getloadavg()[0]:.1f} after; medians of {options.runs} runs, seconds\n"
        )
        print(table(rows), "\n")
    met = True
    for what in ("1 + 1", "work_on"):
        for since in ("from Shift+Enter", "CPU seconds", "from opening"):
            ours, theirs = (median(run[since] for run in rows[f"{name}: {what}"]) for name in ("redpencil", "stock"))
            alone = median(run["from opening"] for run in rows["Pyodide alone"])
            if since == "from Shift+Enter":
                met = met and ours <= theirs / 2
            if not options.json:
                floor_is = "" if since == "CPU seconds" else f", {ours - alone:+.2f} s from Pyodide alone"
                print(f"{what}, {since}: {ours / theirs:.2f} of stock{floor_is}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
