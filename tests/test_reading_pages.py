"""What a reading page makes a browser load before and beside its text: little, and no notebook machinery."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
TOC = yaml.safe_load((ROOT / "book/_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [TOC["root"], *(chapter["file"] for chapter in TOC["chapters"])]
# Bytes as they travel: script and style of a page in all, what the component asks for later included.
AT_MOST = 150_000
# Of the notebooks, and of what stock pages of Jupyter Book load for widgets: in a name or an address.
MACHINERY = re.compile(
    r"require(?:\.min)?\.js|html-manager|embed-amd|jupyter-widgets|thebe|mathjax|pyodide|jupyter-?lite|lite/", re.I
)


class Page(HTMLParser):
    """The scripts and styles of a page, as its HTML has them."""

    def __init__(self, path):
        super().__init__()
        self.scripts = []
        self.styles = []
        self.inline = []
        self.handlers = []
        self._in = None
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        self.handlers += [name for name in said if name.startswith("on")]
        if tag == "script":
            self.scripts.append(said)
        if tag == "link" and {"stylesheet", "modulepreload", "preload"} & set((said.get("rel") or "").split()):
            self.styles.append(said["href"])
        self._in = (tag, said) if tag in ("script", "style") else None

    def handle_endtag(self, tag):
        self._in = None

    def handle_data(self, data):
        if self._in and self._in[1].get("type") != "application/json":
            self.inline.append(data)

    def loaded(self):
        return [*(script["src"] for script in self.scripts if "src" in script), *self.styles]


def test_every_worksheet_goes_with_one_chapter_and_so_has_one_link():
    chapters = {name: (ROOT / f"book/{name}.md").read_text(encoding="utf-8") for name in CHAPTERS}
    worksheets = [path.parent.name for path in (ROOT / "exercises").glob("*/worksheet.md")]

    assert len(worksheets) == 6
    for id in worksheets:
        assert len([name for name, text in chapters.items() if f"{{exercise}} {id}\n" in text]) == 1, id


def file_of(site, address):
    return site / address.partition("?")[0]


@pytest.fixture(params=CHAPTERS)
def page(request, built_site):
    return Page(built_site / f"{request.param}.html")


def test_script_and_style_of_a_page_stay_under_150_kb(page, built_site):
    files = [file_of(built_site, address) for address in page.loaded()]
    if any(file.name.startswith("red_pencil.") and file.suffix == ".js" for file in files):
        files.append(built_site / "_static/red_pencil_later.js")
    # Each file is compressed by itself, as a server does.
    weight = sum(len(gzip.compress(file.read_bytes())) for file in files)
    weight += sum(len(gzip.compress(text.encode())) for text in page.inline)

    assert 0 < weight < AT_MOST


def test_a_page_loads_nothing_of_the_notebooks(page, built_site):
    assert [address for address in page.loaded() if MACHINERY.search(address)] == []
    for address in page.loaded():
        text = file_of(built_site, address).read_text(encoding="utf-8")
        # What a script would ask for later, or a style.
        assert not re.search(r"""(?:import|fetch|src|url)\s*\(?\s*["'`][^"'`]*(?:pyodide|lite/|require\.js)""", text), (
            address
        )


def test_no_script_of_a_page_runs_before_its_text_can_be_painted(page):
    for script in page.scripts:
        # The HTML standard runs a module, and a script with defer, when all of the page has been read.
        waits = script.get("type") in ("module", "application/json") or ("defer" in script and "src" in script)
        assert waits, script
    assert page.inline == []
    assert page.handlers == []
