"""Time our annotator and three others in one Chromium, on the same texts and marks.

    python benchmarks/annotators/annotators.py --sizes 1000,10000,100000

See README.md beside this file for what is measured, and how.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from redpencil.document import Document, Span
from redpencil.exercise import Exercise, load_exercise
from redpencil.pages.markup import exercise_html

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COMPONENT = ROOT / "src/redpencil/component"
TOOLS = ("redpencil", "recogito", "spanmark", "metanno")
CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
LABELS = ("source", "cue", "content")
SYLLABLES = (
    "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu",
    "na", "pe", "ri", "so", "tu", "va", "we", "xi", "yo", "zu",
)  # fmt: skip
# A mark of three words in every twenty; the new ones go where there is none.
WORDS_A_MARK = 20
MARKED = (2, 5)
FREE = (10, 12)
SENTENCE = 15
PARAGRAPH = 90
LIMIT = 60_000


@dataclass(frozen=True, slots=True)
class Text:
    """Words that all differ, in sentences and paragraphs, with marks on some: (start, end, number of the label)."""

    content: str
    words: list[tuple[int, int]]
    marks: list[tuple[int, int, int]]

    def quote(self, n: int) -> str:
        """The word of that number."""
        start, end = self.words[n]
        return self.content[start:end]


def text_of(size: int) -> Text:
    """The same text and marks for the same number of words."""
    parts: list[str] = []
    words: list[tuple[int, int]] = []
    at = 0
    base = len(SYLLABLES)
    for n in range(size):
        # The factor has no divisor in common with the number of words that there are: no two are the same.
        code = n * 7919 % base**4
        word = "".join(SYLLABLES[code // base**digit % base] for digit in range(4))
        end_of_sentence = n % SENTENCE == SENTENCE - 1 or n == size - 1
        end_of_paragraph = n % PARAGRAPH == PARAGRAPH - 1
        words.append((at, at + len(word)))
        piece = word + ("." if end_of_sentence else "") + ("\n\n" if end_of_paragraph and n < size - 1 else " ")
        parts.append(piece)
        at += len(piece)
    content = "".join(parts).rstrip(" ")
    first, last = MARKED
    marks = [
        (words[n + first][0], words[n + last - 1][1], n // WORDS_A_MARK % len(LABELS))
        for n in range(0, size - WORDS_A_MARK + 1, WORDS_A_MARK)
    ]
    return Text(content, words, marks)


def exercise_of(text: Text) -> Exercise:
    """The text as a document with one item to mark."""
    item = load_exercise("who-says-so").item_by_id["attributions"]
    ends = [n for n in range(len(text.words)) if n % SENTENCE == SENTENCE - 1 or n == len(text.words) - 1]
    starts = [0, *(n + 1 for n in ends[:-1])]
    sentences = tuple(Span(text.words[a][0], text.words[b][1] + 1) for a, b in zip(starts, ends, strict=True))
    groups = [sentences[n : n + PARAGRAPH // SENTENCE] for n in range(0, len(sentences), PARAGRAPH // SENTENCE)]
    paragraphs = tuple(Span(group[0].start, group[-1].end) for group in groups)
    document = Document("text", "A text", "en", text.content, paragraphs, sentences)
    return Exercise("text", "A text", "", document, (item,), {"id": "text"}, {})


def given_to(tool: str, text: Text) -> dict[str, Any]:
    """What the page hands to a tool."""
    given: dict[str, Any] = {"text": text.content, "marks": text.marks}
    if tool == "redpencil":
        exercise = exercise_of(text)
        marks = [
            {"id": f"m{n}", "label": LABELS[label], "spans": [[start, end]], "quotes": [text.content[start:end]]}
            for n, (start, end, label) in enumerate(text.marks)
        ]
        answers = {"redpencil": 1, "exercise": "text", "exercise_version": exercise.version}
        given["html"] = exercise_html(exercise)
        given["answers"] = answers | {"answers": {"attributions": marks}, "saved_at": ""}
    return given


@dataclass(frozen=True, slots=True)
class Run:
    """One tool at one size, once: milliseconds, and what the page then holds more than an empty one."""

    tool: str
    words: int
    first_render: float | None
    new_marks: list[float]
    heap: int
    nodes: int
    trouble: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of the values does not exceed (the nearest-rank method)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def measure(browser: Browser, address: str, tool: str, words: int, marks: int) -> Run:
    """Draw the text in a fresh page, make new marks by mouse and key, and weigh the page."""
    text = text_of(words)
    page = browser.new_context(viewport={"width": 1300, "height": 900}).new_page()
    page.set_default_timeout(LIMIT)
    try:
        page.goto(f"{address}/page.html")
        page.evaluate("tool => prepare(tool)", tool)
        before = weigh(page)
        given = given_to(tool, text)
        page.evaluate("given => { window.given = given; }", given)
        limit = f"new Promise(done => setTimeout(done, {LIMIT}, null))"
        first = timed(page, f"() => Promise.race([draw(window.given), {limit}])")
        if first is None:
            return Run(tool, words, None, [], 0, 0, f"over {LIMIT // 1000} s")
        page.wait_for_timeout(1_500)
        page.evaluate("() => { window.given = null; }")
        heap, nodes = (now - then for now, then in zip(weigh(page), before, strict=True))
        return Run(tool, words, first, new_marks(page, tool, text, marks), heap, nodes)
    except PlaywrightError as error:
        return Run(tool, words, None, [], 0, 0, str(error).splitlines()[0][:120])
    finally:
        page.context.close()


def timed(page: Page, script: str) -> float | None:
    """The milliseconds that a script gives."""
    found = page.evaluate(script)
    return None if found is None else float(found)


def new_marks(page: Page, tool: str, text: Text, marks: int) -> list[float]:
    """Drag over two words that nothing marks, a mark after the other; ours then needs the key of a label."""
    times: list[float] = []
    block, tries = 1, 0
    # A tool that takes no mark here is not asked for ever.
    while len(times) < marks and tries < 2 * marks and (block + 1) * WORDS_A_MARK <= len(text.words):
        first, last = (block * WORDS_A_MARK + n for n in (FREE[0], FREE[1] - 1))
        block += 1
        box = page.evaluate("([a, b]) => placeOf(a, b)", [text.quote(first), text.quote(last)])
        if box is None:
            continue
        if box["height"] > 40 or not 150 < box["y"] < 700:
            # The words break over a line, or stand where bars lie.
            if box["y"] >= 700:
                page.mouse.move(600, 500)
                page.mouse.wheel(0, 300)
                page.wait_for_timeout(250)
            continue
        tries += 1
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + 2, y)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 2, y, steps=4)
        event = "keydown" if tool == "redpencil" else "mouseup" if tool != "recogito" else "pointerup"
        span = [text.words[first][0], text.words[last][1]]
        arm = "([type, start, end]) => armed(type, start, end)"
        if tool == "redpencil":
            page.mouse.up()
            page.evaluate(arm, [event, *span])
            page.keyboard.press("2")
        else:
            page.evaluate(arm, [event, *span])
            page.mouse.up()
        took = page.evaluate("() => Promise.race([window.result, new Promise(r => setTimeout(r, 5000, null))])")
        if took is not None:
            times.append(float(took))
        if tool == "recogito":
            page.keyboard.press("Escape")
        page.wait_for_timeout(120)
    return times


def weigh(page: Page) -> tuple[int, int]:
    """(bytes of JavaScript's heap, nodes of the document) after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    nodes = session.send("Memory.getDOMCounters")["nodes"]
    session.detach()
    return int(used), int(nodes)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder on a free port of 127.0.0.1."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def put_together(folder: Path) -> None:
    """The page, our bundle, and the others' scripts as their packages bring them."""
    shutil.copy(HERE / "page.js", folder)
    (folder / "page.html").write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Annotators</title><link rel="icon" href="data:,">'
        '<body><div id="root"></div><script type="module" src="page.js"></script></body></html>',
        encoding="utf-8",
    )
    for name in ("red_pencil.js", "red_pencil.css"):
        shutil.copy(COMPONENT / name, folder)
    packages = HERE / "node_modules"
    if not shutil.which("npm") or not shutil.which("chromium"):
        raise SystemExit(
            "This needs node 20 with npm, and Chromium: run `make test` once, which installs it, then again."
        )
    if not (packages / "react").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(
        [
            str(ROOT / "node_modules/.bin/esbuild"), str(packages / "@recogito/text-annotator"), "--bundle",
            "--format=esm", "--minify", "--log-level=error", f"--outfile={folder / 'recogito.js'}",
        ],
        check=True,
    )  # fmt: skip
    shutil.copy(packages / "@recogito/text-annotator/dist/text-annotator.css", folder / "recogito.css")
    for name in ("react", "react-dom"):
        shutil.copy(packages / name / f"umd/{name}.production.min.js", folder / f"{name}.js")
    wheels = HERE.parent / ".venv-annotators"
    if not (wheels / "metanno").is_dir():
        install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--target", str(wheels)]
        subprocess.run([*install, "-r", str(HERE / "requirements.txt")], check=True)
    for ending in ("js", "css"):
        shutil.copy(wheels / f"spanmark/static/widget.{ending}", folder / f"spanmark.{ending}")
    shutil.copytree(wheels / "metanno/js-extension/static", folder / "metanno")
    [entry] = (folder / "metanno").glob("remoteEntry.*.js")
    entry.rename(folder / "metanno/remoteEntry.js")


