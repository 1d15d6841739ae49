"""What a browser is told to keep: the list of files, their digests, and JupyterLite's worker in its place."""

import gzip
import hashlib
import json
import os
import re
import shutil
from pathlib import Path

import pytest

from redpencil.document import KitError
from redpencil.pages import offline
from redpencil.pages.lite.build import FOLDER

ROOT = Path(__file__).resolve().parents[1]
# FIPS 180-2, appendix B.1: the SHA-256 of "abc" begins so.
ABC = "ba7816bf8f01cfea414140de5dae2223"
# As JupyterLite 0.8.6 has it, but for what does not matter here.
STARTS_ITS_WORKER = (
    "class L{async _initialize(e){let{serviceWorker:t}=navigator,s=null;if(!t)return void console.warn('none');"
    "if(t.controller){let e=t.controller.scriptURL;await this._unregisterOldServiceWorkers(e),"
    "s=await t.getRegistration(e)||null}}async _unregisterOldServiceWorkers(e){let t=`${e}-version`;"
    "(await navigator.serviceWorker.getRegistrations()).map(e=>e.unregister())}}"
)


@pytest.fixture
def small(tmp_path):
    """A site of two pages, with what they load and what they do not."""
    site = tmp_path / "site"
    (site / "_static").mkdir(parents=True)
    (site / "lite").mkdir()
    (site / "index.html").write_text(
        '<link rel="icon" href="_static/icon.svg"><link rel="stylesheet" href="_static/paper.css?v=01">'
        '<link rel="next" href="two.html"><a href="big.pdf">A file</a><script src="https://other.example/a.js"></script>'
    )
    (site / "two.html").write_text('<script src="_static/a%20b.js"></script><img src="data:,"><img src="gone.png">')
    (site / "_static/paper.css").write_text("@font-face { src: url('letters.woff2') } a { cursor: url(data:,) }")
    for name in ("icon.svg", "letters.woff2", "a b.js", "never-loaded.js"):
        (site / "_static" / name).write_text("abc")
    for name in ("big.pdf", ".buildinfo", "lite/index.html"):
        (site / name).write_text("abc")
    return site


def test_the_book_is_its_pages_and_what_they_load_by_the_addresses_that_they_ask_for(small):
    kept = offline.book(small)

    assert set(kept.files) == {
        *("index.html", "two.html"),
        *("_static/icon.svg", "_static/paper.css?v=01", "_static/letters.woff2", "_static/a%20b.js"),
    }
    assert kept.files["_static/icon.svg"] == (ABC, 3)


def test_the_size_is_that_of_all_files(small):
    assert offline.Kept({"a": (ABC, 3), "b?v=1": (ABC, 40)}).bytes == 43


def test_the_version_changes_with_any_file_and_any_address_and_with_nothing_else(small):
    before = offline.book(small).version
    assert re.fullmatch("[0-9a-f]{16}", before)

    (small / "big.pdf").write_text("another")
    assert offline.book(small).version == before

    (small / "_static/letters.woff2").write_text("abd")
    changed = offline.book(small).version
    assert changed != before

    (small / "_static/letters.woff2").write_text("abc")
    (small / "index.html").write_text((small / "index.html").read_text().replace("v=01", "v=02"))
    assert offline.book(small).version not in (before, changed)


def test_a_worker_its_list_and_its_version_lie_at_the_top_and_agree(small):
    offline.make_offline(small)

    listed = json.loads((small / "kept-files.json").read_text())
    version = (small / "kept-version.txt").read_text().strip()
    plan, _, rest = (small / "service-worker.js").read_text().partition("\n")
    assert listed["version"] == version
    assert json.loads(plan.removeprefix("const PLAN = ").removesuffix(";"))["version"] == version
    assert rest == (ROOT / "src/redpencil/pages/service_worker.js").read_text(encoding="utf-8")
    assert not (small / "lite/kept-files.json").exists()


@pytest.mark.parametrize(
    ("address", "never_changes"),
    [
        ("_static/red_pencil.5f80fcf99c1b.js", True),
        ("_static/paper.css?v=0105221e", True),
        ("_static/red_pencil_later.js?0a1b2c3d.0", True),
        ("lite/static/python-314.0.6-0a1b2c3d/pyodide.mjs", True),
        ("lite/static/python-314.0.6-0a1b2c3d/start-0123456789ab.mjs", True),
        # Changed by the build under JupyterLite's own name; and pictures that are called after a day.
        ("lite/build/981.1e14a7f.js", False),
        ("lite/extensions/@jupyterlite/pyodide-kernel-extension/static/128.82ba0a66ab14eae0de0b.js", False),
        ("_images/20260301.png", False),
        ("20260301.html", False),
    ],
)
def test_only_an_address_whose_content_never_changes_is_taken_from_another_version(small, address, never_changes):
    offline.make_offline(small)

    plan = (small / "service-worker.js").read_text().partition("\n")[0]
    pattern = json.loads(plan.removeprefix("const PLAN = ").removesuffix(";"))["fingerprint"]
    assert bool(re.search(pattern, f"https://host.example/red-pencil/{address}")) == never_changes


def test_the_script_that_removes_what_is_kept_knows_where_the_notebooks_worker_is():
    assert f'new URL("{FOLDER}/", site)' in (ROOT / "src/redpencil/pages/keep.js").read_text(encoding="utf-8")


@pytest.fixture
def with_notebooks(small, tmp_path):
    """The site, with a folder of notebooks that shares its files with another one."""
    shutil.rmtree(small / "lite")
    shared = tmp_path / "shared"
    for name, text in {
        "service-worker.js": "jupyterlite",
        "build/981.1e14a7f.js": STARTS_ITS_WORKER,
        "build/fa-solid-900.svg": "an older font",
        "build/5506.js.LICENSE.txt": "a licence",
        "notebooks/index.html": "abc",
        "static/pyodide/python_stdlib.zip": "abc",
        "package.json": "{}",
    }.items():
        (shared / name).parent.mkdir(parents=True, exist_ok=True)
        (shared / name).write_text(text)
    shutil.copytree(shared, small / "lite", copy_function=os.link)
    return small, shared


def test_the_notebooks_have_a_worker_of_their_own_with_jupyterlites_in_it(with_notebooks):
    site, shared = with_notebooks
    offline.make_offline(site, "lite")

    worker = (site / "lite/service-worker.js").read_text()
    listed = json.loads((site / "lite/kept-files.json").read_text())["files"]
    assert '"wraps": "service-worker-of-jupyterlite.js"' in worker.partition("\n")[0]
    assert (site / "lite/service-worker-of-jupyterlite.js").read_text() == "jupyterlite"
    assert set(listed) == {"build/981.1e14a7f.js", "notebooks/index.html", "static/pyodide/python_stdlib.zip"}
    assert '"leave": ["lite/"]' in (site / "service-worker.js").read_text().partition("\n")[0]
    assert not [name for name in json.loads((site / "kept-files.json").read_text())["files"] if "lite" in name]
    # The other folder's files are as they were.
    assert (shared / "service-worker.js").read_text() == "jupyterlite"
    assert (shared / "build/981.1e14a7f.js").read_text() == STARTS_ITS_WORKER


def test_jupyterlite_takes_only_its_own_worker_for_its_own_and_ends_none(with_notebooks):
    site, _ = with_notebooks
    offline.make_offline(site, "lite")

    text = (site / "lite/build/981.1e14a7f.js").read_text()
    assert "if(t.controller&&t.controller.scriptURL===e){" in text
    assert "async _unregisterOldServiceWorkers(e){return;" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [("if(t.controller){", "if(t.controlled){"), ("_unregisterOldServiceWorkers", "_endOldServiceWorkers")],
)
def test_a_jupyterlite_that_starts_its_worker_in_another_way_fails_the_build(with_notebooks, old, new):
    site, _ = with_notebooks
    path = site / "lite/build/981.1e14a7f.js"
    path.unlink()
    path.write_text(STARTS_ITS_WORKER.replace(old, new))

    # The first is asked before anything of a site is changed.
    for make in (offline.check_notebooks, lambda folder: offline.make_offline(site, folder.name)):
        with pytest.raises(KitError, match=r"(?s)JupyterLite.*--no-notebooks"):
            make(site / "lite")


def test_the_book_that_is_kept_is_small_and_the_page_for_readers_says_how_big(built_site):
    listed = json.loads((built_site / "kept-files.json").read_text())
    travels = sum(
        min(len(content), len(gzip.compress(content)))
        for content in ((built_site / address.partition("?")[0]).read_bytes() for address in listed["files"])
    )
    words = " ".join((ROOT / "book/for-readers.md").read_text(encoding="utf-8").split())
    [(kept, sent)] = re.findall(r"the whole book: about (\d+) MB, of which ([\d.]+) MB travel", words)

    assert listed["bytes"] / 1e6 == pytest.approx(float(kept), rel=0.3)
    assert travels / 1e6 == pytest.approx(float(sent), rel=0.2)
    assert {page.name for page in built_site.glob("*.html")} <= set(listed["files"])
    for address, (digest, size) in listed["files"].items():
        content = (built_site / address.partition("?")[0]).read_bytes()
        assert (hashlib.sha256(content).hexdigest()[:32], len(content)) == (digest, size)


def test_the_script_that_every_page_loads_is_small():
    script = (ROOT / "src/redpencil/pages/keep.js").read_bytes()

    assert len(gzip.compress(script, 9)) < 2_000