def summary(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """A row for each tool and size: medians over the runs, and the percentile over all new marks."""
    rows = []
    for words in sorted({run.words for run in runs}):
        for tool in TOOLS:
            own = [run for run in runs if run.tool == tool and run.words == words]
            drawn = [run for run in own if run.first_render is not None]
            if not own:
                continue
            new = [took for run in drawn for took in run.new_marks]
            rows.append(
                {
                    "words": words,
                    "tool": tool,
                    "first_render": median(run.first_render for run in drawn if run.first_render) if drawn else None,
                    "new_mark": median(new) if new else None,
                    "new_mark_p95": percentile(new, 0.95) if new else None,
                    "new_marks": len(new),
                    "heap": median(run.heap for run in drawn) if drawn else None,
                    "nodes": median(run.nodes for run in drawn) if drawn else None,
                    "runs": len(own),
                    "trouble": next((run.trouble for run in own if run.trouble), ""),
                }
            )
    return rows


def verdicts(rows: Sequence[dict[str, Any]]) -> list[tuple[str, bool]]:
    """Each aim, and whether it is met."""
    by = {(row["tool"], row["words"]): row for row in rows}
    found = []
    for words in sorted({row["words"] for row in rows}):
        ours = by["redpencil", words]
        for what in ("first_render", "new_mark"):
            others = [row[what] for (tool, n), row in by.items() if n == words and tool != "redpencil" and row[what]]
            if ours[what] and others:
                found.append((f"{words:,} words: {what} is the fastest", ours[what] <= min(others)))
    large, small = by.get(("redpencil", 100_000)), by.get(("redpencil", 1_000))
    rival = by.get(("recogito", 100_000))
    if large and rival and rival["first_render"]:
        share = large["first_render"] / rival["first_render"]
        found.append((f"100,000 words: first render in {share:.2f} of recogito’s time, at most 0.10", share <= 0.1))
    if large and rival and rival["new_mark"]:
        share = large["new_mark"] / rival["new_mark"]
        found.append((f"100,000 words: a new mark in {share:.2f} of recogito’s time, at most 0.33", share <= 1 / 3))
    if large and small:
        times = large["new_mark"] / small["new_mark"]
        found.append((f"A new mark in 100,000 words costs {times:.1f} times one in 1,000, at most 3", times <= 3))
    return found


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as text."""
    heads = f"{'new mark':>10}{'p95':>8}{'heap MB':>9}{'nodes':>9}{'runs':>6}{'marks':>7}"
    lines = [f"{'words':>8}  {'tool':10}{'first render':>14}{heads}"]
    for row in rows:
        if row["first_render"] is None:
            lines.append(f"{row['words']:>8,}  {row['tool']:10}{row['trouble']:>14}")
            continue
        new, late = (f"{row[name]:.1f}" if row[name] else "-" for name in ("new_mark", "new_mark_p95"))
        lines.append(
            f"{row['words']:>8,}  {row['tool']:10}{row['first_render']:>14.0f}{new:>10}{late:>8}"
            f"{row['heap'] / 1e6:>9.1f}{row['nodes']:>9,.0f}{row['runs']:>6}{row['new_marks']:>7}"
        )
    return "\n".join(lines)


def main() -> int:
    """Run it; 1 if an aim is not met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of words, with commas")
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--marks", type=int, default=12, help="new marks in each run")
    parser.add_argument("--json", type=Path, help="write every run there")
    options = parser.parse_args()
    tools = options.tools.split(",")
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as name:
        put_together(Path(name))
        with served(Path(name)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM))
            for words in map(int, options.sizes.split(",")):
                gone: set[str] = set()
                for turn in range(options.runs):
                    # Each turn begins with another one, so that none profits from its place.
                    for tool in tools[turn % len(tools) :] + tools[: turn % len(tools)]:
                        if tool in gone:
                            continue
                        run = measure(browser, address, tool, words, options.marks)
                        if run.trouble:
                            gone.add(tool)
                        runs.append(run)
                        print(f"{words:,} {tool}: {run.trouble or f'{run.first_render:.0f} ms'}", file=sys.stderr)
            version = browser.version
            browser.close()
    rows = summary(runs)
    print(f"Chromium {version}; milliseconds, medians\n\n{table(rows)}\n")
    if options.json:
        options.json.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n", encoding="utf-8")
    found = verdicts(rows)
    for aim, is_met in found:
        print(f"{'met' if is_met else 'NOT MET'}: {aim}")
    return 0 if all(is_met for _, is_met in found) else 1


if __name__ == "__main__":
    sys.exit(main())
